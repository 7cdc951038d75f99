/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The steps of a job: shell scripts that run as root, one at a time, with their output kept and a
 * deadline each. Which phase it is, the watch says; what a step's outcome means, the harness.
 */
#ifndef RINGSIDE_GUEST_STEPS_H
#define RINGSIDE_GUEST_STEPS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "guest/capture.h"
#include "guest/job.h"

#define STEPS_SCRIPTS "/job/steps"
#define STEPS_OUTPUT  "/results/steps"

struct step_outcome {
    bool ran, late;  /* it was started; its deadline passed and it was killed */
    int wait_status; /* of waitpid(); -1: it could not be started */
    uint64_t start_ms, end_ms;
};

struct steps {
    const struct job *job;
    uint64_t head_bytes; /* of output that is kept whole, for each */
    struct step_outcome outcome[JOB_STEPS_MAX];

    /* inside */
    pid_t pid; /* of the one that runs; 0: none */
    int output;
    unsigned current;
    struct capture capture;
};

void steps_init(struct steps *steps, const struct job *job, uint64_t head_bytes);

/* Starts what is next of this phase, when nothing runs and its time has come; kills what is late.
 * go_ns: guest time of GO. True: all steps of the phase have ended. Else *wake_ns is when to call
 * again at the latest. */
bool steps_run(struct steps *steps, enum job_phase phase, uint64_t go_ns, uint64_t *wake_ns);

/* The output of the one that runs has something; -1: nothing runs. */
int steps_descriptor(const struct steps *steps);
void steps_drain(struct steps *steps);

/* A process has ended. True: it was a step. */
bool steps_reaped(struct steps *steps, pid_t pid, int wait_status);

/* The first step of a phase that did not end with status 0; -1: there is none. */
int steps_failed(const struct steps *steps, enum job_phase phase);

/* Lines of the status file (docs/formats/results.md). */
void steps_write(const struct steps *steps, FILE *status);

#endif
