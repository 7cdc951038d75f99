/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The event heap: the one time base of a machine. The bench owns one of these for all ports and
 * for itself; a NIC is given a pointer to it. Time is in picoseconds since power-on.
 *
 * Order is total: (time, class, device, queue, sequence). An event scheduled for a time that has
 * passed runs at the present time, after everything that is due now with a lower rank. The heap
 * never allocates; it is part of the saved state and holds no pointers.
 *
 * What runs mostly schedules what comes next. So an event that was taken keeps its place until the
 * next one is scheduled, which takes it over, or the next one is asked for.
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

struct sched {
    uint64_t now_ps;
    uint32_t count; /* places in use */
    uint32_t taken; /* 1: the first one was popped already */
    uint64_t sequence; /* of the next event */
    uint64_t dispatched; /* events popped since creation */
    uint64_t refused;    /* sched_at() calls that found the heap full: must stay 0 */
    struct sched_event heap[SCHED_CAPACITY];
};

#define SCHED_NEVER UINT64_MAX

/* 3 bits of class, 8 of device, 16 of queue, and 37 of sequence: a day's work, then sched_at()
 * numbers what is pending anew. */
enum { SCHED_SEQUENCE_BITS = 37 };

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

/* Schedules an event. `lead_ps`: see struct sched_event; 0 when in doubt. Returns false, and counts
 * it in `refused`, when the heap is full. There is no cancel: an owner whose plans changed keeps a
 * generation number in `arg` and ignores the stale event. */
bool sched_at(struct sched *s, uint64_t time_ps, enum sched_class class_, uint32_t device,
              uint32_t queue, uint32_t kind, uint64_t arg, uint32_t lead_ps);

/* For sched_pop(): the first event was taken and nothing came in its place. */
void sched_close_gap(struct sched *s);

/* Takes the first event with time <= limit_ps, moves now_ps to its time (never backwards) and
 * returns true; else moves now_ps to limit_ps and returns false. */
static inline bool sched_pop(struct sched *s, uint64_t limit_ps, struct sched_event *out)
{
    if (s->taken)
        sched_close_gap(s);
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

/* The earliest instant at which something that the guest can see may happen (min of time + lead),
 * SCHED_NEVER when nothing is pending. Looks at the events within one lead of the first. */
uint64_t sched_deadline(const struct sched *s);

/* After loading saved state: is this a heap, ordered and within bounds? */
bool sched_valid(const struct sched *s);

#endif
