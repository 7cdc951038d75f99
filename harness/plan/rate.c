/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Changes the pace of a plan, and the search itself: see rate.h.
 */
#include "harness/plan/rate.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#include "harness/plan/load.h"
#include "model/bench/plan.h"
#include "model/nic/nic.h"

static struct plan_flow flow_at(const void *plan, const struct plan_header *h, unsigned i)
{
    struct plan_flow flow;

    memcpy(&flow, (const char *)plan + h->flows.offset + i * sizeof(flow), sizeof(flow));
    return flow;
}

/* Wire bytes of the longest frame of a flow: what its time is reckoned from. */
static uint64_t longest(const void *plan, const struct plan_header *h,
                        const struct plan_flow *flow)
{
    uint64_t most = NIC_FRAME_MIN;

    for (uint32_t i = 0; i < flow->size_count; i++) {
        uint16_t size;

        memcpy(&size,
               (const char *)plan + h->sizes.offset + (flow->size_first + i) * sizeof(size),
               sizeof(size));
        most = MAX(most, size);
    }
    for (uint32_t i = 0; i < flow->frame_count; i++) {
        struct plan_frame frame;

        memcpy(&frame,
               (const char *)plan + h->frames.offset + (flow->frame_first + i) * sizeof(frame),
               sizeof(frame));
        most = MAX(most, frame.length);
    }
    return most + RS_LINE_OVERHEAD;
}

/* Wire bytes of a flow's frames, one of each, and how many they are. */
static uint64_t wire_bytes(const void *plan, const struct plan_header *h,
                           const struct plan_flow *flow, uint64_t *frames)
{
    uint64_t sum = 0;

    *frames = flow->kind == PLAN_REPLAY ? flow->frame_count : flow->size_count;
    for (uint32_t i = 0; i < *frames; i++) {
        uint16_t size;
        struct plan_frame frame;

        if (flow->kind == PLAN_REPLAY) {
            memcpy(&frame,
                   (const char *)plan + h->frames.offset +
                       (flow->frame_first + i) * sizeof(frame),
                   sizeof(frame));
            sum += frame.length + RS_LINE_OVERHEAD;
        } else {
            memcpy(&size,
                   (const char *)plan + h->sizes.offset + (flow->size_first + i) * sizeof(size),
                   sizeof(size));
            sum += size + RS_LINE_OVERHEAD;
        }
    }
    return sum;
}

static void count_flows(const void *plan, const struct plan_header *h, unsigned *on_port)
{
    memset(on_port, 0, PLAN_PORTS_MAX * sizeof(*on_port));
    for (unsigned i = 0; i < h->flows.count; i++)
        on_port[flow_at(plan, h, i).port]++;
}

uint64_t rs_rate_offered(const void *plan, unsigned share)
{
    struct plan_header h;
    unsigned on_port[PLAN_PORTS_MAX];
    uint64_t rate = 0;

    memcpy(&h, plan, sizeof(h));
    count_flows(plan, &h, on_port);
    for (unsigned i = 0; i < h.flows.count; i++) {
        const struct plan_flow flow = flow_at(plan, &h, i);
        uint64_t frames;
        const uint64_t bytes = wire_bytes(plan, &h, &flow, &frames);
        const unsigned __int128 per_second =
            (unsigned __int128)1000000000000u * share * frames;

        if (bytes)
            rate += (uint64_t)(per_second / ((unsigned __int128)RS_RATE_WHOLE * RS_LINE_BYTE_PS *
                                             on_port[flow.port] * bytes));
    }
    return rate;
}

void *rs_rate_plan(const void *plan, size_t bytes, unsigned share)
{
    void *copy = g_memdup2(plan, bytes);
    struct plan_header h;
    unsigned on_port[PLAN_PORTS_MAX];
    uint64_t extra_ps = 0;

    memcpy(&h, plan, sizeof(h));
    count_flows(plan, &h, on_port);
    for (unsigned i = 0; i < h.flows.count; i++) {
        struct plan_flow flow = flow_at(plan, &h, i);
        unsigned __int128 span;

        flow.pace = PLAN_PACE_BYTE;
        flow.interval_num = (uint64_t)RS_LINE_BYTE_PS * RS_RATE_WHOLE * on_port[flow.port];
        flow.interval_den = share;
        flow.burst = 1;
        memcpy((char *)copy + h.flows.offset + i * sizeof(flow), &flow, sizeof(flow));
        if (flow.count == UINT64_MAX)
            continue;
        span = (unsigned __int128)flow.count * longest(plan, &h, &flow) * flow.interval_num /
               flow.interval_den;
        extra_ps = MAX(extra_ps, span > (uint64_t)1 << 59 ? (uint64_t)1 << 59 : (uint64_t)span);
    }
    h.deadline_ps = MIN(h.deadline_ps + extra_ps, (uint64_t)1 << 60);
    memcpy(copy, &h, sizeof(h));
    return copy;
}

void rs_bisection_init(struct rs_bisection *b, unsigned resolution)
{
    *b = (struct rs_bisection){.high = RS_RATE_WHOLE + 1, .resolution = MAX(resolution, 1)};
}

unsigned rs_bisection_next(const struct rs_bisection *b)
{
    if (!b->probes)
        return RS_RATE_WHOLE; /* line rate first: often that is the answer */
    if (b->high - b->low <= b->resolution)
        return 0;
    return b->low + (b->high - b->low) / 2;
}

void rs_bisection_tell(struct rs_bisection *b, unsigned share, int is_good)
{
    b->probes++;
    if (is_good)
        b->low = MAX(b->low, share);
    else
        b->high = MIN(b->high, share);
}
