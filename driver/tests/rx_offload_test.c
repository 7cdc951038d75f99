/* SPDX-License-Identifier: BSD-2-Clause
 * The longer receive path: chains over ring ends and burst ends, and the packet's fields. */
#include "driver/ixd_priv.h"
#include "driver/tests/fake_bus.h"
#include "driver/tests/test.h"

static struct fake_bus fake;
static struct pool *pool;
static struct ixd_port *port;
static uint8_t bytes[2048];

static void begin(unsigned ring, unsigned mtu)
{
    struct ixd_config config;
    struct ixd_error err;

    fake_bus_init(&fake);
    pool = fake_pool(&fake, ring + 400);
    ixd_config_default(&config);
    config.pool = pool;
    config.rx_ring = ring;
    config.mtu = mtu;
    config.rx_offloads = IXD_RX_OFFLOAD_CHECKSUM | IXD_RX_OFFLOAD_VLAN_STRIP |
                         IXD_RX_OFFLOAD_RSS_HASH;
    ck_assert_msg(ixd_open(&port, &fake.bus, &config, &err) == 0, "%s", err.text);
}

static void end(void)
{
    struct ixd_error err;

    ck_assert_msg(ixd_close(port, &err) == 0, "%s", err.text);
    ck_assert_msg(pool_check_home(pool, &err) == 0, "%s", err.text);
    fake_bus_fini(&fake, pool);
}

/* A frame of `segs` buffers; false when the ring has no room for all of it. */
static bool receive(uint32_t number, unsigned segs)
{
    uint32_t head = fake.reg[IXD_RDH / 4], tail = fake.reg[IXD_RDT / 4];
    uint32_t ring = fake.reg[IXD_RDLEN / 4] / 16;

    if (ixd_ring_distance(head, tail, ring) < segs)
        return false;
    memcpy(bytes, &number, sizeof(number));
    for (unsigned i = 1; i < segs; i++)
        ck_assert(fake_receive(&fake, 0, bytes, 2048, 0));
    ck_assert(fake_receive(&fake, 0, bytes, 60 + number % 100, IXD_RX_EOP));
    return true;
}

static void check_packet(const struct pool_buf *packet, uint32_t number, unsigned segs)
{
    uint32_t seen;

    memcpy(&seen, packet->data, sizeof(seen));
    ck_assert_uint_eq(seen, number);
    ck_assert_uint_eq(packet->nb_segs, segs);
    ck_assert_uint_eq(pool_packet_length(packet), (segs - 1) * 2048 + 60 + number % 100);
}

static void wrap(unsigned ring, unsigned batch)
{
    struct pool_buf *bufs[256];
    uint32_t sent = 0, got = 0;

    begin(ring, 9710);
    while (got < 5 * ring) {
        unsigned n;

        while (receive(sent, 1 + sent % 5))
            sent++;
        n = ixd_rx_burst(port, 0, bufs, batch);
        for (unsigned i = 0; i < n; i++, got++)
            check_packet(bufs[i], got, 1 + got % 5);
        pool_free_packets(pool, bufs, n);
    }
    ck_assert_uint_eq(ixd_rx_counters(port, 0)->packets, got);
    ck_assert_uint_eq(ixd_rx_counters(port, 0)->dropped, 0);
    end(); /* with a packet half taken, in most cases */
}

START_TEST(chains_over_every_end)
{
    static const unsigned rings[] = {32, 40, 512}, batches[] = {1, 3, 7, 32, 256};

    for (unsigned r = 0; r < 3; r++) {
        for (unsigned b = 0; b < 5; b++)
            wrap(rings[r], batches[b]);
    }
}
END_TEST

/* Longer than the MTU, damaged, or of impossible lengths: one drop each, and nothing lost. */
START_TEST(bad_packets_are_dropped_whole)
{
    struct pool_buf *bufs[32];

    begin(32, 4000); /* two buffers */
    receive(1, 3);
    receive(2, 2);
    fake_receive(&fake, 0, bytes, 2048, 0);
    fake_receive(&fake, 0, bytes, 100, IXD_RX_EOP | IXD_RX_CE);
    receive(3, 1);
    fake_receive(&fake, 0, bytes, 0, IXD_RX_EOP);
    fake_receive(&fake, 0, bytes, 0, 0);
    fake_receive(&fake, 0, bytes, 100, IXD_RX_EOP);
    receive(4, 1);
    ck_assert_uint_eq(ixd_rx_burst(port, 0, bufs, 32), 3);
    check_packet(bufs[0], 2, 2);
    check_packet(bufs[1], 3, 1);
    check_packet(bufs[2], 4, 1);
    ck_assert_uint_eq(ixd_rx_counters(port, 0)->dropped, 4);
    pool_free_packets(pool, bufs, 3);
    end();
}
END_TEST

static uint32_t flags_of(uint64_t word, uint64_t status)
{
    struct pool_buf *buf;
    uint32_t flags;

    ck_assert(fake_receive_as(&fake, 0, bytes, 100, word, IXD_RX_EOP | status));
    ck_assert_uint_eq(ixd_rx_burst(port, 0, &buf, 1), 1);
    flags = buf->ol_flags;
    pool_free_packets(pool, &buf, 1);
    return flags;
}

START_TEST(checksum_verdicts)
{
    const struct ixd_rx_counters *c;
    const uint64_t udp4 = (uint64_t)(IXD_PTYPE_IPV4 | IXD_PTYPE_UDP) << 4;
    const uint64_t tcp4 = (uint64_t)(IXD_PTYPE_IPV4 | IXD_PTYPE_TCP) << 4;

    begin(32, 1500);
    c = ixd_rx_counters(port, 0);
    ck_assert_uint_eq(flags_of(0, 0), 0);
    ck_assert_uint_eq(flags_of(tcp4, IXD_RX_IPCS), IXD_RX_IP_CKSUM_GOOD);
    ck_assert_uint_eq(flags_of(tcp4, IXD_RX_IPCS | IXD_RX_L4CS),
                      IXD_RX_IP_CKSUM_GOOD | IXD_RX_L4_CKSUM_GOOD);
    ck_assert_uint_eq(flags_of(tcp4, IXD_RX_IPCS | IXD_RX_IPE), IXD_RX_IP_CKSUM_BAD);
    ck_assert_uint_eq(flags_of(tcp4, IXD_RX_L4CS | IXD_RX_L4E), IXD_RX_L4_CKSUM_BAD);
    ck_assert_uint_eq(flags_of(tcp4, IXD_RX_IPE | IXD_RX_L4E), 0); /* not looked at */
    ck_assert_uint_eq(c->bad_ip_cksum, 1);
    ck_assert_uint_eq(c->bad_l4_cksum, 1);
    /* a datagram without a checksum is not a bad one, whatever the device says */
    memset(bytes, 0, sizeof(bytes));
    bytes[14] = 0x45;
    ck_assert_uint_eq(flags_of(udp4, IXD_RX_L4CS | IXD_RX_L4E), 0);
    bytes[41] = 1;
    ck_assert_uint_eq(flags_of(udp4, IXD_RX_L4CS | IXD_RX_L4E), IXD_RX_L4_CKSUM_BAD);
    bytes[12] = 0x81;
    bytes[18] = 0x46;
    ck_assert_uint_eq(flags_of(udp4, IXD_RX_L4CS | IXD_RX_L4E), 0);
    bytes[49] = 1;
    ck_assert_uint_eq(flags_of(udp4, IXD_RX_L4CS | IXD_RX_L4E), IXD_RX_L4_CKSUM_BAD);
    ck_assert_uint_eq(c->bad_l4_cksum, 3);
    end();
}
END_TEST

START_TEST(tag_hash_and_type)
{
    struct pool_buf *buf;

    begin(32, 1500);
    ck_assert(fake.reg[IXD_RXDCTL / 4] & IXD_RXDCTL_VME);
    fake_receive_as(&fake, 0, bytes, 60, UINT64_C(0xdeadbeef00000000) | 0x21 << 4 | 7,
                    IXD_RX_EOP | IXD_RX_VP | UINT64_C(0xe123) << 48);
    ck_assert_uint_eq(ixd_rx_burst(port, 0, &buf, 1), 1);
    ck_assert_uint_eq(buf->ol_flags, IXD_RX_VLAN | IXD_RX_RSS_HASH);
    ck_assert_uint_eq(buf->vlan_tci, 0xe123);
    ck_assert_uint_eq(buf->hash, 0xdeadbeef);
    ck_assert_uint_eq(buf->packet_type, IXD_PTYPE_IPV4 | IXD_PTYPE_UDP);
    pool_free_packets(pool, &buf, 1);
    fake_receive_as(&fake, 0, bytes, 60, UINT64_C(0xdeadbeef00000000) | 15,
                    IXD_RX_EOP | IXD_RX_FLM);
    ck_assert_uint_eq(ixd_rx_burst(port, 0, &buf, 1), 1);
    ck_assert_uint_eq(buf->ol_flags, IXD_RX_FDIR | IXD_RX_FDIR_ID);
    ck_assert_uint_eq(buf->hash, 0xbeef);
    pool_free_packets(pool, &buf, 1);
    end();
}
END_TEST

TEST_MAIN("rx_offload", chains_over_every_end, bad_packets_are_dropped_whole, checksum_verdicts,
          tag_hash_and_type)
