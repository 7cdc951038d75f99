/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The event heap, lists and all, against the simplest thing that could be right: an unsorted list
 * searched from end to end.
 */
#include "model/nic/sched.h"

#include <string.h>

#include "mk/run_tests.h"

static struct sched s;

#define FAR_PS (SCHED_SLICES << SCHED_SLICE_BITS) /* this far ahead is the heap's */

struct naive {
    struct sched_event e[SCHED_CAPACITY];
    uint32_t count, sequence;
    uint64_t now;
};
static struct naive naive;

static uint32_t seed;
static uint32_t draw(uint32_t below)
{
    seed = seed * 1664525 + 1013904223;
    return (uint32_t)(((uint64_t)(seed >> 8) * below) >> 24);
}

static void setup(void)
{
    sched_init(&s, 3);
    memset(&naive, 0, sizeof(naive));
    seed = 1;
}

static bool earlier(const struct sched_event *a, const struct sched_event *b)
{
    if (a->time_ps != b->time_ps)
        return a->time_ps < b->time_ps;
    return a->order < b->order;
}

static void both_add(uint64_t time, uint32_t class_, uint32_t device, uint32_t queue, uint32_t lead)
{
    ck_assert(sched_at(&s, time, (enum sched_class)class_, device, queue, 7, time ^ queue, lead));
    naive.e[naive.count++] = (struct sched_event){
        .time_ps = time < naive.now ? naive.now : time,
        .order = (uint64_t)(class_ << 24 | device << 16 | queue) << 37 | naive.sequence++,
        .arg = time ^ queue, .kind = 7, .lead_ps = lead,
    };
}

static uint64_t naive_deadline(void)
{
    uint64_t least = SCHED_NEVER;

    for (uint32_t i = 0; i < naive.count; i++) {
        uint64_t v = naive.e[i].time_ps + naive.e[i].lead_ps;
        if (v < least)
            least = v;
    }
    return least;
}

static bool both_pop(uint64_t limit)
{
    struct sched_event got;
    uint32_t first = 0;
    bool have;

    for (uint32_t i = 1; i < naive.count; i++) {
        if (earlier(&naive.e[i], &naive.e[first]))
            first = i;
    }
    have = naive.count && naive.e[first].time_ps <= limit;
    ck_assert_int_eq(sched_pop(&s, limit, &got), have);
    if (have) {
        ck_assert_mem_eq(&got, &naive.e[first], sizeof(got));
        naive.now = got.time_ps;
        naive.e[first] = naive.e[--naive.count];
    } else if (limit > naive.now) {
        naive.now = limit;
    }
    ck_assert_uint_eq(s.now_ps, naive.now);
    ck_assert_uint_eq(sched_deadline(&s), naive_deadline());
    return have;
}

static void both_drop(const struct sched_event *wish)
{
    uint32_t rank = (uint32_t)(wish->order >> SCHED_SEQUENCE_BITS);

    ck_assert(sched_drop(&s, wish->time_ps, (enum sched_class)(rank >> 24), rank >> 16 & 0xff,
                         rank & 0xffff, wish->kind));
    for (uint32_t i = 0; i < naive.count; i++) {
        if (&naive.e[i] == wish) {
            naive.e[i] = naive.e[--naive.count];
            break;
        }
    }
    ck_assert_uint_eq(sched_deadline(&s), naive_deadline());
}

/* No two alike, so that both lists can only mean the same one; from lists and heap. */
START_TEST(dropped_from_everywhere)
{
    for (int round = 0; round < 100; round++) {
        uint32_t in = draw(500), out = draw(300);

        while (in-- && naive.count < 1500)
            both_add(naive.now + draw(2 * FAR_PS), draw(5), draw(3), naive.sequence & 0xffff,
                     draw(4) ? 0 : draw(5000));
        while (out-- && naive.count)
            both_drop(&naive.e[draw(naive.count)]);
        ck_assert(sched_valid(&s));
        ck_assert(!sched_drop(&s, naive.now + 1, SCHED_LAST, 9, 9, 9));
        for (out = draw(300); out-- && both_pop(naive.now + draw(FAR_PS));)
            ;
    }
    while (naive.count)
        both_drop(&naive.e[draw(naive.count)]);
    ck_assert_uint_eq(s.count, 0);
    ck_assert(sched_valid(&s));
}
END_TEST

/* Few distinct times and ranks, so that every tie-break is used; bursts in, bursts out. By turns
 * within one slice, over some, and to the heap and back. */
START_TEST(random_against_naive)
{
    const uint32_t step = (uint32_t[]){1, 5000, FAR_PS / 40, FAR_PS / 10}[_i % 4];

    seed = (uint32_t)_i + 1;
    for (int round = 0; round < 400; round++) {
        uint32_t in = draw(40), out = draw(40);

        while (in-- && naive.count < 1000)
            both_add(naive.now + draw(30) * step, draw(5), draw(3), draw(3),
                     draw(4) ? 0 : draw(50) * step);
        ck_assert_uint_eq(sched_deadline(&s), naive_deadline());
        while (out-- && both_pop(naive.now + draw(12) * step))
            ;
        ck_assert(sched_valid(&s));
    }
    while (both_pop(SCHED_NEVER))
        ;
    ck_assert_uint_eq(s.count, 0);
}
END_TEST

/* Every order of insertion of seven events, two of them equal but for the sequence. */
START_TEST(all_orders_of_seven)
{
    static const uint64_t times[7] = { 5, 1, 5, 3, 9, 1, 0 };
    int order[7] = { 0, 1, 2, 3, 4, 5, 6 }, c[7] = { 0 };

    for (int i = 0;;) { /* Heap's algorithm */
        setup();
        for (int k = 0; k < 7; k++)
            both_add(times[order[k]], (uint32_t)order[k] % 2, 0, 0, (uint32_t)order[k]);
        ck_assert(sched_valid(&s));
        while (both_pop(SCHED_NEVER))
            ;
        for (i = 0; i < 7 && c[i] >= i; i++)
            c[i] = 0;
        if (i == 7)
            break;
        int a = i % 2 ? c[i] : 0, t = order[a];
        order[a] = order[i];
        order[i] = t;
        c[i]++;
    }
}
END_TEST

static void both_line(uint32_t device, uint32_t line, uint64_t time, uint32_t lead)
{
    struct sched_event e = sched_line_event((enum sched_line)line, device,
                                            time < naive.now ? naive.now : time);
    uint32_t i = 0;

    e.lead_ps = lead;

    e.order -= SCHED_LINES - line; /* of one class and device by number */
    sched_line(&s, device, (enum sched_line)line, time, lead);
    while (i < naive.count && naive.e[i].order != e.order)
        i++;
    if (i == naive.count)
        naive.e[naive.count++] = e;
    else if (e.time_ps < naive.e[i].time_ps)
        naive.e[i] = e;
}

static bool both_next(uint64_t limit)
{
    struct sched_event rest;
    uint32_t first = 0, device = 0;
    enum sched_line line = sched_next(&s, limit, &device, &rest);

    for (uint32_t i = 1; i < naive.count; i++)
        if (earlier(&naive.e[i], &naive.e[first]))
            first = i;
    const struct sched_event want = naive.e[first];
    if (line == SCHED_NONE) {
        ck_assert(!naive.count || want.time_ps > limit);
        naive.now = limit > naive.now ? limit : naive.now;
        return false;
    }
    if (line == SCHED_REST) {
        ck_assert_mem_eq(&rest, &want, sizeof(rest));
    } else {
        ck_assert_uint_eq(want.kind, SCHED_LINE_KIND + line);
        ck_assert_uint_eq(sched_event_device(&want), device);
    }
    naive.now = want.time_ps;
    naive.e[first] = naive.e[--naive.count];
    ck_assert_uint_eq(s.now_ps, naive.now);
    ck_assert_uint_eq(sched_deadline(&s), naive_deadline());
    return true;
}

/* Lines of all devices among other events, few distinct times: every tie, every wish that comes
 * before the one that stands. */
START_TEST(lines_against_naive)
{
    const uint32_t step = _i % 2 ? 1 : 5000;

    sched_init(&s, SCHED_DEVICES);
    seed = (uint32_t)_i + 1;
    for (uint32_t i = 0; i < 3; i++) /* the lines come behind these, which are of queue 0, too */
        both_add(0, 1 + i, i, 0, 0);
    for (int round = 0; round < 400; round++) {
        uint32_t in = draw(20), out = draw(20);

        while (in--) {
            if (draw(3))
                both_line(draw(SCHED_DEVICES), draw(SCHED_LINES), naive.now + draw(30) * step,
                          draw(4) ? 0 : draw(50) * step);
            else if (naive.count < 500)
                both_add(naive.now + draw(30) * step, draw(5), draw(3), draw(3), 0);
        }
        ck_assert(sched_valid(&s));
        ck_assert_uint_eq(sched_deadline(&s), naive_deadline());
        while (out-- && both_next(naive.now + draw(12) * step))
            ;
    }
    while (both_next(SCHED_NEVER))
        ;
    ck_assert_uint_eq(naive.count, 0);
}
END_TEST

START_TEST(line_of_a_distant_time_is_an_event)
{
    struct sched_event e;

    sched_line(&s, 1, SCHED_LINE_BUS, SCHED_LINE_END + 7, 1);
    sched_line(&s, 1, SCHED_LINE_NIC, SCHED_LINE_END - 1, 1);
    ck_assert(sched_line_pending(&s, 1, SCHED_LINE_NIC));
    ck_assert(sched_valid(&s));
    ck_assert(sched_pop(&s, SCHED_NEVER, &e) && e.kind == SCHED_LINE_KIND + SCHED_LINE_NIC);
    ck_assert_uint_eq(e.time_ps, SCHED_LINE_END - 1);
    ck_assert(sched_pop(&s, SCHED_NEVER, &e) && e.kind == SCHED_LINE_KIND + SCHED_LINE_BUS);
    ck_assert(e.time_ps == SCHED_LINE_END + 7 && sched_event_class(&e) == SCHED_BUS);
    ck_assert(!sched_pop(&s, SCHED_NEVER, &e));
}
END_TEST

START_TEST(valid_sees_broken_lines)
{
    static struct sched good;

    sched_line(&s, 2, SCHED_LINE_BUS, 1000, 10);
    sched_at(&s, 2000, SCHED_NIC, 0, 0, 0, 0, 0);
    ck_assert(sched_valid(&s));
    good = s;
    s.key[2 * SCHED_LINES + SCHED_LINE_BUS]++; /* another line's */
    s.first_key[2]++;
    ck_assert(!sched_valid(&s));
    s = good;
    s.first_key[2] = SCHED_NEVER;
    ck_assert(!sched_valid(&s));
    s = good;
    s.rest_key++;
    ck_assert(!sched_valid(&s));
    s = good;
    s.devices = 2;
    ck_assert(!sched_valid(&s));
    s.devices = SCHED_DEVICES + 1;
    ck_assert(!sched_valid(&s));
    s = good;
    s.now_ps = 1001;
    ck_assert(!sched_valid(&s));
}
END_TEST

START_TEST(past_runs_now_and_after_what_is_due)
{
    struct sched_event e;

    ck_assert(!sched_pop(&s, 1000, &e));
    sched_at(&s, 1000, SCHED_WIRE, 0, 0, 1, 0, 0);
    sched_at(&s, 3, SCHED_NIC, 0, 0, 2, 0, 0);
    sched_at(&s, 3, SCHED_WIRE, 0, 0, 3, 0, 0);
    ck_assert(sched_pop(&s, 1000, &e) && e.kind == 1);
    ck_assert(sched_pop(&s, 1000, &e) && e.kind == 3 && e.time_ps == 1000);
    ck_assert(sched_pop(&s, 1000, &e) && e.kind == 2);
    ck_assert(!sched_pop(&s, 10, &e));
    ck_assert_uint_eq(s.now_ps, 1000);
}
END_TEST

START_TEST(sequence_starts_anew)
{
    struct sched_event e;

    s.sequence = (1ull << SCHED_SEQUENCE_BITS) - 3;
    for (uint32_t i = 0; i < 6; i++)
        sched_at(&s, 10, SCHED_NIC, 0, i == 5, i, 0, 0);
    ck_assert_uint_eq(s.sequence, 6);
    ck_assert(sched_valid(&s));
    for (uint32_t i = 0; i < 6; i++)
        ck_assert(sched_pop(&s, 10, &e) && e.kind == i);
}
END_TEST

START_TEST(full_heap_refuses)
{
    for (uint32_t i = 0; i < SCHED_CAPACITY; i++)
        ck_assert(sched_at(&s, draw(1000), SCHED_NIC, 0, 0, 0, 0, draw(100)));
    ck_assert(!sched_at(&s, 0, SCHED_NIC, 0, 0, 0, 0, 0));
    ck_assert_uint_eq(s.refused, 1);
    ck_assert(sched_valid(&s));
}
END_TEST

/* More than the lists have places for, all of them soon; then all of them go. */
START_TEST(more_than_the_lists_hold)
{
    for (int i = 0; i < 3 * SCHED_NEAR; i++)
        both_add(draw(FAR_PS), draw(5), 0, 0, draw(100));
    ck_assert_uint_eq(s.far_count, 2 * SCHED_NEAR + 1);
    ck_assert(sched_valid(&s));
    while (both_pop(SCHED_NEVER))
        ck_assert(sched_valid(&s));
    ck_assert_uint_eq(s.count, 0);
}
END_TEST

/* Lists that a hostile snapshot brings: each way to break one is seen. */
START_TEST(valid_sees_broken_lists)
{
    static struct sched good;
    const uint8_t later = sched_slice(FAR_PS / 2);

    for (int i = 0; i < 3; i++)
        sched_at(&s, 100, SCHED_NIC, 0, 0, 0, 0, 0);
    sched_at(&s, FAR_PS / 2, SCHED_NIC, 0, 0, 0, 0, 0);
    good = s;
    s.next[s.first[0]] = s.first[0];
    ck_assert(!sched_valid(&s));
    s = good;
    s.next[s.free] = s.first[0];
    ck_assert(!sched_valid(&s));
    s = good;
    s.free = s.next[s.free]; /* one is lost */
    ck_assert(!sched_valid(&s));
    s = good;
    s.slices[later / 64] ^= 1ull << later % 64;
    ck_assert(!sched_valid(&s));
    s = good;
    s.near[s.first[later]].time_ps += FAR_PS;
    ck_assert(!sched_valid(&s));
    s = good;
    s.near[s.first[0]].order += 2;
    ck_assert(!sched_valid(&s));
    s = good;
    s.near[s.first[0]].order = UINT64_MAX;
    ck_assert(!sched_valid(&s));
    s = good;
    s.count++;
    ck_assert(!sched_valid(&s));
}
END_TEST

START_TEST(lead_saturates)
{
    sched_at(&s, SCHED_NEVER - 5, SCHED_NIC, 0, 0, 0, 0, 100);
    ck_assert_uint_eq(sched_deadline(&s), SCHED_NEVER);
    sched_at(&s, 7, SCHED_NIC, 0, 0, 0, 0, 100);
    sched_at(&s, 50, SCHED_NIC, 0, 0, 0, 0, 0);
    ck_assert_uint_eq(sched_deadline(&s), 50);
}
END_TEST

START_TEST(valid_sees_damage)
{
    static struct sched good;

    for (int i = 0; i < 100; i++) {
        sched_at(&s, FAR_PS + draw(1000), SCHED_NIC, 0, 0, 0, 0, draw(100));
        sched_at(&s, draw(FAR_PS), SCHED_NIC, 0, 0, 0, 0, draw(100));
    }
    ck_assert_uint_eq(s.far_count, 100);
    sched_deadline(&s);
    good = s;
    ck_assert(sched_valid(&s));
    s.count = SCHED_CAPACITY + 1;
    ck_assert(!sched_valid(&s));
    s = good;
    s.now_ps = FAR_PS + 2000;
    ck_assert(!sched_valid(&s));
    s = good;
    s.far[50].time_ps = 1;
    ck_assert(!sched_valid(&s));
    s = good;
    s.far_count++;
    ck_assert(!sched_valid(&s));
    s = good;
    s.far[99].order = UINT64_MAX;
    ck_assert(!sched_valid(&s));
    s = good;
    s.visible_ps--;
    ck_assert(!sched_valid(&s));
    s = good;
    s.sequence = UINT64_MAX;
    ck_assert(!sched_valid(&s));
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("heap");

    tcase_add_checked_fixture(t, setup, NULL);
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, random_against_naive, 0, 20);
    tcase_add_loop_test(t, lines_against_naive, 0, 20);
    tcase_add_test(t, line_of_a_distant_time_is_an_event);
    tcase_add_test(t, valid_sees_broken_lines);
    tcase_add_test(t, all_orders_of_seven);
    tcase_add_test(t, dropped_from_everywhere);
    tcase_add_test(t, past_runs_now_and_after_what_is_due);
    tcase_add_test(t, sequence_starts_anew);
    tcase_add_test(t, full_heap_refuses);
    tcase_add_test(t, lead_saturates);
    tcase_add_test(t, more_than_the_lists_hold);
    tcase_add_test(t, valid_sees_damage);
    tcase_add_test(t, valid_sees_broken_lists);
    return RUN_TESTS("sched", t);
}
