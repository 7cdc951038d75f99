/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The files of a snapshot in the middle of a run: see midway.h.
 */
#include "harness/run/midway.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/term.h"
#include "harness/run/run.h"
#include "harness/run/run_folder.h"
#include "harness/run/snapshot.h"

enum { PIECE = 1 << 20 };
#define FILE_FLIGHT "in-flight" /* QEMU writes it last */

char *rs_midway_folder(const char *run_dir)
{
    return g_build_filename(run_dir, RS_MIDWAY_FOLDER, NULL);
}

static bool present(const char *folder, const char *name)
{
    char *path = g_build_filename(folder, name, NULL);
    const bool there = access(path, R_OK) == 0;

    g_free(path);
    return there;
}

/* "frames 3\nreads 0\n..." -> "3 frames, ..."; what is 0 is left out. */
static void tell(char *text, char *words, size_t bytes)
{
    char **lines = g_strsplit(g_strchomp(text), "\n", -1);
    size_t used = 0;

    words[0] = '\0';
    for (unsigned i = 0; lines[i] && used < bytes; i++) {
        char **pair = g_strsplit(lines[i], " ", 2);
        const unsigned long n = pair[0] && pair[1] ? strtoul(pair[1], NULL, 10) : 0;

        if (n > 0)
            used += (size_t)snprintf(words + used, bytes - used, "%s%lu %s", used ? ", " : "", n,
                                     g_strdelimit(pair[0], "_", ' '));
        g_strfreev(pair);
    }
    g_strfreev(lines);
}

int rs_midway_whole(const char *folder, char *words, size_t bytes)
{
    char *path = g_build_filename(folder, FILE_FLIGHT, NULL), *text = NULL;
    int error = 0;

    if (present(folder, RS_FILE_STATE) && present(folder, RS_FILE_MAILBOX) &&
        g_file_get_contents(path, &text, NULL, NULL)) {
        tell(text, words, bytes);
    } else {
        snprintf(words, bytes, "%s holds no whole snapshot: run with --snapshot-at TIME first",
                 folder);
        error = -ENOENT;
    }
    g_free(text);
    g_free(path);
    return error;
}

void rs_midway_tell(const struct rs_run *run)
{
    char *folder = rs_midway_folder(run->dir), words[256];

    if (run->leave_midway && rs_midway_whole(folder, words, sizeof(words)) == 0)
        rs_verbose("%s: left a snapshot in %s; on its way in it: %s", run->c->id, folder,
                   words[0] ? words : "nothing");
    else if (run->leave_midway)
        rs_error("%s: no snapshot: the run ended before that time, which counts from GO, or could "
                 "not be saved", run->c->id);
    g_free(folder);
}

static bool all_zero(const char *data, size_t bytes)
{
    return bytes == 0 || (data[0] == 0 && memcmp(data, data + 1, bytes - 1) == 0);
}

/* A copy with holes where there are zeros. */
static int copy(int from, int to)
{
    char *piece = g_malloc(PIECE);
    off_t at = 0;
    ssize_t got;
    int error = 0;

    while (!error && (got = pread(from, piece, PIECE, at)) > 0) {
        if (!all_zero(piece, (size_t)got) && pwrite(to, piece, (size_t)got, at) != got)
            error = -(errno ?: EIO);
        at += got;
    }
    if (!error && got < 0)
        error = -errno;
    if (!error && ftruncate(to, at) < 0)
        error = -errno;
    g_free(piece);
    return error;
}

int rs_midway_mailbox(const char *folder, const char *path, char *why, size_t why_bytes)
{
    char *source = g_build_filename(folder, RS_FILE_MAILBOX, NULL);
    const int from = open(source, O_RDONLY | O_CLOEXEC);
    const int to = from < 0 ? -1 : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int error = to < 0 ? -errno : copy(from, to);

    if (error)
        snprintf(why, why_bytes, "%s: %s", from < 0 ? source : path, strerror(-error));
    if (from >= 0)
        close(from);
    if (to >= 0 && close(to) < 0 && !error)
        error = -errno;
    g_free(source);
    return error;
}
