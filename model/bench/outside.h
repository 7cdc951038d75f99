/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A bench whose NICs are elsewhere: plan, generators, cables, sink, responder, faults of the wire,
 * trace and report serve NICs that somebody else owns, with a bus of somebody else's. What the
 * bench has of ports stands idle. Time here is model time in picoseconds.
 *
 * For a machine that has its own PCIe and memory (model/systemc/). Such a bench cannot be saved.
 */
#ifndef RINGSIDE_BENCH_OUTSIDE_H
#define RINGSIDE_BENCH_OUTSIDE_H

#include "model/bench/bench.h"

/* Told to the owner, at the present time. None may call back. */
struct bench_outside_ops {
    /* A frame begins to arrive at the port's pins: nic_frame_in(). */
    void (*frame_in)(void *owner, unsigned port, const uint8_t *frame, uint32_t length,
                     bool good_fcs);
    /* Light at the port's receiver: nic_carrier(). */
    void (*carrier)(void *owner, unsigned port, bool present);
};

/* Straight after bench_init(). Tells the carriers as they are. */
void bench_outside(struct bench *b, const struct bench_outside_ops *ops, void *owner);
/* Everything due up to now. Returns when something is due next, UINT64_MAX: nothing. */
uint64_t bench_outside_run(struct bench *b, uint64_t now_ps);
/* A NIC's frame_out: it starts to leave now. */
void bench_outside_frame(struct bench *b, uint64_t now_ps, unsigned port, const uint8_t *frame,
                         uint32_t length, bool good_fcs);
/* A NIC's event, now: into the trace, counted and judged as one of the bench's own ports. */
void bench_outside_event(struct bench *b, const struct nic_event *event);

#endif
