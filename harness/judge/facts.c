/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Metrics (metrics.def) from the facts of a run. Integers and exact fractions only: the same run
 * gives the same figures everywhere.
 */
#include "harness/judge/facts.h"

#include <glib.h>
#include <string.h>

#include "harness/judge/iotlb_facts.h"

#define PS_PER_SECOND 1000000000000ull

/* Frames from `first_ps` to `last_ps`: their rate is `gaps` over that time. */
struct span {
    uint64_t gaps, first_ps, last_ps;
    bool any;
};

struct flow_sum { /* one flow, or all together */
    struct span out, back; /* of the generator; of what was received */
    uint64_t sent, received, expected, lost, duplicated, reordered, damaged, misplaced;
    uint64_t min_ps, max_ps, sum_ps, count;
    uint64_t bucket[REPORT_BUCKETS];
};

void rs_facts_fini(struct rs_facts *facts)
{
    g_free(facts->report);
    rs_event_counts_free(facts->events);
    rs_guest_fini(&facts->guest);
    memset(facts, 0, sizeof(*facts));
}

void rs_planned_read(struct rs_planned *planned, const void *plan)
{
    struct plan_header header;

    memset(planned, 0, sizeof(*planned));
    memcpy(&header, plan, sizeof(header));
    planned->flows = MIN(header.flows.count, PLAN_FLOWS_MAX);
    for (unsigned i = 0; i < planned->flows; i++) {
        struct plan_flow flow;

        memcpy(&flow, (const char *)plan + header.flows.offset + i * sizeof(flow), sizeof(flow));
        planned->expects |= (uint64_t)(flow.expect_port != PLAN_NO_PORT) << i;
        planned->frames[i] = flow.count;
        planned->stop_ps[i] = flow.stop_ps;
        planned->port[i] = flow.port;
    }
}

bool rs_first_lost(const struct rs_facts *facts, unsigned *flow, uint64_t *sequence)
{
    const struct bench_report *r = facts->report;

    for (*flow = 0; r && *flow < r->flows && *flow < facts->planned.flows; (*flow)++) {
        *sequence = r->flow[*flow].first_lost;
        if (facts->planned.expects >> *flow & 1 && *sequence != UINT64_MAX)
            return true;
    }
    return false;
}

static void sum_span(struct span *sum, uint64_t frames, uint64_t first_ps, uint64_t last_ps)
{
    if (!frames)
        return;
    sum->gaps += frames - 1;
    sum->first_ps = sum->any ? MIN(sum->first_ps, first_ps) : first_ps;
    sum->last_ps = MAX(sum->last_ps, last_ps);
    sum->any = true;
}

static void sum_flow(struct flow_sum *sum, const struct report_flow *flow, bool expects)
{
    sum->sent += flow->sent;
    sum->received += flow->received;
    sum_span(&sum->out, flow->sent, flow->sent_first_ps, flow->sent_last_ps);
    sum_span(&sum->back, flow->received, flow->received_first_ps, flow->received_last_ps);
    if (expects) {
        sum->expected += flow->sent;
        sum->lost += flow->sent > flow->received ? flow->sent - flow->received : 0;
    }
    sum->duplicated += flow->duplicated;
    sum->reordered += flow->reordered;
    sum->damaged += flow->damaged;
    sum->misplaced += flow->misplaced;
    if (!flow->latency_count)
        return;
    sum->min_ps = sum->count ? MIN(sum->min_ps, flow->latency_min_ps) : flow->latency_min_ps;
    sum->max_ps = MAX(sum->max_ps, flow->latency_max_ps);
    sum->sum_ps += flow->latency_sum_ps;
    sum->count += flow->latency_count;
    for (unsigned i = 0; i < REPORT_BUCKETS; i++)
        sum->bucket[i] += flow->bucket[i];
}

static void sum_flows(struct flow_sum *sum, const struct bench_report *r, uint64_t expects,
                      int flow)
{
    memset(sum, 0, sizeof(*sum));
    for (unsigned i = 0; i < r->flows && i < PLAN_FLOWS_MAX; i++)
        if (flow < 0 || (unsigned)flow == i)
            sum_flow(sum, &r->flow[i], expects >> i & 1);
}

static struct report_port sum_ports(const struct bench_report *r, int port)
{
    struct report_port sum = {0};
    uint64_t *to = (uint64_t *)&sum;

    _Static_assert(sizeof(sum) % sizeof(uint64_t) == 0, "counters only");
    for (unsigned i = 0; i < r->ports && i < PLAN_PORTS_MAX; i++) {
        uint64_t from[sizeof(sum) / sizeof(uint64_t)];

        memcpy(from, &r->port[i], sizeof(from));
        for (unsigned k = 0; k < G_N_ELEMENTS(from) && (port < 0 || (unsigned)port == i); k++)
            to[k] += from[k];
    }
    return sum;
}

/* The smallest bucket edge that `per_mille` of all values do not exceed. */
static uint64_t percentile_ps(const struct flow_sum *sum, unsigned per_mille)
{
    const uint64_t rank = (uint64_t)(((unsigned __int128)sum->count * per_mille + 999) / 1000);
    uint64_t seen = 0;

    for (unsigned i = 0; i < REPORT_BUCKETS; i++) {
        seen += sum->bucket[i];
        if (seen >= rank && seen) {
            const uint64_t edge_ps = bench_histogram_value(i) * 1000;

            return CLAMP(edge_ps, sum->min_ps, sum->max_ps);
        }
    }
    return sum->max_ps;
}

/* Frames per second; false: there were too few for a rate. */
static bool rate_of(const struct span *span, uint64_t *pps)
{
    const uint64_t ps = span->last_ps - span->first_ps;

    if (!span->gaps || !ps)
        return false;
    *pps = (uint64_t)((unsigned __int128)span->gaps * PS_PER_SECOND / ps);
    return true;
}

static bool flow_metric(const struct flow_sum *s, enum metric_id id, enum unit unit,
                        struct quantity *out)
{
    uint64_t value = 0, den = 1;

    switch (id) {
    case METRIC_SENT: value = s->sent; break;
    case METRIC_RECEIVED: value = s->received; break;
    case METRIC_LOST: value = s->lost; break;
    case METRIC_LOST_SHARE: value = s->lost * 100; den = s->expected; break;
    case METRIC_DUPLICATED: value = s->duplicated; break;
    case METRIC_REORDERED: value = s->reordered; break;
    case METRIC_DAMAGED: value = s->damaged; break;
    case METRIC_MISPLACED: value = s->misplaced; break;
    case METRIC_LATENCY_MIN: value = s->min_ps; den = s->count ? 1 : 0; break;
    case METRIC_LATENCY_MEAN: value = s->count ? s->sum_ps / s->count : 0;
        den = s->count ? 1 : 0; break;
    case METRIC_LATENCY_P50: value = percentile_ps(s, 500); den = s->count ? 1 : 0; break;
    case METRIC_LATENCY_P90: value = percentile_ps(s, 900); den = s->count ? 1 : 0; break;
    case METRIC_LATENCY_P99: value = percentile_ps(s, 990); den = s->count ? 1 : 0; break;
    case METRIC_LATENCY_P999: value = percentile_ps(s, 999); den = s->count ? 1 : 0; break;
    case METRIC_LATENCY_MAX: value = s->max_ps; den = s->count ? 1 : 0; break;
    case METRIC_RATE_SENT: den = rate_of(&s->out, &value); break;
    case METRIC_RATE_RECEIVED: den = rate_of(&s->back, &value); break;
    default: return false;
    }
    *out = rs_quantity(unit, value, den ?: 1);
    return den != 0;
}

static uint64_t port_count(const struct report_port *p, enum metric_id id)
{
    switch (id) {
    case METRIC_FOREIGN: return p->foreign;
    case METRIC_WIRE_IN: return p->wire_in_frames;
    case METRIC_WIRE_OUT: return p->wire_out_frames;
    case METRIC_WIRE_IN_BYTES: return p->wire_in_bytes;
    case METRIC_WIRE_OUT_BYTES: return p->wire_out_bytes;
    case METRIC_RESPONSES: return p->responses;
    case METRIC_PAUSE_RECEIVED: return p->pauses;
    case METRIC_PAUSE_TIME: return p->pause_ps;
    case METRIC_RX_DROPS: return p->rx_drops;
    case METRIC_TX_DROPS: return p->tx_drops;
    case METRIC_MMIO_READS:
    case METRIC_MMIO_READS_PACKET: return p->mmio_reads;
    case METRIC_MMIO_WRITES:
    case METRIC_MMIO_WRITES_PACKET: return p->mmio_writes;
    case METRIC_DOORBELLS:
    case METRIC_DOORBELLS_PACKET: return p->tail_writes;
    case METRIC_DMA_READS:
    case METRIC_DMA_READS_PACKET: return p->dma_reads;
    case METRIC_DMA_WRITES:
    case METRIC_DMA_WRITES_PACKET: return p->dma_writes;
    case METRIC_DMA_BYTES_PACKET: return p->dma_read_bytes + p->dma_write_bytes;
    case METRIC_DESC_READS_PACKET: return p->desc_reads;
    case METRIC_DESC_WRITES_PACKET: return p->desc_writebacks;
    case METRIC_DMA_FAULTS: return p->dma_faults;
    case METRIC_DMA_ABORTS: return p->dma_aborts;
    case METRIC_MESSAGES:
    case METRIC_MESSAGES_PACKET: return p->messages;
    case METRIC_IOTLB_STALE: return p->iotlb_stale;
    case METRIC_IOTLB_MISSES_PACKET: return p->iotlb_misses;
    default: return 0;
    }
}

/* How much of what was planned left the generator: in per cent. A flow that runs for
 * a time is done when its time came. */
static bool traffic_done(const struct rs_facts *f, int flow, struct quantity *out)
{
    const struct bench_report *r = f->report;
    const uint64_t ran_ps = r->over_ps > r->go_ps ? r->over_ps - r->go_ps : 0;
    uint64_t sent = 0, planned = 0;

    for (unsigned i = 0; i < f->planned.flows && i < r->flows; i++) {
        if (flow >= 0 && (unsigned)flow != i)
            continue;
        const bool timed = f->planned.stop_ps[i] != UINT64_MAX;
        const bool came = timed && r->go_ps && ran_ps >= f->planned.stop_ps[i];

        sent += r->flow[i].sent;
        /* A flow that was cut short owes at least one frame, so that it never counts as done. */
        if (timed)
            planned += r->flow[i].sent + !came;
        else
            planned += f->planned.frames[i];
    }
    *out = planned ? rs_quantity(UNIT_PERCENT, sent * 100, planned)
                   : rs_quantity(UNIT_PERCENT, 100, 1);
    return f->planned.flows != 0;
}

/* Frames received at an expected port: what "per packet" divides by. */
static uint64_t packets(const struct bench_report *r, uint64_t expects)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < r->flows && i < PLAN_FLOWS_MAX; i++)
        sum += expects >> i & 1 ? r->flow[i].received : 0;
    return sum;
}

/* Of all rules, or of the one that the metric names: their rows follow METRIC_VIOLATIONS. */
static uint64_t violations(const struct bench_report *r, int port, enum metric_id id)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < r->ports && i < PLAN_PORTS_MAX; i++)
        for (unsigned rule = 0; rule < NIC_RULES; rule++)
            if ((port < 0 || (unsigned)port == i) &&
                (id == METRIC_VIOLATIONS || id == METRIC_VIOLATIONS + 1 + rule))
                sum += r->broken[i][rule];
    return sum;
}

static bool run_metric(const struct rs_facts *f, enum metric_id id, enum unit unit,
                       struct quantity *out)
{
    const struct bench_report *r = f->report;
    uint64_t value = 0, den = 1;

    switch (id) {
    case METRIC_TIME_WALL: value = f->host.wall_ms * 1000000000ull; break;
    case METRIC_DRIVER_EXIT:
        value = (uint64_t)f->guest.driver_exit;
        den = f->guest.has_driver;
        break;
    case METRIC_KERNEL_COMPLAINTS: value = f->guest.complaints; break;
    case METRIC_INSTRUCTIONS_PACKET:
        if (!r || r->guest_instructions_over <= r->guest_instructions_go)
            return false;
        value = r->guest_instructions_over - r->guest_instructions_go;
        den = packets(r, f->planned.expects);
        break;
    case METRIC_TIME_READY: value = r ? r->go_vns * 1000 : 0; den = r && r->go_vns; break;
    case METRIC_TIME_MODEL:
        value = r ? r->over_ps - r->go_ps : 0;
        den = r && r->over_ps >= r->go_ps && r->over_ps;
        break;
    case METRIC_TRACE_EVENTS: value = r ? r->events : 0; den = r != NULL; break;
    case METRIC_FAULTS_FIRED:
        for (unsigned i = 0; r && i < r->faults; i++)
            value += r->fault_fired[i];
        den = r != NULL;
        break;
    case METRIC_GUEST_EXIT: value = r ? r->guest_exit : 0; den = r != NULL; break;
    default: return false;
    }
    *out = rs_quantity(unit, value, den ?: 1);
    return den != 0;
}

bool rs_metric_value(const struct rs_facts *facts, enum metric_id id, struct rs_scope scope,
                     struct quantity *out)
{
    const struct metric *metric = rs_metric(id);
    const struct bench_report *r = facts->report;
    uint64_t den = 1;

    if (id == METRIC_COUNTER) {
        uint64_t value = 0;
        const bool has = scope.counter && rs_counter(&facts->guest.counters, scope.counter, &value);

        *out = rs_quantity(metric->unit, value, 1);
        return has;
    }
    if (id == METRIC_EVENTS || id == METRIC_EVENT_QUEUES) {
        const struct rs_event_counts *events = facts->events;
        const unsigned event = scope.event - 1;

        if (!events || !scope.event)
            return false;
        *out = rs_quantity(metric->unit, id == METRIC_EVENTS
                               ? rs_event_count(events, event, scope.port, scope.queue)
                               : rs_event_queues(events, event, scope.port), 1);
        return true;
    }
    if (metric->scope == METRIC_RUN)
        return run_metric(facts, id, metric->unit, out);
    if (!r || (scope.flow >= 0 && (unsigned)scope.flow >= r->flows) ||
        (scope.port >= 0 && (unsigned)scope.port >= r->ports))
        return false;
    if (id == METRIC_TRAFFIC_DONE)
        return traffic_done(facts, scope.flow, out);
    if (metric->scope == METRIC_FLOW) {
        struct flow_sum *sum = g_new(struct flow_sum, 1);
        bool has;

        sum_flows(sum, r, facts->planned.expects, scope.flow);
        has = flow_metric(sum, id, metric->unit, out);
        g_free(sum);
        return has;
    }
    if (id >= METRIC_VIOLATIONS && id <= METRIC_VIOLATIONS + NIC_RULES) {
        *out = rs_quantity(metric->unit, violations(r, scope.port, id), 1);
        return true;
    }
    uint64_t value = 0;

    if (rs_iotlb_value(r, id, scope, &value)) {
        *out = rs_quantity(metric->unit, value, 1);
        return true;
    }
    if (metric->unit == UNIT_NUMBER)
        den = packets(r, facts->planned.expects);
    if (den) {
        const struct report_port sum = sum_ports(r, scope.port);

        *out = rs_quantity(metric->unit, port_count(&sum, id), den);
    }
    return den != 0;
}
