/* SPDX-License-Identifier: BSD-2-Clause
 *
 * See gen_frame.h.
 */
#include "driver/apps/gen_frame.h"

#include "driver/apps/packet.h"

#include <errno.h>
#include <string.h>

enum {
    DISCARD_PORT = 9,
    SEQUENCE_BYTES = 8,
    IPV4_SUM_AT = 10,
    IPV4_ID_AT = 4,
    UDP_SUM_AT = 6,
    TCP_SUM_AT = 16,
    SCTP_SUM_AT = 8,
    TCP_SEQUENCE_AT = 4,
    PATTERN_BYTES = sizeof(((struct ixd_app *)0)->gen.pattern),
    DATA_CHUNK_BYTES = 16, /* SCTP: type, flags, length, numbers */
};

static bool is_v6(const struct ixd_app_options *o)
{
    return o->kind == IXD_APP_UDP6 || o->kind == IXD_APP_TCP6;
}

static unsigned protocol_of(const struct ixd_app_options *o)
{
    switch (o->kind) {
    case IXD_APP_TCP4:
    case IXD_APP_TCP6: return PROTO_TCP;
    case IXD_APP_SCTP4: return PROTO_SCTP;
    default: return PROTO_UDP;
    }
}

static unsigned link_header(struct ixd_app *app, uint8_t *h)
{
    const struct ixd_app_options *o = &app->options;
    unsigned at = 12;

    memcpy(h, o->dst, 6);
    ixd_mac(app->port[0], h + 6);
    if (o->vlan && !(o->offloads & IXD_APP_VLAN)) {
        packet_put16(h + at, 0x8100);
        packet_put16(h + at + 2, o->vlan);
        at += VLAN_BYTES;
    }
    packet_put16(h + at, is_v6(o) ? 0x86dd : 0x0800);
    return at + 2;
}

/* Length fields are 16 bits; of what is cut afterwards the device writes its own. */
static unsigned net_header(struct ixd_app *app, uint8_t *ip, unsigned bytes)
{
    const struct ixd_app_options *o = &app->options;

    if (is_v6(o)) {
        ip[0] = 0x60;
        packet_put16(ip + 4, bytes - IPV6_BYTES);
        ip[6] = protocol_of(o);
        ip[7] = 64;
        ip[8] = ip[24] = 0xfd;
        ip[23] = 1;
        ip[39] = 2;
        return IPV6_BYTES;
    }
    ip[0] = 0x45;
    packet_put16(ip + 2, bytes);
    ip[8] = 64; /* time to live */
    ip[9] = protocol_of(o);
    memcpy(ip + 12, (const uint8_t[]){10, 0, 0, 1, 10, 0, 0, 2}, 8);
    return IPV4_BYTES;
}

static unsigned l4_header(struct ixd_app *app, uint8_t *l4, unsigned bytes)
{
    packet_put16(l4, DISCARD_PORT);
    packet_put16(l4 + 2, DISCARD_PORT);
    switch (protocol_of(&app->options)) {
    case PROTO_TCP:
        l4[12] = 0x50;
        l4[13] = 0x10; /* ACK */
        packet_put16(l4 + 14, 0xffff);
        return TCP_BYTES;
    case PROTO_SCTP: /* one chunk of data */
        l4[13] = 3;    /* begin and end of a message */
        packet_put16(l4 + 14, bytes - SCTP_BYTES);
        return SCTP_BYTES + DATA_CHUNK_BYTES;
    default:
        packet_put16(l4 + 4, bytes);
        return UDP_BYTES;
    }
}

static uint32_t checksum_flag(const struct ixd_app_options *o)
{
    switch (protocol_of(o)) {
    case PROTO_TCP: return IXD_TX_TCP_CKSUM;
    case PROTO_SCTP: return IXD_TX_SCTP_CKSUM;
    default: return IXD_TX_UDP_CKSUM;
    }
}

/* What the device is asked for, frame by frame the same. */
static uint32_t flags_of(const struct ixd_app_options *o)
{
    uint32_t flags = 0;

    if (o->vlan && o->offloads & IXD_APP_VLAN)
        flags |= IXD_TX_VLAN;
    if (o->segment)
        flags |= protocol_of(o) == PROTO_TCP ? IXD_TX_TCP_SEG : IXD_TX_UDP_SEG;
    if (o->offloads & IXD_APP_CHECKSUM)
        flags |= checksum_flag(o) | (is_v6(o) ? 0 : IXD_TX_IP_CKSUM);
    return flags | (is_v6(o) ? IXD_TX_IPV6 : IXD_TX_IPV4);
}

static int check_size(const struct ixd_app *app, struct ixd_error *err)
{
    const struct ixd_app_options *o = &app->options;
    unsigned most = o->mtu + ETH_BYTES + (o->vlan ? VLAN_BYTES : 0);
    unsigned least = app->gen.header_bytes + SEQUENCE_BYTES;

    if (o->segment && !(o->offloads & IXD_APP_TSO))
        return ixd_fail(err, -EINVAL, "--segment %u: needs --offloads tso", o->segment);
    if (o->segment && protocol_of(o) == PROTO_SCTP)
        return ixd_fail(err, -EINVAL, "--segment %u: the card cuts TCP and UDP, not SCTP",
                        o->segment);
    if (!o->segment && o->size > most)
        return ixd_fail(err, -EINVAL, "--size %u: expected at most %u with --mtu %u", o->size,
                        most, o->mtu);
    if (o->size < least)
        return ixd_fail(err, -EINVAL, "--size %u: expected at least %u, headers and number",
                        o->size, least);
    if (!(app->gen.flags & (IXD_TX_L4_MASK | IXD_TX_TCP_SEG | IXD_TX_UDP_SEG)) &&
        (protocol_of(o) == PROTO_SCTP || (o->kind != IXD_APP_UDP4 && o->size > POOL_BUF_BYTES)))
        return ixd_fail(err, -EINVAL, "--kind, --size: the checksum of SCTP, and of packets of "
                        "several buffers, is the card's work: needs --offloads checksum");
    return 0;
}

int gen_frame_start(struct ixd_app *app, struct ixd_error *err)
{
    const struct ixd_app_options *o = &app->options;
    uint8_t *h = app->gen.header;

    app->gen.l2 = link_header(app, h);
    app->gen.l3 = net_header(app, h + app->gen.l2, o->size - app->gen.l2);
    app->gen.l4 = l4_header(app, h + app->gen.l2 + app->gen.l3,
                            o->size - app->gen.l2 - app->gen.l3);
    app->gen.header_bytes = app->gen.l2 + app->gen.l3 + app->gen.l4;
    app->gen.flags = flags_of(o);
    for (unsigned i = 0; i < PATTERN_BYTES; i++)
        app->gen.pattern[i] = i;
    return check_size(app, err);
}

/* Bytes of the payload from `from` on, as far as they go into one buffer. */
static void fill_payload(const struct ixd_app *app, struct pool_buf *buf, uint32_t from,
                         uint64_t sequence)
{
    uint8_t *at = buf->data + buf->length;
    uint32_t left = app->options.size - app->gen.header_bytes - from;
    uint32_t room = POOL_BUF_BYTES - buf->length, bytes = left < room ? left : room;
    uint32_t i = 0;

    buf->length += bytes;
    for (; i < bytes && from < SEQUENCE_BYTES; i++, from++)
        at[i] = sequence >> (56 - 8 * from);
    while (i < bytes) {
        uint32_t value = (from - SEQUENCE_BYTES) & 0xff, run = PATTERN_BYTES - value;

        if (run > bytes - i)
            run = bytes - i;
        memcpy(at + i, app->gen.pattern + value, run);
        i += run;
        from += run;
    }
}

static uint16_t sum_of(const uint8_t *at, unsigned bytes, uint32_t sum)
{
    for (unsigned i = 0; i + 1 < bytes; i += 2)
        sum += packet_get16(at + i);
    if (bytes & 1)
        sum += (uint32_t)at[bytes - 1] << 8;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return ~sum;
}

/* Without the device's help; check_size() has seen to it that this finds all bytes it needs. */
static void software_checksums(const struct ixd_app *app, struct pool_buf *packet)
{
    const struct ixd_app_options *o = &app->options;
    uint8_t *l3 = packet->data + app->gen.l2, *l4 = l3 + app->gen.l3;
    unsigned bytes = packet->length - app->gen.l2 - app->gen.l3, protocol = protocol_of(o);
    unsigned addresses = is_v6(o) ? 32 : 8;
    uint16_t sum;

    if (!is_v6(o)) {
        packet_put16(l3 + IPV4_SUM_AT, 0);
        packet_put16(l3 + IPV4_SUM_AT, sum_of(l3, IPV4_BYTES, 0));
    }
    if (protocol == PROTO_UDP && !is_v6(o))
        return; /* may go without */
    sum = sum_of(l4 - addresses, addresses + bytes, protocol + bytes);
    packet_put16(l4 + (protocol == PROTO_TCP ? TCP_SUM_AT : UDP_SUM_AT), sum ? sum : 0xffff);
}

/* What counts up from frame to frame. */
static void number(struct ixd_app *app, uint8_t *frame, uint64_t sequence)
{
    const struct ixd_app_options *o = &app->options;
    uint32_t payload = o->size - app->gen.header_bytes;
    uint32_t frames = o->segment ? (payload + o->segment - 1) / o->segment : 1;
    uint8_t *l3 = frame + app->gen.l2, *l4 = l3 + app->gen.l3;

    if (!is_v6(o))
        packet_put16(l3 + IPV4_ID_AT, (sequence * frames) & 0xffff);
    if (protocol_of(o) == PROTO_TCP)
        packet_put32(l4 + TCP_SEQUENCE_AT, sequence * payload);
    if (protocol_of(o) == PROTO_SCTP)
        packet_put32(l4 + SCTP_BYTES + 4, sequence); /* transmission sequence number */
}

struct pool_buf *gen_frame_next(struct ixd_app *app)
{
    const struct ixd_app_options *o = &app->options;
    unsigned segs = (o->size + POOL_BUF_BYTES - 1) / POOL_BUF_BYTES;
    struct pool_buf *bufs[IXD_TX_SEGS_MAX], *first;
    uint64_t sequence = app->gen.filled;

    if (pool_available(app->worker[0].pool) < segs || segs > IXD_TX_SEGS_MAX)
        return NULL;
    pool_alloc_bulk(app->worker[0].pool, bufs, segs);
    first = bufs[0];
    memcpy(first->data, app->gen.header, app->gen.header_bytes);
    number(app, first->data, sequence);
    for (unsigned i = 0, done = 0; i < segs; i++) {
        bufs[i]->offset = 0;
        bufs[i]->length = i ? 0 : app->gen.header_bytes;
        bufs[i]->ol_flags = 0;
        fill_payload(app, bufs[i], done, sequence);
        done += bufs[i]->length - (i ? 0 : app->gen.header_bytes);
        if (i)
            pool_chain(first, bufs[i]);
    }
    first->ol_flags = app->gen.flags;
    first->vlan_tci = o->vlan;
    first->l2_len = app->gen.l2;
    first->l3_len = app->gen.l3;
    first->l4_len = app->gen.l4;
    first->tso_segsz = o->segment;
    if (!(first->ol_flags & (IXD_TX_L4_MASK | IXD_TX_TCP_SEG | IXD_TX_UDP_SEG)))
        software_checksums(app, first);
    if (ixd_tx_prepare(app->port[0], &first, 1, NULL) == 0) {
        pool_free_packets(app->worker[0].pool, &first, 1); /* cannot be: the options were checked */
        return NULL;
    }
    app->gen.filled++;
    return first;
}
