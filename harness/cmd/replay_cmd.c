/* SPDX-License-Identifier: BSD-2-Clause
 *
 * `ringside replay`: a bundle or run folder run again from its own plan and job, and its trace
 * compared with the recorded one.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/sandbox.h"
#include "harness/run/bundle.h"
#include "harness/run/guest_image.h"
#include "harness/run/midway.h"
#include "harness/cmd/cli.h"
#include "harness/base/paths.h"
#include "harness/judge/result.h"
#include "harness/run/run_folder.h"
#include "harness/report/json_results.h"
#include "harness/report/junit.h"
#include "harness/report/report_file.h"
#include "harness/report/show.h"
#include "harness/base/term.h"
#include "harness/scenario/description.h"

struct options {
    char *out, *json, *junit, *snapshot_at;
    int trace;
    gboolean capture, keep, from_snapshot, trust;
    uint64_t midway_ps;
    char *midway; /* folder of the snapshot to start from; NULL: from the beginning */
};

/* The recorded run, read and checked: everything here came from a file. */
struct recorded {
    struct rs_run_meta meta;
    struct scenario *scenario;
    struct scenario_case *c;
    struct rs_inputs inputs;
};

/* What described the driver then describes it now, whatever lies on this machine. */
static void provide_driver(const struct recorded *r, const char *folder)
{
    char *path = g_build_filename(folder, RS_FILE_DRIVER, NULL), *text = NULL;
    char *files = g_build_filename(folder, RS_BUNDLE_FILES, NULL);

    if (r->meta.driver && g_file_get_contents(path, &text, NULL, NULL)) {
        const bool kept = g_file_test(files, G_FILE_TEST_IS_DIR);

        rs_description_provide(r->meta.driver, text, kept ? files : NULL);
        rs_description_impose(r->meta.imposed ? r->meta.driver : NULL);
    }
    g_free(files);
    g_free(text);
    g_free(path);
}

/* The guest of a described driver, composed as it was. */
static int compose(struct recorded *r)
{
    struct diag diag;
    char why[512] = "";
    enum rs_error error = RS_OK;

    rs_diag_init(&diag);
    if (r->meta.host == RS_HOST_QEMU)
        error = rs_guest_compose(r->scenario, r->c, &diag, why, sizeof(why));
    rs_tell_wrong(&diag, error, why);
    return (int)error;
}

static int read_scenario(struct recorded *r, const char *folder)
{
    char *path = g_build_filename(folder, RS_FILE_SCENARIO, NULL), *text = NULL;
    GError *error = NULL;
    struct diag diag;
    gsize bytes;

    provide_driver(r, folder);
    if (!g_file_get_contents(path, &text, &bytes, &error)) {
        rs_error("%s", error->message);
        g_error_free(error);
        g_free(path);
        return RS_EXIT_USAGE;
    }
    rs_diag_init(&diag);
    if (rs_scenario_parse(r->meta.path, text, bytes, &diag, &r->scenario) < 0)
        rs_diag_print(&diag, stderr, *rs_style(stderr, RS_BAD) != '\0');
    rs_diag_fini(&diag);
    for (size_t i = 0; r->scenario && i < r->scenario->case_count; i++)
        if (!strcmp(r->scenario->cases[i].id, r->meta.id))
            r->c = &r->scenario->cases[i];
    if (r->scenario && !r->c)
        rs_error("%s has no case '%s', which run.json names", path, r->meta.id);
    g_free(text);
    g_free(path);
    return r->c ? RS_EXIT_PASS : RS_EXIT_USAGE;
}

/* Host resources must follow from the scenario, and only from it: the plan of a stranger may not
 * disagree with it, nor reach a network. */
static int check_together(const struct recorded *r)
{
    struct plan_header header;

    memcpy(&header, r->inputs.plan, sizeof(header));
    if (header.ports.count != r->c->machine.ports) {
        rs_error("the plan has %u ports and the scenario %" PRIu64, header.ports.count,
                 r->c->machine.ports);
        return RS_EXIT_USAGE;
    }
    for (uint32_t i = 0; i < header.ports.count; i++) {
        struct plan_port port;

        memcpy(&port, (const char *)r->inputs.plan + header.ports.offset + i * sizeof(port),
               sizeof(port));
        if (port.attach == PLAN_ATTACH_NETDEV) {
            rs_error("port %u is attached to a network: such a run cannot be replayed", i);
            return RS_EXIT_USAGE;
        }
    }
    return RS_EXIT_PASS;
}

static int read_recorded(struct recorded *r, const char *folder)
{
    char why[512];
    int status;

    if (rs_meta_read(&r->meta, folder, why, sizeof(why)) < 0) {
        rs_error("%s", why);
        rs_hint("expected a bundle (repro.rsb) or the folder of a run");
        return RS_EXIT_USAGE;
    }
    status = read_scenario(r, folder);
    if (status)
        return status;
    r->c->seed = r->meta.seed;
    if (rs_inputs_read(&r->inputs, folder, r->meta.host, why, sizeof(why)) < 0) {
        rs_error("%s", why);
        return RS_EXIT_USAGE;
    }
    return check_together(r) ?: compose(r);
}

/* What is stored may be more than last time; the hash covers everything in any case. */
static void store_more(struct recorded *r, const struct options *o)
{
    struct plan_header header;

    memcpy(&header, r->inputs.plan, sizeof(header));
    if (o->trace >= 0)
        header.trace_level = (uint32_t)o->trace;
    if (o->capture)
        header.capture = (1u << header.ports.count) - 1;
    r->c->trace = header.trace_level;
    r->c->capture = header.capture;
    memcpy(r->inputs.plan, &header, sizeof(header));
}

/* ---- running ---- */

/* The first of the three values in which two runs differ, as text; NULL: none. g_free(). */
static char *difference(const struct bench_report *now, const struct rs_run_meta *then)
{
    char a[33], b[33];

    if (memcmp(now->trace_hash, then->trace_hash, sizeof(now->trace_hash)) != 0)
        return g_strdup_printf("trace hash %s differs from the recorded %s",
                               rs_hash_text(now->trace_hash, a),
                               rs_hash_text(then->trace_hash, b));
    if (memcmp(now->memory_hash, then->memory_hash, sizeof(now->memory_hash)) != 0)
        return g_strdup_printf("guest memory hash %s differs from the recorded %s",
                               rs_hash_text(now->memory_hash, a),
                               rs_hash_text(then->memory_hash, b));
    if (now->guest_instructions_end != then->instructions)
        return g_strdup_printf("%" PRIu64 " guest instructions differ from the recorded %" PRIu64,
                               now->guest_instructions_end, then->instructions);
    return NULL;
}

static int compare(const struct recorded *r, const struct rs_result *result, FILE *talk,
                   int status)
{
    const struct bench_report *report = result->run.facts.report;
    char *others = rs_meta_differences(&r->meta, r->c), *differ = NULL, now[33];

    if (!r->meta.has_trace || !report) {
        fprintf(talk, "no trace hash to compare: %s left no report\n",
               report ? "the recorded run" : "this run");
    } else if (!(differ = difference(report, &r->meta))) {
        fprintf(talk, "trace hash %s matches the recorded run (bit-exact)\n",
               rs_hash_text(report->trace_hash, now));
    } else {
        fprintf(talk, "%s\n", differ);
        if (others)
            fprintf(talk, "  other than then: %s (recorded by ringside %s)\n", others,
                    r->meta.tool);
        else
            status = RS_EXIT_NONDET;
    }
    g_free(differ);
    g_free(others);
    return status;
}

static int write_reports(const GPtrArray *results, const struct rs_summary *summary,
                         const struct options *o)
{
    char *json = o->json ? rs_json_results(results, summary) : NULL;
    GString *xml = o->junit ? rs_junit(results, summary) : NULL;
    int error = 0;

    if (json)
        error |= rs_report_write(o->json, json);
    if (xml)
        error |= rs_report_write(o->junit, xml->str);
    free(json);
    if (xml)
        g_string_free(xml, TRUE);
    return error;
}

static int run_again(struct recorded *r, const char *what, const struct options *o)
{
    struct rs_result *result = g_new0(struct rs_result, 1);
    struct rs_run *run = &result->run;
    struct rs_summary summary = {0};
    GPtrArray *results = g_ptr_array_new_with_free_func(rs_result_free);
    char why[512], *id = rs_folder_name(r->c->id);
    char *name = g_strdup_printf("%s-%s-s%" PRIu64 "-%s", o->midway ? "from-snapshot" : "replay",
                                 id, r->c->seed,
                                 rs_host_name(r->meta.host)); /* show.c tells it in advance */
    char *out = o->out ? g_canonicalize_filename(o->out, NULL) : g_strdup(rs_paths()->out);
    FILE *talk = rs_report_talk(o->json, o->junit);
    int status = RS_EXIT_ENVIRONMENT;

    g_ptr_array_add(results, result);
    rs_run_init(run);
    result->scenario = run->scenario = r->scenario;
    result->c = run->c = r->c;
    result->host = run->host = r->meta.host;
    run->keep = o->keep;
    run->from_midway = o->midway;
    run->leave_midway = o->snapshot_at != NULL;
    run->midway_ps = o->midway_ps;
    run->fenced = !o->trust;
    run->dir = g_build_filename(out, name, NULL);
    if (run->fenced)
        rs_hint("the host is fenced in: no network, no other programs, %s (--trust: no fence)",
                rs_sandbox_has_files()
                    ? "no files but its run folder's"
                    : "but all your files, for this kernel has no Landlock");
    if (rs_run_prepare(run, &r->inputs, why, sizeof(why)) ||
        rs_run_start(run, 100, why, sizeof(why))) {
        rs_error("%s", why);
        goto out;
    }
    rs_progress("  running %s", r->c->id);
    while (!rs_process_poll(&run->process) && !rs_interrupted())
        rs_process_wait((struct rs_process *[]){&run->process}, 1, 200);
    rs_progress_clear();
    if (rs_interrupted()) {
        status = RS_EXIT_INTERRUPTED;
        goto out;
    }
    rs_run_finish(run);
    result->repeats = 1;
    result->ran = true;
    result->bundle = g_strdup(what); /* what to type to see it once more */
    result->wall_ms = run->process.wall_ms;
    rs_result_decide(result);
    if (rs_meta_write(run, why, sizeof(why)) < 0)
        rs_error("%s", why);
    rs_midway_tell(run);
    rs_show_line(talk, result);
    rs_summarise(results, &summary);
    status = compare(r, result, talk, rs_exit_status(&summary));
    if (write_reports(results, &summary, o) < 0)
        status = status ?: RS_EXIT_ENVIRONMENT;
out:
    g_ptr_array_unref(results);
    g_free(out);
    g_free(name);
    g_free(id);
    return status;
}

/* A snapshot can go on only in the machine in which it was taken. */
static int check_midway(const struct recorded *r, const struct options *o)
{
    char *differences = rs_meta_differences(&r->meta, r->c), words[512];
    int status = RS_EXIT_USAGE;

    if (rs_midway_whole(o->midway, words, sizeof(words)) < 0)
        rs_error("%s", words);
    else if (differences)
        rs_error("%s was taken with another %s: take it again", o->midway, differences);
    else
        status = RS_EXIT_PASS;
    if (!status)
        printf("from %s; on its way there: %s\n", o->midway, words[0] ? words : "nothing");
    g_free(differences);
    return status;
}

static int replay(const char *what, const struct options *o)
{
    struct recorded r = {0};
    char *scratch = NULL, why[512];
    GError *error = NULL;
    int status = RS_EXIT_PASS;

    if (!g_file_test(what, G_FILE_TEST_IS_DIR)) {
        scratch = g_dir_make_tmp("ringside-replay-XXXXXX", &error);
        if (!scratch) {
            rs_error("%s", error->message);
            g_error_free(error);
            return RS_EXIT_ENVIRONMENT;
        }
        if (rs_bundle_unpack(what, scratch, why, sizeof(why)) < 0) {
            rs_error("%s", why);
            status = RS_EXIT_USAGE;
        }
    }
    if (!status)
        status = read_recorded(&r, scratch ?: what);
    if (scratch)
        rs_remove_tree(scratch);
    if (!status && (o->midway || o->snapshot_at) && r.meta.host != RS_HOST_QEMU) {
        rs_error("%s is a run of the %s host: snapshots are of QEMU's machine", what,
                 rs_host_name(r.meta.host));
        status = RS_EXIT_USAGE;
    }
    if (!status && o->midway)
        status = check_midway(&r, o);
    if (!status) {
        store_more(&r, o);
        status = run_again(&r, what, o);
    }
    rs_inputs_fini(&r.inputs);
    rs_scenario_free(r.scenario);
    rs_meta_fini(&r.meta);
    g_free(scratch);
    return status;
}

/* The options make sense together, and their values are read. */
static int settle(struct options *o, int argc, char **argv)
{
    char *folder;

    if (argc != 2)
        return rs_cli_wrong("replay", "expected one bundle or run folder, got %d", argc - 1);
    if (o->trace < -1 || o->trace > 2)
        return rs_cli_wrong("replay", "--trace is %d: expected 0, 1 or 2", o->trace);
    if (o->from_snapshot && (o->trace >= 0 || o->capture || o->snapshot_at))
        return rs_cli_wrong("replay", "what --from-snapshot stores was decided when it was taken: "
                            "give --trace, --capture, --snapshot-at to that run");
    if (o->from_snapshot && !g_file_test(argv[1], G_FILE_TEST_IS_DIR))
        return rs_cli_wrong("replay", "--from-snapshot expects the folder of a run; '%s' is none",
                            argv[1]);
    if (o->from_snapshot) {
        folder = g_canonicalize_filename(argv[1], NULL);
        o->midway = rs_midway_folder(folder);
        g_free(folder);
    }
    return o->snapshot_at ? rs_cli_time("replay", "--snapshot-at", o->snapshot_at, &o->midway_ps)
                          : 0;
}

int rs_replay_command(int argc, char **argv)
{
    struct options o = {.trace = -1};
    const GOptionEntry entries[] = {
        {"out", 0, 0, G_OPTION_ARG_FILENAME, &o.out, "Folder for the run folder", "DIR"},
        {"trace", 0, 0, G_OPTION_ARG_INT, &o.trace,
         "Store events up to this level: 0 rare, 1 frames, 2 every access", "LEVEL"},
        {"capture", 0, 0, G_OPTION_ARG_NONE, &o.capture, "Keep every frame as wire.pcapng", NULL},
        {"keep", 0, 0, G_OPTION_ARG_NONE, &o.keep, "Keep the mailbox file", NULL},
        {"snapshot-at", 0, 0, G_OPTION_ARG_STRING, &o.snapshot_at,
         "Leave a snapshot of that time from GO (3ms) in the run folder", "TIME"},
        {"from-snapshot", 0, 0, G_OPTION_ARG_NONE, &o.from_snapshot,
         "Go on from the snapshot in RUN, which --snapshot-at has left there", NULL},
        {"json", 0, 0, G_OPTION_ARG_FILENAME, &o.json, "Results as JSON, here", "FILE"},
        {"junit", 0, 0, G_OPTION_ARG_FILENAME, &o.junit, "JUnit XML, here", "FILE"},
        {"trust", 0, 0, G_OPTION_ARG_NONE, &o.trust,
         "Run the host without a fence; else it reaches no network, starts no program and writes "
         "only into its run folder",
         NULL},
        {0},
    };
    int status = 0;

    if (rs_cli_parse(&argc, &argv, "BUNDLE|RUN",
                     "Runs a recorded failure again and says whether it was the same, bit for "
                     "bit.",
                     entries, &status)) {
        status = settle(&o, argc, argv);
        status = status ?: rs_report_probe(o.json);
        status = status ?: rs_report_probe(o.junit);
        if (!status)
            status = replay(argv[1], &o);
    }
    g_free(o.out);
    g_free(o.json);
    g_free(o.junit);
    g_free(o.snapshot_at);
    g_free(o.midway);
    return status;
}
