/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which frames come in: MAC verdict, station addresses, promiscuous modes, multicast table, VLAN
 * table, pause; and by which queue, as far as EtherType filters decide.
 */
#include "model/nic/rx.h"

#include "model/nic/tests/queues.h"

static struct fake_host *h;
static uint8_t f[NIC_FRAME_MAX];

enum { SBP = 1 << 1, MPE = 1 << 8, UPE = 1 << 9, BAM = 1 << 10, DPF = 1 << 13 };

static void setup(void)
{
    h = port_new();
    fake_w32(h, FCTRL, 0);
    rx_start(h, 0, 512, ADVANCED);
}
static void teardown(void)
{
    fake_free(h);
}

/* Sends it in; true when it came to memory. */
static bool comes(const uint8_t to[6], uint32_t length, bool good)
{
    uint32_t slot = fake_r32(h, rxq(0, DH));

    make_frame(f, length < 14 ? 14 : length, to, 1);
    nic_frame_in(&h->nic, f, length, good);
    fake_run(h, 30 * 1000 * NS);
    if (fake_r32(h, rxq(0, DH)) == slot) {
        ck_assert_uint_gt(h->events[NIC_EV_rx_drop], 0);
        return false;
    }
    ck_assert(rx_done(h, 0, slot));
    return true;
}
static uint32_t reason(void)
{
    return (uint32_t)h->last[NIC_EV_rx_drop].a;
}

static const uint8_t other[6] = {0x02, 1, 2, 3, 4, 5};
static const uint8_t group[6] = {0x01, 0x00, 0x5e, 0x01, 0x02, 0x03};

START_TEST(station_address)
{
    ck_assert(comes(station, 60, true));
    ck_assert(!comes(other, 60, true));
    ck_assert_uint_eq(reason(), NIC_RX_DROP_FILTER);
    fake_w32(h, RAL0 + 8 * 100, 0x03020102);
    fake_w32(h, RAL0 + 8 * 100 + 4, 0x0504);
    ck_assert(!comes(other, 60, true)); /* AV is missing */
    fake_w32(h, RAL0 + 8 * 100 + 4, 0x80000504);
    ck_assert(comes(other, 60, true));
    fake_w32(h, RAL0 + 4, fake_r32(h, RAL0 + 4) & 0xffff); /* ixy's way to change the address */
    ck_assert(!comes(station, 60, true));
    fake_w32(h, FCTRL, UPE);
    ck_assert(comes(station, 60, true));
    ck_assert_uint_eq(rx_q1(h, 0, fake_r32(h, rxq(0, DH)) - 1) & 0x80, 0x80); /* PIF */
    ck_assert(!comes(broadcast, 60, true));
    ck_assert(!comes(group, 60, true));
}
END_TEST

START_TEST(broadcast_and_multicast)
{
    ck_assert(!comes(broadcast, 60, true));
    fake_w32(h, FCTRL, BAM);
    ck_assert(comes(broadcast, 60, true));
    ck_assert(!comes(group, 60, true));
    fake_w32(h, FCTRL, MPE);
    ck_assert(comes(group, 60, true));
    ck_assert(!comes(other, 60, true));
    fake_w32(h, FCTRL, 0);
    fake_w32(h, RAL0 + 8, 0x015e0001);
    fake_w32(h, RAL0 + 12, 0x80000302);
    ck_assert(comes(group, 60, true)); /* exact */
}
END_TEST

START_TEST(multicast_table)
{
    /* The 12 bits of bytes 4 and 5 by the four ways of MO. */
    static const uint32_t shift[4] = {4, 3, 2, 0};
    uint32_t bits = (uint32_t)group[4] | (uint32_t)group[5] << 8;

    for (uint32_t mo = 0; mo < 4; mo++) {
        uint32_t v = bits >> shift[mo] & 0xfff;
        fake_w32(h, MCSTCTRL, mo);
        fake_w32(h, MTA + 4 * (v / 32), 1u << v % 32);
        ck_assert(!comes(group, 60, true)); /* MFE is off */
        fake_w32(h, MCSTCTRL, mo | 4);
        ck_assert(comes(group, 60, true));
        fake_w32(h, MTA + 4 * (v / 32), ~(1u << v % 32));
        ck_assert(!comes(group, 60, true));
        fake_w32(h, MTA + 4 * (v / 32), 0);
    }
}
END_TEST

static bool tagged_comes(uint32_t tci)
{
    uint32_t slot = fake_r32(h, rxq(0, DH));

    make_frame(f, 80, station, 1);
    f[12] = 0x81;
    f[13] = 0;
    f[14] = (uint8_t)(tci >> 8);
    f[15] = (uint8_t)tci;
    frame_in(h, f, 80);
    return fake_r32(h, rxq(0, DH)) != slot;
}

START_TEST(vlan_table)
{
    ck_assert(tagged_comes(100));
    fake_w32(h, VLNCTRL, 0x40008100); /* VFE */
    ck_assert(!tagged_comes(100));
    ck_assert_uint_eq(reason(), NIC_RX_DROP_VLAN);
    ck_assert(comes(station, 60, true)); /* untagged passes */
    fake_w32(h, VFTA + 4 * 3, 1 << 4);
    ck_assert(tagged_comes(100));
    ck_assert(tagged_comes(0xe000 | 100));
    ck_assert(!tagged_comes(101));
    fake_w32(h, VLNCTRL, 0x60008100); /* CFIEN, CFI 0 */
    ck_assert(tagged_comes(100));
    ck_assert(!tagged_comes(0x1000 | 100));
    fake_w32(h, VLNCTRL, 0x400088a8); /* another TPID: ours is no tag then */
    ck_assert(tagged_comes(101));
}
END_TEST

START_TEST(what_the_mac_refuses)
{
    static const struct {
        uint32_t length;
        bool good;
        uint32_t reason, counter; /* statistics register */
    } bad[] = {
        {60, false, NIC_RX_DROP_FCS, 0x4000},   {59, true, NIC_RX_DROP_SHORT, 0x40a4},
        {59, false, NIC_RX_DROP_SHORT, 0x40a8}, {1515, true, NIC_RX_DROP_LONG, 0x40ac},
        {1515, false, NIC_RX_DROP_LONG, 0x40b0}, {0, true, NIC_RX_DROP_SHORT, 0x40a4},
    };
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ck_assert(!comes(station, bad[i].length, bad[i].good));
        ck_assert_uint_eq(reason(), bad[i].reason);
        ck_assert_uint_eq(fake_r32(h, bad[i].counter), 1);
    }
    ck_assert(comes(station, 1514, true));
    fake_w32(h, HLREG0, fake_r32(h, HLREG0) | 4);
    fake_w32(h, MAXFRS, 9728u << 16);
    ck_assert(comes(station, 9724, true));
    ck_assert(!comes(station, 9725, true));
}
END_TEST

START_TEST(a_tag_lengthens_the_limit)
{
    make_frame(f, 1523, station, 1);
    memcpy(f + 12, "\x81\x00\x00\x05", 4);
    frame_in(h, f, 1518);
    ck_assert_uint_eq(rx_length(h, 0, 0), 1518);
    frame_in(h, f, 1519);
    ck_assert_uint_eq(reason(), NIC_RX_DROP_LONG);
    memcpy(f + 16, "\x81\x00\x00\x06", 4);
    frame_in(h, f, 1522);
    ck_assert_uint_eq(rx_length(h, 0, 1), 1522);
    frame_in(h, f, 1523);
    ck_assert_uint_eq(h->events[NIC_EV_rx_drop], 2);
}
END_TEST

START_TEST(bad_packets_are_stored_when_asked_for)
{
    fake_w32(h, FCTRL, SBP);
    ck_assert(comes(station, 60, false));
    ck_assert_uint_eq(rx_q1(h, 0, 0) >> 24 & 0xff, 1); /* CE */
    ck_assert(comes(station, 40, true));
    ck_assert_uint_eq(rx_q1(h, 0, 1) >> 24 & 0xff, 0x20); /* USE */
    ck_assert(!comes(station, 5, true));
}
END_TEST

START_TEST(pause_frames)
{
    static const uint8_t to[6] = {0x01, 0x80, 0xc2, 0, 0, 1};

    fake_w32(h, FCTRL, MPE);
    make_frame(f, 60, to, 1);
    f[12] = 0x88;
    f[13] = 0x08;
    frame_in(h, f, 60);
    ck_assert_uint_eq(fake_r32(h, rxq(0, DH)), 1);
    fake_w32(h, FCTRL, MPE | DPF);
    frame_in(h, f, 60);
    ck_assert_uint_eq(fake_r32(h, rxq(0, DH)), 1);
    ck_assert_uint_eq(reason(), NIC_RX_DROP_PAUSE);
}
END_TEST

START_TEST(switches_off)
{
    fake_w32(h, RXCTRL, 0);
    ck_assert(!comes(station, 60, true));
    ck_assert_uint_eq(reason(), NIC_RX_DROP_OFF);
    ck_assert_uint_eq(fake_r32(h, 0x40d0), 0); /* TPR: not counted */
    fake_w32(h, RXCTRL, 1);
    nic_carrier(&h->nic, false);
    ck_assert(!comes(station, 60, true));
    ck_assert_uint_eq(reason(), NIC_RX_DROP_LINK);
}
END_TEST

START_TEST(ethertype_filter)
{
    rx_start(h, 5, 32, ADVANCED);
    fake_w32(h, 0x5128 + 4 * 3, 1u << 31 | 0x88b5);
    ck_assert(comes(station, 60, true)); /* matches, but names no queue */
    ck_assert_uint_eq(rx_q0(h, 0, 0) >> 4 & 0xfff, 1 << 11 | 3);
    fake_w32(h, 0xec00 + 4 * 3, 1u << 31 | 5 << 16);
    make_frame(f, 60, station, 1);
    frame_in(h, f, 60);
    ck_assert_uint_eq(fake_r32(h, rxq(5, DH)), 1);
}
END_TEST

START_TEST(checksums_are_checked)
{
    /* An IPv4 UDP datagram; its checksums are computed below, the long way. */
    static const uint8_t good[46] = {
        0x45, 0x00, 0x00, 0x20, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11, 0x7a, 0xcb,
        0x7f, 0x00, 0x00, 0x01, 0x7f, 0x00, 0x00, 0x01, 0x12, 0x34, 0x56, 0x78,
        0x00, 0x0c, 0x00, 0x00, 'a', 'b', 'c', 'd',
    };
    uint8_t ip[46];
    uint32_t sum;

    memcpy(ip, good, sizeof ip);
    ip[10] = ip[11] = 0;
    sum = 0;
    for (int i = 0; i < 20; i += 2)
        sum += (uint32_t)(ip[i] << 8 | ip[i + 1]);
    sum = (sum & 0xffff) + (sum >> 16);
    ip[10] = (uint8_t)(~sum >> 8);
    ip[11] = (uint8_t)~sum;
    sum = 17 + 12;
    for (int i = 12; i < 32; i += 2)
        sum += (uint32_t)(ip[i] << 8 | ip[i + 1]);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);

    enum { IPCS = 1 << 6, L4CS = 1 << 5, UDPCS = 1 << 4 };
    make_frame(f, 14, station, 0);
    f[12] = 8;
    f[13] = 0;
    for (int kind = 0; kind < 4; kind++) {
        memcpy(f + 14, ip, 46);
        uint32_t want = IPCS | L4CS | UDPCS;
        f[14 + 26] = (uint8_t)(~sum >> 8);
        f[14 + 27] = (uint8_t)~sum;
        if (kind == 1) {
            f[14 + 8]--; /* TTL: the header's is wrong now */
            want |= 1u << 31;
        } else if (kind == 2) {
            f[14 + 30] ^= 1;
            want |= 1u << 30;
        } else if (kind == 3) {
            f[14 + 26] = f[14 + 27] = 0; /* none was sent */
            want = IPCS;
        }
        uint32_t slot = fake_r32(h, rxq(0, DH));
        frame_in(h, f, 60);
        ck_assert_uint_eq((uint32_t)rx_q1(h, 0, slot) & 0xff0fff70, want);
        ck_assert_uint_eq(rx_q0(h, 0, slot) >> 4 & 0xfff, 0x21); /* IPv4 UDP */
    }
    ck_assert_uint_eq(fake_r32(h, 0x4120), 2); /* XEC */
}
END_TEST

/* UDP over IPv4; its checksum is not computed, that of the header is right. */
static void make_datagram(uint32_t identification)
{
    static const uint8_t head[] = {0x08, 0, 0x45, 0, 0, 46, 0, 0, 0, 0, 64, 17, 0, 0,
                                   10, 0, 0, 1, 10, 0, 0, 2, 0, 7, 0, 9, 0, 26, 0, 0};
    uint32_t sum = 0;

    make_frame(f, 60, station, 1);
    memcpy(f + 12, head, sizeof head);
    f[18] = (uint8_t)(identification >> 8);
    f[19] = (uint8_t)identification;
    for (int i = 14; i < 34; i += 2)
        sum += (uint32_t)f[i] << 8 | f[i + 1];
    sum = (sum & 0xffff) + (sum >> 16);
    f[24] = (uint8_t)(~sum >> 8);
    f[25] = (uint8_t)~sum;
}

/* Of frames with the same headers each has an identification and sums of its own, and registers
 * that changed in between count. */
START_TEST(same_headers_again)
{
    for (uint32_t i = 0; i < 4; i++) {
        make_datagram(0x1234 + i);
        f[25] ^= i == 2;
        frame_in(h, f, 60);
        ck_assert_uint_eq(rx_q0(h, 0, i) >> 32, 0x1234 + i);
        ck_assert_uint_eq(rx_q1(h, 0, i) >> 31 & 1, i == 2); /* IPE */
        ck_assert_uint_eq(rx_q0(h, 0, i) >> 4 & 0xfff, 0x21);
    }
    fake_w32(h, 0x5128, 1u << 31 | 0x0800); /* EtherType filter 0: queue 1 */
    fake_w32(h, 0xec00, 1u << 31 | 1 << 16);
    rx_start(h, 1, 8, ADVANCED);
    frame_in(h, f, 60);
    ck_assert(rx_done(h, 1, 0));
    ck_assert_uint_eq(rx_q0(h, 1, 0) >> 4 & 0xfff, 0x800);
    fake_w32(h, RAL0 + 4, 0);
    frame_in(h, f, 60);
    ck_assert(!rx_done(h, 1, 1));
    ck_assert_uint_eq(reason(), NIC_RX_DROP_FILTER);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("rx_filter");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, station_address);
    tcase_add_test(t, same_headers_again);
    tcase_add_test(t, broadcast_and_multicast);
    tcase_add_test(t, multicast_table);
    tcase_add_test(t, vlan_table);
    tcase_add_test(t, what_the_mac_refuses);
    tcase_add_test(t, a_tag_lengthens_the_limit);
    tcase_add_test(t, bad_packets_are_stored_when_asked_for);
    tcase_add_test(t, pause_frames);
    tcase_add_test(t, switches_off);
    tcase_add_test(t, ethertype_filter);
    tcase_add_test(t, checksums_are_checked);
    return RUN_TESTS("rx_filter", t);
}
