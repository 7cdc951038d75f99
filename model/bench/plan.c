/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The plan executed: waiting for GO, the actions at their times, the deadline, and when all is
 * over. Times of the plan count from GO; before it only the limit for GO runs. Traffic itself is
 * gen.c's business.
 *
 * Over: every flow has sent all it will, every action is done, and no frame has moved on any wire
 * for the drain time; or the deadline has come.
 */
#include "model/bench/bench_priv.h"
#include "model/bench/control_abi.h"

static const struct plan_action *next_action(const struct bench *b)
{
    uint32_t i = b->st->run.action;
    return i < b->plan->actions.count ? &b->actions[i] : NULL;
}

static void plan_schedule(struct bench *b, uint64_t at_ps, enum sched_class class_,
                          enum bench_kind kind)
{
    bench_at(b, at_ps, class_, 0, 0, kind, 0);
}

/* When nothing is left to be done: the drain time starts, or goes on. */
static void drain(struct bench *b)
{
    struct plan_run *run = &b->st->run;
    if (run->flows_left || next_action(b) || fault_pending(b) || run->drain_pending)
        return;
    run->drain_pending = 1;
    plan_schedule(b, bench_add(run->last_move_ps, b->plan->drain_ps), SCHED_LAST, KIND_DRAINED);
}

static void schedule_action(struct bench *b)
{
    const struct plan_action *a = next_action(b);
    if (a)
        plan_schedule(b, bench_add(b->st->run.go_ps, a->at_ps), SCHED_PLAN, KIND_ACTION);
    else
        drain(b);
}

void plan_power_on(struct bench *b)
{
    for (unsigned i = 0; i < PLAN_FLOWS_MAX; i++)
        b->st->flow[i].count.first_lost = UINT64_MAX;
    plan_schedule(b, clock_to_model(b, b->plan->ready_limit_ns), SCHED_PLAN, KIND_READY_LIMIT);
}

bool plan_go(struct bench *b)
{
    struct bench_state *st = b->st;
    struct plan_run *run = &st->run;
    if (run->phase != PHASE_BOOT || run->end != REPORT_END_NONE)
        return false;
    run->phase = PHASE_RUNNING;
    run->go_ps = run->last_move_ps = bench_now(b);
    run->go_vns = st->clock.latest_vns;
    run->flows_left = b->plan->flows.count;
    for (unsigned i = 0; i < st->ports; i++) { /* what came before is not part of the run */
        memset(&st->port[i].count, 0, sizeof(st->port[i].count));
        memset(&st->port[i].iotlb, 0, sizeof(st->port[i].iotlb));
    }
    st->samples = 0;
    trace_emit(b, BENCH_EV_go, BENCH_CONTROL, 0, run->go_vns, 0, 0);
    plan_schedule(b, bench_add(run->go_ps, b->plan->deadline_ps), SCHED_PLAN, KIND_DEADLINE);
    gen_go(b);
    fault_go(b);
    schedule_action(b);
    return true;
}

static void over(struct bench *b, bool deadline)
{
    struct plan_run *run = &b->st->run;
    run->phase = PHASE_OVER;
    run->deadline = deadline;
    run->over_ps = bench_now(b);
    run->over_vns = clock_to_virtual(b, run->over_ps);
    if (deadline)
        run->end = REPORT_END_DEADLINE;
    trace_emit(b, BENCH_EV_over, BENCH_CONTROL, 0, deadline, run->over_vns, 0);
    control_irq(b, RS_IRQ_OVER);
}

static void act(struct bench *b, const struct plan_action *a)
{
    bool port = a->kind <= PLAN_LINK_UP || a->kind == PLAN_MODULE;
    trace_emit(b, BENCH_EV_action, port ? NIC_FUNCTION(a->port, 0) : (uint16_t)BENCH_CONTROL, 0,
               a->kind, a->arg, b->st->run.action);
    switch (a->kind) {
    case PLAN_LINK_DOWN:
    case PLAN_LINK_UP:
        wire_cut(b, a->port, a->kind == PLAN_LINK_DOWN);
        break;
    case PLAN_MODULE:
        nic_module(&b->nic[a->port], (enum nic_module)a->arg);
        break;
    case PLAN_AGENT:
        b->st->run.ctl_agent = a->arg;
        control_irq(b, RS_IRQ_AGENT);
        break;
    default: /* PLAN_MARK: the event is all there is to it */
        break;
    }
}

static void act_all(struct bench *b)
{
    struct plan_run *run = &b->st->run;
    const struct plan_action *a;
    while ((a = next_action(b)) != NULL && bench_add(run->go_ps, a->at_ps) <= bench_now(b)) {
        act(b, a);
        run->action++;
    }
    run->last_move_ps = bench_now(b); /* an action deserves its drain time as a frame does */
    schedule_action(b);
}

static void drained(struct bench *b)
{
    struct plan_run *run = &b->st->run;
    run->drain_pending = 0;
    if (!fault_pending(b) && bench_add(run->last_move_ps, b->plan->drain_ps) <= bench_now(b))
        over(b, false);
    else
        drain(b); /* something moved since */
}

void plan_fire(struct bench *b, const struct sched_event *e)
{
    struct plan_run *run = &b->st->run;
    if (e->kind == KIND_READY_LIMIT && run->phase == PHASE_BOOT) {
        run->end = REPORT_END_NOT_READY;
        trace_emit(b, BENCH_EV_not_ready, BENCH_CONTROL, 0,
                   clock_to_virtual(b, bench_now(b)), 0, 0);
    }
    if (!bench_running(b))
        return;
    switch (e->kind) {
    case KIND_ACTION:
        act_all(b);
        break;
    case KIND_FAULT:
        fault_fire(b, sched_event_queue(e));
        break;
    case KIND_DEADLINE:
        over(b, true);
        break;
    case KIND_DRAINED:
        drained(b);
        break;
    default:
        break;
    }
}

void plan_moved(struct bench *b)
{
    b->st->run.last_move_ps = bench_now(b);
}

void plan_stirred(struct bench *b)
{
    plan_moved(b);
    drain(b);
}

void plan_flow_done(struct bench *b)
{
    b->st->run.flows_left--;
    drain(b);
}

void plan_exit(struct bench *b, uint32_t value)
{
    struct plan_run *run = &b->st->run;
    if (run->phase == PHASE_EXIT)
        return;
    if (run->end == REPORT_END_NONE)
        run->end = run->phase == PHASE_OVER ? REPORT_END_OVER : REPORT_END_GUEST;
    run->phase = PHASE_EXIT;
    run->exit_value = value;
    run->end_ps = bench_now(b);
    run->end_vns = b->st->clock.latest_vns;
    trace_emit(b, BENCH_EV_exit, BENCH_CONTROL, 0, value, run->end, run->end_vns);
}
