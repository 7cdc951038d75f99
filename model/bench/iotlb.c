/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The IOTLB that all ports share: N entries of any page size, least recently used goes first. On a
 * hit the cached physical address is used, whatever the tables say by now, so that a forgotten
 * invalidation shows. A miss asks the host's tables and costs a walk from the time at which the
 * access is at the root complex; accesses to a page that is being walked for wait for that walk.
 * Entries belong to a requester, not to a domain.
 */
#include "model/bench/bench_priv.h"

/* Where the page around this address was found last, were it of 2^shift bytes. */
static unsigned hint_of(uint16_t function, uint64_t address, unsigned shift)
{
    return (unsigned)((address >> shift ^ function >> 8 << 4) % IOTLB_HINTS);
}

static bool covers(const struct iotlb_entry *e, uint16_t function, uint64_t address)
{
    return e->bytes && e->function == function && address - e->page < e->bytes;
}

/* The entry of the page, else the one to replace. */
static unsigned search(const struct iotlb *t, uint32_t entries, uint16_t function,
                       uint64_t address)
{
    unsigned oldest = 0;
    for (unsigned i = 0; i < entries; i++) {
        const struct iotlb_entry *e = &t->entry[i];
        if (covers(e, function, address))
            return i;
        if (!e->bytes || (t->entry[oldest].bytes && e->used < t->entry[oldest].used))
            oldest = i;
    }
    return oldest;
}

/* Its entry, when it stands where pages of usual sizes were found last; else NULL. */
static struct iotlb_entry *hinted(struct iotlb *t, uint16_t function, uint64_t address)
{
    struct iotlb_entry *large = &t->entry[t->large[hint_of(function, address, 21)]];
    struct iotlb_entry *small = &t->entry[t->small[hint_of(function, address, 12)]];
    if (covers(large, function, address))
        return large;
    return covers(small, function, address) ? small : NULL;
}

static enum nic_dma_status walk(struct bench *b, struct iotlb_entry *e, uint16_t function,
                                uint64_t address, enum bench_access_kind kind, uint64_t at_ps)
{
    struct bench_translation t = {0};
    enum nic_dma_status status = b->ops->translate(b->host, function, address, kind, &t);
    if (status != NIC_DMA_OK)
        return status;
    uint64_t page = t.page < 4096 ? 4096 : t.page;
    bool whole = page & (page - 1); /* not a power of two: the whole space, untranslated */
    uint16_t access = e->bytes && covers(e, function, address) ? e->access : 0;
    *e = (struct iotlb_entry){
        .page = whole ? 0 : address & ~(page - 1), .bytes = whole ? UINT64_MAX : page,
        .function = function, .access = (uint16_t)(access | 1u << kind),
        .ready_ps = at_ps + bench_time(b, TIMING_iotlb_walk),
    };
    e->physical = t.physical - (address - e->page);
    trace_emit(b, BENCH_EV_iotlb_miss, function, 0, address, e->bytes, t.physical);
    return NIC_DMA_OK;
}

static enum nic_dma_status use(struct iotlb *t, struct iotlb_entry *e, uint64_t address,
                               uint64_t *physical, uint64_t *ready_ps)
{
    e->used = ++t->tick;
    *physical = e->physical + (address - e->page);
    *ready_ps = e->ready_ps;
    return NIC_DMA_OK;
}

/* No hint, no entry, or one without this kind of access. */
__attribute__((cold)) static enum nic_dma_status
lookup_slowly(struct bench *b, uint16_t function, uint64_t address, enum bench_access_kind kind,
              uint64_t at_ps, uint64_t *physical, uint64_t *ready_ps)
{
    struct iotlb *t = &b->st->iotlb;
    struct report_port *count = &b->st->port[NIC_FUNCTION_PORT(function)].count;
    unsigned i = search(t, b->plan->iotlb_entries, function, address);
    struct iotlb_entry *e = &t->entry[i];
    t->large[hint_of(function, address, 21)] = t->small[hint_of(function, address, 12)] =
        (uint16_t)i;
    if (covers(e, function, address) && e->access & 1u << kind) {
        count->iotlb_hits++;
        return use(t, e, address, physical, ready_ps);
    }
    count->iotlb_misses++;
    enum nic_dma_status status = walk(b, e, function, address, kind, at_ps);
    return status == NIC_DMA_OK ? use(t, e, address, physical, ready_ps) : status;
}

enum nic_dma_status iotlb_lookup(struct bench *b, uint16_t function, uint64_t address,
                                 enum bench_access_kind kind, uint64_t at_ps,
                                 uint64_t *physical, uint64_t *ready_ps)
{
    struct iotlb_entry *e = hinted(&b->st->iotlb, function, address);
    if (!e || !(e->access & 1u << kind))
        return lookup_slowly(b, function, address, kind, at_ps, physical, ready_ps);
    b->st->port[NIC_FUNCTION_PORT(function)].count.iotlb_hits++;
    return use(&b->st->iotlb, e, address, physical, ready_ps);
}

unsigned iotlb_invalidate(struct bench *b, uint16_t function, uint64_t address, uint64_t length)
{
    struct iotlb *t = &b->st->iotlb;
    unsigned dropped = 0;
    for (unsigned i = 0; i < b->plan->iotlb_entries; i++) {
        struct iotlb_entry *e = &t->entry[i];
        if (!e->bytes || e->function != function)
            continue;
        bool apart = e->page >= address ? e->page - address >= length
                                        : address - e->page >= e->bytes;
        if (length != UINT64_MAX && apart)
            continue;
        e->bytes = 0;
        dropped++;
    }
    return dropped;
}

bool iotlb_valid(const struct bench *b)
{
    for (unsigned i = 0; i < IOTLB_HINTS; i++)
        if (b->st->iotlb.large[i] >= IOTLB_MAX || b->st->iotlb.small[i] >= IOTLB_MAX)
            return false;
    return true;
}
