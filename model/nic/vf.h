/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Virtual functions: number i is pool i. Each has a configuration space, a register view of its
 * pool's queues, three MSI-X vectors and a mailbox to the physical function; what frames a pool
 * gets and may send is not its business.
 *
 *   vf.c       which functions there are, who owns a queue, reset, accesses
 *   vf_regs.c  the register view (regs_vf.def)
 *   vf_pci.c   configuration space, and what the SR-IOV capability switches
 *   vf_irq.c   causes, masks, vectors, MSI-X table
 *   mailbox.c  between a virtual function and the physical one
 */
#ifndef RINGSIDE_NIC_VF_H
#define RINGSIDE_NIC_VF_H

#include <stdbool.h>
#include <stdint.h>

#include "model/nic/alarm.h"
#include "model/nic/irq.h"
#include "model/nic/nic.h"
#include "model/nic/regs.h"

struct nic_state;

enum {
    NIC_VF_QUEUES = 8,    /* most that a pool has */
    NIC_VF_CAUSES = (1 << NIC_VF_VECTORS) - 1,
    NIC_VF_IRQ_SHIFT = 2, /* of the function's number in the queue of NIC_TIMER_VF_EITR */
};

/* Storage of a virtual function's own registers: V_<name> + element. */
enum nic_vf_word {
#define VF_REG(name, off, stride, n, ...) V_##name, V_##name##_end_ = V_##name + (n) - 1,
#define VF_QUEUE(...)
#define VF_POOL(...)
#include "model/nic/regs_vf.def"
#undef VF_REG
#undef VF_QUEUE
#undef VF_POOL
    NIC_VF_WORDS
};

enum nic_vf_row_id {
#define VF_REG(name, ...) NIC_VF_ROW_##name,
#define VF_QUEUE(name, ...) NIC_VF_ROW_##name,
#define VF_POOL(name, ...) NIC_VF_ROW_##name,
#include "model/nic/regs_vf.def"
#undef VF_REG
#undef VF_QUEUE
#undef VF_POOL
    NIC_VF_ROWS
};

/* Handlers, as in regs.h but for the function's number. */
#define VF_REG(name, off, stride, n, reset, w, w1c, rd, wr, ...)                                   \
    uint32_t nic_vf_##rd##_read(struct nic *n_, uint32_t vf, uint32_t index);                      \
    void nic_vf_##wr##_write(struct nic *n_, uint32_t vf, uint32_t index, uint32_t value);
#define VF_QUEUE(...)
#define VF_POOL(...)
#include "model/nic/regs_vf.def"
#undef VF_REG
#undef VF_QUEUE
#undef VF_POOL

struct nic_vf {
    uint32_t reg[NIC_VF_WORDS];
    uint32_t mailbox; /* VFU, PFU, PFSTS, PFACK, RSTD as in VFMAILBOX */
    uint8_t pending, mask, due, pba; /* bit per vector, as in struct nic_irq */
    uint64_t last_ps[NIC_VF_VECTORS];
    struct nic_alarm alarm[NIC_VF_VECTORS];
    struct nic_msix_entry table[NIC_VF_VECTORS];
    uint8_t config[NIC_VF_CONFIG_BYTES];
};

struct nic_vfs {
    uint8_t owner[NIC_QUEUES]; /* function in requester ids: 0, or number of the VF + 1 */
    uint32_t count;            /* enabled ones: numbers below it */
    uint32_t starved;          /* a message waits for room */
    struct nic_vf vf[NIC_VFS];
};

/* Queues of a pool, by GCR_EXT; 0: there are no pools. */
uint32_t nic_vf_queues(const struct nic *n);
/* Counts anew who owns which queue. */
void nic_vf_own(struct nic_state *st);
/* The function may not use memory any more: its queues forget descriptors that they hold ready. */
void nic_vf_quiet(struct nic *n, uint32_t vf);
/* The SR-IOV capability has changed. */
void nic_vf_enable(struct nic *n, uint32_t count);
/* The port as a whole was reset. */
void nic_vfs_reset(struct nic *n, enum nic_reset_kind kind);
/* What its own reset and the port's have in common. */
void nic_vf_restart(struct nic *n, uint32_t vf);
bool nic_vfs_valid(const struct nic_state *st);

/* vf_regs.c */
bool nic_vf_regs_init(const char **why);
bool nic_vf_regs_read(struct nic *n, uint32_t vf, uint32_t offset, uint32_t *value);
bool nic_vf_regs_write(struct nic *n, uint32_t vf, uint32_t offset, uint32_t value);
void nic_vf_regs_reset(struct nic_vf *v);
const struct nic_reg_info *nic_vf_reg_row(unsigned row);

/* vf_pci.c */
void nic_vf_pci_init(void);
void nic_vf_pci_reset(struct nic *n, uint32_t vf);
bool nic_vf_bus_master(const struct nic *n, uint32_t vf);
bool nic_vf_msix_enabled(const struct nic_vf *v);
bool nic_vf_msix_masked(const struct nic_vf *v);

/* vf_irq.c. A queue of a virtual function has something new. */
void nic_vf_irq_queue(struct nic *n, uint32_t queue, bool tx);
/* Throttle interval of the vector that this queue raises; 0: none. */
uint64_t nic_vf_irq_interval_ps(const struct nic *n, uint32_t queue, bool tx);
void nic_vf_irq_mailbox(struct nic *n, uint32_t vf);
/* fresh: MSI-X was off until now. */
void nic_vf_irq_config_changed(struct nic *n, uint32_t vf, bool fresh);
void nic_vf_irq_room(struct nic *n);
void nic_vf_irq_fire(struct nic *n, const struct sched_event *e);
void nic_vf_irq_reset(struct nic_vf *v);
uint32_t nic_vf_msix_read(struct nic *n, uint32_t vf, uint32_t offset);
void nic_vf_msix_write(struct nic *n, uint32_t vf, uint32_t offset, uint32_t value);

/* mailbox.c. The function was reset: tells both sides. */
void nic_mailbox_vf_reset(struct nic *n, uint32_t vf);
/* CTRL_EXT.PFRSTD was set. */
void nic_mailbox_pf_ready(struct nic *n);

#endif
