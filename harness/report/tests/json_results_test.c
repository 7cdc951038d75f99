/* SPDX-License-Identifier: BSD-2-Clause
 *
 * JSON results parse, hold integers only, and are the same text for the same results.
 */
#include "harness/report/json_results.h"

#include <jansson.h>
#include <stdlib.h>

#include "harness/tests/results.h"

static void no_reals(const json_t *value)
{
    const char *key;
    json_t *child;
    size_t i;

    ck_assert(!json_is_real(value));
    json_object_foreach((json_t *)value, key, child) no_reals(child);
    json_array_foreach(value, i, child) no_reals(child);
}

START_TEST(parses_and_holds_integers)
{
    struct scenario *s = parse_good(HEAD "traffic: [{name: bulk, from: 0, expect: 1, count: 10, "
                                         "size: 64B, rate: 1Mpps}]\n");
    GPtrArray *results = one_of_each(s);
    struct rs_summary summary = {0};
    char *text, *again;
    json_error_t error;
    json_t *root, *fail, *flows, *iotlb;

    rs_summarise(results, &summary);
    text = rs_json_results(results, &summary);
    again = rs_json_results(results, &summary);
    ck_assert_str_eq(text, again);
    root = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(root != NULL, "%s", error.text);
    no_reals(root);
    ck_assert_int_eq(json_integer_value(json_object_get(root, "version")), RS_JSON_VERSION);
    ck_assert_uint_eq(json_array_size(json_object_get(root, "results")), RS_VERDICTS);
    ck_assert_int_eq(json_integer_value(json_object_get(root, "exit_status")), 6);
    fail = json_array_get(json_object_get(root, "results"), RS_FAIL);
    ck_assert_str_eq(json_string_value(json_object_get(fail, "verdict")), "FAIL");
    ck_assert_uint_eq(json_array_size(json_object_get(fail, "findings")), 1);
    flows = json_object_get(fail, "flows");
    ck_assert_str_eq(json_string_value(json_object_get(json_array_get(flows, 0), "flow")), "bulk");
    iotlb = json_object_get(json_array_get(json_object_get(fail, "ports"), 1), "iotlb");
    ck_assert_uint_eq(json_array_size(iotlb), 1);
    iotlb = json_array_get(iotlb, 0);
    ck_assert_str_eq(json_string_value(json_object_get(iotlb, "region")), "rx-data");
    iotlb = json_array_get(json_object_get(iotlb, "queues"), 0);
    ck_assert_int_eq(json_integer_value(json_object_get(iotlb, "queue")), 5);
    ck_assert_int_eq(json_integer_value(json_object_get(iotlb, "lookups")), 77);
    json_decref(root);
    free(text);
    free(again);
    g_ptr_array_unref(results);
    rs_scenario_free(s);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("json_results");

    tcase_add_test(tc, parses_and_holds_integers);
    return RUN_TESTS("json_results", tc);
}
