/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Snapshots on disk: what was sealed is known again and nothing else is; locks; pruning.
 */
#include "harness/run/snapshot_files.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/run/run_folder.h"
#include "harness/run/snapshot.h"
#include "mk/run_tests.h"

enum { RAM_BYTES = 1 << 20, PAGE = 4096 };
#define KEYS "0123456789abcde"

#define BUILD "00112233445566ff"

static char *root, why[256];

static void setup(void)
{
    root = g_dir_make_tmp("ringside-snapshots-XXXXXX", NULL);
}

static void teardown(void)
{
    rs_remove_tree(root);
    g_free(root);
}

static char *file(const char *key, const char *name)
{
    return g_build_filename(root, key, name, NULL);
}

static void put(const char *key, const char *name, off_t at, const void *data, size_t bytes)
{
    char *path = file(key, name);
    int fd = open(path, O_RDWR | O_CREAT, 0644);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(pwrite(fd, data, bytes, at), (ssize_t)bytes);
    close(fd);
    g_free(path);
}

/* A snapshot with two pages of RAM that hold something, used `age` seconds ago. */
static char *snapshot(const char *key, time_t age)
{
    char *folder = g_build_filename(root, key, NULL), *ram = file(key, RS_FILE_RAM);
    char *page = file(key, RS_FILE_SNAPSHOT);
    struct timespec times[2] = {{.tv_sec = time(NULL) - age}, {.tv_sec = time(NULL) - age}};

    ck_assert_int_eq(g_mkdir_with_parents(folder, 0700), 0);
    put(key, RS_FILE_RAM, 5 * PAGE + 7, "something", 9);
    put(key, RS_FILE_RAM, 99 * PAGE, "more", 4);
    ck_assert_int_eq(truncate(ram, RAM_BYTES), 0);
    put(key, RS_FILE_STATE, 0, "devices", 7);
    ck_assert_int_eq(rs_snapshot_seal(folder, BUILD, why, sizeof(why)), 0);
    ck_assert_int_eq(utimensat(AT_FDCWD, page, times, 0), 0);
    g_free(page);
    g_free(ram);
    return folder;
}

START_TEST(sealed_is_whole)
{
    static const char zeros[3 * PAGE];
    char *folder = snapshot(KEYS "0", 0);

    ck_assert(rs_snapshot_whole(folder));
    put(KEYS "0", RS_FILE_RAM, 20 * PAGE, zeros, sizeof(zeros)); /* a hole less: the same bytes */
    ck_assert(rs_snapshot_whole(folder));
    g_free(folder);
}
END_TEST

START_TEST(any_damage_is_seen)
{
    char *folder = snapshot(KEYS "0", 0), *ram = file(KEYS "0", RS_FILE_RAM);
    char *page = file(KEYS "0", RS_FILE_SNAPSHOT);

    put(KEYS "0", RS_FILE_RAM, 5 * PAGE + 7, "S", 1);
    ck_assert(!rs_snapshot_whole(folder));
    put(KEYS "0", RS_FILE_RAM, 5 * PAGE + 7, "s", 1);
    ck_assert(rs_snapshot_whole(folder));
    put(KEYS "0", RS_FILE_RAM, 200 * PAGE, "x", 1); /* where nothing was */
    ck_assert(!rs_snapshot_whole(folder));
    put(KEYS "0", RS_FILE_RAM, 200 * PAGE, "", 1);
    ck_assert(rs_snapshot_whole(folder));
    ck_assert_int_eq(truncate(ram, RAM_BYTES - PAGE), 0);
    ck_assert(!rs_snapshot_whole(folder));
    ck_assert_int_eq(truncate(ram, RAM_BYTES), 0);
    ck_assert(rs_snapshot_whole(folder));
    put(KEYS "0", RS_FILE_STATE, 7, "!", 1);
    ck_assert(!rs_snapshot_whole(folder));
    put(KEYS "0", RS_FILE_SNAPSHOT, 0, "[]", 2);
    ck_assert(!rs_snapshot_whole(folder));
    unlink(page);
    ck_assert(!rs_snapshot_whole(folder));
    ck_assert(!rs_snapshot_whole("/nonexistent"));
    unlink(ram);
    ck_assert_int_eq(rs_snapshot_seal(folder, BUILD, why, sizeof(why)), -ENOENT);
    ck_assert_ptr_nonnull(strstr(why, ram));
    g_free(page);
    g_free(ram);
    g_free(folder);
}
END_TEST

START_TEST(users_share_makers_do_not)
{
    int one = rs_snapshot_lock(root, KEYS "0", false, 0);
    int two = rs_snapshot_lock(root, KEYS "0", false, 0);

    ck_assert_int_ge(one, 0);
    ck_assert_int_ge(two, 0);
    ck_assert_int_eq(rs_snapshot_lock(root, KEYS "0", true, 60), -EAGAIN);
    ck_assert_int_eq(rs_snapshot_relock(one, true, 60), -EAGAIN);
    close(two);
    ck_assert_int_eq(rs_snapshot_relock(one, true, 60), 0);
    ck_assert_int_eq(rs_snapshot_lock(root, KEYS "0", false, 60), -EAGAIN);
    two = rs_snapshot_lock(root, KEYS "1", true, 0); /* another key */
    ck_assert_int_ge(two, 0);
    ck_assert_int_eq(rs_snapshot_lock("/nonexistent", KEYS "0", false, 0), -ENOENT);
    close(one);
    close(two);
}
END_TEST

START_TEST(the_oldest_go)
{
    static const time_t age[] = {300, 100, 400, 200};
    char *folder[4], *half = g_build_filename(root, KEYS "7" RS_SNAPSHOT_NEW, NULL);
    char *precious = g_build_filename(root, "precious", NULL);
    uint64_t bytes;
    int used;

    for (unsigned i = 0; i < 4; i++) {
        char key[17] = KEYS "0";

        key[15] = (char)('0' + i);
        folder[i] = snapshot(key, age[i]);
    }
    ck_assert_int_eq(g_mkdir_with_parents(half, 0700), 0);
    ck_assert_int_eq(g_mkdir_with_parents(precious, 0700), 0);
    ck_assert_uint_eq(rs_snapshot_prune(root, 4, UINT64_MAX, &bytes), 4);
    ck_assert_uint_gt(bytes, 0);
    ck_assert(!g_file_test(half, G_FILE_TEST_EXISTS));
    used = rs_snapshot_lock(root, KEYS "2", false, 0); /* the oldest, but somebody runs from it */
    ck_assert_uint_eq(rs_snapshot_prune(root, 2, UINT64_MAX, &bytes), 3);
    ck_assert(!rs_snapshot_whole(folder[0]));
    ck_assert(rs_snapshot_whole(folder[1]));
    ck_assert(rs_snapshot_whole(folder[2]));
    ck_assert(rs_snapshot_whole(folder[3]));
    close(used);
    ck_assert_uint_eq(rs_snapshot_prune(root, 4, bytes / 3, &bytes), 1); /* room for one */
    ck_assert(g_file_test(precious, G_FILE_TEST_EXISTS));
    ck_assert_uint_eq(rs_snapshot_prune("/nonexistent", 4, 0, &bytes), 0);
    for (unsigned i = 0; i < 4; i++)
        g_free(folder[i]);
    g_free(precious);
    g_free(half);
}
END_TEST

static unsigned swept, in_use;

static void count(const struct rs_swept *one, void *user)
{
    swept++;
    in_use += one->busy;
}

START_TEST(other_builds_go)
{
    char *ours = snapshot(KEYS "0", 10), *used = snapshot(KEYS "1", 10);
    char *half = g_build_filename(root, KEYS "7" RS_SNAPSHOT_NEW, NULL);
    int lock;

    ck_assert_int_eq(g_mkdir_with_parents(half, 0700), 0);
    rs_snapshot_sweep(root, BUILD, true, count, NULL);
    ck_assert_uint_eq(swept, 1); /* what a maker left */
    ck_assert(!g_file_test(half, G_FILE_TEST_EXISTS));
    lock = rs_snapshot_lock(root, KEYS "1", false, 0);
    swept = in_use = 0;
    rs_snapshot_sweep(root, "another build", false, count, NULL);
    ck_assert_uint_eq(swept, 2);
    ck_assert_uint_eq(in_use, 1);
    ck_assert(rs_snapshot_whole(ours) && rs_snapshot_whole(used));
    rs_snapshot_sweep(root, NULL, true, count, NULL);
    ck_assert(!rs_snapshot_whole(ours) && rs_snapshot_whole(used));
    close(lock);
    g_free(half);
    g_free(used);
    g_free(ours);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("snapshot_files");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, sealed_is_whole);
    tcase_add_test(tc, any_damage_is_seen);
    tcase_add_test(tc, users_share_makers_do_not);
    tcase_add_test(tc, the_oldest_go);
    tcase_add_test(tc, other_builds_go);
    return RUN_TESTS("snapshot_files", tc);
}
