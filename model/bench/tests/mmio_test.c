/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Accesses of virtual functions through the bench: each goes to the function that it names, in both
 * clock modes; what the function asks for carries its id; a saved state has all of it.
 */
#include "model/bench/bench_priv.h"

#include <stdlib.h>

#include "mk/run_tests.h"
#include "model/bench/tests/rig.h"

static struct rig_plan *plan;
static struct rig *rig;

enum { PF = NIC_FUNCTION(0, 0), VF = NIC_FUNCTION(0, 2), LOG = 4096 };
enum { COMMAND = 4, MSIX_CONTROL = 0x72, SRIOV_CONTROL = 0x168, SRIOV_NUMBER = 0x170 };
enum { GCR_EXT = 0x11050, DMATXCTL = 0x4a80, VFTX = 0x2000, VTEICS = 0x104, VTEIMS = 0x108 };

static struct nic_event log_[LOG];

static void power_on(unsigned clock)
{
    plan = malloc(sizeof *plan);
    rig_plan_init(plan, 2);
    plan->h->clock = (uint8_t)clock;
    plan->h->trace_level = 2;
    rig = rig_new(plan);
    rig->log = log_;
    rig->log_room = LOG;
    rig->vns = 1000;
    bench_config_write(rig->bench, rig->vns, PF, COMMAND, 2, 6);
    bench_config_write(rig->bench, rig->vns, PF, SRIOV_NUMBER, 2, 2);
    bench_config_write(rig->bench, rig->vns, PF, SRIOV_CONTROL, 2, 9);
    rig_write(rig, 0, GCR_EXT, 3);
    rig_write(rig, 0, DMATXCTL, 1);
    bench_config_write(rig->bench, rig->vns, VF, COMMAND, 2, 4);
}

static void setup(void)
{
    power_on(PLAN_CLOCK_FUNCTIONAL);
}
static void teardown(void)
{
    rig_free(rig);
    free(plan);
}

static uint32_t vf_read(uint32_t offset)
{
    uint64_t value;
    rig->vns += bench_mmio_read(rig->bench, rig->vns, VF, 0, offset, 4, &value);
    return (uint32_t)value;
}

static void vf_write(unsigned bar, uint32_t offset, uint32_t value)
{
    rig->vns += bench_mmio_write(rig->bench, rig->vns, VF, bar, offset, 4, value);
}

/* Events of this kind that the function is named in. */
static unsigned told(unsigned id)
{
    unsigned count = 0;
    struct bench_report *report = malloc(sizeof *report);
    bench_report(rig->bench, report); /* all that were not shown yet */
    free(report);
    for (uint64_t i = 0; i < rig->events && i < LOG; i++)
        count += log_[i].id == id && log_[i].function == VF;
    return count;
}

static void send_one(void)
{
    vf_write(0, VFTX, 0x1000);
    vf_write(0, VFTX + 8, 1024);
    vf_write(0, VFTX + 0x28, 1 << 25);
    vf_write(0, VFTX + 0x18, 1);
    rig_run(rig, rig->vns + 100000);
}

START_TEST(functions_are_reached)
{
    ck_assert_uint_eq(bench_vf_count(rig->bench, 0), 2);
    ck_assert_uint_eq(bench_vf_count(rig->bench, 1), 0);
    ck_assert_uint_eq(bench_vf_count(rig->bench, 9), 0);
    vf_write(0, VFTX, 0x1000);
    ck_assert_uint_eq(rig_read(rig, 0, 0x6000 + 2 * 0x40), 0x1000);
    ck_assert_uint_eq(vf_read(VFTX), 0x1000);
    ck_assert_uint_eq(bench_config_read(rig->bench, rig->vns, VF, COMMAND, 2), 4);
    ck_assert_uint_eq(bench_config_peek(rig->bench, VF, COMMAND, 2), 4);
    ck_assert_uint_eq(bench_config_peek(rig->bench, NIC_FUNCTION(0, 3), 0, 4), UINT32_MAX);
    ck_assert_uint_eq(bench_config_peek(rig->bench, NIC_FUNCTION(9, 0), 0, 4), UINT32_MAX);
    bench_reset(rig->bench, rig->vns, VF, NIC_RESET_FLR);
    ck_assert_uint_eq(bench_config_peek(rig->bench, VF, COMMAND, 2), 0);
    ck_assert_uint_eq(bench_config_peek(rig->bench, PF, COMMAND, 2), 6);
}
END_TEST

START_TEST(requests_carry_the_id)
{
    send_one();
    ck_assert_uint_eq(told(NIC_EV_mmio_write), 4);
    ck_assert_uint_ge(told(BENCH_EV_dma_read), 1);
    vf_write(3, 0, 0xfee00000);
    vf_write(3, 12, 0);
    bench_config_write(rig->bench, rig->vns, VF, MSIX_CONTROL, 2, 0x8000);
    vf_write(0, VTEIMS, 1);
    vf_write(0, VTEICS, 1);
    rig_run(rig, rig->vns + 10000);
    ck_assert_uint_eq(rig->messages, 1);
    ck_assert_uint_eq(told(BENCH_EV_message), 1);
}
END_TEST

START_TEST(timed)
{
    teardown();
    power_on(PLAN_CLOCK_TIMED);
    send_one();
    ck_assert_uint_eq(vf_read(VFTX + 0x18), 1);
    ck_assert_uint_ge(told(BENCH_EV_dma_read), 1);
}
END_TEST

START_TEST(saved_and_loaded)
{
    size_t bytes = bench_state_bytes(&rig->config);
    uint8_t *state = malloc(bytes);
    const char *why = "";

    send_one();
    bench_save(rig->bench, state);
    bench_config_write(rig->bench, rig->vns, PF, SRIOV_CONTROL, 2, 0);
    ck_assert_uint_eq(bench_vf_count(rig->bench, 0), 0);
    ck_assert_int_eq(bench_load(rig->bench, state, bytes, &why), 0);
    ck_assert_uint_eq(bench_vf_count(rig->bench, 0), 2);
    ck_assert_uint_eq(vf_read(VFTX), 0x1000);
    free(state);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("mmio");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, functions_are_reached);
    tcase_add_test(t, requests_carry_the_id);
    tcase_add_test(t, timed);
    tcase_add_test(t, saved_and_loaded);
    return RUN_TESTS("mmio", t);
}
