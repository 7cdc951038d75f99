/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The hosts: programs that carry the bench and run a plan. This part knows their command lines
 * and nothing of what a run means. Files lie in the run folder under the names of run_folder.h.
 */
#ifndef RINGSIDE_HARNESS_HOST_H
#define RINGSIDE_HARNESS_HOST_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "harness/scenario/scenario.h"

enum rs_host { RS_HOST_QEMU, RS_HOST_INPROC, RS_HOSTS };

const char *rs_host_name(enum rs_host host); /* "qemu", "in-process" */
bool rs_host_find(const char *name, enum rs_host *host);

struct rs_machine {
    const char *dir;       /* run folder, absolute */
    const char *guest;     /* folder of vmlinuz and initramfs; NULL: those of the build */
    unsigned ports;        /* NICs */
    unsigned cpus;         /* of the guest */
    uint64_t memory_bytes; /* of the guest */
    enum scenario_iommu iommu;
    enum scenario_pages pages; /* of DMA memory */
    uint32_t netdevs;      /* bit p: port p is attached to QEMU's user network */
    bool trace, capture;   /* wanted */
    bool stimulus;         /* wanted; of the in-process host */
    bool console;          /* the terminal is the guest's console, and time does not end it */
    uint32_t grace_ms;     /* guest time from the plan's end to the guest's; 0: QEMU's default */
    int monitor_fd;        /* a connected socket that its monitor answers on; 0: no monitor */
    const char *snapshot;  /* folder of a base snapshot (snapshot.h), absolute; NULL: cold boot */
    bool sandbox;          /* QEMU denies itself what a run needs no more */
    bool make_snapshot;    /* boot cold, leave one in that folder, end */
    const char *midway;    /* folder of a snapshot in the middle of a run (midway.h), or NULL: */
    bool from_midway;      /* start from it; else leave one there at midway_ps of the plan */
    uint64_t midway_ps;
};

/* The argument vector (g_free() each; the array NULL-terminated), g_ptr_array_unref() it. */
GPtrArray *rs_host_argv(enum rs_host host, const struct rs_machine *machine);
GPtrArray *rs_qemu_argv(const struct rs_machine *machine);

/* The vector as one line for a shell, quoted where needed. g_free(). */
char *rs_argv_line(const GPtrArray *argv);

/* Files that this host needs to be there, NULL at the end: paths to be freed with g_strfreev().
 * guest: as in struct rs_machine. */
char **rs_host_needs(enum rs_host host, const char *guest);

/* Are they? 0 or -ENOENT with a sentence that names the first one missing. */
int rs_host_ready(enum rs_host host, const char *guest, char *why, size_t why_bytes);

#endif
