/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A machine for tests: the bench with real NIC ports over a byte array, a virtual clock that the
 * test turns, and a tiny driver that brings ports up and forwards frames by moving buffers.
 */
#ifndef RINGSIDE_BENCH_TESTS_RIG_H
#define RINGSIDE_BENCH_TESTS_RIG_H

#include "model/bench/bench.h"
#include "model/bench/control_abi.h"
#include "model/bench/timing.h"

enum {
    RIG_MEMORY = 8 << 20,
    RIG_RING = 256,
    RIG_BUFFER = 2048,
    RIG_PLAN_BYTES = 1 << 20,
    RIG_FRAMES_KEPT = 64,
};

/* A plan under construction: set header fields and table entries, then rig_plan_done(). */
struct rig_plan {
    _Alignas(8) uint8_t data[RIG_PLAN_BYTES];
    struct plan_header *h;
    struct plan_port *port;     /* PLAN_PORTS_MAX of them */
    struct plan_flow *flow;     /* PLAN_FLOWS_MAX */
    uint16_t *size;             /* 256 */
    struct plan_action *action; /* 64 */
    struct plan_frame *frame;   /* 256 */
    struct plan_fault *fault;   /* PLAN_FAULTS_MAX */
    uint8_t *bytes;             /* the rest */
};

/* Two ports on the bench, defaults everywhere, no flow. */
void rig_plan_init(struct rig_plan *p, unsigned ports);
/* The next flow: UDP/IPv4, 60 bytes, port to expect_port, back to back, `count` frames. */
struct plan_flow *rig_plan_flow(struct rig_plan *p, unsigned port, unsigned expect_port,
                                uint64_t count);

struct rig_kept {
    uint64_t time_ps, flow, sequence;
    uint32_t length;
    uint8_t port, bytes[2048];
    bool out, good_fcs;
};

struct rig_queue { /* of the tiny driver: one ring each way and port */
    uint32_t ring, slot, tail_slot;
    uint64_t buffer[RIG_RING];
};

struct rig {
    struct bench *bench;
    void *block;
    struct bench_config config;
    struct rig_plan *plan;
    uint8_t *memory;
    uint64_t vns, wake_vns;
    struct rig_queue rx[PLAN_PORTS_MAX], tx[PLAN_PORTS_MAX];
    /* what the host saw */
    uint64_t events, event_of[64], wakes, reads, writes, messages;
    int control_intx;
    struct nic_event *log; /* given by the test: the first log_room events stored */
    size_t log_room;
    uint64_t kept;
    struct rig_kept frame[RIG_FRAMES_KEPT];
    /* knobs */
    uint64_t iova_offset;  /* translate(): physical = address - offset; 0: no translation */
    uint64_t fault_page;   /* translate() faults for it; UINT64_MAX: none */
    uint64_t translations;
    uint64_t page_bytes;
    uint64_t nested_write; /* a register write from within the next dma_write: offset, 0: none */
    uint64_t nervous_ns;   /* call bench_advance() this often for no reason; 0: never */
    bool exact;            /* every visible write must land at its very ns */
    uint64_t inexact;      /* those that did not */
    uint32_t damage;       /* flip a bit at this offset of payload reads; 0: none */
};

/* Makes the machine; aborts when the bench refuses. */
struct rig *rig_new(struct rig_plan *plan);
void rig_free(struct rig *r);
/* The virtual clock moves to `vns`; the bench is called at its deadlines, as a host would. */
void rig_run(struct rig *r, uint64_t vns);

uint32_t rig_read(struct rig *r, unsigned port, uint32_t offset);
void rig_write(struct rig *r, unsigned port, uint32_t offset, uint32_t value);

/* Brings every port up: rings, buffers, link. */
void rig_start(struct rig *r);
void rig_go(struct rig *r);
/* What came in at `from` goes out at `to`; at most `batch` frames. Returns how many. */
unsigned rig_forward(struct rig *r, unsigned from, unsigned to, unsigned batch);
/* Forwards 0 to 1 and 1 to 0 until the plan is over or `limit_ns` have passed. */
void rig_forward_all(struct rig *r, uint64_t limit_ns);
/* Sends a frame of the driver's own. */
void rig_send(struct rig *r, unsigned port, const void *frame, uint32_t length);
void rig_report(struct rig *r, struct bench_report *out);

#endif
