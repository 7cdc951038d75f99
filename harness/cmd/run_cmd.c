/* SPDX-License-Identifier: BSD-2-Clause
 *
 * `ringside run`: options to selection and batch, results to terminal and files.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/run/batch.h"
#include "harness/run/guest_image.h"
#include "harness/scenario/description.h"
#include "harness/cmd/cli.h"
#include "harness/cmd/selecting.h"
#include "harness/report/html.h"
#include "harness/report/json_results.h"
#include "harness/report/junit.h"
#include "harness/report/report_file.h"
#include "harness/base/paths.h"
#include "harness/run/run_folder.h"
#include "harness/report/show.h"
#include "harness/base/term.h"

struct options {
    struct rs_selecting selecting;
    char *seed, *host, *out, *junit, *json, *multiplier, *snapshot_at, *driver;
    int repeat, jobs, trace;
    gboolean capture, stimulus, cold, disturb, keep, dry_run, list;
};

/* ---- the case as the command line wants it ---- */

static void override(const GArray *cases, const struct options *o, uint64_t seed)
{
    for (unsigned i = 0; i < cases->len; i++) {
        struct scenario_case *c = g_array_index(cases, struct rs_selected, i).c;

        if (o->seed)
            c->seed = seed;
        if (o->trace >= 0)
            c->trace = (unsigned)o->trace;
        if (o->capture)
            c->capture = (1u << c->machine.ports) - 1;
    }
}

/* Every scenario is read with this driver from here on. */
static void impose_driver(const struct options *o)
{
    char *path = o->driver ? g_canonicalize_filename(o->driver, NULL) : NULL;

    rs_description_impose(path);
    g_free(path);
}

/* The guest of a described driver, so that its files can be named. */
static int compose(const struct rs_selected *one)
{
    struct diag diag;
    char why[512] = "";
    enum rs_error error;

    rs_diag_init(&diag);
    error = rs_guest_compose(one->scenario, one->c, &diag, why, sizeof(why));
    rs_tell_wrong(&diag, error, why);
    return (int)error;
}

static int dry_run(const GArray *cases, const struct rs_batch_options *batch)
{
    int status = RS_EXIT_PASS;

    for (unsigned i = 0; i < cases->len; i++) {
        const struct scenario_case *c = g_array_index(cases, struct rs_selected, i).c;
        enum rs_host host;
        const char *why;
        char *dir, *line;
        struct rs_machine machine;
        GPtrArray *argv;

        if (!rs_case_host(c, batch, &host, &why)) {
            printf("# %s: %s\n", c->id, why);
            continue;
        }
        const int composed = compose(&g_array_index(cases, struct rs_selected, i));
        status = composed ? composed : status;
        dir = rs_case_folder(batch->out, c, host);
        machine = rs_run_machine(c, dir);
        argv = rs_host_argv(host, &machine);
        line = rs_argv_line(argv);
        printf("# %s\n%s\n", c->id, line);
        g_free(line);
        g_ptr_array_unref(argv);
        g_free(dir);
    }
    return status;
}

/* ---- files ---- */

/* JUnit and JSON always lie in the output folder; copies where the user wants them. */
static int write_reports(const GPtrArray *results, const struct rs_summary *summary,
                         const char *out, const struct options *o)
{
    GString *xml = rs_junit(results, summary);
    char *json = rs_json_results(results, summary);
    char *xml_path = g_build_filename(out, "junit.xml", NULL);
    char *json_path = g_build_filename(out, "results.json", NULL);
    int error = rs_report_write(xml_path, xml->str) | rs_report_write(json_path, json ?: "");

    if (o->junit)
        error |= rs_report_write(o->junit, xml->str);
    if (o->json)
        error |= rs_report_write(o->json, json ?: "");
    for (unsigned i = results->len; i-- > 0;) {
        const struct rs_result *last = results->pdata[i];

        if (last->ran) { /* not one that was skipped behind it */
            char *name = g_path_get_basename(last->run.dir);

            rs_folder_latest(out, name);
            g_free(name);
            break;
        }
    }
    g_free(json_path);
    g_free(xml_path);
    free(json);
    g_string_free(xml, TRUE);
    return error;
}

/* Before anything runs: is there a place for the results? */
static int probe_reports(const char *out, const struct options *o)
{
    char *xml = g_build_filename(out, "junit.xml", NULL);
    int status = RS_EXIT_PASS;

    if (g_mkdir_with_parents(out, 0755) < 0) {
        rs_error("%s: %s", out, strerror(errno));
        status = RS_EXIT_ENVIRONMENT;
    }
    status = status ?: rs_report_probe(xml);
    status = status ?: rs_report_probe(o->junit);
    status = status ?: rs_report_probe(o->json);
    g_free(xml);
    return status;
}

static void show_done(const struct rs_result *result, void *user)
{
    rs_show_line(user, result);
}

static int run_cases(const GArray *cases, const struct rs_batch_options *batch,
                     const struct options *o)
{
    struct rs_summary summary;
    bool usage;
    GPtrArray *results;
    FILE *talk = rs_report_talk(o->json, o->junit);
    char *page;
    int status = probe_reports(batch->out, o), error;

    if (status)
        return status;
    results = rs_batch(cases, batch, &summary, &usage);
    status = rs_exit_status(&summary);
    error = write_reports(results, &summary, batch->out, o);
    page = rs_html_report(batch->out);
    if (rs_verbosity >= 0)
        rs_show_table(talk, results);
    rs_show_summary(talk, &summary, page);
    if (summary.interrupted)
        rs_error("interrupted: what had ended by then is in %s", batch->out);
    else if (usage)
        status = RS_EXIT_USAGE;
    else if (status == RS_EXIT_ENVIRONMENT)
        rs_hint("'ringside doctor' looks for the cause");
    else if (error && status == RS_EXIT_PASS)
        status = RS_EXIT_ENVIRONMENT;
    g_free(page);
    g_ptr_array_unref(results);
    return status;
}

/* ---- arguments ---- */

/* 1.5 -> 150; exact to the percent. */
static bool parse_multiplier(const char *text, unsigned *percent)
{
    char *end;
    const double value = g_ascii_strtod(text, &end);

    if (end == text || *end || !(value >= 0.01 && value <= 1000))
        return false;
    *percent = (unsigned)(value * 100 + 0.5);
    return true;
}

/* `--junit my.yaml`: the file to write was forgotten, and the scenario would be lost. */
static bool is_scenario(const char *path)
{
    return path && (g_str_has_suffix(path, ".yaml") || g_str_has_suffix(path, ".yml"));
}

static int settle(const struct options *o, struct rs_batch_options *batch, uint64_t *seed)
{
    GError *error = NULL;

    if (o->seed && !g_ascii_string_to_unsigned(o->seed, 10, 0, UINT64_MAX, seed, &error)) {
        g_error_free(error);
        return rs_cli_wrong("run", "--seed is '%s': expected a whole number from 0", o->seed);
    }
    if (o->host && !rs_host_find(o->host, &batch->host))
        return rs_cli_wrong("run", "--host is '%s': expected qemu or in-process", o->host);
    batch->host_given = o->host != NULL;
    if (o->repeat < 1 || o->repeat > RS_REPEAT_MAX)
        return rs_cli_wrong("run", "--repeat is %d: expected 1 to %d", o->repeat, RS_REPEAT_MAX);
    if (o->jobs < 1 || o->jobs > RS_JOBS_MAX)
        return rs_cli_wrong("run", "--jobs is %d: expected 1 to %d", o->jobs, RS_JOBS_MAX);
    if (o->trace < -1 || o->trace > 2)
        return rs_cli_wrong("run", "--trace is %d: expected 0 (rare events), 1 (frames) or 2 "
                                   "(every access)", o->trace);
    if (o->multiplier && !parse_multiplier(o->multiplier, &batch->deadline_percent))
        return rs_cli_wrong("run", "--timeout-multiplier is '%s': expected a number from 0.01 "
                                   "to 1000", o->multiplier);
    if (is_scenario(o->junit) || is_scenario(o->json))
        return rs_cli_wrong("run", "--%s wants the file to write; '%s' is a scenario's name",
                            is_scenario(o->junit) ? "junit" : "json",
                            is_scenario(o->junit) ? o->junit : o->json);
    if (o->disturb && o->repeat < 2)
        return rs_cli_wrong("run", "--disturb compares disturbed runs with a quiet one: give "
                                   "--repeat N, N at least 2");
    batch->repeat = (unsigned)o->repeat;
    batch->disturb = o->disturb;
    batch->leave_midway = o->snapshot_at != NULL;
    if (o->snapshot_at && rs_cli_time("run", "--snapshot-at", o->snapshot_at, &batch->midway_ps))
        return RS_EXIT_USAGE;
    if (o->snapshot_at && batch->host_given && batch->host != RS_HOST_QEMU)
        return rs_cli_wrong("run", "--snapshot-at needs a machine to stop: --host qemu");
    if (o->stimulus && batch->host_given && batch->host != RS_HOST_INPROC)
        return rs_cli_wrong("run", "--stimulus is kept by the in-process host: --host in-process");
    if (o->stimulus) {
        batch->stimulus = batch->host_given = true;
        batch->host = RS_HOST_INPROC;
    }
    batch->jobs = (unsigned)o->jobs;
    batch->keep = o->keep;
    batch->cold = o->cold;
    batch->user = rs_report_talk(o->json, o->junit);
    return 0;
}

static void free_options(struct options *o)
{
    rs_selecting_fini(&o->selecting);
    g_free(o->seed);
    g_free(o->host);
    g_free(o->out);
    g_free(o->junit);
    g_free(o->json);
    g_free(o->multiplier);
    g_free(o->snapshot_at);
    g_free(o->driver);
}

/* Two files with one name would share a run folder, and one result would hide the other. */
static bool names_collide(const GArray *cases)
{
    GHashTable *seen = g_hash_table_new(g_str_hash, g_str_equal);
    bool collide = false;

    for (unsigned i = 0; i < cases->len; i++) {
        const struct rs_selected *one = &g_array_index(cases, struct rs_selected, i);
        const struct rs_selected *other = g_hash_table_lookup(seen, one->c->id);

        if (other) {
            rs_error("%s and %s both call their scenario '%s': give one another name",
                     other->scenario->path, one->scenario->path, one->c->id);
            collide = true;
        }
        g_hash_table_insert(seen, one->c->id, (void *)one);
    }
    g_hash_table_unref(seen);
    return collide;
}

int rs_run_command(int argc, char **argv)
{
    struct options o = {.repeat = 1, .jobs = 1, .trace = -1};
    const GOptionEntry entries[] = {
        RS_SELECTING_ENTRIES(&o.selecting),
        {"seed", 's', 0, G_OPTION_ARG_STRING, &o.seed, "Instead of the scenario's seed", "N"},
        {"repeat", 0, 0, G_OPTION_ARG_INT, &o.repeat,
         "Run each N times; results that differ are NONDET, exit status 6", "N"},
        {"snapshot-at", 0, 0, G_OPTION_ARG_STRING, &o.snapshot_at,
         "Leave a snapshot of that time from GO (3ms): replay --from-snapshot goes on there",
         "TIME"},
        {"disturb", 0, 0, G_OPTION_ARG_NONE, &o.disturb,
         "All but the first of --repeat on a host that is busy, stopped, asked by its monitor",
         NULL},
        {"driver", 0, 0, G_OPTION_ARG_FILENAME, &o.driver,
         "Instead of the scenario's driver: the one that FILE describes (docs/drivers.md)", "FILE"},
        {"host", 0, 0, G_OPTION_ARG_STRING, &o.host, "qemu or in-process", "HOST"},
        {"jobs", 'j', 0, G_OPTION_ARG_INT, &o.jobs, "That many at a time (1)", "N"},
        {"out", 0, 0, G_OPTION_ARG_FILENAME, &o.out, "Folder for runs and reports", "DIR"},
        {"junit", 0, 0, G_OPTION_ARG_FILENAME, &o.junit, "JUnit XML, also here", "FILE"},
        {"json", 0, 0, G_OPTION_ARG_FILENAME, &o.json, "Results as JSON, also here", "FILE"},
        {"trace", 0, 0, G_OPTION_ARG_INT, &o.trace,
         "Store events up to this level: 0 rare, 1 frames, 2 every access", "LEVEL"},
        {"capture", 0, 0, G_OPTION_ARG_NONE, &o.capture,
         "Keep every frame of every wire as wire.pcapng", NULL},
        {"stimulus", 0, 0, G_OPTION_ARG_NONE, &o.stimulus,
         "Keep what crossed the border of host and bench as stimulus.bin, for ringside-systemc "
         "(in-process host)", NULL},
        {"cold", 0, 0, G_OPTION_ARG_NONE, &o.cold,
         "Boot every guest; else they start from snapshots of booted ones", NULL},
        {"keep", 0, 0, G_OPTION_ARG_NONE, &o.keep, "Keep mailbox files and repeats", NULL},
        {"dry-run", 'n', 0, G_OPTION_ARG_NONE, &o.dry_run,
         "Show the host's command line instead", NULL},
        {"list", 'l', 0, G_OPTION_ARG_NONE, &o.list, "Show what would run instead", NULL},
        {"timeout-multiplier", 0, 0, G_OPTION_ARG_STRING, &o.multiplier,
         "Scale the deadlines in wall time", "X"},
        {0},
    };
    struct rs_batch_options batch = {.deadline_percent = 100, .done = show_done};
    struct rs_selection selection = {0};
    uint64_t seed = 0;
    char *out = NULL;
    int status = 0;

    if (!rs_cli_parse(&argc, &argv, "[PATH|GLOB...]",
                      "Runs scenarios: files, folders, or names with * and ?. Without any: the "
                      "smoke suite.",
                      entries, &status) ||
        (status = settle(&o, &batch, &seed)) != 0)
        goto out;
    batch.out = out = o.out ? g_canonicalize_filename(o.out, NULL) : g_strdup(rs_paths()->out);
    impose_driver(&o);
    status = rs_selecting(&o.selecting, "run", argv + 1, "smoke", &selection);
    if (status)
        goto out;
    if (names_collide(selection.cases)) {
        status = RS_EXIT_USAGE;
        goto out;
    }
    override(selection.cases, &o, seed);
    if (o.list)
        rs_show_list(stdout, selection.cases);
    else
        status = o.dry_run ? dry_run(selection.cases, &batch)
                           : run_cases(selection.cases, &batch, &o);
out:
    rs_selection_fini(&selection);
    g_free(out);
    free_options(&o);
    return status;
}
