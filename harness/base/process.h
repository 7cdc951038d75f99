/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Child programs that cannot outlive the tool: each has a deadline in wall time, its own process
 * group, and dies with its parent even when that is killed. Knows nothing of what it starts.
 */
#ifndef RINGSIDE_HARNESS_PROCESS_H
#define RINGSIDE_HARNESS_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct rs_process_options {
    const char *log;      /* its stdout and stderr go here (truncated); NULL: inherited */
    uint64_t deadline_ms; /* 0: none */
    bool foreground;      /* keeps the terminal and the tool's process group: interactive use */
    const struct rs_sandbox *sandbox; /* a fence (sandbox.h) around it; NULL: none */
    int inherit;          /* a descriptor that it gets under the same number; 0: none */
};

struct rs_process {
    pid_t pid; /* 0: none running */
    int pidfd;
    bool foreground;
    uint64_t started_ms, deadline_ms; /* monotonic; deadline UINT64_MAX: none */
    /* valid once ended */
    bool ended, overdue, killed; /* overdue: the deadline came first; killed: by rs_process_kill */
    int exit_status;             /* -1 when a signal ended it */
    int signal;                  /* 0 when it exited */
    uint64_t wall_ms;
};

/* Starts argv[0] (a path or a name in PATH). 0, or -errno when it could not be executed. */
int rs_process_start(struct rs_process *p, const char *const *argv,
                     const struct rs_process_options *options);

/* Has it ended? Ends it, group and all, when its deadline has passed. Never blocks for long. */
bool rs_process_poll(struct rs_process *p);

/* Blocks until one of n has ended, a deadline is due, timeout_ms has passed or a signal came. */
void rs_process_wait(struct rs_process *const *p, size_t n, unsigned timeout_ms);

/* Ends it and everything in its group now, and reaps it. Harmless on an ended one. */
void rs_process_kill(struct rs_process *p);

/* Start, wait to the end. 0 when it ended by itself (look at exit_status), -errno when it could
 * not start, -ETIME overdue, -EINTR when the tool was asked to stop. */
int rs_process_run(struct rs_process *p, const char *const *argv,
                   const struct rs_process_options *options);

/* Runs a command for what it prints on stdout and stderr: 0 with *text (g_free()) when its exit
 * status is 0, else -errno (-EIO: it failed) without. */
int rs_process_output(const char *const *argv, uint64_t deadline_ms, char **text);

/* What became of an ended process, as words: "exit status 3", "killed by SIGSEGV". */
const char *rs_process_words(const struct rs_process *p, char *buf, size_t bytes);

/* SIGINT, SIGTERM and SIGHUP only raise a flag, so that children and files are put in order. */
void rs_signals_init(void);
bool rs_interrupted(void);

uint64_t rs_now_ms(void); /* monotonic wall time */

#endif
