/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Events as JSON: names, words, times before GO, numbers that JSON cannot hold.
 */
#include "harness/trace/trace_json.h"

#include "harness/tests/parse.h"
#include "harness/tests/traces.h"

static const char *const flows[] = {"bulk"};
static json_t *json;

static json_t *of(const char *name, uint32_t queue, uint64_t a, uint64_t b, uint64_t c)
{
    const struct nic_event e = {5000, id_of(name), NIC_FUNCTION(1, 0), queue, a, b, c};

    json_decref(json);
    json = rs_event_json(&e, 7000, flows, 1);
    return json;
}

static const char *word(const char *field)
{
    return json_string_value(json_object_get(json_object_get(json, "words"), field));
}

static json_int_t field(const char *name)
{
    return json_integer_value(json_object_get(json_object_get(json, "fields"), name));
}

static void teardown(void)
{
    json_decref(json);
    json = NULL;
}

START_TEST(an_access)
{
    of("mmio_write", 0, 0x1018, 0x1f, 0);
    ck_assert_int_eq(json_integer_value(json_object_get(json, "time_ps")), -2000);
    ck_assert_int_eq(json_integer_value(json_object_get(json, "port")), 1);
    ck_assert_str_eq(json_string_value(json_object_get(json, "event")), "mmio_write");
    ck_assert_int_eq(field("offset"), 0x1018);
    ck_assert_int_eq(field("value"), 0x1f);
    ck_assert_str_eq(word("offset"), "RDT[0]");
    ck_assert_ptr_null(word("value"));
}
END_TEST

START_TEST(words_and_none)
{
    of("rx_drop", 3, NIC_RX_DROP_FCS, 60, 7);
    ck_assert_int_eq(field("queue"), 3);
    ck_assert_str_eq(word("reason"), "bad-fcs");
    of("wire_in", 0, 60, 99, 41);
    ck_assert_str_eq(word("flow"), "bulk");
    of("rx_frame", 3, 60, 1, 7);
    ck_assert_ptr_null(json_object_get(json, "words"));
}
END_TEST

START_TEST(numbers_beyond_json)
{
    of("mmio_read", 0, 0, UINT64_MAX, 0);
    ck_assert_str_eq(
        json_string_value(json_object_get(json_object_get(json, "fields"), "value")),
        "18446744073709551615");
}
END_TEST

START_TEST(an_event_of_another_version)
{
    const struct nic_event unknown = {9000, 60000, BENCH_CONTROL, 1, 2, 3, 4};

    json = rs_event_json(&unknown, 0, NULL, 0);
    ck_assert_ptr_null(json_object_get(json, "port"));
    ck_assert_int_eq(field("queue"), 1);
    ck_assert_int_eq(field("c"), 4);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("trace_json");

    tcase_add_checked_fixture(t, NULL, teardown);
    tcase_add_test(t, an_access);
    tcase_add_test(t, words_and_none);
    tcase_add_test(t, numbers_beyond_json);
    tcase_add_test(t, an_event_of_another_version);
    return run_tests("trace_json", (TCase *const[]){t, NULL});
}
