/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The PCIe link: order of what lands, what wakes the guest, room, reads behind writes. Driven as
 * the NIC would, by hand.
 */
#include <string.h>

#include "model/bench/bench_priv.h"
#include "model/bench/tests/rig.h"
#include "mk/run_tests.h"

enum { LOG = 4096 };

static struct rig_plan plan;
static struct rig *rig;
static struct nic_event log_[LOG];
static const uint16_t payload = NIC_TAG(NIC_TAG_RX_DATA, 0), writeback = NIC_TAG(NIC_TAG_RX_WB, 0);

static void setup(void)
{
    rig_plan_init(&plan, 2);
    plan.h->timing[TIMING_nic_dma] = 0; /* what the engine does has a test of its own */
    rig = rig_new(&plan);
    rig->log = log_;
    rig->log_room = LOG;
    bench_advance(rig->bench, 1000);
    rig->vns = 1000;
}

static void teardown(void)
{
    rig_free(rig);
}

static void give(uint16_t tag, uint64_t address, uint32_t length)
{
    static const uint8_t data[NIC_FRAME_MAX] = {0x5a, 1, 2, 3};
    pcie_write(rig->bench, 0, tag, address, data, length);
    bench_settle(rig->bench);
}

/* The events of one id, in order; returns how many, `out` gets the first few. */
static unsigned told(enum bench_event_id id, const struct nic_event *out[8])
{
    struct bench_report report;
    unsigned n = 0;
    bench_report(rig->bench, &report);
    for (uint64_t i = 0; i < rig->events && i < LOG; i++)
        if (log_[i].id == id && n++ < 8)
            out[n - 1] = &log_[i];
    return n;
}

static uint64_t link(uint64_t bytes)
{
    return (bytes * plan.h->timing[TIMING_pcie_byte] + 999) / 1000;
}

START_TEST(payload_lands_with_its_descriptor)
{
    const struct nic_event *e[8];
    give(payload, 0x2000, 64);
    ck_assert_uint_gt(rig->wake_vns, 10000); /* nobody looks at it by itself */
    give(writeback, 0x1000, 16);
    uint64_t lands = 1000000 + link(64 + 24) + link(16 + 24) + 300000;
    ck_assert_uint_eq(rig->wake_vns, clock_to_virtual(rig->bench, lands));
    rig_run(rig, rig->wake_vns - 1);
    ck_assert_uint_eq(rig->memory[0x2000] | rig->memory[0x1000], 0);
    rig_run(rig, rig->vns + 1);
    ck_assert_uint_eq(rig->memory[0x2000], 0x5a);
    ck_assert_uint_eq(rig->memory[0x1000], 0x5a);
    ck_assert_uint_eq(told(BENCH_EV_dma_write, e), 2);
    ck_assert_uint_eq(e[0]->a, 0x2000);
    ck_assert_uint_eq(e[1]->a, 0x1000);
    ck_assert_uint_eq(e[1]->time_ps, lands);
}
END_TEST

/* One request at a time; writes wait for writes, reads for all. */
START_TEST(engine_serves_writes_first)
{
    struct bench *b = rig->bench;
    struct port_state *p = b->port[0];
    plan.h->timing[TIMING_nic_dma] = 1000;
    uint64_t now = b->st->sched.now_ps;
    ck_assert_uint_eq(pcie_engine_read(b, p), now);
    ck_assert_uint_eq(pcie_engine_read(b, p), now + 1000);
    ck_assert_uint_eq(pcie_engine_write(b, p), now);
    ck_assert_uint_eq(pcie_engine_write(b, p), now + 1000);
    ck_assert_uint_eq(pcie_engine_read(b, p), now + 4000);
}
END_TEST

/* Payload that came before it 10 us ago lands late, just when this one's payload is there. */
START_TEST(frame_lands_in_two_parts)
{
    static const uint8_t bytes[64] = {0x77};
    const struct nic_delivery d = {
        .address = 0x3000, .bytes = bytes, .length = 64, .data_tag = payload,
        .desc_tag = writeback, .desc_address = 0x1000, .desc = {0x78},
    };
    const struct nic_event *e[8];
    give(payload, 0x2000, 64);
    rig_run(rig, rig->vns + 10000);
    bench_advance(rig->bench, rig->vns);
    pcie_deliver(rig->bench, 0, &d);
    bench_settle(rig->bench);
    uint64_t lands = 11000000 + link(64 + 24) + 300000, desc_lands = lands + link(16 + 24);
    rig_run(rig, clock_to_virtual(rig->bench, lands));
    ck_assert_uint_eq(rig->memory[0x3000], 0x77);
    ck_assert_uint_eq(rig->memory[0x1000], 0);
    ck_assert(pcie_valid(rig->bench, 0));
    rig_run(rig, clock_to_virtual(rig->bench, desc_lands));
    ck_assert_uint_eq(rig->memory[0x1000], 0x78);
    ck_assert_uint_eq(told(BENCH_EV_dma_write, e), 3);
    ck_assert_uint_eq(e[1]->time_ps, lands);
    ck_assert_uint_eq(e[2]->time_ps, desc_lands);
    ck_assert(pcie_valid(rig->bench, 0));
    ck_assert_uint_eq(pcie_room(rig->bench, 0), POSTED_CREDIT);
}
END_TEST

/* Payload of three TLPs with its descriptor: as if each had been written by itself. */
START_TEST(long_frame_costs_its_tlps)
{
    static const uint8_t bytes[600] = {0x77, [599] = 0x79};
    const struct nic_delivery d = {
        .address = 0x3000, .bytes = bytes, .length = 600, .data_tag = payload,
        .desc_tag = writeback, .desc_address = 0x1000, .desc = {0x78},
    };
    const struct nic_event *e[8];
    ck_assert_uint_eq(plan.h->timing[TIMING_pcie_mps], 256);
    give(writeback, 0x1010, 16); /* walks for the page */
    rig_run(rig, rig->vns + 10000);
    bench_advance(rig->bench, rig->vns);
    pcie_deliver(rig->bench, 0, &d);
    bench_settle(rig->bench);
    uint64_t lands = 11000000 + link(600 + 3 * 24) + 300000, desc_lands = lands + link(16 + 24);
    rig_run(rig, clock_to_virtual(rig->bench, desc_lands));
    ck_assert_uint_eq(rig->memory[0x3000], 0x77);
    ck_assert_uint_eq(rig->memory[0x3000 + 599], 0x79);
    ck_assert_uint_eq(told(BENCH_EV_dma_write, e), 3);
    ck_assert_uint_eq(e[1]->b, 600);
    ck_assert_uint_eq(e[2]->a, 0x1000);
    ck_assert_uint_eq(e[2]->time_ps, desc_lands);
    ck_assert(pcie_valid(rig->bench, 0));
    ck_assert_uint_eq(pcie_room(rig->bench, 0), POSTED_CREDIT);
}
END_TEST

START_TEST(payload_alone_lands_later)
{
    give(payload, 0x2000, 64);
    rig_run(rig, 9000);
    ck_assert_uint_eq(rig->memory[0x2000], 0);
    rig_run(rig, 20000);
    ck_assert_uint_eq(rig->memory[0x2000], 0x5a);
    ck_assert_uint_eq(pcie_room(rig->bench, 0), POSTED_CREDIT);
}
END_TEST

START_TEST(a_message_stays_behind_its_data)
{
    const struct nic_event *e[8];
    give(writeback, 0x1000, 16);
    pcie_message(rig->bench, 0, 0xfee00000, 0x41);
    bench_settle(rig->bench);
    give(writeback, 0x1010, 16);
    rig_run(rig, 5000);
    ck_assert_uint_eq(rig->messages, 1);
    ck_assert_uint_eq(told(BENCH_EV_message, e), 1);
    uint64_t at = e[0]->time_ps;
    ck_assert_uint_eq(told(BENCH_EV_dma_write, e), 2);
    ck_assert_uint_lt(e[0]->time_ps, at);
    ck_assert_uint_ge(e[1]->time_ps, at);
}
END_TEST

START_TEST(a_read_waits_behind_writes)
{
    const struct nic_event *e[8];
    give(payload, 0x3000, 4096);
    pcie_read(rig->bench, 0, NIC_TAG(NIC_TAG_TX_DESC, 1), 0x3000, 64);
    bench_settle(rig->bench);
    give(writeback, 0x1000, 16);
    rig_run(rig, 30000);
    ck_assert_uint_eq(told(BENCH_EV_dma_write, e), 2);
    uint64_t written = 1000000 + link(4096 + 16 * 24) + 300000;
    ck_assert_uint_eq(told(BENCH_EV_dma_read, e), 1);
    ck_assert_uint_ge(e[0]->time_ps, written);
    /* the payload has no event of its own: a reader behind it must still find it */
    ck_assert_uint_eq(rig->bench->st->port[0].read_data[NIC_TX_DATA_SLOTS + 1][0], 0x5a);
}
END_TEST

START_TEST(room_shrinks_and_comes_back)
{
    const struct nic_event *e[8];
    unsigned n = 0;
    while (pcie_room(rig->bench, 0) >= 4 + 32) { /* the smallest, each across a page */
        give(writeback, 0x1ffe + n++ % 64 * 4096, 4);
        ck_assert_uint_lt(n, 2000);
    }
    ck_assert_uint_eq(n, POSTED_CREDIT / 36);
    ck_assert_uint_eq(told(BENCH_EV_overflow, e), 0);
    rig_run(rig, 100000);
    ck_assert_uint_eq(pcie_room(rig->bench, 0), POSTED_CREDIT);
    ck_assert_uint_eq(told(BENCH_EV_dma_write, e), 2 * n);
    for (unsigned i = 0; i < 100; i++) /* a device that does not ask */
        give(payload, 0, NIC_FRAME_MAX);
    ck_assert_uint_gt(told(BENCH_EV_overflow, e), 0);
    rig_run(rig, 1000000);
    ck_assert_uint_eq(pcie_room(rig->bench, 0), POSTED_CREDIT);
}
END_TEST

START_TEST(pages_are_not_crossed)
{
    const struct nic_event *e[8];
    give(writeback, 0x4ff0, 40);
    rig_run(rig, 10000);
    ck_assert_uint_eq(told(BENCH_EV_dma_write, e), 2);
    ck_assert_uint_eq(e[0]->a, 0x4ff0);
    ck_assert_uint_eq(e[0]->b, 16);
    ck_assert_uint_eq(e[1]->a, 0x5000);
    ck_assert_uint_eq(e[1]->b, 24);
}
END_TEST

START_TEST(a_register_read_flushes_writes)
{
    uint64_t value;
    give(payload, 0x2000, 64);
    give(writeback, 0x1000, 16);
    bench_mmio_read(rig->bench, 1001, NIC_FUNCTION(1, 0), 0, 8, 4, &value);
    ck_assert_uint_eq(rig->memory[0x1000], 0); /* another function's */
    bench_mmio_read(rig->bench, 1001, 0, 0, 8, 4, &value);
    ck_assert_uint_eq(rig->memory[0x1000], 0x5a);
    ck_assert_uint_eq(rig->memory[0x2000], 0x5a);
    rig_run(rig, 100000);
    ck_assert_uint_eq(rig->writes, 2);
}
END_TEST

START_TEST(refused_and_missing_memory)
{
    const struct nic_event *e[8];
    give(writeback, 1ull << 50, 16);
    pcie_read(rig->bench, 0, NIC_TAG(NIC_TAG_RX_DESC, 0), 1ull << 50, 16);
    pcie_read(rig->bench, 0, NIC_TAG(NIC_TAG_RX_DESC, 8), 0, 16); /* no such slot */
    bench_settle(rig->bench);
    rig_run(rig, 10000);
    ck_assert_uint_eq(told(BENCH_EV_bus_fault, e), 2); /* the write and the read */
    ck_assert_uint_eq(e[0]->c, NIC_DMA_ABORT);
    ck_assert_uint_eq(e[1]->c, NIC_DMA_ABORT);
    ck_assert_uint_eq(rig->bench->st->port[0].count.dma_aborts, 2);
    ck_assert_uint_eq(rig->bench->st->refused.kept, 2);
    ck_assert_uint_eq(rig->bench->st->refused.first[1].address, 1ull << 50);
    ck_assert_uint_eq(rig->bench->st->refused.first[1].reason, REPORT_REFUSED_MEMORY);
    ck_assert_uint_eq(told(BENCH_EV_overflow, e), 1);
    /* answers to nothing */
    bench_dma_done(rig->bench, 0, NIC_TAG(NIC_TAG_TX_DATA, 3), NIC_DMA_OK, "", 1);
    bench_dma_done(rig->bench, NIC_FUNCTION(7, 0), 0, NIC_DMA_OK, "", 1);
    bench_dma_done(rig->bench, 0, NIC_TAG(NIC_TAG_RX_WB, 0), NIC_DMA_OK, "", 1);
}
END_TEST

START_TEST(accesses_of_no_port_are_harmless)
{
    uint64_t value = 0;
    bench_mmio_read(rig->bench, 2000, NIC_FUNCTION(2, 0), 0, 8, 4, &value);
    ck_assert_uint_eq(value, UINT64_MAX);
    bench_mmio_read(rig->bench, 2000, NIC_FUNCTION(0, 1), 0, 8, 4, &value);
    ck_assert_uint_eq(value, UINT64_MAX);
    bench_mmio_write(rig->bench, 2000, NIC_FUNCTION(200, 0), 0, 8, 4, 1);
    ck_assert_uint_eq(bench_config_read(rig->bench, 2000, NIC_FUNCTION(9, 0), 0, 4), UINT32_MAX);
    bench_config_write(rig->bench, 2000, NIC_FUNCTION(9, 0), 0, 4, 1);
    bench_reset(rig->bench, 2000, NIC_FUNCTION(9, 0), NIC_RESET_BUS);
    bench_frame_in(rig->bench, 2000, 0, (const uint8_t *)"", 1);
    bench_invalidate(rig->bench, NIC_FUNCTION(9, 0), 0, 1);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("pcie");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, engine_serves_writes_first);
    tcase_add_test(t, payload_lands_with_its_descriptor);
    tcase_add_test(t, frame_lands_in_two_parts);
    tcase_add_test(t, long_frame_costs_its_tlps);
    tcase_add_test(t, payload_alone_lands_later);
    tcase_add_test(t, a_message_stays_behind_its_data);
    tcase_add_test(t, a_read_waits_behind_writes);
    tcase_add_test(t, room_shrinks_and_comes_back);
    tcase_add_test(t, pages_are_not_crossed);
    tcase_add_test(t, a_register_read_flushes_writes);
    tcase_add_test(t, refused_and_missing_memory);
    tcase_add_test(t, accesses_of_no_port_are_harmless);
    return RUN_TESTS("pcie", t);
}
