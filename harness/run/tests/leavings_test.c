/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Cleaning up: only what the tool made, nothing that is in use, nothing through a link.
 */
#include "harness/run/leavings.h"

#include <glib.h>
#include <unistd.h>

#include "harness/base/paths.h"
#include "harness/run/run_folder.h"
#include "harness/tests/parse.h"

static char *out, why[256];
static unsigned told, busy;

static void setup(void)
{
    out = g_dir_make_tmp("ringside-leavings-XXXXXX", NULL);
    told = busy = 0;
}

static void teardown(void)
{
    rs_remove_tree(out);
    g_free(out);
}

static char *put(const char *folder, const char *name)
{
    char *path = g_build_filename(out, folder, name, NULL), *above = g_path_get_dirname(path);

    g_mkdir_with_parents(above, 0755);
    ck_assert(g_file_set_contents(path, "x", 1, NULL));
    g_free(above);
    return path;
}

static char *run(const char *name, int *lock)
{
    char *path = g_build_filename(out, name, NULL);
    int held;

    ck_assert_int_eq(rs_folder_claim(path, &held, why, sizeof(why)), 0);
    g_free(put(name, RS_FILE_PLAN));
    if (lock)
        *lock = held;
    else
        rs_folder_release(held);
    return path;
}

static bool all(const struct rs_leaving *leaving, void *user)
{
    return true;
}

static bool without_bundle(const struct rs_leaving *leaving, void *user)
{
    return !leaving->bundle;
}

static void count(const struct rs_leaving *leaving, void *user)
{
    told++;
    busy += leaving->busy;
}

static bool there(const char *path)
{
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

START_TEST(shows_first_removes_then)
{
    char *one = run("one", NULL), *two = run("gate/two", NULL), *page = put(".", "results.json");
    char *mine = put("mine", "precious");

    ck_assert_uint_gt(rs_leavings(out, false, all, count, NULL), 0);
    ck_assert_uint_eq(told, 2);
    ck_assert(there(one) && there(two) && there(page));
    rs_leavings(out, true, all, count, NULL);
    ck_assert(!there(one) && !there(two) && !there(page));
    ck_assert_msg(there(mine), "what the tool did not make stays");
    ck_assert_uint_eq(rs_leavings(out, true, all, count, NULL), 0);
    ck_assert_uint_eq(rs_leavings("/nonexistent", true, all, count, NULL), 0);
    g_free(one);
    g_free(two);
    g_free(page);
    g_free(mine);
}
END_TEST

START_TEST(what_is_in_use_stays)
{
    int lock;
    char *used = run("used", &lock), *other = run("other", NULL), *page = put(".", "results.json");

    rs_leavings(out, true, all, count, NULL);
    ck_assert_uint_eq(busy, 1);
    ck_assert(there(used) && !there(other) && there(page));
    rs_folder_release(lock);
    rs_leavings(out, true, all, count, NULL);
    ck_assert(!there(used) && !there(page));
    g_free(used);
    g_free(other);
    g_free(page);
}
END_TEST

START_TEST(bundles_and_links)
{
    char *failed = run("failed", NULL), *outside = g_dir_make_tmp("ringside-mine-XXXXXX", NULL);
    char *link = g_build_filename(out, "link", NULL);
    char *marker = g_build_filename(outside, RS_FOLDER_MARKER, NULL);

    g_free(put("failed", RS_FILE_BUNDLE));
    ck_assert(g_file_set_contents(marker, "", 0, NULL));
    ck_assert_int_eq(symlink(outside, link), 0);
    rs_leavings(out, true, without_bundle, count, NULL);
    ck_assert(there(failed) && there(marker));
    rs_leavings(out, true, all, count, NULL);
    ck_assert(!there(failed) && there(marker));
    rs_remove_tree(outside);
    g_free(marker);
    g_free(link);
    g_free(outside);
    g_free(failed);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("leavings");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, shows_first_removes_then);
    tcase_add_test(t, what_is_in_use_stays);
    tcase_add_test(t, bundles_and_links);
    return run_tests("leavings", (TCase *[]){t, NULL});
}
