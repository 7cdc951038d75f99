/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Watches a running driver until it has ended: its output, its ready line (which starts the
 * plan), the plan's end, the plan's orders to the agent, and the deadlines. Init sleeps in
 * poll() meanwhile: on a machine with one CPU, its instructions would be the driver's.
 */
#ifndef RINGSIDE_GUEST_WATCH_H
#define RINGSIDE_GUEST_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "guest/capture.h"
#include "guest/control.h"
#include "guest/driver.h"
#include "guest/job.h"

/* what the plan may ask the agent for (RS_CTL_AGENT) */
enum watch_action {
    WATCH_KILL = 1,
    WATCH_TERM = 2,
    WATCH_STOP = 3,
    WATCH_CONTINUE = 4,
};

enum watch_stopper {
    WATCH_BY_SELF,    /* the driver ended by itself, also by a crash */
    WATCH_BY_PLAN,    /* the plan was over */
    WATCH_BY_TIMEOUT, /* it did not get ready in time */
    WATCH_BY_AGENT,   /* the plan had it killed or terminated */
};

enum watch_phase {
    WATCH_STARTING, /* waits for the ready line */
    WATCH_RUNNING,  /* GO is written */
    WATCH_STOPPING, /* the job's stop signal is sent */
    WATCH_KILLED,   /* SIGKILL is sent */
};

struct watch {
    /* given */
    const struct control *control;
    const struct job *job;
    struct driver *driver;
    struct capture *out, *err;
    int signals; /* signalfd of SIGCHLD and SIGUSR1 */

    /* what came of it */
    bool ready, plan_over, ended;
    enum watch_stopper stopper;
    int wait_status; /* of waitpid(), once ended */
    uint64_t start_ms, ready_ms, end_ms;

    /* inside */
    enum watch_phase phase;
    uint64_t deadline_ms; /* 0: none */
};

/* Guest time since power-on in milliseconds. */
uint64_t watch_now_ms(void);

/* Runs until the driver has ended, nothing else of it is left, and all its output is taken.
 * After an end by the agent it waits for the end of the plan too: the plan then has more to
 * show. 0, or -errno when waiting itself fails. */
int watch_run(struct watch *watch);

#endif
