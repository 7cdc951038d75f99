/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Interrupts of virtual functions: MSI-X only, three vectors, a cause each. As irq_vector.c says,
 * a vector is due from its cause or its unmasking until it fires or has no cause left; throttle,
 * bus master and room may hold it up.
 */
#include "model/nic/vf.h"

#include "model/nic/nic_priv.h"

enum {
    MSIX_PBA = 0x2000,
    MESSAGE_ROOM = 36,
    EITR_UNIT_PS = 2048000,
};

static bool may_send(struct nic *n, uint32_t vf)
{
    if (!nic_vf_bus_master(n, vf))
        return false;
    if (nic_may_post(n, MESSAGE_ROOM))
        return true;
    n->st->vfs.starved = true;
    return false;
}

static bool table_masked(const struct nic_vf *v, uint32_t vector)
{
    return v->table[vector].control & NIC_MSIX_MASKED || nic_vf_msix_masked(v);
}

static void send(struct nic *n, uint32_t vf, uint32_t vector)
{
    const struct nic_msix_entry *e = &n->st->vfs.vf[vf].table[vector];
    uint64_t address = (uint64_t)e->address_high << 32 | e->address_low;
    uint16_t function = NIC_VF_FUNCTION(n, vf);

    nic_emit_as(n, function, NIC_EV_msix, vector, address, e->data, 0);
    n->ops->message(n->host, function, address, e->data);
}

static uint64_t interval_ps(const struct nic_vf *v, uint32_t vector)
{
    uint32_t units = (v->reg[V_VTEITR + vector] & EITR_INTERVAL) >> EITR_INTERVAL_SHIFT;

    return (uint64_t)units * EITR_UNIT_PS;
}

static void try_fire(struct nic *n, uint32_t vf, uint32_t vector)
{
    struct nic_vf *v = &n->st->vfs.vf[vf];
    uint8_t bit = (uint8_t)(1u << vector);

    if (!nic_vf_msix_enabled(v))
        return;
    if (!(v->pending & v->mask & bit)) {
        v->due &= (uint8_t)~bit;
        return;
    }
    uint64_t at_ps = v->last_ps[vector] ? v->last_ps[vector] - 1 + interval_ps(v, vector) : 0;
    if (nic_now(n) < at_ps) {
        nic_alarm_set(n, &v->alarm[vector], at_ps, NIC_TIMER_VF_EITR,
                      vf << NIC_VF_IRQ_SHIFT | vector);
        return;
    }
    if (table_masked(v, vector))
        v->pba |= bit;
    else if (may_send(n, vf))
        send(n, vf, vector);
    else
        return;
    v->pending &= (uint8_t)~(bit & v->reg[V_VTEIAC]);
    v->mask &= (uint8_t)~(bit & v->reg[V_VTEIAM]);
    v->due &= (uint8_t)~bit;
    v->last_ps[vector] = nic_now(n) + 1;
}

static void try_some(struct nic *n, uint32_t vf, uint32_t vectors)
{
    for (; vectors; vectors &= vectors - 1)
        try_fire(n, vf, (uint32_t)__builtin_ctz(vectors));
}

/* These causes may fire now. */
static void announce(struct nic *n, uint32_t vf, uint32_t causes)
{
    struct nic_vf *v = &n->st->vfs.vf[vf];

    causes &= v->pending & v->mask;
    v->due |= (uint8_t)causes;
    try_some(n, vf, causes);
}

/* ---- causes ---- */

static void cause(struct nic *n, uint32_t vf, uint32_t entry)
{
    struct nic_vf *v = &n->st->vfs.vf[vf];
    uint32_t vector = entry & VTIVAR_VECTOR, bit = 1u << vector;

    if (!(entry & IVAR_VALID) || vector >= NIC_VF_VECTORS || v->pending & bit)
        return;
    v->pending |= (uint8_t)bit;
    nic_emit_as(n, NIC_VF_FUNCTION(n, vf), NIC_EV_cause, 0, v->pending, v->mask, 0);
    announce(n, vf, bit);
}

/* The queue's byte of VTIVAR, if it is a virtual function's. */
static uint32_t entry_of(const struct nic *n, uint32_t queue, bool tx, uint32_t *vf)
{
    uint32_t queues = nic_vf_queues(n), own;

    if (!n->st->vfs.owner[queue] || !queues)
        return 0;
    *vf = n->st->vfs.owner[queue] - 1u;
    own = queue % queues;
    return n->st->vfs.vf[*vf].reg[V_VTIVAR + own / 2] >> ((own & 1) * 16 + tx * 8) & 0xff;
}

void nic_vf_irq_queue(struct nic *n, uint32_t queue, bool tx)
{
    uint32_t vf, entry = entry_of(n, queue, tx, &vf);

    if (entry)
        cause(n, vf, entry);
}

uint64_t nic_vf_irq_interval_ps(const struct nic *n, uint32_t queue, bool tx)
{
    uint32_t vf, entry = entry_of(n, queue, tx, &vf), vector = entry & VTIVAR_VECTOR;

    if (!(entry & IVAR_VALID) || vector >= NIC_VF_VECTORS)
        return 0;
    return interval_ps(&n->st->vfs.vf[vf], vector);
}

void nic_vf_irq_mailbox(struct nic *n, uint32_t vf)
{
    cause(n, vf, n->st->vfs.vf[vf].reg[V_VTIVAR_MISC]);
}

/* ---- registers ---- */

uint32_t nic_vf_vteicr_read(struct nic *n, uint32_t vf, uint32_t index)
{
    struct nic_vf *v = &n->st->vfs.vf[vf];
    uint32_t value = v->pending;

    v->pending = v->due = 0;
    return value;
}

void nic_vf_vteicr_write(struct nic *n, uint32_t vf, uint32_t index, uint32_t value)
{
    struct nic_vf *v = &n->st->vfs.vf[vf];

    v->pending &= (uint8_t)~value;
    v->due &= v->pending;
}

uint32_t nic_vf_vteics_read(struct nic *n, uint32_t vf, uint32_t index)
{
    return n->st->vfs.vf[vf].pending;
}

void nic_vf_vteics_write(struct nic *n, uint32_t vf, uint32_t index, uint32_t value)
{
    n->st->vfs.vf[vf].pending |= value & NIC_VF_CAUSES;
    announce(n, vf, value & NIC_VF_CAUSES);
}

uint32_t nic_vf_vteims_read(struct nic *n, uint32_t vf, uint32_t index)
{
    return n->st->vfs.vf[vf].mask;
}

void nic_vf_vteims_write(struct nic *n, uint32_t vf, uint32_t index, uint32_t value)
{
    n->st->vfs.vf[vf].mask |= value & NIC_VF_CAUSES;
    announce(n, vf, value & NIC_VF_CAUSES);
}

void nic_vf_vteimc_write(struct nic *n, uint32_t vf, uint32_t index, uint32_t value)
{
    struct nic_vf *v = &n->st->vfs.vf[vf];

    v->mask &= (uint8_t)~value;
    v->due &= v->mask;
}

void nic_vf_vteitr_write(struct nic *n, uint32_t vf, uint32_t index, uint32_t value)
{
    struct nic_vf *v = &n->st->vfs.vf[vf];

    v->reg[V_VTEITR + index] = value & 0x001f8ff8;
    if (!(value & EITR_CNT_WDIS))
        v->last_ps[index] = 0;
    try_some(n, vf, v->due & 1u << index);
}

/* ---- life ---- */

void nic_vf_irq_reset(struct nic_vf *v)
{
    v->pending = v->mask = v->due = 0;
    memset(v->last_ps, 0, sizeof v->last_ps);
}

/* Messages that fired into a masked entry and may go now. */
static void release_pba(struct nic *n, uint32_t vf)
{
    struct nic_vf *v = &n->st->vfs.vf[vf];

    if (!nic_vf_msix_enabled(v))
        v->pba = 0;
    for (uint32_t held = v->pba; held; held &= held - 1) {
        uint32_t vector = (uint32_t)__builtin_ctz(held);
        if (table_masked(v, vector))
            continue;
        if (!may_send(n, vf))
            return;
        v->pba &= (uint8_t)~(1u << vector);
        send(n, vf, vector);
    }
}

void nic_vf_irq_config_changed(struct nic *n, uint32_t vf, bool fresh)
{
    struct nic_vf *v = &n->st->vfs.vf[vf];

    release_pba(n, vf);
    if (fresh) /* whatever is latched and enabled is new to it */
        v->due |= v->pending & v->mask;
    try_some(n, vf, v->due);
}

void nic_vf_irq_room(struct nic *n)
{
    if (!n->st->vfs.starved)
        return;
    n->st->vfs.starved = false;
    for (uint32_t vf = 0; vf < n->st->vfs.count; vf++) {
        release_pba(n, vf);
        try_some(n, vf, n->st->vfs.vf[vf].due);
    }
}

void nic_vf_irq_fire(struct nic *n, const struct sched_event *e)
{
    uint32_t vf = sched_event_queue(e) >> NIC_VF_IRQ_SHIFT;
    uint32_t vector = sched_event_queue(e) & ((1u << NIC_VF_IRQ_SHIFT) - 1);

    if (vf >= NIC_VFS || vector >= NIC_VF_VECTORS)
        return;
    nic_alarm_fired(&n->st->vfs.vf[vf].alarm[vector]);
    if (vf < n->st->vfs.count)
        try_some(n, vf, n->st->vfs.vf[vf].due & 1u << vector);
}

/* ---- BAR 3 ---- */

uint32_t nic_vf_msix_read(struct nic *n, uint32_t vf, uint32_t offset)
{
    const struct nic_vf *v = &n->st->vfs.vf[vf];

    if (offset < NIC_VF_VECTORS * 16) {
        const struct nic_msix_entry *e = &v->table[offset / 16];
        const uint32_t dword[4] = {e->address_low, e->address_high, e->data, e->control};
        return dword[offset / 4 % 4];
    }
    return offset == MSIX_PBA ? v->pba : 0;
}

void nic_vf_msix_write(struct nic *n, uint32_t vf, uint32_t offset, uint32_t value)
{
    if (offset >= NIC_VF_VECTORS * 16)
        return; /* the PBA is read-only */
    struct nic_msix_entry *e = &n->st->vfs.vf[vf].table[offset / 16];
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
        release_pba(n, vf);
        break;
    }
}
