/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Copies and comparisons without a call, of every length around the short ones.
 */
#include "model/nic/copy.h"

#include "mk/run_tests.h"

enum { MOST = 100, AROUND = 8 };

START_TEST(copies_what_it_is_told)
{
    uint8_t from[MOST], to[AROUND + MOST + AROUND], want[sizeof to];

    for (unsigned i = 0; i < MOST; i++)
        from[i] = (uint8_t)(i * 7 + 1);
    for (uint32_t bytes = 0; bytes <= MOST; bytes++) {
        memset(to, 0xee, sizeof to);
        memset(want, 0xee, sizeof want);
        memcpy(want + AROUND, from, bytes);
        nic_copy(to + AROUND, from, bytes);
        ck_assert_mem_eq(to, want, sizeof to);
    }
}
END_TEST

START_TEST(sees_every_bit)
{
    uint8_t a[MOST] = {0}, b[MOST] = {0};
    uint32_t lengths = 0;

    for (uint32_t bytes = 0; bytes <= MOST; bytes++) {
        if (!nic_is_short(bytes))
            continue;
        lengths++;
        for (uint32_t bit = 0; bit < MOST * 8; bit++) {
            b[bit / 8] ^= (uint8_t)(1u << bit % 8);
            ck_assert_int_eq(nic_same(a, b, bytes), bit >= bytes * 8);
            b[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
    }
    ck_assert_uint_eq(lengths, 33); /* 32 to 64 */
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("copy");

    tcase_add_test(t, copies_what_it_is_told);
    tcase_add_test(t, sees_every_bit);
    return RUN_TESTS("copy", t);
}
