/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Results on the terminal: a line when a case ends, the failure told in full, the table and the
 * verdict at the end. Reads results, decides nothing.
 */
#ifndef RINGSIDE_HARNESS_SHOW_H
#define RINGSIDE_HARNESS_SHOW_H

#include "harness/judge/result.h"

void rs_show_line(FILE *out, const struct rs_result *result);
void rs_show_table(FILE *out, const GPtrArray *results);
/* "N passed, M failed, ..." and where the reports are; `report` may be NULL. */
void rs_show_summary(FILE *out, const struct rs_summary *summary, const char *report);

/* Cases (struct rs_selected), one line each: list_cmd.c. */
void rs_show_list(FILE *out, const GArray *cases);

/* A metric of a run as text ("12.1 us"; "-" without a value), into buf, which is returned. */
const char *rs_show_metric(const struct rs_facts *facts, enum metric_id id, char *buf,
                           size_t bytes);
/* The sum of two per-packet metrics with three decimals. */
const char *rs_show_sum(const struct rs_facts *facts, enum metric_id a, enum metric_id b,
                        char *buf, size_t bytes);

#endif
