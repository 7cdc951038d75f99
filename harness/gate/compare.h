/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Figures against a baseline's: which are the same, better, worse; new ones and ones that are gone.
 */
#ifndef RINGSIDE_HARNESS_COMPARE_H
#define RINGSIDE_HARNESS_COMPARE_H

#include "harness/gate/figures.h"

#define RS_TOLERANCE_PERCENT 0.5
/* "per packet": what a run does once or twice, at its start or end, is no cost of a packet. */
#define RS_PER_PACKET_MIN 0.001
/* "percent": a share moves by points, not by parts of itself. */
#define RS_POINTS_MIN 0.5

enum rs_change { RS_SAME, RS_BETTER, RS_WORSE, RS_NEW, RS_GONE, RS_CHANGES };

struct rs_compared {
    const struct rs_figure *base, *now; /* NULL: RS_NEW, RS_GONE */
    enum rs_change change;
    double percent;   /* how much it moved; INFINITY from nothing */
    double tolerance; /* in per cent */
};

struct rs_comparison {
    GArray *rows; /* struct rs_compared, in the order of the baseline, new ones behind */
    unsigned count[RS_CHANGES];
};

/* Both arrays must outlive it. A figure that is not exact is left out. */
void rs_compare(struct rs_comparison *c, const GArray *base, const GArray *now);
void rs_comparison_fini(struct rs_comparison *c);

/* Anything worse, or gone? */
bool rs_regressed(const struct rs_comparison *c);

const char *rs_change_name(enum rs_change change); /* "same", "better", "WORSE", "new", "GONE" */

#endif
