/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The border: what hosts call, the order in which due events are done, the NIC ports plugged in.
 * Each entry enters the clock, does its work, and settles the next deadline. What an event does is
 * its owner's business; nothing here knows a frame.
 */
#include <errno.h>

#include "model/bench/bench_priv.h"
#include "model/bench/control_abi.h"

#define ALIGN_64(bytes) (((bytes) + 63) & ~(size_t)63)

/* ---- what a NIC asks ---- */
static void nic_read(void *host, uint16_t function, uint16_t tag, uint64_t address,
                     uint32_t length)
{
    pcie_read(host, function, tag, address, length);
}
static void nic_write(void *host, uint16_t function, uint16_t tag, uint64_t address,
                      const void *data, uint32_t length)
{
    pcie_write(host, function, tag, address, data, length);
}
static void nic_deliver(void *host, uint16_t function, const struct nic_delivery *delivery)
{
    pcie_deliver(host, function, delivery);
}
static void nic_message(void *host, uint16_t function, uint64_t address, uint32_t data)
{
    pcie_message(host, function, address, data);
}
static uint32_t nic_room_of(void *host, uint16_t function)
{
    return pcie_room(host, function);
}
static void nic_intx(void *host, uint16_t function, bool level)
{
    pcie_intx(host, function, level);
}
static void nic_out(void *host, uint16_t function, const uint8_t *frame, uint32_t length,
                    bool good_fcs)
{
    wire_out(host, NIC_FUNCTION_PORT(function), frame, length, good_fcs);
}

static void nic_told(void *host, const struct nic_event *event)
{
    trace_push(host, event);
}

static const struct nic_host_ops nic_ops = {
    .dma_read = nic_read, .dma_write = nic_write, .message = nic_message, .room = nic_room_of,
    .intx = nic_intx, .frame_out = nic_out, .event = nic_told,
    .deliver = nic_deliver,
};

const struct nic_host_ops *bench_nic_ops(void)
{
    return &nic_ops;
}

/* ---- events of which somebody takes note ---- */
#define ID(name) (1ull << NIC_EV_##name)
static const uint64_t heeded = ID(tail) | ID(laser) | ID(rx_drop) | ID(tx_drop) | ID(violation) |
                               ID(bad_desc) | ID(odd_access);

static void heed(struct bench *b, const struct nic_event *event)
{
    unsigned port = NIC_FUNCTION_PORT(event->function);
    struct report_port *count = &b->st->port[port].count;
    switch (event->id) {
    case NIC_EV_tail:
        count->tail_writes += bench_running(b);
        break;
    case NIC_EV_laser:
        wire_laser(b, port);
        break;
    case NIC_EV_rx_drop:
        count->rx_drops++;
        break;
    case NIC_EV_tx_drop:
        count->tx_drops++;
        break;
    case NIC_EV_violation:
        contract_broken(b, event);
        break;
    default: /* bad_desc, odd_access */
        if (bench_running(b))
            sink_sample(b, VERDICT_NIC, port, NO_FLOW, event->a, event->id);
        break;
    }
}

void bench_heed(struct bench *b, const struct nic_event *event)
{
    if (b->heeded >> event->id & 1)
        heed(b, event);
    if (b->watched >> event->id & 1)
        fault_count(b, event);
}

/* ---- creation ---- */
size_t bench_bytes(void)
{
    return sizeof(struct bench);
}

size_t bench_state_bytes(const struct bench_config *config)
{
    return sizeof(struct bench_state) +
           config->ports * (sizeof(struct port_state) + ALIGN_64(nic_state_size()));
}

void *bench_nic_block(const struct bench *b, unsigned port)
{
    return (uint8_t *)&b->st->port[b->st->ports] + port * ALIGN_64(nic_state_size());
}

static const void *table(const void *plan, struct plan_table t)
{
    return (const uint8_t *)plan + t.offset;
}

/* The wiring: all that follows from block, plan and host. The plan has been checked. */
int bench_wire_up(struct bench *b, void *block, const void *plan,
                  const struct bench_host_ops *ops, void *host, const char **why)
{
    memset(b, 0, sizeof(*b));
    b->st = block;
    b->plan = plan;
    b->ports = table(plan, b->plan->ports);
    b->flows = table(plan, b->plan->flows);
    b->sizes = table(plan, b->plan->sizes);
    b->actions = table(plan, b->plan->actions);
    b->frames = table(plan, b->plan->frames);
    b->faults = table(plan, b->plan->faults);
    b->bytes = table(plan, b->plan->bytes_);
    b->ops = ops;
    b->host = host;
    b->translates = ops->translate && b->plan->iotlb_entries;
    b->quick = b->translates && bench_time(b, TIMING_pcie_mps) >= 16;
    for (unsigned i = 0; i < b->plan->ports.count; i++)
        b->port[i] = &b->st->port[i];
    b->timed = b->plan->clock == PLAN_CLOCK_TIMED;
    for (size_t i = 0; i < sizeof(b->counting); i++)
        b->counting[i] = (uint8_t)i;
    /* A frame that begins to arrive can be seen in memory after all of these at the earliest. */
    uint64_t lead = bench_time(b, TIMING_phy_rx) + bench_time(b, TIMING_rx_pipe) +
                    bench_time(b, TIMING_pcie_oneway) +
                    bench_time(b, TIMING_wire_byte) * NIC_FRAME_MIN;
    b->gen_lead_ps = lead > UINT32_MAX ? UINT32_MAX : (uint32_t)lead;
    b->write_stall_vns = clock_to_virtual(b, bench_time(b, TIMING_mmio_write_stall));
    lead = bench_time(b, TIMING_pcie_oneway);
    b->read_lead_ps[WAY_DATA] = (uint32_t)(lead + bench_time(b, TIMING_rc_read));
    b->read_lead_ps[WAY_BACK] = (uint32_t)lead;
    gen_wire_up(b);
    fault_wire_up(b);
    b->heeded = heeded;
    b->kept = trace_kept(b->plan->trace_level);
    trace_wire_up(b);
    frame_shapes(b);
    for (unsigned i = 0; i < b->plan->flows.count; i++)
        b->replays |= b->flows[i].kind == PLAN_REPLAY;
    if (nic_tables_init(why))
        return -EINVAL;
    return 0;
}

/* What of the bench a NIC looks at by itself. */
void bench_plug(struct bench *b, unsigned port)
{
    b->nic[port].log = &b->log;
    b->nic[port].posted = &b->port[port]->credit_used;
    b->nic[port].posted_most = POSTED_CREDIT;
}

static struct nic_config port_config(const struct bench *b, unsigned port)
{
    struct nic_config c = {
        .port = (uint8_t)port, .lan_id = port & 1, .module = b->ports[port].module,
    };
    memcpy(c.mac, b->ports[port].nic_mac, 6);
    nic_timing_defaults(&c.timing);
    c.timing.byte_ps = (uint32_t)bench_time(b, TIMING_wire_byte);
    c.timing.phy_rx_ps = (uint32_t)bench_time(b, TIMING_phy_rx);
    c.timing.phy_tx_ps = (uint32_t)bench_time(b, TIMING_phy_tx);
    c.timing.rx_pipe_ps = (uint32_t)bench_time(b, TIMING_rx_pipe);
    c.timing.tx_pipe_ps = (uint32_t)bench_time(b, TIMING_tx_pipe);
    /* Whatever a NIC does takes its way to the root complex, and registers are read with all that
     * is due done. Only what the plan hangs on an event happens at once. */
    c.timing.bus_ps = b->watched ? 0 : (uint32_t)bench_time(b, TIMING_pcie_oneway);
    c.timing.link_up_ps = bench_time(b, TIMING_link_up);
    c.timing.reset_ps = bench_time(b, TIMING_reset);
    return c;
}

int bench_init(struct bench *b, void *block, const struct bench_config *config, const void *plan,
               const struct bench_host_ops *ops, void *host, const char **why)
{
    const struct plan_header *header = plan;
    if (config->ports != header->ports.count || config->ports > PLAN_PORTS_MAX) {
        *why = "the number of ports is not the plan's";
        return -EINVAL;
    }
    memset(block, 0, bench_state_bytes(config));
    int err = bench_wire_up(b, block, plan, ops, host, why);
    if (err)
        return err;
    struct bench_state *st = b->st;
    st->magic = BENCH_STATE_MAGIC;
    st->version = BENCH_STATE_VERSION;
    st->layout = bench_layout();
    st->plan_hash = bench_plan_hash(b);
    st->bytes = bench_state_bytes(config);
    st->ports = config->ports;
    sched_init(&st->sched, st->ports);
    for (unsigned p = 0; p < st->ports; p++) {
        struct nic_config c = port_config(b, p);
        if (nic_init(&b->nic[p], bench_nic_block(b, p), &c, &nic_ops, b, &st->sched)) {
            *why = "the NIC refused its configuration";
            return -EINVAL;
        }
        bench_plug(b, p);
    }
    plan_power_on(b);
    wire_init(b);
    bench_settle(b);
    return 0;
}

/* ---- time ---- */
static inline void fire_line(struct bench *b, unsigned line, unsigned port)
{
    switch (line) {
    case LINE_GEN:
        gen_line(b, port);
        break;
    case LINE_LAND:
        pcie_land(b, port);
        break;
    case LINE_MMIO:
        mmio_fire(b, port);
        break;
    case LINE_READ + WAY_DATA:
        pcie_read_at_root(b, port, WAY_DATA);
        break;
    case LINE_READ + WAY_DESC:
        pcie_read_at_root(b, port, WAY_DESC);
        break;
    case LINE_READ + WAY_BACK:
        pcie_read_back(b, port);
        break;
    default:
        nic_line(&b->nic[port], line);
        break;
    }
}

static void fire(struct bench *b, const struct sched_event *e)
{
    unsigned device = sched_event_device(e);
    if (e->kind >= SCHED_LINE_KIND) {
        fire_line(b, e->kind - SCHED_LINE_KIND, device);
        return;
    }
    switch (sched_event_class(e)) {
    case SCHED_WIRE:
        if (e->kind == KIND_WIRE_HEAD)
            wire_fire(b, device);
        else if (e->kind == KIND_LIGHT)
            wire_light(b, device);
        else if (e->kind == KIND_PAUSE)
            pause_fire(b, device);
        else
            gen_fire(b, e);
        break;
    case SCHED_BUS:
        pcie_fire(b, e);
        break;
    case SCHED_NIC:
        nic_fire(&b->nic[device], e);
        break;
    default:
        plan_fire(b, e);
        break;
    }
}

void bench_run_until(struct bench *b, uint64_t limit_ps)
{
    struct sched_event e;
    enum sched_line line;
    uint32_t port;
    b->inside++;
    while ((line = sched_next(&b->st->sched, limit_ps, &port, &e)) != SCHED_NONE) {
        if (line == SCHED_REST)
            fire(b, &e);
        else
            fire_line(b, line, port);
    }
    b->inside--;
}

void bench_enter(struct bench *b, uint64_t vns)
{
    clock_enter(b, vns);
    bench_run_until(b, clock_to_model(b, vns));
}

void bench_advance(struct bench *b, uint64_t virtual_ns)
{
    if (b->inside)
        return; /* from within a DMA: whoever is inside settles */
    bench_enter(b, virtual_ns);
    bench_settle(b);
}

void bench_settle(struct bench *b)
{
    clock_arm(b);
}

/* ---- what is not a register access ---- */
bool bench_port_of(const struct bench *b, uint16_t function, unsigned *port)
{
    *port = NIC_FUNCTION_PORT(function);
    return *port < b->st->ports && (function & 0xff) <= NIC_VFS;
}

uint32_t bench_config_peek(struct bench *b, uint16_t function, uint32_t offset, unsigned size)
{
    unsigned port;
    if (!bench_port_of(b, function, &port))
        return UINT32_MAX;
    struct nic *nic = &b->nic[port];
    return function & 0xff ? nic_vf_config_read(nic, NIC_FUNCTION_VF(function), offset, size)
                           : nic_config_read(nic, offset, size);
}

/* Configuration accesses and resets come behind the register writes that were made before. */
uint32_t bench_config_read(struct bench *b, uint64_t virtual_ns, uint16_t function,
                           uint32_t offset, unsigned size)
{
    unsigned port;
    if (!bench_port_of(b, function, &port))
        return UINT32_MAX;
    if (b->inside)
        return 0;
    bench_enter(b, virtual_ns);
    b->inside++;
    mmio_deliver_all(b, port);
    uint32_t value = bench_config_peek(b, function, offset, size);
    pcie_land_all(b, port); /* the answer comes behind what the device posted: INTx, too */
    b->inside--;
    bench_settle(b);
    return value;
}

void bench_config_write(struct bench *b, uint64_t virtual_ns, uint16_t function, uint32_t offset,
                        unsigned size, uint32_t value)
{
    unsigned port;
    if (!bench_port_of(b, function, &port) || b->inside)
        return;
    bench_enter(b, virtual_ns);
    b->inside++;
    mmio_deliver_all(b, port);
    if (function & 0xff)
        nic_vf_config_write(&b->nic[port], NIC_FUNCTION_VF(function), offset, value, size);
    else
        nic_config_write(&b->nic[port], offset, value, size);
    pcie_land_all(b, port); /* it is answered, as a read is */
    b->inside--;
    bench_settle(b);
}

void bench_reset(struct bench *b, uint64_t virtual_ns, uint16_t function, enum nic_reset_kind kind)
{
    unsigned port;
    if (!bench_port_of(b, function, &port) || b->inside)
        return;
    bench_enter(b, virtual_ns);
    b->inside++;
    mmio_deliver_all(b, port);
    if (function & 0xff)
        nic_vf_reset(&b->nic[port], NIC_FUNCTION_VF(function), kind);
    else
        nic_reset(&b->nic[port], kind);
    b->inside--;
    bench_settle(b);
}

void bench_frame_in(struct bench *b, uint64_t virtual_ns, uint8_t port, const uint8_t *frame,
                    uint32_t length)
{
    if (port >= b->st->ports || b->ports[port].attach != PLAN_ATTACH_NETDEV || b->inside ||
        length > NIC_FRAME_MAX)
        return;
    bench_enter(b, virtual_ns);
    b->inside++;
    wire_enqueue(b, port, bench_now(b) + b->ports[port].cable_ps, frame, length, true);
    b->inside--;
    bench_settle(b);
}

unsigned bench_vf_count(const struct bench *b, uint8_t port)
{
    return port < b->st->ports ? nic_vf_count(&b->nic[port]) : 0;
}

void bench_invalidate(struct bench *b, uint16_t function, uint64_t address, uint64_t length)
{
    unsigned port;
    if (!bench_port_of(b, function, &port))
        return;
    if (fault_hits(b, PLAN_FAULT_IOTLB_KEEP, port, 0, address)) {
        iotlb_invalidate(b, function, address, length, true);
        return;
    }
    /* Writes that were translated before are in memory before the invalidation is done. */
    if (!b->inside) {
        b->inside++;
        pcie_land_all(b, port);
        b->inside--;
    }
    unsigned entries = iotlb_invalidate(b, function, address, length, false);
    trace_emit(b, BENCH_EV_invalidate, function, 0, address, length, entries);
    if (!b->inside)
        bench_settle(b);
}

uint32_t bench_status(const struct bench *b)
{
    const struct plan_run *run = &b->st->run;
    uint32_t status = RS_STATUS_PLAN;
    if (run->phase == PHASE_RUNNING)
        status |= RS_STATUS_RUNNING;
    if (run->over_ps)
        status |= RS_STATUS_OVER | (run->deadline ? RS_STATUS_DEADLINE : 0);
    return status;
}

enum report_end bench_end(const struct bench *b)
{
    return (enum report_end)b->st->run.end;
}
