/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The judge: facts of a run against what its scenario expects, and against what must hold for
 * every run (it came to its end, the guest did its job, nobody complained). It reads, it decides,
 * it says what it saw; it starts nothing and writes no file.
 */
#ifndef RINGSIDE_HARNESS_JUDGE_H
#define RINGSIDE_HARNESS_JUDGE_H

#include <glib.h>

#include "harness/judge/facts.h"
#include "harness/scenario/scenario.h"

/* One thing that is not as it must be. All strings are its own. */
struct rs_finding {
    char *what;     /* "lost", "latency.p99 of flow bulk", "driver" */
    char *expected; /* "at most 5 us" */
    char *seen;     /* "7.2 us" */
    char *why;      /* the scenario's own word on it; NULL */
    char *where;    /* "scenarios/x.yaml:19"; NULL for what must always hold */
    bool environment; /* this machine is to blame, not the driver: exit status 3 */
};

void rs_finding_free(void *finding);

/* Adds one; seen and expected are sentences. For the judge's own files. */
struct rs_finding *rs_find(GPtrArray *findings, const char *what, const char *expected,
                           const char *seen, ...) __attribute__((format(printf, 4, 5)));

/* Everything that is wrong with this run, the graver first; empty: it passed. The caller frees
 * with g_ptr_array_unref(). */
GPtrArray *rs_judge(const struct scenario *scenario, const struct scenario_case *c,
                    const struct rs_facts *facts);

/* "at most 5 us", "exactly 0", "20 to 40". */
char *rs_expectation_words(const struct expectation *e);

#endif
