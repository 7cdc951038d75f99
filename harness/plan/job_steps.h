/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The part of a job that a driver description and the steps of a scenario make: modules, how the
 * driver is spoken to, and shell scripts. For job_write.c only.
 */
#ifndef RINGSIDE_HARNESS_JOB_STEPS_H
#define RINGSIDE_HARNESS_JOB_STEPS_H

#include <glib.h>

#include "harness/plan/job_write.h"

/* Lines of the job. */
void rs_job_describe(GString *text, const struct scenario_case *c);

/* How many files rs_job_add_scripts() adds. */
size_t rs_job_scripts(const struct scenario_case *c);
void rs_job_add_scripts(struct job *job, const struct scenario_case *c);

/* Guest time that the steps behind GO may take, all of them, in picoseconds. */
uint64_t rs_job_steps_ps(const struct scenario_case *c);

#endif
