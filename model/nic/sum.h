/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Ones-complement sums, as IP, TCP and UDP use them: over bytes, in any number of pieces. Receive
 * checks by them and transmit inserts by them; they know neither.
 */
#ifndef RINGSIDE_NIC_SUM_H
#define RINGSIDE_NIC_SUM_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "model/nic/desc.h"

enum {
    /* Bytes from which wide registers pay. They take words as the machine has them. */
    NIC_SUM_LONG = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 128 : INT32_MAX,
    NIC_SUM_BLOCK = 32,
};

/* The carry comes back in. */
static inline uint64_t nic_sum_add(uint64_t sum, uint64_t piece)
{
    bool carry = __builtin_add_overflow(sum, piece, &sum);

    return sum + carry;
}

/* Up to seven bytes, zeros behind. */
static inline uint64_t nic_sum_rest(const uint8_t *data, uint32_t length)
{
    uint8_t bytes[8] = {0};

    for (uint32_t i = 0; i < length; i++)
        bytes[i] = data[i];
    return nic_load64(bytes);
}

/* sum.c: over whole blocks of 32 bytes, by the widest registers that the machine has. */
uint64_t nic_sum_wide(uint64_t sum, const uint8_t *data, uint32_t blocks);

/* Such sums do not care in which byte order they are taken: these add eight bytes at a time as
 * little-endian words, and nic_sum_fold() turns the result to network order. Only the last piece
 * of a sum may have an odd length. */
static inline uint64_t nic_sum_bytes(uint64_t sum, const uint8_t *data, uint32_t length)
{
    uint32_t rest = length % 8;
    const uint8_t *end = data + length - rest;

    if (rest && length < 8)
        return nic_sum_add(sum, nic_sum_rest(data, length));
    if (rest) /* with what stands before them shifted out */
        sum = nic_sum_add(sum, nic_load64(end + rest - 8) >> 8 * (8 - rest));
    if (length >= NIC_SUM_LONG) {
        uint32_t blocks = (uint32_t)(end - data) / NIC_SUM_BLOCK;
        sum = nic_sum_wide(sum, data, blocks);
        data += blocks * NIC_SUM_BLOCK;
    }
    for (; end - data >= 32; data += 32) {
        sum = nic_sum_add(sum, nic_load64(data));
        sum = nic_sum_add(sum, nic_load64(data + 8));
        sum = nic_sum_add(sum, nic_load64(data + 16));
        sum = nic_sum_add(sum, nic_load64(data + 24));
    }
    for (; data != end; data += 8)
        sum = nic_sum_add(sum, nic_load64(data));
    return sum;
}

/* One more 16-bit word, given as a number. */
static inline uint64_t nic_sum_word(uint64_t sum, uint32_t value)
{
    return nic_sum_add(sum, (value & 0xff) << 8 | (value >> 8 & 0xff));
}

/* Halves added to one another, twice, carries included; not yet in network order. */
static inline uint32_t nic_sum_halves(uint64_t sum)
{
    uint32_t half = (uint32_t)((sum + (sum << 32 | sum >> 32)) >> 32);

    return (half + (half << 16 | half >> 16)) >> 16;
}

static inline uint32_t nic_sum_fold(uint64_t sum)
{
    uint32_t little = nic_sum_halves(sum);

    return (little & 0xff) << 8 | little >> 8;
}

/* Over all that a checksum covers, itself included: is it right? */
static inline bool nic_sum_right(uint64_t sum)
{
    return nic_sum_halves(sum) == 0xffff;
}

#endif
