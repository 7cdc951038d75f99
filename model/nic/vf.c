/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Virtual functions as a whole: see vf.h.
 */
#include "model/nic/vf.h"

#include "model/nic/nic_priv.h"

enum { BAR_SHIFT = 56 }; /* of the BAR number in the offset of an event */

uint32_t nic_vf_queues(const struct nic *n)
{
    uint32_t mode = n->st->reg[R_GCR_EXT] & GCR_EXT_VT_MODE;

    return mode ? 16u >> mode : 0;
}

void nic_vf_own(struct nic_state *st)
{
    uint32_t mode = st->reg[R_GCR_EXT] & GCR_EXT_VT_MODE, each = mode ? 16u >> mode : NIC_QUEUES;

    for (uint32_t queue = 0; queue < NIC_QUEUES; queue++)
        st->vfs.owner[queue] =
            (uint8_t)(mode && queue / each < st->vfs.count ? queue / each + 1 : 0);
}

void nic_vf_quiet(struct nic *n, uint32_t vf)
{
    for (uint32_t queue = 0; queue < NIC_QUEUES; queue++)
        if (n->st->vfs.owner[queue] == vf + 1) {
            nic_fetch_restart(&n->st->rx.fetcher, &n->st->rx.queue[queue], queue,
                              n->st->reg[R_RDH + queue]);
            n->st->rules.rx_life[queue]++; /* they may come a second time */
            nic_tx_forget(n, queue);
        }
}

/* Which pool has which queues. */
void nic_gcr_ext_write(struct nic *n, uint32_t index, uint32_t value)
{
    nic_reg_store(n, R_GCR_EXT, 0, value);
    nic_vf_own(n->st);
}

/* The physical function is ready: virtual ones may begin. */
void nic_ctrl_ext_write(struct nic *n, uint32_t index, uint32_t value)
{
    uint32_t old = n->st->reg[R_CTRL_EXT];

    nic_reg_store(n, R_CTRL_EXT, 0, value);
    if (value & ~old & CTRL_EXT_PFRSTD)
        nic_mailbox_pf_ready(n);
}

/* ---- life ---- */

void nic_vf_restart(struct nic *n, uint32_t vf)
{
    struct nic_vf *v = &n->st->vfs.vf[vf];

    nic_vf_regs_reset(v);
    nic_vf_irq_reset(v);
}

/* A function that appears, or disappears: nothing of its former life is left. */
static void power(struct nic *n, uint32_t vf)
{
    struct nic_vf *v = &n->st->vfs.vf[vf];

    nic_vf_restart(n, vf);
    nic_vf_pci_reset(n, vf);
    v->mailbox = n->st->reg[R_CTRL_EXT] & CTRL_EXT_PFRSTD ? VFMAILBOX_RSTD : 0;
    v->pba = 0;
    for (int i = 0; i < NIC_VF_VECTORS; i++)
        v->table[i] = (struct nic_msix_entry){.control = NIC_MSIX_MASKED};
}

/* What it sends and receives ends until the physical function enables it anew [I-110]. */
static void gates_close(struct nic *n, uint32_t vf)
{
    uint32_t i = vf / 32, keep = ~(1u << vf % 32);

    n->st->reg[R_VFRE + i] &= keep;
    nic_vfte_write(n, i, n->st->reg[R_VFTE + i] & keep);
    nic_rx_unsettle(&n->st->rx);
}

void nic_vf_enable(struct nic *n, uint32_t count)
{
    struct nic_vfs *vfs = &n->st->vfs;
    uint32_t old = vfs->count;

    if (count > NIC_VFS)
        count = NIC_VFS;
    if (count == old)
        return;
    nic_stats_settle(n);
    vfs->count = count;
    for (uint32_t vf = old < count ? old : count; vf < (old < count ? count : old); vf++) {
        power(n, vf);
        gates_close(n, vf);
    }
    nic_vf_own(n->st);
    nic_emit(n, NIC_EV_functions, 0, count, 0, 0);
}

void nic_vf_reset(struct nic *n, unsigned vf, enum nic_reset_kind kind)
{
    if (vf >= n->st->vfs.count)
        return;
    nic_emit_as(n, NIC_VF_FUNCTION(n, vf), NIC_EV_reset, 0, kind, 0, 0);
    nic_stats_settle(n);
    if (kind == NIC_RESET_SW)
        nic_vf_restart(n, vf);
    else
        power(n, vf);
    gates_close(n, vf);
    nic_vf_quiet(n, vf);
    nic_mailbox_vf_reset(n, vf);
}

void nic_vf_vfctrl_write(struct nic *n, uint32_t vf, uint32_t index, uint32_t value)
{
    if (value & CTRL_RST)
        nic_vf_reset(n, vf, NIC_RESET_SW);
}

/* Configuration spaces and tables outlive CTRL.RST, as the physical function's do; any other reset
 * takes the SR-IOV capability along, and with it the functions. */
void nic_vfs_reset(struct nic *n, enum nic_reset_kind kind)
{
    struct nic_vfs *vfs = &n->st->vfs;

    if (kind != NIC_RESET_SW) {
        nic_vf_enable(n, 0);
    } else {
        for (uint32_t vf = 0; vf < vfs->count; vf++) {
            nic_vf_restart(n, vf);
            vfs->vf[vf].mailbox = 0;
        }
    }
    vfs->starved = false;
    nic_vf_own(n->st);
}

bool nic_vfs_valid(const struct nic_state *st)
{
    if (st->vfs.count > NIC_VFS)
        return false;
    for (uint32_t vf = 0; vf < NIC_VFS; vf++) {
        const struct nic_vf *v = &st->vfs.vf[vf];
        if ((v->pending | v->mask | v->due | v->pba) & ~NIC_VF_CAUSES)
            return false;
    }
    return true;
}

unsigned nic_vf_count(const struct nic *n)
{
    return n->st->vfs.count;
}

/* ---- accesses ---- */

static bool access_good(unsigned bar, uint32_t offset, unsigned size)
{
    return (bar == 0 || bar == 3) && (size == 4 || size == 8) && offset % size == 0 &&
           offset < NIC_VF_BAR_BYTES;
}

static uint64_t place(unsigned bar, uint32_t offset)
{
    return (uint64_t)((bar + NIC_VF_BAR) & 0xff) << BAR_SHIFT | offset;
}

static void hole(struct nic *n, unsigned vf, unsigned bar, uint32_t offset, uint32_t value,
                 bool write)
{
    nic_rule_vf_hole(n, NIC_VF_FUNCTION(n, vf), bar + NIC_VF_BAR, offset, value, write);
}

static uint32_t read_dword(struct nic *n, unsigned vf, unsigned bar, uint32_t offset)
{
    uint32_t value;
    bool there = true;

    if (bar == 3)
        value = nic_vf_msix_read(n, vf, offset);
    else
        there = nic_vf_regs_read(n, vf, offset, &value);
    nic_emit_as(n, NIC_VF_FUNCTION(n, vf), NIC_EV_mmio_read, 0, place(bar, offset), value, 0);
    if (!there)
        hole(n, vf, bar, offset, value, false);
    return value;
}

static void write_dword(struct nic *n, unsigned vf, unsigned bar, uint32_t offset, uint32_t value)
{
    nic_emit_as(n, NIC_VF_FUNCTION(n, vf), NIC_EV_mmio_write, 0, place(bar, offset), value, 0);
    if (bar == 3)
        nic_vf_msix_write(n, vf, offset, value);
    else if (!nic_vf_regs_write(n, vf, offset, value))
        hole(n, vf, bar, offset, value, true);
}

uint64_t nic_vf_mmio_read(struct nic *n, unsigned vf, unsigned bar, uint32_t offset, unsigned size)
{
    uint64_t value;

    if (vf >= n->st->vfs.count) /* nobody answers */
        return UINT64_MAX;
    if (!access_good(bar, offset, size)) {
        nic_emit_as(n, NIC_VF_FUNCTION(n, vf), NIC_EV_odd_access, 0, place(bar, offset), size, 0);
        return 0;
    }
    if (nic_pci_in_d3(n)) {
        hole(n, vf, bar, offset, UINT32_MAX, false);
        return size == 8 ? UINT64_MAX : UINT32_MAX;
    }
    value = read_dword(n, vf, bar, offset);
    if (size == 8)
        value |= (uint64_t)read_dword(n, vf, bar, offset + 4) << 32;
    return value;
}

void nic_vf_mmio_write(struct nic *n, unsigned vf, unsigned bar, uint32_t offset, uint64_t value,
                       unsigned size)
{
    if (vf >= n->st->vfs.count)
        return;
    if (!access_good(bar, offset, size)) {
        nic_emit_as(n, NIC_VF_FUNCTION(n, vf), NIC_EV_odd_access, 0, place(bar, offset), size, 1);
        return;
    }
    if (nic_pci_in_d3(n)) {
        hole(n, vf, bar, offset, (uint32_t)value, true);
        return;
    }
    write_dword(n, vf, bar, offset, (uint32_t)value);
    if (size == 8 && vf < n->st->vfs.count)
        write_dword(n, vf, bar, offset + 4, (uint32_t)(value >> 32));
}
