/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Receive side scaling: see rss.h.
 */
#include "model/nic/rss.h"

#include "model/nic/nic_priv.h"

uint32_t nic_toeplitz(const uint8_t key[NIC_RSS_KEY_BYTES], const uint8_t *input, uint32_t length)
{
    uint32_t window = nic_get32(key), hash = 0;

    for (uint32_t i = 0; i < length && i + 4 < NIC_RSS_KEY_BYTES; i++) {
        uint32_t next = key[i + 4];
        for (uint32_t bit = 0x80; bit; bit >>= 1) {
            if (input[i] & bit)
                hash ^= window;
            window = window << 1 | (next & bit ? 1 : 0);
        }
    }
    return hash;
}

/* The type by what the frame is and what MRQC enables; ports says that they are hashed too. */
static enum nic_rss_type choose(uint32_t mrqc, const struct nic_headers *h, bool *ports)
{
    bool tcp = h->l4 && h->ptype & PTYPE_TCP, udp = h->l4 && h->ptype & PTYPE_UDP;

    *ports = true;
    if (h->ptype & PTYPE_IPV4) {
        if (tcp && mrqc & MRQC_TCP4)
            return RSS_IP4_TCP;
        if (udp && mrqc & MRQC_UDP4)
            return RSS_IP4_UDP;
        *ports = false;
        return mrqc & MRQC_IP4 ? RSS_IP4 : RSS_NONE;
    }
    if (!(h->ptype & PTYPE_IPV6))
        return RSS_NONE;
    if (h->extended) { /* [I-40] */
        if (tcp && mrqc & MRQC_TCP6EX)
            return RSS_IP6_TCP_EX;
        if (udp && mrqc & MRQC_UDP6EX)
            return RSS_IP6_UDP_EX;
    }
    if (tcp && mrqc & MRQC_TCP6)
        return RSS_IP6_TCP;
    if (udp && mrqc & MRQC_UDP6)
        return RSS_IP6_UDP;
    *ports = false;
    if (h->extended && mrqc & MRQC_IP6EX)
        return RSS_IP6_EX;
    return mrqc & MRQC_IP6 ? RSS_IP6 : RSS_NONE;
}

/* The addresses that stay when a mobile host moves go in place of those of the header. */
static void take_home_addresses(const uint8_t *frame, const struct nic_headers *h, uint8_t *input)
{
    if (h->home_source)
        memcpy(input, frame + h->home_source, 16);
    if (h->home_destination)
        memcpy(input + 16, frame + h->home_destination, 16);
}

enum nic_rss_type nic_rss_hash(const struct nic *n, const uint8_t *frame,
                               const struct nic_headers *h, uint32_t *hash)
{
    uint8_t key[NIC_RSS_KEY_BYTES], input[36];
    uint32_t bytes;
    bool ports;
    enum nic_rss_type type = h->l3 ? choose(n->st->reg[R_MRQC], h, &ports) : RSS_NONE;

    *hash = 0;
    if (type == RSS_NONE)
        return type;
    for (uint32_t i = 0; i < NIC_RSS_KEY_BYTES; i++)
        key[i] = (uint8_t)(n->st->reg[R_RSSRK + i / 4] >> i % 4 * 8);
    bytes = h->ptype & PTYPE_IPV4 ? 8 : 32;
    memcpy(input, frame + h->l3 + (h->ptype & PTYPE_IPV4 ? 12 : 8), bytes);
    if (type == RSS_IP6_EX || type == RSS_IP6_TCP_EX || type == RSS_IP6_UDP_EX)
        take_home_addresses(frame, h, input);
    if (ports) {
        memcpy(input + bytes, frame + h->l4, 4);
        bytes += 4;
    }
    *hash = nic_toeplitz(key, input, bytes);
    return type;
}

uint32_t nic_rss_queue(const struct nic *n, uint32_t hash)
{
    uint32_t entry = hash & 0x7f;

    return n->st->reg[R_RETA + entry / 4] >> entry % 4 * 8 & 0xf;
}
