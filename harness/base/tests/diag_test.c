/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Complaints: form, order, caret, once only, harmless output; nearest words.
 */
#include "harness/base/diag.h"

#include <stdlib.h>

#include "harness/tests/parse.h"

static char *printed(struct diag *d, bool colour)
{
    char *text = NULL;
    size_t bytes;
    FILE *stream = open_memstream(&text, &bytes);

    rs_diag_print(d, stream, colour);
    fclose(stream);
    return text;
}

START_TEST(form_and_order)
{
    const char *text = "one: 1\n\ttwo: 22\nthr\xc3\xa9"
                       "e: x\n";
    struct diag d;

    rs_diag_init(&d);
    rs_diag_add(&d, DIAG_WARNING, "b.yaml", text, (struct diag_mark){3, 8, 1}, "odd %d", 3);
    rs_diag_add(&d, DIAG_ERROR, "b.yaml", text, (struct diag_mark){2, 7, 2}, "bad");
    rs_diag_add(&d, DIAG_ERROR, "b.yaml", text, (struct diag_mark){2, 7, 2}, "bad");
    rs_diag_add(&d, DIAG_ERROR, "a.yaml", NULL, (struct diag_mark){0, 0, 0}, "not there");
    char *out = printed(&d, false);
    ck_assert_str_eq(out, "a.yaml: error: not there\n"
                          "b.yaml:2:7: error: bad\n"
                          "     two: 22\n"
                          "          ^~\n"
                          "b.yaml:3:8: warning: odd 3\n"
                          "    thr\xc3\xa9"
                          "e: x\n"
                          "           ^\n"
                          "2 errors, 1 warning\n");
    free(out);
    rs_diag_fini(&d);
}
END_TEST

START_TEST(harmless)
{
    struct diag d;

    rs_diag_init(&d);
    rs_diag_add(&d, DIAG_ERROR, "x", "\033[2Jevil\xff\n", (struct diag_mark){1, 500, 9},
                "\033[31mred\xff");
    char *out = printed(&d, false);
    ck_assert_ptr_null(strchr(out, '\033'));
    ck_assert(g_utf8_validate(out, -1, NULL));
    free(out);
    out = printed(&d, true);
    ck_assert_ptr_nonnull(strchr(out, '\033'));
    free(out);
    rs_diag_fini(&d);
}
END_TEST

START_TEST(many)
{
    struct diag d;

    rs_diag_init(&d);
    for (unsigned i = 1; i <= 1500; i++)
        rs_diag_add(&d, DIAG_ERROR, "x", NULL, (struct diag_mark){i, 1, 0}, "no");
    ck_assert_uint_eq(d.errors, 1500);
    ck_assert_uint_eq(d.count, 1000);
    rs_diag_fini(&d);
}
END_TEST

START_TEST(no_colour_in_pipes)
{
    FILE *stream = tmpfile();

    ck_assert(!rs_colour_wanted(stream));
    fclose(stream);
}
END_TEST

START_TEST(nearest)
{
    static const char *const words[] = {"latency.p99", "latency.p50", "lost",  "traffic",
                                        "up",          "on",          "ports", NULL};

    ck_assert_str_eq(rs_nearest("trafic", words), "traffic");
    ck_assert_str_eq(rs_nearest("tarffic", words), "traffic");
    ck_assert_str_eq(rs_nearest("Ports", words), "ports");
    ck_assert_str_eq(rs_nearest("port", words), "ports");
    ck_assert_str_eq(rs_nearest("latency.p98", words), "latency.p99");
    ck_assert_str_eq(rs_nearest("traf", words), "traffic");
    ck_assert_ptr_null(rs_nearest("colour", words));
    ck_assert_ptr_null(rs_nearest("x", words));
    ck_assert_ptr_null(rs_nearest("", words));
    char *longest = g_strnfill(10000, 'a');
    ck_assert_ptr_null(rs_nearest(longest, words));
    g_free(longest);
}
END_TEST

START_TEST(told_once_for_all)
{
    struct diag told, first, second;
    char *text;

    rs_diag_init(&told);
    rs_diag_init(&first);
    rs_diag_init(&second);
    rs_diag_add(&first, DIAG_ERROR, "a", "x y\n", (struct diag_mark){1, 3, 1}, "one");
    ck_assert(rs_diag_drop_known(&first, &told));
    rs_diag_add(&second, DIAG_ERROR, "a", "x y\n", (struct diag_mark){1, 3, 1}, "one");
    rs_diag_add(&second, DIAG_ERROR, "a", "x y\n", (struct diag_mark){1, 1, 1}, "two");
    ck_assert(rs_diag_drop_known(&second, &told));
    text = printed(&second, false);
    ck_assert_str_eq(text, "a:1:1: error: two\n    x y\n    ^\n");
    ck_assert(!rs_diag_drop_known(&first, &told));
    free(text);
    rs_diag_fini(&told);
    rs_diag_fini(&first);
    rs_diag_fini(&second);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("diag");

    tcase_add_test(t, form_and_order);
    tcase_add_test(t, told_once_for_all);
    tcase_add_test(t, harmless);
    tcase_add_test(t, many);
    tcase_add_test(t, no_colour_in_pipes);
    tcase_add_test(t, nearest);
    return run_tests("diag", (TCase *[]){t, NULL});
}
