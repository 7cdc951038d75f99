/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Judges one run: see judge.h. When a run did not get to its end, its counters say nothing, so
 * the expectations are then left alone: one cause, not twenty consequences.
 */
#include "harness/judge/judge.h"

#include <stdarg.h>

#include "harness/judge/judge_steps.h"
#include "model/bench/fault.h"

void rs_finding_free(void *finding)
{
    struct rs_finding *f = finding;

    g_free(f->what);
    g_free(f->expected);
    g_free(f->seen);
    g_free(f->why);
    g_free(f->where);
    g_free(f);
}

struct rs_finding *rs_find(GPtrArray *findings, const char *what, const char *expected,
                           const char *seen, ...)
{
    struct rs_finding *f = g_new0(struct rs_finding, 1);
    va_list args;

    f->what = g_strdup(what);
    f->expected = g_strdup(expected);
    va_start(args, seen);
    f->seen = g_strdup_vprintf(seen, args);
    va_end(args);
    g_ptr_array_add(findings, f);
    return f;
}

static const struct expectation *about(const struct scenario_case *c, enum metric_id id)
{
    for (size_t i = 0; i < c->expect_count; i++)
        if (c->expect[i].metric == id)
            return &c->expect[i];
    return NULL;
}

/* ---- what must hold for every run ---- */

/* True: the host itself did not do its work; nothing else is worth a look. */
static bool host_failed(GPtrArray *findings, const struct rs_facts *facts)
{
    char words[96];

    rs_process_words(&facts->host, words, sizeof(words));
    if (facts->host.overdue) {
        rs_find(findings, "wall time", "the run ends before limits.wall-time", "the host was %s",
             words);
        return true;
    }
    if (facts->host.signal || facts->host.killed || !facts->report) {
        rs_find(findings, "host program", "it ends by itself and leaves a report", "%s; %s", words,
             facts->report ? "the report is there" : facts->report_why)
            ->environment = true;
        return true;
    }
    if (facts->host.exit_status) {
        rs_find(findings, "host program", "exit status 0", "%s", words)->environment = true;
        return true;
    }
    return false;
}

static const char *end_words(uint32_t end)
{
    switch (end) {
    case REPORT_END_NONE: return "the machine ended without a word of the guest";
    case REPORT_END_DEADLINE: return "limits.model-time came first";
    case REPORT_END_NOT_READY: return "the driver was not ready in time (limits.ready-time)";
    case REPORT_END_GUEST: return "the guest gave up before the plan was over";
    default: return "an unknown end";
    }
}

static void judge_guest(GPtrArray *findings, const struct scenario_case *c,
                        const struct rs_facts *facts)
{
    const struct rs_guest *guest = &facts->guest;

    if (guest->panic[0]) /* why nothing came back; the first complaint is why it panicked */
        rs_find(findings, "kernel of the guest", "it lives as long as the run", "%s%s%s",
                guest->panic, guest->complaints ? "; before: " : "",
                guest->complaints ? guest->complaint[0] : "");
    else if (facts->guest_why[0])
        rs_find(findings, "results of the guest", "a whole archive with a status file", "%s",
             facts->guest_why);
    if (guest->code && !about(c, METRIC_GUEST_EXIT))
        rs_find(findings, "job in the guest", "every step works", "%s",
             guest->reason[0] ? guest->reason : "a step failed without a reason");
    if (guest->has_driver && guest->driver_signal && !about(c, METRIC_DRIVER_EXIT))
        rs_find(findings, "driver", "exit status 0", "ended by signal %d%s", guest->driver_signal,
             guest->core ? " (core file kept)" : "");
    else if (guest->has_driver && guest->driver_exit && !about(c, METRIC_DRIVER_EXIT))
        rs_find(findings, "driver", "exit status 0", "exit status %d%s", guest->driver_exit,
             guest->core ? " (core file kept)" : "");
    if (guest->killed && !about(c, METRIC_DRIVER_EXIT))
        rs_find(findings, "driver", "it stops when told to", "it had to be killed");
    if (guest->complaints && !guest->panic[0] && !about(c, METRIC_KERNEL_COMPLAINTS))
        rs_find(findings, "kernel log", "no BUG, WARNING, Oops or DMAR fault",
                "%u lines; first: %s", guest->complaints, guest->complaint[0]);
}

/* True: the plan ran to its end, so that counters mean something. */
static bool judge_end(GPtrArray *findings, const struct scenario_case *c,
                      const struct rs_facts *facts)
{
    const struct bench_report *r = facts->report;

    if (r->sched_refused)
        rs_find(findings, "model", "every event finds room in the heap", "%llu events refused",
             (unsigned long long)r->sched_refused);
    if (r->guest_exit && !facts->guest.code && !about(c, METRIC_GUEST_EXIT))
        rs_find(findings, "guest", "EXIT 0", "EXIT %u", r->guest_exit);
    /* Who expects something of the driver's exit status lets it end before the traffic. */
    if (r->end == REPORT_END_GUEST && facts->guest.has_driver && about(c, METRIC_DRIVER_EXIT))
        return true;
    if (r->end != REPORT_END_OVER && !facts->guest.panic[0])
        rs_find(findings, "end of the run", "all traffic sent, drained, results handed over", "%s",
             end_words(r->end));
    return r->end == REPORT_END_OVER || r->end == REPORT_END_DEADLINE;
}

/* ---- what the scenario expects ---- */

char *rs_expectation_words(const struct expectation *e)
{
    char a[64], b[64];

    if (e->has_is)
        return g_strdup_printf("exactly %s", rs_quantity_format(e->is, a, sizeof(a)));
    if (e->has_min && e->has_max)
        return g_strdup_printf("%s to %s", rs_quantity_format(e->min, a, sizeof(a)),
                               rs_quantity_format(e->max, b, sizeof(b)));
    if (e->has_max)
        return g_strdup_printf("at most %s", rs_quantity_format(e->max, a, sizeof(a)));
    return g_strdup_printf("at least %s", rs_quantity_format(e->min, a, sizeof(a)));
}

static bool holds(const struct expectation *e, struct quantity value)
{
    if (e->has_is && rs_quantity_compare(value, e->is))
        return false;
    if (e->has_min && rs_quantity_compare(value, e->min) < 0)
        return false;
    return !e->has_max || rs_quantity_compare(value, e->max) <= 0;
}

/* Which flow lost what, and why: the hint that saves a reader the report and the trace. */
static char *first_lost(const struct scenario_case *c, const struct rs_facts *facts)
{
    unsigned flow;
    uint64_t sequence;

    if (!rs_first_lost(facts, &flow, &sequence) || flow >= c->flow_count)
        return g_strdup("");
    return g_strdup_printf(" (first: frame %llu of flow %s%s%s)", (unsigned long long)sequence,
                           c->flows[flow].name, facts->lost_why[0] ? "; " : "", facts->lost_why);
}

static char *event_words(const struct expectation *e)
{
    GString *text = g_string_new(NULL);

    g_string_assign(text, rs_metric(e->metric)->name);
    if (e->event)
        g_string_append_printf(text, " %s", e->event);
    if (e->region)
        g_string_append_printf(text, " of %s", rs_region_names[e->region]);
    if (e->queue >= 0)
        g_string_append_printf(text, " of queue %d", e->queue);
    if (e->port >= 0)
        g_string_append_printf(text, " of port %d", e->port);
    return g_string_free(text, FALSE);
}

static void judge_expectation(GPtrArray *findings, const struct scenario *scenario,
                              const struct scenario_case *c, const struct rs_facts *facts,
                              const struct expectation *e)
{
    const struct metric *metric = rs_metric(e->metric);
    const struct rs_scope scope = {.flow = e->flow, .port = e->port, .counter = e->counter,
                                   .event = e->event ? (unsigned)e->event_id + 1 : 0,
                                   .queue = e->queue, .region = e->region};
    struct quantity value;
    struct rs_finding *f;
    char seen[96], *what, *expected, *more;

    const bool has = rs_metric_value(facts, e->metric, scope, &value);

    if (has && holds(e, value))
        return;
    if (e->flow >= 0 && (size_t)e->flow < c->flow_count)
        what = g_strdup_printf("%s of flow %s", metric->name, c->flows[e->flow].name);
    else if (e->event || e->queue >= 0 || e->region)
        what = event_words(e);
    else if (e->port >= 0)
        what = g_strdup_printf("%s of port %d", metric->name, e->port);
    else if (e->counter)
        what = g_strdup_printf("%s %s", metric->name, e->counter);
    else
        what = g_strdup(metric->name);
    expected = rs_expectation_words(e);
    more = has && e->metric == METRIC_LOST ? first_lost(c, facts) : g_strdup("");
    f = rs_find(findings, what, expected, "%s%s",
             has ? rs_quantity_format(value, seen, sizeof(seen)) : "no value in this run", more);
    f->why = g_strdup(e->why);
    if (!e->implied && e->marks.self.line)
        f->where = g_strdup_printf("%s:%u", scenario->path, e->marks.self.line);
    g_free(what);
    g_free(expected);
    g_free(more);
}

/* A dead fault is a dead test. */
static void judge_faults(GPtrArray *findings, const struct scenario *scenario,
                         const struct scenario_case *c, const struct bench_report *r)
{
    for (size_t i = 0; i < c->fault_count && i < r->faults; i++) {
        const struct scenario_fault *f = &c->faults[i];
        const unsigned fired = r->fault_fired[i];

        if (fired >= f->count)
            continue;
        char *what = g_strdup_printf("fault %s", bench_fault_info(f->kind)->name);
        char *expected = g_strdup_printf("it strikes %u time%s", (unsigned)f->count,
                                         f->count == 1 ? "" : "s");
        struct rs_finding *found =
            fired ? rs_find(findings, what, expected, "%u", fired)
                  : rs_find(findings, what, expected, "it never struck: nothing was tested");
        found->where = g_strdup_printf("%s:%u", scenario->path, f->marks.self.line);
        g_free(what);
        g_free(expected);
    }
}

/* "port 1, transmit queue 0, slot 7, at 1234.567 ns after power-on: the tail 0x40" */
static char *place_words(const struct report_violation *v)
{
    GString *out = g_string_new(NULL);

    g_string_printf(out, "port %u", v->port);
    if (v->rule != NIC_RULE_REGISTER_HOLE)
        g_string_append_printf(out, ", %s queue %u", v->tx ? "transmit" : "receive", v->queue);
    if (v->slot != NIC_NO_SLOT)
        g_string_append_printf(out, ", slot %u", v->slot);
    g_string_append_printf(out, ", at %llu.%03llu ns after power-on: ",
                           (unsigned long long)(v->time_ps / 1000),
                           (unsigned long long)(v->time_ps % 1000));
    if (v->rule == NIC_RULE_REGISTER_HOLE)
        g_string_append_printf(out, "%s 0x%llx at BAR%u + 0x%05x",
                               v->detail >> 27 & 1 ? "wrote" : "read",
                               (unsigned long long)(v->detail >> 32),
                               (unsigned)(v->detail >> 28 & 15), (unsigned)v->detail & 0x7ffffff);
    else
        g_string_append_printf(out, "%s 0x%llx", nic_rule_info(v->rule)->detail,
                               (unsigned long long)v->detail);
    return g_string_free(out, FALSE);
}

/* No rule is broken, unless the scenario expects something of rules: `violations` speaks for all of
 * them, `violations.NAME` for one. */
static void judge_rules(GPtrArray *findings, const struct scenario_case *c,
                        const struct rs_facts *facts)
{
    const struct bench_report *r = facts->report;
    unsigned told = 0;

    if (about(c, METRIC_VIOLATIONS))
        return;
    for (unsigned i = 0; i < r->violations; i++) {
        const struct report_violation *v = &r->violation[i];
        const struct nic_rule_info *rule = nic_rule_info(v->rule);

        if (!rule || about(c, METRIC_VIOLATIONS + 1 + v->rule))
            continue;
        char *what = g_strdup_printf("rule %s", rule->name), *place = place_words(v);
        struct rs_finding *found =
            rs_find(findings, what, "the driver keeps it", "broken %llu time%s; %s",
                 (unsigned long long)v->count, v->count == 1 ? "" : "s, first", place);
        told |= 1u << v->rule;
        found->why = g_strdup(rule->must);
        g_free(what);
        g_free(place);
    }
    for (unsigned rule = 0; rule < NIC_RULES; rule++) { /* whose places were too many to keep */
        struct quantity times;
        const enum metric_id id = METRIC_VIOLATIONS + 1 + rule;

        if (!(told >> rule & 1) && !about(c, id) &&
            rs_metric_value(facts, id, RS_WHOLE, &times) && times.num)
            rs_find(findings, rs_metric(id)->name, "the driver keeps it", "broken %llu times",
                 (unsigned long long)times.num);
    }
}

/* No access went to memory that was taken from the device, unless the scenario is about that. */
static void judge_stale(GPtrArray *findings, const struct scenario_case *c,
                        const struct rs_facts *facts)
{
    const struct metric *metric = rs_metric(METRIC_IOTLB_STALE);
    struct quantity hits;

    if (about(c, METRIC_IOTLB_STALE) ||
        !rs_metric_value(facts, METRIC_IOTLB_STALE, RS_WHOLE, &hits) || !hits.num)
        return;
    struct rs_finding *found = rs_find(findings, metric->name, "no access through a page that is "
                                    "mapped no more", "%llu", (unsigned long long)hits.num);
    found->why = g_strdup(metric->doc);
}

GPtrArray *rs_judge(const struct scenario *scenario, const struct scenario_case *c,
                    const struct rs_facts *facts)
{
    GPtrArray *findings = g_ptr_array_new_with_free_func(rs_finding_free);

    if (facts->has_guest)
        judge_guest(findings, c, facts);
    if (host_failed(findings, facts))
        return findings;
    const bool ended = judge_end(findings, c, facts);
    if (facts->has_guest && c->step_count)
        rs_judge_steps(findings, scenario, c, facts);
    judge_rules(findings, c, facts); /* may well be why it did not end */
    if (!ended)
        return findings;
    judge_faults(findings, scenario, c, facts->report);
    judge_stale(findings, c, facts);
    for (size_t i = 0; i < c->expect_count; i++)
        judge_expectation(findings, scenario, c, facts, &c->expect[i]);
    return findings;
}
