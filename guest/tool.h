/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Runs a busybox tool as root with its input and output in the hands of init. It must not know
 * what the tool is for.
 */
#ifndef RINGSIDE_GUEST_TOOL_H
#define RINGSIDE_GUEST_TOOL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct tool {
    pid_t pid;
    int pipe; /* our end: write end of its input, or read end of its output */
};

enum tool_pipe { TOOL_INPUT, TOOL_OUTPUT };

/* Starts argv[0] (an absolute path); the other standard streams are /dev/null and the console.
 * 0 or -errno. */
int tool_start(struct tool *tool, enum tool_pipe which, char *const argv[]);

/* Closes our end if it is still open, waits, and returns the exit status (128 + signal for a
 * signal), or -errno. */
int tool_finish(struct tool *tool);

#endif
