/* SPDX-License-Identifier: BSD-2-Clause
 *
 * fork, exec and certain death: see process.h. The parent-death signal covers a tool that is
 * killed outright; the process group covers whatever a child started itself.
 */
#include "harness/base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/sandbox.h"

static volatile sig_atomic_t stop_asked;

static void on_signal(int signal_number)
{
    stop_asked = 1;
}

void rs_signals_init(void)
{
    const struct sigaction action = {.sa_handler = on_signal}; /* no SA_RESTART: waits return */

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

bool rs_interrupted(void)
{
    return stop_asked != 0;
}

uint64_t rs_now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* In the child: never returns. An errno goes up the pipe when exec fails. */
static void child(const char *const *argv, const struct rs_process_options *options, pid_t parent,
                  int report)
{
    const struct sigaction plain = {.sa_handler = SIG_DFL};
    int error, null, log;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) /* it died before we asked */
        _exit(127);
    sigaction(SIGPIPE, &plain, NULL);
    if (!options->foreground) {
        setpgid(0, 0);
        null = open("/dev/null", O_RDONLY);
        if (null >= 0)
            dup2(null, STDIN_FILENO);
    }
    if (options->log) {
        log = open(options->log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        if (log < 0)
            goto failed;
        dup2(log, STDOUT_FILENO);
        dup2(log, STDERR_FILENO);
    }
    if (options->inherit > 0)
        fcntl(options->inherit, F_SETFD, 0);
    if (options->sandbox && (errno = -rs_sandbox_enter(options->sandbox)))
        goto failed;
    execvp(argv[0], (char *const *)argv);
failed:
    error = errno;
    if (write(report, &error, sizeof(error)) < 0)
        _exit(126);
    _exit(127);
}

int rs_process_start(struct rs_process *p, const char *const *argv,
                     const struct rs_process_options *options)
{
    const pid_t parent = getpid();
    int report[2], error = 0;
    ssize_t got;

    memset(p, 0, sizeof(*p));
    p->pidfd = -1;
    if (pipe2(report, O_CLOEXEC) < 0)
        return -errno;
    p->pid = fork();
    if (p->pid == 0)
        child(argv, options, parent, report[1]);
    error = p->pid < 0 ? errno : 0;
    close(report[1]);
    if (p->pid < 0) {
        p->pid = 0;
        close(report[0]);
        return -error;
    }
    if (!options->foreground)
        setpgid(p->pid, p->pid); /* here too: the group must exist before we may kill it */
    do
        got = read(report[0], &error, sizeof(error));
    while (got < 0 && errno == EINTR);
    close(report[0]);
    if (got == (ssize_t)sizeof(error)) {
        waitpid(p->pid, NULL, 0);
        p->pid = 0;
        return -error;
    }
    p->foreground = options->foreground;
    p->started_ms = rs_now_ms();
    p->deadline_ms = options->deadline_ms ? p->started_ms + options->deadline_ms : UINT64_MAX;
    p->pidfd = (int)syscall(SYS_pidfd_open, p->pid, 0);
    return 0;
}

static void ended(struct rs_process *p, int status)
{
    p->wall_ms = rs_now_ms() - p->started_ms;
    p->ended = true;
    p->exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    p->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    if (!p->foreground)
        kill(-p->pid, SIGKILL); /* whatever it left behind */
    if (p->pidfd >= 0)
        close(p->pidfd);
    p->pidfd = -1;
    p->pid = 0;
}

bool rs_process_poll(struct rs_process *p)
{
    int status;
    pid_t got;

    if (p->ended || !p->pid)
        return true;
    got = waitpid(p->pid, &status, WNOHANG);
    if (got == p->pid) {
        ended(p, status);
        return true;
    }
    if (rs_now_ms() < p->deadline_ms)
        return false;
    rs_process_kill(p);
    p->killed = false;
    p->overdue = true;
    return true;
}

void rs_process_wait(struct rs_process *const *p, size_t n, unsigned timeout_ms)
{
    struct pollfd fds[64];
    const uint64_t now = rs_now_ms();
    uint64_t wait = timeout_ms;
    nfds_t count = 0;

    for (size_t i = 0; i < n && count < 64; i++) {
        if (!p[i]->pid || p[i]->ended)
            return;
        if (p[i]->deadline_ms != UINT64_MAX && p[i]->deadline_ms < now + wait)
            wait = p[i]->deadline_ms > now ? p[i]->deadline_ms - now : 0;
        if (p[i]->pidfd >= 0)
            fds[count++] = (struct pollfd){.fd = p[i]->pidfd, .events = POLLIN};
        else if (wait > 20) /* a kernel without pidfds: look often */
            wait = 20;
    }
    /* A signal between the caller's look at rs_interrupted() and this poll costs one timeout. */
    poll(fds, count, (int)(wait > 200 ? 200 : wait));
}

void rs_process_kill(struct rs_process *p)
{
    int status = 0;

    if (p->ended || !p->pid)
        return;
    kill(p->foreground ? p->pid : -p->pid, SIGKILL);
    while (waitpid(p->pid, &status, 0) < 0 && errno == EINTR)
        ;
    ended(p, status);
    p->killed = true;
}

int rs_process_run(struct rs_process *p, const char *const *argv,
                   const struct rs_process_options *options)
{
    const int error = rs_process_start(p, argv, options);

    if (error)
        return error;
    while (!rs_process_poll(p)) {
        if (rs_interrupted()) {
            rs_process_kill(p);
            return -EINTR;
        }
        rs_process_wait(&p, 1, 200);
    }
    return p->overdue ? -ETIME : 0;
}

int rs_process_output(const char *const *argv, uint64_t deadline_ms, char **text)
{
    char *log = g_build_filename(g_get_tmp_dir(), "ringside-output-XXXXXX", NULL);
    const int fd = g_mkstemp(log);
    struct rs_process process;
    int error = fd < 0 ? -errno : 0;

    *text = NULL;
    if (fd >= 0)
        close(fd);
    if (!error)
        error = rs_process_run(
            &process, argv, &(struct rs_process_options){.log = log, .deadline_ms = deadline_ms});
    if (!error && (process.exit_status || !g_file_get_contents(log, text, NULL, NULL)))
        error = -EIO;
    if (fd >= 0)
        unlink(log);
    g_free(log);
    return error;
}

const char *rs_process_words(const struct rs_process *p, char *buf, size_t bytes)
{
    if (p->overdue)
        snprintf(buf, bytes, "stopped at its deadline after %.1f s", (double)p->wall_ms / 1000);
    else if (p->killed)
        snprintf(buf, bytes, "stopped by the tool");
    else if (p->signal)
        snprintf(buf, bytes, "killed by SIG%s", sigabbrev_np(p->signal) ?: "?");
    else
        snprintf(buf, bytes, "exit status %d", p->exit_status);
    return buf;
}
