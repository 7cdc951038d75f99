/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Scenarios within the tool: see builtin.h. They are read like anybody's, so that they cannot
 * drift from the schema unnoticed.
 */
#include "harness/run/builtin.h"

#include <stdio.h>
#include <string.h>

#include "harness/plan/job_write.h"
#include "harness/run/guest_image.h"
#include "harness/run/mailbox.h"
#include "harness/base/paths.h"
#include "harness/base/term.h"

#define FOR_EVER ((uint64_t)1 << 60) /* the longest that a plan may say */

static struct scenario *parse(const char *text)
{
    struct scenario *scenario = NULL;
    struct diag diag;

    rs_diag_init(&diag);
    if (rs_scenario_parse("(built in)", text, strlen(text), &diag, &scenario) < 0)
        rs_diag_print(&diag, stderr, false);
    rs_diag_fini(&diag);
    return scenario;
}

struct scenario *rs_builtin_doctor(void)
{
    return parse("name: doctor\n"
                 "why: Does a guest boot, run a program and hand its results back?\n"
                 "machine: {ports: 1, host: qemu}\n"
                 "driver: {command: [/bin/busybox, \"true\"]}\n");
}

struct scenario *rs_builtin_shell(unsigned ports)
{
    char *text = g_strdup_printf("name: shell\n"
                                 "why: The guest with the NIC, interactive.\n"
                                 "machine: {ports: %u, host: qemu}\n"
                                 "driver: {command: [/bin/busybox, sh], user: 0}\n",
                                 ports);
    struct scenario *scenario = parse(text);

    g_free(text);
    return scenario;
}

/* The lines of a job without those that say what to start. */
static char *shell_job(const char *job)
{
    static const char *const dropped[] = {
        "argv ",     "ready ",     "ready-timeout ", "stop ",        "user ",       "no-process",
        "input",     "terminal",   "stop-line ",     "step before ", "step during ", "step after ",
    };
    char **lines = g_strsplit(job, "\n", -1);
    GString *out = g_string_new(NULL);

    for (unsigned i = 0; lines[i]; i++) {
        bool keep = *lines[i] != '\0';

        for (unsigned k = 0; k < G_N_ELEMENTS(dropped); k++)
            keep = keep && !g_str_has_prefix(lines[i], dropped[k]);
        if (keep)
            g_string_append_printf(out, "%s\n", lines[i]);
    }
    g_string_append(out, "user 0\nshell\n");
    g_strfreev(lines);
    return g_string_free(out, FALSE);
}

static enum rs_error shell_tar(struct rs_inputs *in, const struct job *job, char *why,
                               size_t why_bytes)
{
    static const char *const apps[] = {"fwd", "echo", "gen", "sink", "poke"};
    struct rs_entry *entries = g_new0(struct rs_entry, job->file_count + 1 + G_N_ELEMENTS(apps));
    GPtrArray *owned = g_ptr_array_new_with_free_func(g_free);
    size_t n = 0;
    int error;

    entries[n++] = (struct rs_entry){
        .name = "job", .data = in->job, .bytes = strlen(in->job), .mode = 0644};
    for (unsigned i = 0; i < G_N_ELEMENTS(apps); i++) {
        char *source = rs_app_path(apps[i]), *name = g_strdup_printf("bin/%s", apps[i]);

        g_ptr_array_add(owned, name);
        if (!source)
            continue; /* not built: the shell is of use without it */
        g_ptr_array_add(owned, source);
        entries[n++] = (struct rs_entry){.name = name, .source = source, .mode = 0755};
    }
    for (size_t i = 0; i < job->file_count; i++)
        if (!job->file[i].app)
            entries[n++] = (struct rs_entry){
                .name = job->file[i].inside,
                .source = job->file[i].host,
                .data = job->file[i].text,
                .bytes = job->file[i].text ? strlen(job->file[i].text) : 0,
                .mode = job->file[i].mode};
    error = rs_tar_make(entries, n, &in->tar, &in->tar_bytes, why, why_bytes);
    g_ptr_array_unref(owned);
    g_free(entries);
    return error ? RS_ERROR_ENVIRONMENT : RS_OK;
}

enum rs_error rs_shell_inputs(struct rs_inputs *in, const struct scenario *s,
                              const struct scenario_case *c, char *why, size_t why_bytes)
{
    struct plan_header header;
    struct job job = {0};
    enum rs_error error;
    struct diag diag;

    rs_diag_init(&diag);
    error = rs_inputs_make(in, s, c, RS_HOST_INPROC, &diag, why, why_bytes); /* no archive yet */
    if (!error && rs_job_write(s, c, &diag, &job) < 0)
        error = RS_ERROR_SCENARIO;
    error = error ?: rs_guest_compose(s, c, &diag, why, why_bytes);
    if (diag.errors)
        rs_diag_print(&diag, stderr, *rs_style(stderr, RS_BAD) != '\0');
    rs_diag_fini(&diag);
    if (!error) {
        char *text = shell_job(in->job);

        g_free(in->job);
        in->job = text;
        memcpy(&header, in->plan, sizeof(header));
        header.ready_limit_ns = FOR_EVER;
        header.deadline_ps = FOR_EVER;
        memcpy(in->plan, &header, sizeof(header));
        error = shell_tar(in, &job, why, why_bytes);
    }
    rs_job_fini(&job);
    return error;
}
