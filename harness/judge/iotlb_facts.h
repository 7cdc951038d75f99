/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The IOTLB's metrics that are counted by region and queue, from the report.
 */
#ifndef RINGSIDE_HARNESS_IOTLB_FACTS_H
#define RINGSIDE_HARNESS_IOTLB_FACTS_H

#include "harness/judge/facts.h"

/* Of one port. region: index of rs_region_names, 0: all; queue -1: all. */
struct report_iotlb_use rs_iotlb_sum(const struct report_iotlb *port, unsigned region, int queue);

/* False: this metric is counted otherwise. */
bool rs_iotlb_value(const struct bench_report *report, enum metric_id id, struct rs_scope scope,
                    uint64_t *value);

#endif
