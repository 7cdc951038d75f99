/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Ones-complement sums, as IP, TCP and UDP use them: over bytes, in any number of pieces. Receive
 * checks by them and transmit inserts by them; they know neither.
 */
#ifndef RINGSIDE_NIC_SUM_H
#define RINGSIDE_NIC_SUM_H

#include <stdint.h>
#include <string.h>

#include "model/nic/desc.h"

/* Up to seven bytes as the machine reads them, zeros behind. */
static inline uint64_t nic_sum_rest(const uint8_t *data, uint32_t length)
{
    uint64_t piece = 0;
    uint32_t four, shift = 0;
    uint16_t two;

    if (length & 4) {
        memcpy(&four, data, 4);
        data += 4;
        piece = four;
        shift = 32;
    }
    if (length & 2) {
        memcpy(&two, data, 2);
        data += 2;
        piece |= (uint64_t)two << shift;
        shift += 16;
    }
    if (length & 1) {
        uint8_t bytes[2] = {*data, 0};
        memcpy(&two, bytes, 2);
        piece |= (uint64_t)two << shift;
    }
    return piece;
}

/* Such sums do not care in which byte order they are taken: these add eight bytes at a time as the
 * machine reads them, and nic_sum_fold() turns the result to network order. Only the last piece of
 * a sum may have an odd length. */
static inline uint64_t nic_sum_bytes(uint64_t sum, const uint8_t *data, uint32_t length)
{
    uint64_t piece;

    for (; length >= 8; data += 8, length -= 8) {
        memcpy(&piece, data, 8);
        sum += piece;
        sum += sum < piece; /* the carry comes back in */
    }
    if (length) {
        piece = nic_sum_rest(data, length);
        sum += piece;
        sum += sum < piece;
    }
    return sum;
}

static inline uint64_t nic_sum_word(uint64_t sum, uint32_t value)
{
    uint8_t bytes[2] = {(uint8_t)(value >> 8), (uint8_t)value};

    return nic_sum_bytes(sum, bytes, 2);
}

static inline uint32_t nic_sum_fold(uint64_t sum)
{
    sum = (sum & UINT32_MAX) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16 & 0xffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    uint16_t folded = (uint16_t)sum;
    uint8_t bytes[2];
    memcpy(bytes, &folded, 2);
    return nic_get16(bytes);
}

#endif
