/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Results as JSON (docs/formats/results-json.md): integers only, the unit in the key's name, so
 * that equal runs give equal text. RS_JSON_VERSION rises when a key changes its meaning or goes.
 */
#ifndef RINGSIDE_HARNESS_JSON_RESULTS_H
#define RINGSIDE_HARNESS_JSON_RESULTS_H

#include <glib.h>

#include "harness/judge/result.h"

enum { RS_JSON_VERSION = 1 };

/* The document as text: free() it. NULL: out of memory. */
char *rs_json_results(const GPtrArray *results, const struct rs_summary *summary);

#endif
