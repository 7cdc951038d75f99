/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Tables: widths, alignment, UTF-8, no trailing spaces.
 */
#include "harness/base/table.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/term.h"
#include "mk/run_tests.h"

static char *printed(const struct rs_table *table, unsigned indent)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);

    rs_term_colour("never");
    rs_table_print(table, out, indent);
    fclose(out);
    return text;
}

START_TEST(columns_align)
{
    struct rs_table *t = rs_table_new((const char *[]){"name", ">n", "rest", NULL});
    char *text;

    rs_table_row(t, (const char *[]){"a", "1", "x"});
    rs_table_row(t, (const char *[]){"longer", "1000", NULL});
    text = printed(t, 2);
    ck_assert_str_eq(text, "  name       n  rest\n"
                           "  a          1  x\n"
                           "  longer  1000\n");
    free(text);
    rs_table_free(t);
}
END_TEST

START_TEST(width_is_in_characters)
{
    struct rs_table *t = rs_table_new((const char *[]){"a", ">b", NULL});
    char *text;

    rs_table_row(t, (const char *[]){"\xc3\xa4\xc3\xb6", "1"});
    rs_table_row(t, (const char *[]){"xy", "2"});
    text = printed(t, 0);
    ck_assert_str_eq(text, "a   b\n\xc3\xa4\xc3\xb6  1\nxy  2\n");
    free(text);
    rs_table_free(t);
}
END_TEST

START_TEST(no_rows)
{
    struct rs_table *t = rs_table_new((const char *[]){"only", NULL});
    char *text = printed(t, 0);

    ck_assert_str_eq(text, "only\n");
    free(text);
    rs_table_free(t);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("table");

    tcase_add_test(tc, columns_align);
    tcase_add_test(tc, width_is_in_characters);
    tcase_add_test(tc, no_rows);
    return RUN_TESTS("table", tc);
}
