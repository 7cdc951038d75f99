/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the driver's own files share: the port, its queues, and one function per step of the
 * device's life. Nobody outside of driver/ (and its unit tests) includes this.
 */
#ifndef RINGSIDE_DRIVER_IXD_PRIV_H
#define RINGSIDE_DRIVER_IXD_PRIV_H

#include "driver/desc.h"
#include "driver/ixd.h"
#include "driver/regs.h"
#include "driver/ring.h"

/* A receive ring. The device owns `posted` descriptors from `next` on; the `length - posted` from
 * `fill` on are empty, and one of them always stays so, because RDH == RDT means an empty ring. */
struct ixd_rx_queue {
    struct ixd_desc *ring;
    struct pool_buf **slot; /* slot[i] is the buffer behind ring[i] while posted */
    struct pool *pool;
    uint32_t length;
    uint32_t next; /* the descriptor that completes next */
    uint32_t fill; /* the descriptor to be posted next = RDT */
    uint32_t posted;
    uint32_t refill; /* post when so many are missing */
    uint32_t tail_reg;
    uint64_t accept; /* what a good frame's status has in the bits of RX_VERDICT */
    struct ixd_rx_counters counters;
};

/* A transmit ring. `used` descriptors from `clean` on are the device's; every `report`-th one asks
 * for a write-back, and buffers come home `report` at a time. */
struct ixd_tx_queue {
    struct ixd_desc *ring;
    struct pool_buf **slot;
    struct pool *pool;
    uint32_t length;
    uint32_t tail;  /* the descriptor to be filled next = TDT */
    uint32_t clean; /* the oldest one whose buffer is not home */
    uint32_t used;
    uint32_t report;
    uint32_t until_report; /* frames to go until the next request */
    uint32_t next_report;  /* index of the oldest descriptor with a request */
    uint32_t tail_reg;
    struct ixd_tx_counters counters;
};

struct ixd_stats; /* stats.c */

struct ixd_port {
    struct ixd_bus *bus;
    struct ixd_config config; /* with all defaults filled in */
    struct ixd_rx_queue rx[IXD_QUEUES_MAX];
    struct ixd_tx_queue tx[IXD_QUEUES_MAX];
    struct ixd_dma rings; /* all descriptor rings of the port */
    struct pool_buf **slots;
    struct ixd_stats *stats;
    struct ixd_link link;
    bool link_was_up; /* ever */
    uint8_t mac[6];
    bool interrupts_on;
};

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
void ixd_init_filters(struct ixd_port *port);
int ixd_init_device(struct ixd_port *port, struct ixd_error *err); /* all of it */
void ixd_init_driver_loaded(struct ixd_port *port, bool loaded);

/* --- rx.c, tx.c: global and per-queue set-up beside the data path -------------------------------
 */

void ixd_rx_setup_global(struct ixd_port *port);
int ixd_rx_start(struct ixd_port *port, struct ixd_error *err);
int ixd_rx_stop(struct ixd_port *port, struct ixd_error *err);
void ixd_rx_reclaim(struct ixd_port *port);
bool ixd_rx_ready(const struct ixd_port *port, unsigned queue);

void ixd_tx_setup_global(struct ixd_port *port);
int ixd_tx_start(struct ixd_port *port, struct ixd_error *err);
int ixd_tx_stop(struct ixd_port *port, struct ixd_error *err);
void ixd_tx_reclaim(struct ixd_port *port);

/* --- link.c, irq.c, stats.c --------------------------------------------------------------------
 */

int ixd_link_start(struct ixd_port *port, struct ixd_error *err);
int ixd_irq_start(struct ixd_port *port, struct ixd_error *err);
void ixd_irq_stop(struct ixd_port *port);
int ixd_stats_create(struct ixd_port *port, struct ixd_error *err);
void ixd_stats_clear(struct ixd_port *port);
uint64_t ixd_stats_sent(struct ixd_port *port); /* frames that have left, since ixd_open() */
void ixd_stats_map_queues(struct ixd_port *port);

#endif
