/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Receive by pools: a frame for several of them is handed over once for each, to the queue that its
 * hash or class has there, with or without its tag as that queue wants it. Which pools they are,
 * pool.c and tx_switch.c say.
 */
#include "model/nic/rx.h"

#include "model/nic/nic_priv.h"

void nic_rx_tag(const struct nic *n, uint32_t tci, struct nic_rx_meta *meta)
{
    if (!(n->st->reg[R_RXDCTL + meta->queue] & RXDCTL_VME))
        return;
    meta->status |= RXD_STAT_VP;
    meta->tag = (uint16_t)tci;
}

/* The tag is out: does the descriptor say so? */
static void accept_stripped(struct nic *n, const uint8_t *frame, struct nic_rx_meta *meta)
{
    meta->length -= NIC_TAG_BYTES;
    if (n->st->rx.hide[meta->queue / 64] >> meta->queue % 64 & 1) { /* [I-124] */
        meta->status &= ~(uint32_t)RXD_STAT_VP;
        meta->tag = 0;
    }
    nic_rx_accept(n, frame, meta);
}

/* To those of the pools that want the tag in the frame (`stripped` false) or out of it. */
static void copy(struct nic *n, const uint8_t *frame, const struct nic_rx_meta *meta,
                 bool stripped)
{
    struct nic_rx_copies c = n->st->rx.copies;
    bool group = frame[0] & 1, alone = !(c.pools & (c.pools - 1));

    for (; c.pools; c.pools &= c.pools - 1) {
        uint32_t pool = (uint32_t)__builtin_ctzll(c.pools);
        struct nic_rx_meta m = *meta;
        if (!alone) /* else a filter may have chosen */
            m.queue = nic_pool_queue(n, pool, &c.choice);
        m.status &= ~(uint32_t)RXD_STAT_VP;
        m.tag = 0;
        if (c.tagged)
            nic_rx_tag(n, c.tci, &m);
        if (!!(m.status & RXD_STAT_VP) != stripped)
            continue;
        if (group)
            nic_stats_rx_pool_group(n, pool);
        if (stripped)
            accept_stripped(n, frame, &m);
        else
            nic_rx_accept(n, frame, &m);
    }
}

void nic_rx_put(struct nic *n, uint8_t *frame, struct nic_rx_meta *meta)
{
    bool copies = meta->status & NIC_RX_COPIES, outer = meta->status & RXD_STAT_VEXT;

    meta->status &= ~(uint32_t)(NIC_RX_COPIES | NIC_RX_SWITCHED);
    if (copies) {
        copy(n, frame, meta, false);
        if (n->st->rx.copies.tagged)
            copy(n, nic_vlan_strip(frame, outer), meta, true);
    } else if (meta->status & RXD_STAT_VP) {
        accept_stripped(n, nic_vlan_strip(frame, outer), meta);
    } else {
        nic_rx_accept(n, frame, meta);
    }
}
