/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness/inproc/dma.h"

#include <errno.h>

#include "harness/inproc/access.h"

enum { HUGE_GIB = 1 << 30 };

static int map_range(struct inproc_host *h, unsigned domain, size_t offset, size_t bytes,
                     uint32_t page, unsigned access)
{
    struct inproc_mapping m = {
        .iova = INPROC_IOVA_BASE + offset, .physical = inproc_memory_physical(&h->memory, offset),
        .bytes = bytes, .page = page, .access = access,
    };
    return inproc_iommu_map(&h->iommu, domain, &m);
}

/* 4 KiB pages lie anywhere in physical memory: each has a mapping of its own. */
static int map_small(struct inproc_host *h, unsigned domain, size_t offset, size_t bytes,
                     unsigned access)
{
    int rc = 0;

    for (size_t at = 0; at < bytes && !rc; at += INPROC_SMALL_BYTES)
        rc = map_range(h, domain, offset + at, INPROC_SMALL_BYTES, INPROC_SMALL_BYTES, access);
    return rc;
}

/* All of the arena lies in one page, which comes with the first allocation. */
static int map_gib(struct inproc_host *h, unsigned domain)
{
    if (h->held[domain])
        return 0;
    return map_range(h, domain, 0, HUGE_GIB, HUGE_GIB,
                     INPROC_DEVICE_READS | INPROC_DEVICE_WRITES);
}

static int map_pages(struct inproc_host *h, unsigned domain, size_t offset, size_t bytes,
                     unsigned access)
{
    if (domain == INPROC_IDENTITY)
        return 0;
    if (h->page_bytes == INPROC_SMALL_BYTES)
        return map_small(h, domain, offset, bytes, access);
    if (h->page_bytes == HUGE_GIB)
        return map_gib(h, domain);
    return map_range(h, domain, offset, bytes, INPROC_BLOCK_BYTES, access);
}

int inproc_dma_alloc(struct inproc_host *h, unsigned domain, size_t bytes, unsigned access,
                     struct inproc_dma *out)
{
    const bool small = h->page_bytes == INPROC_SMALL_BYTES && domain != INPROC_IDENTITY;
    const size_t unit = small ? INPROC_SMALL_BYTES : INPROC_BLOCK_BYTES;
    size_t offset;

    if (domain > INPROC_IDENTITY || !access)
        return -EINVAL;
    int rc = inproc_memory_take(&h->memory, bytes, small, &offset);
    if (rc)
        return rc;
    bench_memory_moved(h->bench); /* they may lie scattered now, or no longer */
    bytes = (bytes + unit - 1) / unit * unit;
    rc = map_pages(h, domain, offset, bytes, access);
    if (rc) {
        if (small)
            inproc_iommu_unmap(&h->iommu, domain, INPROC_IOVA_BASE + offset, bytes);
        inproc_memory_give(&h->memory, offset);
        return rc;
    }
    h->held[domain]++;
    *out = (struct inproc_dma){
        .virt = h->memory.arena + offset, .iova = INPROC_IOVA_BASE + offset, .bytes = bytes,
        .page_bytes = domain == INPROC_IDENTITY ? INPROC_BLOCK_BYTES : h->page_bytes,
    };
    if (domain == INPROC_IDENTITY)
        out->iova = inproc_memory_physical(&h->memory, offset);
    return 0;
}

int64_t inproc_dma_unmap(struct inproc_host *h, unsigned domain, uint64_t iova, uint64_t bytes)
{
    int64_t gone = inproc_iommu_unmap(&h->iommu, domain, iova, bytes);

    if (gone <= 0)
        return gone;
    for (unsigned i = 0; i < h->iommu.requesters; i++)
        if (h->iommu.requester[i].domain == domain)
            inproc_invalidate(h, h->iommu.requester[i].function, iova, bytes);
    return gone;
}

size_t inproc_dma_free(struct inproc_host *h, unsigned domain, uint64_t iova)
{
    const bool identity = domain == INPROC_IDENTITY;
    const uint64_t offset = iova - (identity ? INPROC_PHYSICAL_BASE : INPROC_IOVA_BASE);

    if (domain > INPROC_IDENTITY || offset >= INPROC_ARENA_BYTES)
        return 0;
    const size_t bytes = inproc_memory_taken(&h->memory, offset);
    if (!bytes)
        return 0;
    h->held[domain]--;
    if (!identity && h->page_bytes != HUGE_GIB)
        inproc_dma_unmap(h, domain, iova, bytes);
    else if (!identity && !h->held[domain])
        inproc_dma_unmap(h, domain, INPROC_IOVA_BASE, HUGE_GIB);
    inproc_memory_give(&h->memory, offset); /* last: the device may have reached it until now */
    return bytes;
}
