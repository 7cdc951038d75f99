/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Makes, starts and finishes one run: see run.h.
 */
#include "harness/run/run.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/plan/job_steps.h"
#include "harness/plan/job_write.h"
#include "harness/run/fence.h"
#include "harness/run/guest_image.h"
#include "harness/run/mailbox.h"
#include "harness/run/midway.h"
#include "harness/base/paths.h"
#include "harness/plan/plan_write.h"
#include "harness/run/run_folder.h"
#include "harness/run/snapshot.h"
#include "harness/scenario/description.h"
#include "harness/base/term.h"
#include "harness/trace/trace_lost.h"
#include "model/bench/bench.h"
#include "model/record/record.h"

/* ---- inputs ---- */

static enum rs_error make_tar(struct rs_inputs *in, const struct job *job, char *why,
                              size_t why_bytes)
{
    struct rs_entry *entries = g_new0(struct rs_entry, job->file_count + 1);
    GPtrArray *owned = g_ptr_array_new_with_free_func(g_free);
    enum rs_error error = RS_OK;

    entries[0] = (struct rs_entry){
        .name = "job", .data = job->text, .bytes = strlen(job->text), .mode = 0644};
    for (size_t i = 0; i < job->file_count && !error; i++) {
        const struct job_file *file = &job->file[i];

        if (file->text) {
            entries[i + 1] = (struct rs_entry){.name = file->inside,
                                               .data = file->text,
                                               .bytes = strlen(file->text),
                                               .mode = file->mode};
            continue;
        }
        char *source = file->app ? rs_app_path(file->app) : g_strdup(file->host);

        if (!source) {
            snprintf(why, why_bytes, "the driver application '%s' is not built in %s: type make",
                     file->app, rs_paths()->build);
            error = RS_ERROR_ENVIRONMENT;
            break;
        }
        g_ptr_array_add(owned, source);
        entries[i + 1] =
            (struct rs_entry){.name = file->inside, .source = source, .mode = file->mode};
    }
    if (!error && rs_tar_make(entries, job->file_count + 1, &in->tar, &in->tar_bytes, why,
                              why_bytes) < 0)
        error = RS_ERROR_ENVIRONMENT;
    g_ptr_array_unref(owned);
    g_free(entries);
    return error;
}

enum rs_error rs_inputs_make(struct rs_inputs *in, const struct scenario *s,
                             const struct scenario_case *c, enum rs_host host, struct diag *diag,
                             char *why, size_t why_bytes)
{
    struct job job = {0};
    enum rs_error error = RS_OK;
    char sentence[256];

    memset(in, 0, sizeof(*in));
    if (rs_plan_write(s, c, diag, &in->plan, &in->plan_bytes) < 0 ||
        rs_job_write(s, c, diag, &job) < 0) {
        error = RS_ERROR_SCENARIO;
    } else if (bench_plan_check(in->plan, in->plan_bytes, sentence, sizeof(sentence)) < 0) {
        /* Reading the scenario should have seen this: say where the gap is. */
        rs_diag_add(diag, DIAG_ERROR, s->path, NULL, (struct diag_mark){0},
                    "case %s makes a plan that the bench refuses: %s", c->id, sentence);
        error = RS_ERROR_SCENARIO;
    } else {
        in->job = g_strdup(job.text);
        if (host == RS_HOST_QEMU)
            error = rs_guest_compose(s, c, diag, why, why_bytes);
        if (!error && host == RS_HOST_QEMU)
            error = make_tar(in, &job, why, why_bytes);
    }
    rs_job_fini(&job);
    if (error)
        rs_inputs_fini(in);
    return error;
}

void rs_inputs_fini(struct rs_inputs *in)
{
    g_free(in->plan);
    g_free(in->job);
    g_free(in->tar);
    memset(in, 0, sizeof(*in));
}

/* ---- before ---- */

void rs_run_init(struct rs_run *run)
{
    memset(run, 0, sizeof(*run));
    run->lock = -1;
    rs_disturb_init(&run->disturber);
}

static char *in_dir(const struct rs_run *run, const char *name)
{
    return g_build_filename(run->dir, name, NULL);
}

enum rs_error rs_run_prepare(struct rs_run *run, const struct rs_inputs *in, char *why,
                             size_t why_bytes)
{
    char *results = in_dir(run, RS_FILE_RESULTS), *mailbox = in_dir(run, RS_FILE_MAILBOX);
    int error = rs_folder_claim(run->dir, &run->lock, why, why_bytes);

    rs_planned_read(&run->facts.planned, in->plan);
    error = error ?: rs_write_file(run->dir, RS_FILE_PLAN, in->plan, in->plan_bytes, why,
                                   why_bytes);
    error = error ?: rs_write_file(run->dir, RS_FILE_JOB, in->job, strlen(in->job), why,
                                   why_bytes);
    error = error ?: rs_write_file(run->dir, RS_FILE_SCENARIO, run->scenario->text,
                                   strlen(run->scenario->text), why, why_bytes);
    if (!error && run->c->description)
        error = rs_write_file(run->dir, RS_FILE_DRIVER, run->c->description->text,
                              strlen(run->c->description->text), why, why_bytes);
    if (!error && g_mkdir_with_parents(results, 0755) < 0) {
        error = -errno;
        snprintf(why, why_bytes, "%s: %s", results, strerror(errno));
    }
    if (!error && run->host == RS_HOST_QEMU) {
        error = rs_write_file(run->dir, RS_FILE_JOB_TAR, in->tar, in->tar_bytes, why, why_bytes);
        if (!error && run->from_midway)
            error = rs_midway_mailbox(run->from_midway, mailbox, why, why_bytes);
        else if (!error)
            error = rs_mailbox_create(mailbox, in->tar, in->tar_bytes, why, why_bytes);
    }
    g_free(results);
    g_free(mailbox);
    return error ? RS_ERROR_ENVIRONMENT : RS_OK;
}

/* What the guest may take when the plan is over: stopping its driver, and handing over. */
static uint32_t grace_ms(const struct scenario_case *c)
{
    enum { HAND_OVER_MS = 10000, PS_PER_MS = 1000000000 };

    const uint64_t ms = (c->driver.stop_ps + rs_job_steps_ps(c)) / PS_PER_MS + HAND_OVER_MS;

    return (uint32_t)MIN(ms, UINT32_MAX - 1);
}

struct rs_machine rs_run_machine(const struct scenario_case *c, const char *dir)
{
    uint32_t netdevs = 0;

    for (size_t i = 0; i < c->port_count; i++)
        netdevs |= (uint32_t)(c->ports[i].attach.kind == PLAN_ATTACH_NETDEV) << i;
    return (struct rs_machine){
        .netdevs = netdevs,
        .dir = dir,
        .guest = rs_guest_folder(c),
        .ports = (unsigned)c->machine.ports,
        .cpus = (unsigned)c->machine.cpus,
        .memory_bytes = c->machine.memory_bytes,
        .iommu = (enum scenario_iommu)c->machine.iommu,
        .pages = (enum scenario_pages)c->machine.pages,
        .trace = true,
        .capture = c->capture != 0,
        .grace_ms = grace_ms(c),
    };
}

/* A guest that has booted, where one may be had. Without one the run takes longer, no more. */
static void find_snapshot(struct rs_run *run, struct rs_machine *machine)
{
    char why[512];
    bool made;

    if (run->host != RS_HOST_QEMU || run->from_midway || run->cold || run->c->machine.cold ||
        machine->netdevs)
        return;
    machine->snapshot = run->snapshot = rs_snapshot_get(machine, &made, why, sizeof(why));
    if (!run->snapshot)
        rs_verbose("no base snapshot: %s", why);
    else if (made)
        rs_verbose("made base snapshot %s", run->snapshot);
}

/* A snapshot in the middle of the run: to start from, or to leave. 0 or -errno. */
static int set_midway(const struct rs_run *run, struct rs_machine *machine, const char *leave)
{
    machine->from_midway = run->from_midway != NULL;
    machine->midway = run->from_midway ?: run->leave_midway ? leave : NULL;
    machine->midway_ps = run->midway_ps;
    return run->leave_midway && g_mkdir_with_parents(leave, 0700) < 0 ? -errno : 0;
}

/* Starts the host and, when that is wanted, what disturbs it. 0 or -errno. */
static int spawn(struct rs_run *run, const struct rs_machine *machine, const GPtrArray *argv,
                 struct rs_process_options options)
{
    struct rs_fence fence = {0};
    int error;

    options.inherit = MAX(run->disturber.far, 0);
    if (run->fenced) {
        rs_fence_init(&fence, run->host, machine);
        options.sandbox = &fence.sandbox;
    }
    run->spawned_us = g_get_monotonic_time();
    error = rs_process_start(&run->process, (const char *const *)argv->pdata, &options);
    if (!error && run->disturb)
        error = rs_disturb_begin(&run->disturber, run->process.pid);
    rs_fence_fini(&fence);
    return error;
}

enum rs_error rs_run_start(struct rs_run *run, unsigned deadline_percent, char *why,
                           size_t why_bytes)
{
    struct rs_machine machine = rs_run_machine(run->c, run->dir);
    const uint64_t wall_ms = run->c->limits.wall_ps / 1000000000u;
    char *log = in_dir(run, RS_FILE_HOST_LOG), *midway = rs_midway_folder(run->dir);
    const struct rs_process_options options = {
        .log = log,
        .deadline_ms = MAX(wall_ms * deadline_percent / 100, 1),
    };
    GPtrArray *argv;
    int error;

    if (rs_host_ready(run->host, machine.guest, why, why_bytes) < 0) {
        g_free(midway);
        g_free(log);
        return RS_ERROR_ENVIRONMENT;
    }
    machine.sandbox = run->fenced;
    machine.stimulus = run->stimulus;
    find_snapshot(run, &machine);
    error = set_midway(run, &machine, midway);
    if (run->disturb && run->host == RS_HOST_QEMU) {
        error = error ?: rs_disturb_connect(&run->disturber);
        machine.monitor_fd = MAX(run->disturber.far, 0);
    }
    argv = rs_host_argv(run->host, &machine);
    error = error ?: spawn(run, &machine, argv, options);
    if (error)
        snprintf(why, why_bytes, "%s: %s", (const char *)argv->pdata[0], strerror(-error));
    g_ptr_array_unref(argv);
    g_free(midway);
    g_free(log);
    return error ? RS_ERROR_ENVIRONMENT : RS_OK;
}

/* ---- after ---- */

/* The report must be of this plan: one of another run that was left behind says nothing. */
static void read_report(struct rs_run *run)
{
    char *path = in_dir(run, RS_FILE_REPORT), *plan_path = in_dir(run, RS_FILE_PLAN);
    struct rs_facts *facts = &run->facts;
    struct bench_report *report = g_new(struct bench_report, 1);
    char plan[17], reported[17];

    if (access(path, F_OK) < 0) {
        snprintf(facts->report_why, sizeof(facts->report_why), "it left no report");
    } else if (rec_report_read(path, report, facts->report_why, sizeof(facts->report_why)) == 0) {
        snprintf(reported, sizeof(reported), "%016llx", (unsigned long long)report->plan_hash);
        if (rs_file_hash(plan_path, plan) == 0 && !strcmp(plan, reported))
            facts->report = g_steal_pointer(&report);
        else
            snprintf(facts->report_why, sizeof(facts->report_why),
                     "its report is about plan %s, not %s", reported, plan);
    }
    g_free(report);
    g_free(plan_path);
    g_free(path);
}

/* What the description lets pass in the kernel's log. g_free() the list, not its texts. */
static char **allowed_lines(const struct scenario_case *c)
{
    const struct description *d = c->description;
    char **lines = g_new0(char *, d ? d->kernel_log.allow_count + 1 : 1);

    for (size_t i = 0; d && i < d->kernel_log.allow_count; i++)
        lines[i] = d->kernel_log.allow[i].line;
    return lines;
}

enum { CONSOLE_END_BYTES = 64 << 10 };

/* The end of the console's text: its last words, of a guest that could not hand over results. */
static void read_console(struct rs_run *run, const struct rs_kernel_words *words)
{
    char *path = in_dir(run, RS_FILE_CONSOLE), *text = g_malloc(CONSOLE_END_BYTES);
    FILE *file = fopen(path, "re");

    if (file) {
        if (fseek(file, -(long)CONSOLE_END_BYTES, SEEK_END) < 0)
            rewind(file); /* shorter than that */
        rs_guest_console(&run->facts.guest, words, text,
                         fread(text, 1, CONSOLE_END_BYTES, file));
        fclose(file);
    }
    g_free(text);
    g_free(path);
}

static void read_results(struct rs_run *run)
{
    char *results = in_dir(run, RS_FILE_RESULTS), *mailbox = in_dir(run, RS_FILE_MAILBOX);
    char **allow = allowed_lines(run->c), why[sizeof(run->facts.guest_why)];
    const struct description *d = run->c->description;
    const struct rs_kernel_words words = {
        .fail = d ? (const char *const *)d->kernel_log.fail : NULL,
        .allow = (const char *const *)allow};
    struct rs_facts *facts = &run->facts;
    unsigned files;
    int error = 0;

    facts->has_guest = true;
    if (run->host == RS_HOST_QEMU)
        error = rs_mailbox_results(mailbox, results, &files, facts->guest_why,
                                   sizeof(facts->guest_why));
    if (!error || error == -EPROTO) {
        error = rs_guest_results(&facts->guest, results, &words, why, sizeof(why));
        if (error && !facts->guest_why[0])
            snprintf(facts->guest_why, sizeof(facts->guest_why), "%s", why);
    }
    if (run->host == RS_HOST_QEMU && !facts->guest.has_status)
        read_console(run, &words);
    if (run->host == RS_HOST_QEMU && !run->keep)
        unlink(mailbox);
    g_free(allow);
    g_free(results);
    g_free(mailbox);
}

/* Why the first lost frame was lost, where the stored events tell. */
static void read_lost(struct rs_run *run)
{
    struct rs_facts *facts = &run->facts;
    char *path = in_dir(run, RS_FILE_TRACE), why[256];
    struct rs_trace trace;
    unsigned flow;
    uint64_t sequence;

    if (rs_first_lost(facts, &flow, &sequence) &&
        rs_trace_open(&trace, path, why, sizeof(why)) == 0) {
        rs_trace_lost(&trace, flow, sequence, facts->planned.port[flow], facts->lost_why,
                      sizeof(facts->lost_why));
        rs_trace_close(&trace);
    }
    g_free(path);
}

/* What expectations on events are held against. */
static void read_events(struct rs_run *run)
{
    char *path, why[256];
    struct rs_trace trace;
    bool asked = false;

    for (size_t i = 0; i < run->c->expect_count; i++)
        asked |= run->c->expect[i].event != NULL;
    if (!asked)
        return;
    path = in_dir(run, RS_FILE_TRACE);
    if (rs_trace_open(&trace, path, why, sizeof(why)) == 0) {
        run->facts.events = rs_trace_count(&trace);
        rs_trace_close(&trace);
    }
    g_free(path);
}

/* How long the guest took to be there. Without the file it never was. */
static void read_started(struct rs_run *run)
{
    char *path = in_dir(run, RS_FILE_STARTED), *text = NULL;
    const int64_t at =
        g_file_get_contents(path, &text, NULL, NULL) ? g_ascii_strtoll(text, NULL, 10) : 0;

    run->start_us = at > run->spawned_us ? (uint64_t)(at - run->spawned_us) : 0;
    g_free(text);
    g_free(path);
}

void rs_run_finish(struct rs_run *run)
{
    run->facts.host = run->process;
    run->disturbed = rs_disturb_end(&run->disturber);
    read_started(run);
    read_report(run);
    read_results(run);
    read_lost(run);
    read_events(run);
    run->findings = rs_judge(run->scenario, run->c, &run->facts);
}

void rs_run_fini(struct rs_run *run)
{
    const bool cut_short = run->process.pid != 0;

    rs_process_kill(&run->process);
    if (cut_short && !run->keep) { /* nobody will read it */
        char *mailbox = in_dir(run, RS_FILE_MAILBOX);

        unlink(mailbox);
        g_free(mailbox);
    }
    rs_disturb_end(&run->disturber);
    rs_folder_release(run->lock);
    rs_facts_fini(&run->facts);
    if (run->findings)
        g_ptr_array_unref(run->findings);
    g_free(run->dir);
    rs_run_init(run);
}
