/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Makes the host's timing bad for one run: busy processes compete with it, its threads change
 * priority and processor, it stops for moments, its monitor is asked and stops the machine. No
 * result may depend on any of it. Knows processes and QEMU's monitor, not what a run means.
 */
#ifndef RINGSIDE_HARNESS_DISTURB_H
#define RINGSIDE_HARNESS_DISTURB_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* What was done to a run, counted. */
struct rs_disturbed {
    uint64_t bursts;   /* a busy process had a processor for some milliseconds */
    uint64_t moves;    /* a thread got another priority and processor */
    uint64_t freezes;  /* SIGSTOP, SIGCONT */
    uint64_t requests; /* answered by the monitor */
    uint64_t stops;    /* `stop`, `cont` by the monitor */
};

struct rs_disturb {
    pid_t pid; /* leader of the group that disturbs; 0: none */
    pid_t target;
    int near, far; /* ends of the monitor's connection; far is the host's; -1: none */
    struct rs_disturbed *counts; /* shared with the group */
};

void rs_disturb_init(struct rs_disturb *d);

/* Before the host starts: a connection for its monitor. d->far is to be inherited. 0 or -errno. */
int rs_disturb_connect(struct rs_disturb *d);

/* From now to rs_disturb_end(): disturbs that process. 0 or -errno. */
int rs_disturb_begin(struct rs_disturb *d, pid_t target);

/* Once that process has ended (it may be stopped just now): ends the group, gives what was counted.
 * Harmless when none began. */
struct rs_disturbed rs_disturb_end(struct rs_disturb *d);

#endif
