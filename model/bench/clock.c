/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The one clock: the host's virtual ns on one side, the model's ps on the other. Both count from
 * power-on. Timed mode: virtual ns = model ns * num / den (the plan's dilation); functional: 1:1.
 *
 * Rounding: to the model it goes down (an event is due when its whole picosecond has been
 * reached), to the virtual clock it goes up, so that at the virtual time that a deadline maps to
 * the deadline has been reached: to_model(to_virtual(t)) >= t, and to_virtual(t) - 1 is too early.
 * A quantum rounds the deadline up to its next multiple; nothing else knows of it.
 */
#include "model/bench/bench_priv.h"

typedef unsigned __int128 wide;

/* (a * num + more) / den, SCHED_NEVER when that is too much. Real times fit into 64 bits. */
static uint64_t scaled(uint64_t a, uint64_t num, uint64_t den, uint64_t more)
{
    uint64_t narrow;
    if (!__builtin_mul_overflow(a, num, &narrow) && !__builtin_add_overflow(narrow, more, &narrow))
        return narrow / den;
    wide result = ((wide)a * num + more) / den;
    return result >= SCHED_NEVER ? SCHED_NEVER : (uint64_t)result;
}

uint64_t clock_to_model(const struct bench *b, uint64_t vns)
{
    uint32_t num = b->plan->dilation_num, den = b->plan->dilation_den;
    uint64_t ps = num == den ? scaled(vns, 1000, 1, 0) : scaled(vns, 1000ull * den, num, 0);
    return ps == SCHED_NEVER ? SCHED_NEVER - 1 : ps;
}

uint64_t clock_to_virtual(const struct bench *b, uint64_t ps)
{
    uint32_t num = b->plan->dilation_num, den = b->plan->dilation_den;
    if (ps == SCHED_NEVER)
        return UINT64_MAX;
    if (num == den)
        return ps / 1000 + (ps % 1000 != 0);
    uint64_t unit = 1000ull * den, vns = scaled(ps, num, unit, unit - 1);
    return vns == UINT64_MAX ? UINT64_MAX - 1 : vns;
}

uint64_t bench_model_ps(const struct bench *b, uint64_t virtual_ns)
{
    return clock_to_model(b, virtual_ns);
}

uint64_t bench_virtual_ns(const struct bench *b, uint64_t model_ps)
{
    return clock_to_virtual(b, model_ps);
}

/* Every entry says what time it is; a clock that went backwards stands still. */
void clock_enter(struct bench *b, uint64_t vns)
{
    struct clock_state *c = &b->st->clock;
    if (vns > c->latest_vns)
        c->latest_vns = vns;
}

uint64_t clock_stall(struct bench *b, uint64_t vns)
{
    if (bench_running(b))
        b->st->clock.stall_vns += vns;
    return vns;
}

void clock_arm(struct bench *b)
{
    struct clock_state *c = &b->st->clock;
    uint64_t deadline = sched_deadline(&b->st->sched);
    if (deadline == c->armed_ps)
        return;
    c->armed_ps = deadline;
    uint64_t vns = clock_to_virtual(b, deadline), quantum = b->plan->quantum_ns;
    if (quantum && vns < UINT64_MAX - quantum) {
        uint64_t over = vns % quantum;
        vns += over ? quantum - over : 0;
    }
    if (vns == c->armed_vns)
        return;
    c->armed_vns = vns;
    if (b->ops->wake_at)
        b->ops->wake_at(b->host, vns);
}
