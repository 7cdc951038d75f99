/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The control device and the plan's progress: GO, over, not ready, agent, exit. And the trace: its
 * hash is that of the records, whatever is stored.
 */
#include <string.h>

#define XXH_INLINE_ALL
#include "xxhash.h"

#include "model/bench/bench_priv.h"
#include "model/bench/tests/rig.h"
#include "mk/run_tests.h"

static struct rig_plan plan;
static struct bench_report report;
static struct rig *rig;

static void setup(void)
{
    rig_plan_init(&plan, 2);
}

static void teardown(void)
{
    rig_free(rig);
}

static uint32_t get(uint32_t offset)
{
    return bench_control_read(rig->bench, rig->vns, offset);
}

static enum bench_action set(uint32_t offset, uint32_t value)
{
    return bench_control_write(rig->bench, rig->vns, offset, value);
}

START_TEST(registers)
{
    rig = rig_new(&plan);
    ck_assert_uint_eq(get(RS_CTL_ID), RS_CTL_ID_VALUE);
    ck_assert_uint_eq(get(RS_CTL_VERSION), RS_CTL_VERSION_VALUE);
    ck_assert_uint_eq(get(RS_CTL_PORTS), 2);
    ck_assert_uint_eq(get(RS_CTL_STATUS), RS_STATUS_PLAN);
    ck_assert_uint_eq(get(0xffc), 0);
    set(RS_CTL_PID, 42);
    set(RS_CTL_GENERATION, 3);
    ck_assert_int_eq(set(RS_CTL_ROLE, RS_ROLE_DRIVER), BENCH_ACT_NONE);
    ck_assert_uint_eq(get(RS_CTL_PID), 42);
    ck_assert_int_eq(set(RS_CTL_MARK, 5), BENCH_ACT_MARK);
    ck_assert_int_eq(set(RS_CTL_GO, 0), BENCH_ACT_NONE);
    ck_assert_int_eq(set(RS_CTL_GO, 1), BENCH_ACT_GO);
    ck_assert_int_eq(set(RS_CTL_GO, 1), BENCH_ACT_NONE);
    ck_assert_uint_eq(get(RS_CTL_STATUS), RS_STATUS_PLAN | RS_STATUS_RUNNING);
    bench_report(rig->bench, &report);
    ck_assert_uint_eq(rig->event_of[BENCH_EV_role], 1);
    ck_assert_uint_eq(rig->event_of[BENCH_EV_mark], 1);
    ck_assert_uint_eq(rig->event_of[BENCH_EV_go], 1);
}
END_TEST

START_TEST(over_interrupts_and_exit_ends)
{
    rig = rig_new(&plan);
    set(RS_CTL_IRQ_ENABLE, RS_IRQ_OVER);
    rig_run(rig, 5000);
    rig_go(rig);
    rig_run(rig, 54999);
    ck_assert_int_eq(rig->control_intx, 0);
    rig_run(rig, 55000); /* no flow: the drain time from GO */
    ck_assert_int_eq(rig->control_intx, 1);
    ck_assert_uint_eq(get(RS_CTL_STATUS), RS_STATUS_PLAN | RS_STATUS_OVER);
    ck_assert_uint_eq(get(RS_CTL_IRQ_STATUS), RS_IRQ_OVER);
    set(RS_CTL_IRQ_STATUS, RS_IRQ_OVER);
    ck_assert_int_eq(rig->control_intx, 0);
    ck_assert_int_eq(bench_end(rig->bench), REPORT_END_NONE);
    rig->vns = 60000;
    ck_assert_int_eq(set(RS_CTL_EXIT, 9), BENCH_ACT_EXIT);
    bench_report(rig->bench, &report);
    ck_assert_uint_eq(report.end, REPORT_END_OVER);
    ck_assert_uint_eq(report.guest_exit, 9);
    ck_assert_uint_eq(report.go_vns, 5000);
    ck_assert_uint_eq(report.over_vns, 55000);
    ck_assert_uint_eq(report.end_vns, 60000);
    ck_assert_uint_eq(report.end_ps, 60000000);
}
END_TEST

START_TEST(agent_is_interrupted_in_time)
{
    plan.action[0] = (struct plan_action){.at_ps = 1000000, .kind = PLAN_AGENT, .arg = 77};
    plan.action[1] = (struct plan_action){.at_ps = 2000000, .kind = PLAN_MARK, .arg = 1};
    plan.h->actions.count = 2;
    rig = rig_new(&plan);
    set(RS_CTL_IRQ_ENABLE, RS_IRQ_AGENT);
    rig_go(rig);
    rig_run(rig, 999);
    ck_assert_int_eq(rig->control_intx, 0);
    rig_run(rig, 1000);
    ck_assert_int_eq(rig->control_intx, 1);
    ck_assert_uint_eq(get(RS_CTL_AGENT), 77);
    rig_run(rig, 51999);
    ck_assert(!(bench_status(rig->bench) & RS_STATUS_OVER));
    rig_run(rig, 52000);
    ck_assert(bench_status(rig->bench) & RS_STATUS_OVER);
}
END_TEST

START_TEST(not_ready_in_time)
{
    plan.h->ready_limit_ns = 4000;
    plan.h->clock = PLAN_CLOCK_TIMED;
    plan.h->dilation_num = 3;
    rig = rig_new(&plan);
    rig_run(rig, 3999);
    ck_assert_int_eq(bench_end(rig->bench), REPORT_END_NONE);
    rig_run(rig, 4000);
    ck_assert_int_eq(bench_end(rig->bench), REPORT_END_NOT_READY);
    ck_assert_int_eq(set(RS_CTL_GO, 1), BENCH_ACT_NONE);
    bench_report(rig->bench, &report);
    ck_assert_uint_eq(report.go_ps, 0);
}
END_TEST

START_TEST(exit_before_the_end_is_the_guests)
{
    rig = rig_new(&plan);
    rig_go(rig);
    set(RS_CTL_EXIT, 0);
    ck_assert_int_eq(bench_end(rig->bench), REPORT_END_GUEST);
    set(RS_CTL_EXIT, 1);
    bench_report(rig->bench, &report);
    ck_assert_uint_eq(report.guest_exit, 0);
}
END_TEST

/* As docs/formats/trace.md says. */
static void hash_of(const struct nic_event *event, uint64_t count, uint64_t hash[2])
{
    struct {
        uint64_t chain[2];
        struct nic_event event[TRACE_BLOCK_EVENTS];
    } block = {{0, 0}, {{0}}};
    for (bool last = false; !last; event += TRACE_BLOCK_EVENTS) {
        uint64_t n = count < TRACE_BLOCK_EVENTS ? count : TRACE_BLOCK_EVENTS;
        last = n < TRACE_BLOCK_EVENTS;
        if (n)
            memcpy(block.event, event, n * sizeof(*event));
        XXH128_hash_t h = XXH3_128bits(&block, sizeof(block.chain) + n * sizeof(*event));
        block.chain[0] = h.low64;
        block.chain[1] = h.high64;
        count -= n;
    }
    memcpy(hash, block.chain, sizeof(block.chain));
}

START_TEST(hash_is_of_all_records)
{
    enum { ROOM = 20000 };
    static struct nic_event log[ROOM];
    for (unsigned i = 0; i < 2; i++) {
        struct plan_flow *f = rig_plan_flow(&plan, i, 1 - i, 200);
        f->pace = PLAN_PACE_FRAME;
        f->interval_num = 200000;
    }
    rig = rig_new(&plan);
    rig->log = log;
    rig->log_room = ROOM;
    rig_start(rig);
    bench_report(rig->bench, &report); /* a report in between changes nothing */
    rig_go(rig);
    rig_forward_all(rig, 10000000);
    bench_report(rig->bench, &report);
    ck_assert_uint_lt(rig->events, ROOM);
    ck_assert_uint_eq(rig->events, report.events);
    uint64_t hash[2];
    hash_of(log, rig->events, hash);
    ck_assert_mem_eq(report.trace_hash, hash, sizeof(hash));
    for (uint64_t i = 1; i < rig->events; i++)
        ck_assert_uint_ge(log[i].time_ps, log[i - 1].time_ps);
    ck_assert_uint_eq(report.plan_hash, XXH64(plan.data, plan.h->bytes, 0));
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("control");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, registers);
    tcase_add_test(t, over_interrupts_and_exit_ends);
    tcase_add_test(t, agent_is_interrupted_in_time);
    tcase_add_test(t, not_ready_in_time);
    tcase_add_test(t, exit_before_the_end_is_the_guests);
    tcase_add_test(t, hash_is_of_all_records);
    return RUN_TESTS("control", t);
}
