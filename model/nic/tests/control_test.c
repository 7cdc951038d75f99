/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reset and the small handshakes, in the order and with the patience of drivers.
 */
#include "model/nic/nic_priv.h"
#include "model/nic/tests/fake_host.h"
#include "mk/run_tests.h"

enum { CTRL = 0x0, STATUS = 0x8, SWSM = 0x10140, GSSR = 0x10160, MSCA = 0x0425c, MSRWD = 0x04260 };

static struct fake_host *h;

static void setup(void)
{
    h = fake_new();
}

static void teardown(void)
{
    fake_free(h);
}

START_TEST(reset_bits_clear_themselves)
{
    static const uint32_t bits[] = { 0x04000000, 0x8, 0x04000008, 0x0400000c };

    for (unsigned i = 0; i < 4; i++) {
        fake_w32(h, 0x05080, 0x700);
        fake_w32(h, CTRL, bits[i]);
        ck_assert_uint_eq(fake_r32(h, CTRL), 0); /* GIO_DIS is gone, too */
        ck_assert_uint_eq(fake_r32(h, STATUS) & 0x80000, 0x80000);
        ck_assert_uint_eq(fake_r32(h, 0x05080), 0);
        ck_assert_uint_eq(fake_r32(h, 0x05400), 0x00535202);
        ck_assert_uint_eq(fake_r32(h, 0x05404), 0x80000100);
        ck_assert_uint_eq(fake_r32(h, 0x02f00) & 8, 8); /* DMAIDONE */
    }
    ck_assert_uint_eq(h->events[NIC_EV_reset], 5);
}
END_TEST

START_TEST(reset_may_take_time)
{
    struct nic_config config;

    fake_free(h);
    fake_config(&config);
    config.timing.reset_ps = 3000000;
    h = fake_new_config(&config);
    ck_assert_uint_eq(fake_r32(h, CTRL), 0);
    fake_w32(h, CTRL, 0x04000008);
    ck_assert_uint_eq(fake_r32(h, CTRL), 0x04000008);
    fake_run(h, 2999999);
    ck_assert_uint_eq(fake_r32(h, CTRL), 0x04000008);
    fake_run(h, 1);
    ck_assert_uint_eq(fake_r32(h, CTRL), 0);
}
END_TEST

START_TEST(gio_master_disable)
{
    fake_w32(h, CTRL, 4);
    ck_assert_uint_eq(fake_r32(h, STATUS) & 0x80000, 0);
    ck_assert_uint_eq(fake_r32(h, CTRL), 4);
    fake_w32(h, CTRL, 0);
    ck_assert_uint_eq(fake_r32(h, STATUS) & 0x80000, 0x80000);
}
END_TEST

START_TEST(lan_id)
{
    struct nic_config config;

    fake_free(h);
    fake_config(&config);
    config.lan_id = 1;
    h = fake_new_config(&config);
    ck_assert_uint_eq(fake_r32(h, STATUS) & 0xc, 4);
    fake_w32(h, STATUS, ~0u);
    ck_assert_uint_eq(fake_r32(h, STATUS), 0x00080004);
}
END_TEST

/* SMBI by reading it as 0, SWESMBI by writing and reading back, a GSSR bit, release of all. */
START_TEST(semaphores)
{
    for (int round = 0; round < 3; round++) {
        ck_assert_uint_eq(fake_r32(h, SWSM) & 1, 0);
        ck_assert_uint_eq(fake_r32(h, SWSM) & 1, 1); /* a second taker waits */
        fake_w32(h, SWSM, fake_r32(h, SWSM) | 2);
        ck_assert_uint_eq(fake_r32(h, SWSM) & 2, 2);
        ck_assert_uint_eq(fake_r32(h, GSSR) & 0x21, 0);
        fake_w32(h, GSSR, fake_r32(h, GSSR) | 1);
        fake_w32(h, SWSM, fake_r32(h, SWSM) & ~3u);
        ck_assert_uint_eq(fake_r32(h, GSSR), 1);
        fake_w32(h, GSSR, 0x3e0);                    /* firmware's bits are not ours */
        ck_assert_uint_eq(fake_r32(h, GSSR), 0);
        ck_assert_uint_eq(fake_r32(h, SWSM) & 3, 0);
        fake_w32(h, SWSM, 0);
    }
    fake_w32(h, GSSR, 2);
    fake_w32(h, CTRL, 0x04000000);
    ck_assert_uint_eq(fake_r32(h, GSSR), 2); /* a software reset does not release */
    nic_reset(&h->nic, NIC_RESET_FLR);
    ck_assert_uint_eq(fake_r32(h, GSSR), 0);
}
END_TEST

START_TEST(no_phy_on_mdio)
{
    for (uint32_t phy = 0; phy < 32; phy++) {
        fake_w32(h, MSCA, 2 | 1 << 16 | phy << 21 | 1u << 30);          /* address cycle */
        ck_assert_uint_eq(fake_r32(h, MSCA) & 1u << 30, 0);
        fake_w32(h, MSCA, 2 | 1 << 16 | phy << 21 | 3u << 26 | 1u << 30); /* read */
        ck_assert_uint_eq(fake_r32(h, MSCA) & 1u << 30, 0);
        ck_assert_uint_eq(fake_r32(h, MSRWD) >> 16, 0xffff);
    }
    fake_w32(h, MSRWD, 0x1234);
    ck_assert_uint_eq(fake_r32(h, MSRWD), 0xffff1234);
}
END_TEST

START_TEST(flow_director_handshakes)
{
    fake_w32(h, 0x0ee00, 0);
    ck_assert_uint_eq(fake_r32(h, 0x0ee00), 0);
    fake_w32(h, 0x0ee00, 0x40006001);
    ck_assert_uint_eq(fake_r32(h, 0x0ee00), 0x40006009); /* INIT_DONE */
    fake_w32(h, 0x0ee00, fake_r32(h, 0x0ee00));
    ck_assert_uint_eq(fake_r32(h, 0x0ee00), 0x40006009);
    fake_w32(h, 0x0ee2c, 0x0000880b);                    /* query with VALID set */
    ck_assert_uint_eq(fake_r32(h, 0x0ee2c) & 7, 0);      /* done, not found */
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("handshakes");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, reset_bits_clear_themselves);
    tcase_add_test(t, reset_may_take_time);
    tcase_add_test(t, gio_master_disable);
    tcase_add_test(t, lan_id);
    tcase_add_test(t, semaphores);
    tcase_add_test(t, no_phy_on_mdio);
    tcase_add_test(t, flow_director_handshakes);
    return RUN_TESTS("control", t);
}
