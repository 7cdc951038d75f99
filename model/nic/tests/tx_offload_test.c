/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Checksums, tags and contexts on frames that stay whole. What comes out is judged by packets.h,
 * not by the model's own sums.
 */
#include "model/nic/tx_offload.h"

#include "model/nic/tests/packets.h"

static struct fake_host *h;
static uint32_t tail; /* of queue 0 */

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

static void ring(void)
{
    fake_w32(h, txq(0, DT), tail);
    fake_run(h, 20000 * NS);
    ck_assert_uint_eq(fake_r32(h, txq(0, DH)), tail);
}
static void context(const struct context *c)
{
    tx_context(h, 0, tail++, c);
}
static void data(uint32_t length, uint32_t command, uint32_t popts)
{
    tx_data(h, 0, tail++, TX_BUFFERS, length, T_FULL | command, popts, length);
}
static const struct fake_frame *newest(void)
{
    ck_assert_uint_gt(h->frames, 0);
    return &h->frame[(h->frames - 1) % FAKE_FRAMES];
}
static uint8_t *buffer(void)
{
    return h->memory + TX_BUFFERS;
}

START_TEST(sums_of_every_protocol)
{
    static const uint32_t protos[] = {TCP, UDP, SCTP};
    struct packet k = {.version = _i / 3 ? 6 : 4, .proto = protos[_i % 3], .options = 8};

    for (k.payload = 0; k.payload < 1400; k.payload += k.payload < 40 ? 1 : 97) {
        uint8_t want[2048];
        uint32_t length = write_packet(buffer(), &k, k.payload, false), l4 = 14 + ip_bytes(&k);
        struct context c = context_of(&k);
        memcpy(want, buffer(), length);
        tail = k.payload ? tail % 256 : tail;
        if (tail > 200) { /* start the ring anew */
            tx_start(h, 0, 256, 0);
            fake_w32(h, txq(0, DCTL), 0);
            tx_start(h, 0, 256, 0);
            tail = 0;
        }
        context(&c); /* without IPV4: it is for segmentation */
        data(length, 0, k.version == 4 ? P_IXSM | P_TXSM : P_TXSM);
        ring();
        const struct fake_frame *f = newest();
        ck_assert_uint_eq(f->length, length < 60 ? 60 : length);
        ck_assert(k.version == 6 || ip_good(f->bytes + 14));
        ck_assert(l4_good(f->bytes + 14, f->bytes + l4, k.proto, length - l4));
        /* nothing else has changed */
        if (k.version == 4)
            memcpy(want + 24, f->bytes + 24, 2);
        memcpy(want + l4 + sum_at(k.proto), f->bytes + l4 + sum_at(k.proto),
               k.proto == SCTP ? 4 : 2);
        ck_assert_mem_eq(f->bytes, want, length);
        for (uint32_t i = length; i < 60; i++) /* padded behind the sums */
            ck_assert_uint_eq(f->bytes[i], 0);
    }
    ck_assert_uint_eq(h->events[NIC_EV_bad_desc], 0);
}
END_TEST

/* IPLEN spans outer IP, UDP, VXLAN, Ethernet and inner IP; the driver's preset takes back what the
 * sum covers beyond the outer header. */
START_TEST(ip_sum_of_a_tunnel)
{
    struct packet k = {.version = _i ? 6 : 4, .proto = TCP, .payload = 101, .outer = 50};
    uint32_t length = write_packet(buffer(), &k, 1, false);
    struct context c = context_of(&k);

    if (k.version == 4)
        be16(buffer() + 64 + 10, 0x1234); /* the inner one is the driver's */
    be16(buffer() + 24, ~ref_add(0, buffer() + 34, ip_bytes(&k) - 20));
    context(&c);
    data(length, 0, P_IXSM | P_TXSM);
    ring();
    const struct fake_frame *f = newest();
    uint32_t l4 = 14 + ip_bytes(&k);
    ck_assert(ip_good(f->bytes + 14));
    ck_assert(l4_good(f->bytes + 64, f->bytes + l4, TCP, length - l4));
    ck_assert(k.version == 6 || rd16(f->bytes + 64 + 10) == 0x1234);
}
END_TEST

START_TEST(udp_has_no_zero)
{
    struct packet k = {.version = 4, .proto = UDP, .payload = 64};
    uint32_t length = write_packet(buffer(), &k, 1, false);
    struct context c = context_of(&k);
    uint8_t *udp = buffer() + 34;

    be16(udp + 8, 0);
    be16(udp + 8, ~ref_add(0, udp, 72)); /* so that the sum is all ones */
    ck_assert_uint_eq(ref_add(0, udp, 72), 0xffff);
    context(&c);
    data(length, 0, P_TXSM);
    ring();
    ck_assert_uint_eq(rd16(newest()->bytes + 34 + 6), 0xffff);
    c.l4t = L4T_TCP; /* the same sum, elsewhere: stays 0 */
    be16(udp + 16, 0);
    be16(udp + 8, 0);
    be16(udp + 8, ~ref_add(0, udp, 72));
    context(&c);
    data(length, 0, P_TXSM);
    ring();
    ck_assert_uint_eq(rd16(newest()->bytes + 34 + 16), 0);
}
END_TEST

START_TEST(two_contexts_stay)
{
    struct packet k = {.version = 4, .proto = TCP, .payload = 33};
    uint32_t length = write_packet(buffer(), &k, 1, false);
    struct context tcp = context_of(&k), tag = {.idx = 1, .vlan = 0x6123};

    context(&tcp);
    context(&tag);
    for (int i = 0; i < 10; i++) {
        data(length, 0, P_TXSM);
        data(length, T_VLE, 1 << 4);
        ring();
    }
    ck_assert_uint_eq(h->frames, 20);
    for (int i = 0; i < 20; i++) {
        const uint8_t *f = h->frame[i].bytes;
        ck_assert_uint_eq(h->frame[i].length, length + (i % 2 ? 4 : 0));
        if (i % 2)
            ck_assert_uint_eq(rd32(f + 12), 0x81006123);
        else
            ck_assert(l4_good(f + 14, f + 34, TCP, length - 34));
    }
    tag.vlan = 0x0fff; /* overwritten for what follows, not for what came before */
    data(length, T_VLE, 1 << 4);
    context(&tag);
    data(length, T_VLE, 1 << 4);
    ring();
    ck_assert_uint_eq(rd32(h->frame[20].bytes + 12), 0x81006123);
    ck_assert_uint_eq(rd32(h->frame[21].bytes + 12), 0x81000fff);
    ck_assert_uint_eq(h->events[NIC_EV_bad_desc], 0);
}
END_TEST

START_TEST(contexts_are_forgotten)
{
    struct packet k = {.version = 4, .proto = TCP, .payload = 33};
    uint32_t length = write_packet(buffer(), &k, 1, false);
    struct context c = context_of(&k);

    context(&c);
    ring(); /* alone: TDH passes it */
    if (_i == 0) { /* by the queue's restart */
        fake_w32(h, txq(0, DCTL), 0);
    } else { /* by CTRL.RST */
        fake_w32(h, 0, 1 << 26);
        fake_w32(h, DMATXCTL, 1);
        fake_link_up(h);
    }
    tx_start(h, 0, 32, 0);
    tail = 0;
    data(length, 0, P_TXSM);
    ring();
    ck_assert_mem_eq(newest()->bytes, buffer(), length);
    ck_assert_uint_eq(h->events[NIC_EV_bad_desc], 1);
    ck_assert_uint_eq(h->last[NIC_EV_bad_desc].c, NIC_BAD_TX_CONTEXT);
}
END_TEST

START_TEST(tags)
{
    struct packet k = {.version = 4, .proto = UDP, .payload = 1};
    uint32_t length = write_packet(buffer(), &k, 1, false);
    struct context c = context_of(&k);

    fake_w32(h, DMATXCTL, 0x88a80001);
    c.vlan = 0xa005;
    context(&c);
    data(length, T_VLE, P_IXSM | P_TXSM);
    ring();
    const struct fake_frame *f = newest();
    ck_assert_uint_eq(f->length, 60); /* 47 bytes with the tag, padded */
    ck_assert_uint_eq(rd32(f->bytes + 12), 0x88a8a005);
    ck_assert_mem_eq(f->bytes, buffer(), 12);
    ck_assert_uint_eq(rd16(f->bytes + 16), 0x0800);
    ck_assert(ip_good(f->bytes + 18));
    ck_assert(l4_good(f->bytes + 18, f->bytes + 38, UDP, 9));
    fake_w32(h, DMATXCTL, 1); /* no TPID: a tag all the same */
    data(length, T_VLE, 0);
    ring();
    ck_assert_uint_eq(rd32(newest()->bytes + 12), 0x0000a005);
    for (uint32_t bytes = 10; bytes < 15; bytes++) { /* no room for one below 12 */
        data(bytes, T_VLE, 0);
        ring();
        ck_assert_uint_eq(newest()->length, 60);
        ck_assert_uint_eq(rd16(newest()->bytes + 14), bytes < 12 ? 0 : 0xa005);
    }
}
END_TEST

START_TEST(the_longest_frame)
{
    struct context c = {.vlan = 5};
    uint32_t frames = h->frames;

    context(&c);
    for (uint32_t length = NIC_FRAME_MAX - 6; length <= NIC_FRAME_MAX; length++)
        data(length, T_VLE, 0);
    ring();
    fake_run(h, 100000 * NS);
    ck_assert_uint_eq(h->frames - frames, 3); /* up to 16 KiB with the tag */
    ck_assert_uint_eq(h->events[NIC_EV_tx_drop], 4);
}
END_TEST

START_TEST(legacy)
{
    struct packet k = {.version = 4, .proto = TCP, .payload = 101};
    uint32_t length = write_packet(buffer(), &k, 1, false), slot = tail;

    /* in two buffers; CSO 50, CSS 34, VLAN 0x123 */
    for (uint32_t part = 0; part < 2; part++) {
        uint32_t at = part ? 20 : 0, bytes = part ? length - 20 : 20;
        tx_data(h, 0, tail++, TX_BUFFERS + at, bytes,
                T_IFCS | T_IC | T_VLE | 50 << 16 | (part ? T_EOP | T_RS : 0),
                34 << 8 | 0x123 << 16, 0);
    }
    ring();
    const struct fake_frame *f = newest();
    ck_assert_uint_eq(f->length, length + 4);
    ck_assert_uint_eq(rd32(f->bytes + 12), 0x81000123);
    ck_assert(l4_good(f->bytes + 18, f->bytes + 38, TCP, length - 34));
    ck_assert(tx_done(h, 0, slot + 1));
    /* CSS alone is no request; CSO or CSS outside is none that can be met */
    static const uint32_t cso[] = {50, 200, 154, 50}, css[] = {34, 34, 0, 155};
    for (uint32_t i = 0; i < 4; i++) {
        tx_data(h, 0, tail++, TX_BUFFERS, length,
                T_EOP | T_RS | T_IFCS | (i ? T_IC : 0) | cso[i] << 16, css[i] << 8, 0);
        ring();
        ck_assert_mem_eq(newest()->bytes, buffer(), length);
        ck_assert_uint_eq(h->events[NIC_EV_bad_desc], i > 0);
    }
}
END_TEST

/* Contexts that fit no packet: sent as it is, or dropped; reported; the ring goes on. */
START_TEST(hostile_contexts)
{
    static const struct {
        struct context c;
        uint32_t command, popts;
        bool drops, silent;
    } bad[] = {
#define CUT .mac = 14, .mss = 9, .flags = C_IPV4
        {{.mac = 14, .ip = 20, .l4t = L4T_NONE}, 0, P_TXSM, false, true},
        {{.mac = 14, .ip = 20, .idx = 2}, 0, P_TXSM | 2 << 4, false, false},
        {{.mac = 14, .ip = 20, .idx = 7}, T_VLE, P_TXSM | 7 << 4, false, false},
        {{.mac = 127, .ip = 511, .l4t = L4T_TCP}, 0, P_TXSM | P_IXSM, false, false},
        {{.mac = 14, .ip = 11}, 0, P_IXSM, false, false},
        {{.mac = 14, .ip = 99, .l4t = L4T_TCP}, 0, P_TXSM, false, false},
        {{.mac = 14, .ip = 99, .l4t = L4T_SCTP}, 0, P_TXSM, false, false},
        {{.mac = 14, .ip = 20, .l4 = 20, .l4t = L4T_TCP, .mss = 0}, 1, 0, true, false},
        {{CUT, .ip = 20, .l4 = 20, .l4t = L4T_SCTP}, 1, 0, true, false},
        {{CUT, .ip = 20, .l4 = 20, .l4t = L4T_NONE}, 1, 0, true, false},
        {{.mac = 14, .ip = 20, .l4 = 20, .l4t = L4T_TCP, .mss = 9}, 1, 0, true, false},
        {{CUT, .ip = 19, .l4 = 20, .l4t = L4T_TCP}, 1, 0, true, false},
        {{CUT, .ip = 20, .l4 = 19, .l4t = L4T_TCP}, 1, 0, true, false},
        {{CUT, .ip = 20, .l4 = 7, .l4t = L4T_UDP}, 1, 0, true, false},
        {{CUT, .ip = 46, .l4 = 40, .l4t = L4T_TCP}, 1, 0, true, false},
        {{.mac = 127, .ip = 511, .l4 = 255, .l4t = L4T_TCP, .mss = 65535}, 1, 0, true, false},
        {{.mac = 14, .ip = 20, .l4 = 20, .l4t = L4T_TCP, .mss = 9, .idx = 3}, 1, 3 << 4, true,
         false},
#undef CUT
    };
    uint32_t frames = h->frames, drops = h->events[NIC_EV_tx_drop];

    make_frame(buffer(), 100, broadcast, 1);
    context(&bad[_i].c);
    data(100, bad[_i].command == 1 ? T_TSE : bad[_i].command, bad[_i].popts);
    ring();
    ck_assert(tx_done(h, 0, 1));
    ck_assert_uint_eq(h->frames - frames, !bad[_i].drops);
    ck_assert_uint_eq(h->events[NIC_EV_tx_drop] - drops, bad[_i].drops);
    if (bad[_i].drops)
        ck_assert_uint_eq(h->last[NIC_EV_tx_drop].a, NIC_TX_DROP_CONTEXT);
    else
        ck_assert_mem_eq(newest()->bytes, buffer(), 100);
    ck_assert_uint_eq(h->events[NIC_EV_bad_desc], !bad[_i].silent);
    if (!bad[_i].silent)
        ck_assert_uint_eq(h->last[NIC_EV_bad_desc].c, NIC_BAD_TX_CONTEXT);
    data(60, 0, 0);
    ring();
    ck_assert_mem_eq(newest()->bytes, buffer(), 60);
}
END_TEST
enum { HOSTILE = 17 };

START_TEST(what_the_card_lacks)
{
    static const uint32_t command[] = {1 << 18, 0, T_TSE}, popts[] = {0, 1 << 10, 0};
    struct context c = {.mac = 14, .ip = 20, .l4 = 20, .l4t = L4T_TCP, .mss = 9, .flags = C_FCOE};

    make_frame(buffer(), 100, broadcast, 1);
    context(&c);
    data(100, command[_i], popts[_i]);
    ring();
    ck_assert_mem_eq(newest()->bytes, buffer(), 100);
    ck_assert_uint_eq(h->events[NIC_EV_bad_desc], 1);
    ck_assert_uint_eq(h->last[NIC_EV_bad_desc].c, NIC_BAD_TX_OFFLOAD);
}
END_TEST

START_TEST(buffers_count_not_paylen)
{
    make_frame(buffer(), 100, broadcast, 1);
    tx_data(h, 0, tail++, TX_BUFFERS, 40, T_FULL & ~(T_EOP | T_RS), 0, 100);
    tx_data(h, 0, tail++, TX_BUFFERS + 40, 60, T_FULL, 0, 0); /* only the first one tells */
    ring();
    ck_assert_uint_eq(h->events[NIC_EV_bad_desc], 0);
    tx_data(h, 0, tail++, TX_BUFFERS, 100, T_FULL, 0, 99);
    ring();
    ck_assert_uint_eq(newest()->length, 100);
    ck_assert_mem_eq(newest()->bytes, buffer(), 100);
    ck_assert_uint_eq(h->last[NIC_EV_bad_desc].c, NIC_BAD_TX_PAYLEN);
}
END_TEST

/* A context takes nothing of the 40 descriptors that a packet may have, and is no packet itself. */
START_TEST(forty_descriptors_behind_contexts)
{
    struct packet k = {.version = 4, .proto = UDP, .payload = 400};
    uint32_t length = write_packet(buffer(), &k, 1, false);
    struct context c = context_of(&k);

    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 1 + 21 * round; i++)
            context(&c);
        for (uint32_t i = 0; i < 40; i++)
            tx_data(h, 0, tail++, TX_BUFFERS + 11 * i, i < 39 ? 11 : length - 11 * 39,
                    i < 39 ? T_FULL & ~(T_EOP | T_RS) : T_FULL, P_TXSM, length);
        ring();
        ck_assert_uint_eq(h->frames, 1u + (uint32_t)round);
        ck_assert(l4_good(newest()->bytes + 14, newest()->bytes + 34, UDP, length - 34));
        if (round == 1) {
            fake_w32(h, txq(0, DCTL), 0);
            tx_start(h, 0, 256, 0);
            tail = 0;
        }
    }
    ck_assert_uint_eq(h->events[NIC_EV_bad_desc], 0);
}
END_TEST

/* TDH passes a context behind a packet only when that packet is complete. */
START_TEST(head_waits_for_packets_before_a_context)
{
    struct context c = {.vlan = 1};

    h->hold_reads = true;
    fake_w32(h, txq(0, DCTL), fake_r32(h, txq(0, DCTL)) | 32); /* fetch while it has packets */
    make_frame(buffer(), 60, broadcast, 1);
    data(60, 0, 0);
    context(&c);
    fake_w32(h, txq(0, DT), tail);
    fake_answer(h, 0, NIC_DMA_OK); /* descriptors */
    context(&c);
    fake_w32(h, txq(0, DT), tail);
    fake_answer(h, 1, NIC_DMA_OK); /* the last one */
    ck_assert_uint_eq(h->reads_held, 1);
    ck_assert_uint_eq(fake_r32(h, txq(0, DH)), 0);
    fake_answer(h, 0, NIC_DMA_OK);
    ck_assert_uint_eq(fake_r32(h, txq(0, DH)), 3);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("tx_offload");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, sums_of_every_protocol, 0, 6);
    tcase_add_loop_test(t, ip_sum_of_a_tunnel, 0, 2);
    tcase_add_test(t, udp_has_no_zero);
    tcase_add_test(t, two_contexts_stay);
    tcase_add_loop_test(t, contexts_are_forgotten, 0, 2);
    tcase_add_test(t, tags);
    tcase_add_test(t, the_longest_frame);
    tcase_add_test(t, legacy);
    tcase_add_loop_test(t, hostile_contexts, 0, HOSTILE);
    tcase_add_loop_test(t, what_the_card_lacks, 0, 3);
    tcase_add_test(t, buffers_count_not_paylen);
    tcase_add_test(t, forty_descriptors_behind_contexts);
    tcase_add_test(t, head_waits_for_packets_before_a_context);
    return RUN_TESTS("tx_offload", t);
}
