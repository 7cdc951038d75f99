/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The state block out and in. It has no pointers, so saving is a copy; loading believes nothing:
 * magic, version, layout, plan, and every index that anything would be looked up with.
 */
#include <errno.h>
#include <stddef.h>

#include "model/bench/bench_priv.h"

#define XXH_INLINE_ALL
#include "xxhash.h"

/* Two builds with the same number lay out their state alike. */
uint64_t bench_layout(void)
{
    const uint64_t shape[] = {
        BENCH_STATE_VERSION, TRACE_SCHEMA_VERSION, PLAN_VERSION, REPORT_VERSION,
        sizeof(struct bench_state), offsetof(struct bench_state, trace),
        offsetof(struct bench_state, iotlb), offsetof(struct bench_state, flow),
        offsetof(struct bench_state, replay), offsetof(struct bench_state, sched),
        sizeof(struct flow_state), sizeof(struct replay), sizeof(struct sched),
        sizeof(struct port_state), offsetof(struct port_state, mmio),
        offsetof(struct port_state, reads), offsetof(struct port_state, read),
        offsetof(struct port_state, posted),
        offsetof(struct port_state, posted_ring), offsetof(struct port_state, wire_ring),
        sizeof(struct posted), sizeof(struct posted_desc),
        sizeof(struct wire_frame), sizeof(struct iotlb),
        sizeof(struct faults), sizeof(struct contract), sizeof(struct refused),
        TIMING_COUNT, BENCH_EVENTS_END, nic_state_size(), XXH_VERSION_NUMBER,
    };
    return XXH64(shape, sizeof(shape), 0);
}

uint64_t bench_plan_hash(const struct bench *b)
{
    return XXH64(b->plan, b->plan->bytes, 0);
}

void bench_save(struct bench *b, void *out)
{
    trace_sync(b);
    memcpy(out, b->st, b->st->bytes);
}

static bool wire_valid(struct port_state *p)
{
    if (!nic_fifo_valid(&p->wire, p->wire_ring, WIRE_BYTES, sizeof(struct wire_frame)))
        return false;
    for (uint32_t at = nic_fifo_head(&p->wire); at != NIC_FIFO_NONE;
         at = nic_fifo_next(&p->wire, p->wire_ring, WIRE_BYTES, at)) {
        const struct wire_frame *f = nic_fifo_at(p->wire_ring, at);
        if (f->length > NIC_FRAME_MAX || sizeof(*f) + f->length > f->record.size)
            return false;
    }
    return true;
}

static bool event_valid(const void *bench, const struct sched_event *e)
{
    const struct bench *b = bench;
    unsigned device = sched_event_device(e), queue = sched_event_queue(e);
    bool port = device < b->st->ports;
    if (e->kind >= SCHED_LINE_KIND) /* whoever gets it looks for what is due */
        return port && e->kind < SCHED_LINE_KIND + SCHED_LINES;
    switch (sched_event_class(e)) {
    case SCHED_PLAN:
        return e->kind <= KIND_ACTION || (e->kind == KIND_FAULT && queue < b->plan->faults.count);
    case SCHED_WIRE:
        if (e->kind == KIND_WIRE_HEAD || e->kind == KIND_LIGHT || e->kind == KIND_PAUSE)
            return port;
        return (e->kind == KIND_GEN_TURN || e->kind == KIND_GEN_START) && port &&
               queue < b->plan->flows.count;
    case SCHED_BUS:
        return port && e->kind >= KIND_LAND_LATER && e->kind <= KIND_NESTED;
    case SCHED_NIC:
        return port; /* the NIC looks at the rest itself */
    case SCHED_LAST:
        return e->kind == KIND_DRAINED;
    default:
        return false;
    }
}

static const char *invalid(struct bench *b)
{
    struct bench_state *st = b->st;
    if (!sched_valid(&st->sched))
        return "saved state: the event heap is no heap";
    if (!sched_all(&st->sched, event_valid, b))
        return "saved state: an event of a kind that nobody schedules";
    if (!trace_valid(&st->trace))
        return "saved state: the trace buffer does not add up";
    if (st->contract.kept > REPORT_VIOLATIONS)
        return "saved state: more broken rules than are kept";
    if (st->refused.kept > REPORT_REFUSALS)
        return "saved state: more refused accesses than are kept";
    if (!fault_valid(b))
        return "saved state: a fault's progress is out of range";
    if (!iotlb_valid(b))
        return "saved state: IOTLB index out of range";
    if (!replay_valid(b))
        return "saved state: a replayed frame of no flow";
    if (st->nested_count > NESTED_MAX)
        return "saved state: nested accesses out of range";
    for (uint32_t i = 0; i < st->nested_count; i++)
        if (NIC_FUNCTION_PORT(st->nested[i].function) >= st->ports)
            return "saved state: a nested access to no port";
    if (st->samples > REPORT_SAMPLES || st->run.phase > PHASE_EXIT ||
        st->run.action > b->plan->actions.count ||
        st->run.flows_left > b->plan->flows.count || st->run.end > REPORT_END_GUEST)
        return "saved state: the plan's progress is out of range";
    for (unsigned i = 0; i < b->plan->flows.count; i++)
        if (st->flow[i].phase > GEN_DONE || st->flow[i].late > 1 ||
            st->flow[i].top > st->flow[i].count.sent ||
            st->flow[i].count.sent > UINT32_MAX || st->flow[i].carry > b->flows[i].interval_den)
            return "saved state: a flow's progress is out of range";
    for (unsigned i = 0; i < st->ports; i++)
        if (!pcie_valid(b, i) || !pcie_read_valid(b, i) || !wire_valid(&st->port[i]) ||
            !pause_valid(&st->port[i].pause))
            return "saved state: a port's queues do not add up";
    return NULL;
}

int bench_load(struct bench *b, const void *in, size_t bytes, const char **why)
{
    struct bench_state *st = b->st;
    uint64_t want[4] = {BENCH_STATE_MAGIC, bench_layout(), st->plan_hash, st->bytes};
    uint32_t ports = st->ports;
    if (bytes != st->bytes) {
        *why = "saved state: another length than this machine's";
        return -EINVAL;
    }
    memcpy(st, in, bytes);
    if (memcmp(st, want, sizeof(want)) != 0 || st->version != BENCH_STATE_VERSION ||
        st->ports != ports) {
        memcpy(st, want, sizeof(want));
        st->ports = ports;
        *why = "saved state: of another version, build, plan or number of ports";
        return -EINVAL;
    }
    *why = invalid(b);
    if (*why)
        return -EINVAL;
    for (unsigned i = 0; i < ports; i++)
        if (nic_attach(&b->nic[i], bench_nic_block(b, i), bench_nic_ops(), b, &st->sched)) {
            *why = "saved state: the NIC refused its part";
            return -EINVAL;
        }
    for (unsigned i = 0; i < ports; i++)
        bench_plug(b, i);
    trace_wire_up(b);
    gen_stops(b);
    st->clock.armed_ps = 0; /* the host has to be told anew */
    st->clock.armed_vns = 0;
    clock_arm(b);
    return 0;
}
