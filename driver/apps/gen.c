/* SPDX-License-Identifier: BSD-2-Clause
 *
 * gen: sends UDP frames with a sequence number, at a rate or as fast as they go, and counts what
 * comes back: at the same port, or at the second one when two are given (ports back to back). A
 * frame that finds no room is kept and tried again, so that none is lost here.
 *
 * What a frame looks like is gen_frame.c's business.
 */
#include "driver/apps/app.h"
#include "driver/apps/gen_frame.h"

/* How many frames may have been filled by now. */
static uint64_t due(struct ixd_app *app)
{
    const struct ixd_app_options *o = &app->options;
    uint64_t limit = o->frames ? o->frames : UINT64_MAX;
    uint64_t now = app->bus[0]->ops->now_ns(app->bus[0]);
    uint64_t by_now;

    if (!app->gen.start_ns)
        app->gen.start_ns = now + (uint64_t)o->delay_ms * 1000000 + 1;
    if (now < app->gen.start_ns)
        return 0;
    if (!o->rate)
        return limit;
    by_now = (unsigned __int128)(now - app->gen.start_ns) * o->rate / 1000000000 + 1;
    return by_now < limit ? by_now : limit;
}

static void take_and_fill(struct ixd_app *app)
{
    uint64_t may = due(app) - app->gen.filled;
    unsigned count = may < app->options.batch ? may : app->options.batch;

    app->gen.held_first = 0;
    for (unsigned i = 0; i < count; i++) {
        struct pool_buf *packet = gen_frame_next(app);

        if (!packet)
            break;
        app->gen.held[app->gen.held_count++] = packet;
    }
}

/* What comes back is counted and dropped, lest the receive rings stand full. */
static void drain_receive(struct ixd_app *app)
{
    for (unsigned i = 0; i < app->ports * app->options.queues; i++) {
        struct pool_buf *bufs[IXD_APP_BATCH_MAX];
        unsigned got =
            ixd_rx_burst(app->port[i % app->ports], i / app->ports, bufs, app->options.batch);

        if (got)
            pool_free_packets(app->worker[0].pool, bufs, got);
        app->gen.received += got;
    }
}

static unsigned gen_round(struct ixd_app *app, struct ixd_worker *w)
{
    unsigned sent;

    app->idle_ns = 50000;
    drain_receive(app);
    if (app->gen.held_count == 0)
        take_and_fill(app);
    if (app->gen.held_count == 0)
        return 0;
    sent = ixd_tx_burst(app->port[0], app->gen.queue, app->gen.held + app->gen.held_first,
                        app->gen.held_count);
    app->gen.held_first += sent;
    app->gen.held_count -= sent;
    w->frames += sent;
    w->bytes += (uint64_t)sent * app->options.size;
    if (app->gen.held_count == 0 && ++app->gen.queue == app->tx_queues)
        app->gen.queue = 0;
    app->done = app->options.frames && w->frames == app->options.frames;
    return sent;
}

static void gen_stop(struct ixd_app *app)
{
    if (app->gen.held_count)
        pool_free_packets(app->worker[0].pool, app->gen.held + app->gen.held_first,
                          app->gen.held_count);
    app->worker[0].not_sent += app->gen.held_count;
    app->gen.held_count = 0;
}

const struct ixd_app_kind ixd_app_gen = {
    .name = "gen",
    .summary = "send frames at a rate",
    .ports = 1,
    .ports_more = 1,
    .promisc = false,
    .option_set = IXD_OPT_FRAMES | IXD_OPT_GENERATE,
    .start = gen_frame_start,
    .round = gen_round,
    .stop = gen_stop,
};
