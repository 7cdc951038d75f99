/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Configuration space of virtual functions, and the capability that enables them.
 */
#include "model/nic/vf.h"

#include "model/nic/tests/vfs.h"

static struct fake_host *h;

static void setup(void)
{
    h = vfs_new(2, 3);
}
static void teardown(void)
{
    fake_free(h);
}

static uint32_t config(unsigned vf, uint32_t offset, unsigned size)
{
    return nic_vf_config_read(&h->nic, vf, offset, size);
}

START_TEST(the_capability)
{
    const uint8_t *image = nic_config_image();

    ck_assert_uint_eq(nic_config_read(&h->nic, 0x150, 4), 0x1601000e); /* ARI */
    ck_assert_uint_eq(nic_config_read(&h->nic, 0x160, 4), 0x00010010); /* SR-IOV, the last */
    ck_assert_uint_eq(nic_config_read(&h->nic, 0x16c, 4), 64 | 64 << 16);
    ck_assert_uint_eq(nic_config_read(&h->nic, 0x174, 4), 128 | 2 << 16);
    ck_assert_uint_eq(nic_config_read(&h->nic, 0x17a, 2), 0x10ed);
    ck_assert_uint_eq(nic_config_read(&h->nic, 0x17c, 4), 0x553);
    ck_assert_uint_eq(image[0x180], 1); /* pages of 4 KiB */
    for (uint32_t bar = 0x184; bar <= 0x190; bar += 12) {
        nic_config_write(&h->nic, bar, UINT32_MAX, 4);
        ck_assert_uint_eq(nic_config_read(&h->nic, bar, 4) & ~15u, 0xffffc000);
    }
}
END_TEST

START_TEST(what_a_function_shows)
{
    ck_assert_uint_eq(config(0, 0, 4), UINT32_MAX); /* ids stand in the capability */
    ck_assert_uint_eq(config(0, 8, 4), 0x02000001);
    ck_assert_uint_eq(config(0, 0x10, 4), 0);       /* and so do BARs */
    ck_assert_uint_eq(config(0, 0x34, 1), 0x70);
    ck_assert_uint_eq(config(0, 0x72, 2) & 0x7ff, NIC_VF_VECTORS - 1);
    ck_assert_uint_eq(config(0, 0x74, 4) & 7, 3);
    ck_assert_uint_eq(config(0, 0xa4, 4) >> 28 & 1, 1); /* FLR */
    ck_assert_uint_eq(config(0, 0x150, 4), 0x0001000e);
    ck_assert_uint_eq(config(0, 0xffc, 4), 0);
}
END_TEST

START_TEST(writes)
{
    nic_vf_config_write(&h->nic, 0, 4, 0xffff, 2);
    ck_assert_uint_eq(config(0, 4, 2), 4); /* bus master and no other bit */
    nic_vf_config_write(&h->nic, 0, 0x10, UINT32_MAX, 4);
    ck_assert_uint_eq(config(0, 0x10, 4), 0);
    ck_assert_uint_eq(config(1, 4, 2), 4);
    nic_vf_config_write(&h->nic, 1, 4, 0, 1);
    ck_assert_uint_eq(config(0, 4, 2), 4);
    ck_assert(!nic_vf_bus_master(&h->nic, 1));
    nic_vf_config_write(&h->nic, 0, 0xffe, 1, 2);
    nic_vf_config_write(&h->nic, 0, 5, 1, 2); /* across its alignment */
    ck_assert_uint_eq(h->events[NIC_EV_odd_access], 1);
    ck_assert_uint_eq(config(0, 1, 4), 0);
    ck_assert_uint_eq(config(2, 0, 4), UINT32_MAX); /* nobody there */
    nic_vf_config_write(&h->nic, 2, 4, 4, 2);
    ck_assert_uint_eq(h->last[NIC_EV_odd_access].function, 1);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("vf_pci");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, the_capability);
    tcase_add_test(t, what_a_function_shows);
    tcase_add_test(t, writes);
    return RUN_TESTS("vf_pci", t);
}
