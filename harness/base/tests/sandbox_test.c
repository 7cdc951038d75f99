/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The fence: what a process within it can do no more, and what it can.
 */
#include "harness/base/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/tests/parse.h"

static char *inside, *outside;

static void setup(void)
{
    inside = g_dir_make_tmp("ringside-inside-XXXXXX", NULL);
    outside = g_dir_make_tmp("ringside-outside-XXXXXX", NULL);
}

static void teardown(void)
{
    char *file = g_build_filename(inside, "file", NULL);

    unlink(file);
    rmdir(inside);
    rmdir(outside);
    g_free(file);
    g_free(inside);
    g_free(outside);
}

/* What becomes of `attempt` within the fence: the errno that it gives back, 0 when it worked. */
static int fenced(int (*attempt)(void))
{
    const struct rs_sandbox sandbox = {
        .read = {"/usr/lib", "/lib", "/lib64"},
        .write = {inside},
        .file_bytes_max = 1 << 20,
    };
    const pid_t pid = fork();
    int status;

    if (pid == 0)
        _exit(rs_sandbox_enter(&sandbox) ? 255 : attempt());
    waitpid(pid, &status, 0);
    ck_assert_msg(WIFEXITED(status), "signal %d", WTERMSIG(status));
    ck_assert_msg(WEXITSTATUS(status) != 255, "the fence itself");
    return WEXITSTATUS(status);
}

static int write_below(const char *folder)
{
    char *path = g_build_filename(folder, "file", NULL);
    const int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0644);

    return fd < 0 ? errno : write(fd, "x", 1) == 1 ? 0 : errno;
}

static int write_inside(void)
{
    return write_below(inside);
}

static int write_outside(void)
{
    return write_below(outside);
}

static int read_outside(void)
{
    return open("/etc/passwd", O_RDONLY) < 0 ? errno : 0;
}

static int link_inside(void)
{
    char *path = g_build_filename(inside, "link", NULL);

    return symlink("/etc/passwd", path) < 0 ? errno : 0;
}

static int talk_abroad(void)
{
    return socket(AF_INET, SOCK_DGRAM, 0) < 0 ? errno : 0;
}

static int talk_at_home(void)
{
    return socket(AF_UNIX, SOCK_STREAM, 0) < 0 ? errno : 0;
}

static int start_another(void)
{
    const pid_t pid = fork();

    if (pid == 0)
        _exit(0);
    return pid < 0 ? errno : 0;
}

static void *nothing(void *data)
{
    return data;
}

static int start_thread(void)
{
    pthread_t thread;
    const int error = pthread_create(&thread, NULL, nothing, NULL);

    return error ?: pthread_join(thread, NULL);
}

static int gain_rights(void)
{
    execl("/bin/cat", "cat", "/etc/passwd", NULL);
    return errno;
}

START_TEST(files)
{
    ck_assert_int_eq(fenced(write_inside), 0);
    if (!rs_sandbox_has_files())
        return; /* this kernel cannot */
    ck_assert_int_eq(fenced(write_outside), EACCES);
    ck_assert_int_eq(fenced(read_outside), EACCES);
    ck_assert_int_eq(fenced(link_inside), EACCES);
    ck_assert_int_eq(fenced(gain_rights), EACCES);
}
END_TEST

START_TEST(network)
{
    ck_assert_int_eq(fenced(talk_abroad), EACCES);
    ck_assert_int_eq(fenced(talk_at_home), 0);
}
END_TEST

START_TEST(processes)
{
    ck_assert_int_eq(fenced(start_another), EPERM);
    ck_assert_int_eq(fenced(start_thread), 0);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("sandbox");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, files);
    tcase_add_test(t, network);
    tcase_add_test(t, processes);
    return run_tests("sandbox", (TCase *[]){t, NULL});
}
