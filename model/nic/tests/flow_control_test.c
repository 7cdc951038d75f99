/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Pause frames: obeyed by transmit to the picosecond, sent when the packet buffer fills and taken
 * back when it empties, renewed in between, counted both ways.
 */
#include "model/nic/flow_control.h"

#include "model/nic/nic_priv.h"
#include "model/nic/tests/queues.h"

enum {
    MFLCN = 0x4294, FCTTV = 0x3200, FCRTL = 0x3220, FCRTH = 0x3260, FCRTV = 0x32a0,
    FCCFG = 0x3d00, XONRX = 0x41a4, XOFFRX = 0x41a8, XONTX = 0x3f60, XOFFTX = 0x3f68,
    GPTC = 0x4080, MPTC = 0x40f0, QPTC0 = 0x6030, MPC = 0x3fa0,
    RFCE = 1 << 3, DPF = 1 << 1, PMCF = 1 << 0, TFCE = 1 << 3,
    FRAME = 60, STORED = 64, /* of the packet buffer */
    IN_PS = (155 + 400) * 1000 + (FRAME + 4) * 800, /* SFD at the pins to the verdict */
    QUANTUM_PS = 51200,
};
#define TOP (1u << 31)

static struct fake_host *h;
static uint8_t f[128];
static const uint8_t pause_to[6] = {0x01, 0x80, 0xc2, 0, 0, 1};

static void setup(void)
{
    h = port_new();
}
static void teardown(void)
{
    fake_free(h);
}

static void control_in(const uint8_t to[6], uint32_t opcode, uint32_t quanta)
{
    make_frame(f, FRAME, to, 1);
    memcpy(f + 12, "\x88\x08", 2);
    f[14] = (uint8_t)(opcode >> 8);
    f[15] = (uint8_t)opcode;
    f[16] = (uint8_t)(quanta >> 8);
    f[17] = (uint8_t)quanta;
    nic_frame_in(&h->nic, f, FRAME, true);
}

/* A pause frame, and time until it has been read. Returns when that was. */
static uint64_t pause_in(uint32_t quanta)
{
    control_in(pause_to, 1, quanta);
    fake_run(h, IN_PS);
    return h->sched.now_ps;
}

static void send_frames(uint32_t count)
{
    uint32_t tail = fake_r32(h, txq(0, DT));

    make_frame(h->memory + TX_BUFFERS, FRAME, broadcast, 3);
    for (uint32_t i = 0; i < count; i++)
        tx_put(h, 0, tail + i, TX_BUFFERS, FRAME, T_FULL);
    fake_w32(h, txq(0, DT), tail + count);
}

START_TEST(a_pause_holds_transmit_for_its_quanta)
{
    tx_start(h, 0, 64, 0);
    fake_w32(h, MFLCN, RFCE | DPF);
    uint64_t from = pause_in(1000);
    send_frames(3);
    fake_run(h, 1000ull * QUANTUM_PS - 1);
    ck_assert_uint_eq(h->frames, 0);
    fake_run(h, 10000 * NS);
    ck_assert_uint_eq(h->frames, 3);
    ck_assert_uint_eq(h->frame[0].time_ps, from + 1000ull * QUANTUM_PS);
    ck_assert_uint_eq(fake_r32(h, XOFFRX), 1);
    ck_assert_uint_eq(fake_r32(h, XONRX), 0);
    ck_assert_uint_eq(h->last[NIC_EV_rx_drop].a, NIC_RX_DROP_PAUSE);
}
END_TEST

START_TEST(xon_ends_it_and_xoff_prolongs_it)
{
    tx_start(h, 0, 64, 0);
    fake_w32(h, MFLCN, RFCE | DPF);
    pause_in(60000);
    send_frames(2);
    fake_run(h, 5000 * NS);
    uint64_t on = pause_in(0);
    fake_run(h, 1000 * NS);
    ck_assert_uint_eq(h->frames, 2);
    ck_assert_uint_eq(h->frame[0].time_ps, on);
    ck_assert_uint_eq(fake_r32(h, XONRX), 1);
    pause_in(100);
    send_frames(1);
    uint64_t from = pause_in(200);
    fake_run(h, 200ull * QUANTUM_PS + 1000 * NS);
    ck_assert_uint_eq(h->frame[2].time_ps, from + 200ull * QUANTUM_PS);
    ck_assert_uint_eq(fake_r32(h, XOFFRX), 3);
}
END_TEST

START_TEST(who_does_not_listen_is_not_paused)
{
    tx_start(h, 0, 64, 0);
    fake_w32(h, MFLCN, DPF);
    pause_in(1000);
    fake_w32(h, MFLCN, RFCE | DPF);
    control_in(pause_to, 2, 1000); /* no pause frame */
    control_in(station, 1, 1000);
    make_frame(f, FRAME, pause_to, 1);
    memcpy(f + 12, "\x88\x08\x00\x01\xff\xff", 6);
    nic_frame_in(&h->nic, f, FRAME, false); /* damaged */
    fake_run(h, 2000 * NS);
    send_frames(1);
    fake_run(h, 2000 * NS);
    ck_assert_uint_eq(h->frames, 1);
    ck_assert_uint_eq(fake_r32(h, XOFFRX), 0);
}
END_TEST

START_TEST(other_control_frames_pass_when_asked_for)
{
    rx_start(h, 0, 32, ADVANCED);
    control_in(station, 0x101, 0);
    fake_run(h, 10000 * NS);
    ck_assert_uint_eq(h->last[NIC_EV_rx_drop].a, NIC_RX_DROP_FILTER);
    fake_w32(h, MFLCN, PMCF);
    control_in(station, 0x101, 0);
    fake_run(h, 10000 * NS);
    ck_assert_uint_eq(fake_r32(h, rxq(0, DH)), 1);
    fake_w32(h, MFLCN, 0);
    fake_w32(h, FCTRL, fake_r32(h, FCTRL) | 1 << 12);
    control_in(station, 0x101, 0);
    fake_run(h, 10000 * NS);
    ck_assert_uint_eq(fake_r32(h, rxq(0, DH)), 2);
}
END_TEST

/* ---- our own ---- */

/* Frames into a queue without descriptors: they stay in the packet buffer. */
static void fill(uint32_t frames)
{
    for (uint32_t i = 0; i < frames; i++) {
        make_frame(f, FRAME, station, i);
        nic_frame_in(&h->nic, f, FRAME, true);
        fake_run(h, 68 * NS);
    }
    fake_run(h, 1000 * NS);
}

/* XOFF above 10 frames, XON at 4; both directions of time in quanta. */
static void thresholds(uint32_t pause_time, uint32_t refresh)
{
    fake_w32(h, FCRTL, TOP | 4 * STORED);
    fake_w32(h, FCRTH, TOP | 10 * STORED);
    fake_w32(h, FCTTV, pause_time);
    fake_w32(h, FCRTV, refresh);
    fake_w32(h, FCCFG, TFCE);
    rx_start(h, 0, 64, ADVANCED);
    fake_w32(h, rxq(0, DCTL), 0); /* and again, with no descriptor given */
    fake_w32(h, rxq(0, DT), 0);
    fake_w32(h, rxq(0, DCTL), QUEUE_ENABLE);
}

static void expect_pause(unsigned i, uint32_t quanta)
{
    uint8_t want[FRAME] = {0x01, 0x80, 0xc2, 0, 0, 1, 0x02, 0x52, 0x53, 0, 0, 1, 0x88, 0x08, 0, 1,
                           (uint8_t)(quanta >> 8), (uint8_t)quanta};

    ck_assert_uint_gt(h->frames, i);
    ck_assert_uint_eq(h->frame[i].length, FRAME);
    ck_assert_mem_eq(h->frame[i].bytes, want, FRAME);
    ck_assert(h->frame[i].good_fcs);
}

START_TEST(a_filling_buffer_says_xoff_and_an_empty_one_xon)
{
    thresholds(0xffff, 0);
    fill(10);
    ck_assert_uint_eq(h->frames, 0);
    fill(1);
    expect_pause(0, 0xffff);
    fill(5);
    ck_assert_uint_eq(h->frames, 1);
    fake_w32(h, rxq(0, DT), 11); /* room for 11: 5 stay */
    fake_run(h, 5000 * NS);
    ck_assert_uint_eq(h->frames, 1);
    fake_w32(h, rxq(0, DT), 12);
    fake_run(h, 5000 * NS);
    ck_assert_uint_eq(h->frames, 2);
    expect_pause(1, 0);
    ck_assert_uint_eq(fake_r32(h, XOFFTX), 1);
    ck_assert_uint_eq(fake_r32(h, XONTX), 1);
    ck_assert_uint_eq(fake_r32(h, GPTC), 2);
    ck_assert_uint_eq(fake_r32(h, MPTC), 2);
    ck_assert_uint_eq(fake_r32(h, QPTC0), 0);
    ck_assert_uint_eq(fake_r32(h, MPC), 0);
}
END_TEST

START_TEST(xoff_is_renewed_while_the_buffer_stays_full)
{
    thresholds(1000, 400);
    fill(11);
    expect_pause(0, 1000);
    fake_run(h, 1300ull * QUANTUM_PS);
    ck_assert_uint_eq(h->frames, 3);
    expect_pause(2, 1000);
    ck_assert_uint_eq(h->frame[1].time_ps, h->frame[0].time_ps + 600ull * QUANTUM_PS);
    ck_assert_uint_eq(h->frame[2].time_ps, h->frame[1].time_ps + 600ull * QUANTUM_PS);
    fake_w32(h, rxq(0, DT), 60);
    fake_run(h, 5000ull * QUANTUM_PS);
    ck_assert_uint_eq(h->frames, 4);
    expect_pause(3, 0);
}
END_TEST

START_TEST(pause_frames_go_even_when_we_are_paused)
{
    thresholds(500, 0);
    fake_w32(h, MFLCN, RFCE | DPF);
    tx_start(h, 1, 64, 0);
    pause_in(60000);
    fill(11);
    expect_pause(0, 500);
}
END_TEST

START_TEST(switches)
{
    thresholds(500, 0);
    fake_w32(h, FCRTH, 10 * STORED); /* no FCEN */
    fill(11);
    ck_assert_uint_eq(h->frames, 0);
    fake_w32(h, FCRTH, TOP | 10 * STORED);
    fake_w32(h, FCCFG, 0);
    fill(1);
    ck_assert_uint_eq(h->frames, 0);
    fake_w32(h, FCCFG, TFCE);
    fake_w32(h, FCRTL, 4 * STORED); /* no XONE */
    fill(1);
    ck_assert_uint_eq(h->frames, 1);
    fake_w32(h, rxq(0, DT), 60);
    fake_run(h, 5000 * NS);
    ck_assert_uint_eq(h->frames, 1);
}
END_TEST

START_TEST(a_full_buffer_misses_packets)
{
    fake_w32(h, RXPBSIZE0, 1 << 10); /* 1 KiB: 16 frames */
    thresholds(500, 0);
    fill(20);
    ck_assert_uint_eq(fake_r32(h, MPC), 4);
    ck_assert_uint_eq(fake_r32(h, XOFFTX), 1);
}
END_TEST

START_TEST(a_lost_link_forgets_all)
{
    thresholds(60000, 0);
    tx_start(h, 1, 64, 0);
    fake_w32(h, MFLCN, RFCE | DPF);
    pause_in(60000);
    fill(11);
    ck_assert_uint_eq(h->frames, 1);
    nic_carrier(&h->nic, false);
    fake_link_up(h);
    fake_run(h, 1000 * NS);
    ck_assert_uint_eq(h->frames, 2); /* the new far end is told at once */
    expect_pause(1, 60000);
    ck_assert_uint_eq(h->nic.st->flow.hold_ps, 0);
    ck_assert(nic_flow_valid(&h->nic.st->flow));
    h->nic.st->flow.owed = 3;
    ck_assert(!nic_flow_valid(&h->nic.st->flow));
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("flow_control");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_pause_holds_transmit_for_its_quanta);
    tcase_add_test(t, xon_ends_it_and_xoff_prolongs_it);
    tcase_add_test(t, who_does_not_listen_is_not_paused);
    tcase_add_test(t, other_control_frames_pass_when_asked_for);
    tcase_add_test(t, a_filling_buffer_says_xoff_and_an_empty_one_xon);
    tcase_add_test(t, xoff_is_renewed_while_the_buffer_stays_full);
    tcase_add_test(t, pause_frames_go_even_when_we_are_paused);
    tcase_add_test(t, switches);
    tcase_add_test(t, a_full_buffer_misses_packets);
    tcase_add_test(t, a_lost_link_forgets_all);
    return RUN_TESTS("flow_control", t);
}
