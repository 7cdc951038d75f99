/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the flows of a case ask of the lines: is there room for them, and time. Looks at flows as
 * the plan has them, so captures are reckoned like generated frames.
 */
#ifndef RINGSIDE_HARNESS_LOAD_H
#define RINGSIDE_HARNESS_LOAD_H

#include "harness/plan/traffic.h"

enum {
    RS_LINE_BYTE_PS = 800,  /* one byte at 10 Gb/s */
    RS_LINE_OVERHEAD = 24,  /* preamble, FCS, gap: what every frame takes beside its length */
    RS_LOAD_WHOLE = 1000000 /* of struct rs_load.share: the whole line */
};

struct rs_load {
    uint64_t share;           /* of the line, in the mean; at line pace the whole of it */
    uint64_t start_ps;
    uint64_t last_ps, end_ps; /* the last frame starts; the line is free. UINT64_MAX: never */
};

/* Of one built flow. */
struct rs_load rs_load_of(const struct traffic *t, unsigned flow);

/* Complains about flows for which line or time do not suffice. 0 or -EINVAL; flows that share a
 * line and ask for more than it has are warned about. */
int rs_load_check(const struct traffic *t, const struct scenario *s,
                  const struct scenario_case *c, struct diag *diag);

#endif
