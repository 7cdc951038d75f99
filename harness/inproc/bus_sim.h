/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The simulated bus: the driver's bus interface (driver/bus.h) over the in-process host. The only
 * place where driver and model meet.
 */
#ifndef RINGSIDE_INPROC_BUS_SIM_H
#define RINGSIDE_INPROC_BUS_SIM_H

#include "driver/bus.h"
#include "harness/inproc/dma.h"

/* What the driver's work costs, in guest instructions (= virtual ns), since native code gives no
 * count of its own. */
struct sim_cost {
    uint32_t rx_burst, rx_packet;
    uint32_t tx_burst, tx_packet;
    uint32_t wait;   /* one turn of a register poll */
    uint32_t access; /* one register access, beside the stall of the timed mode */
};
extern const struct sim_cost sim_cost_default;

struct sim_bus {
    struct ixd_bus bus;
    struct inproc_host *host;
    const struct sim_cost *cost;
    unsigned port;
    unsigned domain; /* of the IOMMU */
    enum ixd_irq_kind kind;
    unsigned vectors; /* of them, switched on */
};

/* Fills in *s; s->bus is then a bus of the driver, in domain 0. Bus mastering and memory space are
 * enabled in PCI configuration space as VFIO would. */
void sim_bus_init(struct sim_bus *s, struct inproc_host *host, unsigned port,
                  const struct sim_cost *cost);
/* Puts it into another domain, before it has any memory: one of its own, or INPROC_IDENTITY for a
 * driver that deals in physical addresses. 0 or -errno. */
int sim_bus_attach(struct sim_bus *s, unsigned domain);

#endif
