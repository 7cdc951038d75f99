/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Judges the steps of the guest: exit status, lines and numbers of their output. See judge.h.
 */
#ifndef RINGSIDE_HARNESS_JUDGE_STEPS_H
#define RINGSIDE_HARNESS_JUDGE_STEPS_H

#include "harness/judge/judge.h"

void rs_judge_steps(GPtrArray *findings, const struct scenario *scenario,
                    const struct scenario_case *c, const struct rs_facts *facts);

/* The number that the first group of `find` matches last in a text, decimal or 0x. False: none. */
bool rs_number_in(const char *text, const char *find, uint64_t *value);

#endif
