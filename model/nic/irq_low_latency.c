/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Low-latency interrupts: a cause that does not wait for its vector's throttle, because a filter
 * marked the frame or software asked for it. With EITR.LLI moderation each costs a credit, of which
 * one comes back every GPIE.LL_INTERVAL. What a vector is, irq_vector.c knows.
 */
#include "model/nic/irq.h"

#include "model/nic/nic_priv.h"

#define LL_UNIT_PS 4000000ull /* of GPIE.LL_INTERVAL [I-73] */

/* Credits that came back since the last look go into EITR. */
static void refill(struct nic *n, uint32_t vector)
{
    struct nic_irq *irq = &n->st->irq;
    uint32_t *eitr = &n->st->reg[R_EITR + vector];
    uint64_t every = LL_UNIT_PS * ((n->st->reg[R_GPIE] & GPIE_LL_INTERVAL) >>
                                   GPIE_LL_INTERVAL_SHIFT);
    uint64_t since = nic_now(n) - irq->credit_ps[vector];
    uint64_t credits = (*eitr & EITR_LLI_CREDIT) >> EITR_LLI_CREDIT_SHIFT;

    if (!every || since < every)
        return;
    irq->credit_ps[vector] += since / every * every;
    credits += since / every;
    credits = credits > EITR_LLI_CREDITS ? EITR_LLI_CREDITS : credits;
    *eitr = (*eitr & ~(uint32_t)EITR_LLI_CREDIT) | (uint32_t)credits << EITR_LLI_CREDIT_SHIFT;
}

void nic_irq_credits_from_now(struct nic *n)
{
    for (uint32_t v = 0; v < NIC_VECTORS; v++)
        n->st->irq.credit_ps[v] = nic_now(n);
}

static bool may_jump(struct nic *n, uint32_t vector)
{
    uint32_t *eitr = &n->st->reg[R_EITR + vector];

    if (!(*eitr & EITR_LLI_MODERATION) || !(n->st->reg[R_GPIE] & GPIE_LL_INTERVAL))
        return true;
    refill(n, vector);
    if (!(*eitr & EITR_LLI_CREDIT))
        return false;
    *eitr -= 1u << EITR_LLI_CREDIT_SHIFT;
    return true;
}

void nic_irq_queue_low_latency(struct nic *n, uint32_t queue)
{
    struct nic_irq *irq = &n->st->irq;
    int cause = nic_irq_cause_of(n, queue, false);

    if (cause < 0) {
        nic_irq_queue(n, queue, false); /* for a virtual function, by its throttle */
        return;
    }
    uint32_t vector = nic_irq_mode(n) == NIC_IRQ_MSIX ? (uint32_t)cause : 0;
    bool jumps = irq->mask >> cause & 1 && may_jump(n, vector);
    if (jumps)
        irq->last_ps[vector] = 0;
    nic_irq_queue(n, queue, false);
    if (jumps && irq->due >> vector & 1) /* it had been waiting */
        nic_vector_due(n, vector);
}

void nic_irq_forget_throttle(struct nic *n, uint64_t queues, uint32_t other)
{
    struct nic_irq *irq = &n->st->irq;

    if (nic_irq_mode(n) != NIC_IRQ_MSIX) {
        irq->last_ps[0] = 0;
        return;
    }
    for (uint32_t v = 0; v < NIC_VECTORS; v++)
        if (queues >> v & 1 || other & nic_irq_other_of(n, v))
            irq->last_ps[v] = 0;
}

uint32_t nic_eitr_read(struct nic *n, uint32_t index)
{
    if (index < NIC_VECTORS)
        refill(n, index);
    return n->st->reg[R_EITR + index];
}
