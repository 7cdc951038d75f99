/* SPDX-License-Identifier: BSD-2-Clause
 *
 * For tests: scenarios from text, and what was complained about them.
 */
#ifndef RINGSIDE_HARNESS_TESTS_PARSE_H
#define RINGSIDE_HARNESS_TESTS_PARSE_H

#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "harness/scenario/scenario.h"
#include "mk/run_tests.h"

#define HEAD "name: t\nwhy: w\ndriver: {app: fwd}\n"

/* A good scenario; the test fails with the complaints when it is not. */
static inline struct scenario *parse_good(const char *text)
{
    struct scenario *s;
    struct diag diag;

    rs_diag_init(&diag);
    if (rs_scenario_parse("harness/tests/t.yaml", text, strlen(text), &diag, &s) != 0) {
        rs_diag_print(&diag, stderr, false);
        ck_abort_msg("this scenario should be good:\n%s", text);
    }
    rs_diag_fini(&diag);
    return s;
}

/* All complaints as lines "line:column: text", in order; the caller frees. */
static inline char *complaints(struct diag *diag)
{
    GString *out = g_string_new(NULL);
    char *text = NULL;
    size_t bytes = 0;
    FILE *stream = open_memstream(&text, &bytes);

    rs_diag_print(diag, stream, false);
    fclose(stream);
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        char *at = strstr(line, ".yaml:");
        if (at != NULL && line[0] != ' ')
            g_string_append_printf(out, "%s\n", at + 6);
    }
    free(text);
    return g_string_free(out, FALSE);
}

/* Complaints about a text; "" when it is good. */
static inline char *parse_bad(const char *text)
{
    struct scenario *s;
    struct diag diag;

    rs_diag_init(&diag);
    rs_scenario_parse("t.yaml", text, strlen(text), &diag, &s);
    rs_scenario_free(s);
    char *out = complaints(&diag);
    rs_diag_fini(&diag);
    return out;
}

#endif
