/* SPDX-License-Identifier: BSD-2-Clause
 *
 * JUnit XML is well-formed whatever the texts are, and counts what it holds.
 */
#include "harness/report/junit.h"

#include "harness/tests/results.h"

struct seen {
    unsigned cases, failures, errors, skipped, properties, depth;
    bool counts;
};

static void start(GMarkupParseContext *context, const gchar *name, const gchar **keys,
                  const gchar **values, gpointer user, GError **error)
{
    struct seen *seen = user;

    seen->depth++;
    seen->cases += !strcmp(name, "testcase");
    seen->failures += !strcmp(name, "failure");
    seen->errors += !strcmp(name, "error");
    seen->skipped += !strcmp(name, "skipped");
    seen->properties += !strcmp(name, "property");
    if (strcmp(name, "testsuite") != 0)
        return;
    for (unsigned i = 0; keys[i]; i++) {
        ck_assert(strcmp(keys[i], "tests") || !strcmp(values[i], "5"));
        ck_assert(strcmp(keys[i], "failures") || !strcmp(values[i], "2"));
        ck_assert(strcmp(keys[i], "errors") || !strcmp(values[i], "1"));
        ck_assert(strcmp(keys[i], "skipped") || !strcmp(values[i], "1"));
        seen->counts = true;
    }
}

static void end(GMarkupParseContext *context, const gchar *name, gpointer user, GError **error)
{
    ((struct seen *)user)->depth--;
}

START_TEST(well_formed_with_nasty_texts)
{
    const GMarkupParser parser = {.start_element = start, .end_element = end};
    struct scenario *s = parse_good(HEAD);
    GPtrArray *results = one_of_each(s);
    struct rs_summary summary = {0};
    struct seen seen = {0};
    GMarkupParseContext *context;
    GError *error = NULL;
    GString *xml;

    rs_summarise(results, &summary);
    xml = rs_junit(results, &summary);
    ck_assert(g_utf8_validate(xml->str, -1, NULL));
    for (const char *c = xml->str; *c; c++)
        ck_assert((unsigned char)*c >= 0x20 || *c == '\n' || *c == '\t');
    context = g_markup_parse_context_new(&parser, 0, &seen, NULL);
    ck_assert_msg(g_markup_parse_context_parse(context, xml->str, (gssize)xml->len, &error) &&
                      g_markup_parse_context_end_parse(context, &error),
                  "%s", error ? error->message : "");
    ck_assert_uint_eq(seen.depth, 0);
    ck_assert_uint_eq(seen.cases, 5);
    ck_assert_uint_eq(seen.failures, 2);
    ck_assert_uint_eq(seen.errors, 1);
    ck_assert_uint_eq(seen.skipped, 1);
    ck_assert_uint_ge(seen.properties, 5 * 4);
    ck_assert(seen.counts);
    g_markup_parse_context_free(context);
    g_string_free(xml, TRUE);
    g_ptr_array_unref(results);
    rs_scenario_free(s);
}
END_TEST

START_TEST(empty_suite)
{
    GPtrArray *none = g_ptr_array_new();
    struct rs_summary summary = {0};
    GString *xml = rs_junit(none, &summary);

    ck_assert_ptr_nonnull(strstr(xml->str, "tests=\"0\""));
    g_string_free(xml, TRUE);
    g_ptr_array_unref(none);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("junit");

    tcase_add_test(tc, well_formed_with_nasty_texts);
    tcase_add_test(tc, empty_suite);
    return RUN_TESTS("junit", tc);
}
