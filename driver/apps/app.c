/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What all applications share: pools, ports and workers from start to end, the turn of the wheel,
 * and the care of the ports.
 */
#include "driver/apps/app.h"
#include "driver/apps/filters.h"
#include "driver/apps/worker.h"

#include <errno.h>
#include <string.h>

enum {
    LINK_STEP_MS = 1,
    DRAIN_US = 100000,
};
/* Nothing else tells a polling application of a link that went, or of a device that did. */
static const uint64_t link_check_ns = 20000000;

static void port_config(const struct ixd_app *app, struct ixd_config *config)
{
    const struct ixd_app_options *o = &app->options;

    ixd_config_default(config);
    config->pools = app->queue_pool;
    config->rx_queues = o->queues;
    config->tx_queues = app->tx_queues;
    if (o->queues > IXD_RX_VECTORS_MAX) /* no vector wakes two workers */
        config->rx_vectors = IXD_RX_VECTORS_MAX / app->workers * app->workers;
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
    /* A port that drops has no need to ask the other end for a pause. */
    config->drop_when_full = o->drop && !(o->flow_control & IXD_FLOW_CONTROL_TX);
    config->flow_control = o->flow_control;
    config->promiscuous = o->promisc;
    config->interrupts = o->wait != IXD_APP_POLL;
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

static int add_segment(struct ixd_app *app, struct pool *pool, struct ixd_error *err)
{
    struct ixd_dma *segment = &app->segment[app->segments];
    int rc;

    if (app->segments == IXD_APP_SEGMENTS_MAX)
        return ixd_fail(err, -EINVAL, "pools of more than %d MiB", IXD_APP_SEGMENTS_MAX * 2);
    rc = app->bus[0]->ops->dma_alloc(app->bus[0], POOL_SEGMENT_BYTES,
                                     IXD_DMA_DEVICE_READS | IXD_DMA_DEVICE_WRITES, segment, err);
    if (rc)
        return rc;
    app->segments++;
    if (!app->page_bytes || segment->page_bytes < app->page_bytes)
        app->page_bytes = segment->page_bytes;
    return pool_add_segment(pool, segment->virt, segment->iova, POOL_SEGMENT_BYTES, err);
}

/* Those of `queues` that are a worker's. */
static unsigned share_of(const struct ixd_worker *w, unsigned queues)
{
    return (queues - w->number + w->app->workers - 1) / w->app->workers;
}

/* A worker's pool: what its share of the rings can hold, and what is under way in its hands. */
static int build_pool(struct ixd_app *app, struct ixd_worker *w, struct ixd_error *err)
{
    const unsigned per_segment = POOL_SEGMENT_BYTES / POOL_BUF_BYTES;
    struct pool_config pool_config = {.buf_bytes = POOL_BUF_BYTES, .check = app->options.check};
    unsigned least = (app->options.buffers + app->workers - 1) / app->workers;
    struct ixd_config config;
    unsigned buffers;
    int rc;

    port_config(app, &config);
    rc = ixd_config_check(&config, err);
    if (rc)
        return rc;
    config.rx_queues = share_of(w, config.rx_queues);
    config.tx_queues = share_of(w, config.tx_queues);
    buffers = app->ports * ixd_config_buffers(&config, app->options.batch * segs_held(app));
    if (buffers < least)
        buffers = least;
    pool_config.segments_max = (buffers + per_segment - 1) / per_segment;
    rc = pool_create(&w->pool, &pool_config, err);
    for (unsigned i = 0; rc == 0 && i < pool_config.segments_max; i++)
        rc = add_segment(app, w->pool, err);
    for (unsigned q = w->number; q < app->options.queues; q += app->workers)
        app->queue_pool[q] = w->pool;
    return rc;
}

static int build_workers(struct ixd_app *app, struct ixd_error *err)
{
    const struct ixd_app_options *o = &app->options;

    if (o->workers > o->queues || (o->workers > 1 && !app->kind->spreads))
        return ixd_fail(err, -EINVAL, "--workers %u: expected at most %u%s", o->workers,
                        app->kind->spreads ? o->queues : 1,
                        app->kind->spreads ? ", one for each of --queues" : "");
    app->workers = o->workers;
    for (unsigned i = 0; i < app->workers; i++) {
        int rc;

        ixd_worker_init(&app->worker[i], app, i);
        rc = build_pool(app, &app->worker[i], err);
        if (rc)
            return rc;
    }
    return 0;
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
    app->tx_queues = options->queues < IXD_TX_QUEUES_MAX ? options->queues : IXD_TX_QUEUES_MAX;
    app->idle_ns = options->wake_us * UINT64_C(1000);
    rc = ixd_app_check_ports(kind, count, err);
    if (rc)
        return rc;
    memcpy(app->bus, buses, count * sizeof(struct ixd_bus *));
    app->ports = count;
    rc = ixd_app_script_open(app, err);
    if (rc == 0 && !kind->bare)
        rc = build_workers(app, err);
    for (unsigned i = 0; rc == 0 && i < count && !kind->bare; i++) {
        struct ixd_config config;

        port_config(app, &config);
        rc = ixd_open(&app->port[i], app->bus[i], &config, err);
        for (unsigned f = 0; rc == 0 && f < options->filters; f++)
            rc = ixd_app_filter(app->port[i], options->filter[f], err);
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

int ixd_app_look(struct ixd_app *app, struct ixd_error *err)
{
    uint64_t now = app->bus[0]->ops->now_ns(app->bus[0]);

    if (now - app->link_read_ns < link_check_ns)
        return 0;
    app->link_read_ns = now;
    for (unsigned i = 0; i < app->ports; i++) {
        if (!ixd_link_read(app->port[i]).up && ixd_port_gone(app->port[i]))
            return ixd_fail(err, -ENODEV, "%s: STATUS reads all ones: the device is gone",
                            app->bus[i]->name);
    }
    return 0;
}

bool ixd_app_broken(struct ixd_app *app)
{
    for (unsigned i = 0; i < app->workers; i++) {
        if (__atomic_load_n(&app->worker[i].hung, __ATOMIC_ACQUIRE))
            return true;
    }
    return false;
}

int ixd_app_mend(struct ixd_app *app, struct ixd_error *err)
{
    unsigned hung = 0;
    int rc = 0;

    for (unsigned i = 0; i < app->workers; i++)
        hung |= __atomic_exchange_n(&app->worker[i].hung, 0, __ATOMIC_ACQUIRE);
    for (unsigned i = 0; rc == 0 && i < app->ports; i++) {
        if (hung >> i & 1)
            rc = ixd_port_reset(app->port[i], err);
    }
    return rc;
}

/* All workers sleep together, or none does: they share a thread. */
static int sleep_together(struct ixd_app *app, struct ixd_error *err)
{
    for (unsigned i = 0; i < app->workers; i++) {
        if (!ixd_worker_may_sleep(&app->worker[i]))
            return 0;
    }
    return ixd_worker_sleep(&app->worker[0], IXD_SHARE_ALL, true, err);
}

int ixd_app_step(struct ixd_app *app, struct ixd_error *err)
{
    unsigned handled = 0;
    int rc = 0;

    if (app->state == IXD_APP_LINK) /* for ever, of one that drives the ports itself */
        return app->kind->bare ? ixd_app_script_turn(app, err) : step_link(app, err);
    for (unsigned i = 0; i < app->workers; i++)
        handled += ixd_worker_round(&app->worker[i]);
    if (!handled)
        rc = sleep_together(app, err);
    if (rc == 0 && app->worker[0].look) {
        app->worker[0].look = false;
        rc = ixd_app_look(app, err);
        if (rc == 0 && ixd_app_broken(app))
            rc = ixd_app_mend(app, err);
    }
    return rc ? rc : (int)handled;
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
    for (unsigned i = 0; i < app->workers; i++) {
        struct pool *pool = app->worker[i].pool;

        if (!pool)
            continue;
        rc = pool_check_home(pool, result ? NULL : err);
        result = result ? result : rc;
        pool_destroy(pool);
        app->worker[i].pool = NULL;
    }
    while (app->segments)
        app->bus[0]->ops->dma_free(app->bus[0], &app->segment[--app->segments]);
    return result;
}
