/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The table of keys is whole: no name twice, every range and default readable and within its own
 * range, every key explained.
 */
#include "harness/scenario/schema.h"

#include "harness/tests/parse.h"

static void check_bounds(const struct schema_key *key)
{
    struct quantity low = {key->unit, 0, 1}, high = {key->unit, UINT64_MAX, 1}, q;

    if (key->min != NULL)
        ck_assert_msg(rs_quantity_parse(key->min, strlen(key->min), key->unit, &low) == 0, "%s",
                      key->name);
    if (key->max != NULL)
        ck_assert_msg(rs_quantity_parse(key->max, strlen(key->max), key->unit, &high) == 0, "%s",
                      key->name);
    ck_assert_int_le(rs_quantity_compare(low, high), 0);
    if (key->otherwise == NULL)
        return;
    ck_assert_msg(rs_quantity_parse(key->otherwise, strlen(key->otherwise), key->unit, &q) == 0,
                  "%s", key->name);
    ck_assert_msg(rs_quantity_compare(q, low) >= 0 && rs_quantity_compare(q, high) <= 0,
                  "default of %s is out of its range", key->name);
}

static void check_word(const struct schema_key *key)
{
    bool found = key->otherwise == NULL;

    for (unsigned i = 0; key->words[i] != NULL; i++)
        found |= key->otherwise != NULL && strcmp(key->words[i], key->otherwise) == 0;
    ck_assert_msg(found, "default of %s is none of its words", key->name);
}

static void check_object(const struct schema_object *object, unsigned depth)
{
    ck_assert_uint_lt(depth, 4);
    ck_assert_uint_le(object->key_count, SCHEMA_KEYS_MAX);
    ck_assert_uint_ge(object->bytes, sizeof(struct schema_marks));
    for (size_t i = 0; i < object->key_count; i++) {
        const struct schema_key *key = &object->keys[i];
        ck_assert_int_eq(rs_schema_row(object, key->name), (int)i); /* else a name is twice there */
        ck_assert_uint_gt(strlen(key->doc), 5);
        ck_assert_int_eq(key->doc[strlen(key->doc) - 1], '.');
        ck_assert_uint_lt(key->offset, object->bytes);
        ck_assert(!key->required || key->otherwise == NULL);
        if (key->type == SCHEMA_INTEGER || key->type == SCHEMA_QUANTITY)
            check_bounds(key);
        if (key->type == SCHEMA_WORD)
            check_word(key);
        if (key->type == SCHEMA_OBJECTS || key->type == SCHEMA_TEXTS || key->type == SCHEMA_NAMES)
            ck_assert_uint_gt(key->count_max, 0);
        if (key->type == SCHEMA_SPECIAL)
            ck_assert(key->special->form != NULL && key->special->json != NULL);
        if (key->object != NULL)
            check_object(key->object, depth + 1);
    }
}

START_TEST(whole)
{
    check_object(rs_schema(), 0);
    ck_assert_int_eq(rs_schema_row(rs_schema(), "no-such-key"), -1);
}
END_TEST

START_TEST(marks)
{
    struct scenario *s = parse_good(HEAD "machine: {memory: 1GiB}\n");
    const struct scenario_machine *m = &s->cases[0].machine;

    ck_assert(rs_schema_given(&rs_schema_machine, m, "memory"));
    ck_assert(!rs_schema_given(&rs_schema_machine, m, "ports"));
    ck_assert_uint_eq(rs_schema_mark(&rs_schema_machine, m, "memory").column, 19);
    ck_assert_uint_eq(rs_schema_mark(&rs_schema_machine, m, "ports").line, 4);
    ck_assert(rs_schema_good(&rs_schema_machine, m, "memory"));
    rs_scenario_free(s);
}
END_TEST

START_TEST(metrics)
{
    for (unsigned i = 0; i < METRICS; i++) {
        const struct metric *m = rs_metric((enum metric_id)i);
        ck_assert_int_eq(rs_metric_find(m->name), (int)i);
        ck_assert_str_eq(rs_metric_names[i], m->name);
        ck_assert_uint_gt(strlen(m->doc), 5);
    }
    ck_assert_ptr_null(rs_metric_names[METRICS]);
    ck_assert_ptr_null(rs_metric(METRICS));
    ck_assert_int_eq(rs_metric_find("nonsense"), METRICS);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("schema");

    tcase_add_test(t, whole);
    tcase_add_test(t, marks);
    tcase_add_test(t, metrics);
    return run_tests("schema", (TCase *[]){t, NULL});
}
