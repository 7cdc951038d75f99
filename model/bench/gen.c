/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The traffic generators: when each flow's next frame starts. All times are those of the SFD at
 * the pins of the NIC, so that a frame is one event; cable and preamble are in the flow's origin.
 * Rates are rationals with the remainder carried: after n intervals exactly floor(n * num / den)
 * ps have passed. Flows that share a port take turns on its wire in the order of their asking.
 * Each flow has one event in the heap at most; the only flow into a port has the port's line.
 *
 * A flow that a pause held up is late until it has caught up with its plan: its frames carry the
 * time for which they were planned, so that latency counts the wait.
 */
#include "model/bench/bench_priv.h"

enum { SFD_BYTES = 8 }; /* preamble and SFD */

static uint64_t origin(const struct bench *b, const struct plan_flow *f)
{
    uint64_t lag = SFD_BYTES * bench_time(b, TIMING_wire_byte) + b->ports[f->port].cable_ps;
    return bench_add(b->st->run.go_ps, lag);
}

static inline void at(struct bench *b, unsigned flow, uint64_t time_ps, enum gen_phase phase)
{
    unsigned port = b->flows[flow].port;
    b->st->flow[flow].phase = phase;
    if (b->lone_flow[port] == flow)
        bench_line(b, time_ps, port, LINE_GEN, b->gen_lead_ps);
    else
        bench_at(b, time_ps, SCHED_WIRE, port, flow,
                 phase == GEN_WAITS ? KIND_GEN_TURN : KIND_GEN_START, b->gen_lead_ps);
}

static void done(struct bench *b, struct flow_state *s)
{
    s->phase = GEN_DONE;
    plan_flow_done(b);
}

/* Plans the flow's next frame for max(next_ps, now), or ends the flow. */
static void plan_next(struct bench *b, unsigned flow)
{
    const struct plan_flow *f = &b->flows[flow];
    struct flow_state *s = &b->st->flow[flow];
    uint64_t start = bench_max(s->next_ps, bench_now(b));
    if (s->next_ps >= bench_now(b))
        s->late = 0;
    if (s->count.sent >= f->count || s->count.sent >= UINT32_MAX ||
        (s->late ? s->next_ps : start) >= b->stop_ps[flow]) {
        done(b, s);
        return;
    }
    at(b, flow, start, GEN_WAITS);
}

void gen_wire_up(struct bench *b)
{
    unsigned flows[PLAN_PORTS_MAX] = {0};
    for (unsigned i = 0; i < PLAN_PORTS_MAX; i++)
        b->lone_flow[i] = NO_FLOW;
    for (unsigned i = 0; i < b->plan->flows.count; i++) {
        unsigned port = b->flows[i].port;
        b->lone_flow[port] = flows[port]++ ? NO_FLOW : i;
    }
}

void gen_stops(struct bench *b)
{
    for (unsigned i = 0; i < b->plan->flows.count; i++)
        b->stop_ps[i] = bench_add(origin(b, &b->flows[i]), b->flows[i].stop_ps);
}

void gen_go(struct bench *b)
{
    gen_stops(b);
    for (unsigned i = 0; i < b->plan->flows.count; i++) {
        struct flow_state *s = &b->st->flow[i];
        s->next_ps = s->burst_ps = bench_add(origin(b, &b->flows[i]), b->flows[i].start_ps);
        s->burst_left = b->flows[i].burst;
        plan_next(b, i);
    }
}

/* burst_ps moves on by amount * num / den. The plan's check keeps the product below 2^63. */
static void interval(const struct plan_flow *f, struct flow_state *s, uint64_t amount)
{
    uint64_t whole = amount * f->interval_num + s->carry;
    s->carry = whole % f->interval_den;
    s->burst_ps = bench_add(s->burst_ps, whole / f->interval_den);
}

/* A capture that is sent again starts anew when its last frame has left the wire. */
static uint64_t stamp_time(const struct bench *b, const struct plan_flow *f, uint64_t sequence)
{
    const struct plan_frame *first = &b->frames[f->frame_first];
    const struct plan_frame *last = first + f->frame_count - 1;
    uint64_t period = last->stamp_ps + wire_occupied(b, last->length);
    uint64_t rounds = sequence / f->frame_count;
    uint64_t in_round = first[sequence % f->frame_count].stamp_ps;
    if (rounds && period > (UINT64_MAX >> 1) / rounds)
        return SCHED_NEVER - 1;
    uint64_t start = bench_add(origin(b, f), f->start_ps);
    return bench_add(start, rounds * period + in_round);
}

static void advance_pace(struct bench *b, unsigned flow, uint32_t length, uint64_t occupied)
{
    const struct plan_flow *f = &b->flows[flow];
    struct flow_state *s = &b->st->flow[flow];
    s->next_ps = (s->late ? s->next_ps : bench_now(b)) + occupied;
    if (f->pace == PLAN_PACE_STAMP) {
        s->next_ps = stamp_time(b, f, s->count.sent);
        return;
    }
    if (f->pace == PLAN_PACE_BYTE)
        interval(f, s, length + 24);
    if (--s->burst_left)
        return;
    s->burst_left = f->burst;
    if (f->pace == PLAN_PACE_FRAME)
        interval(f, s, 1);
    if (f->pace != PLAN_PACE_LINE)
        s->next_ps = s->burst_ps;
}

static void send(struct bench *b, unsigned flow, uint32_t length, uint64_t occupied)
{
    const struct plan_flow *f = &b->flows[flow];
    struct flow_state *s = &b->st->flow[flow];
    struct port_state *p = b->port[f->port];
    uint64_t since_go = bench_now(b) - b->st->run.go_ps;
    struct stamp stamp = {
        .time_ps = s->late ? s->next_ps - b->st->run.go_ps : since_go,
        .sequence = (uint32_t)s->count.sent, .flow = (uint16_t)flow,
    };
    const uint8_t *frame = memo_frame(b, &stamp, length);
    if (f->kind == PLAN_REPLAY)
        replay_sent(b, &stamp, frame, length);
    if (s->count.sent++ == 0)
        s->count.sent_first_ps = since_go;
    s->count.sent_last_ps = since_go;
    p->in_busy_ps = bench_now(b) + occupied;
    wire_in(b, f->port, frame, length, !f->bad_fcs, &stamp);
    advance_pace(b, flow, length, occupied);
    plan_next(b, flow);
}

/* Takes the wire for the flow's next frame: now, or false, when it is free. */
static inline bool take_wire(struct bench *b, unsigned flow, uint64_t occupied)
{
    struct port_state *p = b->port[b->flows[flow].port];
    uint64_t start = bench_max(bench_now(b), p->in_free_ps);
    p->in_free_ps = start + occupied;
    if (start == bench_now(b))
        return true;
    at(b, flow, start, GEN_RESERVED);
    return false;
}

static void turn(struct bench *b, unsigned flow, bool has_wire)
{
    uint32_t length = frame_length(b, flow, b->st->flow[flow].count.sent);
    uint64_t occupied = wire_occupied(b, length);
    if (has_wire || take_wire(b, flow, occupied))
        send(b, flow, length, occupied);
}

static void fire(struct bench *b, unsigned flow, enum gen_phase phase)
{
    const struct plan_flow *f = &b->flows[flow];
    struct flow_state *s = &b->st->flow[flow];
    if (!bench_running(b)) { /* the deadline came first */
        s->phase = GEN_DONE;
        return;
    }
    if (b->port[f->port]->pause.until_ps && f->kind != PLAN_PAUSE) {
        s->phase = GEN_HELD;
        s->late = 1;
        return;
    }
    turn(b, flow, phase == GEN_RESERVED);
}

void gen_fire(struct bench *b, const struct sched_event *e)
{
    fire(b, sched_event_queue(e), e->kind == KIND_GEN_TURN ? GEN_WAITS : GEN_RESERVED);
}

void gen_line(struct bench *b, unsigned port)
{
    unsigned flow = b->lone_flow[port];
    if (flow == NO_FLOW)
        return;
    enum gen_phase phase = (enum gen_phase)b->st->flow[flow].phase;
    if (phase == GEN_WAITS || phase == GEN_RESERVED)
        fire(b, flow, phase);
}

/* ---- pause ---- */
bool gen_reserved(const struct bench *b, unsigned port)
{
    for (unsigned i = 0; i < b->plan->flows.count; i++)
        if (b->flows[i].port == port && b->st->flow[i].phase == GEN_RESERVED)
            return true;
    return false;
}

void gen_release(struct bench *b, unsigned port)
{
    while (bench_running(b)) {
        unsigned oldest = PLAN_FLOWS_MAX;
        for (unsigned i = 0; i < b->plan->flows.count; i++)
            if (b->flows[i].port == port && b->st->flow[i].phase == GEN_HELD &&
                (oldest == PLAN_FLOWS_MAX ||
                 b->st->flow[i].next_ps < b->st->flow[oldest].next_ps))
                oldest = i;
        if (oldest == PLAN_FLOWS_MAX)
            return;
        turn(b, oldest, false);
    }
}
