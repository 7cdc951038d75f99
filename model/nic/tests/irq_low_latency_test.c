/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Low-latency interrupts: which frames pass the throttle, what it costs them, and that the others
 * still wait for it.
 */
#include "model/nic/tests/queues.h"

enum {
    ETQF0 = 0x5128, ETQS0 = 0xec00, FTQF0 = 0xe600, L34T0 = 0xe800, IMIRVP = 0x5ac0,
    FDIRCTRL = 0xee00, FDIRHASH = 0xee28, FDIRCMD = 0xee2c, FDIRM = 0xee70,
    MSIX_MODE = 1 << 4, EIMEN = 1 << 6, LLINT = 1 << 11,
    INTERVAL = 0x3e8 /* 250 us */, MODERATION = 1 << 15, WDIS = 1u << 31,
    LLI = 1 << 20, SIZE_BYPASS = 1 << 12, FLAGS_BYPASS = 1 << 19,
};

static struct fake_host *h;
static uint8_t f[256];
static uint32_t slot;

static void setup(void)
{
    h = port_new();
    fake_enable_msix(h);
    fake_w32(h, GPIE, MSIX_MODE);
    fake_w32(h, IVAR0, 0x81);
    fake_w32(h, EIAC, 0xffff);
    fake_w32(h, EIMS, 2);
    fake_w32(h, EITR0 + 4, INTERVAL | WDIS);
    rx_start(h, 0, 64, ADVANCED);
    slot = 0;
}

static void teardown(void)
{
    fake_free(h);
}

static void make_tcp(uint32_t length, uint8_t flags)
{
    memset(f, 0, sizeof f);
    memcpy(f, station, 6);
    memcpy(f + 12, "\x08\x00\x45", 3);
    f[17] = (uint8_t)(length - 14);
    f[22] = 64;
    f[23] = 6;
    f[46] = 0x50;
    f[47] = flags;
}

/* The frame comes: is it marked, and does its message go within 30 us? */
static bool at_once(uint32_t length, bool marked)
{
    unsigned before = h->messages;

    frame_in(h, f, length);
    fake_run(h, 10000 * NS);
    ck_assert(rx_done(h, 0, slot));
    ck_assert_int_eq((rx_q1(h, 0, slot) & LLINT) != 0, marked);
    slot++;
    return h->messages > before;
}

static void let_pass(void)
{
    fake_run(h, 300000 * NS);
}

START_TEST(others_wait)
{
    make_frame(f, 60, station, 1);
    ck_assert(at_once(60, false)); /* the first */
    ck_assert(!at_once(60, false));
    let_pass();
    ck_assert_uint_eq(h->messages, 2);
    uint64_t apart = h->message_ps[1] - h->message_ps[0];
    ck_assert_uint_eq(apart, (uint64_t)(INTERVAL >> 3) * 2048 * NS);
}
END_TEST

START_TEST(by_ethertype)
{
    fake_w32(h, ETQF0, 1u << 31 | 0x88b5);
    fake_w32(h, ETQS0, 1 << 29);
    make_frame(f, 60, station, 1);
    for (unsigned i = 0; i < 5; i++)
        ck_assert(at_once(60, true));
    make_tcp(60, 0);
    ck_assert(!at_once(60, false));
    make_frame(f, 60, station, 1); /* takes along what waits */
    ck_assert(at_once(60, true));
    ck_assert_uint_eq(h->messages, 6);
    let_pass();
    ck_assert_uint_eq(h->messages, 6);
}
END_TEST

START_TEST(by_tuple_size_and_flags)
{
    fake_w32(h, FTQF0, 1u << 31 | 0x1f << 25 | 1 << 30); /* every frame of IPv4 */
    fake_w32(h, L34T0, LLI | SIZE_BYPASS | FLAGS_BYPASS);
    make_tcp(100, 0);
    ck_assert(at_once(100, true));
    ck_assert(at_once(100, true));
    fake_w32(h, L34T0, LLI | FLAGS_BYPASS | 100); /* only shorter ones */
    ck_assert(!at_once(100, false));
    make_tcp(99, 0);
    ck_assert(at_once(99, true));
    fake_w32(h, L34T0, LLI | SIZE_BYPASS | 8 << 13); /* PSH */
    make_tcp(100, 0x10);
    ck_assert(!at_once(100, false));
    make_tcp(100, 0x18);
    ck_assert(at_once(100, true));
    fake_w32(h, L34T0, SIZE_BYPASS | FLAGS_BYPASS);
    ck_assert(!at_once(100, false));
}
END_TEST

START_TEST(by_vlan_priority)
{
    fake_w32(h, IMIRVP, 8 | 5);
    make_frame(f, 64, station, 1);
    memcpy(f + 12, "\x81\x00\xa0\x01", 4); /* priority 5 */
    ck_assert(at_once(64, true));
    ck_assert(at_once(64, true));
    f[14] = 0x80; /* 4 */
    ck_assert(!at_once(64, false));
    f[14] = 0xe0;
    ck_assert(at_once(64, true));
    fake_w32(h, IMIRVP, 5);
    ck_assert(!at_once(64, false));
}
END_TEST

START_TEST(by_flow_director)
{
    make_tcp(60, 0);
    fake_w32(h, FDIRCTRL, 1 | 1 << 4); /* perfect */
    fake_w32(h, FDIRM, 0x3f);          /* every IP frame is the same flow */
    fake_w32(h, 0xee3c, 0xffffffff);
    fake_w32(h, 0xee40, 0xffffffff);
    fake_w32(h, 0xee44, 0xffffffff);
    fake_w32(h, FDIRHASH, 0);
    fake_w32(h, FDIRCMD, 1 | 2 << 5 | 1 << 10);
    ck_assert_uint_eq(fake_r32(h, FDIRCMD) & 3, 0);
    ck_assert(at_once(60, true));
    ck_assert(at_once(60, true));
    fake_w32(h, FDIRCMD, 3);
    ck_assert_uint_eq(fake_r32(h, FDIRCMD) >> 10 & 1, 1);
}
END_TEST

START_TEST(credits)
{
    fake_w32(h, GPIE, MSIX_MODE | 10 << 7); /* one every 40 us */
    fake_w32(h, EITR0 + 4, INTERVAL | MODERATION | 2 << 16);
    fake_w32(h, ETQF0, 1u << 31 | 0x88b5);
    fake_w32(h, ETQS0, 1 << 29);
    make_frame(f, 60, station, 1);
    uint64_t start = h->sched.now_ps;
    ck_assert(at_once(60, true)); /* 30 us each */
    fake_w32(h, EITR0 + 4, INTERVAL | MODERATION | 7 << 16 | WDIS); /* not the driver's then */
    ck_assert(at_once(60, true));
    ck_assert_uint_eq(fake_r32(h, EITR0 + 4) >> 16 & 31, (h->sched.now_ps - start) / 40000000);
    ck_assert(at_once(60, true)); /* came back since */
    ck_assert(at_once(60, true));
    ck_assert_uint_eq(fake_r32(h, EITR0 + 4) >> 16 & 31, 1);
    ck_assert(at_once(60, true));
    ck_assert(!at_once(60, true)); /* none left: the throttle holds */
    let_pass();
    fake_run(h, 2000000 * NS);
    ck_assert_uint_eq(fake_r32(h, EITR0 + 4) >> 16 & 31, 31);
    fake_w32(h, GPIE, MSIX_MODE); /* interval 0: no moderation */
    for (unsigned i = 0; i < 40; i++)
        ck_assert(at_once(60, true));
}
END_TEST

START_TEST(masked_vectors_keep_their_throttle)
{
    fake_w32(h, ETQF0, 1u << 31 | 0x88b5);
    fake_w32(h, ETQS0, 1 << 29);
    make_frame(f, 60, station, 1);
    ck_assert(at_once(60, true));
    fake_w32(h, EIMC, 2);
    ck_assert(!at_once(60, true));
    fake_w32(h, EIMS, 2);
    ck_assert_uint_eq(h->messages, 1);
    let_pass();
    ck_assert_uint_eq(h->messages, 2);
}
END_TEST

START_TEST(eics_with_eimen)
{
    fake_w32(h, EICS, 2);
    ck_assert_uint_eq(h->messages, 1);
    fake_w32(h, EICS, 2);
    ck_assert_uint_eq(h->messages, 1);
    fake_w32(h, GPIE, MSIX_MODE | EIMEN);
    fake_w32(h, EICS, 2);
    ck_assert_uint_eq(h->messages, 2);
    fake_w32(h, EICS, 2);
    ck_assert_uint_eq(h->messages, 3);
}
END_TEST

START_TEST(without_msix)
{
    nic_config_write(&h->nic, 0x72, 0, 2);
    nic_config_write(&h->nic, 0x54, 0xfee01000, 4);
    nic_config_write(&h->nic, 0x52, 1, 2); /* MSI */
    fake_w32(h, EITR0, INTERVAL | WDIS);
    fake_w32(h, EIAM, 0);
    fake_w32(h, ETQF0, 1u << 31 | 0x88b5);
    fake_w32(h, ETQS0, 1 << 29);
    make_frame(f, 60, station, 1);
    for (unsigned i = 0; i < 3; i++) {
        ck_assert(at_once(60, true));
        fake_r32(h, EICR);
    }
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("irq_low_latency");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, others_wait);
    tcase_add_test(t, by_ethertype);
    tcase_add_test(t, by_tuple_size_and_flags);
    tcase_add_test(t, by_vlan_priority);
    tcase_add_test(t, by_flow_director);
    tcase_add_test(t, credits);
    tcase_add_test(t, masked_vectors_keep_their_throttle);
    tcase_add_test(t, eics_with_eimen);
    tcase_add_test(t, without_msix);
    return RUN_TESTS("irq_low_latency", t);
}
