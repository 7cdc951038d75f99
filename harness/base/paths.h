/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Where the tool's own things are: build products, scenarios, scripts, output. All found from the
 * running program, so that it works from any folder, from a build folder as from an installation
 * (bin/, lib/ringside/, share/ringside/). Environment: RINGSIDE_BUILD names another folder of build
 * products, RINGSIDE_HOME another of scenarios and scripts, RINGSIDE_OUT another place for runs.
 */
#ifndef RINGSIDE_HARNESS_PATHS_H
#define RINGSIDE_HARNESS_PATHS_H

#include <stdbool.h>

struct rs_paths {
    char *build; /* folder of build products, absolute */
    char *root;  /* source tree or installed data (scenarios/, scripts/), absolute; may be NULL */
    char *out;   /* default for runs: in the source tree, else below the current folder */
    bool source; /* root is the source tree that this tool was built from */
};

/* Found once. Never NULL; a folder that is missing shows up when it is used. */
const struct rs_paths *rs_paths(void);

/* A path below the build folder or root; the caller frees with g_free(). */
char *rs_build_path(const char *name);
char *rs_root_path(const char *name); /* NULL when there is no root */

/* The statically linked application `app` of the driver for the guest; NULL when it is not built.
 * The caller frees. */
char *rs_app_path(const char *app);

/* The file that makes a folder a run folder: marker and lock. */
#define RS_FOLDER_MARKER ".ringside-run"

#endif
