/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Frame parsing for receive: see parse.h. Every offset is checked against the frame; a header that
 * is cut off counts as not there.
 */
#include "model/nic/parse.h"

#include "model/nic/crc32c.h"
#include "model/nic/desc.h"
#include "model/nic/sum.h"

enum {
    ETH_BYTES = 14,
    VLAN_BYTES = 4,
    ETHERTYPE_IPV4 = 0x0800,
    ETHERTYPE_IPV6 = 0x86dd,
    PROTO_HOP_BY_HOP = 0,
    PROTO_IPV4 = 4,
    PROTO_TCP = 6,
    PROTO_UDP = 17,
    PROTO_IPV6 = 41,
    PROTO_ROUTING = 43,
    PROTO_FRAGMENT = 44,
    PROTO_ESP = 50,
    PROTO_AH = 51,
    PROTO_DESTINATION = 60,
    PROTO_SCTP = 132,
    SCTP_SUM_AT = 8,
    UDP_SUM_AT = 6,
    ROUTING_MOBILE = 2, /* type of a routing header */
    OPTION_PAD1 = 0,
    OPTION_HOME_ADDRESS = 0xc9,
    EXTENSIONS_MAX = 8, /* further ones are taken as payload */
};

/* What stands behind an IP header [I-96]. */
static void parse_l4(const uint8_t *frame, uint32_t proto, uint32_t at, struct nic_headers *h)
{
    uint32_t need;
    uint16_t type;

    if (h->fragment)
        return;
    switch (proto) {
    case PROTO_TCP:
        need = 20;
        type = PTYPE_TCP;
        break;
    case PROTO_UDP:
        need = 8;
        type = PTYPE_UDP;
        break;
    case PROTO_SCTP:
        need = 12;
        type = PTYPE_SCTP;
        break;
    case PROTO_ESP:
        h->ptype |= PTYPE_ESP;
        return;
    case PROTO_AH:
        h->ptype |= PTYPE_AH;
        return;
    default:
        return;
    }
    if (at + need > h->l3_end)
        return;
    h->ptype |= type;
    h->l4 = (uint16_t)at;
}

static void parse_ipv4(const uint8_t *frame, uint32_t length, uint32_t at, struct nic_headers *h)
{
    const uint8_t *ip = frame + at;

    if (at + 20 > length || ip[0] >> 4 != 4)
        return;
    uint32_t header = (ip[0] & 15u) * 4, total = nic_get16(ip + 2);
    if (header < 20 || total < header || at + header > length)
        return;
    h->ptype |= PTYPE_IPV4 | (header > 20 ? PTYPE_IPV4_OPTIONS : 0);
    h->l3 = (uint16_t)at;
    h->l3_length = (uint16_t)header;
    h->l3_end = at + total < length ? at + total : length;
    h->fragment = (nic_get16(ip + 6) & 0x3fff) != 0; /* MF or an offset */
    if (ip[9] == PROTO_IPV6 && !h->fragment) {
        h->ptype |= PTYPE_IPV6; /* IPv6 in IPv4: both bits, no more */
        return;
    }
    if (at + total <= length) /* cut off: its L4 cannot be checked */
        parse_l4(frame, ip[9], at + header, h);
}

/* Mobile IPv6 says in an extension header whose address it really is. */
static void home_address(const uint8_t *frame, uint32_t kind, uint32_t at, uint32_t bytes,
                         struct nic_headers *h)
{
    uint32_t p = at + 2, end = at + bytes;

    if (kind == PROTO_ROUTING && frame[at + 2] == ROUTING_MOBILE && bytes >= 24)
        h->home_destination = (uint16_t)(at + 8);
    if (kind != PROTO_DESTINATION)
        return;
    while (p < end) {
        if (frame[p] == OPTION_PAD1) {
            p++;
        } else if (p + 2 > end || p + 2 + frame[p + 1] > end) {
            return;
        } else if (frame[p] == OPTION_HOME_ADDRESS && frame[p + 1] == 16) {
            h->home_source = (uint16_t)(p + 2);
            return;
        } else {
            p += 2u + frame[p + 1];
        }
    }
}

static void parse_ipv6(const uint8_t *frame, uint32_t length, uint32_t at, struct nic_headers *h)
{
    const uint8_t *ip = frame + at;

    if (at + 40 > length || ip[0] >> 4 != 6)
        return;
    uint32_t end = at + 40 + nic_get16(ip + 4), next = ip[6], p = at + 40;
    h->ptype |= PTYPE_IPV6;
    h->l3 = (uint16_t)at;
    h->l3_end = end < length ? end : length;
    for (int i = 0; i < EXTENSIONS_MAX; i++) {
        if (next != PROTO_HOP_BY_HOP && next != PROTO_ROUTING && next != PROTO_FRAGMENT &&
            next != PROTO_DESTINATION)
            break;
        h->ptype |= PTYPE_IPV6_EXT;
        h->extended = true;
        if (p + 8 > h->l3_end)
            break;
        uint32_t bytes = next == PROTO_FRAGMENT ? 8 : (frame[p + 1] + 1u) * 8;
        if (next == PROTO_FRAGMENT && nic_get16(frame + p + 2) & 0xfff9)
            h->fragment = true;
        if (p + bytes <= h->l3_end)
            home_address(frame, next, p, bytes, h);
        next = frame[p];
        p += bytes;
    }
    h->l3_length = (uint16_t)(p - at);
    if (end <= length)
        parse_l4(frame, next, p, h);
}

/* A tag of this type at the frame's EtherType or behind another tag: where to go on. */
static inline uint32_t parse_tag(const uint8_t *frame, uint32_t length, uint32_t at, uint16_t vet,
                                 struct nic_headers *h)
{
    if (h->ethertype != vet || length < at + VLAN_BYTES)
        return at;
    h->tagged = true;
    h->tci = (uint16_t)nic_get16(frame + at);
    h->ethertype = (uint16_t)nic_get16(frame + at + 2);
    return at + VLAN_BYTES;
}

/* Rare: out of the way of all that have one tag at most. */
static __attribute__((noinline)) uint32_t parse_two_tags(const uint8_t *frame, uint32_t length,
                                                         struct nic_tags tags,
                                                         struct nic_headers *h)
{
    h->outer = h->ethertype == tags.outer && length >= ETH_BYTES + VLAN_BYTES;
    if (!h->outer)
        return ETH_BYTES;
    h->ethertype = (uint16_t)nic_get16(frame + ETH_BYTES + 2);
    return parse_tag(frame, length, ETH_BYTES + VLAN_BYTES, tags.vet, h);
}

/* Nearly every frame: a whole IPv4 datagram without options, TCP or UDP, no tag. Finds in it what
 * the rest of this file would; false: another frame. */
static inline bool parse_usual(const uint8_t *frame, uint32_t length, struct nic_tags tags,
                               struct nic_headers *out)
{
    const uint8_t *ip = frame + ETH_BYTES;

    if (length < ETH_BYTES + 20 || (nic_load64(frame + 10) & 0xffffff0000ull) != 0x4500080000ull ||
        nic_get16(ip + 6) & 0x3fff || tags.vet == ETHERTYPE_IPV4 || tags.outer)
        return false;
    uint32_t end = ETH_BYTES + nic_get16(ip + 2), need = ip[9] == PROTO_UDP ? 8 : 20;
    if ((ip[9] != PROTO_UDP && ip[9] != PROTO_TCP) || end > length || end < ETH_BYTES + 20 + need)
        return false;
    *out = (struct nic_headers){
        .ptype = (uint16_t)(PTYPE_IPV4 | (ip[9] == PROTO_UDP ? PTYPE_UDP : PTYPE_TCP)),
        .ethertype = ETHERTYPE_IPV4, .l3 = ETH_BYTES, .l3_length = 20, .l4 = ETH_BYTES + 20,
        .l3_end = end,
    };
    return true;
}

void nic_parse(const uint8_t *frame, uint32_t length, struct nic_tags tags,
               struct nic_headers *out)
{
    uint32_t at;

    if (parse_usual(frame, length, tags, out))
        return;
    *out = (struct nic_headers){0};
    if (length < ETH_BYTES)
        return;
    out->ethertype = (uint16_t)nic_get16(frame + 12);
    if (tags.outer)
        at = parse_two_tags(frame, length, tags, out);
    else
        at = parse_tag(frame, length, ETH_BYTES, tags.vet, out);
    if (out->ethertype == ETHERTYPE_IPV4)
        parse_ipv4(frame, length, at, out);
    else if (out->ethertype == ETHERTYPE_IPV6)
        parse_ipv6(frame, length, at, out);
}

/* The checksum of a TCP or UDP segment with its pseudo header. */
static bool l4_right(const uint8_t *frame, const struct nic_headers *h)
{
    uint32_t length = h->l3_end - h->l4;
    bool ip4 = h->ptype & PTYPE_IPV4;
    uint64_t sum = nic_sum_word(0, h->ptype & PTYPE_TCP ? PROTO_TCP : PROTO_UDP);

    sum = nic_sum_word(sum, length);
    sum = nic_sum_bytes(sum, frame + h->l3 + (ip4 ? 12 : 8), ip4 ? 8 : 32);
    return nic_sum_right(nic_sum_bytes(sum, frame + h->l4, length));
}

/* Least significant byte first, over the packet with the field as 0. */
static __attribute__((noinline)) bool sctp_good(const uint8_t *frame, const struct nic_headers *h)
{
    static const uint8_t zero[4];
    const uint8_t *field = frame + h->l4 + SCTP_SUM_AT, *rest = field + sizeof zero;
    uint32_t crc = nic_crc32c(0, frame + h->l4, SCTP_SUM_AT);

    crc = nic_crc32c(crc, zero, sizeof zero);
    crc = nic_crc32c(crc, rest, (uint32_t)(frame + h->l3_end - rest));
    return crc == (field[0] | (uint32_t)field[1] << 8 | (uint32_t)field[2] << 16 |
                   (uint32_t)field[3] << 24);
}

static __attribute__((noinline)) uint32_t checksums(const uint8_t *frame,
                                                    const struct nic_headers *h)
{
    uint32_t bits = 0;

    if (h->ptype & PTYPE_IPV4) {
        bits |= RXD_STAT_IPCS;
        if (!nic_sum_right(nic_sum_bytes(0, frame + h->l3, h->l3_length)))
            bits |= RXD_ERR_IPE;
    }
    if (!h->l4)
        return bits;
    if (!(h->ptype & (PTYPE_TCP | PTYPE_UDP))) /* SCTP */
        return bits | RXD_STAT_L4CS | (sctp_good(frame, h) ? 0 : RXD_ERR_TCPE);
    if (h->ptype & PTYPE_UDP && nic_get16(frame + h->l4 + 6) == 0)
        return bits; /* the sender did not compute one */
    bits |= RXD_STAT_L4CS | (h->ptype & PTYPE_UDP ? RXD_STAT_UDPCS : 0);
    if (!l4_right(frame, h))
        bits |= RXD_ERR_TCPE;
    return bits;
}

/* Of nearly every frame both are right: both sums in one go, sharing the addresses. The rest says
 * what is wrong, and has no checksum of UDP, or other headers. */
uint32_t nic_parse_checksums(const uint8_t *frame, const struct nic_headers *h)
{
    const uint8_t *ip = frame + h->l3, *l4 = frame + h->l4;
    uint32_t length = h->l3_end - h->l4;
    bool udp = h->ptype == (PTYPE_IPV4 | PTYPE_UDP);

    if (!h->l3)
        return 0;
    if (!udp && h->ptype != (PTYPE_IPV4 | PTYPE_TCP))
        return checksums(frame, h);
    uint64_t addresses = nic_load64(ip + 12); /* without options */
    uint64_t sum = nic_sum_word((uint64_t)(udp ? PROTO_UDP : PROTO_TCP) << 8, length);
    sum = nic_sum_bytes(nic_sum_add(sum, addresses), l4, length);
    uint64_t header = nic_sum_add(nic_load64(ip), nic_load64(ip + 8));
    header = nic_sum_add(header, addresses >> 32);
    if (!nic_sum_right(header) || !nic_sum_right(sum) || (udp && nic_get16(l4 + 6) == 0))
        return checksums(frame, h);
    return RXD_STAT_IPCS | RXD_STAT_L4CS | (udp ? RXD_STAT_UDPCS : 0);
}

/* [I-55] */
uint32_t nic_parse_fragment(const uint8_t *frame, const struct nic_headers *h, bool *udp_sum)
{
    const uint8_t *ip = frame + h->l3;
    uint32_t at = (uint32_t)h->l3 + h->l3_length;

    *udp_sum = false;
    if (!h->fragment || !(h->ptype & PTYPE_IPV4) || ip[9] != PROTO_UDP)
        return 0;
    if (!(nic_get16(ip + 6) & 0x1fff) && at + 8 <= h->l3_end)
        *udp_sum = nic_get16(frame + at + UDP_SUM_AT) != 0;
    return nic_sum_fold(nic_sum_bytes(0, frame + at, h->l3_end - at));
}
