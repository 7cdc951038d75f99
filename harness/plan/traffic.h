/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Flows of a scenario as rows of a plan: rates as fractions of picoseconds, sizes as lists,
 * captures as frames. Knows the tables, not how the plan is put together (plan_write.h).
 */
#ifndef RINGSIDE_HARNESS_TRAFFIC_H
#define RINGSIDE_HARNESS_TRAFFIC_H

#include <glib.h>

#include "harness/base/diag.h"
#include "harness/scenario/scenario.h"

struct traffic {
    GArray *flows;  /* struct plan_flow */
    GArray *sizes;  /* uint16_t */
    GArray *frames; /* struct plan_frame */
    GByteArray *bytes;
};

void rs_traffic_init(struct traffic *t);
void rs_traffic_fini(struct traffic *t);

/* All flows of a case. 0, or -EINVAL with complaints in diag. */
int rs_traffic_build(struct traffic *t, const struct scenario *s, const struct scenario_case *c,
                     struct diag *diag);
/* Of a case with mistakes: complains about captures that cannot be read, for those flows that
 * have none. */
void rs_traffic_check_captures(const struct scenario *s, const struct scenario_case *c,
                               struct diag *diag);

#endif
