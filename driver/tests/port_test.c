/* SPDX-License-Identifier: BSD-2-Clause
 * Configurations, right and wrong, and several ports at a time. */
#include "driver/ixd_priv.h"
#include "driver/tests/fake_bus.h"
#include "driver/tests/test.h"

#include <errno.h>

static struct ixd_error err;

static int check(void (*change)(struct ixd_config *config, unsigned value), unsigned value)
{
    struct ixd_config config;

    ixd_config_default(&config);
    change(&config, value);
    return ixd_config_check(&config, &err);
}

static void rx_ring(struct ixd_config *c, unsigned v)
{
    c->rx_ring = v;
}

static void tx_ring(struct ixd_config *c, unsigned v)
{
    c->tx_ring = v;
}

static void queues(struct ixd_config *c, unsigned v)
{
    c->rx_queues = v;
}

static void report(struct ixd_config *c, unsigned v)
{
    c->tx_report = v;
}

static void wthresh(struct ixd_config *c, unsigned v)
{
    c->tx_wthresh = v;
}

START_TEST(ring_lengths)
{
    for (unsigned n = 0; n < 4200; n++) {
        int expected = n >= 32 && n <= 4096 && n % 8 == 0 ? 0 : -EINVAL;

        ck_assert_int_eq(check(rx_ring, n), expected);
        ck_assert_int_eq(check(tx_ring, n), expected);
    }
    ck_contains(err.text, "transmit ring of 4199 descriptors: expected 32..4096");
}
END_TEST

START_TEST(other_limits)
{
    ck_assert_int_eq(check(queues, 0), -EINVAL);
    ck_assert_int_eq(check(queues, 128), 0);
    ck_assert_int_eq(check(queues, 129), -EINVAL);
    ck_contains(err.text, "129 receive queues: expected 1..128");
    ck_assert_int_eq(check(report, 256), 0);
    ck_assert_int_eq(check(report, 257), -EINVAL);
    ck_assert_int_eq(check(wthresh, 4), -EINVAL);
    ck_contains(err.text, "write-back threshold 4");
}
END_TEST

START_TEST(statistics_add_up)
{
    struct ixd_config config;
    static struct fake_bus fake;
    struct ixd_port *port;
    struct pool *pool;

    fake_bus_init(&fake);
    pool = fake_pool(&fake, 1024);
    ixd_config_default(&config);
    config.pool = pool;
    ck_assert_int_eq(ixd_open(&port, &fake.bus, &config, &err), 0);
    ck_assert_uint_eq(ixd_stats_get(port, "gprc"), 0);
    fake.reg[IXD_GPRC / 4] = 7;
    fake.reg[IXD_GORCL / 4] = 0xffffffff;
    fake.reg[IXD_GORCH / 4] = 0xfffffff2; /* 4 bits count */
    fake.reg[IXD_AT(MPC, 0) / 4] = 1;
    fake.reg[IXD_AT(MPC, 7) / 4] = 2;
    ixd_stats_update(port);
    fake.reg[IXD_GPRC / 4] = 5; /* the fake clears this one by reading, as the device does all */
    ixd_stats_update(port);
    ck_assert_uint_eq(ixd_stats_get(port, "gprc"), 12);
    ck_assert_uint_eq(ixd_stats_get(port, "gorc"), 2 * 0x2ffffffff);
    ck_assert_uint_eq(ixd_stats_get(port, "mpc"), 6);
    ck_assert_uint_eq(ixd_stats_get(port, "nonsense"), 0);
    ck_assert_int_eq(ixd_close(port, &err), 0);
    fake_bus_fini(&fake, pool);
}
END_TEST

START_TEST(buffers_that_a_port_can_hold)
{
    ck_assert_uint_eq(
        ixd_config_buffers(
            &(struct ixd_config){.rx_queues = 2, .tx_queues = 3, .rx_ring = 32, .tx_ring = 64}, 8),
        2 * 40 + 3 * 64);
}
END_TEST

/* Nothing is shared: two ports on one pool, opened, closed, opened again in another order. */
START_TEST(two_ports_on_one_pool)
{
    static struct fake_bus a, b;
    struct ixd_config config;
    struct ixd_port *pa, *pb;
    struct pool *pool;

    fake_bus_init(&a);
    fake_bus_init(&b);
    pool = fake_pool(&a, 2048);
    ixd_config_default(&config);
    config.pool = pool;
    ck_assert_int_eq(ixd_open(&pa, &a.bus, &config, &err), 0);
    ck_assert_int_eq(ixd_open(&pb, &b.bus, &config, &err), 0);
    ck_assert_uint_eq(pool_available(pool), 2048 - 2 * 511);
    ck_assert_int_eq(ixd_close(pa, &err), 0);
    ck_assert_int_eq(ixd_open(&pa, &a.bus, &config, &err), 0);
    ck_assert_int_eq(ixd_close(pb, &err), 0);
    ck_assert_int_eq(ixd_close(pa, &err), 0);
    ck_assert_int_eq(pool_check_home(pool, &err), 0);
    fake_bus_fini(&a, pool);
}
END_TEST

static struct fake_bus fake;
static struct pool *pool;

static struct ixd_port *open_port(uint32_t tx_offloads)
{
    struct ixd_config config;
    struct ixd_port *port;

    fake_bus_init(&fake);
    pool = fake_pool(&fake, 512);
    ixd_config_default(&config);
    config.pool = pool;
    config.rx_ring = config.tx_ring = 64;
    config.mtu = 9000;
    config.tx_offloads = tx_offloads;
    config.interrupts = true;
    ck_assert_msg(ixd_open(&port, &fake.bus, &config, &err) == 0, "%s", err.text);
    return port;
}

/* Frames waiting on both rings, one of them half received. */
static void fill_rings(struct ixd_port *port)
{
    static const uint8_t bytes[2048];
    struct pool_buf *bufs[20];

    for (unsigned i = 0; i < 5; i++)
        ck_assert(fake_receive(&fake, 0, bytes, 60, IXD_RX_EOP));
    ck_assert(fake_receive(&fake, 0, bytes, 2048, 0));
    ck_assert_uint_eq(ixd_rx_burst(port, 0, bufs, 20), 5);
    ck_assert_uint_eq(pool_alloc_bulk(pool, bufs + 5, 15), 15);
    for (unsigned i = 5; i < 20; i++) {
        bufs[i]->offset = bufs[i]->ol_flags = 0;
        bufs[i]->length = 60;
    }
    ck_assert_uint_eq(ixd_tx_burst(port, 0, bufs, 20), 20);
    ck_assert_uint_eq(fake_transmit(&fake, 0, 3, NULL, NULL), 3);
}

START_TEST(a_reset_brings_all_home_and_goes_on)
{
    struct ixd_port *port = open_port(0);

    for (unsigned i = 1; i <= 3; i++) {
        fill_rings(port);
        ck_assert_msg(ixd_port_reset(port, &err) == 0, "%s", err.text);
        ck_assert_uint_eq(ixd_port_resets(port), i);
        ck_assert_uint_eq(ixd_tx_pending(port, 0), 0);
        ck_assert_uint_eq(pool_available(pool), 512 - 63); /* what is on the receive ring */
        ck_assert_uint_eq(ixd_tx_counters(port, 0)->packets, 20 * i); /* they go on */
        ck_assert_uint_eq(ixd_tx_counters(port, 0)->reclaimed, 20 * i);
        ck_assert_uint_eq(ixd_rx_counters(port, 0)->packets, 5 * i);
        ck_assert_uint_eq(ixd_stats_get(port, "gptc"), 3 * i);
        ck_assert_uint_gt(fake.vectors, 0);
    }
    ck_assert_int_eq(ixd_close(port, &err), 0);
    ck_assert_msg(pool_check_home(pool, &err) == 0, "%s", err.text);
    fake_bus_fini(&fake, pool);
}
END_TEST

/* A queue that cannot even be switched off is what a reset is for; a reset that fails is an error,
 * and the port can be closed all the same. */
START_TEST(a_reset_that_fails)
{
    struct ixd_port *port = open_port(IXD_TX_OFFLOADS);

    fill_rings(port);
    fake_bus_stick(&fake, IXD_EEC, UINT32_MAX, 0);
    ck_assert_int_eq(ixd_port_reset(port, &err), -ETIMEDOUT);
    ck_contains(err.text, "EEC");
    ixd_close(port, &err);
    ck_assert_msg(pool_check_home(pool, &err) == 0, "%s", err.text);
    fake_bus_fini(&fake, pool);
}
END_TEST

/* Surprise removal: said at once, nothing is waited for, and all buffers come home. */
START_TEST(a_device_that_went_away)
{
    struct ixd_port *port = open_port(0);
    uint64_t before, reads;

    ck_assert(!ixd_port_gone(port));
    fill_rings(port);
    fake.gone = true;
    before = fake.now_ns;
    ck_assert(!ixd_link_read(port).up);
    ck_assert(ixd_port_gone(port));
    ck_assert_uint_le(fake.now_ns - before, 5000000);
    reads = fake.reads;
    ixd_stats_update(port);
    ixd_link_read(port);
    ck_assert_uint_eq(fake.reads, reads); /* left alone from now on */
    ck_assert(ixd_stats_get(port, "gprc") < 100);
    ck_assert_int_eq(ixd_port_reset(port, &err), -ENODEV);
    before = fake.now_ns;
    ck_assert_int_eq(ixd_close(port, &err), -ENODEV);
    ck_contains(err.text, "STATUS reads all ones: the device is gone");
    ck_assert_uint_le(fake.now_ns - before, 1000000);
    ck_assert_uint_eq(fake.vectors, 0);
    ck_assert_msg(pool_check_home(pool, &err) == 0, "%s", err.text);
    fake_bus_fini(&fake, pool);
}
END_TEST

/* One answer of all ones is not the end. */
START_TEST(a_device_that_stumbled)
{
    struct ixd_port *port = open_port(0);

    fake.stumbles = 2;
    ck_assert(!ixd_port_gone(port));
    ck_assert_int_eq(ixd_close(port, &err), 0);
    ck_assert_int_eq(pool_check_home(pool, &err), 0);
    fake_bus_fini(&fake, pool);
}
END_TEST

/* Queues with pools of their own: buffers never change sides. */
START_TEST(a_pool_for_each_queue)
{
    struct pool *pools[2];
    struct ixd_config config;
    struct pool_buf *buf;
    struct ixd_port *port;

    fake_bus_init(&fake);
    pools[0] = fake_pool(&fake, 256);
    pools[1] = fake_pool(&fake, 256);
    ixd_config_default(&config);
    config.pools = pools;
    config.rx_queues = config.tx_queues = 2;
    config.rx_ring = config.tx_ring = 64;
    ck_assert_msg(ixd_open(&port, &fake.bus, &config, &err) == 0, "%s", err.text);
    for (unsigned q = 0; q < 2; q++) {
        static const uint8_t bytes[60];

        ck_assert_uint_eq(pool_available(pools[q]), 256 - 63);
        ck_assert(fake_receive(&fake, q, bytes, 60, IXD_RX_EOP));
        ck_assert_uint_eq(ixd_rx_burst(port, q, &buf, 1), 1);
        ck_assert_ptr_eq(buf->pool, pools[q]);
        ck_assert_uint_eq(ixd_tx_burst(port, q, &buf, 1), 1);
    }
    ck_assert_int_eq(ixd_close(port, &err), 0);
    ck_assert_msg(pool_check_home(pools[0], &err) == 0, "%s", err.text);
    ck_assert_msg(pool_check_home(pools[1], &err) == 0, "%s", err.text);
    pool_destroy(pools[0]);
    fake_bus_fini(&fake, pools[1]);
}
END_TEST

TEST_MAIN("port", a_reset_brings_all_home_and_goes_on, a_reset_that_fails, a_device_that_went_away,
          a_device_that_stumbled, a_pool_for_each_queue,
          ring_lengths, other_limits, statistics_add_up, buffers_that_a_port_can_hold,
          two_ports_on_one_pool)
