/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The latency histogram's one definition: log-linear, 32 buckets for every power of two, so that
 * a bucket is never wider than 1/32 of its value. Knows only numbers.
 */
#include "model/bench/report.h"

enum { SUB = 32, SUB_BITS = 5, TOP_BITS = 36 };

uint64_t bench_histogram_value(unsigned bucket)
{
    if (bucket >= REPORT_BUCKETS)
        bucket = REPORT_BUCKETS - 1;
    if (bucket < SUB)
        return bucket;
    unsigned shift = (bucket - SUB) / SUB;
    uint64_t sub = SUB + (bucket - SUB) % SUB;
    return ((sub + 1) << shift) - 1;
}

unsigned bench_histogram_bucket(uint64_t ns)
{
    if (ns < SUB)
        return (unsigned)ns;
    if (ns >> TOP_BITS)
        return REPORT_BUCKETS - 1;
    unsigned shift = 63 - (unsigned)__builtin_clzll(ns) - SUB_BITS;
    return SUB + shift * SUB + ((unsigned)(ns >> shift) - SUB);
}
