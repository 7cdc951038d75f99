/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which events of a trace to show. A trace has millions of them, so what depends on the kind of an
 * event alone is decided once per kind, and times are found by bisection.
 */
#ifndef RINGSIDE_HARNESS_TRACE_FILTER_H
#define RINGSIDE_HARNESS_TRACE_FILTER_H

#include "harness/trace/trace_file.h"

enum { RS_TRACE_ANY = 0xffffffffu, RS_TRACE_KINDS = 256, RS_TRACE_REGISTERS = 1024 };

/* rs_trace_filter_init() lets everything through; every field that is set must fit. */
struct rs_trace_filter {
    uint32_t port, queue;      /* RS_TRACE_ANY */
    uint64_t from_ps, to_ps;   /* model time, both ends included */
    const char *event_glob;    /* of the event's name: "rx_*"; NULL */
    const char *register_glob; /* register name or hexadecimal offset, of accesses: "RDT*"; NULL */
    uint64_t flow, frame;      /* events that carry this flow, sequence; UINT64_MAX: any */

    /* private: what has been decided already */
    uint8_t kind[RS_TRACE_KINDS];
    struct {
        uint64_t offset;
        uint8_t verdict;
    } reg[RS_TRACE_REGISTERS];
};

/* Once the fields are set they stay as they are until it is initialised again. */
void rs_trace_filter_init(struct rs_trace_filter *filter);
bool rs_trace_match(struct rs_trace_filter *filter, const struct nic_event *event);

/* The first event at or behind index `from` that fits; trace->count: there is none. */
size_t rs_trace_next(const struct rs_trace *trace, struct rs_trace_filter *filter, size_t from);

#endif
