/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Puts a plan together: header, then the tables at multiples of 8, every gap zero. See
 * plan_write.h.
 */
#include "harness/plan/plan_write.h"

#include <errno.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "harness/plan/traffic.h"
#include "model/bench/bench.h"
#include "model/bench/fault.h"
#include "model/bench/timing.h"

/* Light in glass, refractive index 1.468. */
enum { CABLE_PS_PER_METRE = 4900 };

/* ---- rows ---- */

static struct plan_port plan_port(const struct scenario_port *p)
{
    struct plan_port out = {
        .attach = (uint8_t)p->attach.kind,
        .peer = (uint8_t)p->attach.peer,
        .respond = (uint8_t)p->respond,
        .module = (uint8_t)p->module,
        .cable_ps = (uint32_t)(p->cable_mm * CABLE_PS_PER_METRE / 1000),
        .ip4 = p->ip4.host,
    };

    memcpy(out.mac, p->mac.byte, 6);
    memcpy(out.nic_mac, p->nic_mac.byte, 6);
    memcpy(out.ip6, p->ip6.byte, 16);
    return out;
}

static int by_time(const void *a, const void *b)
{
    const struct plan_action *x = a, *y = b;

    if (x->at_ps != y->at_ps)
        return x->at_ps < y->at_ps ? -1 : 1;
    return (int)x->reserved - (int)y->reserved;
}

/* In order of time, and of the file where times are equal. */
static GArray *plan_actions(const struct scenario_case *c)
{
    GArray *list = g_array_new(FALSE, FALSE, sizeof(struct plan_action));

    for (size_t i = 0; i < c->action_count; i++) {
        const struct scenario_action *a = &c->actions[i];
        struct plan_action out = {.at_ps = a->at_ps, .port = (uint8_t)a->port};
        out.reserved = (uint16_t)list->len;
        if (a->link != SCENARIO_LINK_NONE) {
            out.kind = a->link == SCENARIO_LINK_DOWN ? PLAN_LINK_DOWN : PLAN_LINK_UP;
        } else if (a->has_module) {
            out.kind = PLAN_MODULE;
            out.arg = a->module;
        } else if (a->agent != 0) {
            out.kind = PLAN_AGENT;
            out.arg = a->agent;
        } else {
            out.kind = PLAN_MARK;
            out.arg = (uint32_t)a->mark;
        }
        g_array_append_val(list, out);
        if (a->for_ps != 0) {
            out.at_ps += a->for_ps;
            out.kind = out.kind == PLAN_LINK_DOWN ? PLAN_LINK_UP : PLAN_LINK_DOWN;
            out.reserved = (uint16_t)list->len;
            g_array_append_val(list, out);
        }
    }
    if (list->len != 0)
        qsort(list->data, list->len, sizeof(struct plan_action), by_time);
    for (guint i = 0; i < list->len; i++)
        g_array_index(list, struct plan_action, i).reserved = 0;
    return list;
}

static struct plan_fault plan_fault(const struct scenario_fault *f)
{
    unsigned takes = bench_fault_info(f->kind)->takes;
    struct plan_fault out = {
        .times = (uint32_t)f->count,
        .event_port = PLAN_NO_PORT,
        .event_queue = PLAN_ANY_QUEUE,
        .kind = (uint8_t)f->kind,
        .port = (uint8_t)f->port,
        .time_ps = takes & FAULT_FOR ? f->for_ps : takes & FAULT_DELAY ? f->delay_ps : 0,
        .select = (uint8_t)(takes & FAULT_DIRECTION ? f->direction
                            : takes & FAULT_WRITES  ? f->write
                                                    : 0),
    };

    if (!f->counted) {
        out.at_ps = f->at_ps;
        return out;
    }
    out.event_count = f->when.count;
    out.event = (uint16_t)f->when.event;
    if (f->when.has_port)
        out.event_port = (uint8_t)f->when.port;
    if (f->when.has_queue)
        out.event_queue = (uint32_t)f->when.queue;
    return out;
}

static void set_clock(struct plan_header *h, const struct scenario_case *c)
{
    const struct scenario_profile *profile = rs_profile(c->clock.profile);

    h->clock = c->clock.mode;
    h->quantum_ns = (uint32_t)(c->clock.quantum_ps / 1000);
    h->dilation_num = h->dilation_den = 1;
    for (unsigned i = 0; i < bench_timing_count(); i++)
        h->timing[i] = bench_timing_info(i)->value;
    if (c->clock.mode == PLAN_CLOCK_TIMED) {
        h->dilation_num = profile->num;
        h->dilation_den = profile->den;
        h->timing[TIMING_mmio_write_stall] = profile->write_stall_ps;
    }
    for (size_t i = 0; i < c->timing.count; i++)
        h->timing[c->timing.item[i].index] = c->timing.item[i].value;
}

static int check_timing(const struct scenario *s, const struct scenario_case *c,
                        const struct plan_header *h, struct diag *diag)
{
    uint64_t min, max;
    int index = bench_timing_check(h->timing, &min, &max);

    if (index < 0)
        return 0;
    for (size_t i = 0; i < c->timing.count; i++) {
        if (c->timing.item[i].index == (unsigned)index) {
            const struct bench_timing_info *info = bench_timing_info((unsigned)index);
            rs_scenario_complain(s, diag, DIAG_ERROR, c->timing.item[i].mark,
                                 "timing parameter '%s' must be within %" G_GUINT64_FORMAT
                                 "..%" G_GUINT64_FORMAT " %s",
                                 info->name, min, max, info->unit);
        }
    }
    return -EINVAL;
}

/* ---- the whole ---- */

static struct plan_table append(GByteArray *plan, const void *rows, size_t count, size_t row_bytes)
{
    static const uint8_t zeros[8];

    g_byte_array_append(plan, zeros, (guint)(-plan->len & 7));
    struct plan_table table = {.offset = plan->len, .count = (uint32_t)count};
    if (count != 0)
        g_byte_array_append(plan, rows, (guint)(count * row_bytes));
    return table;
}

static GByteArray *assemble(struct plan_header *h, const struct scenario_case *c,
                            const struct traffic *t)
{
    GByteArray *plan = g_byte_array_new();
    struct plan_port *ports = g_new0(struct plan_port, c->port_count);
    struct plan_fault *faults = g_new0(struct plan_fault, c->fault_count);
    GArray *actions = plan_actions(c);

    for (size_t i = 0; i < c->port_count; i++)
        ports[i] = plan_port(&c->ports[i]);
    for (size_t i = 0; i < c->fault_count; i++)
        faults[i] = plan_fault(&c->faults[i]);
    g_byte_array_append(plan, (const uint8_t *)h, sizeof(*h));
    h->ports = append(plan, ports, c->port_count, sizeof(*ports));
    h->flows = append(plan, t->flows->data, t->flows->len, sizeof(struct plan_flow));
    h->sizes = append(plan, t->sizes->data, t->sizes->len, sizeof(uint16_t));
    h->actions = append(plan, actions->data, actions->len, sizeof(struct plan_action));
    h->frames = append(plan, t->frames->data, t->frames->len, sizeof(struct plan_frame));
    h->bytes_ = append(plan, t->bytes->data, t->bytes->len, 1);
    h->faults = append(plan, faults, c->fault_count, sizeof(*faults));
    append(plan, NULL, 0, 1); /* to a multiple of 8 */
    h->bytes = plan->len;
    memcpy(plan->data, h, sizeof(*h));
    g_array_free(actions, TRUE);
    g_free(ports);
    g_free(faults);
    return plan;
}

int rs_plan_write(const struct scenario *s, const struct scenario_case *c, struct diag *diag,
                  void **plan, size_t *bytes)
{
    struct plan_header h = {
        .version = PLAN_VERSION,
        .seed = c->seed,
        .ready_limit_ns = c->limits.ready_ps / 1000,
        .deadline_ps = c->limits.model_ps,
        .drain_ps = c->limits.drain_ps,
        .trace_level = (uint32_t)c->trace,
        .capture = c->capture,
        .iotlb_entries =
            c->machine.iommu == SCENARIO_IOMMU_OFF ? 0 : (uint32_t)c->machine.iotlb,
    };
    struct traffic t;
    int error;

    *plan = NULL;
    *bytes = 0;
    memcpy(h.magic, PLAN_MAGIC, sizeof(h.magic));
    g_strlcpy(h.name, c->id, sizeof(h.name));
    set_clock(&h, c);
    rs_traffic_init(&t);
    error = rs_traffic_build(&t, s, c, diag);
    if (check_timing(s, c, &h, diag) != 0)
        error = -EINVAL;
    if (error == 0) {
        GByteArray *whole = assemble(&h, c, &t);
        *bytes = whole->len;
        *plan = g_byte_array_free(whole, FALSE);
    }
    rs_traffic_fini(&t);
    return error;
}
