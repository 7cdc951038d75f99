/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Results as JUnit XML, in the dialect that Jenkins and GitLab read.
 */
#ifndef RINGSIDE_HARNESS_JUNIT_H
#define RINGSIDE_HARNESS_JUNIT_H

#include <glib.h>

#include "harness/judge/result.h"

/* The document as text; g_string_free() it. */
GString *rs_junit(const GPtrArray *results, const struct rs_summary *summary);

#endif
