/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The catalogue of faults, told from its rows. See fault_doc.h.
 */
#include "harness/scenario/fault_doc.h"

#include <glib.h>

#include "model/bench/fault.h"

static const struct {
    enum fault_takes bit;
    const char *key;
} keys[] = {{FAULT_DIRECTION, "`direction`"},
            {FAULT_WRITES, "`write`"},
            {FAULT_FOR, "`for` (required)"},
            {FAULT_DELAY, "`delay` (required)"}};

char *rs_faults_markdown(void)
{
    const struct bench_fault_info *f;
    GString *out = g_string_new(
        "# Faults\n\nMade from model/bench/faults.def by `ringside schema --faults`; do not edit."
        "\n\nA fault is armed at a time after GO (`at`), or right behind the event that completes "
        "a count (`when`); then it strikes the next `count` things of its kind at its `port`. Each "
        "strike is an event `fault` of the trace and part of its hash. Counting sees every event, "
        "whatever the trace level. The keys: [scenario-keys.md](scenario-keys.md#faults).\n\n"
        "```yaml\nfaults:\n"
        "  - {at: 2ms, inject: wire.drop, port: 0}\n"
        "  - {at: 3ms, inject: link.flap, port: 1, for: 300us, count: 2}\n"
        "  - {when: {event: rx_desc_done, port: 0, queue: 0, count: 100}, inject: "
        "writeback.delay, delay: 20us}\n```\n\n"
        "A fault that strikes fewer times than it should fails the scenario, with file and line: a "
        "dead fault is a dead test.\n\n"
        "| fault | strikes | what happens | keys of its own |\n|---|---|---|---|\n");

    for (unsigned kind = 0; (f = bench_fault_info(kind)) != NULL; kind++) {
        g_string_append_printf(out, "| `%s` | %s | %s |", f->name, f->hits, f->doc);
        for (unsigned i = 0; i < G_N_ELEMENTS(keys); i++)
            if (f->takes & keys[i].bit)
                g_string_append_printf(out, " %s", keys[i].key);
        g_string_append(out, " |\n");
    }
    return g_string_free(out, FALSE);
}
