/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Statistics: which counters a frame moves, at the MAC, after the filter, at a queue, in a pool.
 * The counters are the registers themselves (rows that clear on read, but for those of a pool);
 * here is only the rule. Counters of 32 bits saturate; of pairs the high half is cut to 4 bits.
 * Good frames that move the same counters are counted together, before somebody looks.
 */
#ifndef RINGSIDE_NIC_STATS_H
#define RINGSIDE_NIC_STATS_H

#include <stdbool.h>
#include <stdint.h>

#include "model/nic/nic.h"

struct nic_state;

/* Frames of one kind that came one after the other and are in no counter yet. */
struct nic_stats_run {
    uint64_t frames;
    uint32_t kind; /* stats.c: length, who it is for, queue */
    uint32_t unused;
};

struct nic_stats {
    uint64_t rx_frames, tx_frames; /* running numbers of frames at this port, never cleared */
    struct nic_stats_run rx, rx_queue, tx;
};

/* Of the MAC's verdict on a frame from the wire. */
enum nic_rx_mac {
    NIC_MAC_GOOD,
    NIC_MAC_CRC,       /* bad FCS, length good */
    NIC_MAC_UNDERSIZE, /* short, FCS good */
    NIC_MAC_FRAGMENT,  /* short, FCS bad */
    NIC_MAC_OVERSIZE,  /* long, FCS good */
    NIC_MAC_JABBER,    /* long, FCS bad */
    NIC_MAC_LENGTH,    /* its length field is wrong */
};

/* Lengths are without FCS. A frame that the filters let in, by what the MAC said of it. */
void nic_stats_rx(struct nic *n, enum nic_rx_mac verdict, const uint8_t *frame, uint32_t length);
/* One that goes no further. */
void nic_stats_rx_mac(struct nic *n, enum nic_rx_mac verdict, uint32_t length);
void nic_stats_rx_missed(struct nic *n);                 /* no room in the packet buffer */
void nic_stats_rx_queue(struct nic *n, uint32_t queue, uint32_t length);
void nic_stats_rx_queue_drop(struct nic *n, uint32_t queue);
void nic_stats_rx_pool_group(struct nic *n, uint32_t pool); /* a multicast frame for it */
void nic_stats_rx_checksum(struct nic *n);               /* IP or TCP/UDP checksum error */
void nic_stats_local_fault(struct nic *n);               /* light lost while the link was up */
void nic_stats_pause(struct nic *n, uint32_t reg); /* a pause frame: LXONTXC and the like */
/* A frame of the MAC's own, of no queue. */
void nic_stats_tx_mac(struct nic *n, const uint8_t *frame, uint32_t length);
void nic_stats_tx(struct nic *n, uint32_t queue, const uint8_t *frame, uint32_t length);
void nic_stats_tx_local(struct nic *n, uint32_t queue, uint32_t length); /* to other pools only */
void nic_stats_tx_spoofed(struct nic *n); /* what its pool may not send */

/* Before a counter is read, or a register changed that says what is counted where. */
void nic_stats_settle(struct nic *n);
void nic_stats_reset(struct nic *n, enum nic_reset_kind kind);

#endif
