/* SPDX-License-Identifier: BSD-2-Clause
 *
 * RSS against the vectors that Microsoft publishes to verify Toeplitz hashes, and the choice of
 * hash type and queue.
 */
#include "model/nic/rss.h"

#include "model/nic/tests/queues.h"

static const uint8_t key[40] = {
    0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3,
    0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3,
    0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
};

static const struct {
    uint8_t source[4], destination[4];
    uint16_t source_port, destination_port;
    uint32_t with_ports, without;
} ip4[] = {
    {{66, 9, 149, 187}, {161, 142, 100, 80}, 2794, 1766, 0x51ccc178, 0x323e8fc2},
    {{199, 92, 111, 2}, {65, 69, 140, 83}, 14230, 4739, 0xc626b0ea, 0xd718262a},
    {{24, 19, 198, 95}, {12, 22, 207, 184}, 12898, 38024, 0x5c2b394a, 0xd2d0a5de},
    {{38, 27, 205, 30}, {209, 142, 163, 6}, 48228, 2217, 0xafc7327f, 0x82989176},
    {{153, 39, 163, 191}, {202, 188, 127, 2}, 44251, 1303, 0x10e828a2, 0x5d1809c5},
};

static const struct {
    uint16_t source[8], destination[8], source_port, destination_port;
    uint32_t with_ports, without;
} ip6[] = {
    {{0x3ffe, 0x2501, 0x200, 0x1fff, 0, 0, 0, 7}, {0x3ffe, 0x2501, 0x200, 3, 0, 0, 0, 1},
     2794, 1766, 0x40207d3d, 0x2cc18cd5},
    {{0x3ffe, 0x501, 8, 0, 0x260, 0x97ff, 0xfe40, 0xefab}, {0xff02, 0, 0, 0, 0, 0, 0, 1},
     14230, 4739, 0xdde51bbf, 0x0f0c461c},
    {{0x3ffe, 0x1900, 0x4545, 3, 0x200, 0xf8ff, 0xfe21, 0x67cf},
     {0xfe80, 0, 0, 0, 0x200, 0xf8ff, 0xfe21, 0x67cf},
     44251, 38024, 0x02d1feef, 0x4b61e985},
};

static void put16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static uint32_t ip4_frame(uint8_t *f, unsigned i, uint8_t proto)
{
    memset(f, 0, 64);
    make_frame(f, 14, station, 0);
    put16(f + 12, 0x0800);
    f[14] = 0x45;
    put16(f + 16, 46);
    f[23] = proto;
    memcpy(f + 26, ip4[i].source, 4);
    memcpy(f + 30, ip4[i].destination, 4);
    put16(f + 34, ip4[i].source_port);
    put16(f + 36, ip4[i].destination_port);
    return 60;
}

static uint32_t ip6_frame(uint8_t *f, unsigned i, uint8_t proto)
{
    memset(f, 0, 128);
    make_frame(f, 14, station, 0);
    put16(f + 12, 0x86dd);
    f[14] = 0x60;
    put16(f + 18, 20);
    f[20] = proto;
    for (int w = 0; w < 8; w++) {
        put16(f + 22 + 2 * w, ip6[i].source[w]);
        put16(f + 38 + 2 * w, ip6[i].destination[w]);
    }
    put16(f + 54, ip6[i].source_port);
    put16(f + 56, ip6[i].destination_port);
    return 74;
}

START_TEST(published_vectors_ip4)
{
    uint8_t in[12];

    memcpy(in, ip4[_i].source, 4);
    memcpy(in + 4, ip4[_i].destination, 4);
    put16(in + 8, ip4[_i].source_port);
    put16(in + 10, ip4[_i].destination_port);
    ck_assert_uint_eq(nic_toeplitz(key, in, 12), ip4[_i].with_ports);
    ck_assert_uint_eq(nic_toeplitz(key, in, 8), ip4[_i].without);
}
END_TEST

START_TEST(published_vectors_ip6)
{
    uint8_t f[128];

    ip6_frame(f, (unsigned)_i, 6);
    ck_assert_uint_eq(nic_toeplitz(key, f + 22, 36), ip6[_i].with_ports);
    ck_assert_uint_eq(nic_toeplitz(key, f + 22, 32), ip6[_i].without);
}
END_TEST

static struct fake_host *rss_port(uint32_t mrqc)
{
    struct fake_host *h = port_new();

    for (uint32_t i = 0; i < 10; i++)
        fake_w32(h, RSSRK + 4 * i, key[4 * i] | (uint32_t)key[4 * i + 1] << 8 |
                                       (uint32_t)key[4 * i + 2] << 16 |
                                       (uint32_t)key[4 * i + 3] << 24);
    for (uint32_t e = 0; e < 128; e += 4)
        fake_w32(h, RETA + e, 0x01000100); /* even entries queue 0, odd ones queue 1 */
    fake_w32(h, MRQC, mrqc | 1);
    fake_w32(h, RXCSUM, 1 << 13);
    rx_start(h, 0, 32, ADVANCED);
    rx_start(h, 1, 32, ADVANCED);
    return h;
}

enum { TCP4 = 1 << 16, IP4 = 1 << 17, IP6 = 1 << 20, TCP6 = 1 << 21, UDP4 = 1 << 22,
       UDP6 = 1 << 23, TCP6EX = 1 << 18, IP6EX = 1 << 19, UDP6EX = 1 << 24 };

/* Where the frame went, with which hash and type. */
static void expect(struct fake_host *h, const uint8_t *f, uint32_t length, uint32_t type,
                   uint32_t hash)
{
    uint32_t q = type ? hash & 1 : 0, slot = fake_r32(h, rxq(q, DH));

    frame_in(h, f, length);
    ck_assert_uint_eq(fake_r32(h, rxq(q, DH)), slot + 1);
    ck_assert_uint_eq(rx_q0(h, q, slot) & 0xf, type);
    ck_assert_uint_eq(rx_q0(h, q, slot) >> 32, hash);
}

START_TEST(frames_are_spread_by_hash)
{
    struct fake_host *h = rss_port(TCP4 | IP4 | IP6 | TCP6);
    uint8_t f[128];

    for (unsigned i = 0; i < 5; i++) {
        expect(h, f, ip4_frame(f, i, 6), 1, ip4[i].with_ports);
        expect(h, f, ip4_frame(f, i, 17), 2, ip4[i].without); /* UDP is not enabled */
        ip4_frame(f, i, 6);
        put16(f + 20, 0x2000); /* a fragment: no ports */
        expect(h, f, 60, 2, ip4[i].without);
    }
    for (unsigned i = 0; i < 3; i++) {
        expect(h, f, ip6_frame(f, i, 6), 3, ip6[i].with_ports);
        expect(h, f, ip6_frame(f, i, 17), 5, ip6[i].without);
    }
    make_frame(f, 60, station, 1);
    expect(h, f, 60, 0, 0);
    fake_free(h);
}
END_TEST

START_TEST(types_follow_mrqc)
{
    struct fake_host *h = rss_port(UDP4 | UDP6);
    uint8_t f[128];

    expect(h, f, ip4_frame(f, 0, 17), 7, ip4[0].with_ports);
    expect(h, f, ip4_frame(f, 0, 6), 0, 0);
    expect(h, f, ip6_frame(f, 0, 17), 8, ip6[0].with_ports);
    expect(h, f, ip6_frame(f, 0, 6), 0, 0);
    fake_w32(h, MRQC, TCP4 | IP4); /* mode 0: off */
    expect(h, f, ip4_frame(f, 0, 6), 0, 0);
    fake_free(h);
}
END_TEST

/* An IPv6 frame whose own addresses are others: the published ones stand in a home address option
 * and in a type 2 routing header. */
static uint32_t mobile_frame(uint8_t *f, unsigned i, uint8_t proto)
{
    memset(f, 0, 160);
    ip6_frame(f, i, 60);
    put16(f + 18, 24 + 24 + 20);
    f[54] = 43; /* destination options, then routing */
    f[55] = 2;
    f[56] = 1; /* PadN of two bytes, Pad1, then the option */
    f[57] = 1;
    f[60] = 0xc9;
    f[61] = 16;
    memcpy(f + 62, f + 22, 16);
    f[78] = proto;
    f[79] = 2;
    f[80] = 2;
    f[81] = 1;
    memcpy(f + 86, f + 38, 16);
    put16(f + 102, ip6[i].source_port);
    put16(f + 104, ip6[i].destination_port);
    memset(f + 22, 0xee, 32);
    return 122;
}

START_TEST(mobile_hosts_are_hashed_by_their_home_addresses)
{
    struct fake_host *h = rss_port(TCP6EX | IP6EX | UDP6EX | TCP6 | IP6);
    uint8_t f[160];

    for (unsigned i = 0; i < 3; i++) {
        expect(h, f, mobile_frame(f, i, 6), 6, ip6[i].with_ports);
        mobile_frame(f, i, 17);
        put16(f + 106, 20);
        expect(h, f, 122, 9, ip6[i].with_ports);
        expect(h, f, mobile_frame(f, i, 50), 4, ip6[i].without);
        expect(h, f, ip6_frame(f, i, 6), 3, ip6[i].with_ports); /* no extension */
    }
    fake_w32(h, MRQC, TCP6 | IP6 | 1); /* the header's own addresses then */
    uint32_t length = mobile_frame(f, 0, 6);
    uint8_t in[36];
    memcpy(in, f + 22, 32);
    memcpy(in + 32, f + 102, 4);
    expect(h, f, length, 3, nic_toeplitz(key, in, 36));
    fake_free(h);
}
END_TEST

START_TEST(without_pcsd_the_ip_id_is_shown)
{
    struct fake_host *h = rss_port(TCP4);
    uint8_t f[128];

    fake_w32(h, RXCSUM, 0);
    ip4_frame(f, 2, 6);
    put16(f + 18, 0x1234);
    uint32_t q = ip4[2].with_ports & 1;
    frame_in(h, f, 60);
    ck_assert_uint_eq(rx_q0(h, q, 0) >> 32, 0x1234);
    fake_free(h);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("rss");

    tcase_add_loop_test(t, published_vectors_ip4, 0, 5);
    tcase_add_loop_test(t, published_vectors_ip6, 0, 3);
    tcase_add_test(t, frames_are_spread_by_hash);
    tcase_add_test(t, types_follow_mrqc);
    tcase_add_test(t, mobile_hosts_are_hashed_by_their_home_addresses);
    tcase_add_test(t, without_pcsd_the_ip_id_is_shown);
    return RUN_TESTS("rss", t);
}
