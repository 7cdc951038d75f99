/* SPDX-License-Identifier: BSD-2-Clause
 *
 * When frames start: rates exact to the picosecond, bursts, shared wires, captures at their own
 * times. Seen at the wire tap of a port that nobody drives.
 */
#include <string.h>

#include "model/bench/bench_priv.h"
#include "model/bench/tests/rig.h"
#include "mk/run_tests.h"

static struct rig_plan plan;
static struct bench_report report;
static struct rig *rig;
static uint64_t origin; /* SFD of a frame that starts at plan time zero */

static void setup(void)
{
    rig_plan_init(&plan, 2);
    plan.h->capture = 1;
}

static void run(uint64_t ns)
{
    rig = rig_new(&plan);
    rig_go(rig);
    origin = 8 * 800 + plan.port[0].cable_ps;
    rig_run(rig, ns);
    rig_report(rig, &report);
}

static void teardown(void)
{
    rig_free(rig);
}

static uint64_t at(unsigned i)
{
    return rig->frame[i].time_ps - origin;
}

START_TEST(frame_rate_carries_its_remainder)
{
    struct plan_flow *f = rig_plan_flow(&plan, 0, PLAN_NO_PORT, 60);
    f->pace = PLAN_PACE_FRAME;
    f->interval_num = 1000000;
    f->interval_den = 7;
    f->start_ps = 12345;
    run(100000);
    ck_assert_uint_eq(rig->kept, 60);
    for (unsigned i = 0; i < 60; i++)
        ck_assert_uint_eq(at(i), 12345 + i * 1000000ull / 7);
    ck_assert_uint_eq(report.flow[0].sent, 60);
    ck_assert_uint_eq(report.flow[0].first_lost, UINT64_MAX); /* nothing is expected back */
}
END_TEST

START_TEST(byte_rate_counts_the_wire)
{
    struct plan_flow *f = rig_plan_flow(&plan, 0, PLAN_NO_PORT, 50);
    plan.size[1] = 1514;
    plan.h->sizes.count = f->size_count = 2;
    f->pace = PLAN_PACE_BYTE;
    f->interval_num = 8000; /* 1 Gb/s: 8 ns a byte */
    f->interval_den = 3;
    run(1000000);
    uint64_t bytes = 0;
    for (unsigned i = 0; i < 50; i++) {
        ck_assert_uint_eq(at(i), bytes * 8000 / 3);
        bytes += plan.size[i % 2] + 24;
    }
}
END_TEST

START_TEST(line_rate_is_back_to_back)
{
    rig_plan_flow(&plan, 0, PLAN_NO_PORT, 64);
    run(100000);
    for (unsigned i = 0; i < 64; i++)
        ck_assert_uint_eq(at(i), i * 67200);
}
END_TEST

START_TEST(bursts_are_back_to_back)
{
    struct plan_flow *f = rig_plan_flow(&plan, 0, PLAN_NO_PORT, 60);
    f->pace = PLAN_PACE_FRAME;
    f->interval_num = 5000001;
    f->interval_den = 2;
    f->burst = 8;
    run(100000);
    for (unsigned i = 0; i < 60; i++)
        ck_assert_uint_eq(at(i), i / 8 * 5000001ull / 2 + i % 8 * 67200);
}
END_TEST

START_TEST(two_flows_take_turns)
{
    rig_plan_flow(&plan, 0, PLAN_NO_PORT, 30);
    rig_plan_flow(&plan, 0, PLAN_NO_PORT, 30);
    run(100000);
    ck_assert_uint_eq(rig->kept, 60);
    for (unsigned i = 0; i < 60; i++) {
        ck_assert_uint_eq(at(i), i * 67200);
        ck_assert_uint_eq(rig->frame[i].flow, i % 2);
        ck_assert_uint_eq(rig->frame[i].sequence, i / 2);
    }
}
END_TEST

START_TEST(stop_time_ends_a_flow)
{
    struct plan_flow *f = rig_plan_flow(&plan, 0, PLAN_NO_PORT, UINT64_MAX);
    f->stop_ps = 10 * 67200;
    run(100000);
    ck_assert_uint_eq(rig->kept, 10);
    ck_assert(bench_status(rig->bench) & RS_STATUS_OVER);
    /* the last SFD, then the drain time */
    ck_assert_uint_eq(report.over_ps, origin + 9 * 67200 + plan.h->drain_ps);
}
END_TEST

START_TEST(deadline_ends_everything)
{
    rig_plan_flow(&plan, 0, PLAN_NO_PORT, 4000000000u);
    plan.h->deadline_ps = 1000000;
    run(100000);
    ck_assert_uint_eq(report.flow[0].sent, 15);
    ck_assert_uint_eq(report.over_ps, 1000000);
    ck_assert_int_eq(bench_end(rig->bench), REPORT_END_DEADLINE);
    ck_assert(bench_status(rig->bench) & RS_STATUS_DEADLINE);
}
END_TEST

START_TEST(capture_keeps_its_times_and_starts_anew)
{
    struct plan_flow *f = rig_plan_flow(&plan, 0, 0, 6);
    f->kind = PLAN_REPLAY;
    f->pace = PLAN_PACE_STAMP;
    f->frame_count = plan.h->frames.count = 3;
    plan.h->bytes_.count = 300;
    for (unsigned i = 0; i < 300; i++)
        plan.bytes[i] = (uint8_t)i;
    plan.frame[0] = (struct plan_frame){.stamp_ps = 0, .offset = 0, .length = 100};
    plan.frame[1] = (struct plan_frame){.stamp_ps = 1000000, .offset = 100, .length = 40};
    plan.frame[2] = (struct plan_frame){.stamp_ps = 1000001, .offset = 200, .length = 100};
    run(100000);
    uint64_t period = 1000001 + 124 * 800;
    static const uint8_t zero[20];
    for (unsigned i = 0; i < 6; i += 3) {
        /* the second round finds the wire still busy with the last frame of the first */
        ck_assert_uint_eq(at(i), i ? at(2) + 124 * 800 : 0);
        ck_assert_uint_eq(at(i + 1), i / 3 * period + 1000000);
        ck_assert_uint_eq(at(i + 2), at(i + 1) + 84 * 800); /* the wire was busy */
        ck_assert_uint_eq(rig->frame[i + 1].length, 60);    /* padded as any MAC does */
        ck_assert_mem_eq(rig->frame[i + 1].bytes, plan.bytes + 100, 40);
        ck_assert_mem_eq(rig->frame[i + 1].bytes + 40, zero, 20);
    }
}
END_TEST

/* What is to come back is padded; what is not is sent as it was recorded, a runt as a runt. */
START_TEST(runts_are_replayed_as_runts)
{
    struct plan_flow *f = rig_plan_flow(&plan, 0, PLAN_NO_PORT, 1);
    f->kind = PLAN_REPLAY;
    f->frame_count = plan.h->frames.count = 1;
    plan.h->bytes_.count = 40;
    plan.frame[0] = (struct plan_frame){.offset = 0, .length = 40};
    run(1000);
    ck_assert_uint_eq(rig->frame[0].length, 40);
}
END_TEST

START_TEST(damaged_fcs_is_sent_so)
{
    rig_plan_flow(&plan, 0, PLAN_NO_PORT, 1)->bad_fcs = 1;
    run(10000);
    ck_assert(!rig->frame[0].good_fcs);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("gen");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, frame_rate_carries_its_remainder);
    tcase_add_test(t, byte_rate_counts_the_wire);
    tcase_add_test(t, line_rate_is_back_to_back);
    tcase_add_test(t, bursts_are_back_to_back);
    tcase_add_test(t, two_flows_take_turns);
    tcase_add_test(t, stop_time_ends_a_flow);
    tcase_add_test(t, deadline_ends_everything);
    tcase_add_test(t, capture_keeps_its_times_and_starts_anew);
    tcase_add_test(t, runts_are_replayed_as_runts);
    tcase_add_test(t, damaged_fcs_is_sent_so);
    return RUN_TESTS("gen", t);
}
