/* SPDX-License-Identifier: BSD-2-Clause
 * Events by port and queue, from GO on. */
#include "harness/trace/trace_count.h"

#include "harness/tests/parse.h"
#include "harness/tests/traces.h"

START_TEST(by_port_and_queue)
{
    struct rs_event_counts *counts;
    struct rs_trace t;
    const unsigned frame = rs_event_id("rx_frame"), msix = rs_event_id("msix");

    put("rx_frame", 1, 0, 5, 60, 0, 0); /* before GO */
    put("go", 2, 0, 0, 0, 0, 0);
    put("rx_frame", 3, 0, 5, 60, 1, 0);
    put("rx_frame", 4, 0, 127, 60, 2, 0);
    put("rx_frame", 5, 1, 5, 60, 1, 0);
    put("rx_frame", 6, 1, 5, 60, 1, 0);
    put("rx_frame", 7, 0, 4000, 60, 1, 0); /* from a stranger: no such queue */
    put("msix", 8, 0, 63, 0, 0, 0);
    ck_assert_int_eq(open_it(&t), 0);
    counts = rs_trace_count(&t);
    rs_trace_close(&t);
    ck_assert_uint_eq(rs_event_count(counts, frame, -1, -1), 4);
    ck_assert_uint_eq(rs_event_count(counts, frame, 0, -1), 2);
    ck_assert_uint_eq(rs_event_count(counts, frame, -1, 5), 3);
    ck_assert_uint_eq(rs_event_count(counts, frame, 1, 5), 2);
    ck_assert_uint_eq(rs_event_queues(counts, frame, 0), 2);
    ck_assert_uint_eq(rs_event_queues(counts, frame, -1), 3);
    ck_assert_uint_eq(rs_event_queues(counts, msix, 0), 1);
    ck_assert_uint_eq(rs_event_count(counts, 60000, -1, -1), 0);
    rs_event_counts_free(counts);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("trace_count");

    tcase_add_checked_fixture(t, trace_setup, trace_teardown);
    tcase_add_test(t, by_port_and_queue);
    return run_tests("trace_count", (TCase *[]){t, NULL});
}
