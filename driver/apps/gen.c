/* SPDX-License-Identifier: BSD-2-Clause
 *
 * gen: sends UDP frames with a sequence number, at a rate or as fast as they go, and counts what
 * comes back: at the same port, or at the second one when two are given (ports back to back). A
 * frame that finds no room is kept and tried again, so that none is lost here.
 *
 * A frame: Ethernet, IPv4 10.0.0.1 -> 10.0.0.2, UDP 9 -> 9, the sequence number in 8 bytes, most
 * significant first, then bytes that count up from 0.
 */
#include "driver/apps/app.h"

#include <string.h>

enum { HEADER_BYTES = 42, IP_AT = 14, UDP_AT = 34 };

static void put16(uint8_t *at, unsigned value)
{
    at[0] = value >> 8;
    at[1] = value;
}

static void put_ip_checksum(uint8_t *ip)
{
    uint32_t sum = 0;

    for (unsigned i = 0; i < 20; i += 2)
        sum += ip[i] << 8 | ip[i + 1];
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    put16(ip + 10, ~sum);
}

static int gen_start(struct ixd_app *app, struct ixd_error *err)
{
    uint8_t *h = app->gen.header;

    memcpy(h, app->options.dst, 6);
    ixd_mac(app->port[0], h + 6);
    put16(h + 12, 0x0800);
    h[IP_AT] = 0x45;
    put16(h + IP_AT + 2, app->options.size - IP_AT);
    h[IP_AT + 8] = 64; /* time to live */
    h[IP_AT + 9] = 17; /* UDP */
    memcpy(h + IP_AT + 12, (const uint8_t[]){10, 0, 0, 1, 10, 0, 0, 2}, 8);
    put_ip_checksum(h + IP_AT);
    put16(h + UDP_AT, 9);
    put16(h + UDP_AT + 2, 9);
    put16(h + UDP_AT + 4, app->options.size - UDP_AT); /* checksum 0: none */
    return 0;
}

static void fill(struct ixd_app *app, struct pool_buf *buf)
{
    uint8_t *frame = buf->data;
    uint64_t sequence = app->gen.filled++;

    memcpy(frame, app->gen.header, HEADER_BYTES);
    for (unsigned i = 0; i < 8; i++)
        frame[HEADER_BYTES + i] = sequence >> (56 - 8 * i);
    for (unsigned i = HEADER_BYTES + 8; i < app->options.size; i++)
        frame[i] = i - (HEADER_BYTES + 8);
    buf->offset = 0;
    buf->length = app->options.size;
}

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
    app->gen.held_count = pool_alloc_bulk(app->pool, app->gen.held, count);
    for (unsigned i = 0; i < app->gen.held_count; i++)
        fill(app, app->gen.held[i]);
}

/* What comes back is counted and dropped, lest the receive rings stand full. */
static void drain_receive(struct ixd_app *app)
{
    for (unsigned i = 0; i < app->ports * app->options.queues; i++) {
        struct pool_buf *bufs[IXD_APP_BATCH_MAX];
        unsigned got =
            ixd_rx_burst(app->port[i % app->ports], i / app->ports, bufs, app->options.batch);

        if (got)
            pool_free_bulk(app->pool, bufs, got);
        app->gen.received += got;
    }
}

static unsigned gen_round(struct ixd_app *app)
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
    app->frames += sent;
    app->bytes += (uint64_t)sent * app->options.size;
    if (app->gen.held_count == 0 && ++app->gen.queue == app->options.queues)
        app->gen.queue = 0;
    app->done = app->options.frames && app->frames == app->options.frames;
    return sent;
}

static void gen_stop(struct ixd_app *app)
{
    if (app->gen.held_count)
        pool_free_bulk(app->pool, app->gen.held + app->gen.held_first, app->gen.held_count);
    app->not_sent += app->gen.held_count;
    app->gen.held_count = 0;
}

const struct ixd_app_kind ixd_app_gen = {
    .name = "gen",
    .summary = "send frames at a rate",
    .ports = 1,
    .ports_more = 1,
    .promisc = false,
    .option_set = IXD_OPT_FRAMES | IXD_OPT_GENERATE,
    .start = gen_start,
    .round = gen_round,
    .stop = gen_stop,
};
