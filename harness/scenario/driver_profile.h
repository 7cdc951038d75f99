/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A driver profile: one YAML file that says how a driver behaves at its rings and what its work
 * costs, so that its speed and latency can be asked for before it exists. The in-process host runs
 * it (harness/inproc/profile.h). Keys: docs/time.md; rows: schema_profile.c.
 */
#ifndef RINGSIDE_HARNESS_DRIVER_PROFILE_H
#define RINGSIDE_HARNESS_DRIVER_PROFILE_H

#include <glib.h>

#include "harness/scenario/scenario.h"

struct profile_side { /* of a queue */
    struct schema_marks marks;
    uint64_t packet_buffer;
    uint64_t ring, pthresh, hthresh, wthresh;
    uint64_t refill;        /* receive */
    uint64_t report, clean, hold; /* transmit */
    uint64_t burst_cost, packet_cost, clean_cost, drained_cost;
};

struct driver_profile {
    struct schema_marks marks;
    char *name, *why, *source;
    unsigned mode; /* 0: forward, 1: send */
    uint64_t batch, buffers, frame, app_packet_cost, empty_cost;
    bool drop;
    struct profile_side rx, tx;
};

const struct schema_object *rs_schema_profile(void);

/* Reads and checks a file; NULL with complaints in diag. rs_driver_profile_free() it. */
struct driver_profile *rs_driver_profile_load(const char *path, struct diag *diag);
void rs_driver_profile_free(struct driver_profile *p);

/* The lines of a job that say it, with what the scenario's driver section says in its place. */
void rs_driver_profile_job(const struct driver_profile *p, const struct scenario_driver *driver,
                           GString *text);

#endif
