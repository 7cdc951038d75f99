/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Watching the driver's side of the contract (rules.def): what it has to remember for that, and
 * the places where the blocks of the NIC let it look. It reports and never changes what the device
 * does. Its memory is bounded; what does not fit is forgotten, and then a breach may go unseen,
 * but nothing is called a breach that is none.
 */
#ifndef RINGSIDE_NIC_RULE_H
#define RINGSIDE_NIC_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "model/nic/fetch.h"
#include "model/nic/nic.h"

struct nic_reg_row;
struct nic_state;

enum {
    NIC_POSTED_SETS = 512, /* receive buffers that are remembered: sets of ways, by hash */
    NIC_POSTED_WAYS = 8,
    NIC_POSTED = NIC_POSTED_SETS * NIC_POSTED_WAYS,
    NIC_TAIL_SLOTS = 8192, /* of a transmit ring */
};

enum nic_posted_phase { NIC_POSTED_FREE, NIC_POSTED_OUT, NIC_POSTED_BACK };
struct nic_posted {
    uint64_t address;
    uint32_t until; /* BACK: descriptors before this position had been posted by then */
    uint32_t life;  /* of the queue */
    uint8_t queue;
    uint8_t phase;
    uint8_t unused[6];
};

struct nic_rules {
    /* As written, before masks: [transmit][queue]. */
    uint32_t base[2][NIC_QUEUES], length[2][NIC_QUEUES];
    uint32_t rx_life[NIC_QUEUES]; /* counts restarts */
    struct nic_posted posted[NIC_POSTED]; /* set after set */
    uint16_t at[NIC_QUEUES][NIC_DESC_CACHE]; /* of the cached descriptors: index in posted */
    uint64_t tails[NIC_QUEUES][NIC_TAIL_SLOTS / 64]; /* bit: a tail was put behind this slot */
};

void nic_violate(struct nic *n, enum nic_rule rule, bool tx, uint32_t queue, uint32_t slot,
                 uint64_t detail);

/* A register of a ring (REG_RING) is about to be written. */
void nic_rule_ring_write(struct nic *n, const struct nic_reg_row *row, uint32_t queue,
                         uint32_t value);
/* An access where no register answers. */
void nic_rule_hole(struct nic *n, unsigned bar, uint32_t offset, uint32_t value, bool write);
void nic_rule_vf_hole(struct nic *n, uint16_t function, unsigned bar, uint32_t offset,
                      uint32_t value, bool write);
/* `grown` more receive descriptors are in the queue's cache. */
void nic_rule_rx_fetched(struct nic *n, uint32_t queue, uint32_t grown);
/* The queue's next descriptor goes back to the driver. */
void nic_rule_rx_back(struct nic *n, uint32_t queue);
/* `grown` more transmit descriptors are in the queue's cache. */
void nic_rule_tx_fetched(struct nic *n, uint32_t queue, uint32_t grown);

void nic_rules_reset(struct nic *n);
bool nic_rules_valid(const struct nic_state *st);

#endif
