/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a generated frame looks like: every byte of it follows from (flow, sequence, time), which
 * are in its stamp, so that the sink can build the frame again and compare it whole. Headers come
 * from a template per flow; checksums are computed over the finished bytes. Knows no wire and
 * no clock.
 *
 * Stamp, 18 bytes little endian, first bytes of the payload:
 *   0 magic 16   2 flow 16   4 sequence 32   8 time 64   16 check 16
 */
#include "model/bench/bench_priv.h"
#include "model/bench/frame.h"

enum { ETH_BYTES = 14, VLAN_BYTES = 4, STAMP_MAGIC = 0x5352 };
enum { IP6_BYTES = 40, UDP_BYTES = 8, TCP_BYTES = 20 };
enum { OPCODE_PAUSE = 1 };

static void put16(uint8_t *p, unsigned v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}
static void put32(uint8_t *p, uint32_t v)
{
    put16(p, v >> 16);
    put16(p + 2, v & 0xffff);
}

static uint64_t mix(uint64_t x) /* the finisher of splitmix64 */
{
    x += 0x9e3779b97f4a7c15ull;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
    x = (x ^ x >> 27) * 0x94d049bb133111ebull;
    return x ^ x >> 31;
}

static uint64_t draw(const struct bench *b, unsigned flow, uint64_t sequence)
{
    return mix(b->plan->seed ^ mix((uint64_t)flow << 32 ^ sequence));
}

/* Internet checksum in memory order. `start`: a sum of 16-bit words in memory order to go in. */
uint16_t frame_sum(const uint8_t *data, uint32_t bytes, uint64_t start)
{
    uint64_t sum = start, piece;
    uint32_t word;
    uint16_t half;
    for (; bytes >= 8; bytes -= 8, data += 8) {
        memcpy(&piece, data, 8);
        sum += piece;
        sum += sum < piece; /* the carry comes back in */
    }
    sum = (sum & 0xffffffff) + (sum >> 32); /* room for what is left */
    if (bytes & 4) {
        memcpy(&word, data, 4);
        sum += word;
    }
    if (bytes & 2) {
        memcpy(&half, data + (bytes & 4), 2);
        sum += half;
    }
    if (bytes & 1) {
        half = 0;
        memcpy(&half, data + (bytes & 6), 1);
        sum += half;
    }
    return frame_fold(sum);
}

static unsigned link_head(const struct plan_flow *f, uint8_t *head, unsigned ethertype)
{
    unsigned at = 12;
    memcpy(head, f->dst_mac, 6);
    memcpy(head + 6, f->src_mac, 6);
    if (f->vlan) {
        put16(head + at, 0x8100);
        put16(head + at + 2, f->vlan);
        at += VLAN_BYTES;
    }
    put16(head + at, ethertype);
    return at + 2;
}

static unsigned net_head(const struct plan_flow *f, uint8_t *ip)
{
    uint8_t proto = frame_protocol(f);
    if (frame_is_ip6(f)) {
        ip[0] = 0x60;
        ip[6] = proto;
        ip[7] = 64;
        memcpy(ip + 8, f->src_ip6, 16);
        memcpy(ip + 24, f->dst_ip6, 16);
        return IP6_BYTES;
    }
    ip[0] = 0x45;
    ip[6] = 0x40; /* do not fragment */
    ip[8] = 64;
    ip[9] = proto;
    put32(ip + 12, f->src_ip4);
    put32(ip + 16, f->dst_ip4);
    return FRAME_IP4_BYTES;
}

static void shape(const struct plan_flow *f, struct frame_template *t)
{
    if (f->kind == PLAN_REPLAY)
        return;
    if (f->kind == PLAN_PAUSE) {
        unsigned at = link_head(f, t->head, 0x8808);
        put16(t->head + at, OPCODE_PAUSE);
        put16(t->head + at + 2, f->quanta);
        t->bytes = (uint16_t)(at + 4);
        return;
    }
    if (f->kind == PLAN_ETHER) {
        t->bytes = t->stamp = (uint16_t)link_head(f, t->head, f->ethertype);
        return;
    }
    t->l3 = (uint16_t)link_head(f, t->head, frame_is_ip6(f) ? 0x86dd : 0x0800);
    t->l4 = (uint16_t)(t->l3 + net_head(f, t->head + t->l3));
    uint8_t *l4 = t->head + t->l4;
    put16(l4, f->src_port);
    put16(l4 + 2, f->dst_port);
    if (frame_is_tcp(f)) {
        l4[12] = 0x50;
        l4[13] = 0x10; /* ACK */
        put16(l4 + 14, 0xffff);
    }
    t->bytes = t->stamp = (uint16_t)(t->l4 + (frame_is_tcp(f) ? TCP_BYTES : UDP_BYTES));
}

void frame_shapes(struct bench *b)
{
    for (unsigned i = 0; i < b->plan->flows.count; i++) {
        const struct frame_template *t = &b->shape[i];
        shape(&b->flows[i], &b->shape[i]);
        unsigned k = 0;
        while (k < b->stamps && b->stamp[k] != t->stamp)
            k++;
        if (t->stamp && k == b->stamps && k < sizeof(b->stamp) / sizeof(b->stamp[0]))
            b->stamp[b->stamps++] = t->stamp;
    }
}

uint32_t frame_smallest(const struct plan_flow *f)
{
    struct frame_template t = {0};
    shape(f, &t);
    return t.stamp ? t.stamp + (uint32_t)STAMP_BYTES : t.bytes;
}

uint32_t frame_length(const struct bench *b, unsigned flow, uint64_t sequence)
{
    const struct plan_flow *f = &b->flows[flow];
    if (f->kind == PLAN_REPLAY) { /* the far end's MAC pads what is to come back */
        uint32_t length = b->frames[f->frame_first + sequence % f->frame_count].length;
        bool pads = f->expect_port != PLAN_NO_PORT;
        return pads && length < NIC_FRAME_MIN ? NIC_FRAME_MIN : length;
    }
    if (f->size_count == 1)
        return b->sizes[f->size_first];
    uint64_t pick = sequence;
    if (f->size_mode == PLAN_SIZE_DRAW)
        pick = (draw(b, flow, sequence ^ 1ull << 63) >> 32) * f->size_count >> 32;
    return b->sizes[f->size_first + pick % f->size_count];
}

static void fill(const struct bench *b, const struct stamp *s, uint8_t *out, uint32_t from,
                 uint32_t length)
{
    switch (b->flows[s->flow].payload) {
    case PLAN_PAYLOAD_ZERO:
        memset(out + from, 0, length - from);
        break;
    case PLAN_PAYLOAD_ONES:
        memset(out + from, 0xff, length - from);
        break;
    case PLAN_PAYLOAD_RANDOM:
        for (uint64_t word, x = draw(b, s->flow, s->sequence); from < length; x++) {
            uint32_t bytes = length - from < 8 ? length - from : 8;
            word = mix(x);
            memcpy(out + from, &word, bytes);
            from += bytes;
        }
        break;
    default: /* every byte is the low byte of its offset in the frame */
        memcpy(out + from, b->counting + from, length - from);
        break;
    }
}

static uint16_t stamp_check(const struct bench *b, const struct stamp *s)
{
    uint64_t x = mix(b->plan->seed ^ s->time_ps ^ ((uint64_t)s->sequence << 16 | s->flow) << 13);
    return (uint16_t)(x ^ x >> 32);
}

void frame_put_stamp(const struct bench *b, const struct stamp *s, uint8_t *out)
{
    uint16_t magic = STAMP_MAGIC, check = stamp_check(b, s);
    memcpy(out, &magic, 2);
    memcpy(out + STAMP_FLOW, &s->flow, 2);
    memcpy(out + STAMP_SEQUENCE, &s->sequence, 4);
    memcpy(out + 8, &s->time_ps, 8);
    memcpy(out + 16, &check, 2);
}

/* Frame i is of tuple i % tuples: its source port counts up, above 65536 its source address too;
 * bare Ethernet counts up the source MAC address. */
static void tuple(const struct bench *b, const struct stamp *s, uint8_t *out)
{
    const struct plan_flow *f = &b->flows[s->flow];
    const struct frame_template *t = &b->shape[s->flow];
    uint32_t i = s->sequence % f->tuples;
    if (!t->l4) {
        const uint8_t *m = f->src_mac + 2;
        put32(out + 8, ((uint32_t)m[0] << 24 | m[1] << 16 | m[2] << 8 | m[3]) + i);
        return;
    }
    put16(out + t->l4, (f->src_port + i) & 0xffff);
    if (i < 65536)
        return;
    const uint8_t *low = f->src_ip6 + 12;
    if (frame_is_ip6(f))
        put32(out + t->l3 + 20, ((uint32_t)low[0] << 24 | low[1] << 16 | low[2] << 8 | low[3]) +
                                    (i >> 16));
    else
        put32(out + t->l3 + 12, f->src_ip4 + (i >> 16));
}

static void finish(const struct plan_flow *f, const struct frame_template *t, uint32_t sequence,
                   uint32_t length, uint8_t *out)
{
    uint8_t *ip = out + t->l3, *l4 = out + t->l4;
    uint32_t segment = length - t->l4, addresses = frame_is_ip6(f) ? 32 : 8; /* right before L4 */
    uint16_t sum;
    if (frame_is_ip6(f)) {
        put16(ip + 4, segment);
    } else {
        put16(ip + 2, length - t->l3);
        put16(ip + FRAME_IP4_IDENTIFICATION, sequence & 0xffff);
        sum = frame_sum(ip, FRAME_IP4_BYTES, 0);
        memcpy(ip + FRAME_IP4_SUM, &sum, 2);
    }
    if (frame_is_tcp(f))
        put32(l4 + FRAME_TCP_SEQUENCE, sequence);
    else
        put16(l4 + 4, segment);
    sum = frame_sum(l4 - addresses, addresses + segment, frame_pseudo(f, segment));
    if (!frame_is_tcp(f) && sum == 0)
        sum = 0xffff; /* zero would mean: no checksum */
    memcpy(l4 + frame_l4_sum(f), &sum, 2);
}

void frame_build(const struct bench *b, const struct stamp *s, uint32_t length, uint8_t *out)
{
    const struct plan_flow *f = &b->flows[s->flow];
    const struct frame_template *t = &b->shape[s->flow];
    if (f->kind == PLAN_REPLAY) {
        const struct plan_frame *r = &b->frames[f->frame_first + s->sequence % f->frame_count];
        memcpy(out, b->bytes + r->offset, r->length);
        if (r->length < length)
            memset(out + r->length, 0, length - r->length);
        return;
    }
    memcpy(out, t->head, t->bytes);
    if (!t->stamp) {
        memset(out + t->bytes, 0, length - t->bytes);
        return;
    }
    frame_put_stamp(b, s, out + t->stamp);
    if (length > t->stamp + (uint32_t)STAMP_BYTES)
        fill(b, s, out, t->stamp + STAMP_BYTES, length);
    if (f->tuples > 1)
        tuple(b, s, out);
    if (t->l4)
        finish(f, t, s->sequence, length, out);
}

bool frame_stamp(const struct bench *b, const uint8_t *frame, uint32_t length, struct stamp *s)
{
    for (unsigned i = 0; i < b->stamps; i++) {
        const uint8_t *p = frame + b->stamp[i];
        uint16_t magic, check;
        if (length < b->stamp[i] + (uint32_t)STAMP_BYTES)
            continue;
        memcpy(&magic, p, 2);
        memcpy(&check, p + 16, 2);
        memcpy(&s->flow, p + STAMP_FLOW, 2);
        memcpy(&s->sequence, p + STAMP_SEQUENCE, 4);
        memcpy(&s->time_ps, p + 8, 8);
        if (magic == STAMP_MAGIC && s->flow < b->plan->flows.count &&
            b->shape[s->flow].stamp == b->stamp[i] && check == stamp_check(b, s))
            return true;
    }
    return false;
}
