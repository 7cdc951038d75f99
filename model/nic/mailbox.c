/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The mailbox between the physical function and each virtual one: sixteen words of memory that one
 * side at a time may own, a doorbell and an acknowledgement either way, and who was reset. The
 * words themselves are rows of the register tables.
 */
#include "model/nic/nic_priv.h"
#include "model/nic/vf.h"

enum {
    ACK_SHIFT = 16,  /* of acknowledgements in PFMBICR */
    PER_REGISTER = 16,
};

static struct nic_vf *function(struct nic *n, uint32_t vf)
{
    return &n->st->vfs.vf[vf];
}

/* ---- to the physical function ---- */

static bool heard(const struct nic *n, uint32_t vf)
{
    return n->st->reg[R_PFMBIMR + vf / 32] >> vf % 32 & 1;
}

static void to_pf(struct nic *n, uint32_t vf, bool request, bool ack)
{
    uint32_t *causes = &n->st->reg[R_PFMBICR + vf / PER_REGISTER];
    uint32_t bit = 1u << vf % PER_REGISTER;

    *causes |= (request ? bit : 0) | (ack ? bit << ACK_SHIFT : 0);
    if (heard(n, vf))
        nic_irq_cause(n, EICR_MAILBOX);
}

void nic_pfmbimr_write(struct nic *n, uint32_t index, uint32_t value)
{
    uint32_t fresh = value & ~n->st->reg[R_PFMBIMR + index];

    nic_reg_store(n, R_PFMBIMR, index, value);
    for (uint32_t bit = 0; bit < 32; bit++) {
        uint32_t vf = index * 32 + bit, causes = n->st->reg[R_PFMBICR + vf / PER_REGISTER];
        if (fresh >> bit & 1 && causes >> vf % PER_REGISTER & (1 | 1u << ACK_SHIFT))
            nic_irq_cause(n, EICR_MAILBOX);
    }
}

void nic_pfvflrec_write(struct nic *n, uint32_t index, uint32_t value)
{
    n->st->reg[R_PFVFLRE + index] &= ~value;
}

/* A reset of the function also lets go of the mailbox [I-110]. */
void nic_mailbox_vf_reset(struct nic *n, uint32_t vf)
{
    struct nic_vf *v = function(n, vf);

    v->mailbox &= ~(uint32_t)(VFMAILBOX_VFU | VFMAILBOX_PFSTS | VFMAILBOX_PFACK);
    if (n->st->reg[R_CTRL_EXT] & CTRL_EXT_PFRSTD)
        v->mailbox |= VFMAILBOX_RSTD;
    n->st->reg[R_PFVFLRE + vf / 32] |= 1u << vf % 32;
    nic_irq_cause(n, EICR_MAILBOX);
}

void nic_mailbox_pf_ready(struct nic *n)
{
    for (uint32_t vf = 0; vf < n->st->vfs.count; vf++)
        function(n, vf)->mailbox |= VFMAILBOX_RSTD;
}

/* ---- PFMAILBOX ---- */

uint32_t nic_pfmailbox_read(struct nic *n, uint32_t index)
{
    return function(n, index)->mailbox & (VFMAILBOX_VFU | VFMAILBOX_PFU);
}

void nic_pfmailbox_write(struct nic *n, uint32_t index, uint32_t value)
{
    struct nic_vf *v = function(n, index);
    uint32_t told = (value & PFMAILBOX_STS ? VFMAILBOX_PFSTS : 0) |
                    (value & PFMAILBOX_ACK ? VFMAILBOX_PFACK : 0);

    if (value & PFMAILBOX_RVFU)
        v->mailbox &= ~(uint32_t)VFMAILBOX_VFU;
    if (!(value & VFMAILBOX_PFU))
        v->mailbox &= ~(uint32_t)VFMAILBOX_PFU;
    else if (!(v->mailbox & VFMAILBOX_VFU))
        v->mailbox |= VFMAILBOX_PFU;
    if (index >= n->st->vfs.count || !told)
        return;
    v->mailbox |= told;
    nic_emit_as(n, NIC_VF_FUNCTION(n, index), NIC_EV_mailbox, 0, 0, value,
                n->st->reg[R_PFMBMEM + 16 * index]);
    nic_vf_irq_mailbox(n, index);
}

/* ---- VFMAILBOX ---- */

uint32_t nic_vf_vfmailbox_read(struct nic *n, uint32_t vf, uint32_t index)
{
    struct nic_vf *v = function(n, vf);
    uint32_t value = v->mailbox;

    if (!(n->st->reg[R_CTRL_EXT] & CTRL_EXT_PFRSTD))
        value |= VFMAILBOX_RSTI;
    v->mailbox &= ~(uint32_t)(VFMAILBOX_PFSTS | VFMAILBOX_PFACK | VFMAILBOX_RSTD);
    return value;
}

void nic_vf_vfmailbox_write(struct nic *n, uint32_t vf, uint32_t index, uint32_t value)
{
    struct nic_vf *v = function(n, vf);

    if (!(value & VFMAILBOX_VFU))
        v->mailbox &= ~(uint32_t)VFMAILBOX_VFU;
    else if (!(v->mailbox & VFMAILBOX_PFU))
        v->mailbox |= VFMAILBOX_VFU;
    if (!(value & (VFMAILBOX_REQ | VFMAILBOX_ACK)))
        return;
    nic_emit_as(n, NIC_VF_FUNCTION(n, vf), NIC_EV_mailbox, 0, 1, value,
                n->st->reg[R_PFMBMEM + 16 * vf]);
    to_pf(n, vf, value & VFMAILBOX_REQ, value & VFMAILBOX_ACK);
}
