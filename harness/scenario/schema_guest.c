/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The keys of a scenario's steps in the guest. One row per key; see schema_keys.c for the rest.
 */
#include <glib.h>

#include "harness/scenario/scenario.h"
#include "harness/scenario/special.h"

#define AT(type, field) .offset = offsetof(struct type, field)
#define KEYS(rows)      .keys = rows, .key_count = G_N_ELEMENTS(rows)

/* One row per key. */
/* clang-format off */

static const struct schema_key number_keys[] = {
    {.name = "find", .type = SCHEMA_SPECIAL, AT(scenario_number, find), .required = true,
     .special = &rs_special_regex,
     .doc = "A regular expression whose first group is the number, decimal or with 0x: "
            "`rx_packets: (\\d+)`. The last place that matches counts."},
    {.name = "metric", .type = SCHEMA_WORD, AT(scenario_number, metric), .words = rs_metric_names,
     .doc = "It must be what the model says of this metric, counted from GO to the end of the "
            "run; of `flow` or `port` when one is given."},
    {.name = "flow", .type = SCHEMA_NAME, AT(scenario_number, flow_name), .matrix = true,
     .doc = "Of this flow only."},
    {.name = "port", .type = SCHEMA_INTEGER, AT(scenario_number, port_number), .unit = UNIT_COUNT,
     .max = "7", .matrix = true, .doc = "Of this port only."},
    {.name = "since", .type = SCHEMA_NAME, AT(scenario_number, since),
     .doc = "The name of an earlier step: the number there is taken away from this one."},
    {.name = "is", .type = SCHEMA_SPECIAL, AT(scenario_number, is), .special = &rs_special_value,
     .matrix = true, .doc = "It must be exactly this."},
    {.name = "min", .type = SCHEMA_SPECIAL, AT(scenario_number, min), .special = &rs_special_value,
     .matrix = true, .doc = "It must be at least this."},
    {.name = "max", .type = SCHEMA_SPECIAL, AT(scenario_number, max), .special = &rs_special_value,
     .matrix = true, .doc = "It must be at most this."},
    {.name = "why", .type = SCHEMA_TEXT, AT(scenario_number, why),
     .doc = "Printed when it does not hold."},
};
const struct schema_object rs_schema_number = {
    .name = "number", .doc = "A number that a step prints, and what it must be: `metric`, `is`, or "
                             "`min` and `max`.",
    .bytes = sizeof(struct scenario_number), KEYS(number_keys),
};

/* In the order of enum scenario_when. */
static const char *const when_words[] = {"before", "during", "after", NULL};

static const struct schema_key step_keys[] = {
    {.name = "name", .type = SCHEMA_NAME, AT(scenario_step, name), .required = true,
     .doc = "What it is called; its output is kept in results/steps/NAME."},
    {.name = "run", .type = SCHEMA_SPECIAL, AT(scenario_step, run), .required = true,
     .special = &rs_special_shell,
     .doc = "What `sh -eu` does as root in /results/files: a command that fails ends the step, and "
            "so does a variable that is not set. `$PORT0`, `$PORT1` are PCI addresses."},
    {.name = "when", .type = SCHEMA_WORD, AT(scenario_step, when), .words = when_words,
     .matrix = true, .otherwise = "during",
     .doc = "`before`: the driver is ready, the plan's time has not begun. `during`: from GO on. "
            "`after`: the plan is over and all steps `during` it have ended; the driver still "
            "runs. Steps of one kind run one after another as they stand here."},
    {.name = "at", .type = SCHEMA_INTEGER, AT(scenario_step, at_ps), .unit = UNIT_TIME,
     .max = "1h", .otherwise = "0us", .matrix = true,
     .doc = "`during`: not before this time from GO."},
    {.name = "deadline", .type = SCHEMA_INTEGER, AT(scenario_step, deadline_ps),
     .unit = UNIT_TIME, .min = "1ms", .max = "1h", .otherwise = "10s",
     .doc = "Guest time after which it is killed and has failed."},
    {.name = "status", .type = SCHEMA_INTEGER, AT(scenario_step, status), .unit = UNIT_COUNT,
     .max = "255", .otherwise = "0", .doc = "Its exit status must be this."},
    {.name = "lines", .type = SCHEMA_TEXTS, AT(scenario_step, lines), .count_max = 64,
     .doc = "Regular expressions: each must match somewhere in a line of its output."},
    {.name = "never", .type = SCHEMA_TEXTS, AT(scenario_step, never), .count_max = 64,
     .doc = "Regular expressions: none may match in any line of its output."},
    {.name = "numbers", .type = SCHEMA_OBJECTS, AT(scenario_step, numbers),
     .object = &rs_schema_number, .count_offset = offsetof(struct scenario_step, number_count),
     .count_max = 128, .doc = "Numbers in its output, and what they must be."},
    {.name = "why", .type = SCHEMA_TEXT, AT(scenario_step, why),
     .doc = "Printed when it does not hold."},
};
const struct schema_object rs_schema_step = {
    .name = "step", .doc = "A shell script in the guest, and what it must print and return.",
    .bytes = sizeof(struct scenario_step), KEYS(step_keys),
};
/* clang-format on */
