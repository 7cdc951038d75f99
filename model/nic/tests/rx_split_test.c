/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Header split: which bytes land in which of a descriptor's two buffers, and what the write-back
 * says of it, for every type of descriptor.
 */
#include "model/nic/tests/queues.h"

enum {
    PSRTYPE0 = 0xea00, TCP = 1 << 4, UDP = 1 << 5, IP4 = 1 << 8, IP6 = 1 << 9, L2 = 1 << 12,
    HEADERS = 0x300000, HEADER = 1024,
    SPLIT = 2 << 25, REPLICATE = 4 << 25, ALWAYS = 5 << 25,
    SPH = 1u << 31, HBO = 1 << 23, VME = 1 << 30,
};

static struct fake_host *h;
static uint8_t f[9000];
static uint32_t slot;

static void setup(void)
{
    h = port_new();
    slot = 0;
}

static void teardown(void)
{
    fake_free(h);
}

static void start(uint32_t type, uint32_t header_bytes, uint32_t psrtype)
{
    fake_w32(h, RXCTRL, 0); /* nothing is fetched before all of the ring is written */
    fake_w32(h, PSRTYPE0, psrtype);
    fake_w32(h, rxq(0, DCTL), 0);
    rx_start(h, 0, 32, type | header_bytes / 64 << 8 | 2);
    for (uint32_t i = 0; i < 31; i++)
        put64(h, rx_ring(0) + 16 * i + 8, HEADERS + i * HEADER);
    memset(h->memory + HEADERS, 0xee, 32 * HEADER);
    memset(h->memory + RX_BUFFERS, 0xdd, 32 * BUFFER);
    slot = 0;
}

/* IPv4 with `options` bytes of IP options; proto 6 with `tcp` bytes of TCP header, or 17. */
static uint32_t make_ip4(unsigned options, unsigned proto, unsigned l4, uint32_t length)
{
    uint32_t at = 14, header = 20 + options;

    make_frame(f, length, station, 3);
    f[12] = 8;
    f[13] = 0;
    memset(f + at, 0, header);
    f[at] = (uint8_t)(0x40 | header / 4);
    f[at + 2] = (uint8_t)((length - 14) >> 8);
    f[at + 3] = (uint8_t)(length - 14);
    f[at + 8] = 64;
    f[at + 9] = (uint8_t)proto;
    if (proto == 6)
        f[at + header + 12] = (uint8_t)(l4 / 4 << 4);
    return at + header + l4;
}

static void receive(uint32_t length)
{
    fake_w32(h, RXCTRL, 1);
    frame_in(h, f, length);
    ck_assert(rx_done(h, 0, slot));
}

/* The descriptor says so, and the bytes are there: `header` of them from the frame's start in the
 * header buffer, then `payload` from offset `from` in the packet buffer. */
static void check(uint32_t sph, uint32_t hbo, uint32_t shown, uint32_t header, uint32_t from,
                  uint32_t payload)
{
    uint32_t q0 = (uint32_t)rx_q0(h, 0, slot);

    ck_assert_uint_eq(q0 & SPH, sph);
    ck_assert_uint_eq(q0 >> 21 & 0x3ff, shown);
    ck_assert_uint_eq(rx_q1(h, 0, slot) & HBO, hbo);
    ck_assert_uint_eq(rx_length(h, 0, slot), payload);
    ck_assert_mem_eq(h->memory + HEADERS + slot * HEADER, f, header);
    ck_assert_uint_eq(h->memory[HEADERS + slot * HEADER + header], 0xee);
    ck_assert_mem_eq(h->memory + rx_buffer(0, slot), f + from, payload);
    if (payload < BUFFER)
        ck_assert_uint_eq(h->memory[rx_buffer(0, slot) + payload], 0xdd);
    slot++;
}

START_TEST(where_the_headers_end)
{
    start(SPLIT, 256, TCP | UDP | IP4 | IP6 | L2);
    uint32_t end = make_ip4(0, 6, 32, 200);
    receive(200);
    check(SPH, 0, end, end, end, 200 - end);
    end = make_ip4(8, 17, 8, 150);
    receive(150);
    check(SPH, 0, end, end, end, 150 - end);
    make_ip4(0, 6, 20, 100);
    f[14 + 6] = 0x20; /* a fragment has no TCP header to speak of */
    receive(100);
    check(SPH, 0, 34, 34, 34, 66);
    make_frame(f, 90, station, 1); /* nothing but Ethernet */
    receive(90);
    check(SPH, 0, 14, 14, 14, 76);
    start(SPLIT, 256, IP4);
    make_ip4(0, 6, 32, 200);
    receive(200);
    check(SPH, 0, 34, 34, 34, 166); /* TCP was not asked for */
    make_frame(f, 90, station, 1);
    receive(90);
    check(0, 0, 0, 0, 0, 90);
}
END_TEST

START_TEST(ipv6)
{
    start(SPLIT, 256, TCP | IP6);
    make_frame(f, 120, station, 5);
    memcpy(f + 12, "\x86\xdd\x60\0\0\0\0\x42\x00\x40", 10); /* hop by hop first */
    f[14 + 40] = 6;
    f[14 + 41] = 0;
    f[14 + 48 + 12] = 0x50;
    receive(120);
    check(SPH, 0, 82, 82, 82, 38);
    f[14 + 40] = 17; /* UDP is not asked for: behind the extensions */
    receive(120);
    check(SPH, 0, 62, 62, 62, 58);
}
END_TEST

START_TEST(header_longer_than_its_buffer)
{
    uint32_t end = make_ip4(0, 6, 32, 200);

    start(SPLIT, 64, TCP);
    receive(200);
    check(SPH, HBO, end, 0, 0, 200);
    start(ALWAYS, 64, TCP);
    receive(200);
    check(SPH, HBO, end, 64, 64, 136);
}
END_TEST

START_TEST(always_the_header_buffer)
{
    start(ALWAYS, 128, TCP);
    uint32_t end = make_ip4(0, 6, 20, 300);
    receive(300);
    check(SPH, 0, end, end, end, 300 - end);
    make_frame(f, 300, station, 1);
    receive(300);
    check(0, 0, 128, 128, 128, 172);
    make_frame(f, 100, station, 1);
    receive(100);
    check(0, 0, 100, 100, 0, 0); /* all of it is there */
}
END_TEST

START_TEST(replicated)
{
    start(REPLICATE, 128, TCP);
    make_ip4(0, 6, 20, 128);
    receive(128);
    check(0, 0, 128, 128, 0, 0);
    uint32_t end = make_ip4(0, 6, 20, 300);
    receive(300);
    check(SPH, 0, end, end, 0, 300);
    make_frame(f, 300, station, 1);
    receive(300);
    check(0, 0, 128, 128, 0, 300);
}
END_TEST

START_TEST(several_descriptors)
{
    uint32_t end = make_ip4(0, 6, 20, 1);

    fake_w32(h, HLREG0, fake_r32(h, HLREG0) | 4);
    fake_w32(h, MAXFRS, 9018u << 16);
    start(SPLIT, 256, TCP);
    make_ip4(0, 6, 20, 5000);
    receive(5000);
    ck_assert_uint_eq(rx_q1(h, 0, 0) >> 1 & 1, 0);
    check(SPH, 0, end, end, end, 2048);
    check(0, 0, 0, 0, end + 2048, 2048);
    ck_assert_uint_eq(rx_q1(h, 0, 2) >> 1 & 1, 1); /* EOP */
    check(0, 0, 0, 0, end + 4096, 5000 - end - 4096);
    /* exactly two buffers behind the headers */
    start(SPLIT, 256, TCP);
    make_ip4(0, 6, 20, end + 4096);
    receive(end + 4096);
    check(SPH, 0, end, end, end, 2048);
    check(0, 0, 0, 0, end + 2048, 2048);
    ck_assert(!rx_done(h, 0, 2));
}
END_TEST

START_TEST(a_stripped_tag_does_not_count)
{
    uint8_t plain[200];
    uint32_t end = make_ip4(0, 6, 20, 196);

    memcpy(plain, f, 196);
    memmove(f + 16, f + 12, 184);
    memcpy(f + 12, "\x81\x00\x00\x07", 4);
    start(SPLIT, 256, TCP);
    receive(200);
    check(SPH, 0, end + 4, end + 4, end + 4, 200 - end - 4);
    fake_w32(h, rxq(0, DCTL), QUEUE_ENABLE | VME);
    receive(200);
    memcpy(f, plain, 196);
    ck_assert_uint_eq(rx_q1(h, 0, slot) >> 48, 7);
    check(SPH, 0, end, end, end, 196 - end);
}
END_TEST

/* Types that do not exist are taken as one buffer, and reported. */
START_TEST(unknown_types)
{
    static const uint32_t types[] = {3, 6, 7};

    for (unsigned i = 0; i < 3; i++) {
        start(types[i] << 25, 256, TCP);
        make_ip4(0, 6, 20, 100);
        receive(100);
        check(0, 0, 0, 0, 0, 100);
        ck_assert_uint_eq(h->last[NIC_EV_bad_desc].c, NIC_BAD_DESCTYPE);
        ck_assert_uint_eq(h->events[NIC_EV_bad_desc], i + 1);
    }
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("rx_split");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, where_the_headers_end);
    tcase_add_test(t, ipv6);
    tcase_add_test(t, header_longer_than_its_buffer);
    tcase_add_test(t, always_the_header_buffer);
    tcase_add_test(t, replicated);
    tcase_add_test(t, several_descriptors);
    tcase_add_test(t, a_stripped_tag_does_not_count);
    tcase_add_test(t, unknown_types);
    return RUN_TESTS("rx_split", t);
}
