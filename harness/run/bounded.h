/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Bytes for libarchive from memory, plain or packed by zstd, and an end to them: what unpacks to
 * more than it may is an error before anybody has spent time or room on it.
 */
#ifndef RINGSIDE_HARNESS_BOUNDED_H
#define RINGSIDE_HARNESS_BOUNDED_H

#include <archive.h>
#include <stdint.h>
#include <zstd.h>

struct rs_bounded {
    ZSTD_inBuffer in;
    ZSTD_DStream *zstd; /* NULL: it is not packed */
    uint64_t left;      /* bytes that may still come out */
    size_t hint;        /* of zstd: 0 when a frame is whole */
    char *block;
};

/* Opens the archive over these bytes, of which at most bytes_max may come out. What libarchive
 * says. rs_bounded_fini() once the archive is freed, in any case. */
int rs_bounded_open(struct rs_bounded *b, struct archive *archive, const void *data, size_t bytes,
                    uint64_t bytes_max);
/* What the archive's reader had no need of: its end, and the checksum of all. 0; -1: it is damaged,
 * which the archive's error says. */
int rs_bounded_rest(struct rs_bounded *b, struct archive *archive);
void rs_bounded_fini(struct rs_bounded *b);

#endif
