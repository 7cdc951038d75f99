/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The inside of the recorder: one run's files, and sentences about what went wrong with them.
 */
#ifndef RINGSIDE_RECORD_PRIV_H
#define RINGSIDE_RECORD_PRIV_H

#include <stdio.h>

#include "model/record/record.h"

struct rec {
    void *plan;
    size_t plan_bytes;
    FILE *trace, *capture, *stimulus;
    char *trace_path, *capture_path, *stimulus_path, *report_path;
    uint64_t packets;
    char error[512]; /* the first one; empty: none */
};

/* Writes a sentence and returns -errno_value. */
int rec_fail(char *why, size_t why_bytes, int errno_value, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* plan_file.c */
int rec_plan_load(const char *path, void **plan, size_t *bytes, char *why, size_t why_bytes);

/* timing_file.c: puts the values of the file into timing[], indexed by enum bench_timing. */
int rec_timing_apply(const char *path, uint64_t *timing, char *why, size_t why_bytes);

/* capture.c */
int rec_capture_head(FILE *out, const struct plan_header *plan);
int rec_capture_frame(FILE *out, const struct plan_header *plan, uint64_t packet, uint8_t port,
                      bool outward, uint64_t time_ps, const uint8_t *frame, uint32_t length,
                      bool good_fcs, uint64_t flow, uint64_t sequence);

#endif
