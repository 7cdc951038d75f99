/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Headers of a packet; see packet.h.
 */
#include "driver/apps/packet.h"

enum {
    ETHERTYPE_IPV4 = 0x0800,
    ETHERTYPE_IPV6 = 0x86dd,
    ETHERTYPE_VLAN = 0x8100,
    FRAGMENT = 0x3fff, /* more to come, or an offset */
    UDP_LENGTH_AT = 4,
    UDP_SUM_AT = 6,
};

static uint32_t parse_l4(struct pool_buf *p, const uint8_t *l4, uint32_t left, unsigned protocol)
{
    switch (protocol) {
    case PROTO_UDP:
        p->l4_len = UDP_BYTES;
        return left >= UDP_BYTES ? IXD_TX_UDP_CKSUM : 0;
    case PROTO_SCTP:
        p->l4_len = SCTP_BYTES;
        return left >= SCTP_BYTES ? IXD_TX_SCTP_CKSUM : 0;
    case PROTO_TCP:
        if (left < TCP_BYTES || (l4[12] >> 4) * 4 < TCP_BYTES || (l4[12] >> 4) * 4u > left)
            return 0;
        p->l4_len = (l4[12] >> 4) * 4;
        return IXD_TX_TCP_CKSUM;
    default:
        return 0;
    }
}

static uint32_t parse_ipv4(struct pool_buf *p, const uint8_t *l3, uint32_t left)
{
    uint32_t header = left >= IPV4_BYTES ? (l3[0] & 15u) * 4 : 0;

    if (header < IPV4_BYTES || header > left || l3[0] >> 4 != 4)
        return 0;
    p->l3_len = header;
    if (packet_get16(l3 + 6) & FRAGMENT)
        return IXD_TX_IPV4;
    return IXD_TX_IPV4 | parse_l4(p, l3 + header, left - header, l3[9]);
}

uint32_t packet_parse(struct pool_buf *p)
{
    const uint8_t *frame = p->data + p->offset, *l3;
    uint32_t left = p->length;
    unsigned type;

    p->l2_len = ETH_BYTES;
    p->l3_len = p->l4_len = 0;
    if (left < ETH_BYTES + VLAN_BYTES)
        return 0;
    type = packet_get16(frame + ETH_BYTES - 2);
    if (type == ETHERTYPE_VLAN) {
        type = packet_get16(frame + ETH_BYTES + VLAN_BYTES - 2);
        p->l2_len += VLAN_BYTES;
    }
    l3 = frame + p->l2_len;
    left -= p->l2_len;
    if (type == ETHERTYPE_IPV4)
        return parse_ipv4(p, l3, left);
    if (type != ETHERTYPE_IPV6 || left < IPV6_BYTES || l3[0] >> 4 != 6)
        return 0;
    p->l3_len = IPV6_BYTES;
    return IXD_TX_IPV6 | parse_l4(p, l3 + IPV6_BYTES, left - IPV6_BYTES, l3[6]);
}

bool packet_trim(struct pool_buf *p, uint32_t kind)
{
    const uint8_t *l3 = p->data + p->offset + p->l2_len;
    uint32_t bytes = p->l2_len, length = pool_packet_length(p);

    bytes += kind & IXD_TX_IPV4 ? packet_get16(l3 + 2) : IPV6_BYTES + packet_get16(l3 + 4);
    if (bytes == length)
        return true;
    if (bytes > length || bytes < (uint32_t)p->l2_len + p->l3_len || p->nb_segs > 1)
        return false;
    p->length = bytes;
    return true;
}

bool packet_ask_checksums(struct pool_buf *p)
{
    uint32_t kind = packet_parse(p);
    const uint8_t *l4 = p->data + p->offset + p->l2_len + p->l3_len;

    if (!kind || !packet_trim(p, kind))
        return false;
    if ((kind & IXD_TX_L4_MASK) == IXD_TX_UDP_CKSUM &&
        (packet_get16(l4 + UDP_SUM_AT) == 0 || /* a datagram without one keeps none */
         packet_get16(l4 + UDP_LENGTH_AT) != pool_packet_length(p) - p->l2_len - p->l3_len))
        kind &= ~(uint32_t)IXD_TX_L4_MASK;
    p->ol_flags |= kind | (kind & IXD_TX_IPV4 ? IXD_TX_IP_CKSUM : 0);
    return true;
}
