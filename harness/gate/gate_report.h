/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A comparison of figures for people and for machines: table, JSON, JUnit.
 */
#ifndef RINGSIDE_HARNESS_GATE_REPORT_H
#define RINGSIDE_HARNESS_GATE_REPORT_H

#include <stdio.h>

#include "harness/gate/baseline.h"
#include "harness/gate/compare.h"

struct rs_gate {
    const struct rs_baseline *baseline;
    const struct rs_environment *here;
    const char *differences; /* of the environments; NULL: they are alike */
    bool base_measured;      /* the base figures are of this machine, not of the file */
    const GArray *now;
    struct rs_comparison comparison;
};

/* What moved (with `all`: everything), and how many did not. */
void rs_gate_show(FILE *out, const struct rs_gate *gate, bool all);

char *rs_gate_json(const struct rs_gate *gate, int exit_status); /* free() */
GString *rs_gate_junit(const struct rs_gate *gate);

#endif
