/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What every unit test of the driver shares: a main() around one suite.
 */
#ifndef RINGSIDE_DRIVER_TESTS_TEST_H
#define RINGSIDE_DRIVER_TESTS_TEST_H

#include <stdlib.h>
#include <string.h>

#include "mk/run_tests.h"

/* TEST_MAIN("pool", test_a, test_b): runs the tests, exit status 1 when one failed. */
#define TEST_MAIN(name, ...)                                                                       \
    int main(void)                                                                                 \
    {                                                                                              \
        const TTest *const tests[] = {__VA_ARGS__};                                                \
        TCase *tcase = tcase_create(name);                                                         \
                                                                                                   \
        tcase_set_timeout(tcase, 60);                                                              \
        for (unsigned i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)                            \
            tcase_add_test(tcase, tests[i]);                                                       \
        return RUN_TESTS(name, tcase);                                                             \
    }

#define ck_contains(text, part)                                                                    \
    ck_assert_msg(strstr(text, part), "expected \"%s\" in: %s", part, text)

#endif
