/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The inside of the NIC: the state block and the few helpers that every block of it uses. Each
 * block (a .c file that owns one noun) declares its part of the state in a header of its own.
 * Nothing outside model/nic includes this.
 */
#ifndef RINGSIDE_NIC_PRIV_H
#define RINGSIDE_NIC_PRIV_H

#include <string.h>

#include "model/nic/nic.h"
#include "model/nic/regs.h"   /* enum nic_reg, fields, handlers: the register table */
#include "model/nic/pci.h"    /* struct nic_pci: configuration space */
#include "model/nic/eeprom.h" /* struct nic_eeprom */
#include "model/nic/i2c.h"    /* struct nic_i2c: the SFP module's bus */
#include "model/nic/link.h"   /* struct nic_link: carrier, laser, LINKS */
#include "model/nic/clock.h"  /* struct nic_clock: FRTIMER, SYSTIM */
#include "model/nic/stamp.h"  /* time stamps of frames */
#include "model/nic/irq.h"    /* struct nic_irq: causes, EITR, MSI-X table */
#include "model/nic/fdir.h"   /* struct nic_fdir: flow director */
#include "model/nic/vlan.h"   /* VLAN tags */
#include "model/nic/rx.h"     /* struct nic_rx: queues, packet buffer */
#include "model/nic/tx.h"     /* struct nic_tx */
#include "model/nic/flow_control.h" /* struct nic_flow_control: pause frames */
#include "model/nic/rule.h"   /* struct nic_rules: what a driver must not do */
#include "model/nic/vf.h"     /* struct nic_vfs: virtual functions, mailbox */
#include "model/nic/stats.h"  /* struct nic_stats: counters behind the statistics registers */

#define NIC_STATE_MAGIC 0x4e494353u /* "NICS" */
enum { NIC_STATE_VERSION = 1 };

struct nic_state {
    uint32_t magic, version;
    struct nic_config config;
    uint32_t reg[NIC_REG_WORDS]; /* storage of every row; index enum nic_reg + element */
    uint32_t reg_reads[NIC_REG_ROWS], reg_writes[NIC_REG_ROWS]; /* coverage, never reset */
    uint32_t vf_reads[NIC_VF_ROWS], vf_writes[NIC_VF_ROWS];
    uint64_t reset_until_ps; /* reset_bits still read as set in CTRL before this instant */
    uint32_t reset_bits;
    struct nic_pci pci;
    struct nic_eeprom eeprom;
    struct nic_i2c i2c;
    struct nic_link link;
    struct nic_clock clock;
    struct nic_irq irq;
    struct nic_stats stats;
    struct nic_rx rx;
    struct nic_fdir fdir;
    struct nic_tx tx;
    struct nic_flow_control flow;
    struct nic_rules rules;
    struct nic_vfs vfs;
};

/* What this NIC schedules for itself: sched_event.kind. */
enum nic_timer {
    NIC_TIMER_LINK,     /* link.c: carrier has been there long enough */
    NIC_TIMER_RX,       /* rx_deliver.c: more than one event's worth was ready */
    NIC_TIMER_TX,       /* tx.c: the same */
    NIC_TIMER_EITR,     /* irq.c: queue = vector, arg = generation */
    NIC_TIMER_WB,       /* rx/tx: write-back timer */
    NIC_TIMER_TCP,      /* clock.c: the TCP timer */
    NIC_TIMER_FLOW,     /* flow_control.c: a pause ends, or has to be renewed */
    NIC_TIMER_VF_EITR,  /* vf_irq.c: queue = function and vector */
    NIC_TIMER_RATE,     /* tx_rate.c: a queue with a rate may send again */
};

/* What it waits for all the time has lines of its own on the heap. */
enum nic_line {
    NIC_LINE_RX = SCHED_LINE_NIC, /* rx.c: the first frame leaves the pipe */
    NIC_LINE_TX,                  /* tx_wire.c: the first packet leaves the buffer */
};

static inline uint64_t nic_now(const struct nic *n)
{
    return n->sched->now_ps;
}

static inline uint16_t nic_function(const struct nic *n)
{
    return n->function;
}

/* Whose DMA it is that a queue asks for. */
static inline uint16_t nic_queue_function(const struct nic *n, uint32_t queue)
{
    return n->function | n->st->vfs.owner[queue];
}
/* May the queue's function ask for memory, as far as it is a virtual one? */
static inline bool nic_vf_may_dma(const struct nic *n, uint32_t queue)
{
    uint32_t owner = n->st->vfs.owner[queue];
    return !owner || nic_vf_bus_master(n, owner - 1);
}
#define NIC_VF_FUNCTION(n, vf) ((uint16_t)(nic_function(n) | ((vf) + 1u)))

/* An owner without a log is told of each. */
void nic_tell(struct nic *n, uint16_t function, enum nic_event_id id, uint32_t queue, uint64_t a,
              uint64_t b, uint64_t c);

static inline void nic_emit_as(struct nic *n, uint16_t function, enum nic_event_id id,
                               uint32_t queue, uint64_t a, uint64_t b, uint64_t c)
{
    struct nic_log *log = n->log;

    if (__builtin_expect(!log, 0)) {
        nic_tell(n, function, id, queue, a, b, c);
        return;
    }
    struct nic_event *e = log->at++;
    e->time_ps = nic_now(n);
    e->id = (uint16_t)id;
    e->function = function;
    e->queue = queue;
    e->a = a;
    e->b = b;
    e->c = c;
    if (__builtin_expect(log->at == log->end || log->noted >> id & 1, 0))
        log->came(log->owner, e);
}

static inline void nic_emit(struct nic *n, enum nic_event_id id, uint32_t queue, uint64_t a,
                            uint64_t b, uint64_t c)
{
    nic_emit_as(n, nic_function(n), id, queue, a, b, c);
}

/* May so many bytes of posted writes be given now? Else nic_room() comes when it is time. */
static inline bool nic_may_post(const struct nic *n, uint32_t bytes)
{
    if (__builtin_expect(n->posted && *n->posted + bytes <= n->posted_most, 1))
        return true;
    return n->ops->room(n->host, nic_function(n)) >= bytes;
}

/* No later than at_ps; see sched_line(). */
static inline void nic_line_set(struct nic *n, enum nic_line line, uint64_t at_ps)
{
    sched_line(n->sched, n->st->config.port, (enum sched_line)line, at_ps,
               n->st->config.timing.bus_ps);
}

static inline bool nic_line_pending(const struct nic *n, enum nic_line line)
{
    return sched_line_pending(n->sched, n->st->config.port, (enum sched_line)line);
}

#endif
