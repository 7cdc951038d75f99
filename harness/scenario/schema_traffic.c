/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The keys of a scenario that say what happens and what must come of it: flows, actions,
 * expectations. One row per key; see schema_keys.c for the rest.
 */
#include <glib.h>

#include "harness/scenario/scenario.h"
#include "harness/scenario/special.h"

#define AT(type, field) .offset = offsetof(struct type, field)
#define KEYS(rows)      .keys = rows, .key_count = G_N_ELEMENTS(rows)

/* One row per key. */
/* clang-format off */

/* ---- flows ---- */

static const struct schema_key end_keys[] = {
    {.name = "mac", .type = SCHEMA_SPECIAL, AT(scenario_end, mac), .special = &rs_special_mac,
     .doc = "MAC address."},
    {.name = "ip4", .type = SCHEMA_SPECIAL, AT(scenario_end, ip4), .special = &rs_special_ip4,
     .doc = "IPv4 address."},
    {.name = "ip6", .type = SCHEMA_SPECIAL, AT(scenario_end, ip6), .special = &rs_special_ip6,
     .doc = "IPv6 address."},
    {.name = "port", .type = SCHEMA_INTEGER, AT(scenario_end, port), .unit = UNIT_COUNT,
     .min = "1", .max = "65535", .doc = "UDP or TCP port. Default: 1024 at the source, 9 (discard) "
                                        "at the destination."},
};
const struct schema_object rs_schema_end = {
    .name = "packet end", .doc = "Addresses of one end of a flow.",
    .bytes = sizeof(struct scenario_end), KEYS(end_keys),
};

/* In the order of enum plan_kind, plan_size_mode, plan_payload. */
static const char *const kind_words[] = {"udp4", "udp6", "tcp4", "tcp6", "ethernet",
                                         "pause", NULL};
static const char *const order_words[] = {"cycle", "draw", NULL};
static const char *const payload_words[] = {"count", "random", "zeros", "ones", NULL};
static const char *const fcs_words[] = {"good", "bad", NULL};
static const char *const macs_words[] = {"kept", "any", NULL};

static const struct schema_key flow_keys[] = {
    {.name = "name", .type = SCHEMA_NAME, AT(scenario_flow, name),
     .doc = "For expectations and reports; up to 31 characters. Default: flow0, flow1, ..."},
    {.name = "from", .type = SCHEMA_INTEGER, AT(scenario_flow, from), .required = true,
     .unit = UNIT_COUNT, .max = "7", .matrix = true,
     .doc = "Port that the frames come in at: its far end sends them."},
    {.name = "expect", .type = SCHEMA_SPECIAL, AT(scenario_flow, expect), .required = true,
     .special = &rs_special_port, .matrix = true,
     .doc = "Port that the frames must go out at again, or `none` when they are not to come back."},
    {.name = "kind", .type = SCHEMA_WORD, AT(scenario_flow, kind), .words = kind_words,
     .matrix = true, .otherwise = "udp4",
     .doc = "What the frames are. `pause`: 802.3x pause frames of `quanta`, which the NIC's "
            "transmitter obeys if it is told to; they do not come back, and no pause holds them."},
    {.name = "size", .type = SCHEMA_SPECIAL, AT(scenario_flow, size), .special = &rs_special_size,
     .doc = "Frame length on the wire, FCS included, 64B..9728B, as RFC 2544 counts. `imix` is "
            "64B, 594B and 1518B as 7:4:1. A list is no matrix: the flow takes its sizes in turn."},
    {.name = "length", .type = SCHEMA_SPECIAL, AT(scenario_flow, length),
     .special = &rs_special_length,
     .doc = "Frame length without FCS, 60B..9724B, as drivers and captures count. Exactly one of "
            "`size` and `length`."},
    {.name = "order", .type = SCHEMA_WORD, AT(scenario_flow, order), .words = order_words,
     .matrix = true, .otherwise = "cycle",
     .doc = "Several sizes: each in turn, or drawn at random from the seed."},
    {.name = "replay", .type = SCHEMA_TEXT, AT(scenario_flow, replay), .matrix = true,
     .doc = "A pcap or pcapng file whose Ethernet frames are sent as they are; what is shorter "
            "than 60 bytes is padded, unless it is to come back nowhere (`expect: none`). A "
            "relative path starts at the scenario's folder."},
    {.name = "rate", .type = SCHEMA_SPECIAL, AT(scenario_flow, rate), .special = &rs_special_rate,
     .matrix = true, .required = true,
     .doc = "Frames per second, bits per second on the wire (with preamble, FCS and gap), share "
            "of the line rate, `line` for back to back, or `recorded` for a replay at its own "
            "times."},
    {.name = "count", .type = SCHEMA_INTEGER, AT(scenario_flow, count), .unit = UNIT_COUNT,
     .min = "1", .max = "1_000_000_000", .matrix = true,
     .doc = "Frames in all. Default for a replay: those of the file; more start it again."},
    {.name = "for", .type = SCHEMA_INTEGER, AT(scenario_flow, for_ps), .unit = UNIT_TIME,
     .min = "1ns", .max = "1h", .matrix = true,
     .doc = "How long frames are sent. At least one of `count` and `for`; the first that is "
            "reached ends the flow."},
    {.name = "start", .type = SCHEMA_INTEGER, AT(scenario_flow, start_ps), .unit = UNIT_TIME,
     .max = "1h", .otherwise = "0us", .matrix = true, .doc = "Time of the first frame after GO."},
    {.name = "burst", .type = SCHEMA_INTEGER, AT(scenario_flow, burst), .unit = UNIT_COUNT,
     .min = "1", .max = "65536", .otherwise = "1", .matrix = true,
     .doc = "Frames sent back to back at a time; the mean rate stays. Not with `line` or "
            "`recorded`."},
    {.name = "payload", .type = SCHEMA_WORD, AT(scenario_flow, payload), .words = payload_words,
     .matrix = true, .otherwise = "count", .doc = "Bytes behind the headers."},
    {.name = "tuples", .type = SCHEMA_INTEGER, AT(scenario_flow, tuples), .unit = UNIT_COUNT,
     .min = "1", .max = "60000", .otherwise = "1", .matrix = true,
     .doc = "Distinct source ports (or source MAC addresses of `ethernet`), used in turn."},
    {.name = "vlan", .type = SCHEMA_INTEGER, AT(scenario_flow, vlan), .unit = UNIT_COUNT,
     .max = "4094", .otherwise = "0", .matrix = true,
     .doc = "VLAN id of an 802.1Q tag, which counts into the frame's length; 0: no tag."},
    {.name = "ethertype", .type = SCHEMA_SPECIAL, AT(scenario_flow, ethertype),
     .special = &rs_special_ethertype, .matrix = true, .otherwise = "0x88b5",
     .doc = "Of kind `ethernet`."},
    {.name = "quanta", .type = SCHEMA_INTEGER, AT(scenario_flow, quanta), .unit = UNIT_COUNT,
     .max = "65535", .otherwise = "65535", .matrix = true,
     .doc = "Of kind `pause`: how long, in units of 512 bit times (51.2 ns); 0 ends a pause."},
    {.name = "fcs", .type = SCHEMA_WORD, AT(scenario_flow, fcs), .words = fcs_words,
     .matrix = true, .otherwise = "good",
     .doc = "`bad`: the frames are damaged on the wire; a NIC drops them, so `expect: none`."},
    {.name = "macs", .type = SCHEMA_WORD, AT(scenario_flow, macs), .words = macs_words,
     .matrix = true, .otherwise = "kept",
     .doc = "What the driver may do to the MAC addresses of the frames."},
    {.name = "source", .type = SCHEMA_OBJECT, AT(scenario_flow, source), .object = &rs_schema_end,
     .doc = "Addresses that the frames come from. Default: the far end of port `from`."},
    {.name = "destination", .type = SCHEMA_OBJECT, AT(scenario_flow, destination),
     .object = &rs_schema_end,
     .doc = "Addresses that the frames go to. Default: MAC of the NIC's port `from`, IP of the "
            "far end of port `expect`, or of the NIC (10.0.P.1, fd00:0:0:P::1)."},
};
const struct schema_object rs_schema_flow = {
    .name = "flow", .doc = "Frames of one kind from one port; every frame is followed.",
    .bytes = sizeof(struct scenario_flow), KEYS(flow_keys),
};

/* ---- actions ---- */

static const char *const link_words[] = {"none", "down", "up", NULL};
/* In the order of enum nic_module. */
static const char *const module_words[] = {"none", "sr", "da", NULL};
/* In the order of the guest's enum watch_action. */
static const char *const agent_words[] = {"none", "kill", "term", "stop", "continue", NULL};

static const struct schema_key action_keys[] = {
    {.name = "at", .type = SCHEMA_INTEGER, AT(scenario_action, at_ps), .required = true,
     .unit = UNIT_TIME, .max = "1h", .matrix = true, .doc = "Time after GO."},
    {.name = "link", .type = SCHEMA_WORD, AT(scenario_action, link), .words = link_words,
     .matrix = true, .otherwise = "none", .doc = "Light on the fibre of `port`: gone, or back."},
    {.name = "module", .type = SCHEMA_WORD, AT(scenario_action, module), .words = module_words,
     .matrix = true,
     .doc = "What sits in the SFP cage of `port` from then on; `none`: it is pulled out."},
    {.name = "port", .type = SCHEMA_INTEGER, AT(scenario_action, port), .unit = UNIT_COUNT,
     .max = "7", .matrix = true, .doc = "Port that `link` or `module` is about."},
    {.name = "for", .type = SCHEMA_INTEGER, AT(scenario_action, for_ps), .unit = UNIT_TIME,
     .min = "1ns", .max = "1h", .matrix = true,
     .doc = "After this time `link` goes back to what it was."},
    {.name = "agent", .type = SCHEMA_WORD, AT(scenario_action, agent), .words = agent_words,
     .matrix = true, .otherwise = "none",
     .doc = "What the guest's root agent does to the driver's process: SIGKILL, SIGTERM, SIGSTOP, "
            "SIGCONT."},
    {.name = "mark", .type = SCHEMA_INTEGER, AT(scenario_action, mark), .unit = UNIT_COUNT,
     .max = "4294967295", .doc = "An event with this number in the trace."},
};
const struct schema_object rs_schema_action = {
    .name = "action", .doc = "One thing that happens at one time.",
    .bytes = sizeof(struct scenario_action), KEYS(action_keys),
};

/* ---- expectations ---- */

static const struct schema_key expectation_keys[] = {
    {.name = "metric", .type = SCHEMA_WORD, AT(expectation, metric), .words = rs_metric_names,
     .required = true, .doc = "What is looked at; the table of metrics is below."},
    {.name = "flow", .type = SCHEMA_NAME, AT(expectation, flow_name), .matrix = true,
     .doc = "Of this flow only. Default: all flows together."},
    {.name = "counter", .type = SCHEMA_NAME, AT(expectation, counter), .matrix = true,
     .doc = "Of the metric `counter`, and required there: its name, like `port0.hw.gprc`."},
    {.name = "event", .type = SCHEMA_NAME, AT(expectation, event), .matrix = true,
     .doc = "Of the metrics `events` and `events.queues`, and required there: like `rx_frame`."},
    {.name = "region", .type = SCHEMA_WORD, AT(expectation, region), .words = rs_region_names,
     .matrix = true, .otherwise = "all",
     .doc = "Of the metrics of the IOTLB: of accesses for this only."},
    {.name = "queue", .type = SCHEMA_INTEGER, AT(expectation, queue_number), .unit = UNIT_COUNT,
     .max = "127", .matrix = true,
     .doc = "Of the metric `events`: of this queue or vector only; of the metrics of the IOTLB: of "
            "this queue only. Default: all together."},
    {.name = "port", .type = SCHEMA_INTEGER, AT(expectation, port_number), .unit = UNIT_COUNT,
     .max = "7", .matrix = true, .doc = "Of this port only. Default: all ports together."},
    {.name = "is", .type = SCHEMA_SPECIAL, AT(expectation, is), .special = &rs_special_value,
     .matrix = true, .doc = "It must be exactly this."},
    {.name = "min", .type = SCHEMA_SPECIAL, AT(expectation, min), .special = &rs_special_value,
     .matrix = true, .doc = "It must be at least this."},
    {.name = "max", .type = SCHEMA_SPECIAL, AT(expectation, max), .special = &rs_special_value,
     .matrix = true, .doc = "It must be at most this."},
    {.name = "why", .type = SCHEMA_TEXT, AT(expectation, why),
     .doc = "Printed when it does not hold."},
};
const struct schema_object rs_schema_expectation = {
    .name = "expectation", .doc = "A metric and what it must be: `is`, or `min` and `max`.",
    .bytes = sizeof(struct expectation), KEYS(expectation_keys),
};
/* clang-format on */
