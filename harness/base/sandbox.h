/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A fence around a process that works on what a stranger wrote: it reads a few folders, writes
 * one, reaches no network and starts no program. Made of what the kernel offers without rights:
 * Landlock, a seccomp filter, resource limits. Entered between fork and exec.
 */
#ifndef RINGSIDE_HARNESS_SANDBOX_H
#define RINGSIDE_HARNESS_SANDBOX_H

#include <stdbool.h>
#include <stdint.h>

enum { RS_SANDBOX_PATHS_MAX = 12 };

struct rs_sandbox {
    /* NULL at the end */
    const char *read[RS_SANDBOX_PATHS_MAX];  /* files and folders: to read and to execute */
    const char *write[RS_SANDBOX_PATHS_MAX]; /* folders, for ordinary files in them */
    uint64_t file_bytes_max;                 /* of any file that it writes */
};

/* Can this kernel keep a process out of files? The rest of the fence stands without. */
bool rs_sandbox_has_files(void);

/* In a child: from here on, and for what it executes. 0 or -errno: then it must not go on. Paths
 * that are not there are passed over. */
int rs_sandbox_enter(const struct rs_sandbox *sandbox);

#endif
