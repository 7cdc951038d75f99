/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A scenario file: whatever the bytes, complaints or cases, and each case compiles to a plan and a
 * job or to complaints. A plan that comes of it is one that the bench takes or that lint tells of.
 */
#include <glib.h>
#include <stdio.h>

#include "fuzz/fuzz.h"
#include "harness/plan/job_write.h"
#include "harness/plan/plan_write.h"
#include "harness/plan/rate.h"
#include "harness/scenario/description.h"
#include "harness/scenario/scenario.h"
#include "model/bench/bench.h"

enum { COMPILED_MAX = 8 };

static void compile(const struct scenario *s, const struct scenario_case *c, struct diag *diag)
{
    char why[256] = "";
    size_t bytes;
    void *plan;
    struct job job;

    if (rs_plan_write(s, c, diag, &plan, &bytes) == 0) {
        if (bench_plan_check(plan, bytes, why, sizeof(why)) == 0) {
            void *slower = rs_rate_plan(plan, bytes, 1 + diag->count % RS_RATE_WHOLE);

            (void)rs_rate_offered(plan, RS_RATE_WHOLE);
            FUZZ_HOLDS(bench_plan_check(slower, ((struct plan_header *)slower)->bytes, why,
                                        sizeof(why)) == 0,
                       "a plan at another rate: %s", why);
            g_free(slower);
        }
        g_free(plan);
    } else {
        FUZZ_HOLDS(diag->count, "no plan, and no word of why");
    }
    if (rs_job_write(s, c, diag, &job) == 0)
        rs_job_fini(&job);
}

/* The other file of this form. */
static void read_description(const uint8_t *data, size_t bytes)
{
    struct description *d;
    struct diag diag;

    rs_diag_init(&diag);
    d = rs_description_parse("fuzz/fuzz.yaml", (const char *)data, bytes, &diag);
    FUZZ_HOLDS(d || diag.errors, "a description is refused without a complaint");
    if (d)
        rs_description_check_files(d, &diag);
    rs_description_free(d);
    rs_diag_fini(&diag);
}

void fuzz_scenario(const uint8_t *data, size_t bytes)
{
    static FILE *nowhere;
    struct scenario *s;
    struct diag diag;

    if (!nowhere)
        nowhere = fopen("/dev/null", "w");
    rs_diag_init(&diag);
    if (rs_scenario_parse("fuzz/fuzz.yaml", (const char *)data, bytes, &diag, &s) == 0) {
        for (size_t i = 0; i < s->case_count && i < COMPILED_MAX; i++)
            compile(s, &s->cases[i], &diag);
        rs_scenario_free(s);
    } else {
        FUZZ_HOLDS(diag.errors, "refused without a complaint");
    }
    rs_diag_print(&diag, nowhere, bytes & 1);
    rs_diag_fini(&diag);
    read_description(data, bytes);
}
