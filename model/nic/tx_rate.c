/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The rate of a queue: after each packet the queue waits for as long as the packet would take on a
 * wire of that rate. What a queue could not send in time, because others did, it may make up for,
 * as far as RTTBCNRM goes [I-127].
 */
#include "model/nic/nic_priv.h"
#include "model/nic/tx.h"

/* Those whose time has come go on; the alarm waits for the first of the others. */
static void release(struct nic *n)
{
    struct nic_tx *tx = &n->st->tx;
    uint64_t next = SCHED_NEVER;

    for (uint32_t i = 0; i < 2; i++)
        for (uint64_t left = tx->waiting[i]; left; left &= left - 1) {
            uint32_t q = i * 64 + (uint32_t)__builtin_ctzll(left);
            if (tx->due_ps[q] > nic_now(n)) {
                next = tx->due_ps[q] < next ? tx->due_ps[q] : next;
                continue;
            }
            tx->waiting[i] &= ~(left & -left);
            if (tx->queue[q].packets || tx->queue[q].special & NIC_TX_DISCARD)
                nic_tx_activate(tx, q);
        }
    if (next != SCHED_NEVER)
        nic_alarm_set(n, &tx->pace, next, NIC_TIMER_RATE, 0);
    nic_tx_pump(n);
}

void nic_tx_rate_fire(struct nic *n)
{
    nic_alarm_fired(&n->st->tx.pace);
    release(n);
}

uint32_t nic_rttbcnrc_read(struct nic *n, uint32_t index)
{
    return n->st->tx.rate[n->st->reg[R_RTTDQSEL] & RTTDQSEL_QUEUE];
}

void nic_rttbcnrc_write(struct nic *n, uint32_t index, uint32_t value)
{
    struct nic_tx *tx = &n->st->tx;
    uint32_t queue = n->st->reg[R_RTTDQSEL] & RTTDQSEL_QUEUE;
    uint8_t *special = &tx->queue[queue].special;

    tx->rate[queue] = nic_reg_store(n, R_RTTBCNRC, 0, value);
    tx->due_ps[queue] = 0; /* by the new one from now on */
    *special = (uint8_t)(value & RTTBCNRC_RS_ENA ? *special | NIC_TX_PACED
                                                 : *special & ~NIC_TX_PACED);
    release(n);
}

static uint64_t window_ps(const struct nic *n)
{
    return (uint64_t)(n->st->reg[R_RTTBCNRM] & RTTBCNRM_MMW_SIZE) * 1024 *
           n->st->config.timing.byte_ps;
}

void nic_tx_rate_charge(struct nic *n, uint32_t queue, uint32_t bytes)
{
    struct nic_tx *tx = &n->st->tx;
    uint64_t bit = 1ull << queue % 64, now = nic_now(n), window = window_ps(n);
    uint64_t factor = tx->rate[queue] & RTTBCNRC_FACTOR;
    uint64_t *due = &tx->due_ps[queue];

    if (*due + window < now)
        *due = now - window;
    *due += bytes * factor * n->st->config.timing.byte_ps >> RTTBCNRC_POINT;
    if (*due <= now)
        return;
    tx->active[queue / 64] &= ~bit;
    tx->waiting[queue / 64] |= bit;
    nic_alarm_set(n, &tx->pace, *due, NIC_TIMER_RATE, 0);
}
