/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The catalogues of faults and rules, told from their rows. See fault_doc.h.
 */
#include "harness/scenario/fault_doc.h"

#include <glib.h>

#include "model/bench/bench.h"
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

char *rs_rules_markdown(void)
{
    static const char *const severities[] = {
        [RULE_IGNORED] = "is ignored", [RULE_STALLS] = "stalls", [RULE_CORRUPTS] = "corrupts"};
    const struct nic_rule_info *rule;
    GString *out = g_string_new(
        "# Rules of the contract\n\nMade from model/nic/rules.def by `ringside schema --rules`; do "
        "not edit.\n\nWhat a driver owes the device, watched over from power-on. A breach is an "
        "event `violation` of the trace, is counted per port and rule, and fails the scenario with "
        "rule, queue, slot and time, unless the scenario expects something of it: the metric "
        "`violations` speaks for all rules, `violations.NAME` for one. The device does what it "
        "does, watched or not.\n\n"
        "```yaml\nexpect:\n  - {metric: violations.tail-over-head, is: 1}\n```\n\n"
        "What is remembered for this is bounded: of the receive buffers of a port 4096, of each "
        "transmit ring 8192 slots. What does not fit is forgotten, and a breach may go unseen; "
        "nothing is called a breach that is none.\n\n"
        "A driver that breaks a rule gets this: its write *is ignored*, its queue *stalls*, or "
        "memory or frames are *corrupt*ed. Sources: L Linux ixgbe, D DPDK, X ixy keep the rule.\n\n"
        "| rule | what must hold | whoever breaks it | source | `detail` of the event |\n"
        "|---|---|---|---|---|\n");

    for (unsigned i = 0; (rule = nic_rule_info(i)) != NULL; i++)
        g_string_append_printf(out, "| `%s` | %s | %s | %s | %s |\n", rule->name, rule->must,
                               severities[rule->severity], rule->source, rule->detail);
    return g_string_free(out, FALSE);
}
