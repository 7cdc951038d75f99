/* SPDX-License-Identifier: BSD-2-Clause
 * The flow director: its hash, what is written for a flow, limits, and what a reset must keep. */
#include "driver/filter.h"

#include "driver/ixd_priv.h"
#include "driver/tests/steered_port.h"
#include "driver/tests/test.h"

#include <errno.h>

static const struct ixd_tuple flow = {0x0a000002, 0x0a000102, 1024, 9, 17};

/* The hash is linear in the flow: single bits show the key's. A key of one bit gives one piece. */
START_TEST(hash_of_single_bits)
{
    const struct ixd_fdir_flow one = {.source = {1}, .protocol = 17};
    const struct ixd_fdir_flow from = {.source = {0x12345678}, .protocol = 17};
    const struct ixd_fdir_flow to = {.destination = {0x12345678}, .protocol = 17};
    const struct ixd_fdir_flow ports = {
        .source_port = 0x1234, .destination_port = 0x5678, .protocol = 6};
    const struct ixd_fdir_flow ip6 = {
        .source = {0x12340000, 0x00005600}, .destination = {0, 0, 0x78}, .protocol = 17,
        .ip6 = true};

    ck_assert_uint_eq(ixd_fdir_hash(&one, 0), 0);
    /* bit 0: the low word, which is the words' sum turned by half */
    ck_assert_uint_eq(ixd_fdir_hash(&from, 1), 0x1234);
    ck_assert_uint_eq(ixd_fdir_hash(&ip6, 1), 0x1234);
    /* bit 16: the high one, with the type (1 << 16) folded into its low half, too */
    ck_assert_uint_eq(ixd_fdir_hash(&from, 1u << 16), 0x5679);
    ck_assert_uint_eq(ixd_fdir_hash(&ip6, 1u << 16), 0x567d);
    /* bit 4: the low one with the type in it, moved by four */
    ck_assert_uint_eq(ixd_fdir_hash(&to, 1u << 4), 0x9123);
    ck_assert_uint_eq(ixd_fdir_hash(&ports, 1u << 20), 0x6567);
}
END_TEST

START_TEST(perfect)
{
    begin();
    ck_assert_int_eq(ixd_fdir_add(port, IXD_FDIR_PERFECT, &flow, 77, 3, &err), 0);
    for (unsigned reset = 0; reset < 2; reset++) {
        ck_assert_uint_eq(fake.reg[IXD_FDIRCTRL / 4], 0x4a067f31);
        ck_assert_uint_eq(fake.reg[IXD_FDIRIPSA / 4], 0x0200000a);
        ck_assert_uint_eq(fake.reg[IXD_FDIRIPDA / 4], 0x0201000a);
        ck_assert_uint_eq(fake.reg[IXD_FDIRPORT / 4], 9u << 16 | 1024);
        ck_assert_uint_eq(fake.reg[IXD_FDIRHASH / 4] >> 16, 77);
        ck_assert_uint_le(fake.reg[IXD_FDIRHASH / 4] & 0xffff, 0x1fff);
        ck_assert_uint_eq(fake.reg[IXD_FDIRCMD / 4], 3u << 16 | 1 << 15 | 1 << 11 | 1 << 5 | 9);
        ck_assert_int_eq(ixd_port_reset(port, &err), 0);
    }
    ck_assert_int_eq(ixd_fdir_add(port, IXD_FDIR_PERFECT, &flow, 77, IXD_FDIR_DROP, &err), 0);
    ck_assert_uint_eq(fake.reg[IXD_FDIRCMD / 4] >> 16, 127);
    ck_assert(fake.reg[IXD_FDIRCMD / 4] & IXD_FDIRCMD_DROP);
    ck_assert_int_eq(ixd_fdir_add(port, IXD_FDIR_SIGNATURE, &flow, 0, 1, &err), -EINVAL);
    ck_contains(err.text, "both modes");
    ck_assert_int_eq(ixd_steer_clear(port, &err), 0);
    ck_assert_uint_eq(fake.reg[IXD_FDIRCTRL / 4], 0);
    ck_assert_int_eq(ixd_fdir_add(port, IXD_FDIR_SIGNATURE, &flow, 0, 1, &err), 0);
    ck_assert_uint_eq(fake.reg[IXD_FDIRCTRL / 4], 0x4a067f01);
    end();
}
END_TEST

START_TEST(ip6)
{
    static const struct ixd_tuple6 both = {
        {0xfd, [15] = 2}, {0xfd, [7] = 1, [15] = 2}, 1024, 9, 17};
    struct ixd_tuple6 any = both;

    begin();
    ck_assert_int_eq(ixd_fdir_add6(port, IXD_FDIR_SIGNATURE, &both, 0, 3, &err), 0);
    ck_assert_uint_eq(fake.reg[IXD_FDIRCMD / 4],
                      3u << 16 | 1 << 15 | 1 << 11 | 1 << 7 | 1 << 5 | 9);
    ck_assert(!(fake.reg[IXD_FDIRM / 4] & IXD_FDIRM_DIP6));
    ck_assert_int_eq(ixd_fdir_add(port, IXD_FDIR_SIGNATURE, &flow, 0, 1, &err), 0);
    ck_assert(!(fake.reg[IXD_FDIRCMD / 4] & IXD_FDIRCMD_IP6));
    ck_assert_int_eq(ixd_steer_clear(port, &err), 0);

    ck_assert_int_eq(ixd_fdir_add6(port, IXD_FDIR_PERFECT, &both, 0, 3, &err), -EINVAL);
    ck_contains(err.text, "two addresses");
    memset(any.destination, 0, sizeof(any.destination));
    ck_assert_int_eq(ixd_fdir_add6(port, IXD_FDIR_PERFECT, &any, 5, 3, &err), 0);
    ck_assert(fake.reg[IXD_FDIRM / 4] & IXD_FDIRM_DIP6);
    ck_assert_uint_eq(fake.reg[IXD_FDIRSIPV6 / 4], 0xfd);
    ck_assert_uint_eq(fake.reg[IXD_FDIRIPSA / 4], 2u << 24);
    ck_assert_uint_eq(fake.reg[IXD_FDIRHASH / 4] >> 16, 5);
    end();
}
END_TEST

START_TEST(limits)
{
    const struct ixd_tuple icmp = {1, 2, 3, 4, 1};

    begin();
    ck_assert_int_eq(ixd_fdir_add(port, IXD_FDIR_SIGNATURE, &icmp, 0, 1, &err), -EINVAL);
    ck_assert_int_eq(ixd_fdir_add(port, IXD_FDIR_SIGNATURE, &flow, 0, IXD_FDIR_DROP, &err),
                     -EINVAL);
    ck_assert_int_eq(ixd_fdir_add(port, IXD_FDIR_PERFECT, &flow, 0x8000, 1, &err), -EINVAL);
    for (unsigned i = 0; i < IXD_FDIR_MAX; i++)
        ck_assert_int_eq(ixd_fdir_add(port, IXD_FDIR_PERFECT, &flow, i, 1, &err), 0);
    ck_assert_int_eq(ixd_fdir_add(port, IXD_FDIR_PERFECT, &flow, 0, 1, &err), -ENOSPC);
    end();
}
END_TEST

/* A command that never ends is an error with a name, and no hang. */
START_TEST(a_command_that_hangs)
{
    begin();
    fake.stuck_count = 1;
    fake.stuck[0] = (struct fake_stuck){IXD_FDIRCTRL, IXD_FDIRCTRL_INIT_DONE, 0};
    ck_assert_int_eq(ixd_fdir_add(port, IXD_FDIR_PERFECT, &flow, 1, 1, &err), -ETIMEDOUT);
    ck_contains(err.text, "FDIRCTRL");
    ck_contains(err.text, "the flow director's table to be ready");
    end();
}
END_TEST

TEST_MAIN("fdir", hash_of_single_bits, perfect, ip6, limits, a_command_that_hangs)
