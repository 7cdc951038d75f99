/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the receive side reads out of a frame: packet type, where headers lie, checksums. A pure
 * function of the bytes; it knows no register.
 */
#ifndef RINGSIDE_NIC_PARSE_H
#define RINGSIDE_NIC_PARSE_H

#include <stdbool.h>
#include <stdint.h>

struct nic_headers {
    uint16_t ptype;     /* enum nic_ptype */
    uint16_t ethertype; /* behind the VLAN tag */
    uint16_t tci;       /* of the VLAN tag */
    bool tagged;
    bool outer;         /* an outer tag stands in front of it, or alone */
    bool fragment;      /* part of a fragmented datagram: ports mean nothing */
    bool extended;      /* IPv6 with an extension header */
    uint16_t home_source;      /* offset of the home address option's address; 0 = none */
    uint16_t home_destination; /* of a type 2 routing header's home address; 0 = none */
    uint16_t l3;        /* offset of the IP header; 0 = no IP */
    uint16_t l3_length; /* of the IP header and its extensions */
    uint16_t l4;        /* offset of the TCP, UDP or SCTP header; 0 = none or not complete */
    uint32_t l3_end;    /* end of the datagram by its own length field, within the frame */
};

/* EtherTypes of VLAN tags. `outer` 0: there is one tag at most. Else a frame that starts with an
 * outer tag may have another behind it, which is the one that counts; without one it has none. */
struct nic_tags {
    uint16_t vet, outer;
};
void nic_parse(const uint8_t *frame, uint32_t length, struct nic_tags tags,
               struct nic_headers *out);

/* RXD_STAT_ and RXD_ERR_ bits of the checksums that can be checked here. */
uint32_t nic_parse_checksums(const uint8_t *frame, const struct nic_headers *h);

/* Sum of the payload of an IPv4 datagram's fragment that is UDP, for software to go on with; 0 for
 * every other frame. *udp_sum: it is the first one and its UDP checksum is not 0. */
uint32_t nic_parse_fragment(const uint8_t *frame, const struct nic_headers *h, bool *udp_sum);

#endif
