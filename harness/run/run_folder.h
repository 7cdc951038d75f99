/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The folder of one run: what goes in, what came out, and run.json, which says what it was. One
 * tool at a time writes to a folder.
 */
#ifndef RINGSIDE_HARNESS_RUN_FOLDER_H
#define RINGSIDE_HARNESS_RUN_FOLDER_H

#include <stddef.h>
#include <stdint.h>

/* Files of a run folder. */
#define RS_FILE_SCENARIO "scenario.yaml" /* a copy */
#define RS_FILE_DRIVER   "driver.yaml"   /* of a described driver: a copy of the description */
#define RS_BUNDLE_FILES  "files"         /* in bundles alone: this machine's files that it names */
#define RS_FILE_PLAN     "plan.bin"
#define RS_FILE_JOB      "job"     /* text for init */
#define RS_FILE_JOB_TAR  "job.tar" /* job and what lies beside it */
#define RS_FILE_MAILBOX  "mailbox" /* kept with --keep only */
#define RS_FILE_REPORT   "report.bin"
#define RS_FILE_TRACE    "trace.bin"
#define RS_FILE_CAPTURE  "wire.pcapng"
#define RS_FILE_STIMULUS "stimulus.bin" /* what crossed the border of host and bench */
#define RS_FILE_CONSOLE  "console.log" /* the guest's serial line */
#define RS_FILE_STARTED  "started" /* the host's instant at which the guest was there */
#define RS_FILE_HOST_LOG "host.log"    /* what the host program itself said */
#define RS_FILE_RESULTS  "results"     /* folder: what the guest handed back */
#define RS_FILE_META     "run.json"
#define RS_FILE_BUNDLE   "repro.rsb"

/* A case id as a folder name: anything but letters, digits and -_.=, becomes _. g_free(). */
char *rs_folder_name(const char *id);

/* Makes `path` an empty run folder, emptying one of an earlier run, and holds it until
 * rs_folder_release(). *lock is a descriptor. 0; -EBUSY another tool works in it; -EEXIST there is
 * something that is no run folder; else -errno; with a sentence. */
int rs_folder_claim(const char *path, int *lock, char *why, size_t why_bytes);
void rs_folder_release(int lock);

/* Removes a folder tree without following links. 0 or -errno. */
int rs_remove_tree(const char *path);

/* Points the symlink `latest` in `out` to `target` (a name within it). */
void rs_folder_latest(const char *out, const char *target);

/* XXH64 of a file, as 16 hexadecimal digits. 0 or -errno: it cannot be read. */
int rs_file_hash(const char *path, char hash[17]);

/* Writes a whole file: 0 or -errno with a sentence. */
int rs_write_file(const char *folder, const char *name, const void *data, size_t bytes, char *why,
                  size_t why_bytes);

#endif
