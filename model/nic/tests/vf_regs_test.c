/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The register view of a virtual function: whose element an offset is, names, rows as data, what
 * counts a pool's frames.
 */
#include "model/nic/stats.h"

#include "model/nic/tests/vfs.h"
#include "model/nic/vf.h"

static struct fake_host *h;

static void setup(void)
{
    h = vfs_new(3, 2); /* four queues each */
}
static void teardown(void)
{
    fake_free(h);
}

START_TEST(queues_of_the_pool)
{
    vf_w32(h, 2, VFRX + 0x40 * 3 + DBAL, 0xabcdef80);
    ck_assert_uint_eq(fake_r32(h, rxq(11, DBAL)), 0xabcdef80);
    vf_w32(h, 2, VFTX + 0x40 * 1 + DT, 77);
    ck_assert_uint_eq(fake_r32(h, txq(9, DT)), 77);
    ck_assert_uint_eq(vf_r32(h, 2, VFTX + 0x40 * 1 + DT), 77);
    ck_assert_uint_eq(h->last[NIC_EV_tail].queue, 9);
    ck_assert_uint_eq(h->last[NIC_EV_mmio_write].function, 3);
    ck_assert_uint_eq(h->events[NIC_EV_violation], 0);
    vf_w32(h, 2, VFRX + 0x40 * 4 + DBAL, 0x80); /* a fifth one it has not */
    ck_assert_uint_eq(vf_r32(h, 2, VFRX + 0x40 * 4 + DBAL), 0);
    ck_assert_uint_eq(fake_r32(h, rxq(12, DBAL)), 0); /* it is the next pool's */
    fake_w32(h, GCR_EXT, 0);
    ck_assert_uint_eq(vf_r32(h, 2, VFRX + DBAL), 0); /* no pools, no queues */
    ck_assert_uint_eq(h->events[NIC_EV_violation], 0);
    vf_w32(h, 2, 0x3000, 1);
    ck_assert_uint_eq(h->events[NIC_EV_violation], 1);
}
END_TEST

START_TEST(registers_of_the_pool)
{
    vf_w32(h, 1, VFPSRTYPE, 0x20000330);
    ck_assert_uint_eq(fake_r32(h, 0xea04), 0x20000330);
    ck_assert_uint_eq(vf_r32(h, 1, VFLINKS), fake_r32(h, 0x42a4));
    ck_assert_uint_eq(vf_r32(h, 1, VFSTATUS), fake_r32(h, 8));
    ck_assert_uint_eq(vf_r32(h, 1, 0x48), fake_r32(h, 0x48));
    vf_w32(h, 1, VTEIAC, UINT32_MAX);
    ck_assert_uint_eq(vf_r32(h, 1, VTEIAC), 7);
    ck_assert_uint_eq(vf_r32(h, 0, VTEIAC), 0);
}
END_TEST

/* Counters of pools run on, and only what came or went by their queues moves them. */
START_TEST(statistics)
{
    fake_w32(h, 0x51b0, 1);         /* VT_CTL: pools */
    fake_w32(h, MRQC, 10);          /* 32 of four queues */
    fake_w32(h, 0x8120, 1 << 1 | 2 << 2); /* MTQC: the same */
    for (int i = 0; i < 3; i++)
        nic_stats_rx_queue(&h->nic, 5, 60);
    nic_stats_tx(&h->nic, 6, (const uint8_t[60]){0}, 60);
    ck_assert_uint_eq(vf_r32(h, 1, 0x101c), 3);
    ck_assert_uint_eq(vf_r32(h, 1, 0x101c), 3);
    ck_assert_uint_eq(vf_r32(h, 1, 0x1020), 180);
    ck_assert_uint_eq(vf_r32(h, 1, 0x1024), 0);
    ck_assert_uint_eq(vf_r32(h, 1, 0x201c), 1);
    ck_assert_uint_eq(vf_r32(h, 1, 0x2020), 60);
    ck_assert_uint_eq(vf_r32(h, 0, 0x101c), 0);
    ck_assert_uint_eq(fake_r32(h, 0x105c), 3); /* PVFGPRC(1) */
}
END_TEST

START_TEST(as_data)
{
    char buf[32];
    unsigned rows = 0;

    for (unsigned i = 0; i < nic_reg_rows(); i++)
        rows += nic_reg_row(i)->bar == NIC_VF_BAR;
    ck_assert_uint_eq(rows, NIC_VF_ROWS);
    ck_assert_str_eq(nic_vf_reg_name(0x2fc, buf, sizeof buf), "VFMAILBOX");
    ck_assert_str_eq(nic_vf_reg_name(0x1058, buf, sizeof buf), "VFRDT[1]");
    ck_assert_str_eq(nic_vf_reg_name(0x3000, buf, sizeof buf), "hole 0x03000");
    ck_assert_str_eq(nic_vf_reg_name(0x12345678, buf, sizeof buf), "hole 0x12345678");
    uint32_t reads, writes;
    unsigned row = nic_reg_rows() - NIC_VF_ROWS; /* VFCTRL */
    vf_w32(h, 0, VFCTRL, 0);
    nic_reg_coverage(&h->nic, row, &reads, &writes);
    ck_assert_uint_eq(reads, 0);
    ck_assert_uint_eq(writes, 1);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("vf_regs");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, queues_of_the_pool);
    tcase_add_test(t, registers_of_the_pool);
    tcase_add_test(t, statistics);
    tcase_add_test(t, as_data);
    return RUN_TESTS("vf_regs", t);
}
