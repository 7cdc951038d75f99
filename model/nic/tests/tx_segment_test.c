/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Segmentation, segment by segment: lengths, identification, sequence, flags and every sum by
 * packets.h; buffers cut anywhere; a buffer that fills; reads that fail; contexts and states that
 * make no sense.
 */
#include "model/nic/tx.h"

#include "model/nic/nic_priv.h"
#include "model/nic/tests/packets.h"

static struct fake_host *h;
static uint32_t tail;  /* of queue 0 */
static uint32_t first; /* number of the frame that a packet begins with */

static void setup(void)
{
    h = port_new();
    tx_start(h, 0, 256, 0);
    tail = 0;
}
static void teardown(void)
{
    fake_free(h);
}

enum { LONGEST = 1 << 20 };
static uint8_t *packet_bytes(void)
{
    return h->memory + TX_BUFFERS;
}

/* Descriptors of one packet, `cuts` of them, cut where `seed` says; RS on the last. */
static void put(const struct packet *k, uint32_t length, uint32_t mss, uint32_t cuts, uint32_t seed,
                uint32_t command)
{
    struct context c = context_of(k);
    first = h->frames;
    uint32_t at = 0, popts = P_TXSM | (k->version == 4 || k->outer ? P_IXSM : 0);

    c.mss = mss;
    c.flags = k->version == 4 || k->outer ? C_IPV4 : 0;
    c.vlan = 0x2abc;
    tx_context(h, 0, tail++ % 256, &c);
    for (uint32_t i = 0; i < cuts; i++) {
        uint32_t rest = length - at, bytes = rest;
        seed = seed * 1664525 + 1013904223;
        if (i + 1 < cuts) /* some of them tiny, some empty: also within the headers */
            bytes = i % 3 == 2 ? (seed >> 12) % 30 : (seed >> 10) % (rest / (cuts - i) + 1);
        if (bytes > rest)
            bytes = rest;
        if (rest - bytes > 65535 * (cuts - 1 - i)) /* what the others cannot hold */
            bytes = rest - 65535 * (cuts - 1 - i);
        if (bytes > 65535)
            bytes = 65535;
        tx_data(h, 0, tail++ % 256, TX_BUFFERS + at, bytes,
                command | T_TSE | (i + 1 < cuts ? T_FULL & ~(T_EOP | T_RS) : T_FULL), popts,
                length - header_bytes(k));
        at += bytes;
    }
    ck_assert_uint_eq(at, length);
}

/* What segmentation may change, and must have. `f` is without its tag. */
static void check_segment(const struct packet *k, const uint8_t *whole, const uint8_t *f,
                          uint32_t length, uint32_t before, uint32_t index, bool last)
{
    uint32_t header = header_bytes(k), l4 = 14 + ip_bytes(k), segment = length - l4;
    uint8_t want[512];
    const uint8_t *inner = f + 14 + k->outer;

    ck_assert_mem_eq(f + header, whole + header + before, length - header);
    memcpy(want, whole, header);
    if (k->version == 4 || k->outer) {
        ck_assert_uint_eq(rd16(f + 16), length - 14);
        ck_assert_uint_eq(rd16(f + 18), (0xfffe + index) & 0xffff);
        ck_assert(ip_good(f + 14));
        memcpy(want + 16, f + 16, 4);
        memcpy(want + 24, f + 24, 2);
    } else {
        ck_assert_uint_eq(rd16(f + 18), length - 54);
        memcpy(want + 18, f + 18, 2);
    }
    ck_assert(l4_good(inner, f + l4, k->proto, segment));
    memcpy(want + l4 + sum_at(k->proto), f + l4 + sum_at(k->proto), 2);
    if (k->proto == UDP) {
        ck_assert_uint_eq(rd16(f + l4 + 4), segment);
        memcpy(want + l4 + 4, f + l4 + 4, 2);
    } else {
        /* CWR in the first only, FIN and PSH in the last only */
        uint32_t flags = 0xfff & ~(before ? 0x80u : 0) & ~(last ? 0 : 0x09u);
        ck_assert_uint_eq(rd32(f + l4 + 4), 0xfffffff0 + before);
        ck_assert_uint_eq(rd16(f + l4 + 12) & 0xfff, flags);
        memcpy(want + l4 + 4, f + l4 + 4, 4);
        be16(want + l4 + 12, (rd16(want + l4 + 12) & 0xf000) | flags);
    }
    ck_assert_mem_eq(f, want, header);
}

/* Lets everything leave, checking each frame as a segment of `whole`. Returns how many. */
static uint32_t check_all(const struct packet *k, const uint8_t *whole, uint32_t mss, bool tagged)
{
    uint32_t seen = first, index = 0, before = 0, idle = 0;

    fake_w32(h, txq(0, DT), tail % 256);
    while (idle < 20) {
        fake_run(h, 1000 * NS);
        idle = seen == h->frames ? idle + 1 : 0;
        ck_assert_uint_le(h->frames - seen, FAKE_FRAMES);
        for (; seen != h->frames; seen++) {
            const struct fake_frame *f = &h->frame[seen % FAKE_FRAMES];
            uint8_t plain[NIC_FRAME_MAX];
            uint32_t rest = k->payload - before, bytes = rest < mss ? rest : mss;
            uint32_t length = header_bytes(k) + bytes, sent = length + (tagged ? 4 : 0);
            ck_assert(rest > 0);
            ck_assert_uint_eq(f->length, sent < 60 ? 60 : sent);
            memcpy(plain, f->bytes, 12);
            memcpy(plain + 12, f->bytes + (tagged ? 16 : 12), length - 12);
            if (tagged)
                ck_assert_uint_eq(rd32(f->bytes + 12), 0x81002abc);
            check_segment(k, whole, plain, length, before, index++, bytes == rest);
            before += bytes;
        }
    }
    ck_assert_uint_eq(before, k->payload);
    ck_assert_uint_eq(fake_r32(h, txq(0, DH)), tail % 256);
    return index;
}

static const struct packet kinds[] = {
    {4, TCP, 0, 0, 0, 0},   {4, TCP, 8, 12, 0, 0}, {6, TCP, 0, 12, 0, 0},
    {4, UDP, 0, 0, 0, 0},   {6, UDP, 0, 0, 0, 0},
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

START_TEST(segment_by_segment)
{
    static const uint32_t mss[] = {1, 7, 535, 536, 1447, 1460, 8960, 15000, 65535};
    struct packet k = kinds[_i % KINDS];
    uint32_t m = mss[_i / KINDS % 9], cuts[] = {1, 2, 5, 17, 38};

    for (uint32_t round = 0; round < 5; round++) {
        uint32_t payloads[] = {1, m < 9000 ? m : 1, m < 9000 ? m + 1 : 9001,
                               m < 100 ? 97 : 10007, m < 100 ? 300 : 65535 - 200};
        k.payload = payloads[round];
        if (m > 15000 && k.payload > 15000)
            k.payload = 15001;
        uint32_t length = write_packet(packet_bytes(), &k, round, true);
        bool tagged = round & 1;
        put(&k, length, m, cuts[(round + (uint32_t)_i) % 5], round + (uint32_t)_i,
            tagged ? T_VLE : 0);
        uint32_t slot = (tail - 1) % 256;
        uint32_t n = check_all(&k, packet_bytes(), m, tagged);
        ck_assert_uint_eq(n, (k.payload + m - 1) / m);
        ck_assert(tx_done(h, 0, slot)); /* one report for all */
    }
    ck_assert_uint_eq(h->events[NIC_EV_tx_desc_done], 5);
    ck_assert_uint_eq(h->events[NIC_EV_bad_desc], 0);
    ck_assert_uint_eq(h->events[NIC_EV_tx_drop], 0);
}
END_TEST

/* The outer headers are the device's to complete, up to the inner TCP; what lies between is the
 * driver's, who presets the outer sum for it. */
START_TEST(tunnel)
{
    struct packet k = {.version = _i ? 6 : 4, .proto = TCP, .payload = 3 * 1000, .outer = 50};
    uint32_t length = write_packet(packet_bytes(), &k, 1, true);

    be16(packet_bytes() + 16, 0); /* total length: preset 0 */
    be16(packet_bytes() + 24, ~ref_add(0, packet_bytes() + 34, ip_bytes(&k) - 20));
    put(&k, length, 1000, 5, 9, 0);
    ck_assert_uint_eq(check_all(&k, packet_bytes(), 1000, false), 3);
    ck_assert_uint_eq(h->events[NIC_EV_bad_desc], 0);
}
END_TEST

START_TEST(flags_by_the_masks)
{
    struct packet k = {.version = 4, .proto = TCP, .payload = 400};
    static const uint32_t want[] = {0x111, 0x222, 0x222, 0xfff & 0x8c4};
    uint32_t length = write_packet(packet_bytes(), &k, 1, true);

    fake_w32(h, 0x4a88, 0x222 << 16 | 0x111);
    fake_w32(h, 0x4a8c, 0x8c4);
    put(&k, length, 100, 3, 1, 0);
    fake_w32(h, txq(0, DT), tail);
    fake_run(h, 10000 * NS);
    ck_assert_uint_eq(h->frames, 4);
    for (uint32_t i = 0; i < 4; i++)
        ck_assert_uint_eq(rd16(h->frame[i].bytes + 34 + 12), 0x5000 | want[i]);
    k.payload = 100; /* the first that is the last keeps what either may */
    length = write_packet(packet_bytes(), &k, 1, true);
    put(&k, length, 100, 3, 1, 0);
    fake_w32(h, txq(0, DT), tail);
    fake_run(h, 10000 * NS);
    ck_assert_uint_eq(rd16(h->frame[4].bytes + 34 + 12), 0x5000 | 0x111 | 0x8c4);
}
END_TEST

START_TEST(every_segment_counts)
{
    struct packet k = {.version = 4, .proto = TCP, .payload = 2020};
    uint32_t length = write_packet(packet_bytes(), &k, 1, true);

    fake_r32(h, 0x4080), fake_r32(h, 0x4090), fake_r32(h, 0x40d4);
    put(&k, length, 500, 2, 1, T_VLE);
    check_all(&k, packet_bytes(), 500, true);
    ck_assert_uint_eq(fake_r32(h, 0x4080), 5); /* GPTC */
    ck_assert_uint_eq(fake_r32(h, 0x40d4), 5); /* TPT */
    ck_assert_uint_eq(fake_r32(h, 0x4090), 2020 + 5 * (54 + 4 + 4)); /* GOTCL */
    ck_assert_uint_eq(fake_r32(h, 0x40dc), 1); /* PTC127: the 20 bytes left over */
    ck_assert_uint_eq(fake_r32(h, 0x40e8), 4); /* PTC1023 */
    ck_assert_uint_eq(fake_r32(h, 0x6030), 5); /* QPTC(0) */
}
END_TEST

/* As much as PAYLEN can say does not fit the transmit buffer: goes as that empties, in steps. */
START_TEST(more_than_the_buffer_holds)
{
    struct packet k = {.version = 4, .proto = TCP, .payload = 0x3ffff};
    uint32_t mss = (const uint32_t[]){1447, 100}[_i];

    uint32_t length = write_packet(packet_bytes(), &k, 1, true);
    put(&k, length, mss, 6, 1, 0);
    nic_carrier(&h->nic, false);
    fake_run(h, 10000 * NS);
    fake_w32(h, txq(0, DT), tail);
    fake_run(h, 1000000 * NS);
    ck_assert_uint_eq(h->frames, 0);
    ck_assert_uint_eq(fake_r32(h, txq(0, DH)), 1); /* the context */
    ck_assert(!tx_done(h, 0, tail - 1));
    const struct nic_tx *tx = &((struct nic_state *)h->block)->tx;
    ck_assert(tx->full && tx->buffered <= 160 * 1024 && tx->buffered > 150 * 1024);
    struct nic again;
    ck_assert_int_eq(nic_attach(&again, h->block, h->nic.ops, h, &h->sched), 0);
    h->nic = again;
    nic_carrier(&h->nic, true);
    for (int i = 0; i < 3000 && !nic_link_up(&h->nic); i++)
        fake_run(h, 1000 * NS);
    check_all(&k, packet_bytes(), mss, false);
    ck_assert(tx_done(h, 0, tail - 1));
    /* one byte more */
    k.payload = 0x40000;
    tail = 0;
    fake_w32(h, txq(0, DCTL), 0);
    tx_start(h, 0, 256, 0);
    length = write_packet(packet_bytes(), &k, 1, true);
    put(&k, length, mss, 6, 1, 0);
    fake_w32(h, txq(0, DT), tail);
    fake_run(h, 1000000 * NS);
    ck_assert_uint_eq(h->last[NIC_EV_tx_drop].a, NIC_TX_DROP_LONG);
    ck_assert_uint_eq(fake_r32(h, txq(0, DH)), tail);
}
END_TEST

/* The descriptors of a large packet in hand fill the cache together with the first ones of the
 * next: those are not a packet without end. */
START_TEST(large_packets_in_a_row)
{
    struct packet k = {.version = 4, .proto = TCP, .payload = 200000};
    uint32_t length = write_packet(packet_bytes(), &k, 1, true);

    fake_w32(h, txq(0, DCTL), 0);
    tx_start(h, 0, 256, 40); /* prefetches all it can */
    nic_carrier(&h->nic, false);
    fake_run(h, 10000 * NS);
    put(&k, length, 1447, 30, 1, 0);
    fake_w32(h, txq(0, DT), tail);
    fake_run(h, 1000 * NS);
    put(&k, length, 1447, 39, 2, 0);
    fake_w32(h, txq(0, DT), tail);
    fake_run(h, 1000 * NS);
    fake_link_up(h);
    fake_run(h, 1000000 * NS);
    ck_assert_uint_eq(h->frames, 2 * ((200000 + 1446) / 1447));
    ck_assert_uint_eq(h->events[NIC_EV_bad_desc], 0);
    ck_assert_uint_eq(fake_r32(h, txq(0, DH)), tail);
}
END_TEST

/* Whatever order answers come in. */
START_TEST(reordered_completions)
{
    struct packet k = kinds[(uint32_t)_i % KINDS];
    uint32_t seed = (uint32_t)_i + 7;

    h->hold_reads = true;
    k.payload = 9001;
    uint32_t length = write_packet(packet_bytes(), &k, 1, true);
    put(&k, length, 999, 1 + (uint32_t)_i, seed, T_VLE);
    fake_w32(h, txq(0, DT), tail);
    while (h->reads_held) {
        seed = seed * 1664525 + 1013904223;
        fake_answer(h, (seed >> 10) % h->reads_held, NIC_DMA_OK);
        ck_assert_uint_eq(h->frames, 0); /* they wait in the pipe */
    }
    check_all(&k, packet_bytes(), 999, true);
}
END_TEST

/* A read that fails loses its segment and all behind it; one of the headers, all. */
START_TEST(failed_reads)
{
    struct packet k = {.version = 4, .proto = TCP, .payload = 5000};
    uint32_t length = write_packet(packet_bytes(), &k, 1, true), fails = (uint32_t)_i;

    h->hold_reads = true;
    put(&k, length, 1000, 1, 1, 0);
    fake_w32(h, txq(0, DT), tail);
    fake_answer(h, 0, NIC_DMA_OK); /* descriptors */
    /* reads in order; those of a segment may be cut at a page */
    uint32_t segment = 0, bytes = header_bytes(&k) + 1000;
    while (h->reads_held) {
        uint32_t n = h->reads[0].length;
        fake_answer(h, 0, segment == fails ? NIC_DMA_FAULT : NIC_DMA_OK);
        bytes -= n;
        if (bytes == 0) {
            segment++;
            bytes = 1000;
        }
    }
    ck_assert_uint_eq(segment, 5);
    fake_run(h, 100000 * NS);
    ck_assert_uint_eq(h->frames, fails);
    ck_assert_uint_eq(h->events[NIC_EV_tx_drop], 5 - fails);
    ck_assert_uint_eq(h->last[NIC_EV_tx_drop].a, NIC_TX_DROP_DMA);
    ck_assert_uint_eq(fake_r32(h, txq(0, DH)), tail);
    ck_assert(tx_done(h, 0, tail - 1));
    h->hold_reads = false;
    put(&k, length, 1000, 3, 1, 0); /* the next one is none the worse */
    ck_assert_uint_eq(check_all(&k, packet_bytes(), 1000, false), 5);
}
END_TEST

START_TEST(disabled_in_the_middle)
{
    struct packet k = {.version = 4, .proto = TCP, .payload = 20000};
    uint32_t length = write_packet(packet_bytes(), &k, 1, true), answers = (uint32_t)_i;

    h->hold_reads = true;
    put(&k, length, 1000, 4, 1, 0);
    fake_w32(h, txq(0, DT), tail);
    for (uint32_t i = 0; i < answers; i++)
        fake_answer(h, 0, NIC_DMA_OK);
    fake_w32(h, txq(0, DCTL), 0);
    h->hold_reads = false;
    while (h->reads_held)
        fake_answer(h, 0, NIC_DMA_OK);
    fake_run(h, 100000 * NS);
    uint32_t gone = h->frames;
    ck_assert_uint_lt(gone, 20);
    tx_start(h, 0, 256, 0);
    tail = 0;
    put(&k, length, 1000, 4, 1, 0);
    ck_assert_uint_eq(check_all(&k, packet_bytes(), 1000, false), 20);
}
END_TEST

/* TXPBSIZE shrinks under a packet: what does not fit any more is lost, nothing hangs. */
START_TEST(buffer_shrinks_in_the_middle)
{
    struct packet k = {.version = 4, .proto = TCP, .payload = 200000};
    uint32_t length = write_packet(packet_bytes(), &k, 1, true);

    put(&k, length, 9000, 5, 1, 0);
    fake_w32(h, txq(0, DT), tail);
    fake_run(h, 10000 * NS);
    fake_w32(h, TXPBSIZE0, 4 << 10);
    fake_run(h, 1000000 * NS);
    ck_assert_uint_eq(h->last[NIC_EV_tx_drop].a, NIC_TX_DROP_LONG);
    ck_assert_uint_gt(h->frames, 10);
    ck_assert_uint_eq(fake_r32(h, txq(0, DH)), tail);
    fake_w32(h, TXPBSIZE0, 160 << 10);
    k.payload = 20000;
    length = write_packet(packet_bytes(), &k, 1, true);
    put(&k, length, 9000, 3, 1, 0);
    ck_assert_uint_eq(check_all(&k, packet_bytes(), 9000, false), 3);
}
END_TEST

/* One byte per segment, a quarter of a million of them: bounded work at a time, and it ends. */
START_TEST(a_byte_each)
{
    struct packet k = {.version = 6, .proto = UDP, .payload = 100000};
    uint32_t length = write_packet(packet_bytes(), &k, 1, true);

    put(&k, length, 1, 2, 1, 0);
    uint64_t start = h->sched.now_ps;
    ck_assert_uint_eq(check_all(&k, packet_bytes(), 1, false), 100000);
    ck_assert_uint_ge(h->sched.now_ps - start, 100000ull * 67200);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("tx_segment");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, segment_by_segment, 0, KINDS * 9);
    tcase_add_loop_test(t, tunnel, 0, 2);
    tcase_add_test(t, flags_by_the_masks);
    tcase_add_test(t, every_segment_counts);
    tcase_add_loop_test(t, more_than_the_buffer_holds, 0, 2);
    tcase_add_test(t, large_packets_in_a_row);
    tcase_add_loop_test(t, reordered_completions, 0, 20);
    tcase_add_loop_test(t, failed_reads, 0, 5);
    tcase_add_loop_test(t, disabled_in_the_middle, 1, 12);
    tcase_add_test(t, buffer_shrinks_in_the_middle);
    tcase_add_test(t, a_byte_each);
    return RUN_TESTS("tx_segment", t);
}
