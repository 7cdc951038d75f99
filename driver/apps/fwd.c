/* SPDX-License-Identifier: BSD-2-Clause
 *
 * fwd: what comes in at one port leaves at the other, in both directions, queue by queue. A frame
 * that finds no room on the transmit ring is dropped and counted. With offloads every frame leaves
 * as it came all the same, but made again: its checksums by the card, its tag out and in, several
 * frames as one packet that the card cuts. With --segment longer payloads are cut.
 */
#include "driver/apps/app.h"
#include "driver/apps/merge.h"
#include "driver/apps/packet.h"

/* Payloads longer than --segment are cut; the first buffer must hold all headers. */
static void ask_segments(struct pool_buf *p, unsigned segment)
{
    uint32_t l4 = p->ol_flags & IXD_TX_L4_MASK;
    uint32_t header = (uint32_t)p->l2_len + p->l3_len + p->l4_len;

    if ((l4 != IXD_TX_TCP_CKSUM && l4 != IXD_TX_UDP_CKSUM) ||
        pool_packet_length(p) <= header + segment)
        return;
    p->ol_flags |= l4 == IXD_TX_TCP_CKSUM ? IXD_TX_TCP_SEG : IXD_TX_UDP_SEG;
    p->tso_segsz = segment;
}

/* Turns what receive found into what transmit shall do. Frames that came damaged do not get a
 * fresh checksum: they are dropped. Returns how many packets are left. */
static __attribute__((noinline)) unsigned rework(struct ixd_worker *w, struct ixd_port *to,
                                                 struct pool_buf **bufs, unsigned count)
{
    const struct ixd_app_options *o = &w->app->options;
    unsigned left = 0, fit = 0;

    for (unsigned i = 0; i < count; i++) {
        struct pool_buf *p = bufs[i];
        uint32_t seen = p->ol_flags;

        if (seen & (IXD_RX_IP_CKSUM_BAD | IXD_RX_L4_CKSUM_BAD)) {
            pool_free_packets(w->pool, &p, 1);
            w->bad_checksum++;
            continue;
        }
        p->ol_flags = seen & IXD_RX_VLAN && o->offloads & IXD_APP_VLAN ? IXD_TX_VLAN : 0;
        if (o->offloads & (IXD_APP_CHECKSUM | IXD_APP_TSO))
            packet_ask_checksums(p);
        if (o->segment)
            ask_segments(p, o->segment);
        bufs[left++] = p;
    }
    if (o->offloads & IXD_APP_TSO && !o->segment)
        left = packet_merge(bufs, left, o->merge);
    while ((fit += ixd_tx_prepare(to, bufs + fit, left - fit, NULL)) < left) {
        pool_free_packets(w->pool, &bufs[fit], 1);
        w->not_sent++;
        left--;
        for (unsigned i = fit; i < left; i++)
            bufs[i] = bufs[i + 1];
    }
    return left;
}

/* Inlined twice: the usual case, one number for both queues, keeps its registers. */
static inline __attribute__((always_inline)) unsigned
forward(struct ixd_worker *w, struct ixd_port *from, struct ixd_port *to, unsigned queue,
        unsigned tx_queue)
{
    struct pool_buf *bufs[IXD_APP_BATCH_MAX];
    unsigned got = ixd_rx_burst(from, queue, bufs, w->app->options.batch), count = got;
    unsigned sent;

    if (!got)
        return 0;
    if (w->app->options.offloads)
        count = rework(w, to, bufs, got);
    sent = ixd_tx_burst(to, tx_queue, bufs, count);
    w->frames += sent;
    if (sent < count) {
        pool_free_packets(w->pool, bufs + sent, count - sent);
        w->not_sent += count - sent;
    }
    return got;
}

static unsigned pair(struct ixd_worker *w, struct ixd_port *from, struct ixd_port *to,
                     unsigned queue)
{
    return forward(w, from, to, queue, queue);
}

/* The queues that only receive. */
static unsigned beyond(struct ixd_app *app, struct ixd_worker *w, unsigned queue)
{
    unsigned handled = 0;

    for (; queue < app->options.queues; queue += app->workers) {
        handled += forward(w, app->port[0], app->port[1], queue, ixd_app_tx_queue(w, queue));
        handled += forward(w, app->port[1], app->port[0], queue, ixd_app_tx_queue(w, queue));
    }
    return handled;
}

static unsigned fwd_round(struct ixd_app *app, struct ixd_worker *w)
{
    unsigned queue = w->number, handled = 0;

    for (; queue < app->tx_queues; queue += app->workers) {
        handled += pair(w, app->port[0], app->port[1], queue);
        handled += pair(w, app->port[1], app->port[0], queue);
    }
    if (__builtin_expect(queue < app->options.queues, false))
        handled += beyond(app, w, queue);
    return handled;
}

const struct ixd_app_kind ixd_app_fwd = {
    .name = "fwd",
    .summary = "forward all frames between two ports, both ways",
    .ports = 2,
    .promisc = true,
    .spreads = true,
    .option_set = IXD_OPT_FORWARD,
    .round = fwd_round,
};
