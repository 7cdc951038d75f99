/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What all applications share: the pool, the ports, the turn of the wheel, the counters.
 */
#include "driver/apps/app.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum {
    LINK_STEP_MS = 1,
    DRAIN_US = 100000,
    /* In poll mode nothing tells of a link that went; a register read per so many rounds is not
     * seen in the cost of a frame. */
    ROUNDS_PER_LINK_CHECK = 65536,
};
static const uint64_t idle_ns_max = 100000000;

static void port_config(const struct ixd_app *app, struct ixd_config *config)
{
    const struct ixd_app_options *o = &app->options;

    ixd_config_default(config);
    config->pool = app->pool;
    config->rx_queues = o->queues;
    config->tx_queues = o->queues;
    config->rx_ring = o->rx_ring;
    config->tx_ring = o->tx_ring;
    config->rx_refill = o->rx_refill;
    config->tx_report = o->tx_report;
    config->tx_pthresh = o->tx_pthresh;
    config->tx_hthresh = o->tx_hthresh;
    config->tx_wthresh = o->tx_wthresh;
    config->mtu = o->mtu;
    config->rx_offloads = (o->offloads & (IXD_APP_CHECKSUM | IXD_APP_TSO)
                               ? IXD_RX_OFFLOAD_CHECKSUM : 0) |
                          (o->offloads & IXD_APP_VLAN ? IXD_RX_OFFLOAD_VLAN_STRIP : 0) |
                          (o->offloads & IXD_APP_HASH ? IXD_RX_OFFLOAD_RSS_HASH : 0) |
                          (o->offloads & IXD_APP_SCATTER ? IXD_RX_OFFLOAD_SCATTER : 0);
    config->tx_offloads = (o->offloads & IXD_APP_CHECKSUM ? IXD_TX_OFFLOAD_CHECKSUM : 0) |
                          (o->offloads & IXD_APP_VLAN ? IXD_TX_OFFLOAD_VLAN_INSERT : 0) |
                          (o->offloads & IXD_APP_TSO ? IXD_TX_OFFLOAD_TSO : 0) |
                          (o->offloads & IXD_APP_SCATTER ? IXD_TX_OFFLOAD_MULTI_SEGS : 0);
    config->drop_when_full = o->drop;
    config->promiscuous = o->promisc;
    config->interrupts = o->interrupt;
    config->itr_us = o->itr_us;
}

/* Buffers of the largest packet that the application may hold. */
static unsigned segs_held(const struct ixd_app *app)
{
    unsigned most = app->options.mtu + IXD_HEADER_BYTES;

    if (app->kind->option_set & IXD_OPT_GENERATE && app->options.size > most)
        most = app->options.size;
    return (most + POOL_BUF_BYTES - 1) / POOL_BUF_BYTES;
}

static int build_pool(struct ixd_app *app, struct ixd_error *err)
{
    const unsigned per_segment = POOL_SEGMENT_BYTES / POOL_BUF_BYTES;
    struct pool_config pool_config = {.buf_bytes = POOL_BUF_BYTES, .check = app->options.check};
    struct ixd_config config;
    unsigned buffers;
    int rc;

    port_config(app, &config);
    rc = ixd_config_check(&config, err);
    if (rc)
        return rc;
    buffers = app->ports * ixd_config_buffers(&config, app->options.batch * segs_held(app));
    if (buffers < app->options.buffers)
        buffers = app->options.buffers;
    pool_config.segments_max = (buffers + per_segment - 1) / per_segment;
    if (pool_config.segments_max > IXD_APP_SEGMENTS_MAX)
        return ixd_fail(err, -EINVAL, "%u buffers: expected at most %u", buffers,
                        IXD_APP_SEGMENTS_MAX * per_segment);
    rc = pool_create(&app->pool, &pool_config, err);
    while (rc == 0 && app->segments < pool_config.segments_max) {
        struct ixd_dma *segment = &app->segment[app->segments];

        rc =
            app->bus[0]->ops->dma_alloc(app->bus[0], POOL_SEGMENT_BYTES,
                                        IXD_DMA_DEVICE_READS | IXD_DMA_DEVICE_WRITES, segment, err);
        if (rc == 0) {
            app->segments++;
            if (!app->page_bytes || segment->page_bytes < app->page_bytes)
                app->page_bytes = segment->page_bytes;
            rc = pool_add_segment(app->pool, segment->virt, segment->iova, POOL_SEGMENT_BYTES, err);
        }
    }
    return rc;
}

int ixd_app_check_ports(const struct ixd_app_kind *kind, unsigned count, struct ixd_error *err)
{
    if (count < kind->ports || count > kind->ports + kind->ports_more)
        return ixd_fail(err, -EINVAL,
                        "%s: %u ports given: expected %u%s (--port ADDRESS, once "
                        "per port)",
                        kind->name, count, kind->ports, kind->ports_more ? " or one more" : "");
    return 0;
}

int ixd_app_init(struct ixd_app *app, const struct ixd_app_kind *kind,
                 const struct ixd_app_options *options, struct ixd_bus *const *buses,
                 unsigned count, struct ixd_error *err)
{
    int rc;

    memset(app, 0, sizeof(*app));
    app->kind = kind;
    app->options = *options;
    app->idle_ns = idle_ns_max;
    app->rounds_to_link_check = ROUNDS_PER_LINK_CHECK;
    rc = ixd_app_check_ports(kind, count, err);
    if (rc)
        return rc;
    memcpy(app->bus, buses, count * sizeof(struct ixd_bus *));
    app->ports = count;
    rc = ixd_app_script_open(app, err);
    if (rc == 0 && !kind->bare)
        rc = build_pool(app, err);
    for (unsigned i = 0; rc == 0 && i < count && !kind->bare; i++) {
        struct ixd_config config;

        port_config(app, &config);
        rc = ixd_open(&app->port[i], app->bus[i], &config, err);
    }
    if (rc == 0 && kind->start)
        rc = kind->start(app, err);
    if (rc)
        ixd_app_fini(app, NULL);
    return rc;
}

static int step_link(struct ixd_app *app, struct ixd_error *err)
{
    for (unsigned i = 0; i < app->ports; i++) {
        if (ixd_link_read(app->port[i]).up)
            continue;
        if (app->link_waited_ms >= app->options.link_timeout_ms)
            return ixd_fail(err, -ETIMEDOUT,
                            "%s: LINKS: expected the link to be up within %u ms; it is down (is "
                            "anything at the other end?)",
                            app->bus[i]->name, app->options.link_timeout_ms);
        app->bus[i]->ops->sleep_ns(app->bus[i], LINK_STEP_MS * 1000000);
        app->link_waited_ms += LINK_STEP_MS;
        return 0;
    }
    app->state = IXD_APP_RUN;
    if (app->script) {
        int rc = ixd_script_finish(app->script, err);

        if (rc)
            return rc;
    }
    app->ready = true;
    return 0;
}

static int wait_for_work(struct ixd_app *app, struct ixd_error *err)
{
    uint64_t ns = app->idle_ns < idle_ns_max ? app->idle_ns : idle_ns_max;
    int rc = ixd_wait_rx(app->port, app->ports, ns, err);

    if (rc > 0)
        app->wakeups++;
    else if (rc == 0)
        app->timeouts++;
    return rc < 0 ? rc : 0;
}

int ixd_app_step(struct ixd_app *app, struct ixd_error *err)
{
    unsigned handled;

    if (app->kind->bare)
        return ixd_app_script_turn(app, err);
    if (app->state == IXD_APP_LINK)
        return step_link(app, err);
    handled = app->kind->round(app);
    app->rounds++;
    if (app->options.interrupt)
        return handled || app->done ? (int)handled : wait_for_work(app, err);
    if (--app->rounds_to_link_check == 0) {
        app->rounds_to_link_check = ROUNDS_PER_LINK_CHECK;
        for (unsigned i = 0; i < app->ports; i++)
            ixd_link_read(app->port[i]);
    }
    return handled;
}

void ixd_app_stop(struct ixd_app *app)
{
    if (app->kind->stop)
        app->kind->stop(app);
    ixd_app_script_stop(app);
    for (unsigned i = 0; i < app->ports && !app->kind->bare; i++) {
        ixd_link_read(app->port[i]);
        if (ixd_link_last(app->port[i]).up)
            ixd_tx_drain(app->port[i], DRAIN_US, NULL); /* what stays is in tx_pending */
        ixd_stats_update(app->port[i]);
    }
}

struct report {
    void (*emit)(void *context, const char *name, uint64_t value);
    void *context;
    const char *prefix;
};

static void report_stat(void *context, const char *name, uint64_t value)
{
    const struct report *report = context;
    char full[64];

    snprintf(full, sizeof(full), "%s%s", report->prefix, name);
    report->emit(report->context, full, value);
}

static void report_queues(const struct ixd_port *port, unsigned queues, struct report *r)
{
    struct ixd_rx_counters rx = {0};
    struct ixd_tx_counters tx = {0};
    uint64_t pending = 0;

    for (unsigned q = 0; q < queues; q++) {
        const struct ixd_rx_counters *rxq = ixd_rx_counters(port, q);
        const struct ixd_tx_counters *txq = ixd_tx_counters(port, q);

        rx.packets += rxq->packets;
        rx.bursts += rxq->bursts;
        rx.empty_polls += rxq->empty_polls;
        rx.dropped += rxq->dropped;
        rx.pool_empty += rxq->pool_empty;
        rx.bad_ip_cksum += rxq->bad_ip_cksum;
        rx.bad_l4_cksum += rxq->bad_l4_cksum;
        tx.packets += txq->packets;
        tx.bursts += txq->bursts;
        tx.full += txq->full;
        tx.contexts += txq->contexts;
        tx.tso_packets += txq->tso_packets;
        tx.tso_frames += txq->tso_frames;
        tx.refused += txq->refused;
        pending += ixd_tx_pending(port, q);
    }
    report_stat(r, "rx_packets", rx.packets);
    report_stat(r, "rx_bursts", rx.bursts);
    report_stat(r, "rx_empty_polls", rx.empty_polls);
    report_stat(r, "rx_dropped", rx.dropped);
    report_stat(r, "rx_pool_empty", rx.pool_empty);
    report_stat(r, "rx_bad_ip_cksum", rx.bad_ip_cksum);
    report_stat(r, "rx_bad_l4_cksum", rx.bad_l4_cksum);
    report_stat(r, "tx_packets", tx.packets);
    report_stat(r, "tx_bursts", tx.bursts);
    report_stat(r, "tx_full", tx.full);
    report_stat(r, "tx_contexts", tx.contexts);
    report_stat(r, "tx_tso_packets", tx.tso_packets);
    report_stat(r, "tx_tso_frames", tx.tso_frames);
    report_stat(r, "tx_refused", tx.refused);
    report_stat(r, "tx_pending", pending);
    for (unsigned q = 0; queues > 1 && q < queues; q++) {
        char name[24];

        snprintf(name, sizeof(name), "rx%u_packets", q);
        report_stat(r, name, ixd_rx_counters(port, q)->packets);
        snprintf(name, sizeof(name), "tx%u_packets", q);
        report_stat(r, name, ixd_tx_counters(port, q)->packets);
    }
}

void ixd_app_report(const struct ixd_app *app,
                    void (*emit)(void *context, const char *name, uint64_t value), void *context)
{
    struct report r = {.emit = emit, .context = context};
    char prefix[24];

    r.prefix = "script.";
    if (app->script)
        ixd_script_report(app->script, report_stat, &r);
    if (app->kind->bare)
        return;
    for (unsigned i = 0; i < app->ports; i++) {
        struct ixd_link link = ixd_link_last(app->port[i]);

        snprintf(prefix, sizeof(prefix), "port%u.", i);
        r.prefix = prefix;
        report_stat(&r, "link_mbps", link.mbps);
        report_stat(&r, "link_changes", link.changes);
        report_queues(app->port[i], app->options.queues, &r);
        snprintf(prefix, sizeof(prefix), "port%u.hw.", i);
        ixd_stats_each(app->port[i], report_stat, &r);
    }
    r.prefix = "pool.";
    report_stat(&r, "buffers", pool_size(app->pool));
    report_stat(&r, "low_water", pool_low_water(app->pool));
    report_stat(&r, "page_bytes", app->page_bytes);
    r.prefix = "app.";
    report_stat(&r, "rounds", app->rounds);
    report_stat(&r, "wakeups", app->wakeups);
    report_stat(&r, "timeouts", app->timeouts);
    report_stat(&r, "frames", app->frames);
    report_stat(&r, "bytes", app->bytes);
    report_stat(&r, "not_sent", app->not_sent);
    report_stat(&r, "bad_checksum", app->bad_checksum);
}

int ixd_app_fini(struct ixd_app *app, struct ixd_error *err)
{
    int result = app->script_code, rc;

    if (result && err)
        *err = app->script_error;
    for (unsigned i = app->ports; i-- > 0;) {
        if (!app->port[i])
            continue;
        rc = ixd_close(app->port[i], result ? NULL : err);
        result = result ? result : rc;
        app->port[i] = NULL;
    }
    ixd_app_script_close(app);
    if (app->pool) {
        rc = pool_check_home(app->pool, result ? NULL : err);
        result = result ? result : rc;
        pool_destroy(app->pool);
        app->pool = NULL;
    }
    while (app->segments)
        app->bus[0]->ops->dma_free(app->bus[0], &app->segment[--app->segments]);
    return result;
}
