/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What lies on disk for one base snapshot: RAM, state, and a page that says what both should hold.
 * And the folder of all of them: how much may lie there. Knows no machine.
 */
#ifndef RINGSIDE_HARNESS_SNAPSHOT_FILES_H
#define RINGSIDE_HARNESS_SNAPSHOT_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Notes sizes and hashes of a folder's RAM and state, and which build made them; the snapshot is
 * whole from here on. 0 or -errno with a sentence. */
int rs_snapshot_seal(const char *folder, const char *build, char *why, size_t why_bytes);

/* Is this folder what was sealed, every byte? Reads what the sparse RAM file has on disk. Notes the
 * use, for pruning. */
bool rs_snapshot_whole(const char *folder);

/* The lock of one key in `root`: whoever uses a snapshot shares it, whoever makes or removes one
 * has it alone. A descriptor, to be closed; -EAGAIN: not within wait_ms; else -errno. */
int rs_snapshot_lock(const char *root, const char *key, bool alone, uint64_t wait_ms);
/* From shared to alone or back; somebody may come between. 0, -EAGAIN, -errno. */
int rs_snapshot_relock(int lock, bool alone, uint64_t wait_ms);

/* Removes snapshots that nobody uses until `keep` are left that take at most `bytes` together:
 * those not used for the longest time; and what killed makers left. How many are left. */
unsigned rs_snapshot_prune(const char *root, unsigned keep, uint64_t bytes, uint64_t *left_bytes);

/* Tells of every snapshot that another build than `build` made (NULL: of every one), and of what
 * makers left; with `remove` it goes, unless a tool uses it. */
struct rs_swept {
    const char *key;
    uint64_t bytes;
    bool busy;
};
void rs_snapshot_sweep(const char *root, const char *build, bool remove,
                       void (*tell)(const struct rs_swept *swept, void *user), void *user);

#endif
