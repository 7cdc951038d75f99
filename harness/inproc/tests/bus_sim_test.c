/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The two readings of the datasheet, compared; and the bus over a real bench and NIC.
 */
#include "harness/inproc/bus_sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/ixd.h"
#include "driver/pool.h"
#include "driver/regs.h"
#include "driver/regs_rest.h"
#include "harness/inproc/tests/machine.h"
#include "mk/run_tests.h"

static struct inproc_host host;
static struct sim_bus sim;

static void setup(void)
{
    machine_start(&host, 1);
    sim_bus_init(&sim, &host, 0, &sim_cost_default);
}

static void teardown(void)
{
    machine_stop(&host);
}

/* Of two names for one word (RAL at 0x5400 and 0xA200) either is right. */
static void check_register(const char *name, uint32_t offset, uint32_t stride, uint32_t count)
{
    char found[64];
    for (uint32_t i = 0; i < count; i++) {
        nic_reg_name(offset + i * stride, found, sizeof found);
        char *bracket = strchr(found, '[');
        uint32_t index = bracket ? (uint32_t)strtoul(bracket + 1, NULL, 10) : 0;
        if (bracket)
            *bracket = '\0';
        ck_assert_msg(strcmp(found, name) == 0, "driver: %s at 0x%05x; model: %s", name,
                      offset + i * stride, found);
        ck_assert_msg(index == i, "driver: %s[%u]; model: %s[%u]", name,
                      i, found, index);
    }
}

START_TEST(driver_and_model_read_the_same_datasheet)
{
    unsigned rows = 0;
#define CHECK(name, offset, stride, count)                                                         \
    check_register(#name, offset, stride, count);                                                  \
    rows++;
    IXD_REGS(CHECK)
    IXD_REGS_REST(CHECK)
#undef CHECK
    ck_assert_uint_gt(rows, 50);
}
END_TEST

START_TEST(registers_answer_and_cost_time)
{
    uint64_t before = host.now_vns;
    uint32_t status = ixd_read32(&sim.bus, IXD_STATUS);
    ck_assert_uint_ne(status, 0xffffffffu);
    ixd_write32(&sim.bus, IXD_RETA, 0x01020304);
    ck_assert_uint_eq(ixd_read32(&sim.bus, IXD_RETA), 0x01020304);
    ck_assert_uint_ge(host.now_vns, before + 3);
}
END_TEST

START_TEST(a_software_interrupt_arrives)
{
    struct ixd_error err = { "" };
    ck_assert_msg(sim.bus.ops->irq_enable(&sim.bus, IXD_IRQ_MSIX, 2, &err) == 0, "%s", err.text);
    ixd_write32(&sim.bus, IXD_GPIE, 1u << 4 | 1u << 31 | 1u << 30);
    ixd_write32(&sim.bus, IXD_IVAR, 0x81); /* receive queue 0: vector 1 */
    ixd_write32(&sim.bus, IXD_EIAC, 2);
    ixd_write32(&sim.bus, IXD_EIMS, 2);
    struct ixd_irq irq[2] = { { .bus = &sim.bus, .vector = 0 }, { .bus = &sim.bus, .vector = 1 } };
    ck_assert_int_eq(sim.bus.ops->irq_wait(irq, 2, 1000000), 0);
    ixd_write32(&sim.bus, IXD_EICS, 2);
    ck_assert_int_eq(sim.bus.ops->irq_wait(irq, 2, 1000000), 1);
    ck_assert(!irq[0].fired && irq[1].fired);
    ck_assert_int_eq(sim.bus.ops->irq_wait(irq, 2, 1000000), 0);
    ck_assert_uint_eq(host.messages_elsewhere, 0);
    ck_assert_int_lt(sim.bus.ops->irq_enable(&sim.bus, IXD_IRQ_MSIX, NIC_VECTORS + 1, &err), 0);
}
END_TEST

/* Both ways of one vector: a message is there once, a line as long as its cause. */
START_TEST(a_message_of_msi_and_the_line)
{
    struct ixd_error err = { "" };
    struct ixd_irq irq = { .bus = &sim.bus };
    const struct ixd_bus_ops *ops = sim.bus.ops;
    uint32_t command;

    ck_assert_msg(ops->irq_enable(&sim.bus, IXD_IRQ_MSI, 1, &err) == 0, "%s", err.text);
    ixd_write32(&sim.bus, IXD_EIMS, 1);
    ixd_write32(&sim.bus, IXD_EICS, 1);
    ck_assert_int_eq(ops->irq_wait(&irq, 1, 1000000), 1);
    ck_assert_int_eq(ops->irq_wait(&irq, 1, 1000000), 0);
    ck_assert_uint_eq(host.messages_elsewhere, 0);
    ck_assert_int_lt(ops->irq_enable(&sim.bus, IXD_IRQ_INTX, 1, &err), 0);
    ops->irq_disable(&sim.bus);
    ck_assert_int_lt(ops->irq_enable(&sim.bus, IXD_IRQ_INTX, 2, &err), 0);
    ixd_read32(&sim.bus, IXD_EICR);
    ck_assert_msg(ops->irq_enable(&sim.bus, IXD_IRQ_INTX, 1, &err) == 0, "%s", err.text);
    ck_assert_int_eq(ops->irq_wait(&irq, 1, 1000000), 0);
    ixd_write32(&sim.bus, IXD_EICS, 1);
    ck_assert_int_eq(ops->irq_wait(&irq, 1, 1000000), 1);
    ck_assert_int_eq(ops->irq_wait(&irq, 1, 1000000), 1);
    ixd_read32(&sim.bus, IXD_EICR);
    ck_assert_int_eq(ops->irq_wait(&irq, 1, 1000000), 0);
    ck_assert_int_eq(ops->config_read(&sim.bus, 4, 2, &command), 0);
    ck_assert_uint_eq(command & 6, 6);
}
END_TEST

START_TEST(a_wait_ends_at_its_deadline_and_sleep_takes_its_time)
{
    struct ixd_irq irq = { .bus = &sim.bus };
    uint64_t before = sim.bus.ops->now_ns(&sim.bus);
    ck_assert_int_eq(sim.bus.ops->irq_wait(&irq, 1, 5000), 0);
    ck_assert_uint_eq(sim.bus.ops->now_ns(&sim.bus), before + 5000);
    sim.bus.ops->sleep_ns(&sim.bus, 7000);
    ck_assert_uint_eq(sim.bus.ops->now_ns(&sim.bus), before + 12000);
}
END_TEST

static bool reachable(uint64_t iova)
{
    uint64_t physical, page;
    return inproc_iommu_translate(&host.iommu, NIC_FUNCTION(0, 0), iova, INPROC_DEVICE_READS,
                                  &physical, &page) == INPROC_ALLOWED;
}

START_TEST(memory_that_was_freed_is_gone_for_the_device)
{
    struct ixd_dma dma;
    struct ixd_error err = { "" };
    ck_assert_int_eq(sim.bus.ops->dma_alloc(&sim.bus, 100, IXD_DMA_DEVICE_READS, &dma, &err), 0);
    ck_assert_uint_ge(dma.bytes, 100);
    uint64_t iova = dma.iova;
    ck_assert(reachable(iova));
    sim.bus.ops->dma_free(&sim.bus, &dma);
    ck_assert(!reachable(iova));
    ck_assert_int_lt(
        sim.bus.ops->dma_alloc(&sim.bus, (size_t)1 << 40, IXD_DMA_DEVICE_READS, &dma, &err), 0);
    ck_assert_ptr_nonnull(strstr(err.text, "sim0"));
}
END_TEST

/* `count` short frames on queue 0, and time for the device to work. */
static unsigned transmit(struct ixd_port *port, struct pool *pool, unsigned count)
{
    struct pool_buf *buf[32];

    ck_assert_uint_eq(pool_alloc_bulk(pool, buf, count), count);
    for (unsigned i = 0; i < count; i++) {
        buf[i]->offset = 0;
        buf[i]->length = 60;
        memset(buf[i]->data, 2, 60);
    }
    unsigned sent = ixd_tx_burst(port, 0, buf, count);
    pool_free_bulk(pool, buf + sent, count - sent);
    sim.bus.ops->sleep_ns(&sim.bus, 100000);
    return sent;
}

/* A driver whose packet memory is unmapped under it: what the device asks for then is refused, and
 * once the memory is there again a reset brings the port back. No buffer gets lost. */
START_TEST(a_driver_survives_memory_that_goes_away)
{
    static struct bench_report report;
    struct pool_config pools = { .segments_max = 1, .buf_bytes = POOL_BUF_BYTES, .check = true };
    struct ixd_config config;
    struct ixd_error err = { "" };
    struct ixd_port *port;
    struct ixd_dma dma;
    struct pool *pool;

    ck_assert_int_eq(pool_create(&pool, &pools, &err), 0);
    ck_assert_int_eq(sim.bus.ops->dma_alloc(&sim.bus, POOL_SEGMENT_BYTES, 3, &dma, &err), 0);
    ck_assert_int_eq(pool_add_segment(pool, dma.virt, dma.iova, POOL_SEGMENT_BYTES, &err), 0);
    ixd_config_default(&config);
    config.pool = pool;
    ck_assert_msg(ixd_open(&port, &sim.bus, &config, &err) == 0, "%s", err.text);
    ck_assert_uint_eq(transmit(port, pool, 32), 32);
    bench_report(host.bench, &report);
    ck_assert_uint_eq(report.refusals, 0);

    ck_assert_int_eq(inproc_dma_unmap(&host, 0, dma.iova, dma.bytes), (int64_t)dma.bytes);
    transmit(port, pool, 32);
    bench_report(host.bench, &report);
    ck_assert_uint_gt(report.refusals, 0);
    ck_assert_uint_eq(NIC_TAG_KIND(report.refusal[0].tag), NIC_TAG_TX_DATA);
    ck_assert_uint_eq(report.refusal[0].reason, REPORT_REFUSED_UNMAPPED);
    ck_assert_uint_eq(report.port[0].iotlb_stale, 0);

    uint64_t physical =
        inproc_memory_physical(&host.memory, dma.iova - INPROC_IOVA_BASE), faults;
    struct inproc_mapping m = { dma.iova, physical, dma.bytes, (uint32_t)dma.page_bytes, 3 };
    ck_assert_int_eq(inproc_iommu_map(&host.iommu, 0, &m), 0);
    faults = report.port[0].dma_faults;
    ck_assert_msg(ixd_port_reset(port, &err) == 0, "%s", err.text);
    ck_assert_uint_eq(transmit(port, pool, 32), 32);
    bench_report(host.bench, &report);
    ck_assert_uint_eq(report.port[0].dma_faults, faults);

    ck_assert_msg(ixd_close(port, &err) == 0, "%s", err.text);
    ck_assert_msg(pool_check_home(pool, &err) == 0, "%s", err.text);
    pool_destroy(pool);
    sim.bus.ops->dma_free(&sim.bus, &dma);
}
END_TEST

int main(void)
{
    TCase *c = tcase_create("bus");

    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, driver_and_model_read_the_same_datasheet);
    tcase_add_test(c, registers_answer_and_cost_time);
    tcase_add_test(c, a_software_interrupt_arrives);
    tcase_add_test(c, a_message_of_msi_and_the_line);
    tcase_add_test(c, a_wait_ends_at_its_deadline_and_sleep_takes_its_time);
    tcase_add_test(c, memory_that_was_freed_is_gone_for_the_device);
    tcase_add_test(c, a_driver_survives_memory_that_goes_away);
    return RUN_TESTS("inproc bus", c);
}
