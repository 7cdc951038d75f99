/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Receive queues: their registers, enabling and disabling, and when to fetch descriptors. The NIC
 * owns descriptors from RDH up to, not including, RDT; of those it keeps up to 64 cached and asks
 * for more when fewer than 32 are left.
 */
#include "model/nic/rx.h"

#include "model/nic/nic_priv.h"
#include "model/nic/ring.h"

bool nic_rx_may_dma(const struct nic *n)
{
    return n->st->reg[R_RXCTRL] & RXCTRL_RXEN && nic_pci_bus_master(n) &&
           !(n->st->reg[R_CTRL] & CTRL_GIO_DIS);
}

void nic_rx_tell(struct nic *n, uint32_t queue, uint32_t slot, enum nic_bad_desc why)
{
    uint16_t *told = &n->st->rx.told[queue];

    if (*told >> why & 1)
        return;
    *told |= (uint16_t)(1u << why);
    nic_emit(n, NIC_EV_bad_desc, queue, 0, slot, why);
}

static uint32_t ring_length(const struct nic *n, uint32_t queue)
{
    return n->st->reg[R_RDLEN + queue] / NIC_DESC_BYTES;
}

static uint32_t in_ring(const struct nic *n, uint32_t queue)
{
    return ring_distance(n->st->rx.queue[queue].fetch, n->st->reg[R_RDT + queue],
                         ring_length(n, queue));
}

uint32_t nic_rx_prospect(const struct nic *n, uint32_t queue)
{
    const struct nic_desc_queue *q = &n->st->rx.queue[queue];

    return q->asked - q->used + (q->stalled ? 0 : in_ring(n, queue));
}

bool nic_rx_fetch(struct nic *n)
{
    struct nic_rx *rx = &n->st->rx;

    if (!nic_fetch_wanted(&rx->fetcher) || !nic_fetch_slot_free(&rx->fetcher))
        return false;
    int queue = nic_fetch_turn(&rx->fetcher);
    if (queue < 0)
        return false;
    struct nic_desc_queue *q = &rx->queue[queue];
    if (q->stalled || q->asked - q->used >= NIC_RX_REFILL_BELOW ||
        !nic_rx_enabled(rx, (uint32_t)queue) || !nic_rx_may_dma(n) ||
        !nic_vf_may_dma(n, (uint32_t)queue))
        return true;
    uint32_t there = in_ring(n, (uint32_t)queue);
    if (there == 0)
        return true;
    uint64_t base = (uint64_t)n->st->reg[R_RDBAH + queue] << 32 | n->st->reg[R_RDBAL + queue];
    uint32_t asked = nic_fetch_ask(n, &rx->fetcher, q, NIC_TAG_RX_DESC, (uint32_t)queue, base,
                                   ring_length(n, (uint32_t)queue), there);
    if (asked && asked < there) /* a boundary: the rest by another read */
        nic_fetch_want(&rx->fetcher, (uint32_t)queue);
    return true;
}

void nic_rx_dma_done(struct nic *n, uint16_t tag, enum nic_dma_status status, const uint8_t *data,
                     uint32_t length)
{
    struct nic_rx *rx = &n->st->rx;
    uint32_t grown;
    int queue = nic_fetch_done(n, &rx->fetcher, rx->queue, sizeof rx->queue[0], tag, status, data,
                               length, &grown);

    if (queue < 0)
        return;
    nic_rule_rx_fetched(n, (uint32_t)queue, grown);
    nic_rx_pump(n);
}

/* ---- registers ---- */

/* Says what is wrong with the ring of an enabled queue, if anything. */
static void check_ring(struct nic *n, uint32_t queue)
{
    uint32_t length = ring_length(n, queue);

    if (length != 0 && n->st->reg[R_RDH + queue] >= length)
        nic_rx_tell(n, queue, n->st->reg[R_RDH + queue], NIC_BAD_RING_HEAD);
}

static void doorbell(struct nic *n, uint32_t queue)
{
    struct nic_rx *rx = &n->st->rx;

    if (!nic_rx_enabled(rx, queue))
        return;
    check_ring(n, queue);
    rx->queue[queue].stalled = false;
    nic_fetch_want(&rx->fetcher, queue);
    nic_rx_pump(n);
}

void nic_rdt_write(struct nic *n, uint32_t index, uint32_t value)
{
    value = nic_reg_store(n, R_RDT, index, value);
    nic_emit(n, NIC_EV_tail, index, 0, value, n->st->reg[R_RDH + index]);
    doorbell(n, index);
}

/* Drivers write 0 before or after enabling: either way the queue goes on from there. */
void nic_rdh_write(struct nic *n, uint32_t index, uint32_t value)
{
    struct nic_rx *rx = &n->st->rx;

    value = nic_reg_store(n, R_RDH, index, value);
    if (nic_rx_enabled(rx, index) && rx->queue[index].next == value)
        return;
    nic_fetch_restart(&rx->fetcher, &rx->queue[index], index, value);
    doorbell(n, index);
}

void nic_rxdctl_write(struct nic *n, uint32_t index, uint32_t value)
{
    struct nic_rx *rx = &n->st->rx;
    bool was = nic_rx_enabled(rx, index), on = value & RXDCTL_ENABLE;

    nic_reg_store(n, R_RXDCTL, index, value & ~(uint32_t)RXDCTL_SWFLSH);
    if (was == on)
        return;
    nic_emit(n, NIC_EV_queue_enable, index, 0, on, ring_length(n, index));
    nic_fetch_restart(&rx->fetcher, &rx->queue[index], index, n->st->reg[R_RDH + index]);
    rx->enabled[index / 64] ^= 1ull << index % 64;
    rx->told[index] = 0;
    if (on)
        doorbell(n, index);
    else
        nic_rx_pump(n); /* frames that waited for it have to go */
}

void nic_rx_kick(struct nic *n)
{
    struct nic_rx *rx = &n->st->rx;

    if (!nic_rx_may_dma(n))
        return;
    rx->fetcher.want[0] |= rx->enabled[0];
    rx->fetcher.want[1] |= rx->enabled[1];
    nic_rx_pump(n);
}

void nic_rxctrl_write(struct nic *n, uint32_t index, uint32_t value)
{
    nic_reg_store(n, R_RXCTRL, 0, value);
    nic_rx_kick(n);
}

/* Drop enable and hidden tags, per queue, written indirectly: the register names the queue. */
void nic_qde_write(struct nic *n, uint32_t index, uint32_t value)
{
    uint32_t queue = value >> QDE_QUEUE_SHIFT & 0x7f;
    uint64_t bit = 1ull << queue % 64;
    uint64_t *drop = &n->st->rx.drop[queue / 64], *hide = &n->st->rx.hide[queue / 64];

    nic_reg_store(n, R_QDE, 0, value);
    if (value & QDE_READ)
        n->st->reg[R_QDE] = (n->st->reg[R_QDE] & ~(uint32_t)(QDE_ENABLE | QDE_HIDE_VLAN)) |
                            (*drop & bit ? QDE_ENABLE : 0) | (*hide & bit ? QDE_HIDE_VLAN : 0);
    if (!(value & QDE_WRITE))
        return;
    *drop = value & QDE_ENABLE ? *drop | bit : *drop & ~bit;
    *hide = value & QDE_HIDE_VLAN ? *hide | bit : *hide & ~bit;
    nic_rx_pump(n); /* the frame that blocks the buffer may be one of these now */
}
