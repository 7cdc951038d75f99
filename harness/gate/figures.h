/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Figures that a gate holds: what a packet costs, counted from outside the driver, the same on
 * every run. A row is {"figure", "unit", "value", "exact"}, whoever measured it; only exact ones
 * are compared.
 */
#ifndef RINGSIDE_HARNESS_FIGURES_H
#define RINGSIDE_HARNESS_FIGURES_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

struct rs_figure {
    char *name; /* "forward-64B-4Mpps/qemu/instructions.per-packet" */
    char *unit; /* "per packet", "ps", ... */
    double value;
    bool exact;     /* the same on every run */
    bool higher;    /* higher is better; else lower is */
    double percent; /* tolerance; negative: the default */
};

/* Arrays of struct rs_figure, which own their strings: g_array_unref(). */
GArray *rs_figures_new(void);
void rs_figures_add(GArray *figures, const char *name, const char *unit, double value);
const struct rs_figure *rs_figures_find(const GArray *figures, const char *name);

/* Adds what is gated of every passed result (struct rs_result *): per-packet figures, mean and
 * percentiles of the latency in model time. Not what other bytes of the guest change by chance:
 * docs/formats/baseline.md. */
void rs_figures_of_results(GArray *figures, const GPtrArray *results);

/* Rows of JSON. Reading: 0 or -EPROTO with a sentence. */
json_t *rs_figures_json(const GArray *figures);
int rs_figures_read(GArray *figures, const json_t *rows, char *why, size_t why_bytes);

#endif
