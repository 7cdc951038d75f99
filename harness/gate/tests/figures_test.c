/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which figures of a run a gate holds, and how closely: nothing that chance decides.
 */
#include "harness/gate/figures.h"

#include "harness/tests/results.h"

static struct scenario *scenario;
static GPtrArray *results;
static struct rs_result *result;
static GArray *figures;

static void setup(void)
{
    scenario = parse_good(HEAD "traffic: [{name: up, from: 0, expect: 1, size: 64B, rate: 1Mpps, "
                               "count: 1}]\n");
    results = g_ptr_array_new_with_free_func(rs_result_free);
    result = result_of(scenario, RS_PASS);
    g_ptr_array_add(results, result);
    figures = rs_figures_new();
}

static void teardown(void)
{
    g_array_unref(figures);
    g_ptr_array_unref(results);
    rs_scenario_free(scenario);
}

static void measure(uint64_t frames)
{
    struct report_flow *flow = &result->run.facts.report->flow[0];

    flow->received = flow->latency_count = flow->bucket[1] = frames;
    g_array_set_size(figures, 0);
    rs_figures_of_results(figures, results);
}

static const struct rs_figure *held(const char *metric)
{
    char *name = g_strdup_printf("t/%s/%s", rs_host_name(result->host), metric);
    const struct rs_figure *f = rs_figures_find(figures, name);

    g_free(name);
    return f;
}

START_TEST(a_run_of_many_frames)
{
    measure(10000);
    ck_assert_double_lt(held("mmio.doorbells.per-packet")->percent, 0);
    ck_assert_double_lt(held("latency.mean")->percent, 0);
    ck_assert_double_eq(held("latency.p50")->percent, 3.2);
    ck_assert_double_eq(held("latency.p99")->percent, 3.2);
    ck_assert_ptr_null(held("latency.p99.9"));
}
END_TEST

START_TEST(a_percentile_needs_frames_beyond_it)
{
    measure(9999);
    ck_assert_ptr_nonnull(held("latency.p90"));
    ck_assert_ptr_null(held("latency.p99"));
    measure(999);
    ck_assert_ptr_nonnull(held("latency.p50"));
    ck_assert_ptr_null(held("latency.p90"));
    measure(199);
    ck_assert_ptr_nonnull(held("latency.mean"));
    ck_assert_ptr_null(held("latency.p50"));
}
END_TEST

START_TEST(several_processors)
{
    scenario->cases[0].machine.cpus = 2;
    measure(1000000);
    ck_assert_double_eq(held("mmio.doorbells.per-packet")->percent, 2);
    ck_assert_ptr_null(held("latency.mean"));
    ck_assert_ptr_null(held("latency.p50"));
}
END_TEST

START_TEST(only_what_passed)
{
    result->verdict = RS_FAIL;
    measure(10000);
    ck_assert_uint_eq(figures->len, 0);
    result->verdict = RS_PASS;
    scenario->cases[0].canary = true;
    measure(10000);
    ck_assert_uint_eq(figures->len, 0);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("figures");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_run_of_many_frames);
    tcase_add_test(t, a_percentile_needs_frames_beyond_it);
    tcase_add_test(t, several_processors);
    tcase_add_test(t, only_what_passed);
    return run_tests("figures", (TCase *const[]){t, NULL});
}
