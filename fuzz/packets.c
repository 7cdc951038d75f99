/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Frames by a grammar: Ethernet, tags, IP with options and extension headers, tunnels, transport.
 * Addresses and ports come from a few, so that filters meet them; lengths and types are mostly
 * right. Each part can be spoilt.
 */
#include "fuzz/ops.h"

struct packet { /* under construction */
    struct input *in;
    uint8_t *out;
    uint32_t at;
};

static uint8_t *put(struct packet *p, uint32_t bytes)
{
    uint8_t *at = p->out + p->at;

    if (p->at + bytes > PACKET_MAX - 64) {
        at = p->out + PACKET_MAX - 64; /* scribbled over: such packets are too long anyway */
        memset(at, 0, 64);
        return at;
    }
    memset(at, 0, bytes);
    p->at += bytes;
    return at;
}

static void be16(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

/* Now and then a byte of a header is another. */
static void spoil(struct packet *p, uint8_t *header, uint32_t bytes)
{
    uint8_t how = take8(p->in);

    if (how < 24 && bytes)
        header[how % bytes] ^= (uint8_t)(1u << (take8(p->in) & 7));
}

static void ethernet(struct packet *p, unsigned type)
{
    static const uint8_t to[][6] = {
        {2, 0, 0, 0, 0x0e, 0}, {2, 0, 0, 0, 0x0e, 1}, {255, 255, 255, 255, 255, 255},
        {1, 0, 0x5e, 0, 0, 1}, {0x33, 0x33, 0, 0, 0, 1}, {1, 0x80, 0xc2, 0, 0, 1},
        {2, 0, 0, 0, 0x0f, 0}, {2, 9, 9, 9, 9, 9},
    };
    uint8_t *h = put(p, 12), what = take8(p->in);

    memcpy(h, to[what & 7], 6);
    memcpy(h + 6, to[what >> 3 & 7], 6);
    h[6] &= 0xfe;
    for (unsigned tags = what >> 6; tags; tags--) {
        uint8_t *t = put(p, 4), vlan = take8(p->in);

        be16(t, vlan & 0x80 ? 0x88a8 : 0x8100);
        be16(t + 2, (vlan & 0x7fu) << 5 | (vlan & 7));
    }
    be16(put(p, 2), type);
}

static void tcp_udp_sctp(struct packet *p, uint8_t proto, struct layers *l)
{
    uint8_t what = take8(p->in), *h;

    l->l4 = p->at;
    switch (proto) {
    case 6:
        h = put(p, 20 + (what >> 6) * 4);
        h[12] = (uint8_t)((5 + (what >> 6)) << 4);
        h[13] = take8(p->in);
        break;
    case 17:
        h = put(p, 8);
        be16(h + 4, 8 + (what >> 2));
        break;
    case 132:
        h = put(p, 12);
        break;
    default:
        h = put(p, 4);
        break;
    }
    be16(h, 1000 + (what & 3));
    be16(h + 2, what & 4 ? 319 : 2000);
    spoil(p, h, 20);
}

static uint32_t ipv4(struct packet *p, uint8_t proto, uint8_t what)
{
    uint32_t options = what & 3 ? 0 : (uint32_t)(what >> 2 & 7) * 4, at = p->at;
    uint8_t *h = put(p, 20 + options);

    h[0] = (uint8_t)(0x45 + options / 4);
    be16(h + 6, what & 0x40 ? 0x2000 : 0x4000);
    if ((what & 0xc0) == 0xc0)
        be16(h + 6, take8(p->in));
    h[8] = 64;
    h[9] = proto;
    h[12] = h[16] = 10;
    h[15] = (uint8_t)(1 + (what & 1));
    h[19] = (uint8_t)(1 + (what >> 1 & 1));
    spoil(p, h, 20);
    return at;
}

static uint32_t ipv6(struct packet *p, uint8_t proto, uint8_t what)
{
    static const uint8_t next[] = {0, 43, 44, 51, 60, 135, 59, 50};
    uint32_t at = p->at, extensions = what & 1 ? 0 : what >> 1 & 3;
    uint8_t *h = put(p, 40), *link;

    h[0] = 0x60;
    h[7] = 64;
    h[23] = (uint8_t)(1 + (what & 1));
    h[39] = (uint8_t)(1 + (what >> 1 & 1));
    link = h + 6;
    for (; extensions; extensions--) {
        uint8_t kind = take8(p->in), *e;

        *link = next[kind & 7];
        e = put(p, 8 + 8 * (kind >> 6));
        e[1] = (uint8_t)(*link == 51 ? 4 : kind >> 6);
        if (kind & 8)
            e[2] = 0xc9; /* home address, were it one */
        link = e;
    }
    *link = proto;
    spoil(p, h, 40);
    return at;
}

/* IP in IP, VXLAN, GRE: another frame or packet within. */
static bool ip_and_above(struct packet *p, bool six, struct layers *l, unsigned depth)
{
    static const uint8_t protos[] = {6, 17, 132, 6, 17, 1, 47, 4};
    uint8_t what = take8(p->in), proto = protos[take8(p->in) & 7];
    bool inner = depth && (proto == 47 || proto == 4);
    uint32_t at = six ? ipv6(p, proto, what) : ipv4(p, proto, what), length;

    if (!l->l3 || inner)
        l->l3 = at;
    l->version = six ? 6 : 4;
    l->proto = proto;
    if (inner) {
        if (proto == 47)
            memcpy(put(p, 4), "\0\0\x08\0", 4);
        ip_and_above(p, take8(p->in) & 1, l, depth - 1);
    } else {
        tcp_udp_sctp(p, proto, l);
    }
    l->payload = p->at;
    uint8_t size = take8(p->in);
    put(p, size & 0x80 ? (size & 0x7fu) * 72 : size);
    length = p->at - at;
    if (six)
        be16(p->out + at + 4, length - 40);
    else
        be16(p->out + at + 2, length);
    return true;
}

void packet_make(struct input *in, uint8_t *out, struct layers *l)
{
    struct packet p = {.in = in, .out = out};
    uint8_t kind = take8(in);

    memset(out, 0, PACKET_MAX);
    memset(l, 0, sizeof(*l));
    switch (kind & 15) {
    default:
        ethernet(&p, kind & 1 ? 0x0800 : 0x86dd);
        ip_and_above(&p, !(kind & 1), l, 2);
        break;
    case 12:
        ethernet(&p, 0x0806);
        memcpy(put(&p, 28), "\0\1\x08\0\6\4\0\1", 8);
        be16(p.out + p.at - 2, take8(in));
        p.out[p.at - 4] = 10;
        break;
    case 13:
        ethernet(&p, kind & 16 ? 0x88f7 : 0x8808);
        take(in, put(&p, 34), 8);
        break;
    case 14:
        ethernet(&p, 0x0500 + take8(in)); /* a length */
        put(&p, 60);
        break;
    case 15:
        take(in, put(&p, 64), 64);
        break;
    }
    l->length = p.at;
    if (!(kind & 0x80) && l->length < NIC_FRAME_MIN) {
        memset(out + l->length, 0, NIC_FRAME_MIN - l->length);
        l->length = NIC_FRAME_MIN;
    }
    if ((kind & 0x60) == 0x60) /* cut short */
        l->length -= l->length < 40 ? 0 : take8(in) % 40;
}
