/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Pools: the groups of queues that a virtual function, or a VMDq user, has. Which queues are whose,
 * and which pools get a frame, by its addresses and its tag, be it from the wire (pool.c) or from
 * another pool (tx_switch.c). Reads registers and frames; knows no descriptor and no function.
 *
 * A list of pools is a bit map: bit p is pool p.
 */
#ifndef RINGSIDE_NIC_POOL_H
#define RINGSIDE_NIC_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "model/nic/parse.h"

struct nic;

enum { NIC_POOLS = 64, NIC_POOL_MIRRORS = 4 };

/* What MRQC.MRQE says of a frame's queue: `rss`: the hash has a say; `pool_bits`: of the queue
 * number, below them 1 << pool_bits queues of each pool; `class_bits`: so many queues of each
 * traffic class. 0: no pools, no classes. */
struct nic_queue_mode {
    uint8_t rss, pool_bits, class_bits;
};
struct nic_queue_mode nic_queue_mode(const struct nic *n);

/* Are there pools: of receive queues (VT_CTL.VT_ENA), of transmit queues (MTQC.VT_ENA)? */
bool nic_rx_pools_on(const struct nic *n);
bool nic_tx_pools_on(const struct nic *n);
/* The pool of a queue, when there are pools. */
uint32_t nic_rx_pool_of(const struct nic *n, uint32_t queue);
uint32_t nic_tx_pool_of(const struct nic *n, uint32_t queue);

/* What a frame's queue within a pool depends on. */
struct nic_queue_choice {
    uint8_t entry; /* RETA's, 0 without a hash */
    uint8_t class_; /* traffic class */
};
uint8_t nic_pool_queue(const struct nic *n, uint32_t pool, const struct nic_queue_choice *c);
/* The traffic class of a frame, by its VLAN priority. */
uint8_t nic_traffic_class(const struct nic *n, const struct nic_headers *h);

/* Pools whose VMOLR has this bit. */
uint64_t nic_pools_with(const struct nic *n, uint32_t bit);
/* Pools of two registers in a row, from `reg` on. */
uint64_t nic_pools_at(const struct nic *n, uint32_t reg);
/* Pools of the receive addresses that are this one; *known: there is such an address. */
uint64_t nic_pools_of_station(const struct nic *n, const uint8_t *address, bool *known);
/* Pools that want a frame by its destination; *exact: by a station address or as broadcast. */
uint64_t nic_pools_of_address(const struct nic *n, const uint8_t *frame, bool *exact);
/* Pools that a VLAN has by VLVF; *entries: bits of the filters that name it. */
uint64_t nic_pools_of_vlan(const struct nic *n, uint32_t id, uint64_t *entries);
/* Those of a list that may have a frame with this tag, or without one. */
uint64_t nic_pools_vlan_filter(const struct nic *n, const struct nic_headers *h, uint64_t list);

/* Pools of the mirror rules that a frame comes under which goes to `list`; `way` is MRCTL_UPME for
 * one from the wire, MRCTL_DPME for one that goes there, else 0. */
uint64_t nic_pools_mirrored(const struct nic *n, const struct nic_headers *h, uint64_t list,
                            uint32_t way);
/* All that get a frame from the wire. `ethertype`: number of the EtherType filter that matched, or
 * -1. */
uint64_t nic_pools_of_frame(const struct nic *n, const uint8_t *frame,
                            const struct nic_headers *h, int ethertype);
/* All that get a frame which another pool sends from this transmit queue; *out: so does the wire
 * (tx_switch.c). */
uint64_t nic_switch_pools(const struct nic *n, const uint8_t *frame, const struct nic_headers *h,
                          uint32_t queue, bool *out);
/* May a frame in whose destination no filter but a pool's own mode wants? */
bool nic_pools_ask_for(const struct nic *n, const uint8_t *frame);

#endif
