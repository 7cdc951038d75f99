/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The cache: what fits stays, what does not goes by age, and a device's writes keep to their ways.
 */
#include "harness/pcie/llc.h"

#include "mk/run_tests.h"

enum { WAYS = 4, SETS = 16, BYTES = WAYS * SETS * LLC_LINE, STRIDE = SETS * LLC_LINE };

static struct llc llc;

static void setup(void)
{
    rs_llc_init(&llc, BYTES, WAYS, 1);
}

static void teardown(void)
{
    rs_llc_fini(&llc);
}

START_TEST(what_fits_stays)
{
    for (uint64_t at = 0; at < BYTES; at += LLC_LINE)
        rs_llc_touch(&llc, at);
    for (uint64_t at = 0; at < BYTES; at += LLC_LINE)
        ck_assert(rs_llc_read(&llc, at));
    ck_assert(!rs_llc_read(&llc, BYTES));
    ck_assert(!rs_llc_read(&llc, BYTES)); /* a read leaves nothing */
    rs_llc_touch(&llc, BYTES);
    ck_assert(rs_llc_read(&llc, BYTES));
    ck_assert(!rs_llc_read(&llc, 0)); /* the oldest of its set */
    ck_assert(rs_llc_read(&llc, STRIDE));
}
END_TEST

START_TEST(writes_keep_to_their_ways)
{
    for (unsigned i = 0; i < WAYS; i++)
        rs_llc_touch(&llc, i * STRIDE);
    ck_assert(rs_llc_write(&llc, STRIDE));       /* wherever it lies */
    ck_assert(!rs_llc_write(&llc, 8 * STRIDE));  /* in the first way, */
    ck_assert(!rs_llc_write(&llc, 9 * STRIDE));  /* and in its place */
    ck_assert(rs_llc_read(&llc, 9 * STRIDE));
    ck_assert(!rs_llc_read(&llc, 8 * STRIDE));
    ck_assert(rs_llc_read(&llc, STRIDE));
    ck_assert_uint_eq(llc.write_misses, 2);
}
END_TEST

START_TEST(none_hits_always)
{
    teardown();
    rs_llc_init(&llc, 0, WAYS, 1);
    ck_assert(rs_llc_read(&llc, 123456));
    ck_assert(rs_llc_write(&llc, 123456));
}
END_TEST

int main(void)
{
    TCase *c = tcase_create("llc");

    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, what_fits_stays);
    tcase_add_test(c, writes_keep_to_their_ways);
    tcase_add_test(c, none_hits_always);
    return RUN_TESTS("harness/llc", c);
}
