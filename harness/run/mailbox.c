/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Mailbox file and its archives; libarchive does the formats. See mailbox.h.
 */
#include "harness/run/mailbox.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/run/bounded.h"
#include "model/bench/control_abi.h"

enum {
    PAGE = 4096,
    TAR_BYTES_MAX = 4 << 20, /* headers and padding beside the content */
};

static int fail(int error, char *why, size_t why_bytes, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(why, why_bytes, format, args);
    va_end(args);
    return error;
}

/* ---- making an archive ---- */

static la_ssize_t grow(struct archive *archive, void *buffer, const void *data, size_t bytes)
{
    g_byte_array_append(buffer, data, (guint)bytes);
    return (la_ssize_t)bytes;
}

static int add(struct archive *archive, const struct rs_entry *entry, char *why, size_t why_bytes)
{
    struct archive_entry *header;
    GError *error = NULL;
    gchar *content = NULL;
    gsize bytes = entry->bytes;
    int result = 0;

    if (!entry->data && !g_file_get_contents(entry->source, &content, &bytes, &error)) {
        result = fail(-ENOENT, why, why_bytes, "%s", error->message);
        g_error_free(error);
        return result;
    }
    header = archive_entry_new();
    archive_entry_set_pathname(header, entry->name);
    archive_entry_set_filetype(header, AE_IFREG);
    archive_entry_set_perm(header, (mode_t)entry->mode);
    archive_entry_set_size(header, (la_int64_t)bytes);
    archive_entry_set_mtime(header, 0, 0);
    if (archive_write_header(archive, header) != ARCHIVE_OK ||
        archive_write_data(archive, content ? content : entry->data, bytes) < 0)
        result = fail(-EIO, why, why_bytes, "archive entry %s: %s", entry->name,
                      archive_error_string(archive));
    archive_entry_free(header);
    g_free(content);
    return result;
}

int rs_tar_make(const struct rs_entry *entries, size_t n, void **tar, size_t *bytes, char *why,
                size_t why_bytes)
{
    struct archive *archive = archive_write_new();
    GByteArray *buffer = g_byte_array_new();
    int result = 0;

    archive_write_set_format_ustar(archive);
    archive_write_set_bytes_per_block(archive, 0);
    if (archive_write_open(archive, buffer, NULL, grow, NULL) != ARCHIVE_OK)
        result = fail(-EIO, why, why_bytes, "archive: %s", archive_error_string(archive));
    for (size_t i = 0; i < n && !result; i++)
        result = add(archive, &entries[i], why, why_bytes);
    if (archive_write_close(archive) != ARCHIVE_OK && !result)
        result = fail(-EIO, why, why_bytes, "archive: %s", archive_error_string(archive));
    archive_write_free(archive);
    *bytes = buffer->len;
    *tar = g_byte_array_free(buffer, result != 0);
    return result;
}

/* ---- the file ---- */

static int write_at(int fd, const void *data, size_t bytes, uint64_t offset)
{
    const char *at = data;

    while (bytes) {
        const ssize_t done = pwrite(fd, at, bytes, (off_t)offset);

        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return -errno;
        at += done;
        offset += (uint64_t)done;
        bytes -= (size_t)done;
    }
    return 0;
}

int rs_mailbox_create(const char *path, const void *tar, size_t bytes, char *why, size_t why_bytes)
{
    const uint64_t out = (PAGE + bytes + PAGE - 1) / PAGE * PAGE;
    const struct rs_mailbox header = {
        .magic = RS_MAILBOX_MAGIC,
        .version = 1,
        .in_offset = PAGE,
        .in_length = bytes,
        .out_offset = out,
        .out_capacity = RS_MAILBOX_BYTES - out,
    };
    int fd, error;

    if (bytes > RS_MAILBOX_BYTES / 2)
        return fail(-ENOSPC, why, why_bytes,
                    "the job is %zu bytes; the mailbox takes at most %d of input", bytes,
                    RS_MAILBOX_BYTES / 2);
    fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0)
        return fail(-errno, why, why_bytes, "%s: %s", path, strerror(errno));
    /* with its blocks: QEMU maps the file, and dies of a page that the disk has no room for */
    error = ftruncate(fd, RS_MAILBOX_BYTES) < 0 ? -errno
                                                : -posix_fallocate(fd, 0, RS_MAILBOX_BYTES);
    error = error ?: write_at(fd, &header, sizeof(header), 0);
    error = error ?: write_at(fd, tar, bytes, PAGE);
    if (close(fd) < 0 && !error)
        error = -errno;
    if (!error)
        return 0;
    return fail(error, why, why_bytes, "%s: %s (the mailbox takes %d MiB while a run lasts)", path,
                strerror(-error), RS_MAILBOX_BYTES >> 20);
}

/* ---- reading what a guest wrote ---- */

/* A relative path of ordinary names: nothing that leaves its folder. */
static const char *safe_name(const char *name)
{
    if (!name)
        return NULL;
    while (g_str_has_prefix(name, "./"))
        name += 2;
    if (!*name || *name == '/' || strlen(name) > 200)
        return NULL;
    for (const char *part = name; part; part = strchr(part, '/') ? strchr(part, '/') + 1 : NULL)
        if ((part[0] == '.' && part[1] == '.' && (part[2] == '/' || !part[2])) || part[0] == '/')
            return NULL;
    for (const char *c = name; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            return NULL;
    return name;
}

/* Content of one entry to one fresh file; *budget is what may still come out. */
static int extract(struct archive *archive, const char *path, uint64_t *budget, char *why,
                   size_t why_bytes)
{
    char *folder = g_path_get_dirname(path), block[64 * 1024];
    la_ssize_t got = 0;
    uint64_t offset = 0;
    int fd, error = 0;

    g_mkdir_with_parents(folder, 0755);
    g_free(folder);
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (fd < 0)
        return fail(-errno, why, why_bytes, "%s: %s", path, strerror(errno));
    while (!error && (got = archive_read_data(archive, block, sizeof(block))) > 0) {
        if ((uint64_t)got > *budget) {
            close(fd);
            return fail(-EPROTO, why, why_bytes, "the archive holds more than it may");
        }
        *budget -= (uint64_t)got;
        error = write_at(fd, block, (size_t)got, offset);
        offset += (uint64_t)got;
    }
    if (close(fd) < 0 && !error)
        error = -errno;
    if (error)
        return fail(error, why, why_bytes, "%s: %s", path, strerror(-error));
    return got < 0 ? fail(-EPROTO, why, why_bytes, "%s", archive_error_string(archive)) : 0;
}

static int unpack(struct archive *archive, uint64_t budget, const char *into, unsigned *files,
                  char *why, size_t why_bytes)
{
    struct archive_entry *entry;
    int got, error = 0;

    while (!error && (got = archive_read_next_header(archive, &entry)) != ARCHIVE_EOF) {
        const char *name = NULL;
        char *path;

        if (got < ARCHIVE_WARN)
            return fail(-EPROTO, why, why_bytes, "not a whole tar archive: %s",
                        archive_error_string(archive) ?: "unknown format");
        if (archive_entry_filetype(entry) == AE_IFDIR)
            continue; /* folders appear with their files */
        name = safe_name(archive_entry_pathname(entry));
        if (!name)
            return fail(-EPROTO, why, why_bytes, "an entry has an unsafe name");
        if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry))
            return fail(-EPROTO, why, why_bytes, "%s is neither file nor folder", name);
        if (++*files > RS_RESULTS_FILES_MAX)
            return fail(-EPROTO, why, why_bytes, "more than %d files", RS_RESULTS_FILES_MAX);
        path = g_build_filename(into, name, NULL);
        error = extract(archive, path, &budget, why, why_bytes);
        g_free(path);
    }
    return error;
}

int rs_untar(const void *tar, size_t bytes, uint64_t bytes_max, const char *into, unsigned *files,
             char *why, size_t why_bytes)
{
    struct archive *archive = archive_read_new();
    struct rs_bounded source;
    int error;

    *files = 0;
    archive_read_support_format_tar(archive);
    if (rs_bounded_open(&source, archive, tar, bytes, bytes_max + TAR_BYTES_MAX) != ARCHIVE_OK)
        error = fail(-EPROTO, why, why_bytes, "not a tar archive: %s",
                     archive_error_string(archive) ?: "unknown format");
    else
        error = unpack(archive, bytes_max, into, files, why, why_bytes);
    if (!error && rs_bounded_rest(&source, archive) < 0)
        error = fail(-EPROTO, why, why_bytes, "%s", archive_error_string(archive));
    archive_read_free(archive);
    rs_bounded_fini(&source);
    return error;
}

int rs_mailbox_results(const char *path, const char *into, unsigned *files, char *why,
                       size_t why_bytes)
{
    struct rs_mailbox header = {0};
    GError *error = NULL;
    GMappedFile *map = g_mapped_file_new(path, FALSE, &error);
    const char *base;
    uint64_t size, out;
    int result;

    *files = 0;
    if (!map) {
        result = fail(-ENOENT, why, why_bytes, "%s", error->message);
        g_error_free(error);
        return result;
    }
    base = g_mapped_file_get_contents(map);
    size = g_mapped_file_get_length(map);
    if (size >= sizeof(header))
        memcpy(&header, base, sizeof(header));
    if (size < sizeof(header) || memcmp(header.magic, RS_MAILBOX_MAGIC, sizeof(header.magic)) ||
        header.version != 1) {
        result = fail(-EPROTO, why, why_bytes, "%s: the mailbox header is damaged", path);
    } else if (!header.out_length) {
        result = fail(-ENOMSG, why, why_bytes, "the guest left no results");
    } else {
        out = header.out_offset;
        if (out > size || header.out_length > size - out)
            result = fail(-EPROTO, why, why_bytes, "%s: results lie outside the mailbox", path);
        else
            result = rs_untar(base + out, header.out_length, RS_MAILBOX_BYTES, into, files, why,
                              why_bytes);
    }
    g_mapped_file_unref(map);
    return result;
}
