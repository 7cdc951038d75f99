/* SPDX-License-Identifier: BSD-2-Clause
 *
 * See trace_count.h: one pass over the trace fills a table.
 */
#include "harness/trace/trace_count.h"

#include <glib.h>

enum { QUEUES = NIC_QUEUES };
_Static_assert((unsigned)QUEUES >= (unsigned)NIC_VECTORS, "a column for each queue and vector");

struct rs_event_counts {
    unsigned events;
    uint64_t count[][PLAN_PORTS_MAX][QUEUES];
};

struct rs_event_counts *rs_trace_count(const struct rs_trace *trace)
{
    struct rs_event_counts *counts;
    unsigned events = 0;

    while (bench_event_info(events))
        events++;
    counts = g_malloc0(sizeof(*counts) + events * sizeof(counts->count[0]));
    counts->events = events;
    for (size_t i = 0; i < trace->count; i++) {
        const struct nic_event *e = &trace->event[i];
        const unsigned port = NIC_FUNCTION_PORT(e->function);

        if (e->time_ps >= trace->go_ps && e->id < events && port < PLAN_PORTS_MAX &&
            e->queue < QUEUES)
            counts->count[e->id][port][e->queue]++;
    }
    return counts;
}

void rs_event_counts_free(struct rs_event_counts *counts)
{
    g_free(counts);
}

uint64_t rs_event_count(const struct rs_event_counts *counts, unsigned event, int port, int queue)
{
    uint64_t sum = 0;

    for (int p = 0; event < counts->events && p < PLAN_PORTS_MAX; p++)
        for (int q = 0; (port < 0 || port == p) && q < QUEUES; q++)
            if (queue < 0 || queue == q)
                sum += counts->count[event][p][q];
    return sum;
}

unsigned rs_event_queues(const struct rs_event_counts *counts, unsigned event, int port)
{
    unsigned different = 0;

    for (int q = 0; q < QUEUES; q++)
        for (int p = 0; p < PLAN_PORTS_MAX; p++)
            if (port < 0 || port == p)
                different += rs_event_count(counts, event, p, q) != 0;
    return different;
}
