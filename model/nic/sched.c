/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The event heap: four-way, so that it is half as deep as a binary one. It knows no event's
 * meaning.
 */
#include "model/nic/sched.h"

#include <string.h>

enum { WAYS = 4 };

/* Total order. Sequences are compared by their distance, so that the counter may wrap: two events
 * that are pending together are never 2^31 insertions apart in rank and time both. */
static bool before(const struct sched_event *a, const struct sched_event *b)
{
    if (a->time_ps != b->time_ps)
        return a->time_ps < b->time_ps;
    if (a->rank != b->rank)
        return a->rank < b->rank;
    return (int32_t)(a->sequence - b->sequence) < 0;
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
    uint32_t i = s->count++;

    for (; i > 0 && before(e, &s->heap[(i - 1) / WAYS]); i = (i - 1) / WAYS)
        s->heap[i] = s->heap[(i - 1) / WAYS];
    s->heap[i] = *e;
}

static struct sched_event *earlier(struct sched_event *a, struct sched_event *b)
{
    return before(b, a) ? b : a;
}

/* Puts the event in the place of the first and lets it sink. */
static void sink(struct sched *s, const struct sched_event *e)
{
    struct sched_event *place = s->heap, *child = place + 1, *end = place + s->count, *least;

    for (; end - child >= WAYS; place = least, child = s->heap + (place - s->heap) * WAYS + 1) {
        least = earlier(earlier(child, child + 1), earlier(child + 2, child + 3));
        if (!before(least, e))
            break;
        *place = *least;
    }
    if (child < end && end - child < WAYS) { /* the last family is not complete */
        for (least = child++; child < end; child++)
            least = earlier(least, child);
        if (before(least, e)) {
            *place = *least;
            place = least;
        }
    }
    *place = *e;
}

/* The first event was taken and nothing came in its place. */
static void close_gap(struct sched *s)
{
    struct sched_event last = s->heap[--s->count];

    s->taken = false;
    if (s->count)
        sink(s, &last);
}

bool sched_at(struct sched *s, uint64_t time_ps, enum sched_class class_, uint32_t device,
              uint32_t queue, uint32_t kind, uint64_t arg, uint32_t lead_ps)
{
    struct sched_event e = {
        .time_ps = time_ps < s->now_ps ? s->now_ps : time_ps,
        .rank = (uint32_t)class_ << 24 | (device & 0xff) << 16 | (queue & 0xffff),
        .sequence = s->sequence,
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

bool sched_pop(struct sched *s, uint64_t limit_ps, struct sched_event *out)
{
    if (s->taken)
        close_gap(s);
    if (s->count == 0 || s->heap[0].time_ps > limit_ps) {
        if (limit_ps > s->now_ps)
            s->now_ps = limit_ps;
        return false;
    }
    *out = s->heap[0];
    s->now_ps = out->time_ps;
    s->dispatched++;
    s->taken = true;
    return true;
}

/* Nothing below a place is due before it, so only places that are due before the best one found
 * need a look: as many as there are events within one lead of the first. */
static uint64_t least_visible(const struct sched *s, uint32_t i, uint64_t best)
{
    uint32_t child = i * WAYS + 1;
    uint32_t end = child + WAYS < s->count ? child + WAYS : s->count;

    for (; child < end; child++) {
        const struct sched_event *e = &s->heap[child];
        if (e->time_ps >= best)
            continue;
        uint64_t own = own_visible(e);
        best = least_visible(s, child, own < best ? own : best);
    }
    return best;
}

uint64_t sched_deadline(const struct sched *s)
{
    if (s->count == 0)
        return SCHED_NEVER;
    return least_visible(s, 0, s->taken ? SCHED_NEVER : own_visible(&s->heap[0]));
}

bool sched_valid(const struct sched *s)
{
    if (s->count > SCHED_CAPACITY || s->taken > (s->count > 0))
        return false;
    for (uint32_t i = 0; i < s->count; i++) {
        const struct sched_event *e = &s->heap[i];
        if (e->time_ps < s->now_ps || sched_event_class(e) > SCHED_LAST)
            return false;
        if (i > 0 && before(e, &s->heap[(i - 1) / WAYS]))
            return false;
    }
    return true;
}
