/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The mailbox: who owns its memory, doorbells and acknowledgements either way, resets told.
 */
#include "model/nic/vf.h"

#include "model/nic/tests/vfs.h"

static struct fake_host *h;

enum { REQ = 1, ACK = 2, VFU = 4, PFU = 8, PFSTS = 16, PFACK = 32, RSTI = 64, RSTD = 128 };
enum { STS = 1, RVFU = 16 };

static void setup(void)
{
    h = vfs_new(40, 3);
    fake_w32(h, CTRL_EXT, PFRSTD);
    fake_w32(h, EICR, UINT32_MAX);
    for (unsigned vf = 0; vf < 40; vf++)
        vf_r32(h, vf, VFMAILBOX);
}
static void teardown(void)
{
    fake_free(h);
}

START_TEST(one_owner_at_a_time)
{
    vf_w32(h, 3, VFMAILBOX, VFU);
    ck_assert_uint_eq(vf_r32(h, 3, VFMAILBOX), VFU);
    fake_w32(h, PFMAILBOX + 12, PFU); /* taken */
    ck_assert_uint_eq(fake_r32(h, PFMAILBOX + 12), VFU);
    vf_w32(h, 3, VFMAILBOX, 0);
    fake_w32(h, PFMAILBOX + 12, PFU);
    ck_assert_uint_eq(fake_r32(h, PFMAILBOX + 12), PFU);
    vf_w32(h, 3, VFMAILBOX, VFU);
    ck_assert_uint_eq(vf_r32(h, 3, VFMAILBOX), PFU);
    fake_w32(h, PFMAILBOX + 12, 0);
    vf_w32(h, 3, VFMAILBOX, VFU);
    fake_w32(h, PFMAILBOX + 12, RVFU); /* from a function that has gone */
    ck_assert_uint_eq(fake_r32(h, PFMAILBOX + 12), 0);
    ck_assert_uint_eq(vf_r32(h, 4, VFMAILBOX), 0);
}
END_TEST

START_TEST(a_message_and_its_answer)
{
    vf_w32(h, 33, VTIVAR_MISC, 0x80);
    vf_w32(h, 33, VTEIMS, 1);
    vf_w32(h, 33, VFMBMEM + 4, 0x12345678);
    ck_assert_uint_eq(fake_r32(h, PFMBMEM + 33 * 64 + 4), 0x12345678);
    vf_w32(h, 33, VFMAILBOX, REQ);
    ck_assert_uint_eq(fake_r32(h, PFMBICR + 8), 2); /* 33 = 2 * 16 + 1 */
    ck_assert_uint_eq(fake_r32(h, EICR) & MAILBOX_CAUSE, MAILBOX_CAUSE);
    ck_assert_uint_eq(h->last[NIC_EV_mailbox].function, 34);
    ck_assert_uint_eq(h->last[NIC_EV_mailbox].a, 1);
    fake_w32(h, PFMBICR + 8, 2);
    ck_assert_uint_eq(fake_r32(h, PFMBICR + 8), 0);
    fake_w32(h, PFMAILBOX + 33 * 4, 2); /* ACK */
    ck_assert_uint_eq(h->messages, 1);
    ck_assert_uint_eq(vf_r32(h, 33, VFMAILBOX), PFACK);
    ck_assert_uint_eq(vf_r32(h, 33, VFMAILBOX), 0);
    fake_w32(h, PFMAILBOX + 33 * 4, STS);
    ck_assert_uint_eq(vf_r32(h, 33, VFMAILBOX), PFSTS);
    vf_w32(h, 33, VFMAILBOX, ACK);
    ck_assert_uint_eq(fake_r32(h, PFMBICR + 8), 2u << 16);
}
END_TEST

START_TEST(masked_functions_are_not_heard)
{
    fake_w32(h, PFMBIMR + 4, ~2u);
    vf_w32(h, 33, VFMAILBOX, REQ);
    ck_assert_uint_eq(fake_r32(h, EICR) & MAILBOX_CAUSE, 0);
    fake_w32(h, PFMBIMR + 4, UINT32_MAX); /* latched: comes with the mask */
    ck_assert_uint_eq(fake_r32(h, EICR) & MAILBOX_CAUSE, MAILBOX_CAUSE);
}
END_TEST

START_TEST(resets_are_told)
{
    vf_w32(h, 33, VFMAILBOX, VFU);
    vf_w32(h, 33, VFCTRL, RST);
    ck_assert_uint_eq(fake_r32(h, PFVFLRE), 0);
    ck_assert_uint_eq(fake_r32(h, 0x1c0), 2);
    ck_assert_uint_eq(fake_r32(h, EICR) & MAILBOX_CAUSE, MAILBOX_CAUSE);
    fake_w32(h, PFVFLREC + 4, 2);
    ck_assert_uint_eq(fake_r32(h, 0x1c0), 0);
    ck_assert_uint_eq(vf_r32(h, 33, VFMAILBOX), RSTD);
    ck_assert_uint_eq(vf_r32(h, 33, VFMAILBOX), 0);
    fake_w32(h, CTRL, RST);
    ck_assert_uint_eq(vf_r32(h, 33, VFMAILBOX), RSTI);
    vf_w32(h, 33, VFCTRL, RST);
    ck_assert_uint_eq(vf_r32(h, 33, VFMAILBOX), RSTI); /* until the physical one is ready */
    fake_w32(h, CTRL_EXT, PFRSTD);
    ck_assert_uint_eq(vf_r32(h, 33, VFMAILBOX), RSTD);
    fake_w32(h, CTRL_EXT, PFRSTD | 1); /* no edge */
    ck_assert_uint_eq(vf_r32(h, 33, VFMAILBOX), 0);
}
END_TEST

/* A mailbox of nobody: its doorbell has no effect. */
START_TEST(beyond_the_last)
{
    fake_w32(h, PFMAILBOX + 63 * 4, STS | PFU);
    ck_assert_uint_eq(fake_r32(h, PFMAILBOX + 63 * 4), PFU);
    ck_assert_uint_eq(h->events[NIC_EV_mailbox], 0);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("mailbox");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, one_owner_at_a_time);
    tcase_add_test(t, a_message_and_its_answer);
    tcase_add_test(t, masked_functions_are_not_heard);
    tcase_add_test(t, resets_are_told);
    tcase_add_test(t, beyond_the_last);
    return RUN_TESTS("mailbox", t);
}
