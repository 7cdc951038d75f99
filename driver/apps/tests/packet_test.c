/* SPDX-License-Identifier: BSD-2-Clause
 * Headers of strangers: what is found, and that nothing is read beyond the bytes there are. */
#include "driver/apps/packet.h"
#include "driver/tests/test.h"

static uint8_t data[2048];
static struct pool_buf p;

/* An Ethernet frame, `tag` bytes of tags, then IP of `version` with `protocol`. */
static void make(unsigned tag, unsigned version, unsigned protocol, unsigned l4_bytes)
{
    unsigned l3 = ETH_BYTES + tag, header = version == 6 ? IPV6_BYTES : IPV4_BYTES;

    memset(data, 0, sizeof(data));
    p = (struct pool_buf){.data = data, .nb_segs = 1, .length = l3 + header + l4_bytes};
    if (tag)
        packet_put16(data + 12, 0x8100);
    packet_put16(data + l3 - 2, version == 6 ? 0x86dd : 0x0800);
    data[l3] = version == 6 ? 0x60 : 0x45;
    data[l3 + (version == 6 ? 6 : 9)] = protocol;
    packet_put16(data + l3 + (version == 6 ? 4 : 2), version == 6 ? l4_bytes : header + l4_bytes);
    if (protocol == PROTO_TCP)
        data[l3 + header + 12] = 0x50;
    if (protocol == PROTO_UDP) {
        packet_put16(data + l3 + header + 4, l4_bytes);
        packet_put16(data + l3 + header + 6, 0x1234);
    }
}

START_TEST(kinds)
{
    make(0, 4, PROTO_UDP, 30);
    ck_assert_uint_eq(packet_parse(&p), IXD_TX_IPV4 | IXD_TX_UDP_CKSUM);
    ck_assert(p.l2_len == 14 && p.l3_len == 20 && p.l4_len == 8);
    make(4, 6, PROTO_TCP, 30);
    data[14 + 4 + 40 + 12] = 0x70;
    ck_assert_uint_eq(packet_parse(&p), IXD_TX_IPV6 | IXD_TX_TCP_CKSUM);
    ck_assert(p.l2_len == 18 && p.l3_len == 40 && p.l4_len == 28);
    make(0, 4, PROTO_SCTP, 30);
    ck_assert_uint_eq(packet_parse(&p), IXD_TX_IPV4 | IXD_TX_SCTP_CKSUM);
    make(0, 4, 1, 30);
    ck_assert_uint_eq(packet_parse(&p), IXD_TX_IPV4);
    make(0, 4, PROTO_UDP, 30);
    data[14 + 6] = 0x20; /* more fragments */
    ck_assert_uint_eq(packet_parse(&p), IXD_TX_IPV4);
    make(0, 4, PROTO_UDP, 30);
    data[12] = 0x88;
    ck_assert_uint_eq(packet_parse(&p), 0);
}
END_TEST

START_TEST(headers_that_do_not_fit)
{
    make(0, 4, PROTO_TCP, 30);
    data[14] = 0x44; /* shorter than any IPv4 header */
    ck_assert_uint_eq(packet_parse(&p), 0);
    data[14] = 0x4f; /* longer than the frame */
    p.length = 14 + 59;
    ck_assert_uint_eq(packet_parse(&p), 0);
    make(0, 4, PROTO_TCP, 30);
    data[14 + 20 + 12] = 0xf0;
    ck_assert_uint_eq(packet_parse(&p), IXD_TX_IPV4);
    data[14 + 20 + 12] = 0x40;
    ck_assert_uint_eq(packet_parse(&p), IXD_TX_IPV4);
    for (unsigned length = 0; length < 14 + 40 + 20; length++) { /* sanitizers watch the reads */
        uint8_t *exact = malloc(length ? length : 1);

        make(0, 6, PROTO_TCP, 20);
        memcpy(exact, data, length);
        p.data = exact;
        p.length = length;
        ck_assert_uint_eq(packet_parse(&p), length < 14 + 40 ? 0 : IXD_TX_IPV6);
        free(exact);
    }
}
END_TEST

START_TEST(padding_goes_and_torn_packets_are_told)
{
    make(0, 4, PROTO_UDP, 10);
    p.length = 60;
    ck_assert(packet_trim(&p, packet_parse(&p)));
    ck_assert_uint_eq(p.length, 44);
    p.length = 43;
    ck_assert(!packet_trim(&p, packet_parse(&p)));
    packet_put16(data + 16, 19);
    p.length = 60;
    ck_assert(!packet_trim(&p, packet_parse(&p)));
}
END_TEST

START_TEST(checksums_that_are_asked_for)
{
    make(0, 4, PROTO_UDP, 30);
    ck_assert(packet_ask_checksums(&p));
    ck_assert_uint_eq(p.ol_flags, IXD_TX_IPV4 | IXD_TX_IP_CKSUM | IXD_TX_UDP_CKSUM);
    make(0, 4, PROTO_UDP, 30);
    packet_put16(data + 14 + 20 + 6, 0); /* has none */
    ck_assert(packet_ask_checksums(&p));
    ck_assert_uint_eq(p.ol_flags, IXD_TX_IPV4 | IXD_TX_IP_CKSUM);
    make(0, 4, PROTO_UDP, 30);
    packet_put16(data + 14 + 20 + 4, 29); /* not the device's idea of its end */
    ck_assert(packet_ask_checksums(&p));
    ck_assert_uint_eq(p.ol_flags, IXD_TX_IPV4 | IXD_TX_IP_CKSUM);
    make(0, 6, PROTO_TCP, 30);
    ck_assert(packet_ask_checksums(&p));
    ck_assert_uint_eq(p.ol_flags, IXD_TX_IPV6 | IXD_TX_TCP_CKSUM);
    make(0, 6, PROTO_TCP, 30);
    data[12] = 0;
    ck_assert(!packet_ask_checksums(&p));
    ck_assert_uint_eq(p.ol_flags, 0);
}
END_TEST

TEST_MAIN("packet", kinds, headers_that_do_not_fit, padding_goes_and_torn_packets_are_told,
          checksums_that_are_asked_for)
