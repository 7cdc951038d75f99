/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Pure numbers of the bench: the histogram, the two clocks, the timing table.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "model/bench/bench_priv.h"

START_TEST(histogram_buckets_meet)
{
    uint64_t lower = 0;
    for (unsigned i = 0; i < REPORT_BUCKETS; i++) {
        uint64_t upper = bench_histogram_value(i);
        ck_assert_uint_ge(upper, lower);
        ck_assert_uint_eq(bench_histogram_bucket(lower), i);
        ck_assert_uint_eq(bench_histogram_bucket(upper), i);
        ck_assert_uint_le((upper - lower) * 32, lower + 31);
        lower = upper + 1;
    }
    ck_assert_uint_eq(lower, 1ull << 36);
    ck_assert_uint_eq(bench_histogram_bucket(UINT64_MAX), REPORT_BUCKETS - 1);
    ck_assert_uint_eq(bench_histogram_value(REPORT_BUCKETS), (1ull << 36) - 1);
}
END_TEST

START_TEST(clocks_round_towards_late)
{
    static const uint32_t ratio[][2] = {{1, 1}, {289, 100}, {446, 100}, {1, 3}, {999983, 7},
                                        {1000000, 1}, {1, 1000000}, {23, 10}};
    struct plan_header plan = {0};
    struct bench b = {.plan = &plan};
    uint64_t x = 1;
    for (size_t i = 0; i < sizeof(ratio) / sizeof(ratio[0]); i++) {
        plan.dilation_num = ratio[i][0];
        plan.dilation_den = ratio[i][1];
        for (int k = 0; k < 2000; k++) {
            x = x * 6364136223846793005ull + 1442695040888963407ull;
            uint64_t ps = x >> (20 + k % 40);
            uint64_t vns = clock_to_virtual(&b, ps);
            ck_assert_uint_ge(clock_to_model(&b, vns), ps);
            if (vns)
                ck_assert_uint_lt(clock_to_model(&b, vns - 1), ps);
        }
        ck_assert_uint_eq(clock_to_virtual(&b, SCHED_NEVER), UINT64_MAX);
        ck_assert_uint_lt(clock_to_model(&b, UINT64_MAX), SCHED_NEVER);
    }
}
END_TEST

START_TEST(timing_table_is_sane)
{
    uint64_t timing[PLAN_TIMING_MAX] = {0}, min, max;
    for (unsigned i = 0; i < bench_timing_count(); i++) {
        const struct bench_timing_info *t = bench_timing_info(i);
        ck_assert(strlen(t->name) && strlen(t->unit) && strlen(t->source) && strlen(t->doc));
        for (unsigned k = 0; k < i; k++)
            ck_assert_str_ne(t->name, bench_timing_info(k)->name);
        timing[i] = t->value;
    }
    ck_assert_ptr_null(bench_timing_info(bench_timing_count()));
    ck_assert_int_eq(bench_timing_check(timing, &min, &max), -1);
    timing[TIMING_wire_byte] = 0;
    ck_assert_int_eq(bench_timing_check(timing, &min, &max), TIMING_wire_byte);
    timing[TIMING_wire_byte] = 800;
    timing[PLAN_TIMING_MAX - 1] = 1;
    ck_assert_int_eq(bench_timing_check(timing, &min, &max), PLAN_TIMING_MAX - 1);
}
END_TEST

START_TEST(events_have_names)
{
    for (unsigned i = 0; i < BENCH_EVENTS_END; i++) {
        ck_assert_ptr_nonnull(bench_event_info(i));
        for (unsigned k = 0; k < i; k++)
            ck_assert_str_ne(bench_event_info(i)->name, bench_event_info(k)->name);
    }
    ck_assert_ptr_null(bench_event_info(BENCH_EVENTS_END));
    ck_assert_str_eq(bench_event_info(BENCH_EV_go)->name, "go");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("numbers");
    TCase *t = tcase_create("numbers");
    tcase_add_test(t, histogram_buckets_meet);
    tcase_add_test(t, clocks_round_towards_late);
    tcase_add_test(t, timing_table_is_sane);
    tcase_add_test(t, events_have_names);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
