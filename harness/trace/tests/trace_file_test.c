/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Stored traces: whole, cut off, foreign; one frame followed through port, queue, slot.
 */
#include "harness/trace/trace_file.h"

#include <errno.h>
#include <glib.h>
#include <string.h>
#include <unistd.h>

#include "harness/tests/traces.h"
#include "mk/run_tests.h"

START_TEST(a_torn_file_gives_what_is_whole)
{
    struct rs_trace trace;

    put("reset", 1, 0, 0, 0, 0, 0);
    put("link", 2, 1, 0, 1, 10000, 0);
    g_byte_array_set_size(file, file->len - 7);
    ck_assert_int_eq(open_it(&trace), 0);
    ck_assert_uint_eq(trace.count, 1);
    ck_assert_uint_eq(trace.torn_bytes, sizeof(struct nic_event) - 7);
    rs_trace_close(&trace);
}
END_TEST

START_TEST(foreign_files_are_refused)
{
    struct rs_trace trace;

    for (unsigned i = 0; i < 16; i++) { /* magic, schema, record size */
        file->data[i] ^= 0x40;
        ck_assert_int_eq(open_it(&trace), -EPROTO);
        file->data[i] ^= 0x40;
    }
    g_byte_array_set_size(file, 20);
    ck_assert_int_eq(open_it(&trace), -EPROTO);
    g_byte_array_set_size(file, 0);
    ck_assert_int_eq(open_it(&trace), -EPROTO);
    ck_assert_int_eq(rs_trace_open(&trace, "/nonexistent", why, sizeof(why)), -ENOENT);
    ck_assert_int_eq(rs_trace_open(&trace, "/tmp", why, sizeof(why)), -EPROTO);
}
END_TEST

START_TEST(text_has_names)
{
    static const char *const flows[] = {"bulk"};
    struct rs_trace t;
    char text[256];
    struct nic_event unknown = {.id = 60000, .a = 1};

    put("mmio_write", 1, 0, 0, 0x1018, 0x1f, 0);
    put("wire_in", 6, 1, 0, 60, 99, 41);
    ck_assert_int_eq(open_it(&t), 0);
    rs_event_text(&t.event[0], flows, 1, text, sizeof(text));
    ck_assert_ptr_nonnull(strstr(text, "RDT[0]"));
    ck_assert_ptr_nonnull(strstr(text, "0x1f"));
    rs_event_text(&t.event[1], flows, 1, text, sizeof(text));
    ck_assert_ptr_nonnull(strstr(text, "flow bulk"));
    ck_assert_ptr_nonnull(strstr(text, "sequence 41"));
    rs_event_text(&unknown, flows, 1, text, sizeof(text));
    ck_assert_ptr_nonnull(strstr(text, "60000"));
    for (size_t room = 1; room < 60; room++) /* a short buffer is filled, not overrun */
        ck_assert_uint_lt(strlen(rs_event_text(&t.event[1], flows, 1, text, room)), room);
    rs_trace_close(&t);
}
END_TEST

START_TEST(one_frame_from_wire_to_wire)
{
    /* in: 0 wire_in of another flow, 1 of ours ... */
    static const size_t way[] = {1, 2, 3, 5, 6, 8, 9, 10};
    struct rs_trace t;
    size_t index[32], n;

    put("wire_in", 1, 0, 1, 60, 1, 0);        /* 0: frame 0 of port 0, flow 1 */
    put("wire_in", 2, 0, 0, 60, 2, 5);        /* 1: frame 1 of port 0, flow 0 #5 */
    put("rx_frame", 3, 0, 4, 60, 17, 1);      /* 2: frame 1: queue 4, slot 17 */
    put("rx_desc_done", 4, 0, 4, 17, 60, 3);  /* 3 */
    put("tail", 5, 1, 2, 1, 8, 0);            /* 4: an earlier doorbell */
    put("tail", 6, 1, 2, 1, 9, 0);            /* 5 */
    put("desc_fetch", 7, 1, 2, 1, 6, 3);      /* 6: slots 6, 7, 8 */
    put("desc_fetch", 8, 1, 2, 1, 9, 3);      /* 7: behind ours */
    put("tx_frame", 9, 1, 2, 60, 7, 0);       /* 8: frame 0 of port 1, slot 7 */
    put("wire_out", 10, 1, 0, 60, 2, 5);      /* 9 */
    put("tx_desc_done", 11, 1, 2, 8, 0, 0);   /* 10 */
    put("wire_out", 12, 1, 1, 60, 1, 0);      /* 11: the other flow's */
    ck_assert_int_eq(open_it(&t), 0);
    n = rs_trace_follow(&t, 0, 5, index, 32);
    ck_assert_uint_eq(n, G_N_ELEMENTS(way));
    for (size_t i = 0; i < n; i++)
        ck_assert_uint_eq(index[i], way[i]);
    ck_assert_uint_eq(rs_trace_follow(&t, 0, 5, index, 3), 3); /* no more than there is room */
    ck_assert_uint_eq(rs_trace_follow(&t, 0, 6, index, 32), 0);
    rs_trace_close(&t);
}
END_TEST

START_TEST(a_dropped_frame_ends_there)
{
    struct rs_trace t;
    size_t index[8];

    put("wire_in", 1, 0, 0, 60, 1, 0);
    put("rx_drop", 2, 0, 0, 1, 60, 0);
    ck_assert_int_eq(open_it(&t), 0);
    ck_assert_uint_eq(rs_trace_follow(&t, 0, 0, index, 8), 2);
    rs_trace_close(&t);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("trace_file");

    tcase_add_checked_fixture(tc, trace_setup, trace_teardown);
    tcase_add_test(tc, a_torn_file_gives_what_is_whole);
    tcase_add_test(tc, foreign_files_are_refused);
    tcase_add_test(tc, text_has_names);
    tcase_add_test(tc, one_frame_from_wire_to_wire);
    tcase_add_test(tc, a_dropped_frame_ends_there);
    return RUN_TESTS("trace_file", tc);
}
