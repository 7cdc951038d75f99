/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Everything that is known about one run once it has ended: the bench's report, how the host
 * program ended, and what came back from the guest. The judge and the reports read it; nothing
 * here decides anything.
 */
#ifndef RINGSIDE_HARNESS_FACTS_H
#define RINGSIDE_HARNESS_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/judge/guest_results.h"
#include "harness/scenario/metrics.h"
#include "harness/base/process.h"
#include "harness/trace/trace_count.h"
#include "model/bench/report.h"

/* What the plan meant to send: the judge's other half of the report. */
struct rs_planned {
    unsigned flows;
    uint64_t expects;                 /* bit f: flow f has a port where its frames must come back */
    uint64_t frames[PLAN_FLOWS_MAX];  /* UINT64_MAX: time decides */
    uint64_t stop_ps[PLAN_FLOWS_MAX]; /* UINT64_MAX: the number decides */
    uint8_t port[PLAN_FLOWS_MAX];     /* into which they are sent */
};

/* From a plan that has passed bench_plan_check(). */
void rs_planned_read(struct rs_planned *planned, const void *plan);

struct rs_facts {
    struct rs_planned planned;
    struct bench_report *report; /* own allocation: 300 KB; NULL: there is none */
    char report_why[256];        /* why there is none */
    struct rs_event_counts *events; /* NULL: nothing asked for them, or no trace */
    char lost_why[256]; /* what the trace says of the first lost frame; else empty */
    struct rs_process host;
    bool has_guest; /* the host has a guest that leaves results */
    char guest_why[256]; /* its results could not be read: why; else empty */
    struct rs_guest guest;
};

void rs_facts_fini(struct rs_facts *facts);

/* The first frame that never came back, of the first flow that lost one. False: none was lost. */
bool rs_first_lost(const struct rs_facts *facts, unsigned *flow, uint64_t *sequence);

/* Which flow or port a value is about; -1: all together. */
struct rs_scope {
    int flow, port;
    const char *counter; /* of METRIC_COUNTER; NULL: none */
    unsigned event;      /* of METRIC_EVENTS and METRIC_EVENT_QUEUES: id + 1; 0: none */
    int queue;           /* of the same and the IOTLB's metrics; -1: all together */
    unsigned region;     /* of the IOTLB's metrics: index of rs_region_names */
};
#define RS_FLOW(number) ((struct rs_scope){.flow = (number), .port = -1, .queue = -1})
#define RS_WHOLE        RS_FLOW(-1)

/* False: the run has no such value (no report; per packet without packets; not counted by this
 * host). */
bool rs_metric_value(const struct rs_facts *facts, enum metric_id id, struct rs_scope scope,
                     struct quantity *out);

#endif
