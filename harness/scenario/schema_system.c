/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The keys of a system file (system.h): one row per key, as schema_keys.c has them for scenarios.
 */
#include <glib.h>

#include "harness/scenario/special.h"
#include "harness/scenario/system.h"

#define AT(type, field) .offset = offsetof(struct type, field)
#define KEYS(rows)      .keys = rows, .key_count = G_N_ELEMENTS(rows)
#define TIME(of, field_) .type = SCHEMA_INTEGER, AT(of, field_), .unit = UNIT_TIME, .max = "1ms"

/* One row per key. */
/* clang-format off */

static const struct schema_key engine_keys[] = {
    {.name = "name", .type = SCHEMA_NAME, AT(system_engine, name), .required = true,
     .doc = "What it is called: `--engine`."},
    {.name = "slots", .type = SCHEMA_INTEGER, AT(system_engine, slots), .unit = UNIT_COUNT,
     .min = "1", .max = "64", .otherwise = "1", .doc = "Accesses that it has under way."},
    {.name = "read", TIME(system_engine, read_ps), .otherwise = "0ns",
     .doc = "What it adds to a read (timing parameter nic_read)."},
    {.name = "read-byte", TIME(system_engine, read_byte_ps), .otherwise = "0ns",
     .doc = "What it adds per byte: it stores before it forwards (nic_read_byte)."},
    {.name = "read-gap", TIME(system_engine, read_gap_ps), .otherwise = "0ns",
     .doc = "Least time between two reads."},
    {.name = "write", TIME(system_engine, write_ps), .otherwise = "0ns",
     .doc = "What a write takes before it is handed to the link."},
    {.name = "write-byte", TIME(system_engine, write_byte_ps), .otherwise = "0ns",
     .doc = "... and per byte."},
    {.name = "write-gap", TIME(system_engine, write_gap_ps), .otherwise = "0ns",
     .doc = "Least time between two writes."},
};
static const struct schema_object engine_object = {
    .name = "engine", .doc = "One of the ways in which the device reaches memory.",
    .bytes = sizeof(struct system_engine), KEYS(engine_keys),
};

static const struct schema_key caches_keys[] = {
    {.name = "size", .type = SCHEMA_INTEGER, AT(system_caches, bytes), .unit = UNIT_BYTES,
     .max = "1GiB", .otherwise = "0B", .doc = "Last-level cache; 0: everything is a hit."},
    {.name = "ways", .type = SCHEMA_INTEGER, AT(system_caches, ways), .unit = UNIT_COUNT,
     .min = "1", .max = "64", .otherwise = "20", .doc = "Of each set."},
    {.name = "ddio-ways", .type = SCHEMA_INTEGER, AT(system_caches, ddio_ways),
     .unit = UNIT_COUNT, .min = "1", .max = "64", .otherwise = "2",
     .doc = "Ways in which a device's write may take a place."},
    {.name = "dram", TIME(system_caches, dram_ps), .otherwise = "0ns",
     .doc = "What a read takes longer that finds nothing in the cache."},
    {.name = "fill", TIME(system_caches, fill_ps), .otherwise = "0ns",
     .doc = "What a write of less than a line takes longer that finds nothing: the rest of the "
            "line is fetched, an older one put away."},
    {.name = "socket", TIME(system_caches, socket_ps), .otherwise = "0ns",
     .doc = "What memory of the other socket adds to a read; half of it to a write."},
};
static const struct schema_object caches_object = {
    .name = "caches section", .doc = "What an access finds at the root complex.",
    .bytes = sizeof(struct system_caches), KEYS(caches_keys),
};

static const struct schema_key system_keys[] = {
    {.name = "name", .type = SCHEMA_NAME, AT(system_data, name), .required = true,
     .doc = "What it is called: the file's name without .yaml."},
    {.name = "why", .type = SCHEMA_TEXT, AT(system_data, why), .required = true,
     .doc = "One sentence: what machine it is."},
    {.name = "source", .type = SCHEMA_TEXT, AT(system_data, source), .required = true,
     .doc = "Where its numbers come from."},
    {.name = "iotlb", .type = SCHEMA_INTEGER, AT(system_data, iotlb), .unit = UNIT_COUNT,
     .min = "1", .max = "1024", .otherwise = "64", .doc = "Entries of the IOTLB."},
    {.name = "timing", .type = SCHEMA_SPECIAL, AT(system_data, timing),
     .special = &rs_special_timing,
     .doc = "Timing parameters that differ from their defaults, with units."},
    {.name = "caches", .type = SCHEMA_OBJECT, AT(system_data, caches), .object = &caches_object,
     .doc = "What an access finds at the root complex."},
    {.name = "engines", .type = SCHEMA_OBJECTS, AT(system_data, engines),
     .object = &engine_object, .count_offset = offsetof(struct system_data, engine_count),
     .count_max = SYSTEM_ENGINES_MAX, .required = true,
     .doc = "Ways in which the device reaches memory; the first is used when none is named."},
};
static const struct schema_object system_object = {
    .name = "system", .doc = "A machine as it was measured: one YAML file.",
    .bytes = sizeof(struct system_data), KEYS(system_keys),
};

/* clang-format on */

const struct schema_object *rs_schema_system(void)
{
    return &system_object;
}
