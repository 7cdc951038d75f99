/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The way in from libFuzzer: one program for all targets, told by the environment which one.
 */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz/fuzz.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static const struct fuzz_target *target;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    const char *name = getenv("RINGSIDE_FUZZ_TARGET");

    target = name ? fuzz_target_find(name) : NULL;
    if (!target) {
        fprintf(stderr, "RINGSIDE_FUZZ_TARGET must name a target:\n");
        for (const struct fuzz_target *t = fuzz_targets; t->name; t++)
            fprintf(stderr, "  %-12s %s\n", t->name, t->what);
        exit(2);
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    fuzz_run(target, data, bytes);
    return 0;
}
