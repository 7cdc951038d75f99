/* SPDX-License-Identifier: BSD-2-Clause
 * Filters in words, right and wrong. */
#include "driver/apps/filters.h"

#include "driver/ixd_priv.h"
#include "driver/tests/steered_port.h"
#include "driver/tests/test.h"

#include <arpa/inet.h>
#include <errno.h>

static void good(const char *text)
{
    ck_assert_msg(ixd_app_filter(port, text, &err) == 0, "%s", err.text);
}

START_TEST(all_kinds)
{
    begin();
    good("mac=02:00:00:00:00:77");
    ck_assert_uint_eq(fake.reg[IXD_AT(RAH, 1) / 4], 0x80007700);
    good("multicast=01:00:5e:00:00:05");
    ck_assert_uint_ne(fake.reg[IXD_MCSTCTRL / 4], 0);
    good("vlan=7");
    ck_assert_uint_eq(fake.reg[IXD_AT(VFTA, 0) / 4], 1 << 7);
    good("ethertype=0x88b5>2");
    ck_assert_uint_eq(fake.reg[IXD_ETQF / 4], 0x800088b5);
    good("syn>1");
    ck_assert_uint_eq(fake.reg[IXD_SYNQF / 4], 0x80000003);
    good("tuple=udp,10.0.0.2,*,*,9>3");
    ck_assert_uint_eq(fake.reg[IXD_FTQF / 4], 0xcc000005);
    good("tuple=*,*,*,*,*>0");
    ck_assert_uint_eq(fake.reg[IXD_AT(FTQF, 1) / 4], 0xfe000004);
    good("flow=tcp,10.0.0.2,10.0.1.2,1024,80>3");
    good("flow=tcp,10.0.0.2,10.0.1.2,1025,80>drop");
    ck_assert(fake.reg[IXD_FDIRCMD / 4] & IXD_FDIRCMD_DROP);
    good("flow=udp,fd00::2,*,1024,80>2");
    ck_assert(fake.reg[IXD_FDIRCMD / 4] & IXD_FDIRCMD_IP6);
    end();
    begin();
    good("signature=udp,fd00::2,fd00:0:0:1::2,1024,80>2");
    ck_assert(fake.reg[IXD_FDIRCMD / 4] & IXD_FDIRCMD_IP6);
    ck_assert_int_eq(ixd_app_filter(port, "signature=udp,fd00::2,*,1024,80>2", &err), -EINVAL);
    end();
    begin();
    ck_assert_int_eq(ixd_app_filter(port, "flow=udp,fd00::2,fd00::3,1024,80>2", &err), -EINVAL);
    ck_contains(err.text, "two addresses");
    end();
}
END_TEST

START_TEST(wrong_words)
{
    static const char *const lines[] = {
        "", "syn", "syn>x", "syn=1>2", "vlan=7>1", "vlan=x", "mac=02:00:00:00:00",
        "mac=02:00:00:00:00:77:88", "ethertype=0x88b5", "ethertype=0x10000>1", "tuple=udp>1",
        "tuple=udp,1,2,3,4>1", "tuple=udp,10.0.0.1,*,*,65536>1", "tuple=icmp,*,*,*,*>1",
        "tuple=udp,*,*,*,*,*>1", "flow=udp,10.0.0.2,*,1,2>1", "tuple=udp,*,*,*,*>128",
        "color=red>1", "multicast=5", "tuple=udp,fd00::2,*,*,9>1", "flow=udp,fd00::,*,*,9>1",
        "flow=*,fd00::2,*,1,9>1",
        "tuple=udp,10.0.0.2,10.0.0.3,1,2>1                                                         "
        "                                            ",
    };

    begin();
    for (unsigned i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        ck_assert_msg(ixd_app_filter(port, lines[i], &err) == -EINVAL, "'%s'", lines[i]);
        ck_contains(err.text, "--filter");
    }
    ck_assert_int_eq(ixd_app_filter(port, "syn>5", &err), -EINVAL);
    ck_contains(err.text, "queue 5: expected 0..3");
    ck_assert_int_eq(ixd_app_filter(port, "vlan=4096", &err), -EINVAL);
    end();
}
END_TEST

/* One filter for each port of a run, and its queue. */
START_TEST(runs)
{
    begin();
    good("tuple=udp,*,*,1024-1027,9>0-3");
    for (unsigned i = 0; i < 4; i++) {
        ck_assert_uint_eq(fake.reg[IXD_AT(SDPQF, i) / 4],
                          htons(1024 + i) | (uint32_t)htons(9) << 16);
        ck_assert_uint_eq(fake.reg[IXD_AT(L34T_IMIR, i) / 4] >> 21, i);
    }
    good("flow=tcp,10.0.0.2,10.0.1.2,7-8,9>1-2");
    ck_assert_uint_eq(fake.reg[IXD_FDIRPORT / 4], 8 | 9 << 16);
    ck_assert_int_eq(ixd_app_filter(port, "tuple=udp,*,*,1024-1027,9>0-2", &err), -EINVAL);
    ck_assert_int_eq(ixd_app_filter(port, "tuple=udp,*,*,1024-1027,9>0", &err), -EINVAL);
    ck_assert_int_eq(ixd_app_filter(port, "tuple=udp,*,*,9-8,9>0-1", &err), -EINVAL);
    ck_assert_int_eq(ixd_app_filter(port, "ethertype=0x88b5>0-1", &err), -EINVAL);
    end();
}
END_TEST

TEST_MAIN("filters", runs, all_kinds, wrong_words)
