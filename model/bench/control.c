/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The control device's registers (control_abi.h): the guest's say in the plan, and the plan's in
 * the guest. It has no latency: it belongs to the testbed, not to the machine under test.
 */
#include "model/bench/bench_priv.h"
#include "model/bench/control_abi.h"

static void update_irq(struct bench *b)
{
    struct plan_run *run = &b->st->run;
    uint32_t level = (run->irq_status & run->irq_enable) != 0;
    if (level == run->irq_level)
        return;
    run->irq_level = level;
    trace_emit(b, BENCH_EV_intx, BENCH_CONTROL, 0, level, 0, 0);
    b->ops->intx(b->host, BENCH_CONTROL, level);
}

void control_irq(struct bench *b, uint32_t bits)
{
    b->st->run.irq_status |= bits;
    update_irq(b);
}

static uint32_t read_register(const struct bench *b, uint32_t offset)
{
    const struct plan_run *run = &b->st->run;
    switch (offset) {
    case RS_CTL_ID:
        return RS_CTL_ID_VALUE;
    case RS_CTL_VERSION:
        return RS_CTL_VERSION_VALUE;
    case RS_CTL_STATUS:
        return bench_status(b);
    case RS_CTL_PID:
        return run->ctl_pid;
    case RS_CTL_GENERATION:
        return run->ctl_generation;
    case RS_CTL_IRQ_STATUS:
        return run->irq_status;
    case RS_CTL_IRQ_ENABLE:
        return run->irq_enable;
    case RS_CTL_AGENT:
        return run->ctl_agent;
    case RS_CTL_PORTS:
        return b->st->ports;
    default:
        return 0;
    }
}

uint32_t bench_control_read(struct bench *b, uint64_t virtual_ns, uint32_t offset)
{
    if (b->inside)
        return 0;
    bench_enter(b, virtual_ns);
    uint32_t value = read_register(b, offset);
    bench_settle(b);
    return value;
}

static enum bench_action write_register(struct bench *b, uint32_t offset, uint32_t value)
{
    struct plan_run *run = &b->st->run;
    switch (offset) {
    case RS_CTL_GO:
        return value == 1 && plan_go(b) ? BENCH_ACT_GO : BENCH_ACT_NONE;
    case RS_CTL_MARK:
        trace_emit(b, BENCH_EV_mark, BENCH_CONTROL, 0, value, b->st->clock.latest_vns, 0);
        return BENCH_ACT_MARK;
    case RS_CTL_EXIT:
        plan_exit(b, value);
        return BENCH_ACT_EXIT;
    case RS_CTL_PID:
        run->ctl_pid = value;
        break;
    case RS_CTL_GENERATION:
        run->ctl_generation = value;
        break;
    case RS_CTL_ROLE:
        trace_emit(b, BENCH_EV_role, BENCH_CONTROL, 0, value, run->ctl_pid,
                   run->ctl_generation);
        break;
    case RS_CTL_IRQ_STATUS:
        run->irq_status &= ~value;
        update_irq(b);
        break;
    case RS_CTL_IRQ_ENABLE:
        run->irq_enable = value;
        update_irq(b);
        break;
    default:
        break;
    }
    return BENCH_ACT_NONE;
}

enum bench_action bench_control_write(struct bench *b, uint64_t virtual_ns, uint32_t offset,
                                      uint32_t value)
{
    if (b->inside)
        return BENCH_ACT_NONE;
    bench_enter(b, virtual_ns);
    b->inside++;
    enum bench_action action = write_register(b, offset, value);
    b->inside--;
    bench_settle(b);
    return action;
}
