/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the driver's own files share: the port, its queues, and one function per step of the
 * device's life. Nobody outside of driver/ (and its unit tests) includes this.
 */
#ifndef RINGSIDE_DRIVER_IXD_PRIV_H
#define RINGSIDE_DRIVER_IXD_PRIV_H

#include "driver/desc.h"
#include "driver/filter.h"
#include "driver/ixd.h"
#include "driver/regs.h"
#include "driver/ring.h"

/* A receive ring. The device owns `posted` descriptors from `next` on; the `length - posted` from
 * `fill` on are empty, and one of them always stays so, because RDH == RDT means an empty ring. */
struct ixd_rx_queue {
    struct ixd_desc *ring;
    struct pool_buf **slot; /* slot[i] is the buffer behind ring[i] while posted */
    struct pool *pool;
    /* Takes completed descriptors from `next` on, at most `run` of them, none behind the ring's
     * end; packets go to *out, which moves on. Returns how many descriptors were taken. */
    uint32_t (*take)(struct ixd_rx_queue *q, uint32_t run, struct pool_buf ***out);
    uint32_t length;
    uint32_t next; /* the descriptor that completes next */
    uint32_t fill; /* the descriptor to be posted next = RDT */
    uint32_t posted;
    uint32_t refill; /* post when so many are missing */
    uint32_t tail_reg;
    uint64_t accept; /* what a good frame's status has in the bits of RX_VERDICT */
    struct pool_buf *first, *last; /* of a packet that is not whole yet */
    unsigned segs_max;             /* buffers that the longest frame takes */
    bool check;                    /* the pool wants to hear of every move */
    bool discarding;               /* the rest of the packet is not wanted */
    struct ixd_rx_counters counters;
};

/* A context descriptor as the device has it; word[1] without its number. */
struct ixd_tx_context {
    uint64_t word[2];
};

enum { IXD_TX_CONTEXTS = 2 }; /* that a queue of the device keeps */

/* A transmit ring. `used` descriptors from `clean` on are the device's; every `report`-th one asks
 * for a write-back, and buffers come home `report` at a time. With offloads a packet takes several
 * descriptors, so a report comes with the end of a packet, `report` descriptors after the last at
 * the earliest, and report_of[] says where. */
struct ixd_tx_queue {
    struct ixd_desc *ring;
    struct pool_buf **slot; /* NULL behind a context descriptor */
    struct pool *pool;
    unsigned (*burst)(struct ixd_port *port, struct ixd_tx_queue *q, struct pool_buf *const *bufs,
                      unsigned count);
    void (*collect)(struct ixd_tx_queue *q); /* brings home what the device has reported */
    void (*bring_home)(struct ixd_tx_queue *q, uint32_t count); /* the oldest descriptors' */
    uint32_t length;
    uint32_t tail;  /* the descriptor to be filled next = TDT */
    uint32_t clean; /* the oldest one whose buffer is not home */
    uint32_t used;
    uint32_t report;
    uint32_t until_report; /* frames to go until the next request */
    uint32_t next_report;  /* index of the oldest descriptor with a request */
    uint32_t tail_reg;
    bool check;            /* the pool wants to hear of every move */
    uint16_t *report_of;   /* where the report lies that covers the batch beginning here */
    uint32_t batch;        /* the batch that no request covers yet begins here */
    uint32_t reports;      /* requests that are not answered */
    struct ixd_tx_context context[IXD_TX_CONTEXTS];
    unsigned context_last; /* the one used last */
    struct {               /* as ixd_tx_hung() saw it last */
        uint32_t clean, tail, head;
        uint64_t since_ns; /* of no progress */
        uint64_t pauses;
    } watch;
    struct ixd_tx_counters counters;
};

struct ixd_stats; /* stats.c */

struct ixd_steer_ethertype {
    uint16_t type;
    uint8_t queue;
};

struct ixd_steer_tuple {
    struct ixd_tuple match;
    uint8_t priority, queue;
};

struct ixd_fdir_flow {
    uint32_t source[4], destination[4]; /* IPv4: in [0] */
    uint16_t source_port, destination_port;
    uint8_t protocol;
    bool ip6;
};

struct ixd_fdir_entry {
    struct ixd_fdir_flow flow;
    uint16_t id;
    uint8_t queue;
};

struct ixd_port {
    struct ixd_bus *bus;
    struct ixd_config config; /* with all defaults filled in */
    struct ixd_rx_queue rx[IXD_RX_QUEUES_MAX];
    struct ixd_tx_queue tx[IXD_TX_QUEUES_MAX];
    struct ixd_dma rings; /* all descriptor rings of the port */
    struct pool_buf **slots;
    uint16_t *report_of; /* of all transmit queues */
    struct ixd_stats *stats;
    struct ixd_link link;
    bool link_was_up; /* ever */
    uint8_t mac[6];
    bool interrupts_on;
    bool gone;
    uint64_t resets;
    struct {
        uint8_t key[IXD_RSS_KEY_BYTES], table[IXD_RSS_TABLE];
    } rss;
    struct {
        unsigned macs, vlans;
        uint8_t mac[IXD_MACS_MAX][6];
        uint32_t multicast[IXD_MTA_COUNT], vlan[IXD_VFTA_COUNT];
        bool all_unicast, all_multicast;
    } filter;
    struct {
        unsigned ethertypes, tuples, fdirs;
        struct ixd_steer_ethertype ethertype[IXD_ETHERTYPES_MAX];
        struct ixd_steer_tuple tuple[IXD_TUPLES_MAX];
        uint32_t syn; /* SYNQF */
        enum ixd_fdir_mode fdir_mode;
        struct ixd_fdir_entry *fdir; /* room for IXD_FDIR_MAX, once there is one */
    } steer;
};

/* Does the port need the longer of the two paths of this direction? */
static inline bool ixd_rx_has_offloads(const struct ixd_config *config)
{
    return config->rx_offloads || config->mtu + IXD_HEADER_BYTES > POOL_BUF_BYTES;
}

static inline bool ixd_tx_has_offloads(const struct ixd_config *config)
{
    return config->tx_offloads || config->mtu + IXD_HEADER_BYTES > POOL_BUF_BYTES;
}

/* --- regio.c: registers by name, bounded waits ------------------------------------------------ */

uint32_t ixd_reg_read(struct ixd_port *port, uint32_t offset);
void ixd_reg_write(struct ixd_port *port, uint32_t offset, uint32_t value);
/* Read, clear the bits of `clear`, set those of `set`, write. */
void ixd_reg_change(struct ixd_port *port, uint32_t offset, uint32_t clear, uint32_t set);

struct ixd_reg_wait {
    uint32_t offset;
    uint32_t mask, want; /* until (value & mask) == want */
    unsigned timeout_us, step_us;
    const char *meaning; /* completes "expected ..." */
};
/* 0, -ETIMEDOUT with text, or -ENODEV when the device answers all ones for good. */
int ixd_reg_wait(struct ixd_port *port, const struct ixd_reg_wait *wait, struct ixd_error *err);

/* "RXDCTL(3)" for an offset; "?" when the list does not have it. */
const char *ixd_reg_name(uint32_t offset, char *text, unsigned bytes);

/* --- init.c: one function per step, in the order of use ----------------------------------------
 */

void ixd_init_mask_interrupts(struct ixd_port *port);
int ixd_init_reset(struct ixd_port *port, struct ixd_error *err);
int ixd_init_wait_ready(struct ixd_port *port, struct ixd_error *err);
int ixd_init_mac(struct ixd_port *port, struct ixd_error *err);
int ixd_init_device(struct ixd_port *port, struct ixd_error *err); /* all of it */
void ixd_init_driver_loaded(struct ixd_port *port, bool loaded);

/* --- rx.c, tx.c: global and per-queue set-up beside the data path -------------------------------
 */

void ixd_rx_setup_global(struct ixd_port *port);
/* filter.c, steer.c, fdir.c: what was asked for, into a device that has been reset */
void ixd_filter_apply(struct ixd_port *port);
int ixd_steer_apply(struct ixd_port *port, struct ixd_error *err);
int ixd_fdir_apply(struct ixd_port *port, struct ixd_error *err);
int ixd_steer_check_queue(const struct ixd_port *port, unsigned queue, struct ixd_error *err);
uint32_t ixd_fdir_hash(const struct ixd_fdir_flow *flow, uint32_t key);
/* rss.c */
void ixd_rss_defaults(struct ixd_port *port);
void ixd_rss_setup(struct ixd_port *port);
int ixd_rx_start(struct ixd_port *port, struct ixd_error *err);
int ixd_rx_stop(struct ixd_port *port, struct ixd_error *err);
void ixd_rx_reclaim(struct ixd_port *port);
bool ixd_rx_ready(const struct ixd_port *port, unsigned queue);
uint32_t ixd_rx_take_single(struct ixd_rx_queue *q, uint32_t run, struct pool_buf ***out);
/* rx_offload.c */
uint32_t ixd_rx_take_packets(struct ixd_rx_queue *q, uint32_t run, struct pool_buf ***out);

void ixd_tx_setup_global(struct ixd_port *port);
int ixd_tx_start(struct ixd_port *port, struct ixd_error *err);
int ixd_tx_stop(struct ixd_port *port, struct ixd_error *err);
void ixd_tx_reclaim(struct ixd_port *port);
void ixd_tx_choose_path(struct ixd_tx_queue *q, bool offloads);
/* tx_offload.c */
unsigned ixd_tx_burst_packets(struct ixd_port *port, struct ixd_tx_queue *q,
                              struct pool_buf *const *bufs, unsigned count);
void ixd_tx_collect_packets(struct ixd_tx_queue *q);
void ixd_tx_bring_home_packets(struct ixd_tx_queue *q, uint32_t count);
bool ixd_tx_report_due(const struct ixd_tx_queue *q); /* was one asked for and did not come? */
/* tx_prepare.c: 0, or -EINVAL with text when the device could not send this packet as it asks */
int ixd_tx_check(const struct ixd_port *port, const struct pool_buf *packet,
                 struct ixd_error *err);

/* --- link.c, irq.c, stats.c --------------------------------------------------------------------
 */

int ixd_link_start(struct ixd_port *port, struct ixd_error *err);
int ixd_irq_start(struct ixd_port *port, struct ixd_error *err);
void ixd_irq_stop(struct ixd_port *port);
int ixd_stats_create(struct ixd_port *port, struct ixd_error *err);
void ixd_stats_clear(struct ixd_port *port);
uint64_t ixd_stats_sent(struct ixd_port *port);   /* frames that have left, since ixd_open() */
uint64_t ixd_stats_pauses(struct ixd_port *port); /* pause frames that came, since ixd_open() */
void ixd_stats_map_queues(struct ixd_port *port);

#endif
