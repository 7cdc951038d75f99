# SPDX-License-Identifier: BSD-2-Clause
# `make install` and `make uninstall`: the tool, its hosts, the guest, scenarios and pages, in a
# layout that harness/base/paths.c finds from the program alone. PREFIX and DESTDIR as everywhere.

PREFIX  ?= /usr/local
INSTALL ?= install

TO_BIN   := $(DESTDIR)$(PREFIX)/bin
TO_LIB   := $(DESTDIR)$(PREFIX)/lib/ringside
TO_SHARE := $(DESTDIR)$(PREFIX)/share/ringside
TO_DOC   := $(DESTDIR)$(PREFIX)/share/doc/ringside
TO_MAN   := $(DESTDIR)$(PREFIX)/share/man/man1
TO_COMP  := $(DESTDIR)$(PREFIX)/share/bash-completion/completions

INSTALL_DOCS := README.md ARCHITECTURE.md LICENSE qemu-patches/COPYING

.PHONY: install uninstall
## make install    into PREFIX (/usr/local), below DESTDIR; make uninstall takes it away again
install: all
	$(Q)$(INSTALL) -d $(TO_BIN) $(TO_MAN) $(TO_COMP) $(TO_LIB)/guest $(TO_LIB)/guest-bin \
	    $(TO_LIB)/qemu-tree/firmware $(TO_SHARE)/scripts $(TO_SHARE)/drivers $(TO_DOC)
	$(Q)$(INSTALL) -m 755 $(BUILD)/ringside $(TO_BIN)
	$(Q)$(INSTALL) -m 755 $(BUILD)/ringside-inproc $(QEMU) $(TO_LIB)
	$(Q)$(INSTALL) -m 755 $(GUEST_PROGRAMS) $(TO_LIB)/guest-bin
	$(Q)$(INSTALL) -m 644 $(GUEST_OUT)/vmlinuz $(GUEST_OUT)/initramfs $(GUEST_OUT)/modules.txt \
	    $(TO_LIB)/guest
	$(Q)$(INSTALL) -m 755 $(GUEST_OUT)/init $(TO_LIB)/guest
	$(Q)$(INSTALL) -m 644 $(QEMU_TREE)/firmware/* $(TO_LIB)/qemu-tree/firmware
	$(Q)$(INSTALL) -m 755 scripts/report.py scripts/guest_compose.py scripts/guest_packages.py \
	    scripts/guest_build.py scripts/guest_tree.py scripts/guest_kernel.sh \
	    $(TO_SHARE)/scripts
	$(Q)for folder in drivers drivers/profiles drivers/small-echo drivers/rss-watch systems; do \
	    $(INSTALL) -d "$(TO_SHARE)/$$folder" && \
	    $(INSTALL) -m 644 $$folder/*.* "$(TO_SHARE)/$$folder" || exit 1; done
	$(Q)$(INSTALL) -m 644 docs/scenario.schema.json $(TO_SHARE)
	$(Q)for file in $$(cd scenarios && find . -type f ! -name '.*'); do \
	    $(INSTALL) -D -m $$(test -x "scenarios/$$file" && echo 755 || echo 644) \
	        "scenarios/$$file" "$(TO_SHARE)/scenarios/$$file" || exit 1; done
	$(Q)for file in $$(cd docs && find . -name '*.md' -o -name '*.svg'); do \
	    $(INSTALL) -D -m 644 "docs/$$file" "$(TO_DOC)/docs/$$file" || exit 1; done
	$(Q)$(INSTALL) -m 644 $(wildcard $(INSTALL_DOCS)) $(TO_DOC)
	$(Q)$(INSTALL) -m 644 docs/man/ringside.1 $(TO_MAN)
	$(Q)$(INSTALL) -m 644 docs/man/ringside.bash $(TO_COMP)/ringside

uninstall:
	rm -rf $(TO_LIB) $(TO_SHARE) $(TO_DOC)
	rm -f $(TO_BIN)/ringside $(TO_MAN)/ringside.1 $(TO_COMP)/ringside
