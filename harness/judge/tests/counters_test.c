/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Counters of a driver's output.
 */
#include "harness/judge/counters.h"

#include <string.h>

#include "harness/tests/parse.h"

static struct rs_counters counters;

static void given(const char *text)
{
    rs_counters_set(&counters, text, strlen(text));
}

START_TEST(names_are_whole_and_the_last_line_counts)
{
    uint64_t value = 0;

    given("ringside: ready\napp.frames 12\nport0.hw.gprc 7\napp.frames 13\napp.framesx 9\n");
    ck_assert(rs_counter(&counters, "app.frames", &value));
    ck_assert_uint_eq(value, 13);
    ck_assert(rs_counter(&counters, "port0.hw.gprc", &value));
    ck_assert_uint_eq(value, 7);
    ck_assert(!rs_counter(&counters, "app.frame", &value));
    ck_assert(!rs_counter(&counters, "frames", &value));
    rs_counters_fini(&counters);
}
END_TEST

START_TEST(what_is_no_counter_is_passed_over)
{
    uint64_t value = 5;

    ck_assert(!rs_counter(&counters, "a", &value));
    given("a -1\nb 0x10\nc 99999999999999999999999\nd \ne\na b\nf 18446744073709551615");
    for (const char *name = "abcde"; *name; name++)
        ck_assert(!rs_counter(&counters, (char[]){*name, '\0'}, &value));
    ck_assert_uint_eq(value, 5);
    ck_assert(rs_counter(&counters, "f", &value));
    ck_assert_uint_eq(value, UINT64_MAX);
    rs_counters_fini(&counters);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("counters");

    tcase_add_test(t, names_are_whole_and_the_last_line_counts);
    tcase_add_test(t, what_is_no_counter_is_passed_over);
    return run_tests("counters", (TCase *[]){t, NULL});
}
