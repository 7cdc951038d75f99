/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The contract rules: each is told when it is broken, with queue, slot and detail, and each way of
 * keeping it that drivers know stays quiet.
 */
#include "model/nic/rule.h"

#include "model/nic/nic_priv.h"
#include "model/nic/tests/queues.h"

static struct fake_host *h;
static uint8_t frame[NIC_FRAME_MAX];

static void setup(void)
{
    h = port_new();
    memset(h->events, 0, sizeof h->events);
}
static void teardown(void)
{
    fake_free(h);
}

static void broken(unsigned count, enum nic_rule rule, bool tx, uint32_t queue, uint32_t slot,
                   uint64_t detail)
{
    const struct nic_event *e = &h->last[NIC_EV_violation];

    ck_assert_uint_eq(h->events[NIC_EV_violation], count);
    ck_assert_uint_eq(e->a, rule);
    ck_assert_uint_eq(e->queue, queue);
    ck_assert_uint_eq(e->b, NIC_PLACE(tx, slot));
    ck_assert_uint_eq(e->c, detail);
    ck_assert_uint_eq(e->time_ps, h->sched.now_ps);
}

static void quiet(void)
{
    ck_assert_uint_eq(h->events[NIC_EV_violation], 0);
}

static void send_in(void)
{
    make_frame(frame, 60, station, 1);
    nic_frame_in(&h->nic, frame, 60, true);
    fake_run(h, 2000000);
}

START_TEST(every_rule_has_its_row)
{
    for (unsigned i = 0; i < NIC_RULES; i++) {
        const struct nic_rule_info *info = nic_rule_info(i);
        ck_assert(info->name[0] && info->must[0] && info->source[0] && info->detail[0]);
        ck_assert_uint_le(info->severity, RULE_CORRUPTS);
    }
    ck_assert_ptr_null(nic_rule_info(NIC_RULES));
}
END_TEST

START_TEST(ring_length)
{
    static const uint32_t bad[] = {0, 100, 1 << 20 | 512};
    for (unsigned i = 0; i < 3; i++) { /* patterns in a ring that is off are nobody's business */
        fake_w32(h, rxq(i, DLEN), bad[i]);
        ck_assert_uint_eq(h->events[NIC_EV_violation], i);
        fake_w32(h, rxq(i, DCTL), QUEUE_ENABLE);
        broken(i + 1, NIC_RULE_RING_LENGTH, false, i, NIC_NO_SLOT, bad[i]);
    }
    fake_w32(h, txq(5, DLEN), 4096 + 64);
    fake_w32(h, txq(5, DCTL), QUEUE_ENABLE);
    broken(4, NIC_RULE_RING_LENGTH, true, 5, NIC_NO_SLOT, 4096 + 64);
}
END_TEST

START_TEST(ring_base)
{
    fake_w32(h, rxq(70, DLEN), 512);
    fake_w32(h, rxq(70, DBAL), 0x10040);
    quiet();
    fake_w32(h, rxq(70, DCTL), QUEUE_ENABLE);
    broken(1, NIC_RULE_RING_BASE, false, 70, NIC_NO_SLOT, 0x10040);
    nic_reset(&h->nic, NIC_RESET_SW); /* a reset forgets what was written */
    fake_w32(h, rxq(70, DLEN), 512);
    fake_w32(h, rxq(70, DCTL), QUEUE_ENABLE);
    ck_assert_uint_eq(h->events[NIC_EV_violation], 1);
}
END_TEST

START_TEST(tail_beyond)
{
    rx_start(h, 3, 64, ADVANCED);
    quiet();
    fake_w32(h, rxq(3, DT), 64);
    broken(1, NIC_RULE_TAIL_BEYOND, false, 3, 64, 64);
    tx_start(h, 1, 64, 0);
    fake_w32(h, txq(1, DT), 0xffff);
    broken(2, NIC_RULE_TAIL_BEYOND, true, 1, 0xffff, 0xffff);
    fake_w32(h, txq(2, DT), 9999); /* of a queue that is off */
    ck_assert_uint_eq(h->events[NIC_EV_violation], 2);
}
END_TEST

START_TEST(tail_over_head)
{
    rx_start(h, 0, 64, ADVANCED); /* head 0, tail 63: full */
    quiet();
    fake_w32(h, rxq(0, DT), 63); /* again: nothing new */
    quiet();
    fake_w32(h, rxq(0, DT), 0); /* onto the head: the ring would be empty */
    broken(1, NIC_RULE_TAIL_OVER_HEAD, false, 0, 0, 63ull << 32);
    fake_w32(h, rxq(0, DT), 63);
    for (unsigned i = 0; i < 5; i++)
        send_in();
    fake_w32(h, rxq(0, DT), 4); /* up to the one before the head */
    ck_assert_uint_eq(h->events[NIC_EV_violation], 1);
    fake_w32(h, rxq(0, DT), 3); /* back */
    broken(2, NIC_RULE_TAIL_OVER_HEAD, false, 0, 3, 4ull << 32 | 5);
}
END_TEST

START_TEST(ring_changed)
{
    rx_start(h, 9, 64, ADVANCED);
    fake_w32(h, rxq(9, DH), 0);              /* the same: drivers do this */
    fake_w32(h, rxq(9, DBAL), rx_ring(9));
    fake_w32(h, rxq(9, DLEN), 64 * 16);
    quiet();
    fake_w32(h, rxq(9, DLEN), 128 * 16);
    broken(1, NIC_RULE_RING_CHANGED, false, 9, NIC_NO_SLOT, 0x1008ull << 32 | 128 * 16);
    tx_start(h, 2, 64, 0);
    fake_w32(h, txq(2, DBAH), 1);
    broken(2, NIC_RULE_RING_CHANGED, true, 2, NIC_NO_SLOT, 0x6004ull << 32 | 1);
    fake_w32(h, txq(2, DH), 4);
    broken(3, NIC_RULE_RING_CHANGED, true, 2, NIC_NO_SLOT, 0x6010ull << 32 | 4);
    fake_w32(h, txq(2, DCTL), 0);
    fake_w32(h, txq(2, DBAH), 0); /* off: free to change */
    ck_assert_uint_eq(h->events[NIC_EV_violation], 3);
}
END_TEST

START_TEST(desc_unmapped)
{
    rx_start(h, 4, 64, ADVANCED);
    tx_start(h, 6, 64, 0);
    quiet();
    nic_refused(&h->nic, NIC_TAG(NIC_TAG_RX_DATA, 4), 0xdead000, true);
    broken(1, NIC_RULE_DESC_UNMAPPED, false, 4, 0, 0xdead000);
    nic_refused(&h->nic, NIC_TAG(NIC_TAG_RX_DATA, 4), 0xdead000, false);
    broken(2, NIC_RULE_DESC_UNMAPPED, false, 4, NIC_NO_SLOT, 0xdead000);
    nic_refused(&h->nic, NIC_TAG(NIC_TAG_RX_WB, 4), rx_ring(4) + 16 * 7, true);
    broken(3, NIC_RULE_DESC_UNMAPPED, false, 4, 7, rx_ring(4) + 16 * 7);
    h->hold_reads = true;
    tx_put(h, 6, 0, TX_BUFFERS, 60, T_FULL);
    fake_w32(h, txq(6, DT), 1);
    nic_refused(&h->nic, h->reads[0].tag, h->reads[0].address, false);
    broken(4, NIC_RULE_DESC_UNMAPPED, true, 6, 0, tx_ring(6));
    fake_answer(h, 0, NIC_DMA_OK);
    ck_assert_uint_eq(h->reads[0].address, TX_BUFFERS); /* now the data */
    nic_refused(&h->nic, h->reads[0].tag, h->reads[0].address, false);
    broken(5, NIC_RULE_DESC_UNMAPPED, true, 6, 0, TX_BUFFERS);
    fake_answer(h, 0, NIC_DMA_FAULT);
    nic_refused(&h->nic, NIC_TAG(NIC_TAG_RX_WB, 200), 0, true); /* no such queue */
    ck_assert_uint_eq(h->events[NIC_EV_violation], 5);
}
END_TEST

START_TEST(tx_no_eop)
{
    tx_start(h, 0, 64, 0);
    tx_put(h, 0, 0, TX_BUFFERS, 60, T_FULL & ~T_EOP);
    tx_put(h, 0, 1, TX_BUFFERS, 60, T_FULL);
    fake_w32(h, txq(0, DT), 2); /* whole */
    fake_run(h, 1000000);
    quiet();
    tx_put(h, 0, 2, TX_BUFFERS, 60, T_FULL & ~T_EOP);
    tx_put(h, 0, 3, TX_BUFFERS, 60, T_FULL);
    h->hold_reads = true; /* the other half comes before the device looks: still two doorbells */
    fake_w32(h, txq(0, DT), 3);
    fake_w32(h, txq(0, DT), 4);
    h->hold_reads = false;
    fake_answer(h, 0, NIC_DMA_OK);
    fake_run(h, 1000000);
    ck_assert_uint_eq(h->last[NIC_EV_violation].time_ps + 1000000, h->sched.now_ps);
    ck_assert_uint_eq(h->events[NIC_EV_violation], 1);
    ck_assert_uint_eq(h->last[NIC_EV_violation].a, NIC_RULE_TX_NO_EOP);
    ck_assert_uint_eq(h->last[NIC_EV_violation].b, NIC_PLACE(1, 2));
    ck_assert_uint_eq(h->frames, 2);
    /* A context alone is no frame. */
    tx_put(h, 0, 4, 0, 0, T_CONTEXT | T_DEXT);
    fake_w32(h, txq(0, DT), 5);
    fake_run(h, 1000000);
    ck_assert_uint_eq(h->events[NIC_EV_violation], 1);
}
END_TEST

/* A doorbell that nobody saw before the queue was stopped is none afterwards. */
START_TEST(tails_are_forgotten_with_the_queue)
{
    tx_start(h, 0, 64, 0);
    h->nic.st->reg[R_DMATXCTL] &= ~1u; /* not fetched */
    tx_put(h, 0, 0, TX_BUFFERS, 60, T_FULL);
    fake_w32(h, txq(0, DT), 1);
    fake_w32(h, txq(0, DCTL), 0);
    fake_w32(h, DMATXCTL, fake_r32(h, DMATXCTL) | 1);
    tx_start(h, 0, 64, 0);
    tx_put(h, 0, 0, TX_BUFFERS, 60, T_FULL & ~T_EOP);
    tx_put(h, 0, 1, TX_BUFFERS, 60, T_FULL);
    fake_w32(h, txq(0, DT), 2);
    fake_run(h, 1000000);
    quiet();
}
END_TEST

START_TEST(rx_posted_twice)
{
    for (uint32_t i = 0; i < 64; i++)
        rx_post(h, 0, i);
    rx_start(h, 0, 64, ADVANCED);
    send_in();
    send_in();
    quiet();
    put64(h, rx_ring(0) + 16 * 63, rx_buffer(0, 0)); /* came back: may go anywhere */
    put64(h, rx_ring(0) + 16 * 0, rx_buffer(0, 40)); /* is still out, in slot 40 */
    fake_w32(h, rxq(0, DT), 1);
    for (unsigned i = 0; i < 40; i++)
        send_in();
    ck_assert_uint_eq(h->events[NIC_EV_violation], 1);
    ck_assert_uint_eq(h->last[NIC_EV_violation].a, NIC_RULE_RX_POSTED_TWICE);
    ck_assert_uint_eq(h->last[NIC_EV_violation].b, NIC_PLACE(0, 0));
    ck_assert_uint_eq(h->last[NIC_EV_violation].c, rx_buffer(0, 40));
}
END_TEST

/* Further apart than the cache reaches: the first comes back before the second is fetched, and yet
 * both were posted at once. */
START_TEST(rx_posted_twice_far_apart)
{
    for (uint32_t i = 0; i < 256; i++)
        rx_post(h, 0, i);
    fake_w32(h, rxq(0, DBAL), rx_ring(0));
    fake_w32(h, rxq(0, DLEN), 256 * 16);
    fake_w32(h, rxq(0, SRR), ADVANCED);
    fake_w32(h, rxq(0, DCTL), QUEUE_ENABLE);
    put64(h, rx_ring(0) + 16 * 200, rx_buffer(0, 3));
    fake_w32(h, rxq(0, DT), 250);
    for (unsigned i = 0; i < 190; i++)
        send_in();
    ck_assert_uint_eq(h->events[NIC_EV_violation], 1);
    ck_assert_uint_eq(h->last[NIC_EV_violation].b, NIC_PLACE(0, 200));
}
END_TEST

/* A driver that gives every buffer back as soon as it has it, in any order, around the ring. */
START_TEST(buffers_in_turn_are_fine)
{
    uint32_t tail = 63, seed = 1;
    rx_start(h, 0, 64, ADVANCED);
    for (unsigned round = 0; round < 300; round++) {
        uint32_t burst = 1 + (seed = seed * 1664525 + 1013904223) % 20;
        uint64_t back[20];
        uint32_t head = fake_r32(h, rxq(0, DH));
        for (uint32_t i = 0; i < burst; i++) {
            back[i] = h->nic.st->rx.queue[0].cache[(h->nic.st->rx.queue[0].used) % 64].q0;
            send_in();
        }
        ck_assert_uint_eq(fake_r32(h, rxq(0, DH)), (head + burst) % 64);
        for (uint32_t i = 0; i < burst; i++) { /* the last one first */
            put64(h, rx_ring(0) + 16 * tail, back[burst - 1 - i]);
            put64(h, rx_ring(0) + 16 * tail + 8, 0);
            tail = (tail + 1) % 64;
        }
        fake_w32(h, rxq(0, DT), tail);
    }
    quiet();
    ck_assert_uint_eq(h->events[NIC_EV_rx_drop], 0);
    fake_w32(h, rxq(0, DCTL), 0); /* all buffers are the driver's again */
    rx_start(h, 1, 64, ADVANCED);
    rx_start(h, 0, 64, ADVANCED);
    for (unsigned i = 0; i < 60; i++)
        send_in();
    quiet();
}
END_TEST

/* A queue that is stopped, or reset, holds nothing: its buffers may go to another one. */
START_TEST(buffers_of_a_dead_queue_are_free)
{
    for (int by_reset = 0; by_reset < 2; by_reset++) {
        rx_start(h, 1, 64, ADVANCED);
        fake_run(h, 2000000); /* fetched */
        if (by_reset)
            fake_w32(h, 0, CTRL_RST);
        else
            fake_w32(h, rxq(1, DCTL), 0);
        fake_run(h, 2000000);
        fake_w32(h, RXCTRL, 1);
        rx_start(h, 3, 64, ADVANCED); /* the same buffers */
        fake_run(h, 2000000);
        quiet();
        fake_w32(h, rxq(3, DCTL), 0);
    }
}
END_TEST

START_TEST(register_hole)
{
    fake_r32(h, 0x00004);
    broken(1, NIC_RULE_REGISTER_HOLE, false, 0, NIC_NO_SLOT, 4);
    fake_w32(h, 0x00004, 7);
    broken(2, NIC_RULE_REGISTER_HOLE, false, 0, NIC_NO_SLOT, 7ull << 32 | 1 << 27 | 4);
}
END_TEST

START_TEST(queue_too_early)
{
    fake_w32(h, DMATXCTL, fake_r32(h, DMATXCTL) & ~1u);
    tx_start(h, 8, 64, 0);
    broken(1, NIC_RULE_QUEUE_TOO_EARLY, true, 8, NIC_NO_SLOT, QUEUE_ENABLE);
    fake_w32(h, RXCTRL, 0); /* receive queues come before or behind theirs */
    rx_start(h, 8, 64, ADVANCED);
    ck_assert_uint_eq(h->events[NIC_EV_violation], 1);
}
END_TEST

START_TEST(loaded_books_are_checked)
{
    ck_assert(nic_rules_valid(h->nic.st));
    h->nic.st->rules.posted[43].queue = NIC_QUEUES;
    ck_assert(!nic_rules_valid(h->nic.st));
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("rule");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, every_rule_has_its_row);
    tcase_add_test(t, ring_length);
    tcase_add_test(t, ring_base);
    tcase_add_test(t, tail_beyond);
    tcase_add_test(t, tail_over_head);
    tcase_add_test(t, ring_changed);
    tcase_add_test(t, desc_unmapped);
    tcase_add_test(t, tx_no_eop);
    tcase_add_test(t, tails_are_forgotten_with_the_queue);
    tcase_add_test(t, rx_posted_twice);
    tcase_add_test(t, rx_posted_twice_far_apart);
    tcase_add_test(t, buffers_in_turn_are_fine);
    tcase_add_test(t, buffers_of_a_dead_queue_are_free);
    tcase_add_test(t, register_hole);
    tcase_add_test(t, queue_too_early);
    tcase_add_test(t, loaded_books_are_checked);
    return RUN_TESTS("rule", t);
}
