/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The event heap: four-way, so that it is half as deep as a binary one, with the minimum of
 * time + lead carried at every place (sched.h says why). It knows no event's meaning.
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

static uint64_t subtree_visible(const struct sched *s, uint32_t i)
{
    uint64_t least = own_visible(&s->heap[i]);
    uint32_t child = i * WAYS + 1;
    uint32_t end = child + WAYS < s->count ? child + WAYS : s->count;

    for (; child < end; child++) {
        if (s->visible_ps[child] < least)
            least = s->visible_ps[child];
    }
    return least;
}

/* Brings visible_ps up to date from place i to the root. */
static void refresh(struct sched *s, uint32_t i)
{
    for (;;) {
        s->visible_ps[i] = subtree_visible(s, i);
        if (i == 0)
            return;
        i = (i - 1) / WAYS;
    }
}

/* `gone_ps` was shown at or below place i and is not any more: only places that showed it change.
 * The root is done by the caller. */
static void forget(struct sched *s, uint32_t i, uint64_t gone_ps)
{
    for (; i > 0; i = (i - 1) / WAYS) {
        if (s->visible_ps[i] != gone_ps)
            return;
        s->visible_ps[i] = subtree_visible(s, i);
    }
}

static void lower(uint64_t *visible_ps, uint64_t candidate_ps)
{
    if (candidate_ps < *visible_ps)
        *visible_ps = candidate_ps;
}

void sched_init(struct sched *s)
{
    memset(s, 0, sizeof(*s));
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
    uint64_t visible_ps = own_visible(&e);
    uint32_t i = s->count;

    if (i >= SCHED_CAPACITY) {
        s->refused++;
        return false;
    }
    s->sequence++;
    s->visible_ps[s->count++] = SCHED_NEVER;
    for (; i > 0 && before(&e, &s->heap[(i - 1) / WAYS]); i = (i - 1) / WAYS) {
        s->heap[i] = s->heap[(i - 1) / WAYS]; /* one more event at or below place i */
        lower(&s->visible_ps[i], own_visible(&s->heap[i]));
    }
    s->heap[i] = e;
    while (visible_ps < s->visible_ps[i]) { /* nothing above shows later than what is below it */
        s->visible_ps[i] = visible_ps;
        if (i == 0)
            break;
        i = (i - 1) / WAYS;
    }
    return true;
}

/* The place of the least child of i, or 0 when i has none. */
static uint32_t least_child(const struct sched *s, uint32_t i)
{
    uint32_t child = i * WAYS + 1;
    uint32_t end = child + WAYS < s->count ? child + WAYS : s->count;
    uint32_t least = child;

    if (child >= s->count)
        return 0;
    for (child++; child < end; child++) {
        if (before(&s->heap[child], &s->heap[least]))
            least = child;
    }
    return least;
}

static void remove_first(struct sched *s)
{
    struct sched_event last = s->heap[--s->count];
    uint32_t i = 0, child;

    if (s->count == 0)
        return;
    forget(s, (s->count - 1) / WAYS, own_visible(&last));
    while ((child = least_child(s, i)) != 0 && before(&s->heap[child], &last)) {
        s->heap[i] = s->heap[child];
        i = child;
    }
    s->heap[i] = last;
    refresh(s, i);
}

bool sched_pop(struct sched *s, uint64_t limit_ps, struct sched_event *out)
{
    if (s->count == 0 || s->heap[0].time_ps > limit_ps) {
        if (limit_ps > s->now_ps)
            s->now_ps = limit_ps;
        return false;
    }
    *out = s->heap[0];
    s->now_ps = out->time_ps;
    s->dispatched++;
    remove_first(s);
    return true;
}

uint64_t sched_deadline(const struct sched *s)
{
    return s->count ? s->visible_ps[0] : SCHED_NEVER;
}

bool sched_valid(const struct sched *s)
{
    if (s->count > SCHED_CAPACITY)
        return false;
    for (uint32_t i = 0; i < s->count; i++) {
        const struct sched_event *e = &s->heap[i];
        if (e->time_ps < s->now_ps || sched_event_class(e) > SCHED_LAST)
            return false;
        if (i > 0 && before(e, &s->heap[(i - 1) / WAYS]))
            return false;
        if (s->visible_ps[i] != subtree_visible(s, i))
            return false;
    }
    return true;
}
