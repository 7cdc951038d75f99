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
 * Costs are simple here (TLP bytes, constant latencies); flow-control, completion splitting and
 * per-TLP ordering belong to these functions when they come.
 */
#include "model/bench/bench_priv.h"

#define LATER_PS 10000000u
enum { WRITE_COST = 32, MESSAGE_BYTES = 4, DESC_BYTES = 16 };

static uint64_t serve(struct bench *b, uint64_t *free_ps, uint64_t bytes)
{
    uint64_t ps = (bytes * bench_time(b, TIMING_pcie_byte) + 999) / 1000;
    *free_ps = bench_max(*free_ps, bench_now(b)) + ps;
    return *free_ps;
}

uint64_t pcie_up(struct bench *b, unsigned port, uint64_t bytes)
{
    return serve(b, &b->st->port[port].up_free_ps, bytes);
}

uint64_t pcie_down(struct bench *b, unsigned port, uint64_t bytes)
{
    return serve(b, &b->st->port[port].down_free_ps, bytes);
}

/* ---- posted writes ---- */
uint32_t pcie_room(const struct bench *b, uint16_t function)
{
    struct port_state *p = &b->st->port[NIC_FUNCTION_PORT(function)];
    return p->credit_used < POSTED_CREDIT ? POSTED_CREDIT - p->credit_used : 0;
}

static void land_schedule(struct bench *b, unsigned port, const struct posted *e)
{
    struct port_state *p = &b->st->port[port];
    if (e->visible && !p->land_pending) {
        p->land_pending = 1;
        bench_line(b, e->land_ps, port, LINE_LAND, 0);
    } else if (!e->visible && !p->land_pending && !p->later_pending) {
        p->later_pending = 1;
        bench_at(b, e->land_ps + LATER_PS, SCHED_BUS, port, 0, KIND_LAND_LATER, 0);
    }
}

/* A place in the queue for a piece of `length` bytes; NULL: the device ignored room(). */
static struct posted *reserve(struct bench *b, unsigned port, uint32_t length, uint32_t credit)
{
    struct port_state *p = &b->st->port[port];
    uint32_t at = nic_fifo_push(&p->posted, p->posted_ring, POSTED_BYTES,
                                (uint32_t)sizeof(struct posted) + length);
    if (at == NIC_FIFO_NONE) {
        trace_emit(b, BENCH_EV_overflow, NIC_FUNCTION(port, 0), 0, QUEUE_POSTED, 0, 0);
        return NULL;
    }
    struct posted *e = nic_fifo_at(p->posted_ring, at);
    e->length = (uint16_t)length;
    e->credit = credit;
    e->tag = 0;
    e->status = NIC_DMA_OK;
    e->physical = 0;
    p->credit_used += credit;
    return e;
}

/* On its way: behind everything that was given before. */
static void send(struct bench *b, unsigned port, struct posted *e, uint64_t land_ps)
{
    struct port_state *p = &b->st->port[port];
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

static void post_piece(struct bench *b, uint16_t function, uint16_t tag, uint64_t address,
                       const void *data, uint32_t length, uint32_t credit, struct struck struck)
{
    unsigned port = NIC_FUNCTION_PORT(function);
    struct posted *e = reserve(b, port, length, credit);
    if (!e)
        return;
    struct iotlb_answer at;
    uint64_t count = 1, mps = bench_time(b, TIMING_pcie_mps);
    if (length > mps)
        count = pcie_tlps(length, mps);
    uint64_t arrives = pcie_up(b, port, length + count * bench_time(b, TIMING_pcie_write_header)) +
                       bench_time(b, TIMING_pcie_oneway);
    bool physical;
    e->kind = POSTED_WRITE;
    e->tag = tag;
    e->visible = NIC_TAG_KIND(tag) != NIC_TAG_RX_DATA;
    e->address = address;
    e->status = (uint8_t)root_translate(b, function, address, BENCH_WRITE, arrives, &at,
                                        &physical);
    e->target = at.target;
    e->data = at.refused;
    e->physical = physical;
    if (e->status != NIC_DMA_OK)
        nic_refused(&b->nic[port], tag, address, true);
    if (struck.refused) {
        e->status = NIC_DMA_FAULT;
        e->data = REPORT_REFUSED_FAULT;
    }
    if (length == DESC_BYTES)
        memcpy(e + 1, data, DESC_BYTES); /* most often, and without a call */
    else
        memcpy(e + 1, data, length);
    send(b, port, e, bench_max(arrives, at.ready_ps) + struck.late_ps);
}

void pcie_write(struct bench *b, uint16_t function, uint16_t tag, uint64_t address,
                const void *data, uint32_t length)
{
    struct report_port *count = &b->st->port[NIC_FUNCTION_PORT(function)].count;
    uint32_t credit = length + WRITE_COST;
    const uint8_t *from = data;
    if (!length || length > NIC_FRAME_MAX)
        return;
    count->dma_writes++;
    count->dma_write_bytes += length;
    count->desc_writebacks += NIC_TAG_KIND(tag) != NIC_TAG_RX_DATA;
    struct struck struck = {0};
    if (b->st->faults.armed)
        struck = strike(b, NIC_FUNCTION_PORT(function), tag);
    while (length) { /* a request never crosses a page */
        uint32_t page_left = 4096 - (uint32_t)(address & 4095);
        uint32_t bytes = length < page_left ? length : page_left;
        post_piece(b, function, tag, address, from, bytes, credit, struck);
        credit = 0;
        struck.late_ps = 0; /* the first piece holds up the rest */
        from += bytes;
        address += bytes;
        length -= bytes;
    }
}

/* Messages and INTx: small posted writes behind the data that they announce. */
static void announce(struct bench *b, uint16_t function, enum posted_kind kind, uint64_t address,
                     uint32_t data)
{
    unsigned port = NIC_FUNCTION_PORT(function);
    struct posted *e = reserve(b, port, 0, MESSAGE_BYTES + WRITE_COST);
    if (!e)
        return;
    e->kind = (uint8_t)kind;
    e->visible = 1;
    e->address = address;
    e->data = data;
    uint64_t sent = pcie_up(b, port, MESSAGE_BYTES + bench_time(b, TIMING_pcie_write_header));
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

static void land(struct bench *b, unsigned port, struct posted *e)
{
    struct port_state *p = &b->st->port[port];
    uint16_t function = NIC_FUNCTION(port, 0);
    switch (e->kind) {
    case POSTED_MESSAGE:
        trace_emit(b, BENCH_EV_message, function, 0, e->address, e->data, 0);
        b->ops->message(b->host, function, e->address, e->data);
        break;
    case POSTED_INTX:
        if (p->intx_level == e->data)
            break;
        p->intx_level = e->data;
        trace_emit(b, BENCH_EV_intx, function, 0, e->data, 0, 0);
        b->ops->intx(b->host, function, e->data);
        break;
    default:
        root_write(b, port, e, (const uint8_t *)(e + 1));
        break;
    }
    p->credit_used -= e->credit;
    nic_fifo_pop(&p->posted, p->posted_ring, POSTED_BYTES);
}

/* Lands everything due by limit_ps, then sees to the event of the first visible one left. */
static void land_until(struct bench *b, unsigned port, uint64_t limit_ps)
{
    struct port_state *p = &b->st->port[port];
    uint32_t at;
    while ((at = nic_fifo_head(&p->posted)) != NIC_FIFO_NONE) {
        struct posted *e = nic_fifo_at(p->posted_ring, at);
        if (e->land_ps > limit_ps)
            break;
        land(b, port, e);
    }
    for (; at != NIC_FIFO_NONE && !p->land_pending;
         at = nic_fifo_next(&p->posted, p->posted_ring, POSTED_BYTES, at))
        land_schedule(b, port, nic_fifo_at(p->posted_ring, at));
    nic_room(&b->nic[port]);
}

void pcie_land_due(struct bench *b, unsigned port)
{
    struct port_state *p = &b->st->port[port];
    uint32_t at = nic_fifo_head(&p->posted);
    if (at != NIC_FIFO_NONE &&
        ((struct posted *)nic_fifo_at(p->posted_ring, at))->land_ps <= bench_now(b))
        land_until(b, port, bench_now(b));
}

void pcie_land_all(struct bench *b, unsigned port)
{
    if (b->st->port[port].posted.count)
        land_until(b, port, SCHED_NEVER);
}

void pcie_land(struct bench *b, unsigned port)
{
    b->st->port[port].land_pending = 0;
    land_until(b, port, bench_now(b));
}

void pcie_fire(struct bench *b, const struct sched_event *e)
{
    unsigned port = sched_event_device(e);
    if (e->kind == KIND_NESTED) {
        mmio_nested(b);
        return;
    }
    b->st->port[port].later_pending = 0;
    land_until(b, port, bench_now(b));
}

/* Loaded state: rings whole, indices in range, every piece as post() makes them. */
bool pcie_valid(struct bench *b, unsigned port)
{
    struct port_state *p = &b->st->port[port];
    if (p->mmio_head >= MMIO_PENDING || p->mmio_count > MMIO_PENDING ||
        !nic_fifo_valid(&p->posted, p->posted_ring, POSTED_BYTES, sizeof(struct posted)))
        return false;
    uint64_t credit = 0;
    for (uint32_t at = nic_fifo_head(&p->posted); at != NIC_FIFO_NONE;
         at = nic_fifo_next(&p->posted, p->posted_ring, POSTED_BYTES, at)) {
        const struct posted *e = nic_fifo_at(p->posted_ring, at);
        if (e->kind > POSTED_INTX || sizeof(*e) + e->length > e->record.size)
            return false;
        credit += e->credit;
    }
    return credit == p->credit_used;
}
