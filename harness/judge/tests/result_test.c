/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Verdicts, canaries, exit status, and what makes two runs different.
 */
#include "harness/judge/result.h"

#include <stdlib.h>

#include "harness/base/term.h"
#include "harness/tests/results.h"

static struct scenario *scenario;

static void setup(void)
{
    scenario = parse_good(HEAD);
}

static void teardown(void)
{
    rs_scenario_free(scenario);
}

static int status_of(unsigned pass, unsigned fail, unsigned nondet, unsigned error, unsigned skip)
{
    const struct rs_summary s = {.count = {pass, fail, nondet, error, skip}};

    return rs_exit_status(&s);
}

START_TEST(exit_status)
{
    const struct rs_summary interrupted = {.count = {5, 1}, .interrupted = true};

    ck_assert_int_eq(status_of(3, 0, 0, 0, 1), RS_EXIT_PASS);
    ck_assert_int_eq(status_of(3, 1, 0, 1, 0), RS_EXIT_FAIL);
    ck_assert_int_eq(status_of(3, 1, 1, 1, 0), RS_EXIT_NONDET);
    ck_assert_int_eq(status_of(3, 0, 0, 1, 0), RS_EXIT_ENVIRONMENT);
    ck_assert_int_eq(status_of(0, 0, 0, 0, 4), RS_EXIT_NOTHING);
    ck_assert_int_eq(rs_exit_status(&interrupted), RS_EXIT_INTERRUPTED);
}
END_TEST

static enum rs_verdict decided(struct rs_result *r)
{
    enum rs_verdict verdict;

    rs_result_decide(r);
    verdict = r->verdict;
    return verdict;
}

START_TEST(verdicts)
{
    struct rs_result *r = result_of(scenario, RS_PASS);

    ck_assert_int_eq(decided(r), RS_PASS);
    r->nondet = g_strdup("hash");
    ck_assert_int_eq(decided(r), RS_NONDET);
    rs_result_free(r);
    r = result_of(scenario, RS_FAIL);
    ck_assert_int_eq(decided(r), RS_FAIL);
    ((struct rs_finding *)r->run.findings->pdata[0])->environment = true;
    ck_assert_int_eq(decided(r), RS_ERROR);
    rs_result_free(r);
    r = result_of(scenario, RS_SKIP);
    ck_assert_int_eq(decided(r), RS_SKIP);
    rs_result_free(r);
}
END_TEST

START_TEST(canaries)
{
    struct rs_result *r;
    struct rs_finding *f;

    scenario->cases[0].canary = true;
    r = result_of(scenario, RS_FAIL);
    ck_assert_int_eq(decided(r), RS_PASS); /* broke its expectation: duty done */
    f = r->run.findings->pdata[0];
    g_clear_pointer(&f->where, g_free);
    ck_assert_int_eq(decided(r), RS_FAIL); /* failed, but not where it should */
    ck_assert_ptr_nonnull(r->canary);
    rs_result_free(r);
    r = result_of(scenario, RS_PASS);
    ck_assert_int_eq(decided(r), RS_FAIL); /* a blind judge */
    ck_assert_ptr_nonnull(strstr(r->canary, "blind"));
    rs_result_free(r);
}
END_TEST

START_TEST(differences)
{
    struct rs_result *a = result_of(scenario, RS_PASS), *b = result_of(scenario, RS_PASS);
    struct bench_report *rb = b->run.facts.report;
    char *text;

    ck_assert_ptr_null(rs_runs_differ(&a->run.facts, &b->run.facts));
    rb->port[0].mmio_reads = 1;
    text = rs_runs_differ(&a->run.facts, &b->run.facts);
    ck_assert_ptr_nonnull(strstr(text, "counters"));
    g_free(text);
    rb->memory_hash[1] = 1;
    text = rs_runs_differ(&a->run.facts, &b->run.facts);
    ck_assert_ptr_nonnull(strstr(text, "memory"));
    g_free(text);
    rb->guest_instructions_end = 7;
    text = rs_runs_differ(&a->run.facts, &b->run.facts);
    ck_assert_ptr_nonnull(strstr(text, "instructions"));
    g_free(text);
    rb->trace_hash[0]++;
    text = rs_runs_differ(&a->run.facts, &b->run.facts);
    ck_assert_ptr_nonnull(strstr(text, "trace hash"));
    g_free(text);
    rs_result_free(a);
    rs_result_free(b);
}
END_TEST

START_TEST(repro_lines_survive_a_shell)
{
    struct rs_result *r = result_of(scenario, RS_FAIL);
    char *line = rs_repro_line(r), **argv;
    int argc;

    ck_assert(g_shell_parse_argv(line, &argc, &argv, NULL));
    ck_assert_int_eq(argc, 3);
    ck_assert_str_eq(argv[2], "/tmp/it's/repro.rsb");
    g_strfreev(argv);
    g_free(line);
    rs_result_free(r);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("result");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, exit_status);
    tcase_add_test(tc, verdicts);
    tcase_add_test(tc, canaries);
    tcase_add_test(tc, differences);
    tcase_add_test(tc, repro_lines_survive_a_shell);
    return RUN_TESTS("result", tc);
}
