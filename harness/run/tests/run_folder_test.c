/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Run folders: one tool at a time, nothing deleted that no run made, links never followed.
 */
#include "harness/run/run_folder.h"

#include <errno.h>
#include <glib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mk/run_tests.h"

static char *base, *run, why[256];

static void setup(void)
{
    base = g_dir_make_tmp("ringside-folder-XXXXXX", NULL);
    run = g_build_filename(base, "run", NULL);
}

static void teardown(void)
{
    rs_remove_tree(base);
    g_free(run);
    g_free(base);
}

static char *below(const char *folder, const char *name)
{
    return g_build_filename(folder, name, NULL);
}

START_TEST(names)
{
    static const char *const pairs[][2] = {
        {"plain-1.x", "plain-1.x"}, {"a[b=1,c=2]", "a_b=1,c=2_"}, {"../up", "_._up"},
        {"a/b", "a_b"},             {".hidden", "_hidden"},       {"a b\n", "a_b_"},
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(pairs); i++) {
        char *name = rs_folder_name(pairs[i][0]);

        ck_assert_str_eq(name, pairs[i][1]);
        g_free(name);
    }
}
END_TEST

START_TEST(claims_and_empties)
{
    int lock;
    char *old;

    ck_assert_int_eq(rs_folder_claim(run, &lock, why, sizeof(why)), 0);
    old = below(run, "old/deep/file");
    char *dir = g_path_get_dirname(old);

    g_mkdir_with_parents(dir, 0755);
    g_file_set_contents(old, "x", 1, NULL);
    rs_folder_release(lock);
    ck_assert_int_eq(rs_folder_claim(run, &lock, why, sizeof(why)), 0);
    ck_assert(!g_file_test(old, G_FILE_TEST_EXISTS));
    rs_folder_release(lock);
    g_free(dir);
    g_free(old);
}
END_TEST

START_TEST(one_tool_at_a_time)
{
    int lock, status;
    pid_t other;

    ck_assert_int_eq(rs_folder_claim(run, &lock, why, sizeof(why)), 0);
    other = fork();
    if (other == 0) {
        int second;

        _exit(rs_folder_claim(run, &second, why, sizeof(why)) == -EBUSY && second == -1 ? 7 : 1);
    }
    waitpid(other, &status, 0);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    rs_folder_release(lock);
}
END_TEST

START_TEST(other_peoples_folders_stay)
{
    char *mine = below(run, "mine");
    int lock;

    g_mkdir_with_parents(run, 0755);
    g_file_set_contents(mine, "x", 1, NULL);
    ck_assert_int_eq(rs_folder_claim(run, &lock, why, sizeof(why)), -EEXIST);
    ck_assert_int_eq(lock, -1);
    ck_assert(g_file_test(mine, G_FILE_TEST_EXISTS));
    g_free(mine);
}
END_TEST

START_TEST(links_are_removed_not_followed)
{
    char *outside = below(base, "outside"), *kept = below(outside, "kept");
    char *link = below(run, "link");
    int lock;

    g_mkdir_with_parents(outside, 0755);
    g_file_set_contents(kept, "x", 1, NULL);
    ck_assert_int_eq(rs_folder_claim(run, &lock, why, sizeof(why)), 0);
    ck_assert_int_eq(symlink(outside, link), 0);
    rs_folder_release(lock);
    ck_assert_int_eq(rs_folder_claim(run, &lock, why, sizeof(why)), 0);
    ck_assert(g_file_test(kept, G_FILE_TEST_EXISTS));
    ck_assert(!g_file_test(link, G_FILE_TEST_IS_SYMLINK));
    rs_folder_release(lock);
    g_free(link);
    g_free(kept);
    g_free(outside);
}
END_TEST

START_TEST(latest)
{
    char *link = below(base, "latest"), *target;

    rs_folder_latest(base, "one");
    rs_folder_latest(base, "two");
    target = g_file_read_link(link, NULL);
    ck_assert_str_eq(target, "two");
    g_free(target);
    unlink(link);
    g_mkdir_with_parents(link, 0755); /* somebody's folder of that name */
    rs_folder_latest(base, "three");
    ck_assert(g_file_test(link, G_FILE_TEST_IS_DIR) && !g_file_test(link, G_FILE_TEST_IS_SYMLINK));
    g_free(link);
}
END_TEST

START_TEST(files)
{
    char hash[17], *path = below(base, "f");

    ck_assert_int_eq(rs_write_file(base, "f", "", 0, why, sizeof(why)), 0);
    ck_assert_int_eq(rs_file_hash(path, hash), 0);
    ck_assert_str_eq(hash, "ef46db3751d8e999"); /* XXH64 of nothing */
    ck_assert_int_lt(rs_write_file("/nonexistent", "f", "", 0, why, sizeof(why)), 0);
    ck_assert_int_lt(rs_file_hash("/nonexistent/f", hash), 0);
    g_free(path);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("run_folder");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, names);
    tcase_add_test(tc, claims_and_empties);
    tcase_add_test(tc, one_tool_at_a_time);
    tcase_add_test(tc, other_peoples_folders_stay);
    tcase_add_test(tc, links_are_removed_not_followed);
    tcase_add_test(tc, latest);
    tcase_add_test(tc, files);
    return RUN_TESTS("run_folder", tc);
}
