/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Steps against what is expected of them: see judge_steps.h. Of a step that did not end as it must,
 * the output is not looked at: one cause, not twenty consequences.
 */
#include "harness/judge/judge_steps.h"

#include <string.h>

enum { SHOWN_BYTES = 160 };

struct judging {
    GPtrArray *findings;
    const struct scenario *scenario;
    const struct scenario_case *c;
    const struct rs_facts *facts;
    const struct scenario_step *step;
};

static void place(struct rs_finding *f, const struct judging *j, struct diag_mark mark,
                  const char *why)
{
    f->where = g_strdup_printf("%s:%u", j->scenario->path, mark.line);
    f->why = g_strdup(why ?: j->step->why);
}

static char *what(const struct judging *j)
{
    return g_strdup_printf("step %s", j->step->name);
}

/* The last line that says something: mostly why a script failed. g_free(). */
static char *last_line(const char *output)
{
    char **lines = g_strsplit(output ?: "", "\n", -1), *last;
    guint n = g_strv_length(lines);

    while (n > 0 && !*g_strstrip(lines[n - 1]))
        n--;
    last = n ? g_strndup(lines[n - 1], SHOWN_BYTES) : g_strdup("no output");
    for (char *c = last; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = '?';
    g_strfreev(lines);
    if (!g_utf8_validate(last, -1, NULL)) { /* cut within a character */
        char *valid = g_utf8_make_valid(last, -1);

        g_free(last);
        last = valid;
    }
    return last;
}

/* ---- how it ended ---- */

static char *end_words(const struct rs_step_result *result, const struct scenario_step *step)
{
    switch (result ? result->end : RS_STEP_NOT_RUN) {
    case RS_STEP_EXIT: return g_strdup_printf("exit status %u", result->value);
    case RS_STEP_SIGNAL: return g_strdup_printf("ended by signal %u", result->value);
    case RS_STEP_LATE:
        return g_strdup_printf("not done within its deadline of %llu ms",
                               (unsigned long long)(step->deadline_ps / 1000000000));
    case RS_STEP_NOT_STARTED: return g_strdup("it could not be started");
    default: return g_strdup("it was not run");
    }
}

static bool ended_well(const struct judging *j, const struct rs_step_result *result)
{
    const bool good = result && result->end == RS_STEP_EXIT && result->value == j->step->status;

    if (!good) {
        char *name = what(j), *words = end_words(result, j->step);
        char *expected = g_strdup_printf("exit status %u", (unsigned)j->step->status);
        char *line = last_line(result ? result->output : NULL);

        place(rs_find(j->findings, name, expected, "%s: %s", words, line), j, j->step->marks.self,
              NULL);
        g_free(line);
        g_free(expected);
        g_free(words);
        g_free(name);
    }
    return good;
}

/* ---- lines ---- */

/* The first line that matches, g_free(); NULL: none. */
static char *matching_line(const char *output, const char *expression)
{
    char **lines = g_strsplit(output ?: "", "\n", -1), *found = NULL;
    GRegex *regex = g_regex_new(expression, G_REGEX_OPTIMIZE, 0, NULL);

    for (unsigned i = 0; regex && lines[i] && !found; i++)
        if (g_regex_match(regex, lines[i], 0, NULL))
            found = g_strndup(lines[i], SHOWN_BYTES);
    g_regex_unref(regex);
    g_strfreev(lines);
    return found;
}

static void judge_lines(const struct judging *j, const char *output)
{
    const struct diag_mark lines = rs_schema_mark(&rs_schema_step, j->step, "lines");
    const struct diag_mark never = rs_schema_mark(&rs_schema_step, j->step, "never");
    char *name = what(j), *line;

    for (char **e = j->step->lines; e && *e; e++) {
        line = matching_line(output, *e);
        if (!line) {
            char *expected = g_strdup_printf("a line like '%s'", *e), *last = last_line(output);

            place(rs_find(j->findings, name, expected, "none; the last is '%s'", last), j, lines,
                  NULL);
            g_free(last);
            g_free(expected);
        }
        g_free(line);
    }
    for (char **e = j->step->never; e && *e; e++) {
        line = matching_line(output, *e);
        if (line) {
            char *expected = g_strdup_printf("no line like '%s'", *e);

            place(rs_find(j->findings, name, expected, "'%s'", line), j, never, NULL);
            g_free(expected);
        }
        g_free(line);
    }
    g_free(name);
}

/* ---- numbers ---- */

bool rs_number_in(const char *text, const char *find, uint64_t *value)
{
    GRegex *regex = g_regex_new(find, G_REGEX_MULTILINE, 0, NULL);
    GMatchInfo *match = NULL;
    bool found = false;

    if (!regex)
        return false;
    g_regex_match(regex, text ?: "", 0, &match);
    for (; g_match_info_matches(match); g_match_info_next(match, NULL)) {
        char *digits = g_match_info_fetch(match, 1);
        const bool hex = digits && g_str_has_prefix(digits, "0x");
        uint64_t number;

        if (digits && g_ascii_string_to_unsigned(digits + (hex ? 2 : 0), hex ? 16 : 10, 0,
                                                 UINT64_MAX, &number, NULL)) {
            *value = number;
            found = true;
        }
        g_free(digits);
    }
    g_match_info_free(match);
    g_regex_unref(regex);
    return found;
}

/* What the number must be, as words; *good: it is. g_free(). */
static char *expected_number(const struct judging *j, const struct scenario_number *n,
                             uint64_t value, bool *good)
{
    const struct rs_scope scope = {.flow = n->flow, .port = n->port};
    const struct metric *metric = n->has_metric ? rs_metric(n->metric) : NULL;
    struct quantity truth;

    if (metric) {
        const bool has = rs_metric_value(j->facts, n->metric, scope, &truth);

        *good = has && truth.den == 1 && truth.num == value;
        if (!has)
            return g_strdup_printf("a value of %s, which this run has not", metric->name);
        return g_strdup_printf("%llu, as %s", (unsigned long long)(truth.num / truth.den),
                               metric->name);
    }
    if (n->has_is) {
        *good = value == n->is.num;
        return g_strdup_printf("exactly %llu", (unsigned long long)n->is.num);
    }
    *good = (!n->has_min || value >= n->min.num) && (!n->has_max || value <= n->max.num);
    if (n->has_min && n->has_max)
        return g_strdup_printf("%llu to %llu", (unsigned long long)n->min.num,
                               (unsigned long long)n->max.num);
    return n->has_max ? g_strdup_printf("at most %llu", (unsigned long long)n->max.num)
                      : g_strdup_printf("at least %llu", (unsigned long long)n->min.num);
}

static void judge_number(const struct judging *j, const char *output,
                         const struct scenario_number *n)
{
    const struct rs_step_result *since =
        n->since ? rs_guest_step(&j->facts->guest, n->since) : NULL;
    uint64_t value = 0, before = 0;
    const bool has = rs_number_in(output, n->find, &value);
    const bool had = !n->since || rs_number_in(since ? since->output : NULL, n->find, &before);
    char *name = g_strdup_printf("step %s, '%s'", j->step->name, n->find);
    bool good;
    char *expected = expected_number(j, n, value - before, &good);

    if (!has || !had)
        place(rs_find(j->findings, name, expected, "no such number%s%s", has ? " in step " : "",
                      has ? n->since : ""),
              j, n->marks.self, n->why);
    else if (!good && n->since)
        place(rs_find(j->findings, name, expected, "%lld (from %llu to %llu)",
                      (long long)(value - before), (unsigned long long)before,
                      (unsigned long long)value),
              j, n->marks.self, n->why);
    else if (!good)
        place(rs_find(j->findings, name, expected, "%llu", (unsigned long long)value), j,
              n->marks.self, n->why);
    g_free(expected);
    g_free(name);
}

void rs_judge_steps(GPtrArray *findings, const struct scenario *scenario,
                    const struct scenario_case *c, const struct rs_facts *facts)
{
    struct judging j = {
        .findings = findings, .scenario = scenario, .c = c, .facts = facts};

    for (size_t i = 0; i < c->step_count; i++) {
        const struct rs_step_result *result = rs_guest_step(&facts->guest, c->steps[i].name);

        j.step = &c->steps[i];
        if (!ended_well(&j, result))
            continue;
        judge_lines(&j, result->output);
        for (size_t n = 0; n < j.step->number_count; n++)
            judge_number(&j, result->output, &j.step->numbers[n]);
    }
}
