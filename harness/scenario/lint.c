/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Lint: see lint.h.
 */
#include "harness/scenario/lint.h"

#include <glib.h>
#include <string.h>

#include "harness/plan/job_write.h"
#include "harness/plan/plan_write.h"
#include "harness/scenario/scenario.h"
#include "model/bench/bench.h"

/* What running would make of it before anything is started. */
static void lint_case(const struct scenario *s, const struct scenario_case *c, struct diag *diag)
{
    struct job job;
    void *plan;
    size_t bytes;
    char why[256];

    if (rs_plan_write(s, c, diag, &plan, &bytes) == 0) {
        if (bench_plan_check(plan, bytes, why, sizeof(why)) != 0)
            rs_scenario_complain(s, diag, DIAG_ERROR, c->marks.self,
                                 "case %s makes a plan that the bench refuses: %s", c->id, why);
        g_free(plan);
    }
    if (rs_job_write(s, c, diag, &job) == 0)
        rs_job_fini(&job);
}

static bool profile_unused(const struct scenario_case *c)
{
    return c->clock.mode == PLAN_CLOCK_FUNCTIONAL &&
           rs_schema_given(&rs_schema_clock, &c->clock, "profile");
}

/* Neither traffic nor a word of what must hold: little could ever fail. */
static bool asks_nothing(const struct scenario_case *c)
{
    for (size_t i = 0; i < c->expect_count; i++)
        if (!c->expect[i].implied)
            return false;
    return c->flow_count == 0;
}

/* Allowed, but hardly meant. */
static void advise(const struct scenario *s, const struct scenario_case *c, struct diag *diag)
{
    if (asks_nothing(c))
        rs_scenario_complain(s, diag, DIAG_WARNING, c->marks.self,
                             "no traffic and nothing expected: this fails only when the driver "
                             "does not come up; add traffic or expect");
    if (profile_unused(c))
        rs_scenario_complain(
            s, diag, DIAG_WARNING, rs_schema_mark(&rs_schema_clock, &c->clock, "profile"),
            "a CPU profile has no effect on the functional clock; add mode: timed");
    for (size_t i = 0; i < c->port_count; i++) {
        if (c->ports[i].attach.kind == PLAN_ATTACH_NETDEV)
            rs_scenario_complain(s, diag, DIAG_WARNING, c->ports[i].marks.self,
                                 "a run with a netdev of the host is not reproducible");
    }
    for (size_t i = 0; i < c->expect_count; i++) {
        if (c->expect[i].metric == METRIC_TIME_WALL)
            rs_scenario_complain(s, diag, DIAG_WARNING, c->expect[i].marks.self,
                                 "wall time differs from run to run; expect model time");
    }
}

size_t rs_lint(const char *const *paths, size_t count, struct diag *diag)
{
    GHashTable *names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    size_t before = diag->errors;

    for (size_t i = 0; i < count; i++) {
        struct scenario *s;
        if (rs_scenario_load(paths[i], diag, &s) != 0)
            continue;
        const struct scenario_case *first = &s->cases[0];
        const char *other = g_hash_table_lookup(names, first->name);
        if (other != NULL)
            rs_scenario_complain(s, diag, DIAG_ERROR, rs_schema_mark(rs_schema(), first, "name"),
                                 "the name '%s' is taken by %s", first->name, other);
        else
            g_hash_table_insert(names, g_strdup(first->name), g_strdup(s->path));
        for (size_t j = 0; j < s->case_count; j++) {
            lint_case(s, &s->cases[j], diag);
            advise(s, &s->cases[j], diag);
        }
        rs_scenario_free(s);
    }
    g_hash_table_destroy(names);
    return diag->errors - before;
}
