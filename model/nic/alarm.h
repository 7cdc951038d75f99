/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A timer that a guest may set as often as it likes. The event heap has a fixed size and taking
 * back is dear, so an alarm keeps at most two events in it and treats each as a hint: when one
 * fires the owner looks at its state, does what is due and sets the alarm again for what is not.
 * An alarm describes the heap, not the device: a reset leaves it as it is.
 */
#ifndef RINGSIDE_NIC_ALARM_H
#define RINGSIDE_NIC_ALARM_H

#include <stdbool.h>
#include <stdint.h>

struct nic;

struct nic_alarm {
    uint64_t at_ps[2]; /* events in the heap, the earlier first; 0 = none */
};

/* Makes sure that an event (kind, queue) comes no later than at_ps. Of three the last goes: the
 * owner, woken by one before it, sets the alarm again. `kind` is an enum nic_timer. */
void nic_alarm_set(struct nic *n, struct nic_alarm *a, uint64_t at_ps, int kind, uint32_t queue);
/* To be called first when one of its events fires. */
void nic_alarm_fired(struct nic_alarm *a);

#endif
