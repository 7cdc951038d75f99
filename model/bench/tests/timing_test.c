/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Tables: timing parameters and event names.
 */
#include <string.h>

#include "model/bench/bench_priv.h"
#include "mk/run_tests.h"

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
    TCase *t = tcase_create("timing");

    tcase_add_test(t, timing_table_is_sane);
    tcase_add_test(t, events_have_names);
    return RUN_TESTS("timing", t);
}
