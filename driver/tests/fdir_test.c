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
    ck_assert_uint_eq(ixd_fdir_hash(&(struct ixd_tuple){.source = 1, .protocol = 17}, 0), 0);
    /* bit 0: the low word, which is the words' sum turned by half */
    ck_assert_uint_eq(ixd_fdir_hash(&(struct ixd_tuple){.source = 0x12345678, .protocol = 17}, 1),
                      0x1234);
    /* bit 16: the high one, with the type (1 << 16) folded into its low half, too */
    ck_assert_uint_eq(
        ixd_fdir_hash(&(struct ixd_tuple){.source = 0x12345678, .protocol = 17}, 1u << 16), 0x5679);
    /* bit 4: the low one with the type in it, moved by four */
    ck_assert_uint_eq(
        ixd_fdir_hash(&(struct ixd_tuple){.destination = 0x12345678, .protocol = 17}, 1u << 4),
        0x9123);
    ck_assert_uint_eq(ixd_fdir_hash(&(struct ixd_tuple){.source_port = 0x1234,
                                                        .destination_port = 0x5678,
                                                        .protocol = 6}, 1u << 20), 0x6567);
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

TEST_MAIN("fdir", hash_of_single_bits, perfect, limits, a_command_that_hangs)
