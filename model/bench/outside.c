/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The border of a bench without NICs of its own: see outside.h. What a frame or an event means is
 * the business of the files that own it.
 */
#include "model/bench/outside.h"

#include "model/bench/bench_priv.h"

void bench_outside(struct bench *b, const struct bench_outside_ops *ops, void *owner)
{
    for (unsigned i = 0; i < b->st->ports; i++) {
        b->outside_laser |= (uint32_t)nic_laser_on(&b->nic[i]) << i;
        nic_carrier(&b->nic[i], false);
    }
    b->outside = ops;
    b->owner = owner;
    for (unsigned i = 0; i < b->st->ports; i++)
        ops->carrier(owner, i, b->st->port[i].carrier);
}

static void run(struct bench *b, uint64_t now_ps)
{
    clock_enter(b, clock_to_virtual(b, now_ps));
    bench_run_until(b, now_ps);
}

uint64_t bench_outside_run(struct bench *b, uint64_t now_ps)
{
    if (!b->inside)
        run(b, now_ps);
    return sched_next_ps(&b->st->sched);
}

void bench_outside_frame(struct bench *b, uint64_t now_ps, unsigned port, const uint8_t *frame,
                         uint32_t length, bool good_fcs)
{
    if (port >= b->st->ports || length > NIC_FRAME_MAX || b->inside)
        return;
    run(b, now_ps);
    b->inside++;
    wire_out(b, port, frame, length, good_fcs);
    b->inside--;
}

void bench_outside_event(struct bench *b, const struct nic_event *event)
{
    unsigned port = NIC_FUNCTION_PORT(event->function);
    if (port >= b->st->ports || event->id >= NIC_EVENTS)
        return;
    if (!b->inside)
        run(b, event->time_ps);
    if (event->id == NIC_EV_laser)
        b->outside_laser = (b->outside_laser & ~(1u << port)) | (uint32_t)(event->a != 0) << port;
    b->inside++;
    trace_push(b, event);
    b->inside--;
}
