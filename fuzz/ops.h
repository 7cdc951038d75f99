/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a hostile guest can do, read from the input one operation at a time. guest_ops.c: anything
 * at all; port_ops.c: what a driver does, with any values; packets.c: frames that are nearly right.
 */
#ifndef RINGSIDE_FUZZ_OPS_H
#define RINGSIDE_FUZZ_OPS_H

#include "fuzz/machine.h"

/* One operation of any kind: accesses, memory, time, answers, resets, saves. */
void guest_op(struct machine *m, struct input *in);

/* A value that is interesting more often than not. */
uint32_t wild32(struct input *in);
uint64_t wild_address(struct input *in);

/* Groups of registers, by the beginnings of their names. */
enum reg_group { GROUP_ALL, GROUP_RX, GROUP_TX, GROUP_IRQ, GROUPS };
/* Writes or reads a register of the group. */
void register_op(struct machine *m, struct input *in, enum reg_group group);

/* ---- port_ops.c ---- */
/* Link, bus mastering, MSI-X, four queues each way with full rings. */
void port_up(struct machine *m, unsigned port, struct input *in);
void tx_op(struct machine *m, struct input *in);
void rx_op(struct machine *m, struct input *in);
void irq_op(struct machine *m, struct input *in);

/* ---- packets.c ---- */
enum { PACKET_MAX = 16384 };
struct layers { /* where the parts of a packet begin; 0: not there */
    uint32_t l3, l4, payload, length;
    uint8_t version, proto;
};
/* A frame of layers that the input picks. */
void packet_make(struct input *in, uint8_t *out, struct layers *layers);

#endif
