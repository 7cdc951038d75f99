/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Interrupts: which cause leads to which MSI-X vector, and the wait that cannot sleep over a
 * frame. Vector q is receive queue q; the one behind them is for link changes. A queue's vector
 * masks itself when its message is sent (EIAM), so that a busy queue polls undisturbed.
 */
#include "driver/ixd_priv.h"

#include <errno.h>

static unsigned vector_of_link(const struct ixd_port *port)
{
    return port->config.rx_queues;
}

static uint32_t queue_bits(const struct ixd_port *port)
{
    return (IXD_BIT(port->config.rx_queues - 1) << 1) - 1;
}

static void map_causes(struct ixd_port *port)
{
    for (unsigned q = 0; q < port->config.rx_queues; q += 2) {
        uint32_t ivar = IXD_IVAR_VALID | q;

        if (q + 1 < port->config.rx_queues)
            ivar |= (uint32_t)(IXD_IVAR_VALID | (q + 1)) << 16;
        ixd_reg_write(port, IXD_AT(IVAR, q / 2), ivar);
    }
    ixd_reg_write(port, IXD_IVAR_MISC, (uint32_t)(IXD_IVAR_VALID | vector_of_link(port)) << 8);
}

int ixd_irq_start(struct ixd_port *port, struct ixd_error *err)
{
    struct ixd_bus *bus = port->bus;
    unsigned vectors = port->config.rx_queues + 1;
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
    ixd_reg_write(port, IXD_EIAC, queue_bits(port));
    ixd_reg_write(port, IXD_AT(EIAM_EX, 0), queue_bits(port));
    for (unsigned v = 0; v < port->config.rx_queues; v++)
        ixd_reg_write(port, IXD_AT(EITR, v), IXD_EITR_US(port->config.itr_us) | IXD_EITR_CNT_WDIS);
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
static unsigned arm(struct ixd_port *port, uint32_t queues, bool link, struct ixd_irq *irqs)
{
    uint32_t vectors = queues & queue_bits(port);
    unsigned n = 0;

    ixd_reg_write(port, IXD_AT(EIMS_EX, 0), vectors);
    if (link)
        vectors |= IXD_BIT(vector_of_link(port));
    for (unsigned v = 0; v <= vector_of_link(port); v++) {
        if (vectors & IXD_BIT(v))
            irqs[n++] = (struct ixd_irq){.bus = port->bus, .vector = v};
    }
    return n;
}

static bool any_frame(struct ixd_port *const *ports, unsigned count, uint32_t queues)
{
    for (unsigned p = 0; p < count; p++) {
        for (unsigned q = 0; q < ports[p]->config.rx_queues; q++) {
            if (queues & IXD_BIT(q) && ixd_rx_ready(ports[p], q))
                return true;
        }
    }
    return false;
}

int ixd_wait_rx(struct ixd_port *const *ports, unsigned count, uint64_t timeout_ns,
                struct ixd_error *err)
{
    return ixd_wait_queues(ports, count, UINT32_MAX, true, timeout_ns, err);
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

int ixd_wait_queues(struct ixd_port *const *ports, unsigned count, uint32_t queues, bool link,
                    uint64_t timeout_ns, struct ixd_error *err)
{
    struct ixd_irq irqs[IXD_PORTS_MAX * (IXD_QUEUES_MAX + 1)];
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
