/* SPDX-License-Identifier: BSD-2-Clause
 * When a transmit queue counts as stuck, and what must not be mistaken for it. */
#include "driver/ixd_priv.h"
#include "driver/tests/fake_bus.h"
#include "driver/tests/test.h"

enum { DEADLINE_NS = 100000, STEP_NS = 20000 };

static struct fake_bus fake;
static struct pool *pool;
static struct ixd_port *port;
static struct ixd_error err;

static void begin(uint32_t offloads, unsigned flow_control)
{
    struct ixd_config config;

    fake_bus_init(&fake);
    pool = fake_pool(&fake, 512);
    ixd_config_default(&config);
    config.pool = pool;
    config.rx_ring = config.tx_ring = 64;
    config.tx_report = 8;
    config.tx_offloads = offloads;
    config.flow_control = flow_control;
    ck_assert_msg(ixd_open(&port, &fake.bus, &config, &err) == 0, "%s", err.text);
    ixd_link_read(port);
}

static void end(void)
{
    ck_assert_msg(ixd_close(port, &err) == 0, "%s", err.text);
    ck_assert_msg(pool_check_home(pool, &err) == 0, "%s", err.text);
    fake_bus_fini(&fake, pool);
}

static void send(unsigned count)
{
    struct pool_buf *bufs[32];

    ck_assert_uint_eq(pool_alloc_bulk(pool, bufs, count), count);
    for (unsigned i = 0; i < count; i++) {
        bufs[i]->offset = 0;
        bufs[i]->length = 60;
        bufs[i]->ol_flags = 0;
    }
    ck_assert_uint_eq(ixd_tx_burst(port, 0, bufs, count), count);
}

/* Looks every STEP_NS; after how many looks is the queue stuck? 0: it is not, after 20. */
static unsigned looks(void)
{
    for (unsigned i = 1; i <= 20; i++) {
        if (ixd_tx_hung(port, 0, DEADLINE_NS))
            return i;
        fake.now_ns += STEP_NS;
    }
    return 0;
}

static void both_paths(void (*test)(uint32_t offloads))
{
    test(0);
    test(IXD_TX_OFFLOADS);
}

static void idle(uint32_t offloads)
{
    uint64_t reads;

    begin(offloads, 0);
    ck_assert_uint_eq(looks(), 0);
    send(3); /* fewer than a report covers: sent, and nothing owed */
    fake_transmit(&fake, 0, 8, NULL, NULL);
    ck_assert_uint_eq(looks(), 0);
    reads = fake.reads;
    ck_assert_uint_eq(looks(), 0);
    ck_assert_uint_eq(fake.reads, reads); /* the head was seen; it need not be read again */
    end();
}

START_TEST(idle_queues_are_not_stuck)
{
    both_paths(idle);
}
END_TEST

static void no_fetch(uint32_t offloads)
{
    begin(offloads, 0);
    send(3);
    ck_assert_uint_ge(looks(), 5);
    end();
}

START_TEST(a_head_that_stands_still)
{
    both_paths(no_fetch);
}
END_TEST

static void no_report(uint32_t offloads)
{
    uint64_t report;

    begin(offloads, 0);
    send(8);
    report = port->tx[0].ring[7].word[1];
    fake_transmit(&fake, 0, 8, NULL, NULL);
    port->tx[0].ring[7].word[1] = report; /* lost on its way */
    ck_assert_uint_ge(looks(), 5);
    port->tx[0].ring[7].word[1] = IXD_TX_DD;
    ck_assert_uint_eq(looks(), 0);
    ck_assert_uint_eq(ixd_tx_pending(port, 0), 0);
    end();
}

START_TEST(a_report_that_never_comes)
{
    both_paths(no_report);
}
END_TEST

START_TEST(slow_is_not_stuck)
{
    begin(0, 0);
    send(30);
    for (unsigned i = 0; i < 28; i++) {
        ck_assert(!ixd_tx_hung(port, 0, DEADLINE_NS));
        fake.now_ns += DEADLINE_NS - 1;
        fake_transmit(&fake, 0, 1, NULL, NULL);
    }
    ck_assert_uint_ge(looks(), 5); /* two are left, and now it stops */
    end();
}
END_TEST

START_TEST(a_link_that_is_down_is_not_stuck)
{
    begin(0, 0);
    fake_link(&fake, false);
    ixd_link_read(port);
    send(8);
    ck_assert_uint_eq(looks(), 0);
    fake_link(&fake, true);
    ixd_link_read(port);
    ck_assert_uint_ge(looks(), 5);
    end();
}
END_TEST

START_TEST(pauses_are_no_hang_when_they_are_obeyed)
{
    begin(0, IXD_FLOW_CONTROL_RX);
    send(8);
    for (unsigned i = 0; i < 20; i++) {
        fake.reg[IXD_LXOFFRXCNT / 4] = i + 1; /* this one holds still in the fake: it adds up */
        ck_assert(!ixd_tx_hung(port, 0, DEADLINE_NS));
        fake.now_ns += STEP_NS;
    }
    fake.reg[IXD_LXOFFRXCNT / 4] = 0;
    ck_assert_uint_ge(looks(), 4);
    end();
}
END_TEST

TEST_MAIN("hang", idle_queues_are_not_stuck, a_head_that_stands_still, a_report_that_never_comes,
          slow_is_not_stuck, a_link_that_is_down_is_not_stuck,
          pauses_are_no_hang_when_they_are_obeyed)
