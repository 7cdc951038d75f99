/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Alarms on the event heap: see alarm.h. Owns nothing but the two pending instants of each.
 */
#include "model/nic/alarm.h"

#include "model/nic/nic_priv.h"

void nic_alarm_fired(struct nic_alarm *a)
{
    a->at_ps[0] = a->at_ps[1];
    a->at_ps[1] = 0;
}

void nic_alarm_set(struct nic *n, struct nic_alarm *a, uint64_t at_ps, int kind, uint32_t queue)
{
    uint64_t now = nic_now(n);

    if (at_ps < now)
        at_ps = now;
    if (at_ps == 0)
        at_ps = 1; /* 0 says "none" */
    /* An event that should have come already was lost with a heap that was emptied. */
    while (a->at_ps[0] && a->at_ps[0] < now)
        nic_alarm_fired(a);
    if (a->at_ps[0] && a->at_ps[0] <= at_ps)
        return;
    if (a->at_ps[1])
        sched_drop(n->sched, a->at_ps[1], SCHED_NIC, n->st->config.port, queue, (uint32_t)kind);
    if (!sched_at(n->sched, at_ps, SCHED_NIC, n->st->config.port, queue, (uint32_t)kind, 0,
                  n->st->config.timing.bus_ps))
        return;
    a->at_ps[1] = a->at_ps[0];
    a->at_ps[0] = at_ps;
}
