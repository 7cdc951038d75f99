/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The judge at the far end: per flow what came back, whole or damaged, twice, late or at the wrong
 * port, and how long it took from SFD in to SFD out. A generated frame is built again from its
 * stamp and compared byte by byte. What a frame looks like is frame.c's business.
 *
 * Order: a frame is reordered when a later one of the same flow and tuple came first. That needs
 * no memory per tuple: the window of SINK_WINDOW frames knows what came. A frame from before the
 * window counts as a duplicate; for its sequence was judged lost when the window left it behind.
 */
#include "model/bench/bench_priv.h"

enum { SFD_BYTES = 8, NIC_SAMPLES_MAX = REPORT_SAMPLES / 2 };

void sink_sample(struct bench *b, enum sink_verdict kind, unsigned port, uint32_t flow,
                 uint64_t sequence, uint32_t detail)
{
    struct bench_state *st = b->st;
    if (kind != VERDICT_NIC)
        trace_emit(b, BENCH_EV_verdict, NIC_FUNCTION(port, 0), flow, kind, detail, sequence);
    /* What the NIC has to say leaves room for what the sink found. */
    if (st->samples >= (kind == VERDICT_NIC ? NIC_SAMPLES_MAX : REPORT_SAMPLES))
        return;
    st->sample[st->samples++] = (struct report_sample){
        .time_ps = bench_now(b), .sequence = sequence, .flow = flow, .port = port,
        .kind = kind, .detail = detail,
    };
}

static bool seen(const struct flow_state *f, uint64_t sequence)
{
    return f->seen[sequence % SINK_WINDOW / 64] >> (sequence & 63) & 1;
}

static void mark(struct flow_state *f, uint64_t sequence)
{
    f->seen[sequence % SINK_WINDOW / 64] |= 1ull << (sequence & 63);
}

static void missed(struct flow_state *f, uint64_t sequence)
{
    if (sequence < f->count.first_lost)
        f->count.first_lost = sequence;
}

/* The window's upper end moves to `top`, above a frame that came; what leaves it below and was not
 * seen is lost. */
static void move_window(struct flow_state *f, uint64_t top)
{
    uint64_t from = f->top, steps = top - from;
    f->top = top;
    if (steps == 1) { /* the next in order, whose bit is about to be set */
        if (from >= SINK_WINDOW && !seen(f, from))
            missed(f, from - SINK_WINDOW);
        return;
    }
    if (steps > SINK_WINDOW) { /* some were never in the window */
        uint64_t low = from > SINK_WINDOW ? from - SINK_WINDOW : 0;
        while (low < from && seen(f, low))
            low++;
        missed(f, low);
        memset(f->seen, 0, sizeof(f->seen));
        return;
    }
    for (uint64_t s = from; s < top; s++) {
        if (s >= SINK_WINDOW && !seen(f, s))
            missed(f, s - SINK_WINDOW);
        f->seen[s % SINK_WINDOW / 64] &= ~(1ull << (s & 63));
    }
}

/* Of the frames that are missing now, the first; UINT64_MAX: none. */
uint64_t sink_first_lost(const struct flow_state *f)
{
    if (f->count.first_lost != UINT64_MAX)
        return f->count.first_lost;
    uint64_t low = f->top > SINK_WINDOW ? f->top - SINK_WINDOW : 0;
    while (low < f->top && seen(f, low))
        low++;
    return low < f->count.sent ? low : UINT64_MAX;
}

static void count_latency(struct bench *b, struct flow_state *f, uint64_t sent_ps)
{
    uint64_t out = bench_now(b) - b->st->run.go_ps +
                   SFD_BYTES * bench_time(b, TIMING_wire_byte);
    uint64_t ps = out > sent_ps ? out - sent_ps : 0;
    struct report_flow *c = &f->count;
    if (!c->latency_count)
        c->received_first_ps = out;
    c->received_last_ps = out;
    if (ps < c->latency_min_ps || !c->latency_count)
        c->latency_min_ps = ps;
    if (ps > c->latency_max_ps)
        c->latency_max_ps = ps;
    c->latency_sum_ps += ps;
    c->latency_count++;
    c->bucket[bench_histogram_bucket(ps / 1000)]++;
}

/* Did a later frame of the same tuple come already? */
static bool overtaken(const struct flow_state *f, const struct plan_flow *plan,
                      uint64_t sequence)
{
    for (uint64_t s = sequence + plan->tuples; s < f->top; s += plan->tuples)
        if (seen(f, s))
            return true;
    return false;
}

void sink_count(struct bench *b, unsigned port, uint32_t flow, uint64_t sequence,
                uint64_t sent_ps, bool known_again)
{
    struct flow_state *f = &b->st->flow[flow];
    const struct plan_flow *plan = &b->flows[flow];
    if (plan->expect_port != port) {
        f->count.misplaced++;
        sink_sample(b, VERDICT_MISPLACED, port, flow, sequence, plan->expect_port);
        return;
    }
    bool late = sequence < f->top;
    bool stale = late && f->top - sequence > SINK_WINDOW;
    if (known_again || stale || (late && seen(f, sequence))) {
        f->count.duplicated++;
        sink_sample(b, VERDICT_DUPLICATED, port, flow, sequence, stale);
        return;
    }
    if (late && overtaken(f, plan, sequence)) {
        f->count.reordered++;
        sink_sample(b, VERDICT_REORDERED, port, flow, sequence, (uint32_t)(f->top - sequence));
    }
    if (!late)
        move_window(f, sequence + 1);
    mark(f, sequence);
    f->count.received++;
    count_latency(b, f, sent_ps);
}

void sink_damaged(struct bench *b, unsigned port, uint32_t flow, uint64_t sequence,
                  uint32_t offset)
{
    b->st->flow[flow].count.damaged++;
    sink_sample(b, VERDICT_DAMAGED, port, flow, sequence, offset);
}

/* Offset of the first byte that is not as it was sent; UINT32_MAX: none. */
static uint32_t compare(const uint8_t *got, uint32_t got_bytes, const uint8_t *sent,
                        uint32_t sent_bytes, uint32_t from)
{
    uint32_t common = got_bytes < sent_bytes ? got_bytes : sent_bytes;
    if (common > from && memcmp(got + from, sent + from, common - from) != 0)
        for (uint32_t i = from; i < common; i++)
            if (got[i] != sent[i])
                return i;
    return got_bytes == sent_bytes ? UINT32_MAX : common;
}

void sink_judge(struct bench *b, unsigned port, const uint8_t *frame, uint32_t length,
                bool good_fcs, const struct stamp *stamp)
{
    uint32_t sent = frame_length(b, stamp->flow, stamp->sequence);
    frame_build(b, stamp, sent, b->expected);
    uint32_t from = b->flows[stamp->flow].macs ? 12 : 0;
    uint32_t wrong = compare(frame, length, b->expected, sent, from);
    if (wrong == UINT32_MAX && !good_fcs)
        wrong = length;
    if (wrong != UINT32_MAX)
        sink_damaged(b, port, stamp->flow, stamp->sequence, wrong);
    else
        sink_count(b, port, stamp->flow, stamp->sequence, stamp->time_ps, false);
}
