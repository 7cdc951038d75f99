/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Transmit from doorbell to wire: timing, gathering, order under reordered completions, reports,
 * thresholds, padding, link, queues taking turns, and packets that cannot be sent.
 */
#include "model/nic/tx.h"

#include "model/nic/tests/queues.h"

static struct fake_host *h;

static void setup(void)
{
    h = port_new();
}
static void teardown(void)
{
    fake_free(h);
}

/* Packet `seed` of `length` bytes in one buffer, in slot `slot`; no doorbell. */
static void put_packet(uint32_t q, uint32_t slot, uint32_t seed, uint32_t length, uint32_t command)
{
    uint32_t at = TX_BUFFERS + (seed % 128) * BUFFER;

    make_frame(h->memory + at, length, broadcast, seed);
    tx_put(h, q, slot, at, length, command);
}

static void expect_frame(uint32_t i, uint32_t seed, uint32_t length)
{
    uint8_t want[NIC_FRAME_MAX];
    const struct fake_frame *f = &h->frame[i % FAKE_FRAMES];

    ck_assert_uint_gt(h->frames, i);
    make_frame(want, length, broadcast, seed);
    ck_assert_uint_eq(f->length, length);
    ck_assert_mem_eq(f->bytes, want, length);
    ck_assert(f->good_fcs);
}

START_TEST(a_frame_leaves_after_its_time)
{
    tx_start(h, 0, 32, 0);
    put_packet(0, 0, 1, 60, T_FULL);
    uint64_t start = h->sched.now_ps;
    fake_w32(h, txq(0, DT), 1);
    ck_assert(tx_done(h, 0, 0)); /* data are in: DD does not wait for the wire */
    ck_assert_uint_eq(fake_r32(h, txq(0, DH)), 1);
    fake_run(h, 555 * NS - 1);
    ck_assert_uint_eq(h->frames, 0);
    fake_run(h, 1);
    expect_frame(0, 1, 60);
    ck_assert_uint_eq(h->frame[0].time_ps, start + 555 * NS);
}
END_TEST

START_TEST(the_wire_serialises)
{
    tx_start(h, 0, 64, 0);
    for (uint32_t i = 0; i < 40; i++)
        put_packet(0, i, i, 60 + 10 * i, T_FULL);
    fake_w32(h, txq(0, DT), 40);
    fake_run(h, 100000 * NS);
    ck_assert_uint_eq(h->frames, 40);
    for (uint32_t i = 0; i < 40; i++) {
        expect_frame(i, i, 60 + 10 * i);
        ck_assert(tx_done(h, 0, i));
        if (i)
            ck_assert_uint_eq(h->frame[i].time_ps - h->frame[i - 1].time_ps,
                              (h->frame[i - 1].length + 24) * 800);
    }
}
END_TEST

START_TEST(order_and_wrap)
{
    const uint32_t length = (const uint32_t[]){32, 96, 512}[_i];

    tx_start(h, 0, length, 36 | 8 << 8);
    for (uint32_t i = 0; i < 4 * length; i++) {
        put_packet(0, i % length, i, 60 + i % 1400, i % 7 ? T_FULL & ~T_RS : T_FULL);
        fake_w32(h, txq(0, DT), (i + 1) % length);
        fake_run(h, 3000 * NS);
        expect_frame(i, i, 60 + i % 1400);
        ck_assert_uint_eq(tx_done(h, 0, i % length), i % 7 == 0); /* DD only where RS was */
        ck_assert_uint_eq(fake_r32(h, txq(0, DH)), (i + 1) % length);
    }
}
END_TEST

START_TEST(buffers_are_gathered)
{
    static const uint32_t cuts[] = {1, 13, 0, 200, 4000, 86};
    uint32_t at = 0x200ff0, n = sizeof cuts / sizeof cuts[0], done = 0;
    uint8_t want[4300];

    make_frame(want, 4300, broadcast, 9);
    tx_start(h, 0, 32, 0);
    for (uint32_t i = 0; i < n; i++) {
        memcpy(h->memory + at, want + done, cuts[i]);
        tx_put(h, 0, i, at, cuts[i], i + 1 == n ? T_FULL : T_FULL & ~(T_EOP | T_RS));
        at += cuts[i] + 4096 + 77;
        done += cuts[i];
    }
    fake_w32(h, txq(0, DT), n);
    fake_run(h, 10000 * NS);
    expect_frame(0, 9, 4300);
    ck_assert(tx_done(h, 0, n - 1));
    ck_assert(!tx_done(h, 0, 0));
    ck_assert_uint_eq(fake_r32(h, txq(0, DH)), n);
}
END_TEST

START_TEST(reads_are_cut_by_request_size_and_page)
{
    nic_config_write(&h->nic, 0xa8, 0x2810, 2); /* MRRS 512 */
    tx_start(h, 0, 32, 0);
    h->hold_reads = true;
    tx_put(h, 0, 0, 0x2003f0, 1514, T_FULL);
    make_frame(h->memory + 0x2003f0, 1514, broadcast, 0);
    fake_w32(h, txq(0, DT), 1);
    fake_answer(h, 0, NIC_DMA_OK);
    uint32_t sum = 0;
    for (unsigned i = 0; i < h->reads_held; i++) {
        ck_assert_uint_le(h->reads[i].length, 512);
        sum += h->reads[i].length;
    }
    ck_assert_uint_eq(sum, 1514);
    ck_assert_uint_eq(h->reads_held, 3);
}
END_TEST

/* Whatever order completions come in, frames, DD and TDH keep the order of the ring. */
START_TEST(reordered_completions)
{
    uint32_t seed = (uint32_t)_i * 77 + 1;

    tx_start(h, 0, 64, 0);
    h->hold_reads = true;
    for (uint32_t i = 0; i < 40; i++)
        put_packet(0, i, i, 60 + 50 * i, T_FULL);
    fake_w32(h, txq(0, DT), 40);
    while (h->reads_held) {
        seed = seed * 1664525 + 1013904223;
        ck_assert_uint_le(h->reads_held, 16 + 8);
        fake_answer(h, (seed >> 10) % h->reads_held, NIC_DMA_OK);
        uint32_t head = fake_r32(h, txq(0, DH));
        for (uint32_t i = 0; i < 40; i++)
            ck_assert_uint_eq(tx_done(h, 0, i), i < head);
        fake_run(h, seed % 3000);
    }
    fake_run(h, 100000 * NS);
    ck_assert_uint_eq(h->frames, 40);
    for (uint32_t i = 0; i < 40; i++)
        expect_frame(i, i, 60 + 50 * i);
}
END_TEST

START_TEST(prefetch_by_thresholds)
{
    /* No thresholds: one fetch per 40. P 32, H 8: more is asked for while packets are left. */
    tx_start(h, 0, 256, 0);
    tx_start(h, 1, 256, 32 | 8 << 8);
    h->hold_reads = true;
    for (uint32_t q = 0; q < 2; q++) {
        for (uint32_t i = 0; i < 100; i++)
            put_packet(q, i, i, 60, T_FULL);
        fake_w32(h, txq(q, DT), 100);
        ck_assert_uint_eq(h->last[NIC_EV_desc_fetch].c, 40);
        fake_answer(h, 0, NIC_DMA_OK); /* 16 data reads are out: 24 are left in the cache */
        uint32_t fetches = h->events[NIC_EV_desc_fetch];
        for (int i = 0; i < 10; i++)
            fake_answer(h, 0, NIC_DMA_OK);
        ck_assert_uint_eq(h->events[NIC_EV_desc_fetch] > fetches, q == 1);
        while (h->reads_held)
            fake_answer(h, 0, NIC_DMA_OK);
        ck_assert_uint_eq(fake_r32(h, txq(q, DH)), 100);
    }
}
END_TEST

START_TEST(wthresh_holds_back)
{
    fake_enable_msix(h);
    fake_w32(h, GPIE, 1 << 4);
    fake_w32(h, IVAR0, 0x8000); /* transmit queue 0: vector 0 */
    fake_w32(h, EITR0, 5 << 3); /* 10.24 us */
    tx_start(h, 0, 32, 4 << 16);
    for (uint32_t i = 0; i < 6; i++)
        put_packet(0, i, i, 60, T_FULL);
    fake_w32(h, txq(0, DT), 3);
    ck_assert_uint_eq(fake_r32(h, txq(0, DH)), 3);
    ck_assert(!tx_done(h, 0, 0));
    uint32_t writes = h->writes;
    fake_w32(h, txq(0, DT), 4);
    ck_assert(tx_done(h, 0, 0) && tx_done(h, 0, 3));
    ck_assert_uint_eq(h->writes, writes + 1); /* one write of four */
    fake_w32(h, txq(0, DT), 6);
    ck_assert(!tx_done(h, 0, 4));
    fake_run(h, 10240 * NS); /* the vector's interval flushes */
    ck_assert(tx_done(h, 0, 4) && tx_done(h, 0, 5));
}
END_TEST

START_TEST(head_write_back)
{
    fake_w32(h, txq(0, 0x38), 0x300000 | 1);
    tx_start(h, 0, 32, 0);
    for (uint32_t i = 0; i < 5; i++)
        put_packet(0, i, i, 60, i == 4 ? T_FULL : T_FULL & ~T_RS);
    put64(h, 0x300000, 0x1111111111111111);
    fake_w32(h, txq(0, DT), 5);
    ck_assert_uint_eq(get64(h, 0x300000), 0x1111111100000005);
    ck_assert(!tx_done(h, 0, 4));
}
END_TEST

START_TEST(short_packets_are_padded)
{
    tx_start(h, 0, 32, 0);
    put_packet(0, 0, 3, 17, T_FULL);
    fake_w32(h, txq(0, DT), 1);
    fake_run(h, 1000 * NS);
    uint8_t zero[43] = {0};
    ck_assert_uint_eq(h->frame[0].length, 60);
    ck_assert_mem_eq(h->frame[0].bytes + 17, zero, 43);
    fake_w32(h, HLREG0, fake_r32(h, HLREG0) & ~(1u << 10));
    put_packet(0, 1, 3, 17, T_FULL & ~T_IFCS);
    fake_w32(h, txq(0, DT), 2);
    fake_run(h, 1000 * NS);
    ck_assert_uint_eq(h->frame[1].length, 17);
    ck_assert(!h->frame[1].good_fcs);
}
END_TEST

START_TEST(waits_for_the_link)
{
    tx_start(h, 0, 256, 0);
    nic_carrier(&h->nic, false);
    fake_run(h, 10000 * NS);
    ck_assert(!nic_link_up(&h->nic));
    for (uint32_t i = 0; i < 200; i++)
        put_packet(0, i, i % 128, 1500, T_FULL);
    fake_w32(h, txq(0, DT), 200);
    fake_run(h, 1000 * 1000 * NS);
    ck_assert_uint_eq(h->frames, 0);
    uint32_t head = fake_r32(h, txq(0, DH));
    ck_assert_uint_gt(head, 90); /* as much as 160 KiB hold */
    ck_assert_uint_lt(head, 112);
    fake_link_up(h);
    fake_run(h, 1000 * 1000 * NS);
    ck_assert_uint_eq(h->frames, 200);
    ck_assert_uint_eq(fake_r32(h, txq(0, DH)), 200);
}
END_TEST

START_TEST(queues_take_turns)
{
    static const uint32_t queue[3] = {0, 5, 127};
    uint8_t want[60];

    fake_w32(h, DMATXCTL, 0);
    for (uint32_t k = 0; k < 3; k++) {
        tx_start(h, queue[k], 32, 0);
        for (uint32_t i = 0; i < 10; i++)
            put_packet(queue[k], i, 40 * k + i, 60, T_FULL);
        fake_w32(h, txq(queue[k], DT), 10);
    }
    fake_w32(h, DMATXCTL, 1); /* all three have work from here on */
    fake_run(h, 10000 * NS);
    ck_assert_uint_eq(h->frames, 30);
    for (uint32_t i = 0; i < 30; i++) {
        make_frame(want, 60, broadcast, 40 * (i % 3) + i / 3);
        ck_assert_mem_eq(h->frame[i].bytes, want, 60);
    }
}
END_TEST

START_TEST(disable_in_the_middle)
{
    tx_start(h, 0, 32, 0);
    tx_start(h, 1, 32, 0);
    h->hold_reads = true;
    put_packet(0, 0, 1, 1500, T_FULL);
    tx_put(h, 0, 1, 0x200000, 16000, T_FULL); /* more than 16 reads */
    fake_w32(h, txq(0, DT), 2);
    fake_answer(h, 0, NIC_DMA_OK);
    fake_w32(h, txq(0, DCTL), 0);
    put_packet(1, 0, 5, 60, T_FULL);
    fake_w32(h, txq(1, DT), 1);
    h->hold_reads = false;
    while (h->reads_held)
        fake_answer(h, 0, NIC_DMA_OK);
    fake_run(h, 100000 * NS);
    ck_assert(!tx_done(h, 0, 0)); /* its life was over */
    ck_assert(tx_done(h, 1, 0));
    expect_frame(h->frames - 1, 5, 60);
    ck_assert_uint_eq(h->events[NIC_EV_tx_drop], 1);
    ck_assert_uint_eq(h->last[NIC_EV_tx_drop].a, NIC_TX_DROP_DISABLED);
}
END_TEST

START_TEST(what_cannot_be_sent_is_dropped_and_reported)
{
    tx_start(h, 0, 128, 0);
    uint32_t i = 0;
    tx_put(h, 0, i++, TX_BUFFERS, 0, T_FULL);      /* nothing */
    tx_put(h, 0, i++, TX_BUFFERS, 16000, T_FULL & ~T_EOP); /* too long */
    tx_put(h, 0, i++, TX_BUFFERS, 16000, T_FULL);
    tx_put(h, 0, i++, TX_BUFFERS, 60, (T_FULL & ~T_DATA) | 5 << 20); /* no such type */
    put_packet(0, i++, 1, 60, T_FULL);
    fake_w32(h, txq(0, DT), i);
    fake_run(h, 1000 * NS);
    ck_assert_uint_eq(h->events[NIC_EV_tx_drop], 3);
    ck_assert_uint_eq(h->events[NIC_EV_bad_desc], 2); /* lengths once, type once */
    ck_assert_uint_eq(h->frames, 1);
    for (uint32_t d = 0; d < i; d++)
        ck_assert(tx_done(h, 0, d)); /* defined: the ring goes on */
    /* 60 descriptors without end, then a good packet behind their late EOP */
    for (uint32_t d = 0; d < 60; d++)
        tx_put(h, 0, i++, TX_BUFFERS, 10, T_FULL & ~T_EOP);
    tx_put(h, 0, i++, TX_BUFFERS, 10, T_FULL);
    put_packet(0, i++, 2, 60, T_FULL);
    fake_w32(h, txq(0, DT), i);
    fake_run(h, 1000 * NS);
    ck_assert_uint_eq(h->frames, 2);
    expect_frame(1, 2, 60);
    ck_assert_uint_eq(h->last[NIC_EV_bad_desc].c, NIC_BAD_TX_CHAIN);
    ck_assert_uint_eq(fake_r32(h, txq(0, DH)), i);
}
END_TEST

START_TEST(context_descriptors_are_passed_over)
{
    tx_start(h, 0, 32, 0);
    tx_put(h, 0, 0, 0x1234, 0x77, T_DEXT | T_CONTEXT);
    put_packet(0, 1, 4, 60, T_FULL);
    fake_w32(h, txq(0, DT), 2);
    fake_run(h, 1000 * NS);
    expect_frame(0, 4, 60);
    ck_assert(!tx_done(h, 0, 0));
    ck_assert(tx_done(h, 0, 1));
    ck_assert_uint_eq(fake_r32(h, txq(0, DH)), 2);
}
END_TEST

START_TEST(legacy_descriptors)
{
    tx_start(h, 0, 32, 0);
    put_packet(0, 0, 4, 100, T_EOP | T_IFCS | T_RS);
    fake_w32(h, txq(0, DT), 1);
    fake_run(h, 1000 * NS);
    expect_frame(0, 4, 100);
    ck_assert(tx_done(h, 0, 0));
}
END_TEST

START_TEST(failed_reads)
{
    tx_start(h, 0, 32, 0);
    h->hold_reads = true;
    put_packet(0, 0, 1, 60, T_FULL);
    put_packet(0, 1, 2, 60, T_FULL);
    fake_w32(h, txq(0, DT), 2);
    fake_answer(h, 0, NIC_DMA_OK);
    fake_answer(h, 0, NIC_DMA_FAULT); /* data of the first */
    fake_answer(h, 0, NIC_DMA_OK);
    fake_run(h, 1000 * NS);
    ck_assert_uint_eq(h->frames, 1);
    expect_frame(0, 2, 60);
    ck_assert_uint_eq(h->events[NIC_EV_dma_fault], 1);
    ck_assert_uint_eq(h->last[NIC_EV_tx_drop].a, NIC_TX_DROP_DMA);
    /* descriptors: stall until the next doorbell */
    put_packet(0, 2, 3, 60, T_FULL);
    fake_w32(h, txq(0, DT), 3);
    fake_answer(h, 0, NIC_DMA_ABORT);
    ck_assert_uint_eq(h->reads_held, 0);
    h->hold_reads = false;
    fake_w32(h, txq(0, DT), 3);
    fake_run(h, 1000 * NS);
    expect_frame(1, 3, 60);
}
END_TEST

START_TEST(reads_of_a_former_life)
{
    tx_start(h, 0, 32, 0);
    h->hold_reads = true;
    put_packet(0, 0, 1, 1500, T_FULL);
    fake_w32(h, txq(0, DT), 1);
    fake_answer(h, 0, NIC_DMA_OK);
    ck_assert_uint_gt(h->reads_held, 0);
    fake_w32(h, 0, 1 << 26); /* CTRL.RST */
    h->hold_reads = false;
    fake_w32(h, DMATXCTL, 1);
    fake_link_up(h);
    tx_start(h, 0, 32, 0);
    put_packet(0, 0, 2, 60, T_FULL);
    fake_w32(h, txq(0, DT), 1);
    while (h->reads_held)
        fake_answer(h, 0, NIC_DMA_OK);
    fake_run(h, 1000 * NS);
    ck_assert_uint_eq(h->frames, 1);
    expect_frame(0, 2, 60);
}
END_TEST

START_TEST(want_of_room_holds_completion)
{
    tx_start(h, 0, 32, 0);
    h->room_bytes = 47;
    put_packet(0, 0, 1, 60, T_FULL);
    fake_w32(h, txq(0, DT), 1);
    fake_run(h, 1000 * NS);
    ck_assert(!tx_done(h, 0, 0));
    ck_assert_uint_eq(fake_r32(h, txq(0, DH)), 0);
    h->room_bytes = 48;
    nic_room(&h->nic);
    ck_assert(tx_done(h, 0, 0));
    fake_run(h, 1000 * NS);
    expect_frame(0, 1, 60);
}
END_TEST

START_TEST(loops_back)
{
    rx_start(h, 0, 32, ADVANCED);
    tx_start(h, 0, 32, 0);
    nic_carrier(&h->nic, false); /* needs no link */
    fake_w32(h, HLREG0, fake_r32(h, HLREG0) | 1 << 15);
    put_packet(0, 0, 1, 100, T_FULL);
    fake_w32(h, txq(0, DT), 1);
    fake_run(h, 10000 * NS);
    ck_assert_uint_eq(h->frames, 0);
    ck_assert(rx_done(h, 0, 0));
    ck_assert_uint_eq(rx_length(h, 0, 0), 100);
    ck_assert_mem_eq(h->memory + rx_buffer(0, 0), h->memory + TX_BUFFERS + BUFFER, 100);
}
END_TEST

START_TEST(nothing_without_te)
{
    fake_w32(h, DMATXCTL, 0);
    tx_start(h, 0, 32, 0);
    put_packet(0, 0, 1, 60, T_FULL);
    fake_w32(h, txq(0, DT), 1);
    fake_run(h, 1000 * NS);
    ck_assert_uint_eq(h->reads_done, 0);
    fake_w32(h, DMATXCTL, 1);
    fake_run(h, 1000 * NS);
    expect_frame(0, 1, 60);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("tx");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_frame_leaves_after_its_time);
    tcase_add_test(t, the_wire_serialises);
    tcase_add_loop_test(t, order_and_wrap, 0, 3);
    tcase_add_test(t, buffers_are_gathered);
    tcase_add_test(t, reads_are_cut_by_request_size_and_page);
    tcase_add_loop_test(t, reordered_completions, 0, 20);
    tcase_add_test(t, prefetch_by_thresholds);
    tcase_add_test(t, wthresh_holds_back);
    tcase_add_test(t, head_write_back);
    tcase_add_test(t, short_packets_are_padded);
    tcase_add_test(t, waits_for_the_link);
    tcase_add_test(t, queues_take_turns);
    tcase_add_test(t, disable_in_the_middle);
    tcase_add_test(t, what_cannot_be_sent_is_dropped_and_reported);
    tcase_add_test(t, context_descriptors_are_passed_over);
    tcase_add_test(t, legacy_descriptors);
    tcase_add_test(t, failed_reads);
    tcase_add_test(t, reads_of_a_former_life);
    tcase_add_test(t, want_of_room_holds_completion);
    tcase_add_test(t, loops_back);
    tcase_add_test(t, nothing_without_te);
    return RUN_TESTS("tx", t);
}
