/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The bench in QEMU's world of time: creates it, wakes it at its deadline, lets register accesses
 * in one at a time, and turns the stalls it asks for into virtual time. Knows no PCI.
 */
#include "qemu-patches/adapter/machine.h"

#include "hw/pci/pci.h"
#include "qapi/error.h"
#include "qemu/error-report.h"
#include "qemu/memalign.h"
#include "system/cpu-timers.h"
#include "system/qtest.h"

#include "model/bench/control_abi.h"
#include "trace-ringside.h"

struct ringside_machine *ringside_machine;

uint64_t ringside_enter(struct ringside_machine *m)
{
    /* Another thread (a netdev) sees the clock of the last slice: never let time run back. */
    m->now = MAX(m->now, (uint64_t)qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL));
    assert(!m->inside);
    m->inside = true;
    return m->now;
}

/* The plan is over, or the driver never came up: from here the guest has its time to deliver. */
static void note_end_of_plan(struct ringside_machine *m)
{
    bool over = bench_status(m->bench) & RS_STATUS_OVER;

    if (timer_pending(m->grace) || (!over && bench_end(m->bench) == REPORT_END_NONE)) {
        return;
    }
    if (over) {
        m->instructions_over = icount_get_raw();
    }
    timer_mod_ns(m->grace, m->now + m->grace_ms * (uint64_t)SCALE_MS);
}

void ringside_leave(struct ringside_machine *m, uint64_t stall_ns)
{
    for (unsigned i = 0; i < m->late_count; i++) {
        const struct ringside_late *l = &m->late[i];

        stall_ns += bench_mmio_write(m->bench, m->now, l->function, l->bar, l->offset, l->size,
                                     l->value);
    }
    m->late_count = 0;
    for (; m->late_flush; m->late_flush &= m->late_flush - 1) {
        unsigned port = ctz32(m->late_flush), functions = 1 + bench_vf_count(m->bench, port);

        for (unsigned i = 0; i < functions; i++) {
            bench_invalidate(m->bench, NIC_FUNCTION(port, i), 0, UINT64_MAX);
        }
    }
    m->inside = false;
    note_end_of_plan(m);
    icount_stall(stall_ns);
    while (m->late_frames) { /* each may leave more */
        unsigned port = ctz32(m->late_frames);

        m->late_frames &= m->late_frames - 1;
        ringside_nic_fetch(m->nic[port]);
    }
}

uint64_t ringside_mmio_read(struct ringside_function *f, unsigned bar, uint32_t offset,
                            unsigned size)
{
    struct ringside_machine *m = f->nic->machine;
    uint64_t value = UINT64_MAX, now, stall;

    if (m->inside || !m->rec) {
        return UINT64_MAX; /* what a read that nobody completes gives */
    }
    now = ringside_enter(m);
    stall = bench_mmio_read(m->bench, now, f->id, bar, offset, size, &value);
    trace_ringside_mmio_read(now, f->nic->port, f->id & 0xff, bar, offset, size, value, stall);
    ringside_leave(m, stall);
    return value;
}

void ringside_mmio_write(struct ringside_function *f, unsigned bar, uint32_t offset, unsigned size,
                         uint64_t value)
{
    struct ringside_machine *m = f->nic->machine;
    uint64_t now, stall;

    if (!m->rec) {
        return;
    }
    if (m->inside) {
        trace_ringside_mmio_late(f->nic->port, f->id & 0xff, bar, offset, value);
        if (m->late_count < RINGSIDE_LATE_MAX) {
            m->late[m->late_count++] = (struct ringside_late){
                .function = f->id, .bar = bar, .offset = offset, .size = size, .value = value };
        } else if (!m->late_lost) {
            m->late_lost = true;
            warn_report("ringside: more than %d register writes by peers' DMA at one instant; "
                        "the rest is dropped", RINGSIDE_LATE_MAX);
        }
        return;
    }
    now = ringside_enter(m);
    stall = bench_mmio_write(m->bench, now, f->id, bar, offset, size, value);
    trace_ringside_mmio_write(now, f->nic->port, f->id & 0xff, bar, offset, size, value, stall);
    ringside_leave(m, stall);
}

static void wake_fired(void *opaque)
{
    struct ringside_machine *m = opaque;

    if (m->rec) {
        bench_advance(m->bench, ringside_enter(m));
        trace_ringside_wake(m->now);
        ringside_leave(m, 0);
    }
}

static void grace_fired(void *opaque)
{
    struct ringside_machine *m = opaque;

    if (m->rec) {
        warn_report("ringside: %s, and the guest has not written EXIT within %u ms of its time",
                    bench_end(m->bench) == REPORT_END_NOT_READY ? "no driver became ready in time"
                                                                : "the plan is over", m->grace_ms);
        ringside_finish(m, true);
    }
}

static void host_wake_at(void *host, uint64_t virtual_ns)
{
    struct ringside_machine *m = host;

    trace_ringside_wake_at(virtual_ns);
    if (virtual_ns > INT64_MAX) {
        timer_del(m->wake);
    } else {
        timer_mod_ns(m->wake, virtual_ns);
    }
}

static void host_intx(void *host, uint16_t function, bool level)
{
    struct ringside_machine *m = host;

    trace_ringside_intx(function, level);
    if (function == BENCH_CONTROL) {
        pci_set_irq(m->control, level);
    } else if (NIC_FUNCTION_PORT(function) < PLAN_PORTS_MAX
               && m->nic[NIC_FUNCTION_PORT(function)]) {
        pci_set_irq(&m->nic[NIC_FUNCTION_PORT(function)]->parent, level);
    }
}

static void host_frame_out(void *host, uint8_t port, const uint8_t *frame, uint32_t length)
{
    struct ringside_machine *m = host;

    if (port < PLAN_PORTS_MAX && m->nic[port]) {
        ringside_nic_send(m->nic[port], frame, length);
    }
}

static void host_wire(void *host, uint8_t port, bool out, uint64_t time_ps, const uint8_t *frame,
                      uint32_t length, bool good_fcs, uint64_t flow, uint64_t sequence)
{
    struct ringside_machine *m = host;

    if (m->rec) {
        rec_wire(m->rec, port, out, time_ps, frame, length, good_fcs, flow, sequence);
    }
}

static void host_events(void *host, const struct nic_event *event, size_t count)
{
    struct ringside_machine *m = host;

    if (m->rec) {
        rec_events(m->rec, event, count);
    }
}

static bool open_files(struct ringside_machine *m, const struct ringside_paths *paths, Error **errp)
{
    const struct rec_paths files = { .plan = paths->plan, .timing = paths->timing,
                                     .trace = paths->trace, .capture = paths->capture,
                                     .report = paths->report };
    const void *plan;
    size_t bytes;
    char why[512] = "";
    int status = rec_open(&m->rec, &files, &plan, &bytes, why, sizeof(why));

    if (status < 0) {
        error_setg(errp, "ringside: %s", why[0] ? why : strerror(-status));
        return false;
    }
    m->plan = plan;
    return true;
}

bool ringside_create(struct ringside_machine *m, const struct ringside_paths *paths, Error **errp)
{
    static struct bench_host_ops ops;
    struct bench_config config;
    const char *why = NULL;

    if (!icount_skips_idle() && !qtest_enabled()) { /* a qtest steps the clock itself */
        error_setg(errp, "ringside: expected -icount shift=0,sleep=off; without it no run is like "
                   "another");
        return false;
    }
    if (!open_files(m, paths, errp)) {
        return false;
    }
    config.ports = m->plan->ports.count;
    m->wake = timer_new_ns(QEMU_CLOCK_VIRTUAL, wake_fired, m);
    m->grace = timer_new_ns(QEMU_CLOCK_VIRTUAL, grace_fired, m);
    m->state_bytes = bench_state_bytes(&config);
    m->bench = qemu_memalign(64, ROUND_UP(bench_bytes(), 64));
    m->state = qemu_memalign(64, ROUND_UP(m->state_bytes, 64));
    m->report = g_new0(struct bench_report, 1);
    memset(m->bench, 0, bench_bytes());
    ops.wake_at = host_wake_at;
    ops.intx = host_intx;
    ops.frame_out = host_frame_out;
    ops.wire = host_wire;
    ops.events = host_events;
    ringside_dma_ops(&ops);
    ringside_ram_init(&m->ram);
    if (bench_init(m->bench, m->state, &config, m->plan, &ops, m, &why) < 0) {
        error_setg(errp, "ringside: %s", why ? why : "the bench refuses this plan");
        return false;
    }
    m->ops = &ops;
    ringside_machine = m;
    return true;
}

/* A MAC address given on the command line is in the EEPROM at power-on. */
static bool own_mac(struct ringside_machine *m, struct ringside_nic *n, Error **errp)
{
    static const MACAddr none;
    const struct bench_config config = { .ports = m->plan->ports.count };
    const char *why = NULL;

    if (!memcmp(&n->conf.macaddr, &none, sizeof(none))) {
        return true;
    }
    if (phase_check(PHASE_MACHINE_READY)) {
        error_setg(errp, "mac= is read at power-on; a port plugged in later has the plan's");
        return false;
    }
    if (rec_plan_mac(m->rec, n->port, n->conf.macaddr.a) < 0) {
        error_setg(errp, "mac= is a group's address: expected a station's");
        return false;
    }
    if (bench_init(m->bench, m->state, &config, m->plan, m->ops, m, &why) < 0) {
        error_setg(errp, "ringside: %s", why ? why : "the bench refuses this plan");
        return false;
    }
    return true;
}

bool ringside_attach(struct ringside_nic *n, Error **errp)
{
    struct ringside_machine *m = ringside_machine;

    if (!m) {
        error_setg(errp, "no bench: put -device " TYPE_RINGSIDE_BENCH ",plan=FILE before the first "
                   "-device " TYPE_RINGSIDE_NIC);
        return false;
    }
    if (n->port >= m->plan->ports.count) {
        error_setg(errp, "port=%u: the plan has %u port(s), counted from 0", n->port,
                   m->plan->ports.count);
        return false;
    }
    if (m->nic[n->port]) {
        error_setg(errp, "port=%u is taken by another " TYPE_RINGSIDE_NIC, n->port);
        return false;
    }
    if (!own_mac(m, n, errp)) {
        return false;
    }
    m->nic[n->port] = n;
    n->machine = m;
    trace_ringside_attach(n->port);
    return true;
}

void ringside_detach(struct ringside_nic *n)
{
    struct ringside_machine *m = n->machine;

    trace_ringside_detach(n->port);
    if (m->rec) {
        bench_reset(m->bench, ringside_enter(m), NIC_FUNCTION(n->port, 0), NIC_RESET_BUS);
        ringside_leave(m, 0);
    }
    m->nic[n->port] = NULL;
}

void ringside_destroy(struct ringside_machine *m)
{
    ringside_finish(m, false);
    timer_free(m->wake);
    timer_free(m->grace);
    ringside_ram_fini(&m->ram);
    qemu_vfree(m->bench);
    qemu_vfree(m->state);
    g_free(m->report);
    ringside_machine = NULL;
}
