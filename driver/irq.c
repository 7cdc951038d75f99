/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Interrupts: which cause leads to which MSI-X vector, and the wait that cannot sleep over a
 * frame. Vector v is of receive queues v, v + rx_vectors and so on; the one behind them is for link
 * changes. A queue's vector masks itself when its message is sent (EIAM), so that a busy queue
 * polls undisturbed. The EX registers have a bit for each of 64 vectors; EIAC has 16, and for those
 * behind them the device does unasked what EIAC asks for.
 */
#include "driver/ixd_priv.h"

#include <errno.h>

enum { EIAC_VECTORS = 0xffff };

static unsigned vector_of_link(const struct ixd_port *port)
{
    return port->config.rx_vectors;
}

static uint32_t vector_of(const struct ixd_port *port, unsigned queue)
{
    return queue % port->config.rx_vectors;
}

/* A bit for each vector of these queues. */
static uint64_t vectors_of(const struct ixd_port *port, struct ixd_share queues)
{
    uint64_t bits = 0;

    for (unsigned q = queues.first; q < port->config.rx_queues; q += queues.step)
        bits |= UINT64_C(1) << vector_of(port, q);
    return bits;
}

/* One of the EX registers, of which there is one for each 32 vectors. */
static void write_ex(struct ixd_port *port, uint32_t first, uint64_t vectors)
{
    ixd_reg_write(port, first, (uint32_t)vectors);
    if (vector_of_link(port) > 32)
        ixd_reg_write(port, first + 4, (uint32_t)(vectors >> 32));
}

static void map_causes(struct ixd_port *port)
{
    for (unsigned q = 0; q < port->config.rx_queues; q += 2) {
        uint32_t ivar = IXD_IVAR_VALID | vector_of(port, q);

        if (q + 1 < port->config.rx_queues)
            ivar |= (IXD_IVAR_VALID | vector_of(port, q + 1)) << 16;
        ixd_reg_write(port, IXD_AT(IVAR, q / 2), ivar);
    }
    ixd_reg_write(port, IXD_IVAR_MISC, (uint32_t)(IXD_IVAR_VALID | vector_of_link(port)) << 8);
}

int ixd_irq_start(struct ixd_port *port, struct ixd_error *err)
{
    struct ixd_bus *bus = port->bus;
    unsigned vectors = vector_of_link(port) + 1;
    uint64_t all = vectors_of(port, IXD_SHARE_ALL);
    int rc;

    ixd_init_mask_interrupts(port);
    if (!port->config.interrupts)
        return 0;
    if (bus->irq_vectors < vectors)
        return ixd_fail(err, -ENOTSUP,
                        "%s: expected %u MSI-X vectors for %u queues, there are %u%s",
                        bus->name, vectors, port->config.rx_queues, bus->irq_vectors,
                        bus->irq_vectors ? "" : " (poll instead, or bind the port to vfio-pci)");
    ixd_reg_write(port, IXD_GPIE, IXD_GPIE_MSIX | IXD_GPIE_OCD | IXD_GPIE_EIAME | IXD_GPIE_PBA);
    map_causes(port);
    ixd_reg_write(port, IXD_EIAC, all & EIAC_VECTORS);
    write_ex(port, IXD_EIAM_EX, all);
    for (unsigned v = 0; v < port->config.rx_vectors; v++)
        ixd_reg_write(port, IXD_EITR_OF(v), IXD_EITR_US(port->config.itr_us) | IXD_EITR_CNT_WDIS);
    rc = bus->ops->irq_enable(bus, IXD_IRQ_MSIX, vectors, err);
    if (rc)
        return rc;
    port->interrupts_on = true;
    ixd_reg_write(port, IXD_EIMS, IXD_EICR_LSC);
    return 0;
}

void ixd_irq_stop(struct ixd_port *port)
{
    ixd_init_mask_interrupts(port);
    if (!port->interrupts_on)
        return;
    ixd_reg_write(port, IXD_GPIE, 0);
    port->bus->ops->irq_disable(port->bus);
    port->interrupts_on = false;
}

/* Unmasks receive queues. A frame that came while they were masked has left its cause behind, and
 * the device sends the message now. Adds what is to be waited for. */
static unsigned arm(struct ixd_port *port, struct ixd_share queues, bool link,
                    struct ixd_irq *irqs)
{
    uint64_t vectors = vectors_of(port, queues);
    unsigned n = 0;

    write_ex(port, IXD_EIMS_EX, vectors);
    if (link)
        vectors |= UINT64_C(1) << vector_of_link(port);
    for (; vectors; vectors &= vectors - 1)
        irqs[n++] = (struct ixd_irq){.bus = port->bus, .vector = __builtin_ctzll(vectors)};
    return n;
}

static bool any_frame(struct ixd_port *const *ports, unsigned count, struct ixd_share queues)
{
    for (unsigned p = 0; p < count; p++) {
        for (unsigned q = queues.first; q < ports[p]->config.rx_queues; q += queues.step) {
            if (ixd_rx_ready(ports[p], q))
                return true;
        }
    }
    return false;
}

int ixd_wait_rx(struct ixd_port *const *ports, unsigned count, uint64_t timeout_ns,
                struct ixd_error *err)
{
    return ixd_wait_queues(ports, count, IXD_SHARE_ALL, true, timeout_ns, err);
}

static void note_link_changes(struct ixd_port *const *ports, unsigned count,
                              const struct ixd_irq *irqs, unsigned n)
{
    for (unsigned p = 0, k = 0; p < count; p++) {
        for (; k < n && irqs[k].bus == ports[p]->bus; k++) {
            if (!irqs[k].fired || irqs[k].vector != vector_of_link(ports[p]))
                continue;
            ixd_reg_read(ports[p], IXD_EICR); /* clears the cause before the state is looked at */
            ixd_link_read(ports[p]);
        }
    }
}

int ixd_wait_queues(struct ixd_port *const *ports, unsigned count, struct ixd_share queues,
                    bool link, uint64_t timeout_ns, struct ixd_error *err)
{
    struct ixd_irq irqs[IXD_PORTS_MAX * (IXD_RX_VECTORS_MAX + 1)];
    unsigned n = 0;
    int rc;

    if (count < 1 || count > IXD_PORTS_MAX)
        return ixd_fail(err, -EINVAL, "wait: %u ports: expected 1..%d", count, IXD_PORTS_MAX);
    for (unsigned p = 0; p < count; p++) {
        if (!ports[p]->interrupts_on)
            return ixd_fail(err, -EINVAL, "%s: wait: the port was opened without interrupts",
                            ports[p]->bus->name);
        n += arm(ports[p], queues, link, irqs + n);
    }
    if (any_frame(ports, count, queues))
        return 1;
    rc = ports[0]->bus->ops->irq_wait(irqs, n, timeout_ns);
    if (rc == -EINTR)
        return 0;
    if (rc < 0)
        return ixd_fail(err, rc, "%s: waiting for an interrupt failed: error %d",
                        ports[0]->bus->name, -rc);
    if (rc == 0)
        return 0;
    if (link)
        note_link_changes(ports, count, irqs, n);
    return 1;
}
