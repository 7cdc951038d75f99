/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a driver says of itself: lines `NAME VALUE` of its output. A driver may print anything, so
 * whatever is no such line is passed over.
 */
#ifndef RINGSIDE_HARNESS_COUNTERS_H
#define RINGSIDE_HARNESS_COUNTERS_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rs_counters {
    char *text; /* NULL: there was no output */
};

/* Copies the text; of a long one its end. */
void rs_counters_set(struct rs_counters *counters, const char *text, size_t bytes);
void rs_counters_fini(struct rs_counters *counters);

/* False: no line has that name. The last one counts. */
bool rs_counter(const struct rs_counters *counters, const char *name, uint64_t *value);

#endif
