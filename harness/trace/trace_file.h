/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A stored trace (model/record/record.h) for reading: the events in order, and filters on them.
 * The file may come from a stranger or from a writer that was killed: what is whole is taken.
 */
#ifndef RINGSIDE_HARNESS_TRACE_FILE_H
#define RINGSIDE_HARNESS_TRACE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/record/record.h"

struct rs_trace {
    struct rec_trace_header header;
    const struct nic_event *event;
    size_t count;
    size_t torn_bytes; /* behind the last whole event: the writer was cut off */
    uint64_t go_ps;    /* the instant from which times are told; 0: the run never got there */
    void *map;         /* private */
    size_t map_bytes;
};

/* 0; -ENOENT, -EPROTO (not a trace, or of another version) with a sentence. */
int rs_trace_open(struct rs_trace *trace, const char *path, char *why, size_t why_bytes);
void rs_trace_close(struct rs_trace *trace);

/* An event's id by its name; UINT16_MAX: there is none of that name. */
uint16_t rs_event_id(const char *name);

/* The value of the field called `name` of an event; false: it has none of that name. */
bool rs_event_field(const struct nic_event *event, const char *name, uint64_t *value);

/* Register accesses, and the name of the register that one is about. */
bool rs_trace_is_access(const struct nic_event_info *info);
const char *rs_trace_register(uint64_t offset, char *buf, size_t bytes);

/* "rx_frame  queue 0  length 60 ..." without time and port. `names`: flow names by index, may be
 * NULL. */
const char *rs_event_text(const struct nic_event *event, const char *const *names, size_t flows,
                          char *buf, size_t bytes);

/* The events of one frame's way through, in order, as indices into trace->event: from the wire in
 * to the wire out, descriptors and doorbells of its slots included as far as the trace holds them.
 * Returns how many were found (at most room); 0: the frame is not in the trace. */
size_t rs_trace_follow(const struct rs_trace *trace, uint64_t flow, uint64_t sequence,
                       size_t *index, size_t room);

#endif
