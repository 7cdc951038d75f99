/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Drop enable by QDE, which names its queue in the register: written, read back, and what it does
 * to a frame without a descriptor and to one that waits already.
 */
#include "model/nic/tests/queues.h"

enum { QDE = 0x2f04, WRITE = 1 << 16, READ = 1 << 17, QPRDC0 = 0x1430, ETQF0 = 0x5128,
       ETQS0 = 0xec00 };

static struct fake_host *h;
static uint8_t f[64];

static void setup(void)
{
    h = port_new();
}

static void teardown(void)
{
    fake_free(h);
}

static uint32_t drops(uint32_t queue)
{
    fake_w32(h, QDE, READ | queue << 8);
    return fake_r32(h, QDE) & 1;
}

START_TEST(written_and_read_per_queue)
{
    for (uint32_t q = 0; q < 128; q += 9)
        fake_w32(h, QDE, WRITE | q << 8 | 1);
    for (uint32_t q = 0; q < 128; q++)
        ck_assert_uint_eq(drops(q), q % 9 == 0);
    fake_w32(h, QDE, 27 << 8); /* neither strobe: nothing happens */
    ck_assert_uint_eq(drops(27), 1);
    fake_w32(h, QDE, WRITE | 27 << 8);
    ck_assert_uint_eq(drops(27), 0);
    ck_assert_uint_eq(drops(36), 1);
    fake_w32(h, 0, 1 << 26);
    ck_assert_uint_eq(drops(36), 0);
}
END_TEST

START_TEST(a_frame_that_waits_goes)
{
    fake_w32(h, ETQF0, 1u << 31 | 0x88b5); /* to queue 70 */
    fake_w32(h, ETQS0, 1u << 31 | 70 << 16);
    rx_start(h, 0, 32, ADVANCED);
    fake_w32(h, RXCTRL, 0);
    rx_start(h, 70, 8, ADVANCED);
    fake_w32(h, rxq(70, DT), 0); /* nothing for it */
    fake_w32(h, RXCTRL, 1);
    make_frame(f, 60, station, 1);
    nic_frame_in(&h->nic, f, 60, true);
    make_frame(f, 60, station, 2);
    f[12] = 0x99; /* to queue 0, behind it */
    frame_in(h, f, 60);
    ck_assert(!rx_done(h, 0, 0));
    fake_w32(h, QDE, WRITE | 70 << 8 | 1);
    fake_run(h, 1000 * NS);
    ck_assert(rx_done(h, 0, 0));
    ck_assert_uint_eq(h->events[NIC_EV_rx_drop], 1);
    ck_assert_uint_eq(fake_r32(h, QPRDC0), 1);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("rx_queue");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, written_and_read_per_queue);
    tcase_add_test(t, a_frame_that_waits_goes);
    return RUN_TESTS("rx_queue", t);
}
