/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The base revision, built and measured on this machine: what a baseline of another environment
 * is worth here. Works in a temporary folder with a build folder of its own, and leaves nothing.
 */
#ifndef RINGSIDE_HARNESS_BASE_H
#define RINGSIDE_HARNESS_BASE_H

#include "harness/gate/baseline.h"

/* Measures what `b` measured, with the tool and the scenarios of its revision, or of the commit
 * that brought the file where that revision is not known here (a rebase gave it another name).
 * `log`: where build and runs say what they do. 0; -ENOENT: there is no such revision; -EINTR;
 * -EIO: it cannot be built or measured; with a sentence. */
int rs_base_measure(const struct rs_baseline *b, const char *figures_from, const char *log,
                    struct rs_baseline *measured, char *why, size_t why_bytes);

/* The commit of the tree that this tool was built from, g_free(); *changed: the tree differs from
 * it, other than in `except`. NULL: it is no git repository. */
char *rs_base_head(const char *except, bool *changed);

#endif
