/* SPDX-License-Identifier: BSD-2-Clause
 *
 * DMA safety of the whole machine in milliseconds: a NIC that fetches descriptors, reads data and
 * writes back, against each way in which memory can be missing. What was refused is looked up in
 * the bench's report, as a user would.
 */
#include "harness/inproc/dma.h"

#include <errno.h>
#include <string.h>

#include "driver/desc.h"
#include "driver/regs.h"
#include "harness/inproc/bus_sim.h"
#include "harness/inproc/tests/machine.h"
#include "mk/run_tests.h"

#define KIB4 ((size_t)4096)
#define MIB2 ((size_t)2 << 20)

enum { R = INPROC_DEVICE_READS, W = INPROC_DEVICE_WRITES, RING = 64 };
enum { FRAME = 500 }; /* one read request */

static struct inproc_host host;
static struct sim_bus sim, second;
static struct inproc_dma ring, data;
static struct bench_report report;

static void setup(void)
{
    machine_start(&host, 2);
    sim_bus_init(&sim, &host, 0, &sim_cost_default);
    sim_bus_init(&second, &host, 1, &sim_cost_default);
}

static void teardown(void)
{
    machine_stop(&host);
}

static struct inproc_dma alloc(size_t bytes, unsigned access)
{
    struct inproc_dma dma;
    ck_assert_int_eq(inproc_dma_alloc(&host, 0, bytes, access, &dma), 0);
    ck_assert_uint_ge(dma.bytes, bytes);
    return dma;
}

/* A transmit queue of a port over this ring. */
static void start_queue(struct sim_bus *s, uint64_t base)
{
    ixd_write32(&s->bus, IXD_TDBAL, (uint32_t)base);
    ixd_write32(&s->bus, IXD_TDBAH, (uint32_t)(base >> 32));
    ixd_write32(&s->bus, IXD_TDLEN, RING * 16);
    ixd_write32(&s->bus, IXD_DMATXCTL, IXD_DMATXCTL_TE);
    ixd_write32(&s->bus, IXD_TXDCTL, IXD_TXDCTL_ENABLE);
    s->bus.ops->sleep_ns(&s->bus, 100000);
}

static struct ixd_desc *slot(unsigned i)
{
    return (struct ixd_desc *)ring.virt + i;
}

static void post(unsigned i, uint64_t iova)
{
    ixd_tx_desc_post(slot(i), iova, FRAME);
    ixd_tx_desc_request_report(slot(i));
}

/* Tells the port of descriptors up to `tail` and lets it work; a look at the report. */
static void kick(struct sim_bus *s, unsigned tail)
{
    ixd_write32(&s->bus, IXD_TDT, tail);
    s->bus.ops->sleep_ns(&s->bus, 100000);
    bench_report(host.bench, &report);
}

static void transmit(unsigned count, uint64_t iova)
{
    start_queue(&sim, ring.iova);
    for (unsigned i = 0; i < count; i++)
        post(i, iova);
    kick(&sim, count);
}

#define CHECK_REFUSED(i, wanted_address, wanted_kind, wanted_reason)                               \
    do {                                                                                           \
        const struct report_refusal *r_ = &report.refusal[i];                                      \
        ck_assert_uint_gt(report.refusals, i);                                                     \
        ck_assert_uint_eq(r_->address, wanted_address);                                            \
        ck_assert_uint_eq(NIC_TAG_KIND(r_->tag), wanted_kind);                                     \
        ck_assert_uint_eq(r_->reason, wanted_reason);                                              \
        ck_assert_uint_gt(r_->time_ps, 0);                                                         \
    } while (0)

START_TEST(what_is_mapped_works_with_every_page_size)
{
    const uint32_t pages[] = { 1u << 12, 1u << 21, 1u << 30 };
    host.page_bytes = pages[_i];
    ring = alloc(RING * 16, R | W);
    data = alloc(3 * KIB4, R);
    ck_assert_uint_eq(ring.page_bytes, pages[_i]);
    transmit(4, data.iova + KIB4 - 100); /* across a border of 4 KiB */
    ck_assert(ixd_tx_desc_done(slot(3)));
    ck_assert_uint_eq(report.refusals, 0);
    ck_assert_uint_eq(report.port[0].dma_faults, 0);
    /* ring and data lie in different small and large pages, and in one page of 1 GiB */
    ck_assert_uint_eq(report.port[0].iotlb_misses, _i == 0 ? 4 : _i == 1 ? 3 : 2);
}
END_TEST

START_TEST(an_unmapped_ring_stops_the_queue)
{
    ring = alloc(RING * 16, R | W);
    ck_assert_uint_eq(inproc_dma_free(&host, 0, ring.iova), MIB2);
    transmit(1, 0);
    CHECK_REFUSED(0, ring.iova, NIC_TAG_TX_DESC, REPORT_REFUSED_UNMAPPED);
    ck_assert_uint_eq(report.refusal[0].port, 0);
    ck_assert_uint_eq(report.port[0].dma_faults, report.refusals);
}
END_TEST

START_TEST(a_ring_that_cannot_be_written_gets_no_report)
{
    ring = alloc(RING * 16, R);
    data = alloc(KIB4, R);
    transmit(1, data.iova);
    CHECK_REFUSED(0, ring.iova, NIC_TAG_TX_WB, REPORT_REFUSED_WRITE);
    ck_assert(!ixd_tx_desc_done(slot(0)));
}
END_TEST

START_TEST(data_that_cannot_be_read_is_not_sent)
{
    ring = alloc(RING * 16, R | W);
    data = alloc(KIB4, W);
    transmit(1, data.iova);
    CHECK_REFUSED(0, data.iova, NIC_TAG_TX_DATA, REPORT_REFUSED_READ);
    ck_assert_uint_eq(report.port[0].wire_out_frames, 0);
}
END_TEST

START_TEST(the_first_missing_byte_is_named_at_every_page_border)
{
    const uint32_t pages[] = { 1u << 12, 1u << 21 };
    host.page_bytes = pages[_i];
    ring = alloc(RING * 16, R | W);
    data = alloc(1, R);
    uint64_t end = data.iova + data.bytes;
    ck_assert_uint_eq(data.bytes, pages[_i]);
    transmit(1, end - FRAME); /* to the last byte */
    ck_assert_uint_eq(report.refusals, 0);
    post(1, end - FRAME + 1);
    kick(&sim, 2);
    CHECK_REFUSED(0, end, NIC_TAG_TX_DATA, REPORT_REFUSED_UNMAPPED);
    ck_assert_uint_eq(report.refusal[0].length, 1);
}
END_TEST

START_TEST(a_page_of_a_gib_has_memory_for_half_of_it)
{
    host.page_bytes = 1u << 30;
    ring = alloc(RING * 16, R | W);
    uint64_t end = INPROC_IOVA_BASE + INPROC_ARENA_BYTES;
    transmit(1, end); /* mapped, and nobody answers: master abort */
    CHECK_REFUSED(0, end, NIC_TAG_TX_DATA, REPORT_REFUSED_MEMORY);
    ck_assert_uint_eq(report.port[0].dma_aborts, report.refusals);
    post(1, INPROC_IOVA_BASE + (1ull << 30));
    kick(&sim, 2);
    CHECK_REFUSED(report.refusals - 1, INPROC_IOVA_BASE + (1ull << 30), NIC_TAG_TX_DATA,
                  REPORT_REFUSED_UNMAPPED);
}
END_TEST

START_TEST(another_requester_sees_nothing_of_it)
{
    ck_assert_int_eq(sim_bus_attach(&second, 1), 0);
    ring = alloc(RING * 16, R | W);
    start_queue(&second, ring.iova);
    kick(&second, 1);
    CHECK_REFUSED(0, ring.iova, NIC_TAG_TX_DESC, REPORT_REFUSED_UNMAPPED);
    ck_assert_uint_eq(report.refusal[0].port, 1);
    host.iommu.requesters = 1; /* as if it had never been attached */
    kick(&second, 2);
    CHECK_REFUSED(1, ring.iova, NIC_TAG_TX_DESC, REPORT_REFUSED_DOMAIN);
}
END_TEST

START_TEST(unmapped_in_flight_later_accesses_fault)
{
    ring = alloc(RING * 16, R | W);
    data = alloc(KIB4, R);
    transmit(1, data.iova);
    for (unsigned i = 1; i < 40; i++)
        post(i, data.iova);
    ixd_write32(&sim.bus, IXD_TDT, 40);
    sim.bus.ops->sleep_ns(&sim.bus, 3000); /* some are under way */
    uint64_t hits = (bench_report(host.bench, &report), report.port[0].dma_reads);
    ck_assert_uint_eq(report.refusals, 0);
    ck_assert_int_eq(inproc_dma_unmap(&host, 0, data.iova, data.bytes), (int64_t)data.bytes);
    kick(&sim, 41);
    ck_assert_uint_gt(hits, 2);
    CHECK_REFUSED(0, data.iova, NIC_TAG_TX_DATA, REPORT_REFUSED_UNMAPPED);
    ck_assert_uint_eq(report.port[0].iotlb_stale, 0);
    ck_assert_uint_lt(report.port[0].wire_out_frames, 40);
}
END_TEST

START_TEST(a_write_in_flight_lands_before_the_unmap_returns)
{
    ring = alloc(RING * 16, R | W);
    data = alloc(KIB4, R);
    start_queue(&sim, ring.iova);
    for (unsigned i = 0; i < 32; i++)
        post(i, data.iova);
    ixd_write32(&sim.bus, IXD_TDT, 32);
    unsigned done = 0;
    while (!ixd_tx_desc_done(slot(done))) /* the first is there, others are on their way */
        sim.bus.ops->sleep_ns(&sim.bus, 10);
    inproc_dma_unmap(&host, 0, ring.iova, ring.bytes);
    while (ixd_tx_desc_done(slot(done)))
        done++;
    ck_assert_uint_lt(done, 32);
    sim.bus.ops->sleep_ns(&sim.bus, 100000);
    ck_assert(!ixd_tx_desc_done(slot(done))); /* nothing comes after that */
    bench_report(host.bench, &report);
    CHECK_REFUSED(0, ring.iova + 16 * done, NIC_TAG_TX_WB, REPORT_REFUSED_UNMAPPED);
}
END_TEST

START_TEST(remapped_in_flight_goes_to_the_new_page)
{
    ring = alloc(RING * 16, R | W);
    data = alloc(KIB4, R);
    transmit(1, data.iova);
    struct inproc_dma other = alloc(MIB2, R | W);
    uint64_t to = inproc_memory_physical(&host.memory, other.iova - INPROC_IOVA_BASE);
    memcpy(other.virt, ring.virt, RING * 16);
    struct ixd_desc *moved = other.virt;
    for (unsigned i = 1; i < 9; i++) {
        post(i, data.iova);
        moved[i] = *slot(i);
    }
    ixd_write32(&sim.bus, IXD_TDT, 9);
    inproc_dma_unmap(&host, 0, ring.iova, ring.bytes);
    struct inproc_mapping m = { ring.iova, to, MIB2, (uint32_t)MIB2, R | W };
    ck_assert_int_eq(inproc_iommu_map(&host.iommu, 0, &m), 0);
    kick(&sim, 9);
    ck_assert_uint_eq(report.refusals, 0);
    ck_assert(ixd_tx_desc_done(&moved[8]));
    ck_assert(!ixd_tx_desc_done(slot(8)));
}
END_TEST

START_TEST(addresses_at_the_end_of_the_space_do_not_wrap)
{
    ring = alloc(RING * 16, R | W);
    transmit(1, UINT64_MAX - 99);
    CHECK_REFUSED(0, UINT64_MAX - 99, NIC_TAG_TX_DATA, REPORT_REFUSED_UNMAPPED);
    ck_assert_uint_le(report.refusal[0].length, 100);
}
END_TEST

START_TEST(physical_addresses_are_taken_as_they_are)
{
    ck_assert_int_eq(sim_bus_attach(&sim, INPROC_IDENTITY), 0);
    host.page_bytes = KIB4; /* means nothing there */
    ck_assert_int_eq(inproc_dma_alloc(&host, INPROC_IDENTITY, RING * 16, R | W, &ring), 0);
    ck_assert_int_eq(inproc_dma_alloc(&host, INPROC_IDENTITY, MIB2, R, &data), 0);
    ck_assert_uint_eq(data.iova, INPROC_PHYSICAL_BASE + MIB2);
    transmit(1, data.iova + 5 * KIB4 - 77);
    ck_assert(ixd_tx_desc_done(slot(0)));
    ck_assert_uint_eq(report.port[0].iotlb_misses, 0); /* nothing to walk for */
    ck_assert_uint_eq(inproc_dma_free(&host, INPROC_IDENTITY, data.iova), MIB2);
    post(1, data.iova); /* it is free, and who can tell? */
    kick(&sim, 2);
    ck_assert_uint_eq(report.refusals, 0);
    post(2, INPROC_PHYSICAL_BASE - 16); /* outside of memory */
    kick(&sim, 3);
    CHECK_REFUSED(0, INPROC_PHYSICAL_BASE - 16, NIC_TAG_TX_DATA, REPORT_REFUSED_MEMORY);
}
END_TEST

START_TEST(every_port_forgets_what_is_freed)
{
    ring = alloc(RING * 16, R | W);
    data = alloc(KIB4, R);
    transmit(1, data.iova);
    struct inproc_dma first = ring;
    ring = alloc(RING * 16, R | W);
    start_queue(&second, ring.iova);
    post(0, data.iova);
    kick(&second, 1);
    ck_assert_uint_eq(report.refusals, 0);
    inproc_dma_free(&host, 0, data.iova);
    post(1, data.iova);
    kick(&second, 2);
    ring = first;
    post(1, data.iova);
    kick(&sim, 2);
    CHECK_REFUSED(0, data.iova, NIC_TAG_TX_DATA, REPORT_REFUSED_UNMAPPED);
    CHECK_REFUSED(1, data.iova, NIC_TAG_TX_DATA, REPORT_REFUSED_UNMAPPED);
    ck_assert_uint_ne(report.refusal[0].port, report.refusal[1].port);
}
END_TEST

START_TEST(what_cannot_be_allocated_leaves_nothing)
{
    struct inproc_dma dma;
    ck_assert_int_eq(inproc_dma_alloc(&host, 0, 0, R, &dma), -EINVAL);
    ck_assert_int_eq(inproc_dma_alloc(&host, 0, 1, 0, &dma), -EINVAL);
    ck_assert_int_eq(inproc_dma_alloc(&host, INPROC_IDENTITY + 1, 1, R, &dma), -EINVAL);
    ck_assert_int_eq(inproc_dma_alloc(&host, 0, (size_t)1 << 40, R, &dma), -ENOMEM);
    ck_assert_uint_eq(inproc_dma_free(&host, 0, INPROC_IOVA_BASE), 0);
    ck_assert_uint_eq(inproc_dma_free(&host, 0, 12), 0);
    ring = alloc(3 * MIB2, R);
    ck_assert_int_eq(inproc_dma_unmap(&host, 0, ring.iova + KIB4, KIB4), -EINVAL);
    ck_assert_uint_eq(inproc_dma_free(&host, 0, ring.iova), 3 * MIB2);
    ck_assert_uint_eq(host.iommu.domain[0].count, 0);
    host.page_bytes = 1u << 30;
    ring = alloc(1, R);
    data = alloc(1, R);
    ck_assert_uint_eq(inproc_dma_free(&host, 0, ring.iova), MIB2);
    ck_assert_uint_eq(host.iommu.domain[0].count, 1); /* the other one needs it */
    ck_assert_uint_eq(inproc_dma_free(&host, 0, data.iova), MIB2);
    ck_assert_uint_eq(host.iommu.domain[0].count, 0);
}
END_TEST

int main(void)
{
    TCase *c = tcase_create("dma");

    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_loop_test(c, what_is_mapped_works_with_every_page_size, 0, 3);
    tcase_add_test(c, an_unmapped_ring_stops_the_queue);
    tcase_add_test(c, a_ring_that_cannot_be_written_gets_no_report);
    tcase_add_test(c, data_that_cannot_be_read_is_not_sent);
    tcase_add_loop_test(c, the_first_missing_byte_is_named_at_every_page_border, 0, 2);
    tcase_add_test(c, a_page_of_a_gib_has_memory_for_half_of_it);
    tcase_add_test(c, another_requester_sees_nothing_of_it);
    tcase_add_test(c, unmapped_in_flight_later_accesses_fault);
    tcase_add_test(c, a_write_in_flight_lands_before_the_unmap_returns);
    tcase_add_test(c, remapped_in_flight_goes_to_the_new_page);
    tcase_add_test(c, addresses_at_the_end_of_the_space_do_not_wrap);
    tcase_add_test(c, physical_addresses_are_taken_as_they_are);
    tcase_add_test(c, every_port_forgets_what_is_freed);
    tcase_add_test(c, what_cannot_be_allocated_leaves_nothing);
    return RUN_TESTS("inproc dma", c);
}
