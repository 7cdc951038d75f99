/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Blocks and the one permutation of scattered ones: page i of the block lies where page 511 - i
 * would, so that no two neighbours of the CPU's view are neighbours for the device.
 */
#include "harness/inproc/memory.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

int inproc_memory_init(struct inproc_memory *m)
{
    memset(m, 0, sizeof *m);
    void *arena = mmap(NULL, INPROC_ARENA_BYTES, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (arena == MAP_FAILED)
        return -errno;
    m->arena = arena;
    return 0;
}

void inproc_memory_fini(struct inproc_memory *m)
{
    if (m->arena)
        munmap(m->arena, INPROC_ARENA_BYTES);
    m->arena = NULL;
}

static bool run_is_free(const struct inproc_memory *m, uint32_t first, uint32_t blocks)
{
    for (uint32_t i = first; i < first + blocks; i++)
        if (m->block[i].taken)
            return false;
    return true;
}

int inproc_memory_take(struct inproc_memory *m, size_t bytes, bool scattered, size_t *offset)
{
    if (bytes == 0)
        return -EINVAL;
    if (bytes > INPROC_ARENA_BYTES)
        return -ENOMEM;
    uint32_t blocks = (uint32_t)((bytes + INPROC_BLOCK_BYTES - 1) / INPROC_BLOCK_BYTES);
    for (uint32_t first = 0; first + blocks <= INPROC_BLOCKS; first++) {
        if (!run_is_free(m, first, blocks))
            continue;
        for (uint32_t i = first; i < first + blocks; i++)
            m->block[i] = (struct inproc_block){ .taken = true, .scattered = scattered };
        m->block[first].run = (uint16_t)blocks;
        if (first + blocks > m->high_water)
            m->high_water = first + blocks;
        *offset = (size_t)first * INPROC_BLOCK_BYTES;
        memset(m->arena + *offset, 0, (size_t)blocks * INPROC_BLOCK_BYTES);
        return 0;
    }
    return -ENOMEM;
}

size_t inproc_memory_taken(const struct inproc_memory *m, size_t offset)
{
    if (offset >= INPROC_ARENA_BYTES || offset % INPROC_BLOCK_BYTES)
        return 0;
    return (size_t)m->block[offset / INPROC_BLOCK_BYTES].run * INPROC_BLOCK_BYTES;
}

size_t inproc_memory_give(struct inproc_memory *m, size_t offset)
{
    size_t bytes = inproc_memory_taken(m, offset);

    for (size_t at = offset; at < offset + bytes; at += INPROC_BLOCK_BYTES) {
        struct inproc_block *block = &m->block[at / INPROC_BLOCK_BYTES];
        block->taken = false; /* how it lies stays: somebody may still look */
        block->run = 0;
    }
    return bytes;
}

uint64_t inproc_memory_physical(const struct inproc_memory *m, size_t offset)
{
    bool scattered = m->block[offset / INPROC_BLOCK_BYTES].scattered;
    return INPROC_PHYSICAL_BASE + (scattered ? offset ^ INPROC_SCATTER : offset);
}
