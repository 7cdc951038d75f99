/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Transmit descriptors: when to fetch, by TXDCTL's thresholds, and what arrives. A queue is active
 * while its cache holds a whole packet.
 *
 * A descriptor stays in the cache until the packet's data is there. A cache without a whole packet
 * fetches all it can; one with a packet, be it on its way, prefetches when it holds fewer than
 * PTHRESH and the ring has at least HTHRESH more.
 */
#include "model/nic/tx.h"

#include "model/nic/nic_priv.h"
#include "model/nic/ring.h"

/* How many descriptors this queue should ask for now. */
static uint32_t wanted(struct nic *n, uint32_t queue)
{
    const struct nic_tx_queue *q = &n->st->tx.queue[queue];
    const struct nic_desc_queue *d = &q->desc;
    uint32_t there = ring_distance(d->fetch, n->st->reg[R_TDT + queue],
                                   nic_tx_ring_length(n, queue));
    uint32_t cached = d->asked - d->used + q->working;

    if (there == 0 || cached >= NIC_TX_CACHE)
        return 0;
    uint32_t txdctl = n->st->reg[R_TXDCTL + queue];
    uint32_t pthresh = txdctl & TXDCTL_PTHRESH, hthresh = (txdctl & TXDCTL_HTHRESH) >> 8;
    bool starving = q->packets == 0 && d->asked == d->ready && !q->working;
    if (!starving && (cached >= pthresh || there < hthresh))
        return 0;
    return there < NIC_TX_CACHE - cached ? there : NIC_TX_CACHE - cached;
}

bool nic_tx_fetch(struct nic *n)
{
    struct nic_tx *tx = &n->st->tx;

    if (!nic_fetch_wanted(&tx->fetcher) || !nic_fetch_slot_free(&tx->fetcher))
        return false;
    int queue = nic_fetch_turn(&tx->fetcher);
    if (queue < 0)
        return false;
    struct nic_desc_queue *d = &tx->queue[queue].desc;
    uint32_t want = wanted(n, (uint32_t)queue);
    if (want == 0 || d->stalled || !nic_tx_may_fetch(tx, (uint32_t)queue) || !nic_tx_may_dma(n) ||
        !nic_vf_may_dma(n, (uint32_t)queue))
        return true;
    uint32_t asked = nic_fetch_ask(n, &tx->fetcher, d, NIC_TAG_TX_DESC, (uint32_t)queue,
                                   nic_tx_ring_base(n, (uint32_t)queue),
                                   nic_tx_ring_length(n, (uint32_t)queue), want);
    if (asked && asked < want) /* a boundary: the rest by another read */
        nic_fetch_want(&tx->fetcher, (uint32_t)queue);
    return true;
}

static bool ends_packet(const struct nic_desc *d)
{
    return !nic_tx_is_context(d) && d->q1 & TXD_EOP;
}

void nic_tx_desc_done(struct nic *n, uint16_t tag, enum nic_dma_status status,
                      const uint8_t *data, uint32_t length)
{
    struct nic_tx *tx = &n->st->tx;
    uint32_t grown;
    int queue = nic_fetch_done(n, &tx->fetcher, &tx->queue[0].desc, sizeof tx->queue[0], tag,
                               status, data, length, &grown);

    if (queue < 0)
        return;
    struct nic_tx_queue *q = &tx->queue[queue];
    for (uint32_t i = q->desc.ready - grown; i != q->desc.ready; i++)
        if (ends_packet(&q->desc.cache[i % NIC_DESC_CACHE]))
            q->packets++;
    if (grown == 0)
        return;
    nic_rule_tx_fetched(n, (uint32_t)queue, grown);
    uint32_t in_hand = 0; /* descriptors of a packet that has been counted off already */
    if (tx->gather.active && tx->gather.queue == queue)
        in_hand = tx->gather.descs;
    else if (nic_tx_is_context(&q->desc.cache[q->desc.used % NIC_DESC_CACHE]))
        nic_tx_take_contexts(n, (uint32_t)queue);
    if (q->packets == 0 && q->desc.ready - q->desc.used - in_hand >= NIC_TX_CACHE) {
        nic_tx_tell(n, (uint32_t)queue, q->desc.next, NIC_BAD_TX_CHAIN);
        q->special |= NIC_TX_DISCARD;
    }
    if (q->packets || q->special & NIC_TX_DISCARD)
        nic_tx_activate(tx, (uint32_t)queue);
    nic_fetch_want(&tx->fetcher, (uint32_t)queue);
}
