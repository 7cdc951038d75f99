/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The job of the guest, from the driver section of a scenario: the text that init obeys
 * (docs/formats/job.md) and the files that must lie beside it. Makes no archive: that is the
 * host's business (host_qemu).
 */
#ifndef RINGSIDE_HARNESS_JOB_WRITE_H
#define RINGSIDE_HARNESS_JOB_WRITE_H

#include <stddef.h>

#include "harness/scenario/scenario.h"

struct job_file {
    char *inside; /* path in the archive: "bin/fwd", "files/my.conf" */
    char *host;   /* path on this machine; NULL for an application of ours: see app */
    char *app;    /* "fwd": rs_app_path() says where it lies; else NULL */
    char *text;   /* its content, where it is no file of this machine; else NULL */
    unsigned mode;
};

struct job {
    char *text; /* becomes the file "job" */
    struct job_file *file;
    size_t file_count;
};

/* 0, or -EINVAL with complaints in diag (a file that is not there). Free with rs_job_fini(). */
int rs_job_write(const struct scenario *s, const struct scenario_case *c, struct diag *diag,
                 struct job *job);
void rs_job_fini(struct job *job);

#endif
