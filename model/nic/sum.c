/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The long part of a ones-complement sum, by wide registers: with AVX2 where the machine has it,
 * else as wide as every x86 has them. The value does not depend on it. Knows no frame.
 */
#include "model/nic/sum.h"

/* The halves of the words side by side, where no carry gets lost. */
static inline __attribute__((always_inline)) uint64_t sum_blocks(uint64_t sum, const uint8_t *data,
                                                                 uint32_t blocks)
{
    typedef uint64_t block __attribute__((vector_size(NIC_SUM_BLOCK)));
    typedef block loose __attribute__((aligned(1), may_alias));
    const loose *at = (const loose *)data, *end = at + blocks;
    block low = {0}, high = {0};

    for (; end - at >= 4; at += 4) {
        low += (at[0] & UINT32_MAX) + (at[1] & UINT32_MAX);
        high += (at[0] >> 32) + (at[1] >> 32);
        low += (at[2] & UINT32_MAX) + (at[3] & UINT32_MAX);
        high += (at[2] >> 32) + (at[3] >> 32);
    }
    for (; at != end; at++) {
        low += *at & UINT32_MAX;
        high += *at >> 32;
    }
    low += high;
    for (uint32_t i = 0; i < NIC_SUM_BLOCK / sizeof low[0]; i++)
        sum = nic_sum_add(sum, low[i]);
    return sum;
}

#ifdef __x86_64__
__attribute__((target("avx2"))) static uint64_t sum_avx2(uint64_t sum, const uint8_t *data,
                                                         uint32_t blocks)
{
    return sum_blocks(sum, data, blocks);
}
#define HAVE_AVX2 __builtin_cpu_supports("avx2")
#else
#define sum_avx2  sum_blocks
#define HAVE_AVX2 false
#endif

uint64_t nic_sum_wide(uint64_t sum, const uint8_t *data, uint32_t blocks)
{
    return HAVE_AVX2 ? sum_avx2(sum, data, blocks) : sum_blocks(sum, data, blocks);
}
