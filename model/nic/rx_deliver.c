/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Receive, the memory's side: an accepted frame goes to its queue's buffers at once when it can,
 * else it waits in the packet buffer. The buffer is one line: a frame whose queue has no
 * descriptors holds up those behind it, unless its queue drops.
 */
#include "model/nic/rx.h"

#include "model/nic/nic_priv.h"
#include "model/nic/ring.h"

enum {
    PER_PUMP = 32,     /* frames delivered in one call */
    FETCHES = 32,      /* reads asked for in one call */
    WRITE_COST = 32,   /* room that a posted write takes beyond its bytes */
    BUFFER_LEAST = 1024,
    BUFFER_MOST = 16 * 1024,
};

enum outcome { WAITS, GONE };

static uint32_t buffer_size(struct nic *n, uint32_t queue)
{
    uint32_t bytes = (n->st->reg[R_SRRCTL + queue] & SRRCTL_BSIZEPACKET) * 1024;

    if (bytes >= BUFFER_LEAST && bytes <= BUFFER_MOST)
        return bytes;
    nic_rx_tell(n, queue, 0, NIC_BAD_BUFFER_SIZE);
    return bytes ? BUFFER_MOST : BUFFER_LEAST;
}

static uint32_t desctype(const struct nic *n, uint32_t queue)
{
    return (n->st->reg[R_SRRCTL + queue] & SRRCTL_DESCTYPE) >> SRRCTL_DESCTYPE_SHIFT;
}

static bool drops(const struct nic *n, uint32_t queue)
{
    return n->st->reg[R_SRRCTL + queue] & SRRCTL_DROP_EN ||
           n->st->rx.drop[queue / 64] >> queue % 64 & 1;
}

static enum outcome drop(struct nic *n, const struct nic_rx_meta *meta, enum nic_rx_drop why)
{
    nic_stats_rx_queue_drop(n, meta->queue);
    nic_rx_dropped(n, why, meta);
    return GONE;
}

/* The 16 bytes that complete a descriptor. */
static void compose(const struct nic_rx_meta *meta, bool is_legacy, bool last, uint32_t length,
                    const struct nic_desc *desc, uint8_t out[NIC_DESC_BYTES])
{
    uint64_t q0 = is_legacy ? desc->q0 : 0;
    uint64_t q1 = RXD_STAT_DD | (uint64_t)length << RXD_LENGTH_SHIFT;

    if (last && !is_legacy) {
        q0 = meta->rss_type | (uint64_t)meta->ptype << RXD_PTYPE_SHIFT |
             (uint64_t)meta->hash << RXD_HASH_SHIFT;
        q1 |= RXD_STAT_EOP | meta->status | (uint64_t)meta->tag << RXD_VLAN_SHIFT;
    } else if (is_legacy) {
        uint64_t status = RXD_STAT_DD | (last ? RXD_STAT_EOP | (meta->status & 0xff) : 0);
        uint64_t errors = last ? meta->status >> 24 : 0;
        q1 = length | status << RXD_LEGACY_STATUS_SHIFT | errors << RXD_LEGACY_ERRORS_SHIFT |
             (uint64_t)(last ? meta->tag : 0) << RXD_LEGACY_VLAN_SHIFT;
    }
    nic_store64(out, q0);
    nic_store64(out + 8, q1);
}

static inline uint64_t next_address(const struct nic *n, uint32_t queue)
{
    uint64_t base = (uint64_t)n->st->reg[R_RDBAH + queue] << 32 | n->st->reg[R_RDBAL + queue];

    return base + (uint64_t)NIC_DESC_BYTES * n->st->rx.queue[queue].next;
}

/* The next descriptor has been written back. */
static inline void completed(struct nic *n, const struct nic_rx_meta *meta, bool last,
                             uint32_t length)
{
    uint32_t queue = meta->queue;
    struct nic_desc_queue *q = &n->st->rx.queue[queue];
    uint32_t slot = q->next, ring = n->st->reg[R_RDLEN + queue] / NIC_DESC_BYTES;

    q->used++;
    q->next = (uint16_t)ring_advance(slot, 1, ring);
    n->st->reg[R_RDH + queue] = q->next;
    nic_emit(n, NIC_EV_rx_desc_done, queue, slot, length,
             RXD_STAT_DD | (last ? RXD_STAT_EOP | meta->status : 0));
}

/* Payload and write-back of one descriptor. */
static void fill(struct nic *n, const struct nic_rx_meta *meta, bool is_legacy, bool last,
                 const uint8_t *bytes, uint32_t length)
{
    uint32_t queue = meta->queue;
    struct nic_desc_queue *q = &n->st->rx.queue[queue];
    const struct nic_desc *desc = &q->cache[q->used % NIC_DESC_CACHE];
    struct nic_delivery d;

    nic_rule_rx_back(n, queue);
    d.address = desc->q0;
    d.bytes = bytes;
    d.length = length;
    d.data_tag = NIC_TAG(NIC_TAG_RX_DATA, queue);
    d.desc_tag = NIC_TAG(NIC_TAG_RX_WB, queue);
    d.desc_address = next_address(n, queue);
    compose(meta, is_legacy, last, length, desc, d.desc);
    if (n->ops->deliver) {
        n->ops->deliver(n->host, nic_queue_function(n, queue), &d);
    } else {
        uint16_t function = nic_queue_function(n, queue);
        n->ops->dma_write(n->host, function, d.data_tag, d.address, bytes, length);
        n->ops->dma_write(n->host, function, d.desc_tag, d.desc_address, d.desc, NIC_DESC_BYTES);
    }
    completed(n, meta, last, length);
}

/* The same with two buffers; the header buffer is that of the frame's first descriptor. */
static void fill_two(struct nic *n, const struct nic_rx_meta *meta, const struct nic_rx_split *s,
                     const uint8_t *header, bool last, const uint8_t *bytes, uint32_t length)
{
    uint32_t queue = meta->queue;
    struct nic_desc_queue *q = &n->st->rx.queue[queue];
    const struct nic_desc *desc = &q->cache[q->used % NIC_DESC_CACHE];
    uint16_t function = nic_queue_function(n, queue);
    uint8_t back[NIC_DESC_BYTES];

    nic_rule_rx_back(n, queue);
    compose(meta, false, last, length, desc, back);
    nic_store64(back, nic_load64(back) | (uint64_t)s->shown << RXD_HEADER_SHIFT |
                          (uint64_t)s->sph << RXD_SPH_SHIFT);
    nic_store64(back + 8, nic_load64(back + 8) | (s->hbo ? RXD_ERR_HBO : 0));
    if (header && s->header)
        n->ops->dma_write(n->host, function, NIC_TAG(NIC_TAG_RX_DATA, queue),
                          desc->q1 & ~(uint64_t)RXD_STAT_DD, header, s->header);
    if (length)
        n->ops->dma_write(n->host, function, NIC_TAG(NIC_TAG_RX_DATA, queue), desc->q0,
                          bytes, length);
    n->ops->dma_write(n->host, function, NIC_TAG(NIC_TAG_RX_WB, queue),
                      next_address(n, queue), back, NIC_DESC_BYTES);
    completed(n, meta, last, length);
}

/* Not enough descriptors are cached for this frame: wait, or drop it? */
static enum outcome without_descs(struct nic *n, const struct nic_rx_meta *meta, uint32_t need)
{
    uint32_t queue = meta->queue, ring = n->st->reg[R_RDLEN + queue] / NIC_DESC_BYTES;

    nic_fetch_want(&n->st->rx.fetcher, queue);
    if (nic_rx_prospect(n, queue) >= need)
        return WAITS; /* on their way */
    if (drops(n, queue))
        return drop(n, meta, NIC_RX_DROP_NO_DESC);
    if (ring && need >= ring)
        return drop(n, meta, NIC_RX_DROP_RING); /* would wait for ever */
    return WAITS;
}

/* Room for the frame's bytes and the write-backs of its descriptors? */
static inline bool room(struct nic *n, uint32_t bytes, uint32_t descs)
{
    if (nic_may_post(n, bytes + descs * (NIC_DESC_BYTES + 2 * WRITE_COST)))
        return true;
    n->st->rx.starved = true;
    return false;
}

static inline void delivered(struct nic *n, const struct nic_rx_meta *meta)
{
    struct nic_rx *rx = &n->st->rx;
    const struct nic_desc_queue *q = &rx->queue[meta->queue];

    nic_stats_rx_queue(n, meta->queue, meta->length);
    if (q->asked - q->used < NIC_RX_REFILL_BELOW)
        nic_fetch_want(&rx->fetcher, meta->queue);
    if (meta->status & RXD_STAT_LLINT)
        nic_irq_queue_low_latency(n, meta->queue);
    else
        nic_irq_queue(n, meta->queue, false);
}

/* To a queue whose descriptors have a header buffer, too. */
static __attribute__((noinline)) enum outcome
deliver_split(struct nic *n, const uint8_t *frame, const struct nic_rx_meta *meta, uint32_t size)
{
    const struct nic_desc_queue *q = &n->st->rx.queue[meta->queue];
    struct nic_rx_split split = nic_rx_split(n, meta->queue, frame, meta->length);
    const uint8_t *header = frame;
    uint32_t left = meta->length - split.skip, need = left ? (left + size - 1) / size : 1;

    if (q->ready - q->used < need)
        return without_descs(n, meta, need);
    if (!room(n, split.header + left, need + 1))
        return WAITS;
    nic_emit(n, NIC_EV_rx_frame, meta->queue, meta->length, q->next, meta->frame);
    frame += split.skip;
    for (; left > size; left -= size, frame += size) {
        fill_two(n, meta, &split, header, false, frame, size);
        split = (struct nic_rx_split){0}; /* the first one said it all */
        header = NULL;
    }
    fill_two(n, meta, &split, header, true, frame, left);
    delivered(n, meta);
    return GONE;
}

static enum outcome deliver(struct nic *n, const uint8_t *frame, const struct nic_rx_meta *meta)
{
    struct nic_rx *rx = &n->st->rx;
    uint32_t queue = meta->queue;
    struct nic_desc_queue *q = &rx->queue[queue];

    if (!nic_rx_enabled(rx, queue))
        return drop(n, meta, NIC_RX_DROP_QUEUE_OFF);
    if (!nic_rx_may_dma(n))
        return WAITS;
    uint32_t size = buffer_size(n, queue), left = meta->length, type = desctype(n, queue);
    uint32_t need = left <= size ? 1 : (left + size - 1) / size;
    if (type > NIC_RX_ONE_BUFFER) {
        if (type == NIC_RX_SPLIT || type == NIC_RX_REPLICATE_LARGE || type == NIC_RX_SPLIT_ALWAYS)
            return deliver_split(n, frame, meta, size);
        nic_rx_tell(n, queue, 0, NIC_BAD_DESCTYPE);
    }
    if (q->ready - q->used < need)
        return without_descs(n, meta, need);
    if (!room(n, left, need))
        return WAITS;
    nic_emit(n, NIC_EV_rx_frame, queue, meta->length, q->next, meta->frame);
    for (; left > size; left -= size, frame += size)
        fill(n, meta, type == NIC_RX_LEGACY, false, frame, size);
    fill(n, meta, type == NIC_RX_LEGACY, true, frame, left);
    delivered(n, meta);
    return GONE;
}

/* ---- packet buffer ---- */

/* What a frame takes of RXPBSIZE: 16-byte lines, FCS included, 64 bytes at least. */
static uint32_t buffer_cost(uint32_t length)
{
    uint32_t bytes = (length + NIC_FCS_BYTES + 15) & ~15u;

    return bytes < 64 ? 64 : bytes;
}

static uint32_t buffer_limit(const struct nic *n)
{
    uint32_t bytes = n->st->reg[R_RXPBSIZE] & RXPBSIZE_SIZE;

    return bytes < NIC_RX_BUFFER_BYTES ? bytes : NIC_RX_BUFFER_BYTES;
}

static void store(struct nic *n, const uint8_t *frame, const struct nic_rx_meta *meta)
{
    struct nic_rx *rx = &n->st->rx;
    uint32_t cost = buffer_cost(meta->length), at = NIC_FIFO_NONE;

    if (rx->buffered + cost <= buffer_limit(n))
        at = nic_fifo_push(&rx->buffer_fifo, rx->buffer, NIC_RX_BUFFER_RING,
                           sizeof(struct nic_rx_stored) + meta->length);
    if (at == NIC_FIFO_NONE) {
        nic_stats_rx_missed(n);
        nic_rx_dropped(n, NIC_RX_DROP_BUFFER, meta);
        nic_irq_cause(n, EICR_RX_MISS);
        return;
    }
    struct nic_rx_stored *s = nic_fifo_at(rx->buffer, at);
    s->meta = *meta;
    memcpy(s + 1, frame, meta->length);
    rx->buffered += cost;
    nic_flow_level(n);
}

void nic_rx_accept(struct nic *n, const uint8_t *frame, const struct nic_rx_meta *meta)
{
    struct nic_rx *rx = &n->st->rx;

    if (rx->buffer_fifo.count || deliver(n, frame, meta) == WAITS)
        store(n, frame, meta);
    if (rx->fetcher.want[0] | rx->fetcher.want[1])
        nic_rx_pump(n);
}

/* The oldest frame in the buffer; false when there is none or it has to wait. */
static bool drain_one(struct nic *n)
{
    struct nic_rx *rx = &n->st->rx;
    uint32_t head = nic_fifo_head(&rx->buffer_fifo);

    if (head == NIC_FIFO_NONE)
        return false;
    const struct nic_rx_stored *s = nic_fifo_at(rx->buffer, head);
    uint32_t cost = buffer_cost(s->meta.length);
    if (deliver(n, (const uint8_t *)(s + 1), &s->meta) == WAITS)
        return false;
    rx->buffered -= cost < rx->buffered ? cost : rx->buffered;
    nic_fifo_pop(&rx->buffer_fifo, rx->buffer, NIC_RX_BUFFER_RING);
    nic_flow_level(n);
    return true;
}

void nic_rx_pump(struct nic *n)
{
    struct nic_rx *rx = &n->st->rx;
    int frames = PER_PUMP, fetches = FETCHES;

    if (rx->pumping) { /* an answer from inside dma_read */
        rx->again = true;
        return;
    }
    rx->pumping = true;
    do {
        rx->again = false;
        while (fetches > 0 && nic_rx_fetch(n))
            fetches--;
        while (frames > 0 && drain_one(n)) {
            frames--;
            rx->again = true;
        }
    } while (rx->again && frames > 0 && fetches > 0);
    rx->pumping = false;
    if (rx->again) {
        rx->again = false;
        nic_alarm_set(n, &rx->work, nic_now(n), NIC_TIMER_RX, 0);
    }
}

void nic_rx_work(struct nic *n)
{
    nic_alarm_fired(&n->st->rx.work);
    nic_rx_pump(n);
}

void nic_rx_room(struct nic *n)
{
    if (!n->st->rx.starved)
        return;
    n->st->rx.starved = false;
    nic_rx_pump(n);
}
