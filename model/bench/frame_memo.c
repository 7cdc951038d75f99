/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Frames made from the one before, frames known again by their hash: see frame_memo.h. What a
 * frame looks like is frame.c's business; here only which of its words change.
 */
#include "model/bench/bench_priv.h"
#include "model/bench/frame.h"
#include "model/bench/hash.h"

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

/* Sums over what does not change: all the rest is zero meanwhile. */
static void take_sums(const struct plan_flow *f, const struct frame_template *t,
                      struct frame_last *last)
{
    uint8_t *ip = last->bytes + t->l3, *l4 = last->bytes + t->l4;
    uint32_t segment = last->length - t->l4, addresses = frame_is_ip6(f) ? 32 : 8;
    memset(last->bytes + t->stamp, 0, STAMP_BYTES);
    memset(l4 + frame_l4_sum(f), 0, 2);
    if (frame_is_tcp(f))
        memset(l4 + FRAME_TCP_SEQUENCE, 0, 4);
    last->l4_sum = (uint16_t)~frame_sum(l4 - addresses, addresses + segment,
                                        frame_pseudo(f, segment));
    if (frame_is_ip6(f))
        return;
    memset(ip + FRAME_IP4_IDENTIFICATION, 0, 2);
    memset(ip + FRAME_IP4_SUM, 0, 2);
    last->ip_sum = (uint16_t)~frame_sum(ip, FRAME_IP4_BYTES, 0);
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
    if (!frame_is_ip6(f)) {
        uint8_t *ip = last->bytes + t->l3;
        uint16_t identification = __builtin_bswap16((uint16_t)s->sequence);
        memcpy(ip + FRAME_IP4_IDENTIFICATION, &identification, 2);
        sum = frame_fold(last->ip_sum + identification);
        memcpy(ip + FRAME_IP4_SUM, &sum, 2);
    }
    if (frame_is_tcp(f)) {
        uint32_t sequence = __builtin_bswap32(s->sequence);
        memcpy(last->bytes + t->l4 + FRAME_TCP_SEQUENCE, &sequence, 4);
        l4_sum = add(l4_sum, sequence);
    }
    sum = frame_fold(l4_sum);
    if (!frame_is_tcp(f) && sum == 0)
        sum = 0xffff; /* zero would mean: no checksum */
    memcpy(last->bytes + t->l4 + frame_l4_sum(f), &sum, 2);
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

void memo_sent(struct bench *b, const struct stamp *s, const uint8_t *frame, uint32_t length,
               uint64_t hash)
{
    if (!b->shape[s->flow].stamp)
        return; /* none that it could be known by */
    struct frame_sent *sent = &b->memo.sent[place_of(s->flow, s->sequence)];
    sent->hash = hash;
    sent->length = length;
    sent->stamp = *s;
    if (nic_is_short(length))
        nic_copy(sent->bytes, frame, length);
}

/* What may have been sent as this frame, by the stamp at this offset; NULL: nothing. */
static const struct frame_sent *candidate(const struct bench *b, const uint8_t *frame,
                                          uint32_t length, uint32_t stamp)
{
    uint16_t flow;
    uint32_t sequence;
    if (length < stamp + (uint32_t)STAMP_BYTES)
        return NULL;
    memcpy(&flow, frame + stamp + STAMP_FLOW, 2);
    memcpy(&sequence, frame + stamp + STAMP_SEQUENCE, 4);
    const struct frame_sent *sent = &b->memo.sent[place_of(flow, sequence)];
    return sent->length == length ? sent : NULL;
}

/* Is it what its flow would send for the same stamp? Then no hash is needed. */
static bool same_again(struct bench *b, const struct frame_sent *sent, const uint8_t *frame,
                       uint32_t length)
{
    struct frame_last *last = &b->memo.last[sent->stamp.flow];
    if (length <= HASH_SHORT || last->length != length)
        return false;
    change(b, &sent->stamp, last);
    return memcmp(last->bytes, frame, length) == 0;
}

/* By the frame that its flow sent last, or by its hash. */
__attribute__((noinline)) static const struct frame_sent *
known_long(struct bench *b, const uint8_t *frame, uint32_t length, uint64_t *hash)
{
    for (unsigned i = 0; i < b->stamps; i++) {
        const struct frame_sent *sent = candidate(b, frame, length, b->stamp[i]);
        if (sent && same_again(b, sent, frame, length)) {
            *hash = sent->hash;
            return sent;
        }
    }
    *hash = hash_bytes(frame, length);
    for (unsigned i = 0; i < b->stamps; i++) {
        const struct frame_sent *sent = candidate(b, frame, length, b->stamp[i]);
        if (sent && sent->hash == *hash)
            return sent;
    }
    return NULL;
}

inline __attribute__((always_inline)) const struct frame_sent *
memo_known(struct bench *b, const uint8_t *frame, uint32_t length, uint64_t *hash)
{
    for (unsigned i = 0; nic_is_short(length) && i < b->stamps; i++) {
        const struct frame_sent *sent = candidate(b, frame, length, b->stamp[i]);
        if (sent && nic_same(sent->bytes, frame, length)) {
            *hash = sent->hash;
            return sent;
        }
    }
    return known_long(b, frame, length, hash);
}
