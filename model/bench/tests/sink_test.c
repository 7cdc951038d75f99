/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The judge: what a bad driver could do to frames, done by hand at the far end. And what a frame
 * looks like, bit by bit.
 */
#include <string.h>

#include "model/bench/bench_priv.h"
#include "model/bench/tests/rig.h"
#include "mk/run_tests.h"

static struct rig_plan plan;
static struct bench_report report;
static struct rig *rig;

static void setup(void)
{
    rig_plan_init(&plan, 2);
    plan.h->drain_ps = 1000000000000;
    rig_plan_flow(&plan, 0, 1, 1000000);
}

static void start(void)
{
    rig = rig_new(&plan);
    rig_go(rig);
    bench_advance(rig->bench, 1);
}

static void teardown(void)
{
    rig_free(rig);
}

/* As if the generator had sent so many. */
static void sent(uint64_t count)
{
    rig->bench->st->flow[0].count.sent = count;
}

static uint32_t build(uint32_t sequence, uint8_t *frame)
{
    struct stamp s = {.sequence = sequence, .time_ps = 100 + sequence};
    uint32_t length = frame_length(rig->bench, 0, sequence);
    frame_build(rig->bench, &s, length, frame);
    return length;
}

static void back(unsigned port, uint32_t sequence)
{
    uint8_t frame[NIC_FRAME_MAX];
    uint32_t length = build(sequence, frame);
    wire_out(rig->bench, port, frame, length, true);
}

static const struct report_flow *judged(void)
{
    rig_report(rig, &report);
    return &report.flow[0];
}

START_TEST(order_loss_and_duplicates)
{
    start();
    sent(200000);
    for (uint32_t i = 0; i < 100; i++)
        if (i != 7 && i != 50)
            back(1, i);
    ck_assert_uint_eq(judged()->received, 98);
    ck_assert_uint_eq(judged()->first_lost, 7);
    back(1, 50);
    ck_assert_uint_eq(judged()->received, 99);
    ck_assert_uint_eq(judged()->reordered, 1);
    back(1, 50);
    back(1, 99);
    ck_assert_uint_eq(judged()->received, 99);
    ck_assert_uint_eq(judged()->duplicated, 2);
    back(1, 7);
    ck_assert_uint_eq(judged()->first_lost, 100);
    back(0, 100);
    ck_assert_uint_eq(judged()->misplaced, 1);
    ck_assert_uint_eq(judged()->received, 100);
    ck_assert_uint_eq(report.samples, 5);
    ck_assert_uint_eq(report.sample[0].kind, VERDICT_REORDERED);
    ck_assert_uint_eq(report.sample[0].sequence, 50);
}
END_TEST

START_TEST(window_slides_and_jumps)
{
    start();
    sent(1000000);
    for (uint32_t i = 0; i < 3 * SINK_WINDOW; i++)
        if (i != 70000)
            back(1, i);
    ck_assert_uint_eq(judged()->received, 3 * SINK_WINDOW - 1);
    ck_assert_uint_eq(judged()->first_lost, 70000);
    back(1, 70000); /* too late to be told from a duplicate */
    ck_assert_uint_eq(judged()->duplicated, 1);
    back(1, 900000);
    ck_assert_uint_eq(judged()->first_lost, 70000);
    ck_assert_uint_eq(judged()->received, 3 * SINK_WINDOW);
    rig_free(rig);

    start();
    sent(1000000);
    back(1, 0);
    back(1, 500000);
    ck_assert_uint_eq(judged()->first_lost, 1);
    ck_assert_uint_eq(judged()->reordered + judged()->duplicated, 0);
    back(1, 499999);
    ck_assert_uint_eq(judged()->reordered, 1);
}
END_TEST

START_TEST(order_is_per_tuple)
{
    plan.flow[0].tuples = 4;
    start();
    sent(100);
    static const uint32_t fine[] = {1, 5, 0, 3, 2, 4, 8, 6}, late[] = {7, 15, 11, 10};
    for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++)
        back(1, fine[i]);
    ck_assert_uint_eq(judged()->reordered, 0);
    for (size_t i = 0; i < sizeof(late) / sizeof(late[0]); i++)
        back(1, late[i]);
    ck_assert_uint_eq(judged()->reordered, 1); /* 11 behind 15 */
    ck_assert_uint_eq(judged()->received, 12);
}
END_TEST

/* Any flipped bit is damage, or makes a stranger of the frame when it is in the stamp. */
START_TEST(every_bit_counts)
{
    uint8_t frame[NIC_FRAME_MAX];
    start();
    sent(10);
    uint32_t length = build(3, frame);
    unsigned stamp = rig->bench->shape[0].stamp;
    for (uint32_t i = 0; i < length * 8; i++) {
        struct report_flow before = *judged();
        uint64_t foreign = report.port[1].foreign;
        frame[i / 8] ^= (uint8_t)(1 << i % 8);
        wire_out(rig->bench, 1, frame, length, true);
        frame[i / 8] ^= (uint8_t)(1 << i % 8);
        ck_assert_uint_eq(judged()->received, 0);
        bool in_stamp = i / 8 >= stamp && i / 8 < stamp + STAMP_BYTES;
        ck_assert_uint_eq(report.flow[0].damaged - before.damaged, !in_stamp);
        ck_assert_uint_eq(report.port[1].foreign - foreign, in_stamp);
    }
    wire_out(rig->bench, 1, frame, length - 1, true);
    memcpy(frame + length, "", 1);
    wire_out(rig->bench, 1, frame, length + 1, true);
    wire_out(rig->bench, 1, frame, length, false);
    ck_assert_uint_eq(judged()->damaged, (length - STAMP_BYTES) * 8 + 2);
    wire_out(rig->bench, 1, frame, length, true);
    ck_assert_uint_eq(judged()->received, 1);
}
END_TEST

START_TEST(never_sent_is_foreign)
{
    start();
    sent(10);
    back(1, 10);
    ck_assert_uint_eq(judged()->received, 0);
    ck_assert_uint_eq(report.port[1].foreign, 1);
    uint8_t tiny[14] = {0};
    wire_out(rig->bench, 1, tiny, sizeof(tiny), true);
    ck_assert_uint_eq(judged()->received, 0);
    ck_assert_uint_eq(report.port[1].foreign, 2);
}
END_TEST

START_TEST(macs_may_change_when_allowed)
{
    uint8_t frame[NIC_FRAME_MAX];
    plan.flow[0].macs = 1;
    start();
    sent(10);
    uint32_t length = build(0, frame);
    memset(frame, 0xaa, 12);
    wire_out(rig->bench, 1, frame, length, true);
    ck_assert_uint_eq(judged()->received, 1);
    frame[12] ^= 1;
    wire_out(rig->bench, 1, frame, length, true);
    ck_assert_uint_eq(judged()->damaged, 1);
}
END_TEST

/* ---- frames ---- */
static uint32_t sum(const uint8_t *p, uint32_t bytes)
{
    uint32_t s = 0;
    for (uint32_t i = 0; i < bytes; i++)
        s += i % 2 ? p[i] : (uint32_t)p[i] << 8;
    return s;
}
static bool adds_up(uint32_t s)
{
    while (s >> 16)
        s = (s & 0xffff) + (s >> 16);
    return s == 0xffff;
}

START_TEST(checksums_add_up)
{
    uint8_t f[NIC_FRAME_MAX];
    for (unsigned kind = PLAN_UDP4; kind <= PLAN_TCP6; kind++) {
        for (unsigned i = 0; i < 200; i++) {
            bool six = kind == PLAN_UDP6 || kind == PLAN_TCP6;
            bool tcp = kind == PLAN_TCP4 || kind == PLAN_TCP6;
            setup();
            plan.flow[0].kind = (uint8_t)kind;
            plan.flow[0].payload = (uint8_t)(i % 4);
            plan.flow[0].tuples = 1 + i * 1000;
            plan.flow[0].vlan = i & 1 ? 100 : 0;
            memset(plan.flow[0].src_ip6, 0xfe, 16);
            memset(plan.flow[0].dst_ip6, 0xfd, 16);
            plan.size[0] = (uint16_t)(96 + i * 7);
            start();
            uint32_t length = build(i * 12345, f), l3 = i & 1 ? 18 : 14;
            uint32_t l4 = l3 + (six ? 40 : 20), segment = length - l4;
            ck_assert_uint_eq(length, plan.size[0]);
            if (!six)
                ck_assert(adds_up(sum(f + l3, 20)));
            uint32_t pseudo = sum(six ? f + l3 + 8 : f + l3 + 12, six ? 32 : 8);
            ck_assert(adds_up(pseudo + segment + (tcp ? 6 : 17) + sum(f + l4, segment)));
            struct stamp s;
            ck_assert(frame_stamp(rig->bench, f, length, &s));
            ck_assert_uint_eq(s.sequence, i * 12345);
            rig_free(rig);
        }
    }
    setup();
    start();
}
END_TEST

START_TEST(sizes_cycle_or_are_drawn)
{
    unsigned seen_of[3] = {0};
    for (unsigned i = 0; i < 3; i++)
        plan.size[i] = (uint16_t)(60 + i);
    plan.h->sizes.count = plan.flow[0].size_count = 3;
    start();
    for (unsigned i = 0; i < 9; i++)
        ck_assert_uint_eq(frame_length(rig->bench, 0, i), 60 + i % 3);
    plan.flow[0].size_mode = PLAN_SIZE_DRAW;
    for (unsigned i = 0; i < 3000; i++)
        seen_of[frame_length(rig->bench, 0, i) - 60]++;
    for (unsigned i = 0; i < 3; i++) {
        ck_assert_uint_gt(seen_of[i], 900);
        ck_assert_uint_lt(seen_of[i], 1100);
    }
}
END_TEST

/* ---- replay ---- */
static void replay_setup(unsigned distinct)
{
    setup();
    plan.flow[0].kind = PLAN_REPLAY;
    plan.flow[0].frame_count = distinct;
    plan.h->frames.count = distinct;
    plan.h->bytes_.count = distinct * 60;
    for (unsigned i = 0; i < distinct; i++) {
        plan.frame[i] = (struct plan_frame){.offset = i * 60, .length = 60};
        memset(plan.bytes + i * 60, (int)i + 1, 60);
    }
    start();
}

static void replay_send(uint32_t count)
{
    uint8_t frame[NIC_FRAME_MAX];
    for (uint32_t i = 0; i < count; i++) {
        uint32_t sequence = (uint32_t)rig->bench->st->flow[0].count.sent;
        uint32_t length = build(sequence, frame);
        struct stamp stamp = {.sequence = sequence};
        replay_sent(rig->bench, &stamp, frame, length);
        sent(sequence + 1);
    }
}

START_TEST(equal_frames_are_told_apart_by_order)
{
    replay_setup(1);
    replay_send(1000);
    for (unsigned i = 0; i < 999; i++)
        back(1, i);
    ck_assert_uint_eq(judged()->received, 999);
    ck_assert_uint_eq(judged()->reordered + judged()->duplicated, 0);
    ck_assert_uint_eq(judged()->first_lost, 999);
    back(1, 0);
    back(1, 0);
    ck_assert_uint_eq(judged()->received, 1000);
    ck_assert_uint_eq(judged()->duplicated, 1);
    replay_send(5);
    back(0, 0);
    ck_assert_uint_eq(judged()->misplaced, 1);
}
END_TEST

START_TEST(different_frames_show_order_and_loss)
{
    replay_setup(5);
    replay_send(50);
    for (unsigned i = 0; i < 50; i++)
        if (i != 7 && i != 20)
            back(1, i);
    ck_assert_uint_eq(judged()->received, 48);
    ck_assert_uint_eq(judged()->first_lost, 7);
    back(1, 20);
    ck_assert_uint_eq(judged()->reordered, 1);
    ck_assert_uint_eq(judged()->received, 49);
    back(1, 21); /* same bytes as 1, 6, 11 ...: all of them are back */
    ck_assert_uint_eq(judged()->duplicated, 1);
    for (uint32_t i = 0; i < 4 * REPLAY_FRAMES; i++) {
        replay_send(1);
        if (i % 3 == 0)
            back(1, 50 + i);
    }
    ck_assert_uint_eq(judged()->reordered, 1);
    ck_assert_uint_eq(judged()->duplicated, 1);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("sink");

    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, order_loss_and_duplicates);
    tcase_add_test(t, window_slides_and_jumps);
    tcase_add_test(t, order_is_per_tuple);
    tcase_add_test(t, every_bit_counts);
    tcase_add_test(t, never_sent_is_foreign);
    tcase_add_test(t, macs_may_change_when_allowed);
    tcase_add_test(t, checksums_add_up);
    tcase_add_test(t, sizes_cycle_or_are_drawn);
    tcase_add_test(t, equal_frames_are_told_apart_by_order);
    tcase_add_test(t, different_frames_show_order_and_loss);
    return RUN_TESTS("sink", t);
}
