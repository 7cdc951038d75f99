/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Snapshots in the middle of a run: the folder `snapshot` in a run's folder, from which the run can
 * go on (docs/formats/snapshot.md). QEMU writes it; who may use it is decided here. It is of this
 * machine and of no other: never part of a bundle.
 */
#ifndef RINGSIDE_HARNESS_MIDWAY_H
#define RINGSIDE_HARNESS_MIDWAY_H

#include <stddef.h>
#include <stdint.h>

#define RS_MIDWAY_FOLDER "snapshot"

/* The folder of a run's snapshot. g_free(). */
char *rs_midway_folder(const char *run_dir);

/* What was on its way in it, as text: "12 reads, 3 writes". 0; -ENOENT with a sentence: there is no
 * snapshot, or not all of it. */
int rs_midway_whole(const char *folder, char *words, size_t bytes);

struct rs_run;
/* Once a run that was to leave a snapshot has ended: whether it did. */
void rs_midway_tell(const struct rs_run *run);

/* Puts the mailbox as it was then at `path`. 0 or -errno with a sentence. */
int rs_midway_mailbox(const char *folder, const char *path, char *why, size_t why_bytes);

#endif
