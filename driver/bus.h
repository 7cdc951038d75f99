/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The bus: all that the driver knows of the machine around one NIC port. Registers of BAR0, memory
 * that the device can reach, interrupts, and time. There are two implementations, VFIO
 * (driver/bus_vfio.c) and the simulated bus of the in-process host; the driver cannot tell which
 * one it has, and must not.
 *
 * One struct ixd_bus is one PCI function. Buses that share a DMA domain (one VFIO container, one
 * simulated root complex) see memory allocated through any one of them at the same IOVA.
 * An implementation embeds or allocates struct ixd_bus, fills all fields, and keeps its own state
 * behind `impl`. Everything is called from one thread.
 */
#ifndef RINGSIDE_DRIVER_BUS_H
#define RINGSIDE_DRIVER_BUS_H

#include "driver/error.h"

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ixd_bus;

/* What the device may do with a piece of memory. */
enum ixd_dma_access {
    IXD_DMA_DEVICE_READS = 1 << 0,
    IXD_DMA_DEVICE_WRITES = 1 << 1,
};

/* Memory that both sides reach. Zeroed when it is handed out. `iova` is what the device is told:
 * chosen by the bus, the same in every run, aligned to page_bytes, and nothing to do with `virt`.
 */
struct ixd_dma {
    void *virt;
    uint64_t iova;
    size_t bytes;      /* at least what was asked for: rounded up to page_bytes */
    size_t page_bytes; /* page size that the IO translation can use: 2 MiB, or 4 KiB as fallback */
    unsigned access;   /* enum ixd_dma_access */
    void *impl;        /* the bus's own; the driver only hands it back */
};

/* One vector to wait for; `fired` is the answer. */
struct ixd_irq {
    struct ixd_bus *bus;
    unsigned vector;
    bool fired;
};

/* The three ways in which the device can interrupt. */
enum ixd_irq_kind {
    IXD_IRQ_MSIX,
    IXD_IRQ_MSI,  /* one message: vector 0 */
    IXD_IRQ_INTX, /* the line: vector 0 has fired whenever it is asked for and stands asserted */
};

/* Kind of work that a `yield` call reports. */
enum ixd_work {
    IXD_WORK_RX,   /* one receive burst of one queue; packets = frames taken, 0 for an empty poll */
    IXD_WORK_TX,   /* one transmit burst of one queue; packets = frames placed on the ring */
    IXD_WORK_WAIT, /* one read of a register that is polled for a state; packets = 0 */
};

struct ixd_bus_ops {
    /* Registers of BAR0, 32 bits, value in the CPU's byte order. `offset` is a multiple of 4.
     * Not called (may be NULL) when bus->regs maps them. */
    uint32_t (*read32)(struct ixd_bus *bus, uint32_t offset);
    void (*write32)(struct ixd_bus *bus, uint32_t offset, uint32_t value);

    /* Memory for the device. 0 or -errno with text; -ENOMEM when there is none. After dma_free
     * has returned the device can no longer reach the memory. */
    int (*dma_alloc)(struct ixd_bus *bus, size_t bytes, unsigned access, struct ixd_dma *out,
                     struct ixd_error *err);
    void (*dma_free)(struct ixd_bus *bus, struct ixd_dma *dma);

    /* Switches interrupts on with vectors 0..count-1 unmasked. 0 or -errno. irq_disable undoes it
     * and forgets what is pending. */
    int (*irq_enable)(struct ixd_bus *bus, enum ixd_irq_kind kind, unsigned count,
                      struct ixd_error *err);
    void (*irq_disable)(struct ixd_bus *bus);

    /* Waits until one of the vectors has fired since it was last reported, at most timeout_ns
     * (0 = only look). A message that came before the call counts. Returns how many entries have
     * `fired` set (they are consumed), 0 when the time was up, -EINTR on a signal, other -errno.
     * All entries belong to buses with these same ops. */
    int (*irq_wait)(struct ixd_irq *irqs, unsigned count, uint64_t timeout_ns);

    /* PCI configuration space, 1, 2 or 4 bytes at a multiple of that, as far as the system lets a
     * program at it: VFIO keeps BARs and interrupts to itself. 0 or -errno. NULL: not at all. */
    int (*config_read)(struct ixd_bus *bus, uint32_t offset, unsigned bytes, uint32_t *value);
    int (*config_write)(struct ixd_bus *bus, uint32_t offset, unsigned bytes, uint32_t value);

    /* Monotonic time, and a sleep of at least `ns`. */
    uint64_t (*now_ns)(struct ixd_bus *bus);
    void (*sleep_ns)(struct ixd_bus *bus, uint64_t ns);
};

struct ixd_bus {
    const struct ixd_bus_ops *ops;
    void *impl;

    /* BAR0 when it is mapped (VFIO), else NULL: then ops->read32/write32 are used. */
    volatile uint8_t *regs;
    uint32_t regs_bytes;
    unsigned irq_vectors; /* size of the MSI-X table, 0 when there are no interrupts */

    /* Called once per burst and per polled wait, after the work; NULL where time passes by itself.
     * The simulated bus lets model time go on in it. It must not call the driver. */
    void (*yield)(struct ixd_bus *bus, enum ixd_work work, unsigned packets);

    char name[32]; /* for messages: "0000:01:00.0", "sim0" */
};

static inline uint32_t ixd_read32(struct ixd_bus *bus, uint32_t offset)
{
    if (bus->regs)
        return le32toh(*(const volatile uint32_t *)(bus->regs + offset));
    return bus->ops->read32(bus, offset);
}

static inline void ixd_write32(struct ixd_bus *bus, uint32_t offset, uint32_t value)
{
    if (bus->regs)
        *(volatile uint32_t *)(bus->regs + offset) = htole32(value);
    else
        bus->ops->write32(bus, offset, value);
}

static inline void ixd_yield(struct ixd_bus *bus, enum ixd_work work, unsigned packets)
{
    if (bus->yield)
        bus->yield(bus, work, packets);
}

/* Descriptors written before are visible to the device before a doorbell written after. x86 keeps
 * stores in order, so only the compiler has to be told; elsewhere a release fence is not enough. */
static inline void ixd_doorbell_barrier(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __asm__ volatile("" ::: "memory");
#else
    __sync_synchronize();
#endif
}

#endif
