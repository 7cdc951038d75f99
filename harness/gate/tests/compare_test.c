/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Figures against figures: tolerance, direction, what is new and what is gone.
 */
#include "harness/gate/compare.h"

#include "harness/tests/parse.h"

static GArray *base, *now;
static struct rs_comparison c;

static void setup(void)
{
    base = rs_figures_new();
    now = rs_figures_new();
}

static void teardown(void)
{
    rs_comparison_fini(&c);
    g_array_unref(base);
    g_array_unref(now);
}

static struct rs_figure *figure(GArray *figures, const char *name, double value)
{
    rs_figures_add(figures, name, "ps", value);
    return &g_array_index(figures, struct rs_figure, figures->len - 1);
}

static enum rs_change changed(double was, double is)
{
    g_array_set_size(base, 0);
    g_array_set_size(now, 0);
    rs_comparison_fini(&c);
    figure(base, "a", was);
    figure(now, "a", is);
    rs_compare(&c, base, now);
    ck_assert_uint_eq(c.rows->len, 1);
    return g_array_index(c.rows, struct rs_compared, 0).change;
}

START_TEST(half_a_per_cent)
{
    ck_assert_int_eq(changed(1000, 1000), RS_SAME);
    ck_assert_int_eq(changed(1000, 1005), RS_SAME);
    ck_assert_int_eq(changed(1000, 1005.1), RS_WORSE);
    ck_assert(rs_regressed(&c));
    ck_assert_int_eq(changed(1000, 995), RS_SAME);
    ck_assert_int_eq(changed(1000, 994.9), RS_BETTER);
    ck_assert(!rs_regressed(&c));
    ck_assert_int_eq(changed(0, 0), RS_SAME);
    ck_assert_int_eq(changed(0, 1), RS_WORSE);
    ck_assert_int_eq(changed(1, 0), RS_BETTER);
}
END_TEST

START_TEST(direction_and_tolerance_of_its_own)
{
    figure(base, "rate", 100)->higher = true;
    figure(now, "rate", 90);
    figure(base, "loose", 100)->percent = 10;
    figure(now, "loose", 109);
    figure(base, "strict", 100)->percent = 0;
    figure(now, "strict", 100.001);
    rs_compare(&c, base, now);
    ck_assert_uint_eq(c.count[RS_WORSE], 2);
    ck_assert_uint_eq(c.count[RS_SAME], 1);
}
END_TEST

START_TEST(trifles_of_a_packet)
{
    rs_figures_add(base, "reads", "per packet", 0.000005);
    rs_figures_add(now, "reads", "per packet", 0.00005);
    rs_figures_add(base, "writes", "per packet", 0.1);
    rs_figures_add(now, "writes", "per packet", 0.102);
    rs_figures_add(base, "growth", "percent", 0.02);
    rs_figures_add(now, "growth", "percent", 0.4);
    rs_figures_add(base, "share", "percent", 20);
    rs_figures_add(now, "share", "percent", 20.6);
    rs_compare(&c, base, now);
    ck_assert_uint_eq(c.count[RS_SAME], 2);
    ck_assert_uint_eq(c.count[RS_WORSE], 2);
}
END_TEST

START_TEST(new_and_gone)
{
    figure(base, "gone", 1);
    figure(base, "wall", 1)->exact = false;
    figure(now, "new", 1);
    figure(now, "speed", 1)->exact = false;
    rs_compare(&c, base, now);
    ck_assert_uint_eq(c.rows->len, 2);
    ck_assert_uint_eq(c.count[RS_GONE], 1);
    ck_assert_uint_eq(c.count[RS_NEW], 1);
    ck_assert_msg(rs_regressed(&c), "a figure that nobody measures any more guards nothing");
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("compare");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, half_a_per_cent);
    tcase_add_test(t, direction_and_tolerance_of_its_own);
    tcase_add_test(t, trifles_of_a_packet);
    tcase_add_test(t, new_and_gone);
    return run_tests("compare", (TCase *[]){t, NULL});
}
