# SPDX-License-Identifier: BSD-2-Clause
# The guest: kernel and initramfs in $(BUILD)/guest, and the unit tests of init's pure parts.
# init is compiled on its own: static, without sanitizers or debug information, so that the
# image holds the same bytes in every build folder.

GUEST_OUT   := $(BUILD)/guest
GUEST_PARTS := guest/job.c guest/pci.c guest/files.c guest/mailbox.c guest/tool.c guest/capture.c
GUEST_INIT  := $(GUEST_PARTS) guest/init.c guest/control.c guest/bind.c guest/modules.c \
               guest/driver.c guest/steps.c guest/watch.c guest/results.c

$(eval $(call library,guest,$(GUEST_PARTS)))
$(eval $(call unit_tests,guest,guest))

# a driver that means harm, for scripts/hostile_test.py
LDFLAGS_guest-bin/hostile := -static
$(eval $(call program,guest-bin/hostile,guest/tests/hostile.c,,))
GUEST_PROGRAMS += $(BUILD)/guest-bin/hostile

## make guest      the guest's kernel and initramfs ($(BUILD)/guest)
.PHONY: guest guest-choice guest-gone
guest: $(GUEST_OUT)/vmlinuz $(GUEST_OUT)/initramfs

# changes when the user's choice of kernel or busybox does
$(GUEST_OUT)/choice: guest-choice
	@mkdir -p $(@D)
	@echo '$(RINGSIDE_GUEST_KERNEL) $(RINGSIDE_GUEST_BUSYBOX)' | cmp -s - $@ || \
	    echo '$(RINGSIDE_GUEST_KERNEL) $(RINGSIDE_GUEST_BUSYBOX)' > $@

# $(GUEST_OUT)/kernel leads into the cache, which may have been cleared
$(GUEST_OUT)/vmlinuz: scripts/guest_kernel.sh $(GUEST_OUT)/choice \
                      $(if $(wildcard $(GUEST_OUT)/kernel/modules.builtin),,guest-gone)
	$(Q)scripts/guest_kernel.sh $(@D)

$(GUEST_OUT)/init: $(GUEST_INIT) $(wildcard guest/*.h) model/bench/control_abi.h \
                   guest/module.mk
	@mkdir -p $(@D)
	$(Q)$(CC) $(CSTD) -O2 $(WARN) $(WERROR) -I. -no-pie -static -s -Wl,--build-id=none \
	    -o $@ $(GUEST_INIT)

$(GUEST_OUT)/initramfs: $(GUEST_OUT)/init $(GUEST_OUT)/vmlinuz scripts/guest_image.sh \
                        guest/modules.txt $(GUEST_OUT)/choice
	$(Q)scripts/guest_image.sh $(GUEST_OUT)/kernel guest/modules.txt $(GUEST_OUT)/init $@
	$(Q)cp guest/modules.txt $(@D)/modules.txt
-include $(GUEST_OUT)/initramfs.d

# a load for scripts/smp_test.py
LDFLAGS_guest-bin/crowd := -static
$(eval $(call program,guest-bin/crowd,guest/tests/crowd.c,,-lpthread))
GUEST_PROGRAMS += $(BUILD)/guest-bin/crowd
