/* SPDX-License-Identifier: BSD-2-Clause
 *
 * 5-tuple filters and the SYN filter: which queue the addresses, ports and protocol of a frame, or
 * its SYN flag, ask for. They read registers and the frame and know no queue beyond its number.
 */
#ifndef RINGSIDE_NIC_RX_TUPLE_H
#define RINGSIDE_NIC_RX_TUPLE_H

#include <stdint.h>

#include "model/nic/parse.h"

struct nic;
struct nic_rx_meta;

enum { NIC_TUPLE_FILTERS = 128 };

/* Keeps the number of 5-tuple filters worth looking at: up to the last one that is enabled. */
void nic_tuple_count(struct nic *n);

/* The queue that a SYN or 5-tuple filter gives this frame of a pool (0 when there are none),
 * in the order of SYNQF's priority bit; -1: none matches. A filter that asks for it marks the frame
 * as of low latency. */
int nic_tuple_queue(const struct nic *n, const uint8_t *frame, uint32_t length,
                    const struct nic_headers *h, uint32_t pool, struct nic_rx_meta *meta);

#endif
