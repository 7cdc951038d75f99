/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Statistics: what each kind of frame counts, FCS or not, queue maps, saturation, 36-bit pairs,
 * clear on read, and that reset clears.
 */
#include "model/nic/stats.h"

#include "model/nic/nic_priv.h"
#include "model/nic/tests/queues.h"

static struct fake_host *h;
static uint8_t f[2048];

enum { GPRC = 0x4074, BPRC = 0x4078, MPRC = 0x407c, GPTC = 0x4080, GORCL = 0x4088, GORCH = 0x408c,
       GOTCL = 0x4090, TORL = 0x40c0, TPR = 0x40d0, TPT = 0x40d4, MPTC = 0x40f0, BPTC = 0x40f4,
       RXNFGPC = 0x41b0, QPRC = 0x1030, QBRC = 0x1034, QPTC = 0x6030, QBTC = 0x8700,
       PRC = 0x405c, PTC = 0x40d8 };

static void setup(void)
{
    h = port_new();
    rx_start(h, 0, 64, ADVANCED);
    tx_start(h, 0, 64, 0);
}
static void teardown(void)
{
    fake_free(h);
}

static void tx_one(uint32_t q, uint32_t slot, uint32_t length, const uint8_t to[6])
{
    make_frame(h->memory + TX_BUFFERS, length, to, 1);
    tx_put(h, q, slot, TX_BUFFERS, length, T_FULL);
    fake_w32(h, txq(q, DT), slot + 1);
    fake_run(h, 10000 * NS);
}

START_TEST(sizes)
{
    static const struct {
        uint32_t length, bucket; /* without FCS; number of the PRC and PTC register */
    } c[] = {{60, 0}, {61, 1}, {123, 1}, {124, 2}, {251, 2}, {252, 3},
             {507, 3}, {508, 4}, {1019, 4}, {1020, 5}, {1514, 5}};

    for (uint32_t i = 0; i < sizeof c / sizeof c[0]; i++) {
        make_frame(f, c[i].length, station, 1);
        frame_in(h, f, c[i].length);
        tx_one(0, i, c[i].length, station);
        for (uint32_t b = 0; b < 6; b++) {
            ck_assert_uint_eq(fake_r32(h, PRC + 4 * b), b == c[i].bucket);
            ck_assert_uint_eq(fake_r32(h, PTC + 4 * b), b == c[i].bucket);
        }
    }
}
END_TEST

START_TEST(packets_and_octets)
{
    static const uint8_t group[6] = {1, 0, 0x5e, 0, 0, 1};
    const uint8_t *to[3] = {station, group, broadcast};

    for (uint32_t i = 0; i < 3; i++) {
        make_frame(f, 100, to[i], 1);
        frame_in(h, f, 100);
        tx_one(0, i, 100, to[i]);
    }
    nic_frame_in(&h->nic, f, 100, false);
    fake_run(h, 10000 * NS);
    ck_assert_uint_eq(fake_r32(h, TPR), 4);
    ck_assert_uint_eq(fake_r32(h, TORL), 4 * 104);
    ck_assert_uint_eq(fake_r32(h, RXNFGPC), 3);
    ck_assert_uint_eq(fake_r32(h, GPRC), 3);
    ck_assert_uint_eq(fake_r32(h, GORCL), 3 * 100); /* the FCS is stripped, so not counted */
    ck_assert_uint_eq(fake_r32(h, MPRC), 1);
    ck_assert_uint_eq(fake_r32(h, BPRC), 1);
    ck_assert_uint_eq(fake_r32(h, QPRC), 3);
    ck_assert_uint_eq(fake_r32(h, QBRC), 300);
    ck_assert_uint_eq(fake_r32(h, TPT), 3);
    ck_assert_uint_eq(fake_r32(h, GPTC), 3);
    ck_assert_uint_eq(fake_r32(h, GOTCL), 3 * 104);
    ck_assert_uint_eq(fake_r32(h, MPTC), 1);
    ck_assert_uint_eq(fake_r32(h, BPTC), 1);
    ck_assert_uint_eq(fake_r32(h, QPTC), 3);
    ck_assert_uint_eq(fake_r32(h, QBTC), 3 * 100); /* without FCS */
    ck_assert_uint_eq(fake_r32(h, GPRC), 0); /* reading cleared */
    ck_assert_uint_eq(fake_r32(h, GORCL), 0);
}
END_TEST

START_TEST(fcs_counts_while_it_is_kept)
{
    fake_w32(h, HLREG0, fake_r32(h, HLREG0) & ~2u);
    fake_w32(h, RDRXCTL, 0);
    make_frame(f, 100, station, 1);
    frame_in(h, f, 100);
    ck_assert_uint_eq(fake_r32(h, GORCL), 104);
    ck_assert_uint_eq(fake_r32(h, QBRC), 104);
}
END_TEST

START_TEST(filtered_frames_are_total_only)
{
    fake_w32(h, FCTRL, 0);
    make_frame(f, 100, broadcast, 1);
    frame_in(h, f, 100);
    ck_assert_uint_eq(fake_r32(h, TPR), 1);
    ck_assert_uint_eq(fake_r32(h, RXNFGPC), 1);
    ck_assert_uint_eq(fake_r32(h, GPRC), 0);
    ck_assert_uint_eq(fake_r32(h, BPRC), 0);
}
END_TEST

START_TEST(queue_maps)
{
    fake_w32(h, 0x2300, 0x00000700); /* receive queue 1 -> counter 7 */
    fake_w32(h, 0x8600, 0x00000900); /* transmit queue 1 -> counter 9 */
    fake_w32(h, 0x5128, 1u << 31 | 0x88b5);
    fake_w32(h, 0xec00, 1u << 31 | 1 << 16);
    rx_start(h, 1, 8, ADVANCED | DROP_EN);
    tx_start(h, 1, 32, 0);
    make_frame(f, 60, station, 1);
    for (int i = 0; i < 9; i++)
        frame_in(h, f, 60);
    tx_one(1, 0, 60, station);
    ck_assert_uint_eq(fake_r32(h, QPRC + 0x40 * 7), 7);
    ck_assert_uint_eq(fake_r32(h, QBRC + 0x40 * 7), 420);
    ck_assert_uint_eq(fake_r32(h, 0x1430 + 0x40 * 7), 2); /* QPRDC */
    ck_assert_uint_eq(fake_r32(h, QPTC + 0x40 * 9), 1);
    ck_assert_uint_eq(fake_r32(h, QBTC + 8 * 9), 60);
    ck_assert_uint_eq(fake_r32(h, QPRC), 0);
}
END_TEST

/* What came before a map or a setting changes counts by the old one, though nobody looked. */
START_TEST(counted_by_what_held_then)
{
    rx_start(h, 0, 8, ADVANCED);
    make_frame(f, 60, station, 1);
    frame_in(h, f, 60);
    frame_in(h, f, 60);
    fake_w32(h, 0x2300, 3); /* receive queue 0 -> counter 3 */
    frame_in(h, f, 60);
    fake_w32(h, HLREG0, fake_r32(h, HLREG0) & ~2u); /* octets with FCS from now on */
    ck_assert_uint_eq(fake_r32(h, QPRC), 2);
    ck_assert_uint_eq(fake_r32(h, QPRC + 0x40 * 3), 1);
    ck_assert_uint_eq(fake_r32(h, QBRC), 120);
    ck_assert_uint_eq(fake_r32(h, QBRC + 0x40 * 3), 60);
    ck_assert_uint_eq(fake_r32(h, GORCL), 180);
}
END_TEST

START_TEST(saturation_and_pairs)
{
    h->nic.st->reg[R_GPRC] = UINT32_MAX - 1;
    h->nic.st->reg[R_GORCL] = UINT32_MAX - 10;
    h->nic.st->reg[R_GORCH] = 15;
    make_frame(f, 60, station, 1);
    for (int i = 0; i < 3; i++)
        frame_in(h, f, 60);
    ck_assert_uint_eq(fake_r32(h, GPRC), UINT32_MAX);
    ck_assert_uint_eq(fake_r32(h, GORCL), 3 * 60 - 11);
    ck_assert_uint_eq(fake_r32(h, GORCH), 0); /* 36 bits */
    h->nic.st->reg[R_GORCL] = UINT32_MAX;
    frame_in(h, f, 60);
    ck_assert_uint_eq(fake_r32(h, GORCL), 59);
    ck_assert_uint_eq(fake_r32(h, GORCH), 1); /* kept while L was read */
    ck_assert_uint_eq(fake_r32(h, GORCH), 0);
}
END_TEST

START_TEST(reset_clears)
{
    make_frame(f, 60, station, 1);
    frame_in(h, f, 60);
    fake_w32(h, 0, 1 << 26);
    ck_assert_uint_eq(fake_r32(h, GPRC), 0);
    ck_assert_uint_eq(fake_r32(h, TORL), 0);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("stats");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, sizes);
    tcase_add_test(t, packets_and_octets);
    tcase_add_test(t, fcs_counts_while_it_is_kept);
    tcase_add_test(t, filtered_frames_are_total_only);
    tcase_add_test(t, queue_maps);
    tcase_add_test(t, counted_by_what_held_then);
    tcase_add_test(t, saturation_and_pairs);
    tcase_add_test(t, reset_clears);
    return RUN_TESTS("stats", t);
}
