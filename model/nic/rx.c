/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Receive, the wire's side: a frame comes in at the pins, travels through PHY, MAC and parser for
 * as long as it takes, and is judged when it comes out: FCS, length, pause, filters. What passes
 * goes on to rx_deliver.c. Knows no descriptor.
 */
#include "model/nic/rx.h"

#include "model/nic/copy.h"
#include "model/nic/fcs.h"
#include "model/nic/nic_priv.h"
#include "model/nic/rx_tuple.h"

enum {
    ETH_BYTES = 14,
    FRAME_MAX_PLAIN = 1518, /* with FCS, while HLREG0.JUMBOEN is 0 */
    LENGTHS_TO = 1500, /* in the type field */
    TYPES_FROM = 6,    /* first byte of a type */
    SFD_BYTES = 8, /* from the first bit of the preamble to the end of the SFD */
    PER_EVENT = 16, /* frames that one event lets out of the pipe */
};

static void set_pipe_alarm(struct nic *n)
{
    struct nic_rx *rx = &n->st->rx;
    uint32_t head = nic_fifo_head(&rx->pipe_fifo);

    if (head == NIC_FIFO_NONE)
        return;
    const struct nic_rx_arriving *a = nic_fifo_at(rx->pipe, head);
    nic_line_set(n, NIC_LINE_RX, a->at_ps);
}

__attribute__((cold))
void nic_rx_dropped(struct nic *n, enum nic_rx_drop reason, const struct nic_rx_meta *meta)
{
    nic_emit(n, NIC_EV_rx_drop, meta->queue, reason, meta->length, meta->frame);
}

static void arrive(struct nic *n, const uint8_t *frame, uint32_t length, bool good_fcs,
                   enum nic_rx_looped looped, uint32_t source)
{
    struct nic_rx *rx = &n->st->rx;
    const struct nic_timing *t = &n->st->config.timing;
    uint64_t number = n->st->stats.rx_frames++;
    uint64_t at_ps = nic_now(n) + t->rx_pipe_ps + (looped ? 0 : t->phy_rx_ps) +
                     (uint64_t)(length + NIC_FCS_BYTES) * t->byte_ps;
    struct nic_rx_meta lost = {.frame = number, .length = (uint16_t)length};

    if (!looped && (!nic_link_up(n) || n->st->reg[R_HLREG0] & HLREG0_LPBK)) {
        nic_rx_dropped(n, NIC_RX_DROP_LINK, &lost);
        return;
    }
    if (length > NIC_FRAME_MAX) {
        nic_stats_rx_mac(n, good_fcs ? NIC_MAC_OVERSIZE : NIC_MAC_JABBER, length);
        nic_rx_dropped(n, NIC_RX_DROP_LONG, &lost);
        return;
    }
    uint32_t at = nic_fifo_push(&rx->pipe_fifo, rx->pipe, NIC_RX_PIPE_BYTES,
                                sizeof(struct nic_rx_arriving) + length + NIC_FCS_BYTES);
    if (at == NIC_FIFO_NONE) {
        nic_stats_rx_missed(n);
        nic_rx_dropped(n, NIC_RX_DROP_PIPE, &lost);
        return;
    }
    struct nic_rx_arriving *a = nic_fifo_at(rx->pipe, at);
    if (at_ps < rx->last_out_ps) /* overlapping frames stay in order */
        at_ps = rx->last_out_ps;
    rx->last_out_ps = at_ps;
    a->at_ps = at_ps;
    a->frame = number;
    a->length = length;
    a->good_fcs = good_fcs;
    a->looped = (uint8_t)looped;
    a->source = (uint8_t)source;
    nic_copy(a + 1, frame, length);
    if (rx->pipe_fifo.count == 1)
        set_pipe_alarm(n);
}

void nic_frame_in(struct nic *n, const uint8_t *frame, uint32_t length, bool good_fcs)
{
    arrive(n, frame, length, good_fcs, NIC_RX_WIRE, 0);
}

void nic_rx_loopback(struct nic *n, const uint8_t *frame, uint32_t length, bool good_fcs)
{
    arrive(n, frame, length, good_fcs, NIC_RX_LPBK, 0);
}

void nic_rx_switch(struct nic *n, const uint8_t *frame, uint32_t length, uint32_t queue)
{
    arrive(n, frame, length, false, NIC_RX_SWITCH, queue);
}

/* ---- out of the pipe ---- */

/* A length in place of a type that is not what came [I-97]. */
static bool wrong_length(const struct nic *n, const uint8_t *frame, uint32_t length)
{
    uint32_t says = nic_get16(frame + 12), there = length - ETH_BYTES;

    if (!(n->st->reg[R_HLREG0] & HLREG0_RXLNGTHERREN) || says > LENGTHS_TO)
        return false;
    return says > there || (says < there && length > NIC_FRAME_MIN);
}

static enum nic_rx_mac mac_verdict(const struct nic *n, const uint8_t *frame,
                                   const struct nic_rx_arriving *a)
{
    uint32_t longest = FRAME_MAX_PLAIN;

    if (a->length < NIC_FRAME_MIN)
        return a->good_fcs ? NIC_MAC_UNDERSIZE : NIC_MAC_FRAGMENT;
    if (n->st->reg[R_HLREG0] & HLREG0_JUMBOEN)
        longest = n->st->reg[R_MAXFRS] >> MAXFRS_MFS_SHIFT;
    if (a->length + NIC_FCS_BYTES > longest &&
        a->length + NIC_FCS_BYTES > longest + nic_vlan_allowance(n, frame))
        return a->good_fcs ? NIC_MAC_OVERSIZE : NIC_MAC_JABBER;
    if (!a->good_fcs)
        return NIC_MAC_CRC;
    return frame[12] < TYPES_FROM && wrong_length(n, frame, a->length) ? NIC_MAC_LENGTH
                                                                       : NIC_MAC_GOOD;
}

/* What becomes of a frame that the MAC did not like: dropped, or kept by FCTRL.SBP. */
static const struct {
    enum nic_rx_drop reason;
    uint32_t error;
} mac_fault[] = {
    [NIC_MAC_CRC] = {NIC_RX_DROP_FCS, RXD_ERR_CE},
    [NIC_MAC_UNDERSIZE] = {NIC_RX_DROP_SHORT, RXD_ERR_USE},
    [NIC_MAC_FRAGMENT] = {NIC_RX_DROP_SHORT, RXD_ERR_USE | RXD_ERR_CE},
    [NIC_MAC_OVERSIZE] = {NIC_RX_DROP_LONG, RXD_ERR_LE},
    [NIC_MAC_JABBER] = {NIC_RX_DROP_LONG, RXD_ERR_LE | RXD_ERR_CE},
    [NIC_MAC_LENGTH] = {NIC_RX_DROP_LENGTH, RXD_ERR_LE},
};

static bool is_mac_control(const uint8_t *frame)
{
    return nic_get16(frame + 12) == 0x8808;
}

/* Obeys a pause frame. Which reason keeps a MAC control frame from the filters; -1: none. */
static int mac_control(struct nic *n, const uint8_t *frame, enum nic_rx_mac verdict)
{
    static const uint8_t to[6] = {0x01, 0x80, 0xc2, 0x00, 0x00, 0x01};
    uint32_t fctrl = n->st->reg[R_FCTRL], mflcn = n->st->reg[R_MFLCN];

    if (memcmp(frame, to, sizeof to) == 0) {
        if (verdict == NIC_MAC_GOOD)
            nic_flow_received(n, frame);
        return fctrl & FCTRL_DPF || mflcn & MFLCN_DPF ? NIC_RX_DROP_PAUSE : -1;
    }
    return fctrl & FCTRL_PMCF || mflcn & MFLCN_PMCF ? -1 : NIC_RX_DROP_FILTER;
}

/* Both switches have to agree for the FCS to go. */
bool nic_rx_strips_fcs(const struct nic *n)
{
    return n->st->reg[R_HLREG0] & HLREG0_RXCRCSTRP && n->st->reg[R_RDRXCTL] & RDRXCTL_CRCSTRIP;
}

/* The frame goes on as its buffer will hold it: FCS appended or not, tag taken out or not. */
static inline void finish(struct nic *n, uint8_t *frame, const struct nic_rx_arriving *a,
                          struct nic_rx_meta *meta)
{
    if (!nic_rx_strips_fcs(n)) {
        uint32_t fcs = nic_fcs(frame, a->length) ^ (a->good_fcs ? 0 : UINT32_MAX);
        for (uint32_t i = 0; i < NIC_FCS_BYTES; i++)
            frame[a->length + i] = (uint8_t)(fcs >> 8 * i);
        meta->length += NIC_FCS_BYTES;
    }
    if (meta->status & (RXD_STAT_VP | NIC_RX_COPIES))
        nic_rx_put(n, frame, meta);
    else
        nic_rx_accept(n, frame, meta);
}

/* When its SFD was at the pins. A frame that is looped back came here with its first bit. */
static uint64_t sfd_of(const struct nic *n, const struct nic_rx_arriving *a)
{
    const struct nic_timing *t = &n->st->config.timing;
    uint64_t took = t->rx_pipe_ps + (uint64_t)(a->length + NIC_FCS_BYTES) * t->byte_ps;

    return a->looped ? a->at_ps - took + (uint64_t)SFD_BYTES * t->byte_ps
                     : a->at_ps - took - t->phy_rx_ps;
}

/* From another pool: no MAC sees it, and no filter but the pools'. */
static __attribute__((cold)) void leave_switch(struct nic *n, uint8_t *frame,
                                               const struct nic_rx_arriving *a,
                                               struct nic_rx_meta *meta)
{
    meta->status = NIC_RX_SWITCHED | RXD_STAT_LB;
    n->st->rx.source = a->source;
    int reason = a->length < ETH_BYTES ? NIC_RX_DROP_SHORT
                                       : nic_rx_classify(n, frame, a->length, meta);
    if (reason >= 0)
        nic_rx_dropped(n, (enum nic_rx_drop)reason, meta);
    else
        nic_rx_put(n, frame, meta);
}

static void leave_pipe(struct nic *n, const struct nic_rx_arriving *a)
{
    uint8_t *frame = (uint8_t *)(a + 1);
    struct nic_rx_meta meta = {.frame = a->frame, .length = (uint16_t)a->length};

    if (!(n->st->reg[R_RXCTRL] & RXCTRL_RXEN) || n->st->reg[R_SECRXCTRL] & SECRXCTRL_RX_DIS) {
        nic_rx_dropped(n, NIC_RX_DROP_OFF, &meta);
        return;
    }
    enum nic_rx_mac verdict = mac_verdict(n, frame, a);
    if (verdict != NIC_MAC_GOOD) {
        if (a->looped == NIC_RX_SWITCH) { /* it has no FCS */
            leave_switch(n, frame, a, &meta);
            return;
        }
        if (!(n->st->reg[R_FCTRL] & FCTRL_SBP) || a->length < ETH_BYTES) {
            nic_stats_rx_mac(n, verdict, a->length);
            nic_rx_dropped(n, mac_fault[verdict].reason, &meta);
            return;
        }
        meta.status = mac_fault[verdict].error;
    }
    int reason = is_mac_control(frame) ? mac_control(n, frame, verdict) : -1;
    if (reason < 0)
        reason = nic_rx_classify(n, frame, a->length, &meta);
    if (reason >= 0) {
        nic_stats_rx_mac(n, verdict, a->length);
        nic_rx_dropped(n, (enum nic_rx_drop)reason, &meta);
        return;
    }
    nic_stats_rx(n, verdict, frame, a->length);
    if (n->st->reg[R_TSYNCRXCTL] & TSYNC_EN && verdict == NIC_MAC_GOOD &&
        nic_stamp_received(n, frame, a->length, sfd_of(n, a)))
        meta.status |= RXD_STAT_TS;
    if (a->looped)
        meta.status |= RXD_STAT_LB;
    finish(n, frame, a, &meta);
}

void nic_rx_pipe(struct nic *n)
{
    struct nic_rx *rx = &n->st->rx;

    for (int i = 0; i < PER_EVENT; i++) {
        uint32_t head = nic_fifo_head(&rx->pipe_fifo);
        if (head == NIC_FIFO_NONE)
            return;
        const struct nic_rx_arriving *a = nic_fifo_at(rx->pipe, head);
        if (a->at_ps > nic_now(n))
            break;
        leave_pipe(n, a);
        nic_fifo_pop(&rx->pipe_fifo, rx->pipe, NIC_RX_PIPE_BYTES);
    }
    set_pipe_alarm(n);
}

/* ---- life ---- */

void nic_rx_reset(struct nic *n, enum nic_reset_kind kind)
{
    struct nic_rx *rx = &n->st->rx;

    for (uint32_t q = 0; q < NIC_QUEUES; q++)
        nic_fetch_restart(&rx->fetcher, &rx->queue[q], q, 0);
    memset(rx->fetcher.want, 0, sizeof rx->fetcher.want);
    memset(rx->enabled, 0, sizeof rx->enabled);
    memset(rx->drop, 0, sizeof rx->drop);
    memset(rx->hide, 0, sizeof rx->hide);
    memset(rx->told, 0, sizeof rx->told);
    rx->pipe_fifo = rx->buffer_fifo = (struct nic_fifo){0};
    rx->buffered = 0;
    rx->starved = rx->pumping = rx->again = false;
    rx->last_out_ps = 0;
    nic_rx_unsettle(rx);
    nic_rx_count_filters(n);
}

static bool pipe_valid(const struct nic_rx *rx)
{
    const struct nic_fifo *f = &rx->pipe_fifo;

    if (!nic_fifo_valid(f, rx->pipe, NIC_RX_PIPE_BYTES, sizeof(struct nic_rx_arriving)))
        return false;
    for (uint32_t at = nic_fifo_head(f); at != NIC_FIFO_NONE;
         at = nic_fifo_next(f, rx->pipe, NIC_RX_PIPE_BYTES, at)) {
        const struct nic_rx_arriving *a =
            (const struct nic_rx_arriving *)(rx->pipe + at);
        if (a->length > NIC_FRAME_MAX ||
            sizeof *a + a->length + NIC_FCS_BYTES > a->record.size || a->good_fcs > 1 ||
            a->looped > NIC_RX_SWITCH || a->source >= NIC_QUEUES)
            return false;
    }
    return true;
}

static bool buffer_valid(const struct nic_rx *rx)
{
    const struct nic_fifo *f = &rx->buffer_fifo;

    if (!nic_fifo_valid(f, rx->buffer, NIC_RX_BUFFER_RING, sizeof(struct nic_rx_stored)))
        return false;
    for (uint32_t at = nic_fifo_head(f); at != NIC_FIFO_NONE;
         at = nic_fifo_next(f, rx->buffer, NIC_RX_BUFFER_RING, at)) {
        const struct nic_rx_stored *s = (const struct nic_rx_stored *)(rx->buffer + at);
        if (sizeof *s + s->meta.length > s->record.size || s->meta.queue >= NIC_QUEUES)
            return false;
    }
    return rx->buffered <= NIC_RX_BUFFER_BYTES;
}

bool nic_rx_valid(const struct nic_state *st)
{
    const struct nic_rx *rx = &st->rx;

    for (uint32_t q = 0; q < NIC_QUEUES; q++)
        if (!nic_desc_queue_valid(&rx->queue[q]))
            return false;
    return nic_fetch_valid(&rx->fetcher) && !rx->pumping && rx->stations <= NIC_STATIONS &&
           rx->ethertypes <= NIC_ETHERTYPE_FILTERS && rx->tuples <= NIC_TUPLE_FILTERS &&
           pipe_valid(rx) && buffer_valid(rx);
}
