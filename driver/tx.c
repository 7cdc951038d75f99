/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Transmit: the unit's set-up, its queues' start and stop, the burst and the cleaning. The burst
 * writes one register, the tail, and reads one descriptor per batch that may have come home.
 */
#include "driver/ixd_priv.h"

#include <errno.h>
#include <string.h>

void ixd_tx_setup_global(struct ixd_port *port)
{
    /* The layout of the packet buffer may change only while the arbiter rests. */
    ixd_reg_change(port, IXD_RTTDCS, 0, IXD_RTTDCS_ARBDIS);
    ixd_reg_write(port, IXD_MTQC, 0);
    ixd_reg_write(port, IXD_AT(TXPBSIZE, 0), IXD_TXPBSIZE_KB(160));
    ixd_reg_write(port, IXD_AT(TXPBTHRESH, 0), 150); /* KB: room for one largest frame, and more */
    for (unsigned i = 1; i < IXD_TXPBSIZE_COUNT; i++) {
        ixd_reg_write(port, IXD_AT(TXPBSIZE, i), 0);
        ixd_reg_write(port, IXD_AT(TXPBTHRESH, i), 0);
    }
    ixd_reg_write(port, IXD_DTXMXSZRQ, 0xfff);
    ixd_reg_change(port, IXD_RTTDCS, IXD_RTTDCS_ARBDIS, 0);
}

/* The oldest `count` buffers go back to the pool. */
static void bring_home(struct ixd_tx_queue *q, uint32_t count)
{
    q->used -= count;
    while (count) {
        uint32_t run = ixd_ring_run(q->clean, count, q->length);

        if (q->check)
            pool_move_bulk(q->pool, &q->slot[q->clean], run, POOL_DEVICE_TX, POOL_HELD);
        pool_free_bulk(q->pool, &q->slot[q->clean], run);
        q->clean = ixd_ring_add(q->clean, run, q->length);
        count -= run;
    }
}

/* Brings buffers home, `report` at a time, as far as the device has reported. The descriptor at
 * next_report is one of the used ones only if that many are used: before, its DD is an old one. */
static void collect(struct ixd_tx_queue *q)
{
    while (q->used >= q->report && ixd_tx_desc_done(&q->ring[q->next_report])) {
        bring_home(q, q->report);
        q->next_report = ixd_ring_add(q->next_report, q->report, q->length);
    }
}

/* Fills `run` descriptors from the tail on; they neither wrap nor pass the next report. */
static void post(struct ixd_tx_queue *q, struct pool_buf *const *bufs, uint32_t run)
{
    struct ixd_desc *desc = &q->ring[q->tail];
    struct pool_buf **slot = &q->slot[q->tail];

    for (uint32_t i = 0; i < run; i++) {
        struct pool_buf *buf = bufs[i];

        ixd_tx_desc_post(&desc[i], buf->iova + buf->offset, buf->length);
        slot[i] = buf;
    }
    q->tail = ixd_ring_add(q->tail, run, q->length);
    q->until_report -= run;
    if (q->until_report == 0) {
        ixd_tx_desc_request_report(&desc[run - 1]);
        q->until_report = q->report;
    }
}

/* The short path: single buffers, one descriptor each. */
static unsigned burst_single(struct ixd_port *port, struct ixd_tx_queue *q,
                             struct pool_buf *const *bufs, unsigned count)
{
    uint32_t room, left;

    if (q->used >= q->report)
        collect(q);
    room = q->length - 1 - q->used; /* TDH == TDT means an empty ring */
    if (count > room) {
        count = room;
        q->counters.full++;
    }
    for (left = count; left;) {
        uint32_t run = ixd_ring_run(q->tail, left, q->length);

        if (run > q->until_report)
            run = q->until_report;
        post(q, bufs + (count - left), run);
        left -= run;
    }
    if (count) {
        q->used += count;
        q->counters.packets += count;
        q->counters.bursts++;
        if (__builtin_expect(q->check, false))
            pool_move_bulk(q->pool, bufs, count, POOL_HELD, POOL_DEVICE_TX);
        ixd_doorbell_barrier();
        ixd_write32(port->bus, q->tail_reg, q->tail);
    }
    return count;
}

unsigned ixd_tx_burst(struct ixd_port *port, unsigned queue, struct pool_buf *const *bufs,
                      unsigned count)
{
    struct ixd_tx_queue *q = &port->tx[queue];

    count = q->burst(port, q, bufs, count);
    ixd_yield(port->bus, IXD_WORK_TX, count);
    return count;
}

bool ixd_tx_report_due(const struct ixd_tx_queue *q)
{
    return q->burst == burst_single ? q->used >= q->report : q->reports > 0;
}

void ixd_tx_choose_path(struct ixd_tx_queue *q, bool offloads)
{
    q->burst = offloads ? ixd_tx_burst_packets : burst_single;
    q->collect = offloads ? ixd_tx_collect_packets : collect;
    q->bring_home = offloads ? ixd_tx_bring_home_packets : bring_home;
}

unsigned ixd_tx_pending(const struct ixd_port *port, unsigned queue)
{
    return port->tx[queue].used;
}

enum { DRAIN_STEP_US = 10, DRAIN_STILL_US = 2000 };

static void drain_step(struct ixd_port *port)
{
    ixd_yield(port->bus, IXD_WORK_WAIT, 0);
    port->bus->ops->sleep_ns(port->bus, DRAIN_STEP_US * 1000);
}

/* What the device has fetched lies in its packet buffer for a while, and no register says when
 * that is empty. So: until as many frames have left as were handed over, or none has left for
 * longer than the largest one takes at the lowest speed (some were lost with a link). */
static void drain_packet_buffer(struct ixd_port *port)
{
    uint64_t handed_over = 0, left = ixd_stats_sent(port);
    unsigned still_us = 0;

    for (unsigned i = 0; i < port->config.tx_queues; i++) {
        const struct ixd_tx_counters *c = &port->tx[i].counters;

        handed_over += c->packets - c->tso_packets + c->tso_frames;
    }
    while (left < handed_over && still_us < DRAIN_STILL_US) {
        uint64_t before = left;

        drain_step(port);
        left = ixd_stats_sent(port);
        still_us = left == before ? still_us + DRAIN_STEP_US : 0;
    }
}

int ixd_tx_drain(struct ixd_port *port, unsigned timeout_us, struct ixd_error *err)
{
    unsigned waited_us = 0;

    for (unsigned i = 0; i < port->config.tx_queues; i++) {
        struct ixd_tx_queue *q = &port->tx[i];
        uint32_t head;

        while ((head = ixd_reg_read(port, IXD_AT(TDH, i))) != q->tail) {
            if (waited_us >= timeout_us)
                return ixd_fail(err, -ETIMEDOUT,
                                "%s: TDH(%u): expected %u, the tail, within %u us; seen %u; link "
                                "was last seen %s",
                                port->bus->name, i, q->tail, timeout_us, head,
                                port->link.up ? "up" : "down");
            drain_step(port);
            waited_us += DRAIN_STEP_US;
        }
        q->collect(q);
    }
    drain_packet_buffer(port);
    return 0;
}

static int start_queue(struct ixd_port *port, unsigned i, struct ixd_error *err)
{
    const struct ixd_config *config = &port->config;
    struct ixd_tx_queue *q = &port->tx[i];
    uint64_t iova = port->rings.iova + ((uint8_t *)q->ring - (uint8_t *)port->rings.virt);
    const struct ixd_reg_wait enabled = {
        .offset = IXD_AT(TXDCTL, i),
        .mask = IXD_TXDCTL_ENABLE,
        .want = IXD_TXDCTL_ENABLE,
        .timeout_us = 10000,
        .step_us = 10,
        .meaning = "the transmit queue to be enabled",
    };

    ixd_reg_write(port, IXD_AT(TDBAL, i), (uint32_t)iova);
    ixd_reg_write(port, IXD_AT(TDBAH, i), (uint32_t)(iova >> 32));
    ixd_reg_write(port, IXD_AT(TDLEN, i), q->length * sizeof(struct ixd_desc));
    ixd_reg_write(port, IXD_AT(TDH, i), 0);
    ixd_reg_write(port, IXD_AT(TDT, i), 0);
    /* Reports must come in order: collect() takes one as word for all that are older. */
    ixd_reg_change(port, IXD_AT(DCA_TXCTRL, i), IXD_DCA_TXCTRL_WB_RO, 0);
    ixd_reg_write(port, IXD_AT(TXDCTL, i),
                  IXD_TXDCTL_THRESH(config->tx_pthresh, config->tx_hthresh, config->tx_wthresh) |
                      IXD_TXDCTL_ENABLE);
    return ixd_reg_wait(port, &enabled, err);
}

int ixd_tx_start(struct ixd_port *port, struct ixd_error *err)
{
    ixd_reg_change(port, IXD_DMATXCTL, 0, IXD_DMATXCTL_TE); /* before any queue */
    for (unsigned i = 0; i < port->config.tx_queues; i++) {
        int rc = start_queue(port, i, err);

        if (rc)
            return rc;
    }
    return 0;
}

/* The first error is reported, the rest is stopped all the same. */
int ixd_tx_stop(struct ixd_port *port, struct ixd_error *err)
{
    int result = 0;

    for (unsigned i = 0; i < port->config.tx_queues; i++) {
        const struct ixd_reg_wait disabled = {
            .offset = IXD_AT(TXDCTL, i),
            .mask = IXD_TXDCTL_ENABLE,
            .want = 0,
            .timeout_us = 100000,
            .step_us = 10,
            .meaning = "the transmit queue to be disabled",
        };
        int rc;

        ixd_reg_write(port, IXD_AT(TXDCTL, i), IXD_TXDCTL_SWFLSH);
        rc = ixd_reg_wait(port, &disabled, result ? NULL : err);
        if (rc && !result)
            result = rc;
    }
    ixd_reg_change(port, IXD_DMATXCTL, IXD_DMATXCTL_TE, 0);
    return result;
}

/* Every buffer on a ring goes home, and the ring begins anew. Only after a reset: the device must
 * be known not to read any more. */
void ixd_tx_reclaim(struct ixd_port *port)
{
    for (unsigned i = 0; i < port->config.tx_queues; i++) {
        struct ixd_tx_queue *q = &port->tx[i];

        q->counters.reclaimed += q->used;
        q->bring_home(q, q->used);
        q->tail = q->clean = q->batch = q->reports = 0;
        q->until_report = q->report;
        q->next_report = q->report - 1;
        memset(q->context, 0, sizeof(q->context));
        memset(&q->watch, 0, sizeof(q->watch));
    }
}

const struct ixd_tx_counters *ixd_tx_counters(const struct ixd_port *port, unsigned queue)
{
    return &port->tx[queue].counters;
}
