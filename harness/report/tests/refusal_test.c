/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Every kind of access and every reason has words, and so has what a damaged report holds.
 */
#include "harness/report/refusal.h"

#include <string.h>

#include "mk/run_tests.h"

START_TEST(everything_has_words)
{
    struct report_refusal r = {0};

    for (unsigned i = 0; i < 256; i++) {
        r.reason = (uint8_t)i;
        r.tag = NIC_TAG(i, 3);
        ck_assert_uint_gt(strlen(rs_refusal_access(&r)), 5);
        ck_assert_uint_gt(strlen(rs_refusal_reason(&r)), 5);
    }
    r.tag = NIC_TAG(NIC_TAG_RX_WB, 7);
    r.reason = REPORT_REFUSED_WRITE;
    ck_assert_str_eq(rs_refusal_access(&r), "write-back of receive descriptors");
    ck_assert_str_eq(rs_refusal_reason(&r), "the device may not write there");
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("refusal");

    tcase_add_test(tc, everything_has_words);
    return RUN_TESTS("refusal", tc);
}
