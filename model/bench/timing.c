/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The timing parameters as data for those who write plans and reports. Knows no numbers of its
 * own: timing.def has them.
 */
#include "model/bench/bench.h"
#include "model/bench/timing.h"

static const struct bench_timing_info info[] = {
#define TIMING(name, unit, value, min, max, source, doc) {#name, unit, value, source, doc},
#include "model/bench/timing.def"
#undef TIMING
};

static const struct {
    uint64_t min, max;
} range[] = {
#define TIMING(name, unit, value, min, max, source, doc) {min, max},
#include "model/bench/timing.def"
#undef TIMING
};

unsigned bench_timing_count(void)
{
    return TIMING_COUNT;
}

const struct bench_timing_info *bench_timing_info(unsigned index)
{
    return index < TIMING_COUNT ? &info[index] : NULL;
}

int bench_timing_check(const uint64_t timing[PLAN_TIMING_MAX], uint64_t *min, uint64_t *max)
{
    for (int i = 0; i < PLAN_TIMING_MAX; i++) {
        *min = i < TIMING_COUNT ? range[i].min : 0;
        *max = i < TIMING_COUNT ? range[i].max : 0;
        if (timing[i] < *min || timing[i] > *max)
            return i;
    }
    return -1;
}
