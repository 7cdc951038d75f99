/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The transmit MAC: completed packets leave the buffer one after the other, each no sooner than the
 * one before has ended, while the link is up and the far end does not pause us. Pads, counts, loops
 * back; pause frames of our own go first.
 */
#include "model/nic/nic_priv.h"
#include "model/nic/tx.h"

enum {
    PER_EVENT = 16,   /* packets that one event takes off the buffer */
    WIRE_OVERHEAD = 20, /* preamble, SFD and gap, bytes */
};

uint32_t nic_tx_buffer_cost(uint32_t length)
{
    uint32_t bytes = (length + NIC_FCS_BYTES + 15) & ~15u;

    return bytes < 64 ? 64 : bytes;
}

static bool loops_back(const struct nic *n)
{
    return n->st->reg[R_HLREG0] & HLREG0_LPBK;
}

void nic_tx_wire_set(struct nic *n)
{
    struct nic_tx *tx = &n->st->tx;

    if (n->st->flow.owed) {
        nic_line_set(n, NIC_LINE_TX, tx->wire_free_ps);
        return;
    }
    if (tx->complete == 0 || !(nic_link_up(n) || loops_back(n)))
        return;
    const struct nic_tx_packet *p = nic_fifo_at(tx->buffer, tx->fifo.head);
    if (n->st->flow.hold_ps > nic_now(n) && !p->drop) {
        nic_flow_wake(n);
        return;
    }
    uint64_t at_ps = p->drop || p->ready_ps > tx->wire_free_ps ? p->ready_ps : tx->wire_free_ps;
    nic_line_set(n, NIC_LINE_TX, at_ps);
}

static void occupy(struct nic *n, uint32_t length)
{
    n->st->tx.wire_free_ps = nic_now(n) + (uint64_t)(length + NIC_FCS_BYTES + WIRE_OVERHEAD) *
                                              n->st->config.timing.byte_ps;
}

/* Of the MAC's own making; a pause of the far end does not hold it. */
static void send_pause(struct nic *n)
{
    uint8_t frame[NIC_FRAME_MIN];

    nic_flow_compose(n, frame);
    occupy(n, NIC_FRAME_MIN);
    nic_stats_tx_mac(n, frame, NIC_FRAME_MIN);
    n->ops->frame_out(n->host, nic_function(n), frame, NIC_FRAME_MIN, true);
}

/* It is not as most packets are; false: it is for other pools only. */
static __attribute__((cold)) bool goes_out(struct nic *n, const struct nic_tx_packet *p,
                                           bool *good_fcs)
{
    if (p->how & NIC_TX_NO_FCS)
        *good_fcs = false;
    if (p->how & NIC_TX_LOCAL)
        nic_rx_switch(n, (const uint8_t *)(p + 1), p->length, p->queue);
    if (!(p->how & NIC_TX_STAYS))
        return true;
    occupy(n, p->length);
    nic_stats_tx_local(n, p->queue, p->length);
    return false;
}

static void send(struct nic *n, struct nic_tx_packet *p)
{
    uint8_t *frame = (uint8_t *)(p + 1);
    uint32_t hlreg0 = n->st->reg[R_HLREG0], length = p->length;
    bool good_fcs = hlreg0 & HLREG0_TXCRCEN;

    if (p->how && !goes_out(n, p, &good_fcs))
        return;
    if (length < NIC_FRAME_MIN && hlreg0 & HLREG0_TXPADEN) {
        memset(frame + length, 0, NIC_FRAME_MIN - length);
        length = NIC_FRAME_MIN;
    }
    occupy(n, length);
    if (p->offload.what & NIC_TX_STAMP)
        nic_stamp_sent(n);
    nic_stats_tx(n, p->queue, frame, length);
    nic_emit(n, NIC_EV_tx_frame, p->queue, length, p->first, n->st->stats.tx_frames++);
    if (loops_back(n))
        nic_rx_loopback(n, frame, length, good_fcs);
    else
        n->ops->frame_out(n->host, nic_function(n), frame, length, good_fcs);
}

/* Takes the packet at the head off the buffer. */
static void take_off(struct nic_tx *tx, const struct nic_tx_packet *p)
{
    uint32_t cost = nic_tx_buffer_cost(p->length);

    tx->buffered -= cost < tx->buffered ? cost : tx->buffered;
    tx->complete--;
    tx->full = false;
    nic_fifo_pop(&tx->fifo, tx->buffer, NIC_TX_BUFFER_RING);
}

/* Lets one frame out, the pause frame that is owed before all others; packets that are dropped
 * leave with it, a bounded number. Then the wire is taken. */
static void leave(struct nic *n)
{
    struct nic_tx *tx = &n->st->tx;
    bool sent = n->st->flow.owed;

    if (sent) {
        if (nic_now(n) < tx->wire_free_ps)
            return;
        send_pause(n);
        tx->full = false;
    }
    for (int left = PER_EVENT - sent; left && tx->complete; left--) {
        struct nic_tx_packet *p = nic_fifo_at(tx->buffer, tx->fifo.head);
        if (!p->drop) {
            if (sent || nic_now(n) < p->ready_ps || nic_now(n) < tx->wire_free_ps ||
                nic_now(n) < n->st->flow.hold_ps || !(nic_link_up(n) || loops_back(n)))
                return;
            send(n, p);
            sent = true;
        }
        take_off(tx, p);
    }
}

void nic_tx_wire_fire(struct nic *n)
{
    bool full = n->st->tx.full;

    leave(n);
    nic_tx_wire_set(n);
    if (full && !n->st->tx.full)
        nic_tx_pump(n);
}

void nic_tx_link_changed(struct nic *n, bool up)
{
    nic_flow_link_changed(n, up);
    nic_tx_wire_set(n);
}
