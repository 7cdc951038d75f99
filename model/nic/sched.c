/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The event heap: lists by slices of time for what is due soon, a binary heap for the rest. It
 * knows no event's meaning.
 */
#include "model/nic/sched.h"

#include <string.h>

enum { FAR_CAPACITY = sizeof(((struct sched *)0)->far) / sizeof(struct sched_event) };

void sched_init(struct sched *s, uint32_t devices)
{
    memset(s, 0, sizeof(*s));
    s->devices = devices;
    memset(s->key, 0xff, sizeof(s->key));
    memset(s->seen_ps, 0xff, sizeof(s->seen_ps));
    memset(s->first_key, 0xff, sizeof(s->first_key));
    s->rest_key = SCHED_NEVER;
    for (uint32_t place = 1; place < SCHED_NEAR; place++) {
        s->next[place] = (uint8_t)s->free;
        s->free = place;
    }
    s->near[0].time_ps = s->far[0].time_ps = SCHED_NEVER;
}

/* ---- the lines ---- */

#define PLACE(line, device) (line) + (device) * SCHED_LINES
#define BUS(device)                                                                              \
    PLACE(1, device), PLACE(2, device), PLACE(3, device), PLACE(4, device), PLACE(5, device)
#define NIC(device) PLACE(6, device), PLACE(7, device)
#define EACH(what) what(0), what(1), what(2), what(3), what(4), what(5), what(6), what(7)
#define WIRE(device) PLACE(0, device)
const uint8_t sched_place[SCHED_PLACES] = {EACH(WIRE), EACH(BUS), EACH(NIC)};

static enum sched_class class_of(enum sched_line line)
{
    return line < SCHED_LINE_BUS ? SCHED_WIRE : line < SCHED_LINE_NIC ? SCHED_BUS : SCHED_NIC;
}

struct sched_event sched_line_event(enum sched_line line, uint32_t device, uint64_t time_ps)
{
    return (struct sched_event){
        .time_ps = time_ps, .order = sched_order(class_of(line), device, 0, SCHED_SEQUENCE),
        .kind = SCHED_LINE_KIND + line,
    };
}

void sched_line_far(struct sched *s, uint32_t device, enum sched_line line, uint64_t time_ps,
                    uint32_t lead_ps)
{
    sched_at(s, time_ps, class_of(line), device, 0, SCHED_LINE_KIND + line, 0, lead_ps);
}

/* ---- the heap ---- */

bool sched_at_far(struct sched *s, const struct sched_event *e)
{
    size_t i = s->far_count;

    if (i == FAR_CAPACITY) {
        s->refused++;
        return false;
    }
    s->far_count++;
    for (; i > 0 && sched_before(e, &s->far[(i - 1) / 2]); i = (i - 1) / 2)
        s->far[i] = s->far[(i - 1) / 2];
    s->far[i] = *e;
    sched_came(s, &s->far[i]);
    return true;
}

static void close_gap(struct sched *s, size_t gap)
{
    struct sched_event last = s->far[--s->far_count];
    size_t least;

    if (!s->far_count)
        last.time_ps = SCHED_NEVER;
    for (; gap > 0 && sched_before(&last, &s->far[(gap - 1) / 2]); gap = (gap - 1) / 2)
        s->far[gap] = s->far[(gap - 1) / 2];
    while ((least = 2 * gap + 1) < s->far_count) {
        if (least + 1 < s->far_count && sched_before(&s->far[least + 1], &s->far[least]))
            least++;
        if (!sched_before(&s->far[least], &last))
            break;
        s->far[gap] = s->far[least];
        gap = least;
    }
    s->far[gap] = last;
}

/* ---- the lists ---- */

/* The first list that is not empty, from the one of now on; there is one. */
static uint32_t first_slice(const struct sched *s)
{
    uint32_t now = sched_slice(s->now_ps), word = now / 64;
    uint64_t bits = s->slices[word] >> now % 64 << now % 64;

    while (!bits)
        bits = s->slices[word = (word + 1) % (SCHED_SLICES / 64)];
    return word * 64 + (uint32_t)__builtin_ctzll(bits);
}

/* The first of lists and heap; none is pending: one that is due never. */
static const struct sched_event *first_rest(const struct sched *s)
{
    const struct sched_event *e = &s->far[0];

    if (s->count == s->far_count)
        return e;
    const struct sched_event *near = &s->near[s->first[first_slice(s)]];
    return sched_before(near, e) ? near : e;
}

static void take(struct sched *s, uint32_t slice, uint8_t *link)
{
    uint8_t place = *link;

    *link = s->next[place];
    if (!s->first[slice])
        s->slices[slice / 64] &= ~(1ull << slice % 64);
    s->next[place] = (uint8_t)s->free;
    s->free = place;
}

__attribute__((noinline))
bool sched_rest_first(const struct sched *s, uint64_t key)
{
    uint32_t place = sched_place[key % SCHED_PLACES];
    struct sched_event of_line =
        sched_line_event((enum sched_line)(place % SCHED_LINES), place / SCHED_LINES,
                         key >> SCHED_RANK_BITS);

    return key == SCHED_NEVER || sched_before(first_rest(s), &of_line);
}

__attribute__((noinline))
bool sched_pop_rest(struct sched *s, uint64_t limit_ps, struct sched_event *out)
{
    const struct sched_event *e = first_rest(s);

    if (!s->count || e->time_ps > limit_ps) {
        if (limit_ps > s->now_ps)
            s->now_ps = limit_ps;
        return false;
    }
    *out = *e;
    uint32_t slice = sched_slice(out->time_ps);
    if (e == &s->far[0])
        close_gap(s, 0);
    else
        take(s, slice, &s->first[slice]);
    s->now_ps = out->time_ps;
    s->dispatched++;
    s->count--;
    s->rest_key = sched_rest_key(first_rest(s)->time_ps);
    return true;
}

/* ---- a change of plans ---- */

static bool is_event(const struct sched_event *e, uint64_t time_ps, uint64_t first_order,
                     uint32_t kind)
{
    return e->time_ps == time_ps && e->kind == kind &&
           e->order >> SCHED_SEQUENCE_BITS == first_order >> SCHED_SEQUENCE_BITS;
}

static bool drop_near(struct sched *s, uint64_t time_ps, uint64_t first_order, uint32_t kind)
{
    uint32_t slice = sched_slice(time_ps);
    uint8_t *link = &s->first[slice], place;

    while ((place = *link) != 0 && !is_event(&s->near[place], time_ps, first_order, kind))
        link = &s->next[place];
    if (place)
        take(s, slice, link);
    return place != 0;
}

static bool drop_far(struct sched *s, uint64_t time_ps, uint64_t first_order, uint32_t kind)
{
    for (uint32_t i = 0; i < s->far_count; i++) {
        if (is_event(&s->far[i], time_ps, first_order, kind)) {
            close_gap(s, i);
            return true;
        }
    }
    return false;
}

bool sched_drop(struct sched *s, uint64_t time_ps, enum sched_class class_, uint32_t device,
                uint32_t queue, uint32_t kind)
{
    uint64_t first_order = sched_order(class_, device, queue, 0);

    if (!drop_near(s, time_ps, first_order, kind) && !drop_far(s, time_ps, first_order, kind))
        return false;
    s->count--;
    s->rest_key = sched_rest_key(first_rest(s)->time_ps);
    s->visible_due_ps = 0; /* it may have been the one that is seen first */
    return true;
}

__attribute__((cold)) void sched_renumber(struct sched *s)
{
    struct sched_event *pending[SCHED_CAPACITY];
    uint16_t number[SCHED_CAPACITY] = {0};
    uint32_t count = 0;

    for (uint32_t i = 0; i < s->far_count; i++)
        pending[count++] = &s->far[i];
    for (uint32_t slice = 0; slice < SCHED_SLICES; slice++)
        for (uint8_t at = s->first[slice]; at; at = s->next[at])
            pending[count++] = &s->near[at];
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = 0; k < count; k++)
            number[i] += (pending[k]->order & SCHED_SEQUENCE) <
                         (pending[i]->order & SCHED_SEQUENCE);
    for (uint32_t i = 0; i < count; i++)
        pending[i]->order = (pending[i]->order & ~SCHED_SEQUENCE) | number[i];
    s->sequence = count;
}

/* ---- the deadline ---- */

/* The one of the two that can be seen first; b when in doubt, which may be NULL. */
static const struct sched_event *seen_first(const struct sched_event *a,
                                            const struct sched_event *b)
{
    return b && sched_visible(b) <= sched_visible(a) ? b : a;
}

/* Of place i of the heap, all below it, and best. Nothing below a place is due before it, so only
 * places that are due before the best one can be seen need a look. */
static const struct sched_event *least_far(const struct sched *s, size_t i,
                                           const struct sched_event *best)
{
    for (; i < s->far_count && s->far[i].time_ps < sched_visible(best); i = 2 * i + 1)
        best = least_far(s, 2 * i + 2, seen_first(&s->far[i], best));
    return best;
}

/* Of one list, which goes on where best was found: false when nothing behind can be seen sooner. */
static inline bool least_of_list(const struct sched *s, uint8_t at,
                                 const struct sched_event **best, uint64_t *best_ps)
{
    for (; at; at = s->next[at]) {
        const struct sched_event *e = &s->near[at];
        if (e->time_ps >= *best_ps)
            return false;
        uint64_t own = sched_visible(e);
        if (own <= *best_ps) {
            *best = e;
            *best_ps = own;
        }
    }
    return true;
}

/* Of the lists, in the order of time, as long as an event is due before the best one can be seen.
 * The word that now lies in comes first, and once more for its end of the 256 slices. None is
 * pending: the one that is due never. */
static const struct sched_event *least_near(const struct sched *s)
{
    const struct sched_event *best = &s->near[0];
    uint64_t best_ps = SCHED_NEVER;
    uint32_t now = sched_slice(s->now_ps), word = now / 64;
    uint64_t bits = s->slices[word] >> now % 64 << now % 64;

    for (int words = 0; words <= SCHED_SLICES / 64; words++) {
        for (; bits; bits &= bits - 1)
            if (!least_of_list(s, s->first[word * 64 + (uint32_t)__builtin_ctzll(bits)], &best,
                               &best_ps))
                return best;
        word = (word + 1) % (SCHED_SLICES / 64);
        bits = s->slices[word];
    }
    return best;
}

struct seen {
    uint64_t visible_ps, due_ps;
};

/* Nothing is seen before it is due: what is due later than the best so far needs no look. */
static struct seen deadline(const struct sched *s)
{
    struct seen best = {.visible_ps = SCHED_NEVER, .due_ps = SCHED_NEVER};
    uint32_t first = 0;

    for (uint32_t d = 0; d < s->devices; d++) {
        if (s->first_key[d] >> SCHED_RANK_BITS >= best.visible_ps)
            continue;
        for (uint32_t i = d * SCHED_LINES; i < (d + 1) * SCHED_LINES; i++) {
            first = s->seen_ps[i] < best.visible_ps ? i : first;
            best.visible_ps = s->seen_ps[i] < best.visible_ps ? s->seen_ps[i] : best.visible_ps;
        }
    }
    if (best.visible_ps != SCHED_NEVER)
        best.due_ps = s->key[first] >> SCHED_RANK_BITS;
    if (s->rest_key >> SCHED_RANK_BITS >= best.visible_ps)
        return best;
    const struct sched_event *e = least_far(s, 0, least_near(s));
    if (sched_visible(e) < best.visible_ps)
        best = (struct seen){.visible_ps = sched_visible(e), .due_ps = e->time_ps};
    return best;
}

uint64_t sched_deadline(struct sched *s)
{
    if (s->visible_due_ps <= s->now_ps) {
        struct seen first = deadline(s);
        s->visible_ps = first.visible_ps;
        s->visible_due_ps = first.due_ps;
    }
    return s->visible_ps;
}

/* ---- loaded state ---- */

bool sched_all(const struct sched *s, bool (*good)(const void *owner, const struct sched_event *e),
               const void *owner)
{
    for (uint32_t i = 0; i < s->far_count; i++)
        if (!good(owner, &s->far[i]))
            return false;
    for (uint32_t slice = 0; slice < SCHED_SLICES; slice++)
        for (uint8_t at = s->first[slice]; at; at = s->next[at])
            if (!good(owner, &s->near[at]))
                return false;
    for (uint32_t i = 0; i < SCHED_PLACES; i++) {
        struct sched_event e = sched_line_event((enum sched_line)(i % SCHED_LINES),
                                                i / SCHED_LINES, s->key[i] >> SCHED_RANK_BITS);
        if (s->key[i] != SCHED_NEVER && !good(owner, &e))
            return false;
    }
    return true;
}

static bool event_valid(const void *sched, const struct sched_event *e)
{
    const struct sched *s = sched;

    return e->time_ps >= s->now_ps && sched_event_class(e) <= SCHED_LAST;
}

/* Every place stands in exactly one list, that of its slice or that of the free ones. */
static bool near_valid(const struct sched *s)
{
    bool taken[SCHED_NEAR] = {true};
    uint32_t left = s->count - s->far_count;

    if (s->near[0].time_ps != SCHED_NEVER || s->near[0].lead_ps || s->free >= SCHED_NEAR)
        return false;
    for (uint32_t slice = 0; slice < SCHED_SLICES; slice++) {
        const struct sched_event *before = NULL;
        if ((s->slices[slice / 64] >> slice % 64 & 1) != (s->first[slice] != 0))
            return false;
        for (uint8_t at = s->first[slice]; at; at = s->next[at]) {
            const struct sched_event *e = &s->near[at];
            uint64_t ahead = (e->time_ps >> SCHED_SLICE_BITS) - (s->now_ps >> SCHED_SLICE_BITS);
            if (taken[at] || !left-- || ahead >= SCHED_SLICES ||
                sched_slice(e->time_ps) != slice || (before && !sched_before(before, e)))
                return false;
            taken[at] = true;
            before = e;
        }
    }
    for (uint8_t at = (uint8_t)s->free; at; at = s->next[at]) {
        if (taken[at])
            return false;
        taken[at] = true;
    }
    return left == 0 && memchr(taken, 0, sizeof(taken)) == NULL;
}

/* Each key is its line's, and the first ones are the first. */
static bool lines_valid(const struct sched *s)
{
    if (s->devices < 1 || s->devices > SCHED_DEVICES ||
        s->rest_key != sched_rest_key(first_rest(s)->time_ps))
        return false;
    for (uint32_t i = 0; i < SCHED_PLACES; i++) {
        enum sched_line line = (enum sched_line)(i % SCHED_LINES);
        uint32_t device = i / SCHED_LINES;
        if (s->key[i] == SCHED_NEVER && s->seen_ps[i] != SCHED_NEVER)
            return false;
        if (s->key[i] != SCHED_NEVER && (s->key[i] % SCHED_PLACES != sched_rank(line, device) ||
                                         device >= s->devices || s->seen_ps[i] == SCHED_NEVER ||
                                         s->seen_ps[i] < s->key[i] >> SCHED_RANK_BITS))
            return false;
    }
    for (uint32_t i = 0; i < SCHED_DEVICES; i++)
        if (s->first_key[i] != sched_first_key(&s->key[i * SCHED_LINES]))
            return false;
    return true;
}

bool sched_valid(const struct sched *s)
{
    if (s->far_count > FAR_CAPACITY || s->far_count > s->count ||
        s->count - s->far_count >= SCHED_NEAR || s->sequence > SCHED_SEQUENCE + 1)
        return false;
    if (!s->far_count && s->far[0].time_ps != SCHED_NEVER)
        return false;
    for (uint32_t i = 1; i < s->far_count; i++)
        if (sched_before(&s->far[i], &s->far[(i - 1) / 2]))
            return false;
    return near_valid(s) && lines_valid(s) && sched_all(s, event_valid, s) &&
           (s->visible_due_ps <= s->now_ps || s->visible_ps == deadline(s).visible_ps);
}
