/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Time is the point here: nothing passes unless the driver does something. Every register access,
 * burst, poll and sleep moves the host's virtual clock by a stated amount, so a run depends on
 * what the driver does and on nothing else.
 */
#include "harness/inproc/bus_sim.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "harness/inproc/access.h"

/* Instructions as counted in the guest for the project's own driver, rounded: reports of the
 * in-process host are estimates and say so. */
const struct sim_cost sim_cost_default = {
    .rx_burst = 30, .rx_packet = 45, .tx_burst = 30, .tx_packet = 45, .wait = 100, .access = 1,
};

enum { /* PCI configuration space, as the PCI specification numbers it */
    PCI_COMMAND = 0x04,
    PCI_COMMAND_MEMORY = 1 << 1,
    PCI_COMMAND_MASTER = 1 << 2,
    PCI_COMMAND_INTX_OFF = 1 << 10,
    PCI_CAPABILITIES = 0x34,
    PCI_CAP_MSI = 0x05,
    PCI_CAP_MSIX = 0x11,
    PCI_MSG_CONTROL = 2, /* of both */
    PCI_MSIX_ENABLE = 1 << 15,
    PCI_MSI_ENABLE = 1,
    PCI_MSI_ADDRESS = 4,
    PCI_MSI_DATA = 12, /* with 64 bits of address */
    MSIX_ENTRY_BYTES = 16,
};

static struct sim_bus *sim_of(struct ixd_bus *bus)
{
    return bus->impl;
}

static uint16_t function_of(const struct sim_bus *s)
{
    return NIC_FUNCTION(s->port, 0);
}

static uint32_t sim_read32(struct ixd_bus *bus, uint32_t offset)
{
    struct sim_bus *s = sim_of(bus);
    struct inproc_host *h = s->host;
    uint64_t value = 0;
    uint64_t stall = inproc_mmio_read(h, function_of(s), 0, offset, 4, &value);
    inproc_host_advance(h, h->now_vns + stall + s->cost->access);
    return (uint32_t)value;
}

static void sim_write(struct sim_bus *s, unsigned bar, uint32_t offset, uint32_t value)
{
    struct inproc_host *h = s->host;
    uint64_t stall = inproc_mmio_write(h, function_of(s), bar, offset, 4, value);
    inproc_host_advance(h, h->now_vns + stall + s->cost->access);
}

static void sim_write32(struct ixd_bus *bus, uint32_t offset, uint32_t value)
{
    sim_write(sim_of(bus), 0, offset, value);
}

static int sim_dma_alloc(struct ixd_bus *bus, size_t bytes, unsigned access, struct ixd_dma *out,
                         struct ixd_error *err)
{
    unsigned rights = (access & IXD_DMA_DEVICE_READS ? INPROC_DEVICE_READS : 0u) |
                      (access & IXD_DMA_DEVICE_WRITES ? INPROC_DEVICE_WRITES : 0u);
    struct sim_bus *s = sim_of(bus);
    struct inproc_dma dma;
    int rc = inproc_dma_alloc(s->host, s->domain, bytes, rights, &dma);
    if (rc)
        return ixd_fail(err, rc, "%s: %zu bytes of DMA memory asked for, the simulated machine "
                        "has %zu MiB in all", bus->name, bytes, INPROC_ARENA_BYTES >> 20);
    *out = (struct ixd_dma){
        .virt = dma.virt, .iova = dma.iova, .bytes = dma.bytes, .page_bytes = dma.page_bytes,
        .access = access,
    };
    return 0;
}

static void sim_dma_free(struct ixd_bus *bus, struct ixd_dma *dma)
{
    struct sim_bus *s = sim_of(bus);
    inproc_dma_free(s->host, s->domain, dma->iova);
    memset(dma, 0, sizeof *dma);
}

static uint32_t config_read(struct sim_bus *s, uint32_t offset, unsigned size)
{
    return inproc_config_read(s->host, function_of(s), offset, size);
}

static void config_write(struct sim_bus *s, uint32_t offset, unsigned size, uint32_t value)
{
    inproc_config_write(s->host, function_of(s), offset, size, value);
}

/* Offset of a capability, 0 when there is none; a list longer than it can be is broken. */
static uint32_t capability(struct sim_bus *s, uint8_t id)
{
    uint32_t at = config_read(s, PCI_CAPABILITIES, 1) & 0xfc;
    for (int i = 0; at && i < 48; i++, at = config_read(s, at + 1, 1) & 0xfc)
        if (config_read(s, at, 1) == id)
            return at;
    return 0;
}

static void config_change(struct sim_bus *s, uint32_t offset, uint32_t clear, uint32_t set)
{
    config_write(s, offset, 2, (config_read(s, offset, 2) & ~clear) | set);
}

static void msix_on(struct sim_bus *s, uint32_t cap, unsigned count)
{
    config_change(s, cap + PCI_MSG_CONTROL, 0, PCI_MSIX_ENABLE);
    for (unsigned v = 0; v < count; v++) {
        uint32_t entry = v * MSIX_ENTRY_BYTES;
        sim_write(s, 4, entry, (uint32_t)INPROC_MESSAGE_ADDRESS(s->port));
        sim_write(s, 4, entry + 4, (uint32_t)(INPROC_MESSAGE_ADDRESS(s->port) >> 32));
        sim_write(s, 4, entry + 8, v);
        sim_write(s, 4, entry + 12, 0);
    }
}

static void msi_on(struct sim_bus *s, uint32_t cap)
{
    uint64_t address = INPROC_MESSAGE_ADDRESS(s->port);
    config_write(s, cap + PCI_MSI_ADDRESS, 4, (uint32_t)address);
    config_write(s, cap + PCI_MSI_ADDRESS + 4, 4, (uint32_t)(address >> 32));
    config_write(s, cap + PCI_MSI_DATA, 2, 0);
    config_change(s, cap + PCI_MSG_CONTROL, 0, PCI_MSI_ENABLE);
}

/* How many vectors of a kind the device has, and where its capability lies (0: it needs none). */
static unsigned vectors_of(struct sim_bus *s, enum ixd_irq_kind kind, uint32_t *cap)
{
    *cap = 0;
    if (kind == IXD_IRQ_INTX)
        return 1;
    *cap = capability(s, kind == IXD_IRQ_MSI ? PCI_CAP_MSI : PCI_CAP_MSIX);
    if (!*cap)
        return 0;
    return kind == IXD_IRQ_MSI ? 1 : s->bus.irq_vectors;
}

static int sim_irq_enable(struct ixd_bus *bus, enum ixd_irq_kind kind, unsigned count,
                          struct ixd_error *err)
{
    struct sim_bus *s = sim_of(bus);
    uint32_t cap;
    unsigned most = vectors_of(s, kind, &cap);
    if (count > most || s->vectors)
        return ixd_fail(err, -EINVAL, "%s: %u interrupt vectors asked for, expected at most %u, "
                        "once", bus->name, count, most);
    if (kind == IXD_IRQ_MSIX)
        msix_on(s, cap, count);
    else if (kind == IXD_IRQ_MSI)
        msi_on(s, cap);
    else
        config_change(s, PCI_COMMAND, PCI_COMMAND_INTX_OFF, 0);
    s->kind = kind;
    s->vectors = count;
    return 0;
}

static void sim_irq_disable(struct ixd_bus *bus)
{
    struct sim_bus *s = sim_of(bus);
    uint32_t cap;
    if ((cap = capability(s, PCI_CAP_MSIX)))
        config_change(s, cap + PCI_MSG_CONTROL, PCI_MSIX_ENABLE, 0);
    if ((cap = capability(s, PCI_CAP_MSI)))
        config_change(s, cap + PCI_MSG_CONTROL, PCI_MSI_ENABLE, 0);
    s->vectors = 0;
    s->host->fired[s->port] = 0;
}

/* A line stands as long as its cause does; a message is there once. */
static bool take(const struct ixd_irq *irq)
{
    struct sim_bus *s = sim_of(irq->bus);
    uint64_t bit = 1ull << (irq->vector % NIC_VECTORS);
    bool fired = s->host->fired[s->port] & bit;
    if (s->kind == IXD_IRQ_INTX && s->vectors)
        return s->host->intx[s->port];
    s->host->fired[s->port] &= ~bit;
    return fired;
}

static int collect(struct ixd_irq *irqs, unsigned count)
{
    int fired = 0;
    for (unsigned i = 0; i < count; i++)
        fired += irqs[i].fired = take(&irqs[i]);
    return fired;
}

static int sim_irq_wait(struct ixd_irq *irqs, unsigned count, uint64_t timeout_ns)
{
    if (count == 0)
        return -EINVAL;
    struct inproc_host *h = sim_of(irqs[0].bus)->host;
    uint64_t end = h->now_vns + timeout_ns;

    for (;;) {
        int fired = collect(irqs, count);
        if (fired || h->now_vns >= end || h->control_level)
            return fired;
        /* nobody computes: jump to what happens next */
        inproc_host_advance(h, h->wake_vns < end ? h->wake_vns : end);
    }
}

static int sim_config_read(struct ixd_bus *bus, uint32_t offset, unsigned bytes, uint32_t *value)
{
    *value = config_read(sim_of(bus), offset, bytes);
    return 0;
}

static int sim_config_write(struct ixd_bus *bus, uint32_t offset, unsigned bytes, uint32_t value)
{
    config_write(sim_of(bus), offset, bytes, value);
    return 0;
}

static uint64_t sim_now_ns(struct ixd_bus *bus)
{
    return sim_of(bus)->host->now_vns;
}

static void sim_sleep_ns(struct ixd_bus *bus, uint64_t ns)
{
    struct inproc_host *h = sim_of(bus)->host;
    uint64_t end = h->now_vns + ns;
    while (h->wake_vns < end)
        inproc_host_advance(h, h->wake_vns);
    inproc_host_advance(h, end);
}

static void sim_yield(struct ixd_bus *bus, enum ixd_work work, unsigned packets)
{
    struct sim_bus *s = sim_of(bus);
    uint64_t ns = s->cost->wait;
    if (work == IXD_WORK_RX)
        ns = s->cost->rx_burst + (uint64_t)s->cost->rx_packet * packets;
    else if (work == IXD_WORK_TX)
        ns = s->cost->tx_burst + (uint64_t)s->cost->tx_packet * packets;
    inproc_host_advance(s->host, s->host->now_vns + ns);
}

static const struct ixd_bus_ops sim_ops = {
    .read32 = sim_read32,
    .write32 = sim_write32,
    .dma_alloc = sim_dma_alloc,
    .dma_free = sim_dma_free,
    .irq_enable = sim_irq_enable,
    .irq_disable = sim_irq_disable,
    .irq_wait = sim_irq_wait,
    .config_read = sim_config_read,
    .config_write = sim_config_write,
    .now_ns = sim_now_ns,
    .sleep_ns = sim_sleep_ns,
};

void sim_bus_init(struct sim_bus *s, struct inproc_host *host, unsigned port,
                  const struct sim_cost *cost)
{
    memset(s, 0, sizeof *s);
    s->host = host;
    s->port = port;
    s->cost = cost;
    s->bus.ops = &sim_ops;
    s->bus.impl = s;
    s->bus.irq_vectors = NIC_VECTORS;
    s->bus.yield = sim_yield;
    snprintf(s->bus.name, sizeof s->bus.name, "sim%u", port);
    sim_bus_attach(s, 0);
    uint32_t command = config_read(s, PCI_COMMAND, 2);
    config_write(s, PCI_COMMAND, 2, command | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
}

int sim_bus_attach(struct sim_bus *s, unsigned domain)
{
    int rc = inproc_iommu_attach(&s->host->iommu, function_of(s), domain);
    if (!rc)
        s->domain = domain;
    return rc;
}
