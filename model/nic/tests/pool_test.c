/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which pools and which of their queues a frame from the wire goes to: addresses, tables, modes,
 * VLANs, default pool, gates, mirrors, and the queue by every mode of MRQC.
 */
#include "model/nic/pool.h"

#include "model/nic/tests/pools.h"

static struct fake_host *h;
static uint8_t f[NIC_FRAME_MAX];

static void setup(void)
{
    h = port_new();
    fake_w32(h, FCTRL, BAM);
    pools_on(h, MODE_VMDQ_64, 0);
    for (uint32_t q = 0; q < 8; q++)
        pool_start(h, q);
}
static void teardown(void)
{
    fake_free(h);
}

static const uint8_t vf1[6] = {0x02, 0x52, 0x53, 0x00, 0x01, 0x01};
static const uint8_t vf2[6] = {0x02, 0x52, 0x53, 0x00, 0x01, 0x02};
static const uint8_t nobody[6] = {0x02, 0x52, 0x53, 0x00, 0x01, 0x7f};
static const uint8_t group[6] = {0x01, 0x00, 0x5e, 0x01, 0x02, 0x03};

/* Queues that get it, as bits. */
static uint32_t queues_of(const uint8_t to[6], int tci)
{
    make_frame(f, 80, to, 1);
    if (tci >= 0) {
        f[12] = 0x81;
        f[13] = 0;
        f[14] = (uint8_t)(tci >> 8);
        f[15] = (uint8_t)tci;
    }
    return queues_got(h, f, 80, 8);
}
static uint32_t untagged(const uint8_t to[6])
{
    return queues_of(to, -1);
}

enum { Q_POOL0 = 1 << 0, Q_POOL1 = 1 << 2, Q_POOL2 = 1 << 4, Q_POOL3 = 1 << 6 };

START_TEST(by_station_address)
{
    address(h, 1, vf1, 1 << 1);
    address(h, 2, vf2, 1 << 2);
    ck_assert_uint_eq(untagged(vf1), Q_POOL1);
    ck_assert_uint_eq(untagged(vf2), Q_POOL2);
    ck_assert_uint_eq(untagged(vf1), Q_POOL1); /* known by now */
    ck_assert_uint_eq(untagged(nobody), 0);
    ck_assert_uint_eq(h->last[NIC_EV_rx_drop].a, NIC_RX_DROP_FILTER);
    fake_w32(h, MPSAR_LO + 8, 1 << 1 | 1 << 3); /* one address of two pools */
    ck_assert_uint_eq(untagged(vf1), Q_POOL1 | Q_POOL3);
    fake_w32(h, VT_CTL, VT_ENA); /* without replication: one of them */
    ck_assert_uint_eq(untagged(vf1), Q_POOL1);
}
END_TEST

START_TEST(nobody_elses_go_to_the_default_pool)
{
    fake_w32(h, FCTRL, UPE | BAM);
    ck_assert_uint_eq(untagged(nobody), Q_POOL0);
    fake_w32(h, VT_CTL, VT_ENA | REPLEN | 3 << 7);
    ck_assert_uint_eq(untagged(nobody), Q_POOL3);
    ck_assert_uint_eq(untagged(broadcast), Q_POOL3);
    fake_w32(h, VT_CTL, VT_ENA | REPLEN | 3 << 7 | DIS_DEFPL);
    ck_assert_uint_eq(untagged(nobody), 0);
    ck_assert_uint_eq(h->last[NIC_EV_rx_drop].a, NIC_RX_DROP_POOL);
    fake_w32(h, VMOLR + 4 * 3, VM_BAM);
    ck_assert_uint_eq(untagged(broadcast), Q_POOL3);
}
END_TEST

START_TEST(groups_are_replicated)
{
    fake_w32(h, VMOLR + 4 * 1, VM_BAM | VM_ROMPE);
    fake_w32(h, VMOLR + 4 * 2, VM_BAM | VM_MPE);
    ck_assert_uint_eq(untagged(broadcast), Q_POOL1 | Q_POOL2);
    ck_assert_uint_eq(untagged(group), Q_POOL2); /* its own mode, though FCTRL says no */
    uint32_t v = ((uint32_t)group[4] | (uint32_t)group[5] << 8) >> 4 & 0xfff;
    fake_w32(h, MTA + 4 * (v / 32), 1u << v % 32);
    fake_w32(h, MCSTCTRL, 4);
    ck_assert_uint_eq(untagged(group), Q_POOL1 | Q_POOL2);
    address(h, 5, group, 1 << 3); /* exact: then the table has no say */
    ck_assert_uint_eq(untagged(group), Q_POOL2 | Q_POOL3);
    ck_assert_uint_eq(fake_r32(h, PVFMPRC(1)), 2);
    ck_assert_uint_eq(fake_r32(h, PVFMPRC(2)), 4);
    ck_assert_uint_eq(fake_r32(h, PVFMPRC(2)), 4); /* a read leaves it */
    ck_assert_uint_eq(fake_r32(h, 0x1010 + 0x40 * 4), 4);
    fake_w32(h, VT_CTL, VT_ENA);
    ck_assert_uint_eq(untagged(broadcast), Q_POOL0); /* no replication: the default pool */
}
END_TEST

START_TEST(by_unicast_table)
{
    uint32_t v = ((uint32_t)nobody[4] | (uint32_t)nobody[5] << 8) >> 4 & 0xfff;

    fake_w32(h, UTA + 4 * (v / 32), 1u << v % 32);
    ck_assert_uint_eq(untagged(nobody), 0);
    fake_w32(h, VMOLR + 4 * 2, VM_ROPE);
    ck_assert_uint_eq(untagged(nobody), Q_POOL2);
    address(h, 1, nobody, 1 << 1);
    ck_assert_uint_eq(untagged(nobody), Q_POOL1);
}
END_TEST

START_TEST(by_vlan)
{
    address(h, 1, vf1, 1 << 1 | 1 << 2);
    fake_w32(h, VLNCTRL, 0x40008100);
    fake_w32(h, VFTA + 4 * 3, 1 << 4 | 1 << 5);
    vlan(h, 7, 100, 1 << 2);
    vlan(h, 9, 101, 1ull << 63);
    ck_assert_uint_eq(queues_of(vf1, 100), Q_POOL2);
    ck_assert_uint_eq(queues_of(vf1, 0xe000 | 100), Q_POOL2);
    ck_assert_uint_eq(queues_of(vf1, 101), Q_POOL0); /* the list is empty: the default pool */
    ck_assert_uint_eq(queues_of(vf1, 102), 0);       /* VFTA */
    ck_assert_uint_eq(h->last[NIC_EV_rx_drop].a, NIC_RX_DROP_VLAN);
    ck_assert_uint_eq(untagged(vf1), Q_POOL0);
    fake_w32(h, VMOLR + 4 * 1, VM_AUPE);
    ck_assert_uint_eq(untagged(vf1), Q_POOL1);
    fake_w32(h, VLVF + 4 * 7, 100); /* VIEN is missing */
    ck_assert_uint_eq(queues_of(vf1, 100), Q_POOL0);
    fake_w32(h, VLNCTRL, 0x8100); /* no filter at all */
    ck_assert_uint_eq(queues_of(vf1, 102), Q_POOL1 | Q_POOL2);
}
END_TEST

START_TEST(receive_enable_of_a_pool)
{
    address(h, 1, vf1, 1 << 1 | 1 << 2);
    fake_w32(h, VFRE, ~(1u << 1));
    ck_assert_uint_eq(untagged(vf1), Q_POOL2);
    fake_w32(h, VFRE, ~(3u << 1));
    ck_assert_uint_eq(untagged(vf1), 0);
    ck_assert_uint_eq(h->last[NIC_EV_rx_drop].a, NIC_RX_DROP_POOL);
}
END_TEST

START_TEST(each_queue_its_own_way_with_the_tag)
{
    static const uint8_t all[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

    for (uint32_t p = 0; p < 4; p++)
        fake_w32(h, VMOLR + 4 * p, VM_BAM);
    fake_w32(h, rxq(2, DCTL), QUEUE_ENABLE | 1 << 30); /* VME */
    fake_w32(h, rxq(4, DCTL), QUEUE_ENABLE | 1 << 30);
    fake_w32(h, 0x2f04, 1 << 16 | 4 << 8 | 2); /* QDE: hide */
    ck_assert_uint_eq(queues_of(all, 0x6123), Q_POOL0 | Q_POOL1 | Q_POOL2 | Q_POOL3);
    ck_assert_uint_eq(rx_length(h, 0, 0), 80);
    ck_assert_uint_eq(rx_q1(h, 0, 0) & 8, 0);
    ck_assert_mem_eq(h->memory + pool_buffer(0, 0) + 12, "\x81\x00\x61\x23", 4);
    ck_assert_uint_eq(rx_length(h, 2, 0), 76);
    ck_assert_uint_eq(rx_q1(h, 2, 0) & 8, 8);
    ck_assert_uint_eq(rx_q1(h, 2, 0) >> 48, 0x6123);
    ck_assert_uint_eq(rx_length(h, 4, 0), 76);
    ck_assert_uint_eq(rx_q1(h, 4, 0) & 8, 0);
    ck_assert_uint_eq(rx_q1(h, 4, 0) >> 48, 0);
    ck_assert_uint_eq(rx_length(h, 6, 0), 80);
    address(h, 1, vf2, 1 << 2); /* for one pool, the same */
    ck_assert_uint_eq(queues_of(vf2, 0x6123), Q_POOL2);
    ck_assert_uint_eq(rx_length(h, 4, 1), 76);
    ck_assert_uint_eq(rx_q1(h, 4, 1) & 8, 0);
    fake_w32(h, 0x2f04, 1 << 17 | 4 << 8);
    ck_assert_uint_eq(fake_r32(h, 0x2f04) & 3, 2);
    fake_w32(h, 0x2f04, 1 << 16 | 4 << 8);
    ck_assert_uint_eq(queues_of(vf2, 0x6123), Q_POOL2);
    ck_assert_uint_eq(rx_q1(h, 4, 2) >> 48, 0x6123);
}
END_TEST

START_TEST(mirrors)
{
    address(h, 1, vf1, 1 << 1);
    address(h, 2, vf2, 1 << 2);
    fake_w32(h, MRCTL, 1 | 3 << 8); /* what goes to pool 1 goes to pool 3, too */
    fake_w32(h, VMRVM, 1 << 1);
    ck_assert_uint_eq(untagged(vf1), Q_POOL1 | Q_POOL3);
    ck_assert_uint_eq(untagged(vf2), Q_POOL2);
    fake_w32(h, MRCTL, 2 | 3 << 8); /* what comes from the wire */
    ck_assert_uint_eq(untagged(vf2), Q_POOL2 | Q_POOL3);
    ck_assert_uint_eq(untagged(nobody), 0);
    fake_w32(h, MRCTL, 8 | 3 << 8); /* a VLAN, by the number of its filter */
    fake_w32(h, VMRVLAN + 16, 1 << 2);
    vlan(h, 34, 55, 1);
    ck_assert_uint_eq(queues_of(vf1, 55), Q_POOL1 | Q_POOL3);
    ck_assert_uint_eq(queues_of(vf1, 56), Q_POOL1);
    ck_assert_uint_eq(untagged(vf1), Q_POOL1);
    fake_w32(h, VFRE, ~(1u << 3));
    ck_assert_uint_eq(queues_of(vf1, 55), Q_POOL1);
}
END_TEST

START_TEST(ether_type_filter_names_a_pool)
{
    address(h, 1, vf1, 1 << 1);
    fake_w32(h, 0x5128, 1u << 31 | 1 << 26 | 3 << 20 | 0x88b5);
    ck_assert_uint_eq(untagged(vf1), Q_POOL3);
    fake_w32(h, 0xec00, 1u << 31 | 5 << 16); /* ETQS: and a queue */
    ck_assert_uint_eq(untagged(vf1), 1 << 5);
    fake_w32(h, 0x5128, 1u << 31 | 0x88b5);
    ck_assert_uint_eq(untagged(vf1), 1 << 5);
}
END_TEST

START_TEST(counters_of_a_pool)
{
    address(h, 1, vf1, 1 << 1);
    untagged(vf1);
    untagged(vf1);
    ck_assert_uint_eq(fake_r32(h, PVFGPRC(1)), 2);
    ck_assert_uint_eq(fake_r32(h, PVFGPRC(1)), 2);
    ck_assert_uint_eq(fake_r32(h, PVFGORC(1)), 160);
    ck_assert_uint_eq(fake_r32(h, PVFGPRC(0)), 0);
}
END_TEST

/* ---- the queue within the pool ---- */

/* An IPv4/UDP datagram for `to` whose hash finds RETA's entries by its source port. */
static uint32_t datagram(const uint8_t to[6], uint32_t port, int tci)
{
    uint32_t tag = tci >= 0 ? 4 : 0;

    memset(f, 0, 80);
    make_frame(f, 14, to, 1);
    if (tci >= 0)
        memcpy(f + 12, (uint8_t[]){0x81, 0, (uint8_t)(tci >> 8), (uint8_t)tci}, 4);
    uint8_t *ip = f + 14 + tag;
    memcpy(ip - 2, "\x08\x00\x45\x00\x00\x2e", 6);
    ip[8] = 64;
    ip[9] = 17;
    ip[19] = 1;
    ip[20] = (uint8_t)(port >> 8);
    ip[21] = (uint8_t)port;
    ip[25] = 26;
    return 60 + tag;
}

/* Flows that differ in the source port come to all 16 entries that RETA may name. */
static void spread(void)
{
    for (uint32_t i = 0; i < 10; i++)
        fake_w32(h, RSSRK + 4 * i, 0xa5c396e1 * (2 * i + 1));
    for (uint32_t r = 0; r < 32; r++)
        fake_w32(h, RETA + 4 * r, 0x03020100 + r % 4 * 0x04040404);
}

/* All queues that 64 flows come to. */
static uint64_t queues_used(const uint8_t to[6], int tci, uint32_t count)
{
    uint64_t used = 0;

    for (uint32_t port = 0; port < 64; port++) {
        uint32_t length = datagram(to, port * 977, tci);
        used |= queues_got(h, f, length, count);
    }
    return used;
}

START_TEST(rss_within_a_pool)
{
    spread();
    address(h, 1, vf1, 1 << 1);
    fake_w32(h, MRQC, 1 << 22 | MODE_VMDQ_RSS_32);
    ck_assert_uint_eq(queues_used(vf1, -1, 8), 1 << 4); /* RQPL 0 */
    fake_w32(h, PSRTYPE + 4, 1u << 29);
    ck_assert_uint_eq(queues_used(vf1, -1, 8), 3 << 4);
    fake_w32(h, PSRTYPE + 4, 2u << 29);
    ck_assert_uint_eq(queues_used(vf1, -1, 8), 15 << 4);
    fake_w32(h, MRQC, 1 << 22 | MODE_VMDQ_RSS_64);
    ck_assert_uint_eq(queues_used(vf1, -1, 8), 3 << 2); /* no more than it has */
    fake_w32(h, MRQC, 1 << 22 | MODE_VMDQ_64);
    ck_assert_uint_eq(queues_used(vf1, -1, 8), 1 << 2);
}
END_TEST

START_TEST(class_within_a_pool)
{
    address(h, 1, vf1, 1 << 0);
    fake_w32(h, RTRUP2TC, 7 | 6 << 3 | 5 << 6 | 4 << 9 | 3 << 12 | 2 << 15 | 1 << 18);
    fake_w32(h, MRQC, MODE_VMDQ_DCB_16);
    for (uint32_t up = 0; up < 8; up++)
        ck_assert_uint_eq(queues_of(vf1, (int)(up << 13 | 5)), 1u << (7 - up));
    ck_assert_uint_eq(untagged(vf1), 1u << 7); /* as priority 0 */
    fake_w32(h, MRQC, MODE_VMDQ_DCB_32);
    fake_w32(h, MPSAR_LO + 8, 1 << 1);
    ck_assert_uint_eq(queues_of(vf1, 6 << 13 | 5), 1u << (4 + 1));
    ck_assert_uint_eq(queues_of(vf1, 1 << 13 | 5), 1u << (4 + 2));
}
END_TEST

START_TEST(classes_without_pools)
{
    static const struct {
        uint32_t mode, per_class;
    } modes[] = {{2, 16}, {3, 32}, {4, 16}, {5, 32}};

    fake_w32(h, VT_CTL, 0);
    fake_w32(h, FCTRL, UPE);
    fake_w32(h, RTRUP2TC, 1 << 9 | 2 << 12 | 3 << 15);
    spread();
    for (unsigned i = 0; i < 4; i++) {
        fake_w32(h, MRQC, 1 << 22 | modes[i].mode);
        bool rss = modes[i].mode >= 4;
        for (uint32_t up = 3; up < 6; up++) {
            uint32_t first = modes[i].per_class * (up - 2), q = first + (rss ? 16 : 1), seen = 0;
            for (uint32_t port = 0; port < 64; port++) {
                nic_frame_in(&h->nic, f, datagram(vf1, port * 977, (int)(up << 13)), true);
                fake_run(h, 20 * 1000 * NS);
                uint32_t got = h->last[NIC_EV_rx_drop].queue; /* none of them is enabled */
                ck_assert_uint_ge(got, first);
                ck_assert_uint_lt(got, q);
                seen |= 1u << (got - first);
            }
            ck_assert_uint_eq(seen, rss ? 0xffff : 1);
        }
    }
}
END_TEST

START_TEST(filters_of_a_pool)
{
    address(h, 1, vf1, 1 << 1);
    address(h, 2, vf2, 1 << 2);
    fake_w32(h, 0xe800, 3u << 21 | 1 << 12 | 1 << 19);
    fake_w32(h, 0xe600, 1u << 31 | 0x0fu << 25 | 1 << 8 | 1); /* FTQF: all UDP of pool 1 */
    uint32_t length = datagram(vf1, 9, -1);
    ck_assert_uint_eq(queues_got(h, f, length, 8), 1 << 3);
    length = datagram(vf2, 9, -1);
    ck_assert_uint_eq(queues_got(h, f, length, 8), Q_POOL2);
    fake_w32(h, 0xe600, 1u << 31 | 0x2fu << 25 | 1 << 8 | 1); /* of any pool */
    ck_assert_uint_eq(queues_got(h, f, length, 8), 1 << 3);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("pool");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, by_station_address);
    tcase_add_test(t, nobody_elses_go_to_the_default_pool);
    tcase_add_test(t, groups_are_replicated);
    tcase_add_test(t, by_unicast_table);
    tcase_add_test(t, by_vlan);
    tcase_add_test(t, receive_enable_of_a_pool);
    tcase_add_test(t, each_queue_its_own_way_with_the_tag);
    tcase_add_test(t, mirrors);
    tcase_add_test(t, ether_type_filter_names_a_pool);
    tcase_add_test(t, counters_of_a_pool);
    tcase_add_test(t, rss_within_a_pool);
    tcase_add_test(t, class_within_a_pool);
    tcase_add_test(t, classes_without_pools);
    tcase_add_test(t, filters_of_a_pool);
    return RUN_TESTS("pool", t);
}
