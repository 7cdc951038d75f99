/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which frame of a capture is this? Replayed frames carry no stamp, so each one sent is remembered
 * by a hash of its bytes, and what comes back is looked up among the last REPLAY_FRAMES of all
 * replaying flows. Equal frames are told apart by order: the one that would come next. A frame
 * that was changed on its way is not recognised: it is foreign, and its original is lost.
 */
#include "model/bench/bench_priv.h"

#define XXH_INLINE_ALL
#include "xxhash.h"

enum { BACK_STEPS = 256 };

/* A driver may change MAC addresses where the flow says so, so they have no part in the hash; a
 * flow that does not allow it compares them later. The port where the frame is to come out is part
 * of it: the same capture may go both ways. */
static uint64_t content(const uint8_t *frame, uint32_t length, unsigned expect_port)
{
    return XXH64(frame + 12, length - 12, (uint64_t)expect_port << 32 | length);
}

static struct replay_frame *at(struct replay *r, uint64_t number)
{
    return &r->frame[number % REPLAY_FRAMES];
}

/* Older ones have been overwritten. */
static bool known(const struct replay *r, uint64_t number)
{
    return number && number <= r->sent && r->sent - number < REPLAY_FRAMES;
}

void replay_sent(struct bench *b, const struct stamp *sent, const uint8_t *frame,
                 uint32_t length)
{
    struct replay *r = &b->st->replay;
    uint64_t hash = content(frame, length, b->flows[sent->flow].expect_port);
    uint64_t number = ++r->sent;
    struct replay_bucket *bucket = &r->bucket[hash % REPLAY_BUCKETS];
    *at(r, number) = (struct replay_frame){
        .hash = hash, .sequence = sent->sequence, .flow = sent->flow,
        .older = bucket->youngest, .sent_ps = sent->time_ps,
    };
    if (known(r, bucket->youngest))
        at(r, bucket->youngest)->newer = number;
    bucket->youngest = number;
}

/* The one with this hash that would come next in order: the oldest that is younger than the one
 * matched last and not behind what its flow has already had. When there is none, the oldest of
 * those that were passed over: it comes late. */
static uint64_t forward(struct bench *b, const struct replay_bucket *bucket, uint64_t hash)
{
    struct replay *r = &b->st->replay;
    uint64_t n = bucket->cursor, late = 0;
    if (known(r, n)) {
        n = at(r, n)->newer;
    } else { /* nothing came back for long: start with the oldest of the bucket */
        n = bucket->youngest;
        while (known(r, n) && known(r, at(r, n)->older) && at(r, n)->older < n)
            n = at(r, n)->older;
    }
    while (known(r, n)) {
        const struct replay_frame *f = at(r, n);
        if (f->hash == hash && !f->received) {
            if (f->sequence >= b->st->flow[f->flow].top)
                return n;
            late = late ? late : n;
        }
        n = f->newer > n ? f->newer : 0;
    }
    return late;
}

/* Some way back: one that was overtaken, or lies behind another hash's cursor; else one that is
 * back already: then this is a duplicate. */
static uint64_t backward(struct replay *r, const struct replay_bucket *bucket, uint64_t hash)
{
    uint64_t n = known(r, bucket->cursor) ? bucket->cursor : bucket->youngest, back = 0;
    for (int i = 0; known(r, n) && i < BACK_STEPS; i++) {
        const struct replay_frame *f = at(r, n);
        if (f->hash == hash && !f->received)
            return n;
        if (f->hash == hash && !back)
            back = n;
        n = f->older < n ? f->older : 0;
    }
    return back;
}

static bool same(struct bench *b, const struct replay_frame *f, const uint8_t *frame,
                 uint32_t length)
{
    struct stamp s = {.flow = (uint16_t)f->flow, .sequence = (uint32_t)f->sequence};
    uint32_t sent = frame_length(b, f->flow, f->sequence);
    uint32_t from = b->flows[f->flow].macs ? 12 : 0;
    if (sent != length)
        return false;
    frame_build(b, &s, sent, b->expected);
    return memcmp(frame + from, b->expected + from, length - from) == 0;
}

static uint64_t find(struct bench *b, const uint8_t *frame, uint32_t length, unsigned port)
{
    struct replay *r = &b->st->replay;
    uint64_t hash = content(frame, length, port);
    struct replay_bucket *bucket = &r->bucket[hash % REPLAY_BUCKETS];
    uint64_t number = forward(b, bucket, hash);
    if (!number)
        number = backward(r, bucket, hash);
    if (!number || !same(b, at(r, number), frame, length))
        return 0;
    if (!at(r, number)->received)
        bucket->cursor = number;
    return number;
}

bool replay_match(struct bench *b, unsigned port, const uint8_t *frame, uint32_t length,
                  struct replay_found *found)
{
    if (!b->replays || length < NIC_FRAME_MIN)
        return false;
    uint64_t number = find(b, frame, length, port);
    for (unsigned p = 0; !number && p <= b->st->ports; p++) /* at the wrong port? */
        number = find(b, frame, length, p < b->st->ports ? p : PLAN_NO_PORT);
    if (!number)
        return false;
    struct replay_frame *f = at(&b->st->replay, number);
    *found = (struct replay_found){
        .flow = f->flow, .sequence = f->sequence, .sent_ps = f->sent_ps, .again = f->received,
    };
    f->received = 1;
    return true;
}

bool replay_valid(const struct bench *b)
{
    const struct replay *r = &b->st->replay;
    for (unsigned i = 0; i < REPLAY_FRAMES; i++) {
        const struct replay_frame *f = &r->frame[i];
        bool used = i <= r->sent && (i || r->sent >= REPLAY_FRAMES);
        if (used && (f->flow >= b->plan->flows.count || b->flows[f->flow].kind != PLAN_REPLAY ||
                     f->sequence > UINT32_MAX))
            return false;
    }
    return true;
}
