/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How often each event of a stored trace came, by port and by queue or vector: what an expectation
 * on the model's own events is held against. Counts from GO on, like the other metrics.
 */
#ifndef RINGSIDE_HARNESS_TRACE_COUNT_H
#define RINGSIDE_HARNESS_TRACE_COUNT_H

#include "harness/trace/trace_file.h"

struct rs_event_counts;

struct rs_event_counts *rs_trace_count(const struct rs_trace *trace);
void rs_event_counts_free(struct rs_event_counts *counts);

/* Events of one kind; port, queue: -1 for all. */
uint64_t rs_event_count(const struct rs_event_counts *counts, unsigned event, int port, int queue);

/* Of how many different queues (or vectors) of a port they were. */
unsigned rs_event_queues(const struct rs_event_counts *counts, unsigned event, int port);

#endif
