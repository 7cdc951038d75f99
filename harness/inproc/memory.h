/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The memory of the in-process host and its IOMMU: an arena of "physical" memory, and a table of
 * mappings from IO virtual addresses to it. The driver's DMA allocations are mappings; everything
 * else that a device asks for is a fault. Knows neither driver nor model.
 */
#ifndef RINGSIDE_INPROC_MEMORY_H
#define RINGSIDE_INPROC_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    INPROC_PAGE_BYTES = 2 * 1024 * 1024, /* what the IO translation uses */
    INPROC_PAGES = 256,                  /* 512 MiB of arena, touched pages only cost */
};
/* Two different bases, so that an address of one kind never works as the other. */
#define INPROC_IOVA_BASE     0x100000000ull
#define INPROC_PHYSICAL_BASE 0x40000000ull

enum inproc_access { INPROC_DEVICE_READS = 1, INPROC_DEVICE_WRITES = 2 };

struct inproc_page {
    uint8_t access;      /* enum inproc_access; 0: not mapped */
    uint16_t run_length; /* at the first page of a mapping: its pages */
};

struct inproc_memory {
    uint8_t *arena;
    struct inproc_page page[INPROC_PAGES];
    uint32_t high_water; /* pages ever mapped: what the memory hash covers */
};

/* 0 or -errno. */
int inproc_memory_init(struct inproc_memory *m);
void inproc_memory_fini(struct inproc_memory *m);

/* Maps zeroed memory of at least `bytes`. 0, -EINVAL for zero bytes, -ENOMEM. */
int inproc_memory_map(struct inproc_memory *m, size_t bytes, unsigned access, uint64_t *iova,
                      void **virt, size_t *mapped);
/* Undoes a map; returns its bytes, 0 when nothing was mapped there. */
size_t inproc_memory_unmap(struct inproc_memory *m, uint64_t iova);

/* IO virtual to physical; false: a fault. */
bool inproc_memory_translate(const struct inproc_memory *m, uint64_t iova, unsigned access,
                             uint64_t *physical);

/* Where [address, address + length) is, or NULL when any byte of it is not there. */
uint8_t *inproc_memory_at(struct inproc_memory *m, uint64_t address, bool physical, unsigned access,
                          uint32_t length);

#endif
