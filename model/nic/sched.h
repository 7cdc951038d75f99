/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The event heap: the one time base of a machine. The bench owns one of these for all ports and
 * for itself; a NIC is given a pointer to it. Time is in picoseconds since power-on.
 *
 * Order is total: (time, class, device, queue, sequence). An event scheduled for a time that has
 * passed runs at the present time, after everything that is due now with a lower rank. The heap
 * never allocates; it is part of the saved state and holds no pointers.
 *
 * Nearly all events are due within a few microseconds. They lie in 256 short lists, one for each
 * slice of time from now on, so that neither coming nor going costs a search. What is due later,
 * or finds no place there, lies in a binary heap. The first of the two is the next.
 */
#ifndef RINGSIDE_NIC_SCHED_H
#define RINGSIDE_NIC_SCHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SCHED_CAPACITY = 8192, /* every component bounds what it can have pending; see sched_at() */
};

/* Classes, in the order in which simultaneous events run. */
enum sched_class {
    SCHED_PLAN = 0, /* plan: phase changes, link, deadline */
    SCHED_WIRE = 1, /* generators, cable, responder */
    SCHED_BUS = 2,  /* PCIe, root complex, IOTLB */
    SCHED_NIC = 3,  /* what a NIC scheduled for itself: nic_fire() */
    SCHED_LAST = 4, /* what must see all of the above: plan over, drain */
};

struct sched_event {
    uint64_t time_ps;
    uint64_t order; /* among equals in time: class, device, queue, sequence; sched_order() */
    uint64_t arg;
    uint32_t kind;    /* the owner's own number for what is to happen */
    uint32_t lead_ps; /* nothing that the guest can see comes of this event before time + lead */
};

enum {
    SCHED_SLICES = 256,
    SCHED_SLICE_BITS = 14, /* 16.4 ns each: 4.2 us from now on */
    SCHED_NEAR = 256,      /* places in the lists; number 0 ends a list */
};

struct sched {
    uint64_t now_ps;
    uint64_t sequence; /* of the next event */
    uint32_t count;     /* pending */
    uint32_t far_count; /* of them in the heap */
    /* sched_deadline(), and when the event that it comes from is due: it holds until then */
    uint64_t visible_ps, visible_due_ps;
    uint64_t slices[SCHED_SLICES / 64]; /* bit: this list is not empty */
    uint8_t first[SCHED_SLICES];
    uint8_t next[SCHED_NEAR];
    uint64_t free; /* places, linked by next */
    uint64_t dispatched; /* events popped since creation */
    uint64_t refused;    /* sched_at() calls that found no place: must stay 0 */
    struct sched_event near[SCHED_NEAR]; /* [0] is due never */
    struct sched_event far[SCHED_CAPACITY - SCHED_NEAR + 1]; /* empty: so is [0] */
};

#define SCHED_NEVER UINT64_MAX

/* 3 bits of class, 8 of device, 16 of queue, and 37 of sequence: a day's work, then sched_at()
 * numbers what is pending anew. */
enum { SCHED_SEQUENCE_BITS = 37 };
#define SCHED_SEQUENCE ((1ull << SCHED_SEQUENCE_BITS) - 1)

static inline uint64_t sched_order(enum sched_class class_, uint32_t device, uint32_t queue,
                                   uint64_t sequence)
{
    uint32_t rank = (uint32_t)class_ << 24 | (device & 0xff) << 16 | (queue & 0xffff);

    return (uint64_t)rank << SCHED_SEQUENCE_BITS | sequence;
}
static inline enum sched_class sched_event_class(const struct sched_event *e)
{
    return (enum sched_class)(e->order >> (SCHED_SEQUENCE_BITS + 24));
}
static inline uint32_t sched_event_device(const struct sched_event *e)
{
    return e->order >> (SCHED_SEQUENCE_BITS + 16) & 0xff;
}
static inline uint32_t sched_event_queue(const struct sched_event *e)
{
    return e->order >> SCHED_SEQUENCE_BITS & 0xffff;
}

void sched_init(struct sched *s);

static inline uint64_t sched_visible(const struct sched_event *e)
{
    return e->time_ps > SCHED_NEVER - e->lead_ps ? SCHED_NEVER : e->time_ps + e->lead_ps;
}

/* Total order: one comparison of time and order together, without a branch. */
static inline bool sched_before(const struct sched_event *a, const struct sched_event *b)
{
    typedef unsigned __int128 wide;

    return ((wide)a->time_ps << 64 | a->order) < ((wide)b->time_ps << 64 | b->order);
}

/* List of an instant. They are used again, but only 256 slices lie ahead at any time. */
static inline uint32_t sched_slice(uint64_t time_ps)
{
    return (uint32_t)(time_ps >> SCHED_SLICE_BITS) % SCHED_SLICES;
}

/* For sched_at(): the sequence has used up its bits: from 0 again, what is pending in its present
 * order. */
void sched_renumber(struct sched *s);
/* For sched_at(): into the heap, if it has a place. */
bool sched_at_far(struct sched *s, const struct sched_event *e);

/* An event is in list or heap. */
static inline void sched_came(struct sched *s, const struct sched_event *e)
{
    s->count++;
    s->sequence++;
    if (sched_visible(e) < s->visible_ps) {
        s->visible_ps = sched_visible(e);
        s->visible_due_ps = e->time_ps;
    }
}

/* Schedules an event. `lead_ps`: see struct sched_event; 0 when in doubt. Returns false, and counts
 * it in `refused`, when there is no place. An owner whose plans changed often keeps a generation
 * number in `arg` and ignores the stale event. */
static inline bool sched_at(struct sched *s, uint64_t time_ps, enum sched_class class_,
                            uint32_t device, uint32_t queue, uint32_t kind, uint64_t arg,
                            uint32_t lead_ps)
{
    if (time_ps < s->now_ps)
        time_ps = s->now_ps;
    if (s->sequence > SCHED_SEQUENCE)
        sched_renumber(s);
    uint64_t ahead = (time_ps >> SCHED_SLICE_BITS) - (s->now_ps >> SCHED_SLICE_BITS);
    struct sched_event e = {
        .time_ps = time_ps, .order = sched_order(class_, device, queue, s->sequence),
        .arg = arg, .kind = kind, .lead_ps = lead_ps,
    };
    uint64_t place = s->free;
    if (ahead >= SCHED_SLICES || !place)
        return sched_at_far(s, &e);
    uint32_t slice = sched_slice(time_ps);
    uint8_t *link = &s->first[slice], after;
    while ((after = *link) != 0 && sched_before(&s->near[after], &e))
        link = &s->next[after];
    s->near[place] = e;
    s->free = s->next[place];
    s->next[place] = after;
    *link = (uint8_t)place;
    s->slices[slice / 64] |= 1ull << slice % 64;
    sched_came(s, &e);
    return true;
}

/* Takes back an event that is pending at time_ps, which costs a search: for what is rare. False:
 * there is none. What it freed has room for one that is due no later. */
bool sched_drop(struct sched *s, uint64_t time_ps, enum sched_class class_, uint32_t device,
                uint32_t queue, uint32_t kind);

/* The first list that is not empty, from the one of now on; there is one. */
static inline uint32_t sched_first_slice(const struct sched *s)
{
    uint32_t now = sched_slice(s->now_ps), word = now / 64;
    uint64_t bits = s->slices[word] >> now % 64 << now % 64;

    while (!bits)
        bits = s->slices[word = (word + 1) % (SCHED_SLICES / 64)];
    return word * 64 + (uint32_t)__builtin_ctzll(bits);
}

/* For sched_pop(): the first of the heap may be the next, or nothing is pending. */
bool sched_pop_far(struct sched *s, uint64_t limit_ps, struct sched_event *out);

/* Takes the first event with time <= limit_ps, moves now_ps to its time (never backwards) and
 * returns true; else moves now_ps to limit_ps and returns false. */
static inline bool sched_pop(struct sched *s, uint64_t limit_ps, struct sched_event *out)
{
    if (s->count == s->far_count)
        return sched_pop_far(s, limit_ps, out);
    uint32_t slice = sched_first_slice(s), place = s->first[slice];
    const struct sched_event *e = &s->near[place];
    if (e->time_ps >= s->far[0].time_ps && !sched_before(e, &s->far[0]))
        return sched_pop_far(s, limit_ps, out);
    if (e->time_ps > limit_ps) {
        if (limit_ps > s->now_ps)
            s->now_ps = limit_ps;
        return false;
    }
    *out = *e;
    s->now_ps = out->time_ps;
    s->dispatched++;
    s->count--;
    s->first[slice] = s->next[place];
    if (!s->first[slice])
        s->slices[slice / 64] &= ~(1ull << slice % 64);
    s->next[place] = (uint8_t)s->free;
    s->free = place;
    return true;
}

/* The earliest instant at which something that the guest can see may happen (min of time + lead),
 * SCHED_NEVER when nothing is pending. Looks at the events within one lead of the first, and not
 * before the one that it found last is due. */
uint64_t sched_deadline(struct sched *s);

/* After loading saved state: lists and heap ordered, whole and within bounds? */
bool sched_valid(const struct sched *s);
/* Is every pending event good? */
bool sched_all(const struct sched *s, bool (*good)(const void *owner, const struct sched_event *e),
               const void *owner);

#endif
