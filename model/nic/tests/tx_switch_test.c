/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a pool sends: who gets it, what is refused, which tag it leaves with.
 */
#include "model/nic/tx.h"

#include "model/nic/tests/packets.h"
#include "model/nic/tests/pools.h"

static struct fake_host *h;
static uint8_t f[NIC_FRAME_MAX];

static const uint8_t vf1[6] = {0x02, 0x52, 0x53, 0x00, 0x01, 0x01};
static const uint8_t vf2[6] = {0x02, 0x52, 0x53, 0x00, 0x01, 0x02};
static const uint8_t far[6] = {0x02, 0x52, 0x53, 0x00, 0x01, 0x7f};
enum { WIRE = 1 << 30, Q1 = 1 << 2, Q2 = 1 << 4, Q3 = 1 << 6, LAYOUT_64 = 2 | 1 << 2 };

static void setup(void)
{
    h = port_new();
    fake_w32(h, FCTRL, BAM);
    pools_on(h, MODE_VMDQ_64, LAYOUT_64);
    address(h, 1, vf1, 1 << 1);
    address(h, 2, vf2, 1 << 2);
    fake_w32(h, GSWC, 1);
    for (uint32_t q = 0; q < 8; q++) {
        pool_start(h, q);
        tx_start(h, q, 128, 0);
    }
}
static void teardown(void)
{
    fake_free(h);
}

/* The frame in `f` goes out by a queue: queues that got it, and WIRE. */
static uint32_t put(uint32_t q, uint32_t length, uint32_t command)
{
    uint32_t before[8], got = 0, frames = h->frames, slot = fake_r32(h, txq(q, DT));

    for (uint32_t i = 0; i < 8; i++)
        before[i] = fake_r32(h, rxq(i, DH));
    memcpy(h->memory + TX_BUFFERS, f, length);
    tx_put(h, q, slot, TX_BUFFERS, length, command);
    fake_w32(h, txq(q, DT), slot + 1);
    fake_run(h, 20 * 1000 * NS);
    if (fake_r32(h, txq(q, DH)) == slot + 1) /* else its pool may not send */
        ck_assert(tx_done(h, q, slot));      /* also when it is refused */
    for (uint32_t i = 0; i < 8; i++)
        if (fake_r32(h, rxq(i, DH)) != before[i])
            got |= 1u << i;
    return got | (h->frames != frames ? WIRE : 0);
}
static void frame_of(const uint8_t from[6], const uint8_t to[6], int tci)
{
    make_frame(f, 80, to, 1);
    memcpy(f + 6, from, 6);
    if (tci >= 0)
        memcpy(f + 12, (uint8_t[]){0x81, 0, (uint8_t)(tci >> 8), (uint8_t)tci}, 4);
}
static uint32_t goes(const uint8_t from[6], const uint8_t to[6], int tci, uint32_t q)
{
    frame_of(from, to, tci);
    return put(q, 80, T_FULL);
}

START_TEST(from_pool_to_pool)
{
    ck_assert_uint_eq(goes(vf1, vf2, -1, 2), Q2);
    ck_assert_mem_eq(h->memory + pool_buffer(4, 0), f, 80);
    ck_assert_uint_eq(rx_length(h, 4, 0), 80);
    ck_assert_uint_eq(rx_q1(h, 4, 0) >> 18 & 1, 1); /* LB */
    ck_assert_uint_eq(goes(vf1, far, -1, 3), WIRE);
    ck_assert_uint_eq(goes(vf1, station, -1, 2), 1); /* the port's own: pool 0 */
    fake_w32(h, VMOLR + 4 * 2, VM_BAM);
    fake_w32(h, VMOLR + 4 * 1, VM_BAM);
    ck_assert_uint_eq(goes(vf1, broadcast, -1, 2), WIRE | Q2); /* not to itself */
    ck_assert_uint_eq(fake_r32(h, 0x4080), 2);                          /* GPTC: the wire's */
    ck_assert_uint_eq(fake_r32(h, 0x8300 + 4), 4);                      /* PVFGPTC */
    ck_assert_uint_eq(fake_r32(h, 0x6030), 4);                          /* QPTC */
    ck_assert_uint_eq(fake_r32(h, 0x4074), 0);                          /* GPRC */
    ck_assert_uint_eq(fake_r32(h, PVFGPRC(2)), 2);
    fake_w32(h, GSWC, 0);
    ck_assert_uint_eq(goes(vf1, vf2, -1, 2), WIRE);
}
END_TEST

START_TEST(to_itself)
{
    ck_assert_uint_eq(goes(vf1, vf1, -1, 2), 0);
    ck_assert_uint_eq(h->last[NIC_EV_tx_drop].a, NIC_TX_DROP_LOCAL);
    fake_w32(h, VMTXSW, 1 << 1);
    ck_assert_uint_eq(goes(vf1, vf1, -1, 2), Q1);
}
END_TEST

START_TEST(vlans_of_pools)
{
    fake_w32(h, VLNCTRL, 0x40008100);
    vlan(h, 3, 7, 1 << 1 | 1 << 2);
    ck_assert_uint_eq(goes(vf1, vf2, 7, 2), Q2);
    ck_assert_uint_eq(goes(vf1, vf2, 8, 2), 0); /* neither there nor to the default pool */
    ck_assert_uint_eq(goes(vf1, vf2, -1, 2), 0);
    ck_assert_uint_eq(goes(vf1, far, 8, 2), WIRE);
}
END_TEST

START_TEST(mirrors)
{
    fake_w32(h, MRCTL + 4, 4 | 3 << 8); /* what goes to the wire */
    ck_assert_uint_eq(goes(vf1, far, -1, 2), WIRE | Q3);
    ck_assert_uint_eq(goes(vf1, vf2, -1, 2), Q2);
    fake_w32(h, MRCTL + 4, 1 | 3 << 8); /* what goes to pool 2 */
    fake_w32(h, VMRVM + 4, 1 << 2);
    ck_assert_uint_eq(goes(vf1, vf2, -1, 2), Q2 | Q3);
    ck_assert_uint_eq(goes(vf2, vf1, -1, 4), Q1);
}
END_TEST

START_TEST(a_false_address)
{
    fake_w32(h, SPOOF, 1 << 1); /* MACAS of pool 1 */
    ck_assert_uint_eq(goes(vf1, far, -1, 2), WIRE);
    ck_assert_uint_eq(goes(vf2, far, -1, 2), 0);
    ck_assert_uint_eq(h->last[NIC_EV_tx_drop].a, NIC_TX_DROP_SPOOF);
    ck_assert_uint_eq(goes(vf2, broadcast, -1, 2), 0);
    ck_assert_uint_eq(goes(vf1, far, -1, 4), WIRE); /* pool 2 is free to */
    ck_assert_uint_eq(fake_r32(h, SSVPC), 2);
    ck_assert_uint_eq(fake_r32(h, SSVPC), 0);
}
END_TEST

START_TEST(a_false_vlan)
{
    fake_w32(h, SPOOF, 1 << (8 + 1)); /* VLANAS of pool 1 */
    vlan(h, 0, 7, 1 << 1);
    vlan(h, 1, 8, 1 << 2);
    ck_assert_uint_eq(goes(vf1, far, 7, 2), WIRE);
    ck_assert_uint_eq(goes(vf1, far, 8, 2), 0);
    ck_assert_uint_eq(goes(vf1, far, 9, 2), 0);
    ck_assert_uint_eq(goes(vf1, far, 9, 4), WIRE);
    ck_assert_uint_eq(goes(vf1, far, -1, 2), WIRE);
    ck_assert_uint_eq(fake_r32(h, SSVPC), 2);
}
END_TEST

START_TEST(the_tag_of_a_pool)
{
    fake_w32(h, VMVIR + 4, 1u << 30 | 0x6064); /* VLAN 100, priority 3 */
    fake_w32(h, VLNCTRL, 0x40008100);
    vlan(h, 3, 100, 1 << 1 | 1 << 2);
    ck_assert_uint_eq(goes(vf1, far, -1, 2), WIRE);
    const struct fake_frame *out = &h->frame[0];
    ck_assert_uint_eq(out->length, 84);
    ck_assert_mem_eq(out->bytes + 12, "\x81\x00\x60\x64\x88\xb5", 6);
    ck_assert_mem_eq(out->bytes + 18, f + 14, 66);
    ck_assert_uint_eq(goes(vf1, vf2, -1, 2), Q2); /* the switch sees the tag */
    ck_assert_uint_eq(rx_length(h, 4, 0), 84);
    ck_assert_uint_eq(goes(vf1, far, 5, 2), 0); /* a tag of its own */
    frame_of(vf1, far, -1);
    uint32_t slot = fake_r32(h, txq(2, DT));
    tx_context(h, 2, slot, &(struct context){.mac = 14, .vlan = 9});
    fake_w32(h, txq(2, DT), slot + 1);
    ck_assert_uint_eq(put(2, 80, T_FULL | T_VLE), 0);
    ck_assert_uint_eq(fake_r32(h, SSVPC), 2);
    fake_w32(h, VMVIR + 4, 2u << 30); /* never any */
    ck_assert_uint_eq(put(2, 80, T_FULL | T_VLE), WIRE);
    ck_assert_uint_eq(h->frame[1].length, 80);
    fake_w32(h, VMVIR + 4, 0); /* as the descriptor says */
    ck_assert_uint_eq(put(2, 80, T_FULL | T_VLE), WIRE);
    ck_assert_uint_eq(h->frame[2].length, 84);
}
END_TEST

START_TEST(transmit_enable_of_a_pool)
{
    fake_w32(h, VFTE, ~(1u << 1));
    ck_assert_uint_eq(goes(vf1, far, -1, 2), 0);
    ck_assert_uint_eq(fake_r32(h, txq(2, DH)), 0);
    ck_assert_uint_eq(goes(vf2, far, -1, 4), WIRE);
    fake_w32(h, VFTE, UINT32_MAX); /* it was kept */
    fake_run(h, 20 * 1000 * NS);
    ck_assert_uint_eq(h->frames, 2);
    ck_assert_uint_eq(fake_r32(h, txq(2, DH)), 1);
    fake_w32(h, VFTE, 0);
    fake_w32(h, MTQC, 0); /* no pools, no gate */
    ck_assert_uint_eq(goes(vf1, far, -1, 2), WIRE);
}
END_TEST

START_TEST(pools_of_queues)
{
    static const struct {
        uint32_t mtqc, queues; /* queues of each pool */
    } layouts[] = {{0x6, 2}, {0xa, 4}, {0xb, 4}, {0xf, 8}};

    for (unsigned i = 0; i < 4; i++)
        for (uint32_t q = 0; q < 8; q++) {
            fake_w32(h, MTQC, layouts[i].mtqc);
            fake_w32(h, SPOOF, 0xff & ~(1u << q / layouts[i].queues)); /* all the others */
            ck_assert_uint_eq(goes(far, far, -1, q), WIRE);
            fake_w32(h, SPOOF, 1u << q / layouts[i].queues);
            ck_assert_uint_eq(goes(far, far, -1, q), 0);
        }
}
END_TEST

START_TEST(segments_are_checked_each)
{
    struct packet k = {.version = 4, .proto = TCP, .payload = 2500};
    struct context c = context_of(&k);
    uint32_t length = write_packet(f, &k, 1, true);

    memcpy(f, vf2, 6);
    memcpy(f + 6, vf1, 6);
    c.mss = 1000;
    c.flags = C_IPV4;
    fake_w32(h, SPOOF, 2);
    tx_context(h, 2, 0, &c);
    memcpy(h->memory + TX_BUFFERS, f, length);
    tx_data(h, 2, 1, TX_BUFFERS, length, (uint32_t)T_FULL | T_TSE, P_IXSM | P_TXSM, 2500);
    fake_w32(h, txq(2, DT), 2);
    fake_run(h, 20 * 1000 * NS);
    ck_assert_uint_eq(fake_r32(h, rxq(4, DH)), 3);
    ck_assert_uint_eq(h->frames, 0);
    ck_assert_uint_eq(rx_length(h, 4, 2), 54 + 500);
    ck_assert(l4_good(h->memory + pool_buffer(4, 0) + 14, h->memory + pool_buffer(4, 0) + 34, TCP,
                      1020));
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("tx_switch");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, from_pool_to_pool);
    tcase_add_test(t, to_itself);
    tcase_add_test(t, vlans_of_pools);
    tcase_add_test(t, mirrors);
    tcase_add_test(t, a_false_address);
    tcase_add_test(t, a_false_vlan);
    tcase_add_test(t, the_tag_of_a_pool);
    tcase_add_test(t, transmit_enable_of_a_pool);
    tcase_add_test(t, pools_of_queues);
    tcase_add_test(t, segments_are_checked_each);
    return RUN_TESTS("tx_switch", t);
}
