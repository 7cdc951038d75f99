/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One value for all machines: wide registers or not, the hash is that of the library's plain code.
 */

#include "model/bench/hash.h"

#include "mk/run_tests.h"

static uint8_t data[12000];

static void compare(size_t from, size_t bytes)
{
    XXH128_hash_t plain = XXH3_128bits(data + from, bytes);
    uint64_t wide[2];
    hash_128(data + from, bytes, wide);
    ck_assert_uint_eq(wide[0], plain.low64);
    ck_assert_uint_eq(wide[1], plain.high64);
    ck_assert_uint_eq(hash_bytes(data + from, bytes), XXH3_64bits(data + from, bytes));
}

START_TEST(same_with_wide_registers)
{
    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)(i * 2654435761u >> 13);
    for (size_t bytes = 0; bytes < 2200; bytes++)
        compare(bytes % 9, bytes);
    compare(1, 10256); /* a block of the trace */
    compare(0, sizeof(data));
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("hash");

    tcase_add_test(t, same_with_wide_registers);
    return RUN_TESTS("hash", t);
}
