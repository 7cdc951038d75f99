/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One pipe, one child, one wait. See tool.h.
 */
#define _GNU_SOURCE /* pipe2 */
#include "guest/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void become(enum tool_pipe which, int end, char *const argv[])
{
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    int other = open("/dev/null", O_RDWR);
    if (other < 0 || dup2(which == TOOL_INPUT ? end : other, STDIN_FILENO) < 0 ||
        dup2(which == TOOL_OUTPUT ? end : other, STDOUT_FILENO) < 0)
        _exit(127);
    execv(argv[0], argv);
    _exit(127);
}

int tool_start(struct tool *tool, enum tool_pipe which, char *const argv[])
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    int ours = ends[which == TOOL_INPUT ? 1 : 0], theirs = ends[which == TOOL_INPUT ? 0 : 1];
    tool->pid = fork();
    if (tool->pid < 0) {
        int error = -errno;
        close(ends[0]);
        close(ends[1]);
        return error;
    }
    if (tool->pid == 0)
        become(which, theirs, argv);
    close(theirs);
    tool->pipe = ours;
    return 0;
}

int tool_finish(struct tool *tool)
{
    int status;

    if (tool->pipe >= 0)
        close(tool->pipe);
    tool->pipe = -1;
    while (waitpid(tool->pid, &status, 0) < 0)
        if (errno != EINTR)
            return -errno;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
