/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The latency histogram: buckets meet, and both directions agree.
 */
#include <string.h>

#include "model/bench/bench_priv.h"
#include "mk/run_tests.h"

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

int main(void)
{
    TCase *t = tcase_create("histogram");

    tcase_add_test(t, histogram_buckets_meet);
    return RUN_TESTS("histogram", t);
}
