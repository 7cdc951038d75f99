/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Plans at another rate: the same traffic, each port's flows together at a given share of what
 * its wire can carry. Knows plans, runs nothing.
 */
#ifndef RINGSIDE_HARNESS_RATE_H
#define RINGSIDE_HARNESS_RATE_H

#include <stddef.h>
#include <stdint.h>

enum { RS_RATE_WHOLE = 10000 }; /* shares are in hundredths of a per cent of line rate */

/* A copy of a checked plan (g_free()) whose flows run at `share` (1..RS_RATE_WHOLE). Flows that
 * count frames count the same frames; the deadline grows by the time that they now need. */
void *rs_rate_plan(const void *plan, size_t bytes, unsigned share);

/* Frames per second that all flows of a checked plan together send at a share. */
uint64_t rs_rate_offered(const void *plan, unsigned share);

/* A bisection over shares. low is known to be good (0: nothing is), high to be bad (whole + 1:
 * nothing is). */
struct rs_bisection {
    unsigned low, high, probes, resolution;
};
void rs_bisection_init(struct rs_bisection *b, unsigned resolution);
/* The next share to try; 0: the search is over and low is the answer. */
unsigned rs_bisection_next(const struct rs_bisection *b);
void rs_bisection_tell(struct rs_bisection *b, unsigned share, int is_good);

#endif
