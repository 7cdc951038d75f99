/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A domain is a sorted array of mappings: few, looked up on a miss of the IOTLB only, and changed
 * seldom, so that a search by halves beats any tree of page tables.
 */
#include "harness/inproc/iommu.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void inproc_iommu_init(struct inproc_iommu *u)
{
    memset(u, 0, sizeof *u);
}

void inproc_iommu_fini(struct inproc_iommu *u)
{
    for (unsigned i = 0; i < INPROC_DOMAINS; i++)
        free(u->domain[i].mapping);
    memset(u, 0, sizeof *u);
}

int inproc_iommu_attach(struct inproc_iommu *u, uint16_t function, unsigned domain)
{
    unsigned i = 0;

    if (domain > INPROC_IDENTITY)
        return -EINVAL;
    while (i < u->requesters && u->requester[i].function != function)
        i++;
    if (i == INPROC_REQUESTERS)
        return -ENOSPC;
    u->requester[i].function = function;
    u->requester[i].domain = (uint8_t)domain;
    if (i == u->requesters)
        u->requesters++;
    return 0;
}

/* The first mapping that ends behind the address; count: there is none. */
static size_t find(const struct inproc_domain *d, uint64_t iova)
{
    size_t low = 0, high = d->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct inproc_mapping *m = &d->mapping[middle];
        if (iova - m->iova < m->bytes || iova < m->iova)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static bool page_size(uint32_t page)
{
    return page == 1u << 12 || page == 1u << 21 || page == 1u << 30;
}

/* Room for one more at `at`. */
static int insert(struct inproc_domain *d, size_t at, const struct inproc_mapping *m)
{
    if (d->count == d->room) {
        size_t room = d->room ? 2 * d->room : 64;
        struct inproc_mapping *more = realloc(d->mapping, room * sizeof *more);
        if (!more)
            return -ENOMEM;
        d->mapping = more;
        d->room = room;
    }
    memmove(&d->mapping[at + 1], &d->mapping[at], (d->count - at) * sizeof *m);
    d->mapping[at] = *m;
    d->count++;
    return 0;
}

int inproc_iommu_map(struct inproc_iommu *u, unsigned domain, const struct inproc_mapping *wanted)
{
    const uint64_t last = wanted->iova + wanted->bytes - 1;

    if (domain >= INPROC_DOMAINS || !wanted->bytes || !page_size(wanted->page) ||
        (wanted->iova | wanted->physical | wanted->bytes) & (wanted->page - 1) ||
        last < wanted->iova || wanted->physical + wanted->bytes - 1 < wanted->physical ||
        !wanted->access || wanted->access > (INPROC_DEVICE_READS | INPROC_DEVICE_WRITES))
        return -EINVAL;
    struct inproc_domain *d = &u->domain[domain];
    size_t at = find(d, wanted->iova);
    if (at < d->count && d->mapping[at].iova <= last)
        return -EEXIST;
    return insert(d, at, wanted);
}

/* Is there a page of m with bytes on both sides of this border? */
static bool cuts(const struct inproc_mapping *m, uint64_t border)
{
    return border - m->iova < m->bytes && (border & (m->page - 1)) != 0;
}

/* Makes the mapping that holds the border in its middle into two. */
static int split(struct inproc_domain *d, uint64_t border)
{
    size_t at = find(d, border);

    if (at == d->count || border <= d->mapping[at].iova)
        return 0;
    struct inproc_mapping high = d->mapping[at];
    const uint64_t before = border - high.iova;
    high.iova += before;
    high.physical += before;
    high.bytes -= before;
    int rc = insert(d, at + 1, &high);
    if (!rc)
        d->mapping[at].bytes = before;
    return rc;
}

int64_t inproc_iommu_unmap(struct inproc_iommu *u, unsigned domain, uint64_t iova, uint64_t bytes)
{
    const uint64_t last = iova + bytes - 1;
    int64_t gone = 0;

    if (domain >= INPROC_DOMAINS || !bytes || last < iova)
        return -EINVAL;
    struct inproc_domain *d = &u->domain[domain];
    for (size_t i = find(d, iova); i < d->count && d->mapping[i].iova <= last; i++)
        if (cuts(&d->mapping[i], iova) || (last != UINT64_MAX && cuts(&d->mapping[i], last + 1)))
            return -EINVAL;
    if (split(d, iova) || (last != UINT64_MAX && split(d, last + 1)))
        return -ENOMEM;
    size_t first = find(d, iova), end = first;
    for (; end < d->count && d->mapping[end].iova <= last; end++)
        gone += (int64_t)d->mapping[end].bytes;
    memmove(&d->mapping[first], &d->mapping[end], (d->count - end) * sizeof *d->mapping);
    d->count -= end - first;
    return gone;
}

static const struct inproc_domain *domain_of(const struct inproc_iommu *u, uint16_t function,
                                             bool *identity)
{
    for (unsigned i = 0; i < u->requesters; i++) {
        if (u->requester[i].function != function)
            continue;
        *identity = u->requester[i].domain == INPROC_IDENTITY;
        return *identity ? NULL : &u->domain[u->requester[i].domain];
    }
    *identity = false;
    return NULL;
}

enum inproc_refused inproc_iommu_translate(const struct inproc_iommu *u, uint16_t function,
                                           uint64_t iova, unsigned access, uint64_t *physical,
                                           uint64_t *page)
{
    bool identity;
    const struct inproc_domain *d = domain_of(u, function, &identity);

    if (identity) {
        *physical = iova;
        *page = UINT64_MAX;
        return INPROC_ALLOWED;
    }
    if (!d)
        return INPROC_NO_DOMAIN;
    size_t at = find(d, iova);
    if (at == d->count || iova < d->mapping[at].iova)
        return INPROC_NOT_MAPPED;
    const struct inproc_mapping *m = &d->mapping[at];
    if ((m->access & access) != access)
        return m->access & INPROC_DEVICE_READS ? INPROC_NOT_WRITABLE : INPROC_NOT_READABLE;
    *physical = m->physical + (iova - m->iova);
    *page = m->page;
    return INPROC_ALLOWED;
}
