/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Filters of a port: which frames it takes, and which queue they go to. Each can be changed while
 * frames come; all of them survive ixd_port_reset(). What no filter gives a queue is spread by RSS,
 * or goes to queue 0. The device looks in this order: ethertype, SYN (with `first`), 5-tuple, SYN,
 * flow director, RSS.
 *
 * Addresses and ports are in the CPU's byte order. Errors are -EINVAL or -ENOSPC with text.
 */
#ifndef RINGSIDE_DRIVER_FILTER_H
#define RINGSIDE_DRIVER_FILTER_H

#include "driver/ixd.h"

enum {
    IXD_MACS_MAX = 127, /* besides the port's own */
    IXD_ETHERTYPES_MAX = 8,
    IXD_TUPLES_MAX = 128,
    IXD_FDIR_MAX = 2048, /* of those that the driver keeps to set up again */
};

/* --- filter.c: which frames --- */

/* Takes frames to one more address, unicast or multicast, exactly. */
int ixd_filter_add_mac(struct ixd_port *port, const uint8_t mac[6], struct ixd_error *err);
int ixd_filter_remove_mac(struct ixd_port *port, const uint8_t mac[6], struct ixd_error *err);

/* Takes multicast frames whose address has the hash of this one: 4096 values for all addresses. */
void ixd_filter_add_multicast(struct ixd_port *port, const uint8_t mac[6]);
void ixd_filter_clear_multicast(struct ixd_port *port);

/* Takes every unicast frame, every multicast frame. */
void ixd_filter_promiscuous(struct ixd_port *port, bool unicast, bool multicast);

/* With at least one VLAN, tagged frames of others are not taken. Untagged ones always are. */
int ixd_filter_vlan(struct ixd_port *port, unsigned id, bool on, struct ixd_error *err);

/* --- steer.c: which queue --- */

/* Frames of an ethertype go to a queue. One filter per ethertype; IP has others. */
int ixd_steer_ethertype(struct ixd_port *port, unsigned ethertype, unsigned queue,
                        struct ixd_error *err);

/* TCP connection requests go to a queue; `first`: even if a 5-tuple filter says otherwise. */
int ixd_steer_syn(struct ixd_port *port, unsigned queue, bool first, struct ixd_error *err);

/* What is 0 matches everything. */
struct ixd_tuple {
    uint32_t source, destination; /* IPv4 */
    uint16_t source_port, destination_port;
    uint8_t protocol; /* 6 TCP, 17 UDP, 132 SCTP */
};

/* IPv4 packets go to a queue; among several that match, the highest priority (0..7) wins. */
int ixd_steer_tuple(struct ixd_port *port, const struct ixd_tuple *tuple, unsigned priority,
                    unsigned queue, struct ixd_error *err);

/* Takes all steering away, the flow director's included. */
int ixd_steer_clear(struct ixd_port *port, struct ixd_error *err);

/* --- fdir.c: the flow director, for thousands of flows --- */

enum ixd_fdir_mode {
    IXD_FDIR_OFF,
    IXD_FDIR_SIGNATURE, /* compares a hash: another flow may match now and then */
    IXD_FDIR_PERFECT,   /* compares all fields */
};
enum { IXD_FDIR_DROP = 255 }; /* as queue of a perfect filter */

/* One flow to one queue: every field of the tuple is given. The first flow decides on the mode of
 * all. `id` comes with its packets (perfect: IXD_RX_FDIR_ID, hash), 0..0x7fff. */
int ixd_fdir_add(struct ixd_port *port, enum ixd_fdir_mode mode, const struct ixd_tuple *flow,
                 unsigned id, unsigned queue, struct ixd_error *err);

struct ixd_tuple6 {
    uint8_t source[16], destination[16]; /* as in the packet */
    uint16_t source_port, destination_port;
    uint8_t protocol;
};

/* The same of IPv6. A perfect filter has room for one address only: `destination` must be all 0
 * there, and matches everything. */
int ixd_fdir_add6(struct ixd_port *port, enum ixd_fdir_mode mode, const struct ixd_tuple6 *flow,
                  unsigned id, unsigned queue, struct ixd_error *err);

#endif
