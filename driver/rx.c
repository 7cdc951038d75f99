/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Receive: the unit's set-up, its queues' start and stop, and the burst. The burst does not touch
 * a register but the tail, once per refill, and reads one word per descriptor.
 */
#include "driver/ixd_priv.h"

#include <errno.h>
#include <string.h>

/* The bits of a descriptor's status that say whether it holds one whole good frame. DISCARDING
 * lies outside of them, so while a frame in several buffers is thrown away, no descriptor matches
 * `accept`, and the fast path needs no further test. */
#define RX_VERDICT    (IXD_RX_DD | IXD_RX_EOP | IXD_RX_ERRORS)
#define RX_DISCARDING (UINT64_C(1) << 63)

/* Receive buffers go without headroom: the device may fill the whole of BSIZEPACKET. */
_Static_assert(POOL_BUF_BYTES == IXD_SRRCTL_BSIZEPACKET_2K * 1024, "a buffer takes BSIZEPACKET");

void ixd_rx_setup_global(struct ixd_port *port)
{
    ixd_reg_change(port, IXD_RXCTRL, IXD_RXCTRL_RXEN, 0);
    ixd_reg_write(port, IXD_AT(RXPBSIZE, 0), IXD_RXPBSIZE_KB(512));
    for (unsigned i = 1; i < IXD_RXPBSIZE_COUNT; i++)
        ixd_reg_write(port, IXD_AT(RXPBSIZE, i), 0);
    /* CRCSTRIP must agree with HLREG0.RXCRCSTRP; the other three are what the datasheet demands
     * where coalescing is not used. */
    ixd_reg_change(port, IXD_RDRXCTL, IXD_RDRXCTL_RSCFRSTSIZE,
                   IXD_RDRXCTL_CRCSTRIP | IXD_RDRXCTL_RSCACKC | IXD_RDRXCTL_FCOE_WRFIX);
    ixd_reg_change(port, IXD_RFCTL, 0, IXD_RFCTL_RSC_DIS);
    ixd_rss_setup(port);
}

/* Posts fresh buffers wherever one is missing, and tells the device once. */
static void refill(struct ixd_port *port, struct ixd_rx_queue *q)
{
    uint32_t missing = q->length - 1 - q->posted;
    uint32_t fill = q->fill;

    while (missing) {
        uint32_t run = ixd_ring_run(fill, missing, q->length);
        uint32_t got = pool_alloc_bulk(q->pool, &q->slot[fill], run);

        for (uint32_t i = fill; i < fill + got; i++)
            ixd_rx_desc_post(&q->ring[i], q->slot[i]->iova);
        if (q->check)
            pool_move_bulk(q->pool, &q->slot[fill], got, POOL_HELD, POOL_DEVICE_RX);
        fill = ixd_ring_add(fill, got, q->length);
        missing -= got;
        q->posted += got;
        if (got < run) {
            q->counters.pool_empty++;
            break;
        }
    }
    if (fill != q->fill) {
        q->fill = fill;
        ixd_doorbell_barrier();
        ixd_write32(port->bus, q->tail_reg, fill);
    }
}

/* A descriptor that does not hold one whole good frame: its buffer goes home, the frame is
 * counted once, and what follows of the same frame goes the same way. */
static __attribute__((noinline)) void reject(struct ixd_rx_queue *q, struct pool_buf *buf,
                                             uint64_t status)
{
    pool_move_bulk(q->pool, &buf, 1, POOL_DEVICE_RX, POOL_HELD);
    pool_free_bulk(q->pool, &buf, 1);
    if (q->accept == IXD_RX_ACCEPT)
        q->counters.dropped++;
    q->accept = (status & IXD_RX_EOP) ? IXD_RX_ACCEPT : RX_DISCARDING;
}

/* The short path: single buffers, and of a descriptor only the word with DD. */
uint32_t ixd_rx_take_single(struct ixd_rx_queue *q, uint32_t run, struct pool_buf ***out)
{
    const struct ixd_desc *first = &q->ring[q->next], *desc = first, *end = first + run;
    struct pool_buf *const *slot = &q->slot[q->next];
    struct pool_buf **to = *out;

    for (; desc != end; desc++, slot++) {
        uint64_t status = ixd_rx_desc_status(desc);
        uint32_t bytes = ixd_rx_status_length(status);

        if (__builtin_expect((status & RX_VERDICT) != q->accept || bytes - 1 >= POOL_BUF_BYTES,
                             false)) {
            if (!(status & IXD_RX_DD))
                break;
            reject(q, *slot, status);
            continue;
        }
        (*slot)->offset = 0;
        (*slot)->length = bytes;
        (*slot)->ol_flags = 0;
        *to++ = *slot;
    }
    if (__builtin_expect(q->check, false))
        pool_move_bulk(q->pool, *out, to - *out, POOL_DEVICE_RX, POOL_HELD);
    *out = to;
    return desc - first;
}

static inline bool ready(const struct ixd_rx_queue *q)
{
    return q->posted && (ixd_rx_desc_status(&q->ring[q->next]) & IXD_RX_DD);
}

/* Takes what is there, at most `max` descriptors of it, into bufs. */
static unsigned take(struct ixd_rx_queue *q, struct pool_buf **bufs, unsigned max)
{
    uint32_t left = max < q->posted ? max : q->posted;
    struct pool_buf **out = bufs;

    while (left) {
        uint32_t run = ixd_ring_run(q->next, left, q->length);
        uint32_t taken = q->take(q, run, &out);

        q->next = ixd_ring_add(q->next, taken, q->length);
        q->posted -= taken;
        left -= taken;
        if (taken < run)
            break;
    }
    /* What the device wrote before DD may be read only after DD was seen. */
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return out - bufs;
}

unsigned ixd_rx_burst(struct ixd_port *port, unsigned queue, struct pool_buf **bufs, unsigned max)
{
    struct ixd_rx_queue *q = &port->rx[queue];
    unsigned got = ready(q) ? take(q, bufs, max) : 0;

    if (got) {
        q->counters.packets += got;
        q->counters.bursts++;
    } else {
        q->counters.empty_polls++;
    }
    if (q->length - 1 - q->posted >= q->refill)
        refill(port, q);
    ixd_yield(port->bus, IXD_WORK_RX, got);
    return got;
}

bool ixd_rx_ready(const struct ixd_port *port, unsigned queue)
{
    return ready(&port->rx[queue]);
}

static int start_queue(struct ixd_port *port, unsigned i, struct ixd_error *err)
{
    struct ixd_rx_queue *q = &port->rx[i];
    uint64_t iova = port->rings.iova + ((uint8_t *)q->ring - (uint8_t *)port->rings.virt);
    bool strip = port->config.rx_offloads & IXD_RX_OFFLOAD_VLAN_STRIP;
    const struct ixd_reg_wait enabled = {
        .offset = IXD_RXQ(RXDCTL, i),
        .mask = IXD_RXDCTL_ENABLE,
        .want = IXD_RXDCTL_ENABLE,
        .timeout_us = 10000,
        .step_us = 10,
        .meaning = "the receive queue to be enabled",
    };
    int rc;

    ixd_reg_write(port, IXD_RXQ(RDBAL, i), (uint32_t)iova);
    ixd_reg_write(port, IXD_RXQ(RDBAH, i), (uint32_t)(iova >> 32));
    ixd_reg_write(port, IXD_RXQ(RDLEN, i), q->length * sizeof(struct ixd_desc));
    ixd_reg_write(port, IXD_RXQ(RDH, i), 0);
    ixd_reg_write(port, IXD_RXQ(RDT, i), 0);
    ixd_reg_write(port, IXD_RXQ(SRRCTL, i),
                  IXD_SRRCTL_BSIZEPACKET_2K | IXD_SRRCTL_BSIZEHEADER(256) | IXD_SRRCTL_ADV_ONE |
                      (port->config.drop_when_full ? IXD_SRRCTL_DROP_EN : 0));
    ixd_reg_change(port, IXD_RXQ(RXDCTL, i), IXD_RXDCTL_VME,
                   IXD_RXDCTL_ENABLE | (strip ? IXD_RXDCTL_VME : 0));
    rc = ixd_reg_wait(port, &enabled, err);
    if (rc)
        return rc;
    refill(port, q);
    if (q->posted < q->length - 1)
        return ixd_fail(err, -ENOBUFS,
                        "%s: receive queue %u: expected %u buffers in the pool, there were %u; "
                        "make the pool larger",
                        port->bus->name, i, q->length - 1, q->posted);
    return 0;
}

/* Queues first, then the unit. The security block in front is told to hold frames back while the
 * unit is switched on, as the datasheet's sequence wants it. */
int ixd_rx_start(struct ixd_port *port, struct ixd_error *err)
{
    const struct ixd_reg_wait paused = {
        .offset = IXD_SECRXSTAT,
        .mask = IXD_SECRXSTAT_RDY,
        .want = IXD_SECRXSTAT_RDY,
        .timeout_us = 40000,
        .step_us = 10,
        .meaning = "the receive path to be empty (SECRX_RDY)",
    };
    int rc;

    for (unsigned i = 0; i < port->config.rx_queues; i++) {
        rc = start_queue(port, i, err);
        if (rc)
            return rc;
    }
    ixd_reg_change(port, IXD_SECRXCTRL, 0, IXD_SECRXCTRL_RX_DIS);
    rc = ixd_reg_wait(port, &paused, err);
    if (rc)
        return rc;
    ixd_reg_change(port, IXD_RXCTRL, 0, IXD_RXCTRL_RXEN);
    ixd_reg_change(port, IXD_SECRXCTRL, IXD_SECRXCTRL_RX_DIS, 0);
    ixd_reg_change(port, IXD_CTRL_EXT, 0, IXD_CTRL_EXT_NS_DIS);
    for (unsigned i = 0; i < port->config.rx_queues; i++)
        ixd_reg_change(port, IXD_RXQ(DCA_RXCTRL, i), IXD_DCA_RXCTRL_MBZ, 0);
    return 0;
}

/* The unit off, then the queues. The first error is reported, the rest is stopped all the same. */
int ixd_rx_stop(struct ixd_port *port, struct ixd_error *err)
{
    int result = 0;

    ixd_reg_change(port, IXD_RXCTRL, IXD_RXCTRL_RXEN, 0);
    for (unsigned i = 0; i < port->config.rx_queues; i++) {
        const struct ixd_reg_wait disabled = {
            .offset = IXD_RXQ(RXDCTL, i),
            .mask = IXD_RXDCTL_ENABLE,
            .want = 0,
            .timeout_us = 100000,
            .step_us = 10,
            .meaning = "the receive queue to be disabled",
        };
        int rc;

        ixd_reg_change(port, IXD_RXQ(RXDCTL, i), IXD_RXDCTL_ENABLE, 0);
        rc = ixd_reg_wait(port, &disabled, result ? NULL : err);
        if (rc && !result)
            result = rc;
    }
    /* The last write-backs of a disabled queue may still be under way for so long. */
    port->bus->ops->sleep_ns(port->bus, 100000);
    return result;
}

/* Every posted buffer goes home, whether the device has filled it or not, and the ring begins anew.
 * Only after a reset: the device must be known not to write any more. */
void ixd_rx_reclaim(struct ixd_port *port)
{
    for (unsigned i = 0; i < port->config.rx_queues; i++) {
        struct ixd_rx_queue *q = &port->rx[i];

        while (q->posted) {
            uint32_t run = ixd_ring_run(q->next, q->posted, q->length);

            pool_move_bulk(q->pool, &q->slot[q->next], run, POOL_DEVICE_RX, POOL_HELD);
            pool_free_bulk(q->pool, &q->slot[q->next], run);
            q->next = ixd_ring_add(q->next, run, q->length);
            q->posted -= run;
        }
        if (q->first) /* the part of a packet that had come */
            pool_free_packets(q->pool, &q->first, 1);
        q->first = NULL;
        q->next = q->fill = 0;
        q->accept = IXD_RX_ACCEPT;
        q->discarding = false;
    }
}

const struct ixd_rx_counters *ixd_rx_counters(const struct ixd_port *port, unsigned queue)
{
    return &port->rx[queue].counters;
}
