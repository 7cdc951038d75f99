/* SPDX-License-Identifier: BSD-2-Clause
 * Which frames a port takes: registers after each call, limits, and what a reset must keep. */
#include "driver/filter.h"

#include "driver/ixd_priv.h"
#include "driver/tests/fake_bus.h"
#include "driver/tests/test.h"

#include <errno.h>

static struct fake_bus fake;
static struct pool *pool;
static struct ixd_port *port;
static struct ixd_error err;

static void begin(bool promiscuous)
{
    struct ixd_config config;

    fake_bus_init(&fake);
    pool = fake_pool(&fake, 512);
    ixd_config_default(&config);
    config.pool = pool;
    config.rx_ring = config.tx_ring = 32;
    config.promiscuous = promiscuous;
    ck_assert_msg(ixd_open(&port, &fake.bus, &config, &err) == 0, "%s", err.text);
}

static void end(void)
{
    ck_assert_msg(ixd_close(port, &err) == 0, "%s", err.text);
    ck_assert_int_eq(pool_check_home(pool, &err), 0);
    fake_bus_fini(&fake, pool);
}

static uint64_t address(unsigned i)
{
    return fake.reg[IXD_AT(RAL, i) / 4] | (uint64_t)fake.reg[IXD_AT(RAH, i) / 4] << 32;
}

START_TEST(addresses)
{
    uint8_t a[6] = {2, 1, 0, 0, 0, 0xa}, b[6] = {2, 1, 0, 0, 0, 0xb}, many[6] = {2, 2};

    begin(false);
    ck_assert_int_eq(ixd_filter_add_mac(port, a, &err), 0);
    ck_assert_int_eq(ixd_filter_add_mac(port, b, &err), 0);
    ck_assert_int_eq(ixd_filter_add_mac(port, a, &err), 0); /* again is nothing new */
    ck_assert_uint_eq(address(1), UINT64_C(0x80000a0000000102));
    ck_assert_uint_eq(address(2), UINT64_C(0x80000b0000000102));
    ck_assert_int_eq(ixd_port_reset(port, &err), 0);
    ck_assert_uint_eq(address(2), UINT64_C(0x80000b0000000102));
    ck_assert_int_eq(ixd_filter_remove_mac(port, a, &err), 0); /* the last takes its place */
    ck_assert_uint_eq(address(1), UINT64_C(0x80000b0000000102));
    ck_assert_uint_eq(address(2), 0);
    ck_assert_int_eq(ixd_filter_remove_mac(port, a, &err), -EINVAL);
    for (unsigned i = 0; i < 126; i++) {
        many[5] = i;
        ck_assert_int_eq(ixd_filter_add_mac(port, many, &err), 0);
    }
    many[5] = 200;
    ck_assert_int_eq(ixd_filter_add_mac(port, many, &err), -ENOSPC);
    ck_contains(err.text, "all 127");
    end();
}
END_TEST

START_TEST(multicast_and_promiscuity)
{
    const uint8_t group[6] = {1, 0, 0x5e, 0, 0x35, 0x12}; /* 0x123: word 9, bit 3 */

    begin(false);
    ck_assert_uint_eq(fake.reg[IXD_FCTRL / 4], IXD_FCTRL_BAM);
    ixd_filter_add_multicast(port, group);
    for (unsigned reset = 0; reset < 2; reset++) {
        ck_assert_uint_eq(fake.reg[IXD_AT(MTA, 9) / 4], 1 << 3);
        ck_assert_uint_eq(fake.reg[IXD_MCSTCTRL / 4], IXD_MCSTCTRL_MFE);
        ck_assert_int_eq(ixd_port_reset(port, &err), 0);
    }
    ixd_filter_clear_multicast(port);
    ck_assert_uint_eq(fake.reg[IXD_AT(MTA, 9) / 4], 0);
    ck_assert_uint_eq(fake.reg[IXD_MCSTCTRL / 4], 0);
    ixd_filter_promiscuous(port, false, true);
    ck_assert_int_eq(ixd_port_reset(port, &err), 0);
    ck_assert_uint_eq(fake.reg[IXD_FCTRL / 4], IXD_FCTRL_BAM | IXD_FCTRL_MPE);
    end();
    begin(true);
    ck_assert_uint_eq(fake.reg[IXD_FCTRL / 4], IXD_FCTRL_BAM | IXD_FCTRL_MPE | IXD_FCTRL_UPE);
    end();
}
END_TEST

START_TEST(vlans)
{
    begin(false);
    ck_assert(!(fake.reg[IXD_VLNCTRL / 4] & IXD_VLNCTRL_VFE));
    ck_assert_int_eq(ixd_filter_vlan(port, 100, true, &err), 0);
    ck_assert_int_eq(ixd_filter_vlan(port, 100, true, &err), 0);
    ck_assert_int_eq(ixd_filter_vlan(port, 4095, true, &err), 0);
    for (unsigned reset = 0; reset < 2; reset++) {
        ck_assert(fake.reg[IXD_VLNCTRL / 4] & IXD_VLNCTRL_VFE);
        ck_assert_uint_eq(fake.reg[IXD_AT(VFTA, 3) / 4], 1 << 4);
        ck_assert_uint_eq(fake.reg[IXD_AT(VFTA, 127) / 4], IXD_BIT(31));
        ck_assert_int_eq(ixd_port_reset(port, &err), 0);
    }
    ck_assert_int_eq(ixd_filter_vlan(port, 100, false, &err), 0);
    ck_assert(fake.reg[IXD_VLNCTRL / 4] & IXD_VLNCTRL_VFE);
    ck_assert_int_eq(ixd_filter_vlan(port, 4095, false, &err), 0);
    ck_assert(!(fake.reg[IXD_VLNCTRL / 4] & IXD_VLNCTRL_VFE)); /* none left: no filter */
    ck_assert_int_eq(ixd_filter_vlan(port, 4096, true, &err), -EINVAL);
    end();
}
END_TEST

TEST_MAIN("filter", addresses, multicast_and_promiscuity, vlans)
