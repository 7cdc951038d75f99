/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Flows of a scenario as rows of a plan: see traffic.h.
 */
#include "harness/plan/traffic.h"

#include <errno.h>
#include <string.h>

#include "harness/plan/capture.h"
#include "harness/plan/load.h"

#define MARK(f, key) rs_schema_mark(&rs_schema_flow, (f), (key))

static const uint64_t second_ps = 1000000000000;

void rs_traffic_init(struct traffic *t)
{
    t->flows = g_array_new(FALSE, FALSE, sizeof(struct plan_flow));
    t->sizes = g_array_new(FALSE, FALSE, sizeof(uint16_t));
    t->frames = g_array_new(FALSE, FALSE, sizeof(struct plan_frame));
    t->bytes = g_byte_array_new();
}

void rs_traffic_fini(struct traffic *t)
{
    g_array_free(t->flows, TRUE);
    g_array_free(t->sizes, TRUE);
    g_array_free(t->frames, TRUE);
    g_byte_array_free(t->bytes, TRUE);
}

/* interval = top * den / num, in lowest terms; false: it does not fit 63 bits. */
static bool set_interval(struct plan_flow *out, uint64_t top, struct quantity rate)
{
    unsigned __int128 num = (unsigned __int128)top * rate.den;
    unsigned __int128 a = num, b = rate.num;

    while (b != 0) { /* greatest common divisor */
        unsigned __int128 rest = a % b;
        a = b;
        b = rest;
    }
    if (num / a > (uint64_t)INT64_MAX >> 15) /* a frame's bytes times this must fit, too */
        return false;
    out->interval_num = (uint64_t)(num / a);
    out->interval_den = (uint64_t)(rate.num / a);
    return true;
}

static bool set_pace(struct plan_flow *out, const struct scenario_flow *f)
{
    out->interval_num = out->interval_den = 1;
    switch (f->rate.kind) {
    case SCENARIO_RATE_FRAMES:
        out->pace = PLAN_PACE_FRAME;
        return set_interval(out, second_ps * f->burst, f->rate.value);
    case SCENARIO_RATE_BITS:
        out->pace = PLAN_PACE_BYTE;
        return set_interval(out, 8 * second_ps, f->rate.value);
    case SCENARIO_RATE_SHARE: /* 800 ps per byte at 100 per cent */
        out->pace = PLAN_PACE_BYTE;
        return set_interval(out, 800 * 100, f->rate.value);
    case SCENARIO_RATE_RECORDED:
        out->pace = PLAN_PACE_STAMP;
        return true;
    default:
        out->pace = PLAN_PACE_LINE;
        return true;
    }
}

static void set_addresses(struct plan_flow *out, const struct scenario_flow *f)
{
    memcpy(out->src_mac, f->source.mac.byte, 6);
    memcpy(out->dst_mac, f->destination.mac.byte, 6);
    out->src_ip4 = f->source.ip4.host;
    out->dst_ip4 = f->destination.ip4.host;
    memcpy(out->src_ip6, f->source.ip6.byte, 16);
    memcpy(out->dst_ip6, f->destination.ip6.byte, 16);
    out->src_port = (uint16_t)f->source.port;
    out->dst_port = (uint16_t)f->destination.port;
}

static int add_sizes(struct traffic *t, struct plan_flow *out, const struct scenario_sizes *sizes)
{
    out->size_first = t->sizes->len;
    out->size_count = (uint32_t)sizes->count;
    if (t->sizes->len + sizes->count > PLAN_SIZES_MAX)
        return -EINVAL;
    g_array_append_vals(t->sizes, sizes->length, (guint)sizes->count);
    return 0;
}

/* NULL, or what is wrong with it; the caller frees. */
static char *add_capture(struct traffic *t, struct plan_flow *out, const struct scenario_flow *f)
{
    struct capture capture;
    char why[400], *wrong = NULL;

    if (rs_capture_read(f->replay, &capture, why, sizeof(why)) != 0)
        return g_strdup(why);
    if (t->frames->len + capture.count > PLAN_FRAMES_MAX ||
        t->bytes->len + capture.byte_count > PLAN_BYTES_MAX / 2)
        wrong = g_strdup("all captures of this scenario together are too big for a plan");
    else if (f->rate.kind == SCENARIO_RATE_RECORDED && capture.backwards != 0)
        wrong = g_strdup_printf("%s: frame %zu was stamped before frame %zu; sort it (reordercap), "
                                "or give a rate",
                                f->replay, capture.backwards, capture.backwards - 1);
    out->frame_first = t->frames->len;
    out->frame_count = (uint32_t)capture.count;
    for (size_t i = 0; wrong == NULL && i < capture.count; i++) {
        struct plan_frame frame = {
            .stamp_ps = capture.frame[i].stamp_ps,
            .offset = (uint32_t)(t->bytes->len + capture.frame[i].offset),
            .length = capture.frame[i].length,
        };
        g_array_append_val(t->frames, frame);
    }
    if (wrong == NULL)
        g_byte_array_append(t->bytes, capture.bytes, (guint)capture.byte_count);
    rs_capture_fini(&capture);
    return wrong;
}

static uint64_t stop_time(const struct scenario_flow *f)
{
    return f->for_ps != 0 ? f->start_ps + f->for_ps : UINT64_MAX;
}

static int build_flow(struct traffic *t, const struct scenario *s, const struct scenario_flow *f,
                      struct diag *diag)
{
    struct plan_flow out = {0};
    int error = 0;

    g_strlcpy(out.name, f->name, sizeof(out.name));
    out.port = (uint8_t)f->from;
    out.expect_port = (uint8_t)f->expect;
    out.kind = (uint8_t)f->kind;
    out.size_mode = (uint8_t)f->order;
    out.payload = (uint8_t)f->payload;
    out.bad_fcs = f->fcs != 0;
    out.macs = (uint8_t)f->macs;
    out.start_ps = f->start_ps;
    out.stop_ps = stop_time(f);
    out.count = f->count != 0 ? f->count : UINT64_MAX;
    out.burst = (uint32_t)f->burst;
    out.tuples = (uint32_t)f->tuples;
    out.ethertype = (uint16_t)f->ethertype;
    out.vlan = (uint16_t)f->vlan;
    out.quanta = f->replay == NULL && f->kind == PLAN_PAUSE ? (uint32_t)f->quanta : 0;
    set_addresses(&out, f);
    if (!set_pace(&out, f)) {
        rs_scenario_complain(s, diag, DIAG_ERROR, MARK(f, "rate"),
                             "this rate is too slow or too finely given to be kept exactly");
        error = -EINVAL;
    }
    if (f->replay != NULL) {
        char *wrong = add_capture(t, &out, f);
        if (wrong != NULL) {
            rs_scenario_complain(s, diag, DIAG_ERROR, MARK(f, "replay"), "%s", wrong);
            error = -EINVAL;
        }
        g_free(wrong);
        if (f->count == 0 && f->for_ps == 0)
            out.count = out.frame_count;
    } else if (add_sizes(t, &out, f->size.count != 0 ? &f->size : &f->length) != 0) {
        rs_scenario_complain(s, diag, DIAG_ERROR, f->marks.self,
                             "all flows together have more than %d sizes; take bigger steps",
                             PLAN_SIZES_MAX);
        error = -EINVAL;
    }
    g_array_append_val(t->flows, out);
    return error;
}

int rs_traffic_build(struct traffic *t, const struct scenario *s, const struct scenario_case *c,
                     struct diag *diag)
{
    int error = 0;

    for (size_t i = 0; i < c->flow_count; i++) {
        if (build_flow(t, s, &c->flows[i], diag) != 0)
            error = -EINVAL;
    }
    return error != 0 ? error : rs_load_check(t, s, c, diag);
}

void rs_traffic_check_captures(const struct scenario *s, const struct scenario_case *c,
                               struct diag *diag)
{
    struct traffic t;

    rs_traffic_init(&t);
    for (size_t i = 0; i < c->flow_count; i++) {
        if (c->flows[i].replay != NULL && c->flows[i].marks.bad == 0)
            build_flow(&t, s, &c->flows[i], diag);
    }
    rs_traffic_fini(&t);
}
