/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A measurement in the way of pcie-bench: one device, no NIC, that reads and writes a window of
 * memory in a closed loop, through the bench's link, root complex and IOTLB with the parameters of
 * a system. This is the host of that bench: memory, page tables, caches.
 */
#ifndef RINGSIDE_HARNESS_PCIE_BENCH_H
#define RINGSIDE_HARNESS_PCIE_BENCH_H

#include "harness/scenario/system.h"
#include "model/bench/exercise.h"

struct pcie_bench {
    enum bench_exercise_op op;
    uint64_t bytes, window, offset, page; /* offset: of each access within its unit */
    uint64_t slots;                       /* 0: as many as the engine has */
    uint64_t count, warmup;               /* accesses measured, and before them */
    uint64_t seed;
    bool sequential, warm, iommu, remote;
};

struct pcie_result {
    uint64_t count, span_ps; /* from the first measured end to the last */
    uint64_t min_ps, p50_ps, p99_ps, p999_ps, max_ps;
    double mean_ps;
    double millions; /* of accesses per second */
    double gbps;     /* of payload */
    uint64_t hits, misses, cache_misses;
};

/* Why these numbers cannot be, or NULL. */
const char *rs_pcie_bench_wrong(const struct pcie_bench *p);
/* 0, or -errno with a sentence. */
int rs_pcie_bench_run(const struct pcie_bench *p, const struct system_data *system,
                      const struct system_engine *engine, struct pcie_result *out, char *why,
                      size_t why_bytes);

#endif
