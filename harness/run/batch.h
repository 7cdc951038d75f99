/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Many runs: several at a time, each repeated, compared, kept as a bundle when it failed. Calls
 * back when a case is done; prints nothing but progress.
 */
#ifndef RINGSIDE_HARNESS_BATCH_H
#define RINGSIDE_HARNESS_BATCH_H

#include "harness/judge/result.h"
#include "harness/scenario/select.h"

struct rs_batch_options {
    const char *out;           /* folder for run folders, absolute */
    unsigned repeat;           /* at least 1 */
    unsigned jobs;             /* at least 1, at most RS_JOBS_MAX */
    unsigned deadline_percent; /* of limits.wall-time */
    bool cold;                 /* guests boot, none starts from a snapshot */
    bool disturb;              /* all repeats but the first run on a host with bad timing */
    bool leave_midway;         /* the first run of each leaves a snapshot at midway_ps */
    uint64_t midway_ps;
    bool stimulus;             /* the first run of each keeps what crossed the border */
    bool keep;                 /* mailbox files and folders of repeats stay */
    bool host_given;
    enum rs_host host;         /* when given; else the scenario decides, QEMU for either */
    void (*done)(const struct rs_result *result, void *user); /* in the order of the cases */
    void *user;
};
enum { RS_JOBS_MAX = 32, RS_REPEAT_MAX = 10000 };

/* Runs all cases. The results, in order, are the caller's: g_ptr_array_unref() them. A scenario's
 * mistake that only shows now (a capture that is missing) is told and sets *usage. */
GPtrArray *rs_batch(const GArray *cases, const struct rs_batch_options *options,
                    struct rs_summary *summary, bool *usage);

/* Which host a case runs on; false: it cannot run on the one asked for (*why is a constant). */
bool rs_case_host(const struct scenario_case *c, const struct rs_batch_options *options,
                  enum rs_host *host, const char **why);

/* Folder of a case below `out`: the same for the same case, seed and host. g_free(). */
char *rs_case_folder(const char *out, const struct scenario_case *c, enum rs_host host);

#endif
