/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The link: when it comes up and when not, what a driver's link set-up sees, LSC on both edges.
 */
#include "model/nic/nic_priv.h"
#include "model/nic/tests/fake_host.h"
#include "mk/run_tests.h"

enum {
    EICR = 0x00800, EICS = 0x00808, ESDP = 0x00020, AUTOC = 0x042a0, AUTOC2 = 0x042a8,
    LINKS = 0x042a4, ANLP1 = 0x042b0, LSC = 1 << 20, AN_RESTART = 1 << 12,
};

static struct fake_host *h;

static void setup(void)
{
    h = fake_new();
}

static void teardown(void)
{
    fake_free(h);
}

static void wait(void)
{
    fake_run(h, h->config.timing.link_up_ps);
}

static bool lsc(void)
{
    return (fake_r32(h, EICR) & LSC) != 0; /* clears */
}

START_TEST(comes_up_after_its_time)
{
    uint64_t t = h->config.timing.link_up_ps;

    ck_assert_uint_eq(fake_r32(h, LINKS), 0);
    nic_carrier(&h->nic, true);
    fake_run(h, t - 1);
    ck_assert_uint_eq(fake_r32(h, LINKS), 0);
    ck_assert(!lsc());
    fake_run(h, 1);
    ck_assert_uint_eq(fake_r32(h, LINKS), 0x70000000);
    ck_assert_uint_eq(fake_r32(h, 0x8) & 0x80, 0x80);
    ck_assert(nic_link_up(&h->nic));
    ck_assert(lsc());
    ck_assert_uint_eq(h->last[NIC_EV_link].time_ps, t);
    ck_assert_uint_eq(h->last[NIC_EV_link].b, 10000);
}
END_TEST

START_TEST(goes_down_at_once)
{
    fake_link_up(h);
    lsc();
    nic_carrier(&h->nic, false);
    ck_assert_uint_eq(fake_r32(h, LINKS), 0);
    ck_assert(lsc());
    ck_assert(!lsc());
    wait();
    ck_assert(!nic_link_up(&h->nic));
    ck_assert_uint_eq(h->events[NIC_EV_link], 2);
}
END_TEST

START_TEST(flap_within_training)
{
    uint64_t t = h->config.timing.link_up_ps;

    nic_carrier(&h->nic, true);
    fake_run(h, t / 2);
    nic_carrier(&h->nic, false);
    fake_run(h, t / 4);
    nic_carrier(&h->nic, true);
    nic_carrier(&h->nic, true);
    fake_run(h, t / 4); /* the first training would end here */
    ck_assert(!nic_link_up(&h->nic));
    fake_run(h, t / 4 * 3);
    ck_assert(nic_link_up(&h->nic));
    ck_assert_uint_eq(h->events[NIC_EV_link], 1);
}
END_TEST

START_TEST(laser)
{
    ck_assert(nic_laser_on(&h->nic));
    fake_link_up(h);
    fake_w32(h, ESDP, fake_r32(h, ESDP) | 8);
    ck_assert(!nic_laser_on(&h->nic) && !nic_link_up(&h->nic));
    ck_assert_uint_eq(h->events[NIC_EV_laser], 2);
    ck_assert_uint_eq(h->last[NIC_EV_laser].a, 0);
    ck_assert_uint_eq(fake_r32(h, ESDP), 0x280c);
    wait();
    ck_assert(!nic_link_up(&h->nic));
    fake_w32(h, ESDP, fake_r32(h, ESDP) & ~8u);
    ck_assert(nic_laser_on(&h->nic));
    wait();
    ck_assert(nic_link_up(&h->nic));
}
END_TEST

/* DPDK turns the laser off and then resets: it stays off. */
START_TEST(laser_survives_software_reset)
{
    fake_w32(h, ESDP, fake_r32(h, ESDP) | 8);
    fake_w32(h, 0x0, 0x04000000);
    ck_assert(!nic_laser_on(&h->nic));
    nic_reset(&h->nic, NIC_RESET_FLR);
    ck_assert(nic_laser_on(&h->nic));
}
END_TEST

START_TEST(esdp_inputs_are_the_boards)
{
    struct nic_config config;

    fake_w32(h, ESDP, 0x00002800); /* writes 0 to SDP2, an input */
    ck_assert_uint_eq(fake_r32(h, ESDP), 0x00002804);
    fake_w32(h, ESDP, 0x000028ff);
    ck_assert_uint_eq(fake_r32(h, ESDP), 0x0000282c);
    fake_free(h);
    fake_config(&config);
    config.module = NIC_MODULE_NONE;
    h = fake_new_config(&config);
    ck_assert_uint_eq(fake_r32(h, ESDP) & 4, 0);
    ck_assert(!nic_laser_on(&h->nic));
    nic_carrier(&h->nic, true);
    wait();
    ck_assert(!nic_link_up(&h->nic));
}
END_TEST

START_TEST(an_restart_clears_itself_and_flaps)
{
    fake_link_up(h);
    lsc();
    fake_w32(h, AUTOC, fake_r32(h, AUTOC) | AN_RESTART);
    ck_assert_uint_eq(fake_r32(h, AUTOC) & AN_RESTART, 0);
    ck_assert(!nic_link_up(&h->nic));
    ck_assert(lsc());
    wait();
    ck_assert(nic_link_up(&h->nic));
    ck_assert(lsc());
}
END_TEST

START_TEST(pipeline_reset)
{
    uint32_t autoc = fake_r32(h, AUTOC);

    fake_link_up(h);
    fake_w32(h, AUTOC2, fake_r32(h, AUTOC2) & ~0x70000000u);
    fake_w32(h, AUTOC, (autoc ^ (4u << 13)) | AN_RESTART);
    ck_assert_uint_ne(fake_r32(h, ANLP1) & 0xf0000, 0);
    ck_assert(!nic_link_up(&h->nic));
    fake_w32(h, AUTOC, autoc);
    wait();
    ck_assert(nic_link_up(&h->nic));
}
END_TEST

START_TEST(other_modes_find_no_partner)
{
    nic_carrier(&h->nic, true);
    for (uint32_t lms = 0; lms < 8; lms++) {
        fake_w32(h, AUTOC, (0xc09c6004 & ~(7u << 13)) | lms << 13 | AN_RESTART);
        wait();
        ck_assert_int_eq(nic_link_up(&h->nic), lms == 3);
    }
    fake_w32(h, AUTOC, 0xc09c6004);
    fake_w32(h, AUTOC2, 0x700a0000);
    wait();
    ck_assert(!nic_link_up(&h->nic));
}
END_TEST

START_TEST(forced_up)
{
    fake_w32(h, AUTOC, 0xc09c6005);
    ck_assert(nic_link_up(&h->nic));
    fake_w32(h, AUTOC, 0xc09c6004);
    ck_assert(!nic_link_up(&h->nic));
}
END_TEST

START_TEST(resets)
{
    fake_link_up(h);
    fake_w32(h, 0x0, 0x04000000); /* RST alone: the PHY stays up */
    ck_assert(nic_link_up(&h->nic));
    fake_w32(h, 0x0, 0x00000008); /* LRST: it trains anew */
    ck_assert(!nic_link_up(&h->nic));
    ck_assert(!lsc());
    wait();
    ck_assert(nic_link_up(&h->nic));
    nic_reset(&h->nic, NIC_RESET_FLR);
    ck_assert(!nic_link_up(&h->nic));
    wait();
    ck_assert(nic_link_up(&h->nic)); /* the far end's light is still there */
    fake_w32(h, AUTOC, 0);
    fake_w32(h, 0x0, 0x04000000);
    ck_assert_uint_eq(fake_r32(h, AUTOC), 0xc09c6004);
}
END_TEST

START_TEST(restarting_for_ever_keeps_the_heap_small)
{
    nic_carrier(&h->nic, true);
    for (int i = 0; i < 100000; i++) {
        fake_w32(h, AUTOC, 0xc09c6004 | AN_RESTART);
        fake_w32(h, ESDP, 0x2800 | (i & 1) << 3);
    }
    ck_assert_uint_le(h->sched.count, 4);
    fake_w32(h, ESDP, 0x2800);
    wait();
    ck_assert(nic_link_up(&h->nic));
}
END_TEST

/* Pulled out and plugged in: SDP2, its cause, the link, and the other module's page. */
START_TEST(hot_plug)
{
    uint8_t byte;

    fake_w32(h, 0x898, 1 << 2); /* GPIE */
    fake_link_up(h);
    fake_r32(h, 0x800);
    nic_module(&h->nic, NIC_MODULE_NONE);
    ck_assert(!nic_link_up(&h->nic));
    ck_assert_uint_eq(fake_r32(h, 0x20) >> 2 & 1, 0);
    ck_assert_uint_eq(fake_r32(h, 0x800), 1u << 31 | 1 << 26 | 1 << 20);
    ck_assert(!nic_i2c_module_byte(h->nic.st, 0, &byte));
    fake_run(h, 10 * h->config.timing.link_up_ps);
    ck_assert(!nic_link_up(&h->nic));
    nic_module(&h->nic, NIC_MODULE_DA);
    ck_assert_uint_eq(fake_r32(h, 0x20) >> 2 & 1, 1);
    ck_assert_uint_eq(fake_r32(h, 0x800), 1u << 31 | 1 << 26);
    ck_assert(nic_i2c_module_byte(h->nic.st, 8, &byte));
    ck_assert_uint_eq(byte, 4); /* passive copper */
    fake_run(h, h->config.timing.link_up_ps);
    ck_assert(nic_link_up(&h->nic));
    fake_r32(h, 0x800);
    nic_module(&h->nic, NIC_MODULE_SR); /* exchanged between two looks: no edge */
    fake_w32(h, 0x898, 0);
    nic_module(&h->nic, NIC_MODULE_NONE);
    ck_assert_uint_eq(fake_r32(h, 0x800) >> 26 & 1, 0); /* nobody wants to know */
    nic_module(&h->nic, (enum nic_module)7);
    ck_assert_uint_eq(fake_r32(h, 0x20) >> 2 & 1, 0);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("link");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, comes_up_after_its_time);
    tcase_add_test(t, goes_down_at_once);
    tcase_add_test(t, flap_within_training);
    tcase_add_test(t, laser);
    tcase_add_test(t, laser_survives_software_reset);
    tcase_add_test(t, esdp_inputs_are_the_boards);
    tcase_add_test(t, an_restart_clears_itself_and_flaps);
    tcase_add_test(t, pipeline_reset);
    tcase_add_test(t, other_modes_find_no_partner);
    tcase_add_test(t, forced_up);
    tcase_add_test(t, resets);
    tcase_add_test(t, restarting_for_ever_keeps_the_heap_small);
    tcase_add_test(t, hot_plug);
    return RUN_TESTS("link", t);
}
