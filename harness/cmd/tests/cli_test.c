/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The command line as scripts see it: exit status, what goes to which stream, and hosts that
 * break in every way, played by shell scripts.
 */
#include "harness/cmd/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/run/run_folder.h"
#include "harness/base/term.h"
#include "mk/run_tests.h"

static char *folder, *scenario, *out;
static char *said[2]; /* stdout, stderr of the last call */

static void setup(void)
{
    folder = g_dir_make_tmp("ringside-cli-XXXXXX", NULL);
    scenario = g_build_filename(folder, "t.yaml", NULL);
    out = g_build_filename(folder, "out", NULL);
    g_file_set_contents(scenario,
                        "name: t\nwhy: w\ntags: [one]\nlimits: {wall-time: 60s}\n"
                        "driver: {app: fwd}\ntraffic: [{name: f, from: 0, expect: 1, count: 10, "
                        "size: 64B, rate: 1Mpps}]\n",
                        -1, NULL);
}

static void teardown(void)
{
    rs_remove_tree(folder);
    g_free(folder);
    g_free(scenario);
    g_free(out);
    g_clear_pointer(&said[0], g_free);
    g_clear_pointer(&said[1], g_free);
}

/* Runs the tool as a process of its own; words are separated by single spaces. */
static int call(const char *line)
{
    char *names[2] = {g_build_filename(folder, "stdout", NULL),
                      g_build_filename(folder, "stderr", NULL)};
    char **argv = g_strsplit(line, " ", -1);
    int status;
    const pid_t pid = fork();

    if (pid == 0) {
        if (!freopen(names[0], "w", stdout) || !freopen(names[1], "w", stderr))
            _exit(99);
        status = rs_main((int)g_strv_length(argv), argv);
        fflush(NULL);
        _exit(status);
    }
    waitpid(pid, &status, 0);
    for (unsigned i = 0; i < 2; i++) {
        g_clear_pointer(&said[i], g_free);
        g_file_get_contents(names[i], &said[i], NULL, NULL);
        g_free(names[i]);
    }
    g_strfreev(argv);
    ck_assert_msg(WIFEXITED(status), "signal %d: %s", WTERMSIG(status), line);
    return WEXITSTATUS(status);
}

static int callf(const char *format, ...) __attribute__((format(printf, 1, 2)));

static int callf(const char *format, ...)
{
    va_list args;
    char *line;
    int status;

    va_start(args, format);
    line = g_strdup_vprintf(format, args);
    va_end(args);
    status = call(line);
    g_free(line);
    return status;
}

/* A build folder whose in-process host is this script. */
static void host_is(const char *script)
{
    char *path = g_build_filename(folder, "ringside-inproc", NULL);
    char *text = g_strconcat("#!/bin/sh\n", script, "\n", NULL);

    g_file_set_contents(path, text, -1, NULL);
    chmod(path, 0755);
    g_setenv("RINGSIDE_BUILD", folder, TRUE);
    g_free(text);
    g_free(path);
}

START_TEST(usage_errors)
{
    static const char *const bad[] = {
        "ringside",
        "ringside runn",
        "ringside run --nonsense",
        "ringside run --repeat 0",
        "ringside run --repeat x",
        "ringside run --jobs 0",
        "ringside run --jobs 1000",
        "ringside run --trace 7",
        "ringside run --seed -1",
        "ringside run --seed 1x",
        "ringside run --host vax",
        "ringside run --color sometimes",
        "ringside run --timeout-multiplier 0",
        "ringside run --timeout-multiplier nan",
        "ringside run --shard 3/2",
        "ringside list --shard 1",
        "ringside run no/such/file.yaml",
        "ringside lint",
        "ringside lint /nonexistent.yaml",
        "ringside trace",
        "ringside trace /nonexistent",
        "ringside trace a b",
        "ringside registers",
        "ringside registers mine=/nonexistent",
        "ringside replay",
        "ringside replay /nonexistent.rsb",
        "ringside replay /etc/passwd",
        "ringside shell --ports 0",
        "ringside shell --ports 9",
        "ringside rate",
        "ringside gate --jobs 0",
        "ringside gate --baseline /nonexistent.json",
        "ringside doctor now",
        "ringside clean --older yesterday",
        "ringside schema now",
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++) {
        ck_assert_msg(call(bad[i]) == RS_EXIT_USAGE, "%s", bad[i]);
        ck_assert_msg(*said[1] && !*said[0], "%s: mistakes belong on stderr", bad[i]);
    }
    call("ringside runn");
    ck_assert_ptr_nonnull(strstr(said[1], "did you mean 'run'?"));
}
END_TEST

START_TEST(help_and_version)
{
    static const char *const commands[] = {"run",    "list", "lint",   "trace", "shell",
                                           "replay", "rate", "gate",   "doctor", "clean",
                                           "schema", "registers", "pcie-bench"};

    ck_assert_int_eq(call("ringside --help"), RS_EXIT_PASS);
    for (unsigned i = 0; i < G_N_ELEMENTS(commands); i++)
        ck_assert_ptr_nonnull(strstr(said[0], commands[i]));
    ck_assert_int_eq(call("ringside --version"), RS_EXIT_PASS);
    ck_assert_ptr_nonnull(strstr(said[0], RS_VERSION));
    for (unsigned i = 0; i < G_N_ELEMENTS(commands); i++) {
        ck_assert_int_eq(callf("ringside %s --help", commands[i]), RS_EXIT_PASS);
        ck_assert_ptr_nonnull(strstr(said[0], "Usage:"));
    }
}
END_TEST

START_TEST(selection)
{
    ck_assert_int_eq(callf("ringside list %s", scenario), RS_EXIT_PASS);
    ck_assert_ptr_nonnull(strstr(said[0], "t "));
    ck_assert_int_eq(callf("ringside list -k x* %s", scenario), RS_EXIT_NOTHING);
    ck_assert_int_eq(callf("ringside list -t one %s", scenario), RS_EXIT_PASS);
    ck_assert_int_eq(callf("ringside list -t !two %s", scenario), RS_EXIT_PASS);
    ck_assert_int_eq(callf("ringside list -t one -t !two %s", scenario), RS_EXIT_PASS);
    ck_assert_int_eq(callf("ringside list -t !one %s", scenario), RS_EXIT_NOTHING);
    ck_assert_int_eq(callf("ringside list -t one -t !one %s", scenario), RS_EXIT_NOTHING);
    ck_assert_int_eq(callf("ringside list -t two %s", scenario), RS_EXIT_NOTHING);
    ck_assert_int_eq(callf("ringside run -k x* %s", scenario), RS_EXIT_NOTHING);
    ck_assert_int_eq(callf("ringside run --list %s", scenario), RS_EXIT_PASS);
    ck_assert_int_eq(callf("ringside run --dry-run %s", scenario), RS_EXIT_PASS);
    ck_assert_ptr_nonnull(strstr(said[0], "-icount shift=0,sleep=off"));
}
END_TEST

START_TEST(shards)
{
    ck_assert_int_eq(callf("ringside list --shard 1/1 %s", scenario), RS_EXIT_PASS);
    ck_assert_int_eq(callf("ringside list --shard 2/2 %s", scenario), RS_EXIT_NOTHING);
    ck_assert_int_eq(callf("ringside run --list --shard 1/2 %s", scenario), RS_EXIT_PASS);
    ck_assert_ptr_nonnull(strstr(said[0], "t "));
}
END_TEST

START_TEST(nowhere_to_report)
{
    char *mark = g_build_filename(folder, "ran", NULL);
    char *script = g_strdup_printf("touch %s", mark);

    host_is(script);
    ck_assert_int_eq(callf("ringside run --host in-process --junit /nowhere/j.xml --out %s %s",
                           out, scenario),
                     RS_EXIT_USAGE);
    ck_assert_int_eq(callf("ringside run --host in-process --json %s --out %s %s", folder, out,
                           scenario),
                     RS_EXIT_USAGE);
    ck_assert_int_eq(callf("ringside run --host in-process --out %s %s", scenario, scenario),
                     RS_EXIT_ENVIRONMENT);
    ck_assert_msg(!g_file_test(mark, G_FILE_TEST_EXISTS), "told before anything runs");
    callf("ringside run --host in-process --json /dev/null --out %s %s", out, scenario);
    ck_assert(g_file_test(mark, G_FILE_TEST_EXISTS));
    g_free(script);
    g_free(mark);
}
END_TEST

START_TEST(mistakes_in_scenarios)
{
    g_file_set_contents(scenario, "name: t\nwhy: w\ndriver: {ap: fwd}\n", -1, NULL);
    ck_assert_int_eq(callf("ringside lint %s", scenario), RS_EXIT_USAGE);
    ck_assert_ptr_nonnull(strstr(said[1], "t.yaml:3:"));
    ck_assert_int_eq(callf("ringside run %s", scenario), RS_EXIT_USAGE);
    g_file_set_contents(scenario, "\xff\xfe{", -1, NULL);
    ck_assert_int_eq(callf("ringside run %s", scenario), RS_EXIT_USAGE);
}
END_TEST

START_TEST(nothing_is_built)
{
    g_setenv("RINGSIDE_BUILD", "/nonexistent", TRUE);
    ck_assert_int_eq(callf("ringside run --host in-process --out %s %s", out, scenario),
                     RS_EXIT_ENVIRONMENT);
    ck_assert_ptr_nonnull(strstr(said[0], "/nonexistent/ringside-inproc is missing"));
    ck_assert_ptr_nonnull(strstr(said[1], "ringside doctor"));
}
END_TEST

START_TEST(a_host_that_fails)
{
    static const char *const scripts[] = {
        "exit 1",
        "exit 0",
        "kill -SEGV $$",
        "echo no plan, no cry >&2; exit 3",
        "while [ $# -gt 0 ]; do [ $1 = --report ] && echo noise >$2; shift; done",
        "while [ $# -gt 0 ]; do [ $1 = --report ] && head -c 300000 /dev/zero >$2; shift; done",
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(scripts); i++) {
        host_is(scripts[i]);
        ck_assert_msg(callf("ringside run --host in-process --out %s %s", out, scenario) ==
                          RS_EXIT_ENVIRONMENT,
                      "%s", scripts[i]);
        ck_assert_ptr_nonnull(strstr(said[0], "0 passed, 1 failed"));
    }
}
END_TEST

START_TEST(a_host_that_hangs)
{
    host_is("sleep 1000");
    ck_assert_int_eq(callf("ringside run --host in-process --timeout-multiplier 0.01 --out %s %s",
                           out, scenario),
                     RS_EXIT_FAIL);
    ck_assert_ptr_nonnull(strstr(said[0], "stopped at its deadline"));
    ck_assert_ptr_nonnull(strstr(said[0], "ringside replay"));
}
END_TEST

START_TEST(the_output_folder_is_no_run_folder)
{
    host_is("exit 0");
    g_mkdir_with_parents(out, 0755);
    char *mine = g_build_filename(out, "t-s1-in-process", "precious", NULL);
    char *dir = g_path_get_dirname(mine);

    g_mkdir_with_parents(dir, 0755);
    g_file_set_contents(mine, "x", 1, NULL);
    ck_assert_int_eq(callf("ringside run --host in-process --out %s %s", out, scenario),
                     RS_EXIT_ENVIRONMENT);
    ck_assert(g_file_test(mine, G_FILE_TEST_EXISTS));
    g_free(dir);
    g_free(mine);
}
END_TEST

START_TEST(reports_are_written_even_then)
{
    char *xml = g_build_filename(folder, "j.xml", NULL);
    char *json = g_build_filename(folder, "j.json", NULL);

    host_is("exit 1");
    callf("ringside run --host in-process --junit %s --json %s --out %s %s", xml, json, out,
          scenario);
    ck_assert(g_file_test(xml, G_FILE_TEST_EXISTS));
    ck_assert(g_file_test(json, G_FILE_TEST_EXISTS));
    g_free(json);
    g_free(xml);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("cli");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, usage_errors);
    tcase_add_test(tc, help_and_version);
    tcase_add_test(tc, selection);
    tcase_add_test(tc, shards);
    tcase_add_test(tc, nowhere_to_report);
    tcase_add_test(tc, mistakes_in_scenarios);
    tcase_add_test(tc, nothing_is_built);
    tcase_add_test(tc, a_host_that_fails);
    tcase_add_test(tc, a_host_that_hangs);
    tcase_add_test(tc, the_output_folder_is_no_run_folder);
    tcase_add_test(tc, reports_are_written_even_then);
    return RUN_TESTS("cli", tc);
}
