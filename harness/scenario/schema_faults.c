/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The keys of a scenario's faults: what is injected, what arms it. Names of faults are rows of
 * model/bench/faults.def. See schema_keys.c.
 */
#include <glib.h>

#include "harness/scenario/scenario.h"
#include "model/bench/bench.h"

#define AT(type, field) .offset = offsetof(struct type, field)
#define KEYS(rows)      .keys = rows, .key_count = G_N_ELEMENTS(rows)

/* In the order of their numbers in plan and trace. */
static const char *const fault_words[] = {
#define FAULT(id, name, takes, hits, doc) name,
#include "model/bench/faults.def"
#undef FAULT
    NULL,
};
/* In the order of enum plan_direction, plan_writes. */
static const char *const direction_words[] = {"in", "out", NULL};
static const char *const write_words[] = {"any", "payload", "rx-writeback", "tx-writeback", NULL};

/* One row per key. */
/* clang-format off */

static const struct schema_key trigger_keys[] = {
    {.name = "event", .type = SCHEMA_WORD, AT(scenario_trigger, event),
     .words = bench_event_names, .matrix = true,
     .doc = "Always: an event of the trace (docs/registers.md lists the NIC's). Every one is "
            "counted, whatever `trace` says."},
    {.name = "port", .type = SCHEMA_INTEGER, AT(scenario_trigger, port), .unit = UNIT_COUNT,
     .max = "7", .matrix = true, .doc = "Of this port only. Default: of any."},
    {.name = "queue", .type = SCHEMA_INTEGER, AT(scenario_trigger, queue), .unit = UNIT_COUNT,
     .max = "127", .matrix = true,
     .doc = "Of this queue (of `msix`: this vector) only. Default: of any."},
    {.name = "count", .type = SCHEMA_INTEGER, AT(scenario_trigger, count), .unit = UNIT_COUNT,
     .min = "1", .max = "1_000_000_000", .matrix = true,
     .doc = "Always: so many of them since GO arm the fault, right behind the last one."},
};
const struct schema_object rs_schema_trigger = {
    .name = "trigger", .doc = "A count of events that arms a fault.",
    .bytes = sizeof(struct scenario_trigger), KEYS(trigger_keys),
};

static const struct schema_key fault_keys[] = {
    {.name = "inject", .type = SCHEMA_WORD, AT(scenario_fault, kind), .words = fault_words,
     .required = true, .matrix = true,
     .doc = "What goes wrong; docs/faults.md is the catalogue."},
    {.name = "at", .type = SCHEMA_INTEGER, AT(scenario_fault, at_ps), .unit = UNIT_TIME,
     .max = "1h", .matrix = true,
     .doc = "Time after GO at which it is armed. Exactly one of `at` and `when`."},
    {.name = "when", .type = SCHEMA_OBJECT, AT(scenario_fault, when),
     .object = &rs_schema_trigger, .doc = "The count of events that arms it."},
    {.name = "port", .type = SCHEMA_INTEGER, AT(scenario_fault, port), .unit = UNIT_COUNT,
     .max = "7", .matrix = true, .doc = "Port that it strikes. Default: the port of `when`."},
    {.name = "count", .type = SCHEMA_INTEGER, AT(scenario_fault, count), .unit = UNIT_COUNT,
     .min = "1", .max = "1_000_000", .otherwise = "1", .matrix = true,
     .doc = "How often: it strikes the next so many things of its kind. Striking fewer fails the "
            "scenario."},
    {.name = "direction", .type = SCHEMA_WORD, AT(scenario_fault, direction),
     .words = direction_words, .matrix = true, .otherwise = "in",
     .doc = "Of `wire.drop`, `wire.fcs`: frames into the NIC or out of it."},
    {.name = "write", .type = SCHEMA_WORD, AT(scenario_fault, write), .words = write_words,
     .matrix = true, .otherwise = "any", .doc = "Of `dma.refuse`: which writes."},
    {.name = "for", .type = SCHEMA_INTEGER, AT(scenario_fault, for_ps), .unit = UNIT_TIME,
     .min = "1ns", .max = "1h", .matrix = true,
     .doc = "Of `link.flap`: how long the light is gone. Of `iommu.unmap`: how long the page is."},
    {.name = "delay", .type = SCHEMA_INTEGER, AT(scenario_fault, delay_ps), .unit = UNIT_TIME,
     .min = "1ns", .max = "1s", .matrix = true,
     .doc = "Of `writeback.delay`: how much later it lands."},
};
const struct schema_object rs_schema_fault = {
    .name = "fault", .doc = "One thing that goes wrong, by time or behind a count of events. A "
                            "fault that does not strike as often as it should fails the scenario: "
                            "it tested nothing.",
    .bytes = sizeof(struct scenario_fault), KEYS(fault_keys),
};
/* clang-format on */
