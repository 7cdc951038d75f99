/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The link: light from the far end, our laser, AUTOC and LINKS. It tells irq of a change (LSC) and
 * tx that it may send; it knows nothing of frames.
 */
#ifndef RINGSIDE_NIC_LINK_H
#define RINGSIDE_NIC_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "model/nic/alarm.h"
#include "model/nic/sched.h"

struct nic;
struct nic_state;

struct nic_link {
    uint8_t carrier; /* light from the far end: an outside fact, no reset changes it */
    uint8_t laser;   /* what the far end saw of us last */
    uint8_t training; /* conditions hold, up at up_at_ps */
    uint64_t up_at_ps;
    struct nic_alarm alarm;
};

/* Link down without a word to the interrupt block: a reset that takes the PHY along follows. */
void nic_link_drop(struct nic *n);
void nic_link_fire(struct nic *n, const struct sched_event *e);
void nic_link_reset(struct nic *n, int kind);

#endif
