/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the run came to, from the counters of the other files. Adds nothing of its own.
 */
#include "model/bench/bench_priv.h"

/* Only what is rare is counted twice. */
static uint64_t iotlb_hits(const struct report_iotlb *iotlb)
{
    uint64_t hits = 0;
    for (unsigned i = 0; i < REPORT_REGIONS * REPORT_QUEUES; i++)
        hits += iotlb->use[i].lookups - iotlb->use[i].misses;
    return hits;
}

void bench_report(struct bench *b, struct bench_report *out)
{
    struct bench_state *st = b->st;
    const struct plan_header *plan = b->plan;
    trace_tell(b);
    memset(out, 0, sizeof(*out));
    memcpy(out->magic, REPORT_MAGIC, sizeof(out->magic));
    out->version = REPORT_VERSION;
    out->bytes = sizeof(*out);
    memcpy(out->plan_name, plan->name, sizeof(out->plan_name));
    out->plan_hash = st->plan_hash;
    trace_digest(b, out->trace_hash);
    out->events = trace_events(b);
    out->layout = st->layout;
    out->schema = TRACE_SCHEMA_VERSION;
    out->clock = plan->clock;
    out->quantum_ns = plan->quantum_ns;
    out->dilation_num = plan->dilation_num;
    out->dilation_den = plan->dilation_den;
    out->end = st->run.end;
    out->guest_exit = st->run.exit_value;
    out->ports = st->ports;
    out->flows = plan->flows.count;
    out->go_ps = st->run.go_ps;
    out->over_ps = st->run.over_ps;
    out->end_ps = st->run.end_ps;
    out->go_vns = st->run.go_vns;
    out->over_vns = st->run.over_vns;
    out->end_vns = st->run.end_vns;
    out->stall_vns = st->clock.stall_vns;
    out->sched_events = st->sched.dispatched;
    out->sched_refused = st->sched.refused;
    out->reproducible = 1;
    out->samples = st->samples;
    memcpy(out->sample, st->sample, sizeof(out->sample));
    for (unsigned i = 0; i < st->ports; i++) {
        out->port[i] = st->port[i].count;
        out->port[i].pause_ps = pause_time(b, i);
        out->iotlb[i] = st->port[i].iotlb;
        out->port[i].iotlb_hits = iotlb_hits(&out->iotlb[i]);
        if (b->ports[i].attach == PLAN_ATTACH_NETDEV)
            out->reproducible = 0;
    }
    memcpy(out->broken, st->contract.broken, sizeof(out->broken));
    out->violations = st->contract.kept;
    memcpy(out->violation, st->contract.first, sizeof(out->violation));
    out->refusals = st->refused.kept;
    memcpy(out->refusal, st->refused.first, sizeof(out->refusal));
    out->faults = plan->faults.count;
    for (unsigned i = 0; i < plan->faults.count; i++)
        out->fault_fired[i] = st->faults.fault[i].fired;
    for (unsigned i = 0; i < plan->flows.count; i++) {
        out->flow[i] = st->flow[i].count;
        out->flow[i].first_lost =
            b->flows[i].expect_port == PLAN_NO_PORT ? UINT64_MAX : sink_first_lost(&st->flow[i]);
    }
}
