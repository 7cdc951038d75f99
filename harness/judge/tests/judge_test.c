/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The judge on made-up facts: what passes, what fails and in which words, and that a run which
 * never got to its end is told by its cause alone.
 */
#include "harness/judge/judge.h"

#include <string.h>

#include "harness/tests/parse.h"

#define TRAFFIC "traffic: [{name: bulk, from: 0, expect: 1, count: 10, size: 64B, rate: 1Mpps}]\n"

static struct scenario *scenario;
static struct rs_facts facts;
static GPtrArray *findings;

static void given(const char *extra)
{
    char *text = g_strconcat(HEAD, TRAFFIC, extra, NULL);

    scenario = parse_good(text);
    g_free(text);
    memset(&facts, 0, sizeof(facts));
    facts.planned.flows = 1;
    facts.planned.expects = 1;
    facts.planned.frames[0] = 10;
    facts.planned.stop_ps[0] = UINT64_MAX;
    facts.has_guest = true;
    facts.guest.has_status = facts.guest.has_driver = facts.guest.ready = true;
    facts.host.ended = true;
    facts.report = g_new0(struct bench_report, 1);
    facts.report->ports = 2;
    facts.report->flows = 1;
    facts.report->end = REPORT_END_OVER;
    facts.report->go_ps = 1000;
    facts.report->over_ps = 10001000;
    facts.report->flow[0].sent = facts.report->flow[0].received = 10;
    facts.report->flow[0].first_lost = UINT64_MAX;
    facts.report->flow[0].latency_count = 10;
    facts.report->flow[0].latency_min_ps = 3000000;
    facts.report->flow[0].latency_max_ps = 4000000;
    facts.report->flow[0].latency_sum_ps = 35000000;
    facts.report->flow[0].bucket[bench_histogram_bucket(3000)] = 9;
    facts.report->flow[0].bucket[bench_histogram_bucket(4000)] = 1;
}

static const struct rs_finding *judged(unsigned count)
{
    findings = rs_judge(scenario, &scenario->cases[0], &facts);
    for (unsigned i = 0; i < findings->len; i++) {
        const struct rs_finding *f = findings->pdata[i];

        ck_assert(f->what && f->expected && f->seen);
        if (findings->len != count)
            fprintf(stderr, "%s: expected %s, seen %s\n", f->what, f->expected, f->seen);
    }
    ck_assert_uint_eq(findings->len, count);
    return count ? findings->pdata[0] : NULL;
}

static void teardown(void)
{
    if (findings)
        g_ptr_array_unref(findings);
    findings = NULL;
    rs_facts_fini(&facts);
    rs_scenario_free(scenario);
    scenario = NULL;
}

/* An early end of the driver is a failure of the run, unless the scenario asks for its status. */
START_TEST(driver_that_ends_first)
{
    given("expect: [{metric: driver.exit, is: 1}, {metric: lost, max: 3}]\n");
    facts.report->end = REPORT_END_GUEST;
    facts.guest.driver_exit = 1;
    judged(0);
    teardown();
    given("expect: [{metric: lost, max: 3}]\n");
    facts.report->end = REPORT_END_GUEST;
    ck_assert_str_eq(judged(1)->what, "end of the run");
    teardown();
    given("expect: [{metric: driver.exit, is: 1}]\n");
    facts.report->end = REPORT_END_DEADLINE; /* that is another thing */
    facts.guest.driver_exit = 1;
    ck_assert_str_eq(judged(1)->what, "end of the run");
}
END_TEST

START_TEST(a_dead_fault_fails)
{
    given("faults:\n  - {at: 1ms, inject: wire.drop, port: 0, count: 2}\n"
          "  - {at: 2ms, inject: msix.lose, port: 1}\n");
    facts.report->faults = 2;
    facts.report->fault_fired[0] = 1;
    const struct rs_finding *f = judged(2);
    ck_assert_str_eq(f->what, "fault wire.drop");
    ck_assert_str_eq(f->expected, "it strikes 2 times");
    ck_assert_str_eq(f->seen, "1");
    ck_assert_ptr_nonnull(strchr(f->where, ':'));
    f = findings->pdata[1];
    ck_assert_str_eq(f->what, "fault msix.lose");
    ck_assert_ptr_nonnull(strstr(f->seen, "never"));
}
END_TEST

static void break_rules(void)
{
    facts.report->broken[1][NIC_RULE_TAIL_OVER_HEAD] = 3;
    facts.report->broken[0][NIC_RULE_REGISTER_HOLE] = 1;
    facts.report->violation[0] = (struct report_violation){
        .time_ps = 1234567, .detail = 0x40, .count = 3, .rule = NIC_RULE_TAIL_OVER_HEAD,
        .queue = 2, .slot = 7, .port = 1, .tx = 1};
    facts.report->violation[1] = (struct report_violation){
        .count = 1, .rule = NIC_RULE_REGISTER_HOLE, .slot = NIC_NO_SLOT};
    facts.report->violations = 2;
}

START_TEST(broken_rules_fail)
{
    given("");
    break_rules();
    const struct rs_finding *f = judged(2);
    ck_assert_str_eq(f->what, "rule tail-over-head");
    ck_assert_ptr_nonnull(strstr(f->seen, "broken 3 times, first; port 1, transmit queue 2, slot "
                                          "7, at 1234.567 ns"));
    ck_assert_ptr_nonnull(strstr(f->why, "tail"));
    f = findings->pdata[1];
    ck_assert_str_eq(f->what, "rule register-hole");
    ck_assert_ptr_null(strstr(f->seen, "queue"));
}
END_TEST

START_TEST(a_rule_that_may_be_broken)
{
    given("expect: [{metric: violations.tail-over-head, port: 1, is: 3}]\n");
    break_rules();
    ck_assert_str_eq(judged(1)->what, "rule register-hole");
}
END_TEST

START_TEST(rules_that_may_be_broken)
{
    given("expect: [{metric: violations, max: 4}, {metric: violations, port: 0, is: 1}]\n");
    break_rules();
    judged(0);
}
END_TEST

START_TEST(iotlb_by_region_and_queue)
{
    const unsigned rx3 = NIC_TAG_RX_DATA * REPORT_QUEUES + 3, tx0 = NIC_TAG_TX_DESC * REPORT_QUEUES;

    given("expect: [{metric: iotlb.lookups, is: 15},"
          " {metric: iotlb.misses, region: rx-data, is: 4},"
          " {metric: iotlb.hits, port: 1, region: rx-data, queue: 3, is: 6},"
          " {metric: iotlb.walks, queue: 0, is: 1}, {metric: iotlb.dropped, port: 0, is: 2},"
          " {metric: iotlb.invalidations, is: 9}, {metric: iotlb.invalidations.whole, is: 8},"
          " {metric: iotlb.invalidations.lost, is: 7},"
          " {metric: iotlb.misses, port: 1, region: rx-data, queue: 2, min: 1}]\n");
    facts.report->iotlb[1].use[rx3] = (struct report_iotlb_use){.lookups = 10, .misses = 4};
    facts.report->iotlb[0].use[tx0] = (struct report_iotlb_use){
        .lookups = 5, .misses = 2, .walks = 1, .dropped = 2,
    };
    facts.report->iotlb[0].invalidations = 9;
    facts.report->iotlb[0].whole = 8;
    facts.report->iotlb[1].lost = 7;
    const struct rs_finding *f = judged(1);
    ck_assert_str_eq(f->what, "iotlb.misses of rx-data of queue 2 of port 1");
    ck_assert_str_eq(f->seen, "0");
}
END_TEST

START_TEST(stale_translations_fail)
{
    given("");
    facts.report->port[1].iotlb_stale = 7;
    const struct rs_finding *f = judged(1);
    ck_assert_str_eq(f->what, "iotlb.stale");
    ck_assert_str_eq(f->seen, "7");
}
END_TEST

START_TEST(stale_translations_may_be_expected)
{
    given("expect: [{metric: iotlb.stale, port: 1, is: 7}, {metric: dma.aborts, is: 2}]\n");
    facts.report->port[1].iotlb_stale = 7;
    facts.report->port[0].dma_aborts = 2;
    judged(0);
}
END_TEST

START_TEST(rules_of_a_run_without_end)
{
    given("");
    break_rules();
    facts.report->end = REPORT_END_NOT_READY;
    judged(3);
}
END_TEST

START_TEST(faults_that_struck_pass)
{
    given("faults: [{at: 1ms, inject: wire.drop, port: 0, count: 2}]\n"
          "expect: [{metric: faults.fired, is: 2}]\n");
    facts.report->faults = 1;
    facts.report->fault_fired[0] = 2;
    judged(0);
}
END_TEST

START_TEST(a_clean_run_passes)
{
    given("");
    judged(0);
}
END_TEST

START_TEST(loss_is_told_with_the_first_frame)
{
    const struct rs_finding *f;

    given("");
    facts.report->flow[0].received = 9;
    facts.report->flow[0].first_lost = 7;
    f = judged(1);
    ck_assert_str_eq(f->what, "lost");
    ck_assert_str_eq(f->expected, "exactly 0");
    ck_assert_str_eq(f->seen, "1 (first: frame 7 of flow bulk)");
    ck_assert(!f->environment && !f->where);
}
END_TEST

START_TEST(expectations_name_their_line)
{
    const struct rs_finding *f;

    given("expect:\n  - {metric: latency.max, max: 3.5us, why: slow is broken}\n");
    f = judged(1);
    ck_assert_str_eq(f->what, "latency.max");
    ck_assert_str_eq(f->expected, "at most 3.5 us");
    ck_assert_str_eq(f->seen, "4 us");
    ck_assert_str_eq(f->why, "slow is broken");
    ck_assert_str_eq(f->where, "harness/tests/t.yaml:6");
}
END_TEST

START_TEST(bounds_are_inclusive)
{
    given("expect:\n  - {metric: latency.max, min: 4us, max: 4us}\n"
          "  - {metric: received, is: 10}\n");
    judged(0);
}
END_TEST

START_TEST(percentiles_come_from_buckets)
{
    struct quantity q;

    given("");
    ck_assert(rs_metric_value(&facts, METRIC_LATENCY_P50, RS_WHOLE, &q));
    ck_assert_uint_ge(q.num, 3000000);
    ck_assert_uint_le(q.num, 3000000 + 3000000 / 32);
    ck_assert(rs_metric_value(&facts, METRIC_LATENCY_P99, RS_WHOLE, &q));
    ck_assert_uint_eq(q.num, 4000000); /* never beyond the true maximum */
    ck_assert(!rs_metric_value(&facts, METRIC_LATENCY_P50, RS_FLOW(1), &q));
}
END_TEST

START_TEST(counters_of_the_driver)
{
    given("expect: [{metric: counter, counter: port0.hw.gprc, is: 7},\n"
          "         {metric: counter, counter: port0.hw.gptc, max: 5}]\n");
    rs_counters_set(&facts.guest.counters, "port0.hw.gprc 7\nport0.hw.gptc 9\n", 32);
    ck_assert_str_eq(judged(1)->what, "counter port0.hw.gptc");
    rs_counters_set(&facts.guest.counters, "port0.hw.gptc 4\n", 16);
    ck_assert_str_eq(judged(1)->seen, "no value in this run");
    rs_guest_fini(&facts.guest);
}
END_TEST

START_TEST(no_value_fails_an_expectation)
{
    given("expect: [{metric: mmio.writes.per-packet, max: 2}]\n");
    facts.report->flow[0].received = 0;
    facts.report->flow[0].sent = 0;
    facts.planned.frames[0] = 0;
    ck_assert_str_eq(judged(1)->seen, "no value in this run");
}
END_TEST

START_TEST(unsent_traffic_is_noticed)
{
    given("");
    facts.report->flow[0].sent = facts.report->flow[0].received = 5;
    ck_assert_str_eq(judged(1)->what, "traffic.done");
}
END_TEST

START_TEST(a_driver_that_fails)
{
    given("");
    facts.guest.driver_exit = 3;
    ck_assert_str_eq(judged(1)->seen, "exit status 3");
}
END_TEST

START_TEST(a_driver_that_may_fail)
{
    given("expect: [{metric: driver.exit, is: 3}]\n");
    facts.guest.driver_exit = 3;
    judged(0);
}
END_TEST

START_TEST(one_cause_not_twenty_consequences)
{
    given("expect: [{metric: received, is: 10}]\n");
    facts.report->end = REPORT_END_NOT_READY;
    facts.report->flow[0].sent = facts.report->flow[0].received = 0;
    ck_assert_str_eq(judged(1)->what, "end of the run");
}
END_TEST

START_TEST(deadline_still_shows_counters)
{
    given("");
    facts.report->end = REPORT_END_DEADLINE;
    facts.report->flow[0].received = 4;
    ck_assert_uint_ge((judged(2), findings->len), 2);
}
END_TEST

START_TEST(a_host_without_report_is_the_environment)
{
    given("");
    g_clear_pointer(&facts.report, g_free);
    facts.host.signal = 11;
    facts.host.exit_status = -1;
    ck_assert(judged(1)->environment);
}
END_TEST

START_TEST(an_overdue_run_is_a_failure)
{
    given("");
    g_clear_pointer(&facts.report, g_free);
    facts.host.overdue = true;
    ck_assert(!judged(1)->environment);
}
END_TEST

START_TEST(refused_events_and_kernel_complaints)
{
    given("");
    facts.report->sched_refused = 1;
    facts.guest.complaints = 2;
    judged(2);
}
END_TEST

START_TEST(a_panic_is_the_reason)
{
    const struct rs_finding *f;

    given("expect: [{metric: received, is: 10}]\n");
    facts.guest.has_status = facts.guest.has_driver = false;
    g_strlcpy(facts.guest.panic, "Kernel panic - not syncing: x", sizeof(facts.guest.panic));
    g_strlcpy(facts.guest_why, "the guest left no results", sizeof(facts.guest_why));
    facts.guest.complaints = 1;
    g_strlcpy(facts.guest.complaint[0], "BUG: y", sizeof(facts.guest.complaint[0]));
    facts.report->end = REPORT_END_NONE;
    f = judged(1);
    ck_assert_str_eq(f->seen, "Kernel panic - not syncing: x; before: BUG: y");
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("judge");

    tcase_add_checked_fixture(tc, NULL, teardown);
    tcase_add_test(tc, a_clean_run_passes);
    tcase_add_test(tc, driver_that_ends_first);
    tcase_add_test(tc, a_dead_fault_fails);
    tcase_add_test(tc, faults_that_struck_pass);
    tcase_add_test(tc, broken_rules_fail);
    tcase_add_test(tc, a_rule_that_may_be_broken);
    tcase_add_test(tc, rules_that_may_be_broken);
    tcase_add_test(tc, iotlb_by_region_and_queue);
    tcase_add_test(tc, stale_translations_fail);
    tcase_add_test(tc, stale_translations_may_be_expected);
    tcase_add_test(tc, rules_of_a_run_without_end);
    tcase_add_test(tc, loss_is_told_with_the_first_frame);
    tcase_add_test(tc, expectations_name_their_line);
    tcase_add_test(tc, bounds_are_inclusive);
    tcase_add_test(tc, percentiles_come_from_buckets);
    tcase_add_test(tc, counters_of_the_driver);
    tcase_add_test(tc, no_value_fails_an_expectation);
    tcase_add_test(tc, unsent_traffic_is_noticed);
    tcase_add_test(tc, a_driver_that_fails);
    tcase_add_test(tc, a_driver_that_may_fail);
    tcase_add_test(tc, one_cause_not_twenty_consequences);
    tcase_add_test(tc, a_panic_is_the_reason);
    tcase_add_test(tc, deadline_still_shows_counters);
    tcase_add_test(tc, a_host_without_report_is_the_environment);
    tcase_add_test(tc, an_overdue_run_is_a_failure);
    tcase_add_test(tc, refused_events_and_kernel_complaints);
    return RUN_TESTS("judge", tc);
}
