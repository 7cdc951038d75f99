/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A snapshot in the middle of a run: whole or refused, what was on its way as words, the mailbox
 * copied with its holes.
 */
#include "harness/run/midway.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/run/run_folder.h"
#include "mk/run_tests.h"

static char *run_dir, *folder, words[256];

static void setup(void)
{
    run_dir = g_dir_make_tmp("ringside-midway-XXXXXX", NULL);
    folder = rs_midway_folder(run_dir);
    ck_assert_int_eq(g_mkdir_with_parents(folder, 0700), 0);
}

static void teardown(void)
{
    rs_remove_tree(run_dir);
    g_free(folder);
    g_free(run_dir);
}

static void put(const char *name, const char *text)
{
    ck_assert_int_eq(rs_write_file(folder, name, text, strlen(text), words, sizeof(words)), 0);
}

START_TEST(whole_or_refused)
{
    ck_assert_int_eq(rs_midway_whole(folder, words, sizeof(words)), -ENOENT);
    ck_assert_ptr_nonnull(strstr(words, "--snapshot-at"));
    put("state", "x");
    put("in-flight", "frames 3\nreads 0\nregister_writes 2\nnonsense\n");
    ck_assert_int_eq(rs_midway_whole(folder, words, sizeof(words)), -ENOENT);
    put("mailbox", "m");
    ck_assert_int_eq(rs_midway_whole(folder, words, sizeof(words)), 0);
    ck_assert_str_eq(words, "3 frames, 2 register writes");
}
END_TEST

START_TEST(more_words_than_room)
{
    char small[8];

    put("state", "x");
    put("mailbox", "m");
    put("in-flight", "frames 3\nreads 4\nwrites 5\n");
    ck_assert_int_eq(rs_midway_whole(folder, small, sizeof(small)), 0);
    ck_assert_str_eq(small, "3 frame");
}
END_TEST

START_TEST(mailbox_with_holes)
{
    char *source = g_build_filename(folder, "mailbox", NULL), *text = NULL;
    char *copy = g_build_filename(run_dir, "mailbox", NULL);
    const int fd = open(source, O_CREAT | O_WRONLY, 0600);
    struct stat there;
    gsize bytes;

    ck_assert_int_eq(rs_midway_mailbox(run_dir, copy, words, sizeof(words)), -ENOENT);
    ck_assert_int_eq(ftruncate(fd, 8 << 20), 0);
    ck_assert_int_eq(pwrite(fd, "end", 3, (5 << 20) + 7), 3);
    close(fd);
    ck_assert_int_eq(rs_midway_mailbox(folder, copy, words, sizeof(words)), 0);
    ck_assert(g_file_get_contents(copy, &text, &bytes, NULL));
    ck_assert_uint_eq(bytes, 8 << 20);
    ck_assert_str_eq(text + (5 << 20) + 7, "end");
    ck_assert_int_eq(stat(copy, &there), 0);
    ck_assert_int_lt(there.st_blocks * 512, 4 << 20);
    g_free(text);
    g_free(copy);
    g_free(source);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("midway");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, whole_or_refused);
    tcase_add_test(tc, more_words_than_room);
    tcase_add_test(tc, mailbox_with_holes);
    return RUN_TESTS("midway", tc);
}
