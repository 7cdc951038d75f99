/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A guest's job, run without a guest: the same job file, the same results folder, the same control
 * device, with the application turned in this process instead of being started by init.
 */
#ifndef RINGSIDE_INPROC_JOB_H
#define RINGSIDE_INPROC_JOB_H

#include <stddef.h>

#include "harness/inproc/host.h"

/* Runs the application that `job_path` names on the machine `h` until the plan is over, and leaves
 * stdout and status in the folder `results` as the guest's init would. 0 when the run took place,
 * whatever came of it; -errno with a sentence when there is nothing that could be run. */
int inproc_job_run(struct inproc_host *h, const char *job_path, const char *results, char *why,
                   size_t why_bytes);

#endif
