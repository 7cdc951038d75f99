/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A system: one YAML file (systems/) that says what a machine's PCIe, root complex, caches and
 * IOMMU take, and the engines of the device that measured it. One set of numbers per published
 * system: nothing of it changes between two measurements. Keys: docs/system-keys.md.
 */
#ifndef RINGSIDE_HARNESS_SYSTEM_H
#define RINGSIDE_HARNESS_SYSTEM_H

#include "harness/scenario/scenario.h"

enum { SYSTEM_ENGINES_MAX = 8 };

struct system_engine {
    struct schema_marks marks;
    char *name;
    uint64_t slots;
    uint64_t read_ps, read_byte_ps, read_gap_ps;
    uint64_t write_ps, write_byte_ps, write_gap_ps;
};

struct system_caches {
    struct schema_marks marks;
    uint64_t bytes, ways, ddio_ways;
    uint64_t dram_ps, fill_ps, socket_ps;
};

struct system_data {
    struct schema_marks marks;
    char *name, *why, *source;
    uint64_t iotlb;
    struct scenario_timings timing;
    struct system_caches caches;
    struct system_engine *engines;
    size_t engine_count;
};

const struct schema_object *rs_schema_system(void);

/* Those of systems/, as a sentence lists them; g_free() it. */
char *rs_system_names(void);
/* By path, or by the name of one in systems/. NULL with complaints in diag; rs_system_free() it. */
struct system_data *rs_system_load(const char *name, struct diag *diag);
void rs_system_free(struct system_data *s);
/* By name; NULL: the first. NULL when there is none of this name. */
const struct system_engine *rs_system_engine(const struct system_data *s, const char *name);

/* A plan of one idle port with these parameters, all others at their defaults; g_free() it. NULL
 * with complaints in diag when a parameter is out of range. */
void *rs_system_plan(const struct system_data *s, const struct system_engine *engine, bool iommu,
                     struct diag *diag);

#endif
