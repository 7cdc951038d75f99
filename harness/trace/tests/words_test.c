/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness/trace/words.h"

#include "harness/tests/parse.h"
#include "model/bench/bench.h"

START_TEST(values_have_words_and_strangers_have_none)
{
    ck_assert_str_eq(rs_event_word("rx_drop", "reason", NIC_RX_DROP_FILTER), "mac-filter");
    ck_assert_str_eq(rs_event_word("verdict", "verdict", 4), "misplaced");
    ck_assert_ptr_null(rs_event_word("verdict", "verdict", 0));
    ck_assert_ptr_null(rs_event_word("rx_drop", "reason", NIC_RX_DROPS));
    ck_assert_ptr_null(rs_event_word("rx_drop", "reason", UINT64_MAX));
    ck_assert_ptr_null(rs_event_word("rx_drop", "length", 1));
    ck_assert_ptr_null(rs_event_word("no_such", "reason", 1));
}
END_TEST

/* A field that events.def describes by an enum must exist under that name. */
START_TEST(the_fields_are_those_of_the_events)
{
    static const char *const pairs[][2] = {
        {"rx_drop", "reason"}, {"tx_drop", "reason"}, {"bad_desc", "why"}, {"reset", "kind"},
        {"dma_fault", "status"}, {"bus_fault", "status"}, {"exit", "end"}, {"role", "role"},
        {"action", "kind"}, {"verdict", "verdict"}, {"wire_lost", "why"},
    };
    for (unsigned i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
        bool found = false;
        const struct nic_event_info *info;
        for (unsigned id = 0; (info = bench_event_info(id)) != NULL; id++)
            if (!strcmp(info->name, pairs[i][0]))
                found = !strcmp(info->a, pairs[i][1]) || !strcmp(info->b, pairs[i][1]) ||
                        !strcmp(info->c, pairs[i][1]);
        ck_assert_msg(found, "%s.%s", pairs[i][0], pairs[i][1]);
        ck_assert_ptr_nonnull(rs_event_word(pairs[i][0], pairs[i][1], 1));
    }
}
END_TEST

int main(void)
{
    TCase *c = tcase_create("words");

    tcase_add_test(c, values_have_words_and_strangers_have_none);
    tcase_add_test(c, the_fields_are_those_of_the_events);
    return run_tests("words", (TCase *[]){c, NULL});
}
