/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Packet data: takes the packet whose queue's turn it is, reserves its place in the transmit
 * buffer, and turns its descriptors into reads, 16 at most under way, each within the maximum read
 * request and a 4 KiB page. One packet after the other is asked for; answers come in any order.
 */
#include "model/nic/tx.h"

#include "model/nic/nic_priv.h"
#include "model/nic/ring.h"

#define OFFLOADS (TXD_POPTS_IXSM | TXD_POPTS_TXSM | TXD_POPTS_IPSEC)

static bool is_context(uint32_t command)
{
    return command & TXD_DEXT && (command & TXD_DTYP) == TXD_DTYP_CONTEXT;
}

/* What the descriptors of the packet at the front of the cache add up to. */
struct shape {
    uint32_t descs, length;
    uint64_t rs;
    bool whole, ifcs, bad_type, offload;
};

static struct shape measure(const struct nic_desc_queue *d)
{
    struct shape s = {0};

    while (!s.whole && s.descs < d->ready - d->used && s.descs < NIC_DESC_CACHE) {
        const struct nic_desc *desc = &d->cache[(d->used + s.descs) % NIC_DESC_CACHE];
        uint32_t command = (uint32_t)desc->q1, olinfo = (uint32_t)(desc->q1 >> 32);
        uint64_t bit = 1ull << s.descs++;
        if (is_context(command))
            continue;
        s.length += command & TXD_LENGTH;
        if (command & TXD_RS)
            s.rs |= bit;
        s.ifcs |= !!(command & TXD_IFCS);
        s.whole = command & TXD_EOP;
        if (!(command & TXD_DEXT)) {
            s.offload |= command & (TXD_IC | TXD_VLE);
            continue;
        }
        s.bad_type |= (command & TXD_DTYP) != TXD_DTYP_DATA;
        s.offload |= command & (TXD_TSE | TXD_VLE) || olinfo & OFFLOADS;
    }
    return s;
}

static uint32_t buffer_limit(const struct nic *n)
{
    uint32_t bytes = n->st->reg[R_TXPBSIZE] & RXPBSIZE_SIZE;

    return bytes < NIC_TX_BUFFER_BYTES ? bytes : NIC_TX_BUFFER_BYTES;
}

/* Why this packet cannot be sent: enum nic_tx_drop + 1; 0 = it can. */
static uint8_t fault(struct nic *n, uint32_t queue, const struct shape *s)
{
    uint32_t slot = n->st->tx.queue[queue].desc.next;

    if (!s->whole || n->st->tx.queue[queue].discard)
        return NIC_TX_DROP_DESCS + 1;
    if (s->bad_type) {
        nic_tx_tell(n, queue, slot, NIC_BAD_TX_TYPE);
        return NIC_TX_DROP_TYPE + 1;
    }
    if (s->length == 0 || s->length > NIC_FRAME_MAX ||
        nic_tx_buffer_cost(s->length) > buffer_limit(n)) {
        nic_tx_tell(n, queue, slot, NIC_BAD_TX_LENGTH);
        return s->length ? NIC_TX_DROP_LONG + 1 : NIC_TX_DROP_EMPTY + 1;
    }
    if (s->offload)
        nic_tx_tell(n, queue, slot, NIC_BAD_TX_OFFLOAD);
    return 0;
}

/* A place in the transmit buffer, or NIC_FIFO_NONE while it is full. */
static uint32_t reserve(struct nic *n, uint32_t length)
{
    struct nic_tx *tx = &n->st->tx;
    uint32_t cost = nic_tx_buffer_cost(length), bytes = length, at;

    if (bytes && bytes < NIC_FRAME_MIN)
        bytes = NIC_FRAME_MIN; /* room to pad */
    if (tx->buffered + cost > buffer_limit(n))
        return NIC_FIFO_NONE;
    at = nic_fifo_push(&tx->fifo, tx->buffer, NIC_TX_BUFFER_RING,
                       sizeof(struct nic_tx_packet) + bytes);
    if (at == NIC_FIFO_NONE)
        return at;
    tx->buffered += cost;
    if (tx->next == NIC_FIFO_NONE)
        tx->next = at;
    return at;
}

/* Starts on the next packet: gather is active then. False: there is none, or no place for it. */
static bool begin(struct nic *n)
{
    struct nic_tx *tx = &n->st->tx;
    int queue = nic_map_next(tx->active, tx->turn);

    if (queue < 0)
        return false;
    struct nic_tx_queue *q = &tx->queue[queue];
    struct shape s = measure(&q->desc);
    uint64_t bit = 1ull << queue % 64;
    if (s.descs == 0 || (!s.whole && !q->discard)) { /* nothing whole after all */
        q->packets = 0;
        tx->active[queue / 64] &= ~bit;
        return true;
    }
    uint8_t drop = fault(n, (uint32_t)queue, &s);
    if (buffer_limit(n) == 0)
        nic_tx_tell(n, (uint32_t)queue, 0, NIC_BAD_TX_BUFFER);
    uint32_t at = reserve(n, drop ? 0 : s.length);
    if (at == NIC_FIFO_NONE) {
        tx->full = true;
        return false;
    }
    struct nic_tx_packet *p = nic_fifo_at(tx->buffer, at);
    *p = (struct nic_tx_packet){
        .record = p->record, .rs = s.rs, .length = drop ? 0 : s.length, .first = q->desc.next,
        .life = q->life, .descs = (uint8_t)s.descs, .queue = (uint8_t)queue, .drop = drop,
        .no_fcs = !s.ifcs, .asked = s.length,
    };
    tx->gather = (struct nic_tx_gather){
        .active = true, .queue = (uint8_t)queue, .packet = at, .descs = (uint8_t)s.descs,
    };
    tx->turn = (uint8_t)((queue + 1) % NIC_QUEUES);
    if (s.whole) {
        q->discard = false;
        q->packets -= q->packets > 0;
    }
    if (q->packets == 0)
        tx->active[queue / 64] &= ~bit;
    return true;
}

/* The next descriptor of the packet in hand. */
static void next_buffer(struct nic *n, struct nic_tx_packet *p)
{
    struct nic_tx_gather *g = &n->st->tx.gather;
    struct nic_desc_queue *d = &n->st->tx.queue[g->queue].desc;
    const struct nic_desc *desc = &d->cache[d->used % NIC_DESC_CACHE];

    d->used++;
    d->next = (uint16_t)ring_advance(d->next, 1, nic_tx_ring_length(n, g->queue));
    g->descs--;
    if (p->drop || is_context((uint32_t)desc->q1))
        return;
    g->address = desc->q0;
    g->left = (uint32_t)desc->q1 & TXD_LENGTH;
    if (g->left > p->length - g->filled) /* never past what was reserved */
        g->left = p->length - g->filled;
}

/* One read of the present buffer; false when every slot is busy. */
static bool ask(struct nic *n, struct nic_tx_packet *p)
{
    struct nic_tx *tx = &n->st->tx;
    struct nic_tx_gather *g = &tx->gather;
    uint32_t slots = ~tx->reads_busy & ((1u << NIC_TX_DATA_SLOTS) - 1);

    if (!slots)
        return false;
    uint32_t slot = (uint32_t)__builtin_ctz(slots), bytes = g->left, mrrs = nic_pci_mrrs(n);
    uint32_t in_page = 4096 - (uint32_t)(g->address & 4095);
    uint64_t address = g->address;
    if (bytes > mrrs)
        bytes = mrrs;
    if (bytes > NIC_READ_MAX)
        bytes = NIC_READ_MAX;
    if (bytes > in_page)
        bytes = in_page;
    tx->reads_busy |= 1u << slot;
    tx->read[slot] = (struct nic_tx_read){
        .packet = g->packet, .offset = g->filled, .length = (uint16_t)bytes, .busy = 1,
    };
    p->reads++;
    g->filled += bytes;
    g->address += bytes;
    g->left -= bytes;
    /* Last: the answer may come from inside. */
    n->ops->dma_read(n->host, nic_function(n), NIC_TAG(NIC_TAG_TX_DATA, slot), address, bytes);
    return true;
}

bool nic_tx_gather(struct nic *n)
{
    struct nic_tx *tx = &n->st->tx;
    struct nic_tx_gather *g = &tx->gather;

    if (!nic_tx_may_dma(n))
        return false;
    if (!g->active && !begin(n))
        return false;
    if (!g->active)
        return true;
    struct nic_tx_packet *p = nic_fifo_at(tx->buffer, g->packet);
    do { /* bounded: descriptors of one packet, and slots */
        if (g->left && !ask(n, p))
            return false;
        if (!g->left && g->descs)
            next_buffer(n, p);
    } while (g->left || g->descs);
    p->gathered = 1;
    g->active = false;
    nic_fetch_want(&tx->fetcher, g->queue);
    return true;
}

void nic_tx_gather_cancel(struct nic *n, uint32_t queue)
{
    struct nic_tx_gather *g = &n->st->tx.gather;

    if (!g->active || g->queue != queue)
        return;
    struct nic_tx_packet *p = nic_fifo_at(n->st->tx.buffer, g->packet);
    p->drop = p->drop ? p->drop : NIC_TX_DROP_DISABLED + 1;
    p->gathered = 1;
    g->active = false;
}

void nic_tx_data_done(struct nic *n, uint32_t slot, enum nic_dma_status status,
                      const uint8_t *data, uint32_t length)
{
    struct nic_tx *tx = &n->st->tx;

    if (slot >= NIC_TX_DATA_SLOTS || !tx->read[slot].busy)
        return;
    struct nic_tx_read *r = &tx->read[slot];
    r->busy = 0;
    tx->reads_busy &= ~(1u << slot);
    if (r->packet == NIC_FIFO_NONE) /* asked for before a reset */
        return;
    struct nic_tx_packet *p = nic_fifo_at(tx->buffer, r->packet);
    p->reads -= p->reads > 0;
    if (status == NIC_DMA_OK && length == r->length && data) {
        memcpy((uint8_t *)(p + 1) + r->offset, data, length);
        return;
    }
    nic_emit(n, NIC_EV_dma_fault, p->queue, NIC_TAG(NIC_TAG_TX_DATA, slot), status, p->first);
    p->drop = p->drop ? p->drop : NIC_TX_DROP_DMA + 1;
    nic_irq_cause(n, EICR_PCI);
}
