/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A committed baseline (reports/baselines/NAME.json, docs/formats/baseline.md): figures, the
 * revision and the environment that they were measured in, and the scenarios that give them.
 */
#ifndef RINGSIDE_HARNESS_BASELINE_H
#define RINGSIDE_HARNESS_BASELINE_H

#include "harness/gate/environment.h"
#include "harness/gate/figures.h"

#define RS_BASELINE_FOLDER "reports/baselines"
enum { RS_BASELINE_VERSION = 1 };

struct rs_baseline {
    char *path; /* as given */
    char *revision;
    struct rs_environment environment;
    GPtrArray *scenarios; /* words as on the command line; relative paths count from the root */
    GArray *figures;
};

/* 0; -ENOENT; -EPROTO with a sentence. Give back with rs_baseline_fini(). */
int rs_baseline_read(struct rs_baseline *b, const char *path, char *why, size_t why_bytes);
/* Its text, g_free(). */
char *rs_baseline_text(const struct rs_baseline *b);
void rs_baseline_fini(struct rs_baseline *b);

/* Of the baselines in a folder that whose environment is `here`'s, else the first by name; NULL:
 * there is none. g_free(). */
char *rs_baseline_choose(const char *folder, const struct rs_environment *here);

#endif
