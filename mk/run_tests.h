/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The end of every unit test's main(): runs its cases and tells in its exit status whether all of
 * them passed. Knows the Check library and nothing of what is tested.
 */
#ifndef RINGSIDE_RUN_TESTS_H
#define RINGSIDE_RUN_TESTS_H

#include <check.h>
#include <stddef.h>

/* `cases` ends with NULL. How loud it is says CK_VERBOSITY. */
static inline int run_tests(const char *name, TCase *const *cases)
{
    Suite *suite = suite_create(name);
    SRunner *runner;
    int failed;

    for (; *cases; cases++)
        suite_add_tcase(suite, *cases);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

#define RUN_TESTS(name, ...) run_tests(name, (TCase *const[]){__VA_ARGS__, NULL})

#endif
