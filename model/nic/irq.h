/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Interrupts: causes and masks (EICR and friends), which vector a cause goes to (IVAR), throttling
 * (EITR), and the ways out: INTx, MSI, MSI-X with table and PBA. It does not know why a queue wants
 * attention.
 *
 * irq.c owns causes, masks and registers; irq_vector.c owns when a vector fires and how;
 * irq_low_latency.c owns what need not wait for the throttle.
 */
#ifndef RINGSIDE_NIC_IRQ_H
#define RINGSIDE_NIC_IRQ_H

#include <stdbool.h>
#include <stdint.h>

#include "model/nic/alarm.h"
#include "model/nic/nic.h"

struct nic_state;

struct nic_msix_entry {
    uint32_t address_low, address_high, data, control;
};
enum { NIC_MSIX_MASKED = 1 }; /* control bit 0 */

struct nic_irq {
    uint64_t pending;  /* bit v: RTxQ cause v. 15:0 are EICR[15:0]; the rest is in no register */
    uint64_t mask;     /* bit v: EIMS[v], EIMS_EX */
    uint64_t automask; /* bits 63:16 of EIAM_EX; 15:0 are EIAM's and live there */
    uint32_t other;      /* EICR[30:16] */
    uint32_t other_mask; /* EIMS[31:16] */
    uint64_t due;        /* vectors that fire as soon as throttle, bus and room let them */
    uint64_t pba;        /* fired while masked in the table */
    uint32_t mode;       /* enum nic_irq_mode when it was looked at last */
    uint8_t intx;        /* level given to the host last */
    uint8_t starved;     /* a message waits for room */
    uint64_t last_ps[NIC_VECTORS]; /* when it fired last, plus 1; 0 = never, or forgotten */
    uint64_t credit_ps[NIC_VECTORS]; /* up to when low-latency credits have come back */
    struct nic_alarm alarm[NIC_VECTORS];
    struct nic_msix_entry table[NIC_VECTORS];
};

/* A receive (tx: transmit) queue has written descriptors back. */
void nic_irq_queue(struct nic *n, uint32_t queue, bool tx);
/* The same of a receive queue, for a frame that a filter marked: past the throttle. */
void nic_irq_queue_low_latency(struct nic *n, uint32_t queue);
/* Causes of EICR[30:16], EICR_LSC and so on. */
void nic_irq_cause(struct nic *n, uint32_t eicr_bits);
/* MSI, MSI-X, INTx or bus master were switched in configuration space. */
void nic_irq_config_changed(struct nic *n);
/* Does the function want its INTx line up, whether it may or not? */
bool nic_irq_intx_pending(const struct nic *n);
void nic_irq_room(struct nic *n);
void nic_irq_fire(struct nic *n, const struct sched_event *e);
/* Throttle interval of the vector that this queue raises; 0: none, or no vector. */
uint64_t nic_irq_interval_ps(const struct nic *n, uint32_t queue, bool tx);

/* BAR 4: one aligned dword. */
uint32_t nic_msix_read(struct nic *n, uint32_t offset);
void nic_msix_write(struct nic *n, uint32_t offset, uint32_t value);

void nic_irq_reset(struct nic *n, enum nic_reset_kind kind);
bool nic_irq_valid(const struct nic_state *st);

/* ---- between irq.c and irq_vector.c ---- */
enum nic_irq_mode { NIC_IRQ_INTX, NIC_IRQ_MSI, NIC_IRQ_MSIX_ONE, NIC_IRQ_MSIX };
enum nic_irq_mode nic_irq_mode(const struct nic *n);
/* Bits of EICR[31:16] that go to this vector in NIC_IRQ_MSIX mode. */
uint32_t nic_irq_other_of(const struct nic *n, uint32_t vector);
uint64_t nic_irq_automask(const struct nic *n);
/* RTxQ cause that a queue raises; -1: none. */
int nic_irq_cause_of(const struct nic *n, uint32_t queue, bool tx);
/* Low-latency credits: none has come back since. */
void nic_irq_credits_from_now(struct nic *n);
/* The vectors of these causes may fire at once. */
void nic_irq_forget_throttle(struct nic *n, uint64_t queues, uint32_t other);
/* Something enabled is pending for this vector: fire it now or when the throttle allows. */
void nic_vector_due(struct nic *n, uint32_t vector);
/* Causes or masks changed: vectors that have nothing left are not due any more; INTx follows. */
void nic_vector_settle(struct nic *n);

#endif
