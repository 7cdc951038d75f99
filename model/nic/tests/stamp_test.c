/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Time stamps as the PTP code of Linux and DPDK uses them: which frames, which instant, the lock.
 * SYSTIM runs at one unit per tick of 6.4 ns here, so that a stamp is a time divided by it.
 */
#include "model/nic/tests/queues.h"

enum {
    TSYNCRXCTL = 0x5188, RXSTMPL = 0x51e8, RXSTMPH = 0x51a4, RXSATRL = 0x51a0, RXSATRH = 0x51a8,
    RXMTRL = 0x5120, TSYNCTXCTL = 0x8c00, TXSTMPL = 0x8c04, TXSTMPH = 0x8c08, TIMINCA = 0x8c14,
    TIMADJL = 0x8c18, TIMADJH = 0x8c1c, TSAUXC = 0x8c20, SYSTIML = 0x8c0c, SYSTIMH = 0x8c10,
    ETQF3 = 0x5134, VALID = 1, EN = 1 << 4, TS = 1 << 16, T_1588 = 1 << 19,
    L2_V2 = 0 << 1, L4_V1 = 1 << 1, BOTH_V2 = 2 << 1, ALL = 4 << 1, EVENTS = 5 << 1,
    SYNC = 0, DELAY_REQ = 1, FOLLOW_UP = 8,
    TICK = 6400,
};

static struct fake_host *h;
static uint32_t slot;

static void setup(void)
{
    h = port_new();
    rx_start(h, 0, 64, ADVANCED);
    tx_start(h, 0, 64, 0);
    fake_w32(h, TIMINCA, 1 << 24 | 1);
    fake_w32(h, ETQF3, 1u << 31 | 1 << 30 | 0x88f7);
    slot = 0;
}

static void teardown(void)
{
    fake_free(h);
}

static uint64_t systim(void)
{
    uint32_t low = fake_r32(h, SYSTIML);
    return low | (uint64_t)fake_r32(h, SYSTIMH) << 32;
}

static void put_message(uint8_t *at, unsigned version, unsigned type, unsigned sequence)
{
    memset(at, 0, 44);
    at[0] = version == 1 ? 0 : (uint8_t)type;
    at[1] = (uint8_t)version;
    for (unsigned i = 0; i < 6; i++)
        at[22 + i] = (uint8_t)(0xa0 + i);
    at[30] = (uint8_t)(sequence >> 8);
    at[31] = (uint8_t)sequence;
    at[32] = (uint8_t)type; /* control, version 1 */
}

static uint32_t make_l2(uint8_t *f, bool tagged, unsigned version, unsigned type, unsigned sequence)
{
    make_frame(f, 72, (const uint8_t[]){0x01, 0x1b, 0x19, 0, 0, 0}, 0);
    if (tagged)
        memcpy(f + 12, "\x81\x00\x00\x05", 4);
    memcpy(f + (tagged ? 16 : 12), "\x88\xf7", 2);
    put_message(f + (tagged ? 18 : 14), version, type, sequence);
    return 72;
}

static uint32_t make_udp(uint8_t *f, unsigned port, unsigned version, unsigned type)
{
    static const uint8_t ip[] = {8, 0, 0x45, 0, 0, 76, 0, 0, 0, 0, 1, 17, 0, 0,
                                 10, 0, 0, 1, 224, 0, 1, 129};
    memset(f, 0, 90);
    memcpy(f, station, 6);
    memcpy(f + 12, ip, sizeof(ip));
    f[34] = 1;
    f[35] = 63;
    f[36] = (uint8_t)(port >> 8);
    f[37] = (uint8_t)port;
    f[39] = 56;
    put_message(f + 42, version, type, 7);
    return 90;
}

/* The frame comes in; is it the one that was stamped? */
static bool stamped(const uint8_t *frame, uint32_t length)
{
    frame_in(h, frame, length);
    ck_assert(rx_done(h, 0, slot));
    return rx_q1(h, 0, slot++) & TS;
}

static void unlock(void)
{
    fake_r32(h, RXSTMPL);
    fake_r32(h, RXSTMPH);
}

START_TEST(the_stamp_is_of_the_sfd)
{
    uint8_t f[128];
    uint32_t length = make_l2(f, false, 2, SYNC, 0x1234);

    fake_w32(h, TSYNCRXCTL, EN | L2_V2);
    fake_run(h, 123 * TICK);
    uint64_t now = systim();
    ck_assert(stamped(f, length));
    ck_assert_uint_eq(fake_r32(h, TSYNCRXCTL), EN | VALID);
    ck_assert_uint_eq(fake_r32(h, RXSATRL), 0xa2a3a4a5);
    ck_assert_uint_eq(fake_r32(h, RXSATRH), 0x1234a0a1);
    ck_assert_uint_eq(fake_r32(h, RXSTMPL), (uint32_t)now);
    ck_assert_uint_eq(fake_r32(h, RXSTMPH), now >> 32);
    ck_assert_uint_eq(fake_r32(h, TSYNCRXCTL), EN);
}
END_TEST

START_TEST(a_stamp_stays_until_it_is_read)
{
    uint8_t f[128];
    uint32_t length = make_l2(f, false, 2, SYNC, 1);

    fake_w32(h, TSYNCRXCTL, EN | L2_V2);
    ck_assert(stamped(f, length));
    uint32_t first = fake_r32(h, RXSTMPL);
    make_l2(f, false, 2, SYNC, 2);
    ck_assert(!stamped(f, length));
    ck_assert_uint_eq(fake_r32(h, RXSTMPL), first); /* the low half unlocks nothing */
    ck_assert_uint_eq(fake_r32(h, RXSATRH) >> 16, 1);
    fake_r32(h, RXSTMPH);
    ck_assert(stamped(f, length));
    ck_assert_uint_gt(fake_r32(h, RXSTMPL), first);
    ck_assert_uint_eq(fake_r32(h, RXSATRH) >> 16, 2);
    fake_w32(h, TSYNCRXCTL, EN | L2_V2); /* VALID is not the driver's to write */
    ck_assert_uint_eq(fake_r32(h, TSYNCRXCTL), EN | VALID);
}
END_TEST

START_TEST(which_messages)
{
    static const struct {
        uint32_t type, mtrl;
        bool l2_sync, l2_delay, l2_follow, udp2_sync, udp2_delay, udp1_sync, udp1_delay, plain;
    } want[] = {
        {L2_V2, 319 << 16, .l2_sync = 1},
        {L2_V2, 319 << 16 | DELAY_REQ << 8, .l2_delay = 1},
        {L4_V1, 319 << 16 | SYNC, .udp1_sync = 1},
        {L4_V1, 319 << 16 | DELAY_REQ, .udp1_delay = 1},
        {L4_V1, 320 << 16 | SYNC, .l2_sync = 0},
        {BOTH_V2, 319 << 16, .l2_sync = 1, .udp2_sync = 1},
        {BOTH_V2, 319 << 16 | DELAY_REQ << 8, .l2_delay = 1, .udp2_delay = 1},
        {EVENTS, 319 << 16, .l2_sync = 1, .l2_delay = 1, .udp2_sync = 1, .udp2_delay = 1},
        {ALL, 0, 1, 1, 1, 1, 1, 1, 1, 1},
    };
    uint8_t f[128];

    for (unsigned i = 0; i < sizeof want / sizeof want[0]; i++) {
        fake_w32(h, TSYNCRXCTL, EN | want[i].type);
        fake_w32(h, RXMTRL, want[i].mtrl);
        ck_assert_int_eq(stamped(f, make_l2(f, i % 2, 2, SYNC, 0)), want[i].l2_sync);
        unlock();
        ck_assert_int_eq(stamped(f, make_l2(f, i % 2, 2, DELAY_REQ, 0)), want[i].l2_delay);
        unlock();
        ck_assert_int_eq(stamped(f, make_l2(f, false, 2, FOLLOW_UP, 0)), want[i].l2_follow);
        unlock();
        ck_assert_int_eq(stamped(f, make_udp(f, 319, 2, SYNC)), want[i].udp2_sync);
        unlock();
        ck_assert_int_eq(stamped(f, make_udp(f, 319, 2, DELAY_REQ)), want[i].udp2_delay);
        unlock();
        ck_assert_int_eq(stamped(f, make_udp(f, 319, 1, SYNC)), want[i].udp1_sync);
        unlock();
        ck_assert_int_eq(stamped(f, make_udp(f, 319, 1, DELAY_REQ)), want[i].udp1_delay);
        unlock();
        make_frame(f, 60, station, i);
        ck_assert_int_eq(stamped(f, 60), want[i].plain);
        unlock();
        if (slot > 48) { /* start the ring anew */
            fake_w32(h, rxq(0, DCTL), 0);
            rx_start(h, 0, 64, ADVANCED);
            slot = 0;
        }
    }
}
END_TEST

START_TEST(nothing_without_enable_or_filter)
{
    uint8_t f[128];
    uint32_t length = make_l2(f, false, 2, SYNC, 0);

    ck_assert(!stamped(f, length));
    fake_w32(h, TSYNCRXCTL, EN);
    fake_w32(h, ETQF3, 1u << 31 | 0x88f7); /* an EtherType filter without its 1588 bit */
    ck_assert(!stamped(f, length));
    fake_w32(h, ETQF3, 1u << 31 | 1 << 30 | 0x88f7);
    fake_w32(h, FCTRL, 0); /* not for us */
    frame_in(h, f, length);
    ck_assert_uint_eq(fake_r32(h, TSYNCRXCTL), EN);
    fake_w32(h, FCTRL, 0x700);
    ck_assert(stamped(f, length));
    fake_w32(h, 0, 1 << 26); /* a reset forgets it */
    ck_assert_uint_eq(fake_r32(h, TSYNCRXCTL), 0);
}
END_TEST

static void send(uint32_t at, uint32_t command)
{
    make_frame(h->memory + TX_BUFFERS, 60, broadcast, at);
    tx_put(h, 0, at, TX_BUFFERS, 60, command);
    fake_w32(h, txq(0, DT), at + 1);
    fake_run(h, 20000 * NS);
    ck_assert_uint_eq(h->frames, at + 1);
}

START_TEST(sent_packets)
{
    uint64_t at;

    send(0, T_FULL | T_1588); /* not enabled */
    ck_assert_uint_eq(fake_r32(h, TSYNCTXCTL), 0);
    fake_w32(h, TSYNCTXCTL, EN);
    send(1, T_FULL);
    ck_assert_uint_eq(fake_r32(h, TSYNCTXCTL), EN);
    fake_w32(h, SYSTIML, 0); /* from here on ticks count from now */
    uint64_t zero = h->sched.now_ps;
    fake_w32(h, SYSTIMH, 0);
    send(2, T_FULL | T_1588);
    ck_assert_uint_eq(fake_r32(h, TSYNCTXCTL), EN | VALID);
    at = (h->frame[2].time_ps + 8 * 800 - zero) / TICK;
    send(3, T_FULL | T_1588); /* locked */
    ck_assert_uint_eq(fake_r32(h, TXSTMPL), at);
    ck_assert_uint_eq(fake_r32(h, TXSTMPH), 0);
    ck_assert_uint_eq(fake_r32(h, TSYNCTXCTL), EN);
    send(4, T_FULL | T_1588);
    ck_assert_uint_eq(fake_r32(h, TXSTMPL), (h->frame[4].time_ps + 8 * 800 - zero) / TICK);
}
END_TEST

/* Both stamps of one frame, looped back inside the MAC, are the same instant. */
START_TEST(looped_back)
{
    fake_w32(h, HLREG0, fake_r32(h, HLREG0) | 1 << 15);
    fake_w32(h, TSYNCTXCTL, EN);
    fake_w32(h, TSYNCRXCTL, EN | ALL);
    make_frame(h->memory + TX_BUFFERS, 60, broadcast, 1);
    tx_put(h, 0, 0, TX_BUFFERS, 60, T_FULL | T_1588);
    fake_w32(h, txq(0, DT), 1);
    fake_run(h, 20000 * NS);
    ck_assert(rx_q1(h, 0, 0) & TS);
    ck_assert_uint_gt(fake_r32(h, TXSTMPL), 0);
    ck_assert_uint_eq(fake_r32(h, TXSTMPL), fake_r32(h, RXSTMPL));
}
END_TEST

START_TEST(adjusting_and_stopping)
{
    uint64_t before = systim();

    fake_w32(h, TIMADJL, 1000);
    ck_assert_uint_eq(systim(), before);
    fake_w32(h, TIMADJH, 1);
    ck_assert_uint_eq(systim(), before + 0x100000000ull + 1000);
    fake_w32(h, TIMADJH, 1u << 31 | 1);
    ck_assert_uint_eq(systim(), before);
    fake_run(h, 10 * TICK);
    ck_assert_uint_eq(systim(), before + 10);
    fake_w32(h, TSAUXC, 1u << 31);
    fake_run(h, 10 * TICK);
    ck_assert_uint_eq(systim(), before + 10);
    fake_w32(h, TSAUXC, 0);
    fake_run(h, 10 * TICK);
    ck_assert_uint_eq(systim(), before + 20);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("stamp");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, the_stamp_is_of_the_sfd);
    tcase_add_test(t, a_stamp_stays_until_it_is_read);
    tcase_add_test(t, which_messages);
    tcase_add_test(t, nothing_without_enable_or_filter);
    tcase_add_test(t, sent_packets);
    tcase_add_test(t, looped_back);
    tcase_add_test(t, adjusting_and_stopping);
    return RUN_TESTS("stamp", t);
}
