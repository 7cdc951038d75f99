/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The bench with real NIC ports and a tiny driver: frames cross, runs repeat, a state saved in
 * mid-flight goes on to the same end, ports talk back to back.
 */
#include <stdlib.h>
#include <string.h>

#include "model/bench/tests/rig.h"
#include "mk/run_tests.h"

static struct rig_plan plan;
static struct bench_report report;

static void two_way(uint64_t count)
{
    rig_plan_init(&plan, 2);
    for (unsigned port = 0; port < 2; port++) {
        struct plan_flow *f = rig_plan_flow(&plan, port, 1 - port, count);
        f->pace = PLAN_PACE_FRAME;
        f->interval_num = 1000000;
        f->interval_den = 7; /* 142.86 ns: 7 Mpps */
    }
}

static void run_forward(struct rig_plan *p, struct bench_report *out)
{
    struct rig *r = rig_new(p);
    rig_start(r);
    rig_go(r);
    rig_forward_all(r, 100000000);
    rig_report(r, out);
    rig_free(r);
}

static void check_clean(const struct bench_report *rep, uint64_t count)
{
    for (unsigned i = 0; i < rep->flows; i++) {
        ck_assert_uint_eq(rep->flow[i].sent, count);
        ck_assert_uint_eq(rep->flow[i].received, count);
        ck_assert_uint_eq(rep->flow[i].first_lost, UINT64_MAX);
        ck_assert_uint_eq(rep->flow[i].duplicated + rep->flow[i].reordered +
                              rep->flow[i].damaged + rep->flow[i].misplaced, 0);
        ck_assert_uint_eq(rep->flow[i].latency_count, count);
    }
    ck_assert_uint_eq(rep->sched_refused, 0);
    ck_assert_uint_eq(rep->samples, 0);
}

START_TEST(frames_cross_whole)
{
    two_way(2000);
    run_forward(&plan, &report);
    check_clean(&report, 2000);
    ck_assert_uint_eq(report.port[0].wire_in_frames, 2000);
    ck_assert_uint_eq(report.port[1].wire_out_frames, 2000);
    ck_assert_uint_eq(report.port[0].wire_in_bytes, 120000);
    /* 1.9 us of pipes, buses and frame at the least; polls come every 200 ns */
    ck_assert_uint_gt(report.flow[0].latency_min_ps, 1900000);
    ck_assert_uint_lt(report.flow[0].latency_max_ps, 10000000);
    /* the last frame at 2000 / 7 MHz, then the drain time */
    uint64_t over = report.over_ps - report.go_ps;
    ck_assert_uint_gt(over, 285000000 + plan.h->drain_ps);
    ck_assert_uint_lt(over, 300000000 + plan.h->drain_ps);
}
END_TEST

START_TEST(same_plan_same_hash)
{
    struct bench_report again;
    two_way(300);
    run_forward(&plan, &report);
    run_forward(&plan, &again);
    ck_assert_mem_eq(&report, &again, sizeof(report));
    ck_assert_uint_ne(report.trace_hash[0], report.trace_hash[1]);
    plan.h->trace_level = 0; /* what is stored has no part in the hash */
    uint64_t hash = report.trace_hash[0];
    run_forward(&plan, &report);
    ck_assert_uint_eq(report.trace_hash[0], hash);
    plan.h->seed++;
    run_forward(&plan, &report);
    ck_assert_uint_ne(report.trace_hash[0], hash);
}
END_TEST

START_TEST(calls_for_nothing_change_nothing)
{
    struct bench_report calm;
    two_way(300);
    run_forward(&plan, &calm);
    struct rig *r = rig_new(&plan);
    r->nervous_ns = 37;
    rig_start(r);
    rig_go(r);
    rig_forward_all(r, 100000000);
    rig_report(r, &report);
    rig_free(r);
    ck_assert_uint_eq(report.trace_hash[0], calm.trace_hash[0]);
    ck_assert_uint_eq(report.events, calm.events);
}
END_TEST

static void add_flight(const struct bench *b, struct bench_flight *sum)
{
    struct bench_flight now;

    bench_flight(b, &now);
    sum->frames += now.frames;
    sum->reads += now.reads;
    sum->writes += now.writes;
    sum->nic_events += now.nic_events;
    sum->bench_events += now.bench_events;
}

/* Saves at every `step` ns of the run into a fresh machine and goes on there. */
START_TEST(saved_in_flight_same_end)
{
    two_way(100);
    plan.h->iotlb_entries = 64;
    run_forward(&plan, &report);
    struct rig *r = rig_new(&plan);
    rig_start(r);
    rig_go(r);
    size_t bytes = bench_state_bytes(&r->config);
    void *saved = malloc(bytes);
    struct bench_flight flight = {0};
    for (unsigned moves = 0; moves < 60; moves++) {
        rig_forward_all(r, 331);
        add_flight(r->bench, &flight);
        bench_save(r->bench, saved);
        struct rig *fresh = rig_new(&plan);
        const char *why = "";
        struct bench *bench = fresh->bench;
        void *block = fresh->block;
        uint8_t *memory = fresh->memory;
        memcpy(memory, r->memory, RIG_MEMORY);
        free(r->memory);
        free(r->bench);
        free(r->block);
        *fresh = *r; /* driver and counters live on */
        fresh->bench = bench;
        fresh->block = block;
        fresh->memory = memory;
        free(r);
        r = fresh;
        int err = bench_load(r->bench, saved, bytes, &why);
        ck_assert_msg(!err, "%s", why);
    }
    rig_forward_all(r, 100000000);
    struct bench_report restored;
    rig_report(r, &restored);
    ck_assert_msg(flight.frames && flight.reads && flight.writes && flight.nic_events &&
                      flight.bench_events, "nothing was on its way when it was saved");
    bench_flight(r->bench, &flight);
    ck_assert_uint_eq(flight.frames, 0);
    ck_assert_uint_eq(flight.writes + flight.interrupts + flight.register_writes, 0);
    rig_free(r);
    free(saved);
    check_clean(&restored, 100);
    run_forward(&plan, &report);
    /* the pieces end at other polls than the whole, so compare with a run cut the same way */
    struct rig *whole = rig_new(&plan);
    rig_start(whole);
    rig_go(whole);
    for (unsigned moves = 0; moves < 60; moves++)
        rig_forward_all(whole, 331);
    rig_forward_all(whole, 100000000);
    rig_report(whole, &report);
    rig_free(whole);
    ck_assert_uint_eq(restored.trace_hash[0], report.trace_hash[0]);
    ck_assert_uint_eq(restored.trace_hash[1], report.trace_hash[1]);
    ck_assert_uint_eq(restored.events, report.events);
}
END_TEST

START_TEST(hostile_state_is_refused_or_survived)
{
    two_way(100);
    struct rig *r = rig_new(&plan);
    rig_start(r);
    rig_go(r);
    rig_forward_all(r, 5000);
    size_t bytes = bench_state_bytes(&r->config);
    uint8_t *good = malloc(bytes), *bad = malloc(bytes);
    bench_save(r->bench, good);
    const char *why;
    ck_assert_int_ne(bench_load(r->bench, good, bytes - 1, &why), 0);
    uint32_t x = 12345;
    unsigned refused = 0;
    for (int round = 0; round < 300; round++) {
        memcpy(bad, good, bytes);
        for (int k = 0; k < 20; k++) {
            x = x * 1664525 + 1013904223;
            size_t at = round % 2 ? x % 4096 : x % bytes;
            bad[at] ^= (uint8_t)(1 << (x >> 28 & 7));
        }
        if (bench_load(r->bench, bad, bytes, &why)) {
            ck_assert_ptr_nonnull(why);
            refused++;
        } else {
            r->wake_vns = UINT64_MAX;
            bench_advance(r->bench, r->vns + 20000);
        }
        ck_assert_msg(!bench_load(r->bench, good, bytes, &why), "%s", why);
    }
    ck_assert_uint_gt(refused, 30);
    free(good);
    free(bad);
    rig_free(r);
}
END_TEST

START_TEST(timed_mode_stalls_and_crosses)
{
    two_way(500);
    for (unsigned i = 0; i < 2; i++)
        plan.flow[i].interval_den = 2; /* 2 Mpps */
    plan.h->clock = PLAN_CLOCK_TIMED;
    plan.h->dilation_num = 289;
    plan.h->dilation_den = 100;
    run_forward(&plan, &report);
    check_clean(&report, 500);
    ck_assert_uint_gt(report.stall_vns, 0);
    uint64_t ran = report.over_vns - report.go_vns;
    uint64_t model_ns = (report.over_ps - report.go_ps) / 1000;
    ck_assert_uint_le(ran, model_ns * 289 / 100 + 3);
    ck_assert_uint_ge(ran + 3, model_ns * 289 / 100);

    struct rig *r = rig_new(&plan);
    uint64_t value;
    uint64_t stall = bench_mmio_read(r->bench, 1000, 0, 0, 8, 4, &value);
    ck_assert_uint_gt(stall, 2890); /* 1 us there and back, times 2.89 */
    ck_assert_uint_lt(stall, 3100);
    stall = bench_mmio_write(r->bench, 10000, 0, 0, 0x5080, 4, 0);
    ck_assert_uint_eq(stall, 180); /* 62 ns */
    rig_free(r);
}
END_TEST

/* Whatever the guest can see happens at its very instant: the leads that events carry are never
 * longer than the truth. */
START_TEST(visible_writes_land_to_the_ns)
{
    for (unsigned timed = 0; timed < 2; timed++) {
        two_way(500);
        plan.size[1] = 1514;
        plan.flow[0].size_count = plan.flow[1].size_count = plan.h->sizes.count = 2;
        plan.flow[0].interval_num = plan.flow[1].interval_num = 9100000;
        if (timed) {
            plan.h->clock = PLAN_CLOCK_TIMED;
            plan.h->dilation_num = 289;
            plan.h->dilation_den = 100;
        }
        struct rig *r = rig_new(&plan);
        rig_start(r);
        rig_go(r);
        r->exact = true;
        rig_forward_all(r, 100000000);
        ck_assert_uint_eq(r->inexact, 0);
        ck_assert_uint_ge(r->writes, 3000);
        rig_report(r, &report);
        check_clean(&report, 500);
        rig_free(r);
    }
}
END_TEST

START_TEST(quantum_rounds_wakes_only)
{
    two_way(300);
    plan.h->quantum_ns = 1000;
    struct rig *r = rig_new(&plan);
    rig_start(r);
    rig_go(r);
    for (int i = 0; i < 200; i++) {
        ck_assert_uint_eq(r->wake_vns % 1000, 0);
        rig_run(r, r->vns + 700);
        rig_forward(r, 0, 1, 32);
        rig_forward(r, 1, 0, 32);
    }
    rig_forward_all(r, 100000000);
    rig_report(r, &report);
    check_clean(&report, 300);
    rig_free(r);
}
END_TEST

START_TEST(back_to_back_ports)
{
    uint8_t frame[100];
    rig_plan_init(&plan, 2);
    for (unsigned i = 0; i < 2; i++) {
        plan.port[i].attach = PLAN_ATTACH_CABLE;
        plan.port[i].peer = (uint8_t)(1 - i);
    }
    plan.h->capture = 3;
    struct rig *r = rig_new(&plan);
    rig_start(r);
    rig_go(r);
    for (size_t i = 0; i < sizeof(frame); i++)
        frame[i] = (uint8_t)(i * 7);
    frame[0] = 2;
    rig_send(r, 0, frame, sizeof(frame));
    rig_run(r, r->vns + 5000);
    ck_assert_uint_eq(r->kept, 2);
    ck_assert(r->frame[0].out && !r->frame[1].out);
    ck_assert_uint_eq(r->frame[1].time_ps - r->frame[0].time_ps, plan.port[0].cable_ps);
    ck_assert_mem_eq(r->frame[1].bytes, frame, sizeof(frame));
    ck_assert_uint_eq(rig_forward(r, 1, 1, 32), 1); /* and back */
    rig_run(r, r->vns + 5000);
    ck_assert_uint_eq(r->kept, 4);
    rig_run(r, r->vns + 100000);
    ck_assert(bench_status(r->bench) & RS_STATUS_OVER);
    rig_report(r, &report);
    ck_assert_uint_eq(report.port[0].wire_out_frames, 1);
    ck_assert_uint_eq(report.port[0].wire_in_frames, 1);
    /* laser off: the peer loses its carrier */
    rig_write(r, 0, 0x20, 0x00000808); /* ESDP.SDP3 driven high */
    rig_run(r, r->vns + 1000);
    ck_assert_uint_eq(rig_read(r, 1, 0x42a4) >> 30 & 1, 0);
    rig_free(r);
}
END_TEST

START_TEST(link_flap_loses_only_what_was_on_the_wire)
{
    two_way(3000);
    plan.flow[0].interval_num = plan.flow[1].interval_num = 7000000; /* 1 Mpps, 3 ms */
    plan.action[0] = (struct plan_action){.at_ps = 500000000, .kind = PLAN_LINK_DOWN, .port = 0};
    plan.action[1] = (struct plan_action){.at_ps = 600000000, .kind = PLAN_LINK_UP, .port = 0};
    plan.h->actions.count = 2;
    run_forward(&plan, &report);
    uint64_t lost = report.flow[0].sent - report.flow[0].received;
    ck_assert_uint_ge(lost, 1100); /* 100 us dark and 1 ms until the link is up again */
    ck_assert_uint_lt(lost, 1110);
    ck_assert_uint_eq(report.flow[0].first_lost, 500);
    ck_assert_uint_eq(report.flow[0].reordered + report.flow[0].damaged, 0);
    ck_assert_uint_eq(report.end, REPORT_END_NONE);
}
END_TEST

START_TEST(nested_access_is_put_off)
{
    two_way(1);
    struct rig *r = rig_new(&plan);
    rig_start(r);
    rig_go(r);
    r->nested_write = 0x5200; /* MTA[0] */
    rig_forward_all(r, 1000000);
    ck_assert_uint_eq(r->nested_write, 0);
    ck_assert_uint_eq(rig_read(r, 0, 0x5200) | rig_read(r, 1, 0x5200), 0x1234);
    rig_report(r, &report);
    check_clean(&report, 1);
    rig_free(r);
}
END_TEST

START_TEST(damage_is_found_with_its_offset)
{
    two_way(10);
    struct rig *r = rig_new(&plan);
    rig_start(r);
    rig_go(r);
    r->damage = 13; /* ethertype */
    rig_forward_all(r, 1000000);
    rig_report(r, &report);
    ck_assert_uint_eq(report.flow[0].damaged + report.flow[1].damaged, 1);
    ck_assert_uint_eq(report.flow[0].received + report.flow[1].received, 19);
    ck_assert_uint_eq(report.samples, 1);
    ck_assert_uint_eq(report.sample[0].kind, 1);
    ck_assert_uint_eq(report.sample[0].detail, 13);
    rig_free(r);
}
END_TEST

START_TEST(iotlb_hits_and_faults)
{
    two_way(500);
    plan.h->iotlb_entries = 64;
    struct rig *r = rig_new(&plan);
    r->page_bytes = 2 << 20;
    rig_start(r);
    rig_go(r);
    rig_forward_all(r, 100000000);
    rig_report(r, &report);
    check_clean(&report, 500);
    ck_assert_uint_lt(r->translations, 20);
    ck_assert_uint_gt(report.port[0].iotlb_hits, 1500);
    uint64_t before = r->translations;
    bench_invalidate(r->bench, 0, 0, UINT64_MAX);
    rig_forward(r, 0, 1, 1);
    uint8_t frame[60] = {2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 8};
    rig_send(r, 0, frame, sizeof(frame));
    rig_run(r, r->vns + 10000);
    ck_assert_uint_gt(r->translations, before);
    rig_free(r);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("bench");

    tcase_set_timeout(t, 60);
    tcase_add_test(t, frames_cross_whole);
    tcase_add_test(t, same_plan_same_hash);
    tcase_add_test(t, calls_for_nothing_change_nothing);
    tcase_add_test(t, saved_in_flight_same_end);
    tcase_add_test(t, hostile_state_is_refused_or_survived);
    tcase_add_test(t, timed_mode_stalls_and_crosses);
    tcase_add_test(t, visible_writes_land_to_the_ns);
    tcase_add_test(t, quantum_rounds_wakes_only);
    tcase_add_test(t, back_to_back_ports);
    tcase_add_test(t, link_flap_loses_only_what_was_on_the_wire);
    tcase_add_test(t, nested_access_is_put_off);
    tcase_add_test(t, damage_is_found_with_its_offset);
    tcase_add_test(t, iotlb_hits_and_faults);
    return RUN_TESTS("bench", t);
}
