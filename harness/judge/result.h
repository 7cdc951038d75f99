/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The outcome of a case and of a whole invocation: what the terminal, JUnit and JSON all show.
 * Decided once here, so that no report can disagree with another or with the exit status.
 */
#ifndef RINGSIDE_HARNESS_RESULT_H
#define RINGSIDE_HARNESS_RESULT_H

#include "harness/run/run.h"

enum rs_verdict {
    RS_PASS,
    RS_FAIL,
    RS_NONDET,      /* the same seed gave two results */
    RS_ERROR,       /* this machine could not run it */
    RS_SKIP,        /* cannot run on the host that was asked for */
    RS_VERDICTS,
};

struct rs_result {
    const struct scenario *scenario;
    const struct scenario_case *c;
    enum rs_host host;
    struct rs_run run; /* the first repeat, whole; the later ones are compared and dropped */
    bool ran;          /* run holds something */
    unsigned repeats;  /* finished */
    enum rs_verdict verdict;
    char *error;  /* RS_ERROR, RS_SKIP: why */
    char *nondet; /* RS_NONDET: what differed, between which repeats */
    char *canary; /* a canary that did not do its duty: how */
    char *bundle; /* path of the repro bundle; NULL */
    uint64_t wall_ms;
};

const char *rs_verdict_name(enum rs_verdict verdict); /* "PASS" ... */

/* The first finding for which this machine is to blame, and not the driver; NULL: none. */
const struct rs_finding *rs_environment_trouble(const GPtrArray *findings);

/* What this run and an earlier one of the same inputs disagree about; NULL: nothing. g_free(). */
char *rs_runs_differ(const struct rs_facts *a, const struct rs_facts *b);

/* Sets verdict (and canary) from run, error and nondet. */
void rs_result_decide(struct rs_result *result);
void rs_result_free(void *result);

struct rs_summary {
    unsigned count[RS_VERDICTS];
    unsigned canary_failures; /* canaries that passed: the judge is blind */
    uint64_t wall_ms;
    bool interrupted;
};

void rs_summarise(const GPtrArray *results, struct rs_summary *summary);
/* enum rs_exit of the whole invocation. */
int rs_exit_status(const struct rs_summary *summary);

/* Hash of a trace or of memory: 32 hexadecimal digits, "-" when there is none. */
const char *rs_hash_text(const uint64_t hash[2], char buf[33]);

/* The line that runs this case again. g_free(). */
char *rs_repro_line(const struct rs_result *result);

#endif
