/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a run came to, as the bench counted it: one struct that every host writes to a file as it
 * is and the harness reads. Little endian; REPORT_VERSION rises with any change. Counters of a
 * machine that never got to GO are zero.
 */
#ifndef RINGSIDE_BENCH_REPORT_H
#define RINGSIDE_BENCH_REPORT_H

#include <stdint.h>

#include "model/bench/plan.h"
#include "model/nic/nic.h"

#define REPORT_MAGIC "RSREPRT\1"
enum {
    REPORT_VERSION = 9,
    REPORT_CPUS = 8,
    /* Latency histogram: log-linear, bucket of v ns: v < 32: v; else 32 buckets per power of two,
     * up to 2^36 ns. bench_histogram_value(i) gives the upper edge of a bucket. */
    REPORT_BUCKETS = 32 + 31 * 32,
    REPORT_SAMPLES = 16,
    REPORT_VIOLATIONS = 16,
    REPORT_REFUSALS = 16,
    REPORT_QUEUES = 128,
    REPORT_REGIONS = NIC_TAG_KINDS + 1, /* what an access is for: its enum nic_tag_kind, or other */
};

struct report_flow {
    uint64_t sent;       /* left the generator */
    uint64_t received;   /* came back at the expected port, whole, for the first time */
    uint64_t duplicated; /* came back again */
    uint64_t reordered;  /* came back after a later one of the same flow and tuple */
    uint64_t damaged;    /* came back with other bytes than were sent */
    uint64_t misplaced;  /* came back at another port */
    uint64_t first_lost; /* sequence of the first frame missing at the end; UINT64_MAX: none */
    uint64_t sent_first_ps, sent_last_ps;         /* from GO; 0 when there was none: what a rate */
    uint64_t received_first_ps, received_last_ps; /* is taken over, SFD to SFD */
    uint64_t latency_min_ps, latency_max_ps, latency_sum_ps, latency_count;
    uint32_t bucket[REPORT_BUCKETS]; /* ns, wire to wire: SFD in to SFD out */
};
/* lost = sent - received when the flow has an expect_port, and none otherwise. */

struct report_port {
    uint64_t wire_in_frames, wire_in_bytes;   /* into the NIC, without FCS */
    uint64_t wire_out_frames, wire_out_bytes; /* out of the NIC */
    uint64_t foreign;         /* frames out of the NIC that belong to no flow */
    uint64_t responses;       /* of the responder */
    uint64_t pauses;          /* pause frames that the far end obeyed, without XON */
    uint64_t pause_ps;        /* time it was silent for them */
    uint64_t mmio_reads, mmio_writes; /* since GO, BAR0 */
    uint64_t tail_writes;             /* of them RDT, TDT */
    uint64_t dma_reads, dma_read_bytes, dma_writes, dma_write_bytes;
    uint64_t desc_reads, desc_writebacks; /* transactions of descriptor kind */
    uint64_t messages;                /* MSI-X */
    uint64_t iotlb_hits, iotlb_misses;
    uint64_t iotlb_stale; /* hits on a page whose invalidation got lost; also among the hits */
    uint64_t dma_faults;  /* accesses that were refused, for whatever reason */
    uint64_t dma_aborts;  /* of them those that no memory answered */
    uint64_t rx_drops, tx_drops; /* NIC's own, by events */
};

/* The IOTLB of a port's accesses of one kind and queue. Hits are lookups without misses. */
struct report_iotlb_use {
    uint64_t lookups, misses;
    uint64_t walks;   /* misses that found a page; the others were refused */
    uint64_t dropped; /* entries of these walks that an invalidation took */
};
struct report_iotlb {
    uint64_t invalidations; /* that were honoured, */
    uint64_t whole;         /* those of them of all that the requester had, */
    uint64_t lost;          /* and those that got lost */
    struct report_iotlb_use use[REPORT_REGIONS * REPORT_QUEUES]; /* [region * QUEUES + queue] */
};

enum report_end {
    REPORT_END_NONE = 0,     /* still running or killed */
    REPORT_END_OVER = 1,     /* plan over, guest wrote EXIT */
    REPORT_END_DEADLINE = 2, /* deadline in model time */
    REPORT_END_NOT_READY = 3, /* GO did not come in time */
    REPORT_END_GUEST = 4,    /* guest wrote EXIT before the plan was over */
};

/* One thing that went wrong, for the reader: the first REPORT_SAMPLES are kept. */
struct report_sample {
    uint64_t time_ps, sequence;
    uint32_t flow, port;
    uint32_t kind; /* 1 damaged, 2 duplicated, 3 reordered, 4 misplaced, 5 foreign, 6 NIC event */
    uint32_t detail; /* damaged: first wrong byte offset; NIC event: id */
};

/* Why an access of a device was refused. */
enum report_refused {
    REPORT_REFUSED,          /* nobody said why */
    REPORT_REFUSED_UNMAPPED, /* no page there */
    REPORT_REFUSED_READ,     /* a page that the device may not read */
    REPORT_REFUSED_WRITE,    /* a page that the device may not write */
    REPORT_REFUSED_DOMAIN,   /* the requester is in no domain: nothing is mapped for it */
    REPORT_REFUSED_MEMORY,   /* no memory answers at the physical address: master abort */
    REPORT_REFUSED_FAULT,    /* a fault of the plan */
    REPORT_REFUSED_TABLES,   /* the guest's tables have no page for this access */
    REPORT_REFUSED_REASONS
};

/* A DMA access that was refused; the first REPORT_REFUSALS are kept. */
struct report_refusal {
    uint64_t time_ps; /* model time, since power-on */
    uint64_t address; /* as the device gave it */
    uint32_t length;
    uint16_t tag; /* NIC_TAG */
    uint8_t port, reason; /* enum report_refused */
};

/* A rule that the driver broke, at one queue of a port: the first time and how often. */
struct report_violation {
    uint64_t time_ps; /* model time, since power-on */
    uint64_t detail, count; /* detail: by rule, model/nic/rules.def */
    uint16_t rule, queue;
    uint16_t slot; /* NIC_NO_SLOT: none */
    uint8_t port, tx;
};

struct bench_report {
    char magic[8];
    uint32_t version;
    uint32_t bytes;
    char plan_name[64];
    uint64_t plan_hash; /* XXH64 of the plan, seed 0 */
    uint64_t trace_hash[2];  /* of the event stream, low half first: docs/formats/trace.md */
    uint64_t events;
    uint64_t layout; /* fingerprint of the state layout */
    uint32_t schema; /* trace schema version */
    uint32_t clock, quantum_ns, dilation_num, dilation_den;
    uint32_t end;           /* enum report_end */
    uint32_t guest_exit;    /* value of the EXIT write */
    uint32_t ports, flows;
    uint32_t reproducible;  /* 0: a host back end took part */
    uint64_t go_ps, over_ps, end_ps; /* model time of GO, plan over, EXIT */
    uint64_t go_vns, over_vns, end_vns; /* the same on the virtual clock */
    uint64_t stall_vns;     /* stalls added to the virtual clock between GO and over */
    uint64_t sched_events, sched_refused;
    /* filled in by the host; 0 when the host has no such thing */
    uint64_t guest_instructions_go, guest_instructions_over, guest_instructions_end;
    uint64_t guest_instructions_of[REPORT_CPUS]; /* each processor's part of the last */
    uint64_t memory_hash[2]; /* guest RAM at EXIT */
    uint32_t samples;
    uint32_t faults; /* of the plan */
    uint32_t fault_fired[PLAN_FAULTS_MAX]; /* how often each struck, in the plan's order */
    uint64_t broken[PLAN_PORTS_MAX][NIC_RULES]; /* by rule, since power-on */
    uint32_t violations, refusals; /* of those that follow */
    struct report_refusal refusal[REPORT_REFUSALS];
    struct report_violation violation[REPORT_VIOLATIONS];
    struct report_sample sample[REPORT_SAMPLES];
    struct report_port port[PLAN_PORTS_MAX];
    struct report_iotlb iotlb[PLAN_PORTS_MAX];
    struct report_flow flow[PLAN_FLOWS_MAX];
};

/* Upper edge in ns of bucket i, and the bucket of a value: the one definition of the histogram. */
uint64_t bench_histogram_value(unsigned bucket);
unsigned bench_histogram_bucket(uint64_t ns);

#endif
