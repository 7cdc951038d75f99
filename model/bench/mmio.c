/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Register accesses of the CPU: how a load or store travels to the register, what the CPU waits
 * for, and what becomes of an access that comes from within a DMA. Which register does what is the
 * NIC's business.
 */
#include "model/bench/bench_priv.h"

static bool gone(const struct bench *b, unsigned port)
{
    return b->st->faults.gone >> port & 1;
}

static void to_nic(struct bench *b, uint16_t function, unsigned bar, uint32_t offset,
                   uint64_t value, unsigned size)
{
    unsigned port = NIC_FUNCTION_PORT(function);
    if (gone(b, port))
        return;
    if (__builtin_expect(function & 0xff, 0))
        nic_vf_mmio_write(&b->nic[port], NIC_FUNCTION_VF(function), bar, offset, value, size);
    else
        nic_mmio_write(&b->nic[port], bar, offset, value, size);
}

static uint64_t from_nic(struct bench *b, uint16_t function, unsigned bar, uint32_t offset,
                         unsigned size)
{
    unsigned port = NIC_FUNCTION_PORT(function);
    if (gone(b, port))
        return UINT64_MAX;
    if (__builtin_expect(function & 0xff, 0))
        return nic_vf_mmio_read(&b->nic[port], NIC_FUNCTION_VF(function), bar, offset, size);
    return nic_mmio_read(&b->nic[port], bar, offset, size);
}

void mmio_arrive(struct bench *b, unsigned port)
{
    struct port_state *p = &b->st->port[port];
    if (!p->mmio_count)
        return;
    struct mmio_write w = p->mmio[p->mmio_head];
    p->mmio_head = (p->mmio_head + 1) % MMIO_PENDING;
    p->mmio_count--;
    to_nic(b, w.function, w.bar, w.offset, w.value, w.size);
}

void mmio_deliver_all(struct bench *b, unsigned port)
{
    while (b->st->port[port].mmio_count)
        mmio_arrive(b, port);
}

/* Its line: all that is due, then an event for the next one. A write that was delivered early
 * leaves an event that finds nothing due. */
void mmio_fire(struct bench *b, unsigned port)
{
    struct port_state *p = &b->st->port[port];
    while (p->mmio_count && p->mmio[p->mmio_head].due_ps <= bench_now(b))
        mmio_arrive(b, port);
    mmio_schedule(b, port);
}

void mmio_schedule(struct bench *b, unsigned port)
{
    struct port_state *p = &b->st->port[port];
    if (p->mmio_count)
        bench_line(b, p->mmio[p->mmio_head].due_ps, port, LINE_MMIO,
                   (uint32_t)bench_time(b, TIMING_pcie_oneway));
}

static void mmio_count(struct bench *b, unsigned port, unsigned bar, bool write)
{
    struct report_port *count = &b->st->port[port].count;
    if (bar == 0 && bench_running(b)) {
        count->mmio_writes += write;
        count->mmio_reads += !write;
    }
}

/* An access from within a DMA (peer to peer): the model is in the middle of something. */
static void put_off(struct bench *b, const struct nested *n, bool write)
{
    struct bench_state *st = b->st;
    trace_emit(b, BENCH_EV_nested_access, n->function, 0, n->offset, n->value, write);
    if (!write)
        return;
    if (st->nested_count == NESTED_MAX) {
        trace_emit(b, BENCH_EV_overflow, n->function, 0, QUEUE_NESTED, 0, 0);
        return;
    }
    if (!st->nested_count)
        bench_at(b, bench_now(b), SCHED_BUS, 0, 0xffff, KIND_NESTED, 0);
    st->nested[st->nested_count++] = *n;
}

void mmio_nested(struct bench *b)
{
    struct bench_state *st = b->st;
    for (uint32_t i = 0; i < st->nested_count; i++) {
        const struct nested *n = &st->nested[i];
        to_nic(b, n->function, n->bar, n->offset, n->value, n->size);
    }
    st->nested_count = 0;
}

/* Functional mode: at once, and all that the device wrote before is in memory. Timed mode: the
 * load travels to the register behind the stores, and its value travels back behind the device's
 * own writes; the CPU waits for all of that. */
uint64_t bench_mmio_read(struct bench *b, uint64_t virtual_ns, uint16_t function, unsigned bar,
                         uint32_t offset, unsigned size, uint64_t *value)
{
    unsigned port;
    *value = UINT64_MAX;
    if (!bench_port_of(b, function, &port))
        return 0;
    if (b->inside) {
        struct nested n = {.function = function, .offset = offset};
        put_off(b, &n, false);
        *value = 0;
        return 0;
    }
    bench_enter(b, virtual_ns);
    mmio_count(b, port, bar, false);
    struct port_state *p = &b->st->port[port];
    if (b->timed)
        bench_run_until(b, bench_max(bench_now(b) + bench_time(b, TIMING_mmio_read),
                                     p->mmio_count ? p->mmio_last_ps : 0));
    b->inside++;
    mmio_deliver_all(b, port);
    *value = from_nic(b, function, bar, offset, size);
    if (!b->timed)
        pcie_land_all(b, port);
    b->inside--;
    uint64_t stall = 0;
    if (b->timed) {
        uint64_t back = pcie_up(b, port, bench_time(b, TIMING_pcie_cpl_header) + 4) +
                        bench_time(b, TIMING_pcie_oneway);
        back = bench_max(back, p->last_land_ps) + bench_time(b, TIMING_mmio_read_back);
        bench_run_until(b, back);
        uint64_t end = clock_to_virtual(b, back);
        stall = clock_stall(b, end > virtual_ns ? end - virtual_ns : 0);
    }
    bench_settle(b);
    return stall;
}

static uint64_t timed_write(struct bench *b, unsigned port, const struct mmio_write *write)
{
    struct port_state *p = &b->st->port[port];
    if (p->mmio_count == MMIO_PENDING) /* the way is full: the store waits for the first one */
        bench_run_until(b, p->mmio[p->mmio_head].due_ps);
    if (p->mmio_count == MMIO_PENDING)
        mmio_arrive(b, port);
    struct mmio_write *w = &p->mmio[(p->mmio_head + p->mmio_count++) % MMIO_PENDING];
    *w = *write;
    w->due_ps = bench_max(bench_now(b) + bench_time(b, TIMING_mmio_write), p->mmio_last_ps);
    p->mmio_last_ps = w->due_ps;
    mmio_schedule(b, port);
    return clock_stall(b, b->write_stall_vns);
}

uint64_t bench_mmio_write(struct bench *b, uint64_t virtual_ns, uint16_t function, unsigned bar,
                          uint32_t offset, unsigned size, uint64_t value)
{
    unsigned port;
    if (!bench_port_of(b, function, &port))
        return 0;
    if (b->inside) {
        struct nested n = {.function = function, .offset = offset, .value = value,
                           .bar = (uint8_t)bar, .size = (uint16_t)size};
        put_off(b, &n, true);
        return 0;
    }
    bench_enter(b, virtual_ns);
    mmio_count(b, port, bar, true);
    uint64_t stall = 0;
    if (b->timed) {
        struct mmio_write w = {.value = value, .offset = offset, .bar = (uint8_t)bar,
                               .size = (uint8_t)size, .function = function};
        stall = timed_write(b, port, &w);
    } else {
        b->inside++;
        to_nic(b, function, bar, offset, value, size);
        b->inside--;
    }
    bench_settle(b);
    return stall;
}
