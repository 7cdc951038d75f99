# SPDX-License-Identifier: GPL-2.0-or-later
# QEMU with our devices: $(BUILD)/qemu-system-x86_64. The patched QEMU itself is built once per
# machine into the user's cache (./build); a clone compiles the adapter and links. So a changed
# model costs one link.

QEMU       := $(BUILD)/qemu-system-x86_64
QEMU_TREE  := $(BUILD)/qemu-tree
QEMU_TRACE := $(OBJ)/qemu-patches/trace/trace-ringside
QEMU_OBJS  := $(patsubst %.c,$(OBJ)/%.o,$(wildcard qemu-patches/adapter/*.c)) $(QEMU_TRACE).o
QEMU_LIBS  := $(BUILD)/librecord.a $(MODEL)
QEMU_INPUT := $(addprefix qemu-patches/,series ringside.mak build pins fetch) \
              $(wildcard qemu-patches/*.patch)

.PHONY: qemu qemu-choice qemu-gone clean-cache
## make qemu       QEMU with our devices (the first time: fetch and build QEMU, 2 minutes)
qemu: $(QEMU)

# changes when the user's choice of source does
$(BUILD)/qemu.choice: qemu-choice
	@mkdir -p $(@D)
	@echo '$(RINGSIDE_QEMU_SOURCE)' | cmp -s - $@ || echo '$(RINGSIDE_QEMU_SOURCE)' > $@

# The stamp is the clone's; the tree behind the symbolic link belongs to all clones, and whoever
# clears the cache removes it.
$(BUILD)/qemu.stamp: $(QEMU_INPUT) $(BUILD)/qemu.choice $(if $(wildcard $(QEMU_TREE)/ok),,qemu-gone)
	@mkdir -p $(@D)
	$(Q)qemu-patches/build $(QEMU_TREE)
	$(Q)qemu-patches/prune --note $(QEMU_TREE)
	@touch $@

## make clean-cache  remove from ~/.cache/ringside what no clone uses (old builds of QEMU, kernels)
clean-cache:
	$(Q)qemu-patches/prune
	$(Q)scripts/guest_kernel.sh --prune

QEMU_CC = cd $(QEMU_TREE)/src/build && cc
# QEMU's own generator: `-trace 'ringside_*'` then works as for any device
$(QEMU_TRACE).h $(QEMU_TRACE).c: $(QEMU_TRACE).%: qemu-patches/adapter/trace-events \
                                 $(BUILD)/qemu.stamp
	@mkdir -p $(@D)
	$(Q)/usr/bin/python3 $(QEMU_TREE)/src/scripts/tracetool.py --backends=log --group=ringside \
	    --format=$* $< $@

$(QEMU_TRACE).o: $(QEMU_TRACE).c $(QEMU_TRACE).h
	$(Q)$(QEMU_CC) @../../cflags $(SAME_BYTES) -I$(abspath $(@D)) -c $(abspath $<) -o $(abspath $@)

$(OBJ)/qemu-patches/adapter/%.o: qemu-patches/adapter/%.c $(BUILD)/qemu.stamp $(QEMU_TRACE).h \
                                 mk/rules.mk
	@mkdir -p $(@D)
	$(Q)$(QEMU_CC) @../../cflags -Wall -Wextra -Wno-unused-parameter -Wshadow=local $(WERROR) \
	    $(SAN) $(SAME_BYTES) -I$(CURDIR) -I$(abspath $(dir $(QEMU_TRACE))) \
	    -MMD -MP -MF $(abspath $(@:.o=.d)) -MT $@ \
	    -c $(CURDIR)/$< -o $(abspath $@)
-include $(QEMU_OBJS:.o=.d)

$(QEMU): $(QEMU_OBJS) $(QEMU_LIBS)
	$(Q)$(QEMU_CC) $(SAN) -o $(abspath $@) @../../link \
	    -Wl,--start-group $(abspath $^) -Wl,--end-group -lzstd -lxxhash
