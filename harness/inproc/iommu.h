/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The IOMMU of the in-process host: domains of mappings from IO virtual to physical addresses, in
 * pages of 4 KiB, 2 MiB or 1 GiB with rights, and which domain each requester belongs to. It says
 * where an access goes, or why not; who caches its answers must be told of an unmap by whoever
 * orders it (dma.c). Knows neither memory nor bench nor driver.
 */
#ifndef RINGSIDE_INPROC_IOMMU_H
#define RINGSIDE_INPROC_IOMMU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum inproc_access { INPROC_DEVICE_READS = 1, INPROC_DEVICE_WRITES = 2 };

enum {
    INPROC_DOMAINS = 8,
    INPROC_REQUESTERS = 64,
    INPROC_IDENTITY = INPROC_DOMAINS, /* the domain in which every address is physical */
};

/* A run of pages of one size and right, contiguous on both sides. */
struct inproc_mapping {
    uint64_t iova, physical, bytes;
    uint32_t page;
    uint32_t access; /* enum inproc_access */
};

struct inproc_domain {
    struct inproc_mapping *mapping; /* ascending, apart */
    size_t count, room;
};

struct inproc_iommu {
    struct inproc_domain domain[INPROC_DOMAINS];
    struct {
        uint16_t function;
        uint8_t domain;
    } requester[INPROC_REQUESTERS];
    unsigned requesters;
};

enum inproc_refused {
    INPROC_ALLOWED,
    INPROC_NO_DOMAIN, /* the requester is attached to none */
    INPROC_NOT_MAPPED,
    INPROC_NOT_READABLE,
    INPROC_NOT_WRITABLE,
};

void inproc_iommu_init(struct inproc_iommu *u);
void inproc_iommu_fini(struct inproc_iommu *u);

/* From now on the requester's addresses mean what this domain (or INPROC_IDENTITY) says. 0,
 * -EINVAL for a domain that is none, -ENOSPC. */
int inproc_iommu_attach(struct inproc_iommu *u, uint16_t function, unsigned domain);

/* Maps [iova, iova + bytes). 0, or with nothing changed -EINVAL (no page size, or not in whole
 * pages on either side, no bytes, no rights, past the end of the address space), -EEXIST (some of
 * it is mapped), -ENOMEM. */
int inproc_iommu_map(struct inproc_iommu *u, unsigned domain, const struct inproc_mapping *wanted);

/* Unmaps what lies in [iova, iova + bytes), which may be less than was mapped at once and leave the
 * rest. Returns the bytes that were mapped there, or -EINVAL with nothing changed when a page lies
 * across an end of the range. */
int64_t inproc_iommu_unmap(struct inproc_iommu *u, unsigned domain, uint64_t iova, uint64_t bytes);

/* One address. *physical and *page are set when it is allowed. */
enum inproc_refused inproc_iommu_translate(const struct inproc_iommu *u, uint16_t function,
                                           uint64_t iova, unsigned access, uint64_t *physical,
                                           uint64_t *page);

#endif
