/* SPDX-License-Identifier: BSD-2-Clause
 *
 * FRTIMER, SYSTIM and TIMINCA, TCPTIMER: see clock.h. All arithmetic wraps, as the counters do.
 */
#include "model/nic/clock.h"

#include "model/nic/nic_priv.h"

#define US_PS 1000000u

/* Ticks of one increment; a period of 0 counts as 1. */
static uint64_t period_ps(uint32_t timinca)
{
    uint32_t period = timinca >> 24;
    return (uint64_t)NIC_SYSTIM_TICK_PS * (period ? period : 1);
}

uint64_t nic_systim_at(const struct nic *n, uint64_t at_ps)
{
    const struct nic_clock *c = &n->st->clock;
    uint32_t timinca = n->st->reg[R_TIMINCA];
    uint64_t since = at_ps > c->base_ps ? at_ps - c->base_ps : 0;

    if (n->st->reg[R_TSAUXC] & TSAUXC_DISABLE)
        return c->base;
    return c->base + since / period_ps(timinca) * (timinca & 0xffffff);
}

static uint64_t systim(const struct nic *n)
{
    return nic_systim_at(n, nic_now(n));
}

static void systim_set(struct nic *n, uint64_t value)
{
    n->st->clock.base = value;
    n->st->clock.base_ps = nic_now(n);
}

uint32_t nic_systiml_read(struct nic *n, uint32_t index)
{
    uint64_t now = systim(n);

    n->st->reg[R_SYSTIMH] = (uint32_t)(now >> 32);
    return (uint32_t)now;
}

/* Low first, then high, which takes effect. */
void nic_systiml_write(struct nic *n, uint32_t index, uint32_t value)
{
    n->st->reg[R_SYSTIML] = value;
}

void nic_systimh_write(struct nic *n, uint32_t index, uint32_t value)
{
    systim_set(n, (uint64_t)value << 32 | n->st->reg[R_SYSTIML]);
    n->st->reg[R_SYSTIMH] = value;
}

void nic_timinca_write(struct nic *n, uint32_t index, uint32_t value)
{
    systim_set(n, systim(n)); /* what has passed, passed at the old rate */
    nic_reg_store(n, R_TIMINCA, 0, value);
}

void nic_tsauxc_write(struct nic *n, uint32_t index, uint32_t value)
{
    systim_set(n, systim(n));
    nic_reg_store(n, R_TSAUXC, 0, value);
}

/* Low first, then high, which takes effect: sign and magnitude [I-91]. */
void nic_timadjh_write(struct nic *n, uint32_t index, uint32_t value)
{
    uint64_t by = (uint64_t)(value & ~(uint32_t)TIMADJH_MINUS) << 32 | n->st->reg[R_TIMADJL];

    nic_reg_store(n, R_TIMADJH, 0, value);
    n->st->clock.base += value & TIMADJH_MINUS ? -by : by;
}

/* [I-13] */
uint32_t nic_frtimer_read(struct nic *n, uint32_t index)
{
    uint64_t us = nic_now(n) / US_PS;

    return (uint32_t)(us % 1000 | us / 1000 % 1000 << 10 | us / 1000000 % 4096 << 20);
}

/* ---- TCP timer [I-99] ---- */

static void tcp_timer_start(struct nic *n)
{
    struct nic_clock *c = &n->st->clock;
    uint64_t ms = n->st->reg[R_TCPTIMER] & TCPTIMER_DURATION;

    c->expires_ps = nic_now(n) + (ms ? ms : 1) * 1000 * US_PS;
    nic_alarm_set(n, &c->alarm, c->expires_ps, NIC_TIMER_TCP, 0);
}

static void tcp_timer_expired(struct nic *n)
{
    n->st->clock.expires_ps = 0;
    if (n->st->reg[R_TCPTIMER] & TCPTIMER_LOOP)
        tcp_timer_start(n);
    nic_irq_cause(n, EICR_TCP_TIMER);
}

void nic_tcptimer_write(struct nic *n, uint32_t index, uint32_t value)
{
    nic_reg_store(n, R_TCPTIMER, 0, value);
    if (!(value & TCPTIMER_ENABLE))
        n->st->clock.expires_ps = 0;
    else if (value & TCPTIMER_KICK)
        tcp_timer_start(n);
    if (value & TCPTIMER_FINISH)
        tcp_timer_expired(n);
}

void nic_clock_fire(struct nic *n)
{
    struct nic_clock *c = &n->st->clock;

    nic_alarm_fired(&c->alarm);
    if (!c->expires_ps)
        return;
    if (nic_now(n) >= c->expires_ps)
        tcp_timer_expired(n);
    else
        nic_alarm_set(n, &c->alarm, c->expires_ps, NIC_TIMER_TCP, 0);
}

void nic_clock_reset(struct nic *n, int kind)
{
    n->st->clock.expires_ps = 0;
    systim_set(n, 0);
}
