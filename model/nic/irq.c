/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Interrupt causes and masks, and the registers that show them. A cause is latched here whether or
 * not it is enabled; when and how its vector fires is irq_vector.c's business.
 *
 * Queue causes are one 64-bit word, a bit per vector: bits 15:0 are EICR[15:0], the rest exist in
 * the EX registers only. The other causes, EICR[30:16], are a word of their own.
 */
#include "model/nic/irq.h"

#include "model/nic/nic_priv.h"

#define OTHER_CAUSES 0x7fff0000u
#define EITR_UNIT_PS 2048000u /* 2.048 us at 10 Gb/s */

enum nic_irq_mode nic_irq_mode(const struct nic *n)
{
    uint64_t address;
    uint32_t data;

    if (nic_pci_msix_enabled(n))
        return n->st->reg[R_GPIE] & GPIE_MSIX_MODE ? NIC_IRQ_MSIX : NIC_IRQ_MSIX_ONE;
    return nic_pci_msi(n, &address, &data) ? NIC_IRQ_MSI : NIC_IRQ_INTX;
}

uint64_t nic_irq_automask(const struct nic *n)
{
    return n->st->irq.automask | (n->st->reg[R_EIAM] & EICR_RTXQ);
}

uint32_t nic_irq_other_of(const struct nic *n, uint32_t vector)
{
    uint32_t misc = n->st->reg[R_IVAR_MISC], timer = misc & 0xff, rest = misc >> 8 & 0xff;
    uint32_t causes = 0;

    if ((rest & IVAR_VECTOR) == vector) /* valid or not [I-131] */
        causes |= OTHER_CAUSES & ~(uint32_t)EICR_TCP_TIMER;
    if (timer & IVAR_VALID && (timer & IVAR_VECTOR) == vector)
        causes |= EICR_TCP_TIMER;
    return causes;
}

/* ---- causes ---- */

static uint32_t eicr(const struct nic *n)
{
    return (uint32_t)(n->st->irq.pending & EICR_RTXQ) | n->st->irq.other;
}

/* Vectors that these causes may fire now. `queues` is a map of RTxQ causes, `other` of others. */
static void announce(struct nic *n, uint64_t queues, uint32_t other)
{
    struct nic_irq *irq = &n->st->irq;

    queues &= irq->pending & irq->mask;
    other &= irq->other & irq->other_mask;
    if (nic_irq_mode(n) != NIC_IRQ_MSIX) {
        if ((queues & EICR_RTXQ) || other)
            nic_vector_due(n, 0);
        return;
    }
    while (queues) {
        nic_vector_due(n, (uint32_t)__builtin_ctzll(queues));
        queues &= queues - 1;
    }
    uint32_t misc = n->st->reg[R_IVAR_MISC];
    if (other & EICR_TCP_TIMER && misc & IVAR_VALID)
        nic_vector_due(n, misc & IVAR_VECTOR);
    if (other & ~(uint32_t)EICR_TCP_TIMER)
        nic_vector_due(n, misc >> 8 & IVAR_VECTOR);
}

static uint32_t ivar_entry(const struct nic *n, uint32_t queue, bool tx)
{
    return n->st->reg[R_IVAR + queue / 2] >> ((queue & 1) * 16 + tx * 8) & 0xff;
}

int nic_irq_cause_of(const struct nic *n, uint32_t queue, bool tx)
{
    uint32_t entry = ivar_entry(n, queue, tx);

    if (!(entry & IVAR_VALID))
        return -1;
    return (int)(entry & (nic_irq_mode(n) == NIC_IRQ_MSIX ? IVAR_VECTOR : 15));
}

/* Apart from nic_irq_queue(), which comes twice a frame and mostly finds its cause latched: it
 * would save and restore every register for the sake of these calls. */
static __attribute__((noinline)) void latch(struct nic *n, uint64_t bit)
{
    struct nic_irq *irq = &n->st->irq;

    irq->pending |= bit;
    nic_emit(n, NIC_EV_cause, 0, eicr(n), irq->mask & bit, 0);
    if (irq->mask & bit)
        announce(n, bit, 0);
}

void nic_irq_queue(struct nic *n, uint32_t queue, bool tx)
{
    int cause = nic_irq_cause_of(n, queue, tx);

    if (__builtin_expect(cause < 0, 0)) {
        nic_vf_irq_queue(n, queue, tx); /* what IVAR names comes to the physical function */
        return;
    }
    if (!(n->st->irq.pending >> cause & 1)) /* else still latched: nothing new */
        latch(n, 1ull << cause);
}

void nic_irq_cause(struct nic *n, uint32_t eicr_bits)
{
    struct nic_irq *irq = &n->st->irq;
    uint32_t fresh = eicr_bits & OTHER_CAUSES & ~irq->other;

    if (!fresh)
        return;
    irq->other |= fresh;
    nic_emit(n, NIC_EV_cause, 0, eicr(n), irq->other_mask, 0);
    announce(n, 0, fresh);
}

uint64_t nic_irq_interval_ps(const struct nic *n, uint32_t queue, bool tx)
{
    uint32_t entry = ivar_entry(n, queue, tx);

    if (!(entry & IVAR_VALID))
        return nic_vf_irq_interval_ps(n, queue, tx);
    uint32_t vector = nic_irq_mode(n) == NIC_IRQ_MSIX ? entry & IVAR_VECTOR : 0;
    return (uint64_t)((n->st->reg[R_EITR + vector] & EITR_INTERVAL) >> EITR_INTERVAL_SHIFT) *
           EITR_UNIT_PS;
}

/* ---- EICR, EICS ---- */

/* Causes that a driver takes note of mask themselves by EIAM, unless the sending of their message
 * does it (EIAME) [I-103]. */
static void mask_acknowledged(struct nic *n, uint32_t causes)
{
    uint32_t masked = causes & n->st->reg[R_EIAM];

    if (nic_pci_msix_enabled(n) && n->st->reg[R_GPIE] & GPIE_EIAME)
        return;
    n->st->irq.mask &= ~(uint64_t)(masked & EICR_RTXQ);
    n->st->irq.other_mask &= ~masked;
}

uint32_t nic_eicr_read(struct nic *n, uint32_t index)
{
    struct nic_irq *irq = &n->st->irq;
    uint32_t value = eicr(n), gpie = n->st->reg[R_GPIE];

    if (!(gpie & GPIE_OCD))
        irq->pending &= ~(uint64_t)EICR_RTXQ;
    irq->other = 0;
    mask_acknowledged(n, value);
    nic_vector_settle(n);
    return value & OTHER_CAUSES ? value | EICR_OTHER : value;
}

void nic_eicr_write(struct nic *n, uint32_t index, uint32_t value)
{
    mask_acknowledged(n, value & eicr(n));
    n->st->irq.pending &= ~(uint64_t)(value & EICR_RTXQ);
    n->st->irq.other &= ~value;
    nic_vector_settle(n);
}

uint32_t nic_eics_read(struct nic *n, uint32_t index)
{
    return eicr(n);
}

/* A cause set by software counts as a new one even when it is still latched: that is how a driver
 * kicks a vector which it believes to have stalled. */
static void set_causes(struct nic *n, uint64_t queues, uint32_t other)
{
    struct nic_irq *irq = &n->st->irq;

    if (queues & ~irq->pending || other & ~irq->other) {
        irq->pending |= queues;
        irq->other |= other;
        nic_emit(n, NIC_EV_cause, 0, eicr(n),
                 (uint32_t)(irq->mask & EICR_RTXQ) | irq->other_mask, 0);
    }
    if (n->st->reg[R_GPIE] & GPIE_EIMEN)
        nic_irq_forget_throttle(n, queues & irq->mask, other & irq->other_mask);
    announce(n, queues, other);
}

void nic_eics_write(struct nic *n, uint32_t index, uint32_t value)
{
    /* Outside MSI-X, EIAM makes a cause unmask itself when software sets it. */
    if (!nic_pci_msix_enabled(n)) {
        n->st->irq.mask |= value & n->st->reg[R_EIAM] & EICR_RTXQ;
        n->st->irq.other_mask |= value & n->st->reg[R_EIAM] & OTHER_CAUSES;
    }
    set_causes(n, value & EICR_RTXQ, value & OTHER_CAUSES);
}

uint32_t nic_eics_ex_read(struct nic *n, uint32_t index)
{
    return (uint32_t)(n->st->irq.pending >> 32 * index);
}

void nic_eics_ex_write(struct nic *n, uint32_t index, uint32_t value)
{
    set_causes(n, (uint64_t)value << 32 * index, 0);
}

/* ---- masks ---- */

uint32_t nic_eims_read(struct nic *n, uint32_t index)
{
    return (uint32_t)(n->st->irq.mask & EICR_RTXQ) | n->st->irq.other_mask;
}

void nic_eims_write(struct nic *n, uint32_t index, uint32_t value)
{
    n->st->irq.mask |= value & EICR_RTXQ;
    n->st->irq.other_mask |= value & ~(uint32_t)EICR_RTXQ;
    announce(n, value & EICR_RTXQ, value & OTHER_CAUSES);
}

void nic_eimc_write(struct nic *n, uint32_t index, uint32_t value)
{
    n->st->irq.mask &= ~(uint64_t)(value & EICR_RTXQ);
    n->st->irq.other_mask &= ~value;
    nic_vector_settle(n);
}

uint32_t nic_eims_ex_read(struct nic *n, uint32_t index)
{
    return (uint32_t)(n->st->irq.mask >> 32 * index);
}

void nic_eims_ex_write(struct nic *n, uint32_t index, uint32_t value)
{
    uint64_t queues = (uint64_t)value << 32 * index;

    n->st->irq.mask |= queues;
    announce(n, queues, 0);
}

void nic_eimc_ex_write(struct nic *n, uint32_t index, uint32_t value)
{
    n->st->irq.mask &= ~((uint64_t)value << 32 * index);
    nic_vector_settle(n);
}

/* Bits 15:0 of EIAM_EX(0) are those of EIAM and live there. */
uint32_t nic_eiam_ex_read(struct nic *n, uint32_t index)
{
    return (uint32_t)(nic_irq_automask(n) >> 32 * index);
}

void nic_eiam_ex_write(struct nic *n, uint32_t index, uint32_t value)
{
    uint64_t all = nic_irq_automask(n);

    all &= ~((uint64_t)UINT32_MAX << 32 * index);
    all |= (uint64_t)value << 32 * index;
    n->st->irq.automask = all & ~(uint64_t)EICR_RTXQ;
    n->st->reg[R_EIAM] = (n->st->reg[R_EIAM] & ~(uint32_t)EICR_RTXQ) | (uint32_t)(all & EICR_RTXQ);
}

/* ---- modes and routes ---- */

void nic_gpie_write(struct nic *n, uint32_t index, uint32_t value)
{
    if ((value ^ n->st->reg[R_GPIE]) & GPIE_LL_INTERVAL)
        nic_irq_credits_from_now(n);
    nic_reg_store(n, R_GPIE, 0, value);
    nic_irq_config_changed(n);
}

void nic_irq_reset(struct nic *n, enum nic_reset_kind kind)
{
    struct nic_irq *irq = &n->st->irq;

    irq->pending = irq->mask = irq->automask = irq->due = 0;
    irq->other = irq->other_mask = 0;
    irq->starved = false;
    memset(irq->last_ps, 0, sizeof irq->last_ps);
    nic_irq_credits_from_now(n);
    if (kind != NIC_RESET_SW) {
        irq->pba = 0;
        for (int i = 0; i < NIC_VECTORS; i++)
            irq->table[i] = (struct nic_msix_entry){.control = NIC_MSIX_MASKED};
    }
    nic_irq_config_changed(n);
}

bool nic_irq_valid(const struct nic_state *st)
{
    const struct nic_irq *irq = &st->irq;

    return (irq->other & ~OTHER_CAUSES) == 0 && (irq->automask & EICR_RTXQ) == 0;
}
