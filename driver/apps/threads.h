/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The workers of an application in threads of their own, one per worker, each on a CPU of its own
 * as far as there are CPUs. The only place that knows of threads.
 */
#ifndef RINGSIDE_DRIVER_APPS_THREADS_H
#define RINGSIDE_DRIVER_APPS_THREADS_H

#include "driver/apps/app.h"

#include <signal.h>

/* Turns an application that is ready, until *stop is set or something fails; the caller's thread
 * looks after the ports. All threads have ended when it returns. 0 or -errno with text. */
int ixd_app_run_threads(struct ixd_app *app, const volatile sig_atomic_t *stop,
                        struct ixd_error *err);

#endif
