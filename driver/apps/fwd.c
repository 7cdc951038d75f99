/* SPDX-License-Identifier: BSD-2-Clause
 *
 * fwd: what comes in at one port leaves at the other, unchanged, in both directions, queue by
 * queue. A frame that finds no room on the transmit ring is dropped and counted.
 */
#include "driver/apps/app.h"

static unsigned forward(struct ixd_app *app, struct ixd_port *from, struct ixd_port *to,
                        unsigned queue)
{
    struct pool_buf *bufs[IXD_APP_BATCH_MAX];
    unsigned got = ixd_rx_burst(from, queue, bufs, app->options.batch);
    unsigned sent;

    if (!got)
        return 0;
    sent = ixd_tx_burst(to, queue, bufs, got);
    app->frames += sent;
    if (sent < got) {
        pool_free_bulk(app->pool, bufs + sent, got - sent);
        app->not_sent += got - sent;
    }
    return got;
}

static unsigned fwd_round(struct ixd_app *app)
{
    unsigned handled = 0;

    for (unsigned queue = 0; queue < app->options.queues; queue++) {
        handled += forward(app, app->port[0], app->port[1], queue);
        handled += forward(app, app->port[1], app->port[0], queue);
    }
    return handled;
}

const struct ixd_app_kind ixd_app_fwd = {
    .name = "fwd",
    .summary = "forward all frames between two ports, both ways",
    .ports = 2,
    .promisc = true,
    .round = fwd_round,
};
