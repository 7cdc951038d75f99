/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What receive reads out of a frame: tags, packet types, where headers lie, checksums, whatever is
 * cut off or lies about its length. Sums here are made by a plain loop, two bytes at a time.
 */
#include <stdlib.h>
#include <string.h>

#include "model/nic/crc32c.h"
#include "model/nic/desc.h"
#include "model/nic/parse.h"
#include "mk/run_tests.h"

enum { TYPE_ALL = PTYPE_IPV4 | PTYPE_IPV4_OPTIONS | PTYPE_IPV6 | PTYPE_IPV6_EXT };

static const struct nic_tags one_tag = {.vet = 0x8100}, two_tags = {.vet = 0x8100, .outer = 0x88a8};
static uint8_t f[512];
static struct nic_headers h;

static uint32_t plain_sum(const uint8_t *p, uint32_t bytes)
{
    uint32_t s = 0;
    for (uint32_t i = 0; i < bytes; i++)
        s += i % 2 ? p[i] : (uint32_t)p[i] << 8;
    while (s >> 16)
        s = (s & 0xffff) + (s >> 16);
    return s;
}

/* IPv4 at `at`, `length` bytes of frame in all. */
static void put_ip4(uint32_t at, uint32_t length, uint8_t proto, uint32_t fragment)
{
    memset(f + at, 0, 20);
    f[at] = 0x45;
    nic_put16(f + at + 2, length - at);
    nic_put16(f + at + 6, fragment);
    f[at + 8] = 64;
    f[at + 9] = proto;
    f[at + 15] = 1;
    f[at + 19] = 2;
    nic_put16(f + at + 10, ~plain_sum(f + at, 20));
}

static void fill(void)
{
    for (uint32_t i = 0; i < sizeof f; i++)
        f[i] = (uint8_t)(i * 7 + 3);
}

static uint32_t parse(uint32_t length, struct nic_tags tags)
{
    nic_parse(f, length, tags, &h);
    return nic_parse_checksums(f, &h);
}

START_TEST(tags)
{
    fill();
    memcpy(f + 12, "\x88\xa8\x20\x05\x81\x00\xa0\x07\x08\x00", 10);
    put_ip4(22, 100, 17, 0);
    parse(100, two_tags);
    ck_assert(h.outer && h.tagged);
    ck_assert_uint_eq(h.tci, 0xa007);
    ck_assert_uint_eq(h.l3, 22);
    ck_assert_uint_eq(h.ptype, PTYPE_IPV4 | PTYPE_UDP);
    parse(100, one_tag); /* not its kind of tag */
    ck_assert(!h.outer && !h.tagged && !h.l3);
    memcpy(f + 12, "\x81\x00\xa0\x07\x08\x00", 6);
    put_ip4(18, 100, 17, 0);
    parse(100, one_tag);
    ck_assert(h.tagged && !h.outer);
    ck_assert_uint_eq(h.l3, 18);
    parse(100, two_tags); /* without an outer tag there is none at all */
    ck_assert(!h.tagged && !h.outer && !h.l3);
    memcpy(f + 12, "\x88\xa8\x20\x05\x08\x00", 6);
    parse(100, two_tags); /* an outer one alone */
    ck_assert(!h.tagged && h.outer);
    ck_assert_uint_eq(h.l3, 18);
    memcpy(f + 12, "\x88\xa8\x20\x05\x81\x00", 6);
    parse(18, two_tags); /* cut off behind the outer one */
    ck_assert(!h.tagged && h.outer);
    memcpy(f + 12, "\x81\x00\x20\x05\x81\x00\x00\x09\x08\x00", 10);
    parse(100, (struct nic_tags){.vet = 0x8100, .outer = 0x8100}); /* DPDK's default */
    ck_assert(h.tagged && h.outer);
    ck_assert_uint_eq(h.tci, 9);
}
END_TEST

START_TEST(types)
{
    static const struct {
        uint8_t proto;
        uint16_t type;
    } kinds[] = {
        {6, PTYPE_TCP}, {17, PTYPE_UDP}, {132, PTYPE_SCTP}, {50, PTYPE_ESP}, {51, PTYPE_AH},
        {41, PTYPE_IPV6}, {1, 0}, {47, 0}, {4, 0},
    };

    fill();
    memcpy(f + 12, "\x08\x00", 2);
    for (unsigned i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        put_ip4(14, 100, kinds[i].proto, 0);
        ck_assert(!(parse(100, one_tag) & RXD_ERR_IPE));
        ck_assert_uint_eq(h.ptype, PTYPE_IPV4 | kinds[i].type);
        put_ip4(14, 100, kinds[i].proto, 0x2000); /* a fragment tells nothing more */
        parse(100, one_tag);
        ck_assert_uint_eq(h.ptype, PTYPE_IPV4);
        ck_assert(h.fragment);
    }
    put_ip4(14, 100, 6, 0);
    parse(14 + 20 + 19, one_tag); /* cut off within TCP */
    ck_assert_uint_eq(h.ptype & ~(unsigned)TYPE_ALL, 0);
    ck_assert_uint_eq(h.l4, 0);
}
END_TEST

START_TEST(sctp)
{
    uint32_t length = 14 + 20 + 12 + 37, crc;

    fill();
    memcpy(f + 12, "\x08\x00", 2);
    put_ip4(14, length, 132, 0);
    memset(f + 34 + 8, 0, 4);
    crc = nic_crc32c(0, f + 34, length - 34);
    for (int i = 0; i < 4; i++)
        f[34 + 8 + i] = (uint8_t)(crc >> 8 * i);
    ck_assert_uint_eq(parse(length, one_tag), RXD_STAT_IPCS | RXD_STAT_L4CS);
    ck_assert_uint_eq(parse(length + 9, one_tag), RXD_STAT_IPCS | RXD_STAT_L4CS); /* padding */
    for (uint32_t i = 34; i < length; i += 5) {
        f[i] ^= 0x10;
        ck_assert_uint_eq(parse(length, one_tag), RXD_STAT_IPCS | RXD_STAT_L4CS | RXD_ERR_TCPE);
        f[i] ^= 0x10;
    }
}
END_TEST

START_TEST(fragments)
{
    bool udp_sum;

    fill();
    memcpy(f + 12, "\x08\x00", 2);
    put_ip4(14, 101, 17, 0x2000);
    parse(110, one_tag);
    ck_assert_uint_eq(nic_parse_fragment(f, &h, &udp_sum), plain_sum(f + 34, 67));
    ck_assert(udp_sum);
    memset(f + 40, 0, 2); /* the sender did not compute one */
    parse(110, one_tag);
    nic_parse_fragment(f, &h, &udp_sum);
    ck_assert(!udp_sum);
    put_ip4(14, 101, 17, 0x2010); /* not the first */
    f[40] = 1;
    parse(110, one_tag);
    ck_assert_uint_eq(nic_parse_fragment(f, &h, &udp_sum), plain_sum(f + 34, 67));
    ck_assert(!udp_sum);
    put_ip4(14, 101, 6, 0x2000);
    parse(110, one_tag);
    ck_assert_uint_eq(nic_parse_fragment(f, &h, &udp_sum), 0);
    put_ip4(14, 101, 17, 0x4000);
    parse(110, one_tag);
    ck_assert_uint_eq(nic_parse_fragment(f, &h, &udp_sum), 0); /* whole */
    put_ip4(14, 38, 17, 0x2000); /* four bytes only */
    parse(60, one_tag);
    ck_assert_uint_eq(nic_parse_fragment(f, &h, &udp_sum), plain_sum(f + 34, 4));
    ck_assert(!udp_sum);
}
END_TEST

/* Whatever it is made of and wherever it ends: no offset leaves the frame. */
START_TEST(anything)
{
    uint32_t x = (uint32_t)_i * 2654435761u + 1;
    static const uint8_t starts[][10] = {
        "\x08\x00\x45", "\x86\xdd\x60", "\x81\x00\x00\x01\x08\x00\x46",
        "\x88\xa8\0\1\x81\0\0\2\x86\xdd",
    };
    bool udp_sum;

    for (int round = 0; round < 2000; round++) {
        for (uint32_t i = 0; i < 128; i++) {
            x = x * 1664525 + 1013904223;
            f[i] = (uint8_t)(x >> 24);
        }
        memcpy(f + 12, starts[round % 4], 10);
        f[round % 4 ? 20 : 23] = (uint8_t[]){6, 17, 132, 0, 43, 44, 60, 41}[x >> 8 & 7];
        uint32_t length = 14 + (x >> 3) % 114;
        uint8_t *exact = malloc(length); /* so that a sanitizer sees the first byte too many */
        memcpy(exact, f, length);
        nic_parse(exact, length, round & 4 ? two_tags : one_tag, &h);
        nic_parse_checksums(exact, &h);
        nic_parse_fragment(exact, &h, &udp_sum);
        ck_assert_uint_le(h.l3_end, length);
        ck_assert_uint_lt(h.l4, length);
        free(exact);
    }
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("parse");

    tcase_add_test(t, tags);
    tcase_add_test(t, types);
    tcase_add_test(t, sctp);
    tcase_add_test(t, fragments);
    tcase_add_loop_test(t, anything, 0, 8);
    return RUN_TESTS("parse", t);
}
