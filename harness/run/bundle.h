/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The repro bundle: one file (zstd-compressed tar, docs/formats/bundle.md) with all that decides a
 * run, and what came of it: enough to run it again elsewhere and to say whether it was the same.
 * A bundle may come from a stranger: everything in it is checked before it is used.
 */
#ifndef RINGSIDE_HARNESS_BUNDLE_H
#define RINGSIDE_HARNESS_BUNDLE_H

#include "harness/run/run.h"

enum { RS_BUNDLE_VERSION = 1, RS_BUNDLE_BYTES_MAX = 512 << 20 };

/* What run.json says of a run. */
struct rs_run_meta {
    char id[SCENARIO_ID_MAX + 1]; /* of the case */
    enum rs_host host;
    uint64_t seed;
    char *path;     /* of the scenario when it ran: for messages and relative names */
    bool has_trace; /* the run left a report */
    uint64_t trace_hash[2], memory_hash[2], instructions;
    unsigned trace_schema;
    char *tool;     /* version */
    char *driver;   /* path of the driver's description when it ran; NULL: it had none */
    bool imposed;   /* it was not the scenario's own */
    GPtrArray *file_names, *file_hashes; /* programs and images that took part */
};

/* Writes run.json of a finished run into its folder. 0 or -errno with a sentence. */
int rs_meta_write(const struct rs_run *run, char *why, size_t why_bytes);
/* Reads one: 0, -ENOENT, or -EPROTO with a sentence. Give back with rs_meta_fini(). */
int rs_meta_read(struct rs_run_meta *meta, const char *folder, char *why, size_t why_bytes);
void rs_meta_fini(struct rs_run_meta *meta);
/* A line for every program or image that differs from this machine's; NULL: none. g_free(). */
char *rs_meta_differences(const struct rs_run_meta *meta, const struct scenario_case *c);

/* Writes repro.rsb into the folder of a finished run (run.json is there already). */
int rs_bundle_write(const struct rs_run *run, const struct rs_inputs *in, char *why,
                    size_t why_bytes);
/* Unpacks a bundle into an existing empty folder. 0 or -EPROTO, -ENOENT with a sentence. */
int rs_bundle_unpack(const char *bundle, const char *folder, char *why, size_t why_bytes);

/* Plan, job and archive of a run folder (or an unpacked bundle), checked. 0 or -EPROTO. */
int rs_inputs_read(struct rs_inputs *in, const char *folder, enum rs_host host, char *why,
                   size_t why_bytes);

#endif
