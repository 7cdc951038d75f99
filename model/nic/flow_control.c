/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Flow control: see flow_control.h. Of the eight packet buffers and timers only number 0 is in use:
 * there are no traffic classes.
 */
#include "model/nic/flow_control.h"

#include "model/nic/nic_priv.h"

enum {
    OPCODE_AT = 14,
    QUANTA_AT = 16,
    OPCODE_PAUSE = 1,
    QUANTUM_BYTES = 64, /* 512 bit times */
    TIMER_BITS = 0xffff,
    TIMER_HOLD = 0, /* sched_event queue of NIC_TIMER_FLOW */
    TIMER_REFRESH = 1,
};

static uint64_t quanta_ps(const struct nic *n, uint32_t quanta)
{
    return (uint64_t)quanta * QUANTUM_BYTES * n->st->config.timing.byte_ps;
}

/* ---- what the far end says ---- */

void nic_flow_received(struct nic *n, const uint8_t *frame)
{
    struct nic_flow_control *f = &n->st->flow;

    if (!(n->st->reg[R_MFLCN] & MFLCN_RFCE) || nic_get16(frame + OPCODE_AT) != OPCODE_PAUSE)
        return;
    uint32_t quanta = nic_get16(frame + QUANTA_AT);
    nic_stats_pause(n, quanta ? R_LXOFFRXCNT : R_LXONRXCNT);
    f->hold_ps = nic_now(n) + quanta_ps(n, quanta);
    nic_tx_wire_set(n);
}

void nic_flow_wake(struct nic *n)
{
    struct nic_flow_control *f = &n->st->flow;

    nic_alarm_set(n, &f->hold, f->hold_ps, NIC_TIMER_FLOW, TIMER_HOLD);
}

/* ---- what the far end is told ---- */

static bool may_send(const struct nic *n)
{
    return n->st->reg[R_FCCFG] & FCCFG_TFCE_802_3X && n->st->reg[R_FCRTH] & FCRTH_FCEN &&
           n->st->reg[R_FCTTV] & TIMER_BITS && nic_link_up(n) &&
           !(n->st->reg[R_HLREG0] & HLREG0_LPBK);
}

void nic_flow_level(struct nic *n)
{
    struct nic_flow_control *f = &n->st->flow;
    uint32_t bytes = n->st->rx.buffered, fcrtl = n->st->reg[R_FCRTL];

    if (f->full && bytes <= (fcrtl & FCRTL_BYTES)) {
        f->full = false;
        /* An XOFF that never left needs no XON. */
        f->owed = f->owed != PAUSE_XOFF && fcrtl & FCRTL_XONE && may_send(n) ? PAUSE_XON
                                                                             : PAUSE_NONE;
    } else if (!f->full && bytes > (n->st->reg[R_FCRTH] & FCRTH_BYTES) && may_send(n)) {
        f->full = true;
        f->owed = PAUSE_XOFF;
    } else {
        return;
    }
    nic_tx_wire_set(n);
}

/* The far end's timer is to be wound up again when FCRTV of it is left. */
static void plan_refresh(struct nic *n, uint32_t fcttv)
{
    struct nic_flow_control *f = &n->st->flow;
    uint32_t left = n->st->reg[R_FCRTV] & TIMER_BITS;

    f->refresh_ps = nic_now(n) + quanta_ps(n, left < fcttv ? fcttv - left : fcttv);
    nic_alarm_set(n, &f->refresh, f->refresh_ps, NIC_TIMER_FLOW, TIMER_REFRESH);
}

void nic_flow_compose(struct nic *n, uint8_t *frame)
{
    static const uint8_t head[16] = {0x01, 0x80, 0xc2, 0x00, 0x00, 0x01, 0,    0,
                                     0,    0,    0,    0,    0x88, 0x08, 0x00, OPCODE_PAUSE};
    struct nic_flow_control *f = &n->st->flow;
    uint32_t fcttv = n->st->reg[R_FCTTV] & TIMER_BITS;
    uint64_t station = n->st->reg[R_RAL] | (uint64_t)n->st->reg[R_RAH] << 32;
    uint32_t quanta = f->owed == PAUSE_XOFF ? fcttv : 0;

    memset(frame, 0, NIC_FRAME_MIN);
    memcpy(frame, head, sizeof head);
    for (uint32_t i = 0; i < 6; i++)
        frame[6 + i] = (uint8_t)(station >> 8 * i);
    frame[QUANTA_AT] = (uint8_t)(quanta >> 8);
    frame[QUANTA_AT + 1] = (uint8_t)quanta;
    nic_stats_pause(n, f->owed == PAUSE_XOFF ? R_LXOFFTXC : R_LXONTXC);
    if (f->owed == PAUSE_XOFF)
        plan_refresh(n, fcttv);
    f->owed = PAUSE_NONE;
}

/* ---- time, link, reset ---- */

void nic_flow_fire(struct nic *n, const struct sched_event *e)
{
    struct nic_flow_control *f = &n->st->flow;

    nic_alarm_fired(sched_event_queue(e) == TIMER_HOLD ? &f->hold : &f->refresh);
    if (f->full && f->owed == PAUSE_NONE) {
        if (nic_now(n) < f->refresh_ps)
            nic_alarm_set(n, &f->refresh, f->refresh_ps, NIC_TIMER_FLOW, TIMER_REFRESH);
        else if (may_send(n))
            f->owed = PAUSE_XOFF;
    }
    nic_tx_wire_set(n);
}

void nic_flow_link_changed(struct nic *n, bool up)
{
    struct nic_flow_control *f = &n->st->flow;

    if (up) {
        nic_flow_level(n);
        return;
    }
    f->hold_ps = f->refresh_ps = 0;
    f->full = false;
    f->owed = PAUSE_NONE;
}

void nic_flow_reset(struct nic *n)
{
    nic_flow_link_changed(n, false);
}

bool nic_flow_valid(const struct nic_flow_control *f)
{
    return f->full <= 1 && f->owed <= PAUSE_XOFF;
}
