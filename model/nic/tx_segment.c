/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Segmentation: a packet with TSE becomes segments of at most MSS payload bytes, each a packet in
 * the transmit buffer with the headers of the first in front. Only the first segment reads the
 * headers; the others get them when they are whole, which they are after it. The last segment
 * answers for all descriptors. One segment per step, so a large packet goes as the buffer empties.
 */
#include "model/nic/nic_priv.h"
#include "model/nic/tx.h"

enum {
    IPV4_LENGTH_AT = 2,
    IPV4_ID_AT = 4,
    IPV6_LENGTH_AT = 4,
    IPV6_BYTES = 40,
    UDP_LENGTH_AT = 4,
    TCP_SEQ_AT = 4,
    TCP_FLAGS_AT = 12, /* with the data offset above */
    TCP_FLAGS = 0xfff,
    MIDDLE_SHIFT = 16, /* in DTXTCPFLGL */
};

/* Makes a place for the next segment; false: there is none yet. */
static bool next_segment(struct nic *n)
{
    struct nic_tx *tx = &n->st->tx;
    struct nic_tx_segment *s = &tx->segment;
    uint32_t queue = tx->gather.queue, rest = s->payload - s->placed;
    uint32_t bytes = rest < s->mss ? rest : s->mss;
    uint32_t length = s->like.header + bytes + nic_tx_tag_bytes(&s->like.offload);
    struct nic_tx_packet p = s->like;

    /* Also when the buffer was made smaller meanwhile: this segment and the rest are lost. */
    if (length > NIC_FRAME_MAX || nic_tx_buffer_cost(length) > nic_tx_buffer_limit(n)) {
        nic_tx_tell(n, queue, p.first, NIC_BAD_TX_LENGTH);
        p.drop = NIC_TX_DROP_LONG + 1;
        bytes = rest;
        length = 0;
    }
    uint32_t at = nic_tx_reserve(n, length);
    if (at == NIC_FIFO_NONE) {
        tx->full = true;
        return false;
    }
    struct nic_tx_packet *place = nic_fifo_at(tx->buffer, at);
    p.record = place->record;
    p.length = length;
    p.before = s->placed;
    p.index = (uint16_t)(s->placed / s->mss);
    if (bytes == rest) {
        p.offload.what |= NIC_TX_LAST;
        p.rs = s->rs;
    }
    *place = p;
    tx->gather.packet = at;
    tx->gather.filled = s->placed ? p.header : 0;
    s->placed += bytes;
    return true;
}

bool nic_tx_segment_gather(struct nic *n)
{
    struct nic_tx *tx = &n->st->tx;
    struct nic_tx_gather *g = &tx->gather;

    if (g->packet == NIC_FIFO_NONE && !next_segment(n))
        return false;
    struct nic_tx_packet *p = nic_fifo_at(tx->buffer, g->packet);
    bool last = p->offload.what & NIC_TX_LAST;
    uint32_t end = p->drop ? 0 : p->length - nic_tx_tag_bytes(&p->offload);
    for (;;) { /* bounded: descriptors of one packet, and slots */
        uint32_t wanted = end > g->filled ? end - g->filled : 0;
        if (wanted && g->left) {
            if (!nic_tx_ask(n, wanted < g->left ? wanted : g->left))
                return false;
        } else if (g->descs && (wanted || last)) {
            nic_tx_next_buffer(n, UINT32_MAX);
        } else {
            break;
        }
    }
    if (last) {
        nic_tx_end_packet(n, p);
    } else {
        p->gathered = 1;
        g->packet = NIC_FIFO_NONE;
    }
    return true;
}

bool nic_tx_segment_header(struct nic *n, struct nic_tx_packet *p)
{
    struct nic_tx *tx = &n->st->tx;
    uint8_t *frame = (uint8_t *)(p + 1);

    if (p->drop) { /* what follows has no headers, or would leave a gap */
        tx->header_bytes = 0;
        return false;
    }
    if (p->before == 0) {
        tx->header_bytes = p->header;
        memcpy(tx->header, frame, p->header);
        return true;
    }
    if (tx->header_bytes != p->header)
        return false;
    memcpy(frame, tx->header, p->header);
    return true;
}

/* Of the twelve flag bits those that this segment may show. One that is first and last at once
 * keeps what either may. */
static uint32_t flags_kept(const struct nic *n, const struct nic_tx_packet *p)
{
    uint32_t low = n->st->reg[R_DTXTCPFLGL], high = n->st->reg[R_DTXTCPFLGH], kept = 0;

    if (p->before == 0)
        kept |= low;
    if (p->offload.what & NIC_TX_LAST)
        kept |= high;
    else if (p->before)
        kept = low >> MIDDLE_SHIFT;
    return kept & TCP_FLAGS;
}

void nic_tx_segment_edit(struct nic *n, const struct nic_tx_packet *p)
{
    const struct nic_tx_offload *o = &p->offload;
    uint8_t *frame = (uint8_t *)(p + 1), *ip = frame + o->ip_at, *l4 = frame + o->l4_at;
    uint32_t length = p->length - nic_tx_tag_bytes(o);

    if (o->what & NIC_TX_IPV4) {
        nic_put16(ip + IPV4_LENGTH_AT, length - o->ip_at);
        nic_put16(ip + IPV4_ID_AT, nic_get16(ip + IPV4_ID_AT) + p->index);
    } else {
        nic_put16(ip + IPV6_LENGTH_AT, length - o->ip_at - IPV6_BYTES);
    }
    if (o->what & NIC_TX_UDP) {
        nic_put16(l4 + UDP_LENGTH_AT, length - o->l4_at);
        return;
    }
    uint32_t sequence = nic_get32(l4 + TCP_SEQ_AT) + p->before;
    nic_put16(l4 + TCP_SEQ_AT, sequence >> 16);
    nic_put16(l4 + TCP_SEQ_AT + 2, sequence);
    uint32_t word = nic_get16(l4 + TCP_FLAGS_AT);
    nic_put16(l4 + TCP_FLAGS_AT, word & (flags_kept(n, p) | ~(uint32_t)TCP_FLAGS));
}

bool nic_tx_segment_valid(const struct nic_tx *tx)
{
    const struct nic_tx_segment *s = &tx->segment;
    struct nic_tx_packet p = s->like;

    if (tx->header_bytes > NIC_TX_HEADER_MAX)
        return false;
    if (!tx->gather.active || !tx->gather.segmented)
        return true;
    p.length = p.header + nic_tx_tag_bytes(&p.offload);
    return p.offload.what & NIC_TX_SEGMENT && !(p.offload.what & NIC_TX_LAST) && !p.drop &&
           p.queue == tx->gather.queue && s->mss > 0 && s->placed <= s->payload &&
           s->payload <= TXD_PAYLEN_MAX && nic_tx_offload_valid(&p);
}
