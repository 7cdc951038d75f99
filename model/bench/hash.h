/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The hashes of frames and of the trace: XXH3, with wide registers where the machine has them. The
 * values do not depend on the machine.
 */
#ifndef RINGSIDE_BENCH_HASH_H
#define RINGSIDE_BENCH_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define XXH_INLINE_ALL
#include "xxhash.h"

enum { HASH_SHORT = 240 }; /* bytes; wide registers are of no use below */

/* hash.c: is the rest of it compiled for this machine? Then that may be called. */
bool hash_has_wide(void);
uint64_t hash_wide(const void *data, size_t bytes);
void hash_wide_128(const void *data, size_t bytes, uint64_t out[2]);

static inline uint64_t hash_bytes(const void *data, size_t bytes)
{
    if (bytes > HASH_SHORT && hash_has_wide())
        return hash_wide(data, bytes);
    return XXH3_64bits(data, bytes);
}

static inline void hash_128(const void *data, size_t bytes, uint64_t out[2])
{
    if (bytes > HASH_SHORT && hash_has_wide()) {
        hash_wide_128(data, bytes, out);
        return;
    }
    XXH128_hash_t h = XXH3_128bits(data, bytes);
    out[0] = h.low64;
    out[1] = h.high64;
}

#endif
