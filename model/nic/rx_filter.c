/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Receive filters: may a frame in (station addresses, multicast table, promiscuous modes, VLAN
 * table), to which pools it goes, and to which queue: EtherType filters, SYN and 5-tuple filters,
 * flow director, RSS, in this order. Reads registers and the frame, fills in the meta data.
 */
#include "model/nic/rx.h"

#include "model/nic/nic_priv.h"
#include "model/nic/parse.h"
#include "model/nic/rss.h"
#include "model/nic/rx_tuple.h"

enum {
    PTYPE_ETQF = 1 << 11, /* then bits 2:0 are the number of the filter */
};

/* Elements of a register up to the last one that has `bit`: those worth looking at. */
static uint8_t count_enabled(const struct nic *n, uint32_t reg, uint32_t count, uint32_t bit)
{
    while (count && !(n->st->reg[reg + count - 1] & bit))
        count--;
    return (uint8_t)count;
}

static void count_stations(struct nic *n)
{
    n->st->rx.stations = count_enabled(n, R_RAH, NIC_STATIONS, RAH_AV);
}

static void count_ethertypes(struct nic *n)
{
    n->st->rx.ethertypes = count_enabled(n, R_ETQF, NIC_ETHERTYPE_FILTERS, ETQF_EN);
}

void nic_rx_count_filters(struct nic *n)
{
    count_stations(n);
    count_ethertypes(n);
    nic_tuple_count(n);
}

void nic_rah_write(struct nic *n, uint32_t index, uint32_t value)
{
    nic_reg_store(n, R_RAH, index, value);
    count_stations(n);
}

void nic_etqf_write(struct nic *n, uint32_t index, uint32_t value)
{
    nic_reg_store(n, R_ETQF, index, value);
    count_ethertypes(n);
}

/* An enabled receive address equal to the destination? */
static bool exact_match(const struct nic *n, const uint8_t *frame)
{
    const uint32_t *ral = &n->st->reg[R_RAL], *rah = &n->st->reg[R_RAH];
    uint64_t da = nic_load64(frame);
    uint32_t low = (uint32_t)da, high = ((uint32_t)(da >> 32) & 0xffff) | RAH_AV;

    for (uint32_t i = 0; i < n->st->rx.stations; i++)
        if (rah[i] == high && ral[i] == low)
            return true;
    return false;
}

bool nic_rx_hash_match(const struct nic *n, const uint8_t *frame, uint32_t table)
{
    static const uint8_t low_shift[4] = {4, 3, 2, 0};
    uint32_t shift = low_shift[n->st->reg[R_MCSTCTRL] & MCSTCTRL_MO];
    uint32_t vector = (frame[4] >> shift | (uint32_t)frame[5] << (8 - shift)) & 0xfff;

    return n->st->reg[table + vector / 32] >> vector % 32 & 1;
}

static bool multicast_hash_match(const struct nic *n, const uint8_t *frame)
{
    return n->st->reg[R_MCSTCTRL] & MCSTCTRL_MFE && nic_rx_hash_match(n, frame, R_MTA);
}

/* *exact: by a station address or as broadcast, not by hash or promiscuity. */
static bool address_passes(const struct nic *n, const uint8_t *frame, bool *exact)
{
    uint32_t fctrl = n->st->reg[R_FCTRL];

    *exact = true;
    if (nic_load64(frame) << 16 == 0xffffffffffff0000u)
        return fctrl & FCTRL_BAM;
    if (exact_match(n, frame))
        return true;
    *exact = false;
    if (frame[0] & 1)
        return fctrl & FCTRL_MPE || multicast_hash_match(n, frame);
    return fctrl & FCTRL_UPE;
}

static bool vlan_passes(const struct nic *n, const struct nic_headers *h)
{
    uint32_t vlnctrl = n->st->reg[R_VLNCTRL], id = h->tci & 0xfff;

    if (!(vlnctrl & VLNCTRL_VFE) || !h->tagged)
        return true;
    if (vlnctrl & VLNCTRL_CFIEN && (h->tci >> 12 & 1) != !!(vlnctrl & VLNCTRL_CFI))
        return false;
    return n->st->reg[R_VFTA + id / 32] >> id % 32 & 1;
}

/* An EtherType filter that matches; it may choose the queue. -1: none. */
static int ethertype_filter(const struct nic *n, uint16_t ethertype)
{
    for (int i = 0; i < n->st->rx.ethertypes; i++) {
        uint32_t etqf = n->st->reg[R_ETQF + i];
        if (etqf & ETQF_EN && (etqf & ETQF_ETHERTYPE) == ethertype)
            return i;
    }
    return -1;
}

/* The queue that the L3/L4 filters want for a frame of this pool; -1: they have no say. */
static int filter_queue(struct nic *n, const uint8_t *frame, uint32_t length,
                        const struct nic_headers *h, uint32_t pool, struct nic_rx_meta *meta)
{
    int queue = -1;

    if (meta->status & NIC_RX_SWITCHED && !(n->st->reg[R_MRQC] & MRQC_L3L4TXSWEN))
        return -1;
    if (n->st->rx.tuples || n->st->reg[R_SYNQF] & SYNQF_ENABLE)
        queue = nic_tuple_queue(n, frame, length, h, pool, meta);
    if (queue < 0 && n->st->reg[R_FDIRCTRL] & FDIRCTRL_PBALLOC)
        queue = nic_fdir_match(n, frame, length, h, pool, meta);
    return queue;
}

/* The pools of a frame: enum nic_rx_drop, or -1. A frame for several of them, and one to a group,
 * is copied. */
static int choose_pools(struct nic *n, const uint8_t *frame, const struct nic_headers *h,
                        int ethertype, const struct nic_queue_choice *choice,
                        struct nic_rx_meta *meta)
{
    struct nic_rx *rx = &n->st->rx;
    bool out;
    uint64_t pools = meta->status & NIC_RX_SWITCHED
                         ? nic_switch_pools(n, frame, h, rx->source, &out)
                         : nic_pools_of_frame(n, frame, h, ethertype);

    if (!pools)
        return NIC_RX_DROP_POOL;
    rx->copies = (struct nic_rx_copies){
        .pools = pools, .choice = *choice, .tci = h->tci, .tagged = h->tagged,
    };
    if (pools & (pools - 1) || frame[0] & 1)
        meta->status |= NIC_RX_COPIES;
    return -1;
}

/* The queue, by the first rule that has a say: enum nic_rx_drop, or -1. The hash is there for the
 * driver to see, whoever chose the queue. */
static int choose_queue(struct nic *n, const uint8_t *frame, uint32_t length,
                        const struct nic_headers *h, struct nic_rx_meta *meta)
{
    int filter = ethertype_filter(n, h->ethertype), queue = -1;
    struct nic_queue_mode mode = nic_queue_mode(n);
    struct nic_queue_choice choice = {.class_ = nic_traffic_class(n, h)};
    bool pools = nic_rx_pools_on(n);
    uint32_t pool = 0;

    if (mode.rss) {
        meta->rss_type = (uint8_t)nic_rss_hash(n, frame, h, &meta->hash);
        if (meta->rss_type != RSS_NONE)
            choice.entry = (uint8_t)nic_rss_queue(n, meta->hash);
    }
    if (pools) {
        int reason = choose_pools(n, frame, h, filter, &choice, meta);
        if (reason >= 0)
            return reason;
        pool = (uint32_t)__builtin_ctzll(n->st->rx.copies.pools);
    }
    meta->queue = nic_pool_queue(n, pool, &choice);
    if (filter >= 0) {
        uint32_t etqs = n->st->reg[R_ETQS + filter];
        meta->ptype = (uint16_t)(PTYPE_ETQF | filter);
        if (etqs & ETQS_LLI)
            meta->status |= RXD_STAT_LLINT;
        if (etqs & ETQS_QUEUE_EN)
            queue = (etqs & ETQS_QUEUE) >> ETQS_QUEUE_SHIFT;
    }
    if (pools && n->st->rx.copies.pools & (n->st->rx.copies.pools - 1))
        return -1; /* each pool by its own rule [I-123] */
    if (queue < 0)
        queue = filter_queue(n, frame, length, h, pool, meta);
    if (queue >= 0)
        meta->queue = (uint8_t)queue;
    return -1;
}

/* A packet of IPv6, be it in one of IPv4, when nobody is to look at it. */
static void hide_ip6(struct nic_headers *h)
{
    h->ptype &= PTYPE_IPV4 | PTYPE_IPV4_OPTIONS;
    if (h->ptype)
        return;
    h->l3 = h->l4 = h->l3_length = h->home_source = h->home_destination = 0;
    h->fragment = h->extended = false;
}

static void check_sums(struct nic *n, const uint8_t *frame, const struct nic_headers *h,
                       struct nic_rx_meta *meta)
{
    uint32_t sums = 0;

    if (!(h->ptype & PTYPE_IPV6) || !(n->st->reg[R_RFCTL] & RFCTL_IPV6_XSUM_DIS))
        sums = nic_parse_checksums(frame, h);
    meta->status |= sums;
    if (sums & (RXD_ERR_TCPE | RXD_ERR_IPE))
        nic_stats_rx_checksum(n);
}

/* In place of the hash: IP identification and, of a fragment, the sum of its payload. */
static void identify(const struct nic *n, const uint8_t *frame, const struct nic_headers *h,
                     struct nic_rx_meta *meta)
{
    bool udp_sum;

    meta->hash = h->ptype & PTYPE_IPV4 ? nic_get16(frame + h->l3 + 4) : 0;
    if (!(n->st->reg[R_RXCSUM] & RXCSUM_IPPCSE))
        return;
    meta->hash |= nic_parse_fragment(frame, h, &udp_sum) << 16;
    if (udp_sum)
        meta->status |= RXD_STAT_UDPV;
}

/* By addresses, tags and filters: enum nic_rx_drop, or -1. */
static __attribute__((noinline)) int judge(struct nic *n, const uint8_t *frame, uint32_t length,
                                           struct nic_headers *h, struct nic_rx_meta *meta)
{
    bool exact = true, switched = meta->status & NIC_RX_SWITCHED;

    if (!switched && !address_passes(n, frame, &exact) &&
        !(nic_rx_pools_on(n) && nic_pools_ask_for(n, frame)))
        return NIC_RX_DROP_FILTER;
    nic_parse(frame, length, nic_tags(n), h);
    if (h->ptype & PTYPE_IPV6 && n->st->reg[R_RFCTL] & RFCTL_IPV6_DIS)
        hide_ip6(h);
    if (!switched && !vlan_passes(n, h))
        return NIC_RX_DROP_VLAN;
    meta->ptype = h->ptype;
    int reason = choose_queue(n, frame, length, h, meta);
    if (reason >= 0)
        return reason;
    if (!exact)
        meta->status |= RXD_STAT_PIF;
    if (h->tagged) {
        uint32_t imirvp = n->st->reg[R_IMIRVP];
        if (imirvp & IMIRVP_ENABLE && h->tci >> 13u >= (imirvp & IMIRVP_PRIORITY))
            meta->status |= RXD_STAT_LLINT;
        nic_rx_tag(n, h->tci, meta);
    }
    if (h->outer)
        meta->status |= RXD_STAT_VEXT;
    return -1;
}

/* ---- frames like one before ---- */

enum {
    FULL_LOOK = 38, /* bytes: to the end of the ports */
    HASH_SHIFT = 58,
    IPV4_PLAIN = 0x450008, /* EtherType and first byte of the header, as a number */
    IPV4 = 0x0008,
    IPV6 = 0xdd86,
};

struct look {
    uint64_t head[5];
};

/* All that the filters can see of it: of a datagram of IPv4 without options everything but
 * identification, sum and payload, of what is no IP the addresses and the EtherType. False: of
 * others it is too much. */
static inline bool look_at(const uint8_t *frame, uint32_t length, struct look *l)
{
    uint64_t first = nic_load64(frame), second = nic_load64(frame + 8);
    uint32_t type = second >> 32 & 0xffff;

    if (length >= FULL_LOOK && (second >> 32 & 0xffffff) == IPV4_PLAIN) {
        *l = (struct look){{ first, second, nic_load64(frame + 16) & ~0xffff0000ull,
                             nic_load64(frame + 26), nic_load64(frame + 30) }};
        return true;
    }
    *l = (struct look){{ first, second << 16, 0xffff0000, first, 0 }}; /* no datagram has this */
    return type != IPV4 && type != IPV6;
}

static inline struct nic_rx_known *place_of(struct nic_rx *rx, const struct look *l)
{
    return &rx->known[(l->head[3] ^ l->head[4]) * 0x9e3779b97f4a7c15ull >> HASH_SHIFT];
}

static inline bool is_known(const struct nic_rx *rx, const struct nic_rx_known *k,
                            const struct look *l, uint32_t length)
{
    return !((k->head[0] ^ l->head[0]) | (k->head[1] ^ l->head[1]) | (k->head[2] ^ l->head[2]) |
             (k->head[3] ^ l->head[3]) | (k->head[4] ^ l->head[4]) | (k->epoch ^ rx->epoch) |
             (k->length ^ length));
}

/* Not of tagged frames nor copied ones, and not while filters count what they see. */
static __attribute__((noinline)) void learn(struct nic *n, const struct look *l, uint32_t length,
                                            const struct nic_headers *h,
                                            const struct nic_rx_meta *meta)
{
    struct nic_rx *rx = &n->st->rx;
    struct nic_rx_known *k = place_of(rx, l);

    if (h->tagged || h->outer || meta->status & NIC_RX_COPIES || rx->tuples ||
        n->st->reg[R_SYNQF] & SYNQF_ENABLE || n->st->reg[R_FDIRCTRL] & FDIRCTRL_PBALLOC)
        return;
    memcpy(k->head, l->head, sizeof k->head);
    k->length = length;
    k->epoch = rx->epoch;
    k->headers = *h;
    k->status = meta->status;
    k->hash = meta->hash;
    k->ptype = meta->ptype;
    k->queue = meta->queue;
    k->rss_type = meta->rss_type;
}

static inline void recall(const struct nic_rx_known *k, struct nic_rx_meta *meta)
{
    meta->status = k->status;
    meta->hash = k->hash;
    meta->ptype = k->ptype;
    meta->queue = k->queue;
    meta->rss_type = k->rss_type;
}

int nic_rx_classify(struct nic *n, const uint8_t *frame, uint32_t length,
                    struct nic_rx_meta *meta)
{
    struct nic_headers own;
    const struct nic_headers *h = &own;
    struct look l;
    bool looked = !meta->status && look_at(frame, length, &l);
    const struct nic_rx_known *k = looked ? place_of(&n->st->rx, &l) : NULL;

    if (looked && is_known(&n->st->rx, k, &l, length)) {
        recall(k, meta);
        h = &k->headers;
    } else {
        int reason = judge(n, frame, length, &own, meta);
        if (reason >= 0)
            return reason;
        if (looked)
            learn(n, &l, length, h, meta);
    }
    check_sums(n, frame, h, meta);
    if (!(n->st->reg[R_RXCSUM] & RXCSUM_PCSD) && meta->rss_type != RSS_FLOW_DIRECTOR)
        identify(n, frame, h, meta);
    return -1;
}
