/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a run leaves behind: /results with status, output, kernel log, core and the job's files,
 * packed into the mailbox (docs/formats/mailbox.md). It must not know how the run went beyond
 * what it is told.
 */
#ifndef RINGSIDE_GUEST_RESULTS_H
#define RINGSIDE_GUEST_RESULTS_H

#include "guest/job.h"
#include "guest/mailbox.h"
#include "guest/watch.h"

#define RESULTS_FOLDER "/results"
#define RESULTS_CORES  RESULTS_FOLDER "/cores"

/* value of RS_CTL_EXIT: the first step of the job that did not work */
enum results_code {
    RESULTS_OK = 0,
    RESULTS_BOOT = 1,      /* mounts, kernel modules */
    RESULTS_CONTROL = 2,   /* control device, mailbox header */
    RESULTS_JOB = 3,       /* unpacking or reading the job */
    RESULTS_BIND = 4,      /* devices of the bind lines */
    RESULTS_START = 5,     /* starting the driver, or watching it */
    RESULTS_NOT_READY = 6, /* the driver ended, or time passed, before its ready line */
    RESULTS_PACK = 7,      /* the results do not fit or cannot be packed */
    RESULTS_PREPARE = 8,   /* a step before the driver's start did not end with status 0 */
};

struct results {
    enum results_code code;
    char why[400]; /* a sentence for the code; one line */
    uint64_t boot_ms;
    const struct watch *watch; /* NULL: the driver was never started */
};

/* Makes the folders, the user's ones owned by the user. 0 or -errno. */
int results_prepare(uint32_t user);

/* Writes /results/status and /results/kernel.log, packs all into the mailbox and publishes the
 * length. When there is not enough room, cores are dropped first, then the job's files, and so
 * on; status says so. 0 or -errno. */
int results_deliver(struct results *results, const struct mailbox *mailbox);

#endif
