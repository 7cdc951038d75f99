/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One run of one case on one host: inputs made, host started, facts gathered, judged. Nothing
 * here prints; commands and reports do.
 */
#ifndef RINGSIDE_HARNESS_RUN_H
#define RINGSIDE_HARNESS_RUN_H

#include "harness/judge/facts.h"
#include "harness/run/disturb.h"
#include "harness/run/host.h"
#include "harness/judge/judge.h"
#include "harness/scenario/scenario.h"

/* All that decides a run, in memory: made from a scenario, or read from a bundle or run folder. */
struct rs_inputs {
    void *plan;
    size_t plan_bytes;
    char *job; /* text for init */
    void *tar; /* job and what lies beside it; NULL on the in-process host */
    size_t tar_bytes;
};

enum rs_error { /* how making or starting can fail, beyond the run's own verdict */
    RS_OK = 0,
    RS_ERROR_SCENARIO = 2,    /* = RS_EXIT_USAGE: the scenario is at fault; see diag */
    RS_ERROR_ENVIRONMENT = 3, /* = RS_EXIT_ENVIRONMENT: this machine is; see why */
};

/* Compiles a case. Complaints about the scenario go to diag, about the machine to why. */
enum rs_error rs_inputs_make(struct rs_inputs *in, const struct scenario *s,
                             const struct scenario_case *c, enum rs_host host, struct diag *diag,
                             char *why, size_t why_bytes);
void rs_inputs_fini(struct rs_inputs *in);

struct rs_run {
    const struct scenario *scenario;
    const struct scenario_case *c;
    enum rs_host host;
    char *dir; /* its folder, absolute */
    int lock;
    bool keep; /* the mailbox file stays */
    bool cold; /* boots, whatever snapshot there is */
    bool stimulus; /* what crossed the border of host and bench is kept (in-process host) */
    bool disturb; /* the host's timing is made bad while it runs */
    bool leave_midway; /* a snapshot is left in the run's folder, at midway_ps of the plan */
    uint64_t midway_ps;
    const char *from_midway; /* folder of a snapshot that it starts from; NULL: none */
    bool fenced; /* what it runs came from a stranger (fence.h) */
    const char *snapshot; /* rs_snapshot_get(): the folder that it started from; NULL: it booted */
    int64_t spawned_us;
    uint64_t start_us; /* once finished: from there to the guest's first instruction of the run */
    struct rs_process process;
    struct rs_disturb disturber;
    struct rs_disturbed disturbed; /* once finished */
    struct rs_facts facts;
    GPtrArray *findings; /* of rs_judge(), once finished */
};

/* An empty run: the caller sets scenario, c, host, dir (g_malloc()ed), keep. */
void rs_run_init(struct rs_run *run);

/* What the machine of this case looks like. trace, capture: as in the case. */
struct rs_machine rs_run_machine(const struct scenario_case *c, const char *dir);

/* Claims and fills the folder. 0 or RS_ERROR_ENVIRONMENT with a sentence. */
enum rs_error rs_run_prepare(struct rs_run *run, const struct rs_inputs *in, char *why,
                             size_t why_bytes);
/* Starts the host. deadline_percent scales limits.wall-time: 100 as written. */
enum rs_error rs_run_start(struct rs_run *run, unsigned deadline_percent, char *why,
                           size_t why_bytes);
/* Once run->process has ended: reads what it left, judges. */
void rs_run_finish(struct rs_run *run);
void rs_run_fini(struct rs_run *run);

#endif
