/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Completion: when all data of a packet are in the transmit buffer its descriptors are done, in
 * order. TDH moves, DD is written for descriptors with RS (or the head, by TDWBAL), at once or
 * WTHRESH of them together, and the queue's interrupt cause is raised.
 */
#include "model/nic/nic_priv.h"
#include "model/nic/ring.h"
#include "model/nic/tx.h"

enum {
    WRITE_COST = 32, /* room that a posted write takes beyond its bytes */
    HEAD_BYTES = 4,
    RETRY_PS = 1000 * 1000, /* a flush that found no room */
};

static bool room(struct nic *n, uint32_t bytes)
{
    if (nic_may_post(n, bytes))
        return true;
    n->st->tx.starved = true;
    return false;
}

static void write_head(struct nic *n, uint32_t queue, uint64_t address)
{
    uint32_t head = n->st->reg[R_TDH + queue];
    uint8_t bytes[HEAD_BYTES] = {(uint8_t)head, (uint8_t)(head >> 8)};

    n->ops->dma_write(n->host, nic_queue_function(n, queue), NIC_TAG(NIC_TAG_TX_WB, queue),
                      address & ~(uint64_t)(HEAD_BYTES - 1), bytes, sizeof bytes);
}

/* DD into every held-back descriptor; neighbours in the ring go by one write. */
static void write_descs(struct nic *n, uint32_t queue, const struct nic_tx_queue *q)
{
    uint8_t out[NIC_TX_PENDING * NIC_DESC_BYTES];
    uint64_t base = nic_tx_ring_base(n, queue);
    uint32_t pendings = q->pendings, run;

    for (uint32_t i = 0; i < pendings; i += run) {
        uint32_t first = q->pending[i];
        run = 0;
        do {
            nic_store64(out + NIC_DESC_BYTES * run, 0);
            nic_store64(out + NIC_DESC_BYTES * run + 8, (uint64_t)TXD_STAT_DD << 32);
            nic_emit(n, NIC_EV_tx_desc_done, queue, first + run, 0, 0);
            run++;
        } while (i + run < pendings && q->pending[i + run] == first + run);
        n->ops->dma_write(n->host, nic_queue_function(n, queue), NIC_TAG(NIC_TAG_TX_WB, queue),
                          base + (uint64_t)NIC_DESC_BYTES * first, out, run * NIC_DESC_BYTES);
    }
}

/* All that was held back; room was asked for. */
static void flush(struct nic *n, uint32_t queue)
{
    struct nic_tx_queue *q = &n->st->tx.queue[queue];
    uint32_t low = n->st->reg[R_TDWBAL + queue];

    if (low & TDWBAL_HEAD_WB_EN)
        write_head(n, queue, (uint64_t)n->st->reg[R_TDWBAH + queue] << 32 | low);
    else
        write_descs(n, queue, q);
    q->pendings = 0;
    nic_irq_queue(n, queue, true);
}

static uint32_t flush_cost(uint32_t descs)
{
    return descs * (NIC_DESC_BYTES + WRITE_COST);
}

/* Descriptors that ask for one: mostly one of the packet, or none. */
static inline uint32_t reports(uint64_t rs)
{
    uint32_t count = 0;

    for (; rs; rs &= rs - 1)
        count++;
    return count;
}

/* Adds the packet's reports to those held back and writes them all when it is time; false when
 * there is no room for that (nothing was changed then). */
static bool report(struct nic *n, struct nic_tx_queue *q, const struct nic_tx_packet *p)
{
    uint32_t txdctl = n->st->reg[R_TXDCTL + p->queue], ring = nic_tx_ring_length(n, p->queue);
    uint32_t wthresh = (txdctl & TXDCTL_WTHRESH) >> TXDCTL_WTHRESH_SHIFT;
    uint32_t count = reports(p->rs);
    bool early = q->pendings + count > NIC_TX_PENDING, now = q->pendings + count >= wthresh;

    if ((early || now) && !room(n, flush_cost(q->pendings + count)))
        return false;
    if (early)
        flush(n, p->queue);
    for (uint64_t rs = p->rs; rs; rs &= rs - 1)
        q->pending[q->pendings++] =
            (uint16_t)ring_advance(p->first, (uint32_t)__builtin_ctzll(rs), ring);
    n->st->reg[R_TDH + p->queue] = p->head;
    if (now || q->pendings >= wthresh) {
        flush(n, p->queue);
        return true;
    }
    uint64_t interval = nic_irq_interval_ps(n, p->queue, true);
    if (interval)
        nic_alarm_set(n, &q->flush, nic_now(n) + interval, NIC_TIMER_WB, p->queue);
    return true;
}

bool nic_tx_complete(struct nic *n)
{
    struct nic_tx *tx = &n->st->tx;
    const struct nic_timing *t = &n->st->config.timing;

    if (tx->starved)
        return false;
    struct nic_tx_packet *p = nic_fifo_at(tx->buffer, tx->next);
    if (!p->gathered || p->reads)
        return false;
    struct nic_tx_queue *q = &tx->queue[p->queue];
    if (p->life == q->life) {
        if (!p->rs)
            n->st->reg[R_TDH + p->queue] = p->head;
        else if (!report(n, q, p))
            return false;
        q->working = (uint16_t)(q->working - (p->gathered - 1u));
        if (q->desc.fetch != n->st->reg[R_TDT + p->queue])
            nic_fetch_want(&tx->fetcher, p->queue);
    }
    if (p->offload.what)
        nic_tx_offload_apply(n, p);
    if (p->drop)
        nic_emit(n, NIC_EV_tx_drop, p->queue, p->drop - 1u, p->asked, p->first);
    p->ready_ps = nic_now(n) + t->tx_pipe_ps + t->phy_tx_ps;
    tx->next = nic_fifo_next(&tx->fifo, tx->buffer, NIC_TX_BUFFER_RING, tx->next);
    tx->complete++;
    if (!nic_line_pending(n, NIC_LINE_TX))
        nic_tx_wire_set(n);
    return true;
}

void nic_wb_fire(struct nic *n, const struct sched_event *e)
{
    uint32_t queue = sched_event_queue(e);

    if (queue >= NIC_QUEUES)
        return;
    struct nic_tx_queue *q = &n->st->tx.queue[queue];
    nic_alarm_fired(&q->flush);
    if (q->pendings == 0)
        return;
    if (nic_may_post(n, flush_cost(q->pendings)))
        flush(n, queue);
    else
        nic_alarm_set(n, &q->flush, nic_now(n) + RETRY_PS, NIC_TIMER_WB, queue);
}
