/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Guest RAM by physical address, without QEMU's walk through its memory map for each access: a few
 * long-lived mappings, dropped whenever the map changes. An access that none of them covers whole
 * is the caller's to do the long way.
 */
#ifndef RINGSIDE_ADAPTER_RAM_H
#define RINGSIDE_ADAPTER_RAM_H

#include "qemu/osdep.h"
#include "exec/memory.h"

enum { RINGSIDE_RAM_MAPPINGS = 8 };

struct ringside_ram {
    MemoryListener listener;
    struct ringside_ram_mapping {
        hwaddr base;
        hwaddr bytes; /* 0: none */
        MemoryRegionCache cache;
    } mapping[RINGSIDE_RAM_MAPPINGS];
};

void ringside_ram_init(struct ringside_ram *ram);
void ringside_ram_fini(struct ringside_ram *ram);
/* The bytes themselves, until the guest or anybody executes; NULL: no mapping covers them. To be
 * written: their pages are marked dirty and code translated from them is dropped, as by any DMA. */
void *ringside_ram_at(struct ringside_ram *ram, uint64_t address, uint32_t length, bool write);

#endif
