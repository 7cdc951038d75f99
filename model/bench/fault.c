/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Faults of the plan: armed by time or by a counted event, then taken by the next things that they
 * can strike, as often as the plan says. Counting sees every event, whatever the trace level. The
 * files that own wire and bus ask fault_hits() and do the damage; nothing here knows a frame.
 *
 * A count that completes arms at once: what comes behind the event, at the same time already, can
 * be struck. The NIC may be in the middle of something then, so a flap comes by the heap.
 */
#include "model/bench/fault.h"

#include "model/bench/bench_priv.h"

const struct bench_fault_info *bench_fault_info(unsigned kind)
{
    static const struct bench_fault_info info[] = {
#define FAULT(id, name, takes, hits, doc) {name, takes, hits, doc},
#include "model/bench/faults.def"
#undef FAULT
    };
    return kind < PLAN_FAULTS ? &info[kind] : NULL;
}

static void tell(struct bench *b, enum bench_event_id id, unsigned i, uint64_t detail)
{
    const struct plan_fault *f = &b->faults[i];
    trace_emit(b, id, NIC_FUNCTION(f->port, 0), i, f->kind, detail, 0);
}

/* Strikes by itself, through the heap; the others wait to be taken. */
static bool by_itself(const struct bench *b, unsigned i)
{
    return b->faults[i].kind == PLAN_FAULT_LINK_FLAP || b->faults[i].kind == PLAN_FAULT_DEVICE_GONE;
}

static void schedule(struct bench *b, uint64_t at_ps, unsigned i)
{
    bench_at(b, at_ps, SCHED_PLAN, 0, i, KIND_FAULT, 0);
}

/* Which kinds have one that is armed. */
static uint32_t armed_kinds(const struct bench *b)
{
    uint32_t kinds = 0;
    for (unsigned i = 0; i < b->plan->faults.count; i++)
        if (b->st->faults.fault[i].phase == FAULT_ARMED && !by_itself(b, i))
            kinds |= 1u << b->faults[i].kind;
    return kinds;
}

static void arm(struct bench *b, unsigned i)
{
    struct fault_state *s = &b->st->faults.fault[i];
    s->phase = FAULT_ARMED;
    tell(b, BENCH_EV_fault_armed, i, s->counted);
    if (by_itself(b, i))
        schedule(b, bench_now(b), i);
    b->st->faults.armed = armed_kinds(b);
}

void fault_wire_up(struct bench *b)
{
    b->watched = 0;
    for (unsigned i = 0; i < b->plan->faults.count; i++)
        if (b->faults[i].event_count)
            b->watched |= 1ull << b->faults[i].event;
}

void fault_go(struct bench *b)
{
    for (unsigned i = 0; i < b->plan->faults.count; i++)
        if (!b->faults[i].event_count)
            schedule(b, bench_add(b->st->run.go_ps, b->faults[i].at_ps), i);
}

void fault_count(struct bench *b, const struct nic_event *e)
{
    if (!bench_running(b))
        return;
    for (unsigned i = 0; i < b->plan->faults.count; i++) {
        const struct plan_fault *f = &b->faults[i];
        struct fault_state *s = &b->st->faults.fault[i];
        if (!f->event_count || f->event != e->id || s->phase != FAULT_WAITS)
            continue;
        if (f->event_port != PLAN_NO_PORT && f->event_port != NIC_FUNCTION_PORT(e->function))
            continue;
        if (f->event_queue != PLAN_ANY_QUEUE && f->event_queue != e->queue)
            continue;
        if (++s->counted == f->event_count)
            arm(b, i);
    }
}

/* One more time; false: it was the last. */
static bool spend(struct bench *b, unsigned i, uint64_t detail)
{
    struct fault_state *s = &b->st->faults.fault[i];
    s->fired++;
    tell(b, BENCH_EV_fault, i, detail);
    return s->fired < b->faults[i].times;
}

const struct plan_fault *fault_take(struct bench *b, enum plan_fault_kind kind, unsigned port,
                                    unsigned select, uint64_t detail)
{
    for (unsigned i = 0; i < b->plan->faults.count; i++) {
        const struct plan_fault *f = &b->faults[i];
        struct fault_state *s = &b->st->faults.fault[i];
        bool any = kind == PLAN_FAULT_DMA_REFUSE && f->select == PLAN_WRITES_ANY;
        if (f->kind != kind || f->port != port || s->phase != FAULT_ARMED ||
            (f->select != select && !any) || !bench_running(b))
            continue;
        if (!spend(b, i, detail)) {
            s->phase = FAULT_DONE;
            b->st->faults.armed = armed_kinds(b);
        }
        return f;
    }
    return NULL;
}

static void flap(struct bench *b, unsigned i)
{
    const struct plan_fault *f = &b->faults[i];
    struct fault_state *s = &b->st->faults.fault[i];
    s->dark = !s->dark;
    if (s->dark)
        spend(b, i, f->time_ps);
    wire_cut(b, f->port, s->dark);
    if (!s->dark && s->fired >= f->times)
        s->phase = FAULT_DONE;
    else
        schedule(b, bench_add(bench_now(b), f->time_ps), i);
}

static void pull_out(struct bench *b, unsigned i)
{
    unsigned port = b->faults[i].port;
    b->st->faults.fault[i].phase = FAULT_DONE;
    spend(b, i, 0);
    b->st->faults.gone |= 1u << port;
    nic_reset(&b->nic[port], NIC_RESET_FLR); /* ends its DMA */
    wire_cut(b, port, true);
}

void fault_fire(struct bench *b, unsigned i)
{
    struct fault_state *s = &b->st->faults.fault[i];
    if (s->phase == FAULT_WAITS)
        arm(b, i);
    else if (s->phase == FAULT_ARMED && b->faults[i].kind == PLAN_FAULT_LINK_FLAP)
        flap(b, i);
    else if (s->phase == FAULT_ARMED && b->faults[i].kind == PLAN_FAULT_DEVICE_GONE)
        pull_out(b, i);
    plan_stirred(b);
}

bool fault_pending(const struct bench *b)
{
    for (unsigned i = 0; i < b->plan->faults.count; i++) {
        const struct fault_state *s = &b->st->faults.fault[i];
        if ((s->phase == FAULT_WAITS && !b->faults[i].event_count) ||
            (s->phase == FAULT_ARMED && by_itself(b, i)))
            return true;
    }
    return false;
}

bool fault_valid(const struct bench *b)
{
    const struct faults *all = &b->st->faults;
    for (unsigned i = 0; i < b->plan->faults.count; i++) {
        const struct fault_state *s = &all->fault[i];
        if (s->phase > FAULT_DONE || s->dark > 1 || s->fired > b->faults[i].times)
            return false;
    }
    return all->armed == armed_kinds(b) && all->gone >> b->plan->ports.count == 0;
}
