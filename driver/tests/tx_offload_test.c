/* SPDX-License-Identifier: BSD-2-Clause
 * The longer transmit path: chains over ring ends, contexts written only when they change, what
 * the descriptors ask for, and packets that are refused. */
#include "driver/ixd_priv.h"
#include "driver/tests/fake_bus.h"
#include "driver/tests/test.h"

static struct fake_bus fake;
static struct pool *pool;
static struct ixd_port *port;

static void begin(unsigned ring, unsigned report)
{
    struct ixd_config config;
    struct ixd_error err;

    fake_bus_init(&fake);
    pool = fake_pool(&fake, ring + 2048);
    ixd_config_default(&config);
    config.pool = pool;
    config.rx_ring = 32;
    config.tx_ring = ring;
    config.tx_report = report;
    config.mtu = 9710;
    config.tx_offloads = IXD_TX_OFFLOADS;
    ck_assert_msg(ixd_open(&port, &fake.bus, &config, &err) == 0, "%s", err.text);
}

static void end(void)
{
    struct ixd_error err;

    ck_assert_msg(ixd_close(port, &err) == 0, "%s", err.text);
    ck_assert_msg(pool_check_home(pool, &err) == 0, "%s", err.text);
    fake_bus_fini(&fake, pool);
}

/* A packet of `segs` buffers whose bytes count up from `number`. */
static struct pool_buf *packet(unsigned segs, uint32_t number)
{
    struct pool_buf *first = NULL;

    for (unsigned s = 0; s < segs; s++) {
        struct pool_buf *buf;

        ck_assert_uint_eq(pool_alloc_bulk(pool, &buf, 1), 1);
        buf->offset = number % 50;
        buf->length = 100 + number % 60;
        buf->ol_flags = 0;
        for (unsigned i = 0; i < buf->length; i++)
            buf->data[buf->offset + i] = number + s * buf->length + i;
        if (first)
            ck_assert(pool_chain(first, buf));
        else
            first = buf;
    }
    return first;
}

static void on_wire(void *context, const uint8_t *bytes, unsigned length)
{
    uint32_t *next = context;

    ck_assert_uint_eq(length, (1 + *next % 6) * (100 + *next % 60));
    for (unsigned i = 0; i < length; i++)
        ck_assert_uint_eq(bytes[i], (*next + i) & 0xff);
    ++*next;
}

static void wrap(unsigned ring, unsigned batch, unsigned report)
{
    uint32_t placed = 0, next = 0, made = 0;
    struct pool_buf *bufs[64];
    unsigned held = 0;

    begin(ring, report);
    while (next < 3 * ring) {
        unsigned n;

        for (; held < batch; held++, made++)
            bufs[held] = packet(1 + made % 6, made);
        for (unsigned i = 0; i < held; i++) { /* a tag now and then: contexts in between */
            bufs[i]->ol_flags = (placed + i) % 3 ? IXD_TX_VLAN : 0;
            bufs[i]->vlan_tci = (placed + i) % 4;
        }
        n = ixd_tx_burst(port, 0, bufs, held);
        placed += n;
        held -= n;
        memmove(bufs, bufs + n, held * sizeof(bufs[0]));
        fake_transmit(&fake, 0, batch > 3 ? batch - 3 : batch, on_wire, &next);
        ck_assert_uint_lt(ixd_tx_pending(port, 0), ring);
    }
    fake_transmit(&fake, 0, ring, on_wire, &next);
    ck_assert_uint_eq(next, placed);
    ck_assert_uint_eq(ixd_tx_counters(port, 0)->packets, placed);
    ck_assert_uint_eq(ixd_tx_counters(port, 0)->refused, 0);
    pool_free_packets(pool, bufs, held);
    end();
}

START_TEST(wrap_at_every_ring_batch_and_report)
{
    static const unsigned rings[] = {32, 40, 512}, batches[] = {1, 7, 32}, reports[] = {1, 5, 16};

    for (unsigned r = 0; r < 3; r++) {
        for (unsigned b = 0; b < 3; b++) {
            for (unsigned k = 0; k < 3; k++)
                wrap(rings[r], batches[b], reports[k]);
        }
    }
}
END_TEST

/* All that are sent and reported are home; at most a batch of reports stays out. */
START_TEST(buffers_come_home)
{
    begin(512, 32);
    for (uint32_t i = 0; i < 2000; i++) {
        struct pool_buf *p = packet(1 + i % 6, i);

        p->ol_flags = IXD_TX_VLAN;
        p->vlan_tci = i;
        ck_assert_uint_eq(ixd_tx_burst(port, 0, &p, 1), 1);
        fake_transmit(&fake, 0, 1, NULL, NULL);
        ck_assert_uint_le(ixd_tx_pending(port, 0), 32 + 7);
    }
    end();
}
END_TEST

static void send(uint32_t flags, uint16_t tci, uint8_t l2)
{
    struct pool_buf *p = packet(1, 0);

    p->ol_flags = flags;
    p->vlan_tci = tci;
    p->l2_len = l2;
    p->l3_len = flags & IXD_TX_IPV6 ? 40 : 20;
    p->l4_len = flags & IXD_TX_UDP_SEG ? 8 : 20;
    p->tso_segsz = 10;
    ck_assert_uint_eq(ixd_tx_burst(port, 0, &p, 1), 1);
    ck_assert_uint_eq(fake_transmit(&fake, 0, 1, NULL, NULL), 1);
}

START_TEST(a_context_is_written_when_it_changes)
{
    const uint32_t csum = IXD_TX_IPV4 | IXD_TX_IP_CKSUM | IXD_TX_UDP_CKSUM;

    begin(512, 0);
    send(0, 0, 14);
    ck_assert_uint_eq(fake.contexts, 0);
    send(csum, 0, 14);
    send(csum, 9, 14); /* the tag is not asked for */
    ck_assert_uint_eq(fake.contexts, 1);
    send(csum, 0, 18);
    ck_assert_uint_eq(fake.contexts, 2);
    for (unsigned i = 0; i < 10; i++) { /* the device keeps two */
        send(csum, 0, 14);
        ck_assert_uint_eq(fake.command >> IXD_TX_IDX_SHIFT & 1, 1);
        send(csum, 0, 18);
        ck_assert_uint_eq(fake.command >> IXD_TX_IDX_SHIFT & 1, 0);
    }
    ck_assert_uint_eq(fake.contexts, 2);
    send(csum | IXD_TX_VLAN, 5, 14);
    ck_assert_uint_eq(fake.contexts, 3);
    send(csum | IXD_TX_VLAN, 5, 18);
    ck_assert_uint_eq(fake.contexts, 4);
    ck_assert_uint_eq(ixd_tx_counters(port, 0)->contexts, 4);
    end();
}
END_TEST

START_TEST(what_the_descriptors_ask_for)
{
    begin(512, 0);
    send(IXD_TX_IPV4 | IXD_TX_IP_CKSUM | IXD_TX_TCP_CKSUM | IXD_TX_VLAN, 0xabcd, 14);
    ck_assert_uint_eq(fake.context[0], UINT64_C(0xabcd) << 16 | 14 << 9 | 20);
    ck_assert_uint_eq(fake.context[1], UINT64_C(1) << 36 | 2u << 20 | 1u << 29 | 1 << 10 | 1 << 11);
    ck_assert_uint_eq(fake.command & 0xffff, 100);
    ck_assert_uint_eq(fake.command >> 46, 100);
    ck_assert_uint_eq(fake.command >> 40 & 0x3f, 3); /* both sums */
    ck_assert_uint_eq(fake.command >> 20 & 0xfff, 0x633 | (fake.command >> 20 & 0x80));
    send(IXD_TX_IPV6 | IXD_TX_SCTP_CKSUM, 0, 14);
    ck_assert_uint_eq(fake.context[0], 14 << 9 | 40);
    ck_assert_uint_eq(fake.context[1] & 0x1c00, 2 << 11);
    ck_assert_uint_eq(fake.command >> 40 & 0x3f, 2);
    send(IXD_TX_IPV4 | IXD_TX_TCP_SEG, 0, 14);
    ck_assert_uint_eq(fake.context[1] >> 40, 10 << 8 | 20);
    ck_assert_uint_eq(fake.command >> 46, 46);        /* 100 - 54 */
    ck_assert_uint_eq(fake.command >> 40 & 0x3f, 3);
    ck_assert_uint_eq(fake.command >> 31 & 1, 1);
    send(IXD_TX_IPV6 | IXD_TX_UDP_SEG, 0, 14);
    ck_assert_uint_eq(fake.context[1] & 0x1c00, 0);
    ck_assert_uint_eq(fake.command >> 46, 38);
    ck_assert_uint_eq(fake.command >> 40 & 0x3f, 2);
    ck_assert_uint_eq(ixd_tx_counters(port, 0)->tso_packets, 2);
    ck_assert_uint_eq(ixd_tx_counters(port, 0)->tso_frames, 5 + 4);
    end();
}
END_TEST

/* What the device could not send must not reach it, and must not block what follows. */
START_TEST(impossible_packets_are_refused)
{
    struct pool_buf *bufs[3];

    begin(32, 0);
    bufs[0] = packet(1, 0);
    bufs[1] = packet(16, 0); /* never fits a ring of 32, with reports in between */
    bufs[2] = packet(1, 0);
    ck_assert_uint_eq(ixd_tx_burst(port, 0, bufs, 3), 3);
    ck_assert_uint_eq(fake_transmit(&fake, 0, 9, NULL, NULL), 2);
    ck_assert_uint_eq(ixd_tx_counters(port, 0)->refused, 1);
    ck_assert_uint_eq(ixd_tx_counters(port, 0)->packets, 2);
    end();
}
END_TEST

TEST_MAIN("tx_offload", wrap_at_every_ring_batch_and_report, buffers_come_home,
          a_context_is_written_when_it_changes, what_the_descriptors_ask_for,
          impossible_packets_are_refused)
