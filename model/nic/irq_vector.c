/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Vectors: when one fires (throttle, masks of the table, bus, room) and how (INTx, MSI, MSI-X), and
 * BAR 4 with the MSI-X table and PBA. In every mode but MSI-X with GPIE.MSIX_MODE there is one
 * vector, number 0.
 *
 * "Due" is the edge that waits: it was announced by a new cause or by an unmasking, and is taken
 * back when the cause goes away before the vector could fire.
 */
#include "model/nic/irq.h"

#include "model/nic/nic_priv.h"

#define MSIX_PBA 0x2000u
#define MESSAGE_ROOM 36u /* what a 4-byte posted write costs */

/* Causes that are latched and enabled for this vector. */
static bool wanted(const struct nic *n, enum nic_irq_mode mode, uint32_t vector,
                   uint64_t *queues, uint32_t *other)
{
    const struct nic_irq *irq = &n->st->irq;

    *queues = irq->pending & irq->mask;
    *other = irq->other & irq->other_mask;
    if (mode == NIC_IRQ_MSIX) {
        *queues &= 1ull << vector;
        *other &= nic_irq_other_of(n, vector);
    } else {
        *queues &= vector == 0 ? EICR_RTXQ : 0;
        *other &= vector == 0 ? UINT32_MAX : 0;
    }
    return *queues || *other;
}

static uint64_t earliest_ps(const struct nic *n, uint32_t vector)
{
    uint64_t last = n->st->irq.last_ps[vector];
    uint32_t units = (n->st->reg[R_EITR + vector] & EITR_INTERVAL) >> EITR_INTERVAL_SHIFT;

    return last ? last - 1 + (uint64_t)units * 2048000 : 0;
}

static bool may_send(struct nic *n)
{
    if (!nic_pci_bus_master(n))
        return false;
    if (nic_may_post(n, MESSAGE_ROOM))
        return true;
    n->st->irq.starved = true;
    return false;
}

static void send(struct nic *n, uint32_t vector, uint64_t address, uint32_t data)
{
    nic_emit(n, NIC_EV_msix, vector, address, data, 0);
    n->ops->message(n->host, nic_function(n), address, data);
}

static bool table_masked(const struct nic *n, uint32_t vector)
{
    return n->st->irq.table[vector].control & NIC_MSIX_MASKED || nic_pci_msix_masked(n);
}

static void send_msix(struct nic *n, uint32_t vector)
{
    const struct nic_msix_entry *e = &n->st->irq.table[vector];

    send(n, vector, (uint64_t)e->address_high << 32 | e->address_low, e->data);
}

/* What the sending of an MSI-X message does to causes and masks (EIAC, EIAM). */
static void automatic(struct nic *n, uint64_t queues, uint32_t other)
{
    struct nic_irq *irq = &n->st->irq;
    uint32_t eiac = n->st->reg[R_EIAC];

    /* Vectors above 15 have no bit in EIAC: they always clear themselves. */
    irq->pending &= ~(queues & ((eiac & EICR_RTXQ) | ~(uint64_t)EICR_RTXQ));
    irq->other &= ~(other & eiac);
    if (n->st->reg[R_GPIE] & GPIE_EIAME) {
        irq->mask &= ~(queues & nic_irq_automask(n));
        irq->other_mask &= ~(other & n->st->reg[R_EIAM] & ~(uint32_t)EICR_RTXQ);
    }
}

static void set_intx(struct nic *n, bool level)
{
    if (n->st->irq.intx == level)
        return;
    n->st->irq.intx = level;
    n->ops->intx(n->host, nic_function(n), level);
}

/* The line may be kept quiet by the command register; the status register tells all the same. */
bool nic_irq_intx_pending(const struct nic *n)
{
    const struct nic_irq *irq = &n->st->irq;

    return irq->intx || (nic_pci_intx_disabled(n) && nic_irq_mode(n) == NIC_IRQ_INTX &&
                         (irq->due & 1));
}

/* One way or another; false when it has to wait. */
static bool deliver(struct nic *n, enum nic_irq_mode mode, uint32_t vector, uint64_t queues,
                    uint32_t other)
{
    uint64_t address;
    uint32_t data;

    switch (mode) {
    case NIC_IRQ_INTX:
        if (nic_pci_intx_disabled(n))
            return false;
        set_intx(n, true);
        return true;
    case NIC_IRQ_MSI:
        nic_pci_msi(n, &address, &data);
        nic_pci_msi_pending(n, nic_pci_msi_masked(n));
        if (nic_pci_msi_masked(n) || !may_send(n))
            return false;
        send(n, 0, address, data);
        return true;
    default:
        if (table_masked(n, vector))
            n->st->irq.pba |= 1ull << vector;
        else if (may_send(n))
            send_msix(n, vector);
        else
            return false;
        automatic(n, queues, other);
        return true;
    }
}

static void try_fire(struct nic *n, uint32_t vector)
{
    struct nic_irq *irq = &n->st->irq;
    enum nic_irq_mode mode = nic_irq_mode(n);
    uint64_t queues, at_ps;
    uint32_t other;

    if (!wanted(n, mode, vector, &queues, &other)) {
        irq->due &= ~(1ull << vector);
        return;
    }
    at_ps = earliest_ps(n, vector);
    if (nic_now(n) < at_ps) {
        nic_alarm_set(n, &irq->alarm[vector], at_ps, NIC_TIMER_EITR, vector);
        return;
    }
    if (!deliver(n, mode, vector, queues, other))
        return;
    irq->due &= ~(1ull << vector);
    irq->last_ps[vector] = nic_now(n) + 1;
}

void nic_vector_due(struct nic *n, uint32_t vector)
{
    n->st->irq.due |= 1ull << vector;
    try_fire(n, vector);
}

static void try_all(struct nic *n)
{
    for (uint64_t due = n->st->irq.due; due; due &= due - 1)
        try_fire(n, (uint32_t)__builtin_ctzll(due));
}

void nic_vector_settle(struct nic *n)
{
    struct nic_irq *irq = &n->st->irq;
    uint64_t queues;
    uint32_t other;

    if (!irq->due && !irq->intx)
        return;
    enum nic_irq_mode mode = nic_irq_mode(n);
    for (uint64_t due = irq->due; due; due &= due - 1) {
        uint32_t vector = (uint32_t)__builtin_ctzll(due);
        if (!wanted(n, mode, vector, &queues, &other))
            irq->due &= ~(1ull << vector);
    }
    if (mode == NIC_IRQ_MSI)
        nic_pci_msi_pending(n, (irq->due & 1) && nic_pci_msi_masked(n));
    if (irq->intx && (mode != NIC_IRQ_INTX || !wanted(n, mode, 0, &queues, &other)))
        set_intx(n, false);
}

/* Messages that fired into a masked entry and may go now. */
static void release_pba(struct nic *n)
{
    struct nic_irq *irq = &n->st->irq;

    if (!nic_pci_msix_enabled(n)) {
        irq->pba = 0;
        return;
    }
    for (uint64_t held = irq->pba; held; held &= held - 1) {
        uint32_t vector = (uint32_t)__builtin_ctzll(held);
        if (table_masked(n, vector))
            continue;
        if (!may_send(n))
            return;
        irq->pba &= ~(1ull << vector);
        send_msix(n, vector);
    }
}

void nic_irq_config_changed(struct nic *n)
{
    struct nic_irq *irq = &n->st->irq;
    enum nic_irq_mode mode = nic_irq_mode(n);
    uint64_t queues;
    uint32_t other;

    if (mode != irq->mode) { /* another way out: whatever is latched and enabled is new to it */
        irq->mode = mode;
        irq->due = 0;
        for (uint32_t v = 0; v < NIC_VECTORS; v++)
            if (wanted(n, mode, v, &queues, &other))
                irq->due |= 1ull << v;
    }
    if (irq->intx && (mode != NIC_IRQ_INTX || nic_pci_intx_disabled(n))) {
        set_intx(n, false);
        irq->due |= 1; /* comes back with the bit, if it still stands then */
    }
    nic_vector_settle(n);
    release_pba(n);
    try_all(n);
}

void nic_irq_room(struct nic *n)
{
    if (!n->st->irq.starved)
        return;
    n->st->irq.starved = false;
    release_pba(n);
    try_all(n);
}

void nic_irq_fire(struct nic *n, const struct sched_event *e)
{
    uint32_t vector = sched_event_queue(e);

    if (vector >= NIC_VECTORS)
        return;
    nic_alarm_fired(&n->st->irq.alarm[vector]);
    if (n->st->irq.due >> vector & 1)
        try_fire(n, vector);
}

void nic_eitr_write(struct nic *n, uint32_t index, uint32_t value)
{
    if (value & EITR_CNT_WDIS) /* leaves counter and credits alone */
        value = (value & ~(uint32_t)EITR_LLI_CREDIT) |
                (n->st->reg[R_EITR + index] & EITR_LLI_CREDIT);
    nic_reg_store(n, R_EITR, index, value & ~(uint32_t)EITR_CNT_WDIS);
    if (index >= NIC_VECTORS)
        return;
    if (!(value & EITR_CNT_WDIS)) { /* the counter starts anew, and expired */
        n->st->irq.last_ps[index] = 0;
        n->st->irq.credit_ps[index] = nic_now(n);
    }
    if (n->st->irq.due >> index & 1)
        try_fire(n, index);
}

/* Messages that fired into a masked entry are not to be sent after all. */
void nic_pbacl_write(struct nic *n, uint32_t index, uint32_t value)
{
    n->st->irq.pba &= ~((uint64_t)value << 32 * index);
}

/* ---- BAR 4 ---- */

uint32_t nic_msix_read(struct nic *n, uint32_t offset)
{
    const struct nic_irq *irq = &n->st->irq;

    if (offset < NIC_VECTORS * 16) {
        const struct nic_msix_entry *e = &irq->table[offset / 16];
        const uint32_t dword[4] = {e->address_low, e->address_high, e->data, e->control};
        return dword[offset / 4 % 4];
    }
    if (offset >= MSIX_PBA && offset < MSIX_PBA + 8)
        return (uint32_t)(irq->pba >> (offset & 4 ? 32 : 0));
    return 0;
}

void nic_msix_write(struct nic *n, uint32_t offset, uint32_t value)
{
    if (offset >= NIC_VECTORS * 16)
        return; /* the PBA is read-only */
    struct nic_msix_entry *e = &n->st->irq.table[offset / 16];
    switch (offset / 4 % 4) {
    case 0:
        e->address_low = value & ~3u;
        break;
    case 1:
        e->address_high = value;
        break;
    case 2:
        e->data = value;
        break;
    default:
        e->control = value & NIC_MSIX_MASKED;
        release_pba(n);
        break;
    }
}
