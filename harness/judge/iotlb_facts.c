/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The IOTLB by region and queue: see iotlb_facts.h.
 */
#include "harness/judge/iotlb_facts.h"

struct report_iotlb_use rs_iotlb_sum(const struct report_iotlb *port, unsigned region, int queue)
{
    struct report_iotlb_use sum = {0};

    for (unsigned i = 0; i < REPORT_REGIONS * REPORT_QUEUES; i++) {
        const struct report_iotlb_use *use = &port->use[i];

        if ((region && region - 1 != i / REPORT_QUEUES) ||
            (queue >= 0 && (unsigned)queue != i % REPORT_QUEUES))
            continue;
        sum.lookups += use->lookups;
        sum.misses += use->misses;
        sum.walks += use->walks;
        sum.dropped += use->dropped;
    }
    return sum;
}

static uint64_t of_port(const struct report_iotlb *port, enum metric_id id, struct rs_scope scope)
{
    const struct report_iotlb_use use = rs_iotlb_sum(port, scope.region, scope.queue);

    switch (id) {
    case METRIC_IOTLB_LOOKUPS: return use.lookups;
    case METRIC_IOTLB_HITS: return use.lookups - use.misses;
    case METRIC_IOTLB_MISSES: return use.misses;
    case METRIC_IOTLB_WALKS: return use.walks;
    case METRIC_IOTLB_DROPPED: return use.dropped;
    case METRIC_IOTLB_INVALIDATIONS: return port->invalidations;
    case METRIC_IOTLB_INVALIDATIONS_WHOLE: return port->whole;
    case METRIC_IOTLB_INVALIDATIONS_LOST: return port->lost;
    default: return 0;
    }
}

bool rs_iotlb_value(const struct bench_report *report, enum metric_id id, struct rs_scope scope,
                    uint64_t *value)
{
    if (!rs_metric_has_regions(id) && id != METRIC_IOTLB_INVALIDATIONS &&
        id != METRIC_IOTLB_INVALIDATIONS_WHOLE && id != METRIC_IOTLB_INVALIDATIONS_LOST)
        return false;
    *value = 0;
    for (unsigned i = 0; i < report->ports && i < PLAN_PORTS_MAX; i++)
        if (scope.port < 0 || (unsigned)scope.port == i)
            *value += of_port(&report->iotlb[i], id, scope);
    return true;
}
