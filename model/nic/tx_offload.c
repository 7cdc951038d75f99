/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Transmit offloads: the contexts of a queue, what a packet asks for by its first descriptor, and
 * the sums and the tag that go into a frame when it is whole. Offsets are the driver's word: the
 * device does not look at what lies there, and does nothing where they do not fit the packet.
 */
#include "model/nic/crc32c.h"
#include "model/nic/nic_priv.h"
#include "model/nic/ring.h"
#include "model/nic/sum.h"
#include "model/nic/tx.h"

#define UNMODELLED_POPTS TXD_POPTS_IPSEC
#define WANTS_SUMS (TXD_POPTS_IXSM | TXD_POPTS_TXSM)

enum {
    IP_SUM_AT = 10, /* in an IPv4 header */
    UDP_SUM_AT = 6,
    TCP_SUM_AT = 16,
    SCTP_SUM_AT = 8,
    SUM_BYTES = 2,
    CRC_BYTES = 4,
    IPV4_BYTES = 20, /* of the shortest headers */
    IPV6_BYTES = 40,
    TCP_BYTES = 20,
    UDP_BYTES = 8,
};

/* ---- contexts ---- */

void nic_tx_store_context(struct nic_tx_queue *q, const struct nic_desc *d)
{
    uint32_t slot = d->q1 >> TXC_IDX_SHIFT & TXD_IDX;

    if (slot < NIC_TX_CONTEXTS)
        q->context[slot] = *d;
}

/* TDH passes contexts behind the queue's youngest packet when that is complete, or at once. */
static void move_head(struct nic *n, uint32_t queue)
{
    struct nic_tx *tx = &n->st->tx;
    const struct nic_tx_queue *q = &tx->queue[queue];
    struct nic_tx_packet *youngest = NULL;

    for (uint32_t at = tx->next; at != NIC_FIFO_NONE;
         at = nic_fifo_next(&tx->fifo, tx->buffer, NIC_TX_BUFFER_RING, at)) {
        struct nic_tx_packet *p = nic_fifo_at(tx->buffer, at);
        if (p->queue == queue && p->life == q->life)
            youngest = p;
    }
    if (youngest)
        youngest->head = q->desc.next;
    else
        n->st->reg[R_TDH + queue] = q->desc.next;
}

void nic_tx_take_contexts(struct nic *n, uint32_t queue)
{
    struct nic_tx_queue *q = &n->st->tx.queue[queue];
    struct nic_desc_queue *d = &q->desc;
    uint32_t ring = nic_tx_ring_length(n, queue);
    bool taken = false;

    for (int i = 0; i < NIC_DESC_CACHE && d->used != d->ready; i++) {
        const struct nic_desc *desc = &d->cache[d->used % NIC_DESC_CACHE];
        if (!nic_tx_is_context(desc))
            break;
        nic_tx_store_context(q, desc);
        d->used++;
        d->next = (uint16_t)ring_advance(d->next, 1, ring);
        taken = true;
    }
    if (taken)
        move_head(n, queue);
}

/* ---- what a packet asks for ---- */

/* The context's headers. */
struct headers {
    uint32_t mac, ip, l4, type, mss;
    bool ipv4;
};

static struct headers headers_of(const struct nic_desc *c)
{
    return (struct headers){
        .mac = (uint32_t)(c->q0 >> TXC_MACLEN_SHIFT) & TXC_MACLEN,
        .ip = (uint32_t)c->q0 & TXC_IPLEN,
        .l4 = (uint32_t)(c->q1 >> TXC_L4LEN_SHIFT) & TXC_L4LEN,
        .type = (uint32_t)c->q1 >> TXC_L4T_SHIFT & TXC_L4T,
        .mss = (uint32_t)(c->q1 >> TXC_MSS_SHIFT),
        .ipv4 = c->q1 & TXC_IPV4,
    };
}

static void want_tag(struct nic_tx_offload *o, uint32_t length, uint32_t tag)
{
    if (length < NIC_TAG_AT)
        return;
    o->what |= NIC_TX_TAG;
    o->tag = (uint16_t)tag;
}

/* IXSM and TXSM of a packet that stays whole. False: something does not fit. */
static bool want_sums(struct nic_tx_offload *o, const struct headers *h, uint32_t popts,
                      uint32_t length)
{
    static const uint8_t sum_at[] = {
        [TXC_L4T_UDP] = UDP_SUM_AT, [TXC_L4T_TCP] = TCP_SUM_AT, [TXC_L4T_SCTP] = SCTP_SUM_AT,
    };
    uint32_t l4 = h->mac + h->ip;
    bool fits = true;

    if (popts & TXD_POPTS_IXSM) {
        if (h->ip >= IP_SUM_AT + SUM_BYTES && l4 <= length) {
            o->what |= NIC_TX_IP_SUM;
            o->ip_at = (uint16_t)h->mac;
            o->ip_bytes = (uint16_t)h->ip;
        } else {
            fits = false;
        }
    }
    if (!(popts & TXD_POPTS_TXSM) || h->type > TXC_L4T_SCTP)
        return fits;
    bool sctp = h->type == TXC_L4T_SCTP;
    if (l4 + sum_at[h->type] + (sctp ? CRC_BYTES : SUM_BYTES) > length)
        return false;
    o->what |= sctp ? NIC_TX_CRC32C : NIC_TX_SUM;
    o->what |= h->type == TXC_L4T_UDP ? NIC_TX_NO_ZERO : 0;
    o->l4_at = (uint16_t)l4;
    o->sum_at = (uint16_t)(l4 + sum_at[h->type]);
    return fits;
}

/* A packet to be cut. False: it cannot be. */
static bool want_segments(struct nic_tx_plan *plan, const struct headers *h, uint32_t popts,
                          uint32_t length)
{
    struct nic_tx_offload *o = &plan->offload;
    uint32_t l4 = h->mac + h->ip, header = l4 + h->l4;
    bool udp = h->type == TXC_L4T_UDP;

    if (h->type > TXC_L4T_TCP || h->ip < (h->ipv4 ? IPV4_BYTES : IPV6_BYTES) ||
        h->l4 < (udp ? UDP_BYTES : TCP_BYTES) || header > NIC_TX_HEADER_MAX ||
        header >= length || h->mss == 0)
        return false;
    o->what |= NIC_TX_SEGMENT | NIC_TX_SUM;
    o->what |= h->ipv4 ? NIC_TX_IPV4 : 0;
    o->what |= h->ipv4 && popts & TXD_POPTS_IXSM ? NIC_TX_IP_SUM : 0;
    o->what |= udp ? NIC_TX_UDP | NIC_TX_NO_ZERO : 0;
    o->ip_at = (uint16_t)h->mac;
    o->ip_bytes = (uint16_t)h->ip;
    o->l4_at = (uint16_t)l4;
    o->sum_at = (uint16_t)(l4 + (udp ? UDP_SUM_AT : TCP_SUM_AT));
    plan->header = (uint16_t)header;
    plan->mss = (uint16_t)h->mss;
    return true;
}

/* The first of the legacy descriptors that asks is heard. */
static void plan_legacy(struct nic *n, uint32_t queue, uint32_t descs, uint32_t length,
                        struct nic_tx_offload *o)
{
    const struct nic_desc_queue *d = &n->st->tx.queue[queue].desc;
    bool sum = false, tag = false;

    for (uint32_t i = 0; i < descs; i++) {
        uint64_t q1 = d->cache[(d->used + i) % NIC_DESC_CACHE].q1;
        if (q1 & TXD_DEXT)
            continue;
        if (q1 & TXD_VLE && !tag) {
            tag = true;
            want_tag(o, length, (uint32_t)(q1 >> 32 >> TXD_VLAN_SHIFT));
        }
        if (!(q1 & TXD_IC) || sum)
            continue;
        sum = true;
        o->l4_at = (uint8_t)(q1 >> 32 >> TXD_CSS_SHIFT);
        o->sum_at = (uint8_t)(q1 >> TXD_CSO_SHIFT);
        if (o->l4_at < length && (uint32_t)o->sum_at + SUM_BYTES <= length)
            o->what |= NIC_TX_SUM;
        else
            nic_tx_tell(n, queue, d->next, NIC_BAD_TX_CONTEXT);
    }
}

uint8_t nic_tx_offload_plan(struct nic *n, uint32_t queue, uint32_t descs, uint32_t length,
                            struct nic_tx_plan *plan)
{
    struct nic_tx_queue *q = &n->st->tx.queue[queue];
    const struct nic_desc *first = &q->desc.cache[q->desc.used % NIC_DESC_CACHE];
    uint32_t command = (uint32_t)first->q1, olinfo = (uint32_t)(first->q1 >> 32);
    uint32_t slot = olinfo >> TXD_IDX_SHIFT & TXD_IDX;
    const struct nic_desc *context = slot < NIC_TX_CONTEXTS ? &q->context[slot] : NULL;

    if (!(command & TXD_DEXT)) {
        plan_legacy(n, queue, descs, length, &plan->offload);
        return 0;
    }
    if (command & TXD_LINKSEC || olinfo & UNMODELLED_POPTS)
        nic_tx_tell(n, queue, q->desc.next, NIC_BAD_TX_OFFLOAD);
    if (command & TXD_1588)
        plan->offload.what |= NIC_TX_STAMP;
    if (!(command & (TXD_TSE | TXD_VLE)) && !(olinfo & WANTS_SUMS))
        return 0;
    if (!context || !(context->q1 & TXD_DEXT)) {
        nic_tx_tell(n, queue, q->desc.next, NIC_BAD_TX_CONTEXT);
        return command & TXD_TSE ? NIC_TX_DROP_CONTEXT + 1 : 0;
    }
    if (command & TXD_VLE)
        want_tag(&plan->offload, length, (uint32_t)(context->q0 >> TXC_VLAN_SHIFT));
    if (context->q1 & TXC_FCOE) {
        nic_tx_tell(n, queue, q->desc.next, NIC_BAD_TX_OFFLOAD);
        return 0;
    }
    struct headers h = headers_of(context);
    if (!(command & TXD_TSE)) {
        if (!want_sums(&plan->offload, &h, olinfo, length))
            nic_tx_tell(n, queue, q->desc.next, NIC_BAD_TX_CONTEXT);
        return 0;
    }
    if (!want_segments(plan, &h, olinfo, length)) {
        nic_tx_tell(n, queue, q->desc.next, NIC_BAD_TX_CONTEXT);
        return NIC_TX_DROP_CONTEXT + 1;
    }
    return 0;
}

/* ---- doing it ---- */

static void insert_sum(const struct nic_tx_offload *o, uint8_t *frame, uint32_t length)
{
    uint32_t bytes = length - o->l4_at, sum;
    /* The driver put the pseudo header's sum into the field; of segments it does not know the
     * length. */
    uint64_t start = o->what & NIC_TX_SEGMENT ? nic_sum_word(0, bytes) : 0;

    sum = ~nic_sum_fold(nic_sum_bytes(start, frame + o->l4_at, bytes)) & 0xffff;
    nic_put16(frame + o->sum_at, sum == 0 && o->what & NIC_TX_NO_ZERO ? 0xffff : sum);
}

static void insert_crc32c(const struct nic_tx_offload *o, uint8_t *frame, uint32_t length)
{
    uint8_t *field = frame + o->sum_at;

    memset(field, 0, CRC_BYTES);
    uint32_t crc = nic_crc32c(0, frame + o->l4_at, length - o->l4_at);
    for (int i = 0; i < CRC_BYTES; i++)
        field[i] = (uint8_t)(crc >> 8 * i);
}

void nic_tx_offload_apply(struct nic *n, struct nic_tx_packet *p)
{
    const struct nic_tx_offload *o = &p->offload;
    uint8_t *frame = (uint8_t *)(p + 1);
    uint32_t length = p->length - nic_tx_tag_bytes(o);

    if (o->what & NIC_TX_SEGMENT && !nic_tx_segment_header(n, p))
        p->drop = p->drop ? p->drop : NIC_TX_DROP_DMA + 1;
    if (p->drop)
        return;
    if (o->what & NIC_TX_SEGMENT)
        nic_tx_segment_edit(n, p);
    if (o->what & NIC_TX_IP_SUM) /* over what the field holds, too */
        nic_put16(frame + o->ip_at + IP_SUM_AT,
              ~nic_sum_fold(nic_sum_bytes(0, frame + o->ip_at, o->ip_bytes)));
    if (o->what & NIC_TX_SUM)
        insert_sum(o, frame, length);
    if (o->what & NIC_TX_CRC32C)
        insert_crc32c(o, frame, length);
    if (o->what & NIC_TX_TAG)
        nic_vlan_insert(n, frame, length, o->tag);
    if (o->what & NIC_TX_OF_POOL)
        nic_tx_pool_route(n, p);
}

bool nic_tx_offload_valid(const struct nic_tx_packet *p)
{
    const struct nic_tx_offload *o = &p->offload;
    uint32_t tag = nic_tx_tag_bytes(o), what = o->what;

    if (what & ~(uint32_t)NIC_TX_WHAT || (tag && p->length < tag + NIC_TAG_AT))
        return false;
    uint32_t length = what & NIC_TX_SEGMENT ? p->header : p->length - tag;
    if (what & NIC_TX_SEGMENT &&
        (p->header > NIC_TX_HEADER_MAX || tag + p->header > p->length ||
         o->l4_at + (what & NIC_TX_UDP ? UDP_BYTES : TCP_BYTES) > p->header ||
         o->ip_bytes < (what & NIC_TX_IPV4 ? IPV4_BYTES : IPV6_BYTES) ||
         o->ip_at + o->ip_bytes > p->header))
        return false;
    return (!(what & NIC_TX_IP_SUM) || (o->ip_bytes >= IP_SUM_AT + SUM_BYTES &&
                                        (uint32_t)o->ip_at + o->ip_bytes <= length)) &&
           (!(what & NIC_TX_SUM) ||
            (o->l4_at <= length && (uint32_t)o->sum_at + SUM_BYTES <= length)) &&
           (!(what & NIC_TX_CRC32C) ||
            (o->l4_at <= length && (uint32_t)o->sum_at + CRC_BYTES <= length));
}
