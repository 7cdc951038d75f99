/* SPDX-License-Identifier: BSD-2-Clause
 *
 * From a command line to a running application on a Linux system, and back.
 */
#include "driver/apps/run.h"

#include "driver/apps/ports.h"
#include "driver/apps/threads.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static volatile sig_atomic_t stop_requested;

static void on_signal(int number)
{
    stop_requested = 1;
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal}; /* no SA_RESTART: waits must end */

    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
}

static void print_line(void *context, const char *text)
{
    fprintf(context, "%s\n", text);
}

static void print_counter(void *context, const char *name, uint64_t value)
{
    fprintf(context, "%s %" PRIu64 "\n", name, value);
}

/* Turns the wheel until a signal, the application's own end, or an error. */
static int turn(struct ixd_app *app, struct ixd_error *err)
{
    bool announced = false;

    while (!stop_requested && !(app->done && !app->options.stay)) {
        int rc = ixd_app_step(app, err);

        if (rc < 0)
            return rc;
        if (app->ready && !announced) {
            announced = true;
            printf("ringside: ready\n");
            fflush(stdout);
            if (app->workers > 1)
                return ixd_app_run_threads(app, &stop_requested, err);
        }
    }
    return 0;
}

static int run_on(const struct ixd_app_kind *kind, const struct ixd_app_options *options,
                  struct ixd_bus *const *buses, struct ixd_error *err)
{
    static struct ixd_app app; /* large, and one per process */
    int rc = ixd_app_init(&app, kind, options, buses, options->ports, err), closing;

    if (rc)
        return rc;
    if (app.segments && app.page_bytes < POOL_SEGMENT_BYTES)
        fprintf(stderr,
                "%s: too few free huge pages for %u segments of packet memory, the rest is in "
                "pages of 4 KiB (write a number to /proc/sys/vm/nr_hugepages)\n",
                kind->name, app.segments);
    rc = turn(&app, err);
    ixd_app_stop(&app);
    ixd_app_report(&app, print_counter, stdout);
    closing = ixd_app_fini(&app, rc ? NULL : err);
    return rc ? rc : closing;
}

static int open_and_run(const struct ixd_app_kind *kind, const struct ixd_app_options *options,
                        struct ixd_error *err)
{
    struct ixd_app_ports ports;
    int rc = ixd_app_ports_open(&ports, options, err);

    if (rc)
        return rc;
    rc = run_on(kind, options, ports.bus, err);
    ixd_app_ports_close(&ports);
    return rc;
}

int ixd_app_run(const struct ixd_app_kind *kind, int argc, char **argv)
{
    struct ixd_app_options options;
    struct ixd_error err = {""};
    int rc = ixd_app_parse(kind, argc, argv, &options, &err);

    if (rc == 0 && options.help) {
        ixd_app_usage(kind, print_line, stdout);
        return 0;
    }
    if (rc == 0)
        rc = ixd_app_check_ports(kind, options.ports, &err);
    catch_signals();
    if (rc == 0)
        rc = open_and_run(kind, &options, &err);
    if (rc) {
        fflush(stdout);
        fprintf(stderr, "%s: error: %s\n", kind->name, err.text);
        return 1;
    }
    printf("ringside: done\n");
    return fflush(stdout) ? 1 : 0;
}
