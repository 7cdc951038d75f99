/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Can the device send this packet as its flags ask, and what must be in its headers before? Knows
 * the limits of the 82599 and what its checksum engine starts from; touches no ring.
 */
#include "driver/ixd_priv.h"

#include <errno.h>
#include <string.h>

enum {
    MACLEN_MAX = 127,
    IPLEN_MAX = 511,
    HEADERS_MAX = 511,
    PAYLEN_MAX = (1 << 18) - 1,
    IPV4_BYTES = 20,
    IPV6_BYTES = 40,
    UDP_BYTES = 8,
    TCP_BYTES = 20,
    SCTP_BYTES = 12,
    IP_SUM_AT = 10,
    UDP_SUM_AT = 6,
    TCP_SUM_AT = 16,
    PROTO_TCP = 6,
    PROTO_UDP = 17,
};
#define SEGMENTS (IXD_TX_TCP_SEG | IXD_TX_UDP_SEG)
#define LAYER_3  (IXD_TX_IPV4 | IXD_TX_IPV6)

static int check_buffers(const struct ixd_port *port, const struct pool_buf *packet,
                         uint32_t *total, struct ixd_error *err)
{
    unsigned segs = 0, most = port->config.tx_ring / 2 - 1;

    if (most > IXD_TX_SEGS_MAX)
        most = IXD_TX_SEGS_MAX;
    *total = 0;
    for (const struct pool_buf *b = packet; b; b = b->next) {
        if (++segs > most)
            return ixd_fail(err, -EINVAL, "packet of more than %u buffers", most);
        if (b->length == 0 || (uint32_t)b->offset + b->length > POOL_BUF_BYTES)
            return ixd_fail(err, -EINVAL, "packet's buffer %u has bytes %u..%u: expected 1..%u",
                            segs - 1, b->offset, b->offset + b->length, POOL_BUF_BYTES);
        *total += b->length;
    }
    if (segs != packet->nb_segs)
        return ixd_fail(err, -EINVAL, "packet's nb_segs is %u: its chain has %u buffers",
                        packet->nb_segs, segs);
    if (*total < IXD_FRAME_MIN)
        return ixd_fail(err, -EINVAL, "packet of %u bytes: expected %d at least", *total,
                        IXD_FRAME_MIN);
    return 0;
}

/* Headers that the flags speak of, in bytes; 0 where they speak of none. */
static uint32_t l4_bytes(uint32_t flags)
{
    if (flags & IXD_TX_TCP_SEG)
        return TCP_BYTES;
    if (flags & IXD_TX_UDP_SEG)
        return UDP_BYTES;
    switch (flags & IXD_TX_L4_MASK) {
    case IXD_TX_TCP_CKSUM: return TCP_BYTES;
    case IXD_TX_UDP_CKSUM: return UDP_BYTES;
    case IXD_TX_SCTP_CKSUM: return SCTP_BYTES;
    default: return 0;
    }
}

static int check_headers(const struct pool_buf *p, uint32_t total, struct ixd_error *err)
{
    uint32_t flags = p->ol_flags, l4 = l4_bytes(flags);
    uint32_t l3 = flags & IXD_TX_IPV6 ? IPV6_BYTES : IPV4_BYTES;

    if (!l4 && !(flags & IXD_TX_IP_CKSUM))
        return 0;
    if (p->l2_len > MACLEN_MAX || p->l3_len > IPLEN_MAX || p->l3_len < l3)
        return ixd_fail(err, -EINVAL, "l2_len %u, l3_len %u: expected at most %d and %u..%d",
                        p->l2_len, p->l3_len, MACLEN_MAX, l3, IPLEN_MAX);
    if ((uint32_t)p->l2_len + p->l3_len + l4 > total)
        return ixd_fail(err, -EINVAL, "headers of %u bytes in a packet of %u",
                        p->l2_len + p->l3_len + l4, total);
    if (flags & IXD_TX_IP_CKSUM && !(flags & IXD_TX_IPV4))
        return ixd_fail(err, -EINVAL, "IP checksum asked for of a packet that is not IPv4");
    return 0;
}

static int check_segments(const struct pool_buf *p, uint32_t total, unsigned frame_max,
                          struct ixd_error *err)
{
    uint32_t headers = (uint32_t)p->l2_len + p->l3_len + p->l4_len, layer_3 = p->ol_flags & LAYER_3;

    if ((p->ol_flags & SEGMENTS) == SEGMENTS || (layer_3 != IXD_TX_IPV4 && layer_3 != IXD_TX_IPV6))
        return ixd_fail(err, -EINVAL, "segmentation needs one of TCP_SEG and UDP_SEG, and one of "
                        "IPV4 and IPV6; ol_flags are 0x%x", p->ol_flags);
    if (p->l4_len < l4_bytes(p->ol_flags) || headers > HEADERS_MAX || headers >= total)
        return ixd_fail(err, -EINVAL, "segmentation of %u bytes with headers of %u+%u+%u", total,
                        p->l2_len, p->l3_len, p->l4_len);
    if (p->tso_segsz == 0 || headers + p->tso_segsz > frame_max || total - headers > PAYLEN_MAX)
        return ixd_fail(err, -EINVAL, "segmentation of %u bytes into %u: expected 1..%d", total,
                        p->tso_segsz, (int)(frame_max - headers));
    return 0;
}

int ixd_tx_check(const struct ixd_port *port, const struct pool_buf *packet, struct ixd_error *err)
{
    unsigned frame_max = port->config.mtu + IXD_HEADER_BYTES;
    uint32_t total;
    int rc = check_buffers(port, packet, &total, err);

    if (rc == 0 && packet->ol_flags & IXD_TX_MASK)
        rc = check_headers(packet, total, err);
    if (rc == 0 && packet->ol_flags & SEGMENTS)
        return check_segments(packet, total, frame_max, err);
    if (rc == 0 && total > frame_max)
        return ixd_fail(err, -EINVAL, "packet of %u bytes: expected at most %u, MTU and headers",
                        total, frame_max);
    return rc;
}

/* One's complement sum of 16-bit words, of which `bytes` is a multiple. */
static uint32_t sum_words(const uint8_t *at, unsigned bytes, uint32_t sum)
{
    for (unsigned i = 0; i < bytes; i += 2) {
        uint16_t word;

        memcpy(&word, at + i, 2);
        sum += be16toh(word);
    }
    return sum;
}

/* The pseudo header: addresses, protocol, and the length unless each segment has its own. */
static void write_pseudo_sum(const struct pool_buf *p, uint8_t *frame, uint32_t l4_length)
{
    const uint8_t *l3 = frame + p->l2_len;
    bool v6 = p->ol_flags & IXD_TX_IPV6;
    bool tcp = p->ol_flags & IXD_TX_TCP_SEG ||
               (p->ol_flags & IXD_TX_L4_MASK) == IXD_TX_TCP_CKSUM;
    uint8_t *at = frame + p->l2_len + p->l3_len + (tcp ? TCP_SUM_AT : UDP_SUM_AT);
    uint32_t sum = tcp ? PROTO_TCP : PROTO_UDP;

    if (!(p->ol_flags & SEGMENTS))
        sum += (l4_length >> 16) + (l4_length & 0xffff);
    sum = v6 ? sum_words(l3 + 8, 32, sum) : sum_words(l3 + 12, 8, sum);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    at[0] = sum >> 8;
    at[1] = sum;
}

static int prepare(const struct ixd_port *port, struct pool_buf *p, struct ixd_error *err)
{
    uint32_t flags = p->ol_flags, l4 = l4_bytes(flags);
    uint8_t *frame = p->data + p->offset;
    int rc = ixd_tx_check(port, p, err);

    if (rc || !(l4 || flags & IXD_TX_IP_CKSUM))
        return rc;
    if ((uint32_t)p->l2_len + p->l3_len + l4 > p->length)
        return ixd_fail(err, -EINVAL, "headers of %u bytes: the first buffer has %u of them",
                        p->l2_len + p->l3_len + l4, p->length);
    if (flags & IXD_TX_IP_CKSUM || (flags & SEGMENTS && flags & IXD_TX_IPV4))
        memset(frame + p->l2_len + IP_SUM_AT, 0, 2);
    if (l4 && (flags & SEGMENTS || (flags & IXD_TX_L4_MASK) != IXD_TX_SCTP_CKSUM))
        write_pseudo_sum(p, frame, pool_packet_length(p) - p->l2_len - p->l3_len);
    return 0;
}

unsigned ixd_tx_prepare(const struct ixd_port *port, struct pool_buf *const *packets,
                        unsigned count, struct ixd_error *err)
{
    for (unsigned i = 0; i < count; i++) {
        if (packets[i]->ol_flags & IXD_TX_MASK && prepare(port, packets[i], err))
            return i;
    }
    return count;
}
