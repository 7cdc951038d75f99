/* SPDX-License-Identifier: BSD-2-Clause
 *
 * DMA memory of the in-process host, as VFIO would give it to a driver: physical memory, pages of
 * the IOMMU that lead to it, and the invalidation of what the bench has cached when they go. In the
 * domain without translation the address is the physical one. It must not know any driver.
 */
#ifndef RINGSIDE_INPROC_DMA_H
#define RINGSIDE_INPROC_DMA_H

#include "harness/inproc/host.h"

/* Not that of physical memory, so that an address of one kind never works as the other. */
#define INPROC_IOVA_BASE 0x100000000ull

struct inproc_dma {
    void *virt;
    uint64_t iova;
    size_t bytes;      /* at least what was asked for, in whole pages of memory */
    size_t page_bytes; /* what a translation covers */
};

/* Zeroed memory that the requesters of the domain reach with these rights (enum inproc_access).
 * Pages of 1 GiB hold several allocations and give all of them both rights. 0, -EINVAL for no
 * bytes or rights, -ENOMEM. */
int inproc_dma_alloc(struct inproc_host *h, unsigned domain, size_t bytes, unsigned access,
                     struct inproc_dma *out);
/* Undoes it. No requester reaches the memory any more, unless an invalidation got lost. Returns its
 * bytes, 0 when nothing was allocated there. */
size_t inproc_dma_free(struct inproc_host *h, unsigned domain, uint64_t iova);

/* Takes pages of the domain away and tells the bench, for all its requesters; the memory stays.
 * Returns the bytes that were mapped, or -EINVAL when a page lies across an end. */
int64_t inproc_dma_unmap(struct inproc_host *h, unsigned domain, uint64_t iova, uint64_t bytes);

#endif
