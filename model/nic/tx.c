/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Transmit queues: registers, doorbells, enabling and disabling, and the pump that keeps the
 * stages going. The stages themselves are in tx_fetch.c, tx_data.c, tx_done.c and tx_wire.c.
 */
#include "model/nic/tx.h"

#include "model/nic/nic_priv.h"

enum {
    PER_PUMP = 128, /* steps of the stages in one call */
    TIMER_WORK = 1, /* sched_event queue of NIC_TIMER_TX */
};

bool nic_tx_may_dma(const struct nic *n)
{
    return n->st->reg[R_DMATXCTL] & DMATXCTL_TE && nic_pci_bus_master(n) &&
           !(n->st->reg[R_CTRL] & CTRL_GIO_DIS) &&
           !(n->st->reg[R_SECTXCTRL] & SECTXCTRL_TX_DIS);
}

__attribute__((cold))
void nic_tx_tell(struct nic *n, uint32_t queue, uint32_t slot, enum nic_bad_desc why)
{
    uint16_t *told = &n->st->tx.told[queue];

    if (*told >> why & 1)
        return;
    *told |= (uint16_t)(1u << why);
    nic_emit(n, NIC_EV_bad_desc, queue, 1, slot, why);
}

uint32_t nic_tx_ring_length(const struct nic *n, uint32_t queue)
{
    return n->st->reg[R_TDLEN + queue] / NIC_DESC_BYTES;
}

uint64_t nic_tx_ring_base(const struct nic *n, uint32_t queue)
{
    return (uint64_t)n->st->reg[R_TDBAH + queue] << 32 | n->st->reg[R_TDBAL + queue];
}

/* ---- the pump ---- */

/* In hand, or in a cache. */
static inline bool has_packet(const struct nic_tx *tx)
{
    return tx->active[0] | tx->active[1] | tx->gather.active;
}

/* Packets whose data are there, in order; returns the steps that are left. */
static inline int complete(struct nic *n, int steps)
{
    while (steps > 0 && n->st->tx.next != NIC_FIFO_NONE && nic_tx_complete(n))
        steps--;
    return steps;
}

/* All steps are taken: the rest after what else is due now. */
static inline void rest(struct nic *n, int steps)
{
    if (steps <= 0)
        nic_alarm_set(n, &n->st->tx.work, nic_now(n), NIC_TIMER_TX, TIMER_WORK);
}

void nic_tx_pump(struct nic *n)
{
    struct nic_tx *tx = &n->st->tx;
    int steps = PER_PUMP;

    if (tx->pumping) { /* an answer from inside dma_read */
        tx->again = true;
        return;
    }
    tx->pumping = true;
    while (steps > 0 && nic_tx_fetch(n))
        steps--;
    do {
        tx->again = false;
        if (has_packet(tx) && nic_tx_may_dma(n))
            while (steps > 0 && nic_tx_gather(n))
                steps--;
        steps = complete(n, steps);
        /* Gathering used descriptors up: the queue may want more. */
        while (steps > 0 && nic_tx_fetch(n))
            steps--;
    } while (tx->again && steps > 0);
    tx->pumping = false;
    rest(n, steps);
}

void nic_tx_dma_done(struct nic *n, uint16_t tag, enum nic_dma_status status, const uint8_t *data,
                     uint32_t length)
{
    const struct nic_tx *tx = &n->st->tx;

    if (NIC_TAG_KIND(tag) == NIC_TAG_TX_DATA)
        nic_tx_data_done(n, NIC_TAG_SLOT(tag), status, data, length);
    else
        nic_tx_desc_done(n, tag, status, data, length);
    if (tx->pumping || has_packet(tx) || nic_fetch_wanted(&tx->fetcher)) {
        nic_tx_pump(n);
        return;
    }
    int steps = complete(n, PER_PUMP); /* most often all that is left of the pump */
    if (nic_fetch_wanted(&tx->fetcher)) /* a cache that was emptied by it */
        nic_tx_pump(n);
    else
        rest(n, steps);
}

void nic_tx_room(struct nic *n)
{
    if (!n->st->tx.starved)
        return;
    n->st->tx.starved = false;
    nic_tx_pump(n);
}

void nic_tx_work(struct nic *n)
{
    nic_alarm_fired(&n->st->tx.work);
    nic_tx_pump(n);
}

void nic_tx_kick(struct nic *n)
{
    struct nic_tx *tx = &n->st->tx;

    if (!nic_tx_may_dma(n))
        return;
    tx->fetcher.want[0] |= tx->enabled[0];
    tx->fetcher.want[1] |= tx->enabled[1];
    nic_tx_pump(n);
}

/* ---- registers ---- */

static void check_ring(struct nic *n, uint32_t queue)
{
    uint32_t length = nic_tx_ring_length(n, queue);

    if (length != 0 && n->st->reg[R_TDH + queue] >= length)
        nic_tx_tell(n, queue, n->st->reg[R_TDH + queue], NIC_BAD_RING_HEAD);
}

static void doorbell(struct nic *n, uint32_t queue)
{
    struct nic_tx *tx = &n->st->tx;

    if (!nic_tx_enabled(tx, queue))
        return;
    check_ring(n, queue);
    tx->queue[queue].desc.stalled = false;
    nic_fetch_want(&tx->fetcher, queue);
    nic_tx_pump(n);
}

static void forget(struct nic_tx_queue *q)
{
    q->packets = 0;
    q->pendings = 0;
    q->working = 0;
    q->special &= (uint8_t)~NIC_TX_DISCARD;
    q->life++;
    memset(q->context, 0, sizeof q->context);
}

/* Everything of the queue is forgotten; what is on its way to the wire goes out, unreported. */
static void restart(struct nic *n, uint32_t queue)
{
    struct nic_tx *tx = &n->st->tx;
    struct nic_tx_queue *q = &tx->queue[queue];

    nic_tx_gather_cancel(n, queue);
    nic_fetch_restart(&tx->fetcher, &q->desc, queue, n->st->reg[R_TDH + queue]);
    tx->active[queue / 64] &= ~(1ull << queue % 64);
    forget(q);
}

void nic_tx_forget(struct nic *n, uint32_t queue)
{
    restart(n, queue);
}

void nic_tdt_write(struct nic *n, uint32_t index, uint32_t value)
{
    value = nic_reg_store(n, R_TDT, index, value);
    nic_emit(n, NIC_EV_tail, index, 1, value, n->st->reg[R_TDH + index]);
    doorbell(n, index);
}

/* Drivers write 0 before or after enabling: either way the queue goes on from there. */
void nic_tdh_write(struct nic *n, uint32_t index, uint32_t value)
{
    struct nic_tx *tx = &n->st->tx;

    value = nic_reg_store(n, R_TDH, index, value);
    if (nic_tx_enabled(tx, index) && tx->queue[index].desc.next == value)
        return;
    restart(n, index);
    doorbell(n, index);
}

void nic_txdctl_write(struct nic *n, uint32_t index, uint32_t value)
{
    struct nic_tx *tx = &n->st->tx;
    bool was = nic_tx_enabled(tx, index), on = value & TXDCTL_ENABLE;

    nic_reg_store(n, R_TXDCTL, index, value & ~(uint32_t)TXDCTL_SWFLSH);
    if (was == on)
        return;
    nic_emit(n, NIC_EV_queue_enable, index, 1, on, nic_tx_ring_length(n, index));
    restart(n, index);
    tx->enabled[index / 64] ^= 1ull << index % 64;
    tx->told[index] = 0;
    if (on)
        doorbell(n, index);
    else
        nic_tx_pump(n); /* a packet that was cut short has to leave the line */
}

void nic_dmatxctl_write(struct nic *n, uint32_t index, uint32_t value)
{
    nic_reg_store(n, R_DMATXCTL, 0, value);
    nic_tx_kick(n);
}

/* What is in the buffer leaves; nothing follows while TX_DIS is set [I-101]. */
void nic_sectxctrl_write(struct nic *n, uint32_t index, uint32_t value)
{
    nic_reg_store(n, R_SECTXCTRL, 0, value);
    nic_tx_kick(n);
}

/* ---- life ---- */

void nic_tx_reset(struct nic *n, enum nic_reset_kind kind)
{
    struct nic_tx *tx = &n->st->tx;

    for (uint32_t q = 0; q < NIC_QUEUES; q++) {
        struct nic_tx_queue *queue = &tx->queue[q];
        nic_fetch_restart(&tx->fetcher, &queue->desc, q, 0);
        forget(queue);
        queue->special = 0;
    }
    for (int i = 0; i < NIC_TX_DATA_SLOTS; i++)
        tx->read[i].packet = NIC_FIFO_NONE; /* answers still to come are ignored */
    memset(tx->fetcher.want, 0, sizeof tx->fetcher.want);
    memset(tx->enabled, 0, sizeof tx->enabled);
    memset(tx->active, 0, sizeof tx->active);
    memset(tx->shut, 0, sizeof tx->shut);
    memset(tx->waiting, 0, sizeof tx->waiting);
    memset(tx->rate, 0, sizeof tx->rate);
    memset(tx->due_ps, 0, sizeof tx->due_ps);
    memset(tx->told, 0, sizeof tx->told);
    tx->gather = (struct nic_tx_gather){0};
    tx->header_bytes = 0;
    tx->fifo = (struct nic_fifo){0};
    tx->buffered = tx->complete = 0;
    tx->next = NIC_FIFO_NONE;
    tx->starved = tx->full = tx->pumping = tx->again = false;
}

/* Records of the transmit buffer, and where `next` points among them. */
static bool buffer_valid(const struct nic_tx *tx)
{
    const struct nic_fifo *f = &tx->fifo;
    uint32_t i = 0, nth = NIC_FIFO_NONE;

    if (!nic_fifo_valid(f, tx->buffer, NIC_TX_BUFFER_RING, sizeof(struct nic_tx_packet)))
        return false;
    for (uint32_t at = nic_fifo_head(f); at != NIC_FIFO_NONE;
         at = nic_fifo_next(f, tx->buffer, NIC_TX_BUFFER_RING, at), i++) {
        const struct nic_tx_packet *p = (const struct nic_tx_packet *)(tx->buffer + at);
        uint32_t bytes = p->length < NIC_FRAME_MIN ? NIC_FRAME_MIN : p->length;
        if (p->queue >= NIC_QUEUES || p->drop > NIC_TX_DROPS || p->how > NIC_TX_HOW ||
            (!p->drop && (p->length > NIC_FRAME_MAX || sizeof *p + bytes > p->record.size ||
                          !nic_tx_offload_valid(p))))
            return false;
        if (i == tx->complete)
            nth = at;
    }
    return tx->complete <= f->count && tx->next == nth && tx->buffered <= NIC_TX_BUFFER_BYTES;
}

static bool is_packet(const struct nic_tx *tx, uint32_t offset)
{
    for (uint32_t at = nic_fifo_head(&tx->fifo); at != NIC_FIFO_NONE;
         at = nic_fifo_next(&tx->fifo, tx->buffer, NIC_TX_BUFFER_RING, at))
        if (at == offset)
            return true;
    return false;
}

static bool reads_valid(const struct nic_tx *tx)
{
    for (int i = 0; i < NIC_TX_DATA_SLOTS; i++) {
        const struct nic_tx_read *r = &tx->read[i];
        if (!r->busy || r->packet == NIC_FIFO_NONE)
            continue;
        if (!is_packet(tx, r->packet))
            return false;
        const struct nic_tx_packet *p = (const struct nic_tx_packet *)(tx->buffer + r->packet);
        if (r->length > NIC_READ_MAX || (uint64_t)r->offset + r->length > p->length ||
            p->length > NIC_FRAME_MAX || sizeof *p + p->length > p->record.size)
            return false;
    }
    return true;
}

/* The packet in hand: within its descriptors and its place. */
static bool gather_valid(const struct nic_tx *tx)
{
    const struct nic_tx_gather *g = &tx->gather;

    if (!nic_tx_segment_valid(tx))
        return false;
    if (!g->active)
        return true;
    if (g->queue >= NIC_QUEUES)
        return false;
    const struct nic_desc_queue *d = &tx->queue[g->queue].desc;
    if (g->descs > d->ready - d->used || g->left > TXD_LENGTH)
        return false;
    if (g->segmented && g->packet == NIC_FIFO_NONE)
        return true;
    if (!is_packet(tx, g->packet))
        return false;
    const struct nic_tx_packet *p = (const struct nic_tx_packet *)(tx->buffer + g->packet);
    if (p->gathered || (p->drop && (g->segmented || g->left == 0)))
        return g->segmented || g->left == 0;
    if (p->drop && (p->length > NIC_FRAME_MAX || sizeof *p + p->length > p->record.size))
        return false; /* a read of it failed: the rest is read all the same */
    uint32_t end = p->length - nic_tx_tag_bytes(&p->offload);
    if (g->segmented)
        return g->filled <= end;
    return p->asked <= end && g->filled <= p->asked && g->left <= p->asked - g->filled;
}

bool nic_tx_valid(const struct nic_state *st)
{
    const struct nic_tx *tx = &st->tx;

    for (uint32_t q = 0; q < NIC_QUEUES; q++)
        if (!nic_desc_queue_valid(&tx->queue[q].desc) || tx->queue[q].pendings > NIC_TX_PENDING)
            return false;
    return nic_fetch_valid(&tx->fetcher) && !tx->pumping && tx->turn < NIC_QUEUES &&
           buffer_valid(tx) && reads_valid(tx) && gather_valid(tx);
}
