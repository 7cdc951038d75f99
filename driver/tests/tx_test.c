/* SPDX-License-Identifier: BSD-2-Clause
 * The transmit burst: order over ring ends, full rings, reports, buffers coming home. */
#include "driver/ixd_priv.h"
#include "driver/tests/fake_bus.h"
#include "driver/tests/test.h"

#include <errno.h>

static struct fake_bus fake;
static struct pool *pool;
static struct ixd_port *port;
static uint32_t next_number, sent_bytes;

static void begin(unsigned ring, unsigned report)
{
    struct ixd_config config;
    struct ixd_error err;

    fake_bus_init(&fake);
    pool = fake_pool(&fake, ring + 1024);
    ixd_config_default(&config);
    config.pool = pool;
    config.rx_ring = 32;
    config.tx_ring = ring;
    config.tx_report = report;
    ck_assert_msg(ixd_open(&port, &fake.bus, &config, &err) == 0, "%s", err.text);
    next_number = sent_bytes = 0;
}

static void end(void)
{
    struct ixd_error err;

    ck_assert_msg(ixd_close(port, &err) == 0, "%s", err.text);
    ck_assert_msg(pool_check_home(pool, &err) == 0, "%s", err.text);
    fake_bus_fini(&fake, pool);
}

static void on_wire(void *context, const uint8_t *bytes, unsigned length)
{
    uint32_t number;

    memcpy(&number, bytes, sizeof(number));
    ck_assert_uint_eq(number, next_number++);
    sent_bytes += length;
}

/* Takes `count` buffers and numbers them from `first`. */
static void fill(struct pool_buf **bufs, unsigned count, uint32_t first)
{
    ck_assert_uint_eq(pool_alloc_bulk(pool, bufs, count), count);
    for (unsigned i = 0; i < count; i++) {
        uint32_t number = first + i;

        bufs[i]->offset = number % 100;
        bufs[i]->length = 60 + number % 1400;
        memcpy(bufs[i]->data + bufs[i]->offset, &number, sizeof(number));
    }
}

static void wrap(unsigned ring, unsigned batch, unsigned report)
{
    struct pool_buf *bufs[256];
    uint32_t placed = 0, taken = 0;

    begin(ring, report);
    while (taken < 5 * ring) {
        unsigned n;

        fill(bufs, batch, placed);
        n = ixd_tx_burst(port, 0, bufs, batch);
        placed += n;
        pool_free_bulk(pool, bufs + n, batch - n);
        taken += fake_transmit(&fake, 0, batch > 3 ? batch - 3 : batch, on_wire, NULL);
        ck_assert_uint_lt(placed - taken, ring);
        ck_assert_uint_lt(ixd_tx_pending(port, 0), ring);
    }
    taken += fake_transmit(&fake, 0, ring, on_wire, NULL);
    ck_assert_uint_eq(taken, placed);
    ck_assert_uint_eq(ixd_tx_counters(port, 0)->packets, placed);
    end();
}

START_TEST(wrap_at_every_ring_batch_and_report)
{
    static const unsigned rings[] = {32, 40, 96, 512, 4096}, batches[] = {1, 7, 32, 256},
                          reports[] = {1, 5, 16, 0};

    for (unsigned r = 0; r < 5; r++) {
        for (unsigned b = 0; b < 4; b++) {
            for (unsigned k = 0; k < 4; k++)
                wrap(rings[r], batches[b], reports[k]);
        }
    }
}
END_TEST

/* A device that sends nothing (a link that is down): the ring takes length - 1 frames, refuses
 * the rest, and goes on when the device does. */
START_TEST(full_ring_refuses_and_recovers)
{
    struct pool_buf *bufs[256];

    begin(96, 0);
    fill(bufs, 120, 0);
    ck_assert_uint_eq(ixd_tx_burst(port, 0, bufs, 120), 95);
    ck_assert_uint_eq(ixd_tx_burst(port, 0, bufs + 95, 25), 0);
    ck_assert_uint_eq(ixd_tx_counters(port, 0)->full, 2);
    ck_assert_uint_eq(fake_transmit(&fake, 0, 256, on_wire, NULL), 95);
    ck_assert_uint_eq(ixd_tx_burst(port, 0, bufs + 95, 25), 25);
    ck_assert_uint_eq(fake_transmit(&fake, 0, 256, on_wire, NULL), 25);
    end();
}
END_TEST

/* Of the frames that are done, at most report - 1 buffers are not home yet. */
START_TEST(buffers_come_home_in_batches)
{
    struct pool_buf *bufs[32];

    begin(512, 32);
    for (unsigned i = 0; i < 3000; i++) {
        fill(bufs, 1, i);
        ck_assert_uint_eq(ixd_tx_burst(port, 0, bufs, 1), 1);
        fake_transmit(&fake, 0, 1, on_wire, NULL);
        ck_assert_uint_le(ixd_tx_pending(port, 0), 32);
    }
    end();
}
END_TEST

START_TEST(one_doorbell_per_burst_and_no_read)
{
    struct pool_buf *bufs[32];
    uint64_t reads, writes;

    begin(512, 0);
    reads = fake.reads;
    writes = fake.writes;
    for (unsigned i = 0; i < 100; i++) {
        fill(bufs, 32, i * 32);
        ck_assert_uint_eq(ixd_tx_burst(port, 0, bufs, 32), 32);
        fake_transmit(&fake, 0, 32, on_wire, NULL);
    }
    ck_assert_uint_eq(fake.reads, reads);
    ck_assert_uint_eq(fake.writes - writes, 100);
    ck_assert_uint_eq(ixd_tx_burst(port, 0, bufs, 0), 0);
    ck_assert_uint_eq(fake.writes - writes, 100); /* nothing to tell: no doorbell */
    end();
}
END_TEST

START_TEST(drain_waits_and_names_what_hangs)
{
    struct pool_buf *bufs[5];
    struct ixd_error err;

    begin(64, 0);
    fill(bufs, 5, 0);
    ixd_tx_burst(port, 0, bufs, 5);
    ck_assert_int_eq(ixd_tx_drain(port, 1000, &err), -ETIMEDOUT);
    ck_contains(err.text, "TDH(0): expected 5, the tail, within 1000 us; seen 0");
    fake_transmit(&fake, 0, 5, on_wire, NULL);
    ck_assert_int_eq(ixd_tx_drain(port, 1000, &err), 0);
    end(); /* the buffers that no report covers come home by closing */
}
END_TEST

/* Frames that were fetched and never left (the link went): the drain gives up on them, soon. */
START_TEST(drain_does_not_wait_for_lost_frames)
{
    struct pool_buf *bufs[5];
    struct ixd_error err;
    uint64_t before;

    begin(64, 0);
    fill(bufs, 5, 0);
    ixd_tx_burst(port, 0, bufs, 5);
    fake_transmit(&fake, 0, 5, on_wire, NULL);
    fake.reg[IXD_GPTC / 4] = 3;
    before = fake.now_ns;
    ck_assert_int_eq(ixd_tx_drain(port, 100000, &err), 0);
    ck_assert_uint_lt(fake.now_ns - before, 3000000);
    ck_assert_uint_eq(ixd_stats_get(port, "gptc"), 3);
    end();
}
END_TEST

TEST_MAIN("tx", wrap_at_every_ring_batch_and_report, full_ring_refuses_and_recovers,
          buffers_come_home_in_batches, one_doorbell_per_burst_and_no_read,
          drain_waits_and_names_what_hangs, drain_does_not_wait_for_lost_frames)
