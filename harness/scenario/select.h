/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which cases: paths, folders and globs from the command line become loaded scenarios and a list
 * of their cases, in an order that depends on nothing but names.
 */
#ifndef RINGSIDE_HARNESS_SELECT_H
#define RINGSIDE_HARNESS_SELECT_H

#include <glib.h>

#include "harness/scenario/scenario.h"
#include "harness/scenario/shard.h"

struct rs_selected {
    struct scenario *scenario;
    struct scenario_case *c;
};

struct rs_selection {
    GPtrArray *scenarios; /* struct scenario *, owned */
    GArray *cases;        /* struct rs_selected */
};

struct rs_select_options {
    char **words;         /* paths, folders, globs; NULL or empty: `otherwise` below scenarios/ */
    const char *otherwise; /* "smoke"; NULL: everything */
    char **filters;       /* globs over case ids and names: one must fit; NULL: all */
    char **tags;          /* one must be there, none with '!' before it; NULL: all */
    struct rs_shard shard; /* of what the others left */
};

/* Loads and selects. RS_EXIT_PASS; RS_EXIT_USAGE when a path is missing or a scenario is wrong
 * (told on stderr); RS_EXIT_NOTHING when nothing fits (told). Give back with
 * rs_selection_fini() in any case. */
int rs_select(const struct rs_select_options *options, struct rs_selection *selection);
void rs_selection_fini(struct rs_selection *selection);

/* Scenario files below a path (or the file itself), sorted. NULL: no such path. */
GPtrArray *rs_scenario_files(const char *path);

/* Does the case's id or its scenario's name fit the glob? Literal equality counts too. */
bool rs_case_matches(const struct scenario_case *c, const char *glob);

#endif
