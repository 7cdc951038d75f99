/* SPDX-License-Identifier: BSD-2-Clause
 * The wait: a frame at any instant around the arming wakes, nothing else does. */
#include "driver/ixd_priv.h"
#include "driver/tests/fake_bus.h"
#include "driver/tests/test.h"

#include <errno.h>

static struct fake_bus fake;
static struct pool *pool;
static struct ixd_port *port;
static struct ixd_error err;

static void begin(bool interrupts, unsigned queues)
{
    struct ixd_config config;

    fake_bus_init(&fake);
    pool = fake_pool(&fake, queues > 4 ? 128 * 128 : 512);
    ixd_config_default(&config);
    config.pool = pool;
    config.rx_ring = config.tx_ring = 64;
    config.rx_queues = queues;
    config.tx_queues = queues < IXD_TX_QUEUES_MAX ? queues : IXD_TX_QUEUES_MAX;
    config.interrupts = interrupts;
    config.itr_us = 50;
    ck_assert_msg(ixd_open(&port, &fake.bus, &config, &err) == 0, "%s", err.text);
}

static void end(void)
{
    ck_assert_msg(ixd_close(port, &err) == 0, "%s", err.text);
    ck_assert_uint_eq(fake.vectors, 0);
    ck_assert_int_eq(pool_check_home(pool, &err), 0);
    fake_bus_fini(&fake, pool);
}

static void frame(struct fake_bus *f)
{
    static const uint8_t bytes[60];

    fake_receive(f, 0, bytes, sizeof(bytes), IXD_RX_EOP);
    f->on_arm = NULL;
}

static void take(unsigned expected)
{
    struct pool_buf *bufs[8];
    unsigned got = ixd_rx_burst(port, 0, bufs, 8);

    ck_assert_uint_eq(got, expected);
    pool_free_bulk(pool, bufs, got);
}

START_TEST(nothing_comes)
{
    begin(true, 1);
    ck_assert_int_eq(ixd_wait_rx(&port, 1, 1000, &err), 0);
    ck_assert_uint_eq(fake.waits, 1);
    end();
}
END_TEST

START_TEST(frame_before_the_arming)
{
    begin(true, 1);
    for (unsigned i = 0; i < 1000; i++) {
        frame(&fake);
        ck_assert_int_eq(ixd_wait_rx(&port, 1, 1000, &err), 1);
        take(1);
    }
    ck_assert_uint_eq(fake.waits, 0);
    end();
}
END_TEST

START_TEST(frame_between_last_poll_and_arming)
{
    begin(true, 1);
    for (unsigned i = 0; i < 1000; i++) {
        take(0);
        fake.on_arm = frame;
        ck_assert_int_eq(ixd_wait_rx(&port, 1, 1000, &err), 1);
        take(1);
    }
    ck_assert_uint_eq(fake.waits, 0);
    end();
}
END_TEST

/* The second frame of a pair comes after the message of the first has masked the vector. */
START_TEST(frame_behind_a_message_wakes_the_next_wait)
{
    begin(true, 1);
    ixd_wait_rx(&port, 1, 0, &err); /* arms */
    frame(&fake);                   /* message, mask closes */
    frame(&fake);                   /* latched */
    take(2);
    ck_assert_int_eq(ixd_wait_rx(&port, 1, 1000, &err), 1); /* may be for nothing */
    take(0);
    ck_assert_int_eq(ixd_wait_rx(&port, 1, 1000, &err), 0);
    end();
}
END_TEST

/* A worker waits for its queues alone: others' stay masked, their frames wake nobody here. */
START_TEST(some_queues_alone)
{
    static const uint8_t bytes[60];

    begin(true, 3);
    ck_assert(fake_receive(&fake, 0, bytes, 60, IXD_RX_EOP));
    ck_assert_int_eq(ixd_wait_queues(&port, 1, (struct ixd_share){1, 3}, false, 1000, &err), 0);
    ck_assert_uint_eq(fake.reg[IXD_EIMS_EX / 4], 1 << 1);
    ck_assert(fake_receive(&fake, 1, bytes, 60, IXD_RX_EOP));
    ck_assert_int_eq(ixd_wait_queues(&port, 1, (struct ixd_share){1, 3}, false, 1000, &err), 1);
    fake_link(&fake, false);
    ck_assert_int_eq(ixd_wait_queues(&port, 1, (struct ixd_share){2, 3}, false, 1000, &err), 0);
    ck_assert(ixd_link_last(port).up);
    ck_assert_int_eq(ixd_wait_queues(&port, 1, (struct ixd_share){2, 3}, true, 1000, &err), 1);
    ck_assert(!ixd_link_last(port).up);
    end();
}
END_TEST

START_TEST(link_change_wakes_and_is_seen)
{
    begin(true, 2);
    fake_link(&fake, false);
    ck_assert(ixd_link_last(port).up);
    ck_assert_int_eq(ixd_wait_rx(&port, 1, 1000, &err), 1);
    ck_assert(!ixd_link_last(port).up);
    ck_assert_uint_eq(fake.reg[IXD_EICR / 4], 0);
    fake_link(&fake, true);
    ck_assert_int_eq(ixd_wait_rx(&port, 1, 1000, &err), 1);
    ck_assert(ixd_link_last(port).up);
    ck_assert_uint_eq(ixd_link_last(port).changes, 2);
    end();
}
END_TEST

START_TEST(registers)
{
    begin(true, 3);
    ck_assert_uint_eq(fake.vectors, 4);
    ck_assert_uint_eq(fake.reg[IXD_AT(IVAR, 0) / 4], 0x00810080);
    ck_assert_uint_eq(fake.reg[IXD_AT(IVAR, 1) / 4], 0x00000082);
    ck_assert_uint_eq(fake.reg[IXD_IVAR_MISC / 4], 0x00008300);
    ck_assert_uint_eq(fake.reg[IXD_EIAC / 4], 7);
    ck_assert_uint_eq(fake.reg[IXD_AT(EIAM_EX, 0) / 4], 7);
    ck_assert_uint_eq(fake.reg[IXD_AT(EITR, 2) / 4], 0x80000000 | 200);
    ck_assert_uint_eq(fake.reg[IXD_GPIE / 4], 0xc0000030);
    ck_assert_uint_eq(fake.reg[IXD_EIMS / 4], IXD_EICR_LSC);
    end();
}
END_TEST

START_TEST(port_without_interrupts_cannot_wait)
{
    begin(false, 1);
    ck_assert_int_eq(ixd_wait_rx(&port, 1, 1000, &err), -EINVAL);
    ck_contains(err.text, "without interrupts");
    ck_assert_int_eq(ixd_wait_rx(&port, 0, 1000, &err), -EINVAL);
    end();
}
END_TEST

/* 128 queues share 63 vectors; those above 15 and 31 have their bits and intervals elsewhere. */
START_TEST(all_vectors)
{
    static const uint8_t bytes[60];

    begin(true, 128);
    ck_assert_uint_eq(fake.vectors, 64);
    ck_assert_uint_eq(fake.reg[IXD_AT(IVAR, 31) / 4], 0x008000be);
    ck_assert_uint_eq(fake.reg[IXD_AT(IVAR, 63) / 4], 0x00810080);
    ck_assert_uint_eq(fake.reg[IXD_IVAR_MISC / 4], 0x0000bf00);
    ck_assert_uint_eq(fake.reg[IXD_EIAC / 4], 0xffff);
    ck_assert_uint_eq(fake.reg[IXD_AT(EIAM_EX, 0) / 4], UINT32_MAX);
    ck_assert_uint_eq(fake.reg[IXD_AT(EIAM_EX, 1) / 4], 0x7fffffff);
    ck_assert_uint_eq(fake.reg[0x12300 / 4], 0x80000000 | 200);
    ck_assert_uint_eq(fake.reg[(0x12300 + 4 * (62 - 24)) / 4], 0x80000000 | 200);
    ck_assert_uint_eq(fake.reg[0xd028 / 4] & IXD_RXDCTL_ENABLE, IXD_RXDCTL_ENABLE);
    for (unsigned q = 0; q < 128; q++) {
        struct pool_buf *buf;

        ck_assert_int_eq(ixd_wait_rx(&port, 1, 1000, &err), 0);
        ck_assert(fake_receive(&fake, q, bytes, 60, IXD_RX_EOP));
        ck_assert_uint_eq(fake.message, UINT64_C(1) << q % 63);
        fake.message = 0;
        ck_assert_int_eq(ixd_wait_queues(&port, 1, (struct ixd_share){q % 7, 7}, false, 0, &err),
                         1);
        ck_assert_uint_eq(ixd_rx_burst(port, q, &buf, 1), 1);
        pool_free_bulk(pool, &buf, 1);
    }
    end();
}
END_TEST

TEST_MAIN("irq", all_vectors, some_queues_alone,
          nothing_comes, frame_before_the_arming, frame_between_last_poll_and_arming,
          frame_behind_a_message_wakes_the_next_wait, link_change_wakes_and_is_seen, registers,
          port_without_interrupts_cannot_wait)
