/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Load of lines: shares and ends of every pace, sums of flows that meet, captures too fast or too
 * long.
 */
#include "harness/plan/load.h"

#include <stdlib.h>
#include <unistd.h>

#include "harness/plan/plan_write.h"
#include "harness/tests/parse.h"

static char *said;

/* Complaints of planning this traffic; rows of flows. */
static const char *planned(const char *head, const char *flows)
{
    char *text = g_strconcat(HEAD, head, "traffic:\n", flows, NULL);
    struct scenario *s = parse_good(text);
    struct diag diag;
    void *plan = NULL;
    size_t bytes;

    rs_diag_init(&diag);
    rs_plan_write(s, &s->cases[0], &diag, &plan, &bytes);
    ck_assert_msg((plan == NULL) == (diag.errors != 0), "an error and a plan, or neither");
    g_free(said);
    said = complaints(&diag);
    rs_diag_fini(&diag);
    rs_scenario_free(s);
    g_free(plan);
    g_free(text);
    return said;
}

static struct rs_load load(const char *flow)
{
    char *text = g_strconcat(HEAD "traffic:\n", flow, NULL);
    struct scenario *s = parse_good(text);
    struct traffic t;
    struct diag diag;
    struct rs_load out;

    rs_diag_init(&diag);
    rs_traffic_init(&t);
    ck_assert_int_eq(rs_traffic_build(&t, s, &s->cases[0], &diag), 0);
    out = rs_load_of(&t, 0);
    rs_traffic_fini(&t);
    rs_diag_fini(&diag);
    rs_scenario_free(s);
    g_free(text);
    return out;
}

START_TEST(shares_and_ends)
{
    struct rs_load l = load("- {from: 0, expect: 1, size: 64B, rate: 1Mpps, count: 1000}\n");

    ck_assert_uint_eq(l.share, 67200); /* 84 bytes of 800 ps each microsecond */
    ck_assert_uint_eq(l.end_ps, 1000 * 1000000ull);
    ck_assert_uint_eq(l.last_ps, 999 * 1000000ull);
    l = load("- {from: 0, expect: 1, size: 64B, rate: 1Mpps, burst: 4, count: 1000}\n");
    ck_assert_uint_eq(l.share, 67200);
    l = load("- {from: 0, expect: 1, size: [64B, 1518B], rate: 40%, count: 10, start: 1ms}\n");
    ck_assert_uint_eq(l.share, 400000);
    ck_assert_uint_eq(l.start_ps, 1000000000);
    l = load("- {from: 0, expect: 1, size: 1518B, rate: 2.5Gbps, for: 2ms}\n");
    ck_assert_uint_eq(l.share, 250000);
    ck_assert_uint_eq(l.end_ps, 2000000000);
    l = load("- {from: 0, expect: 1, size: 64B, rate: line, count: 100}\n");
    ck_assert_uint_eq(l.share, RS_LOAD_WHOLE);
    ck_assert_uint_eq(l.end_ps, 100 * 84 * 800);
}
END_TEST

#define A(more) "- {name: a, from: 0, expect: 1, size: 64B, " more "}\n"
#define B(more) "- {name: b, from: 0, expect: 1, size: 64B, " more "}\n"

START_TEST(sums)
{
    ck_assert_str_eq(planned("", A("rate: 60%, for: 1ms") B("rate: 40%, for: 1ms")), "");
    ck_assert_ptr_nonnull(strstr(planned("", A("rate: 60%, for: 1ms") B("rate: 41%, for: 1ms")),
                                 "warning: from the start on the flows into port 0 ask for 101% "
                                 "of its line (a 60%, b 41%)"));
    /* one after the other; on two ports; nothing but line pace */
    ck_assert_str_eq(
        planned("", A("rate: 60%, for: 1ms") B("rate: 60%, for: 1ms, start: 1ms")), "");
    ck_assert_str_eq(planned("", A("rate: 60%, for: 1ms")
                                     "- {from: 1, expect: 0, size: 64B, rate: 60%, for: 1ms}\n"),
                     "");
    ck_assert_str_eq(planned("", A("rate: line, for: 1ms") B("rate: line, for: 1ms")), "");
    ck_assert_ptr_nonnull(strstr(planned("", A("rate: line, for: 1ms") B("rate: 1%, for: 1ms")),
                                 "ask for 101%"));
    /* the second begins while the first is still there */
    ck_assert_ptr_nonnull(
        strstr(planned("", A("rate: 60%, for: 1ms") B("rate: 60%, for: 1ms, start: 500us")),
               "warning: from 500 us on"));
}
END_TEST

#define MIX "replay: ../../scenarios/smoke/captures/mix.pcap"

START_TEST(captures)
{
    ck_assert_str_eq(planned("", "- {from: 0, expect: 1, " MIX ", rate: 1kpps}\n"), "");
    ck_assert_str_eq(planned("", "- {from: 0, expect: 1, " MIX ", rate: line}\n"), "");
    ck_assert_ptr_nonnull(strstr(planned("", "- {from: 0, expect: 1, " MIX ", rate: 14Mpps}\n"),
                                 "error: frames of this capture at this rate ask for "));
    ck_assert_ptr_nonnull(
        strstr(planned("limits: {model-time: 1ms, drain: 1us}\n",
                       "- {from: 0, expect: 1, " MIX ", rate: 1kpps}\n"),
               "error: the last frame of this capture would go at "));
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("load");

    tcase_add_test(t, shares_and_ends);
    tcase_add_test(t, sums);
    tcase_add_test(t, captures);
    return run_tests("load", (TCase *[]){t, NULL});
}
