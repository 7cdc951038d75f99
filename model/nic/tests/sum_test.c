/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The ones-complement sum against one that adds 16-bit words one by one, at every length and
 * alignment that takes another way through it.
 */
#include "model/nic/sum.h"

#include "model/nic/tests/queues.h"

enum { LONGEST = 3 * NIC_SUM_LONG, PLACES = 8, SEED = 99991 };

/* As in RFC 1071: words in network order, an odd byte has a zero behind it. */
static uint32_t by_words(uint32_t sum, const uint8_t *data, uint32_t length)
{
    for (uint32_t i = 0; i < length; i += 2)
        sum += (uint32_t)data[i] << 8 | (i + 1 < length ? data[i + 1] : 0);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return sum;
}

/* 0 and 0xffff are the same sum, but only bytes that are all zero give 0. */
START_TEST(agrees_with_words)
{
    static uint8_t data[LONGEST + PLACES];
    uint32_t x = SEED;

    for (uint32_t fill = 0; fill < 3; fill++) {
        for (uint32_t i = 0; i < sizeof(data); i++) {
            x = x * 1664525 + 1013904223;
            data[i] = fill == 0 ? (uint8_t)(x >> 24) : fill == 1 ? 0xff : 0;
        }
        for (uint32_t at = 0; at < PLACES; at++)
            for (uint32_t length = 0; length <= LONGEST; length++)
                ck_assert_uint_eq(nic_sum_fold(nic_sum_bytes(0, data + at, length)),
                                  by_words(0, data + at, length));
    }
}
END_TEST

START_TEST(goes_on_from_any_sum)
{
    static uint8_t data[LONGEST];
    const uint64_t start = UINT64_MAX - 1; /* every piece carries out of it */

    memset(data, 0xa5, sizeof(data));
    for (uint32_t length = 0; length <= LONGEST; length++)
        ck_assert_uint_eq(nic_sum_fold(nic_sum_bytes(start, data, length)),
                          by_words(nic_sum_fold(start), data, length));
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("sum");

    tcase_add_test(t, agrees_with_words);
    tcase_add_test(t, goes_on_from_any_sum);
    return RUN_TESTS("sum", t);
}
