/* SPDX-License-Identifier: BSD-2-Clause
 *
 * 5-tuple and SYN filters: every field compared or not, priorities, and who goes first among
 * EtherType, SYN, 5-tuple filters and RSS.
 */
#include "model/nic/rx_tuple.h"

#include "model/nic/tests/queues.h"

enum { SAQF = 0xe000, DAQF = 0xe200, SDPQF = 0xe400, FTQF = 0xe600, L34T = 0xe800,
       SYNQF = 0xec30, ETQF = 0x5128, ETQS = 0xec00 };
enum { NO_SOURCE = 1 << 25, NO_DESTINATION = 1 << 26, NO_SPORT = 1 << 27, NO_DPORT = 1 << 28,
       NO_PROTOCOL = 1 << 29, ANY_POOL = 1 << 30 };
#define ENABLE (1u << 31)
enum { TCP = 6, UDP = 17, SCTP = 132, QUEUES = 8 };

static struct fake_host *h;
static uint8_t f[128];

static void setup(void)
{
    h = port_new();
    for (uint32_t q = 0; q < QUEUES; q++)
        rx_start(h, q, 64, ADVANCED);
}
static void teardown(void)
{
    fake_free(h);
}

/* From 10.1.2.3 port 0x1111 to 192.168.9.8 port 0x2222. */
static void datagram(uint8_t protocol)
{
    static const uint8_t ip[20] = { 0x45, 0, 0, 60, 0, 1, 0x40, 0, 64, 0, 0, 0,
                                    10, 1, 2, 3, 192, 168, 9, 8 };

    memset(f, 0, sizeof f);
    make_frame(f, 14, station, 1);
    memcpy(f + 12, "\x08\x00", 2);
    memcpy(f + 14, ip, sizeof ip);
    f[23] = protocol;
    memcpy(f + 34, "\x11\x11\x22\x22", 4);
    f[46] = 0x50;
    f[47] = 0x10; /* ACK */
}

/* The queue that it comes to. */
static uint32_t comes_to(void)
{
    uint32_t before[QUEUES], found = 99;

    for (uint32_t q = 0; q < QUEUES; q++)
        before[q] = fake_r32(h, rxq(q, DH));
    frame_in(h, f, 80);
    for (uint32_t q = 0; q < QUEUES; q++)
        if (fake_r32(h, rxq(q, DH)) != before[q])
            found = q;
    return found;
}

/* Registers as a little-endian driver stores network-order values. */
static void filter(uint32_t i, uint32_t ftqf, uint32_t queue)
{
    fake_w32(h, SAQF + 4 * i, 0x0302010a);
    fake_w32(h, DAQF + 4 * i, 0x0809a8c0);
    fake_w32(h, SDPQF + 4 * i, 0x22221111);
    fake_w32(h, L34T + 4 * i, queue << 21);
    fake_w32(h, FTQF + 4 * i, ftqf);
}

START_TEST(all_five_fields_count)
{
    static const struct {
        uint32_t at, ignore;
    } field[] = {
        {26, NO_SOURCE}, {29, NO_SOURCE}, {30, NO_DESTINATION}, {33, NO_DESTINATION},
        {34, NO_SPORT}, {35, NO_SPORT}, {36, NO_DPORT}, {37, NO_DPORT},
    };

    filter(127, ENABLE | ANY_POOL, 5);
    datagram(TCP);
    ck_assert_uint_eq(comes_to(), 5);
    for (unsigned i = 0; i < sizeof field / sizeof field[0]; i++) {
        filter(127, ENABLE | ANY_POOL, 5);
        f[field[i].at] ^= 1;
        ck_assert_uint_eq(comes_to(), 0);
        filter(127, ENABLE | ANY_POOL | field[i].ignore, 5);
        ck_assert_uint_eq(comes_to(), 5);
        f[field[i].at] ^= 1;
    }
    filter(127, 0, 5);
    ck_assert_uint_eq(comes_to(), 0);
}
END_TEST

START_TEST(protocols)
{
    static const uint8_t protocol[4] = {TCP, UDP, SCTP, 50};

    for (uint32_t code = 0; code < 4; code++)
        for (uint32_t i = 0; i < 4; i++) {
            filter(3, ENABLE | ANY_POOL | NO_SPORT | NO_DPORT | code, 4);
            datagram(protocol[i]);
            f[39] = 40; /* length of a UDP datagram */
            ck_assert_uint_eq(comes_to(), i == code ? 4 : 0);
            filter(3, ENABLE | ANY_POOL | NO_SPORT | NO_DPORT | NO_PROTOCOL | code, 4);
            ck_assert_uint_eq(comes_to(), 4);
        }
}
END_TEST

START_TEST(what_has_no_ports_matches_no_port)
{
    filter(0, ENABLE | ANY_POOL, 4);
    datagram(TCP);
    memcpy(f + 20, "\x20\x00", 2); /* more fragments */
    ck_assert_uint_eq(comes_to(), 0);
    filter(0, ENABLE | ANY_POOL | NO_SPORT | NO_DPORT, 4);
    ck_assert_uint_eq(comes_to(), 4);
    memcpy(f + 12, "\x88\xb5", 2); /* no IPv4 */
    ck_assert_uint_eq(comes_to(), 0);
}
END_TEST

START_TEST(pools_are_for_others)
{
    datagram(TCP);
    filter(0, ENABLE | 1 << 8, 4); /* pool 1 only */
    ck_assert_uint_eq(comes_to(), 0);
    filter(0, ENABLE, 4);
    ck_assert_uint_eq(comes_to(), 4);
}
END_TEST

START_TEST(the_highest_priority_wins)
{
    datagram(TCP);
    filter(10, ENABLE | ANY_POOL | 2 << 2, 1);
    filter(20, ENABLE | ANY_POOL | 7 << 2, 2);
    filter(30, ENABLE | ANY_POOL | 7 << 2, 3);
    filter(40, ENABLE | ANY_POOL | 6 << 2, 4);
    ck_assert_uint_eq(comes_to(), 2); /* of equals the first */
    filter(20, 0, 2);
    ck_assert_uint_eq(comes_to(), 3);
    filter(30, 0, 3);
    filter(40, 0, 4);
    ck_assert_uint_eq(comes_to(), 1);
}
END_TEST

START_TEST(syn_filter)
{
    fake_w32(h, SYNQF, 1 | 6 << 1);
    datagram(TCP);
    ck_assert_uint_eq(comes_to(), 0);
    f[47] = 0x02;
    ck_assert_uint_eq(comes_to(), 6);
    filter(0, ENABLE | ANY_POOL, 4);
    ck_assert_uint_eq(comes_to(), 4); /* 5-tuple first */
    fake_w32(h, SYNQF, 1u << 31 | 1 | 6 << 1);
    ck_assert_uint_eq(comes_to(), 6);
    fake_w32(h, SYNQF, 1u << 31 | 6 << 1); /* not enabled */
    ck_assert_uint_eq(comes_to(), 4);
}
END_TEST

START_TEST(order_among_all)
{
    for (uint32_t e = 0; e < 128; e += 4)
        fake_w32(h, RETA + e, 0x01010101);
    fake_w32(h, RSSRK, 0x12345678);
    fake_w32(h, MRQC, 1 | 1 << 16);
    fake_w32(h, RXCSUM, 1 << 13);
    datagram(TCP);
    ck_assert_uint_eq(comes_to(), 1); /* RSS */
    uint64_t hash = rx_q0(h, 1, 0) >> 32;
    ck_assert_uint_ne(hash, 0);
    filter(0, ENABLE | ANY_POOL, 4);
    ck_assert_uint_eq(comes_to(), 4);
    ck_assert_uint_eq(rx_q0(h, 4, 0) >> 32, hash); /* shown all the same */
    ck_assert_uint_eq(rx_q0(h, 4, 0) & 0xf, 1);
    fake_w32(h, SYNQF, 1u << 31 | 1 | 6 << 1);
    f[47] = 0x02;
    ck_assert_uint_eq(comes_to(), 6);
    fake_w32(h, ETQF, 1u << 31 | 0x0800);
    fake_w32(h, ETQS, 1u << 31 | 7 << 16);
    ck_assert_uint_eq(comes_to(), 7);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("rx_tuple");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, all_five_fields_count);
    tcase_add_test(t, protocols);
    tcase_add_test(t, what_has_no_ports_matches_no_port);
    tcase_add_test(t, pools_are_for_others);
    tcase_add_test(t, the_highest_priority_wins);
    tcase_add_test(t, syn_filter);
    tcase_add_test(t, order_among_all);
    return RUN_TESTS("rx_tuple", t);
}
