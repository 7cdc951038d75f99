/* SPDX-License-Identifier: BSD-2-Clause
 * The receive burst: order and content over ring ends of all kinds, damage, shortage, cost. */
#include "driver/ixd_priv.h"
#include "driver/tests/fake_bus.h"
#include "driver/tests/test.h"

static struct fake_bus fake;
static struct pool *pool;
static struct ixd_port *port;

static void begin(unsigned ring, unsigned buffers)
{
    struct ixd_config config;
    struct ixd_error err;

    fake_bus_init(&fake);
    pool = fake_pool(&fake, buffers);
    ixd_config_default(&config);
    config.pool = pool;
    config.rx_ring = ring;
    ck_assert_msg(ixd_open(&port, &fake.bus, &config, &err) == 0, "%s", err.text);
}

static void end(void)
{
    struct ixd_error err;

    ck_assert_msg(ixd_close(port, &err) == 0, "%s", err.text);
    ck_assert_msg(pool_check_home(pool, &err) == 0, "%s", err.text);
    fake_bus_fini(&fake, pool);
}

static bool receive(uint32_t number)
{
    uint8_t frame[60] = {0};

    memcpy(frame, &number, sizeof(number));
    return fake_receive(&fake, 0, frame, sizeof(frame), IXD_RX_EOP);
}

/* The device fills as far as it can, the driver takes in bursts; every frame, once, in order. */
static void wrap(unsigned ring, unsigned batch)
{
    struct pool_buf *bufs[256];
    uint32_t sent = 0, got = 0;

    begin(ring, ring + 300);
    while (got < 5 * ring) {
        unsigned n;

        for (unsigned i = 0; i < batch + 3 && receive(sent); i++)
            sent++;
        n = ixd_rx_burst(port, 0, bufs, batch);
        ck_assert_uint_le(n, batch);
        for (unsigned i = 0; i < n; i++) {
            uint32_t number;

            ck_assert_uint_eq(bufs[i]->offset, 0);
            ck_assert_uint_eq(bufs[i]->length, 60);
            memcpy(&number, bufs[i]->data, sizeof(number));
            ck_assert_uint_eq(number, got++);
        }
        pool_free_bulk(pool, bufs, n);
    }
    ck_assert_uint_eq(ixd_rx_counters(port, 0)->packets, got);
    ck_assert_uint_eq(ixd_rx_counters(port, 0)->dropped, 0);
    end();
}

START_TEST(wrap_at_every_ring_and_batch)
{
    static const unsigned rings[] = {32, 40, 96, 512, 4096}, batches[] = {1, 7, 32, 64, 256};

    for (unsigned r = 0; r < 5; r++) {
        for (unsigned b = 0; b < 5; b++)
            wrap(rings[r], batches[b]);
    }
}
END_TEST

/* The device takes exactly length - 1 frames and no more: head may not meet tail. */
START_TEST(full_ring_is_one_short)
{
    struct pool_buf *bufs[256];
    unsigned n = 0;

    begin(96, 400);
    while (receive(n))
        n++;
    ck_assert_uint_eq(n, 95);
    ck_assert_uint_eq(ixd_rx_burst(port, 0, bufs, 256), 95);     /* larger than the ring */
    ck_assert_uint_eq(ixd_rx_burst(port, 0, bufs + 95, 100), 0); /* no old DD is taken for new */
    pool_free_bulk(pool, bufs, 95);
    end();
}
END_TEST

START_TEST(damaged_and_chained_frames_are_dropped)
{
    static const uint64_t bad[] = {IXD_RX_CE, IXD_RX_LE, IXD_RX_PE, IXD_RX_OSE, IXD_RX_USE};
    struct pool_buf *bufs[8];
    uint8_t bytes[2048] = {0};

    begin(32, 64);
    for (unsigned i = 0; i < 5; i++) {
        receive(i);
        fake_receive(&fake, 0, bytes, 60, IXD_RX_EOP | bad[i]);
        receive(100 + i);
        ck_assert_uint_eq(ixd_rx_burst(port, 0, bufs, 8), 2);
        ck_assert_uint_eq(bufs[1]->data[0], 100 + i);
        pool_free_bulk(pool, bufs, 2);
        ck_assert_uint_eq(ixd_rx_counters(port, 0)->dropped, i + 1);
    }
    /* one frame in three buffers is one drop, also when the bursts cut it */
    fake_receive(&fake, 0, bytes, 2048, 0);
    ck_assert_uint_eq(ixd_rx_burst(port, 0, bufs, 8), 0);
    fake_receive(&fake, 0, bytes, 2048, 0);
    ck_assert_uint_eq(ixd_rx_burst(port, 0, bufs, 8), 0);
    fake_receive(&fake, 0, bytes, 100, IXD_RX_EOP);
    receive(7);
    ck_assert_uint_eq(ixd_rx_burst(port, 0, bufs, 8), 1);
    ck_assert_uint_eq(bufs[0]->data[0], 7);
    pool_free_bulk(pool, bufs, 1);
    ck_assert_uint_eq(ixd_rx_counters(port, 0)->dropped, 6);
    end();
}
END_TEST

/* Lengths that a broken device might report must not reach the user. */
START_TEST(impossible_lengths_are_dropped)
{
    struct pool_buf *bufs[8];
    struct ixd_rx_queue *q;

    begin(32, 64);
    q = &port->rx[0];
    receive(1);
    receive(2);
    receive(3);
    q->ring[0].word[1] = htole64(IXD_RX_DD | IXD_RX_EOP); /* 0 bytes */
    q->ring[1].word[1] = htole64(IXD_RX_DD | IXD_RX_EOP | UINT64_C(2049) << 32);
    ck_assert_uint_eq(ixd_rx_burst(port, 0, bufs, 8), 1);
    ck_assert_uint_eq(bufs[0]->data[0], 3);
    ck_assert_uint_eq(ixd_rx_counters(port, 0)->dropped, 2);
    pool_free_bulk(pool, bufs, 1);
    end();
}
END_TEST

/* The user keeps everything: the ring runs dry, and fills again when buffers come back. */
START_TEST(empty_pool_is_survived)
{
    struct pool_buf *bufs[64];
    unsigned got = 0, number = 0;

    begin(32, 40);
    for (unsigned i = 0; i < 20; i++) {
        while (receive(number))
            number++;
        got += ixd_rx_burst(port, 0, bufs + got, 16);
    }
    ck_assert_uint_eq(got, 40);
    ck_assert_uint_gt(ixd_rx_counters(port, 0)->pool_empty, 0);
    ck_assert(!receive(number));
    pool_free_bulk(pool, bufs, got);
    ck_assert_uint_eq(ixd_rx_burst(port, 0, bufs, 16), 0); /* posts what is there now */
    ck_assert(receive(number));
    ck_assert_uint_eq(ixd_rx_burst(port, 0, bufs, 16), 1);
    pool_free_bulk(pool, bufs, 1);
    end();
}
END_TEST

/* No register is read, and one tail is written per `refill` frames, whatever the batch. */
START_TEST(cost_in_registers)
{
    struct pool_buf *bufs[32];
    uint64_t reads, writes;

    begin(512, 1024);
    reads = fake.reads;
    writes = fake.writes;
    for (unsigned i = 0; i < 3200; i++) {
        receive(i);
        ck_assert_uint_eq(ixd_rx_burst(port, 0, bufs, 32), 1);
        pool_free_bulk(pool, bufs, 1);
    }
    ck_assert_uint_eq(fake.reads, reads);
    ck_assert_uint_eq(fake.writes - writes, 3200 / 32);
    end();
}
END_TEST

TEST_MAIN("rx", wrap_at_every_ring_and_batch, full_ring_is_one_short,
          damaged_and_chained_frames_are_dropped, impossible_lengths_are_dropped,
          empty_pool_is_survived, cost_in_registers)
