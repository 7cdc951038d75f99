/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The base: whatever led to it and whichever plan was loaded meanwhile, what follows is the same;
 * and what a guest wrote to the ports' configuration spaces is there.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/bench/bench_priv.h"
#include "model/bench/tests/rig.h"
#include "mk/run_tests.h"

enum { BAR0 = 0x10, BAR4 = 0x20, COMMAND = 0x04, LINE = 0x3c, DEVCTL = 0xa8, MSIX = 0x70 };

static struct rig_plan plan, other;
static struct bench_base base;
static struct rig *one, *two;
static const char *why;

static void setup(void)
{
    rig_plan_init(&plan, 2);
    rig_plan_flow(&plan, 0, 1, 50)->interval_den = 2;
    rig_plan_flow(&plan, 1, 0, 50)->interval_den = 2;
    rig_plan_init(&other, 2);
    other.h->clock = PLAN_CLOCK_TIMED;
    other.h->dilation_num = 1000;
    other.h->dilation_den = 346;
    other.port[0].nic_mac[2] = other.port[1].nic_mac[2] = 0x77;
    one = rig_new(&plan);
    two = rig_new(&other);
}

static void teardown(void)
{
    rig_free(one);
    rig_free(two);
}

static void config_write(struct rig *r, unsigned port, uint32_t at, uint32_t value)
{
    bench_config_write(r->bench, r->vns, NIC_FUNCTION(port, 0), at, 4, value);
}

static uint32_t config_read(struct rig *r, unsigned port, uint32_t at)
{
    return bench_config_read(r->bench, r->vns, NIC_FUNCTION(port, 0), at, 4);
}

/* What firmware, kernel and init do. */
static void boot(struct rig *r, unsigned detours)
{
    for (unsigned i = 0; i < detours; i++) {
        config_write(r, i & 1, BAR0, UINT32_MAX);
        rig_run(r, 1000 + i * 7);
    }
    rig_run(r, 2000000);
    for (unsigned port = 0; port < 2; port++) {
        config_write(r, port, BAR0, 0xfe000000 + port * NIC_BAR0_BYTES);
        config_write(r, port, BAR0 + 4, 0x7);
        config_write(r, port, BAR4, 0xfd000000 + port * NIC_BAR4_BYTES);
        config_write(r, port, LINE, 10 + port);
        config_write(r, port, DEVCTL, 0x5810);
        config_write(r, port, COMMAND, 0x0402);
    }
    bench_control_write(r->bench, r->vns, RS_CTL_PID, 1);
    bench_control_write(r->bench, r->vns, RS_CTL_IRQ_ENABLE, RS_IRQ_OVER);
    rig_run(r, 3000000);
    bench_control_write(r->bench, r->vns, RS_CTL_MARK, RS_MARK_BOOTED);
}

/* The whole state block: equal now is equal ever after. */
static void check_equal(struct rig *a, struct rig *b)
{
    const size_t bytes = bench_state_bytes(&a->config);
    uint8_t *first = malloc(bytes), *second = malloc(bytes);

    bench_save(a->bench, first);
    bench_save(b->bench, second);
    ck_assert_mem_eq(first, second, bytes);
    free(first);
    free(second);
}

/* Booted under another plan, at another pace; restored into a machine that has just been made. */
START_TEST(same_from_boot_and_from_snapshot)
{
    struct rig *fresh = rig_new(&plan);
    struct bench_base snapshot;

    boot(one, 0);
    ck_assert_int_eq(bench_base_get(one->bench, &base), 0);
    ck_assert_int_eq(bench_base_set(one->bench, &base, &why), 0);
    boot(two, 300);
    ck_assert_int_eq(bench_base_get(two->bench, &snapshot), 0);
    ck_assert_int_eq(bench_base_set(fresh->bench, &snapshot, &why), 0);
    check_equal(one, fresh);
    ck_assert_uint_eq(one->wake_vns, fresh->wake_vns);
    rig_free(fresh);
}
END_TEST

START_TEST(holds_what_the_guest_wrote)
{
    boot(one, 20);
    ck_assert_int_eq(bench_base_get(one->bench, &base), 0);
    ck_assert_int_eq(bench_base_set(two->bench, &base, &why), 0);
    two->vns = one->vns;
    for (unsigned port = 0; port < 2; port++) {
        for (uint32_t at = 0; at < NIC_CONFIG_BYTES; at += 4)
            if (at != 0x144 && at != 0x148) /* the serial number: of another address */
                ck_assert_uint_eq(config_read(one, port, at), config_read(two, port, at));
        ck_assert_uint_eq(config_read(two, port, BAR0 + 4), 0x7);
        ck_assert_uint_eq(config_read(two, port, COMMAND) & 0xffff, 0x0402);
    }
    ck_assert_uint_eq(bench_control_read(two->bench, two->vns, RS_CTL_PID), 1);
    ck_assert_uint_eq(bench_control_read(two->bench, two->vns, RS_CTL_IRQ_ENABLE), RS_IRQ_OVER);
}
END_TEST

/* The trace begins with the mark, and the plan is carried out. */
START_TEST(a_run_begins_here)
{
    static struct bench_report report;

    rig_run(one, 3000000);
    bench_control_write(one->bench, one->vns, RS_CTL_MARK, RS_MARK_BOOTED);
    ck_assert_int_eq(bench_base_get(one->bench, &base), 0);
    ck_assert_int_eq(bench_base_set(one->bench, &base, &why), 0);
    ck_assert_uint_eq(trace_events(one->bench), 1);
    ck_assert_uint_eq(one->bench->st->trace.event[0].id, BENCH_EV_mark);
    ck_assert_uint_eq(one->bench->st->trace.event[0].time_ps, 3000000000);
    rig_start(one);
    rig_go(one);
    rig_forward_all(one, 100000000);
    rig_report(one, &report);
    ck_assert_uint_eq(bench_status(one->bench), RS_STATUS_PLAN | RS_STATUS_OVER);
    ck_assert_uint_eq(report.flow[0].received, 50);
    ck_assert_uint_eq(report.flow[1].received, 50);
    ck_assert_int_eq(bench_base_get(one->bench, &base), -EBUSY); /* not behind GO */
}
END_TEST

START_TEST(another_machine_is_refused)
{
    ck_assert_int_eq(bench_base_get(one->bench, &base), 0);
    base.ports = 3;
    ck_assert_int_eq(bench_base_set(one->bench, &base, &why), -EINVAL);
    ck_assert_ptr_nonnull(why);
    base.ports = 2;
    memset(base.config, 0xff, sizeof(base.config)); /* damaged: believed in nothing */
    base.virtual_ns = UINT64_MAX;
    ck_assert_int_eq(bench_base_set(one->bench, &base, &why), 0);
    bench_advance(one->bench, UINT64_MAX);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("base");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, same_from_boot_and_from_snapshot);
    tcase_add_test(t, holds_what_the_guest_wrote);
    tcase_add_test(t, a_run_begins_here);
    tcase_add_test(t, another_machine_is_refused);
    return RUN_TESTS("base", t);
}
