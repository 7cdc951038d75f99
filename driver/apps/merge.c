/* SPDX-License-Identifier: BSD-2-Clause
 *
 * See merge.h. Two packets are neighbours when cutting the one made of them gives both back: same
 * headers but for what the device counts up (IPv4 id, TCP sequence) or makes (lengths, checksums),
 * and all pieces but the last of one size.
 */
#include "driver/apps/merge.h"

#include "driver/apps/packet.h"

#include <string.h>

enum { TCP_FLAGS_AT = 13, TCP_ACK = 0x10, IPV4_ID_AT = 4, TCP_SEQUENCE_AT = 4, UDP_SUM_AT = 6 };

/* The packet that grows. */
struct run {
    struct pool_buf *first;
    unsigned pieces;
    uint32_t header; /* bytes of all headers */
    uint32_t piece;  /* payload of each */
    uint32_t total;
    bool ended; /* by a shorter piece */
};

static uint32_t headers(const struct pool_buf *p)
{
    return (uint32_t)p->l2_len + p->l3_len + p->l4_len;
}

/* Of a kind that can be cut: one buffer, payload, no options, checksums by the device. */
static bool candidate(const struct pool_buf *p)
{
    uint32_t l4 = p->ol_flags & IXD_TX_L4_MASK;
    const uint8_t *header = p->data + p->offset + p->l2_len + p->l3_len;

    if (p->nb_segs != 1 || p->length <= headers(p) ||
        p->l3_len != (p->ol_flags & IXD_TX_IPV6 ? IPV6_BYTES : IPV4_BYTES))
        return false;
    if (l4 == IXD_TX_TCP_CKSUM)
        return p->l4_len == TCP_BYTES && header[TCP_FLAGS_AT] == TCP_ACK;
    return l4 == IXD_TX_UDP_CKSUM && packet_get16(header + UDP_SUM_AT - 2) ==
                                         (uint32_t)p->length - p->l2_len - p->l3_len;
}

static bool same_l3(const struct run *r, const uint8_t *a, const uint8_t *b)
{
    if (r->first->ol_flags & IXD_TX_IPV6) /* all but the payload length */
        return memcmp(a, b, 4) == 0 && memcmp(a + 6, b + 6, IPV6_BYTES - 6) == 0;
    return memcmp(a, b, 2) == 0 && memcmp(a + 6, b + 6, 4) == 0 &&
           memcmp(a + 12, b + 12, 8) == 0 &&
           packet_get16(b + IPV4_ID_AT) == ((packet_get16(a + IPV4_ID_AT) + r->pieces) & 0xffff);
}

static bool same_l4(const struct run *r, const uint8_t *a, const uint8_t *b)
{
    if ((r->first->ol_flags & IXD_TX_L4_MASK) == IXD_TX_UDP_CKSUM)
        return memcmp(a, b, 4) == 0;
    return memcmp(a, b, 4) == 0 && memcmp(a + 8, b + 8, 8) == 0 &&
           packet_get16(a + 18) == packet_get16(b + 18) &&
           packet_get32(b + TCP_SEQUENCE_AT) ==
               packet_get32(a + TCP_SEQUENCE_AT) + r->total - r->header;
}

static bool fits(const struct run *r, const struct pool_buf *p)
{
    const struct pool_buf *f = r->first;
    const uint8_t *a = f->data + f->offset, *b = p->data + p->offset;
    uint32_t l3 = f->l2_len, l4 = l3 + f->l3_len;

    return !r->ended && f->ol_flags == p->ol_flags && f->vlan_tci == p->vlan_tci &&
           f->l2_len == p->l2_len && f->l3_len == p->l3_len && f->l4_len == p->l4_len &&
           p->length - r->header <= r->piece && memcmp(a, b, l3) == 0 &&
           same_l3(r, a + l3, b + l3) && same_l4(r, a + l4, b + l4);
}

static void begin(struct run *r, struct pool_buf *p)
{
    *r = (struct run){.first = p, .pieces = 1, .header = headers(p), .total = p->length};
    r->piece = r->total - r->header;
}

static void append(struct run *r, struct pool_buf *p)
{
    p->offset += r->header;
    p->length -= r->header;
    p->ol_flags = 0;
    r->ended = p->length < r->piece;
    r->total += p->length;
    r->pieces++;
    pool_chain(r->first, p);
}

static void finish(const struct run *r)
{
    struct pool_buf *p = r->first;
    uint32_t l4 = p->ol_flags & IXD_TX_L4_MASK;

    if (r->pieces < 2)
        return;
    p->ol_flags |= l4 == IXD_TX_TCP_CKSUM ? IXD_TX_TCP_SEG : IXD_TX_UDP_SEG;
    p->tso_segsz = r->piece;
}

unsigned packet_merge(struct pool_buf **packets, unsigned count, unsigned most)
{
    struct run run = {.first = NULL};
    unsigned left = 0;

    for (unsigned i = 0; i < count; i++) {
        struct pool_buf *p = packets[i];

        if (run.first && run.pieces < most && candidate(p) && fits(&run, p)) {
            append(&run, p);
            continue;
        }
        if (run.first)
            finish(&run);
        run.first = NULL;
        if (candidate(p))
            begin(&run, p);
        packets[left++] = p;
    }
    if (run.first)
        finish(&run);
    return left;
}
