/* SPDX-License-Identifier: BSD-2-Clause
 * What a packet must hold before it goes to the device, and each reason to refuse one. */
#include "driver/ixd_priv.h"
#include "driver/tests/fake_bus.h"
#include "driver/tests/test.h"

static struct fake_bus fake;
static struct pool *pool;
static struct ixd_port *port;
static struct pool_buf *p;
static struct ixd_error err;

static void begin(void)
{
    struct ixd_config config;

    fake_bus_init(&fake);
    pool = fake_pool(&fake, 1024);
    ixd_config_default(&config);
    config.pool = pool;
    config.tx_offloads = IXD_TX_OFFLOADS;
    ck_assert_msg(ixd_open(&port, &fake.bus, &config, &err) == 0, "%s", err.text);
    ck_assert_uint_eq(pool_alloc_bulk(pool, &p, 1), 1);
}

static void end(void)
{
    pool_free_packets(pool, &p, 1);
    ck_assert_msg(ixd_close(port, &err) == 0, "%s", err.text);
    ck_assert_msg(pool_check_home(pool, &err) == 0, "%s", err.text);
    fake_bus_fini(&fake, pool);
}

/* Ethernet, IPv4 from 10.0.0.1 to 10.0.0.2 or IPv6 from ::1 to ::2, `length` bytes. */
static void make(uint32_t flags, unsigned length)
{
    bool v6 = flags & IXD_TX_IPV6;

    memset(p->data, 0, POOL_BUF_BYTES);
    p->offset = 6;
    p->length = length;
    p->ol_flags = flags;
    p->l2_len = 14;
    p->l3_len = v6 ? 40 : 20;
    p->l4_len = 20;
    p->tso_segsz = 100;
    if (v6)
        p->data[6 + 14 + 23] = 1, p->data[6 + 14 + 39] = 2;
    else
        memcpy(p->data + 6 + 14 + 10, "\xff\xff\x0a\0\0\x01\x0a\0\0\x02", 10);
}

static unsigned word(unsigned at)
{
    return p->data[6 + at] << 8 | p->data[6 + at + 1];
}

static unsigned pseudo(uint32_t flags, unsigned length, unsigned at)
{
    make(flags, length);
    ck_assert_msg(ixd_tx_prepare(port, &p, 1, &err) == 1, "%s", err.text);
    return word(at);
}

START_TEST(pseudo_headers)
{
    const uint32_t v4 = IXD_TX_IPV4, v6 = IXD_TX_IPV6;

    begin();
    /* 0a00 + 0001 + 0a00 + 0002 = 1403; protocol and length on top */
    ck_assert_uint_eq(pseudo(v4 | IXD_TX_IP_CKSUM | IXD_TX_TCP_CKSUM, 134, 50), 0x1403 + 6 + 100);
    ck_assert_uint_eq(word(24), 0);
    ck_assert_uint_eq(pseudo(v4 | IXD_TX_UDP_CKSUM, 134, 40), 0x1403 + 17 + 100);
    ck_assert_uint_eq(word(24), 0xffff); /* not asked for */
    ck_assert_uint_eq(pseudo(v6 | IXD_TX_TCP_CKSUM, 154, 70), 3 + 6 + 100);
    ck_assert_uint_eq(pseudo(v6 | IXD_TX_UDP_CKSUM, 154, 60), 3 + 17 + 100);
    ck_assert_uint_eq(pseudo(v4 | IXD_TX_TCP_SEG, 1000, 50), 0x1403 + 6); /* each has its length */
    ck_assert_uint_eq(word(24), 0);
    ck_assert_uint_eq(pseudo(v6 | IXD_TX_UDP_SEG, 1000, 60), 3 + 17);
    ck_assert_uint_eq(pseudo(v4 | IXD_TX_SCTP_CKSUM, 134, 42), 0);
    end();
}
END_TEST

static void refuse(const char *why)
{
    ck_assert_uint_eq(ixd_tx_prepare(port, &p, 1, &err), 0);
    ck_contains(err.text, why);
}

START_TEST(reasons_to_refuse)
{
    const uint32_t seg = IXD_TX_IPV4 | IXD_TX_TCP_SEG;

    begin();
    make(IXD_TX_VLAN, 16);
    refuse("packet of 16 bytes: expected 17");
    make(IXD_TX_VLAN, 1519);
    refuse("packet of 1519 bytes: expected at most 1518");
    make(IXD_TX_VLAN, 2043);
    refuse("bytes 6..2049: expected 1..2048");
    make(IXD_TX_IPV4 | IXD_TX_TCP_CKSUM, 53);
    refuse("headers of 54 bytes in a packet of 53");
    make(IXD_TX_IPV6 | IXD_TX_IP_CKSUM, 100);
    refuse("not IPv4");
    make(IXD_TX_IPV4 | IXD_TX_UDP_CKSUM, 100);
    p->l2_len = 128;
    refuse("l2_len 128");
    make(IXD_TX_IPV4 | IXD_TX_UDP_CKSUM, 100);
    p->l3_len = 19;
    refuse("l3_len 19");
    make(IXD_TX_TCP_SEG, 1000);
    refuse("one of IPV4 and IPV6");
    make(seg | IXD_TX_UDP_SEG, 1000);
    refuse("one of TCP_SEG and UDP_SEG");
    make(seg, 1000);
    p->tso_segsz = 0;
    refuse("into 0: expected 1..1464");
    make(seg, 1000);
    p->tso_segsz = 1465;
    refuse("into 1465");
    make(seg, 1000);
    p->l4_len = 19;
    refuse("headers of 14+20+19");
    make(seg, 54);
    refuse("segmentation of 54 bytes");
    make(seg, 1000);
    p->nb_segs = 2;
    refuse("nb_segs is 2: its chain has 1");
    p->nb_segs = 1;
    end();
}
END_TEST

START_TEST(headers_in_the_first_buffer)
{
    struct pool_buf *more;

    begin();
    ck_assert_uint_eq(pool_alloc_bulk(pool, &more, 1), 1);
    more->offset = 0;
    more->length = 100;
    make(IXD_TX_IPV4 | IXD_TX_TCP_CKSUM, 53);
    ck_assert(pool_chain(p, more));
    refuse("the first buffer has 53 of them");
    p->length = 54;
    ck_assert_uint_eq(ixd_tx_prepare(port, &p, 1, &err), 1);
    ck_assert_uint_eq(word(50), 0x1403 + 6 + 120);
    end();
}
END_TEST

TEST_MAIN("tx_prepare", pseudo_headers, reasons_to_refuse, headers_in_the_first_buffer)
