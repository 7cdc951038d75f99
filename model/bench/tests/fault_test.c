/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Every fault strikes when it was armed, as often as it should, and nowhere else; counting sees
 * all events at any trace level; a run saved with faults under way goes on as if nothing was.
 */
#include <stdlib.h>
#include <string.h>

#include "model/bench/bench_priv.h"
#include "model/bench/fault.h"
#include "model/bench/tests/rig.h"
#include "mk/run_tests.h"

enum { FRAMES = 100, LOG = 1 << 14 };

static struct rig_plan plan;
static struct bench_report report;
static struct nic_event log_[LOG];

static struct plan_fault *fault(enum plan_fault_kind kind, unsigned port)
{
    struct plan_fault *f = &plan.fault[plan.h->faults.count++];
    *f = (struct plan_fault){.times = 1, .kind = (uint8_t)kind, .port = (uint8_t)port,
                             .event_port = PLAN_NO_PORT, .event_queue = PLAN_ANY_QUEUE};
    return f;
}

static struct plan_fault *counted(struct plan_fault *f, unsigned event, unsigned port,
                                  uint64_t count)
{
    f->event = (uint16_t)event;
    f->event_port = (uint8_t)port;
    f->event_count = count;
    return f;
}

static struct plan_flow *flow;

static void setup(void)
{
    rig_plan_init(&plan, 2);
    flow = rig_plan_flow(&plan, 0, 1, FRAMES);
    flow->pace = PLAN_PACE_FRAME;
    flow->interval_num = 5000000; /* one at a time */
}

static void run(void)
{
    char why[128];
    ck_assert_msg(bench_plan_check(plan.data, RIG_PLAN_BYTES, why, sizeof(why)) == 0, "%s", why);
    struct rig *r = rig_new(&plan);
    rig_start(r);
    memset(log_, 0, sizeof(log_));
    rig_go(r);
    rig_report(r, &report); /* what came before GO is out */
    r->log = log_;
    r->log_room = LOG;
    r->events = 0;
    rig_forward_all(r, 100000000);
    rig_report(r, &report);
    rig_free(r);
}

static uint64_t lost(void)
{
    return report.flow[0].sent - report.flow[0].received;
}

/* Place in the log of the n-th event of an id. */
static unsigned nth(unsigned id, unsigned n)
{
    for (unsigned i = 0; i < LOG; i++)
        if (log_[i].id == id && log_[i].time_ps && n-- == 0)
            return i;
    ck_abort_msg("no such event");
    return 0;
}

START_TEST(drop_behind_a_count)
{
    counted(fault(PLAN_FAULT_WIRE_DROP, 0), BENCH_EV_wire_in, 0, 10)->times = 3;
    run();
    ck_assert_uint_eq(report.fault_fired[0], 3);
    ck_assert_uint_eq(lost(), 3);
    ck_assert_uint_eq(report.flow[0].first_lost, 10); /* ten have passed: 0 to 9 */
    ck_assert_uint_eq(report.port[0].wire_in_frames, FRAMES - 3);
    /* the tenth frame, then at the same time that the fault is armed */
    unsigned armed = nth(BENCH_EV_fault_armed, 0), tenth = nth(BENCH_EV_wire_in, 9);
    ck_assert_uint_eq(armed, tenth + 1);
    ck_assert_uint_eq(log_[armed].time_ps, log_[tenth].time_ps);
    ck_assert_uint_eq(log_[nth(BENCH_EV_fault, 0)].b, 60);
}
END_TEST

START_TEST(drop_on_the_way_out)
{
    fault(PLAN_FAULT_WIRE_DROP, 1)->select = PLAN_OUT_OF_NIC;
    run();
    ck_assert_uint_eq(lost(), 1);
    ck_assert_uint_eq(report.flow[0].first_lost, 0);
    ck_assert_uint_eq(report.port[0].wire_in_frames, FRAMES);
}
END_TEST

START_TEST(damaged_fcs)
{
    counted(fault(PLAN_FAULT_WIRE_FCS, 0), BENCH_EV_wire_in, 0, 5);
    fault(PLAN_FAULT_WIRE_FCS, 1)->select = PLAN_OUT_OF_NIC;
    run();
    ck_assert_uint_eq(lost(), 2);
    ck_assert_uint_eq(report.port[0].rx_drops, 1);
    ck_assert_uint_eq(report.flow[0].damaged, 1);
}
END_TEST

START_TEST(flap_comes_back)
{
    struct plan_fault *f = fault(PLAN_FAULT_LINK_FLAP, 0);
    f->at_ps = 50000000;
    f->time_ps = 20000000;
    f->times = 2;
    flow->count = 1000;
    run();
    ck_assert_uint_eq(report.fault_fired[0], 2);
    unsigned down = nth(BENCH_EV_carrier, 0), up = nth(BENCH_EV_carrier, 1);
    ck_assert_uint_eq(log_[down].a, 0);
    ck_assert_uint_eq(log_[up].time_ps - log_[down].time_ps, 20000000);
    ck_assert_uint_eq(log_[nth(BENCH_EV_carrier, 3)].a, 1);
    ck_assert_uint_eq(log_[down].time_ps - report.go_ps, 50000000);
    ck_assert_uint_gt(report.flow[0].received, 500);
    ck_assert_uint_gt(lost(), 0);
}
END_TEST

START_TEST(flap_behind_the_last_frame_is_awaited)
{
    struct plan_fault *f = fault(PLAN_FAULT_LINK_FLAP, 0);
    f->at_ps = 3000000000;
    f->time_ps = 1000000000;
    run();
    ck_assert_uint_eq(report.fault_fired[0], 1);
    ck_assert_uint_ge(report.over_ps - report.go_ps, 4000000000 + plan.h->drain_ps);
}
END_TEST

START_TEST(refused_write_leaves_memory)
{
    counted(fault(PLAN_FAULT_DMA_REFUSE, 0), NIC_EV_rx_desc_done, 0, 7)->select =
        PLAN_WRITES_PAYLOAD;
    run();
    ck_assert_uint_eq(report.fault_fired[0], 1);
    ck_assert_uint_eq(report.port[0].dma_faults, 1);
    ck_assert_uint_eq(NIC_TAG_KIND(log_[nth(BENCH_EV_bus_fault, 0)].queue), NIC_TAG_RX_DATA);
    ck_assert_uint_eq(lost(), 1);
    ck_assert_uint_eq(report.flow[0].first_lost, 7);
}
END_TEST

START_TEST(refused_write_by_kind)
{
    fault(PLAN_FAULT_DMA_REFUSE, 1)->select = PLAN_WRITES_TX_DESC;
    run();
    ck_assert_uint_eq(NIC_TAG_KIND(log_[nth(BENCH_EV_bus_fault, 0)].queue), NIC_TAG_TX_WB);
    ck_assert_uint_eq(lost(), 0); /* one descriptor stays without DD */
}
END_TEST

START_TEST(unmapped_under_traffic)
{
    plan.h->iotlb_entries = 64;
    struct plan_fault *f = counted(fault(PLAN_FAULT_IOMMU_UNMAP, 0), NIC_EV_rx_desc_done, 0, 7);
    f->time_ps = 1000; /* over when the next frame comes */
    run();
    const struct report_refusal *first = &report.refusal[0];
    ck_assert_uint_eq(report.fault_fired[0], 1);
    ck_assert_uint_ge(report.port[0].dma_faults, 1);
    ck_assert_uint_eq(report.port[0].dma_aborts, 0);
    ck_assert_uint_eq(report.refusals, report.port[0].dma_faults);
    ck_assert_uint_eq(first->reason, REPORT_REFUSED_UNMAPPED);
    ck_assert_uint_eq(first->port, 0);
    ck_assert_uint_eq(first->address, log_[nth(BENCH_EV_iommu_fault, 0)].a);
    ck_assert_uint_eq(log_[nth(BENCH_EV_iommu_unmap, 0)].a, first->address & ~4095ull);
    ck_assert_uint_ge(report.flow[0].received, FRAMES - 2);
}
END_TEST

START_TEST(a_lost_invalidation_lets_traffic_go_on)
{
    plan.h->iotlb_entries = 64;
    struct plan_fault *f = counted(fault(PLAN_FAULT_IOMMU_UNMAP, 0), NIC_EV_rx_desc_done, 0, 20);
    f->time_ps = 1000000000000;
    f->times = 4; /* the ring's page, which is cached, among them */
    counted(fault(PLAN_FAULT_IOTLB_KEEP, 0), NIC_EV_rx_desc_done, 0, 20)->times = 4;
    run();
    ck_assert_uint_eq(report.fault_fired[0], 4);
    ck_assert_uint_eq(report.fault_fired[1], 4);
    ck_assert_uint_gt(report.port[0].iotlb_stale, 0);
    ck_assert_uint_eq(nth(BENCH_EV_iotlb_stale, 0) > nth(BENCH_EV_iommu_unmap, 0), 1);
}
END_TEST

START_TEST(a_device_is_pulled_out)
{
    fault(PLAN_FAULT_DEVICE_GONE, 0)->at_ps = 100000000;
    struct rig *r = rig_new(&plan);
    uint64_t status, other;
    rig_start(r);
    rig_go(r);
    rig_run(r, r->vns + 90000);
    bench_mmio_read(r->bench, r->vns, NIC_FUNCTION(0, 0), 0, 8, 4, &status);
    ck_assert_uint_ne((uint32_t)status, UINT32_MAX);
    rig_run(r, r->vns + 20000);
    uint64_t messages = r->messages;
    bench_mmio_write(r->bench, r->vns, NIC_FUNCTION(0, 0), 0, 0x5c00, 4, 5);
    bench_mmio_read(r->bench, r->vns, NIC_FUNCTION(0, 0), 0, 8, 4, &status);
    bench_mmio_read(r->bench, r->vns, NIC_FUNCTION(1, 0), 0, 8, 4, &other);
    ck_assert_uint_eq((uint32_t)status, UINT32_MAX);
    ck_assert_uint_ne((uint32_t)other, UINT32_MAX);
    ck_assert_uint_eq(bench_config_read(r->bench, r->vns, NIC_FUNCTION(0, 0), 0, 2), 0x8086);
    rig_run(r, r->vns + 100000);
    ck_assert_uint_eq(r->messages, messages);
    rig_report(r, &report);
    ck_assert_uint_eq(report.fault_fired[0], 1);
    ck_assert_uint_lt(report.flow[0].received, FRAMES);
    rig_free(r);
}
END_TEST

START_TEST(write_back_comes_late)
{
    struct plan_fault *f = fault(PLAN_FAULT_WRITEBACK_DELAY, 0);
    counted(f, NIC_EV_rx_desc_done, 0, 20)->time_ps = 3000000;
    run();
    ck_assert_uint_eq(lost(), 0);
    ck_assert_uint_gt(report.flow[0].latency_max_ps, report.flow[0].latency_min_ps + 2500000);
}
END_TEST

START_TEST(message_is_lost_once)
{
    fault(PLAN_FAULT_MSIX_LOSE, 0)->times = 2;
    struct rig *r = rig_new(&plan);
    rig_start(r);
    rig_go(r);
    bench_advance(r->bench, r->vns += 1000);
    uint64_t before = r->messages;
    for (unsigned i = 0; i < 3; i++)
        pcie_message(r->bench, NIC_FUNCTION(0, 0), 0xfee00000, i);
    pcie_message(r->bench, NIC_FUNCTION(1, 0), 0xfee00000, 9);
    rig_run(r, r->vns + 100000);
    ck_assert_uint_eq(r->messages - before, 2); /* the third, and the other port's */
    rig_report(r, &report);
    ck_assert_uint_eq(report.fault_fired[0], 2);
    rig_free(r);
}
END_TEST

START_TEST(counts_by_port_and_queue)
{
    counted(fault(PLAN_FAULT_WIRE_DROP, 0), NIC_EV_rx_desc_done, 1, 1); /* nothing comes in there */
    counted(fault(PLAN_FAULT_WIRE_DROP, 0), NIC_EV_rx_desc_done, 0, 1)->event_queue = 3;
    counted(fault(PLAN_FAULT_WIRE_DROP, 0), NIC_EV_rx_desc_done, PLAN_NO_PORT, 4);
    run();
    ck_assert_uint_eq(report.fault_fired[0], 0);
    ck_assert_uint_eq(report.fault_fired[1], 0);
    ck_assert_uint_eq(report.fault_fired[2], 1);
    ck_assert_uint_eq(report.faults, 3);
    ck_assert_uint_eq(lost(), 1);
}
END_TEST

static void some_of_all(void)
{
    counted(fault(PLAN_FAULT_WIRE_DROP, 0), NIC_EV_rx_desc_done, 0, 4)->times = 5;
    counted(fault(PLAN_FAULT_WRITEBACK_DELAY, 0), BENCH_EV_wire_in, 0, 40)->time_ps = 7000000;
    struct plan_fault *f = fault(PLAN_FAULT_LINK_FLAP, 1);
    f->at_ps = 100000000;
    f->time_ps = 30000000;
    f->times = 2;
}

START_TEST(level_of_the_trace_changes_nothing)
{
    some_of_all();
    run();
    uint64_t hash = report.trace_hash[0];
    plan.h->trace_level = 0;
    run();
    ck_assert_uint_eq(report.trace_hash[0], hash);
    ck_assert_uint_eq(report.fault_fired[0], 5);
    plan.fault[0].times = 4; /* the firings are part of the hash */
    run();
    ck_assert_uint_ne(report.trace_hash[0], hash);
}
END_TEST

START_TEST(saved_under_way)
{
    some_of_all();
    run();
    uint64_t hash = report.trace_hash[0];
    struct rig *r = rig_new(&plan);
    rig_start(r);
    rig_go(r);
    void *saved = malloc(bench_state_bytes(&r->config));
    const char *why = "";
    for (unsigned i = 0; i < 80; i++) {
        rig_forward_all(r, 7001);
        bench_save(r->bench, saved);
        ck_assert_int_eq(bench_load(r->bench, saved, bench_state_bytes(&r->config), &why), 0);
    }
    rig_forward_all(r, 100000000);
    rig_report(r, &report);
    ck_assert_uint_eq(report.trace_hash[0], hash);
    struct bench_state *st = saved;
    st->faults.armed = 1u << PLAN_FAULT_MSIX_LOSE;
    ck_assert_int_ne(bench_load(r->bench, saved, bench_state_bytes(&r->config), &why), 0);
    ck_assert_ptr_nonnull(strstr(why, "fault"));
    free(saved);
    rig_free(r);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("all");

    tcase_add_checked_fixture(tc, setup, NULL);
    tcase_add_test(tc, drop_behind_a_count);
    tcase_add_test(tc, drop_on_the_way_out);
    tcase_add_test(tc, damaged_fcs);
    tcase_add_test(tc, flap_comes_back);
    tcase_add_test(tc, flap_behind_the_last_frame_is_awaited);
    tcase_add_test(tc, refused_write_leaves_memory);
    tcase_add_test(tc, refused_write_by_kind);
    tcase_add_test(tc, unmapped_under_traffic);
    tcase_add_test(tc, a_lost_invalidation_lets_traffic_go_on);
    tcase_add_test(tc, a_device_is_pulled_out);
    tcase_add_test(tc, write_back_comes_late);
    tcase_add_test(tc, message_is_lost_once);
    tcase_add_test(tc, counts_by_port_and_queue);
    tcase_add_test(tc, level_of_the_trace_changes_nothing);
    tcase_add_test(tc, saved_under_way);
    return RUN_TESTS("fault", tc);
}
