/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Why a frame was lost: the very frame where the trace has frames, else what was dropped in all.
 */
#include "harness/trace/trace_lost.h"

#include <stdlib.h>

#include "harness/tests/parse.h"
#include "harness/tests/traces.h"
#include "model/nic/nic.h"

static char said[256];

static const char *lost(unsigned level, uint64_t sequence)
{
    struct rs_trace t;

    ck_assert_int_eq(open_it(&t), 0);
    t.header.level = level;
    rs_trace_lost(&t, 0, sequence, 0, said, sizeof(said));
    rs_trace_close(&t);
    return said;
}

START_TEST(the_very_frame)
{
    put("go", 1, 0, 0, 0, 0, 0);
    put("wire_in", 2, 0, 0, 60, 1, 0);
    put("rx_frame", 3, 0, 4, 60, 17, 0);
    put("wire_in", 4, 0, 0, 60, 2, 1);
    put("rx_drop", 5, 0, 4, NIC_RX_DROP_NO_DESC, 60, 1);
    put("wire_lost", 6, 0, 0, 60, 1, 2);
    ck_assert_str_eq(lost(1, 1), "dropped by port 0 at 4.000000 us, queue 4: no-descriptor, "
                                 "counted in QPRDC");
    ck_assert_str_eq(lost(1, 0),
                     "received by port 0 at 2.000000 us, queue 4, and not sent again");
    ck_assert_str_eq(lost(0, 2), "lost on the wire of port 0 at 5.000000 us: dark-fibre");
}
END_TEST

START_TEST(what_was_dropped_in_all)
{
    put("rx_drop", 5, 1, 0, NIC_RX_DROP_OFF, 60, 1); /* another port's */
    ck_assert_ptr_nonnull(strstr(lost(0, 0), "no port dropped it"));
    put("rx_drop", 6, 0, 0, NIC_RX_DROP_BUFFER, 60, 1);
    ck_assert_str_eq(lost(0, 0), "dropped by port 0 at 6.000000 us, queue 0: "
                                 "packet-buffer-full, counted in MPC");
    put("rx_drop", 7, 0, 0, NIC_RX_DROP_BUFFER, 60, 2);
    put("rx_drop", 8, 0, 0, NIC_RX_DROP_VLAN, 60, 3);
    ck_assert_ptr_nonnull(strstr(lost(0, 0), "first of 2 such frames dropped by port 0"));
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("trace_lost");

    tcase_add_checked_fixture(t, trace_setup, trace_teardown);
    tcase_add_test(t, the_very_frame);
    tcase_add_test(t, what_was_dropped_in_all);
    return run_tests("trace_lost", (TCase *[]){t, NULL});
}
