/* SPDX-License-Identifier: BSD-2-Clause
 *
 * JSON results: see json_results.h. Jansson makes the text.
 */
#include "harness/scenario/description.h"
#include "harness/report/json_results.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/term.h"
#include "harness/judge/iotlb_facts.h"
#include "harness/report/refusal.h"

static json_t *text(const char *value)
{
    char *valid;
    json_t *out;

    if (!value)
        return json_null();
    valid = g_utf8_make_valid(value, -1);
    out = json_string(valid);
    g_free(valid);
    return out;
}

static json_t *whole(uint64_t value)
{
    return json_integer((json_int_t)MIN(value, (uint64_t)INT64_MAX));
}

/* JSON readers hold 63 bits at best; a seed must not be rounded. */
static json_t *seed(uint64_t value)
{
    char digits[24];

    if (value <= INT64_MAX)
        return whole(value);
    snprintf(digits, sizeof(digits), "%" PRIu64, value);
    return json_string(digits);
}

/* The key's suffix and factor that make an integer of a metric. */
static void integer_of(struct quantity q, const char **suffix, uint64_t *value)
{
    uint64_t factor = 1;

    switch (q.unit) {
    case UNIT_TIME: *suffix = "_ps"; break;
    case UNIT_BYTES: *suffix = "_bytes"; break;
    case UNIT_PPS: *suffix = "_pps"; break;
    case UNIT_NUMBER: *suffix = "_milli"; factor = 1000; break;
    case UNIT_PERCENT: *suffix = "_millipercent"; factor = 1000; break;
    default: *suffix = ""; break;
    }
    *value = (uint64_t)((unsigned __int128)q.num * factor / q.den);
}

/* Every metric of this scope that has a value. */
static json_t *metrics(const struct rs_facts *facts, struct rs_scope scope, bool run,
                       enum metric_scope kind)
{
    json_t *object = json_object();

    for (unsigned id = 0; id < METRICS; id++) {
        const struct metric *metric = rs_metric(id);
        const char *suffix;
        struct quantity q;
        uint64_t value;
        char *key;

        if ((!run && metric->scope != kind) || !rs_metric_value(facts, id, scope, &q))
            continue;
        integer_of(q, &suffix, &value);
        key = g_strconcat(metric->name, suffix, NULL);
        json_object_set_new(object, key, whole(value));
        g_free(key);
    }
    return object;
}

static void iotlb_counts(json_t *object, struct report_iotlb_use use)
{
    json_object_set_new(object, "lookups", whole(use.lookups));
    json_object_set_new(object, "misses", whole(use.misses));
    json_object_set_new(object, "walks", whole(use.walks));
    json_object_set_new(object, "dropped", whole(use.dropped));
}

/* By region, and within by queue, those that have any. */
static json_t *iotlb(const struct report_iotlb *port)
{
    json_t *regions = json_array();

    for (unsigned region = 1; rs_region_names[region]; region++) {
        const struct report_iotlb_use sum = rs_iotlb_sum(port, region, -1);
        json_t *one, *queues;

        if (!sum.lookups && !sum.dropped)
            continue;
        one = json_pack("{s:o}", "region", text(rs_region_names[region]));
        queues = json_array();
        iotlb_counts(one, sum);
        for (int q = 0; q < REPORT_QUEUES; q++) {
            const struct report_iotlb_use use = rs_iotlb_sum(port, region, q);
            json_t *queue;

            if (!use.lookups && !use.dropped)
                continue;
            queue = json_pack("{s:i}", "queue", q);
            iotlb_counts(queue, use);
            json_array_append_new(queues, queue);
        }
        json_object_set_new(one, "queues", queues);
        json_array_append_new(regions, one);
    }
    return regions;
}

static json_t *parts(const struct rs_result *result, enum metric_scope kind)
{
    const struct bench_report *report = result->run.facts.report;
    const unsigned n = kind == METRIC_FLOW ? report->flows : report->ports;
    json_t *array = json_array();

    for (unsigned i = 0; i < n; i++) {
        const struct rs_scope scope = {.flow = kind == METRIC_FLOW ? (int)i : -1,
                                       .port = kind == METRIC_PORT ? (int)i : -1, .queue = -1};
        json_t *one = json_object();

        if (kind == METRIC_FLOW && i < result->c->flow_count)
            json_object_set_new(one, "flow", text(result->c->flows[i].name));
        if (kind == METRIC_PORT)
            json_object_set_new(one, "port", whole(i));
        json_object_set_new(one, "metrics", metrics(&result->run.facts, scope, false, kind));
        if (kind == METRIC_PORT && i < PLAN_PORTS_MAX)
            json_object_set_new(one, "iotlb", iotlb(&report->iotlb[i]));
        json_array_append_new(array, one);
    }
    return array;
}

static json_t *findings(const struct rs_result *result)
{
    json_t *array = json_array();
    const GPtrArray *all = result->run.findings;

    for (unsigned i = 0; all && i < all->len; i++) {
        const struct rs_finding *f = all->pdata[i];

        json_array_append_new(array, json_pack("{s:o, s:o, s:o, s:o, s:o}", "what", text(f->what),
                                               "expected", text(f->expected), "seen",
                                               text(f->seen), "why", text(f->why), "where",
                                               text(f->where)));
    }
    return array;
}

static json_t *refusals(const struct bench_report *report)
{
    json_t *array = json_array();

    for (unsigned i = 0; i < MIN(report->refusals, REPORT_REFUSALS); i++) {
        const struct report_refusal *r = &report->refusal[i];
        const uint64_t ps = r->time_ps - MIN(r->time_ps, report->go_ps);
        char *address = g_strdup_printf("0x%" G_GINT64_MODIFIER "x", r->address);

        json_array_append_new(array, json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "time_ps",
                                               whole(ps), "port", whole(r->port), "access",
                                               text(rs_refusal_access(r)), "address",
                                               text(address), "bytes", whole(r->length), "why",
                                               text(rs_refusal_reason(r))));
        g_free(address);
    }
    return array;
}

/* Each processor's part: they add up to guest_instructions. */
static json_t *by_cpu(const struct bench_report *report, uint64_t cpus)
{
    json_t *array = json_array();

    for (uint64_t i = 0; i < MIN(cpus, REPORT_CPUS); i++)
        json_array_append_new(array, whole(report->guest_instructions_of[i]));
    return array;
}

static json_t *steps(const struct rs_guest *guest)
{
    static const char *const ends[] = {"not-run", "not-started", "exit", "signal", "late"};
    json_t *array = json_array();

    for (unsigned i = 0; i < guest->steps; i++) {
        const struct rs_step_result *step = &guest->step[i];

        json_array_append_new(array, json_pack("{s:o, s:o, s:o, s:o, s:o}", "name",
                                               text(step->name), "end", text(ends[step->end]),
                                               "value", whole(step->value), "start_ms",
                                               whole(step->start_ms), "end_ms",
                                               whole(step->end_ms)));
    }
    return array;
}

/* The program that drove the NIC, by the name that its description or this project has for it. */
static const char *driver_name(const struct scenario_case *c)
{
    return c->description ? c->description->name
           : c->driver.app ? c->driver.app
           : c->driver.command ? c->driver.command[0]
                               : NULL;
}

static json_t *one_result(const struct rs_result *result)
{
    const struct bench_report *report = result->run.facts.report;
    const struct rs_scope all = RS_WHOLE;
    char *repro = rs_repro_line(result), hash[33];
    json_t *object = json_object();

    json_object_set_new(object, "id", text(result->c->id));
    json_object_set_new(object, "file", text(result->scenario->path));
    json_object_set_new(object, "why", text(result->c->why));
    json_object_set_new(object, "driver", text(driver_name(result->c)));
    json_object_set_new(object, "capability", text(result->c->capability));
    json_object_set_new(object, "verdict", text(rs_verdict_name(result->verdict)));
    json_object_set_new(object, "host", text(rs_host_name(result->host)));
    json_object_set_new(object, "seed", seed(result->c->seed));
    json_object_set_new(object, "repeats", whole(result->repeats));
    json_object_set_new(object, "canary", json_boolean(result->c->canary));
    json_object_set_new(object, "wall_ms", whole(result->wall_ms));
    json_object_set_new(object, "folder", text(result->run.dir));
    json_object_set_new(object, "bundle", text(result->bundle));
    json_object_set_new(object, "repro", text(repro));
    json_object_set_new(object, "message",
                        text(result->error ?: result->nondet ?: result->canary));
    json_object_set_new(object, "findings", findings(result));
    if (result->c->step_count)
        json_object_set_new(object, "steps", steps(&result->run.facts.guest));
    if (report) {
        json_object_set_new(object, "trace_hash", text(rs_hash_text(report->trace_hash, hash)));
        json_object_set_new(object, "memory_hash", text(rs_hash_text(report->memory_hash, hash)));
        json_object_set_new(object, "guest_instructions", whole(report->guest_instructions_end));
        json_object_set_new(object, "guest_instructions_of_cpus",
                            by_cpu(report, result->c->machine.cpus));
        json_object_set_new(object, "trace_schema", whole(report->schema));
        json_object_set_new(object, "quantum_ns", whole(report->quantum_ns));
        json_object_set_new(object, "dilation",
                            json_pack("[I, I]", (json_int_t)report->dilation_num,
                                      (json_int_t)report->dilation_den));
        json_object_set_new(object, "reproducible", json_boolean(report->reproducible));
        json_object_set_new(object, "refusals", refusals(report));
        json_object_set_new(object, "metrics", metrics(&result->run.facts, all, true, METRIC_RUN));
        json_object_set_new(object, "flows", parts(result, METRIC_FLOW));
        json_object_set_new(object, "ports", parts(result, METRIC_PORT));
    }
    g_free(repro);
    return object;
}

char *rs_json_results(const GPtrArray *results, const struct rs_summary *s)
{
    json_t *root = json_object(), *array = json_array(), *counts = json_object();
    char *out;

    for (unsigned i = 0; i < RS_VERDICTS; i++) {
        char *key = g_ascii_strdown(rs_verdict_name(i), -1);

        json_object_set_new(counts, key, whole(s->count[i]));
        g_free(key);
    }
    for (unsigned i = 0; i < results->len; i++)
        json_array_append_new(array, one_result(results->pdata[i]));
    json_object_set_new(root, "format", text("ringside-results"));
    json_object_set_new(root, "version", whole(RS_JSON_VERSION));
    json_object_set_new(root, "tool", text(RS_VERSION));
    json_object_set_new(root, "exit_status", json_integer(rs_exit_status(s)));
    json_object_set_new(root, "wall_ms", whole(s->wall_ms));
    json_object_set_new(root, "counts", counts);
    json_object_set_new(root, "results", array);
    out = json_dumps(root, JSON_INDENT(2));
    json_decref(root);
    return out;
}
