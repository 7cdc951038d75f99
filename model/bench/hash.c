/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The hashes of hash.h for x86 with AVX2. A file of its own because the instruction set is chosen
 * for all of it, the hash's own header included.
 */
#if defined(__x86_64__) && !defined(__clang__)
#pragma GCC target("avx2")
#define XXH_VECTOR 2 /* XXH_AVX2 */
#define HAVE_WIDE    __builtin_cpu_supports("avx2")
#else
#define HAVE_WIDE false
#endif
#include "model/bench/hash.h"

bool hash_has_wide(void)
{
    return HAVE_WIDE;
}

uint64_t hash_wide(const void *data, size_t bytes)
{
    return XXH3_64bits(data, bytes);
}

void hash_wide_128(const void *data, size_t bytes, uint64_t out[2])
{
    XXH128_hash_t h = XXH3_128bits(data, bytes);
    out[0] = h.low64;
    out[1] = h.high64;
}
