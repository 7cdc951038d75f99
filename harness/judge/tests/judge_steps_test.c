/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What is said of steps whose exit status, lines or numbers are not as expected.
 */
#include "harness/judge/judge_steps.h"

#include <string.h>

#include "harness/tests/parse.h"

#define TOP                                                                                        \
    "name: t\nwhy: w\nmachine: {ports: 2, host: qemu}\ndriver: {command: [/bin/x]}\n"             \
    "traffic: [{name: in, from: 0, expect: none, size: 64B, rate: line, count: 9}]\nguest:\n"

static struct rs_facts facts;
static struct bench_report report;

static void setup(void)
{
    memset(&facts, 0, sizeof(facts));
    memset(&report, 0, sizeof(report));
    report.ports = 2;
    report.port[0].wire_in_frames = 9;
    facts.report = &report;
    facts.has_guest = true;
}

static void did(const char *name, enum rs_step_end end, unsigned value, const char *output)
{
    struct rs_step_result *step = &facts.guest.step[facts.guest.steps++];

    g_strlcpy(step->name, name, sizeof(step->name));
    step->end = end;
    step->value = value;
    step->output = (char *)output;
}

/* The only finding as "what: expected; seen"; "" when there is none. g_free(). */
static char *judge(const char *steps)
{
    char *text = g_strconcat(TOP, steps, NULL), *out;
    struct scenario *s = parse_good(text);
    GPtrArray *findings = g_ptr_array_new_with_free_func(rs_finding_free);

    rs_judge_steps(findings, s, &s->cases[0], &facts);
    ck_assert_uint_le(findings->len, 1);
    if (findings->len) {
        const struct rs_finding *f = findings->pdata[0];

        ck_assert_ptr_nonnull(f->where);
        out = g_strdup_printf("%s: %s; %s", f->what, f->expected, f->seen);
    } else {
        out = g_strdup("");
    }
    g_ptr_array_unref(findings);
    rs_scenario_free(s);
    g_free(text);
    return out;
}

static const struct {
    const char *step;
    enum rs_step_end end;
    unsigned value;
    const char *output, *finding;
} rows[] = {
    {"run: 'true'", RS_STEP_EXIT, 0, "", ""},
    {"run: 'true', status: 3", RS_STEP_EXIT, 3, "", ""},
    {"run: 'true'", RS_STEP_EXIT, 2, "one\nlast words\n\n",
     "step a: exit status 0; exit status 2: last words"},
    {"run: 'true'", RS_STEP_SIGNAL, 11, NULL,
     "step a: exit status 0; ended by signal 11: no output"},
    {"run: 'true', deadline: 3ms", RS_STEP_LATE, 9, "",
     "step a: exit status 0; not done within its deadline of 3 ms: no output"},
    {"run: 'true'", RS_STEP_NOT_RUN, 0, NULL, "step a: exit status 0; it was not run: no output"},
    {"run: x, lines: ['Speed: 1\\d+Mb', '^yes$']", RS_STEP_EXIT, 0, " Speed: 10000Mb/s\nyes\n", ""},
    {"run: x, lines: ['^no$']", RS_STEP_EXIT, 0, "yes\nno more\n",
     "step a: a line like '^no$'; none; the last is 'no more'"},
    {"run: x, never: [rror]", RS_STEP_EXIT, 0, "all\nan error\n",
     "step a: no line like 'rror'; 'an error'"},
    {"run: x, numbers: [{find: 'rx: (\\d+)', metric: wire.in, port: 0}]", RS_STEP_EXIT, 0,
     "rx: 4\nrx: 9\n", ""}, /* the last one counts */
    {"run: x, numbers: [{find: 'rx: (\\d+)', metric: wire.in, port: 1}]", RS_STEP_EXIT, 0,
     "rx: 9\n", "step a, 'rx: (\\d+)': 0, as wire.in; 9"},
    {"run: x, numbers: [{find: 'rx: (\\w+)', is: 255}]", RS_STEP_EXIT, 0, "rx: 0xff\n", ""},
    {"run: x, numbers: [{find: '^rx: (\\d+)$', min: 3, max: 5}]", RS_STEP_EXIT, 0, "a\nrx: 6\n",
     "step a, '^rx: (\\d+)$': 3 to 5; 6"},
    {"run: x, numbers: [{find: 'rx: (\\d+)', is: 1}]", RS_STEP_EXIT, 0, "tx: 1\n",
     "step a, 'rx: (\\d+)': exactly 1; no such number"},
    {"run: x, numbers: [{find: 'rx: (\\d+)', is: 1}]", RS_STEP_EXIT, 0,
     "rx: 99999999999999999999\n",
     "step a, 'rx: (\\d+)': exactly 1; no such number"},
};

START_TEST(every_way_to_be_wrong_is_told)
{
    char *step = g_strdup_printf("  - {name: a, %s}\n", rows[_i].step);

    did("a", rows[_i].end, rows[_i].value, rows[_i].output);
    char *found = judge(step);
    ck_assert_str_eq(found, rows[_i].finding);
    g_free(found);
    g_free(step);
}
END_TEST

START_TEST(a_number_counts_since_an_earlier_step)
{
    const char *steps = "  - {name: first, run: x}\n"
                        "  - {name: a, run: x, numbers: [{find: 'rx: (\\d+)', since: first, "
                        "metric: wire.in, port: 0}]}\n";

    did("first", RS_STEP_EXIT, 0, "rx: 100\n");
    did("a", RS_STEP_EXIT, 0, "rx: 109\n");
    char *found = judge(steps);
    ck_assert_str_eq(found, "");
    g_free(found);
    facts.guest.step[1].output = (char *)"rx: 108\n";
    found = judge(steps);
    ck_assert_str_eq(found, "step a, 'rx: (\\d+)': 9, as wire.in; 8 (from 100 to 108)");
    g_free(found);
    facts.guest.step[0].output = NULL;
    found = judge(steps);
    ck_assert_str_eq(found, "step a, 'rx: (\\d+)': 9, as wire.in; no such number in step first");
    g_free(found);
}
END_TEST

START_TEST(a_step_that_the_guest_does_not_know_was_not_run)
{
    char *found = judge("  - {name: a, run: x}\n");

    ck_assert_str_eq(found, "step a: exit status 0; it was not run: no output");
    g_free(found);
}
END_TEST

int main(void)
{
    TCase *all = tcase_create("steps");

    tcase_add_checked_fixture(all, setup, NULL);
    tcase_add_loop_test(all, every_way_to_be_wrong_is_told, 0, G_N_ELEMENTS(rows));
    tcase_add_test(all, a_number_counts_since_an_earlier_step);
    tcase_add_test(all, a_step_that_the_guest_does_not_know_was_not_run);
    return run_tests("harness/judge_steps", (TCase *const[]){all, NULL});
}
