/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Quantities: exact values of what people write, errors for what they should not, and the way
 * back to text.
 */
#include "harness/base/units.h"

#include "harness/tests/parse.h"

struct good {
    const char *text;
    enum unit unit;
    uint64_t num, den;
};

static const struct good goods[] = {
    {"5ms", UNIT_TIME, 5000000000, 1},
    {"5 ms", UNIT_TIME, 5000000000, 1},
    {"0ns", UNIT_TIME, 0, 1},
    {"1.5us", UNIT_TIME, 1500000, 1},
    {"0.5ps", UNIT_TIME, 1, 2},
    {"2min", UNIT_TIME, 120000000000000, 1},
    {"64B", UNIT_BYTES, 64, 1},
    {"512MiB", UNIT_BYTES, 536870912, 1},
    {"1Mpps", UNIT_PPS, 1000000, 1},
    {"14.88Mpps", UNIT_PPS, 14880000, 1},
    {"0.3pps", UNIT_PPS, 3, 10},
    {"10Gbps", UNIT_BPS, 10000000000, 1},
    {"33.3%", UNIT_PERCENT, 333, 10},
    {"2.4GHz", UNIT_HERTZ, 2400000000, 1},
    {"2m", UNIT_METRE, 2000, 1},
    {"200_000", UNIT_COUNT, 200000, 1},
    {"18446744073709551609", UNIT_COUNT, 18446744073709551609u, 1},
    {"0.25", UNIT_NUMBER, 1, 4},
    {"007", UNIT_COUNT, 7, 1},
};

START_TEST(exact_values)
{
    const struct good *g = &goods[_i];
    struct quantity q;

    ck_assert_int_eq(rs_quantity_parse(g->text, strlen(g->text), g->unit, &q), UNIT_OK);
    ck_assert_uint_eq(q.num, g->num);
    ck_assert_uint_eq(q.den, g->den);
    ck_assert_int_eq(q.unit, g->unit);
}
END_TEST

static const struct {
    const char *text;
    enum unit unit;
    enum unit_error error;
} bads[] = {
    {"", UNIT_TIME, UNIT_NOT_A_NUMBER},
    {"ms", UNIT_TIME, UNIT_NOT_A_NUMBER},
    {".5ms", UNIT_TIME, UNIT_NOT_A_NUMBER},
    {"5.ms", UNIT_TIME, UNIT_NOT_A_NUMBER},
    {"-5ms", UNIT_TIME, UNIT_NOT_A_NUMBER},
    {"+5ms", UNIT_TIME, UNIT_NOT_A_NUMBER},
    {"5", UNIT_TIME, UNIT_MISSING},
    {"5 ", UNIT_TIME, UNIT_MISSING},
    {"5MS", UNIT_TIME, UNIT_WRONG},
    {"5msx", UNIT_TIME, UNIT_WRONG},
    {"5m s", UNIT_TIME, UNIT_WRONG},
    {"5m", UNIT_TIME, UNIT_WRONG},
    {"5__0ms", UNIT_TIME, UNIT_WRONG},
    {"5_ms", UNIT_TIME, UNIT_WRONG},
    {"1e3ms", UNIT_TIME, UNIT_WRONG},
    {"0x10B", UNIT_BYTES, UNIT_WRONG},
    {"64KB", UNIT_BYTES, UNIT_WRONG},
    {"10k", UNIT_COUNT, UNIT_UNWANTED},
    {"1.5", UNIT_COUNT, UNIT_NOT_WHOLE},
    {"99999999999999999999", UNIT_COUNT, UNIT_TOO_BIG},
    {"999999999999h", UNIT_TIME, UNIT_TOO_BIG},
    {"1.0000000000000000001", UNIT_NUMBER, UNIT_TOO_BIG},
};

START_TEST(errors)
{
    struct quantity q = {UNIT_TIME, 7, 7};
    char text[240];
    size_t n = strlen(bads[_i].text);

    ck_assert_int_eq(rs_quantity_parse(bads[_i].text, n, bads[_i].unit, &q), bads[_i].error);
    rs_unit_error_text(bads[_i].error, bads[_i].text, n, bads[_i].unit, text, sizeof(text));
    ck_assert_ptr_nonnull(strstr(text, bads[_i].text));
}
END_TEST

static const struct {
    struct quantity q;
    const char *text;
} prints[] = {
    {{UNIT_TIME, 0, 1}, "0"},
    {{UNIT_TIME, 999, 1}, "999 ps"},
    {{UNIT_TIME, 1000, 1}, "1 ns"},
    {{UNIT_TIME, 1234567, 1}, "1.235 us"},
    {{UNIT_TIME, 5000000000, 1}, "5 ms"},
    {{UNIT_TIME, 18446744073709551615u, 1}, "18446744.074 s"},
    {{UNIT_BYTES, 1536, 1}, "1.5 KiB"},
    {{UNIT_PPS, 14880952, 1}, "14.881 Mpps"},
    {{UNIT_PPS, 1, 3}, "0.333 pps"},
    {{UNIT_PERCENT, 0, 1}, "0%"},
    {{UNIT_PERCENT, 199, 2}, "99.5%"},
    {{UNIT_COUNT, 42, 1}, "42"},
    {{UNIT_NUMBER, 1, 3}, "0.333"},
    {{UNIT_NUMBER, 2, 3}, "0.667"},
};

START_TEST(printing)
{
    char text[64];

    ck_assert_str_eq(rs_quantity_format(prints[_i].q, text, sizeof(text)), prints[_i].text);
}
END_TEST

START_TEST(comparing)
{
    struct quantity third = rs_quantity(UNIT_NUMBER, 2, 6), half = rs_quantity(UNIT_NUMBER, 1, 2);
    struct quantity huge = rs_quantity(UNIT_COUNT, UINT64_MAX, 1);
    uint64_t whole;

    ck_assert_uint_eq(third.num, 1);
    ck_assert_uint_eq(third.den, 3);
    ck_assert_int_lt(rs_quantity_compare(third, half), 0);
    ck_assert_int_gt(rs_quantity_compare(half, third), 0);
    ck_assert_int_eq(rs_quantity_compare(huge, huge), 0);
    ck_assert_int_gt(rs_quantity_compare(huge, rs_quantity(UNIT_COUNT, UINT64_MAX - 1, 1)), 0);
    ck_assert(!rs_quantity_whole(half, &whole));
    ck_assert(rs_quantity_whole(rs_quantity(UNIT_NUMBER, 6, 3), &whole));
    ck_assert_uint_eq(whole, 2);
    ck_assert_uint_eq(rs_quantity(UNIT_NUMBER, 5, 0).den, 1);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("units");

    tcase_add_loop_test(t, exact_values, 0, G_N_ELEMENTS(goods));
    tcase_add_loop_test(t, errors, 0, G_N_ELEMENTS(bads));
    tcase_add_loop_test(t, printing, 0, G_N_ELEMENTS(prints));
    tcase_add_test(t, comparing);
    return run_tests("units", (TCase *[]){t, NULL});
}
