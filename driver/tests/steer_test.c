/* SPDX-License-Identifier: BSD-2-Clause
 * Which queue a packet goes to: registers after each call, limits, and what a reset must keep. */
#include "driver/filter.h"

#include "driver/ixd_priv.h"
#include "driver/tests/steered_port.h"
#include "driver/tests/test.h"

#include <errno.h>

START_TEST(ethertypes)
{
    begin();
    ck_assert_int_eq(ixd_steer_ethertype(port, 0x88f7, 3, &err), 0);
    ck_assert_int_eq(ixd_steer_ethertype(port, 0x88b5, 1, &err), 0);
    ck_assert_int_eq(ixd_steer_ethertype(port, 0x88f7, 2, &err), 0); /* another queue now */
    for (unsigned reset = 0; reset < 2; reset++) {
        ck_assert_uint_eq(fake.reg[IXD_AT(ETQF, 0) / 4], 0x800088f7);
        ck_assert_uint_eq(fake.reg[IXD_AT(ETQS, 0) / 4], 0x80020000);
        ck_assert_uint_eq(fake.reg[IXD_AT(ETQS, 1) / 4], 0x80010000);
        ck_assert_uint_eq(fake.reg[IXD_AT(ETQF, 2) / 4], 0);
        ck_assert_int_eq(ixd_port_reset(port, &err), 0);
    }
    ck_assert_int_eq(ixd_steer_ethertype(port, 0x0800, 1, &err), -EINVAL);
    ck_assert_int_eq(ixd_steer_ethertype(port, 0x88b5, 4, &err), -EINVAL);
    ck_contains(err.text, "queue 4: expected 0..3");
    for (unsigned i = 2; i < 8; i++)
        ck_assert_int_eq(ixd_steer_ethertype(port, 0x9000 + i, 0, &err), 0);
    ck_assert_int_eq(ixd_steer_ethertype(port, 0x9999, 0, &err), -ENOSPC);
    end();
}
END_TEST

START_TEST(tuples_and_syn)
{
    const struct ixd_tuple all = {0x0a000002, 0x0a000102, 1024, 9, 17}, any = {.protocol = 6};
    const struct ixd_tuple icmp = {.protocol = 1};

    begin();
    ck_assert_int_eq(ixd_steer_tuple(port, &all, 7, 3, &err), 0);
    ck_assert_int_eq(ixd_steer_tuple(port, &any, 0, 2, &err), 0);
    ck_assert_int_eq(ixd_steer_syn(port, 1, true, &err), 0);
    for (unsigned reset = 0; reset < 2; reset++) {
        ck_assert_uint_eq(fake.reg[IXD_AT(SAQF, 0) / 4], 0x0200000a); /* as in the packet */
        ck_assert_uint_eq(fake.reg[IXD_AT(DAQF, 0) / 4], 0x0201000a);
        ck_assert_uint_eq(fake.reg[IXD_AT(SDPQF, 0) / 4], 0x09000004);
        ck_assert_uint_eq(fake.reg[IXD_AT(FTQF, 0) / 4], 0xc000001d);
        ck_assert_uint_eq(fake.reg[IXD_AT(L34T_IMIR, 0) / 4], 3u << 21 | 1 << 12 | 1 << 19);
        ck_assert_uint_eq(fake.reg[IXD_AT(FTQF, 1) / 4], 0xde000000);
        ck_assert_uint_eq(fake.reg[IXD_SYNQF / 4], 0x80000003);
        ck_assert_int_eq(ixd_port_reset(port, &err), 0);
    }
    ck_assert_int_eq(ixd_steer_tuple(port, &icmp, 0, 0, &err), -EINVAL);
    ck_assert_int_eq(ixd_steer_tuple(port, &all, 8, 0, &err), -EINVAL);
    for (unsigned i = 2; i < 128; i++)
        ck_assert_int_eq(ixd_steer_tuple(port, &all, 0, 0, &err), 0);
    ck_assert_int_eq(ixd_steer_tuple(port, &all, 0, 0, &err), -ENOSPC);
    ck_assert_int_eq(ixd_steer_clear(port, &err), 0);
    ck_assert_uint_eq(fake.reg[IXD_AT(FTQF, 0) / 4] | fake.reg[IXD_SYNQF / 4], 0);
    end();
}
END_TEST

TEST_MAIN("steer", ethertypes, tuples_and_syn)
