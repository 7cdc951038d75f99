/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The profile driver: no driver of anybody's, but one that behaves at the ring as a described one
 * does (drivers/profiles/, docs/time.md): ring lengths, thresholds, which descriptors ask for a
 * report, how transmitted buffers are brought home, doorbells, and what its work costs in
 * instructions. It moves real frames through the modelled NIC, and stands on the bus alone.
 */
#ifndef RINGSIDE_INPROC_PROFILE_H
#define RINGSIDE_INPROC_PROFILE_H

#include "driver/ixd_priv.h"
#include "harness/inproc/bus_sim.h"

enum { PROFILE_PORTS = 2, PROFILE_BATCH_MAX = 256 };
enum profile_mode { PROFILE_FORWARD, PROFILE_SEND };

/* Every number of a profile, by the name that a job uses for it: X(field, name). */
/* rx_buffer, tx_buffer: KiB of the packet buffers. */
#define PROFILE_NUMBERS(X)                                                                         \
    X(mode, "mode") X(batch, "batch") X(buffers, "buffers") X(frame, "frame")                      \
    X(frames, "frames") X(drop, "drop") X(rx_buffer, "rx-buffer") X(tx_buffer, "tx-buffer")        \
    X(rx_ring, "rx-ring") X(rx_refill, "rx-refill") X(rx_pthresh, "rx-pthresh")                    \
    X(rx_hthresh, "rx-hthresh") X(rx_wthresh, "rx-wthresh") X(tx_ring, "tx-ring")                  \
    X(tx_report, "tx-report") X(tx_clean, "tx-clean") X(tx_hold, "tx-hold")                        \
    X(tx_pthresh, "tx-pthresh") X(tx_hthresh, "tx-hthresh") X(tx_wthresh, "tx-wthresh")            \
    X(rx_burst_cost, "rx-burst-cost") X(rx_packet_cost, "rx-packet-cost")                          \
    X(rx_drained_cost, "rx-drained-cost")                                                          \
    X(tx_burst_cost, "tx-burst-cost") X(tx_packet_cost, "tx-packet-cost")                          \
    X(tx_clean_cost, "tx-clean-cost") X(app_packet_cost, "app-packet-cost")                        \
    X(empty_cost, "empty-cost")

struct profile_config {
#define FIELD(field, name) uint32_t field;
    PROFILE_NUMBERS(FIELD)
#undef FIELD
    const char *port[PROFILE_PORTS]; /* PCI addresses */
    unsigned ports;
};

struct profile_ring {
    struct ixd_desc *desc;
    uint64_t iova;
    uint32_t *buffer; /* number of each descriptor's */
    uint32_t length;
    uint32_t next;  /* receive: the descriptor to look at; transmit: to fill */
    uint32_t clean; /* transmit: the oldest whose buffer is not home */
    uint32_t told;  /* receive: descriptors given back since RDT was written */
    uint32_t sent;  /* transmit: since the last report that was asked for */
};

struct profile_port {
    struct ixd_port device; /* for the bring-up of the card alone */
    struct sim_bus sim;
    struct profile_ring rx, tx;
    uint32_t held[PROFILE_BATCH_MAX]; /* for this port: waits until there are enough */
    uint16_t held_bytes[PROFILE_BATCH_MAX];
    unsigned held_count;
    uint64_t held_vns; /* since when */
};

struct profile {
    struct profile_config config;
    struct profile_port port[PROFILE_PORTS];
    struct inproc_host *host;
    uint8_t *memory; /* of the buffers */
    uint64_t iova;
    uint32_t *home; /* a stack: the buffer that came home last is taken first */
    uint32_t home_count;
    bool ready;
    uint64_t forwarded, not_sent;
};

/* Arguments of a job: --port ADDRESS, NAME=VALUE. 0 or -EINVAL with text. */
int profile_parse(struct profile_config *config, int argc, char **argv, struct ixd_error *err);
/* Brings cards and rings up: p->port[i].sim is open. 0 or -errno with text; profile_fini() it. */
int profile_init(struct profile *p, struct inproc_host *host, struct ixd_error *err);
void profile_fini(struct profile *p);
/* One turn of its loop; p->ready once all links are up. */
void profile_step(struct profile *p);

/* --- profile_ring.c --- */
int profile_port_init(struct profile *p, struct profile_port *port, struct ixd_error *err);
void profile_port_fini(struct profile_port *port);
/* Takes up to config.batch frames; what stays in their place on the ring is given back. */
unsigned profile_receive(struct profile *p, struct profile_port *port, uint32_t *buffer,
                         uint16_t *bytes);
/* How many of them found room; the doorbell is rung once. */
unsigned profile_transmit(struct profile *p, struct profile_port *port, const uint32_t *buffer,
                          const uint16_t *bytes, unsigned count);

static inline void profile_work(struct profile *p, uint64_t instructions)
{
    inproc_host_advance(p->host, p->host->now_vns + instructions);
}

#endif
