/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The control device of the testbed, as the guest sees it: the one page that the guest's init
 * and the bench share. It carries the job in and the results out (mailbox), starts the plan,
 * marks instants exactly, and lets guest processes say who they are.
 *
 * PCI: RS_CTL_VENDOR:RS_CTL_DEVICE, class 0xff0000, INTx (works with uio_pci_generic).
 *   BAR0  4 KiB of 32-bit registers, below. Any other access size reads 0 and writes nothing.
 *   BAR2  RAM shared with a file of the host: the mailbox, below.
 */
#ifndef RINGSIDE_CONTROL_ABI_H
#define RINGSIDE_CONTROL_ABI_H

#include <stdint.h>

enum {
    RS_CTL_VENDOR = 0x1234,
    RS_CTL_DEVICE = 0x5253,
    RS_CTL_BAR0_BYTES = 4096,
};

enum rs_ctl_reg {
    RS_CTL_ID = 0x00,          /* RO  RS_CTL_ID_VALUE */
    RS_CTL_VERSION = 0x04,     /* RO  RS_CTL_VERSION_VALUE */
    RS_CTL_STATUS = 0x08,      /* RO  RS_STATUS_* */
    RS_CTL_GO = 0x0c,          /* WO  1: driver is ready, the plan's time zero is now */
    RS_CTL_MARK = 0x10,        /* WO  exact marker: an event with this value; the machine pauses
                                      at this instruction when the host was asked to */
    RS_CTL_EXIT = 0x14,        /* WO  the job is over, results are in the mailbox; value 0: every
                                      step of the job worked, else what init could not do */
    RS_CTL_PID = 0x18,         /* RW  pid for the next ROLE write */
    RS_CTL_GENERATION = 0x1c,  /* RW  generation (restart count) for the next ROLE write */
    RS_CTL_ROLE = 0x20,        /* WO  enum rs_role: announces {role, PID, GENERATION} as an event */
    RS_CTL_IRQ_STATUS = 0x24,  /* RO, write 1 clears: RS_IRQ_* */
    RS_CTL_IRQ_ENABLE = 0x28,  /* RW  RS_IRQ_*: INTx is asserted while STATUS & ENABLE != 0 */
    RS_CTL_AGENT = 0x2c,       /* RO  argument of the plan's latest agent interrupt */
    RS_CTL_PORTS = 0x30,       /* RO  number of NIC ports of this machine */
};

#define RS_CTL_ID_VALUE      0x52534443u
#define RS_CTL_VERSION_VALUE 1u

enum rs_status {
    RS_STATUS_PLAN = 1 << 0,     /* a plan is loaded */
    RS_STATUS_RUNNING = 1 << 1,  /* GO was written, the plan is not over */
    RS_STATUS_OVER = 1 << 2,     /* all traffic sent and the drain time has passed */
    RS_STATUS_DEADLINE = 1 << 3, /* over because the deadline in model time came first */
};

enum rs_irq {
    RS_IRQ_OVER = 1 << 0,  /* the plan is over (STATUS says why) */
    RS_IRQ_AGENT = 1 << 1, /* the plan asks the root agent for RS_CTL_AGENT */
};

enum rs_mark { /* values of RS_CTL_MARK; others are anybody's */
    RS_MARK_BOOTED = 1, /* nothing of the mailbox has been read: a base snapshot here serves any
                           job. The trace of a run begins here */
    RS_MARK_JOB = 2,    /* the job is unpacked and its devices are bound */
};

enum rs_role {
    RS_ROLE_INIT = 1,   /* the guest's init */
    RS_ROLE_DRIVER = 2, /* the process that drives the NIC */
    RS_ROLE_APP = 3,    /* a client of a driver process */
};

/* The mailbox (BAR2). The header is written by the host before power-on; the guest writes only
 * out_length (last) and the output area. Offsets are from the start of the BAR, little endian. */
#define RS_MAILBOX_MAGIC "RSIDEMB1"
struct rs_mailbox {
    char magic[8];
    uint32_t version; /* 1 */
    uint32_t reserved;
    uint64_t in_offset, in_length;    /* a tar archive that init unpacks into /job */
    uint64_t out_offset, out_capacity; /* room for a tar archive of /results */
    uint64_t out_length;
};

#endif
