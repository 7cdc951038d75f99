/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The table of metrics, expanded from metrics.def. See metrics.h.
 */
#include "harness/scenario/metrics.h"

#include <string.h>

#define RUN  METRIC_RUN
#define FLOW METRIC_FLOW
#define PORT METRIC_PORT

static const struct metric table[] = {
#define METRIC(id, name, scope, unit, doc) {name, scope, UNIT_##unit, doc},
#include "harness/scenario/metrics.def"
#undef METRIC
};

const char *const rs_metric_names[] = {
#define METRIC(id, name, scope, unit, doc) name,
#include "harness/scenario/metrics.def"
#undef METRIC
    NULL,
};

const char *const rs_region_names[] = {
    "all",           "tx-data",       "tx-descriptors", "rx-descriptors", "rx-data",
    "rx-writebacks", "tx-writebacks", "other",          NULL,
};

bool rs_metric_has_regions(enum metric_id id)
{
    return id == METRIC_IOTLB_LOOKUPS || id == METRIC_IOTLB_HITS || id == METRIC_IOTLB_MISSES ||
           id == METRIC_IOTLB_WALKS || id == METRIC_IOTLB_DROPPED;
}

const struct metric *rs_metric(enum metric_id id)
{
    return (unsigned)id < METRICS ? &table[id] : NULL;
}

enum metric_id rs_metric_find(const char *name)
{
    for (unsigned i = 0; i < METRICS; i++) {
        if (strcmp(table[i].name, name) == 0)
            return i;
    }
    return METRICS;
}
