/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The IOTLB that all ports share: N entries of any page size, least recently used goes first. On a
 * hit the cached physical address is used, whatever the tables say by now, so that a forgotten
 * invalidation shows. A miss asks the host's tables and costs a walk from the time at which the
 * access is at the root complex, or a walker is free; accesses to a page that is being walked for
 * wait for that walk, and it takes an entry when it ends. Entries belong to a requester, not to a
 * domain.
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

/* A walk is over: what it found takes the place of the entry that was not used for longest. */
static void insert(struct bench *b, const struct iotlb_entry *found)
{
    struct iotlb *t = &b->st->iotlb;
    struct iotlb_entry *e =
        &t->entry[search(t, b->plan->iotlb_entries, found->function, found->page)];
    *e = *found;
    e->used = ++t->tick;
}

/* Those that are over by then. */
static void end_walks(struct bench *b, uint64_t limit_ps)
{
    struct iotlb *t = &b->st->iotlb;
    uint32_t left = 0;
    for (uint32_t i = 0; i < t->walks; i++) {
        if (t->walk[i].ready_ps <= limit_ps)
            insert(b, &t->walk[i]);
        else if (left++ != i)
            t->walk[left - 1] = t->walk[i];
    }
    t->walks = left;
}

/* The walk that looks for this page, too; NULL: none does. */
static const struct iotlb_entry *under_way(const struct iotlb *t, uint16_t function,
                                           uint64_t address, enum bench_access_kind kind)
{
    for (uint32_t i = 0; i < t->walks; i++)
        if (covers(&t->walk[i], function, address) && t->walk[i].access & 1u << kind)
            return &t->walk[i];
    return NULL;
}

static struct report_iotlb_use *count_miss(struct bench *b, uint16_t function, unsigned user)
{
    struct port_state *p = b->port[NIC_FUNCTION_PORT(function)];
    p->count.iotlb_misses++;
    p->iotlb.use[user].misses++;
    return &p->iotlb.use[user];
}

static enum nic_dma_status walk(struct bench *b, const struct iotlb_entry *old, uint16_t function,
                                unsigned user, uint64_t address, enum bench_access_kind kind,
                                uint64_t at_ps, struct iotlb_answer *answer)
{
    struct iotlb *walks = &b->st->iotlb;
    struct bench_translation t = {0};
    enum nic_dma_status status = ask(b, function, address, kind, &t);
    answer->refused = t.refused;
    if (status != NIC_DMA_OK) {
        count_miss(b, function, user);
        return status;
    }
    uint64_t page = t.page < 4096 ? 4096 : t.page;
    bool whole = page & (page - 1); /* not a power of two: the whole space, untranslated */
    uint16_t access = old->bytes && covers(old, function, address) ? old->access & BOTH : 0;
    struct iotlb_entry e = {
        .page = whole ? 0 : address & ~(page - 1), .bytes = whole ? UINT64_MAX : page,
        .function = function, .access = (uint16_t)(access | 1u << kind),
        .ready_ps = whole ? at_ps : walked(b, at_ps), .user = user,
    };
    e.physical = t.physical - (address - e.page);
    answer->target = t.physical;
    answer->ready_ps = e.ready_ps;
    if (walks->walks == IOTLB_WALKS)
        end_walks(b, UINT64_MAX);
    if (whole) { /* nothing to walk for */
        insert(b, &e);
        return NIC_DMA_OK;
    }
    count_miss(b, function, user)->walks++;
    walks->walk[walks->walks++] = e;
    trace_emit(b, BENCH_EV_iotlb_miss, function, 0, address, e.bytes, t.physical);
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
lookup_slowly(struct bench *b, uint16_t function, unsigned user, uint64_t address,
              enum bench_access_kind kind, uint64_t at_ps, struct iotlb_answer *answer)
{
    struct iotlb *t = &b->st->iotlb;
    struct port_state *p = b->port[NIC_FUNCTION_PORT(function)];
    p->iotlb.use[user].lookups++;
    end_walks(b, bench_now(b));
    const struct iotlb_entry *w = under_way(t, function, address, kind);
    unsigned i = search(t, b->plan->iotlb_entries, function, address);
    struct iotlb_entry *e = &t->entry[i];
    bool covered = covers(e, function, address);
    if (covered)
        t->large[hint_of(function, address, 21)] = t->small[hint_of(function, address, 12)] =
            (uint16_t)i;
    if (w)
        return found(w, address, answer);
    bool stale = covered && e->access >> IOTLB_STALE & 1u << kind;
    if (covered && (stale || e->access & 1u << kind)) {
        p->count.iotlb_stale += stale;
        if (stale)
            trace_emit(b, BENCH_EV_iotlb_stale, function, 0, address, kind == BENCH_WRITE,
                       e->physical + (address - e->page));
        return use(t, e, address, answer);
    }
    return walk(b, e, function, user, address, kind, at_ps, answer);
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

enum nic_dma_status iotlb_lookup(struct bench *b, uint16_t function, unsigned user,
                                 uint64_t address, enum bench_access_kind kind, uint64_t at_ps,
                                 struct iotlb_answer *answer)
{
    struct iotlb_entry *e = iotlb_hit(b, function, address, kind);
    if (!e)
        return lookup_slowly(b, function, user, address, kind, at_ps, answer);
    iotlb_used(b, function, user, e);
    return found(e, address, answer);
}

unsigned iotlb_invalidate(struct bench *b, uint16_t function, uint64_t address, uint64_t length,
                          bool lost)
{
    struct iotlb *t = &b->st->iotlb;
    unsigned dropped = 0;
    struct port_state *p = b->port[NIC_FUNCTION_PORT(function)];
    bool whole = length == UINT64_MAX;
    p->iotlb.lost += lost;
    p->iotlb.invalidations += !lost;
    p->iotlb.whole += whole && !lost;
    if (whole && !lost)
        p->remapped = 0;
    end_walks(b, UINT64_MAX);
    for (unsigned i = 0; i < b->plan->iotlb_entries; i++) {
        struct iotlb_entry *e = &t->entry[i];
        if (!e->bytes || e->function != function)
            continue;
        bool apart = e->page >= address ? e->page - address >= length
                                        : address - e->page >= e->bytes;
        if (!whole && apart)
            continue;
        dropped++;
        if (lost) {
            e->access = (uint16_t)((e->access | e->access << IOTLB_STALE) & ~BOTH);
            continue;
        }
        e->bytes = 0;
        p->iotlb.use[e->user].dropped++;
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
    if (b->st->iotlb.walks > IOTLB_WALKS)
        return false;
    for (unsigned i = 0; i < IOTLB_MAX; i++)
        if (b->st->iotlb.entry[i].user >= REPORT_REGIONS * REPORT_QUEUES)
            return false;
    for (unsigned i = 0; i < IOTLB_WALKS; i++)
        if (b->st->iotlb.walk[i].user >= REPORT_REGIONS * REPORT_QUEUES)
            return false;
    for (unsigned i = 0; i < IOTLB_HINTS; i++)
        if (b->st->iotlb.large[i] >= IOTLB_MAX || b->st->iotlb.small[i] >= IOTLB_MAX)
            return false;
    return true;
}
