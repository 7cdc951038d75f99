/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Checks of faults: is each armed by one thing, can that happen, and does it say what its kind
 * needs and nothing else. See scenario_check.h.
 */
#include <glib.h>

#include "harness/scenario/scenario_check.h"
#include "model/bench/bench.h"
#include "model/bench/fault.h"

#define MARK(f, key)  rs_schema_mark(&rs_schema_fault, (f), (key))
#define GIVEN(f, key) rs_schema_given(&rs_schema_fault, (f), (key))
#define TRIGGER(t, key) rs_schema_given(&rs_schema_trigger, (t), (key))
#define TRIGGER_MARK(t, key) rs_schema_mark(&rs_schema_trigger, (t), (key))

static void check_port_number(struct check *k, struct diag_mark mark, uint64_t port)
{
    if (port >= k->c->port_count)
        rs_check_error(k, mark, "there is no port %u, only 0..%zu", (unsigned)port,
                       k->c->port_count - 1);
}

static void check_trigger(struct check *k, struct scenario_trigger *t)
{
    const struct nic_event_info *event = bench_event_info(t->event);

    t->has_port = TRIGGER(t, "port");
    t->has_queue = TRIGGER(t, "queue");
    if (event == NULL || t->marks.bad != 0)
        return;
    if (!TRIGGER(t, "event") || !TRIGGER(t, "count")) {
        rs_check_error(k, t->marks.self, "'when' needs both an 'event' and a 'count'");
        return;
    }
    if (t->has_port)
        check_port_number(k, TRIGGER_MARK(t, "port"), t->port);
    if (t->has_queue && g_strcmp0(event->queue, "queue") != 0 &&
        g_strcmp0(event->queue, "vector") != 0)
        rs_check_error(k, TRIGGER_MARK(t, "queue"), "'%s' is an event of no queue", event->name);
    if (g_str_has_prefix(event->name, "fault"))
        rs_check_error(k, TRIGGER_MARK(t, "event"), "faults cannot count faults");
}

/* A key that only some kinds have; need: those cannot do without. */
static void check_key(struct check *k, struct scenario_fault *f, const char *key, unsigned bit,
                      bool need)
{
    const struct bench_fault_info *info = bench_fault_info(f->kind);
    bool takes = info->takes & bit;

    if (GIVEN(f, key) && !takes)
        rs_check_error(k, MARK(f, key), "'%s' means nothing to '%s'", key, info->name);
    if (!GIVEN(f, key) && takes && need)
        rs_check_error(k, f->marks.self, "'%s' needs '%s'", info->name, key);
}

static void check_fault(struct check *k, struct scenario_fault *f)
{
    bool at = GIVEN(f, "at"), when = GIVEN(f, "when");

    f->counted = when;
    if (f->marks.bad != 0)
        return;
    if (at == when)
        rs_check_error(k, f->marks.self, "a fault is armed by 'at' or by 'when'; this one has %s",
                       at ? "both" : "neither");
    if (when)
        check_trigger(k, &f->when);
    if (!GIVEN(f, "port") && when && f->when.has_port)
        f->port = f->when.port;
    else if (!GIVEN(f, "port"))
        rs_check_error(k, f->marks.self, "'inject' needs a 'port': whose?");
    else
        check_port_number(k, MARK(f, "port"), f->port);
    check_key(k, f, "direction", FAULT_DIRECTION, false);
    check_key(k, f, "write", FAULT_WRITES, false);
    check_key(k, f, "for", FAULT_FOR, true);
    check_key(k, f, "delay", FAULT_DELAY, true);
    if ((f->kind == PLAN_FAULT_IOMMU_UNMAP || f->kind == PLAN_FAULT_IOTLB_KEEP) &&
        k->c->machine.iommu == SCENARIO_IOMMU_OFF)
        rs_check_error(k, f->marks.self, "'%s' needs an IOMMU: iommu: on",
                       bench_fault_info(f->kind)->name);
    if (f->at_ps >= k->c->limits.model_ps && rs_schema_good(rs_schema(), k->c, "limits"))
        rs_check_error(k, MARK(f, "at"),
                       "this never happens: limits.model-time ends the run before");
}

void rs_check_faults(struct check *k)
{
    for (size_t i = 0; i < k->c->fault_count; i++)
        check_fault(k, &k->c->faults[i]);
}
