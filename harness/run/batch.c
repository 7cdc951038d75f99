/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The scheduler of runs: see batch.h. One loop, no threads: a slot per running case.
 */
#include "harness/run/batch.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/run/bundle.h"
#include "harness/run/midway.h"
#include "harness/run/run_folder.h"
#include "harness/base/term.h"

struct slot {
    bool busy;
    struct rs_result *result;
    struct rs_inputs inputs;
    struct rs_run run; /* the repeat that is running now */
    uint64_t started_ms;
};

struct batch {
    const struct rs_batch_options *o;
    GPtrArray *results;
    unsigned next, told; /* results not started from here on; not shown from here on */
    struct slot slot[RS_JOBS_MAX];
    bool *finished; /* by result */
    struct diag told_mistakes; /* all cases of a scenario make the same: each is told once */
    bool usage;
};

bool rs_case_host(const struct scenario_case *c, const struct rs_batch_options *o,
                  enum rs_host *host, const char **why)
{
    *host = o->host_given                               ? o->host
            : c->machine.host == SCENARIO_HOST_IN_PROCESS ? RS_HOST_INPROC
                                                        : RS_HOST_QEMU;
    *why = c->unfit;
    if (*why)
        return false;
    if (*host == RS_HOST_INPROC && c->machine.host == SCENARIO_HOST_QEMU)
        *why = "needs a guest (machine.host is qemu)";
    else if (*host == RS_HOST_INPROC && !c->driver.app)
        *why = "its driver is a program for a guest";
    else if (*host == RS_HOST_QEMU && c->machine.host == SCENARIO_HOST_IN_PROCESS)
        *why = "is for the in-process host only (machine.host)";
    return *why == NULL;
}

char *rs_case_folder(const char *out, const struct scenario_case *c, enum rs_host host)
{
    char *id = rs_folder_name(c->id), *name, *path;

    name = g_strdup_printf("%s-s%" PRIu64 "-%s", id, c->seed, rs_host_name(host));
    path = g_build_filename(out, name, NULL);
    g_free(name);
    g_free(id);
    return path;
}

/* Prepares and starts the slot's next repeat. False: result->error says why not. */
static bool start_repeat(struct batch *b, struct slot *slot)
{
    struct rs_result *result = slot->result;
    struct rs_run *run = &slot->run;
    char *folder = rs_case_folder(b->o->out, result->c, result->host), why[512] = "";
    enum rs_error error;

    rs_run_init(run);
    run->scenario = result->scenario;
    run->c = result->c;
    run->host = result->host;
    run->keep = b->o->keep;
    run->cold = b->o->cold;
    run->disturb = b->o->disturb && result->repeats > 0;
    run->stimulus = b->o->stimulus && result->repeats == 0 && run->host == RS_HOST_INPROC;
    run->leave_midway = b->o->leave_midway && result->repeats == 0 && run->host == RS_HOST_QEMU;
    run->midway_ps = b->o->midway_ps;
    run->dir = result->repeats ? g_strdup_printf("%s~%u", folder, result->repeats + 1)
                               : g_strdup(folder);
    g_free(folder);
    error = rs_run_prepare(run, &slot->inputs, why, sizeof(why));
    if (!error)
        error = rs_run_start(run, b->o->deadline_percent, why, sizeof(why));
    if (error) {
        result->error = g_strdup(why);
        rs_run_fini(run);
    }
    return error == RS_OK;
}

static void tell(struct batch *b)
{
    for (; b->told < b->results->len && b->finished[b->told]; b->told++)
        if (b->o->done)
            b->o->done(b->results->pdata[b->told], b->o->user);
}

static void finish_case(struct batch *b, struct slot *slot)
{
    struct rs_result *result = slot->result;
    char why[512];

    result->wall_ms = rs_now_ms() - slot->started_ms;
    rs_result_decide(result);
    if (result->ran && (result->verdict == RS_FAIL || result->verdict == RS_NONDET)) {
        if (rs_bundle_write(&result->run, &slot->inputs, why, sizeof(why)) == 0)
            result->bundle = g_build_filename(result->run.dir, RS_FILE_BUNDLE, NULL);
        else
            rs_error("no repro bundle of %s: %s", result->c->id, why);
    }
    rs_folder_release(result->run.lock);
    result->run.lock = -1;
    rs_inputs_fini(&slot->inputs);
    slot->busy = false;
    for (unsigned i = 0; i < b->results->len; i++)
        if (b->results->pdata[i] == result)
            b->finished[i] = true;
    tell(b);
}

/* Takes the next case into a free slot. False: it is finished already (skipped, or wrong). */
static bool start_case(struct batch *b, struct slot *slot, struct rs_result *result)
{
    const char *reason;
    char why[512] = "";
    struct diag diag;
    enum rs_error error;

    slot->result = result;
    slot->started_ms = rs_now_ms();
    memset(&slot->inputs, 0, sizeof(slot->inputs));
    if (!rs_case_host(result->c, b->o, &result->host, &reason)) {
        result->verdict = RS_SKIP;
        result->error = g_strdup(reason);
        finish_case(b, slot);
        return false;
    }
    rs_diag_init(&diag);
    error = rs_inputs_make(&slot->inputs, result->scenario, result->c, result->host, &diag, why,
                           sizeof(why));
    if (diag.errors && rs_diag_drop_known(&diag, &b->told_mistakes))
        rs_diag_print(&diag, stderr, *rs_style(stderr, RS_BAD) != '\0');
    rs_diag_fini(&diag);
    b->usage = b->usage || error == RS_ERROR_SCENARIO;
    if (error)
        result->error = g_strdup(error == RS_ERROR_SCENARIO ? "the scenario has a mistake" : why);
    slot->busy = !error && start_repeat(b, slot);
    if (!slot->busy)
        finish_case(b, slot);
    return slot->busy;
}

static void tell_start(const struct rs_run *run)
{
    char *key = run->snapshot ? g_path_get_basename(run->snapshot) : NULL;

    if (run->start_us)
        rs_verbose("%s: %s in %" PRIu64 ".%02" PRIu64 " s%s%s", run->c->id,
                   key ? "started" : "booted", run->start_us / 1000000,
                   run->start_us % 1000000 / 10000, key ? " from snapshot " : "", key ?: "");
    g_free(key);
}

static void tell_disturbed(const struct rs_run *run)
{
    const struct rs_disturbed *d = &run->disturbed;

    if (run->disturb)
        rs_verbose("%s: disturbed by %" PRIu64 " bursts of load, %" PRIu64 " moves of threads, "
                   "%" PRIu64 " freezes, %" PRIu64 " monitor requests, %" PRIu64 " stops",
                   run->c->id, d->bursts, d->moves, d->freezes, d->requests, d->stops);
}

/* Why a repeat says nothing of determinism: the host broke down, or was left in peace. g_free(). */
static char *no_second_result(const struct rs_result *result, const struct rs_run *run)
{
    const struct rs_finding *f = rs_environment_trouble(run->findings);

    if (!f && !run->facts.report) /* it was stopped */
        f = run->findings->pdata[0];
    if (f)
        return g_strdup_printf("%s: expected %s, seen %s", f->what, f->expected, f->seen);
    if (run->process.overdue && !result->run.process.overdue)
        return g_strdup("it ran into limits.wall-time, as run 1 did not");
    if (run->disturb && run->host == RS_HOST_QEMU && !run->disturbed.requests)
        return g_strdup("QEMU's monitor answered nothing: it was not disturbed");
    return NULL;
}

/* The slot's run has ended: keep the first repeat, compare the others, start the next. */
static void finish_repeat(struct batch *b, struct slot *slot)
{
    struct rs_result *result = slot->result;
    struct rs_run *run = &slot->run;
    char why[512], *differ;

    rs_run_finish(run);
    result->repeats++;
    tell_start(run);
    tell_disturbed(run);
    rs_midway_tell(run);
    if (result->repeats == 1) {
        result->run = *run;
        result->ran = true;
        rs_run_init(run);
        if (rs_meta_write(&result->run, why, sizeof(why)) < 0)
            rs_error("%s", why);
    } else if ((differ = no_second_result(result, run))) {
        result->error = g_strdup_printf("run %u: %s; files: %s", result->repeats, differ, run->dir);
        g_free(differ);
        rs_run_fini(run);
    } else {
        differ = rs_runs_differ(&result->run.facts, &run->facts);
        if (differ)
            result->nondet = g_strdup_printf("run 1 and run %u: %s; files of the second: %s",
                                             result->repeats, differ, run->dir);
        else if (!b->o->keep)
            rs_remove_tree(run->dir);
        g_free(differ);
        rs_run_fini(run);
    }
    /* A host that broke down is no result to compare with. */
    if (result->nondet || result->error || !result->run.facts.report ||
        result->repeats >= b->o->repeat || !start_repeat(b, slot))
        finish_case(b, slot);
}

static void show_progress(const struct batch *b)
{
    GString *names = g_string_new(NULL);
    unsigned busy = 0;

    for (unsigned i = 0; i < b->o->jobs; i++)
        if (b->slot[i].busy) {
            const struct rs_result *r = b->slot[i].result;

            if (busy++ < 3)
                g_string_append_printf(names, " %s", r->c->id);
            if (b->o->repeat > 1)
                g_string_append_printf(names, " (%u/%u)", r->repeats + 1, b->o->repeat);
        }
    if (busy)
        rs_progress("  %u/%u  running%s", b->told, b->results->len, names->str);
    g_string_free(names, TRUE);
}

static unsigned fill(struct batch *b)
{
    unsigned busy = 0;

    for (unsigned i = 0; i < b->o->jobs; i++) {
        while (!b->slot[i].busy && b->next < b->results->len && !rs_interrupted())
            start_case(b, &b->slot[i], b->results->pdata[b->next++]);
        busy += b->slot[i].busy;
    }
    return busy;
}

static void run_all(struct batch *b)
{
    struct rs_process *waiting[RS_JOBS_MAX];

    while (fill(b) && !rs_interrupted()) {
        unsigned n = 0;

        show_progress(b);
        for (unsigned i = 0; i < b->o->jobs; i++)
            if (b->slot[i].busy)
                waiting[n++] = &b->slot[i].run.process;
        rs_process_wait(waiting, n, 200);
        for (unsigned i = 0; i < b->o->jobs; i++)
            if (b->slot[i].busy && rs_process_poll(&b->slot[i].run.process))
                finish_repeat(b, &b->slot[i]);
    }
    for (unsigned i = 0; i < b->o->jobs; i++)
        if (b->slot[i].busy) {
            rs_run_fini(&b->slot[i].run);
            rs_inputs_fini(&b->slot[i].inputs);
        }
}

GPtrArray *rs_batch(const GArray *cases, const struct rs_batch_options *options,
                    struct rs_summary *summary, bool *usage)
{
    struct batch *b = g_new0(struct batch, 1);
    GPtrArray *results = g_ptr_array_new_with_free_func(rs_result_free);
    const uint64_t started_ms = rs_now_ms();

    for (unsigned i = 0; i < cases->len; i++) {
        struct rs_result *result = g_new0(struct rs_result, 1);

        rs_run_init(&result->run);
        result->scenario = g_array_index(cases, struct rs_selected, i).scenario;
        result->c = g_array_index(cases, struct rs_selected, i).c;
        g_ptr_array_add(results, result);
    }
    b->o = options;
    b->results = results;
    b->finished = g_new0(bool, results->len);
    rs_diag_init(&b->told_mistakes);
    run_all(b);
    rs_diag_fini(&b->told_mistakes);
    rs_progress_clear();
    memset(summary, 0, sizeof(*summary));
    summary->interrupted = rs_interrupted();
    if (summary->interrupted) /* what never ended is no result */
        for (unsigned i = results->len; i-- > 0;)
            if (!b->finished[i])
                g_ptr_array_remove_index(results, i);
    rs_summarise(results, summary);
    summary->wall_ms = rs_now_ms() - started_ms;
    *usage = b->usage;
    g_free(b->finished);
    g_free(b);
    return results;
}
