/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Lint: see lint.h.
 */
#include "harness/scenario/lint.h"

#include <glib.h>
#include <string.h>

#include "harness/plan/job_write.h"
#include "harness/plan/plan_write.h"
#include "harness/plan/traffic.h"
#include "harness/scenario/scenario.h"
#include "model/bench/bench.h"

/* What running would make of it before anything is started. What all cases of a scenario have in
 * common is told once: `told` holds the sentences. */
static void lint_case(const struct scenario *s, const struct scenario_case *c, GHashTable *told,
                      struct diag *diag)
{
    struct job job;
    void *plan;
    size_t bytes;
    char why[256];

    if (rs_plan_write(s, c, diag, &plan, &bytes) == 0) {
        if (bench_plan_check(plan, bytes, why, sizeof(why)) != 0 &&
            g_hash_table_add(told, g_strdup(why)))
            rs_scenario_complain(s, diag, DIAG_ERROR, c->marks.self,
                                 "case %s makes a plan that the bench refuses: %s", c->id, why);
        g_free(plan);
    }
    if (rs_job_write(s, c, diag, &job) == 0)
        rs_job_fini(&job);
}

/* A mistake in one place does not hide that a file is missing in another. */
static void lint_files(const struct scenario *s, const struct scenario_case *c, struct diag *diag)
{
    struct job job;

    const bool driven = c->driver.app != NULL || c->driver.command != NULL;

    rs_traffic_check_captures(s, c, diag);
    if (driven && c->driver.marks.bad == 0 && c->port_count != 0 &&
        rs_job_write(s, c, diag, &job) == 0)
        rs_job_fini(&job);
}

static bool profile_unused(const struct scenario_case *c)
{
    return c->clock.mode == PLAN_CLOCK_FUNCTIONAL &&
           rs_schema_given(&rs_schema_clock, &c->clock, "profile");
}

/* Neither traffic nor steps nor a word of what must hold: little could ever fail. */
static bool asks_nothing(const struct scenario_case *c)
{
    for (size_t i = 0; i < c->expect_count; i++)
        if (!c->expect[i].implied)
            return false;
    return c->flow_count == 0 && c->step_count == 0;
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

static void check_name(GHashTable *names, const struct scenario *s, struct diag *diag)
{
    const struct scenario_case *first = &s->cases[0];
    const char *other = first->name != NULL ? g_hash_table_lookup(names, first->name) : NULL;

    if (other != NULL)
        rs_scenario_complain(s, diag, DIAG_ERROR, rs_schema_mark(rs_schema(), first, "name"),
                             "the name '%s' is taken by %s", first->name, other);
    else if (first->name != NULL)
        g_hash_table_insert(names, g_strdup(first->name), g_strdup(s->path));
}

static void lint_file(const char *path, GHashTable *names, struct diag *diag)
{
    GHashTable *told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    size_t before = diag->errors;
    struct scenario *s = rs_scenario_examine(path, diag);
    bool good = diag->errors == before;

    for (size_t i = 0; s != NULL && i < s->case_count; i++) {
        if (good)
            lint_case(s, &s->cases[i], told, diag);
        else
            lint_files(s, &s->cases[i], diag);
        if (good)
            advise(s, &s->cases[i], diag);
    }
    if (s != NULL)
        check_name(names, s, diag);
    rs_scenario_free(s);
    g_hash_table_destroy(told);
}

size_t rs_lint(const char *const *paths, size_t count, struct diag *diag)
{
    GHashTable *names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    size_t before = diag->errors;

    for (size_t i = 0; i < count; i++)
        lint_file(paths[i], names, diag);
    g_hash_table_destroy(names);
    return diag->errors - before;
}
