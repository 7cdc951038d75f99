/* SPDX-License-Identifier: BSD-2-Clause
 *
 * `ringside gate`: the exact figures of what a packet costs against a committed baseline. Where
 * the baseline's environment is not this one, its revision is built and measured here.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/paths.h"
#include "harness/base/process.h"
#include "harness/base/term.h"
#include "harness/cmd/cli.h"
#include "harness/cmd/selecting.h"
#include "harness/gate/base.h"
#include "harness/gate/gate_report.h"
#include "harness/report/report_file.h"
#include "harness/report/show.h"
#include "harness/run/batch.h"

enum { FIGURES_MS = 1800 * 1000 };

struct options {
    struct rs_selecting selecting;
    char *baseline, *host, *out, *json, *junit, *figures_from;
    int jobs;
    gboolean update, same_only, all;
};

struct session {
    const struct options *o;
    char **words;
    char *path, *out;
    struct rs_environment here;
    struct rs_baseline baseline; /* what is compared with */
    bool has_baseline;
    GArray *now;
    GHashTable *tried; /* "case/host" that were run */
    char *differences;
};

/* ---- measuring ---- */

static void show_done(const struct rs_result *result, void *user)
{
    if (result->verdict != RS_SKIP)
        rs_show_line(user, result);
}

static int run_on(struct session *s, const GArray *cases, enum rs_host host)
{
    const struct rs_batch_options batch = {
        .out = s->out,
        .repeat = 1,
        .jobs = (unsigned)s->o->jobs,
        .deadline_percent = 100,
        .host_given = true,
        .host = host,
        .done = show_done,
        .user = rs_report_talk(s->o->json, s->o->junit),
    };
    struct rs_summary summary;
    bool usage;
    GPtrArray *results = rs_batch(cases, &batch, &summary, &usage);
    int status = rs_exit_status(&summary);

    rs_figures_of_results(s->now, results);
    for (unsigned i = 0; i < results->len; i++) {
        const struct rs_result *r = results->pdata[i];

        if (r->verdict != RS_SKIP)
            g_hash_table_add(s->tried, g_strdup_printf("%s/%s", r->c->id, rs_host_name(host)));
    }
    g_ptr_array_unref(results);
    if (usage)
        return RS_EXIT_USAGE;
    return status == RS_EXIT_NOTHING ? RS_EXIT_PASS : status; /* the other host has some */
}

static int run_cases(struct session *s)
{
    static char *forward[] = {(char *)"forward", NULL};
    struct rs_selection selection = {0};
    char **words = s->words[0]                                       ? s->words
                   : s->has_baseline && s->baseline.scenarios->len ? (char **)NULL
                                                                     : forward;
    GPtrArray *known = g_ptr_array_new();
    enum rs_host host = RS_HOSTS;
    int status;

    for (unsigned i = 0; !words && i < s->baseline.scenarios->len; i++)
        g_ptr_array_add(known, s->baseline.scenarios->pdata[i]);
    g_ptr_array_add(known, NULL);
    status = rs_selecting(&s->o->selecting, "gate", words ?: (char **)known->pdata, NULL,
                          &selection);
    if (s->o->host && !rs_host_find(s->o->host, &host))
        status = rs_cli_wrong("gate", "--host is '%s': expected qemu or in-process", s->o->host);
    for (unsigned h = 0; h < RS_HOSTS && !status; h++)
        if (host == RS_HOSTS || host == h)
            status = run_on(s, selection.cases, (enum rs_host)h);
    if (!status && !g_hash_table_size(s->tried)) {
        rs_error("nothing is measured: no case runs on the host that was asked for");
        status = RS_EXIT_NOTHING;
    }
    rs_selection_fini(&selection);
    g_ptr_array_unref(known);
    return status;
}

/* Figures that another program counts: rows of JSON on its standard output, run in the root of the
 * tree. */
static int run_figures(struct session *s)
{
    char *log = g_build_filename(s->out, "figures.log", NULL);
    const char *const argv[] = {
        "sh", "-c", "cd \"$0\" && BUILD=\"$1\" exec sh -c \"$2\" 2>\"$3\"",
        rs_paths()->root ?: ".", rs_paths()->build, s->o->figures_from ?: "", log, NULL};
    char *text = NULL, why[300];
    json_error_t error;
    json_t *rows;
    int status;

    rs_notice("counting: %s", s->o->figures_from);
    status = rs_process_output(argv, FIGURES_MS, &text);
    rs_progress_clear();
    if (status < 0) {
        rs_error("--figures-from '%s': it failed; see %s", s->o->figures_from, log);
        g_free(log);
        return status == -EINTR ? RS_EXIT_INTERRUPTED : RS_EXIT_ENVIRONMENT;
    }
    rows = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    status = RS_EXIT_PASS;
    if (!rows) {
        rs_error("--figures-from '%s': line %d: %s", s->o->figures_from, error.line, error.text);
        status = RS_EXIT_USAGE;
    } else if (rs_figures_read(s->now,
                               json_is_object(rows) ? json_object_get(rows, "figures") : rows,
                               why, sizeof(why)) < 0) {
        rs_error("--figures-from '%s': %s", s->o->figures_from, why);
        status = RS_EXIT_USAGE;
    }
    json_decref(rows);
    g_free(text);
    g_free(log);
    return status;
}

/* ---- comparing ---- */

/* Was this figure of the baseline to be measured now? Who picked cases does not miss the others. */
static bool expected(const struct session *s, const char *name)
{
    const struct rs_selecting *pick = &s->o->selecting;
    const bool picked = s->words[0] || pick->filters || pick->tags || pick->shard || s->o->host;
    char *group = g_strndup(name, (size_t)(MAX(strrchr(name, '/'), name) - name));
    const bool run = strstr(name, "/qemu/") || strstr(name, "/in-process/");
    const bool tried = g_hash_table_contains(s->tried, group);

    g_free(group);
    return run ? tried || !picked : s->o->figures_from != NULL;
}

static void drop_unexpected(const struct session *s, GArray *figures)
{
    for (unsigned i = figures->len; i-- > 0;)
        if (!expected(s, g_array_index(figures, struct rs_figure, i).name))
            g_array_remove_index(figures, i);
}

static int report(const struct session *s, const struct rs_gate *gate, int status)
{
    char *json = s->o->json ? rs_gate_json(gate, status) : NULL;
    GString *xml = s->o->junit ? rs_gate_junit(gate) : NULL;
    int error = 0;

    if (json)
        error |= rs_report_write(s->o->json, json);
    if (xml)
        error |= rs_report_write(s->o->junit, xml->str);
    free(json);
    if (xml)
        g_string_free(xml, TRUE);
    return error && !status ? RS_EXIT_ENVIRONMENT : status;
}

static int compare(struct session *s)
{
    struct rs_gate gate = {
        .baseline = &s->baseline,
        .here = &s->here,
        .differences = s->differences,
        .now = s->now,
    };
    struct rs_baseline measured = {0};
    char *log = g_build_filename(s->out, "base.log", NULL), why[600];
    GArray *base = s->baseline.figures;
    int status = RS_EXIT_PASS;

    if (s->differences) {
        const int error = rs_base_measure(&s->baseline, s->o->figures_from, log, &measured, why,
                                          sizeof(why));
        if (error) {
            rs_error("%s", why);
            rs_hint("the baseline is of another environment: %s", s->differences);
            rs_hint("'ringside gate --update' measures a baseline of this one");
            status = error == -EINTR ? RS_EXIT_INTERRUPTED : RS_EXIT_ENVIRONMENT;
        }
        base = measured.figures;
        gate.base_measured = true;
    }
    if (!status) {
        drop_unexpected(s, base);
        rs_compare(&gate.comparison, base, s->now);
        rs_gate_show(rs_report_talk(s->o->json, s->o->junit), &gate,
                     s->o->all || rs_verbosity > 0);
        status = rs_regressed(&gate.comparison) ? RS_EXIT_GATE : RS_EXIT_PASS;
        if (gate.comparison.count[RS_BETTER] + gate.comparison.count[RS_NEW] ||
            status == RS_EXIT_GATE)
            rs_hint("'ringside gate --update' takes today's figures as the baseline");
        status = report(s, &gate, status);
        rs_comparison_fini(&gate.comparison);
    }
    rs_baseline_fini(&measured);
    g_free(log);
    return status;
}

/* ---- updating ---- */

/* A path below the root is kept relative to it, so that any clone finds it. */
static char *portable(const char *word)
{
    char *path = g_canonicalize_filename(word, NULL), *out;
    const char *root = rs_paths()->root;

    if (root && g_file_test(word, G_FILE_TEST_EXISTS) && g_str_has_prefix(path, root) &&
        path[strlen(root)] == '/')
        out = g_strdup(path + strlen(root) + 1);
    else
        out = g_strdup(word);
    g_free(path);
    return out;
}

static int update(struct session *s)
{
    struct rs_baseline fresh = {
        .path = g_strdup(s->path),
        .environment = s->here,
        .scenarios = g_ptr_array_new_with_free_func(g_free),
        .figures = s->now,
    };
    char *text, *folder = g_path_get_dirname(s->path);
    bool changed;
    int status = RS_EXIT_PASS;

    for (unsigned i = 0; s->words[i]; i++)
        g_ptr_array_add(fresh.scenarios, portable(s->words[i]));
    for (unsigned i = 0; !s->words[0] && s->has_baseline && i < s->baseline.scenarios->len; i++)
        g_ptr_array_add(fresh.scenarios, g_strdup(s->baseline.scenarios->pdata[i]));
    if (!fresh.scenarios->len)
        g_ptr_array_add(fresh.scenarios, g_strdup("forward"));
    for (unsigned i = 0; s->has_baseline && i < s->now->len; i++) { /* what was set by hand stays */
        struct rs_figure *f = &g_array_index(s->now, struct rs_figure, i);
        const struct rs_figure *old = rs_figures_find(s->baseline.figures, f->name);

        f->percent = old && old->percent >= 0 ? old->percent : f->percent;
    }
    fresh.revision = rs_base_head(s->path, &changed);
    if (!fresh.revision) {
        rs_error("a baseline names its commit, and this is no git repository");
        status = RS_EXIT_ENVIRONMENT;
    } else {
        if (changed)
            rs_hint("what is measured is not committed: commit it before the baseline, which "
                    "names %.12s",
                    fresh.revision);
        text = rs_baseline_text(&fresh);
        g_mkdir_with_parents(folder, 0755);
        status = rs_report_write(s->path, text) < 0 ? RS_EXIT_ENVIRONMENT : RS_EXIT_PASS;
        if (!status)
            printf("\n%u figures of %.12s written to %s\n", s->now->len, fresh.revision, s->path);
        g_free(text);
    }
    g_ptr_array_unref(fresh.scenarios);
    g_free(fresh.revision);
    g_free(fresh.path);
    g_free(folder);
    return status;
}

/* ---- the command ---- */

static int find_baseline(struct session *s)
{
    char *folder = rs_root_path(RS_BASELINE_FOLDER), *name, why[600];
    int error, status = RS_EXIT_PASS;

    s->path = s->o->baseline ? g_canonicalize_filename(s->o->baseline, NULL)
                             : rs_baseline_choose(folder ?: RS_BASELINE_FOLDER, &s->here);
    if (!s->path && s->o->update) {
        name = rs_environment_name(&s->here);
        s->path = g_strdup_printf("%s/%s.json", folder ?: RS_BASELINE_FOLDER, name);
        g_free(name);
    }
    g_free(folder);
    if (!s->path) {
        rs_error("there is no baseline in " RS_BASELINE_FOLDER);
        rs_hint("'ringside gate --update' makes one; --baseline FILE names another");
        return RS_EXIT_USAGE;
    }
    error = rs_baseline_read(&s->baseline, s->path, why, sizeof(why));
    s->has_baseline = !error;
    if (error && !(s->o->update && error == -ENOENT)) {
        rs_error("%s", why);
        status = RS_EXIT_USAGE;
    }
    if (!error)
        s->differences = rs_environment_differences(&s->here, &s->baseline.environment);
    if (s->differences && s->o->update && !s->o->baseline) { /* another's stays as it is */
        folder = g_path_get_dirname(s->path);
        name = rs_environment_name(&s->here);
        g_free(s->path);
        s->path = g_strdup_printf("%s/%s.json", folder, name);
        g_free(name);
        g_free(folder);
    }
    return status;
}

static int gate(struct session *s)
{
    const struct options *o = s->o;
    int status = find_baseline(s);

    if (!status && s->differences && o->same_only && !o->update) {
        printf("not compared: the baseline is of another environment (%s)\n", s->differences);
        return RS_EXIT_PASS;
    }
    g_mkdir_with_parents(s->out, 0755);
    status = status ?: rs_report_probe(o->json);
    status = status ?: rs_report_probe(o->junit);
    status = status ?: run_cases(s);
    if (!status && o->figures_from)
        status = run_figures(s);
    if (!status)
        status = o->update ? update(s) : compare(s);
    return status;
}

int rs_gate_command(int argc, char **argv)
{
    struct options o = {.jobs = 1};
    const GOptionEntry entries[] = {
        {"baseline", 0, 0, G_OPTION_ARG_FILENAME, &o.baseline,
         "Instead of the one in " RS_BASELINE_FOLDER " that fits this machine", "FILE"},
        {"update", 0, 0, G_OPTION_ARG_NONE, &o.update,
         "Write today's figures as the baseline, compare nothing", NULL},
        {"same-environment", 0, 0, G_OPTION_ARG_NONE, &o.same_only,
         "Compare only with figures of this environment; else say so and pass", NULL},
        {"figures-from", 0, 0, G_OPTION_ARG_STRING, &o.figures_from,
         "Also compare the figures that this command prints as JSON", "COMMAND"},
        {"all", 'a', 0, G_OPTION_ARG_NONE, &o.all, "Show figures that did not move, too", NULL},
        RS_SELECTING_ENTRIES(&o.selecting),
        {"host", 0, 0, G_OPTION_ARG_STRING, &o.host, "Only on qemu or in-process", "HOST"},
        {"jobs", 'j', 0, G_OPTION_ARG_INT, &o.jobs, "That many at a time (1)", "N"},
        {"out", 0, 0, G_OPTION_ARG_FILENAME, &o.out, "Folder for runs", "DIR"},
        {"json", 0, 0, G_OPTION_ARG_FILENAME, &o.json, "The comparison as JSON", "FILE"},
        {"junit", 0, 0, G_OPTION_ARG_FILENAME, &o.junit, "The comparison as JUnit XML", "FILE"},
        {0},
    };
    struct session s = {.o = &o};
    int status = 0;

    if (rs_cli_parse(&argc, &argv, "[SCENARIO...]",
                     "Compares what a packet costs, counted exactly, with a baseline. Exit status "
                     "5: something got worse.",
                     entries, &status)) {
        s.words = argv + 1;
        s.out = o.out ? g_canonicalize_filename(o.out, NULL)
                      : g_build_filename(rs_paths()->out, "gate", NULL);
        s.now = rs_figures_new();
        s.tried = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        rs_environment_here(&s.here);
        status = o.jobs < 1 || o.jobs > RS_JOBS_MAX
                     ? rs_cli_wrong("gate", "--jobs is %d: expected 1 to %d", o.jobs, RS_JOBS_MAX)
                     : gate(&s);
        rs_environment_fini(&s.here);
        rs_baseline_fini(&s.baseline);
        g_hash_table_unref(s.tried);
        g_array_unref(s.now);
    }
    rs_selecting_fini(&o.selecting);
    g_free(s.path);
    g_free(s.out);
    g_free(s.differences);
    g_free(o.baseline);
    g_free(o.host);
    g_free(o.out);
    g_free(o.json);
    g_free(o.junit);
    g_free(o.figures_from);
    return status;
}
