/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The longer receive path: packets over several buffers, and what the device found out about each
 * (checksums, tag, hash, type) translated from the descriptor into the packet's fields. Which path
 * a queue takes is chosen once, at start; the set-up of the unit is in rx.c.
 */
#include "driver/ixd_priv.h"

enum {
    ETHERTYPE_AT = 12,
    ETHERTYPE_VLAN = 0x8100,
    UDP_SUM_AT = 6,
    IPV6_BYTES = 40,
};

/* A UDP datagram may come without a checksum; the 82599 is known to call that a wrong one
 * (specification update). Only for packets that it complains about. */
static bool udp_without_checksum(const struct pool_buf *packet)
{
    const uint8_t *frame = packet->data + packet->offset;
    uint32_t l3 = ETHERTYPE_AT + 2, l4;

    if (!(packet->packet_type & IXD_PTYPE_UDP) || packet->length < l3 + IPV6_BYTES)
        return false;
    if ((frame[ETHERTYPE_AT] << 8 | frame[ETHERTYPE_AT + 1]) == ETHERTYPE_VLAN)
        l3 += 4;
    l4 = l3 + (packet->packet_type & IXD_PTYPE_IPV4 ? (frame[l3] & 15u) * 4 : IPV6_BYTES);
    return l4 + UDP_SUM_AT + 2 <= packet->length && frame[l4 + UDP_SUM_AT] == 0 &&
           frame[l4 + UDP_SUM_AT + 1] == 0;
}

static uint32_t checksum_flags(struct ixd_rx_queue *q, const struct pool_buf *packet,
                               uint64_t status)
{
    uint32_t flags = 0;

    if (status & IXD_RX_IPCS) {
        flags |= status & IXD_RX_IPE ? IXD_RX_IP_CKSUM_BAD : IXD_RX_IP_CKSUM_GOOD;
        q->counters.bad_ip_cksum += !!(status & IXD_RX_IPE);
    }
    if (!(status & IXD_RX_L4CS))
        return flags;
    if (!(status & IXD_RX_L4E))
        return flags | IXD_RX_L4_CKSUM_GOOD;
    if (udp_without_checksum(packet))
        return flags;
    q->counters.bad_l4_cksum++;
    return flags | IXD_RX_L4_CKSUM_BAD;
}

/* Fields of a whole packet, from the last of its descriptors. */
static void describe(struct ixd_rx_queue *q, struct pool_buf *packet, uint64_t word,
                     uint64_t status)
{
    uint32_t rss_type = ixd_rx_word_rss_type(word);

    packet->packet_type = ixd_rx_word_packet_type(word);
    packet->hash = ixd_rx_word_hash(word);
    packet->ol_flags = checksum_flags(q, packet, status);
    if (status & IXD_RX_VP) {
        packet->ol_flags |= IXD_RX_VLAN;
        packet->vlan_tci = ixd_rx_status_vlan(status);
    }
    if (status & IXD_RX_FLM)
        packet->ol_flags |= IXD_RX_FDIR;
    if (rss_type == IXD_RX_TYPE_FDIR) {
        packet->ol_flags |= IXD_RX_FDIR_ID;
        packet->hash &= 0xffff;
    } else if (rss_type) {
        packet->ol_flags |= IXD_RX_RSS_HASH;
    }
}

static void discard(struct ixd_rx_queue *q)
{
    pool_free_packets(q->pool, &q->first, 1);
    q->first = NULL;
    q->counters.dropped++;
}

static void append(struct ixd_rx_queue *q, struct pool_buf *buf)
{
    if (q->first) {
        q->last->next = buf;
        q->first->nb_segs++;
    } else {
        q->first = buf;
    }
    q->last = buf;
}

/* One completed buffer. Returns the packet that it completes, or NULL. */
static struct pool_buf *take_one(struct ixd_rx_queue *q, struct pool_buf *buf, uint64_t word,
                                 uint64_t status)
{
    uint32_t bytes = ixd_rx_status_length(status);
    bool last = status & IXD_RX_EOP;
    struct pool_buf *packet;

    pool_move_bulk(q->pool, &buf, 1, POOL_DEVICE_RX, POOL_HELD);
    buf->offset = 0;
    buf->length = bytes;
    if (q->discarding) {
        q->discarding = !last;
        pool_free_bulk(q->pool, &buf, 1);
        return NULL;
    }
    append(q, buf);
    packet = q->first;
    if (bytes - 1 >= POOL_BUF_BYTES || packet->nb_segs > q->segs_max ||
        (last && status & IXD_RX_ERRORS)) {
        q->discarding = !last;
        discard(q);
        return NULL;
    }
    if (!last)
        return NULL;
    q->first = NULL;
    describe(q, packet, word, status);
    return packet;
}

uint32_t ixd_rx_take_packets(struct ixd_rx_queue *q, uint32_t run, struct pool_buf ***out)
{
    for (uint32_t i = 0; i < run; i++) {
        const struct ixd_desc *desc = &q->ring[q->next + i];
        uint64_t status = ixd_rx_desc_status(desc);
        struct pool_buf *packet;

        if (!(status & IXD_RX_DD))
            return i;
        __atomic_thread_fence(__ATOMIC_ACQUIRE); /* what DD stands for is read after it */
        packet = take_one(q, q->slot[q->next + i], ixd_rx_desc_word(desc), status);
        if (packet)
            *(*out)++ = packet;
    }
    return run;
}
