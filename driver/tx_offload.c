/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The longer transmit path: packets of several buffers, with checksums, segmentation and tags by
 * the device. What a packet asks for stands in a context descriptor; the device keeps two of them
 * per queue, and so does this file, so that one is written only when it changes. Which path a
 * queue takes is chosen once, at start; the set-up of the unit is in tx.c.
 */
#include "driver/ixd_priv.h"

#define SEGMENTS (IXD_TX_TCP_SEG | IXD_TX_UDP_SEG)

static uint64_t l4_type(uint32_t flags)
{
    if (flags & IXD_TX_TCP_SEG)
        return IXD_CTX_L4_TCP;
    if (flags & IXD_TX_UDP_SEG)
        return IXD_CTX_L4_UDP;
    switch (flags & IXD_TX_L4_MASK) {
    case IXD_TX_TCP_CKSUM: return IXD_CTX_L4_TCP;
    case IXD_TX_UDP_CKSUM: return IXD_CTX_L4_UDP;
    case IXD_TX_SCTP_CKSUM: return IXD_CTX_L4_SCTP;
    default: return IXD_CTX_L4_NONE;
    }
}

/* The context that a packet needs. What it does not use is 0, so that more packets share one. */
static struct ixd_tx_context context_of(const struct pool_buf *p)
{
    uint32_t flags = p->ol_flags;
    struct ixd_tx_context c = {{0, IXD_CTX_DTYP | IXD_TX_DEXT | l4_type(flags)}};

    if (flags & IXD_TX_VLAN)
        c.word[0] |= (uint64_t)p->vlan_tci << IXD_CTX_VLAN_SHIFT;
    if (flags & (IXD_TX_IP_CKSUM | IXD_TX_L4_MASK | SEGMENTS)) {
        c.word[0] |= (uint64_t)p->l2_len << IXD_CTX_MACLEN_SHIFT | p->l3_len;
        c.word[1] |= flags & IXD_TX_IPV4 ? IXD_CTX_IPV4 : 0;
    }
    if (flags & SEGMENTS)
        c.word[1] |= (uint64_t)p->l4_len << IXD_CTX_L4LEN_SHIFT |
                     (uint64_t)p->tso_segsz << IXD_CTX_MSS_SHIFT;
    return c;
}

static bool same(const struct ixd_tx_context *a, const struct ixd_tx_context *b)
{
    return a->word[0] == b->word[0] && a->word[1] == b->word[1];
}

/* Makes `want` the context used last. True: it has to be written into the ring. */
static bool select_context(struct ixd_tx_queue *q, const struct ixd_tx_context *want)
{
    if (same(&q->context[q->context_last], want))
        return false;
    q->context_last ^= 1;
    if (same(&q->context[q->context_last], want))
        return false;
    q->context[q->context_last] = *want;
    return true;
}

static void next_descriptor(struct ixd_tx_queue *q, uint64_t word0, uint64_t word1,
                            struct pool_buf *buf)
{
    struct ixd_desc *desc = &q->ring[q->tail];

    desc->word[0] = htole64(word0);
    desc->word[1] = htole64(word1);
    q->slot[q->tail] = buf;
    q->tail = ixd_ring_add(q->tail, 1, q->length);
    q->used++;
}

/* The part of word 1 that all data descriptors of a packet share. */
static uint64_t command_of(const struct ixd_tx_queue *q, const struct pool_buf *p, uint32_t payload)
{
    uint64_t command = IXD_TX_DTYP_DATA | IXD_TX_IFCS | IXD_TX_DEXT |
                       (uint64_t)payload << IXD_TX_PAYLEN_SHIFT;
    uint32_t flags = p->ol_flags;

    if (!(flags & IXD_TX_MASK))
        return command;
    command |= (uint64_t)q->context_last << IXD_TX_IDX_SHIFT;
    command |= flags & IXD_TX_VLAN ? IXD_TX_VLE : 0;
    command |= flags & IXD_TX_IP_CKSUM ? IXD_TX_IXSM : 0;
    command |= flags & (IXD_TX_L4_MASK | SEGMENTS) ? IXD_TX_TXSM : 0;
    if (flags & SEGMENTS)
        command |= IXD_TX_TSE | (flags & IXD_TX_IPV4 ? IXD_TX_IXSM : 0);
    return command;
}

/* Asks for a report on the last descriptor, if it is time. */
static void maybe_report(struct ixd_tx_queue *q)
{
    uint32_t last = ixd_ring_add(q->tail, q->length - 1, q->length);

    if (ixd_ring_distance(q->batch, q->tail, q->length) < q->report)
        return;
    ixd_tx_desc_request_report(&q->ring[last]);
    q->report_of[q->batch] = last;
    q->batch = q->tail;
    q->reports++;
}

static void post_packet(struct ixd_tx_queue *q, struct pool_buf *p)
{
    uint32_t payload = pool_packet_length(p);
    uint64_t command;

    if (p->ol_flags & IXD_TX_MASK) {
        struct ixd_tx_context context = context_of(p);

        if (select_context(q, &context)) {
            next_descriptor(q, context.word[0],
                            context.word[1] | (uint64_t)q->context_last << IXD_TX_IDX_SHIFT, NULL);
            q->counters.contexts++;
        }
    }
    if (p->ol_flags & SEGMENTS) {
        payload -= (uint32_t)p->l2_len + p->l3_len + p->l4_len;
        q->counters.tso_packets++;
        q->counters.tso_frames += (payload + p->tso_segsz - 1) / p->tso_segsz;
    }
    command = command_of(q, p, payload);
    for (struct pool_buf *b = p; b; b = b->next) {
        pool_move_bulk(q->pool, &b, 1, POOL_HELD, POOL_DEVICE_TX);
        next_descriptor(q, b->iova + b->offset,
                        command | b->length | (b->next ? 0 : IXD_TX_EOP), b);
    }
    maybe_report(q);
}

/* Most packets ask for nothing and lie in one buffer. */
static bool can_be_sent(const struct ixd_port *port, const struct pool_buf *p)
{
    if (p->nb_segs == 1 && !p->next && !(p->ol_flags & IXD_TX_MASK) &&
        p->length >= IXD_FRAME_MIN && p->length <= port->config.mtu + IXD_HEADER_BYTES &&
        (uint32_t)p->offset + p->length <= POOL_BUF_BYTES)
        return true;
    return ixd_tx_check(port, p, NULL) == 0;
}

unsigned ixd_tx_burst_packets(struct ixd_port *port, struct ixd_tx_queue *q,
                              struct pool_buf *const *bufs, unsigned count)
{
    uint32_t tail = q->tail;
    unsigned i;

    ixd_tx_collect_packets(q);
    for (i = 0; i < count; i++) {
        uint32_t need = bufs[i]->nb_segs + (bufs[i]->ol_flags & IXD_TX_MASK ? 1 : 0);

        if (!can_be_sent(port, bufs[i])) {
            pool_free_packets(q->pool, &bufs[i], 1);
            q->counters.refused++;
            continue;
        }
        if (need > q->length - 1 - q->used) { /* TDH == TDT means an empty ring */
            q->counters.full++;
            break;
        }
        post_packet(q, bufs[i]);
        q->counters.packets++;
    }
    if (q->tail != tail) {
        q->counters.bursts++;
        ixd_doorbell_barrier();
        ixd_write32(port->bus, q->tail_reg, q->tail);
    }
    return i;
}

void ixd_tx_bring_home_packets(struct ixd_tx_queue *q, uint32_t count)
{
    struct pool_buf *home[64];
    unsigned n = 0;

    q->used -= count;
    for (; count; count--) {
        struct pool_buf *buf = q->slot[q->clean];

        if (buf) { /* each buffer of a packet has its own descriptor */
            buf->next = NULL;
            buf->nb_segs = 1;
            home[n++] = buf;
        }
        q->clean = ixd_ring_add(q->clean, 1, q->length);
        if (n < 64 && count > 1)
            continue;
        pool_move_bulk(q->pool, home, n, POOL_DEVICE_TX, POOL_HELD);
        pool_free_bulk(q->pool, home, n);
        n = 0;
    }
}

void ixd_tx_collect_packets(struct ixd_tx_queue *q)
{
    while (q->reports && ixd_tx_desc_done(&q->ring[q->report_of[q->clean]])) {
        uint32_t last = q->report_of[q->clean];

        q->reports--;
        ixd_tx_bring_home_packets(q, ixd_ring_distance(q->clean, last, q->length) + 1);
    }
}
