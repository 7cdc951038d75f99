/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Base snapshots: guests that have booted and wait for a job, one per shape of machine, in the
 * user's cache. Found by all that decides a boot (QEMU, firmware, kernel, image, command line), so
 * a change of any of it boots anew. What a run does must not depend on whether it began with one.
 */
#ifndef RINGSIDE_HARNESS_SNAPSHOT_H
#define RINGSIDE_HARNESS_SNAPSHOT_H

#include <stdbool.h>

#include "harness/run/host.h"

/* Files of a snapshot's folder. */
#define RS_FILE_RAM      "ram"   /* the guest's, sparse */
#define RS_FILE_STATE    "state" /* QEMU's, of all devices */
#define RS_FILE_SNAPSHOT "snapshot.json"
#define RS_SNAPSHOT_NEW  ".new" /* behind a key: a folder that is being made */

enum {
    RS_SNAPSHOTS_MAX = 24, /* kept; the one not used for the longest time goes first */
};

/* The folder of this machine's snapshot, made now when it is missing or damaged: some seconds.
 * *made tells. NULL with a sentence: this machine boots cold. The folder stays usable until the
 * tool ends, whatever other tools do; the string is the callee's. machine->dir is not used. */
const char *rs_snapshot_get(const struct rs_machine *machine, bool *made, char *why,
                            size_t why_bytes);

/* The key of this machine's snapshot: 16 hexadecimal digits. 0 or -errno: a file is missing. */
int rs_snapshot_key(const struct rs_machine *machine, char key[17], char *why, size_t why_bytes);

/* What this build of QEMU, firmware, kernel and guest is called in its snapshots: 16 hexadecimal
 * digits. 0 or -errno: a file is missing. */
int rs_snapshot_build(char build[17]);

/* Where snapshots lie: $XDG_CACHE_HOME/ringside/snapshots. g_free(). */
char *rs_snapshot_root(void);

/* Forgets what this process has found and lets go of it. */
void rs_snapshot_forget(void);

#endif
