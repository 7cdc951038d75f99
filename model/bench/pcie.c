/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The PCIe link of each port: two servers (up, down) with a next-free time each, and the posted
 * writes that are on their way. What memory does is rootcomplex.c's business.
 *
 * Posted writes land in the order in which they were given. Payload is not looked at before its
 * descriptor, so it has no event of its own: it lands with the first visible write behind it, or
 * LATER_PS after its time when none comes. All landing is done by events (or by a register read in
 * functional mode), never by the mere passing of the host, so that the order of the trace does
 * not depend on when a host calls.
 *
 * What flow control, acknowledgements and skips take from a link is in the time of a byte. In front
 * of the link is the NIC's DMA engine, which takes a while for each request for payload.
 */
#include "model/bench/bench_priv.h"
#include "model/bench/hash.h"

#define LATER_PS 10000000u
enum { WRITE_COST = 32, MESSAGE_BYTES = 4, DESC_BYTES = 16 };

/* ---- posted writes ---- */
uint32_t pcie_room(const struct bench *b, uint16_t function)
{
    struct port_state *p = b->port[NIC_FUNCTION_PORT(function)];
    uint32_t room = p->credit_used < POSTED_CREDIT ? POSTED_CREDIT - p->credit_used : 0;
    if (room < NIC_ROOM_MAX)
        p->little_room = 1;
    return room;
}

static struct posted_desc *desc_of(struct posted *e)
{
    return (struct posted_desc *)(e + 1);
}

static void land_schedule(struct bench *b, unsigned port, struct posted *e)
{
    struct port_state *p = b->port[port];
    if (e->visible && !p->land_pending) {
        p->land_pending = 1;
        bench_line(b, e->kind == POSTED_FRAME ? desc_of(e)->land_ps : e->land_ps, port, LINE_LAND,
                   0);
    } else if (!e->visible && !p->land_pending && !p->later_pending) {
        p->later_pending = 1;
        bench_at(b, e->land_ps + LATER_PS, SCHED_BUS, port, 0, KIND_LAND_LATER, 0);
    }
}

__attribute__((cold, noinline)) static void overflow(struct bench *b, unsigned port)
{
    trace_emit(b, BENCH_EV_overflow, NIC_FUNCTION(port, 0), 0, QUEUE_POSTED, 0, 0);
}

/* A place in the queue for a piece of `length` bytes; NULL: the device ignored room(). */
static struct posted *reserve(struct bench *b, uint16_t function, uint32_t length,
                              uint32_t credit)
{
    unsigned port = NIC_FUNCTION_PORT(function);
    struct port_state *p = b->port[port];
    uint32_t at = nic_fifo_push(&p->posted, p->posted_ring, POSTED_BYTES,
                                (uint32_t)sizeof(struct posted) + length);
    if (at == NIC_FIFO_NONE) {
        overflow(b, port);
        return NULL;
    }
    struct posted *e = nic_fifo_at(p->posted_ring, at);
    e->length = (uint16_t)length;
    e->credit = (uint16_t)credit;
    e->function = function;
    e->tag = 0;
    e->status = NIC_DMA_OK;
    e->physical = 0;
    p->credit_used += credit;
    return e;
}

/* On its way: behind everything that was given before. */
static void send(struct bench *b, unsigned port, struct posted *e, uint64_t land_ps)
{
    struct port_state *p = b->port[port];
    e->land_ps = p->last_land_ps = bench_max(land_ps, p->last_land_ps);
    land_schedule(b, port, e);
}

/* What faults do to a write. */
struct struck {
    uint64_t late_ps;
    bool refused;
};

static struct struck strike(struct bench *b, unsigned port, uint16_t tag)
{
    unsigned kind = NIC_TAG_KIND(tag);
    struct struck s = {0};
    s.refused = fault_hits(b, PLAN_FAULT_DMA_REFUSE, port,
                           kind - NIC_TAG_RX_DATA + PLAN_WRITES_PAYLOAD, tag) != NULL;
    const struct plan_fault *late =
        kind == NIC_TAG_RX_DATA ? NULL
                                : fault_hits(b, PLAN_FAULT_WRITEBACK_DELAY, port, 0, tag);
    s.late_ps = late ? late->time_ps : 0;
    return s;
}

/* The queue of a write is in its tag. */
static inline unsigned user_of(uint16_t tag)
{
    return iotlb_user(NIC_TAG_KIND(tag), NIC_TAG_SLOT(tag));
}

/* Where it goes, and not before when; not by the quick way. */
__attribute__((noinline)) static uint64_t translate(struct bench *b, uint16_t function,
                                                    struct posted *e, uint64_t arrives_ps)
{
    struct iotlb_answer at;
    e->status = (uint8_t)root_translate(b, function, user_of(e->tag), e->address, BENCH_WRITE,
                                        arrives_ps, &at);
    e->target = at.target;
    e->data = at.refused;
    e->physical = b->translates;
    if (e->status != NIC_DMA_OK)
        nic_refused(&b->nic[NIC_FUNCTION_PORT(function)], e->tag, e->address, true);
    return at.ready_ps;
}

/* Its entry in the IOTLB, if it is found by the quick way and no fault may strike it. */
static inline struct iotlb_entry *entry_of(struct bench *b, uint16_t function, uint64_t address)
{
    return b->translates && !b->st->faults.armed ? iotlb_hit(b, function, address, BENCH_WRITE)
                                                 : NULL;
}

/* One request, within a page. t: its entry, or NULL. */
static inline void post(struct bench *b, uint16_t function, uint16_t tag, uint64_t address,
                        const void *data, uint32_t length, uint32_t credit, uint64_t tlps,
                        struct iotlb_entry *t, struct struck struck)
{
    unsigned port = NIC_FUNCTION_PORT(function);
    struct port_state *p = b->port[port];
    struct posted *e = reserve(b, function, length, credit);
    if (!e)
        return;
    bool payload = NIC_TAG_KIND(tag) == NIC_TAG_RX_DATA;
    uint64_t arrives = pcie_serve_from(b, &p->up_free_ps,
                                       payload ? pcie_engine_write(b, p) : bench_now(b),
                                       length + tlps * bench_time(b, TIMING_pcie_write_header)) +
                       bench_time(b, TIMING_pcie_oneway);
    uint64_t ready_ps = 0;
    e->kind = POSTED_WRITE;
    e->tag = tag;
    e->visible = !payload;
    e->address = address;
    if (t) {
        iotlb_used(b, function, user_of(tag), t);
        e->target = t->physical + (address - t->page);
        e->physical = 1;
        ready_ps = t->ready_ps;
    } else {
        ready_ps = translate(b, function, e, arrives);
    }
    if (struck.refused) {
        e->status = NIC_DMA_FAULT;
        e->data = REPORT_REFUSED_FAULT;
    }
    if (length == DESC_BYTES)
        memcpy(e + 1, data, DESC_BYTES);
    else
        nic_copy(e + 1, data, length);
    if (b->ops->cache)
        struck.late_ps += b->ops->cache(b->host, e->target, length, BENCH_WRITE);
    send(b, port, e,
         bench_max(arrives, ready_ps) + bench_time(b, TIMING_rc_write) + struck.late_ps);
}

/* One TLP will do for it. */
static inline bool is_plain(const struct bench *b, uint64_t address, uint32_t length)
{
    return length && (address & 4095) + length <= 4096 &&
           length <= bench_time(b, TIMING_pcie_mps);
}

/* A request never crosses a page, and has more than one TLP when it is long. */
__attribute__((noinline)) static void post_pieces(struct bench *b, uint16_t function, uint16_t tag,
                                                  uint64_t address, const uint8_t *from,
                                                  uint32_t length, struct struck struck)
{
    uint32_t credit = length + WRITE_COST;
    while (length) {
        uint32_t page_left = 4096 - (uint32_t)(address & 4095);
        uint32_t bytes = length < page_left ? length : page_left;
        post(b, function, tag, address, from, bytes, credit,
             pcie_tlps(bytes, bench_time(b, TIMING_pcie_mps)), entry_of(b, function, address),
             struck);
        credit = 0;
        struck.late_ps = 0; /* the first piece holds up the rest */
        from += bytes;
        address += bytes;
        length -= bytes;
    }
}

void pcie_write(struct bench *b, uint16_t function, uint16_t tag, uint64_t address,
                const void *data, uint32_t length)
{
    struct report_port *count = &b->port[NIC_FUNCTION_PORT(function)]->count;
    if (!length || length > NIC_FRAME_MAX)
        return;
    count->dma_writes++;
    count->dma_write_bytes += length;
    count->desc_writebacks += NIC_TAG_KIND(tag) != NIC_TAG_RX_DATA;
    struct struck struck = {0};
    if (__builtin_expect(b->st->faults.armed != 0, 0))
        struck = strike(b, NIC_FUNCTION_PORT(function), tag);
    else if (is_plain(b, address, length)) {
        post(b, function, tag, address, data, length, length + WRITE_COST, 1,
             entry_of(b, function, address), struck);
        return;
    }
    post_pieces(b, function, tag, address, data, length, struck);
}

/* Payload that was posted by itself would have asked for this: see land_schedule(). */
__attribute__((noinline)) static void land_later(struct bench *b, unsigned port, uint64_t land_ps)
{
    struct port_state *p = b->port[port];
    if (p->land_pending || p->later_pending)
        return;
    p->later_pending = 1;
    bench_at(b, land_ps + LATER_PS, SCHED_BUS, port, 0, KIND_LAND_LATER, 0);
}

/* Payload and descriptor as one record: both within a page, and found. */
static inline void post_frame(struct bench *b, uint16_t function, const struct nic_delivery *d,
                              const struct iotlb_entry *data, const struct iotlb_entry *desc,
                              uint64_t tlps)
{
    unsigned port = NIC_FUNCTION_PORT(function);
    struct port_state *p = b->port[port];
    struct posted *e = reserve(b, function, (uint32_t)sizeof(struct posted_desc) + d->length,
                               d->length + DESC_BYTES + 2 * WRITE_COST);
    if (!e)
        return;
    struct posted_desc *behind = desc_of(e);
    uint64_t header = bench_time(b, TIMING_pcie_write_header);
    uint64_t way_ps = bench_time(b, TIMING_pcie_oneway), last_ps = bench_time(b, TIMING_rc_write);
    uint64_t arrives = pcie_serve_from(b, &p->up_free_ps, pcie_engine_write(b, p),
                                       d->length + tlps * header) + way_ps;
    e->land_ps = bench_max(bench_max(arrives, data->ready_ps) + last_ps, p->last_land_ps);
    e->address = d->address;
    e->target = data->physical + (d->address - data->page);
    e->length = (uint16_t)d->length;
    e->tag = d->data_tag;
    e->kind = POSTED_FRAME;
    e->visible = e->physical = 1;
    arrives = pcie_serve(b, &p->up_free_ps, DESC_BYTES + header) + way_ps;
    behind->land_ps = p->last_land_ps =
        bench_max(bench_max(arrives, desc->ready_ps) + last_ps, e->land_ps);
    behind->address = d->desc_address;
    behind->target = desc->physical + (d->desc_address - desc->page);
    behind->tag = d->desc_tag;
    memcpy(behind->bytes, d->desc, DESC_BYTES);
    nic_copy(behind + 1, d->bytes, d->length);
    if (tlps > 1)
        land_later(b, port, e->land_ps);
    land_schedule(b, port, e);
}

/* The descriptor is to be found by a walk, or a fault may strike. */
__attribute__((noinline)) static void deliver_apart(struct bench *b, uint16_t function,
                                                    const struct nic_delivery *d)
{
    pcie_write(b, function, d->data_tag, d->address, d->bytes, d->length);
    pcie_write(b, function, d->desc_tag, d->desc_address, d->desc, DESC_BYTES);
}

void pcie_deliver(struct bench *b, uint16_t function, const struct nic_delivery *d)
{
    struct report_port *count = &b->port[NIC_FUNCTION_PORT(function)]->count;
    bool plain = d->length && (d->address & 4095) + d->length <= 4096 &&
                 (d->desc_address & 4095) <= 4096 - DESC_BYTES && b->quick;
    struct iotlb_entry *data, *desc;
    if (!plain || !(desc = entry_of(b, function, d->desc_address)) ||
        !(data = entry_of(b, function, d->address))) {
        deliver_apart(b, function, d);
        return;
    }
    iotlb_used(b, function, iotlb_user(NIC_TAG_RX_DATA, NIC_TAG_SLOT(d->data_tag)), data);
    iotlb_used(b, function, iotlb_user(NIC_TAG_RX_WB, NIC_TAG_SLOT(d->desc_tag)), desc);
    count->dma_writes += 2;
    count->dma_write_bytes += d->length + DESC_BYTES;
    count->desc_writebacks++;
    uint64_t mps = bench_time(b, TIMING_pcie_mps);
    post_frame(b, function, d, data, desc, d->length <= mps ? 1 : pcie_tlps(d->length, mps));
}

/* What the IOMMU adds to a message: the first of each vector fetches its entry. */
static uint64_t remap(struct bench *b, struct port_state *p, uint32_t data)
{
    uint64_t bit = 1ull << data % 64;
    bool known = !b->translates || p->remapped & bit;
    p->remapped |= bit;
    return known ? 0 : bench_time(b, TIMING_irq_remap);
}

/* Messages and INTx: small posted writes behind the data that they announce. */
static void announce(struct bench *b, uint16_t function, enum posted_kind kind, uint64_t address,
                     uint32_t data)
{
    unsigned port = NIC_FUNCTION_PORT(function);
    struct posted *e = reserve(b, function, 0, MESSAGE_BYTES + WRITE_COST);
    if (!e)
        return;
    e->kind = (uint8_t)kind;
    e->visible = 1;
    e->address = address;
    e->data = data;
    uint64_t sent = pcie_up(b, port, MESSAGE_BYTES + bench_time(b, TIMING_pcie_write_header));
    sent += kind == POSTED_MESSAGE ? remap(b, b->port[port], data) : 0;
    send(b, port, e,
         sent + bench_time(b, TIMING_pcie_oneway) + bench_time(b, TIMING_lapic));
}

void pcie_message(struct bench *b, uint16_t function, uint64_t address, uint32_t data)
{
    b->st->port[NIC_FUNCTION_PORT(function)].count.messages++;
    if (fault_hits(b, PLAN_FAULT_MSIX_LOSE, NIC_FUNCTION_PORT(function), 0, data))
        return;
    announce(b, function, POSTED_MESSAGE, address, data);
}

void pcie_intx(struct bench *b, uint16_t function, bool level)
{
    announce(b, function, POSTED_INTX, 0, level);
}

/* A write that was refused before it was sent, a message, the interrupt line. */
__attribute__((noinline)) static void land_other(struct bench *b, unsigned port,
                                                 const struct posted *e)
{
    struct port_state *p = b->port[port];
    uint16_t function = e->function;
    if (e->kind == POSTED_MESSAGE) {
        trace_emit(b, BENCH_EV_message, function, 0, e->address, e->data, 0);
        b->ops->message(b->host, function, e->address, e->data);
    } else if (e->kind == POSTED_INTX && p->intx_level != e->data) {
        p->intx_level = e->data;
        trace_emit(b, BENCH_EV_intx, function, 0, e->data, 0, 0);
        b->ops->intx(b->host, function, e->data);
    } else if (e->kind == POSTED_WRITE) {
        root_refused(b, function, e->tag, e->address, e->length, (enum nic_dma_status)e->status,
                     e->data);
    }
}

/* Payload is covered by the hash of the wire; here what the device makes up by itself. */
static uint64_t content(const struct root_write *w)
{
    return NIC_TAG_KIND(w->tag) == NIC_TAG_RX_DATA ? 0 : hash_bytes(w->data, w->length);
}

/* The payload has landed; its descriptor is a write from now on. */
static void keep_desc(struct port_state *p, struct posted *e)
{
    const struct posted_desc d = *desc_of(e);
    p->credit_used -= e->length + WRITE_COST;
    e->credit -= (uint16_t)(e->length + WRITE_COST);
    e->kind = POSTED_WRITE;
    e->land_ps = d.land_ps;
    e->address = d.address;
    e->target = d.target;
    e->length = DESC_BYTES;
    e->tag = d.tag;
    memcpy(e + 1, d.bytes, DESC_BYTES);
}

/* false: a part of it is not due yet. */
static inline bool land(struct bench *b, unsigned port, struct posted *e, uint64_t limit_ps)
{
    struct port_state *p = b->port[port];
    struct root_write w = {
        .address = e->address, .target = e->target, .length = e->length, .tag = e->tag,
        .physical = e->physical, .function = e->function, .data = (const uint8_t *)(e + 1),
    };
    if (__builtin_expect(e->kind == POSTED_FRAME, 1)) {
        const struct posted_desc *d = desc_of(e);
        w.data = (const uint8_t *)(d + 1);
        root_write(b, &w, 0);
        if (__builtin_expect(d->land_ps > limit_ps, 0)) {
            keep_desc(p, e);
            return false;
        }
        w.address = d->address;
        w.target = d->target;
        w.data = d->bytes;
        w.length = DESC_BYTES;
        w.tag = d->tag;
        root_write(b, &w, hash_bytes(w.data, DESC_BYTES));
    } else if (e->kind == POSTED_WRITE && e->status == NIC_DMA_OK) {
        root_write(b, &w, content(&w));
    } else {
        land_other(b, port, e);
    }
    p->credit_used -= e->credit;
    nic_fifo_pop(&p->posted, p->posted_ring, POSTED_BYTES);
    return true;
}

/* Lands everything due by limit_ps, then sees to the event of the first visible one left. */
void pcie_land_until(struct bench *b, unsigned port, uint64_t limit_ps)
{
    struct port_state *p = b->port[port];
    uint32_t at;
    while ((at = nic_fifo_head(&p->posted)) != NIC_FIFO_NONE) {
        struct posted *e = nic_fifo_at(p->posted_ring, at);
        if (e->land_ps > limit_ps || !land(b, port, e, limit_ps))
            break;
    }
    for (; at != NIC_FIFO_NONE && !p->land_pending;
         at = nic_fifo_next(&p->posted, p->posted_ring, POSTED_BYTES, at))
        land_schedule(b, port, nic_fifo_at(p->posted_ring, at));
    if (p->little_room) {
        p->little_room = 0;
        if (__builtin_expect(b->exercise != NULL, 0))
            exercise_fire(b);
        else
            nic_room(&b->nic[port]);
    }
}

void pcie_land_all(struct bench *b, unsigned port)
{
    if (b->port[port]->posted.count)
        pcie_land_until(b, port, SCHED_NEVER);
}

void pcie_land(struct bench *b, unsigned port)
{
    b->port[port]->land_pending = 0;
    pcie_land_until(b, port, bench_now(b));
}

void pcie_fire(struct bench *b, const struct sched_event *e)
{
    unsigned port = sched_event_device(e);
    if (e->kind == KIND_EXERCISE) {
        exercise_fire(b);
        return;
    }
    if (e->kind == KIND_NESTED) {
        mmio_nested(b);
        return;
    }
    b->port[port]->later_pending = 0;
    pcie_land_until(b, port, bench_now(b));
}

/* Loaded state: rings whole, indices in range, every piece as post() makes them. */
bool pcie_valid(struct bench *b, unsigned port)
{
    struct port_state *p = b->port[port];
    if (p->mmio_head >= MMIO_PENDING || p->mmio_count > MMIO_PENDING ||
        !nic_fifo_valid(&p->posted, p->posted_ring, POSTED_BYTES, sizeof(struct posted)))
        return false;
    uint64_t credit = 0;
    for (uint32_t at = nic_fifo_head(&p->posted); at != NIC_FIFO_NONE;
         at = nic_fifo_next(&p->posted, p->posted_ring, POSTED_BYTES, at)) {
        const struct posted *e = nic_fifo_at(p->posted_ring, at);
        uint32_t more = e->kind == POSTED_FRAME ? sizeof(struct posted_desc) : 0;
        if (e->kind > POSTED_FRAME || NIC_FUNCTION_PORT(e->function) != port ||
            (e->function & 0xff) > NIC_VFS || sizeof(*e) + more + e->length > e->record.size ||
            (more && e->credit < (uint32_t)e->length + WRITE_COST))
            return false;
        credit += e->credit;
    }
    return credit == p->credit_used;
}
