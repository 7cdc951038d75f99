/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Load of the lines: see load.h. Integers only; means are taken over one of each frame of a flow.
 */
#include "harness/plan/load.h"

#include <errno.h>
#include <glib.h>

#include "model/nic/nic.h"

typedef unsigned __int128 u128;

#define MARK(f, key) rs_schema_mark(&rs_schema_flow, (f), (key))

enum { SLACK = 100 }; /* of RS_LOAD_WHOLE: what rounding of rates may add */

static const struct plan_flow *flow_at(const struct traffic *t, unsigned i)
{
    return &g_array_index(t->flows, struct plan_flow, i);
}

static uint64_t line_bytes(uint32_t length)
{
    return MAX(length, NIC_FRAME_MIN) + RS_LINE_OVERHEAD;
}

/* Line bytes of a flow's frames, one of each; *frames: how many they are. */
static uint64_t bytes_of(const struct traffic *t, const struct plan_flow *f, uint64_t *frames)
{
    const bool replay = f->kind == PLAN_REPLAY;
    uint64_t sum = 0;

    *frames = replay ? f->frame_count : f->size_count;
    for (uint32_t i = 0; i < *frames; i++)
        sum += line_bytes(
            replay ? g_array_index(t->frames, struct plan_frame, f->frame_first + i).length
                   : g_array_index(t->sizes, uint16_t, f->size_first + i));
    return sum;
}

/* Time from the first frame of a capture until its line is free again. */
static uint64_t recorded_ps(const struct traffic *t, const struct plan_flow *f)
{
    const struct plan_frame *last =
        &g_array_index(t->frames, struct plan_frame, f->frame_first + f->frame_count - 1);

    return last->stamp_ps + line_bytes(last->length) * RS_LINE_BYTE_PS;
}

/* Picoseconds that `count` frames take at the flow's pace. */
static u128 span_ps(const struct traffic *t, const struct plan_flow *f, uint64_t count,
                    uint64_t bytes, uint64_t frames)
{
    switch (f->pace) {
    case PLAN_PACE_FRAME:
        return (u128)count * f->interval_num / ((u128)f->interval_den * MAX(f->burst, 1));
    case PLAN_PACE_BYTE: /* count, bytes < 2^31, interval < 2^48: the quotient first */
        return (u128)count * bytes / frames * f->interval_num / f->interval_den;
    case PLAN_PACE_STAMP:
        return (u128)count * recorded_ps(t, f) / frames;
    default:
        return (u128)count * bytes * RS_LINE_BYTE_PS / frames;
    }
}

static uint64_t clamp(u128 ps)
{
    return ps > UINT64_MAX ? UINT64_MAX : (uint64_t)ps;
}

struct rs_load rs_load_of(const struct traffic *t, unsigned flow)
{
    const struct plan_flow *f = flow_at(t, flow);
    struct rs_load load = {.start_ps = f->start_ps, .last_ps = UINT64_MAX, .end_ps = UINT64_MAX};
    const uint64_t many = 50000; /* frames for a mean that rounding does not touch */
    uint64_t frames;
    const uint64_t bytes = bytes_of(t, f, &frames);
    uint64_t span;

    if (!frames)
        return load;
    span = clamp(span_ps(t, f, many, bytes, frames));
    if (span) /* many < 2^16, frames < 2^20 of 2^14 bytes: neither product passes 2^63 */
        /* it loses sight of 128 bits: NOLINTNEXTLINE(clang-analyzer-core.*) */
        load.share = many * bytes * RS_LINE_BYTE_PS / frames * RS_LOAD_WHOLE / span;
    if (f->count != UINT64_MAX) {
        load.end_ps = clamp(f->start_ps + span_ps(t, f, f->count, bytes, frames));
        load.last_ps = clamp(f->start_ps + span_ps(t, f, f->count - 1, bytes, frames));
    }
    if (f->stop_ps < load.end_ps)
        load.end_ps = load.last_ps = f->stop_ps;
    return load;
}

/* ---- complaints ---- */

static const char *percent(uint64_t share, char *buf, size_t bytes)
{
    return rs_quantity_format(rs_quantity(UNIT_PERCENT, share * 100, RS_LOAD_WHOLE), buf, bytes);
}

/* What the scenario's checks say of generated frames must be said of recorded ones here, where
 * they are known. */
static int check_replay(const struct traffic *t, unsigned flow, const struct scenario *s,
                        const struct scenario_case *c, struct diag *diag)
{
    const struct scenario_flow *f = &c->flows[flow];
    const struct rs_load load = rs_load_of(t, flow);
    char text[64];
    int error = 0;

    if (flow_at(t, flow)->kind != PLAN_REPLAY)
        return 0;
    if (load.share > RS_LOAD_WHOLE + SLACK && f->rate.kind == SCENARIO_RATE_RECORDED) {
        rs_scenario_complain(s, diag, DIAG_WARNING, MARK(f, "rate"),
                             "the capture's own times ask for %s of a 10 Gb/s line: its frames "
                             "will go later than recorded",
                             percent(load.share, text, sizeof(text)));
    } else if (load.share > RS_LOAD_WHOLE + SLACK) {
        rs_scenario_complain(s, diag, DIAG_ERROR, MARK(f, "rate"),
                             "frames of this capture at this rate ask for %s of a 10 Gb/s line; "
                             "write rate: line for as fast as can be",
                             percent(load.share, text, sizeof(text)));
        error = -EINVAL;
    }
    if (load.last_ps >= c->limits.model_ps) {
        rs_quantity_format(rs_quantity(UNIT_TIME, load.last_ps, 1), text, sizeof(text));
        rs_scenario_complain(s, diag, DIAG_ERROR, MARK(f, "replay"),
                             "the last frame of this capture would go at %s, but "
                             "limits.model-time ends the run before; raise it",
                             text);
        error = -EINVAL;
    }
    return error;
}

/* The flows on this port's line while flow `first` begins: who they are, and their sum. Of flows
 * at line pace alone each takes what it gets, as it is meant to. */
static void check_sum(const struct traffic *t, unsigned first, const struct scenario *s,
                      const struct scenario_case *c, struct diag *diag)
{
    const struct plan_flow *one = flow_at(t, first);
    const uint64_t at_ps = one->start_ps;
    GString *names = g_string_new(NULL);
    unsigned count = 0, paced = 0;
    uint64_t sum = 0;
    char text[64], when[64] = "the start";

    for (unsigned i = 0; i < t->flows->len; i++) {
        const struct plan_flow *f = flow_at(t, i);
        const struct rs_load load = rs_load_of(t, i);

        if (f->port != one->port || at_ps < load.start_ps || at_ps >= load.end_ps)
            continue;
        g_string_append_printf(names, "%s%s %s", count ? ", " : "", f->name,
                               percent(load.share, text, sizeof(text)));
        sum += load.share;
        paced += f->pace != PLAN_PACE_LINE;
        count++;
    }
    if (count > 1 && paced && sum > RS_LOAD_WHOLE + SLACK) {
        if (at_ps)
            rs_quantity_format(rs_quantity(UNIT_TIME, at_ps, 1), when, sizeof(when));
        rs_scenario_complain(s, diag, DIAG_WARNING, MARK(&c->flows[first], "rate"),
                             "from %s on the flows into port %u ask for %s of its line (%s): "
                             "frames will go later than planned",
                             when, one->port, percent(sum, text, sizeof(text)), names->str);
    }
    g_string_free(names, TRUE);
}

int rs_load_check(const struct traffic *t, const struct scenario *s,
                  const struct scenario_case *c, struct diag *diag)
{
    int error = 0;

    for (unsigned i = 0; i < t->flows->len; i++) {
        bool first = true; /* of those that begin at this instant on this port */

        error |= check_replay(t, i, s, c, diag);
        for (unsigned k = 0; k < i; k++)
            first = first && (flow_at(t, k)->port != flow_at(t, i)->port ||
                              flow_at(t, k)->start_ps != flow_at(t, i)->start_ps);
        if (first)
            check_sum(t, i, s, c, diag);
    }
    return error;
}
