/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The mailbox file (model/bench/control_abi.h): the job that goes into the guest as a tar archive
 * and the results that come back as one. What comes back was written by a guest and is believed
 * in nothing: names, sizes and kinds are checked before a byte reaches the disk.
 */
#ifndef RINGSIDE_HARNESS_MAILBOX_H
#define RINGSIDE_HARNESS_MAILBOX_H

#include <stddef.h>
#include <stdint.h>

enum {
    RS_MAILBOX_BYTES = 64 << 20, /* the BAR's size must be a power of two; the file is sparse */
    RS_RESULTS_FILES_MAX = 256,
};

/* One file of a job archive: its content is `data`, or the file `source` when data is NULL. */
struct rs_entry {
    const char *name; /* relative to the archive's root */
    const char *source;
    const void *data;
    size_t bytes;
    unsigned mode;
};

/* A tar archive of these files that depends on nothing but them (no times, no owners). 0 and
 * *tar to be freed with g_free(), or -errno with a sentence. */
int rs_tar_make(const struct rs_entry *entries, size_t n, void **tar, size_t *bytes, char *why,
                size_t why_bytes);

/* Creates the mailbox file with this archive as its input. 0 or -errno with a sentence (-ENOSPC:
 * the job does not fit). */
int rs_mailbox_create(const char *path, const void *tar, size_t bytes, char *why,
                      size_t why_bytes);

/* Unpacks the results of a mailbox file into the existing folder `into`. *files counts regular
 * files. 0; -ENOMSG when the guest left none; -EPROTO when header or archive are not what they
 * should be: files before the first fault have been written; else -errno. */
int rs_mailbox_results(const char *path, const char *into, unsigned *files, char *why,
                       size_t why_bytes);

/* Unpacks an untrusted tar archive, as above; zstd is unpacked on the way. At most
 * bytes_max bytes of content come out. */
int rs_untar(const void *tar, size_t bytes, uint64_t bytes_max, const char *into, unsigned *files,
             char *why, size_t why_bytes);

#endif
