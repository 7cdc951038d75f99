/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What transmit does to a frame once all its bytes are in the buffer: which sums go where, and the
 * tag. Made from descriptors and their context (tx_offload.c); knows offsets, not protocols.
 */
#ifndef RINGSIDE_NIC_TX_OFFLOAD_H
#define RINGSIDE_NIC_TX_OFFLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "model/nic/desc.h"
#include "model/nic/vlan.h"

enum {
    NIC_TX_CONTEXTS = 2,     /* per queue */
    NIC_TX_HEADER_MAX = 511, /* headers of a packet that is cut */
};

/* nic_tx_offload.what */
enum {
    NIC_TX_IP_SUM = 1 << 0,  /* of ip_bytes from ip_at, into ip_at + 10 */
    NIC_TX_SUM = 1 << 1,     /* of all from l4_at, into sum_at */
    NIC_TX_CRC32C = 1 << 2,  /* the same, as SCTP wants it */
    NIC_TX_NO_ZERO = 1 << 3, /* a sum of 0 is written 0xffff, as UDP wants it */
    NIC_TX_TAG = 1 << 4,     /* room for it is part of the packet's length */
    NIC_TX_SEGMENT = 1 << 5, /* of a packet that is cut; the next three belong to it */
    NIC_TX_IPV4 = 1 << 6,    /* else IPv6 */
    NIC_TX_UDP = 1 << 7,     /* else TCP */
    NIC_TX_LAST = 1 << 8,
    NIC_TX_STAMP = 1 << 9, /* with the time of its leaving */
    NIC_TX_OF_POOL = 1 << 10, /* it is to be checked and switched */
    NIC_TX_WHAT = (1 << 11) - 1,
};

/* Offsets are those before the tag is inserted. */
struct nic_tx_offload {
    uint16_t what;
    uint16_t ip_at, ip_bytes;
    uint16_t l4_at, sum_at;
    uint16_t tag;
};

/* Of a packet: what it asks for, and how it is to be cut. */
struct nic_tx_plan {
    struct nic_tx_offload offload;
    uint16_t header; /* 0 unless it is cut */
    uint16_t mss;    /* 0: it stays whole */
};

static inline bool nic_tx_is_context(const struct nic_desc *d)
{
    return ((uint32_t)d->q1 & (TXD_DEXT | TXD_DTYP)) == (TXD_DEXT | TXD_DTYP_CONTEXT);
}
static inline uint32_t nic_tx_tag_bytes(const struct nic_tx_offload *o)
{
    return o->what & NIC_TX_TAG ? NIC_TAG_BYTES : 0;
}

#endif
