/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Receive from wire to write-back: order, chains of descriptors, drop and no drop, the packet
 * buffer, delayed and reordered fetches, disabling in between, want of room.
 */
#include "model/nic/rx.h"

#include "model/nic/tests/queues.h"

static struct fake_host *h;
static uint8_t f[NIC_FRAME_MAX + 16];

static void setup(void)
{
    h = port_new();
}
static void teardown(void)
{
    fake_free(h);
}

static void expect_payload(uint32_t q, uint32_t slot, uint32_t seed, uint32_t length)
{
    uint8_t want[NIC_FRAME_MAX];

    make_frame(want, length, station, seed);
    ck_assert(rx_done(h, q, slot));
    ck_assert_uint_eq(rx_length(h, q, slot), length);
    ck_assert_mem_eq(h->memory + rx_buffer(q, slot), want, length);
}

static void send_in(uint32_t seed, uint32_t length)
{
    make_frame(f, length, station, seed);
    nic_frame_in(&h->nic, f, length, true);
    fake_run(h, (length + 24) * 800);
}

START_TEST(a_frame_arrives_after_its_time)
{
    rx_start(h, 0, 32, ADVANCED);
    make_frame(f, 60, station, 5);
    nic_frame_in(&h->nic, f, 60, true);
    uint64_t delay = 155 * NS + 64 * 800 + 400 * NS;
    fake_run(h, delay - 1);
    ck_assert(!rx_done(h, 0, 0));
    ck_assert_uint_eq(fake_r32(h, rxq(0, DH)), 0);
    fake_run(h, 1);
    expect_payload(0, 0, 5, 60);
    ck_assert_uint_eq(rx_q1(h, 0, 0) & 0xff, 3); /* DD, EOP; PIF not: a station address */
    ck_assert_uint_eq(fake_r32(h, rxq(0, DH)), 1);
    ck_assert_uint_eq(h->writes, 2);
    ck_assert_uint_eq(h->events[NIC_EV_rx_frame], 1);
}
END_TEST

START_TEST(order_and_wrap)
{
    const uint32_t length = (const uint32_t[]){32, 96, 512}[_i];
    uint32_t next = 0;

    rx_start(h, 0, length, ADVANCED);
    for (uint32_t i = 0; i < 5 * length; i++) {
        uint32_t slot = i % length;
        send_in(i, 60 + i % 900);
        fake_run(h, 1000 * NS);
        expect_payload(0, slot, i, 60 + i % 900);
        rx_post(h, 0, slot);
        fake_w32(h, rxq(0, DT), slot);
        next = (slot + 1) % length;
        ck_assert_uint_eq(fake_r32(h, rxq(0, DH)), next);
    }
    ck_assert_uint_eq(h->events[NIC_EV_rx_drop], 0);
    if (length > 64) /* else the cache is never full: every doorbell asks for its one */
        ck_assert_uint_lt(h->reads_done, 5 * length / 20);
}
END_TEST

START_TEST(fetches_come_in_batches)
{
    rx_start(h, 0, 512, ADVANCED);
    ck_assert_uint_eq(h->reads_done, 1); /* 64 into the empty cache */
    for (uint32_t i = 0; i < 32; i++)
        send_in(i, 60);
    fake_run(h, 1000 * NS);
    ck_assert_uint_eq(h->reads_done, 1);
    send_in(32, 60);
    fake_run(h, 1000 * NS);
    ck_assert_uint_eq(h->reads_done, 2); /* the 33rd leaves 31: 33 more are asked for */
    ck_assert_uint_eq(h->last[NIC_EV_desc_fetch].c, 33);
}
END_TEST

START_TEST(long_frames_take_several_descriptors)
{
    fake_w32(h, HLREG0, fake_r32(h, HLREG0) | 4);
    fake_w32(h, MAXFRS, 9728u << 16);
    rx_start(h, 0, 32, ADVANCED);
    send_in(3, 5000);
    fake_run(h, 5000 * NS);
    uint8_t want[5000];
    make_frame(want, 5000, station, 3);
    for (uint32_t i = 0; i < 3; i++) {
        ck_assert(rx_done(h, 0, i));
        ck_assert_uint_eq(rx_length(h, 0, i), i < 2 ? 2048 : 904);
        ck_assert_uint_eq(rx_q1(h, 0, i) >> 1 & 1, i == 2); /* EOP */
        ck_assert_mem_eq(h->memory + rx_buffer(0, i), want + 2048 * i, i < 2 ? 2048 : 904);
    }
    ck_assert(!rx_done(h, 0, 3));
    ck_assert_uint_eq(fake_r32(h, rxq(0, DH)), 3);
}
END_TEST

START_TEST(legacy_descriptors)
{
    rx_start(h, 0, 32, 2);
    send_in(9, 200);
    fake_run(h, 1000 * NS);
    ck_assert_uint_eq(get64(h, rx_ring(0)), rx_buffer(0, 0)); /* the address stays */
    ck_assert_uint_eq(rx_q1(h, 0, 0) & 0xffff, 200);
    ck_assert_uint_eq(rx_q1(h, 0, 0) >> 32 & 3, 3);
}
END_TEST

START_TEST(drop_enabled_drops_at_the_ring)
{
    rx_start(h, 0, 32, ADVANCED | DROP_EN);
    for (uint32_t i = 0; i < 40; i++)
        send_in(i, 60);
    fake_run(h, 1000 * NS);
    for (uint32_t i = 0; i < 31; i++)
        expect_payload(0, i, i, 60);
    ck_assert_uint_eq(fake_r32(h, rxq(0, DH)), 31);
    ck_assert_uint_eq(h->events[NIC_EV_rx_drop], 9);
    ck_assert_uint_eq(h->last[NIC_EV_rx_drop].a, NIC_RX_DROP_NO_DESC);
    ck_assert_uint_eq(fake_r32(h, 0x1430), 9); /* QPRDC(0) */
}
END_TEST

START_TEST(no_drop_waits_in_line)
{
    fake_w32(h, 0x5128, 1u << 31 | 0x88b5); /* EtherType filter: our frames to queue 1 */
    fake_w32(h, 0xec00, 1u << 31 | 1u << 16);
    rx_start(h, 0, 32, ADVANCED);
    rx_start(h, 1, 32, ADVANCED);
    for (uint32_t i = 0; i < 33; i++)
        send_in(i, 60);
    make_frame(f, 60, station, 77); /* one for queue 0, behind the two that wait */
    f[12] = 0x99;
    nic_frame_in(&h->nic, f, 60, true);
    fake_run(h, 10000 * NS);
    ck_assert_uint_eq(fake_r32(h, rxq(1, DH)), 31);
    ck_assert(!rx_done(h, 0, 0));
    ck_assert_uint_eq(h->events[NIC_EV_rx_drop], 0);
    for (uint32_t i = 0; i < 8; i++)
        rx_post(h, 1, i);
    fake_w32(h, rxq(1, DT), 7);
    expect_payload(1, 31, 31, 60);
    expect_payload(1, 0, 32, 60);
    ck_assert(rx_done(h, 0, 0));
    ck_assert_uint_eq(h->events[NIC_EV_rx_drop], 0);
}
END_TEST

START_TEST(packet_buffer_overflows)
{
    fake_w32(h, RXPBSIZE0, 2 << 10); /* 2 KiB */
    rx_start(h, 0, 32, ADVANCED);
    for (uint32_t i = 0; i < 31 + 32 + 5; i++)
        send_in(i, 60);
    fake_run(h, 1000 * NS);
    ck_assert_uint_eq(h->events[NIC_EV_rx_drop], 5);
    ck_assert_uint_eq(h->last[NIC_EV_rx_drop].a, NIC_RX_DROP_BUFFER);
    ck_assert_uint_eq(fake_r32(h, 0x3fa0), 5); /* MPC(0) */
    ck_assert_uint_eq(fake_r32(h, EICR) & 1 << 17, 1 << 17);
    for (uint32_t i = 0; i < 31; i++)
        rx_post(h, 0, i);
    fake_w32(h, rxq(0, DT), 30);
    fake_run(h, 1000 * NS);
    expect_payload(0, 31, 31, 60);
    expect_payload(0, 0, 32, 60);
    expect_payload(0, 29, 61, 60);
    ck_assert_uint_eq(fake_r32(h, rxq(0, DH)), 30);
}
END_TEST

START_TEST(reordered_fetches_become_ready_in_order)
{
    h->hold_reads = true;
    rx_start(h, 0, 32, ADVANCED);
    ck_assert_uint_eq(h->reads_held, 1);
    fake_answer(h, 0, NIC_DMA_OK); /* 31 there */
    for (uint32_t i = 0; i < 10; i++)
        send_in(i, 60);
    fake_run(h, 1000 * NS);
    /* Room for the whole ring again, over its end: two reads. */
    for (uint32_t i = 0; i < 10; i++)
        rx_post(h, 0, i);
    fake_w32(h, rxq(0, DT), 9);
    ck_assert_uint_eq(h->reads_held, 2);
    for (uint32_t i = 10; i < 33; i++)
        send_in(i, 60);
    fake_run(h, 1000 * NS);
    ck_assert_uint_eq(fake_r32(h, rxq(0, DH)), 31);
    fake_answer(h, 1, NIC_DMA_OK); /* slots 0..8, before slot 31 */
    ck_assert_uint_eq(fake_r32(h, rxq(0, DH)), 31);
    fake_answer(h, 0, NIC_DMA_OK);
    expect_payload(0, 31, 31, 60);
    expect_payload(0, 0, 32, 60);
    ck_assert_uint_eq(fake_r32(h, rxq(0, DH)), 1);
}
END_TEST

START_TEST(disable_forgets_fetches)
{
    h->hold_reads = true;
    rx_start(h, 0, 32, ADVANCED);
    ck_assert_uint_eq(h->reads_held, 1);
    fake_w32(h, rxq(0, DCTL), 0);
    ck_assert_uint_eq(fake_r32(h, rxq(0, DCTL)) & QUEUE_ENABLE, 0);
    rx_start(h, 0, 16, ADVANCED);
    ck_assert_uint_eq(h->reads_held, 2);
    put64(h, rx_ring(0), 0x3f0000); /* what the stale read would see is not what counts */
    fake_answer(h, 0, NIC_DMA_OK);
    send_in(1, 60);
    fake_run(h, 1000 * NS);
    ck_assert_uint_eq(fake_r32(h, rxq(0, DH)), 0); /* waits for the second read */
    rx_post(h, 0, 0);
    fake_answer(h, 0, NIC_DMA_OK);
    expect_payload(0, 0, 1, 60);
}
END_TEST

START_TEST(disable_releases_the_line)
{
    rx_start(h, 0, 8, ADVANCED);
    for (uint32_t i = 0; i < 9; i++)
        send_in(i, 60);
    fake_run(h, 1000 * NS);
    fake_w32(h, rxq(0, DCTL), 0);
    ck_assert_uint_eq(h->events[NIC_EV_rx_drop], 2);
    ck_assert_uint_eq(h->last[NIC_EV_rx_drop].a, NIC_RX_DROP_QUEUE_OFF);
}
END_TEST

START_TEST(want_of_room_waits)
{
    rx_start(h, 0, 32, ADVANCED);
    h->room_bytes = 60 + 32 + 16 + 32 - 1;
    send_in(4, 60);
    fake_run(h, 1000 * NS);
    ck_assert_uint_eq(h->writes, 0);
    h->room_bytes = 10000;
    nic_room(&h->nic);
    expect_payload(0, 0, 4, 60);
}
END_TEST

START_TEST(no_dma_without_permission)
{
    /* The register test of ethtool leaves garbage in the rings of enabled queues, RXEN = 0. */
    fake_w32(h, RXCTRL, 0);
    rx_start(h, 0, 32, ADVANCED);
    fake_w32(h, rxq(0, DBAL), 0xffffffff);
    fake_w32(h, rxq(0, DT), 17);
    ck_assert_uint_eq(h->reads_done + h->writes, 0);
    fake_w32(h, rxq(0, DBAL), rx_ring(0));
    fake_w32(h, rxq(0, DT), 31);
    nic_config_write(&h->nic, 4, 2, 2); /* bus master off */
    fake_w32(h, RXCTRL, 1);
    ck_assert_uint_eq(h->reads_done + h->writes, 0);
    send_in(6, 60);
    nic_config_write(&h->nic, 4, 6, 2);
    fake_run(h, 1000 * NS);
    expect_payload(0, 0, 6, 60);
    fake_w32(h, 0, 4); /* CTRL.GIO_DIS */
    send_in(7, 60);
    fake_run(h, 1000 * NS);
    ck_assert(!rx_done(h, 0, 1));
    fake_w32(h, 0, 0);
    expect_payload(0, 1, 7, 60);
}
END_TEST

START_TEST(failed_fetch_stalls_until_the_doorbell)
{
    h->fault_reads = true;
    rx_start(h, 0, 32, ADVANCED);
    ck_assert_uint_eq(h->reads_done, 1);
    ck_assert_uint_eq(h->events[NIC_EV_dma_fault], 1);
    send_in(1, 60);
    fake_run(h, 1000 * NS);
    ck_assert_uint_eq(h->reads_done, 1); /* no storm of retries */
    h->fault_reads = false;
    fake_w32(h, rxq(0, DT), 31);
    expect_payload(0, 0, 1, 60);
}
END_TEST

START_TEST(garbage_rings_are_reported)
{
    static const struct {
        uint32_t length, head, tail, rule;
    } bad[] = {
        {0, 0, 5, NIC_RULE_RING_LENGTH},
        {64, 0, 64, NIC_RULE_TAIL_BEYOND},
        {64, 65, 3, NIC_RULES},
    };
    for (unsigned i = 0; i < 3; i++) {
        fake_w32(h, rxq(i, DLEN), bad[i].length * 16);
        fake_w32(h, rxq(i, DH), bad[i].head);
        fake_w32(h, rxq(i, DT), bad[i].tail);
        fake_w32(h, rxq(i, DCTL), QUEUE_ENABLE);
        if (bad[i].rule < NIC_RULES)
            ck_assert_uint_eq(h->last[NIC_EV_violation].a, bad[i].rule);
        fake_w32(h, rxq(i, DT), bad[i].tail);
    }
    ck_assert_uint_eq(h->events[NIC_EV_violation], 3); /* the tail beyond the ring twice */
    ck_assert_uint_eq(h->events[NIC_EV_bad_desc], 1);
    ck_assert_uint_eq(h->last[NIC_EV_bad_desc].c, NIC_BAD_RING_HEAD);
    ck_assert_uint_eq(h->reads_done, 0);
    send_in(1, 60); /* to queue 0: nowhere to go, and nothing breaks */
    fake_run(h, 1000 * NS);
}
END_TEST

START_TEST(a_frame_beyond_its_ring_is_dropped)
{
    fake_w32(h, HLREG0, fake_r32(h, HLREG0) | 4);
    fake_w32(h, MAXFRS, 16000u << 16);
    rx_start(h, 0, 8, 1 << 25 | 1); /* 7 x 1 KiB */
    send_in(1, 9000);
    send_in(2, 60);
    fake_run(h, 1000 * NS);
    ck_assert_uint_eq(h->last[NIC_EV_rx_drop].a, NIC_RX_DROP_RING);
    expect_payload(0, 0, 2, 60);
}
END_TEST

START_TEST(the_fcs_stays_when_asked_for)
{
    fake_w32(h, HLREG0, fake_r32(h, HLREG0) & ~2u);
    fake_w32(h, RDRXCTL, 0);
    rx_start(h, 0, 32, ADVANCED);
    memcpy(f, "\xff\xff\xff\xff\xff\xff", 6);
    memset(f + 6, 0, 54);
    frame_in(h, f, 60);
    ck_assert_uint_eq(rx_length(h, 0, 0), 64);
    uint32_t crc = 0xffffffff;
    for (int i = 0; i < 60 * 8; i++) { /* bit by bit, as the standard says */
        crc ^= f[i / 8] >> i % 8 & 1;
        crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
    crc = ~crc;
    ck_assert_mem_eq(h->memory + rx_buffer(0, 0) + 60, &crc, 4);
}
END_TEST

START_TEST(vlan_tag_is_stripped_when_asked_for)
{
    uint8_t want[60];

    rx_start(h, 0, 32, ADVANCED);
    make_frame(f, 64, station, 3);
    memcpy(f + 12, "\x81\x00\xa1\x23\x08\x06", 6);
    frame_in(h, f, 64);
    ck_assert_uint_eq(rx_length(h, 0, 0), 64);
    ck_assert_uint_eq(rx_q1(h, 0, 0) >> 48, 0);
    fake_w32(h, rxq(0, DCTL), QUEUE_ENABLE | 1 << 30);
    frame_in(h, f, 64);
    memcpy(want, f, 12);
    memcpy(want + 12, f + 16, 48);
    ck_assert_uint_eq(rx_length(h, 0, 1), 60);
    ck_assert_uint_eq(rx_q1(h, 0, 1) >> 48, 0xa123);
    ck_assert_uint_eq(rx_q1(h, 0, 1) & 8, 8);
    ck_assert_mem_eq(h->memory + rx_buffer(0, 1), want, 60);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("rx");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_frame_arrives_after_its_time);
    tcase_add_loop_test(t, order_and_wrap, 0, 3);
    tcase_add_test(t, fetches_come_in_batches);
    tcase_add_test(t, long_frames_take_several_descriptors);
    tcase_add_test(t, legacy_descriptors);
    tcase_add_test(t, drop_enabled_drops_at_the_ring);
    tcase_add_test(t, no_drop_waits_in_line);
    tcase_add_test(t, packet_buffer_overflows);
    tcase_add_test(t, reordered_fetches_become_ready_in_order);
    tcase_add_test(t, disable_forgets_fetches);
    tcase_add_test(t, disable_releases_the_line);
    tcase_add_test(t, want_of_room_waits);
    tcase_add_test(t, no_dma_without_permission);
    tcase_add_test(t, failed_fetch_stalls_until_the_doorbell);
    tcase_add_test(t, garbage_rings_are_reported);
    tcase_add_test(t, a_frame_beyond_its_ring_is_dropped);
    tcase_add_test(t, the_fcs_stays_when_asked_for);
    tcase_add_test(t, vlan_tag_is_stripped_when_asked_for);
    return RUN_TESTS("rx", t);
}
