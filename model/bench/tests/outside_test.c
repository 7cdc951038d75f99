/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A bench without NICs: frames of a flow come out of it at their times and are judged when they
 * come back; carriers are told; an event of a NIC elsewhere is one of the run.
 */
#include <stdlib.h>

#include "model/bench/outside.h"
#include "model/bench/tests/rig.h"
#include "mk/run_tests.h"

static struct rig_plan plan;
static struct bench_report report;

static struct seen {
    uint64_t frames, at_ps[8];
    uint32_t carriers, length;
    uint8_t frame[8][NIC_FRAME_MAX];
} seen;
static uint64_t now_ps;

static void frame_in(void *owner, unsigned port, const uint8_t *frame, uint32_t length,
                     bool good_fcs)
{
    struct seen *s = owner;
    ck_assert(port == 0 && good_fcs && s->frames < 8);
    memcpy(s->frame[s->frames], frame, length);
    s->length = length;
    s->at_ps[s->frames++] = now_ps;
}

static void carrier(void *owner, unsigned port, bool present)
{
    struct seen *s = owner;
    s->carriers = (s->carriers & ~(1u << port)) | (uint32_t)present << port;
}

static const struct bench_outside_ops ops = {.frame_in = frame_in, .carrier = carrier};

/* Event by event, as a simulator does. */
static void run_until(struct rig *r, uint64_t end_ps)
{
    uint64_t next = bench_outside_run(r->bench, now_ps);
    while (next <= end_ps) {
        now_ps = next;
        next = bench_outside_run(r->bench, now_ps);
        ck_assert_uint_gt(next, now_ps);
    }
    now_ps = end_ps;
    bench_outside_run(r->bench, now_ps);
}

static struct rig *start(uint64_t frames)
{
    memset(&seen, 0, sizeof(seen));
    now_ps = 0;
    rig_plan_init(&plan, 2);
    rig_plan_flow(&plan, 0, 1, frames);
    struct rig *r = rig_new(&plan);
    bench_outside(r->bench, &ops, &seen);
    return r;
}

START_TEST(frames_go_round)
{
    struct rig *r = start(3);

    ck_assert_uint_eq(seen.carriers, 3);
    rig_go(r);
    run_until(r, 1000000);
    ck_assert_uint_eq(seen.frames, 3);
    for (unsigned i = 1; i < 3; i++) /* back to back: 60 bytes, FCS, preamble and gap */
        ck_assert_uint_eq(seen.at_ps[i] - seen.at_ps[i - 1], (60 + 4 + 20) * 800);
    for (unsigned i = 0; i < 2; i++) /* the third is lost */
        bench_outside_frame(r->bench, now_ps += 100000, 1, seen.frame[i], seen.length, true);
    bench_report(r->bench, &report);
    ck_assert_uint_eq(report.flow[0].sent, 3);
    ck_assert_uint_eq(report.flow[0].received, 2);
    rig_free(r);
}
END_TEST

START_TEST(events_are_of_the_run)
{
    struct rig *r = start(1);
    struct nic_event drop = {
        .time_ps = 5000, .id = NIC_EV_rx_drop, .function = NIC_FUNCTION(1, 0),
    };

    bench_report(r->bench, &report);
    uint64_t before = report.events;
    bench_outside_event(r->bench, &drop);
    drop.function = NIC_FUNCTION(7, 0); /* no such port */
    bench_outside_event(r->bench, &drop);
    bench_report(r->bench, &report);
    ck_assert_uint_eq(report.events, before + 1);
    ck_assert_uint_eq(report.port[1].rx_drops, 1);
    rig_free(r);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("outside");

    tcase_add_test(t, frames_go_round);
    tcase_add_test(t, events_are_of_the_run);
    return RUN_TESTS("bench outside", t);
}
