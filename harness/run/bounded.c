/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A bounded source: see bounded.h. libarchive could unpack zstd itself, but then skips over what
 * an entry claims to hold, however much that is.
 */
#include "harness/run/bounded.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

enum { BLOCK = 128 << 10 };

static la_ssize_t plain(struct rs_bounded *b, const void **block)
{
    const size_t length = b->in.size - b->in.pos;

    *block = (const char *)b->in.src + b->in.pos;
    b->in.pos = b->in.size;
    return (la_ssize_t)length;
}

static la_ssize_t unpack(struct archive *archive, struct rs_bounded *b)
{
    ZSTD_outBuffer out = {b->block, BLOCK, 0};

    while (!out.pos && (b->in.pos < b->in.size || b->hint)) {
        const size_t before = b->in.pos;

        b->hint = ZSTD_decompressStream(b->zstd, &out, &b->in);
        if (ZSTD_isError(b->hint)) {
            archive_set_error(archive, EILSEQ, "zstd: %s", ZSTD_getErrorName(b->hint));
            return -1;
        }
        if (!out.pos && b->in.pos == before && b->in.pos == b->in.size && b->hint) {
            archive_set_error(archive, EILSEQ, "zstd: it is cut off");
            return -1;
        }
    }
    return (la_ssize_t)out.pos;
}

static la_ssize_t next(struct archive *archive, void *data, const void **block)
{
    struct rs_bounded *b = data;
    la_ssize_t got;

    *block = b->block;
    got = b->zstd ? unpack(archive, b) : plain(b, block);
    if (got > 0 && (uint64_t)got > b->left) {
        archive_set_error(archive, EFBIG, "it unpacks to more than it may");
        return -1;
    }
    b->left -= (uint64_t)MAX(got, 0);
    return got;
}

int rs_bounded_open(struct rs_bounded *b, struct archive *archive, const void *data, size_t bytes,
                    uint64_t bytes_max)
{
    static const unsigned char magic[] = {0x28, 0xb5, 0x2f, 0xfd};

    *b = (struct rs_bounded){.in = {bytes ? data : "", bytes, 0}, .left = bytes_max};
    if (bytes >= sizeof(magic) && !memcmp(data, magic, sizeof(magic))) {
        b->zstd = ZSTD_createDStream();
        b->block = g_malloc(BLOCK);
    }
    return archive_read_open(archive, b, NULL, next, NULL);
}

int rs_bounded_rest(struct rs_bounded *b, struct archive *archive)
{
    const void *block;
    la_ssize_t got;

    do
        got = next(archive, b, &block);
    while (got > 0);
    return got < 0 ? -1 : 0;
}

void rs_bounded_fini(struct rs_bounded *b)
{
    ZSTD_freeDStream(b->zstd);
    g_free(b->block);
    memset(b, 0, sizeof(*b));
}
