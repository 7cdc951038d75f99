/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The profile driver at its rings: one receive and one transmit queue per port. See profile.h.
 */
#include <errno.h>
#include <stdlib.h>

#include "harness/inproc/profile.h"

enum { BUFFER_BYTES = 2048, RING_ACCESS = IXD_DMA_DEVICE_READS | IXD_DMA_DEVICE_WRITES };

static uint64_t address_of(const struct profile *p, uint32_t buffer)
{
    return p->iova + (uint64_t)buffer * BUFFER_BYTES;
}

/* ---- bring-up ---- */

static int ring_init(struct profile_port *port, struct profile_ring *r, uint32_t length,
                     struct ixd_error *err)
{
    struct ixd_bus *bus = &port->sim.bus;
    struct ixd_dma dma;
    int rc = bus->ops->dma_alloc(bus, length * sizeof(struct ixd_desc), RING_ACCESS, &dma, err);

    if (rc)
        return rc;
    r->desc = dma.virt;
    r->iova = dma.iova;
    r->length = length;
    r->buffer = calloc(length, sizeof *r->buffer);
    return r->buffer ? 0 : ixd_fail(err, -ENOMEM, "no memory for a ring of %u", length);
}

static uint32_t thresholds(uint32_t prefetch, uint32_t host, uint32_t write_back)
{
    return IXD_TXDCTL_THRESH(prefetch, host, write_back);
}

static void rx_start(struct profile *p, struct profile_port *port)
{
    const struct profile_config *c = &p->config;
    struct profile_ring *r = &port->rx;
    struct ixd_port *d = &port->device;

    for (uint32_t i = 0; i < r->length; i++) {
        r->buffer[i] = p->home[--p->home_count];
        r->desc[i].word[0] = htole64(address_of(p, r->buffer[i]));
        r->desc[i].word[1] = 0;
    }
    ixd_reg_write(d, IXD_AT(RDBAL, 0), (uint32_t)r->iova);
    ixd_reg_write(d, IXD_AT(RDBAH, 0), (uint32_t)(r->iova >> 32));
    ixd_reg_write(d, IXD_AT(RDLEN, 0), r->length * (uint32_t)sizeof(struct ixd_desc));
    ixd_reg_write(d, IXD_AT(SRRCTL, 0), IXD_SRRCTL_BSIZEPACKET_2K | IXD_SRRCTL_ADV_ONE |
                                            (c->drop ? IXD_SRRCTL_DROP_EN : 0));
    ixd_reg_write(d, IXD_AT(RXDCTL, 0),
                  IXD_RXDCTL_ENABLE | thresholds(c->rx_pthresh, c->rx_hthresh, c->rx_wthresh));
    ixd_reg_write(d, IXD_AT(RDT, 0), r->length - 1);
}

static void tx_start(struct profile *p, struct profile_port *port)
{
    const struct profile_config *c = &p->config;
    struct profile_ring *r = &port->tx;
    struct ixd_port *d = &port->device;

    ixd_reg_write(d, IXD_AT(TDBAL, 0), (uint32_t)r->iova);
    ixd_reg_write(d, IXD_AT(TDBAH, 0), (uint32_t)(r->iova >> 32));
    ixd_reg_write(d, IXD_AT(TDLEN, 0), r->length * (uint32_t)sizeof(struct ixd_desc));
    ixd_reg_write(d, IXD_AT(TXDCTL, 0),
                  IXD_TXDCTL_ENABLE | thresholds(c->tx_pthresh, c->tx_hthresh, c->tx_wthresh));
}

int profile_port_init(struct profile *p, struct profile_port *port, struct ixd_error *err)
{
    struct ixd_port *d = &port->device;
    int rc;

    d->bus = &port->sim.bus;
    ixd_config_default(&d->config);
    d->config.promiscuous = true;
    rc = ixd_init_device(d, err);
    rc = rc ? rc : ring_init(port, &port->rx, p->config.rx_ring, err);
    rc = rc ? rc : ring_init(port, &port->tx, p->config.tx_ring, err);
    if (rc)
        return rc;
    ixd_reg_write(d, IXD_AT(RXPBSIZE, 0), IXD_RXPBSIZE_KB(p->config.rx_buffer));
    ixd_reg_write(d, IXD_AT(TXPBSIZE, 0), IXD_TXPBSIZE_KB(p->config.tx_buffer));
    d->config.rx_queues = d->config.tx_queues = 0; /* the queues are ours, the units theirs */
    rc = ixd_tx_start(d, err);
    if (rc)
        return rc;
    tx_start(p, port);
    if (p->config.mode == PROFILE_SEND)
        return 0;
    rx_start(p, port);
    return ixd_rx_start(d, err);
}

void profile_port_fini(struct profile_port *port)
{
    free(port->rx.buffer);
    free(port->tx.buffer);
}

/* ---- at work ---- */

static uint32_t onward(const struct profile_ring *r, uint32_t index, uint32_t by)
{
    index += by;
    return index < r->length ? index : index - r->length;
}

/* Every so many descriptors given back, or all at once behind the batch. */
static void give_back(struct profile *p, struct profile_port *port, bool end)
{
    struct profile_ring *r = &port->rx;
    uint32_t each = p->config.rx_refill;

    if (!r->told || (each ? r->told < each : !end))
        return;
    r->told = 0;
    ixd_reg_write(&port->device, IXD_AT(RDT, 0), onward(r, r->next, r->length - 1));
}

unsigned profile_receive(struct profile *p, struct profile_port *port, uint32_t *buffer,
                         uint16_t *bytes)
{
    struct profile_ring *r = &port->rx;
    unsigned count = 0;

    while (count < p->config.batch && p->home_count) {
        struct ixd_desc *d = &r->desc[r->next];
        uint64_t word = le64toh(d->word[1]);

        if (!(word & IXD_RX_DD))
            break;
        buffer[count] = r->buffer[r->next];
        bytes[count++] = (uint16_t)(word >> 32);
        /* A fresh one in its place: RDT stays one behind, where no buffer lies. */
        r->buffer[r->next] = p->home[--p->home_count];
        d->word[0] = htole64(address_of(p, r->buffer[r->next]));
        d->word[1] = 0;
        r->next = onward(r, r->next, 1);
        r->told++;
    }
    profile_work(p, count ? p->config.rx_burst_cost + (uint64_t)p->config.rx_packet_cost * count
                          : p->config.empty_cost);
    if (count && count < p->config.batch) /* it saw the end of what was ready */
        profile_work(p, p->config.rx_drained_cost);
    give_back(p, port, true);
    return count;
}

static uint32_t used(const struct profile_ring *r)
{
    return r->next >= r->clean ? r->next - r->clean : r->next + r->length - r->clean;
}

/* Buffers come home so many at a time, when the last of them has been reported. */
static void clean(struct profile *p, struct profile_ring *r)
{
    const uint32_t each = p->config.tx_clean;

    while (used(r) >= each) {
        uint32_t last = onward(r, r->clean, each - 1);

        if (!(le64toh(r->desc[last].word[1]) & IXD_TX_DD))
            break;
        for (uint32_t i = 0; i < each; i++, r->clean = onward(r, r->clean, 1))
            p->home[p->home_count++] = r->buffer[r->clean];
        profile_work(p, (uint64_t)p->config.tx_clean_cost * each);
    }
}

unsigned profile_transmit(struct profile *p, struct profile_port *port, const uint32_t *buffer,
                          const uint16_t *bytes, unsigned count)
{
    struct profile_ring *r = &port->tx;
    unsigned sent = 0;

    clean(p, r);
    for (; sent < count && used(r) + 1 < r->length; sent++) {
        struct ixd_desc *d = &r->desc[r->next];
        bool report = ++r->sent >= p->config.tx_report;

        d->word[0] = htole64(address_of(p, buffer[sent]));
        d->word[1] = htole64(IXD_TX_WHOLE_FRAME | (report ? IXD_TX_RS : 0) | bytes[sent] |
                             (uint64_t)bytes[sent] << IXD_TX_PAYLEN_SHIFT);
        r->sent = report ? 0 : r->sent;
        r->buffer[r->next] = buffer[sent];
        r->next = onward(r, r->next, 1);
    }
    profile_work(p, p->config.tx_burst_cost + (uint64_t)p->config.tx_packet_cost * count);
    ixd_reg_write(&port->device, IXD_AT(TDT, 0), r->next);
    return sent;
}
