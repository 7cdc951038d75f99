/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Children end: by themselves, at their deadline with all they started, and with the tool.
 */
#include "harness/base/process.h"

#include <errno.h>
#include <glib.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mk/run_tests.h"

static struct rs_process p;

static int sh(const char *script, uint64_t deadline_ms, const char *log)
{
    return rs_process_run(&p, (const char *[]){"sh", "-c", script, NULL},
                          &(struct rs_process_options){.log = log, .deadline_ms = deadline_ms});
}

/* Gone, or a zombie that somebody else has yet to reap. */
static bool is_gone(pid_t pid)
{
    char *path = g_strdup_printf("/proc/%d/stat", pid), *text = NULL;
    bool gone = true;

    if (g_file_get_contents(path, &text, NULL, NULL)) {
        const char *state = strrchr(text, ')');

        gone = state && state[2] == 'Z';
    }
    g_free(text);
    g_free(path);
    return gone;
}

static void wait_gone(pid_t pid)
{
    for (unsigned i = 0; i < 200 && !is_gone(pid); i++)
        g_usleep(10000);
    ck_assert_msg(is_gone(pid), "process %d lives on", pid);
}

static pid_t read_pid(const char *path)
{
    char *text = NULL;
    pid_t pid = 0;

    for (unsigned i = 0; i < 500 && pid <= 0; i++) {
        if (g_file_get_contents(path, &text, NULL, NULL))
            pid = atoi(text);
        g_clear_pointer(&text, g_free);
        g_usleep(10000);
    }
    ck_assert_int_gt(pid, 0);
    return pid;
}

START_TEST(ends_by_itself)
{
    char words[64];

    ck_assert_int_eq(sh("exit 7", 5000, NULL), 0);
    ck_assert_int_eq(p.exit_status, 7);
    ck_assert_str_eq(rs_process_words(&p, words, sizeof(words)), "exit status 7");
    ck_assert_int_eq(sh("kill -SEGV $$", 5000, NULL), 0);
    ck_assert_int_eq(p.signal, SIGSEGV);
    ck_assert_str_eq(rs_process_words(&p, words, sizeof(words)), "killed by SIGSEGV");
}
END_TEST

START_TEST(cannot_start)
{
    ck_assert_int_eq(rs_process_run(&p, (const char *[]){"/nonexistent/program", NULL},
                                    &(struct rs_process_options){0}),
                     -ENOENT);
}
END_TEST

START_TEST(output_goes_to_the_log)
{
    char *log = g_strdup("/tmp/ringside-process-XXXXXX"), *text = NULL;

    close(g_mkstemp(log));
    ck_assert_int_eq(sh("echo out; echo err >&2; cat", 5000, log), 0); /* stdin is empty */
    g_file_get_contents(log, &text, NULL, NULL);
    ck_assert_str_eq(text, "out\nerr\n");
    unlink(log);
    g_free(text);
    g_free(log);
}
END_TEST

START_TEST(deadline_takes_the_whole_group)
{
    char *file = g_strdup("/tmp/ringside-process-XXXXXX"), *script;

    close(g_mkstemp(file));
    script = g_strdup_printf("trap '' TERM INT; sleep 60 & echo $! >%s; sleep 60", file);
    ck_assert_int_eq(sh(script, 500, NULL), -ETIME);
    ck_assert(p.overdue && p.ended);
    ck_assert_uint_lt(p.wall_ms, 5000);
    wait_gone(read_pid(file));
    unlink(file);
    g_free(script);
    g_free(file);
}
END_TEST

START_TEST(leftovers_of_a_good_end_die_too)
{
    char *file = g_strdup("/tmp/ringside-process-XXXXXX"), *script;

    close(g_mkstemp(file));
    script = g_strdup_printf("sleep 60 & echo $! >%s; exit 0", file);
    ck_assert_int_eq(sh(script, 5000, NULL), 0);
    wait_gone(read_pid(file));
    unlink(file);
    g_free(script);
    g_free(file);
}
END_TEST

/* The tool is killed outright: its child follows at once. */
START_TEST(dies_with_its_parent)
{
    char *file = g_strdup("/tmp/ringside-process-XXXXXX"), *script;
    pid_t tool, child;

    close(g_mkstemp(file));
    script = g_strdup_printf("echo $$ >%s; exec sleep 60", file);
    tool = fork();
    if (tool == 0) {
        sh(script, 0, NULL);
        _exit(0);
    }
    child = read_pid(file);
    kill(tool, SIGKILL);
    waitpid(tool, NULL, 0);
    wait_gone(child);
    unlink(file);
    g_free(script);
    g_free(file);
}
END_TEST

START_TEST(a_signal_to_the_tool_ends_the_wait)
{
    int status;
    const pid_t tool = fork();

    if (tool == 0) {
        rs_signals_init();
        _exit(sh("sleep 60", 0, NULL) == -EINTR && p.killed ? 42 : 1);
    }
    g_usleep(300000);
    kill(tool, SIGINT);
    waitpid(tool, &status, 0);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), 42);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("process");

    tcase_set_timeout(tc, 30);
    tcase_add_test(tc, ends_by_itself);
    tcase_add_test(tc, cannot_start);
    tcase_add_test(tc, output_goes_to_the_log);
    tcase_add_test(tc, deadline_takes_the_whole_group);
    tcase_add_test(tc, leftovers_of_a_good_end_die_too);
    tcase_add_test(tc, dies_with_its_parent);
    tcase_add_test(tc, a_signal_to_the_tool_ends_the_wait);
    return RUN_TESTS("process", tc);
}
