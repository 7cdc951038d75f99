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
    ck_assert_int_eq(check(queues, 16), 0);
    ck_assert_int_eq(check(queues, 17), -EINVAL);
    ck_contains(err.text, "17 receive queues: expected 1..16");
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

TEST_MAIN("port", ring_lengths, other_limits, statistics_add_up, buffers_that_a_port_can_hold,
          two_ports_on_one_pool)
