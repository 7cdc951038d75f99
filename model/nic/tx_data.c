/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Packet data: takes the packet whose queue's turn it is, reserves its place in the transmit
 * buffer, and turns its descriptors into reads, 16 at most under way, each within the maximum read
 * request and a 4 KiB page. One packet after the other is asked for; answers come in any order.
 */
#include "model/nic/tx.h"

#include "model/nic/copy.h"
#include "model/nic/nic_priv.h"
#include "model/nic/ring.h"

/* Bits of q1 that ask for more than to be sent as it is, or may: in a legacy descriptor some of
 * them are part of a number. */
#define ASKS                                                                                       \
    ((uint64_t)(TXD_POPTS_IXSM | TXD_POPTS_TXSM | TXD_POPTS_IPSEC) << 32 |                         \
     (uint32_t)(TXD_TSE | TXD_VLE | TXD_IC | TXD_LINKSEC | TXD_1588))

/* What of q1 says that a descriptor is a packet by itself that is to be sent as it is. */
#define FORM (ASKS | (uint32_t)(TXD_DEXT | TXD_DTYP | TXD_EOP | TXD_IFCS))
#define PLAIN ((uint32_t)(TXD_DEXT | TXD_DTYP_DATA | TXD_EOP | TXD_IFCS))

/* What the descriptors of the packet at the front of the cache add up to. */
struct shape {
    uint32_t descs, length;
    uint64_t rs;
    uint64_t any; /* q1 of its descriptors, or-ed */
    bool whole, bad_type, contexts;
};

static struct shape measure(const struct nic_desc_queue *d)
{
    struct shape s = {0};

    while (!s.whole && s.descs < d->ready - d->used && s.descs < NIC_DESC_CACHE) {
        const struct nic_desc *desc = &d->cache[(d->used + s.descs) % NIC_DESC_CACHE];
        uint32_t command = (uint32_t)desc->q1, type = command & (TXD_DEXT | TXD_DTYP);
        uint64_t bit = 1ull << s.descs++;
        if (type == (TXD_DEXT | TXD_DTYP_CONTEXT)) {
            s.contexts = true;
            continue;
        }
        s.any |= desc->q1;
        s.length += command & TXD_LENGTH;
        if (command & TXD_RS)
            s.rs |= bit;
        s.whole = command & TXD_EOP;
        s.bad_type |= command & TXD_DEXT && type != (TXD_DEXT | TXD_DTYP_DATA);
    }
    return s;
}

uint32_t nic_tx_buffer_limit(const struct nic *n)
{
    uint32_t bytes = n->st->reg[R_TXPBSIZE] & RXPBSIZE_SIZE;

    return bytes < NIC_TX_BUFFER_BYTES ? bytes : NIC_TX_BUFFER_BYTES;
}

/* Why a packet whose longest frame is this cannot be sent: enum nic_tx_drop + 1; 0 = it can. */
static inline uint8_t fault(struct nic *n, uint32_t queue, const struct shape *s, uint32_t longest)
{
    const struct nic_tx_queue *q = &n->st->tx.queue[queue];

    if (!s->whole || q->special & NIC_TX_DISCARD)
        return NIC_TX_DROP_DESCS + 1;
    if (s->bad_type) {
        nic_tx_tell(n, queue, q->desc.next, NIC_BAD_TX_TYPE);
        return NIC_TX_DROP_TYPE + 1;
    }
    if (s->length == 0 || longest > NIC_FRAME_MAX ||
        nic_tx_buffer_cost(longest) > nic_tx_buffer_limit(n)) {
        nic_tx_tell(n, queue, q->desc.next, NIC_BAD_TX_LENGTH);
        return s->length ? NIC_TX_DROP_LONG + 1 : NIC_TX_DROP_EMPTY + 1;
    }
    return 0;
}

/* PAYLEN of the first descriptor; it is most often that of all of them. */
static inline void check_paylen(struct nic *n, uint32_t queue, const struct shape *s,
                                uint32_t header)
{
    const struct nic_desc_queue *d = &n->st->tx.queue[queue].desc;
    uint32_t payload = s->length - header;

    if (s->any >> 32 >> TXD_PAYLEN_SHIFT == payload)
        return;
    uint64_t first = d->cache[d->used % NIC_DESC_CACHE].q1;
    if (first & TXD_DEXT && first >> 32 >> TXD_PAYLEN_SHIFT != payload)
        nic_tx_tell(n, queue, d->next, NIC_BAD_TX_PAYLEN);
}

/* A place in the transmit buffer, or NIC_FIFO_NONE while it is full. */
static inline uint32_t reserve(struct nic *n, uint32_t length)
{
    struct nic_tx *tx = &n->st->tx;
    uint32_t cost = nic_tx_buffer_cost(length), bytes = length, at;

    if (bytes && bytes < NIC_FRAME_MIN)
        bytes = NIC_FRAME_MIN; /* room to pad */
    if (tx->buffered + cost > nic_tx_buffer_limit(n))
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

/* A place in the buffer for the packet in hand; false: there is none. No plan: it leaves as it
 * is. */
static inline __attribute__((always_inline)) bool
place(struct nic *n, uint32_t queue, const struct shape *s, uint8_t drop,
      const struct nic_tx_plan *plan)
{
    struct nic_tx *tx = &n->st->tx;
    const struct nic_tx_queue *q = &tx->queue[queue];
    uint32_t length = drop ? 0 : s->length;

    if (plan && !drop)
        length += nic_tx_tag_bytes(&plan->offload);
    uint32_t at = reserve(n, length);
    if (at == NIC_FIFO_NONE)
        return false;
    struct nic_tx_packet *p = nic_fifo_at(tx->buffer, at);
    *p = (struct nic_tx_packet){
        .record = p->record, .rs = s->rs, .length = length, .first = q->desc.next,
        .life = q->life, .queue = (uint8_t)queue, .drop = drop,
        .how = s->any & TXD_IFCS ? 0 : NIC_TX_NO_FCS, .asked = s->length,
    };
    if (plan)
        p->offload = plan->offload;
    tx->gather = (struct nic_tx_gather){
        .active = true, .queue = (uint8_t)queue, .packet = at, .descs = (uint8_t)s->descs,
    };
    return true;
}

/* Into segments: each finds its place when its turn comes. */
static void cut(struct nic *n, uint32_t queue, const struct shape *s,
                const struct nic_tx_plan *plan)
{
    struct nic_tx *tx = &n->st->tx;
    const struct nic_tx_queue *q = &tx->queue[queue];

    tx->segment = (struct nic_tx_segment){
        .like = {.first = q->desc.next, .head = q->desc.next, .life = q->life,
                 .queue = (uint8_t)queue, .how = s->any & TXD_IFCS ? 0 : NIC_TX_NO_FCS,
                 .asked = s->length,
                 .offload = plan->offload, .header = plan->header},
        .rs = s->rs, .payload = s->length - plan->header, .mss = plan->mss,
    };
    tx->gather = (struct nic_tx_gather){
        .active = true, .queue = (uint8_t)queue, .packet = NIC_FIFO_NONE,
        .descs = (uint8_t)s->descs, .segmented = 1,
    };
}

/* A packet that asks for something, or seems to. */
static __attribute__((noinline)) bool place_asking(struct nic *n, uint32_t queue,
                                                   const struct shape *s)
{
    struct nic_tx_plan plan = {.mss = 0};
    uint32_t longest = s->length, special = n->st->tx.queue[queue].special;
    uint8_t drop = 0;

    if (s->whole && !s->bad_type && !(special & NIC_TX_DISCARD)) {
        drop = nic_tx_offload_plan(n, queue, s->descs, s->length, &plan);
        if (special & NIC_TX_POOL && !drop)
            drop = nic_tx_pool_plan(n, queue, s->length, &plan.offload);
    }
    if (plan.mss) {
        uint32_t payload = s->length - plan.header;
        if (payload > TXD_PAYLEN_MAX)
            longest = UINT16_MAX; /* too long in any case */
        else if (payload > plan.mss)
            longest = plan.header + plan.mss;
    }
    if (!drop)
        drop = fault(n, queue, s, longest + nic_tx_tag_bytes(&plan.offload));
    if (!drop)
        check_paylen(n, queue, s, plan.header);
    if (drop || !plan.mss)
        return place(n, queue, s, drop, &plan);
    cut(n, queue, s, &plan);
    return true;
}

static inline bool place_plain(struct nic *n, uint32_t queue, const struct shape *s)
{
    uint8_t drop = fault(n, queue, s, s->length);

    if (!drop)
        check_paylen(n, queue, s, 0);
    return place(n, queue, s, drop, NULL);
}

/* The queue's packet has its place: the next queue's turn. */
static inline void begun(struct nic_tx *tx, uint32_t queue, bool whole)
{
    struct nic_tx_queue *q = &tx->queue[queue];

    tx->turn = (uint8_t)((queue + 1) % NIC_QUEUES);
    q->packets -= whole && q->packets > 0;
    if (q->packets == 0)
        tx->active[queue / 64] &= ~(1ull << queue % 64);
}

/* Bytes of the packet that was begun, headers and FCS of each segment included. */
static uint32_t on_wire(const struct nic_tx *tx, uint32_t length)
{
    const struct nic_tx_segment *s = &tx->segment;

    if (!tx->gather.segmented)
        return length + NIC_FCS_BYTES;
    uint32_t frames = s->payload ? (s->payload + s->mss - 1) / s->mss : 1;
    return s->payload + frames * (s->like.header + NIC_FCS_BYTES);
}

/* Starts on the next packet: gather is active then. False: there is no place for it. */
static __attribute__((noinline)) bool begin(struct nic *n, uint32_t queue)
{
    struct nic_tx *tx = &n->st->tx;
    struct nic_tx_queue *q = &tx->queue[queue];
    struct shape s = measure(&q->desc);
    if (s.contexts && nic_tx_is_context(&q->desc.cache[q->desc.used % NIC_DESC_CACHE])) {
        nic_tx_take_contexts(n, queue);
        return true; /* the packet behind them is next */
    }
    if (s.descs == 0 || (!s.whole && !(q->special & NIC_TX_DISCARD))) { /* none whole after all */
        q->packets = 0;
        tx->active[queue / 64] &= ~(1ull << queue % 64);
        return true;
    }
    if (nic_tx_buffer_limit(n) == 0)
        nic_tx_tell(n, queue, 0, NIC_BAD_TX_BUFFER);
    bool placed = s.any & ASKS || q->special & NIC_TX_POOL ? place_asking(n, queue, &s)
                                                           : place_plain(n, queue, &s);
    if (!placed) {
        tx->full = true;
        return false;
    }
    if (s.whole)
        q->special &= (uint8_t)~NIC_TX_DISCARD;
    begun(tx, queue, s.whole);
    if (q->special & NIC_TX_PACED)
        nic_tx_rate_charge(n, queue, on_wire(tx, s.length));
    return true;
}

/* The next descriptor of the packet in hand. */
static inline void next_buffer(struct nic *n, uint32_t room)
{
    struct nic_tx_gather *g = &n->st->tx.gather;
    struct nic_desc_queue *d = &n->st->tx.queue[g->queue].desc;
    const struct nic_desc *desc = &d->cache[d->used % NIC_DESC_CACHE];

    d->used++;
    d->next = (uint16_t)ring_advance(d->next, 1, nic_tx_ring_length(n, g->queue));
    g->descs--;
    if (nic_tx_is_context(desc)) { /* between the descriptors of a packet: for the next one */
        nic_tx_store_context(&n->st->tx.queue[g->queue], desc);
        return;
    }
    g->address = desc->q0;
    g->left = (uint32_t)desc->q1 & TXD_LENGTH;
    if (g->left > room) /* never past what was reserved */
        g->left = room;
}

static inline uint32_t free_slots(const struct nic_tx *tx)
{
    return ~tx->reads_busy & ((1u << NIC_TX_DATA_SLOTS) - 1);
}

/* The most that one read may ask for from there. */
static inline uint32_t read_most(const struct nic *n, uint64_t address)
{
    uint32_t most = 4096 - (uint32_t)(address & 4095), mrrs = nic_pci_mrrs(n);

    most = most < mrrs ? most : mrrs;
    return most < NIC_READ_MAX ? most : NIC_READ_MAX;
}

/* A read for the packet's bytes from `offset` on; a slot is free. The answer may come from
 * inside. */
static inline void request(struct nic *n, uint32_t packet, uint32_t offset, uint64_t address,
                           uint32_t bytes)
{
    struct nic_tx *tx = &n->st->tx;
    uint32_t slot = (uint32_t)__builtin_ctz(free_slots(tx));

    tx->reads_busy |= 1u << slot;
    tx->read[slot] = (struct nic_tx_read){
        .packet = packet, .offset = offset, .length = (uint16_t)bytes, .busy = 1,
    };
    struct nic_tx_packet *p = nic_fifo_at(tx->buffer, packet);
    p->reads++;
    n->read_queue = (uint16_t)p->queue;
    n->ops->dma_read(n->host, nic_queue_function(n, p->queue), NIC_TAG(NIC_TAG_TX_DATA, slot),
                     address, bytes);
}

/* One read of the present buffer; false when every slot is busy. */
static inline bool ask(struct nic *n, uint32_t bytes)
{
    struct nic_tx_gather *g = &n->st->tx.gather;
    uint64_t address = g->address;
    uint32_t filled = g->filled, most = read_most(n, address);

    if (!free_slots(&n->st->tx))
        return false;
    bytes = bytes < most ? bytes : most;
    g->filled += bytes;
    g->address += bytes;
    g->left -= bytes;
    request(n, g->packet, filled, address, bytes);
    return true;
}

/* A packet of the queue has been asked for to its end; its descriptors stay until it is whole. */
static inline void gathered(struct nic *n, struct nic_tx_queue *q, uint32_t queue,
                            struct nic_tx_packet *p, uint32_t descs)
{
    p->gathered = (uint8_t)(1 + descs);
    q->working = (uint16_t)(q->working + descs);
    if (q->packets == 0) /* contexts that nothing follows yet */
        nic_tx_take_contexts(n, queue);
}

/* So has the packet in hand. */
static inline void end_packet(struct nic *n, struct nic_tx_packet *p)
{
    struct nic_tx_gather *g = &n->st->tx.gather;
    struct nic_tx_queue *q = &n->st->tx.queue[g->queue];
    uint32_t descs = ring_distance(p->first, q->desc.next, nic_tx_ring_length(n, g->queue));

    p->head = q->desc.next;
    g->active = false;
    gathered(n, q, g->queue, p, descs < NIC_DESC_CACHE ? descs : NIC_DESC_CACHE);
    nic_fetch_want(&n->st->tx.fetcher, g->queue);
}

/* Most packets: one descriptor, nothing to be done to it. What begin(), next_buffer() and, where
 * one read will do and may begin, ask() and end_packet() do, in one go; else the rest is gather()'s
 * job. False: it is not such a one, and nothing was done. */
static inline bool straight(struct nic *n, uint32_t queue)
{
    struct nic_tx *tx = &n->st->tx;
    struct nic_tx_queue *q = &tx->queue[queue];
    struct nic_desc_queue *d = &q->desc;
    const struct nic_desc *desc = &d->cache[d->used % NIC_DESC_CACHE];
    uint64_t address = desc->q0, q1 = desc->q1;
    uint32_t length = q1 & TXD_LENGTH, at;
    bool one = free_slots(tx) && length <= read_most(n, address);

    if ((q1 & FORM) != PLAIN || q1 >> 32 >> TXD_PAYLEN_SHIFT != length || d->used == d->ready ||
        q->special || length - 1 >= NIC_FRAME_MAX || (at = reserve(n, length)) == NIC_FIFO_NONE)
        return false;
    struct nic_tx_packet *p = nic_fifo_at(tx->buffer, at);
    uint16_t first = d->next;
    d->used++;
    d->next = (uint16_t)ring_advance(first, 1, nic_tx_ring_length(n, queue));
    *p = (struct nic_tx_packet){
        .record = p->record, .rs = (uint32_t)q1 / TXD_RS & 1, .length = length, .first = first,
        .life = q->life, .head = d->next, .queue = (uint8_t)queue,
        .asked = length,
    };
    begun(tx, queue, true);
    if (one) {
        request(n, at, 0, address, length);
        gathered(n, q, queue, p, 1);
    } else {
        tx->gather = (struct nic_tx_gather){
            .active = true, .queue = (uint8_t)queue, .packet = at, .address = address,
            .left = length,
        };
    }
    return true;
}

/* The rest of the packet in hand. */
static __attribute__((noinline)) bool gather(struct nic *n)
{
    struct nic_tx_gather *g = &n->st->tx.gather;

    if (g->segmented)
        return nic_tx_segment_gather(n);
    struct nic_tx_packet *p = nic_fifo_at(n->st->tx.buffer, g->packet);
    do { /* bounded: descriptors of one packet, and slots */
        if (g->left && !ask(n, g->left))
            return false;
        if (!g->left && g->descs)
            next_buffer(n, p->drop ? 0 : p->asked - g->filled);
    } while (g->left || g->descs);
    end_packet(n, p);
    return true;
}

bool nic_tx_gather(struct nic *n)
{
    struct nic_tx *tx = &n->st->tx;

    if (!tx->gather.active) {
        int queue = nic_map_next(tx->active, tx->turn);
        if (queue < 0)
            return false;
        if (!straight(n, (uint32_t)queue) && !begin(n, (uint32_t)queue))
            return false;
        if (!tx->gather.active)
            return true;
    }
    return gather(n);
}

/* The same steps for tx_segment.c: out of line, so that a packet as it is pays for no call. */
uint32_t nic_tx_reserve(struct nic *n, uint32_t length)
{
    return reserve(n, length);
}

bool nic_tx_ask(struct nic *n, uint32_t bytes)
{
    return ask(n, bytes);
}

void nic_tx_next_buffer(struct nic *n, uint32_t room)
{
    next_buffer(n, room);
}

void nic_tx_end_packet(struct nic *n, struct nic_tx_packet *p)
{
    end_packet(n, p);
}

void nic_tx_gather_cancel(struct nic *n, uint32_t queue)
{
    struct nic_tx_gather *g = &n->st->tx.gather;

    if (!g->active || g->queue != queue)
        return;
    g->active = false;
    if (g->packet == NIC_FIFO_NONE) /* between two segments */
        return;
    struct nic_tx_packet *p = nic_fifo_at(n->st->tx.buffer, g->packet);
    p->drop = p->drop ? p->drop : NIC_TX_DROP_DISABLED + 1;
    p->gathered = 1;
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
        nic_copy((uint8_t *)(p + 1) + r->offset, data, length);
        return;
    }
    nic_emit(n, NIC_EV_dma_fault, p->queue, NIC_TAG(NIC_TAG_TX_DATA, slot), status, p->first);
    p->drop = p->drop ? p->drop : NIC_TX_DROP_DMA + 1;
    nic_irq_cause(n, EICR_PCI);
}
