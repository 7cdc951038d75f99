/* SPDX-License-Identifier: BSD-2-Clause
 *
 * CRC-32C: the published check value, and every length against bit-by-bit division.
 */
#include "model/nic/crc32c.h"

#include "model/nic/tests/packets.h"

START_TEST(check_value)
{
    ck_assert_uint_eq(nic_crc32c(0, (const uint8_t *)"123456789", 9), 0xe3069283);
    ck_assert_uint_eq(nic_crc32c(0, NULL, 0), 0);
}
END_TEST

START_TEST(any_length)
{
    uint8_t bytes[300];

    make_frame(bytes, sizeof bytes, station, 5);
    for (uint32_t n = 0; n <= sizeof bytes; n++) {
        ck_assert_uint_eq(nic_crc32c(0, bytes, n), ref_crc32c(bytes, n));
        ck_assert_uint_eq(nic_crc32c(nic_crc32c(0, bytes, n / 3), bytes + n / 3, n - n / 3),
                          ref_crc32c(bytes, n));
    }
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("crc32c");

    tcase_add_test(t, check_value);
    tcase_add_test(t, any_length);
    return RUN_TESTS("crc32c", t);
}
