/* SPDX-License-Identifier: BSD-2-Clause
 * Key and table: defaults, changes, and what a reset must not forget. */
#include "driver/ixd_priv.h"
#include "driver/tests/fake_bus.h"
#include "driver/tests/test.h"

#include <errno.h>

static struct fake_bus fake;
static struct pool *pool;
static struct ixd_port *port;
static struct ixd_error err;

static void begin(unsigned queues, uint32_t offloads)
{
    struct ixd_config config;

    fake_bus_init(&fake);
    pool = fake_pool(&fake, 1024);
    ixd_config_default(&config);
    config.pool = pool;
    config.rx_ring = config.tx_ring = 32;
    config.rx_queues = queues;
    config.rx_offloads = offloads;
    ck_assert_msg(ixd_open(&port, &fake.bus, &config, &err) == 0, "%s", err.text);
}

static void end(void)
{
    ck_assert_msg(ixd_close(port, &err) == 0, "%s", err.text);
    ck_assert_int_eq(pool_check_home(pool, &err), 0);
    fake_bus_fini(&fake, pool);
}

static unsigned entry(unsigned i)
{
    return fake.reg[IXD_RETA / 4 + i / 4] >> (i % 4 * 8) & 0xff;
}

START_TEST(off_with_one_queue)
{
    begin(1, 0);
    ck_assert_uint_eq(fake.reg[IXD_MRQC / 4], 0);
    end();
    begin(1, IXD_RX_OFFLOAD_RSS_HASH);
    ck_assert_uint_ne(fake.reg[IXD_MRQC / 4], 0);
    ck_assert(fake.reg[IXD_RXCSUM / 4] & IXD_RXCSUM_PCSD);
    end();
}
END_TEST

START_TEST(queues_are_dealt_out)
{
    begin(5, 0);
    for (unsigned i = 0; i < 128; i++)
        ck_assert_uint_eq(entry(i), i % 5);
    for (unsigned i = 0; i < 10; i++)
        ck_assert_uint_eq(fake.reg[IXD_RSSRK / 4 + i], 0x5a6d5a6d);
    end();
}
END_TEST

START_TEST(changes_survive_a_reset)
{
    uint8_t key[IXD_RSS_KEY_BYTES], table[IXD_RSS_TABLE];

    begin(3, 0);
    for (unsigned i = 0; i < sizeof(key); i++)
        key[i] = i;
    for (unsigned i = 0; i < sizeof(table); i++)
        table[i] = 2 - i % 2;
    ixd_rss_set_key(port, key);
    ck_assert_int_eq(ixd_rss_set_table(port, table, &err), 0);
    for (unsigned reset = 0; reset < 2; reset++) {
        ck_assert_uint_eq(fake.reg[IXD_RSSRK / 4 + 1], 0x07060504);
        ck_assert_uint_eq(entry(0), 2);
        ck_assert_uint_eq(entry(127), 1);
        ck_assert_msg(ixd_port_reset(port, &err) == 0, "%s", err.text);
    }
    table[77] = 3;
    ck_assert_int_eq(ixd_rss_set_table(port, table, &err), -EINVAL);
    ck_contains(err.text, "entry 77 names queue 3: expected 0..2");
    ck_assert_uint_eq(entry(77), 1);
    end();
}
END_TEST

TEST_MAIN("rss", off_with_one_queue, queues_are_dealt_out, changes_survive_a_reset)
