/* SPDX-License-Identifier: BSD-2-Clause
 * Ring arithmetic, exhaustively for small lengths, against plain remainders. */
#include "driver/ring.h"

#include "driver/tests/test.h"

START_TEST(add_equals_remainder)
{
    for (uint32_t n = 1; n <= 136; n++) {
        for (uint32_t i = 0; i < n; i++) {
            for (uint32_t k = 0; k <= n; k++)
                ck_assert_uint_eq(ixd_ring_add(i, k, n), (i + k) % n);
        }
    }
}
END_TEST

START_TEST(distance_undoes_add)
{
    for (uint32_t n = 1; n <= 136; n++) {
        for (uint32_t i = 0; i < n; i++) {
            for (uint32_t k = 0; k < n; k++) {
                uint32_t to = (i + k) % n;

                ck_assert_uint_eq(ixd_ring_distance(i, to, n), k);
                ck_assert_uint_eq(ixd_ring_add(i, ixd_ring_distance(i, to, n), n), to);
            }
        }
    }
}
END_TEST

START_TEST(run_ends_at_the_end)
{
    for (uint32_t n = 1; n <= 136; n++) {
        for (uint32_t i = 0; i < n; i++) {
            for (uint32_t k = 0; k <= n; k++) {
                uint32_t run = ixd_ring_run(i, k, n);

                ck_assert_uint_le(run, k);
                ck_assert_uint_le(i + run, n);
                ck_assert(run == k || i + run == n); /* as long as it can be */
            }
        }
    }
}
END_TEST

START_TEST(lengths_of_the_driver)
{
    for (uint32_t n = IXD_RING_MIN; n <= IXD_RING_MAX; n += IXD_RING_STEP) {
        ck_assert_uint_eq(ixd_ring_add(n - 1, 1, n), 0);
        ck_assert_uint_eq(ixd_ring_distance(n - 1, 0, n), 1);
        ck_assert_uint_eq(ixd_ring_distance(0, n - 1, n), n - 1);
        ck_assert_uint_eq(ixd_ring_run(n - 1, 256, n), 1);
    }
}
END_TEST

TEST_MAIN("ring", add_equals_remainder, distance_undoes_add, run_ends_at_the_end,
          lengths_of_the_driver)
