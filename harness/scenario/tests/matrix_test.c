/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One scenario, many cases: order, names, values, and what is no matrix.
 */
#include "harness/scenario/matrix.h"

#include "harness/tests/parse.h"

START_TEST(no_matrix)
{
    struct scenario *s = parse_good(HEAD);

    ck_assert_uint_eq(s->case_count, 1);
    ck_assert_str_eq(s->cases[0].id, "t");
    ck_assert_uint_eq(s->cases[0].choice_count, 0);
    rs_scenario_free(s);
}
END_TEST

START_TEST(lists_at_keys)
{
    struct scenario *s =
        parse_good("name: t\nwhy: w\n"
                   "driver: {app: fwd, rings: [32, 96], wait: [poll, interrupt]}\n");
    static const char *const ids[] = {"t[rings=32,wait=poll]", "t[rings=32,wait=interrupt]",
                                      "t[rings=96,wait=poll]", "t[rings=96,wait=interrupt]"};

    ck_assert_uint_eq(s->case_count, 4);
    for (unsigned i = 0; i < 4; i++) {
        ck_assert_str_eq(s->cases[i].id, ids[i]);
        ck_assert_uint_eq(s->cases[i].driver.rings, i < 2 ? 32 : 96);
        ck_assert_uint_eq(s->cases[i].driver.wait, i % 2);
        ck_assert_str_eq(s->cases[i].choice[0].name, "rings");
        ck_assert_str_eq(s->cases[i].choice[0].value, i < 2 ? "32" : "96");
    }
    rs_scenario_free(s);
}
END_TEST

START_TEST(one_value)
{
    struct scenario *s = parse_good("name: t\nwhy: w\ndriver: {app: fwd, rings: [64]}\n");

    ck_assert_uint_eq(s->case_count, 1);
    ck_assert_str_eq(s->cases[0].id, "t[rings=64]");
    rs_scenario_free(s);
}
END_TEST

#define FLOW(name, more) "- {name: " name ", from: 0, expect: 1, count: 9, " more "}\n"

START_TEST(variables)
{
    struct scenario *s =
        parse_good(HEAD "matrix: {size: [64B, 1518B], n: [1, 2]}\n"
                        "traffic:\n" FLOW("up", "size: \"${size}\", rate: 10kpps, tuples: \"${n}\"")
                            FLOW("down", "size: [\"${size}\", 100B], rate: \"${n}kpps\""));

    ck_assert_uint_eq(s->case_count, 4);
    ck_assert_str_eq(s->cases[1].id, "t[size=64B,n=2]");
    ck_assert_uint_eq(s->cases[1].flows[0].tuples, 2);
    ck_assert_uint_eq(s->cases[1].flows[1].rate.value.num, 2000);
    ck_assert_uint_eq(s->cases[2].flows[0].size.length[0], 1514);
    ck_assert_uint_eq(s->cases[2].flows[1].size.length[0], 1514);
    ck_assert_uint_eq(s->cases[2].flows[1].size.count, 2);
    rs_scenario_free(s);
}
END_TEST

START_TEST(same_key_twice)
{
    struct scenario *s = parse_good(HEAD "traffic:\n" FLOW("up", "size: 64B, rate: [1kpps, 2kpps]")
                                        FLOW("down", "size: 64B, rate: [3kpps, line]"));

    ck_assert_uint_eq(s->case_count, 4);
    ck_assert_str_eq(s->cases[3].id, "t[up.rate=2kpps,down.rate=line]");
    ck_assert_int_eq(s->cases[3].flows[1].rate.kind, SCENARIO_RATE_LINE);
    rs_scenario_free(s);
}
END_TEST

START_TEST(sizes_are_no_matrix)
{
    struct scenario *s =
        parse_good(HEAD "tags: [a, b]\ntraffic:\n" FLOW("up", "size: [64B, 128B], rate: 1kpps"));

    ck_assert_uint_eq(s->case_count, 1);
    ck_assert_uint_eq(s->cases[0].flows[0].size.count, 2);
    rs_scenario_free(s);
}
END_TEST

START_TEST(ids_are_safe_names)
{
    struct scenario *s = parse_good(HEAD "traffic:\n- {from: 0, expect: 1, rate: line, replay: "
                                         "[../a b/c.pcap, \"d;e\"]}\n");

    ck_assert_str_eq(s->cases[0].id, "t[replay=..-a-b-c.pcap]");
    ck_assert_str_eq(s->cases[1].id, "t[replay=d-e]");
    ck_assert_str_eq(s->cases[1].choice[0].value, "d;e");
    rs_scenario_free(s);
    char *wrong = parse_bad(HEAD "traffic:\n- {from: 0, expect: 1, rate: line, replay: "
                                 "[a/b, a-b]}\n");
    ck_assert_ptr_nonnull(strstr(wrong, "two cases would be called t[replay=a-b]"));
    g_free(wrong);
}
END_TEST

START_TEST(guest_variables_stay)
{
    struct scenario *s = parse_good("name: t\nwhy: w\nmatrix: {n: [1]}\n"
                                    "driver: {command: [/bin/x, \"${PORT0}-${n}\", \"$HOME\"]}\n");

    ck_assert_str_eq(s->cases[0].driver.command[1], "${PORT0}-1");
    ck_assert_str_eq(s->cases[0].driver.command[2], "$HOME");
    rs_scenario_free(s);
}
END_TEST

START_TEST(limits)
{
    char *wrong = parse_bad(HEAD "matrix: {a: [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16], "
                                 "b: [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]}\n"
                                 "env: x\nsource: \"${a}${b}\"\n");

    ck_assert_ptr_nonnull(strstr(wrong, "more than 256 cases"));
    g_free(wrong);
    wrong = parse_bad(HEAD "matrix: {a: [1], b: [1], c: [1], d: [1], e: [1], f: [1], g: [1], "
                           "h: [1], i: [1]}\n");
    ck_assert_ptr_nonnull(strstr(wrong, "more than 8 lists"));
    g_free(wrong);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("matrix");

    tcase_add_test(t, no_matrix);
    tcase_add_test(t, lists_at_keys);
    tcase_add_test(t, one_value);
    tcase_add_test(t, variables);
    tcase_add_test(t, same_key_twice);
    tcase_add_test(t, sizes_are_no_matrix);
    tcase_add_test(t, ids_are_safe_names);
    tcase_add_test(t, guest_variables_stay);
    tcase_add_test(t, limits);
    return run_tests("matrix", (TCase *[]){t, NULL});
}
