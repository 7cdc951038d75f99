/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The event stream: every event of NIC and bench passes here in order, is hashed, and is handed
 * to the host when its level asks for it. The hash is a chain: of each block of TRACE_EVENTS
 * records (40 bytes each, little endian) behind the hash of all blocks before it. The level has no
 * part in it. It must not know what an event means.
 */
#include "model/bench/bench_priv.h"
#include "model/bench/hash.h"

_Static_assert(sizeof(struct nic_event) == 40, "a record is 40 bytes without padding");
_Static_assert(offsetof(struct trace_state, event) ==
                   offsetof(struct trace_state, chain) + sizeof(uint64_t) * 2,
               "chain and block are hashed in one go");

static const struct nic_event_info own[] = {
#define EVENT(name, level, queue, a, b, c, doc) {#name, level, queue, a, b, c, doc},
#include "model/bench/events.def"
#undef EVENT
};

const char *const bench_event_names[] = {
#define EVENT(name, level, queue, a, b, c, doc) #name,
#include "model/nic/events.def"
#include "model/bench/events.def"
#undef EVENT
    NULL,
};

const struct nic_event_info *bench_event_info(unsigned id)
{
    if (id < NIC_EVENTS)
        return nic_event_info(id);
    return id < BENCH_EVENTS_END ? &own[id - NIC_EVENTS] : NULL;
}

void trace_sync(const struct bench *b)
{
    struct trace_state *t = &b->st->trace;
    t->count = (uint32_t)(b->log.at - t->event);
}

/* Of the blocks before and the events that are here. */
void trace_digest(const struct bench *b, uint64_t hash[2])
{
    struct trace_state *t = &b->st->trace;
    trace_sync(b);
    hash_128(t->chain, sizeof(t->chain) + sizeof(t->event[0]) * t->count, hash);
}

uint64_t trace_events(const struct bench *b)
{
    trace_sync(b);
    return b->st->trace.blocks * TRACE_EVENTS + b->st->trace.count;
}

uint64_t trace_kept(unsigned level)
{
    uint64_t kept = 0;
    for (unsigned id = 0; id < BENCH_EVENTS_END; id++)
        kept |= (uint64_t)(bench_event_info(id)->level <= level) << id;
    return kept;
}

/* Hands out what the host wants of the events that it was not shown yet. An id that does not exist
 * came with loaded state: as it is. */
void trace_tell(struct bench *b)
{
    struct trace_state *t = &b->st->trace;
    size_t kept = 0;
    trace_sync(b);
    for (; b->untold && t->told < t->count; t->told++) {
        uint16_t id = t->event[t->told].id;
        if (b->kept >> id & 1)
            b->wanted[kept++] = t->event[t->told];
    }
    t->told = t->count;
    b->untold = false;
    if (kept && b->ops->events)
        b->ops->events(b->host, b->wanted, kept);
}

static void block_full(struct bench *b)
{
    struct trace_state *t = &b->st->trace;
    uint64_t hash[2];
    trace_tell(b);
    trace_digest(b, hash);
    memcpy(t->chain, hash, sizeof(hash));
    t->blocks++;
    t->count = t->told = 0;
    b->log.at = t->event;
}

/* An event of which somebody takes note, or that fills the block. To the host before to those of
 * the bench, who may have events of their own. The place is good meanwhile: a new block begins at
 * the other end. */
static void came(void *bench, const struct nic_event *event)
{
    struct bench *b = bench;
    b->untold |= b->kept >> event->id & 1;
    if (b->log.at == b->log.end)
        block_full(b);
    if ((b->heeded | b->watched) >> event->id & 1)
        bench_heed(b, event);
}

void trace_wire_up(struct bench *b)
{
    struct trace_state *t = &b->st->trace;
    b->log = (struct nic_log){
        .at = t->event + t->count, .end = t->event + TRACE_EVENTS,
        .noted = b->watched | b->heeded | b->kept, .came = came, .owner = b,
    };
    b->untold = true;
}

bool trace_valid(const struct trace_state *t)
{
    bool valid = t->count < TRACE_EVENTS && t->told <= t->count;

    for (uint32_t i = 0; valid && i < t->count; i++)
        valid = t->event[i].id < BENCH_EVENTS_END;
    return valid;
}
