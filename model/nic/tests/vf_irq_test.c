/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Interrupts of virtual functions: routes, masks, clearing and masking by themselves, throttle,
 * table and PBA, what bus master and room hold up.
 */
#include "model/nic/vf.h"

#include "model/nic/tests/vfs.h"

static struct fake_host *h;

static void setup(void)
{
    h = vfs_new(2, 3);
    vf_w32(h, 1, VTIVAR, 0x82818180); /* rx0 -> 0, tx0 -> 1, rx1 -> 1, tx1 -> 2 */
    vf_w32(h, 1, VTIVAR_MISC, 0x82);
}
static void teardown(void)
{
    fake_free(h);
}

static void expect(unsigned messages, uint32_t data)
{
    ck_assert_uint_eq(h->messages, messages);
    if (messages)
        ck_assert_uint_eq(h->message_data[messages - 1], data);
}

START_TEST(routes)
{
    vf_w32(h, 1, VTEIMS, 7);
    vf_w32(h, 1, VTEIAC, 7);
    nic_irq_queue(&h->nic, 2, false);
    expect(1, 0x200);
    ck_assert_uint_eq(h->last[NIC_EV_msix].function, 2);
    nic_irq_queue(&h->nic, 3, true);
    expect(2, 0x202);
    fake_w32(h, PFMAILBOX + 4, 1);
    expect(3, 0x202);
    nic_irq_queue(&h->nic, 0, false); /* function 0 has no route */
    nic_irq_queue(&h->nic, 4, false); /* nor has the physical one */
    expect(3, 0x202);
    fake_enable_msix(h);
    fake_w32(h, GPIE, 0x10);
    fake_w32(h, IVAR0 + 4, 0x85); /* what IVAR names goes to the physical function */
    fake_w32(h, EIMS_EX0, 0x20);
    nic_irq_queue(&h->nic, 2, false);
    expect(4, 5);
}
END_TEST

START_TEST(latched_until_unmasked)
{
    nic_irq_queue(&h->nic, 2, false);
    expect(0, 0);
    ck_assert_uint_eq(vf_r32(h, 1, VTEICS), 1); /* looking is free */
    vf_w32(h, 1, VTEIMS, 1);
    expect(1, 0x200);
    nic_irq_queue(&h->nic, 2, false); /* still latched: nothing new */
    expect(1, 0x200);
    ck_assert_uint_eq(vf_r32(h, 1, VTEICR), 1);
    ck_assert_uint_eq(vf_r32(h, 1, VTEICR), 0);
    nic_irq_queue(&h->nic, 2, false);
    expect(2, 0x200);
    vf_w32(h, 1, VTEICR, 1);
    vf_w32(h, 1, VTEIMC, 1);
    vf_w32(h, 1, VTEICS, 1);
    expect(2, 0x200);
}
END_TEST

/* As ixgbevf has it: each message clears its cause and masks it. */
START_TEST(automatic)
{
    vf_w32(h, 1, VTEIAC, 7);
    vf_w32(h, 1, VTEIAM, 7);
    vf_w32(h, 1, VTEIMS, 7);
    nic_irq_queue(&h->nic, 2, false);
    expect(1, 0x200);
    ck_assert_uint_eq(vf_r32(h, 1, VTEIMS), 6);
    ck_assert_uint_eq(vf_r32(h, 1, VTEICS), 0);
    nic_irq_queue(&h->nic, 2, false);
    expect(1, 0x200);
    vf_w32(h, 1, VTEIMS, 1);
    expect(2, 0x200);
}
END_TEST

START_TEST(throttle)
{
    vf_w32(h, 1, VTEITR, 10 << 3); /* 20.48 us */
    vf_w32(h, 1, VTEIAC, 7);
    vf_w32(h, 1, VTEIMS, 7);
    nic_irq_queue(&h->nic, 2, false);
    expect(1, 0x200);
    nic_irq_queue(&h->nic, 2, false);
    fake_run(h, 20000000);
    expect(1, 0x200);
    fake_run(h, 480000);
    expect(2, 0x200);
    ck_assert_uint_eq(nic_irq_interval_ps(&h->nic, 2, false), 20480000);
    ck_assert_uint_eq(nic_irq_interval_ps(&h->nic, 3, true), 0);
    nic_irq_queue(&h->nic, 2, false);
    vf_w32(h, 1, VTEITR, 10 << 3); /* without CNT_WDIS: the counter starts anew */
    expect(3, 0x200);
    vf_w32(h, 1, VTEITR, 0x80000050);
    ck_assert_uint_eq(vf_r32(h, 1, VTEITR), 0x50);
}
END_TEST

START_TEST(masked_in_the_table)
{
    vf_w32(h, 1, VTEIMS, 7);
    nic_vf_mmio_write(&h->nic, 1, 3, 12, 1, 4);
    nic_irq_queue(&h->nic, 2, false);
    expect(0, 0);
    ck_assert_uint_eq(nic_vf_mmio_read(&h->nic, 1, 3, 0x2000, 4), 1);
    nic_vf_mmio_write(&h->nic, 1, 3, 12, 0, 4);
    expect(1, 0x200);
    ck_assert_uint_eq(nic_vf_mmio_read(&h->nic, 1, 3, 0x2000, 8), 0);
    ck_assert_uint_eq(nic_vf_mmio_read(&h->nic, 1, 3, 0, 8), 0xfee00000);
    nic_vf_config_write(&h->nic, 1, VF_MSIX_CONTROL, 0xc000, 2); /* function mask */
    vf_w32(h, 1, VTEICS, 4);
    expect(1, 0x200);
    nic_vf_config_write(&h->nic, 1, VF_MSIX_CONTROL, 0x8000, 2);
    expect(2, 0x202);
    nic_vf_mmio_write(&h->nic, 1, 3, 0x2000, 7, 4); /* read-only */
    ck_assert_uint_eq(nic_vf_mmio_read(&h->nic, 1, 3, 0x2000, 4), 0);
}
END_TEST

START_TEST(held_up)
{
    vf_w32(h, 1, VTEIMS, 7);
    nic_vf_config_write(&h->nic, 1, 4, 0, 2);
    vf_w32(h, 1, VTEICS, 1);
    expect(0, 0);
    nic_vf_config_write(&h->nic, 1, 4, 4, 2);
    expect(1, 0x200);
    h->room_bytes = 8;
    vf_w32(h, 1, VTEICS, 2);
    expect(1, 0x200);
    h->room_bytes = 1000;
    nic_room(&h->nic);
    expect(2, 0x201);
    nic_vf_config_write(&h->nic, 1, VF_MSIX_CONTROL, 0, 2); /* no way out at all */
    vf_w32(h, 1, VTEICS, 4);
    expect(2, 0x201);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("vf_irq");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, routes);
    tcase_add_test(t, latched_until_unmasked);
    tcase_add_test(t, automatic);
    tcase_add_test(t, throttle);
    tcase_add_test(t, masked_in_the_table);
    tcase_add_test(t, held_up);
    return RUN_TESTS("vf_irq", t);
}
