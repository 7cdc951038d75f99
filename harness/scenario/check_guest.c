/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Checks of the steps in the guest: names, expressions, and what their numbers are compared with.
 * See scenario_check.h.
 */
#include <glib.h>
#include <string.h>

#include "harness/scenario/scenario_check.h"

#define STEP_MARK(s, key)    rs_schema_mark(&rs_schema_step, (s), (key))
#define NUMBER_MARK(n, key)  rs_schema_mark(&rs_schema_number, (n), (key))
#define NUMBER_GIVEN(n, key) rs_schema_given(&rs_schema_number, (n), (key))
#define NUMBER_GOOD(n, key)  rs_schema_good(&rs_schema_number, (n), (key))

static void check_expressions(struct check *k, const struct scenario_step *step, const char *key,
                              char **texts)
{
    for (; texts != NULL && *texts != NULL; texts++) {
        GError *error = NULL;
        GRegex *regex = g_regex_new(*texts, 0, 0, &error);

        if (regex != NULL) {
            g_regex_unref(regex);
            continue;
        }
        rs_check_error(k, STEP_MARK(step, key), "'%s' is no regular expression: %s", *texts,
                       error->message);
        g_error_free(error);
    }
}

static const struct scenario_step *find_step(const struct check *k, const char *name, size_t before)
{
    for (size_t i = 0; i < before; i++)
        if (k->c->steps[i].name != NULL && strcmp(k->c->steps[i].name, name) == 0)
            return &k->c->steps[i];
    return NULL;
}

static void check_place(struct check *k, struct scenario_number *n)
{
    const struct metric *metric = n->has_metric ? rs_metric(n->metric) : NULL;
    bool of_port = NUMBER_GIVEN(n, "port");

    n->flow = n->port = -1;
    if ((n->flow_name != NULL || of_port) && metric == NULL) {
        rs_check_error(k, n->marks.self, "'flow' and 'port' belong to a 'metric'");
        return;
    }
    if (n->flow_name != NULL && metric->scope != METRIC_FLOW)
        rs_check_error(k, NUMBER_MARK(n, "flow"), "'%s' is not counted per flow", metric->name);
    if (of_port && metric->scope != METRIC_PORT)
        rs_check_error(k, NUMBER_MARK(n, "port"), "'%s' is not counted per port", metric->name);
    if (of_port && NUMBER_GOOD(n, "port")) {
        if (n->port_number >= k->c->port_count)
            rs_check_error(k, NUMBER_MARK(n, "port"), "there is no port %u, only 0..%zu",
                           (unsigned)n->port_number, k->c->port_count - 1);
        n->port = (int)n->port_number;
    }
    for (size_t i = 0; n->flow_name != NULL && i < k->c->flow_count; i++)
        if (k->c->flows[i].name != NULL && strcmp(k->c->flows[i].name, n->flow_name) == 0)
            n->flow = (int)i;
    if (n->flow_name != NULL && n->flow < 0 && rs_schema_good(rs_schema(), k->c, "traffic"))
        rs_check_error(k, NUMBER_MARK(n, "flow"), "there is no flow '%s'", n->flow_name);
}

static void check_whole(struct check *k, const struct scenario_number *n, const char *key,
                        struct quantity *value)
{
    if (!NUMBER_GIVEN(n, key) || !NUMBER_GOOD(n, key))
        return;
    if (value->den != 1 || (value->unit != UNIT_NUMBER && value->unit != UNIT_COUNT))
        rs_check_error(k, NUMBER_MARK(n, key), "'%s' must be a whole number without a unit", key);
    value->unit = UNIT_COUNT;
}

static void check_number(struct check *k, struct scenario_number *n, size_t step)
{
    n->has_metric = NUMBER_GIVEN(n, "metric") && NUMBER_GOOD(n, "metric");
    n->has_is = NUMBER_GIVEN(n, "is");
    n->has_min = NUMBER_GIVEN(n, "min");
    n->has_max = NUMBER_GIVEN(n, "max");
    check_whole(k, n, "is", &n->is);
    check_whole(k, n, "min", &n->min);
    check_whole(k, n, "max", &n->max);
    check_place(k, n);
    if (NUMBER_GIVEN(n, "metric") + n->has_is + (n->has_min || n->has_max) != 1)
        rs_check_error(k, n->marks.self,
                       "one thing is expected of a number: 'metric', 'is', or 'min' and 'max'");
    if (n->has_min && n->has_max && rs_quantity_compare(n->min, n->max) > 0)
        rs_check_error(k, NUMBER_MARK(n, "min"), "'min' is above 'max': nothing can satisfy both");
    if (n->has_metric && n->metric == METRIC_COUNTER)
        rs_check_error(k, NUMBER_MARK(n, "metric"), "'counter' is itself what a driver prints");
    if (n->has_metric && (n->metric == METRIC_EVENTS || n->metric == METRIC_EVENT_QUEUES))
        rs_check_error(k, NUMBER_MARK(n, "metric"), "'%s' belongs into the section 'expect'",
                       rs_metric(n->metric)->name);
    if (n->since != NULL && find_step(k, n->since, step) == NULL)
        rs_check_error(k, NUMBER_MARK(n, "since"), "there is no step '%s' above this one",
                       n->since);
    if (n->find != NULL) {
        GRegex *regex = g_regex_new(n->find, 0, 0, NULL);

        if (g_regex_get_capture_count(regex) < 1)
            rs_check_error(k, NUMBER_MARK(n, "find"),
                           "'%s' has no group: put the number in brackets, as in "
                           "'rx_packets: (\\d+)'", n->find);
        g_regex_unref(regex);
    }
}

void rs_check_steps(struct check *k)
{
    struct scenario_case *c = k->c;

    if (!rs_schema_good(rs_schema(), c, "guest"))
        return;
    if (c->step_count > 0 && c->machine.host == SCENARIO_HOST_IN_PROCESS)
        rs_check_error(k, rs_schema_mark(&rs_schema_machine, &c->machine, "host"),
                       "the in-process host has no guest to do steps in; use host: qemu");
    if (c->step_count > 0)
        c->machine.host = SCENARIO_HOST_QEMU;
    for (size_t i = 0; i < c->step_count; i++) {
        struct scenario_step *step = &c->steps[i];

        if (step->name == NULL)
            continue;
        if (find_step(k, step->name, i) != NULL || strcmp(step->name, "prepare") == 0)
            rs_check_error(k, STEP_MARK(step, "name"), "two steps are called '%s'", step->name);
        if (strlen(step->name) > 60 || step->name[0] == '.')
            rs_check_error(k, STEP_MARK(step, "name"),
                           "'%s': a step's name has at most 60 characters, the first no dot",
                           step->name);
        if (step->at_ps != 0 && step->when != SCENARIO_DURING)
            rs_check_error(k, STEP_MARK(step, "at"), "'at' belongs to steps 'during' the plan");
        check_expressions(k, step, "lines", step->lines);
        check_expressions(k, step, "never", step->never);
        for (size_t n = 0; n < step->number_count; n++)
            check_number(k, &step->numbers[n], i);
    }
}
