/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Is a transmit queue stuck? The device shows progress by write-backs, which the cleaning follows,
 * and by its head. Knows nothing of what to do about it: ixd_port_reset() is the cure.
 */
#include "driver/ixd_priv.h"

/* Work that the device owes an answer for. What it has fetched and was not asked to report is
 * none; its head is read to know, once per tail. */
static bool owes(struct ixd_port *port, unsigned queue, bool *moved)
{
    struct ixd_tx_queue *q = &port->tx[queue];
    uint32_t head;

    if (q->used == 0 || (q->watch.head == q->tail && q->watch.tail == q->tail &&
                         !ixd_tx_report_due(q)))
        return false;
    head = ixd_reg_read(port, IXD_AT(TDH, queue));
    *moved = head != q->watch.head;
    q->watch.head = head;
    return head != q->tail || ixd_tx_report_due(q);
}

/* Only with flow control; otherwise pause frames do not stop the port. */
static bool paused(struct ixd_port *port, struct ixd_tx_queue *q)
{
    uint64_t pauses = q->watch.pauses;

    if (port->config.flow_control & IXD_FLOW_CONTROL_RX)
        q->watch.pauses = ixd_stats_pauses(port);
    return q->watch.pauses != pauses;
}

bool ixd_tx_hung(struct ixd_port *port, unsigned queue, uint64_t deadline_ns)
{
    struct ixd_tx_queue *q = &port->tx[queue];
    uint64_t now = port->bus->ops->now_ns(port->bus);
    bool moved = false;

    q->collect(q);
    if (q->clean != q->watch.clean || !owes(port, queue, &moved) || moved || !port->link.up ||
        q->watch.since_ns == 0 || paused(port, q))
        q->watch.since_ns = now;
    q->watch.clean = q->clean;
    q->watch.tail = q->tail;
    return now - q->watch.since_ns >= deadline_ns && !port->gone;
}
