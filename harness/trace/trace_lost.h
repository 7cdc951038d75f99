/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Why a frame never came back, as far as the stored trace knows: which port dropped it, for what
 * reason, in which queue, when, and which counter of the card says so.
 */
#ifndef RINGSIDE_HARNESS_TRACE_LOST_H
#define RINGSIDE_HARNESS_TRACE_LOST_H

#include "harness/trace/trace_file.h"

/* Frame `sequence` of `flow`, which went into `port`. A trace of level 1 or more knows the very
 * frame; one of level 0 only what the ports dropped in all; a torn one may know nothing: "". */
void rs_trace_lost(const struct rs_trace *trace, uint64_t flow, uint64_t sequence, unsigned port,
                   char *buf, size_t bytes);

#endif
