/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One output stream of the driver, kept in a file of bounded size: its beginning whole, its end
 * whole, and a line that says how much of the middle is missing, so that the last words before
 * a crash are never lost. It also looks for the text that says "ready".
 */
#ifndef RINGSIDE_GUEST_CAPTURE_H
#define RINGSIDE_GUEST_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guest/job.h"

enum { CAPTURE_TAIL_BYTES = 64 * 1024 };

struct capture {
    int file;
    uint64_t head_bytes, head_limit; /* written to the file; room for that */
    uint64_t tail_bytes;             /* all that came after the head */
    const char *ready;               /* NULL: nothing to look for (any more) */
    size_t kept;                     /* end of the text before, in case ready straddles */
    char window[JOB_LINE_MAX];
    char tail[CAPTURE_TAIL_BYTES]; /* ring; the byte n after the head is at n % size */
};

/* Creates the file. ready may be NULL, and is at most JOB_LINE_MAX bytes. 0 or -errno. */
int capture_open(struct capture *capture, const char *path, uint64_t head_limit, const char *ready);

/* Takes what the driver wrote. True: the ready text has just appeared, once. */
bool capture_feed(struct capture *capture, const char *bytes, size_t length);

/* Writes the tail and closes the file. 0 or -errno. */
int capture_close(struct capture *capture);

#endif
