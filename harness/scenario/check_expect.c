/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Checks of expectations: does the metric have such a value, is there such a flow or port; and the
 * expectations that hold where a scenario says nothing. See scenario_check.h.
 */
#include <glib.h>
#include <string.h>

#include "harness/scenario/scenario_check.h"
#include "model/bench/bench.h"

#define MARK(e, key)  rs_schema_mark(&rs_schema_expectation, (e), (key))
#define GIVEN(e, key) rs_schema_given(&rs_schema_expectation, (e), (key))
#define GOOD(e, key)  rs_schema_good(&rs_schema_expectation, (e), (key))

/* The value in the metric's unit: a plain number is read as UNIT_NUMBER. */
static void check_value(struct check *k, struct expectation *e, const char *key,
                        struct quantity *value, bool *has)
{
    const struct metric *metric = rs_metric(e->metric);
    char text[64];

    *has = GIVEN(e, key) && GOOD(e, key);
    if (!*has)
        return;
    if (metric->unit == UNIT_COUNT && value->unit == UNIT_NUMBER) {
        if (value->den == 1)
            value->unit = UNIT_COUNT;
        else
            rs_check_error(k, MARK(e, key), "'%s' counts; its value must be a whole number",
                           metric->name);
    } else if (metric->unit != value->unit) {
        rs_quantity_format(*value, text, sizeof(text));
        if (metric->unit == UNIT_COUNT || metric->unit == UNIT_NUMBER)
            rs_check_error(k, MARK(e, key), "'%s' is a plain number, not %s", metric->name, text);
        else
            rs_check_error(k, MARK(e, key), "'%s' is a %s; write it like %s, not %s", metric->name,
                           rs_unit_name(metric->unit), rs_unit_example(metric->unit), text);
        *has = false;
    }
}

static void check_relation(struct check *k, struct expectation *e)
{
    check_value(k, e, "is", &e->is, &e->has_is);
    check_value(k, e, "min", &e->min, &e->has_min);
    check_value(k, e, "max", &e->max, &e->has_max);
    if (!GIVEN(e, "is") && !GIVEN(e, "min") && !GIVEN(e, "max"))
        rs_check_error(k, e->marks.self, "nothing is expected of '%s'; add 'is', 'min' or 'max'",
                       rs_metric(e->metric)->name);
    if (e->has_is && (e->has_min || e->has_max))
        rs_check_error(k, MARK(e, "is"), "'is' leaves no room for 'min' and 'max'");
    if (e->has_min && e->has_max && rs_quantity_compare(e->min, e->max) > 0)
        rs_check_error(k, MARK(e, "min"), "'min' is above 'max': nothing can satisfy both");
}

static void unknown_flow(struct check *k, struct expectation *e)
{
    const char **names = g_new0(const char *, k->c->flow_count + 1);
    size_t n = 0;

    for (size_t i = 0; i < k->c->flow_count; i++) {
        if (k->c->flows[i].name != NULL)
            names[n++] = k->c->flows[i].name;
    }
    const char *near = rs_nearest(e->flow_name, names);
    rs_check_error(k, MARK(e, "flow"), "there is no flow '%s'%s%s%s", e->flow_name,
                   near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
                   near != NULL ? "'?" : "");
    g_free(names);
}

/* Events are counted in the stored trace, so it must hold them. */
static void check_event(struct check *k, struct expectation *e)
{
    const bool counts = e->metric == METRIC_EVENTS || e->metric == METRIC_EVENT_QUEUES;
    const struct nic_event_info *info = NULL;

    const bool regions = rs_metric_has_regions(e->metric);

    e->queue = (e->metric == METRIC_EVENTS || regions) && GIVEN(e, "queue") ? (int)e->queue_number
                                                                            : -1;
    if (GIVEN(e, "event") && !counts)
        rs_check_error(k, MARK(e, "event"), "'event' belongs to 'events' and 'events.queues'");
    if (GIVEN(e, "queue") && e->metric != METRIC_EVENTS && !regions)
        rs_check_error(k, MARK(e, "queue"), "'queue' belongs to 'events' and the IOTLB's metrics");
    if (GIVEN(e, "region") && !regions)
        rs_check_error(k, MARK(e, "region"), "'region' belongs to the IOTLB's metrics, like "
                       "'iotlb.misses'");
    if (counts && !GIVEN(e, "event"))
        rs_check_error(k, e->marks.self, "which event? Name it: 'event: rx_frame'");
    if (!counts || e->event == NULL)
        return;
    GPtrArray *names = g_ptr_array_new();
    for (unsigned id = 0; (info = bench_event_info(id)) != NULL; id++) {
        g_ptr_array_add(names, (gpointer)info->name);
        if (strcmp(info->name, e->event) == 0)
            break;
        e->event_id = (int)id + 1;
    }
    g_ptr_array_add(names, NULL);
    const char *near = info ? NULL : rs_nearest(e->event, (const char *const *)names->pdata);
    if (!info)
        rs_check_error(k, MARK(e, "event"), "there is no event '%s'%s%s%s", e->event,
                       near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    else if (info->level > k->c->trace)
        rs_check_error(k, MARK(e, "event"), "'%s' is stored from 'trace: %u' on, this scenario's "
                       "is %u", e->event, info->level, (unsigned)k->c->trace);
    g_ptr_array_free(names, TRUE);
}

static void check_scope(struct check *k, struct expectation *e)
{
    const struct metric *metric = rs_metric(e->metric);

    if (GIVEN(e, "flow") && metric->scope != METRIC_FLOW)
        rs_check_error(k, MARK(e, "flow"), "'%s' is not counted per flow", metric->name);
    if (GIVEN(e, "port") && metric->scope != METRIC_PORT)
        rs_check_error(k, MARK(e, "port"), "'%s' is not counted per port", metric->name);
    if (GIVEN(e, "counter") && e->metric != METRIC_COUNTER)
        rs_check_error(k, MARK(e, "counter"), "'counter' belongs to the metric 'counter'");
    if (!GIVEN(e, "counter") && e->metric == METRIC_COUNTER)
        rs_check_error(k, e->marks.self, "which counter? Name it: 'counter: port0.hw.gprc'");
    check_event(k, e);
    if (GIVEN(e, "port") && GOOD(e, "port")) {
        if (e->port_number >= k->c->port_count)
            rs_check_error(k, MARK(e, "port"), "there is no port %u, only 0..%zu",
                           (unsigned)e->port_number, k->c->port_count - 1);
        else
            e->port = (int)e->port_number;
    }
    if (e->flow_name == NULL)
        return;
    for (size_t i = 0; i < k->c->flow_count; i++) {
        if (k->c->flows[i].name != NULL && strcmp(k->c->flows[i].name, e->flow_name) == 0)
            e->flow = (int)i;
    }
    if (e->flow < 0 && rs_schema_good(rs_schema(), k->c, "traffic"))
        unknown_flow(k, e);
}

static bool comes_back(enum metric_id metric)
{
    switch (metric) {
    case METRIC_SENT:
    case METRIC_RATE_SENT:
    case METRIC_TRAFFIC_DONE:
        return false;
    default:
        return rs_metric(metric)->scope == METRIC_FLOW;
    }
}

static void check_sense(struct check *k, struct expectation *e)
{
    bool any = false;

    if (!comes_back(e->metric) || !rs_schema_good(rs_schema(), k->c, "traffic"))
        return;
    for (size_t i = 0; i < k->c->flow_count; i++)
        any |= (e->flow < 0 || (size_t)e->flow == i) && k->c->flows[i].expect != PLAN_NO_PORT;
    if (!any && e->flow >= 0)
        rs_check_error(k, MARK(e, "metric"),
                       "flow '%s' has expect: none, so '%s' has no meaning for it",
                       k->c->flows[e->flow].name, rs_metric(e->metric)->name);
    else if (!any && e->flow_name == NULL)
        rs_check_error(k, MARK(e, "metric"), "no flow is expected anywhere, so '%s' has no value",
                       rs_metric(e->metric)->name);
}

static void imply(struct scenario_case *c, enum metric_id metric, uint64_t value)
{
    bool lost = metric == METRIC_LOST;

    for (size_t i = 0; i < c->expect_count; i++) {
        if (c->expect[i].metric == metric || (lost && c->expect[i].metric == METRIC_LOST_SHARE))
            return;
    }
    c->expect = g_renew(struct expectation, c->expect, c->expect_count + 1);
    struct expectation *e = &c->expect[c->expect_count++];
    memset(e, 0, sizeof(*e));
    e->metric = metric;
    e->flow = e->port = e->queue = -1;
    e->has_is = e->implied = true;
    e->is = rs_quantity(rs_metric(metric)->unit, value, 1);
}

void rs_check_expect(struct check *k)
{
    struct scenario_case *c = k->c;
    bool back = false;

    for (size_t i = 0; i < c->expect_count; i++) {
        struct expectation *e = &c->expect[i];
        e->flow = e->port = -1;
        if (!GOOD(e, "metric"))
            continue;
        check_scope(k, e);
        check_relation(k, e);
        check_sense(k, e);
    }
    for (size_t i = 0; i < c->flow_count; i++)
        back |= c->flows[i].expect != PLAN_NO_PORT;
    if (back) {
        imply(c, METRIC_LOST, 0);
        imply(c, METRIC_DUPLICATED, 0);
        imply(c, METRIC_REORDERED, 0);
        imply(c, METRIC_DAMAGED, 0);
        imply(c, METRIC_MISPLACED, 0);
    }
    if (c->flow_count > 0)
        imply(c, METRIC_TRAFFIC_DONE, 100);
}
