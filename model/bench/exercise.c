/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The device that exercises the link: see exercise.h. Each of its slots goes through its phases by
 * itself; one event stands for the slot that is due first.
 */
#include <errno.h>

#include "model/bench/bench_priv.h"
#include "model/bench/exercise.h"

enum phase { IDLE, WRITING, READING };
#define WAITS UINT64_MAX /* for an answer, or for room */

_Static_assert((int)BENCH_EXERCISE_SLOTS <= (int)READ_SLOTS, "each has a slot of the link");

static void finish(struct bench *b, unsigned slot)
{
    struct bench_exercise *x = b->exercise;
    x->finished++;
    x->done(x->owner, x->slot[slot].began_ps, bench_now(b));
    x->slot[slot].phase = IDLE;
    x->slot[slot].due_ps = bench_now(b);
}

static void read(struct bench *b, unsigned slot)
{
    struct bench_exercise *x = b->exercise;
    x->slot[slot].phase = READING;
    x->slot[slot].due_ps = WAITS;
    pcie_read(b, NIC_FUNCTION(0, 0), NIC_TAG(BENCH_EXERCISE_TAG, slot), x->slot[slot].address,
              x->bytes);
}

/* The next access, or not before the engine is free again. */
static void begin(struct bench *b, unsigned slot)
{
    struct bench_exercise *x = b->exercise;
    bool reads = x->op == BENCH_EXERCISE_READ;
    uint64_t *next = reads ? &x->next_read_ps : &x->next_write_ps;
    if (x->started == x->count) {
        x->slot[slot].due_ps = WAITS;
        return;
    }
    if (*next > bench_now(b)) {
        x->slot[slot].due_ps = *next;
        return;
    }
    *next = bench_now(b) + (reads ? x->read_gap_ps : x->write_gap_ps);
    x->started++;
    x->slot[slot].address = x->address(x->owner);
    x->slot[slot].began_ps = bench_now(b);
    if (reads) {
        read(b, slot);
        return;
    }
    x->slot[slot].phase = WRITING;
    x->slot[slot].due_ps = bench_now(b) + x->write_ps + x->write_byte_ps * x->bytes;
}

/* It has been fetched from the device's own memory: to the link, when there is room. */
static void write(struct bench *b, unsigned slot)
{
    struct bench_exercise *x = b->exercise;
    if (pcie_room(b, NIC_FUNCTION(0, 0)) < x->bytes + 32) {
        x->slot[slot].due_ps = WAITS; /* exercise_fire() comes when there is room */
        return;
    }
    pcie_write(b, NIC_FUNCTION(0, 0), NIC_TAG(BENCH_EXERCISE_TAG, slot), x->slot[slot].address,
               b->scratch, x->bytes);
    if (x->op == BENCH_EXERCISE_WRRD)
        read(b, slot);
    else
        finish(b, slot);
}

static void step(struct bench *b, unsigned slot)
{
    struct bench_exercise *x = b->exercise;
    if (x->slot[slot].phase == WRITING)
        write(b, slot);
    else if (x->slot[slot].phase == IDLE)
        begin(b, slot);
}

/* Everything due, or held for want of room; then an event for what is due next. */
void exercise_fire(struct bench *b)
{
    struct bench_exercise *x = b->exercise;
    uint64_t next = WAITS;
    if (!x)
        return;
    for (unsigned i = 0; i < x->slots; i++) {
        unsigned slot = (x->turn + i) % x->slots;
        bool held = x->slot[slot].phase == WRITING && x->slot[slot].due_ps == WAITS;
        if (held || x->slot[slot].due_ps <= bench_now(b))
            step(b, slot);
    }
    x->turn = (x->turn + 1) % x->slots;
    for (unsigned i = 0; i < x->slots; i++)
        next = x->slot[i].due_ps < next ? x->slot[i].due_ps : next;
    if (x->wake_ps <= bench_now(b))
        x->wake_ps = WAITS;
    if (next >= x->wake_ps)
        return;
    x->wake_ps = next;
    bench_at(b, bench_max(next, bench_now(b)), SCHED_BUS, 0, 0xfffe, KIND_EXERCISE, 0);
}

void exercise_answer(struct bench *b, unsigned slot)
{
    if (slot >= b->exercise->slots || b->exercise->slot[slot].phase != READING)
        return; /* of the NIC's former life */
    finish(b, slot);
    exercise_fire(b);
}

int bench_exercise(struct bench *b, struct bench_exercise *x)
{
    if (x->bytes < 1 || x->bytes > NIC_READ_MAX || x->slots < 1 ||
        x->slots > BENCH_EXERCISE_SLOTS || !x->count)
        return -EINVAL;
    x->started = x->finished = x->next_read_ps = x->next_write_ps = 0;
    x->turn = 0;
    x->wake_ps = WAITS;
    memset(x->slot, 0, sizeof(x->slot));
    b->exercise = x;
    b->inside++; /* no settling until the end: nobody waits for a deadline */
    exercise_fire(b);
    b->inside--;
    while (x->finished < x->count) {
        uint64_t next = sched_deadline(&b->st->sched);
        if (next == SCHED_NEVER)
            break;
        bench_run_until(b, next);
    }
    b->exercise = NULL;
    return x->finished == x->count ? 0 : -EIO;
}
