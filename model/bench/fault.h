/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The catalogue of faults as data, for whoever compiles or documents them. What arms a fault is
 * the plan's business (struct plan_fault); what it does is fault.c's and that of the files it
 * strikes in.
 */
#ifndef RINGSIDE_BENCH_FAULT_H
#define RINGSIDE_BENCH_FAULT_H

#include "model/bench/plan.h"

enum fault_takes {        /* what a fault needs to know beyond its port */
    FAULT_DIRECTION = 1,  /* plan_fault.select: enum plan_direction */
    FAULT_WRITES = 2,     /* plan_fault.select: enum plan_writes */
    FAULT_FOR = 4,        /* plan_fault.time_ps: how long it lasts */
    FAULT_DELAY = 8,      /* plan_fault.time_ps: by how much something is late */
};

struct bench_fault_info {
    const char *name;
    unsigned takes;
    const char *hits; /* what it waits for once it is armed */
    const char *doc;
};
const struct bench_fault_info *bench_fault_info(unsigned kind); /* NULL: no such fault */

#endif
