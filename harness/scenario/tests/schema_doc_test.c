/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Manual page and JSON Schema name every key, once and in good form.
 */
#include "harness/scenario/schema_doc.h"

#include <jansson.h>
#include <stdlib.h>

#include "harness/tests/parse.h"

static void every_key(const struct schema_object *object, const char *page)
{
    for (size_t i = 0; i < object->key_count; i++) {
        char *cell = g_strdup_printf("| `%s` |", object->keys[i].name);
        ck_assert_msg(strstr(page, cell) != NULL, "%s is not explained", cell);
        g_free(cell);
        if (object->keys[i].object != NULL)
            every_key(object->keys[i].object, page);
    }
}

START_TEST(markdown)
{
    char *page = rs_schema_markdown(), *again = rs_schema_markdown();

    every_key(rs_schema(), page);
    for (unsigned i = 0; i < METRICS; i++)
        ck_assert_ptr_nonnull(strstr(page, rs_metric_names[i]));
    ck_assert_ptr_nonnull(strstr(page, "| `mmio_write_stall` |"));
    ck_assert_ptr_nonnull(strstr(page, "| `2.4GHz` | 1000/337 |"));
    ck_assert_str_eq(page, again);
    ck_assert_int_eq(page[strlen(page) - 1], '\n');
    g_free(page);
    g_free(again);
}
END_TEST

START_TEST(example)
{
    struct scenario *s = parse_good(rs_schema_example);

    ck_assert_uint_eq(s->case_count, 2);
    rs_scenario_free(s);
}
END_TEST

/* Table rows have as many cells as their head: a | in a text must be escaped. */
START_TEST(tables)
{
    char *page = rs_schema_markdown();
    unsigned cells = 0;
    char **lines = g_strsplit(page, "\n", -1);

    for (char **line = lines; *line != NULL; line++) {
        unsigned bars = 0;
        for (const char *p = *line; *p != '\0'; p++)
            bars += *p == '|' && (p == *line || p[-1] != '\\');
        if ((*line)[0] != '|')
            cells = 0;
        else if (cells == 0)
            cells = bars;
        else
            ck_assert_msg(bars == cells, "%s", *line);
    }
    g_strfreev(lines);
    g_free(page);
}
END_TEST

START_TEST(json)
{
    char *text = rs_schema_json();
    json_error_t error;
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &error);

    ck_assert_msg(root != NULL, "%s", error.text);
    json_t *properties = json_object_get(root, "properties");
    for (size_t i = 0; i < rs_schema()->key_count; i++)
        ck_assert_ptr_nonnull(json_object_get(properties, rs_schema()->keys[i].name));
    ck_assert(json_is_false(json_object_get(root, "additionalProperties")));
    ck_assert_uint_eq(json_array_size(json_object_get(root, "required")), 3);
    json_t *flow = json_object_get(json_object_get(properties, "traffic"), "items");
    ck_assert_ptr_nonnull(json_object_get(json_object_get(flow, "properties"), "rate"));
    json_decref(root);
    g_free(text);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("doc");

    tcase_add_test(t, markdown);
    tcase_add_test(t, example);
    tcase_add_test(t, tables);
    tcase_add_test(t, json);
    return run_tests("schema_doc", (TCase *[]){t, NULL});
}
