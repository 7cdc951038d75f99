/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Ring arithmetic against counting on one's fingers, for every index of every short ring.
 */
#include "model/nic/ring.h"

#include "model/nic/tests/queues.h"

enum { LONGEST = 40 };

START_TEST(distance_counts_steps)
{
    for (uint32_t length = 0; length <= LONGEST; length++)
        for (uint32_t head = 0; head < length; head++)
            for (uint32_t tail = 0; tail < length; tail++) {
                uint32_t steps = 0;
                for (uint32_t i = head; i != tail; i = i + 1 == length ? 0 : i + 1)
                    steps++;
                ck_assert_uint_eq(ring_distance(head, tail, length), steps);
            }
}
END_TEST

START_TEST(distance_of_garbage_is_none)
{
    for (uint32_t length = 0; length <= LONGEST; length++)
        for (uint32_t head = 0; head <= LONGEST + 2; head++)
            for (uint32_t tail = 0; tail <= LONGEST + 2; tail++)
                if (head >= length || tail >= length)
                    ck_assert_uint_eq(ring_distance(head, tail, length), 0);
    ck_assert_uint_eq(ring_distance(0, UINT32_MAX, 8), 0);
    ck_assert_uint_eq(ring_distance(UINT32_MAX, 0, 8), 0);
}
END_TEST

START_TEST(advance_wraps)
{
    for (uint32_t length = 0; length <= LONGEST; length++)
        for (uint32_t index = 0; index <= LONGEST; index++)
            for (uint32_t by = 0; by <= 3 * LONGEST; by++)
                ck_assert_uint_eq(ring_advance(index, by, length),
                                  length ? (index + by) % length : 0);
}
END_TEST

START_TEST(run_stays_in_ring_page_and_request)
{
    for (uint64_t base = 0x1f80; base <= 0x2100; base += 128)
        for (uint32_t length = 0; length <= LONGEST; length++)
            for (uint32_t index = 0; index <= length; index++)
                for (uint32_t wanted = 0; wanted <= LONGEST; wanted++) {
                    uint32_t n = ring_run(base, index, length, wanted, 16 * 16);
                    uint64_t first = base + 16 * index, last = first + 16 * n - 1;
                    ck_assert_uint_le(n, wanted);
                    ck_assert_uint_le(n, 16);
                    if (index >= length || wanted == 0) {
                        ck_assert_uint_eq(n, 0);
                        continue;
                    }
                    ck_assert_uint_ge(n, 1);
                    ck_assert_uint_le(index + n, length);
                    ck_assert_uint_eq(first >> 12, last >> 12);
                    /* and it stops for a reason */
                    ck_assert(n == wanted || n == 16 || index + n == length ||
                              (last + 1) % 4096 == 0);
                }
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("ring");

    tcase_add_test(t, distance_counts_steps);
    tcase_add_test(t, distance_of_garbage_is_none);
    tcase_add_test(t, advance_wraps);
    tcase_add_test(t, run_stays_in_ring_page_and_request);
    return RUN_TESTS("ring", t);
}
