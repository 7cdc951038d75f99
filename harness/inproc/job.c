/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness/inproc/job.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "driver/apps/app.h"
#include "guest/job.h"
#include "harness/inproc/access.h"
#include "harness/inproc/bus_sim.h"
#include "harness/inproc/profile.h"
#include "model/bench/control_abi.h"

/* Everything one job needs; large, so it lies on the heap, and once, so padding is no matter. */
struct run { // NOLINT(clang-analyzer-optin.performance.Padding)
    struct inproc_host *host;
    struct job job;
    char argument[JOB_ARGS_MAX][JOB_LINE_MAX];
    char *argv[JOB_ARGS_MAX];
    const struct ixd_app_kind *kind;
    struct ixd_app_options options;
    struct sim_bus sim[PLAN_PORTS_MAX];
    struct ixd_bus *bus[IXD_APP_PORTS_MAX];
    struct ixd_app app;
    struct profile *profile; /* in place of an application */
    struct ixd_error error;
    FILE *out, *err;
    bool ready, plan_over;
};

/* Port n of this machine has the address 0000:0n:00.0. */
static struct pci_address port_address(unsigned port)
{
    return (struct pci_address){ .bus = (uint8_t)(port + 1) };
}

static int read_job(struct run *r, const char *path, char *why, size_t why_bytes)
{
    struct job_error error = { 0 };
    static char text[JOB_TEXT_MAX + 1];
    FILE *file = fopen(path, "re");

    if (!file) {
        int rc = -errno;
        snprintf(why, why_bytes, "%s: %s", path, strerror(errno));
        return rc;
    }
    size_t length = fread(text, 1, sizeof text, file);
    fclose(file);
    int rc = job_parse(&r->job, text, length, &error);
    if (rc)
        snprintf(why, why_bytes, "%s:%u: %s", path, error.line, error.text);
    return rc;
}

static int substitute_arguments(struct run *r, const char *path, char *why, size_t why_bytes)
{
    struct pci_address ports[PLAN_PORTS_MAX];
    struct job_error error = { 0 };

    for (unsigned i = 0; i < r->host->ports; i++)
        ports[i] = port_address(i);
    for (unsigned i = 0; i < r->job.args; i++) {
        int rc = job_substitute(r->job.arg[i], ports, r->host->ports, r->argument[i],
                                sizeof r->argument[i], &error);
        if (rc) {
            snprintf(why, why_bytes, "%s: argument '%s': %s", path, r->job.arg[i], error.text);
            return rc;
        }
        r->argv[i] = r->argument[i];
    }
    return 0;
}

/* Which application: one of the project's own, by the last part of its path. */
static int find_app(struct run *r, const char *path, char *why, size_t why_bytes)
{
    const char *program = r->job.args ? r->argv[0] : "a shell";
    const char *slash = strrchr(program, '/');
    r->kind = ixd_app_find(slash ? slash + 1 : program);
    if (r->kind)
        return 0;
    if (!strcmp(slash ? slash + 1 : program, "profile")) {
        r->profile = calloc(1, sizeof *r->profile);
        return r->profile ? 0 : -ENOMEM;
    }
    snprintf(why, why_bytes,
             "%s: '%s' cannot run in-process; only the project's own applications can "
             "(use --host qemu)", path, program);
    return -ENOTSUP;
}

static int open_bus(struct run *r, struct sim_bus *sim, const char *name)
{
    struct pci_address address;
    unsigned port = PLAN_PORTS_MAX;

    if (pci_parse(name, &address) && address.bus)
        port = address.bus - 1u;
    if (port >= r->host->ports)
        return ixd_fail(&r->error, -ENODEV, "%s: no such port; this machine has %u, from "
                        "0000:01:00.0 on", name, r->host->ports);
    sim_bus_init(sim, r->host, port, &sim_cost_default);
    if (!r->job.vfio) /* as UIO would: no IOMMU between, or one that is passed through */
        sim_bus_attach(sim, INPROC_IDENTITY);
    return 0;
}

static int open_buses(struct run *r)
{
    int rc = 0;

    for (unsigned i = 0; i < r->options.ports && !rc; i++) {
        rc = open_bus(r, &r->sim[i], r->options.port[i]);
        r->bus[i] = &r->sim[i].bus;
    }
    return rc;
}

static void control_write(struct run *r, uint32_t offset, uint32_t value)
{
    inproc_control_write(r->host, offset, value);
}

static void announce_ready(struct run *r)
{
    r->ready = true;
    fprintf(r->out, "ringside: ready\n");
    control_write(r, RS_CTL_IRQ_ENABLE, RS_IRQ_OVER);
    control_write(r, RS_CTL_PID, 1);
    control_write(r, RS_CTL_GENERATION, 0);
    control_write(r, RS_CTL_ROLE, RS_ROLE_DRIVER);
    control_write(r, RS_CTL_GO, 1);
}

/* Over: the plan says so, or the bench has lost patience. */
static bool over(struct run *r)
{
    uint32_t status = bench_status(r->host->bench);
    r->plan_over = status & (RS_STATUS_OVER | RS_STATUS_DEADLINE);
    return r->plan_over || bench_end(r->host->bench) == REPORT_END_NOT_READY;
}

static int turn(struct run *r)
{
    while (!over(r) && !(r->app.done && !r->options.stay)) {
        int rc = ixd_app_step(&r->app, &r->error);
        if (rc < 0)
            return rc;
        if (r->app.ready && !r->ready)
            announce_ready(r);
    }
    return 0;
}

static void print_counter(void *context, const char *name, uint64_t value)
{
    fprintf(context, "%s %" PRIu64 "\n", name, value);
}

/* The same for a profile. */
static int run_profile(struct run *r)
{
    struct profile *p = r->profile;
    int rc = profile_parse(&p->config, (int)r->job.args, r->argv, &r->error);

    for (unsigned i = 0; i < p->config.ports && !rc; i++)
        rc = open_bus(r, &p->port[i].sim, p->config.port[i]);
    rc = rc ? rc : profile_init(p, r->host, &r->error);
    while (!rc && !over(r)) {
        profile_step(p);
        if (p->ready && !r->ready)
            announce_ready(r);
    }
    print_counter(r->out, "profile.sent", p->forwarded);
    print_counter(r->out, "profile.not-sent", p->not_sent);
    profile_fini(p);
    if (rc)
        fprintf(r->err, "profile: error: %s\n", r->error.text);
    else
        fprintf(r->out, "ringside: done\n");
    return rc ? 1 : 0;
}

/* Exit status of the application. */
static int run_app(struct run *r)
{
    int rc = ixd_app_parse(r->kind, (int)r->job.args, r->argv, &r->options, &r->error);
    if (!rc)
        rc = ixd_app_check_ports(r->kind, r->options.ports, &r->error);
    if (!rc)
        rc = open_buses(r);
    if (!rc)
        rc = ixd_app_init(&r->app, r->kind, &r->options, r->bus, r->options.ports, &r->error);
    if (!rc) {
        rc = turn(r);
        ixd_app_stop(&r->app);
        ixd_app_report(&r->app, print_counter, r->out);
        int closing = ixd_app_fini(&r->app, rc ? NULL : &r->error);
        rc = rc ? rc : closing;
    }
    if (rc)
        fprintf(r->err, "%s: error: %s\n", r->kind->name, r->error.text);
    else
        fprintf(r->out, "ringside: done\n");
    return rc ? 1 : 0;
}

static FILE *result_file(const char *folder, const char *name, char *why, size_t why_bytes)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "we");
    if (!file)
        snprintf(why, why_bytes, "%s: %s", path, strerror(errno));
    return file;
}

static int write_status(struct run *r, const char *folder, int status, char *why, size_t why_bytes)
{
    FILE *file = result_file(folder, "status", why, why_bytes);
    if (!file)
        return -EIO;
    bool too_late = !r->ready;
    fprintf(file, "ringside-status 1\ncode %d\n", too_late ? 6 : 0);
    if (too_late)
        fprintf(file, "error the driver ended, or time passed, before it was ready\n");
    fprintf(file, "exit %d\nready %s\nstopped-by %s\nkilled no\nplan-over %s\ncore no\n", status,
            r->ready ? "yes" : "no", r->plan_over ? "plan" : "self", r->plan_over ? "yes" : "no");
    if (fclose(file)) {
        snprintf(why, why_bytes, "%s/status: %s", folder, strerror(errno));
        return -EIO;
    }
    return 0;
}

static int run_in(struct run *r, const char *job_path, const char *results, char *why,
                  size_t why_bytes)
{
    int rc = read_job(r, job_path, why, why_bytes);
    if (!rc)
        rc = substitute_arguments(r, job_path, why, why_bytes);
    if (!rc)
        rc = find_app(r, job_path, why, why_bytes);
    if (rc)
        return rc;
    if (mkdir(results, 0755) && errno != EEXIST) {
        rc = -errno;
        snprintf(why, why_bytes, "%s: %s", results, strerror(errno));
        return rc;
    }
    r->out = result_file(results, "stdout", why, why_bytes);
    r->err = r->out ? result_file(results, "stderr", why, why_bytes) : NULL;
    if (!r->err)
        return -EIO;
    int status = r->profile ? run_profile(r) : run_app(r);
    rc = write_status(r, results, status, why, why_bytes);
    control_write(r, RS_CTL_EXIT, r->ready ? 0 : 6);
    return rc;
}

int inproc_job_run(struct inproc_host *h, const char *job_path, const char *results, char *why,
                   size_t why_bytes)
{
    struct run *r = calloc(1, sizeof *r);
    if (!r) {
        snprintf(why, why_bytes, "no memory for a job");
        return -ENOMEM;
    }
    r->host = h;
    int rc = run_in(r, job_path, results, why, why_bytes);
    if (r->out)
        fclose(r->out);
    if (r->err)
        fclose(r->err);
    free(r->profile);
    free(r);
    return rc;
}
