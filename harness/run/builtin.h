/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The scenarios that the tool itself carries: for `shell` and `doctor`, which must work without
 * any file of the user.
 */
#ifndef RINGSIDE_HARNESS_BUILTIN_H
#define RINGSIDE_HARNESS_BUILTIN_H

#include "harness/run/run.h"

/* A guest whose job is /bin/busybox true: it boots, starts it, hands results back, ends. */
struct scenario *rs_builtin_doctor(void);
/* A guest with this many NICs, each with a responder at the far end, and no traffic. */
struct scenario *rs_builtin_shell(unsigned ports);

/* Inputs of a case with its job replaced by a shell; the driver's applications lie in /job/bin. */
enum rs_error rs_shell_inputs(struct rs_inputs *in, const struct scenario *s,
                              const struct scenario_case *c, char *why, size_t why_bytes);

#endif
