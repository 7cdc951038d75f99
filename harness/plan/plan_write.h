/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A case of a scenario compiled to the binary plan (model/bench/plan.h). The same case, seed and
 * capture files give the same bytes on every machine. Opens the captures that flows replay.
 */
#ifndef RINGSIDE_HARNESS_PLAN_WRITE_H
#define RINGSIDE_HARNESS_PLAN_WRITE_H

#include <stddef.h>

#include "harness/base/diag.h"
#include "harness/scenario/scenario.h"

/* *plan: allocated with g_malloc(), the caller frees with g_free(). 0, or -EINVAL with complaints
 * in diag (a capture that cannot be read, a plan that would be too big). */
int rs_plan_write(const struct scenario *s, const struct scenario_case *c, struct diag *diag,
                  void **plan, size_t *bytes);

#endif
