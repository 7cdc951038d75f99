/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What an application wants to know of a packet's headers, and the checksums it asks the device
 * for. Reads what a stranger sent: nothing outside of the first buffer's bytes, ever.
 */
#ifndef RINGSIDE_DRIVER_APPS_PACKET_H
#define RINGSIDE_DRIVER_APPS_PACKET_H

#include "driver/ixd.h"

enum {
    ETH_BYTES = 14,
    VLAN_BYTES = 4,
    IPV4_BYTES = 20,
    IPV6_BYTES = 40,
    UDP_BYTES = 8,
    TCP_BYTES = 20,
    SCTP_BYTES = 12,
    PROTO_TCP = 6,
    PROTO_UDP = 17,
    PROTO_SCTP = 132,
};

static inline unsigned packet_get16(const uint8_t *at)
{
    return (unsigned)at[0] << 8 | at[1];
}

static inline uint32_t packet_get32(const uint8_t *at)
{
    return (uint32_t)packet_get16(at) << 16 | packet_get16(at + 2);
}

static inline void packet_put16(uint8_t *at, unsigned value)
{
    at[0] = value >> 8;
    at[1] = value;
}

static inline void packet_put32(uint8_t *at, uint32_t value)
{
    packet_put16(at, value >> 16);
    packet_put16(at + 2, value & 0xffff);
}

/* Fills l2_len, l3_len and l4_len. Returns IXD_TX_IPV4 or IXD_TX_IPV6 with the checksum that the
 * L4 header has (IXD_TX_TCP_CKSUM ...); the latter is 0 for fragments, for IPv6 with extension
 * headers and for what does not fit; all is 0 for what is not IP. */
uint32_t packet_parse(struct pool_buf *packet);

/* Cuts off what lies behind the IP packet (padding of the shortest frames). False: it is shorter
 * than its headers say. For packets that packet_parse() found to be IP. */
bool packet_trim(struct pool_buf *packet, uint32_t kind);

/* Asks the device for every checksum that the packet has. False: it cannot be had. */
bool packet_ask_checksums(struct pool_buf *packet);

#endif
