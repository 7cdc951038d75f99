/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The event heap: the one time base of a machine. The bench owns one of these for all ports and
 * for itself; a NIC is given a pointer to it. Time is in picoseconds since power-on.
 *
 * Order is total: (time, class, device, queue, sequence). An event scheduled for a time that has
 * passed runs at the present time, after everything that is due now with a lower rank. The heap
 * never allocates; it is part of the saved state and holds no pointers.
 *
 * What a device waits for all the time has a place of its own, a line: an event of it costs a few
 * comparisons. Nearly all others are due within a few microseconds. They lie in 256 short lists,
 * one for each slice of time from now on, so that neither coming nor going costs a search. What is
 * due later, or finds no place there, lies in a binary heap. The first of the three is the next.
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

/* The lines of each device, in the order of their classes. A key says when and whose: it orders
 * lines as events of queue 0 that came last, and those of one device and class by number. */
enum sched_line {
    SCHED_LINE_WIRE = 0, /* one of class SCHED_WIRE */
    SCHED_LINE_BUS = 1,  /* five of class SCHED_BUS */
    SCHED_LINE_NIC = 6,  /* two of class SCHED_NIC */
    SCHED_LINES = 8,
    SCHED_REST = SCHED_LINES, /* sched_next(): not of a line; nothing is due */
    SCHED_NONE,
};
enum {
    SCHED_DEVICES = 8,
    SCHED_PLACES = SCHED_DEVICES * SCHED_LINES,
    SCHED_RANK_BITS = 6,    /* of a key; above them the time */
    SCHED_LINE_KIND = 1024, /* sched_event.kind of an event of line 0 */
};
#define SCHED_LINE_END (1ull << (64 - SCHED_RANK_BITS)) /* ps; an event behind it is in the heap */

struct sched {
    uint64_t now_ps;
    uint64_t rest_key; /* of the first that is not of a line, or of none: below all keys of lines */
    uint64_t first_key[SCHED_DEVICES]; /* the least of each device's */
    uint32_t devices;   /* that have lines, at least 1 */
    /* of each line of each device; SCHED_NEVER: nothing is pending */
    uint64_t key[SCHED_PLACES], seen_ps[SCHED_PLACES];
    uint64_t sequence; /* of the next event */
    uint32_t count;     /* pending, without lines */
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

void sched_init(struct sched *s, uint32_t devices);

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

/* What is due at time_ps can be seen by the guest lead_ps later. */
static inline void sched_seen(struct sched *s, uint64_t time_ps, uint64_t visible_ps)
{
    if (visible_ps < s->visible_ps) {
        s->visible_ps = visible_ps;
        s->visible_due_ps = time_ps;
    }
}

static inline uint64_t sched_rest_key(uint64_t time_ps)
{
    return time_ps < SCHED_LINE_END ? time_ps << SCHED_RANK_BITS : SCHED_NEVER;
}

/* An event is in list or heap. */
static inline void sched_came(struct sched *s, const struct sched_event *e)
{
    uint64_t key = sched_rest_key(e->time_ps);

    s->count++;
    s->sequence++;
    if (key < s->rest_key)
        s->rest_key = key;
    sched_seen(s, e->time_ps, sched_visible(e));
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

/* ---- lines ---- */

static inline uint64_t sched_rank(enum sched_line line, uint32_t device)
{
    if (line < SCHED_LINE_BUS)
        return device;
    if (line < SCHED_LINE_NIC)
        return SCHED_LINE_BUS * SCHED_DEVICES + device * 5 + line - SCHED_LINE_BUS;
    return SCHED_LINE_NIC * SCHED_DEVICES + device * 2 + line - SCHED_LINE_NIC;
}

/* The place, device * SCHED_LINES + line, of each rank. */
extern const uint8_t sched_place[SCHED_PLACES];

/* For sched_line(): too far ahead for a key. */
void sched_line_far(struct sched *s, uint32_t device, enum sched_line line, uint64_t time_ps,
                    uint32_t lead_ps);

/* Sees to it that an event of the line comes at time_ps, or sooner if one is pending that is due
 * sooner: whoever gets it looks for what is due. For lead_ps see struct sched_event. */
static inline void sched_line(struct sched *s, uint32_t device, enum sched_line line,
                              uint64_t time_ps, uint32_t lead_ps)
{
    if (time_ps < s->now_ps)
        time_ps = s->now_ps;
    if (__builtin_expect(time_ps >= SCHED_LINE_END, 0)) {
        sched_line_far(s, device, line, time_ps, lead_ps);
        return;
    }
    uint64_t key = time_ps << SCHED_RANK_BITS | sched_rank(line, device);
    uint32_t place = device * SCHED_LINES + line;
    if (key >= s->key[place])
        return;
    if (s->key[place] != SCHED_NEVER)
        s->visible_due_ps = 0; /* that may have been the one that is seen first */
    s->key[place] = key;
    s->seen_ps[place] = time_ps + lead_ps;
    if (key < s->first_key[device])
        s->first_key[device] = key;
    sched_seen(s, time_ps, time_ps + lead_ps);
}

static inline bool sched_line_pending(const struct sched *s, uint32_t device,
                                      enum sched_line line)
{
    return s->key[device * SCHED_LINES + line] != SCHED_NEVER;
}

static inline uint64_t sched_first_key(const uint64_t key[SCHED_LINES])
{
    uint64_t first = key[0];

    for (unsigned i = 1; i < SCHED_LINES; i++)
        first = key[i] < first ? key[i] : first;
    return first;
}

/* Most machines have two devices; of those that are not there nothing is pending. */
static inline uint64_t sched_first_of_all(const struct sched *s)
{
    uint64_t first = s->first_key[1] < s->first_key[0] ? s->first_key[1] : s->first_key[0];

    for (uint32_t i = 2; __builtin_expect(i < s->devices, 0); i++)
        first = s->first_key[i] < first ? s->first_key[i] : first;
    return first;
}

/* ---- what is next ---- */

/* For sched_next(): the first that is not of a line, if it is due. */
bool sched_pop_rest(struct sched *s, uint64_t limit_ps, struct sched_event *out);
/* ... does it come before the line of this key? */
bool sched_rest_first(const struct sched *s, uint64_t key);

/* Takes the first event with time <= limit_ps and moves now_ps to its time (never backwards): the
 * number of its line, and *device, or SCHED_REST, and *rest. None: moves now_ps to limit_ps. */
static inline enum sched_line sched_next(struct sched *s, uint64_t limit_ps, uint32_t *device,
                                         struct sched_event *rest)
{
    uint64_t key = sched_first_of_all(s);

    if (__builtin_expect(key >= s->rest_key, 0) && sched_rest_first(s, key))
        return sched_pop_rest(s, limit_ps, rest) ? SCHED_REST : SCHED_NONE;
    if (key >> SCHED_RANK_BITS > limit_ps) {
        if (limit_ps > s->now_ps)
            s->now_ps = limit_ps;
        return SCHED_NONE;
    }
    uint32_t place = sched_place[key % SCHED_PLACES], of = place / SCHED_LINES;
    *device = of;
    s->now_ps = key >> SCHED_RANK_BITS;
    s->dispatched++;
    s->key[place] = s->seen_ps[place] = SCHED_NEVER;
    s->first_key[of] = sched_first_key(&s->key[of * SCHED_LINES]);
    return (enum sched_line)(place % SCHED_LINES);
}

/* The event that a line stands for; its lead is past. */
struct sched_event sched_line_event(enum sched_line line, uint32_t device, uint64_t time_ps);

/* The same with events of lines as all others: true when there was one. */
static inline bool sched_pop(struct sched *s, uint64_t limit_ps, struct sched_event *out)
{
    uint32_t device;
    enum sched_line line = sched_next(s, limit_ps, &device, out);

    if (line < SCHED_LINES)
        *out = sched_line_event(line, device, s->now_ps);
    return line != SCHED_NONE;
}

/* The earliest instant at which something that the guest can see may happen (min of time + lead),
 * SCHED_NEVER when nothing is pending. Looks at the events within one lead of the first, and not
 * before the one that it found last is due. */
uint64_t sched_deadline(struct sched *s);

/* When the first event is due, SCHED_NEVER when none is within three days: for who lets time go on
 * event by event. */
static inline uint64_t sched_next_ps(const struct sched *s)
{
    uint64_t key = s->rest_key;

    for (uint32_t i = 0; i < s->devices; i++)
        key = s->first_key[i] < key ? s->first_key[i] : key;
    return key == SCHED_NEVER ? SCHED_NEVER : key >> SCHED_RANK_BITS;
}

/* After loading saved state: lists and heap ordered, whole and within bounds? */
bool sched_valid(const struct sched *s);
/* Is every pending event good? */
bool sched_all(const struct sched *s, bool (*good)(const void *owner, const struct sched_event *e),
               const void *owner);

#endif
