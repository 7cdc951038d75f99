/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the two ways to make a frame share: frame.c builds one whole, frame_memo.c changes the last.
 */
#ifndef RINGSIDE_BENCH_FRAME_H
#define RINGSIDE_BENCH_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "model/bench/plan.h"

enum {
    FRAME_IP4_BYTES = 20,
    FRAME_IP4_IDENTIFICATION = 4, /* offsets in the header */
    FRAME_IP4_SUM = 10,
    FRAME_TCP_SEQUENCE = 4,
};

static inline bool frame_is_tcp(const struct plan_flow *f)
{
    return f->kind == PLAN_TCP4 || f->kind == PLAN_TCP6;
}
static inline bool frame_is_ip6(const struct plan_flow *f)
{
    return f->kind == PLAN_UDP6 || f->kind == PLAN_TCP6;
}

static inline uint8_t frame_protocol(const struct plan_flow *f)
{
    return frame_is_tcp(f) ? 6 : 17;
}

/* Where the checksum stands in the header of layer 4. */
static inline uint32_t frame_l4_sum(const struct plan_flow *f)
{
    return frame_is_tcp(f) ? 16 : 6;
}

/* The words of the pseudo header beside the addresses, in memory order. */
static inline uint64_t frame_pseudo(const struct plan_flow *f, uint32_t segment)
{
    return __builtin_bswap16((uint16_t)segment) + ((uint32_t)frame_protocol(f) << 8);
}

/* The checksum whose words, in memory order, add up to this: halves are added, and what they carry,
 * until they are words. */
static inline uint16_t frame_fold(uint64_t sum)
{
    uint32_t half = (uint32_t)sum;
    half += (uint32_t)(sum >> 32);
    half += half < (uint32_t)(sum >> 32);
    uint16_t word = (uint16_t)half;
    word = (uint16_t)(word + (half >> 16));
    word = (uint16_t)(word + (word < half >> 16));
    return (uint16_t)~word;
}

#endif
