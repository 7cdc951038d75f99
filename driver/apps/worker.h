/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What app.c and worker.c share: a worker's turn in pieces.
 */
#ifndef RINGSIDE_DRIVER_APPS_WORKER_H
#define RINGSIDE_DRIVER_APPS_WORKER_H

#include "driver/apps/app.h"

void ixd_worker_init(struct ixd_worker *w, struct ixd_app *app, unsigned number);

/* One round over the worker's queues; returns frames handled. */
unsigned ixd_worker_round(struct ixd_worker *w);

/* Looks at the worker's transmit queues, if the last look is long ago. */
void ixd_worker_check(struct ixd_worker *w);

/* After a round: was there nothing to do, for as long as --wait asks for? */
bool ixd_worker_may_sleep(const struct ixd_worker *w);

/* Sleeps until one of the queues, or a link, has something, or the longest sleep is over. */
int ixd_worker_sleep(struct ixd_worker *w, struct ixd_share queues, bool link,
                     struct ixd_error *err);

#endif
