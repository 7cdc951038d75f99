/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The job of the guest: see job_write.h. The grammar is docs/formats/job.md.
 */
#include "harness/plan/job_write.h"

#include <errno.h>
#include <glib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/plan/job_steps.h"
#include "harness/scenario/description.h"
#include "harness/scenario/driver_profile.h"
#include "harness/scenario/scenario_check.h"

enum {
    JOB_VERSION = 1,
    JOB_BYTES_MAX = 64 * 1024,
    JOB_LINE_MAX = 4096,
    SCRIPT_PART_BYTES = 4000,
    NIC_VENDOR = 0x8086,
    NIC_DEVICE = 0x10fb,
};

/* What every application of ours prints once its links are up. */
static const char app_ready[] = "ringside: ready";

static uint64_t ms(uint64_t ps)
{
    const uint64_t one = 1000000000;

    return (ps + one - 1) / one;
}

/* 0: the application chooses. */
static void append_number(GString *text, const char *option, uint64_t value)
{
    if (value != 0)
        g_string_append_printf(text, "argv --%s\nargv %" G_GUINT64_FORMAT "\n", option, value);
}

/* A script as arguments of `option`: as many statements in each as a line of the job has room. */
static void script_arguments(GString *text, const char *option, char *const *statement)
{
    size_t used = 0;

    for (; statement != NULL && *statement != NULL; statement++) {
        size_t bytes = strlen(*statement) + 2;

        if (used == 0 || used + bytes > SCRIPT_PART_BYTES) {
            g_string_append_printf(text, "%sargv %s\nargv ", used != 0 ? "\n" : "", option);
            used = 0;
        }
        g_string_append_printf(text, "%s; ", *statement);
        used += bytes;
    }
    if (used != 0)
        g_string_append_c(text, '\n');
}

static void append_word(GString *text, const char *option, const char *word)
{
    g_string_append_printf(text, "argv --%s\nargv %s\n", option, word);
}

static void app_arguments(GString *text, const struct scenario_case *c)
{
    const struct scenario_driver *d = &c->driver;
    bool fwd = strcmp(d->app, "fwd") == 0, poke = strcmp(d->app, "poke") == 0;
    unsigned ports = fwd || (poke && c->machine.ports > 1) ? 2 : 1;

    if (c->profile != NULL) {
        g_string_append(text, "argv /job/bin/profile\n");
        for (unsigned i = 0; i < (c->profile->mode ? 1 : 2); i++)
            g_string_append_printf(text, "argv --port\nargv ${PORT%u}\n", i);
        rs_driver_profile_job(c->profile, d, text);
        for (char **arg = d->args; arg != NULL && *arg != NULL; arg++)
            g_string_append_printf(text, "argv %s\n", *arg);
        return;
    }
    g_string_append_printf(text, "argv /job/bin/%s\n", d->app);
    for (unsigned i = 0; i < ports; i++)
        g_string_append_printf(text, "argv --port\nargv ${PORT%u}\n", i);
    append_number(text, "batch", d->batch);
    append_number(text, "ring", d->rings);
    append_number(text, "queues", d->queues);
    append_number(text, "mtu", d->mtu);
    append_number(text, "segment", d->segment);
    if (d->offloads != NULL && d->offloads[0] != NULL) {
        char *list = g_strjoinv(",", d->offloads);

        g_string_append_printf(text, "argv --offloads\nargv %s\n", list);
        g_free(list);
    }
    for (char **filter = d->filters; filter != NULL && *filter != NULL; filter++)
        append_word(text, "filter", *filter);
    append_number(text, "workers", d->workers);
    append_word(text, "wait", rs_schema_word(&rs_schema_driver, "wait", d->wait));
    if (d->flow_control != 0)
        append_word(text, "flow-control",
                    rs_schema_word(&rs_schema_driver, "flow-control", d->flow_control));
    for (char **arg = d->args; arg != NULL && *arg != NULL; arg++)
        g_string_append_printf(text, "argv %s\n", *arg);
    script_arguments(text, "--registers", d->registers);
    script_arguments(text, "--script", d->script);
}

static char *job_text(const struct scenario_case *c)
{
    const struct scenario_driver *d = &c->driver;
    GString *text = g_string_new(NULL);
    const char *ready = d->ready != NULL ? d->ready : d->app != NULL ? app_ready : NULL;

    g_string_append_printf(text, "ringside-job %d\n", JOB_VERSION);
    bool vfio = c->machine.iommu != SCENARIO_IOMMU_OFF && strcmp(d->bind, "vfio-pci") == 0;

    g_string_append_printf(text, "iommu %s\n", vfio ? "vfio" : "none");
    g_string_append_printf(text, "bind %04x:%04x %s\n", NIC_VENDOR, NIC_DEVICE, d->bind);
    g_string_append_printf(text, "user %" G_GUINT64_FORMAT "\n", d->user);
    g_string_append_printf(text, "memlock %" G_GUINT64_FORMAT "\n", d->memlock_bytes);
    if (ready != NULL)
        g_string_append_printf(text, "ready %s\n", ready);
    g_string_append_printf(text, "ready-timeout %" G_GUINT64_FORMAT "\n", ms(d->ready_ps));
    g_string_append_printf(text, "stop %s %" G_GUINT64_FORMAT "\n", d->stop_signal, ms(d->stop_ps));
    for (char **e = d->env; e != NULL && *e != NULL; e++)
        g_string_append_printf(text, "env %s\n", *e);
    rs_job_describe(text, c);
    if (d->app != NULL)
        app_arguments(text, c);
    for (char **arg = d->command; d->app == NULL && arg != NULL && *arg != NULL; arg++) {
        bool own = arg == d->command && (*arg)[0] != '/'; /* one of `files` */
        g_string_append_printf(text, "argv %s%s\n", own ? "/job/files/" : "", *arg);
    }
    return g_string_free(text, FALSE);
}

static bool too_long(const char *text)
{
    for (const char *line = text; *line != '\0';) {
        const char *end = strchr(line, '\n');
        if (end - line > JOB_LINE_MAX)
            return true;
        line = end + 1;
    }
    return strlen(text) > JOB_BYTES_MAX;
}

static int add_file(const struct scenario *s, const struct scenario_case *c, const char *path,
                    struct job_file *out, struct diag *diag)
{
    struct diag_mark mark = rs_schema_mark(&rs_schema_driver, &c->driver, "files");
    struct stat status;
    char *host = rs_scenario_path(s, path), *base = g_path_get_basename(host);

    *out = (struct job_file){.host = host, .inside = g_build_filename("files", base, NULL)};
    g_free(base);
    if (c->description != NULL && rs_description_builds(c->description, host)) {
        out->mode = 0755; /* not there before the first run */
        return 0;
    }
    if (stat(host, &status) != 0) {
        rs_scenario_complain(s, diag, DIAG_ERROR, mark, "%s: cannot be read: %s", host,
                             strerror(errno));
        return -EINVAL;
    }
    if (!S_ISREG(status.st_mode)) {
        rs_scenario_complain(s, diag, DIAG_ERROR, mark, "%s: not an ordinary file", host);
        return -EINVAL;
    }
    out->mode = (status.st_mode & 0111) != 0 ? 0755 : 0644;
    return 0;
}

static void add_app(struct job *job, const char *app)
{
    job->file[job->file_count++] = (struct job_file){
        .inside = g_build_filename("bin", app, NULL), .app = g_strdup(app), .mode = 0755};
}

int rs_job_write(const struct scenario *s, const struct scenario_case *c, struct diag *diag,
                 struct job *job)
{
    const struct scenario_driver *d = &c->driver;
    size_t files = d->files != NULL ? g_strv_length(d->files) : 0;
    int error = 0;

    memset(job, 0, sizeof(*job));
    if (c->description != NULL && rs_description_check_files(c->description, diag) != 0)
        return -EINVAL;
    char **apps = c->description != NULL ? c->description->apps : NULL;
    const size_t more = apps != NULL ? g_strv_length(apps) : 0;

    job->file = g_new0(struct job_file, files + 1 + more + rs_job_scripts(c));
    if (d->app != NULL)
        add_app(job, d->app);
    for (size_t i = 0; i < more; i++)
        add_app(job, apps[i]);
    rs_job_add_scripts(job, c);
    for (size_t i = 0; i < files; i++) {
        struct job_file *file = &job->file[job->file_count++];
        if (add_file(s, c, d->files[i], file, diag) != 0)
            error = -EINVAL;
        for (size_t j = 0; file->inside != NULL && j + 1 < job->file_count; j++) {
            if (strcmp(job->file[j].inside, file->inside) == 0) {
                rs_scenario_complain(s, diag, DIAG_ERROR,
                                     rs_schema_mark(&rs_schema_driver, d, "files"),
                                     "two files would both be /job/%s", file->inside);
                error = -EINVAL;
            }
        }
    }
    if (error == 0)
        job->text = job_text(c);
    if (error == 0 && too_long(job->text)) {
        rs_scenario_complain(s, diag, DIAG_ERROR, d->marks.self,
                             "the job has more than %d bytes, or a line of more than %d",
                             JOB_BYTES_MAX, JOB_LINE_MAX);
        error = -EINVAL;
    }
    if (error != 0)
        rs_job_fini(job);
    return error;
}

void rs_job_fini(struct job *job)
{
    for (size_t i = 0; i < job->file_count; i++) {
        g_free(job->file[i].inside);
        g_free(job->file[i].host);
        g_free(job->file[i].app);
        g_free(job->file[i].text);
    }
    g_free(job->file);
    g_free(job->text);
    memset(job, 0, sizeof(*job));
}
