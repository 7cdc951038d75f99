/* SPDX-License-Identifier: BSD-2-Clause
 *
 * `ringside doctor`: is this machine fit? Looks at what can be looked at, and then does what a
 * run does, because a file that exists proves nothing: it boots a guest to the end.
 */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "harness/run/builtin.h"
#include "harness/cmd/cli.h"
#include "harness/base/paths.h"
#include "harness/report/report_file.h"
#include "harness/run/run_folder.h"
#include "harness/run/snapshot.h"
#include "harness/run/snapshot_files.h"
#include "harness/base/term.h"

enum { ROOM_BYTES_MIN = 512 << 20, BOOT_DEADLINE_MS = 180 * 1000, QUICK_MS = 20 * 1000 };

struct doctor {
    unsigned failed;
    FILE *talk;
    json_t *checks; /* {"what", "state", "text"} */
};

static void say(struct doctor *d, enum rs_style style, const char *word, const char *what,
                const char *format, va_list args)
{
    char *text = g_strdup_vprintf(format, args), *state = g_ascii_strdown(word, -1);

    rs_progress_clear();
    fprintf(d->talk, "%s%-4s%s  %-18s %s\n", rs_style(d->talk, style), word,
            rs_style(d->talk, RS_PLAIN), what, text);
    fflush(d->talk);
    json_array_append_new(d->checks,
                          json_pack("{s:s, s:s, s:s}", "what", what, "state", state, "text", text));
    g_free(state);
    g_free(text);
}

static void good(struct doctor *d, const char *what, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void bad(struct doctor *d, const char *what, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void warn(struct doctor *d, const char *what, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void good(struct doctor *d, const char *what, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(d, RS_GOOD, "ok", what, format, args);
    va_end(args);
}

/* Without this nothing runs. */
static void bad(struct doctor *d, const char *what, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(d, RS_BAD, "FAIL", what, format, args);
    va_end(args);
    d->failed++;
}

/* Something is missed, but runs are possible. */
static void warn(struct doctor *d, const char *what, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(d, RS_WARN, "warn", what, format, args);
    va_end(args);
}

/* ---- looking ---- */

static void check_machine(struct doctor *d)
{
    struct utsname name;
    char *os = g_get_os_info(G_OS_INFO_KEY_PRETTY_NAME);

    if (uname(&name) == 0)
        good(d, "machine", "%s, Linux %s, %s, %ld CPUs", os ?: "unknown system", name.release,
             name.machine, sysconf(_SC_NPROCESSORS_ONLN));
    g_free(os);
}

static void check_products(struct doctor *d)
{
    static const char *const apps[] = {"fwd", "echo", "gen", "sink", "poke"};
    unsigned found = 0;

    for (unsigned host = 0; host < RS_HOSTS; host++) {
        char **needs = rs_host_needs((enum rs_host)host, NULL);

        for (unsigned i = 0; needs[i]; i++) {
            char hash[17], *name = g_path_get_basename(needs[i]);

            if (rs_file_hash(needs[i], hash) == 0)
                good(d, name, "%s, XXH64 %s", needs[i], hash);
            else
                bad(d, name, "%s is missing: type 'make all'", needs[i]);
            g_free(name);
        }
        g_strfreev(needs);
    }
    for (unsigned i = 0; i < G_N_ELEMENTS(apps); i++) {
        char *path = rs_app_path(apps[i]);

        found += path != NULL;
        if (!path)
            bad(d, apps[i], "the driver application is not in %s: type 'make all'",
                rs_paths()->build);
        g_free(path);
    }
    if (found == G_N_ELEMENTS(apps))
        good(d, "applications", "fwd, echo, gen, sink and poke are built for the guest");
}

static void check_room(struct doctor *d)
{
    const char *out = rs_paths()->out;
    char *probe = g_build_filename(out, ".doctor", NULL);
    struct statvfs fs;

    if (g_mkdir_with_parents(out, 0755) < 0 || !g_file_set_contents(probe, "x", 1, NULL))
        bad(d, "output folder", "%s cannot be written: %s; use --out or RINGSIDE_OUT", out,
            strerror(errno));
    else if (statvfs(out, &fs) == 0 && (uint64_t)fs.f_bavail * fs.f_frsize < ROOM_BYTES_MIN)
        bad(d, "disk room", "%" PRIu64 " MiB free in %s; runs want at least %d",
            ((uint64_t)fs.f_bavail * fs.f_frsize) >> 20, out, ROOM_BYTES_MIN >> 20);
    else
        good(d, "disk room", "%" PRIu64 " MiB free in %s",
             ((uint64_t)fs.f_bavail * fs.f_frsize) >> 20, out);
    unlink(probe);
    g_free(probe);
}

/* Runs a program for its first line of output. False: it does not run to a good end. */
static bool first_line(const char *const *argv, char *line, size_t bytes)
{
    char *text;

    *line = '\0';
    if (rs_process_output(argv, QUICK_MS, &text) < 0)
        return false;
    snprintf(line, bytes, "%.*s", (int)strcspn(text, "\n"), text);
    g_free(text);
    return true;
}

static void check_programs(struct doctor *d)
{
    char *qemu = rs_build_path("qemu-system-x86_64"), line[200];

    if (first_line((const char *[]){qemu, "--version", NULL}, line, sizeof(line)))
        good(d, "QEMU starts", "%s", line);
    else
        bad(d, "QEMU starts", "it does not: %s; type 'make qemu'", *line ? line : "no output");
    if (first_line((const char *[]){qemu, "-device", "ringside-nic,help", NULL}, line,
                   sizeof(line)))
        good(d, "NIC in QEMU", "the device ringside-nic is there");
    else
        bad(d, "NIC in QEMU", "the device ringside-nic is not in this QEMU; type 'make qemu'");
    if (first_line((const char *[]){"python3", "-c", "import jinja2; print(jinja2.__version__)",
                                    NULL},
                   line, sizeof(line)))
        good(d, "report page", "Python with Jinja2 %s", line);
    else
        warn(d, "report page", "no Python with Jinja2: runs work, index.html is not made; "
                               "apt install python3-jinja2");
    if (first_line((const char *[]){"sh", "-c", "tshark --version 2>/dev/null", NULL}, line,
                   sizeof(line)))
        good(d, "captures", "%s reads wire.pcapng", line);
    else
        warn(d, "captures", "no TShark: --capture works, reading needs apt install tshark");
    g_free(qemu);
}

static void tell_snapshots(struct doctor *d)
{
    char *root = rs_snapshot_root();
    uint64_t bytes;
    const unsigned left = rs_snapshot_prune(root, RS_SNAPSHOTS_MAX, UINT64_MAX, &bytes);

    good(d, "base snapshots", "%u in %s, %" PRIu64 " MiB; runs start from there, made when first "
                           "wanted", left, root, bytes >> 20);
    g_free(root);
}

/* ---- doing ---- */

static void tell_boot(struct doctor *d, const struct rs_run *run)
{
    const struct bench_report *report = run->facts.report;
    char words[96];

    if (run->process.overdue)
        bad(d, "guest boots", "no end after %d s; console: %s/%s", BOOT_DEADLINE_MS / 1000,
            run->dir, RS_FILE_CONSOLE);
    else if (!report)
        bad(d, "guest boots", "QEMU: %s; %s; see %s/%s",
            rs_process_words(&run->process, words, sizeof(words)), run->facts.report_why,
            run->dir, RS_FILE_HOST_LOG);
    else if (!run->facts.guest.has_status)
        bad(d, "guest boots", "it ended without results: %s; console: %s/%s",
            run->facts.guest_why, run->dir, RS_FILE_CONSOLE);
    else if (report->guest_exit || run->facts.guest.code)
        bad(d, "guest boots", "the job did not work: %s; console: %s/%s",
            run->facts.guest.reason, run->dir, RS_FILE_CONSOLE);
    else if (!run->facts.guest.has_driver || run->facts.guest.driver_exit)
        bad(d, "guest boots", "/bin/busybox true did not end well in the guest");
    else
        good(d, "guest boots", "to the end in %" PRIu64 ".%" PRIu64 " s; %" PRIu64
                            " instructions; bound the NIC, ran a program, handed results back",
             run->process.wall_ms / 1000, run->process.wall_ms % 1000 / 100,
             report->guest_instructions_end);
}

static int check_boot(struct doctor *d)
{
    struct scenario *scenario = rs_builtin_doctor();
    struct rs_inputs inputs = {0};
    struct rs_run run;
    struct diag diag;
    char why[512] = "";
    enum rs_error error;

    if (!scenario) {
        bad(d, "guest boots", "the tool's own scenario is wrong: see above");
        return 0;
    }
    rs_run_init(&run);
    run.scenario = scenario;
    run.c = &scenario->cases[0];
    run.host = RS_HOST_QEMU;
    run.cold = true;
    run.dir = g_build_filename(rs_paths()->out, "doctor", NULL);
    scenario->cases[0].limits.wall_ps = BOOT_DEADLINE_MS * (uint64_t)1000000000;
    rs_diag_init(&diag);
    error = rs_inputs_make(&inputs, scenario, run.c, RS_HOST_QEMU, &diag, why, sizeof(why));
    if (diag.errors)
        rs_diag_print(&diag, stderr, false);
    rs_diag_fini(&diag);
    error = error ?: rs_run_prepare(&run, &inputs, why, sizeof(why));
    error = error ?: rs_run_start(&run, 100, why, sizeof(why));
    if (error) {
        bad(d, "guest boots", "not tried: %s", *why ? why : "the tool's own scenario is wrong");
    } else {
        rs_progress("  booting a guest");
        while (!rs_process_poll(&run.process) && !rs_interrupted())
            rs_process_wait((struct rs_process *[]){&run.process}, 1, 200);
        if (!rs_interrupted()) {
            rs_run_finish(&run);
            tell_boot(d, &run);
        }
    }
    rs_run_fini(&run);
    rs_inputs_fini(&inputs);
    rs_scenario_free(scenario);
    return rs_interrupted() ? RS_EXIT_INTERRUPTED : 0;
}

static int report(const struct doctor *d, const char *path, int status)
{
    json_t *root = json_pack("{s:s, s:i, s:i, s:b, s:O}", "format", "ringside-doctor", "version", 1,
                             "exit_status", status, "fit", !d->failed, "checks", d->checks);
    char *text = json_dumps(root, JSON_INDENT(1));
    const int error = rs_report_write(path, text ?: "");

    free(text);
    json_decref(root);
    return error < 0 && !status ? RS_EXIT_ENVIRONMENT : status;
}

static int examine(struct doctor *d, const char *json)
{
    int status;

    check_machine(d);
    check_products(d);
    check_room(d);
    check_programs(d);
    tell_snapshots(d);
    status = check_boot(d);
    if (status)
        return status;
    if (d->failed)
        fprintf(d->talk, "\n%u thing%s in the way: this machine cannot run guests yet\n",
                d->failed, d->failed == 1 ? "" : "s");
    else
        fprintf(d->talk, "\nThis machine can run scenarios.\n");
    status = d->failed ? RS_EXIT_ENVIRONMENT : RS_EXIT_PASS;
    return json ? report(d, json, status) : status;
}

int rs_doctor_command(int argc, char **argv)
{
    char *json = NULL;
    const GOptionEntry entries[] = {
        {"json", 0, 0, G_OPTION_ARG_FILENAME, &json, "What was found as JSON, also here", "FILE"},
        {0},
    };
    struct doctor d = {0};
    int status = 0;

    if (rs_cli_parse(&argc, &argv, "",
                     "Checks whether this machine can run scenarios: looks at what is there, "
                     "then boots a guest to its end.",
                     entries, &status)) {
        d.talk = rs_report_talk(json, NULL);
        d.checks = json_array();
        status = argc > 1 ? rs_cli_wrong("doctor", "unexpected argument '%s'", argv[1])
                          : rs_report_probe(json) ?: examine(&d, json);
        json_decref(d.checks);
    }
    g_free(json);
    return status;
}
