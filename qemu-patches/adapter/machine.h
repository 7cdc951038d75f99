/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One bench in one QEMU machine: what the adapter's files share. The control device (control.c)
 * creates it and owns it; every NIC (nic.c) attaches to it as a port; dma.c answers what the bench
 * asks of memory; finish.c ends the run. All of it runs under QEMU's big lock.
 */
#ifndef RINGSIDE_ADAPTER_MACHINE_H
#define RINGSIDE_ADAPTER_MACHINE_H

#include "qemu/osdep.h"
#include "hw/pci/pci_device.h"
#include "net/net.h"
#include "qemu/notify.h"
#include "qemu/timer.h"

#include "qemu-patches/adapter/ram.h"

#include "model/bench/bench.h"
#include "model/record/record.h"

#define TYPE_RINGSIDE_NIC "ringside-nic"
#define TYPE_RINGSIDE_BENCH "ringside-bench"

/* A requester: the port itself, or one of its virtual functions. */
struct ringside_function {
    struct ringside_nic *nic;
    PCIDevice *pci;
    uint16_t id; /* NIC_FUNCTION() */
    MemoryListener listener; /* of the address space that its DMA goes through */
    QLIST_HEAD(, ringside_iommu_range) ranges;
};

struct ringside_nic {
    PCIDevice parent;
    struct ringside_machine *machine;
    uint32_t port; /* property */
    MemoryRegion bar0, bar4;
    NICState *nic; /* NULL without a netdev */
    NICConf conf;
    struct ringside_function function;
    struct ringside_function *vf[NIC_VFS]; /* NULL: was never enabled */
    unsigned vfs; /* enabled as QEMU knows it */
};

struct ringside_paths {
    char *plan, *timing, *trace, *capture, *report; /* properties; NULL: not wanted */
    char *started; /* base.c */
};

/* An access that came while the bench was inside one (a peer's DMA, a message to a register). */
struct ringside_late {
    uint64_t value;
    uint32_t offset;
    uint16_t function;
    uint8_t bar, size;
};
enum { RINGSIDE_LATE_MAX = 64 };

struct ringside_machine {
    struct bench *bench;
    void *state; /* the bench's block */
    size_t state_bytes;
    const struct bench_host_ops *ops;
    const struct plan_header *plan;
    struct rec *rec; /* NULL once the run has ended */
    PCIDevice *control;
    MemoryRegion *mailbox; /* not part of the memory hash; NULL: none */
    struct ringside_nic *nic[PLAN_PORTS_MAX];
    struct ringside_ram ram;
    QEMUTimer *wake;  /* the bench's one deadline */
    QEMUTimer *grace; /* a guest that does not write EXIT after the plan is over */
    uint32_t grace_ms;
    uint64_t now; /* virtual ns last shown to the bench: it never runs backwards */
    uint64_t instructions_go, instructions_over;
    bool inside; /* the bench is at work: register accesses are put off */
    bool late_lost;
    uint32_t late_flush; /* bit p: port p's translations were invalidated meanwhile */
    uint32_t late_frames; /* bit p: its netdev holds frames that came meanwhile */
    unsigned late_count;
    struct ringside_late late[RINGSIDE_LATE_MAX];
    struct bench_report *report;
    struct bench_base base; /* taken at RS_MARK_BOOTED, or from a snapshot made there */
    bool has_base;
    char *snapshot;       /* a folder; NULL: no snapshot is wanted */
    uint64_t snapshot_at; /* model ps since GO */
    Notifier exit;
};

/* The machine's one bench; NULL before its device was created. */
extern struct ringside_machine *ringside_machine;

/* machine.c */
bool ringside_create(struct ringside_machine *m, const struct ringside_paths *paths, Error **errp);
bool ringside_attach(struct ringside_nic *n, Error **errp); /* takes port n->port */
void ringside_detach(struct ringside_nic *n); /* the port lies idle from here, as at power-on */
void ringside_destroy(struct ringside_machine *m); /* ends the run if it has not ended */

/* Every call into the bench stands between these two. enter: virtual ns for the call. leave: does
 * what was put off meanwhile, notes the instant at which the plan ends, and makes the CPU pay. */
uint64_t ringside_enter(struct ringside_machine *m);
void ringside_leave(struct ringside_machine *m, uint64_t stall_ns);

/* Register accesses of NICs, stalls included; from anywhere, the bench itself included. */
uint64_t ringside_mmio_read(struct ringside_function *f, unsigned bar, uint32_t offset,
                            unsigned size);
void ringside_mmio_write(struct ringside_function *f, unsigned bar, uint32_t offset, unsigned size,
                         uint64_t value);
/* The model's configuration space. */
uint32_t ringside_config_read(struct ringside_function *f, uint32_t offset, unsigned size);
void ringside_config_write(struct ringside_function *f, uint32_t offset, uint32_t value,
                           unsigned size);

/* dma.c: struct bench_host_ops, the part about memory; and the ear at the IOMMU of one
 * requester. */
void ringside_dma_ops(struct bench_host_ops *ops);
void ringside_iommu_listen(struct ringside_function *f);
void ringside_iommu_unlisten(struct ringside_function *f);

/* vf.c: tells QEMU's bus code of the port's SR-IOV capability; as many virtual functions on the bus
 * as the model has enabled, with BARs where it says; none, for good. */
void ringside_vfs_announce(struct ringside_nic *n);
void ringside_vfs_follow(struct ringside_nic *n);
void ringside_vfs_remove(struct ringside_nic *n);

/* nic.c: QEMU's copy of header, BARs and command register follows the model's. */
void ringside_nic_mirror(struct ringside_nic *n);
void ringside_nic_send(struct ringside_nic *n, const uint8_t *frame, uint32_t length);
void ringside_nic_fetch(struct ringside_nic *n); /* what its netdev had to hold */

/* base.c: the guest has booted: everything of the run begins here, whether the machine came here
 * by booting or from a snapshot. started: a file for the instant, monotonic us of the host. */
bool ringside_base_take(struct ringside_machine *m); /* false: too late for one */
void ringside_base_begin(struct ringside_machine *m, const char *started);
/* Saves the machine, which is stopping there, to `file` and ends QEMU: exit status 0 when it is
 * whole. RAM of a shared file stays in that file. */
void ringside_base_save(struct ringside_machine *m, const char *file);

/* snapshot.c: at GO. At m->snapshot_at the machine is saved to the folder m->snapshot, and goes
 * on. */
void ringside_snapshot_arm(struct ringside_machine *m);

/* finish.c: notes counts and memory, writes and closes all files, ends the machine. Does nothing
 * the second time. wanted: the guest wrote EXIT, or its time was up. */
void ringside_finish(struct ringside_machine *m, bool wanted);

#endif
