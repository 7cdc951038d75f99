/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The counters of an application, in a fixed order: what the driver counted, what the device did,
 * and what the workers handled, each summed over queues and workers.
 */
#include "driver/apps/app.h"

#include <stdio.h>

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

static struct ixd_rx_counters sum_rx(const struct ixd_port *port, unsigned queues)
{
    struct ixd_rx_counters rx = {0};

    for (unsigned q = 0; q < queues; q++) {
        const struct ixd_rx_counters *rxq = ixd_rx_counters(port, q);

        rx.packets += rxq->packets;
        rx.bursts += rxq->bursts;
        rx.empty_polls += rxq->empty_polls;
        rx.dropped += rxq->dropped;
        rx.pool_empty += rxq->pool_empty;
        rx.bad_ip_cksum += rxq->bad_ip_cksum;
        rx.bad_l4_cksum += rxq->bad_l4_cksum;
    }
    return rx;
}

static struct ixd_tx_counters sum_tx(const struct ixd_port *port, unsigned queues)
{
    struct ixd_tx_counters tx = {0};

    for (unsigned q = 0; q < queues; q++) {
        const struct ixd_tx_counters *txq = ixd_tx_counters(port, q);

        tx.packets += txq->packets;
        tx.bursts += txq->bursts;
        tx.full += txq->full;
        tx.reclaimed += txq->reclaimed;
        tx.contexts += txq->contexts;
        tx.tso_packets += txq->tso_packets;
        tx.tso_frames += txq->tso_frames;
        tx.refused += txq->refused;
    }
    return tx;
}

static void report_queues(const struct ixd_port *port, const struct ixd_app *app,
                          struct report *r)
{
    unsigned queues = app->options.queues, tx_queues = app->tx_queues;
    struct ixd_rx_counters rx = sum_rx(port, queues);
    struct ixd_tx_counters tx = sum_tx(port, tx_queues);
    uint64_t pending = 0;

    for (unsigned q = 0; q < tx_queues; q++)
        pending += ixd_tx_pending(port, q);
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
    report_stat(r, "tx_reclaimed", tx.reclaimed);
    report_stat(r, "tx_contexts", tx.contexts);
    report_stat(r, "tx_tso_packets", tx.tso_packets);
    report_stat(r, "tx_tso_frames", tx.tso_frames);
    report_stat(r, "tx_refused", tx.refused);
    report_stat(r, "tx_pending", pending);
    for (unsigned q = 0; queues > 1 && q < queues; q++) {
        char name[24];

        snprintf(name, sizeof(name), "rx%u_packets", q);
        report_stat(r, name, ixd_rx_counters(port, q)->packets);
        if (q >= tx_queues)
            continue;
        snprintf(name, sizeof(name), "tx%u_packets", q);
        report_stat(r, name, ixd_tx_counters(port, q)->packets);
    }
}

static void report_workers(const struct ixd_app *app, struct report *r)
{
    uint64_t buffers = 0, low_water = 0;
    struct ixd_worker sum = {0};

    for (unsigned i = 0; i < app->workers; i++) {
        const struct ixd_worker *w = &app->worker[i];

        buffers += pool_size(w->pool);
        low_water += pool_low_water(w->pool);
        sum.rounds += w->rounds;
        sum.wakeups += w->wakeups;
        sum.timeouts += w->timeouts;
        sum.frames += w->frames;
        sum.bytes += w->bytes;
        sum.not_sent += w->not_sent;
        sum.bad_checksum += w->bad_checksum;
    }
    r->prefix = "pool.";
    report_stat(r, "buffers", buffers);
    report_stat(r, "low_water", low_water);
    report_stat(r, "page_bytes", app->page_bytes);
    r->prefix = "app.";
    report_stat(r, "rounds", sum.rounds);
    report_stat(r, "wakeups", sum.wakeups);
    report_stat(r, "timeouts", sum.timeouts);
    report_stat(r, "frames", sum.frames);
    report_stat(r, "bytes", sum.bytes);
    report_stat(r, "not_sent", sum.not_sent);
    report_stat(r, "bad_checksum", sum.bad_checksum);
    for (unsigned i = 0; app->workers > 1 && i < app->workers; i++) {
        char name[24];

        snprintf(name, sizeof(name), "worker%u_frames", i);
        report_stat(r, name, app->worker[i].frames);
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
        report_stat(&r, "resets", ixd_port_resets(app->port[i]));
        report_queues(app->port[i], app, &r);
        snprintf(prefix, sizeof(prefix), "port%u.hw.", i);
        ixd_stats_each(app->port[i], report_stat, &r);
    }
    report_workers(app, &r);
}
