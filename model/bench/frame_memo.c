/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Frames made from the one before, frames known again by their hash: see frame_memo.h. What a
 * frame looks like is frame.c's business; here only which of its words change.
 */
#include "model/bench/bench_priv.h"

enum { IP4_BYTES = 20, IP4_IDENTIFICATION = 4, IP4_SUM = 10, TCP_SEQUENCE = 4 };
enum { PROTO_TCP = 6, PROTO_UDP = 17 };

static bool is_tcp(const struct plan_flow *f)
{
    return f->kind == PLAN_TCP4 || f->kind == PLAN_TCP6;
}
static bool is_ip4(const struct plan_flow *f)
{
    return f->kind == PLAN_UDP4 || f->kind == PLAN_TCP4;
}

/* Do its frames differ in nothing but stamp, identification, sequence number and checksums? */
static bool steady(const struct plan_flow *f, const struct frame_template *t, uint32_t length)
{
    return t->stamp && f->tuples <= 1 && f->size_count == 1 &&
           f->payload != PLAN_PAYLOAD_RANDOM && length <= MEMO_BYTES;
}

static uint64_t add(uint64_t sum, uint64_t more)
{
    sum += more;
    return sum + (sum < more); /* the carry comes back in */
}

/* The checksum whose words add up to this. */
static uint16_t folded(uint64_t sum)
{
    sum = (sum & 0xffffffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16 & 0xffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

static uint16_t *sum_of_l4(const struct plan_flow *f, const struct frame_template *t,
                           uint8_t *frame)
{
    return (uint16_t *)(void *)(frame + t->l4 + (is_tcp(f) ? 16 : 6));
}

/* Sums over what does not change: all the rest is zero meanwhile. */
static void take_sums(const struct plan_flow *f, const struct frame_template *t,
                      struct frame_last *last)
{
    uint8_t *ip = last->bytes + t->l3, *l4 = last->bytes + t->l4;
    uint32_t segment = last->length - t->l4, addresses = is_ip4(f) ? 8 : 32;
    uint64_t pseudo = __builtin_bswap16((uint16_t)segment) +
                      ((is_tcp(f) ? PROTO_TCP : PROTO_UDP) << 8);
    memset(last->bytes + t->stamp, 0, STAMP_BYTES);
    memset(sum_of_l4(f, t, last->bytes), 0, 2);
    if (is_tcp(f))
        memset(l4 + TCP_SEQUENCE, 0, 4);
    last->l4_sum = (uint16_t)~frame_sum(l4 - addresses, addresses + segment, pseudo);
    if (!is_ip4(f))
        return;
    memset(ip + IP4_IDENTIFICATION, 0, 2);
    memset(ip + IP4_SUM, 0, 2);
    last->ip_sum = (uint16_t)~frame_sum(ip, IP4_BYTES, 0);
}

/* The words that change, and the checksums over them. */
static void change(const struct bench *b, const struct stamp *s, struct frame_last *last)
{
    const struct plan_flow *f = &b->flows[s->flow];
    const struct frame_template *t = &b->shape[s->flow];
    uint64_t word[2];
    uint16_t check, sum;
    frame_put_stamp(b, s, last->bytes + t->stamp);
    if (!t->l4)
        return;
    memcpy(word, last->bytes + t->stamp, 16);
    memcpy(&check, last->bytes + t->stamp + 16, 2);
    uint64_t l4_sum = add(add(add(last->l4_sum, word[0]), word[1]), check);
    if (is_ip4(f)) {
        uint8_t *ip = last->bytes + t->l3;
        uint16_t identification = __builtin_bswap16((uint16_t)s->sequence);
        memcpy(ip + IP4_IDENTIFICATION, &identification, 2);
        sum = folded(last->ip_sum + identification);
        memcpy(ip + IP4_SUM, &sum, 2);
    }
    if (is_tcp(f)) {
        uint32_t sequence = __builtin_bswap32(s->sequence);
        memcpy(last->bytes + t->l4 + TCP_SEQUENCE, &sequence, 4);
        l4_sum = add(l4_sum, sequence);
    }
    sum = folded(l4_sum);
    if (!is_tcp(f) && sum == 0)
        sum = 0xffff; /* zero would mean: no checksum */
    memcpy(sum_of_l4(f, t, last->bytes), &sum, 2);
}

const uint8_t *memo_frame(struct bench *b, const struct stamp *s, uint32_t length)
{
    struct frame_last *last = &b->memo.last[s->flow];
    if (last->length != length) {
        const struct plan_flow *f = &b->flows[s->flow];
        if (!steady(f, &b->shape[s->flow], length)) {
            frame_build(b, s, length, b->scratch);
            return b->scratch;
        }
        frame_build(b, s, length, last->bytes);
        last->length = length;
        if (b->shape[s->flow].l4)
            take_sums(f, &b->shape[s->flow], last);
    }
    change(b, s, last);
    return last->bytes;
}

/* ---- on their way ---- */

static unsigned place_of(uint16_t flow, uint32_t sequence)
{
    return (sequence + flow * 0x155u) % MEMO_FRAMES;
}

void memo_sent(struct bench *b, const struct stamp *s, uint32_t length, uint64_t hash)
{
    if (!b->shape[s->flow].stamp)
        return; /* none that it could be known by */
    b->memo.sent[place_of(s->flow, s->sequence)] =
        (struct frame_sent){.hash = hash, .length = length, .stamp = *s};
}

bool memo_known(const struct bench *b, const uint8_t *frame, uint32_t length, uint64_t hash,
                struct stamp *s)
{
    for (unsigned i = 0; i < b->stamps; i++) {
        uint16_t flow;
        uint32_t sequence;
        if (length < b->stamp[i] + (uint32_t)STAMP_BYTES)
            continue;
        memcpy(&flow, frame + b->stamp[i] + STAMP_FLOW, 2);
        memcpy(&sequence, frame + b->stamp[i] + STAMP_SEQUENCE, 4);
        const struct frame_sent *sent = &b->memo.sent[place_of(flow, sequence)];
        if (sent->hash == hash && sent->length == length) {
            *s = sent->stamp;
            return true;
        }
    }
    return false;
}
