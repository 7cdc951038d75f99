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
#include "guest/steps.h"

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
    WATCH_PREPARING, /* steps before the driver is started */
    WATCH_STARTING,  /* waits for the ready line */
    WATCH_BEFORE,    /* steps between ready and GO */
    WATCH_RUNNING,   /* GO is written: steps, and the plan */
    WATCH_AFTER,     /* steps behind the plan */
    WATCH_STOPPING,  /* the job's stop signal is sent, or there is nothing to stop */
    WATCH_KILLED,    /* SIGKILL is sent */
};

struct watch {
    /* given */
    const struct control *control;
    const struct job *job;
    struct driver *driver;
    struct capture *out, *err;
    struct steps *steps;
    int signals; /* signalfd of SIGCHLD and SIGUSR1 */
    char *why;   /* gets a sentence when the driver cannot be started */
    size_t why_room;

    /* what came of it */
    bool started; /* there was a driver process */
    bool ready, plan_over, ended;
    enum watch_stopper stopper;
    int wait_status; /* of waitpid(), once ended */
    uint64_t start_ms, ready_ms, end_ms;

    /* inside */
    enum watch_phase phase;
    bool said_ready;
    uint64_t deadline_ms; /* 0: none */
    uint64_t go_ns;
    uint64_t wake_ns; /* when steps want to be looked after; UINT64_MAX: never */
};

/* Guest time since power-on in milliseconds. */
uint64_t watch_now_ms(void);
uint64_t watch_now_ns(void);

/* Starts the driver and runs until it has ended, nothing else of it is left, and all its output
 * is taken. After an end by the agent it waits for the end of the plan too, and with steps for
 * the last of them: there is more to show. 0, or -errno when starting or waiting itself fails;
 * -ECANCELED: a step of the preparation failed. */
int watch_run(struct watch *watch);

#endif
