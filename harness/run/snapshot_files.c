/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Base snapshots as files: see snapshot_files.h.
 */
#include "harness/run/snapshot_files.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "harness/base/process.h"
#include "harness/run/run_folder.h"
#include "harness/run/snapshot.h"

enum { PAGE = 4096, FORMAT = 1, POLL_US = 20000, KEY_DIGITS = 16 };

static const char *const sealed[] = {RS_FILE_RAM, RS_FILE_STATE};

/* ---- one folder ---- */

/* Pages that hold anything, each behind its number: holes of a sparse file need not be read, and
 * where a file system has them makes no difference. */
static void hash_range(XXH3_state_t *state, const char *base, uint64_t from, uint64_t to,
                       uint64_t bytes)
{
    static const char zeros[PAGE];

    for (uint64_t at = from / PAGE * PAGE; at < to; at += PAGE) {
        const uint64_t length = MIN(PAGE, bytes - at);

        if (!memcmp(base + at, zeros, length))
            continue;
        XXH3_128bits_update(state, &at, sizeof(at));
        XXH3_128bits_update(state, base + at, length);
    }
}

static int hash_content(int fd, uint64_t bytes, char hash[33])
{
    char *base = mmap(NULL, bytes, PROT_READ, MAP_PRIVATE, fd, 0);
    XXH3_state_t *state;
    XXH128_hash_t value;
    off_t data = 0, hole = 0;

    if (base == MAP_FAILED)
        return -errno;
    state = XXH3_createState();
    XXH3_128bits_reset(state);
    while ((data = lseek(fd, hole, SEEK_DATA)) >= 0 && (hole = lseek(fd, data, SEEK_HOLE)) > data)
        hash_range(state, base, (uint64_t)data, (uint64_t)hole, bytes);
    value = XXH3_128bits_digest(state);
    XXH3_freeState(state);
    munmap(base, bytes);
    snprintf(hash, 33, "%016llx%016llx", (unsigned long long)value.high64,
             (unsigned long long)value.low64);
    return 0;
}

/* What one file is: {"bytes": N, "xxh3": "..."}; NULL: it cannot be read, errno says why. */
static json_t *describe(const char *folder, const char *name)
{
    char *path = g_build_filename(folder, name, NULL), hash[33];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), error = 0;
    json_t *out = NULL;
    struct stat st;

    g_free(path);
    if (fd < 0)
        return NULL;
    if (fstat(fd, &st) < 0)
        error = -errno;
    else if (!S_ISREG(st.st_mode) || st.st_size <= 0)
        error = -EINVAL;
    error = error ?: hash_content(fd, (uint64_t)st.st_size, hash);
    close(fd);
    if (!error)
        out = json_pack("{s:I, s:s}", "bytes", (json_int_t)st.st_size, "xxh3", hash);
    errno = -error;
    return out;
}

int rs_snapshot_seal(const char *folder, const char *build, char *why, size_t why_bytes)
{
    json_t *page = json_pack("{s:i, s:s}", "format", FORMAT, "build", build);
    char *text;
    int error = 0;

    for (unsigned i = 0; i < G_N_ELEMENTS(sealed) && !error; i++) {
        json_t *file = describe(folder, sealed[i]);

        if (!file) {
            error = errno ? -errno : -EIO;
            snprintf(why, why_bytes, "%s/%s: %s", folder, sealed[i], strerror(-error));
        } else {
            json_object_set_new(page, sealed[i], file);
        }
    }
    text = json_dumps(page, JSON_INDENT(2));
    if (!error)
        error = rs_write_file(folder, RS_FILE_SNAPSHOT, text, strlen(text), why, why_bytes);
    free(text);
    json_decref(page);
    return error;
}

bool rs_snapshot_whole(const char *folder)
{
    char *path = g_build_filename(folder, RS_FILE_SNAPSHOT, NULL);
    json_t *page = json_load_file(path, 0, NULL);
    bool whole = json_integer_value(json_object_get(page, "format")) == FORMAT;

    for (unsigned i = 0; i < G_N_ELEMENTS(sealed) && whole; i++) {
        json_t *file = describe(folder, sealed[i]);

        whole = file && json_equal(file, json_object_get(page, sealed[i]));
        json_decref(file);
    }
    if (whole)
        utimensat(AT_FDCWD, path, NULL, 0);
    json_decref(page);
    g_free(path);
    return whole;
}

/* ---- locks ---- */

int rs_snapshot_relock(int lock, bool alone, uint64_t wait_ms)
{
    const uint64_t until = rs_now_ms() + wait_ms;

    while (flock(lock, (alone ? LOCK_EX : LOCK_SH) | LOCK_NB) < 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return -errno;
        if (rs_now_ms() >= until || rs_interrupted())
            return -EAGAIN;
        g_usleep(POLL_US);
    }
    return 0;
}

int rs_snapshot_lock(const char *root, const char *key, bool alone, uint64_t wait_ms)
{
    const uint64_t until = rs_now_ms() + wait_ms;
    char *path = g_strdup_printf("%s/%s.lock", root, key);
    struct stat ours, there;
    int fd, error;

    do { /* whoever removed a snapshot removed its lock as well, and we may hold a ghost */
        fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
        error = fd < 0 ? -errno : rs_snapshot_relock(fd, alone, wait_ms);
        if (!error && fstat(fd, &ours) == 0 && stat(path, &there) == 0 &&
            ours.st_ino == there.st_ino)
            break;
        if (fd >= 0)
            close(fd);
        fd = error ?: -EAGAIN;
    } while (!error && rs_now_ms() < until);
    g_free(path);
    return fd;
}

/* ---- all of them ---- */

struct found {
    char *key;
    int64_t used;   /* seconds */
    uint64_t bytes; /* on disk */
    bool fresh;     /* a maker's, never renamed */
    bool half;      /* no snapshot: it was never sealed */
};

static void found_clear(void *data)
{
    g_free(((struct found *)data)->key);
}

static int by_use(const void *a, const void *b)
{
    const struct found *one = a, *two = b;

    return one->used < two->used ? 1 : one->used > two->used ? -1 : strcmp(one->key, two->key);
}

static bool is_key(const char *name)
{
    return strspn(name, "0123456789abcdef") == KEY_DIGITS &&
           (!name[KEY_DIGITS] || !strcmp(name + KEY_DIGITS, RS_SNAPSHOT_NEW));
}

static GArray *look(const char *root)
{
    GArray *all = g_array_new(FALSE, TRUE, sizeof(struct found));
    GDir *dir = g_dir_open(root, 0, NULL);
    const char *name;

    g_array_set_clear_func(all, found_clear);
    while (dir && (name = g_dir_read_name(dir))) {
        char *page = g_build_filename(root, name, RS_FILE_SNAPSHOT, NULL);
        struct found f = {.key = g_strndup(name, KEY_DIGITS)};
        struct stat st;

        f.fresh = name[strnlen(name, KEY_DIGITS)] != '\0';
        f.half = stat(page, &st) < 0 || f.fresh;
        f.used = f.half ? 0 : st.st_mtime;
        g_free(page);
        page = g_build_filename(root, name, RS_FILE_RAM, NULL);
        f.bytes = stat(page, &st) < 0 ? 0 : (uint64_t)st.st_blocks * 512;
        g_free(page);
        if (is_key(name))
            g_array_append_val(all, f);
        else
            found_clear(&f);
    }
    if (dir)
        g_dir_close(dir);
    g_array_sort(all, by_use);
    return all;
}

static bool discard(const char *root, const struct found *f)
{
    const int lock = rs_snapshot_lock(root, f->key, true, 0);
    char *folder = g_build_filename(root, f->key, NULL);
    char *half = g_strconcat(folder, RS_SNAPSHOT_NEW, NULL);
    char *file = g_strconcat(folder, ".lock", NULL);

    if (lock >= 0) {
        rs_remove_tree(half);
        if (!f->fresh) {
            rs_remove_tree(folder);
            unlink(file);
        }
        close(lock);
    }
    g_free(file);
    g_free(half);
    g_free(folder);
    return lock >= 0;
}

unsigned rs_snapshot_prune(const char *root, unsigned keep, uint64_t bytes, uint64_t *left_bytes)
{
    GArray *all = look(root);
    unsigned left = 0;

    *left_bytes = 0;
    for (unsigned i = 0; i < all->len; i++) {
        const struct found *f = &g_array_index(all, struct found, i);

        if ((f->half || left >= keep || f->bytes > bytes - MIN(bytes, *left_bytes)) &&
            discard(root, f))
            continue;
        left++;
        *left_bytes += f->bytes;
    }
    g_array_unref(all);
    return left;
}

/* Did this build make it? One that is not whole is nobody's. */
static bool made_by(const char *root, const struct found *f, const char *build)
{
    char *path = g_build_filename(root, f->key, RS_FILE_SNAPSHOT, NULL);
    json_t *page = json_load_file(path, 0, NULL);
    const char *by = json_string_value(json_object_get(page, "build"));
    const bool ours = !f->half && by && !strcmp(by, build);

    json_decref(page);
    g_free(path);
    return ours;
}

void rs_snapshot_sweep(const char *root, const char *build, bool remove,
                       void (*tell)(const struct rs_swept *swept, void *user), void *user)
{
    GArray *all = look(root);

    for (unsigned i = 0; i < all->len; i++) {
        const struct found *f = &g_array_index(all, struct found, i);
        struct rs_swept swept = {.key = f->key, .bytes = f->bytes};

        if (build && made_by(root, f, build))
            continue;
        if (remove) {
            swept.busy = !discard(root, f);
        } else {
            const int lock = rs_snapshot_lock(root, f->key, true, 0);

            swept.busy = lock < 0;
            if (lock >= 0)
                close(lock);
        }
        tell(&swept, user);
    }
    g_array_unref(all);
}
