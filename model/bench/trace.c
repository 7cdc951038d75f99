/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The event stream: every event of NIC and bench passes here in order, is hashed, and is handed
 * to the host when its level asks for it. The hash is XXH64 over the records (40 bytes each, little
 * endian) back to back, once with seed 0 and once with seed 1; the level has no part in it. It
 * must not know what an event means.
 */
#include "model/bench/bench_priv.h"

#define XXH_INLINE_ALL
#include "xxhash.h"

_Static_assert(sizeof(XXH64_state_t) == sizeof(uint64_t) * TRACE_HASH_WORDS, "xxhash changed");
_Static_assert(sizeof(struct nic_event) == 40, "a record is 40 bytes without padding");

static const struct nic_event_info own[] = {
#define EVENT(name, level, queue, a, b, c, doc) {#name, level, queue, a, b, c, doc},
#include "model/bench/events.def"
#undef EVENT
};

const struct nic_event_info *bench_event_info(unsigned id)
{
    if (id < NIC_EVENTS)
        return nic_event_info(id);
    return id < BENCH_EVENTS_END ? &own[id - NIC_EVENTS] : NULL;
}

static XXH64_state_t *hasher(struct trace_state *t, unsigned seed)
{
    return (XXH64_state_t *)(void *)t->hash[seed];
}

void trace_init(struct bench *b)
{
    struct trace_state *t = &b->st->trace;
    for (unsigned seed = 0; seed < 2; seed++)
        XXH64_reset(hasher(t, seed), seed);
}

static void hash_new(struct trace_state *t)
{
    size_t bytes = sizeof(t->event[0]) * (t->count - t->hashed);
    for (unsigned seed = 0; bytes && seed < 2; seed++)
        XXH64_update(hasher(t, seed), &t->event[t->hashed], bytes);
    t->events += t->count - t->hashed;
    t->hashed = t->count;
}

void trace_flush(struct bench *b)
{
    struct trace_state *t = &b->st->trace;
    hash_new(t);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < t->count; i++) {
        uint16_t id = t->event[i].id;
        if (id >= BENCH_EVENTS_END || b->event_level[id] <= b->plan->trace_level)
            t->event[kept++] = t->event[i];
    }
    t->count = t->hashed = 0;
    if (kept && b->ops->events)
        b->ops->events(b->host, t->event, kept);
}

void trace_push(struct bench *b, const struct nic_event *event)
{
    struct trace_state *t = &b->st->trace;
    t->event[t->count++] = *event;
    if (t->count == TRACE_EVENTS)
        trace_flush(b);
}

void trace_digest(const struct bench *b, uint64_t hash[2])
{
    struct trace_state *t = &b->st->trace;
    for (unsigned seed = 0; seed < 2; seed++) {
        XXH64_state_t copy = *hasher(t, seed);
        XXH64_update(&copy, &t->event[t->hashed], sizeof(t->event[0]) * (t->count - t->hashed));
        hash[seed] = XXH64_digest(&copy);
    }
}

/* xxhash indexes its stripe buffer by the number of bytes it believes to hold there. The field's
 * name differs between versions, its place does not: behind total, 4 lanes and 32 bytes. */
bool trace_valid(const struct trace_state *t)
{
    if (t->count >= TRACE_EVENTS || t->hashed > t->count)
        return false;
    for (unsigned seed = 0; seed < 2; seed++) {
        uint32_t held;
        memcpy(&held, &t->hash[seed][9], sizeof(held));
        if (held != (t->hash[seed][0] & 31) || t->hash[seed][0] != t->events * 40)
            return false;
    }
    return true;
}
