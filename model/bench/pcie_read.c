/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Split reads: each in a slot from its request to its completion. The requests of a port reach the
 * root complex in order, behind what was posted before them; completions come back in the order in
 * which memory answered, but for walks of the IOTLB. Each way has a line on the heap, which stands
 * for the first read of it. What memory does is rootcomplex.c's business.
 */
#include "model/bench/bench_priv.h"
#include "model/bench/exercise.h"

_Static_assert((READ_SLOTS & (READ_SLOTS - 1)) == 0, "a line of reads is a ring");
_Static_assert((int)LINE_READ + READ_WAYS <= SCHED_LINE_NIC, "each way has a line");

static inline int slot_of(uint16_t tag)
{
    unsigned slot = NIC_TAG_SLOT(tag);
    if (__builtin_expect(NIC_TAG_KIND(tag) == NIC_TAG_TX_DATA, 1))
        return slot < NIC_TX_DATA_SLOTS ? (int)slot : -1;
    switch (NIC_TAG_KIND(tag)) {
    case NIC_TAG_TX_DESC:
        return slot < NIC_TX_DESC_SLOTS ? (int)(NIC_TX_DATA_SLOTS + slot) : -1;
    case NIC_TAG_RX_DESC:
        return slot < NIC_RX_DESC_SLOTS
                   ? (int)(NIC_TX_DATA_SLOTS + NIC_TX_DESC_SLOTS + slot) : -1;
    case BENCH_EXERCISE_TAG:
        return slot < READ_SLOTS ? (int)slot : -1;
    default:
        return -1;
    }
}

/* Mostly one, without a division. */
static inline uint64_t tlps(uint32_t bytes, uint64_t each)
{
    return bytes <= each ? 1 : pcie_tlps(bytes, each);
}

static enum read_way way_of(const struct read_slot *r, unsigned slot)
{
    return r->phase == READ_BACK ? WAY_BACK : slot < NIC_TX_DATA_SLOTS ? WAY_DATA : WAY_DESC;
}

/* Payload that is sampled a little late, with the next wake, is sampled before anything of it can
 * be seen; descriptors are sampled exactly. */
static void schedule(struct bench *b, unsigned port, enum read_way way, uint64_t due_ps)
{
    bench_line(b, due_ps, port, LINE_READ + way, b->read_lead_ps[way]);
}

static unsigned place(const struct read_line *l, unsigned i)
{
    return (l->head + i) % READ_SLOTS;
}

/* Into its line: by due time, among equals by slot. */
static inline void join(struct bench *b, unsigned port, unsigned slot, enum read_way way,
                        uint64_t due_ps)
{
    struct read_line *l = &b->port[port]->reads[way];
    unsigned i = l->count++;
    for (; i; i--) {
        unsigned before = place(l, i - 1);
        if (l->due_ps[before] < due_ps ||
            (l->slot[before] < slot && l->due_ps[before] == due_ps))
            break;
        l->due_ps[place(l, i)] = l->due_ps[before];
        l->slot[place(l, i)] = l->slot[before];
    }
    l->due_ps[place(l, i)] = due_ps;
    l->slot[place(l, i)] = (uint8_t)slot;
    if (!i)
        schedule(b, port, way, due_ps);
}

/* The NIC was reset and uses a slot again whose read is still on its way. */
__attribute__((cold)) static void leave(struct port_state *p, unsigned slot)
{
    struct read_line *l = &p->reads[way_of(&p->read[slot], slot)];
    unsigned i = 0;
    while (i < l->count && l->slot[place(l, i)] != slot)
        i++;
    if (i == l->count)
        return;
    for (l->count--; i < l->count; i++) {
        l->due_ps[place(l, i)] = l->due_ps[place(l, i + 1)];
        l->slot[place(l, i)] = l->slot[place(l, i + 1)];
    }
}

void pcie_read(struct bench *b, uint16_t function, uint16_t tag, uint64_t address,
               uint32_t length)
{
    unsigned port = NIC_FUNCTION_PORT(function);
    struct port_state *p = b->port[port];
    int slot = slot_of(tag);
    if (slot < 0 || !length || length > NIC_READ_MAX) {
        trace_emit(b, BENCH_EV_overflow, function, tag, QUEUE_READ, 0, 0);
        return;
    }
    p->count.dma_reads++;
    p->count.dma_read_bytes += length;
    p->count.desc_reads += NIC_TAG_KIND(tag) != NIC_TAG_TX_DATA;
    struct read_slot *r = &p->read[slot];
    uint64_t requests = tlps(length, bench_time(b, TIMING_pcie_mrrs));
    bool payload = slot < NIC_TX_DATA_SLOTS;
    uint64_t up = pcie_serve_from(b, &p->up_free_ps,
                                  payload ? pcie_engine_read(b, p) : bench_now(b),
                                  bench_time(b, TIMING_pcie_read_header) * requests);
    if (r->phase == READ_TO_ROOT || r->phase == READ_BACK)
        leave(p, (unsigned)slot);
    r->address = address;
    r->tag = tag;
    r->length = (uint16_t)length;
    r->phase = READ_TO_ROOT;
    r->fn = (uint8_t)function;
    r->user = b->nic[port].read_queue;
    r->status = NIC_DMA_OK;
    /* Behind the writes that were posted before it. */
    join(b, port, (unsigned)slot, slot < NIC_TX_DATA_SLOTS ? WAY_DATA : WAY_DESC,
         bench_max(up + bench_time(b, TIMING_pcie_oneway), p->last_land_ps));
}

/* TLPs of the answer: the first ends at a multiple of 64 when the address is none. */
static inline uint64_t completions(const struct bench *b, const struct read_slot *r)
{
    uint64_t most = bench_time(b, TIMING_pcie_mps), cpl = bench_time(b, TIMING_pcie_cpl);
    uint32_t odd = r->address & 63, first = 64 - odd;
    most = cpl < most ? cpl : most;
    if (!odd)
        return tlps(r->length, most);
    return r->length <= first ? 1 : 1 + tlps(r->length - first, most);
}

/* What is zero on most machines. */
static inline uint64_t more(struct bench *b, struct port_state *p, const struct read_slot *r)
{
    uint64_t jitter = bench_time(b, TIMING_rc_jitter), byte = bench_time(b, TIMING_nic_read_byte);
    if (__builtin_expect(!(jitter | byte), 1))
        return 0;
    uint64_t ps = byte * r->length / 1000;
    if (!jitter)
        return ps;
    uint64_t mixed = ++p->reads_seen * 0x9e3779b97f4a7c15ull; /* evenly spread, and no luck */
    return ps + (uint64_t)((unsigned __int128)(mixed ^ mixed << 23) * jitter >> 64);
}

void pcie_read_answer(struct bench *b, unsigned port, unsigned slot, enum nic_dma_status status,
                      const void *data)
{
    struct port_state *p = b->port[port];
    struct read_slot *r = &p->read[slot];
    uint64_t bytes = bench_time(b, TIMING_pcie_cpl_header) * completions(b, r);
    r->status = (uint8_t)status;
    if (__builtin_expect(status == NIC_DMA_OK, 1)) {
        if (slot < NIC_SLOTS)
            nic_copy(p->read_data[slot], data, r->length);
        bytes += r->length;
    } else {
        root_refused(b, NIC_FUNCTION(port, r->fn), r->tag, r->address, r->length, status,
                     r->refused);
        nic_refused(&b->nic[port], r->tag, r->address, false);
    }
    r->phase = READ_BACK;
    join(b, port, slot, WAY_BACK,
         pcie_serve(b, &p->down_free_ps, bytes) + bench_time(b, TIMING_rc_read) +
             bench_time(b, TIMING_nic_read) + r->walk_ps + more(b, p, r));
}

void bench_dma_done(struct bench *b, uint16_t function, uint16_t tag, enum nic_dma_status status,
                    const void *data, uint32_t length)
{
    unsigned port = NIC_FUNCTION_PORT(function);
    int slot = slot_of(tag);
    if (port >= b->st->ports || slot < 0)
        return;
    const struct read_slot *r = &b->port[port]->read[slot];
    if (r->phase != READ_AT_ROOT || r->tag != tag)
        return; /* an answer to nothing that was asked */
    if (status == NIC_DMA_OK && length != r->length)
        status = NIC_DMA_ABORT;
    pcie_read_answer(b, port, (unsigned)slot, status, data);
    if (!b->inside)
        bench_settle(b);
}

/* The first read of this way, if it is due; the one behind it is the next. NULL: none is due. */
static inline struct read_slot *first_due(struct bench *b, unsigned port, enum read_way way,
                                          unsigned *slot)
{
    struct port_state *p = b->port[port];
    struct read_line *l = &p->reads[way];
    if (!l->count)
        return NULL;
    unsigned first = l->head;
    if (l->due_ps[first] > bench_now(b)) {
        schedule(b, port, way, l->due_ps[first]);
        return NULL;
    }
    l->head = place(l, 1);
    if (--l->count)
        schedule(b, port, way, l->due_ps[l->head]);
    *slot = l->slot[first];
    return &p->read[*slot];
}

void pcie_read_at_root(struct bench *b, unsigned port, enum read_way way)
{
    unsigned slot;
    struct read_slot *r = first_due(b, port, way, &slot);
    if (!r)
        return;
    r->phase = READ_AT_ROOT;
    pcie_land_due(b, port); /* payload before it, which has no event of its own */
    root_read(b, port, slot);
}

void pcie_read_back(struct bench *b, unsigned port)
{
    unsigned slot;
    struct read_slot *r = first_due(b, port, WAY_BACK, &slot);
    if (!r)
        return;
    bool ok = r->status == NIC_DMA_OK;
    r->phase = READ_FREE;
    if (__builtin_expect(b->exercise != NULL, 0)) {
        exercise_answer(b, slot);
        return;
    }
    nic_dma_done(&b->nic[port], r->tag, (enum nic_dma_status)r->status,
                 ok ? b->port[port]->read_data[slot] : NULL, ok ? r->length : 0);
}

/* Loaded state: every read on its way stands in the line of its way, and nothing else does. */
bool pcie_read_valid(const struct bench *b, unsigned port)
{
    const struct port_state *p = b->port[port];
    uint64_t told = 0, under_way = 0;
    for (unsigned i = 0; i < READ_SLOTS; i++) {
        const struct read_slot *r = &p->read[i];
        if (r->length > NIC_READ_MAX || r->phase > READ_BACK || r->fn > NIC_VFS ||
            r->user >= REPORT_QUEUES ||
            (r->phase != READ_FREE && slot_of(r->tag) != (int)i))
            return false;
        under_way |= (uint64_t)(r->phase == READ_TO_ROOT || r->phase == READ_BACK) << i;
    }
    for (unsigned way = 0; way < READ_WAYS; way++) {
        const struct read_line *l = &p->reads[way];
        if (l->head >= READ_SLOTS || l->count > READ_SLOTS)
            return false;
        for (unsigned i = 0; i < l->count; i++) {
            unsigned slot = l->slot[place(l, i)];
            if (slot >= READ_SLOTS || told >> slot & 1 || way_of(&p->read[slot], slot) != way)
                return false;
            told |= 1ull << slot;
        }
    }
    return told == under_way;
}
