/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The metrics by name: what an expectation may be about and a report prints. The rows are
 * metrics.def; where the values come from is the judge's business.
 */
#ifndef RINGSIDE_HARNESS_METRICS_H
#define RINGSIDE_HARNESS_METRICS_H

#include "harness/base/units.h"

enum metric_id {
#define METRIC(id, name, scope, unit, doc) METRIC_##id,
#include "harness/scenario/metrics.def"
#undef METRIC
    METRICS
};

enum metric_scope {
    METRIC_RUN,  /* one value per run */
    METRIC_FLOW, /* one per flow, and one over all flows */
    METRIC_PORT, /* one per port, and one over all ports */
};

struct metric {
    const char *name;
    enum metric_scope scope;
    enum unit unit; /* of the value; UNIT_NUMBER: a plain decimal */
    const char *doc;
};

const struct metric *rs_metric(enum metric_id id);
/* By name; METRICS when there is none. */
enum metric_id rs_metric_find(const char *name);
/* All names by id, NULL at the end. */
extern const char *const rs_metric_names[];
/* What a DMA access is for: all of them first, then by enum nic_tag_kind, then others; NULL at the
 * end. */
extern const char *const rs_region_names[];
/* Is this one counted by region and queue? */
bool rs_metric_has_regions(enum metric_id id);

#endif
