/* SPDX-License-Identifier: BSD-2-Clause
 *
 * sink: takes frames, counts them, and gives the buffers back.
 */
#include "driver/apps/app.h"

static unsigned sink_round(struct ixd_app *app, struct ixd_worker *w)
{
    unsigned handled = 0;

    for (unsigned queue = 0; queue < app->options.queues; queue++) {
        struct pool_buf *bufs[IXD_APP_BATCH_MAX];
        unsigned got = ixd_rx_burst(app->port[0], queue, bufs, app->options.batch);

        for (unsigned i = 0; i < got; i++)
            w->bytes += pool_packet_length(bufs[i]);
        if (got)
            pool_free_packets(w->pool, bufs, got);
        w->frames += got;
        handled += got;
    }
    app->done = app->options.frames && w->frames >= app->options.frames;
    return handled;
}

const struct ixd_app_kind ixd_app_sink = {
    .name = "sink",
    .summary = "receive and count",
    .ports = 1,
    .promisc = true,
    .option_set = IXD_OPT_FRAMES,
    .round = sink_round,
};
