/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Everything that can be said about scenario files without running them: what loading says, plus
 * plans that cannot be made (captures), names used twice, and things that are allowed but unwise.
 */
#ifndef RINGSIDE_HARNESS_LINT_H
#define RINGSIDE_HARNESS_LINT_H

#include <stddef.h>

#include "harness/base/diag.h"

/* Files of scenarios; complaints of all of them go to diag. Number of errors. */
size_t rs_lint(const char *const *paths, size_t count, struct diag *diag);

#endif
