/* SPDX-License-Identifier: BSD-2-Clause
 *
 * echo: every frame goes back where it came from, with source and destination address swapped.
 */
#include "driver/apps/app.h"

#include <string.h>

static void swap_addresses(struct pool_buf *buf)
{
    uint8_t *frame = buf->data + buf->offset;
    uint8_t destination[6];

    memcpy(destination, frame, 6);
    memcpy(frame, frame + 6, 6);
    memcpy(frame + 6, destination, 6);
}

static unsigned echo_round(struct ixd_app *app, struct ixd_worker *w)
{
    unsigned handled = 0;

    for (unsigned queue = w->number; queue < app->options.queues; queue += app->workers) {
        struct pool_buf *bufs[IXD_APP_BATCH_MAX];
        unsigned got = ixd_rx_burst(app->port[0], queue, bufs, app->options.batch);
        unsigned sent;

        if (!got)
            continue;
        for (unsigned i = 0; i < got; i++) {
            swap_addresses(bufs[i]);
            bufs[i]->ol_flags = bufs[i]->ol_flags & IXD_RX_VLAN ? IXD_TX_VLAN : 0;
        }
        sent = ixd_tx_burst(app->port[0], ixd_app_tx_queue(w, queue), bufs, got);
        if (sent < got)
            pool_free_packets(w->pool, bufs + sent, got - sent);
        w->frames += sent;
        w->not_sent += got - sent;
        handled += got;
    }
    return handled;
}

const struct ixd_app_kind ixd_app_echo = {
    .name = "echo",
    .summary = "send every frame back, source and destination address swapped",
    .ports = 1,
    .promisc = false,
    .spreads = true,
    .round = echo_round,
};
