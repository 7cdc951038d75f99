/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What runs left in an output folder: run folders, each with its marker, and the results beside
 * them. Only what the tool itself made is found, and only what no tool works in is removed.
 */
#ifndef RINGSIDE_HARNESS_LEAVINGS_H
#define RINGSIDE_HARNESS_LEAVINGS_H

#include <stdbool.h>
#include <stdint.h>

struct rs_leaving {
    const char *path;
    uint64_t bytes; /* on disk */
    uint64_t age_s; /* since something in it changed */
    bool bundle;    /* it holds the bundle of a failure */
    bool busy;      /* a tool works in it; it stays */
};

/* Tells of every run folder in `out` and three levels below, and removes those that `unwanted`
 * asks for. Results beside them (results.json, index.html, `latest`, ...) go with the last. How
 * many bytes went, or would go. */
uint64_t rs_leavings(const char *out, bool remove,
                     bool (*unwanted)(const struct rs_leaving *leaving, void *user),
                     void (*tell)(const struct rs_leaving *leaving, void *user), void *user);

#endif
