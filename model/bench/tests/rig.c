/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The test machine of rig.h: plan builder, host, driver. It knows the NIC by register offsets and
 * descriptor bits only, as any driver does.
 */
#include "model/bench/tests/rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/bench/bench_priv.h"

/* The rig also serves programs that are no Check tests. */
#define REQUIRE(condition, text)                                                                   \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "rig: %s:%d: %s\n", __FILE__, __LINE__, (text));                      \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* ---- plan ---- */
static void place(struct plan_table *t, uint32_t *at, uint32_t bytes)
{
    t->offset = *at;
    *at += (bytes + 7) & ~7u;
}

void rig_plan_init(struct rig_plan *p, unsigned ports)
{
    memset(p, 0, sizeof(*p));
    struct plan_header *h = p->h = (void *)p->data;
    uint32_t at = sizeof(*h);
    memcpy(h->magic, PLAN_MAGIC, 8);
    h->version = PLAN_VERSION;
    h->bytes = RIG_PLAN_BYTES;
    h->seed = 7;
    memcpy(h->name, "rig", 4);
    h->dilation_num = h->dilation_den = 1;
    h->ready_limit_ns = 1000000000;
    h->deadline_ps = 1000000000000;
    h->drain_ps = 50000000;
    h->trace_level = 2;
    h->ports.count = ports;
    place(&h->ports, &at, PLAN_PORTS_MAX * sizeof(struct plan_port));
    place(&h->flows, &at, PLAN_FLOWS_MAX * sizeof(struct plan_flow));
    place(&h->sizes, &at, 256 * sizeof(uint16_t));
    place(&h->actions, &at, 64 * sizeof(struct plan_action));
    place(&h->frames, &at, 256 * sizeof(struct plan_frame));
    place(&h->faults, &at, PLAN_FAULTS_MAX * sizeof(struct plan_fault));
    place(&h->bytes_, &at, 8);
    p->port = (void *)(p->data + h->ports.offset);
    p->flow = (void *)(p->data + h->flows.offset);
    p->size = (void *)(p->data + h->sizes.offset);
    p->action = (void *)(p->data + h->actions.offset);
    p->frame = (void *)(p->data + h->frames.offset);
    p->fault = (void *)(p->data + h->faults.offset);
    p->bytes = p->data + h->bytes_.offset;
    for (unsigned i = 0; i < bench_timing_count(); i++)
        h->timing[i] = bench_timing_info(i)->value;
    for (unsigned i = 0; i < ports; i++) {
        p->port[i].module = NIC_MODULE_SR;
        p->port[i].cable_ps = 10000;
        memcpy(p->port[i].mac, "\x02\x00\x00\x00\x0f", 5);
        memcpy(p->port[i].nic_mac, "\x02\x00\x00\x00\x0e", 5);
        p->port[i].mac[5] = p->port[i].nic_mac[5] = (uint8_t)i;
        p->port[i].ip4 = 0x0a000001 + i;
    }
    p->size[0] = 60;
    h->sizes.count = 1;
}

struct plan_flow *rig_plan_flow(struct rig_plan *p, unsigned port, unsigned expect_port,
                                uint64_t count)
{
    struct plan_flow *f = &p->flow[p->h->flows.count++];
    memcpy(f->name, "flow", 5);
    f->name[4] = (char)('a' + p->h->flows.count - 1);
    f->port = (uint8_t)port;
    f->expect_port = (uint8_t)expect_port;
    f->kind = PLAN_UDP4;
    f->pace = PLAN_PACE_LINE;
    f->stop_ps = UINT64_MAX;
    f->count = count;
    f->interval_num = f->interval_den = f->burst = 1;
    f->size_count = 1;
    f->tuples = 1;
    f->src_port = 1000;
    f->dst_port = 2000;
    f->src_ip4 = 0x0a000001;
    f->dst_ip4 = 0x0a000002;
    memcpy(f->src_mac, "\x02\x00\x00\x00\x00\x01", 6);
    memcpy(f->dst_mac, "\x02\x00\x00\x00\x00\x02", 6);
    return f;
}

/* ---- host ---- */
static bool inside(const struct rig *r, uint64_t address, uint32_t length)
{
    return length <= RIG_MEMORY && address <= RIG_MEMORY - length;
}

static void dma_read(void *host, uint16_t function, uint16_t tag, uint64_t address,
                     bool physical, uint32_t length)
{
    struct rig *r = host;
    r->reads++;
    REQUIRE(physical == (r->iova_offset != 0), "translated or not");
    if (!inside(r, address, length)) {
        bench_dma_done(r->bench, function, tag, NIC_DMA_ABORT, NULL, 0);
        return;
    }
    if (r->damage && NIC_TAG_KIND(tag) == NIC_TAG_TX_DATA && r->damage < length) {
        r->memory[address + r->damage] ^= 4;
        r->damage = 0;
    }
    bench_dma_done(r->bench, function, tag, NIC_DMA_OK, r->memory + address, length);
}

static enum nic_dma_status dma_write(void *host, uint16_t function, uint16_t tag,
                                     uint64_t address, bool physical, const void *data,
                                     uint32_t length)
{
    struct rig *r = host;
    r->writes++;
    if (r->exact && NIC_TAG_KIND(tag) != NIC_TAG_RX_DATA)
        r->inexact += r->vns != clock_to_virtual(r->bench, bench_now(r->bench));
    if (r->nested_write) {
        uint64_t value = 0;
        bench_mmio_write(r->bench, r->vns, function, 0, (uint32_t)r->nested_write, 4, 0x1234);
        bench_mmio_read(r->bench, r->vns, function, 0, 8, 4, &value);
        REQUIRE(value == 0, "a nested read gives zero");
        r->nested_write = 0;
    }
    if (!inside(r, address, length))
        return NIC_DMA_ABORT;
    memcpy(r->memory + address, data, length);
    return NIC_DMA_OK;
}

static enum nic_dma_status translate(void *host, uint16_t function, uint64_t address,
                                     enum bench_access_kind kind, struct bench_translation *out)
{
    struct rig *r = host;
    r->translations++;
    if (address / r->page_bytes == r->fault_page)
        return NIC_DMA_FAULT;
    out->physical = address - r->iova_offset;
    out->page = r->page_bytes;
    return NIC_DMA_OK;
}

static void message(void *host, uint16_t function, uint64_t address, uint32_t data)
{
    ((struct rig *)host)->messages++;
}

static void intx(void *host, uint16_t function, bool level)
{
    if (function == BENCH_CONTROL)
        ((struct rig *)host)->control_intx = level;
}

static void wire(void *host, uint8_t port, bool out, uint64_t time_ps, const uint8_t *frame,
                 uint32_t length, bool good_fcs, uint64_t flow, uint64_t sequence)
{
    struct rig *r = host;
    struct rig_kept *k = &r->frame[r->kept++ % RIG_FRAMES_KEPT];
    *k = (struct rig_kept){
        .time_ps = time_ps, .flow = flow, .sequence = sequence, .length = length,
        .port = port, .out = out, .good_fcs = good_fcs,
    };
    memcpy(k->bytes, frame, length < sizeof(k->bytes) ? length : sizeof(k->bytes));
}

static void events(void *host, const struct nic_event *event, size_t count)
{
    struct rig *r = host;
    for (size_t i = 0; i < count; i++) {
        r->event_of[event[i].id % 64]++;
        if (r->events + i < r->log_room)
            r->log[r->events + i] = event[i];
    }
    r->events += count;
}

static void wake_at(void *host, uint64_t vns)
{
    struct rig *r = host;
    r->wake_vns = vns;
    r->wakes++;
}

static const struct bench_host_ops direct_ops = {
    .dma_read = dma_read, .dma_write = dma_write, .message = message, .intx = intx,
    .wire = wire, .events = events, .wake_at = wake_at,
};
static const struct bench_host_ops iommu_ops = {
    .dma_read = dma_read, .dma_write = dma_write, .translate = translate, .message = message,
    .intx = intx, .wire = wire, .events = events, .wake_at = wake_at,
};

struct rig *rig_new(struct rig_plan *plan)
{
    char why[256];
    const char *reason = "";
    int err = bench_plan_check(plan->data, plan->h->bytes, why, sizeof(why));
    REQUIRE(!err, why);
    struct rig *r = calloc(1, sizeof(*r));
    r->plan = plan;
    r->config.ports = (uint8_t)plan->h->ports.count;
    r->memory = calloc(1, RIG_MEMORY);
    r->bench = aligned_alloc(64, (bench_bytes() + 63) & ~(size_t)63);
    r->block = aligned_alloc(64, (bench_state_bytes(&r->config) + 63) & ~(size_t)63);
    r->wake_vns = UINT64_MAX;
    r->fault_page = UINT64_MAX;
    r->page_bytes = 4096;
    if (plan->h->iotlb_entries)
        r->iova_offset = 1ull << 40;
    err = bench_init(r->bench, r->block, &r->config, plan->data,
                     plan->h->iotlb_entries ? &iommu_ops : &direct_ops, r, &reason);
    REQUIRE(!err, reason);
    return r;
}

void rig_free(struct rig *r)
{
    free(r->memory);
    free(r->bench);
    free(r->block);
    free(r);
}

void rig_run(struct rig *r, uint64_t vns)
{
    for (uint64_t at = r->vns; r->nervous_ns && at < vns && at < r->wake_vns; at += r->nervous_ns)
        bench_advance(r->bench, r->vns = at);
    while (r->wake_vns <= vns) {
        uint64_t at = r->wake_vns;
        r->vns = at > r->vns ? at : r->vns;
        bench_advance(r->bench, r->vns);
        REQUIRE(r->wake_vns > at, "woken twice for one instant");
    }
    r->vns = vns > r->vns ? vns : r->vns;
}

uint32_t rig_read(struct rig *r, unsigned port, uint32_t offset)
{
    uint64_t value;
    uint64_t stall = bench_mmio_read(r->bench, r->vns, NIC_FUNCTION(port, 0), 0, offset, 4, &value);
    rig_run(r, r->vns + stall);
    return (uint32_t)value;
}

void rig_write(struct rig *r, unsigned port, uint32_t offset, uint32_t value)
{
    uint64_t stall = bench_mmio_write(r->bench, r->vns, NIC_FUNCTION(port, 0), 0, offset, 4, value);
    rig_run(r, r->vns + stall);
}

/* ---- driver ---- */
enum {
    FCTRL = 0x5080, RXCTRL = 0x3000, RDRXCTL = 0x2f00, DMATXCTL = 0x4a80, LINKS = 0x42a4,
    RX = 0x1000, TX = 0x6000, BAL = 0, BAH = 4, LEN = 8, HEAD = 0x10, SRR = 0x14, TAIL = 0x18,
    CTL = 0x28, QUEUE_ENABLE = 1 << 25, LINK_UP = 1 << 30,
    TX_COMMAND = 0x3 << 20 | 1 << 24 | 1 << 25 | 1 << 27 | 1 << 29,
};

static uint8_t *host_memory(struct rig *r, uint64_t iova)
{
    return r->memory + (iova - r->iova_offset);
}
static void put64(struct rig *r, uint64_t iova, uint64_t v)
{
    memcpy(host_memory(r, iova), &v, 8);
}
static uint64_t get64(struct rig *r, uint64_t iova)
{
    uint64_t v;
    memcpy(&v, host_memory(r, iova), 8);
    return v;
}

static void ring_start(struct rig *r, unsigned port, struct rig_queue *q, uint32_t base,
                       unsigned number)
{
    uint64_t rings = r->iova_offset + 0x10000;
    uint64_t buffers = r->iova_offset + 0x100000;
    q->ring = 0x10000 + number * RIG_RING * 16;
    for (unsigned i = 0; i < RIG_RING; i++)
        q->buffer[i] = buffers + ((uint64_t)number * RIG_RING + i) * RIG_BUFFER;
    uint64_t iova = rings + (uint64_t)number * RIG_RING * 16;
    rig_write(r, port, base + BAL, (uint32_t)iova);
    rig_write(r, port, base + BAH, (uint32_t)(iova >> 32));
    rig_write(r, port, base + LEN, RIG_RING * 16);
    rig_write(r, port, base + HEAD, 0);
    rig_write(r, port, base + TAIL, 0);
}

static uint64_t desc(struct rig *r, const struct rig_queue *q, uint32_t slot)
{
    return r->iova_offset + q->ring + slot % RIG_RING * 16;
}

static void rx_give(struct rig *r, struct rig_queue *q, uint32_t slot)
{
    put64(r, desc(r, q, slot), q->buffer[slot % RIG_RING]);
    put64(r, desc(r, q, slot) + 8, 0);
}

static void port_start(struct rig *r, unsigned port)
{
    bench_config_write(r->bench, r->vns, NIC_FUNCTION(port, 0), 4, 2, 6);
    ring_start(r, port, &r->rx[port], RX, 2 * port);
    ring_start(r, port, &r->tx[port], TX, 2 * port + 1);
    rig_write(r, port, RDRXCTL, rig_read(r, port, RDRXCTL) | 2);
    rig_write(r, port, FCTRL, 0x700);
    rig_write(r, port, RX + SRR, 1 << 25 | 2);
    rig_write(r, port, RX + CTL, QUEUE_ENABLE);
    for (unsigned i = 0; i < RIG_RING - 1; i++)
        rx_give(r, &r->rx[port], i);
    rig_write(r, port, RX + TAIL, RIG_RING - 1);
    rig_write(r, port, RXCTRL, 1);
    rig_write(r, port, DMATXCTL, rig_read(r, port, DMATXCTL) | 1);
    rig_write(r, port, TX + CTL, QUEUE_ENABLE);
}

void rig_start(struct rig *r)
{
    for (unsigned port = 0; port < r->config.ports; port++)
        port_start(r, port);
    for (unsigned port = 0; port < r->config.ports; port++) {
        for (int i = 0; i < 10000 && !(rig_read(r, port, LINKS) & LINK_UP); i++)
            rig_run(r, r->vns + 10000);
        REQUIRE(rig_read(r, port, LINKS) & LINK_UP, "no link");
    }
}

void rig_go(struct rig *r)
{
    enum bench_action act = bench_control_write(r->bench, r->vns, RS_CTL_GO, 1);
    REQUIRE(act == BENCH_ACT_GO, "GO was refused");
}

static void tx_put(struct rig *r, struct rig_queue *tx, uint32_t length)
{
    uint64_t d = desc(r, tx, tx->tail_slot);
    put64(r, d, tx->buffer[tx->tail_slot % RIG_RING]);
    put64(r, d + 8, (uint64_t)length << 46 | (uint32_t)TX_COMMAND | length);
    tx->tail_slot++;
}

/* Slots whose descriptors are done are free again. */
static void tx_clean(struct rig *r, struct rig_queue *tx)
{
    while (tx->slot != tx->tail_slot && get64(r, desc(r, tx, tx->slot) + 8) >> 32 & 1)
        tx->slot++;
}

unsigned rig_forward(struct rig *r, unsigned from, unsigned to, unsigned batch)
{
    struct rig_queue *rx = &r->rx[from], *tx = &r->tx[to];
    unsigned n = 0;
    tx_clean(r, tx);
    while (n < batch && tx->tail_slot - tx->slot < RIG_RING - 1) {
        uint64_t wb = get64(r, desc(r, rx, rx->slot) + 8);
        if (!(wb & 1))
            break;
        uint64_t *in = &rx->buffer[rx->slot % RIG_RING];
        uint64_t *out = &tx->buffer[tx->tail_slot % RIG_RING], moved = *in;
        *in = *out;
        *out = moved;
        tx_put(r, tx, wb >> 32 & 0xffff);
        /* One slot of the ring always stays empty: the one given back is behind the tail. */
        uint32_t given = rx->slot + RIG_RING - 1;
        rx_give(r, rx, given);
        rx->slot++;
        n++;
    }
    if (n) {
        rig_write(r, to, TX + TAIL, tx->tail_slot % RIG_RING);
        rig_write(r, from, RX + TAIL, (rx->slot + RIG_RING - 1) % RIG_RING);
    }
    return n;
}

void rig_forward_all(struct rig *r, uint64_t limit_ns)
{
    uint64_t end = r->vns + limit_ns;
    while (r->vns < end && !(bench_status(r->bench) & RS_STATUS_OVER)) {
        rig_run(r, r->vns + 200);
        rig_forward(r, 0, 1, 32);
        rig_forward(r, 1, 0, 32);
    }
}

void rig_send(struct rig *r, unsigned port, const void *frame, uint32_t length)
{
    struct rig_queue *tx = &r->tx[port];
    tx_clean(r, tx);
    REQUIRE(tx->tail_slot - tx->slot < RIG_RING - 1, "transmit ring full");
    memcpy(host_memory(r, tx->buffer[tx->tail_slot % RIG_RING]), frame, length);
    tx_put(r, tx, length);
    rig_write(r, port, TX + TAIL, tx->tail_slot % RIG_RING);
}

void rig_report(struct rig *r, struct bench_report *out)
{
    bench_report(r->bench, out);
}
