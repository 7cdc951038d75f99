/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Flow director: filters that a driver adds and removes while traffic runs. A signature filter is
 * a bucket and a 15-bit signature, both hashes of the flow; a perfect filter is a bucket and the
 * flow's fields themselves.
 *
 *   fdir.c       the table: FDIRCTRL, FDIRCMD, counters
 *   fdir_flow.c  what is looked at in a frame or in a filter's registers, masks, hash
 *
 * The table lies in the state and is as large as FDIRCTRL.PBALLOC says, 8 K perfect or 32 K
 * signature filters at most, less two.
 */
#ifndef RINGSIDE_NIC_FDIR_H
#define RINGSIDE_NIC_FDIR_H

#include <stdbool.h>
#include <stdint.h>

#include "model/nic/parse.h"

struct nic;
struct nic_rx_meta;

enum {
    NIC_FDIR_BUCKETS = 32 * 1024,
    NIC_FDIR_SIGNATURES = 32 * 1024,
    NIC_FDIR_PERFECTS = 8 * 1024,
};

/* Addresses and ports as numbers, masked fields zero. */
struct nic_flow {
    uint32_t destination[4], source[4]; /* IPv4: the first word */
    uint32_t ports;                     /* source 31:16, destination 15:0 */
    uint16_t vlan, flex;
    uint8_t type; /* enum nic_flow_type */
    uint8_t pool;
    uint8_t unused[2];
};
enum nic_flow_type { FLOW_UDP = 1, FLOW_TCP = 2, FLOW_SCTP = 3, FLOW_L4 = 3, FLOW_IP6 = 4 };

/* A perfect filter compares one address of an IPv6 flow, both of an IPv4 one. */
struct nic_fdir_key {
    uint32_t address[4];
    uint32_t destination;
    uint32_t ports;
    uint16_t vlan, flex;
    uint8_t type;
    uint8_t by_destination; /* IPv6: the address is the destination's */
    uint8_t pool;
    uint8_t unused;
};
struct nic_fdir_filter {
    uint16_t next;   /* in its bucket, or of the free ones: number + 1; 0 = none */
    uint16_t bucket;
    uint16_t id;     /* signature, or the driver's own number */
    uint8_t queue;
    uint8_t flags;   /* enum nic_fdir_flags */
};
enum nic_fdir_flags { FDIR_HAS_QUEUE = 1, FDIR_DROPS = 2, FDIR_INTERRUPTS = 4 };

struct nic_fdir {
    uint32_t capacity; /* 0: off */
    uint32_t used;
    uint32_t top;      /* filters from here on were never used */
    uint16_t free;     /* first of those that were: number + 1; 0 = none */
    uint8_t perfect;
    uint8_t unused;
    uint16_t bucket[NIC_FDIR_BUCKETS]; /* first filter: number + 1; 0 = none */
    struct nic_fdir_filter filter[NIC_FDIR_SIGNATURES];
    struct nic_fdir_key key[NIC_FDIR_PERFECTS]; /* of filter i, in perfect mode */
};

/* Is there a filter for this frame? Fills in what the write-back says of it; returns the queue, or
 * -1 when the frame goes on to RSS. Only to be called when FDIRCTRL.PBALLOC is not 0. */
int nic_fdir_match(struct nic *n, const uint8_t *frame, uint32_t length,
                   const struct nic_headers *h, uint32_t pool, struct nic_rx_meta *meta);
void nic_fdir_reset(struct nic *n);
bool nic_fdir_valid(const struct nic_fdir *f);

/* ---- fdir_flow.c ---- */
/* The flow of an IP frame of a pool (0: there are none) as the filters see it. */
void nic_flow_of_frame(const struct nic *n, const uint8_t *frame, uint32_t length,
                       const struct nic_headers *h, uint32_t pool, struct nic_flow *flow);
/* The perfect filter that stands in the registers. */
void nic_flow_of_registers(const struct nic *n, uint32_t fdircmd, struct nic_fdir_key *key);
bool nic_flow_matches(const struct nic_flow *flow, const struct nic_fdir_key *key);
/* 16 bits of hash, of which a bucket or a signature takes its share. */
uint32_t nic_flow_hash(const struct nic_flow *flow, uint32_t key);

#endif
