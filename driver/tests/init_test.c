/* SPDX-License-Identifier: BSD-2-Clause
 * Bring-up on a device that misbehaves: every wait ends, every error names its register, and
 * nothing is left behind. */
#include "driver/ixd_priv.h"
#include "driver/tests/fake_bus.h"
#include "driver/tests/test.h"

#include <errno.h>

static struct fake_bus fake;
static struct pool *pool;
static struct ixd_error err;

static void begin(void)
{
    fake_bus_init(&fake);
    pool = fake_pool(&fake, 1024);
}

static void end(void)
{
    fake_bus_fini(&fake, pool);
}

/* Opens and expects failure; all buffers and all memory must be back. */
static int open_fails(const struct ixd_config *given)
{
    struct ixd_config config;
    struct ixd_port *port = NULL;
    unsigned live = fake.dma_live;
    int rc;

    ixd_config_default(&config);
    if (given)
        config = *given;
    config.pool = pool;
    rc = ixd_open(&port, &fake.bus, &config, &err);
    ck_assert_int_lt(rc, 0);
    ck_assert_ptr_null(port);
    ck_assert_uint_eq(fake.dma_live, live);
    ck_assert_int_eq(pool_check_home(pool, NULL), 0);
    return rc;
}

static void stuck(uint32_t offset, uint32_t mask, uint32_t bits, const char *name,
                  const char *meaning)
{
    begin();
    fake_bus_stick(&fake, offset, mask, bits);
    ck_assert_int_eq(open_fails(NULL), -ETIMEDOUT);
    ck_contains(err.text, "fake0: ");
    ck_contains(err.text, name);
    ck_contains(err.text, meaning);
    ck_assert_uint_lt(fake.now_ns, 3000000000); /* bounded */
    end();
}

START_TEST(reset_that_never_ends)
{
    stuck(IXD_CTRL, IXD_CTRL_RST, IXD_CTRL_RST, "CTRL (0x00000)", "seen 0x04000000");
    stuck(IXD_CTRL, IXD_CTRL_LRST, IXD_CTRL_LRST, "CTRL (0x00000)", "RST and LRST");
}
END_TEST

START_TEST(eeprom_that_is_never_read)
{
    stuck(IXD_EEC, IXD_EEC_ARD, 0, "EEC (0x10010)", "ARD");
}
END_TEST

START_TEST(dma_unit_that_never_wakes)
{
    stuck(IXD_RDRXCTL, IXD_RDRXCTL_DMAIDONE, 0, "RDRXCTL (0x02f00)", "DMAIDONE");
}
END_TEST

START_TEST(link_that_never_restarts)
{
    stuck(IXD_AUTOC, IXD_AUTOC_AN_RESTART, IXD_AUTOC_AN_RESTART, "AUTOC", "AN_RESTART");
}
END_TEST

START_TEST(queues_that_never_start)
{
    stuck(IXD_AT(RXDCTL, 0), IXD_RXDCTL_ENABLE, 0, "RXDCTL(0)", "receive queue to be enabled");
    stuck(IXD_AT(TXDCTL, 0), IXD_TXDCTL_ENABLE, 0, "TXDCTL(0)", "transmit queue to be enabled");
    stuck(IXD_SECRXSTAT, IXD_SECRXSTAT_RDY, 0, "SECRXSTAT", "receive path to be empty");
}
END_TEST

START_TEST(device_that_is_gone)
{
    begin();
    fake.gone = true;
    ck_assert_int_eq(open_fails(NULL), -ENODEV);
    ck_contains(err.text, "STATUS reads all ones");
    end();
}
END_TEST

START_TEST(address_that_is_none)
{
    begin();
    fake_bus_stick(&fake, IXD_AT(RAL, 0), UINT32_MAX, 0);
    fake_bus_stick(&fake, IXD_AT(RAH, 0), UINT32_MAX, IXD_RAH_AV);
    ck_assert_int_eq(open_fails(NULL), -EADDRNOTAVAIL);
    ck_contains(err.text, "RAL(0)");
    end();
    begin();
    fake_bus_stick(&fake, IXD_AT(RAL, 0), 0xff, 0x01); /* multicast */
    ck_assert_int_eq(open_fails(NULL), -EADDRNOTAVAIL);
    end();
}
END_TEST

/* Requests that do not drain are no error: the reset is done twice. */
START_TEST(master_that_does_not_rest_is_reset_twice)
{
    struct ixd_config config;
    struct ixd_port *port;

    begin();
    ixd_config_default(&config);
    config.pool = pool;
    ck_assert_int_eq(ixd_open(&port, &fake.bus, &config, &err), 0);
    ck_assert_uint_eq(fake.resets, 1);
    ck_assert_int_eq(ixd_close(port, &err), 0);
    end();
    begin();
    config.pool = pool;
    fake_bus_stick(&fake, IXD_STATUS, IXD_STATUS_GIO, IXD_STATUS_GIO);
    ck_assert_int_eq(ixd_open(&port, &fake.bus, &config, &err), 0);
    ck_assert_uint_eq(fake.resets, 2);
    ck_assert_int_eq(ixd_close(port, &err), 0);
    end();
}
END_TEST

START_TEST(memory_and_buffers_that_are_missing)
{
    struct ixd_config config;

    begin();
    fake.dma_fail_at = fake.dma_count + 1;
    ck_assert_int_eq(open_fails(NULL), -ENOMEM);
    end();
    begin();
    ixd_config_default(&config);
    config.rx_ring = 2048;
    ck_assert_int_eq(open_fails(&config), -ENOBUFS);
    ck_contains(err.text, "expected 2047 buffers");
    end();
    begin();
    fake.bus.irq_vectors = 1;
    ixd_config_default(&config);
    config.interrupts = true;
    ck_assert_int_eq(open_fails(&config), -ENOTSUP);
    ck_contains(err.text, "expected 2 MSI-X vectors");
    end();
}
END_TEST

START_TEST(queue_that_does_not_stop_is_reported_and_everything_comes_home)
{
    struct ixd_config config;
    struct ixd_port *port;

    begin();
    ixd_config_default(&config);
    config.pool = pool;
    ck_assert_int_eq(ixd_open(&port, &fake.bus, &config, &err), 0);
    fake_bus_stick(&fake, IXD_AT(RXDCTL, 0), IXD_RXDCTL_ENABLE, IXD_RXDCTL_ENABLE);
    ck_assert_int_eq(ixd_close(port, &err), -ETIMEDOUT);
    ck_contains(err.text, "receive queue to be disabled");
    ck_assert_int_eq(pool_check_home(pool, NULL), 0);
    end();
}
END_TEST

static uint32_t reg(uint32_t offset)
{
    return fake.reg[offset / 4];
}

START_TEST(registers_after_a_good_start)
{
    struct ixd_config config;
    struct ixd_port *port;
    uint8_t mac[6];

    begin();
    ixd_config_default(&config);
    config.pool = pool;
    config.rx_queues = config.tx_queues = 3;
    config.rx_ring = 96;
    config.tx_ring = 32;
    config.promiscuous = true;
    ck_assert_int_eq(ixd_open(&port, &fake.bus, &config, &err), 0);
    ixd_mac(port, mac);
    ck_assert_mem_eq(mac, "\x02\x11\x22\x33\x44\x55", 6);
    for (unsigned q = 0; q < 3; q++) {
        ck_assert_uint_eq(reg(IXD_AT(RDLEN, q)), 96 * 16);
        ck_assert_uint_eq(reg(IXD_AT(RDT, q)), 95);
        ck_assert_uint_eq(reg(IXD_AT(RDBAL, q)) % 128, 0);
        ck_assert_uint_eq(reg(IXD_AT(RDBAH, q)), 7);
        ck_assert_uint_eq(reg(IXD_AT(SRRCTL, q)), 0x12000402);
        ck_assert_uint_eq(reg(IXD_AT(TDLEN, q)), 32 * 16);
        ck_assert_uint_eq(reg(IXD_AT(TXDCTL, q)), 0x02000824);
    }
    ck_assert_uint_eq(reg(IXD_AT(RXDCTL, 3)), 0);
    ck_assert_uint_eq(reg(IXD_RXCTRL), IXD_RXCTRL_RXEN);
    ck_assert_uint_eq(reg(IXD_SECRXCTRL), 0);
    ck_assert_uint_eq(reg(IXD_FCTRL), 0x700);
    ck_assert_uint_eq(reg(IXD_AT(RETA, 1)), 0x01000201); /* 4,5,6,7 modulo 3 */
    ck_assert_uint_eq(reg(IXD_MRQC) & 0xf, 1);
    ck_assert_uint_eq(reg(IXD_CTRL_EXT), IXD_CTRL_EXT_DRV_LOAD | IXD_CTRL_EXT_NS_DIS);
    ck_assert(ixd_link_last(port).up);
    ck_assert_uint_eq(ixd_link_last(port).mbps, 10000);
    ck_assert_int_eq(ixd_close(port, &err), 0);
    ck_assert_uint_eq(reg(IXD_RXCTRL), 0); /* quiet */
    ck_assert_uint_eq(reg(IXD_AT(RXDCTL, 0)), 0);
    ck_assert_int_eq(pool_check_home(pool, &err), 0);
    end();
}
END_TEST

TEST_MAIN("init", reset_that_never_ends, eeprom_that_is_never_read, dma_unit_that_never_wakes,
          link_that_never_restarts, queues_that_never_start, device_that_is_gone,
          address_that_is_none, master_that_does_not_rest_is_reset_twice,
          memory_and_buffers_that_are_missing,
          queue_that_does_not_stop_is_reported_and_everything_comes_home,
          registers_after_a_good_start)
