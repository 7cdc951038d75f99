/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The event heap, a binary one. It knows no event's meaning.
 */
#include "model/nic/sched.h"

#include <string.h>

#define SEQUENCE ((1ull << SCHED_SEQUENCE_BITS) - 1)

typedef unsigned __int128 wide;

/* Total order: one comparison of time and order together, without a branch. */
static bool before(const struct sched_event *a, const struct sched_event *b)
{
    return ((wide)a->time_ps << 64 | a->order) < ((wide)b->time_ps << 64 | b->order);
}

static uint64_t own_visible(const struct sched_event *e)
{
    return e->time_ps > SCHED_NEVER - e->lead_ps ? SCHED_NEVER : e->time_ps + e->lead_ps;
}

void sched_init(struct sched *s)
{
    memset(s, 0, sizeof(*s));
}

/* Puts the event below all others and lets it rise. */
static void rise(struct sched *s, const struct sched_event *e)
{
    size_t i = s->count++;

    for (; i > 0 && before(e, &s->heap[(i - 1) / 2]); i = (i - 1) / 2)
        s->heap[i] = s->heap[(i - 1) / 2];
    s->heap[i] = *e;
}

/* Puts the event in the place of the first and lets it sink. */
static void sink(struct sched *s, const struct sched_event *e)
{
    struct sched_event *gap = s->heap, *end = gap + s->count, *right;

    while ((right = gap + (gap - s->heap) + 2) < end) {
        struct sched_event *least = right - before(right - 1, right);
        if (!before(least, e))
            break;
        *gap = *least;
        gap = least;
    }
    if (right == end && before(right - 1, e)) { /* an only child */
        *gap = right[-1];
        gap = right - 1;
    }
    *gap = *e;
}

void sched_close_gap(struct sched *s)
{
    struct sched_event last = s->heap[--s->count];

    s->taken = false;
    if (s->count)
        sink(s, &last);
}

/* The sequence has used up its bits: from 0 again, what is pending in its present order. */
__attribute__((cold)) static void renumber(struct sched *s)
{
    uint16_t number[SCHED_CAPACITY];

    for (uint32_t i = 0; i < s->count; i++) {
        number[i] = 0;
        for (uint32_t k = 0; k < s->count; k++)
            number[i] += (s->heap[k].order & SEQUENCE) < (s->heap[i].order & SEQUENCE);
    }
    for (uint32_t i = 0; i < s->count; i++)
        s->heap[i].order = (s->heap[i].order & ~SEQUENCE) | number[i];
    s->sequence = s->count;
}

bool sched_at(struct sched *s, uint64_t time_ps, enum sched_class class_, uint32_t device,
              uint32_t queue, uint32_t kind, uint64_t arg, uint32_t lead_ps)
{
    if (s->sequence > SEQUENCE)
        renumber(s);
    struct sched_event e = {
        .time_ps = time_ps < s->now_ps ? s->now_ps : time_ps,
        .order = sched_order(class_, device, queue, s->sequence),
        .arg = arg,
        .kind = kind,
        .lead_ps = lead_ps,
    };

    if (s->count - s->taken >= SCHED_CAPACITY) {
        s->refused++;
        return false;
    }
    s->sequence++;
    if (s->taken) {
        s->taken = false;
        sink(s, &e);
    } else {
        rise(s, &e);
    }
    return true;
}

/* Of place i and all below it, if less than best. Nothing below a place is due before it, so only
 * places that are due before the best one found need a look: as many as there are events within one
 * lead of the first. */
static uint64_t least_visible(const struct sched *s, size_t i, uint64_t best)
{
    for (; i < s->count && s->heap[i].time_ps < best; i = 2 * i + 1) {
        uint64_t own = own_visible(&s->heap[i]);
        best = least_visible(s, 2 * i + 2, own < best ? own : best);
    }
    return best;
}

uint64_t sched_deadline(const struct sched *s)
{
    if (!s->taken)
        return least_visible(s, 0, SCHED_NEVER);
    return least_visible(s, 2, least_visible(s, 1, SCHED_NEVER));
}

bool sched_valid(const struct sched *s)
{
    if (s->count > SCHED_CAPACITY || s->taken > (s->count > 0) ||
        s->sequence > SEQUENCE + 1)
        return false;
    for (uint32_t i = 0; i < s->count; i++) {
        const struct sched_event *e = &s->heap[i];
        if (e->time_ps < s->now_ps || sched_event_class(e) > SCHED_LAST)
            return false;
        if (i > 0 && before(e, &s->heap[(i - 1) / 2]))
            return false;
    }
    return true;
}
