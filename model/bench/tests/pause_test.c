/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The far end and pause: from when to when it is silent, what waits, in which order it goes on, and
 * that latency counts from the planned time. And the whole circle: a queue without descriptors
 * fills the packet buffer, XOFF goes out, nothing is lost.
 */
#include <stdlib.h>
#include <string.h>

#include "model/bench/bench_priv.h"
#include "model/bench/tests/rig.h"
#include "mk/run_tests.h"

enum {
    FRAME_PS = 84 * 800, /* 64 bytes, preamble, gap */
    QUANTUM_PS = 64 * 800,
    HLREG0 = 0x4240, MFLCN = 0x4294, FCCFG = 0x3d00, FCRTL = 0x3220, FCRTH = 0x3260,
    FCTTV = 0x3200, FCRTV = 0x32a0, RXPBSIZE = 0x3c00, MPC = 0x3fa0, LXOFFTXC = 0x3f68,
    LXOFFRXCNT = 0x41a8,
};

static struct rig_plan plan;
static struct bench_report report;
static struct rig *rig;
static uint64_t origin;

static void setup(void)
{
    rig_plan_init(&plan, 2);
    plan.h->capture = 1;
    plan.h->drain_ps = 200000000;
}

static void teardown(void)
{
    rig_free(rig);
}

static void go(void)
{
    rig = rig_new(&plan);
    rig_go(rig);
    origin = 8 * 800 + plan.port[0].cable_ps;
}

static void say_pause(unsigned port, unsigned quanta)
{
    uint8_t frame[60] = {1, 0x80, 0xc2, 0, 0, 1, 2, 0, 0, 0, 14, 0, 0x88, 8, 0, 1};
    frame[16] = (uint8_t)(quanta >> 8);
    frame[17] = (uint8_t)quanta;
    bench_advance(rig->bench, rig->vns);
    wire_out(rig->bench, port, frame, sizeof(frame), true);
    bench_settle(rig->bench);
}

/* From the first bit out of the NIC to the SFD at its pins of what the far end starts then. */
static uint64_t reaction(void)
{
    return 2ull * plan.port[0].cable_ps + (8 + 60 + 4 + 8) * 800;
}

START_TEST(frames_wait_and_none_is_left_out)
{
    struct plan_flow *f = rig_plan_flow(&plan, 0, PLAN_NO_PORT, 40);
    f->pace = PLAN_PACE_FRAME;
    f->interval_num = 200000; /* 5 Mpps */
    go();
    rig_run(rig, 1000);
    say_pause(0, 100);
    rig_run(rig, 100000);
    uint64_t from = 1000000 + reaction(), until = from + 100 * QUANTUM_PS;
    unsigned before = (unsigned)((from - origin) / 200000) + 1;
    ck_assert_uint_eq(rig->kept, 1 + 40);
    unsigned sent = 0;
    for (unsigned i = 0; i < rig->kept; i++) {
        const struct rig_kept *k = &rig->frame[i];
        uint64_t stamped;
        if (k->out)
            continue;
        memcpy(&stamped, k->bytes + 42 + 8, 8);
        ck_assert_uint_eq(k->sequence, sent);
        /* the plan's time is in the stamp, whenever the frame went */
        ck_assert_uint_eq(stamped, origin + sent * 200000ull);
        uint64_t planned = origin + sent * 200000ull;
        uint64_t late = until + (sent - before) * (uint64_t)FRAME_PS;
        ck_assert_uint_eq(k->time_ps, sent < before ? planned : late > planned ? late : planned);
        sent++;
    }
    ck_assert_uint_eq(sent, 40);
    rig_report(rig, &report);
    ck_assert_uint_eq(report.port[0].pauses, 1);
    ck_assert_uint_eq(report.port[0].pause_ps, 100 * QUANTUM_PS);
    ck_assert_uint_eq(report.port[0].foreign, 0);
    ck_assert_uint_eq(report.port[1].pauses, 0);
}
END_TEST

START_TEST(xon_ends_a_pause_and_a_new_one_renews_it)
{
    rig_plan_flow(&plan, 0, PLAN_NO_PORT, UINT64_MAX)->stop_ps = 20000000;
    go();
    say_pause(0, 60000);
    rig_run(rig, 5000);
    say_pause(0, 0);
    rig_run(rig, 8000);
    say_pause(0, 10);
    rig_run(rig, 8200);
    say_pause(0, 10); /* renewed before the first one is over */
    rig_run(rig, 12000);
    rig_report(rig, &report);
    uint64_t first = 5000000, renewed = 200000 + 10 * QUANTUM_PS;
    ck_assert_uint_eq(report.port[0].pause_ps, first + renewed);
    ck_assert_uint_eq(report.port[0].pauses, 3);
}
END_TEST

START_TEST(other_ports_and_other_opcodes_do_not_pause)
{
    uint8_t other[60] = {1, 0x80, 0xc2, 0, 0, 1, 2, 0, 0, 0, 14, 0, 0x88, 8, 1, 1, 0xff, 0xff};
    rig_plan_flow(&plan, 0, PLAN_NO_PORT, 30);
    go();
    say_pause(1, 60000);
    wire_out(rig->bench, 0, other, sizeof(other), true); /* priority flow control */
    wire_out(rig->bench, 0, other, sizeof(other), false);
    rig_run(rig, 10000);
    rig_report(rig, &report);
    ck_assert_uint_eq(report.flow[0].sent, 30);
    ck_assert_uint_eq(report.port[0].pauses, 0);
    ck_assert_uint_eq(report.port[0].foreign, 2);
    ck_assert_uint_eq(report.port[1].pauses, 1);
}
END_TEST

START_TEST(flows_and_answers_go_on_in_order_without_overlap)
{
    for (unsigned i = 0; i < 3; i++)
        rig_plan_flow(&plan, 0, PLAN_NO_PORT, 8);
    plan.port[0].respond = PLAN_RESPOND_REFLECT;
    go();
    uint8_t hello[60] = {2, 0, 0, 0, 15, 0, 2, 0, 0, 0, 14, 0, 0x88, 0xb5};
    rig_run(rig, 200);
    say_pause(0, 3); /* over before all who had asked for the wire had it */
    wire_out(rig->bench, 0, hello, sizeof(hello), true);
    rig_run(rig, 600);
    say_pause(0, 50);
    rig_run(rig, 20000);
    uint64_t last = 0, sequence[3] = {0};
    unsigned in = 0, answers = 0;
    for (unsigned i = 0; i < rig->kept; i++) {
        const struct rig_kept *k = &rig->frame[i];
        if (k->out)
            continue;
        if (in++)
            ck_assert_uint_ge(k->time_ps, last + FRAME_PS);
        last = k->time_ps;
        if (k->flow > 2)
            answers++;
        else
            ck_assert_uint_eq(k->sequence, sequence[k->flow]++);
    }
    ck_assert_uint_eq(in, 25);
    ck_assert_uint_eq(answers, 1);
}
END_TEST

START_TEST(a_flood_of_pause_frames_is_bounded)
{
    rig_plan_flow(&plan, 0, PLAN_NO_PORT, UINT64_MAX)->stop_ps = 50000000;
    plan.port[0].cable_ps = 50000000; /* 10 km: hundreds on their way */
    go();
    for (unsigned i = 0; i < 500; i++) {
        say_pause(0, i % 7 * 1000);
        rig_run(rig, rig->vns + 68);
    }
    rig_run(rig, 10000000);
    rig_report(rig, &report);
    ck_assert_uint_eq(report.sched_refused, 0);
    ck_assert_uint_eq(report.port[0].pauses, 500 - 72);
    ck_assert_uint_eq(report.flow[0].sent, 50000000 / FRAME_PS + 1);
}
END_TEST

START_TEST(dark_fibre_ends_it)
{
    rig_plan_flow(&plan, 0, PLAN_NO_PORT, 10);
    go();
    say_pause(0, 65535);
    rig_run(rig, 2000);
    wire_cut(rig->bench, 0, true);
    bench_settle(rig->bench);
    rig_run(rig, 4000);
    rig_report(rig, &report);
    ck_assert_uint_eq(report.flow[0].sent, 10);
    ck_assert_uint_eq(report.port[0].wire_in_frames, 2);
}
END_TEST

/* ---- with the NIC ---- */

static uint64_t forward_slowly(bool flow_control)
{
    rig_plan_flow(&plan, 0, 1, 3000);
    plan.h->deadline_ps = 100000000000;
    rig = rig_new(&plan);
    rig_start(rig);
    rig_write(rig, 0, RXPBSIZE, 32 << 10);
    rig_write(rig, 0, FCTTV, 0x1000);
    rig_write(rig, 0, FCRTV, 0x800);
    rig_write(rig, 0, FCRTL, 8192 | 1u << 31);
    rig_write(rig, 0, FCRTH, 16384 | 1u << 31);
    rig_write(rig, 0, FCCFG, flow_control ? 1 << 3 : 0);
    rig_go(rig);
    for (int i = 0; i < 100000 && !(bench_status(rig->bench) & RS_STATUS_OVER); i++) {
        rig_run(rig, rig->vns + 4000);
        rig_forward(rig, 0, 1, 16); /* 4 Mpps of 14.9 */
    }
    rig_report(rig, &report);
    ck_assert_uint_eq(report.flow[0].sent, 3000);
    ck_assert_uint_eq(report.port[0].foreign, 0);
    return rig_read(rig, 0, MPC);
}

START_TEST(no_frame_is_lost_with_flow_control)
{
    uint64_t missed = forward_slowly(true);
    ck_assert_uint_eq(missed, 0);
    ck_assert_uint_eq(report.flow[0].received, 3000);
    ck_assert_uint_eq(report.flow[0].reordered, 0);
    ck_assert_uint_gt(report.port[0].pauses, 0);
    ck_assert_uint_eq(rig_read(rig, 0, LXOFFTXC), report.port[0].pauses);
    /* the last frame was planned 3000 slots after the first; it went when the driver could */
    uint64_t line = 3000ull * FRAME_PS, driver = 3000ull * 4000000 / 16;
    ck_assert_uint_gt(report.port[0].pause_ps, (driver - line) / 2);
    ck_assert_uint_gt(report.flow[0].latency_max_ps, (driver - line) * 8 / 10);
}
END_TEST

START_TEST(without_flow_control_frames_are_missed)
{
    uint64_t missed = forward_slowly(false);
    ck_assert_uint_gt(missed, 100);
    ck_assert_uint_eq(report.port[0].pauses, 0);
    ck_assert_uint_eq(report.flow[0].received, 3000 - missed);
}
END_TEST

START_TEST(generated_pause_frames_stop_the_transmitter)
{
    struct plan_flow *f = rig_plan_flow(&plan, 1, PLAN_NO_PORT, 1);
    f->kind = PLAN_PAUSE;
    f->quanta = 1000;
    f->start_ps = 20000000;
    memcpy(f->dst_mac, "\x01\x80\xc2\x00\x00\x01", 6);
    f = rig_plan_flow(&plan, 0, 1, 400);
    f->pace = PLAN_PACE_FRAME;
    f->interval_num = 200000;
    rig = rig_new(&plan);
    rig_start(rig);
    rig_write(rig, 1, MFLCN, 1 << 3);
    rig_go(rig);
    rig_forward_all(rig, 10000000);
    rig_report(rig, &report);
    ck_assert_uint_eq(report.flow[1].received, 400);
    ck_assert_uint_eq(rig_read(rig, 1, LXOFFRXCNT), 1);
    ck_assert_uint_gt(report.flow[1].latency_max_ps, 1000 * QUANTUM_PS - 5000000);
    ck_assert_uint_lt(report.flow[1].latency_max_ps, 1000 * QUANTUM_PS + 20000000);
}
END_TEST

/* Frames of a capture carry no stamp; their planned time is remembered with them. */
START_TEST(a_capture_waits_too)
{
    struct plan_flow *f = rig_plan_flow(&plan, 0, 1, 30);
    f->kind = PLAN_REPLAY;
    f->pace = PLAN_PACE_STAMP;
    f->frame_count = plan.h->frames.count = 2;
    plan.h->bytes_.count = 120;
    for (unsigned i = 0; i < 120; i++)
        plan.bytes[i] = (uint8_t)(i & ~1u);
    plan.frame[0] = (struct plan_frame){.length = 60};
    plan.frame[1] = (struct plan_frame){.stamp_ps = 400000, .offset = 60, .length = 60};
    rig = rig_new(&plan);
    rig_start(rig);
    rig_go(rig);
    say_pause(0, 2000); /* 102 us, from the second frame on */
    rig_forward_all(rig, 2000000);
    rig_report(rig, &report);
    ck_assert_uint_eq(report.flow[0].received, 30);
    ck_assert_uint_eq(report.flow[0].reordered, 0);
    uint64_t most = 2000ull * QUANTUM_PS;
    ck_assert_uint_gt(report.flow[0].latency_max_ps, most);
    ck_assert_uint_lt(report.flow[0].latency_max_ps, most + 10000000);
    /* all but the first were planned within the pause */
    ck_assert_uint_gt(report.flow[0].latency_sum_ps, 29 * (most - 30ull * 300000));
}
END_TEST

/* Saved in the middle of a pause, with flows held and changes on their way. */
START_TEST(restored_runs_go_on_alike)
{
    rig_plan_flow(&plan, 0, PLAN_NO_PORT, 60);
    rig_plan_flow(&plan, 0, PLAN_NO_PORT, 60);
    go();
    rig_run(rig, 1000);
    say_pause(0, 200);
    rig_run(rig, 2000);
    say_pause(0, 100);
    size_t bytes = bench_state_bytes(&rig->config);
    void *saved = malloc(bytes);
    const char *why;
    bench_save(rig->bench, saved);
    uint64_t hash[2][2];
    for (int i = 0; i < 2; i++) {
        if (i) {
            ck_assert_int_eq(bench_load(rig->bench, saved, bytes, &why), 0);
            rig->vns = 2000;
        }
        rig_run(rig, 50000);
        rig_report(rig, &report);
        ck_assert_uint_eq(report.flow[0].sent + report.flow[1].sent, 120);
        memcpy(hash[i], report.trace_hash, sizeof(hash[i]));
    }
    ck_assert_mem_eq(hash[0], hash[1], sizeof(hash[0]));
    ((struct bench_state *)saved)->port[0].pause.head = PAUSE_CHANGES;
    ck_assert_int_eq(bench_load(rig->bench, saved, bytes, &why), -22);
    free(saved);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("pause");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, frames_wait_and_none_is_left_out);
    tcase_add_test(t, xon_ends_a_pause_and_a_new_one_renews_it);
    tcase_add_test(t, other_ports_and_other_opcodes_do_not_pause);
    tcase_add_test(t, flows_and_answers_go_on_in_order_without_overlap);
    tcase_add_test(t, a_flood_of_pause_frames_is_bounded);
    tcase_add_test(t, dark_fibre_ends_it);
    tcase_add_test(t, no_frame_is_lost_with_flow_control);
    tcase_add_test(t, without_flow_control_frames_are_missed);
    tcase_add_test(t, generated_pause_frames_stop_the_transmitter);
    tcase_add_test(t, a_capture_waits_too);
    tcase_add_test(t, restored_runs_go_on_alike);
    return RUN_TESTS("pause", t);
}
