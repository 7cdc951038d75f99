/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The link: light from the far end, our laser, AUTOC and LINKS. It tells irq of a change (LSC) and
 * tx that it may send; it knows nothing of frames.
 */
#ifndef RINGSIDE_NIC_LINK_H
#define RINGSIDE_NIC_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "model/nic/sched.h"

struct nic;
struct nic_state;

struct nic_link {
    uint8_t carrier;     /* light from the far end: an outside fact, no reset changes it */
    uint8_t laser;       /* what the far end saw of us last */
    uint8_t training;    /* a NIC_TIMER_LINK of this generation is pending */
    uint32_t generation; /* stale timers are those of another one */
};

/* Goes down and trains anew when the conditions hold: LRST, AUTOC.AN_RESTART. */
void nic_link_restart(struct nic *n);
void nic_link_fire(struct nic *n, const struct sched_event *e);
void nic_link_reset(struct nic *n, int kind);
bool nic_link_valid(const struct nic_state *st);

#endif
