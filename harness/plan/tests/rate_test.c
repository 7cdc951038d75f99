/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The search finds the edge, and plans at another rate are plans.
 */
#include "harness/plan/rate.h"

#include "harness/plan/plan_write.h"
#include "harness/tests/parse.h"
#include "model/bench/plan.h"

/* Searches with loss above `edge`; returns the answer. */
static unsigned search(unsigned edge, unsigned resolution, unsigned *probes)
{
    struct rs_bisection b;
    unsigned share;

    rs_bisection_init(&b, resolution);
    while ((share = rs_bisection_next(&b)) != 0) {
        ck_assert_uint_le(share, RS_RATE_WHOLE);
        ck_assert_uint_lt(b.probes, 40);
        rs_bisection_tell(&b, share, share <= edge);
    }
    *probes = b.probes;
    return b.low;
}

START_TEST(finds_every_edge)
{
    unsigned probes;

    for (unsigned edge = 0; edge <= RS_RATE_WHOLE; edge += 7)
        ck_assert_uint_eq(search(edge, 1, &probes), edge);
    ck_assert_uint_eq(search(RS_RATE_WHOLE, 1, &probes), RS_RATE_WHOLE);
    ck_assert_uint_eq(probes, 1); /* line rate is tried first */
}
END_TEST

START_TEST(resolution_bounds_the_error)
{
    unsigned probes;

    for (unsigned edge = 100; edge <= RS_RATE_WHOLE; edge += 31) {
        const unsigned found = search(edge, 50, &probes);

        ck_assert_uint_le(found, edge);
        ck_assert_uint_le(edge - found, 50);
        ck_assert_uint_le(probes, 10);
    }
}
END_TEST

START_TEST(plans_stay_plans)
{
    struct scenario *s = parse_good(
        HEAD "traffic:\n"
             "  - {name: a, from: 0, expect: 1, count: 1000, size: 64B, rate: 1Mpps, burst: 4}\n"
             "  - {name: b, from: 0, expect: 1, count: 1000, size: 1518B, rate: 10kpps}\n"
             "  - {name: c, from: 1, expect: 0, for: 1ms, size: 64B, rate: line}\n");
    struct plan_header before, after;
    struct plan_flow flow;
    struct diag diag;
    size_t bytes;
    void *plan, *other;
    char why[256];

    rs_diag_init(&diag);
    ck_assert_int_eq(rs_plan_write(s, &s->cases[0], &diag, &plan, &bytes), 0);
    memcpy(&before, plan, sizeof(before));
    for (unsigned share = 1; share <= RS_RATE_WHOLE; share += 333) {
        other = rs_rate_plan(plan, bytes, share);
        ck_assert_msg(bench_plan_check(other, bytes, why, sizeof(why)) == 0, "%s", why);
        memcpy(&after, other, sizeof(after));
        /* b's 1000 frames of 1538 wire bytes at half of the share must fit */
        ck_assert_uint_ge(after.deadline_ps - before.deadline_ps,
                          1000ull * 1538 * 800 * 2 * RS_RATE_WHOLE / share);
        memcpy(&flow, (char *)other + after.flows.offset, sizeof(flow));
        ck_assert_uint_eq(flow.pace, PLAN_PACE_BYTE);
        ck_assert_uint_eq(flow.count, 1000);
        ck_assert_uint_eq(flow.interval_num / 800 / RS_RATE_WHOLE, 2); /* two share the wire */
        g_free(other);
    }
    /* 64 B at line rate: 14.88 Mpps; a and b share a wire */
    ck_assert_uint_eq(rs_rate_offered(plan, RS_RATE_WHOLE),
                      14880952 / 2 + 1000000000000u / 800 / 1538 / 2 + 14880952);
    g_free(plan);
    rs_diag_fini(&diag);
    rs_scenario_free(s);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("rate");

    tcase_add_test(tc, finds_every_edge);
    tcase_add_test(tc, resolution_bounds_the_error);
    tcase_add_test(tc, plans_stay_plans);
    return RUN_TESTS("rate", tc);
}
