/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Broken rules in the report: counted per port and rule from power-on, the first of each place
 * kept; what an IOMMU refuses is told with the queue and slot that it came from.
 */
#include <string.h>

#include "model/bench/bench_priv.h"
#include "model/bench/tests/rig.h"
#include "mk/run_tests.h"

static struct rig_plan plan;
static struct bench_report report;
static struct rig *r;

static void setup(void)
{
    rig_plan_init(&plan, 2);
    rig_plan_flow(&plan, 0, 1, 20);
}

static void teardown(void)
{
    rig_free(r);
    r = NULL;
}

static uint64_t all(void)
{
    uint64_t sum = 0;
    for (unsigned p = 0; p < PLAN_PORTS_MAX; p++)
        for (unsigned rule = 0; rule < NIC_RULES; rule++)
            sum += report.broken[p][rule];
    return sum;
}

START_TEST(a_good_driver_breaks_none)
{
    r = rig_new(&plan);
    rig_start(r);
    rig_go(r);
    rig_forward_all(r, 100000000);
    rig_report(r, &report);
    ck_assert_uint_eq(all(), 0);
    ck_assert_uint_eq(report.violations, 0);
}
END_TEST

START_TEST(counted_from_power_on)
{
    r = rig_new(&plan);
    rig_write(r, 1, 4, 9); /* no register */
    rig_start(r);
    rig_go(r);
    rig_write(r, 1, 4, 9);
    rig_write(r, 0, 0x6008, 64); /* TDLEN(0) */
    rig_run(r, r->vns + 10000);
    rig_report(r, &report);
    ck_assert_uint_eq(report.broken[1][NIC_RULE_REGISTER_HOLE], 2);
    ck_assert_uint_eq(report.broken[0][NIC_RULE_RING_CHANGED], 1);
    ck_assert_uint_eq(all(), 3);
    ck_assert_uint_eq(report.violations, 2);
    ck_assert_uint_eq(report.violation[0].rule, NIC_RULE_REGISTER_HOLE);
    ck_assert_uint_eq(report.violation[0].count, 2);
    ck_assert_uint_eq(report.violation[0].port, 1);
    ck_assert_uint_eq(report.violation[0].slot, NIC_NO_SLOT);
    ck_assert_uint_lt(report.violation[0].time_ps, report.go_ps);
    ck_assert_uint_eq(report.violation[1].tx, 1);
    ck_assert_uint_eq(report.violation[1].queue, 0);
    ck_assert_uint_ge(report.violation[1].time_ps, report.go_ps);
}
END_TEST

START_TEST(a_flood_is_counted_and_bounded)
{
    r = rig_new(&plan);
    rig_start(r);
    for (unsigned q = 8; q < 40; q++)
        rig_write(r, 0, 0x6028 + 0x40 * q, 1 << 25); /* TXDCTL without a ring */
    for (unsigned i = 0; i < 1000; i++)
        rig_read(r, 0, 4);
    rig_report(r, &report);
    ck_assert_uint_eq(report.broken[0][NIC_RULE_RING_LENGTH], 32);
    ck_assert_uint_eq(report.broken[0][NIC_RULE_REGISTER_HOLE], 1000);
    ck_assert_uint_eq(report.violations, REPORT_VIOLATIONS);
    ck_assert_uint_eq(report.violation[15].queue, 8 + 15);
}
END_TEST

/* One buffer of the receive ring is taken out of the IOMMU's tables. */
START_TEST(a_buffer_that_is_not_mapped)
{
    plan.h->iotlb_entries = 64;
    r = rig_new(&plan);
    rig_start(r);
    rig_go(r);
    uint64_t page = (r->rx[0].buffer[6] | r->iova_offset) & ~0xfffull;
    r->fault_page = page / 4096;
    bench_invalidate(r->bench, 0, page, 4096);
    rig_forward_all(r, 100000000);
    rig_report(r, &report);
    ck_assert_uint_eq(report.violation[0].rule, NIC_RULE_DESC_UNMAPPED);
    ck_assert_uint_eq(report.violation[0].detail & ~0xfffull, page);
    ck_assert_uint_eq(report.violation[0].tx, 0);
    ck_assert_uint_eq(report.violation[0].slot, 6);
    ck_assert_uint_ge(report.broken[0][NIC_RULE_DESC_UNMAPPED], 1);
}
END_TEST

/* What a fault of the plan refuses is not the driver's. */
START_TEST(an_injected_refusal_is_no_breach)
{
    plan.fault[0] = (struct plan_fault){.times = 1, .kind = PLAN_FAULT_DMA_REFUSE, .port = 0,
                                        .event_port = PLAN_NO_PORT};
    plan.h->faults.count = 1;
    r = rig_new(&plan);
    rig_start(r);
    rig_go(r);
    rig_forward_all(r, 100000000);
    rig_report(r, &report);
    ck_assert_uint_eq(report.fault_fired[0], 1);
    ck_assert_uint_eq(report.port[0].dma_faults, 1);
    ck_assert_uint_eq(all(), 0);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("all");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_good_driver_breaks_none);
    tcase_add_test(tc, counted_from_power_on);
    tcase_add_test(tc, a_flood_is_counted_and_bounded);
    tcase_add_test(tc, a_buffer_that_is_not_mapped);
    tcase_add_test(tc, an_injected_refusal_is_no_breach);
    return RUN_TESTS("contract", tc);
}
