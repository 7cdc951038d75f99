/* SPDX-License-Identifier: BSD-2-Clause
 *
 * First fit over 2 MiB pages: allocations are few and large, and the same sequence of calls gives
 * the same addresses in every run.
 */
#include "harness/inproc/memory.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#define ARENA_BYTES ((size_t)INPROC_PAGES * INPROC_PAGE_BYTES)

int inproc_memory_init(struct inproc_memory *m)
{
    memset(m, 0, sizeof *m);
    void *arena = mmap(NULL, ARENA_BYTES, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (arena == MAP_FAILED)
        return -errno;
    m->arena = arena;
    return 0;
}

void inproc_memory_fini(struct inproc_memory *m)
{
    if (m->arena)
        munmap(m->arena, ARENA_BYTES);
    m->arena = NULL;
}

static bool run_is_free(const struct inproc_memory *m, uint32_t first, uint32_t pages)
{
    for (uint32_t i = first; i < first + pages; i++)
        if (m->page[i].access)
            return false;
    return true;
}

int inproc_memory_map(struct inproc_memory *m, size_t bytes, unsigned access, uint64_t *iova,
                      void **virt, size_t *mapped)
{
    if (bytes == 0 || access == 0)
        return -EINVAL;
    if (bytes > ARENA_BYTES)
        return -ENOMEM;
    uint32_t pages = (uint32_t)((bytes + INPROC_PAGE_BYTES - 1) / INPROC_PAGE_BYTES);
    for (uint32_t first = 0; first + pages <= INPROC_PAGES; first++) {
        if (!run_is_free(m, first, pages))
            continue;
        for (uint32_t i = first; i < first + pages; i++)
            m->page[i] = (struct inproc_page){ .access = (uint8_t)access };
        m->page[first].run_length = (uint16_t)pages;
        if (first + pages > m->high_water)
            m->high_water = first + pages;
        *iova = INPROC_IOVA_BASE + (uint64_t)first * INPROC_PAGE_BYTES;
        *virt = m->arena + (size_t)first * INPROC_PAGE_BYTES;
        *mapped = (size_t)pages * INPROC_PAGE_BYTES;
        memset(*virt, 0, *mapped);
        return 0;
    }
    return -ENOMEM;
}

size_t inproc_memory_unmap(struct inproc_memory *m, uint64_t iova)
{
    uint64_t offset = iova - INPROC_IOVA_BASE;
    if (offset >= ARENA_BYTES || offset % INPROC_PAGE_BYTES)
        return 0;
    uint32_t first = (uint32_t)(offset / INPROC_PAGE_BYTES);
    uint32_t pages = m->page[first].run_length;
    for (uint32_t i = first; i < first + pages; i++)
        m->page[i] = (struct inproc_page){ 0 };
    return (size_t)pages * INPROC_PAGE_BYTES;
}

bool inproc_memory_translate(const struct inproc_memory *m, uint64_t iova, unsigned access,
                             uint64_t *physical)
{
    uint64_t offset = iova - INPROC_IOVA_BASE;
    if (iova < INPROC_IOVA_BASE || offset >= ARENA_BYTES)
        return false;
    if ((m->page[offset / INPROC_PAGE_BYTES].access & access) != access)
        return false;
    *physical = INPROC_PHYSICAL_BASE + offset;
    return true;
}

uint8_t *inproc_memory_at(struct inproc_memory *m, uint64_t address, bool physical, unsigned access,
                          uint32_t length)
{
    if (length == 0 || length > INPROC_PAGE_BYTES)
        return NULL;
    if (!physical) {
        uint64_t last, last_address = address + length - 1;
        if (last_address < address || !inproc_memory_translate(m, last_address, access, &last) ||
            !inproc_memory_translate(m, address, access, &address))
            return NULL;
    }
    uint64_t offset = address - INPROC_PHYSICAL_BASE;
    if (address < INPROC_PHYSICAL_BASE || offset > ARENA_BYTES - length)
        return NULL;
    return m->arena + offset;
}
