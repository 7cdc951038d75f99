/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Filters on events, each alone and together, and that looking through many is quick.
 */
#include "harness/trace/trace_filter.h"

#include <stdlib.h>

#include "harness/tests/parse.h"
#include "harness/tests/traces.h"

static size_t matching(const struct rs_trace *t, struct rs_trace_filter *f)
{
    size_t n = 0;

    for (size_t i = 0; i < t->count; i++)
        n += rs_trace_match(f, &t->event[i]);
    return n;
}

START_TEST(filters)
{
    struct rs_trace_filter f;
    struct rs_trace t;

    put("mmio_write", 1, 0, 0, 0x1018, 5, 0);  /* RDT[0] */
    put("mmio_write", 2, 1, 0, 0x1058, 6, 0);  /* RDT[1] */
    put("mmio_read", 3, 0, 0, 0x0008, 6, 0);   /* STATUS */
    put("rx_frame", 4, 0, 3, 60, 7, 0);
    put("msix", 5, 0, 3, 0xfee00000, 1, 0);    /* a vector, not a queue */
    put("wire_in", 6, 1, 2, 60, 99, 41);       /* flow 2, sequence 41 */
    ck_assert_int_eq(open_it(&t), 0);
    rs_trace_filter_init(&f);
    ck_assert_uint_eq(matching(&t, &f), 6);
    f.port = 0;
    ck_assert_uint_eq(matching(&t, &f), 4);
    rs_trace_filter_init(&f);
    f.queue = 3;
    ck_assert_uint_eq(matching(&t, &f), 1);
    rs_trace_filter_init(&f);
    f.from_ps = 2000000;
    f.to_ps = 4000000;
    ck_assert_uint_eq(matching(&t, &f), 3);
    rs_trace_filter_init(&f);
    f.event_glob = "mmio_*";
    ck_assert_uint_eq(matching(&t, &f), 3);
    f.register_glob = "rdt";
    ck_assert_uint_eq(matching(&t, &f), 2);
    rs_trace_filter_init(&f);
    f.register_glob = "RDT[1]";
    ck_assert_uint_eq(matching(&t, &f), 1);
    rs_trace_filter_init(&f);
    f.register_glob = "0x8";
    ck_assert_uint_eq(matching(&t, &f), 1);
    rs_trace_filter_init(&f);
    f.flow = 2;
    ck_assert_uint_eq(matching(&t, &f), 1);
    f.frame = 40;
    ck_assert_uint_eq(matching(&t, &f), 0);
    f.frame = 41;
    ck_assert_uint_eq(matching(&t, &f), 1);
    rs_trace_close(&t);
}
END_TEST

START_TEST(next_finds_all_that_match)
{
    struct rs_trace_filter f, g;
    struct rs_trace t;
    size_t found = 0;

    for (unsigned i = 0; i < 3000; i++)
        put(i % 3 ? "mmio_write" : "rx_frame", 1 + i / 7, i & 1, i % 5, 0x1018 + 64 * (i % 9), i,
            0);
    ck_assert_int_eq(open_it(&t), 0);
    for (unsigned way = 0; way < 3; way++) {
        rs_trace_filter_init(&f);
        f.register_glob = way ? "RDT[4]" : NULL;
        f.from_ps = way > 1 ? 100 * 1000000 : 0;
        f.to_ps = way > 1 ? 200 * 1000000 : UINT64_MAX;
        g = f;
        found = 0;
        for (size_t i = 0; (i = rs_trace_next(&t, &f, i)) < t.count; i++, found++)
            ck_assert(rs_trace_match(&g, &t.event[i]));
        g.from_ps = f.from_ps;
        ck_assert_uint_eq(found, matching(&t, &g));
        ck_assert_uint_gt(found, 0);
    }
    rs_trace_close(&t);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("trace_filter");

    tcase_add_checked_fixture(t, trace_setup, trace_teardown);
    tcase_add_test(t, filters);
    tcase_add_test(t, next_finds_all_that_match);
    return run_tests("trace_filter", (TCase *[]){t, NULL});
}
