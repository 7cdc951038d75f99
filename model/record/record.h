/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What every host does with files, so that all do it alike: plan in; trace, wire capture and
 * report out. The one part of model/ that knows stdio. Formats: docs/formats/.
 *
 * Errors: 0 or -errno, with a sentence naming file and expectation in why[] where given.
 */
#ifndef RINGSIDE_RECORD_H
#define RINGSIDE_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "model/bench/bench.h"

/* Trace file: struct rec_trace_header, then struct nic_event records (40 bytes, little endian),
 * in order. A reader takes what is whole when the writer was killed. */
#define REC_TRACE_MAGIC "RSTRACE\1"
struct rec_trace_header {
    char magic[8];
    uint32_t schema;       /* TRACE_SCHEMA_VERSION */
    uint32_t record_bytes; /* sizeof(struct nic_event) */
    uint32_t level, ports;
    uint32_t dilation_num, dilation_den;
    char plan_name[64];
    uint64_t plan_hash;
};

struct rec; /* one run's files */

struct rec_paths { /* NULL: not wanted */
    const char *plan;    /* in */
    const char *trace;   /* out: rec_trace_header + events */
    const char *capture; /* out: pcapng, one interface per port, ns stamps, flow/seq comments */
    const char *report;  /* out: struct bench_report, written whole to a temporary and renamed */
    const char *stimulus; /* out: what crossed the border (stimulus.h) */
    const char *timing;  /* in: replaces timing parameters of the plan (docs/formats/plan.md) */
};

/* Loads and checks the plan, opens the outputs. *plan stays valid until rec_close(). */
int rec_open(struct rec **out, const struct rec_paths *paths, const void **plan,
             size_t *plan_bytes, char *why, size_t why_bytes);
/* Another MAC address for a port's EEPROM than the plan's; before bench_init(), which reads it.
 * The plan's hash in the trace changes with it. -EINVAL: not a port, or not a station's address. */
int rec_plan_mac(struct rec *r, unsigned port, const uint8_t mac[6]);
void rec_events(struct rec *r, const struct nic_event *event, size_t count);
void rec_wire(struct rec *r, uint8_t port, bool out, uint64_t time_ps, const uint8_t *frame,
              uint32_t length, bool good_fcs, uint64_t flow, uint64_t sequence);
int rec_report(struct rec *r, const struct bench_report *report, char *why, size_t why_bytes);
/* Forgets the events and frames so far: the files begin here. */
void rec_restart(struct rec *r);
/* Flushes and closes; tells the first write error of the whole run (disk full). */
int rec_close(struct rec *r, char *why, size_t why_bytes);

/* Readers, for the harness. A report of another version or size is -EPROTO. */
int rec_report_read(const char *path, struct bench_report *out, char *why, size_t why_bytes);

#endif
