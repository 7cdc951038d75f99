/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The plan: everything that will happen to a machine from outside during one run, compiled before
 * the run. One flat little-endian block: header, then tables at the offsets the header gives. The
 * harness writes it, the bench executes it, `bench_plan_check` believes nothing in it.
 * Prose and an example: docs/formats/plan.md. Any change of layout raises PLAN_VERSION.
 *
 * All times are model time in picoseconds; traffic times count from GO (the driver is ready).
 */
#ifndef RINGSIDE_BENCH_PLAN_H
#define RINGSIDE_BENCH_PLAN_H

#include <stddef.h>
#include <stdint.h>

#define PLAN_MAGIC "RSPLAN\0\1"
enum {
    PLAN_VERSION = 4,
    PLAN_PORTS_MAX = 8,
    PLAN_FLOWS_MAX = 64,
    PLAN_SIZES_MAX = 4096,
    PLAN_ACTIONS_MAX = 4096,
    PLAN_FRAMES_MAX = 1 << 20,
    PLAN_BYTES_MAX = 256 << 20,
    PLAN_FAULTS_MAX = 32,
    PLAN_NO_PORT = 0xff,
};
#define PLAN_ANY_QUEUE UINT32_MAX

struct plan_table {
    uint32_t offset; /* from the start of the plan, multiple of 8 */
    uint32_t count;
};

enum plan_clock { PLAN_CLOCK_FUNCTIONAL, PLAN_CLOCK_TIMED };

/* Timing parameters (model/bench/timing.def gives names, units, defaults and sources). The plan
 * carries every one, so that a run depends on nothing but its plan. Index: enum bench_timing. */
enum { PLAN_TIMING_MAX = 64 };

struct plan_header {
    char magic[8];
    uint32_t version;
    uint32_t bytes; /* of the whole plan */
    uint64_t seed;
    char name[64]; /* scenario, NUL-terminated */
    uint32_t clock;          /* enum plan_clock */
    uint32_t quantum_ns;     /* virtual ns; 0 = exact */
    uint32_t dilation_num;   /* timed mode: virtual ns = model ns * num / den; functional: 1/1 */
    uint32_t dilation_den;
    uint64_t ready_limit_ns; /* virtual time from power-on by which GO must have come */
    uint64_t deadline_ps;    /* model time from GO at which the run is ended */
    uint64_t drain_ps;       /* after the last planned frame, or the last that moved, whichever is
                                later: how long to wait for stragglers before the plan is over */
    uint32_t trace_level;    /* what the host stores; the hash covers everything */
    uint32_t capture;        /* bit p: capture the wire of port p */
    uint32_t checks;         /* reserved for contract rules: 0 */
    uint32_t iotlb_entries;  /* 0: no IOTLB model */
    struct plan_table ports;   /* struct plan_port */
    struct plan_table flows;   /* struct plan_flow */
    struct plan_table sizes;   /* uint16_t frame lengths without FCS, used by flows */
    struct plan_table actions; /* struct plan_action, ascending by time */
    struct plan_table frames;  /* struct plan_frame: replayed captures */
    struct plan_table bytes_;  /* uint8_t: the bytes of the frames */
    struct plan_table faults;  /* struct plan_fault */
    uint64_t timing[PLAN_TIMING_MAX]; /* enum bench_timing */
};

enum plan_attach {
    PLAN_ATTACH_BENCH = 0, /* generators, sink and responder of the bench are the far end */
    PLAN_ATTACH_CABLE = 1, /* cabled to port `peer` of this machine */
    PLAN_ATTACH_NETDEV = 2, /* an ordinary host back end: not reproducible */
};

enum plan_respond { /* bits: what the far end answers */
    PLAN_RESPOND_ARP = 1,
    PLAN_RESPOND_ND = 2,
    PLAN_RESPOND_ICMP = 4,    /* ICMP and ICMPv6 echo */
    PLAN_RESPOND_REFLECT = 8, /* every other frame comes back with MAC addresses swapped */
};

struct plan_port {
    uint8_t attach;  /* enum plan_attach */
    uint8_t peer;    /* PLAN_ATTACH_CABLE */
    uint8_t respond; /* enum plan_respond */
    uint8_t module;  /* enum nic_module */
    uint32_t cable_ps; /* one way over the cable */
    uint8_t mac[6];    /* of the far end */
    uint8_t nic_mac[6]; /* of the NIC's EEPROM */
    uint32_t ip4;      /* of the far end, host order */
    uint8_t ip6[16];
};

enum plan_kind {
    PLAN_UDP4, PLAN_UDP6, PLAN_TCP4, PLAN_TCP6,
    PLAN_ETHER,   /* bare Ethernet of `ethertype` */
    PLAN_PAUSE,   /* pause frames of `quanta`: without stamp, and no pause holds them */
    PLAN_REPLAY,  /* frames of a capture, bytes as they are */
};
enum plan_pace {
    PLAN_PACE_FRAME, /* one frame every interval_num/interval_den ps, remainder carried */
    PLAN_PACE_BYTE,  /* every frame takes (length + 24) * interval_num/interval_den ps */
    PLAN_PACE_LINE,  /* back to back */
    PLAN_PACE_STAMP, /* PLAN_REPLAY: at the capture's own times */
};
enum plan_size_mode {
    PLAN_SIZE_CYCLE, /* the list in turn */
    PLAN_SIZE_DRAW,  /* drawn from the list by the flow's generator (seed) */
};
enum plan_payload { PLAN_PAYLOAD_COUNT, PLAN_PAYLOAD_RANDOM, PLAN_PAYLOAD_ZERO, PLAN_PAYLOAD_ONES };

struct plan_flow {
    char name[32];
    uint8_t port;        /* far end of this port sends it: into this port of the NIC */
    uint8_t expect_port; /* port at whose far end the frames must come back; PLAN_NO_PORT: none */
    uint8_t kind;        /* enum plan_kind */
    uint8_t pace;        /* enum plan_pace */
    uint8_t size_mode;   /* enum plan_size_mode */
    uint8_t payload;     /* enum plan_payload */
    uint8_t bad_fcs;     /* 1: sent with a damaged FCS */
    uint8_t macs;        /* what the driver may do to MAC addresses: 0 nothing, 1 anything */
    uint64_t start_ps;
    uint64_t stop_ps;    /* no frame starts at or after this; UINT64_MAX: count decides */
    uint64_t count;      /* frames in all; UINT64_MAX: stop_ps decides */
    uint64_t interval_num, interval_den;
    uint32_t burst;      /* frames sent back to back per interval (interval counts per burst) */
    uint32_t size_first, size_count; /* in sizes */
    uint32_t frame_first, frame_count; /* in frames: PLAN_REPLAY */
    uint32_t tuples;     /* distinct source ports/addresses: frame i uses tuple i % tuples, >= 1 */
    uint16_t ethertype, vlan; /* vlan 0: untagged */
    uint16_t src_port, dst_port;
    uint32_t src_ip4, dst_ip4; /* host order */
    uint8_t src_ip6[16], dst_ip6[16];
    uint8_t src_mac[6], dst_mac[6];
    uint32_t quanta; /* PLAN_PAUSE: units of 512 bit times, 0 to 65535 */
};

enum plan_action_kind {
    PLAN_LINK_DOWN, PLAN_LINK_UP, /* carrier of `port` */
    PLAN_AGENT,                   /* interrupt the root agent in the guest with `arg` */
    PLAN_MARK,                    /* an event with `arg` */
    PLAN_MODULE,                  /* SFP cage of `port`: enum nic_module in `arg` */
};
struct plan_action {
    uint64_t at_ps;
    uint32_t arg;
    uint8_t kind, port;
    uint16_t reserved;
};

enum plan_fault_kind {
#define FAULT(id, name, takes, hits, doc) PLAN_FAULT_##id,
#include "model/bench/faults.def"
#undef FAULT
    PLAN_FAULTS
};
enum plan_direction { PLAN_INTO_NIC, PLAN_OUT_OF_NIC };
enum plan_writes { PLAN_WRITES_ANY, PLAN_WRITES_PAYLOAD, PLAN_WRITES_RX_DESC, PLAN_WRITES_TX_DESC };

/* Armed by time, or behind the event that completes a count since GO; then it strikes the next
 * `times` things of its kind. What its kind uses of select and time_ps: model/bench/fault.h. */
struct plan_fault {
    uint64_t at_ps;       /* event_count 0: armed at this time */
    uint64_t event_count; /* else behind so many events */
    uint64_t time_ps;
    uint32_t times;       /* 1 or more */
    uint32_t event_queue; /* PLAN_ANY_QUEUE */
    uint16_t event;       /* id, NIC's or the bench's */
    uint8_t event_port;   /* PLAN_NO_PORT: any */
    uint8_t kind;         /* enum plan_fault_kind */
    uint8_t port, select;
    uint16_t reserved;
};

struct plan_frame {
    uint64_t stamp_ps;      /* since the first frame of the capture */
    uint32_t offset, length; /* in bytes_; length without FCS, 14..NIC_FRAME_MAX */
};

/* Is this a plan, whole and sane? 0, or -EINVAL with a sentence in why[]: what, where, expected.
 * After this the bench indexes it without looking again. */
int bench_plan_check(const void *plan, size_t bytes, char *why, size_t why_bytes);

#endif
