/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The keys of a scenario, all but those of traffic (schema_traffic.c): one row per key. This is
 * the only place that knows their names, units, ranges and defaults. See schema.h.
 */
#include <glib.h>

#include "harness/scenario/scenario.h"
#include "harness/scenario/special.h"

#define AT(type, field) .offset = offsetof(struct type, field)
#define KEYS(rows)      .keys = rows, .key_count = G_N_ELEMENTS(rows)

/* One row per key. */
/* clang-format off */

/* ---- limits ---- */

static const struct schema_key limit_keys[] = {
    {.name = "model-time", .type = SCHEMA_INTEGER, AT(scenario_limits, model_ps),
     .unit = UNIT_TIME, .min = "1us", .max = "1h", .otherwise = "1s",
     .doc = "Model time from GO after which the run is ended and has failed."},
    {.name = "wall-time", .type = SCHEMA_INTEGER, AT(scenario_limits, wall_ps),
     .unit = UNIT_TIME, .min = "1s", .max = "24h", .otherwise = "120s",
     .doc = "Real time after which the host program is ended and the run has failed."},
    {.name = "ready-time", .type = SCHEMA_INTEGER, AT(scenario_limits, ready_ps),
     .unit = UNIT_TIME, .min = "1ms", .max = "1h", .otherwise = "60s",
     .doc = "Virtual time from power-on by which the driver must be ready."},
    {.name = "drain", .type = SCHEMA_INTEGER, AT(scenario_limits, drain_ps),
     .unit = UNIT_TIME, .min = "1us", .max = "10s", .otherwise = "1ms",
     .doc = "Model time without any frame, after the last planned one, that ends the traffic."},
};
const struct schema_object rs_schema_limits = {
    .name = "limits section", .doc = "When a run has taken too long.",
    .bytes = sizeof(struct scenario_limits), KEYS(limit_keys),
};

/* ---- machine and clock ---- */

static const char *const iommu_words[] = {"on", "passthrough", "off", NULL};
static const char *const page_words[] = {"4KiB", "2MiB", "1GiB", NULL};
static const char *const host_words[] = {"qemu", "in-process", "any", NULL};

static const struct schema_key machine_keys[] = {
    {.name = "ports", .type = SCHEMA_INTEGER, AT(scenario_machine, ports), .matrix = true,
     .unit = UNIT_COUNT, .min = "1", .max = "8",
     .doc = "Ports of the NIC. Default: as many as the section `ports` describes, else 2."},
    {.name = "iommu", .type = SCHEMA_WORD, AT(scenario_machine, iommu), .words = iommu_words,
     .matrix = true, .otherwise = "on",
     .doc = "What stands between NIC and memory. `on`: an IOMMU. `passthrough`: one that "
            "translates for VFIO only (`iommu=pt`); other drivers use physical addresses. `off`: "
            "none; a driver with physical addresses needs `bind: uio_pci_generic` or `bind: none`, "
            "and `user: 0`."},
    {.name = "pages", .type = SCHEMA_WORD, AT(scenario_machine, pages), .words = page_words,
     .matrix = true, .otherwise = "2MiB",
     .doc = "Size of the pages that DMA memory is made of, and so of what one translation covers. "
            "In a guest: `2MiB` a quarter of memory in huge pages, `4KiB` none; `1GiB` in-process "
            "only."},
    {.name = "iotlb", .type = SCHEMA_INTEGER, AT(scenario_machine, iotlb), .matrix = true,
     .unit = UNIT_COUNT, .max = "1024", .otherwise = "64",
     .doc = "Entries of the IOTLB; 0: translations cost nothing."},
    {.name = "cpus", .type = SCHEMA_INTEGER, AT(scenario_machine, cpus), .matrix = true,
     .unit = UNIT_COUNT, .min = "1", .max = "8", .otherwise = "1",
     .doc = "Processors of the guest. They take turns of 19937 ns of guest time, so each of n busy "
            "ones runs at 1/n of its speed. More than one: needs a guest (host `qemu`)."},
    {.name = "memory", .type = SCHEMA_INTEGER, AT(scenario_machine, memory_bytes),
     .unit = UNIT_BYTES, .min = "256MiB", .max = "16GiB", .otherwise = "512MiB",
     .doc = "Memory of the guest; whole MiB."},
    {.name = "host", .type = SCHEMA_WORD, AT(scenario_machine, host), .words = host_words,
     .otherwise = "any",
     .doc = "What carries the machine: `qemu` a Linux guest, `in-process` the driver of this "
            "project beside the model in one process, `any` both."},
    {.name = "cold", .type = SCHEMA_BOOL, AT(scenario_machine, cold), .otherwise = "false",
     .doc = "`true`: the guest boots for this run. `false`: it may start from a snapshot of a "
            "guest that has booted, which changes nothing but the time it takes."},
};
const struct schema_object rs_schema_machine = {
    .name = "machine section", .doc = "The machine around the NIC.",
    .bytes = sizeof(struct scenario_machine), KEYS(machine_keys),
};

static const char *const clock_words[] = {"functional", "timed", NULL};

static const struct schema_key clock_keys[] = {
    {.name = "mode", .type = SCHEMA_WORD, AT(scenario_clock, mode), .words = clock_words,
     .matrix = true, .otherwise = "functional",
     .doc = "`functional`: one guest instruction takes 1 ns of model time and register accesses "
            "cost nothing. `timed`: guest and NIC run at the ratio of the CPU profile, and "
            "register accesses stall the CPU."},
    {.name = "profile", .type = SCHEMA_WORD, AT(scenario_clock, profile),
     .words = rs_profile_names, .matrix = true, .otherwise = "2.4GHz",
     .doc = "The CPU that the timed clock follows."},
    {.name = "quantum", .type = SCHEMA_INTEGER, AT(scenario_clock, quantum_ps),
     .unit = UNIT_TIME, .max = "1ms", .otherwise = "0ns", .matrix = true,
     .doc = "Effects within this time are settled together; 0ns: exact. Whole nanoseconds."},
};
const struct schema_object rs_schema_clock = {
    .name = "clock section", .doc = "How guest time and model time hang together.",
    .bytes = sizeof(struct scenario_clock), KEYS(clock_keys),
};

/* ---- ports ---- */

static const char *const module_words[] = {"none", "sr", "da", NULL};

static const struct schema_key port_keys[] = {
    {.name = "attach", .type = SCHEMA_SPECIAL, AT(scenario_port, attach), .otherwise = "bench",
     .special = &rs_special_attach,
     .doc = "What the cable leads to: `bench` generators and sink, `{cable: PORT}` another port "
            "of this machine, `netdev` an ordinary network back end of the host, which makes the "
            "run not reproducible."},
    {.name = "respond", .type = SCHEMA_SPECIAL, AT(scenario_port, respond),
     .special = &rs_special_respond,
     .doc = "What the far end answers; `reflect` sends every other frame back with its MAC "
            "addresses swapped."},
    {.name = "module", .type = SCHEMA_WORD, AT(scenario_port, module), .words = module_words,
     .matrix = true, .otherwise = "sr",
     .doc = "What sits in the SFP cage: nothing, short-range fibre, or a direct-attach cable."},
    {.name = "cable-length", .type = SCHEMA_INTEGER, AT(scenario_port, cable_mm),
     .unit = UNIT_METRE, .max = "10km", .otherwise = "2m", .matrix = true,
     .doc = "One way takes 4.9 ns per metre."},
    {.name = "mac", .type = SCHEMA_SPECIAL, AT(scenario_port, mac), .special = &rs_special_mac,
     .doc = "MAC address of the far end. Default for port P: 02:00:00:00:01:0P."},
    {.name = "nic-mac", .type = SCHEMA_SPECIAL, AT(scenario_port, nic_mac),
     .special = &rs_special_mac,
     .doc = "MAC address in the NIC's EEPROM. Default for port P: 02:00:00:00:00:0P."},
    {.name = "ip4", .type = SCHEMA_SPECIAL, AT(scenario_port, ip4), .special = &rs_special_ip4,
     .doc = "IPv4 address of the far end. Default for port P: 10.0.P.2."},
    {.name = "ip6", .type = SCHEMA_SPECIAL, AT(scenario_port, ip6), .special = &rs_special_ip6,
     .doc = "IPv6 address of the far end. Default for port P: fd00:0:0:P::2."},
};
const struct schema_object rs_schema_port = {
    .name = "port", .doc = "One port and what lies beyond its cable, in the order of the ports.",
    .bytes = sizeof(struct scenario_port), KEYS(port_keys),
};

/* ---- driver ---- */

static const char *const app_words[] = {"fwd", "echo", "gen", "sink", "poke",
                                        "profile", NULL};
static const char *const wait_words[] = {"poll", "interrupt", "adaptive", NULL};
static const char *const flow_control_words[] = {"none", "rx", "tx", "full", NULL};
static const char *const signal_words[] = {"TERM", "INT",  "QUIT", "HUP",
                                           "USR1", "USR2", "KILL", NULL};

static const struct schema_key driver_keys[] = {
    {.name = "app", .type = SCHEMA_WORD, AT(scenario_driver, app_word), .words = app_words,
     .matrix = true,
     .doc = "An application of this project: `fwd` forwards between ports 0 and 1, `echo` sends "
            "back, `gen` sends, `sink` receives, `poke` does what `script` says, `profile` behaves "
            "as `profile` says (in-process only). Either this, `command` or `description`."},
    {.name = "profile", .type = SCHEMA_TEXT, AT(scenario_driver, profile), .matrix = true,
     .doc = "A file that says how a driver behaves at its rings and what it costs (docs/time.md); "
            "`rings` and `batch` count instead of what it says. A relative path starts at the "
            "scenario's folder."},
    {.name = "description", .type = SCHEMA_TEXT, AT(scenario_driver, description), .matrix = true,
     .doc = "A file that describes anybody's driver: its packages, modules, how it is started "
            "(docs/drivers.md). A relative path starts at the scenario's folder. What else stands "
            "in this section counts instead of what the description says; `args`, `env`, `files` "
            "and `modules` are added to it."},
    {.name = "modules", .type = SCHEMA_TEXTS, AT(scenario_driver, modules), .count_max = 16,
     .doc = "With `description`: kernel modules that are loaded behind those of the description, "
            "`NAME PARAMETER=VALUE...`; of one that the description has, too, these parameters "
            "count."},
    {.name = "args", .type = SCHEMA_TEXTS, AT(scenario_driver, args), .count_max = 64,
     .doc = "More arguments for `app`, or for the `command` of a `description`."},
    {.name = "rings", .type = SCHEMA_INTEGER, AT(scenario_driver, rings), .unit = UNIT_COUNT,
     .min = "32", .max = "4096", .matrix = true,
     .doc = "Descriptors of each ring of `app`; a multiple of 8. Default: the application's."},
    {.name = "batch", .type = SCHEMA_INTEGER, AT(scenario_driver, batch), .unit = UNIT_COUNT,
     .min = "1", .max = "256", .matrix = true,
     .doc = "Frames that `app` takes at a time. Default: the application's."},
    {.name = "queues", .type = SCHEMA_INTEGER, AT(scenario_driver, queues), .unit = UNIT_COUNT,
     .min = "1", .max = "128", .matrix = true,
     .doc = "Receive queues of each port of `app`, and as many transmit queues, up to 64; more "
            "than one: RSS over addresses and ports, which reaches queues 0 to 15. The others are "
            "for `filters`. Default: the application's, 1."},
    {.name = "mtu", .type = SCHEMA_INTEGER, AT(scenario_driver, mtu), .unit = UNIT_COUNT,
     .min = "68", .max = "9710", .matrix = true,
     .doc = "Longest payload in bytes of a frame that the ports of `app` take and send; frames "
            "above 2048 bytes lie in several buffers. Default: the application's, 1500."},
    {.name = "offloads", .type = SCHEMA_NAMES, AT(scenario_driver, offloads), .count_max = 5,
     .matrix = true,
     .doc = "What the card does for `app`: `checksum` (verdicts on what comes in, checksums of "
            "what goes out), `vlan` (tags taken out and put in), `tso` (large packets cut), `hash` "
            "(RSS hash and packet type), `scatter` (packets of several buffers). `fwd` lets every "
            "frame leave as it came, made again by the card: with `tso` neighbours of a flow go as "
            "one packet that the card cuts. Frames with a wrong checksum are dropped."},
    {.name = "segment", .type = SCHEMA_INTEGER, AT(scenario_driver, segment), .unit = UNIT_BYTES,
     .min = "1B", .max = "9710B", .matrix = true,
     .doc = "With `tso`: larger packets of `fwd` and `gen` are cut into frames of this payload."},
    {.name = "wait", .type = SCHEMA_WORD, AT(scenario_driver, wait), .words = wait_words,
     .matrix = true, .otherwise = "poll",
     .doc = "How `app` waits for frames: by polling, asleep until an interrupt comes, or "
            "`adaptive`: polling while there is traffic, asleep after 256 rounds without a frame. "
            "It sleeps 2 ms at most (`--wake`), which is what a lost interrupt costs."},
    {.name = "filters", .type = SCHEMA_TEXTS, AT(scenario_driver, filters), .count_max = 64,
     .matrix = true,
     .doc = "Filters of every port of `app`. Which frames come in (with `args: [--no-promisc]`): "
            "`mac=02:00:00:00:00:77`, `multicast=01:00:5e:00:00:05`, `vlan=7`. Which queue they go "
            "to: `ethertype=0x88b5>2`, `syn>1`, `tuple=udp,10.0.0.2,*,*,9>3` (5-tuple, `*` is "
            "any; source ports `1024-1087` with `>0-63` are 64 filters, a queue each), "
            "`flow=tcp,10.0.0.2,10.0.1.2,1024,9>3` (flow director, perfect; `>drop` drops), "
            "`signature=...` (by hash); the last two of IPv6, too, `flow` with `*` as destination: "
            "a perfect filter has room for one such address."},
    {.name = "workers", .type = SCHEMA_INTEGER, AT(scenario_driver, workers), .unit = UNIT_COUNT,
     .min = "1", .max = "16", .matrix = true,
     .doc = "Threads of `app` (`fwd` and `echo`) that share its queues, each with buffers of its "
            "own; at most one per queue. In-process they take turns. Default: 1."},
    {.name = "flow-control", .type = SCHEMA_WORD, AT(scenario_driver, flow_control),
     .words = flow_control_words, .matrix = true, .otherwise = "none",
     .doc = "Pause frames (IEEE 802.3) at the ports of `app`: `rx` obeys those of the other end, "
            "`tx` sends them when the packet buffer fills, and then drops nothing before; `full` "
            "does both."},
    {.name = "registers", .type = SCHEMA_TEXTS, AT(scenario_driver, registers), .count_max = 1024,
     .doc = "Statements that `app` runs when its ports are up, before it is ready: registers of "
            "features that its driver knows nothing of, like `ETQF(0) = 0x800088b5`. "
            "docs/register-scripts.md has the language."},
    {.name = "script", .type = SCHEMA_TEXTS, AT(scenario_driver, script), .count_max = 2048,
     .doc = "What `poke` does, statement by statement: docs/register-scripts.md."},
    {.name = "command", .type = SCHEMA_TEXTS, AT(scenario_driver, command), .count_max = 256,
     .doc = "Anybody's driver: program and arguments, one list entry each. The program is one of "
            "`files`, or an absolute path in the guest. `${PORT0}`, `${PORT1}` ... become the PCI "
            "addresses of the ports."},
    {.name = "files", .type = SCHEMA_TEXTS, AT(scenario_driver, files), .count_max = 64,
     .doc = "Files of this machine that the guest gets in /job/files, executable bits kept. "
            "Relative paths start at the scenario's folder."},
    {.name = "bind", .type = SCHEMA_NAME, AT(scenario_driver, bind), .matrix = true,
     .doc = "Linux driver that the ports are bound to; `none`: no driver has them. Default: "
            "vfio-pci; with `iommu: off` uio_pci_generic."},
    {.name = "user", .type = SCHEMA_INTEGER, AT(scenario_driver, user), .unit = UNIT_COUNT,
     .max = "65533", .otherwise = "1000",
     .doc = "User id that the program runs as; 0: root."},
    {.name = "memlock", .type = SCHEMA_INTEGER, AT(scenario_driver, memlock_bytes),
     .unit = UNIT_BYTES, .max = "1024GiB", .otherwise = "256MiB",
     .doc = "How much memory it may lock (RLIMIT_MEMLOCK): VFIO counts DMA memory here."},
    {.name = "env", .type = SCHEMA_TEXTS, AT(scenario_driver, env), .count_max = 64,
     .doc = "Environment of the program: NAME=VALUE, one list entry each."},
    {.name = "ready", .type = SCHEMA_TEXT, AT(scenario_driver, ready),
     .doc = "Part of a line of its output that says that it is ready for traffic. Default: what "
            "`app` prints; with `command` it is ready once it runs."},
    {.name = "ready-timeout", .type = SCHEMA_INTEGER, AT(scenario_driver, ready_ps),
     .unit = UNIT_TIME, .min = "1ms", .max = "1h", .otherwise = "30s",
     .doc = "How long that may take, in guest time."},
    {.name = "stop", .type = SCHEMA_WORD, AT(scenario_driver, stop_word), .words = signal_words,
     .otherwise = "TERM", .doc = "Signal that ends it after the traffic."},
    {.name = "stop-grace", .type = SCHEMA_INTEGER, AT(scenario_driver, stop_ps),
     .unit = UNIT_TIME, .max = "1h", .otherwise = "2s",
     .doc = "How long it may take to end before it is killed, in guest time."},
};
const struct schema_object rs_schema_driver = {
    .name = "driver section", .doc = "The program that drives the NIC.",
    .bytes = sizeof(struct scenario_driver), KEYS(driver_keys),
};

/* ---- the file ---- */

static const struct schema_key scenario_keys[] = {
    {.name = "name", .type = SCHEMA_NAME, AT(scenario_case, name), .required = true,
     .doc = "What the scenario is called: letters, digits, - _ ."},
    {.name = "why", .type = SCHEMA_TEXT, AT(scenario_case, why), .required = true,
     .doc = "One sentence: what goes wrong for somebody when this fails."},
    {.name = "source", .type = SCHEMA_TEXT, AT(scenario_case, source),
     .doc = "What the scenario follows: a standard, a paper, a driver."},
    {.name = "tags", .type = SCHEMA_NAMES, AT(scenario_case, tags), .count_max = 16,
     .doc = "Words to select scenarios by."},
    {.name = "capability", .type = SCHEMA_NAME, AT(scenario_case, capability), .matrix = true,
     .doc = "What a driver that passes can do: the column of the conformance table (`make "
            "conformance`)."},
    {.name = "canary", .type = SCHEMA_BOOL, AT(scenario_case, canary), .otherwise = "false",
     .doc = "This scenario must fail: its failing counts as pass and its passing as failure, so "
            "that a judge that sees nothing is noticed."},
    {.name = "seed", .type = SCHEMA_INTEGER, AT(scenario_case, seed), .unit = UNIT_COUNT,
     .otherwise = "1", .matrix = true, .doc = "Everything drawn at random comes from it."},
    {.name = "matrix", .type = SCHEMA_SPECIAL, AT(scenario_case, marks),
     .special = &rs_special_matrix,
     .doc = "Lists of values by name. `${name}` stands for the value anywhere below; every "
            "combination is a case of its own."},
    {.name = "limits", .type = SCHEMA_OBJECT, AT(scenario_case, limits),
     .object = &rs_schema_limits, .doc = "When a run has taken too long."},
    {.name = "machine", .type = SCHEMA_OBJECT, AT(scenario_case, machine),
     .object = &rs_schema_machine, .doc = "The machine around the NIC."},
    {.name = "clock", .type = SCHEMA_OBJECT, AT(scenario_case, clock), .object = &rs_schema_clock,
     .doc = "How guest time and model time hang together."},
    {.name = "timing", .type = SCHEMA_SPECIAL, AT(scenario_case, timing),
     .special = &rs_special_timing,
     .doc = "Timing parameters of the model that differ from their defaults, with units; the "
            "report names them."},
    {.name = "ports", .type = SCHEMA_OBJECTS, AT(scenario_case, ports),
     .object = &rs_schema_port, .count_offset = offsetof(struct scenario_case, port_count),
     .count_max = PLAN_PORTS_MAX, .doc = "The ports, in order; all keys have defaults."},
    {.name = "driver", .type = SCHEMA_OBJECT, AT(scenario_case, driver), .required = true,
     .object = &rs_schema_driver, .doc = "The program that drives the NIC."},
    {.name = "guest", .type = SCHEMA_OBJECTS, AT(scenario_case, steps),
     .object = &rs_schema_step, .count_offset = offsetof(struct scenario_case, step_count),
     .count_max = SCENARIO_STEPS_MAX, .doc = "What is done in the guest beside the driver."},
    {.name = "traffic", .type = SCHEMA_OBJECTS, AT(scenario_case, flows),
     .object = &rs_schema_flow, .count_offset = offsetof(struct scenario_case, flow_count),
     .count_max = PLAN_FLOWS_MAX, .doc = "Flows of frames into the NIC."},
    {.name = "actions", .type = SCHEMA_OBJECTS, AT(scenario_case, actions),
     .object = &rs_schema_action, .count_offset = offsetof(struct scenario_case, action_count),
     .count_max = PLAN_ACTIONS_MAX / 2, .doc = "What happens at set times."},
    {.name = "faults", .type = SCHEMA_OBJECTS, AT(scenario_case, faults),
     .object = &rs_schema_fault, .count_offset = offsetof(struct scenario_case, fault_count),
     .count_max = PLAN_FAULTS_MAX, .doc = "What goes wrong on the way."},
    {.name = "expect", .type = SCHEMA_OBJECTS, AT(scenario_case, expect),
     .object = &rs_schema_expectation,
     .count_offset = offsetof(struct scenario_case, expect_count),
     .count_max = SCENARIO_EXPECT_MAX, .doc = "What must hold at the end."},
    {.name = "capture", .type = SCHEMA_SPECIAL, AT(scenario_case, capture),
     .special = &rs_special_port_bits, .otherwise = "none",
     .doc = "Ports whose wire is recorded to a pcapng file."},
    {.name = "trace", .type = SCHEMA_INTEGER, AT(scenario_case, trace), .unit = UNIT_COUNT,
     .max = "2", .otherwise = "0",
     .doc = "Events that are stored: 0 what is rare, 1 every frame, 2 every access. The trace "
            "hash covers everything at any level."},
};
static const struct schema_object scenario_object = {
    .name = "scenario", .doc = "A scenario: one YAML file.",
    .bytes = sizeof(struct scenario_case), KEYS(scenario_keys),
};

/* clang-format on */

_Static_assert(G_N_ELEMENTS(scenario_keys) <= SCHEMA_KEYS_MAX, "raise SCHEMA_KEYS_MAX");

const struct schema_object *rs_schema(void)
{
    return &scenario_object;
}
