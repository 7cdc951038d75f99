/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Two VLAN tags (QinQ), as DPDK sets them up: which of them is filtered, stripped and inserted. And
 * other switches of the receive MAC and parser: length field, IPv6, wrong lengths of tagged frames.
 */
#include "model/nic/tests/queues.h"

enum {
    CTRL_EXT = 0x18, EXVET = 0x5078, RFCTL = 0x5008, RLEC = 0x4040, MLFC = 0x4034, ROC = 0x40ac,
    SECTXCTRL = 0x8800, EXTENDED = 1 << 26, GDV = 1 << 3, VME = 1 << 30, VFE = 1 << 30,
    VP = 1 << 3, VEXT = 1 << 9, UDPV = 1 << 10, T_VLE = 1 << 30, IPPCSE = 1 << 12,
    RXLNGTHERREN = 1 << 27, SBP = 1 << 1,
};

static struct fake_host *h;
static uint8_t f[2048];
static uint32_t slot;

static void setup(void)
{
    h = port_new();
    rx_start(h, 0, 64, ADVANCED);
    tx_start(h, 0, 64, 0);
    slot = 0;
}

static void teardown(void)
{
    fake_free(h);
}

static void make(uint32_t length, const char *head, uint32_t bytes)
{
    make_frame(f, length, station, length);
    memcpy(f + 12, head, bytes);
}

static bool passes(uint32_t length)
{
    frame_in(h, f, length);
    return rx_done(h, 0, slot);
}

static uint32_t status(void)
{
    return (uint32_t)rx_q1(h, 0, slot);
}

START_TEST(two_tags_in)
{
    fake_w32(h, CTRL_EXT, EXTENDED);
    fake_w32(h, EXVET, 0x88a8u << 16);
    fake_w32(h, rxq(0, DCTL), QUEUE_ENABLE | VME);
    make(100, "\x88\xa8\x00\x05\x81\x00\xa0\x07", 8);
    ck_assert(passes(100));
    ck_assert_uint_eq(status() & (VP | VEXT), VP | VEXT);
    ck_assert_uint_eq(rx_q1(h, 0, slot) >> 48, 0xa007);
    ck_assert_uint_eq(rx_length(h, 0, slot), 96);
    ck_assert_mem_eq(h->memory + rx_buffer(0, slot), f, 16); /* the outer one stays */
    ck_assert_mem_eq(h->memory + rx_buffer(0, slot) + 16, f + 20, 80);
    slot++;
    make(100, "\x88\xa8\x00\x05\x88\xb5", 6); /* the outer one alone */
    ck_assert(passes(100));
    ck_assert_uint_eq(status() & (VP | VEXT), VEXT);
    ck_assert_uint_eq(rx_length(h, 0, slot), 100);
    slot++;
    make(100, "\x81\x00\xa0\x07\x88\xb5", 6); /* none */
    ck_assert(passes(100));
    ck_assert_uint_eq(status() & (VP | VEXT), 0);
    slot++;
    fake_w32(h, VLNCTRL, 0x8100 | VFE); /* the filter looks at the inner one */
    make(100, "\x88\xa8\x00\x07\x81\x00\xa0\x07", 8);
    ck_assert(!passes(100));
    fake_w32(h, VFTA, 1 << 7);
    f[15] = 9;
    ck_assert(passes(100));
    slot++;
    fake_w32(h, CTRL_EXT, 0);
    fake_w32(h, VLNCTRL, 0x8100);
    ck_assert(passes(100));
    ck_assert_uint_eq(status() & (VP | VEXT), 0); /* nobody knows 0x88a8 */
}
END_TEST

START_TEST(longest_frames_with_tags)
{
    make(1518, "\x81\x00\x00\x01\x88\xb5", 6);
    ck_assert(passes(1518));
    slot++;
    make(1519, "\x81\x00\x00\x01\x88\xb5", 6);
    ck_assert(!passes(1519));
    make(1515, "\x88\xb5", 2);
    ck_assert(!passes(1515));
    make(1522, "\x88\xa8\x00\x01\x81\x00\x00\x02", 8);
    ck_assert(!passes(1522)); /* no tags as far as the MAC knows */
    fake_w32(h, CTRL_EXT, EXTENDED);
    fake_w32(h, EXVET, 0x88a8u << 16);
    ck_assert(passes(1522));
    ck_assert_uint_eq(fake_r32(h, ROC), 3);
}
END_TEST

static void send(uint32_t at, uint32_t command, const char *head, uint32_t bytes)
{
    make(100, head, bytes);
    memcpy(h->memory + TX_BUFFERS, f, 100);
    put64(h, tx_ring(0) + 32 * at, (uint64_t)0x0123 << 16);
    put64(h, tx_ring(0) + 32 * at + 8, T_DEXT | T_CONTEXT);
    tx_put(h, 0, 2 * at + 1, TX_BUFFERS, 100, command);
    fake_w32(h, txq(0, DT), 2 * at + 2);
    fake_run(h, 20000 * NS);
    ck_assert_uint_eq(h->frames, at + 1);
}

START_TEST(inserted_behind_the_outer_tag)
{
    fake_w32(h, EXVET, 0x88a8u << 16);
    fake_w32(h, DMATXCTL, fake_r32(h, DMATXCTL) | GDV);
    send(0, T_FULL | T_VLE, "\x88\xa8\x00\x05\x08\x00", 6);
    ck_assert_uint_eq(h->frame[0].length, 104);
    ck_assert_mem_eq(h->frame[0].bytes, f, 16);
    ck_assert_mem_eq(h->frame[0].bytes + 16, "\x81\x00\x01\x23", 4);
    ck_assert_mem_eq(h->frame[0].bytes + 20, f + 16, 84);
    send(1, T_FULL | T_VLE, "\x08\x00", 2); /* there is none */
    ck_assert_mem_eq(h->frame[1].bytes + 12, "\x81\x00\x01\x23", 4);
    ck_assert_mem_eq(h->frame[1].bytes + 16, f + 12, 88);
    fake_w32(h, DMATXCTL, fake_r32(h, DMATXCTL) & ~(uint32_t)GDV);
    send(2, T_FULL | T_VLE, "\x88\xa8\x00\x05\x08\x00", 6);
    ck_assert_mem_eq(h->frame[2].bytes + 12, "\x81\x00\x01\x23\x88\xa8", 6);
}
END_TEST

START_TEST(length_field)
{
    make(60, "\x00\x2e", 2);
    ck_assert(passes(60));
    slot++;
    make(60, "\x00\x2f", 2);
    ck_assert(passes(60)); /* nobody asked */
    slot++;
    fake_w32(h, HLREG0, fake_r32(h, HLREG0) | RXLNGTHERREN);
    ck_assert(!passes(60));
    ck_assert_uint_eq(h->last[NIC_EV_rx_drop].a, NIC_RX_DROP_LENGTH);
    make(60, "\x00\x05", 2); /* padded */
    ck_assert(passes(60));
    slot++;
    make(61, "\x00\x05", 2); /* too much for that */
    ck_assert(!passes(61));
    make(114, "\x00\x64", 2);
    ck_assert(passes(114));
    slot++;
    make(60, "\x05\xdd", 2); /* 1501 is no length */
    ck_assert(passes(60));
    slot++;
    fake_w32(h, FCTRL, 0x700 | SBP);
    make(61, "\x00\x05", 2);
    ck_assert(passes(61));
    ck_assert_uint_eq(status() >> 24 & 3, 2); /* LE */
    ck_assert_uint_eq(fake_r32(h, RLEC), 3);
    ck_assert_uint_eq(fake_r32(h, RLEC), 0);
}
END_TEST

START_TEST(ipv6_switches)
{
    make(100, "\x86\xdd\x60\0\0\0\0\x2e\x11\x40", 10);
    ck_assert(passes(100));
    ck_assert_uint_eq(rx_q0(h, 0, slot) >> 4 & 0xfff, 1 << 2 | 1 << 5);
    ck_assert_uint_eq(status() >> 5 & 1, 1); /* L4CS */
    slot++;
    fake_w32(h, RFCTL, 1 << 11);
    ck_assert(passes(100));
    ck_assert_uint_eq(rx_q0(h, 0, slot) >> 4 & 0xfff, 1 << 2 | 1 << 5);
    ck_assert_uint_eq(status() >> 5 & 1, 0);
    slot++;
    fake_w32(h, RFCTL, 1 << 10);
    ck_assert(passes(100));
    ck_assert_uint_eq(rx_q0(h, 0, slot) >> 4 & 0xfff, 0);
    ck_assert_uint_eq(status() >> 5 & 1, 0);
}
END_TEST

START_TEST(fragment_checksum)
{
    make(100, "\x08\x00\x45\0\0\x56\x12\x34\x20\0\x40\x11", 12);
    fake_w32(h, RXCSUM, IPPCSE);
    ck_assert(passes(100));
    uint32_t sum = 0;
    for (uint32_t i = 34; i < 100; i += 2)
        sum += (uint32_t)f[i] << 8 | f[i + 1];
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    ck_assert_uint_eq(rx_q0(h, 0, slot) >> 32, 0x1234 | sum << 16);
    ck_assert_uint_eq(status() & UDPV, UDPV);
    slot++;
    fake_w32(h, RXCSUM, 0);
    ck_assert(passes(100));
    ck_assert_uint_eq(rx_q0(h, 0, slot) >> 32, 0x1234);
}
END_TEST

START_TEST(local_faults)
{
    nic_carrier(&h->nic, false);
    nic_carrier(&h->nic, false);
    ck_assert_uint_eq(fake_r32(h, MLFC), 1);
    nic_carrier(&h->nic, true);
    nic_carrier(&h->nic, false); /* it was not up yet */
    ck_assert_uint_eq(fake_r32(h, MLFC), 0);
}
END_TEST

START_TEST(transmit_security_stop)
{
    make(100, "\x88\xb5", 2);
    fake_w32(h, SECTXCTRL, 2);
    memcpy(h->memory + TX_BUFFERS, f, 100);
    tx_put(h, 0, 0, TX_BUFFERS, 100, T_FULL);
    fake_w32(h, txq(0, DT), 1);
    fake_run(h, 100000 * NS);
    ck_assert_uint_eq(h->frames, 0);
    fake_w32(h, SECTXCTRL, 0);
    fake_run(h, 100000 * NS);
    ck_assert_uint_eq(h->frames, 1);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("vlan");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, two_tags_in);
    tcase_add_test(t, longest_frames_with_tags);
    tcase_add_test(t, inserted_behind_the_outer_tag);
    tcase_add_test(t, length_field);
    tcase_add_test(t, ipv6_switches);
    tcase_add_test(t, fragment_checksum);
    tcase_add_test(t, local_faults);
    tcase_add_test(t, transmit_security_stop);
    return RUN_TESTS("vlan", t);
}
