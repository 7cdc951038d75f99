/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Events of a trace as JSON (docs/formats/tool-json.md): what rs_event_text() says, for programs.
 */
#ifndef RINGSIDE_HARNESS_TRACE_JSON_H
#define RINGSIDE_HARNESS_TRACE_JSON_H

#include <jansson.h>

#include "harness/trace/trace_file.h"

/* One event: {"time_ps", "port", "event", "fields": {NAME: NUMBER}, "words": {NAME: TEXT}}. Times
 * count from base_ps. `names`: flow names by index, may be NULL. */
json_t *rs_event_json(const struct nic_event *event, uint64_t base_ps, const char *const *names,
                      size_t flows);

#endif
