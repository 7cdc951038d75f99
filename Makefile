# SPDX-License-Identifier: BSD-2-Clause
# Ringside. `make run` shows it at work, `make test` checks it; `make help` lists the rest.
# Each folder's module.mk says what it builds; mk/rules.mk says how.

BUILD ?= build
Q     ?= @
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

include mk/rules.mk
include $(wildcard model/nic/module.mk model/bench/module.mk model/record/module.mk \
                   driver/module.mk harness/module.mk harness/inproc/module.mk guest/module.mk qemu-patches/module.mk)

.PHONY: help unit libs clean
help:
	@grep -hE '^## ' $(MAKEFILE_LIST) | sed 's/^## //'

## make unit       the unit tests alone (seconds)
unit: $(ALL_TESTS)
	$(Q)python3 scripts/run_unit_tests.py $(ALL_TESTS)

libs: $(ALL_LIBS)

## make clean      remove the build folder (the caches of QEMU and guest stay)
clean:
	rm -rf $(BUILD)

# each library and folder has its own phony, for quick work: make FOLDER.test
%.test:
	$(Q)$(MAKE) --no-print-directory unit ALL_TESTS="$(filter $(BUILD)/$*/%,$(ALL_TESTS))"
