/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The index of every timing parameter in a plan: enum bench_timing, from timing.def.
 */
#ifndef RINGSIDE_BENCH_TIMING_H
#define RINGSIDE_BENCH_TIMING_H

#include "model/bench/plan.h"

enum bench_timing {
#define TIMING(name, unit, value, min, max, source, doc) TIMING_##name,
#include "model/bench/timing.def"
#undef TIMING
    TIMING_COUNT
};
_Static_assert((int)TIMING_COUNT <= (int)PLAN_TIMING_MAX, "the plan has no room for another");

/* First value out of range or unknown: its index, or -1. min and max say what was expected. */
int bench_timing_check(const uint64_t timing[PLAN_TIMING_MAX], uint64_t *min, uint64_t *max);

#endif
