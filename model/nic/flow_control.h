/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Flow control by pause frames (IEEE 802.3x), both ways: what the far end says holds transmit back;
 * how full the packet buffer is decides what the far end is told. It knows no queue and no
 * descriptor; tx_wire.c asks it before each frame.
 */
#ifndef RINGSIDE_NIC_FLOW_CONTROL_H
#define RINGSIDE_NIC_FLOW_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

#include "model/nic/alarm.h"

struct nic;
struct sched_event;

enum nic_pause { PAUSE_NONE, PAUSE_XON, PAUSE_XOFF };

struct nic_flow_control {
    uint64_t hold_ps;    /* no packet leaves before: the far end asked for it */
    uint64_t refresh_ps; /* the far end has to be told again */
    uint8_t full;        /* above FCRTH since, and not yet down to FCRTL */
    uint8_t owed;        /* enum nic_pause: goes out as soon as the wire is free */
    uint8_t unused[6];
    struct nic_alarm hold, refresh;
};

/* A good MAC control frame came in: obeyed when it is a pause frame and MFLCN.RFCE is set. */
void nic_flow_received(struct nic *n, const uint8_t *frame);
/* The packet buffer holds more, or less, than before. */
void nic_flow_level(struct nic *n);
/* Makes sure of a call of nic_tx_wire_set() when hold_ps has come. */
void nic_flow_wake(struct nic *n);
/* Writes the frame that is owed, NIC_FRAME_MIN bytes, and counts it. */
void nic_flow_compose(struct nic *n, uint8_t *frame);
void nic_flow_link_changed(struct nic *n, bool up);
void nic_flow_fire(struct nic *n, const struct sched_event *e);
void nic_flow_reset(struct nic *n);
bool nic_flow_valid(const struct nic_flow_control *f);

#endif
