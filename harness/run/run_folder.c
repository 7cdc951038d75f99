/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Run folders: see run_folder.h. Emptying one is the only place where the tool deletes trees, so
 * it asks for the marker that a run left there.
 */
#include "harness/run/run_folder.h"

#include "harness/base/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#define LOCK RS_FOLDER_MARKER /* what a run folder has before anything else */

char *rs_folder_name(const char *id)
{
    char *name = g_strdup(id);

    for (char *c = name; *c; c++)
        if (!g_ascii_isalnum(*c) && !strchr("-_.=,", *c))
            *c = '_';
    if (*name == '.')
        *name = '_';
    return name;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    return remove(path) < 0 && errno != ENOENT ? -1 : 0;
}

int rs_remove_tree(const char *path)
{
    if (nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) < 0 && errno != ENOENT)
        return -errno;
    return 0;
}

static int empty_folder(const char *path)
{
    GDir *dir = g_dir_open(path, 0, NULL);
    const char *name;
    int error = 0;

    while (dir && !error && (name = g_dir_read_name(dir))) {
        char *below = g_build_filename(path, name, NULL);

        if (strcmp(name, LOCK) != 0)
            error = rs_remove_tree(below);
        g_free(below);
    }
    if (dir)
        g_dir_close(dir);
    return error;
}

static bool is_empty(const char *path)
{
    GDir *dir = g_dir_open(path, 0, NULL);
    const bool empty = dir && !g_dir_read_name(dir);

    if (dir)
        g_dir_close(dir);
    return empty;
}

int rs_folder_claim(const char *path, int *lock, char *why, size_t why_bytes)
{
    char *marker = g_build_filename(path, LOCK, NULL);
    int error = 0;

    *lock = -1;
    if (g_mkdir_with_parents(path, 0755) < 0) {
        error = -errno;
        snprintf(why, why_bytes, "%s: %s", path, strerror(errno));
    } else if (access(marker, F_OK) < 0 && !is_empty(path)) {
        error = -EEXIST;
        snprintf(why, why_bytes, "%s is in the way: it is no run folder, and not empty", path);
    } else if ((*lock = open(marker, O_RDWR | O_CREAT | O_CLOEXEC, 0644)) < 0) {
        error = -errno;
        snprintf(why, why_bytes, "%s: %s", marker, strerror(errno));
    } else if (flock(*lock, LOCK_EX | LOCK_NB) < 0) {
        error = -EBUSY;
        snprintf(why, why_bytes, "another ringside works in %s: give one of them --out DIR", path);
    } else if ((error = empty_folder(path)) < 0) {
        snprintf(why, why_bytes, "%s cannot be emptied: %s", path, strerror(-error));
    }
    g_free(marker);
    if (error && *lock >= 0) {
        close(*lock);
        *lock = -1;
    }
    return error;
}

void rs_folder_release(int lock)
{
    if (lock >= 0)
        close(lock);
}

void rs_folder_latest(const char *out, const char *target)
{
    char *link = g_build_filename(out, "latest", NULL);
    char *fresh = g_strdup_printf("%s.%d", link, (int)getpid());
    struct stat st;

    /* A link only, and swapped in one step; a real folder of that name stays as it is. */
    if ((lstat(link, &st) < 0 || S_ISLNK(st.st_mode)) && symlink(target, fresh) == 0 &&
        rename(fresh, link) < 0)
        unlink(fresh);
    g_free(fresh);
    g_free(link);
}

int rs_file_hash(const char *path, char hash[17])
{
    GMappedFile *map = g_mapped_file_new(path, FALSE, NULL);
    XXH64_hash_t value;

    if (!map)
        return -ENOENT;
    value = XXH64(g_mapped_file_get_contents(map), g_mapped_file_get_length(map), 0);
    g_mapped_file_unref(map);
    snprintf(hash, 17, "%016llx", (unsigned long long)value);
    return 0;
}

int rs_write_file(const char *folder, const char *name, const void *data, size_t bytes, char *why,
                  size_t why_bytes)
{
    char *path = g_build_filename(folder, name, NULL);
    GError *error = NULL;
    int result = 0;

    if (!g_file_set_contents_full(path, data, (gssize)bytes, G_FILE_SET_CONTENTS_NONE, 0644,
                                  &error)) {
        result = error->code == G_FILE_ERROR_NOSPC ? -ENOSPC : -EIO;
        snprintf(why, why_bytes, "%s", error->message);
        g_error_free(error);
    }
    g_free(path);
    return result;
}
