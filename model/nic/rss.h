/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Receive side scaling: Toeplitz hash, hash types, redirection table. It reads MRQC, RSSRK and RETA
 * and knows no queue beyond its number.
 */
#ifndef RINGSIDE_NIC_RSS_H
#define RINGSIDE_NIC_RSS_H

#include <stdbool.h>
#include <stdint.h>

#include "model/nic/parse.h"

struct nic;

enum { NIC_RSS_KEY_BYTES = 40 };

enum nic_rss_type {
    RSS_NONE = 0,
    RSS_IP4_TCP = 1,
    RSS_IP4 = 2,
    RSS_IP6_TCP = 3,
    RSS_IP6_EX = 4,
    RSS_IP6 = 5,
    RSS_IP6_TCP_EX = 6,
    RSS_IP4_UDP = 7,
    RSS_IP6_UDP = 8,
    RSS_IP6_UDP_EX = 9,
    RSS_FLOW_DIRECTOR = 15, /* the hash field names a filter instead */
};

/* The hash of `length` <= 36 bytes of input. */
uint32_t nic_toeplitz(const uint8_t key[NIC_RSS_KEY_BYTES], const uint8_t *input, uint32_t length);

/* Hash of a frame by the types that MRQC enables; RSS_NONE and hash 0 when none fits. */
enum nic_rss_type nic_rss_hash(const struct nic *n, const uint8_t *frame,
                               const struct nic_headers *h, uint32_t *hash);
/* RETA's queue for a hash. */
uint32_t nic_rss_queue(const struct nic *n, uint32_t hash);

#endif
