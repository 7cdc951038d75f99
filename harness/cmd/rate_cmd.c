/* SPDX-License-Identifier: BSD-2-Clause
 *
 * `ringside rate`: the highest rate of a scenario's traffic without loss, by bisection. Each probe
 * is a run like any other, of the same plan with another pace.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/run/batch.h"
#include "harness/cmd/cli.h"
#include "harness/base/paths.h"
#include "harness/plan/rate.h"
#include "harness/report/report_file.h"
#include "harness/run/run_folder.h"
#include "harness/report/show.h"
#include "harness/base/table.h"
#include "harness/base/term.h"
#include "model/bench/bench.h"

struct options {
    char *host, *out, *resolution, *json;
};

struct search {
    struct scenario *scenario;
    struct scenario_case *c;
    enum rs_host host;
    struct rs_inputs inputs;
    char *dir;
    struct rs_bisection bisection;
    FILE *talk;
    json_t *probes; /* of --json */
};

enum probe { PROBE_GOOD, PROBE_LOSS, PROBE_BROKEN };

/* Did it come to its end with every frame home? Anything but loss that went wrong is no answer to
 * the question and ends the search. */
static enum probe judge(const struct rs_run *run, uint64_t *lost)
{
    const struct rs_facts *f = &run->facts;
    const struct rs_scope all = RS_WHOLE;
    struct quantity q;

    *lost = 0;
    if (!f->report || f->host.overdue || f->host.signal || f->host.exit_status ||
        f->report->end != REPORT_END_OVER || f->guest.code || f->guest.driver_exit ||
        !rs_metric_value(f, METRIC_LOST, all, &q))
        return PROBE_BROKEN;
    *lost = q.num;
    return q.num ? PROBE_LOSS : PROBE_GOOD;
}

static const char *offered(const struct search *s, unsigned share, char *buf, size_t bytes)
{
    return rs_quantity_format(
        rs_quantity(UNIT_PPS, rs_rate_offered(s->inputs.plan, share), 1), buf, bytes);
}

static json_t *share_json(const struct search *s, unsigned share)
{
    return json_pack("{s:i, s:I}", "share", (int)share, "offered_pps",
                     (json_int_t)rs_rate_offered(s->inputs.plan, share));
}

static void add_probe(const struct search *s, const struct rs_run *run, unsigned share,
                      uint64_t lost)
{
    json_t *probe = share_json(s, share);
    const struct rs_scope all = RS_WHOLE;
    struct quantity q;

    if (rs_metric_value(&run->facts, METRIC_SENT, all, &q))
        json_object_set_new(probe, "sent", json_integer((json_int_t)q.num));
    json_object_set_new(probe, "lost", json_integer((json_int_t)lost));
    if (rs_metric_value(&run->facts, METRIC_LATENCY_P99, all, &q))
        json_object_set_new(probe, "latency.p99_ps", json_integer((json_int_t)q.num));
    json_array_append_new(s->probes, probe);
}

static void tell_probe(const struct search *s, const struct rs_run *run, unsigned share,
                       bool is_good, uint64_t lost)
{
    char sent[64], p99[64], rate[64];

    fprintf(s->talk,
            "  %s%s%s  %3u.%02u %% of line rate  %12s  %8s frames  %8" PRIu64 " lost  p99 %s\n",
            rs_style(s->talk, is_good ? RS_GOOD : RS_BAD), is_good ? "ok  " : "loss",
            rs_style(s->talk, RS_PLAIN), share / 100, share % 100,
            offered(s, share, rate, sizeof(rate)),
            rs_show_metric(&run->facts, METRIC_SENT, sent, sizeof(sent)), lost,
            rs_show_metric(&run->facts, METRIC_LATENCY_P99, p99, sizeof(p99)));
    fflush(s->talk);
    add_probe(s, run, share, lost);
}

static void tell_broken(const struct rs_run *run)
{
    rs_error("this probe did not get to its end, so it says nothing about rates");
    for (unsigned i = 0; i < run->findings->len; i++) {
        const struct rs_finding *f = run->findings->pdata[i];

        rs_hint("%s: expected %s, seen %s", f->what, f->expected, f->seen);
    }
    rs_hint("files: %s", run->dir);
}

/* One run at a share. RS_EXIT_PASS with *outcome, else the status to leave with. */
static int probe(struct search *s, unsigned share, enum probe *outcome)
{
    struct rs_inputs inputs = s->inputs; /* all but the plan stays as it is */
    struct rs_run run;
    char why[512];
    int status = RS_EXIT_PASS;
    uint64_t lost;

    inputs.plan = rs_rate_plan(s->inputs.plan, s->inputs.plan_bytes, share);
    rs_run_init(&run);
    run.scenario = s->scenario;
    run.c = s->c;
    run.host = s->host;
    run.dir = g_strdup(s->dir);
    if (bench_plan_check(inputs.plan, inputs.plan_bytes, why, sizeof(why)) < 0 ||
        rs_run_prepare(&run, &inputs, why, sizeof(why)) ||
        rs_run_start(&run, 100, why, sizeof(why))) {
        rs_error("%s", why);
        status = RS_EXIT_ENVIRONMENT;
    } else {
        rs_progress("  probe %u: %u.%02u %%", s->bisection.probes + 1, share / 100, share % 100);
        while (!rs_process_poll(&run.process) && !rs_interrupted())
            rs_process_wait((struct rs_process *[]){&run.process}, 1, 200);
        rs_progress_clear();
        if (rs_interrupted()) {
            status = RS_EXIT_INTERRUPTED;
        } else {
            rs_run_finish(&run);
            *outcome = judge(&run, &lost);
            if (*outcome == PROBE_BROKEN)
                tell_broken(&run);
            else
                tell_probe(s, &run, share, *outcome == PROBE_GOOD, lost);
        }
    }
    rs_run_fini(&run);
    g_free(inputs.plan);
    return status;
}

static void tell_answer(const struct search *s)
{
    const struct rs_bisection *b = &s->bisection;
    char best[64];

    offered(s, b->low, best, sizeof(best));
    if (!b->low)
        fprintf(s->talk, "\nno rate without loss: even %u.%02u %% of line rate loses frames\n",
                b->high / 100, b->high % 100);
    else if (b->low == RS_RATE_WHOLE)
        fprintf(s->talk, "\nno loss at line rate: %s in all\n", best);
    else
        fprintf(s->talk,
                "\nno loss up to %s in all flows, %u.%02u %% of line rate; loss from %u.%02u %% "
                "on\n",
                best, b->low / 100, b->low % 100, b->high / 100, b->high % 100);
}

static int search(struct search *s)
{
    const struct rs_bisection *b = &s->bisection;
    unsigned share;

    fprintf(s->talk,
            "%s on %s: the highest rate without loss (bisection, to %u.%02u %% of line rate)\n",
            s->c->id, rs_host_name(s->host), b->resolution / 100, b->resolution % 100);
    while ((share = rs_bisection_next(b)) != 0) {
        enum probe outcome = PROBE_BROKEN;
        const int status = probe(s, share, &outcome);

        if (status)
            return status;
        if (outcome == PROBE_BROKEN)
            return RS_EXIT_FAIL;
        rs_bisection_tell(&s->bisection, share, outcome == PROBE_GOOD);
    }
    tell_answer(s);
    return b->low ? RS_EXIT_PASS : RS_EXIT_FAIL;
}

/* Also of a search that was not finished: its probes, and what it knew by then. */
static int report(const struct search *s, const char *path, int status)
{
    const struct rs_bisection *b = &s->bisection;
    json_t *root = json_pack("{s:s, s:i, s:i, s:s, s:s, s:i}", "format", "ringside-rate",
                             "version", 1, "exit_status", status, "id", s->c->id, "host",
                             rs_host_name(s->host), "resolution", (int)b->resolution);
    char *text;
    int error;

    json_object_set_new(root, "no_loss_up_to", b->low ? share_json(s, b->low) : json_null());
    json_object_set_new(root, "loss_from",
                        b->high <= RS_RATE_WHOLE ? share_json(s, b->high) : json_null());
    json_object_set(root, "probes", s->probes);
    text = json_dumps(root, JSON_INDENT(1));
    error = rs_report_write(path, text ?: "");
    free(text);
    json_decref(root);
    return error < 0 && !status ? RS_EXIT_ENVIRONMENT : status;
}

/* ---- arguments ---- */

/* "0.5" (per cent) -> 50. */
static bool parse_resolution(const char *text, unsigned *out)
{
    char *end;
    const double value = g_ascii_strtod(text, &end);

    if (end == text || (*end && strcmp(end, "%") != 0) || !(value >= 0.01 && value <= 50))
        return false;
    *out = (unsigned)(value * 100 + 0.5);
    return true;
}

static int begin(struct search *s, const struct rs_selected *selected, const struct options *o)
{
    struct rs_batch_options batch = {0};
    char *out = o->out ? g_canonicalize_filename(o->out, NULL) : g_strdup(rs_paths()->out);
    char why[512] = "", *id = rs_folder_name(selected->c->id);
    const char *reason;
    struct diag diag;
    enum rs_error error;

    s->scenario = selected->scenario;
    s->c = selected->c;
    s->dir = g_strdup_printf("%s/rate-%s", out, id);
    g_free(id);
    g_free(out);
    if (o->host && !rs_host_find(o->host, &batch.host))
        return rs_cli_wrong("rate", "--host is '%s': expected qemu or in-process", o->host);
    batch.host_given = o->host != NULL;
    if (!rs_case_host(s->c, &batch, &s->host, &reason))
        return rs_cli_wrong("rate", "%s %s", s->c->id, reason);
    if (!s->c->flow_count)
        return rs_cli_wrong("rate", "%s sends no traffic: there is no rate to search", s->c->id);
    rs_diag_init(&diag);
    error = rs_inputs_make(&s->inputs, s->scenario, s->c, s->host, &diag, why, sizeof(why));
    rs_tell_wrong(&diag, error, why);
    return (int)error;
}

int rs_rate_command(int argc, char **argv)
{
    struct options o = {0};
    const GOptionEntry entries[] = {
        {"host", 0, 0, G_OPTION_ARG_STRING, &o.host, "qemu or in-process", "HOST"},
        {"out", 0, 0, G_OPTION_ARG_FILENAME, &o.out, "Folder for the run folder", "DIR"},
        {"resolution", 0, 0, G_OPTION_ARG_STRING, &o.resolution,
         "Stop when the answer is known to this much of line rate (0.5 %)", "PERCENT"},
        {"json", 0, 0, G_OPTION_ARG_FILENAME, &o.json, "Probes and answer as JSON, also here",
         "FILE"},
        {0},
    };
    struct rs_selection selection = {0};
    struct search s = {0};
    unsigned resolution = 50;
    int status = 0;

    if (!rs_cli_parse(&argc, &argv, "SCENARIO",
                      "Searches the highest rate of a scenario's traffic without loss, by "
                      "bisection over shares of line rate.",
                      entries, &status))
        return status;
    if (argc != 2)
        status = rs_cli_wrong("rate", "expected one scenario, got %d", argc - 1);
    else if (o.resolution && !parse_resolution(o.resolution, &resolution))
        status = rs_cli_wrong("rate", "--resolution is '%s': expected 0.01 to 50", o.resolution);
    else
        status = rs_report_probe(o.json) ?:
                 rs_select(&(struct rs_select_options){.words = argv + 1}, &selection);
    if (!status && selection.cases && selection.cases->len > 1)
        status = rs_cli_wrong("rate", "'%s' has %u cases: name one, as 'ringside list' shows it",
                              argv[1], selection.cases->len);
    rs_bisection_init(&s.bisection, resolution);
    if (!status && selection.cases)
        status = begin(&s, &g_array_index(selection.cases, struct rs_selected, 0), &o);
    if (!status) {
        s.talk = rs_report_talk(o.json, NULL);
        s.probes = json_array();
        status = search(&s);
        if (o.json)
            status = report(&s, o.json, status);
        json_decref(s.probes);
    }
    rs_inputs_fini(&s.inputs);
    g_free(s.dir);
    rs_selection_fini(&selection);
    g_free(o.host);
    g_free(o.out);
    g_free(o.resolution);
    g_free(o.json);
    return status;
}
