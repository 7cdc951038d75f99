/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Finding and removing what runs left: see leavings.h.
 */
#include "harness/run/leavings.h"

#include <fcntl.h>
#include <ftw.h>
#include <glib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/paths.h"
#include "harness/run/run_folder.h"

enum { DEPTH_MAX = 3, OPEN_MAX = 16 };

static const char *const beside[] = {"results.json", "junit.xml", "index.html", "report.log",
                                     "base.log", "latest"};

struct sweep {
    bool remove;
    bool (*unwanted)(const struct rs_leaving *leaving, void *user);
    void (*tell)(const struct rs_leaving *leaving, void *user);
    void *user;
    uint64_t bytes;
};

static struct { /* of one walk: nftw() hands nothing on */
    uint64_t bytes;
    time_t newest;
} seen;

static int look_at(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    seen.bytes += (uint64_t)st->st_blocks * 512;
    seen.newest = MAX(seen.newest, st->st_mtime);
    return 0;
}

static void measure(struct rs_leaving *leaving)
{
    char *bundle = g_build_filename(leaving->path, RS_FILE_BUNDLE, NULL);
    const time_t now = time(NULL);

    seen.bytes = 0;
    seen.newest = 0;
    nftw(leaving->path, look_at, OPEN_MAX, FTW_PHYS);
    leaving->bytes = seen.bytes;
    leaving->age_s = now > seen.newest ? (uint64_t)(now - seen.newest) : 0;
    leaving->bundle = g_file_test(bundle, G_FILE_TEST_EXISTS);
    g_free(bundle);
}

/* True: the folder is gone, or would be. */
static bool sweep_run(struct sweep *s, const char *path, const char *marker)
{
    struct rs_leaving leaving = {.path = path};
    const int lock = open(marker, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    bool goes;

    measure(&leaving);
    leaving.busy = lock < 0 || flock(lock, LOCK_EX | LOCK_NB) < 0;
    goes = !leaving.busy && s->unwanted(&leaving, s->user);
    if (goes || leaving.busy)
        s->tell(&leaving, s->user);
    if (goes && s->remove)
        goes = rs_remove_tree(path) == 0;
    if (lock >= 0)
        close(lock);
    s->bytes += goes ? leaving.bytes : 0;
    return goes;
}

static void sweep_beside(struct sweep *s, const char *folder)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(beside); i++) {
        char *path = g_build_filename(folder, beside[i], NULL);
        struct stat st;

        if (lstat(path, &st) == 0 && (S_ISREG(st.st_mode) || S_ISLNK(st.st_mode))) {
            s->bytes += (uint64_t)st.st_blocks * 512;
            if (s->remove)
                unlink(path);
        }
        g_free(path);
    }
}

static void sweep_folder(struct sweep *s, const char *folder, unsigned depth)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    unsigned runs = 0, gone = 0;
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        char *path = g_build_filename(folder, name, NULL);
        char *marker = g_build_filename(path, RS_FOLDER_MARKER, NULL);
        struct stat st;

        if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
            if (lstat(marker, &st) == 0) {
                runs++;
                gone += sweep_run(s, path, marker);
            } else if (depth < DEPTH_MAX) {
                sweep_folder(s, path, depth + 1);
            }
        }
        g_free(marker);
        g_free(path);
    }
    if (dir)
        g_dir_close(dir);
    if (runs && gone == runs)
        sweep_beside(s, folder);
    if (runs && gone == runs && depth && s->remove)
        rmdir(folder); /* when nothing else is in there */
}

uint64_t rs_leavings(const char *out, bool remove,
                     bool (*unwanted)(const struct rs_leaving *leaving, void *user),
                     void (*tell)(const struct rs_leaving *leaving, void *user), void *user)
{
    struct sweep s = {.remove = remove, .unwanted = unwanted, .tell = tell, .user = user};

    sweep_folder(&s, out, 0);
    return s.bytes;
}
