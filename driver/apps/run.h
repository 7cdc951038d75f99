/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The main() that all guest programs share.
 */
#ifndef RINGSIDE_DRIVER_APPS_RUN_H
#define RINGSIDE_DRIVER_APPS_RUN_H

#include "driver/apps/app.h"

/* Opens the ports over VFIO, prints "ringside: ready" when the links are up, runs until SIGTERM,
 * SIGINT or the application is done, prints the counters, one "name value" per line, and
 * "ringside: done". Returns the exit status: 0, or 1 after a message on standard error. */
int ixd_app_run(const struct ixd_app_kind *kind, int argc, char **argv);

#endif
