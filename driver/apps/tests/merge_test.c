/* SPDX-License-Identifier: BSD-2-Clause
 * Which neighbours become one packet, and which differences keep them apart. */
#include "driver/apps/merge.h"

#include "driver/apps/packet.h"
#include "driver/tests/fake_bus.h"
#include "driver/tests/test.h"

enum { PAYLOAD = 100, FRAMES = 12 };

static struct fake_bus fake;
static struct pool *pool;
static struct pool_buf *packets[FRAMES];

static void begin(void)
{
    fake_bus_init(&fake);
    pool = fake_pool(&fake, 1024);
    ck_assert_uint_eq(pool_alloc_bulk(pool, packets, FRAMES), FRAMES);
}

static void end(unsigned left)
{
    pool_free_packets(pool, packets, left);
    ck_assert_int_eq(pool_check_home(pool, NULL), 0);
    fake_bus_fini(&fake, pool);
}

/* Frame i of a flow over IPv4. */
static void make(unsigned i, unsigned protocol, unsigned payload)
{
    struct pool_buf *p = packets[i];
    uint8_t *ip = p->data + ETH_BYTES, *l4 = ip + IPV4_BYTES;
    unsigned header = protocol == PROTO_TCP ? TCP_BYTES : UDP_BYTES;

    memset(p->data, 0, 2048);
    p->offset = 0;
    p->length = ETH_BYTES + IPV4_BYTES + header + payload;
    p->ol_flags = 0;
    packet_put16(p->data + 12, 0x0800);
    ip[0] = 0x45;
    packet_put16(ip + 2, p->length - ETH_BYTES);
    packet_put16(ip + 4, 0xfffa + i); /* over the end of 16 bits */
    ip[9] = protocol;
    packet_put16(l4, 7);
    if (protocol == PROTO_TCP) {
        packet_put32(l4 + 4, 0xffffff00 + i * PAYLOAD);
        packet_put16(l4 + 12, 0x5010);
    } else {
        packet_put16(l4 + 4, header + payload);
        packet_put16(l4 + 6, 0xffff);
    }
    memset(l4 + header, i, payload);
    ck_assert(packet_ask_checksums(p));
}

static void make_all(unsigned protocol)
{
    for (unsigned i = 0; i < FRAMES; i++)
        make(i, protocol, PAYLOAD);
}

static void merges(unsigned protocol, uint32_t flag)
{
    begin();
    make_all(protocol);
    ck_assert_uint_eq(packet_merge(packets, FRAMES, 8), 2);
    ck_assert_uint_eq(packets[0]->nb_segs, 8);
    ck_assert_uint_eq(packets[1]->nb_segs, 4);
    ck_assert_uint_eq(packets[0]->tso_segsz, PAYLOAD);
    ck_assert(packets[0]->ol_flags & flag && packets[1]->ol_flags & flag);
    ck_assert_uint_eq(pool_packet_length(packets[1]), packets[1]->length + 3 * PAYLOAD);
    ck_assert_uint_eq(packets[1]->next->data[packets[1]->next->offset], 9);
    end(2);
}

START_TEST(datagrams_and_segments)
{
    merges(PROTO_UDP, IXD_TX_UDP_SEG);
    merges(PROTO_TCP, IXD_TX_TCP_SEG);
}
END_TEST

START_TEST(a_shorter_one_is_the_last)
{
    begin();
    make_all(PROTO_UDP);
    make(3, PROTO_UDP, 99);
    make(8, PROTO_UDP, 101); /* longer: begins anew */
    ck_assert_uint_eq(packet_merge(packets, FRAMES, 16), 4);
    ck_assert_uint_eq(packets[0]->nb_segs, 4);
    ck_assert_uint_eq(packets[1]->nb_segs, 4);
    ck_assert_uint_eq(packets[2]->nb_segs, 2); /* 101, then 100 as its last */
    ck_assert_uint_eq(packets[2]->tso_segsz, 101);
    end(4);
}
END_TEST

/* One byte of frame 5 differs: the rest does not go with what came before. */
static void apart(unsigned protocol, unsigned at)
{
    unsigned left;

    begin();
    make_all(protocol);
    packets[5]->data[at] ^= 1;
    left = packet_merge(packets, FRAMES, 16);
    ck_assert_msg(left >= 2, "byte %u of a frame of %u", at, protocol);
    ck_assert_uint_eq(packets[0]->nb_segs, 5);
    end(left);
}

START_TEST(differences_keep_apart)
{
    static const unsigned both[] = {0, 11, 14, 18, 19, 20, 22, 23, 26, 33, 34, 37};
    static const unsigned tcp[] = {38, 41, 42, 45, 46, 47, 49, 53};

    for (unsigned i = 0; i < sizeof(both) / sizeof(both[0]); i++) {
        apart(PROTO_UDP, both[i]);
        apart(PROTO_TCP, both[i]);
    }
    for (unsigned i = 0; i < sizeof(tcp) / sizeof(tcp[0]); i++)
        apart(PROTO_TCP, tcp[i]);
}
END_TEST

START_TEST(flags_and_tags_keep_apart)
{
    begin();
    make_all(PROTO_UDP);
    packets[4]->ol_flags |= IXD_TX_VLAN;
    for (unsigned i = 8; i < FRAMES; i++) {
        packets[i]->ol_flags |= IXD_TX_VLAN;
        packets[i]->vlan_tci = i / 10;
    }
    ck_assert_uint_eq(packet_merge(packets, FRAMES, 16), 5); /* 0-3, 4, 5-7, 8-9, 10-11 */
    ck_assert_uint_eq(packets[0]->nb_segs, 4);
    ck_assert_uint_eq(packets[1]->nb_segs, 1);
    ck_assert(!(packets[1]->ol_flags & IXD_TX_UDP_SEG));
    ck_assert_uint_eq(packets[4]->nb_segs, 2);
    end(5);
}
END_TEST

TEST_MAIN("merge", datagrams_and_segments, a_shorter_one_is_the_last, differences_keep_apart,
          flags_and_tags_keep_apart)
