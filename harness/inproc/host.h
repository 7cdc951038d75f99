/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The in-process host: one bench over plain memory, with a virtual clock that goes on only when
 * somebody says so. It is a machine without a CPU; the driver's code runs natively and tells, by
 * its bus, how much time its work has taken (bus_sim.c).
 */
#ifndef RINGSIDE_INPROC_HOST_H
#define RINGSIDE_INPROC_HOST_H

#include "harness/inproc/iommu.h"
#include "harness/inproc/memory.h"
#include "model/bench/bench.h"
#include "model/record/stimulus.h"

struct inproc_host {
    struct inproc_memory memory;
    struct inproc_iommu iommu;
    uint32_t page_bytes;               /* of DMA memory: 4 KiB, 2 MiB, 1 GiB */
    uint32_t held[INPROC_DOMAINS + 1]; /* allocations per domain (dma.c) */
    struct bench_host_ops ops;
    struct bench *bench;
    void *block; /* the bench's state */
    struct rec *rec;
    uint64_t now_vns;
    uint64_t wake_vns; /* the bench's deadline */
    bool records;      /* a stimulus */
    bool advanced;     /* since the latest record the bench was told the time, and no more */
    unsigned ports;
    uint64_t fired[PLAN_PORTS_MAX];  /* bit v: a message of MSI-X vector v has arrived */
    bool intx[PLAN_PORTS_MAX];       /* its line is asserted */
    bool control_level;              /* INTx of the control device */
    uint64_t messages_elsewhere;     /* messages to addresses that no vector has */
};

/* What message address and data mean in this machine: port in the address, vector in the data. */
#define INPROC_MESSAGE_BASE 0xfee00000ull
#define INPROC_MESSAGE_ADDRESS(port) (INPROC_MESSAGE_BASE | (uint64_t)(port) << 12)

/* Opens the files and powers the machine on; pages of 2 MiB, until page_bytes says otherwise.
 * 0 or -errno with a sentence. */
int inproc_host_init(struct inproc_host *h, const struct rec_paths *paths, char *why,
                     size_t why_bytes);
/* Writes report and closes files. 0 or -errno with a sentence. */
int inproc_host_finish(struct inproc_host *h, char *why, size_t why_bytes);
void inproc_host_fini(struct inproc_host *h);

/* Lets the virtual clock go on to `vns`; the bench does what is due on the way. */
void inproc_host_advance(struct inproc_host *h, uint64_t vns);

#endif
