/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A port's life: its configuration checked and completed, its memory laid out, opened and closed.
 * Undoing mirrors doing. What the steps do to the device is in the files that own them.
 */
#include "driver/ixd_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { RING_ALIGN = 128 };

void ixd_config_default(struct ixd_config *config)
{
    *config = (struct ixd_config){
        .rx_queues = 1,
        .tx_queues = 1,
        .rx_ring = 512,
        .tx_ring = 512,
        .tx_pthresh = 36,
        .tx_hthresh = 8,
        .tx_wthresh = 0,
        .drop_when_full = true,
        .itr_us = 10,
        .mtu = IXD_MTU_DEFAULT,
    };
}

static int check_ring(const char *what, unsigned length, struct ixd_error *err)
{
    if (length < IXD_RING_MIN || length > IXD_RING_MAX || length % IXD_RING_STEP)
        return ixd_fail(err, -EINVAL,
                        "%s ring of %u descriptors: expected %d..%d and a multiple of %d", what,
                        length, IXD_RING_MIN, IXD_RING_MAX, IXD_RING_STEP);
    return 0;
}

static int check_queues(const char *what, unsigned count, unsigned most, struct ixd_error *err)
{
    if (count < 1 || count > most)
        return ixd_fail(err, -EINVAL, "%u %s queues: expected 1..%u", count, what, most);
    return 0;
}

/* Vectors of the receive queues: one is for link changes. */
static unsigned rx_vectors_of(const struct ixd_config *config)
{
    if (config->rx_vectors)
        return config->rx_vectors;
    return config->rx_queues < IXD_RX_VECTORS_MAX ? config->rx_queues : IXD_RX_VECTORS_MAX;
}

/* The two batch sizes that follow from the ring when they are not given. */
static unsigned refill_of(const struct ixd_config *config)
{
    unsigned quarter = config->rx_ring / 4;

    return config->rx_refill ? config->rx_refill : quarter < 32 ? quarter : 32;
}

static unsigned report_of(const struct ixd_config *config)
{
    unsigned quarter = config->tx_ring / 4;

    return config->tx_report ? config->tx_report : quarter < 32 ? quarter : 32;
}

int ixd_config_check(const struct ixd_config *config, struct ixd_error *err)
{
    int rc;

    if ((rc = check_queues("receive", config->rx_queues, IXD_RX_QUEUES_MAX, err)) ||
        (rc = check_queues("transmit", config->tx_queues, IXD_TX_QUEUES_MAX, err)) ||
        (rc = check_ring("receive", config->rx_ring, err)) ||
        (rc = check_ring("transmit", config->tx_ring, err)))
        return rc;
    if (refill_of(config) > config->rx_ring / 2)
        return ixd_fail(err, -EINVAL, "refill of %u: expected at most half the receive ring, %u",
                        config->rx_refill, config->rx_ring / 2);
    /* Beyond half a ring, a full ring might wait for a report that nobody asked for. */
    if (report_of(config) > config->tx_ring / 2)
        return ixd_fail(err, -EINVAL, "report of %u: expected at most half the transmit ring, %u",
                        config->tx_report, config->tx_ring / 2);
    if (config->tx_pthresh > 127 || config->tx_hthresh > 127 || config->tx_wthresh > 127)
        return ixd_fail(err, -EINVAL, "thresholds %u/%u/%u: expected 0..127 each",
                        config->tx_pthresh, config->tx_hthresh, config->tx_wthresh);
    if (config->tx_wthresh && report_of(config) != 1)
        return ixd_fail(err, -EINVAL,
                        "write-back threshold %u: must be 0 unless every frame asks for a report "
                        "(tx_report is %u)",
                        config->tx_wthresh, report_of(config));
    if (config->mtu < IXD_MTU_MIN || config->mtu > IXD_MTU_MAX)
        return ixd_fail(err, -EINVAL, "MTU of %u bytes: expected %d..%d", config->mtu, IXD_MTU_MIN,
                        IXD_MTU_MAX);
    if (config->rx_offloads & ~(uint32_t)IXD_RX_OFFLOADS ||
        config->tx_offloads & ~(uint32_t)IXD_TX_OFFLOADS)
        return ixd_fail(err, -EINVAL, "offloads 0x%x, 0x%x: unknown bits", config->rx_offloads,
                        config->tx_offloads);
    if (config->flow_control & ~(unsigned)(IXD_FLOW_CONTROL_RX | IXD_FLOW_CONTROL_TX))
        return ixd_fail(err, -EINVAL, "flow control 0x%x: unknown bits", config->flow_control);
    if (config->rx_vectors > IXD_RX_VECTORS_MAX || rx_vectors_of(config) > config->rx_queues)
        return ixd_fail(err, -EINVAL, "%u vectors for %u receive queues: expected at most one for "
                        "each, and %d", config->rx_vectors, config->rx_queues, IXD_RX_VECTORS_MAX);
    if (config->itr_us > 1022)
        return ixd_fail(err, -EINVAL, "interrupt interval of %u us: expected 0..1022",
                        config->itr_us);
    return 0;
}

unsigned ixd_config_buffers(const struct ixd_config *config, unsigned batch)
{
    return config->rx_queues * (config->rx_ring + batch) + config->tx_queues * config->tx_ring;
}

static size_t ring_bytes(unsigned length)
{
    size_t bytes = length * sizeof(struct ixd_desc);

    return (bytes + RING_ALIGN - 1) / RING_ALIGN * RING_ALIGN;
}

/* One piece of device memory for all rings, one array for all slots. */
static int allocate(struct ixd_port *port, struct ixd_error *err)
{
    const struct ixd_config *c = &port->config;
    size_t slots = (size_t)c->rx_queues * c->rx_ring + (size_t)c->tx_queues * c->tx_ring;
    size_t bytes = c->rx_queues * ring_bytes(c->rx_ring) + c->tx_queues * ring_bytes(c->tx_ring);

    port->slots = calloc(slots, sizeof(struct pool_buf *));
    port->report_of = calloc((size_t)c->tx_queues * c->tx_ring, sizeof(uint16_t));
    if (!port->slots || !port->report_of)
        return ixd_fail(err, -ENOMEM, "%s: no memory for %zu ring slots", port->bus->name, slots);
    return port->bus->ops->dma_alloc(port->bus, bytes, IXD_DMA_DEVICE_READS | IXD_DMA_DEVICE_WRITES,
                                     &port->rings, err);
}

/* Buffers that the longest frame takes. */
static unsigned segs_max(const struct ixd_config *c)
{
    unsigned frame = c->mtu + IXD_HEADER_BYTES;

    return ixd_rx_has_offloads(c) ? (frame + POOL_BUF_BYTES - 1) / POOL_BUF_BYTES : 1;
}

static struct pool *pool_of(const struct ixd_config *c, unsigned queue)
{
    return c->pools ? c->pools[queue] : c->pool;
}

static void lay_out(struct ixd_port *port)
{
    const struct ixd_config *c = &port->config;
    uint8_t *ring = port->rings.virt;
    struct pool_buf **slot = port->slots;

    for (unsigned i = 0; i < c->rx_queues; i++) {
        port->rx[i] = (struct ixd_rx_queue){
            .ring = (struct ixd_desc *)ring,
            .slot = slot,
            .pool = pool_of(c, i),
            .length = c->rx_ring,
            .refill = c->rx_refill,
            .tail_reg = IXD_RXQ(RDT, i),
            .take = ixd_rx_has_offloads(c) ? ixd_rx_take_packets : ixd_rx_take_single,
            .segs_max = segs_max(c),
            .check = pool_checks(pool_of(c, i)),
            .accept = IXD_RX_ACCEPT,
        };
        ring += ring_bytes(c->rx_ring);
        slot += c->rx_ring;
    }
    for (unsigned i = 0; i < c->tx_queues; i++) {
        port->tx[i] = (struct ixd_tx_queue){
            .ring = (struct ixd_desc *)ring,
            .slot = slot,
            .pool = pool_of(c, i),
            .length = c->tx_ring,
            .report = c->tx_report,
            .until_report = c->tx_report,
            .next_report = c->tx_report - 1,
            .tail_reg = IXD_AT(TDT, i),
            .report_of = port->report_of + (size_t)i * c->tx_ring,
            .check = pool_checks(pool_of(c, i)),
        };
        ixd_tx_choose_path(&port->tx[i], ixd_tx_has_offloads(c));
        ring += ring_bytes(c->tx_ring);
        slot += c->tx_ring;
    }
}

static void release(struct ixd_port *port)
{
    if (port->rings.virt)
        port->bus->ops->dma_free(port->bus, &port->rings);
    free(port->slots);
    free(port->report_of);
    free(port->steer.fdir);
    free(port->stats);
    free(port);
}

static int start(struct ixd_port *port, struct ixd_error *err)
{
    int rc = ixd_init_device(port, err);

    if (rc)
        return rc;
    rc = ixd_irq_start(port, err);
    if (rc)
        return rc;
    rc = ixd_tx_start(port, err);
    if (rc)
        return rc;
    rc = ixd_rx_start(port, err);
    if (rc)
        return rc;
    ixd_init_driver_loaded(port, true);
    ixd_link_read(port);
    return 0;
}

/* Quiet first, then a reset, and only then the buffers: what the device may still write to belongs
 * to it. Each step runs whether or not the one before it worked. */
static int stop(struct ixd_port *port, struct ixd_error *err)
{
    int rc, result;

    if (ixd_port_gone(port)) {
        result = ixd_fail(err, -ENODEV, "%s: STATUS reads all ones: the device is gone",
                          port->bus->name);
        goto home;
    }
    ixd_irq_stop(port);
    result = ixd_rx_stop(port, err);
    rc = ixd_tx_stop(port, result ? NULL : err);
    result = result ? result : rc;
    ixd_init_driver_loaded(port, false);
    rc = ixd_init_reset(port, result ? NULL : err);
    result = result ? result : rc;
    ixd_init_mask_interrupts(port);
home:
    if (port->interrupts_on)
        port->bus->ops->irq_disable(port->bus);
    port->interrupts_on = false;
    ixd_rx_reclaim(port);
    ixd_tx_reclaim(port);
    return result;
}

int ixd_open(struct ixd_port **out, struct ixd_bus *bus, const struct ixd_config *config,
             struct ixd_error *err)
{
    struct ixd_port *port;
    int rc = ixd_config_check(config, err);

    if (rc)
        return rc;
    if (!config->pool && !config->pools)
        return ixd_fail(err, -EINVAL, "%s: a port needs a pool", bus->name);
    port = calloc(1, sizeof(*port));
    if (!port)
        return ixd_fail(err, -ENOMEM, "%s: no memory for the port", bus->name);
    port->bus = bus;
    port->config = *config;
    port->config.rx_refill = refill_of(config);
    port->config.tx_report = report_of(config);
    port->config.rx_vectors = rx_vectors_of(config);
    rc = allocate(port, err);
    if (rc == 0)
        rc = ixd_stats_create(port, err);
    if (rc) {
        release(port);
        return rc;
    }
    lay_out(port);
    ixd_rss_defaults(port);
    port->filter.all_unicast = port->filter.all_multicast = config->promiscuous;
    rc = start(port, err);
    if (rc) {
        stop(port, NULL);
        release(port);
        return rc;
    }
    ixd_stats_clear(port); /* what was counted before belongs to somebody else */
    *out = port;
    return 0;
}

/* That a hung queue could not be stopped is no error: the reset is the cure. */
int ixd_port_reset(struct ixd_port *port, struct ixd_error *err)
{
    int rc;

    ixd_stats_update(port); /* the reset clears what the device has counted */
    rc = stop(port, err);
    if (port->gone)
        return rc;
    port->resets++;
    return start(port, err);
}

uint64_t ixd_port_resets(const struct ixd_port *port)
{
    return port->resets;
}

bool ixd_port_gone(struct ixd_port *port)
{
    enum { LOOKS = 3, STEP_NS = 1000000 };

    for (unsigned i = 0; i < LOOKS && !port->gone; i++) { /* one bad answer is not the end */
        if (ixd_reg_read(port, IXD_STATUS) != UINT32_MAX)
            return false;
        port->gone = i + 1 == LOOKS;
        port->bus->ops->sleep_ns(port->bus, STEP_NS);
    }
    return true;
}

int ixd_close(struct ixd_port *port, struct ixd_error *err)
{
    int rc = stop(port, err);

    release(port);
    return rc;
}

void ixd_mac(const struct ixd_port *port, uint8_t mac[6])
{
    memcpy(mac, port->mac, 6);
}
