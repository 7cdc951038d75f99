/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Queues with a rate: how far apart their frames leave, beside queues without one.
 */
#include "model/nic/tx.h"

#include "model/nic/tests/packets.h"
#include "model/nic/tests/pools.h"

static struct fake_host *h;
static uint8_t f[NIC_FRAME_MAX];

enum { ENA = 1 << 31, POINT = 14, BYTE_PS = 800 };

static void setup(void)
{
    h = port_new();
    for (uint32_t q = 0; q < 4; q++)
        tx_start(h, q, 128, 0);
}
static void teardown(void)
{
    fake_free(h);
}

static void rate(uint32_t queue, uint32_t tenths) /* of link speed over rate */
{
    fake_w32(h, RTTDQSEL, queue);
    fake_w32(h, RTTBCNRC, (uint32_t)ENA | (tenths << POINT) / 10);
}

/* So many frames of so many bytes, of which byte 20 is the queue. */
static void send(uint32_t q, uint32_t count, uint32_t length)
{
    make_frame(f, length, station, 1);
    f[20] = (uint8_t)q;
    memcpy(h->memory + TX_BUFFERS + q * 16384, f, length);
    uint32_t slot = fake_r32(h, txq(q, DT));
    for (uint32_t i = 0; i < count; i++)
        tx_put(h, q, (slot + i) % 128, TX_BUFFERS + q * 16384, length, T_FULL);
    fake_w32(h, txq(q, DT), (slot + count) % 128);
}

START_TEST(frames_leave_at_the_rate)
{
    rate(1, 100);
    send(1, 20, 1000);
    fake_run(h, 1000ull * 1000 * NS);
    ck_assert_uint_eq(h->frames, 20);
    for (uint32_t i = 1; i < 20; i++)
        ck_assert_uint_eq(h->frame[i].time_ps - h->frame[i - 1].time_ps,
                          (1000 + 4) * 10ull * BYTE_PS);
}
END_TEST

START_TEST(others_are_not_held_up)
{
    rate(1, 1000);
    send(1, 4, 1000);
    send(2, 30, 1000);
    fake_run(h, 60 * 1000 * NS); /* 30 frames of 0.8 us, and the first one of queue 1 */
    ck_assert_uint_eq(h->frames, 31);
    fake_run(h, 400 * 1000 * NS);
    ck_assert_uint_eq(h->frames, 34);
    ck_assert_uint_eq(h->frame[33].bytes[20], 1);
}
END_TEST

START_TEST(two_rates)
{
    rate(0, 40);
    rate(3, 80);
    fake_w32(h, RTTDQSEL, 0);
    ck_assert_uint_eq(fake_r32(h, RTTBCNRC), (uint32_t)ENA | 4 << POINT);
    send(0, 60, 500);
    send(3, 60, 500);
    fake_run(h, 504ull * 8 * BYTE_PS * 20);
    uint32_t of[4] = {0};
    for (uint32_t i = 0; i < h->frames; i++)
        of[h->frame[i].bytes[20]]++;
    ck_assert_uint_ge(of[3], 19);
    ck_assert_uint_le(of[3], 21);
    ck_assert_uint_ge(of[0], 39);
    ck_assert_uint_le(of[0], 41);
}
END_TEST

START_TEST(a_new_rate_and_none)
{
    rate(1, 10000);
    send(1, 3, 1500);
    fake_run(h, 100 * 1000 * NS);
    ck_assert_uint_eq(h->frames, 1);
    rate(1, 20);
    fake_run(h, 10 * 1000 * NS);
    ck_assert_uint_eq(h->frames, 3);
    rate(1, 10000);
    send(1, 2, 1500);
    fake_run(h, 100 * 1000 * NS);
    ck_assert_uint_eq(h->frames, 4);
    fake_w32(h, RTTBCNRC, 0);
    fake_run(h, 100 * 1000 * NS);
    ck_assert_uint_eq(h->frames, 5);
}
END_TEST

START_TEST(a_queue_makes_up_for_what_it_missed)
{
    fake_w32(h, RTTBCNRM, 4); /* 4096 bytes' time */
    rate(1, 20);
    fake_run(h, 100 * 1000 * NS);
    send(1, 20, 996); /* 1000 with FCS: 1.6 us each */
    fake_run(h, 100 * 1000 * NS);
    ck_assert_uint_eq(h->frames, 20);
    uint64_t took = h->frame[19].time_ps - h->frame[0].time_ps, slow = 19ull * 2000 * BYTE_PS;
    ck_assert_uint_ge(took, slow - 4096ull * BYTE_PS - 2000ull * BYTE_PS);
    ck_assert_uint_le(took, slow - 3000ull * BYTE_PS);
}
END_TEST

START_TEST(a_packet_that_is_cut_counts_whole)
{
    struct packet k = {.version = 4, .proto = TCP, .payload = 3000};
    struct context c = context_of(&k);
    uint32_t length = write_packet(f, &k, 1, true);

    c.mss = 1000;
    c.flags = C_IPV4;
    rate(1, 100);
    memcpy(h->memory + TX_BUFFERS, f, length);
    tx_context(h, 1, 0, &c);
    for (uint32_t i = 1; i < 3; i++)
        tx_data(h, 1, i, TX_BUFFERS, length, (uint32_t)T_FULL | T_TSE, P_IXSM | P_TXSM, 3000);
    fake_w32(h, txq(1, DT), 3);
    fake_run(h, 100 * 1000 * NS);
    ck_assert_uint_eq(h->frames, 6);
    ck_assert_uint_ge(h->frame[3].time_ps - h->frame[0].time_ps,
                      10ull * (3000 + 3 * (54 + 4)) * BYTE_PS);
    ck_assert_uint_lt(h->frame[3].time_ps - h->frame[0].time_ps,
                      10ull * (3000 + 3 * (54 + 4)) * BYTE_PS + 1000 * NS);
}
END_TEST

START_TEST(a_reset_takes_rates_back)
{
    rate(1, 10000);
    send(1, 3, 1500);
    fake_run(h, 100 * 1000 * NS);
    nic_reset(&h->nic, NIC_RESET_SW);
    fake_run(h, 2000 * 1000 * NS);
    ck_assert_uint_eq(fake_r32(h, RTTBCNRC), 0);
    fake_w32(h, RTTDQSEL, 1);
    ck_assert_uint_eq(fake_r32(h, RTTBCNRC), 0);
    fake_w32(h, DMATXCTL, fake_r32(h, DMATXCTL) | 1);
    tx_start(h, 1, 128, 0);
    unsigned frames = h->frames;
    send(1, 3, 1500);
    fake_run(h, 100 * 1000 * NS);
    ck_assert_uint_eq(h->frames, frames + 3);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("tx_rate");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, frames_leave_at_the_rate);
    tcase_add_test(t, others_are_not_held_up);
    tcase_add_test(t, two_rates);
    tcase_add_test(t, a_new_rate_and_none);
    tcase_add_test(t, a_queue_makes_up_for_what_it_missed);
    tcase_add_test(t, a_packet_that_is_cut_counts_whole);
    tcase_add_test(t, a_reset_takes_rates_back);
    return RUN_TESTS("tx_rate", t);
}
