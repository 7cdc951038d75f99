/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The physical memory of the in-process host: an arena in blocks of 2 MiB, handed out first fit, so
 * that the same sequence of calls gives the same addresses in every run. A block may be scattered:
 * its 4 KiB pages lie in physical memory in another order than the CPU sees them, as memory without
 * huge pages does. Knows neither driver nor model, nor who translates.
 */
#ifndef RINGSIDE_INPROC_MEMORY_H
#define RINGSIDE_INPROC_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    INPROC_BLOCK_BYTES = 2 * 1024 * 1024,
    INPROC_BLOCKS = 256, /* 512 MiB of arena, touched pages only cost */
    INPROC_SMALL_BYTES = 4096,
};
#define INPROC_ARENA_BYTES   ((size_t)INPROC_BLOCKS * INPROC_BLOCK_BYTES)
#define INPROC_PHYSICAL_BASE 0x40000000ull
#define INPROC_SCATTER ((size_t)INPROC_BLOCK_BYTES - INPROC_SMALL_BYTES) /* its own inverse: XOR */

struct inproc_block {
    bool taken, scattered;
    uint16_t run; /* at the first block of an allocation: its blocks */
};

struct inproc_memory {
    uint8_t *arena;
    struct inproc_block block[INPROC_BLOCKS];
    uint32_t high_water; /* blocks ever taken: what the memory hash covers */
};

/* 0 or -errno. */
int inproc_memory_init(struct inproc_memory *m);
void inproc_memory_fini(struct inproc_memory *m);

/* Takes zeroed blocks for `bytes`; *offset: of the first within the arena. 0, -EINVAL for zero
 * bytes, -ENOMEM. */
int inproc_memory_take(struct inproc_memory *m, size_t bytes, bool scattered, size_t *offset);
/* Bytes of what was taken at this offset, 0 when nothing was. */
size_t inproc_memory_taken(const struct inproc_memory *m, size_t offset);
/* Gives it back; returns its bytes. */
size_t inproc_memory_give(struct inproc_memory *m, size_t offset);

/* Physical address of a byte of the arena. */
uint64_t inproc_memory_physical(const struct inproc_memory *m, size_t offset);

/* Where [physical, physical + length) is, or NULL when any byte of it is not there, or when it is
 * no request of PCIe: of no bytes, or across a 4 KiB page of a scattered block. */
static inline uint8_t *inproc_memory_at(struct inproc_memory *m, uint64_t physical, uint32_t length)
{
    uint64_t offset = physical - INPROC_PHYSICAL_BASE;
    if (length == 0 || length > INPROC_BLOCK_BYTES || physical < INPROC_PHYSICAL_BASE ||
        offset > INPROC_ARENA_BYTES - length)
        return NULL;
    if (!m->block[offset / INPROC_BLOCK_BYTES].scattered)
        return m->arena + offset;
    if (offset % INPROC_SMALL_BYTES + length > INPROC_SMALL_BYTES)
        return NULL;
    return m->arena + (offset ^ INPROC_SCATTER);
}

/* The piece of memory around an address that is contiguous for a device: at least its page. NULL:
 * nothing is there. */
static inline uint8_t *inproc_memory_around(struct inproc_memory *m, uint64_t physical,
                                            uint64_t *first, uint64_t *bytes)
{
    uint64_t offset = physical - INPROC_PHYSICAL_BASE;
    if (physical < INPROC_PHYSICAL_BASE || offset >= INPROC_ARENA_BYTES)
        return NULL;
    *bytes = m->block[offset / INPROC_BLOCK_BYTES].scattered ? INPROC_SMALL_BYTES
                                                              : INPROC_BLOCK_BYTES;
    *first = physical & ~(*bytes - 1);
    return inproc_memory_at(m, *first, (uint32_t)*bytes);
}

#endif
