/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The IOTLB that all ports share: N entries of any page size, least recently used goes first. On a
 * hit the cached physical address is used, whatever the tables say by now, so that a forgotten
 * invalidation shows. A miss asks the host's tables and costs a walk from the time at which the
 * access is at the root complex, or a walker is free; accesses to a page that is being walked for
 * wait for that walk. Entries belong to a requester, not to a domain.
 *
 * A fault of the plan can lose an invalidation: entries of its range turn stale, which the quick
 * way takes for no entry, and the slow one tells of every use. Another can take a page out of the
 * host's tables for a time: a hole, which every walk looks at first.
 */
#include "model/bench/bench_priv.h"

enum { BOTH = 1 << BENCH_READ | 1 << BENCH_WRITE };

/* Where the page around this address was found last, were it of 2^shift bytes. */
static unsigned hint_of(uint16_t function, uint64_t address, unsigned shift)
{
    return (unsigned)((address >> shift ^ function >> 4 ^ function) % IOTLB_HINTS);
}

static bool covers(const struct iotlb_entry *e, uint16_t function, uint64_t address)
{
    return address - e->page < e->bytes && e->function == function;
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
static inline struct iotlb_entry *hinted(struct iotlb *t, uint16_t function, uint64_t address)
{
    struct iotlb_entry *e = &t->entry[t->large[hint_of(function, address, 21)]];
    if (__builtin_expect(covers(e, function, address), 1))
        return e;
    e = &t->entry[t->small[hint_of(function, address, 12)]];
    return covers(e, function, address) ? e : NULL;
}

bool iotlb_in_hole(const struct bench *b, uint16_t function, uint64_t address)
{
    const struct iotlb *t = &b->st->iotlb;
    for (unsigned i = 0; i < t->holes; i++) {
        const struct iotlb_hole *h = &t->hole[i];
        if (h->function == function && address - h->page < h->bytes && bench_now(b) < h->until_ps)
            return true;
    }
    return false;
}

/* What the tables say; a refusal has an event. */
static enum nic_dma_status ask(struct bench *b, uint16_t function, uint64_t address,
                               enum bench_access_kind kind, struct bench_translation *t)
{
    enum nic_dma_status status = NIC_DMA_FAULT;
    t->refused = REPORT_REFUSED_UNMAPPED;
    if (!iotlb_in_hole(b, function, address)) {
        t->refused = REPORT_REFUSED;
        status = b->ops->translate(b->host, function, address, kind, t);
    }
    if (status != NIC_DMA_OK)
        trace_emit(b, BENCH_EV_iommu_fault, function, 0, address, kind == BENCH_WRITE,
                   t->refused);
    return status;
}

/* When a walk ends that could begin at at_ps: the walker that is free first takes it. */
static uint64_t walked(struct bench *b, uint64_t at_ps)
{
    struct iotlb *t = &b->st->iotlb;
    uint64_t walk_ps = bench_time(b, TIMING_iotlb_walk);
    uint64_t walkers = bench_time(b, TIMING_iotlb_walkers);
    unsigned first = 0;
    if (!walkers)
        return at_ps + walk_ps;
    for (unsigned i = 1; i < walkers && i < IOTLB_WALKERS; i++)
        if (t->walker_ps[i] < t->walker_ps[first])
            first = i;
    return t->walker_ps[first] = bench_max(at_ps, t->walker_ps[first]) + walk_ps;
}

static enum nic_dma_status walk(struct bench *b, struct iotlb_entry *e, uint16_t function,
                                uint64_t address, enum bench_access_kind kind, uint64_t at_ps,
                                struct iotlb_answer *answer)
{
    struct bench_translation t = {0};
    enum nic_dma_status status = ask(b, function, address, kind, &t);
    answer->refused = t.refused;
    if (status != NIC_DMA_OK)
        return status;
    uint64_t page = t.page < 4096 ? 4096 : t.page;
    bool whole = page & (page - 1); /* not a power of two: the whole space, untranslated */
    uint16_t access = e->bytes && covers(e, function, address) ? e->access & BOTH : 0;
    *e = (struct iotlb_entry){
        .page = whole ? 0 : address & ~(page - 1), .bytes = whole ? UINT64_MAX : page,
        .function = function, .access = (uint16_t)(access | 1u << kind),
        .ready_ps = whole ? at_ps : walked(b, at_ps),
    };
    e->physical = t.physical - (address - e->page);
    if (!whole)
        trace_emit(b, BENCH_EV_iotlb_miss, function, 0, address, e->bytes, t.physical);
    return NIC_DMA_OK;
}

static enum nic_dma_status found(const struct iotlb_entry *e, uint64_t address,
                                 struct iotlb_answer *answer)
{
    answer->target = e->physical + (address - e->page);
    answer->ready_ps = e->ready_ps;
    return NIC_DMA_OK;
}

static enum nic_dma_status use(struct iotlb *t, struct iotlb_entry *e, uint64_t address,
                               struct iotlb_answer *answer)
{
    e->used = ++t->tick;
    return found(e, address, answer);
}

/* No hint, no entry, or one without this kind of access. */
__attribute__((cold)) static enum nic_dma_status
lookup_slowly(struct bench *b, uint16_t function, uint64_t address, enum bench_access_kind kind,
              uint64_t at_ps, struct iotlb_answer *answer)
{
    struct iotlb *t = &b->st->iotlb;
    struct report_port *count = &b->st->port[NIC_FUNCTION_PORT(function)].count;
    unsigned i = search(t, b->plan->iotlb_entries, function, address);
    struct iotlb_entry *e = &t->entry[i];
    t->large[hint_of(function, address, 21)] = t->small[hint_of(function, address, 12)] =
        (uint16_t)i;
    bool covered = covers(e, function, address);
    bool stale = covered && e->access >> IOTLB_STALE & 1u << kind;
    if (covered && (stale || e->access & 1u << kind)) {
        count->iotlb_hits++;
        count->iotlb_stale += stale;
        if (stale)
            trace_emit(b, BENCH_EV_iotlb_stale, function, 0, address, kind == BENCH_WRITE,
                       e->physical + (address - e->page));
        return use(t, e, address, answer);
    }
    enum nic_dma_status status = walk(b, e, function, address, kind, at_ps, answer);
    count->iotlb_misses += status != NIC_DMA_OK || e->bytes != UINT64_MAX;
    return status == NIC_DMA_OK ? use(t, e, address, answer) : status;
}

struct iotlb_entry *iotlb_hit(struct bench *b, uint16_t function, uint64_t address,
                              enum bench_access_kind kind)
{
    struct iotlb *t = &b->st->iotlb;
    struct iotlb_entry *e = hinted(t, function, address);
    if (__builtin_expect(!e || !(e->access & 1u << kind), 0))
        return NULL;
    return e;
}

enum nic_dma_status iotlb_lookup(struct bench *b, uint16_t function, uint64_t address,
                                 enum bench_access_kind kind, uint64_t at_ps,
                                 struct iotlb_answer *answer)
{
    struct iotlb_entry *e = iotlb_hit(b, function, address, kind);
    if (!e)
        return lookup_slowly(b, function, address, kind, at_ps, answer);
    iotlb_used(b, function, e);
    return found(e, address, answer);
}

unsigned iotlb_invalidate(struct bench *b, uint16_t function, uint64_t address, uint64_t length,
                          bool lost)
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
        if (lost)
            e->access = (uint16_t)((e->access | e->access << IOTLB_STALE) & ~BOTH);
        else
            e->bytes = 0;
        dropped++;
    }
    return dropped;
}

bool iotlb_unmap(struct bench *b, uint16_t function, uint64_t address, uint64_t until_ps)
{
    struct iotlb *t = &b->st->iotlb;
    struct bench_translation page = {0};
    if (iotlb_in_hole(b, function, address) ||
        (b->ops->translate(b->host, function, address, BENCH_READ, &page) != NIC_DMA_OK &&
         b->ops->translate(b->host, function, address, BENCH_WRITE, &page) != NIC_DMA_OK) ||
        page.page < 4096 || page.page & (page.page - 1))
        return false;
    struct iotlb_hole *h = &t->hole[t->next_hole];
    *h = (struct iotlb_hole){
        .page = address & ~(page.page - 1), .bytes = page.page, .until_ps = until_ps,
        .function = function,
    };
    t->next_hole = (t->next_hole + 1) % IOTLB_HOLES;
    t->holes = t->holes < IOTLB_HOLES ? t->holes + 1 : IOTLB_HOLES;
    trace_emit(b, BENCH_EV_iommu_unmap, function, 0, h->page, h->bytes, until_ps);
    bench_invalidate(b, function, h->page, h->bytes);
    return true;
}

bool iotlb_valid(const struct bench *b)
{
    if (b->st->iotlb.holes > IOTLB_HOLES || b->st->iotlb.next_hole >= IOTLB_HOLES)
        return false;
    for (unsigned i = 0; i < IOTLB_HINTS; i++)
        if (b->st->iotlb.large[i] >= IOTLB_MAX || b->st->iotlb.small[i] >= IOTLB_MAX)
            return false;
    return true;
}
