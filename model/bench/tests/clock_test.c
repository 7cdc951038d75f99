/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Virtual time and model time: rounding is towards late, never early.
 */
#include <string.h>

#include "model/bench/bench_priv.h"
#include "mk/run_tests.h"

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

int main(void)
{
    TCase *t = tcase_create("clock");

    tcase_add_test(t, clocks_round_towards_late);
    return RUN_TESTS("clock", t);
}
