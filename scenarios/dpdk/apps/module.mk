# SPDX-License-Identifier: BSD-2-Clause
# Small programs on DPDK for the conformance scenarios, where libdpdk-dev is installed. They link
# what they call; drivers come from DPDK's folder of them when they start.
DPDK_APPS := $(patsubst scenarios/dpdk/apps/%.c,$(BUILD)/dpdk/%,$(wildcard scenarios/dpdk/apps/*.c))
DPDK_LIBS := eal ethdev mbuf mempool
DPDK_CFLAGS = $(subst -I,-isystem ,$(shell pkg-config --cflags libdpdk))

.PHONY: dpdk-apps
dpdk-apps: $(if $(shell pkg-config --exists libdpdk && echo yes),$(DPDK_APPS))

$(BUILD)/dpdk/%: scenarios/dpdk/apps/%.c scenarios/dpdk/apps/port.h
	$(Q)mkdir -p $(@D)
	$(CC) $(CSTD) $(CFLAGS) $(WARN) $(SAME_BYTES) $(DPDK_CFLAGS) -o $@ $< $(DPDK_LIBS:%=-lrte_%)
