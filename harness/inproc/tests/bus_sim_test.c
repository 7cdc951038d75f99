/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The two readings of the datasheet, compared; and the bus over a real bench and NIC.
 */
#include "harness/inproc/bus_sim.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "driver/regs.h"
#include "model/bench/control_abi.h"
#include "model/bench/timing.h"

static struct inproc_host host;
static struct sim_bus sim;
static char folder[] = "/tmp/ringside-test-XXXXXX";
static char plan_path[64];

/* The smallest plan that is one: a port with nothing at its far end. */
static void write_plan(void)
{
    struct {
        struct plan_header header;
        struct plan_port port;
    } plan;
    memset(&plan, 0, sizeof plan);
    memcpy(plan.header.magic, PLAN_MAGIC, sizeof plan.header.magic);
    plan.header.version = PLAN_VERSION;
    plan.header.bytes = sizeof plan;
    strcpy(plan.header.name, "bus-test");
    plan.header.dilation_num = plan.header.dilation_den = 1;
    plan.header.ready_limit_ns = 1000000000;
    plan.header.deadline_ps = 1000000000000;
    plan.header.iotlb_entries = 64;
    plan.header.ports = (struct plan_table){ sizeof plan.header, 1 };
    uint32_t end = sizeof plan;
    plan.header.flows.offset = plan.header.sizes.offset = plan.header.actions.offset =
        plan.header.frames.offset = plan.header.bytes_.offset = end;
    for (unsigned i = 0; bench_timing_info(i); i++)
        plan.header.timing[i] = bench_timing_info(i)->value;
    plan.port.module = NIC_MODULE_SR;
    memcpy(plan.port.nic_mac, "\x02\0\0\0\0\x01", 6);
    memcpy(plan.port.mac, "\x02\0\0\0\0\x02", 6);
    FILE *file = fopen(plan_path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(&plan, sizeof plan, 1, file), 1);
    fclose(file);
}

static void setup(void)
{
    char why[256] = "";
    strcpy(folder + strlen(folder) - 6, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(plan_path, sizeof plan_path, "%s/plan", folder);
    write_plan();
    struct rec_paths paths = { .plan = plan_path };
    ck_assert_msg(inproc_host_init(&host, &paths, why, sizeof why) == 0, "%s", why);
    sim_bus_init(&sim, &host, 0, &sim_cost_default);
}

static void teardown(void)
{
    inproc_host_fini(&host);
    unlink(plan_path);
    rmdir(folder);
}

/* Of two names for one word (RAL at 0x5400 and 0xA200) either is right. */
static void check_register(const char *name, uint32_t offset, uint32_t stride, uint32_t count)
{
    char wanted[64], found[64];
    snprintf(wanted, sizeof wanted, "%s", name);
    char *high = strstr(wanted, "_HI");
    bool second = high && !high[3];
    if (second)
        *high = '\0';
    for (uint32_t i = 0; i < count; i++) {
        nic_reg_name(offset + i * stride, found, sizeof found);
        char *bracket = strchr(found, '[');
        uint32_t index = bracket ? (uint32_t)strtoul(bracket + 1, NULL, 10) : 0;
        if (bracket)
            *bracket = '\0';
        ck_assert_msg(strcmp(found, wanted) == 0, "driver: %s at 0x%05x; model: %s", name,
                      offset + i * stride, found);
        ck_assert_msg(index == i || (second && index >= i), "driver: %s[%u]; model: %s[%u]", name,
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
    ck_assert_msg(sim.bus.ops->irq_enable(&sim.bus, 2, &err) == 0, "%s", err.text);
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
    ck_assert_int_lt(sim.bus.ops->irq_enable(&sim.bus, NIC_VECTORS + 1, &err), 0);
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

START_TEST(memory_that_was_freed_is_gone_for_the_device)
{
    struct ixd_dma dma;
    struct ixd_error err = { "" };
    ck_assert_int_eq(sim.bus.ops->dma_alloc(&sim.bus, 100, IXD_DMA_DEVICE_READS, &dma, &err), 0);
    ck_assert_uint_ge(dma.bytes, 100);
    uint64_t iova = dma.iova;
    ck_assert_ptr_nonnull(inproc_memory_at(&host.memory, iova, false, INPROC_DEVICE_READS, 100));
    sim.bus.ops->dma_free(&sim.bus, &dma);
    ck_assert_ptr_null(inproc_memory_at(&host.memory, iova, false, INPROC_DEVICE_READS, 100));
    ck_assert_int_lt(
        sim.bus.ops->dma_alloc(&sim.bus, (size_t)1 << 40, IXD_DMA_DEVICE_READS, &dma, &err), 0);
    ck_assert_ptr_nonnull(strstr(err.text, "sim0"));
}
END_TEST

int main(void)
{
    TCase *c = tcase_create("bus");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, driver_and_model_read_the_same_datasheet);
    tcase_add_test(c, registers_answer_and_cost_time);
    tcase_add_test(c, a_software_interrupt_arrives);
    tcase_add_test(c, a_wait_ends_at_its_deadline_and_sleep_takes_its_time);
    tcase_add_test(c, memory_that_was_freed_is_gone_for_the_device);
    Suite *s = suite_create("inproc bus");
    suite_add_tcase(s, c);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
