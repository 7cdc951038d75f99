/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Baselines: what is written is read again; broken files are refused with a sentence; the one of
 * this environment is chosen.
 */
#include "harness/gate/baseline.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/run/run_folder.h"
#include "harness/tests/parse.h"

#define REVISION "0123456789abcdef0123456789abcdef01234567"

static char *folder, *path, why[600];
static struct rs_baseline b;

static void setup(void)
{
    folder = g_dir_make_tmp("ringside-baseline-XXXXXX", NULL);
    path = g_build_filename(folder, "b.json", NULL);
    b = (struct rs_baseline){
        .path = g_strdup(path),
        .revision = g_strdup(REVISION),
        .scenarios = g_ptr_array_new_with_free_func(g_free),
        .figures = rs_figures_new(),
    };
    rs_environment_here(&b.environment);
    g_ptr_array_add(b.scenarios, g_strdup("forward"));
    rs_figures_add(b.figures, "a/qemu/x", "per packet", 1.0 / 3);
    rs_figures_add(b.figures, "a/qemu/y", "ps", 4863000);
}

static void teardown(void)
{
    rs_baseline_fini(&b);
    rs_remove_tree(folder);
    g_free(folder);
    g_free(path);
}

static char *text(void)
{
    char *out = rs_baseline_text(&b);

    g_file_set_contents(path, out, -1, NULL);
    return out;
}

START_TEST(there_and_back)
{
    struct rs_baseline again;
    char *first = text(), *second;

    ck_assert_int_eq(rs_baseline_read(&again, path, why, sizeof(why)), 0);
    ck_assert_str_eq(again.revision, REVISION);
    ck_assert_uint_eq(again.figures->len, 2);
    ck_assert_double_eq_tol(rs_figures_find(again.figures, "a/qemu/x")->value, 1.0 / 3, 1e-11);
    ck_assert_ptr_null(rs_environment_differences(&b.environment, &again.environment));
    second = rs_baseline_text(&again);
    ck_assert_str_eq(first, second);
    g_free(first);
    g_free(second);
    rs_baseline_fini(&again);
}
END_TEST

START_TEST(broken_in_every_way)
{
    struct rs_baseline again;
    char *good = text();
    const size_t length = strlen(good);

    for (size_t cut = 0; cut + 2 < length; cut += 1 + cut / 40) {
        g_file_set_contents(path, good, (gssize)cut, NULL);
        ck_assert_msg(rs_baseline_read(&again, path, why, sizeof(why)) == -EPROTO, "cut at %zu",
                      cut);
        ck_assert(*why);
        rs_baseline_fini(&again);
    }
    for (size_t at = 0; at < length; at++) { /* whatever comes of it: no crash */
        good[at] ^= 0x11;
        g_file_set_contents(path, good, (gssize)length, NULL);
        rs_baseline_read(&again, path, why, sizeof(why));
        rs_baseline_fini(&again);
        good[at] ^= 0x11;
    }
    ck_assert_int_eq(rs_baseline_read(&again, "/nonexistent.json", why, sizeof(why)), -ENOENT);
    rs_baseline_fini(&again);
    g_free(good);
}
END_TEST

START_TEST(a_revision_is_no_option_of_git)
{
    struct rs_baseline again;

    g_free(b.revision);
    b.revision = g_strdup("--upload-pack=touch /tmp/x");
    g_free(text());
    ck_assert_int_eq(rs_baseline_read(&again, path, why, sizeof(why)), -EPROTO);
    ck_assert_ptr_nonnull(strstr(why, "revision"));
    rs_baseline_fini(&again);
}
END_TEST

START_TEST(the_one_of_this_environment)
{
    struct rs_environment here;
    char *chosen, *other = g_build_filename(folder, "a.json", NULL), *text_of;

    rs_environment_here(&here);
    g_free(text());
    g_free(b.environment.part[RS_ENV_COMPILER]);
    b.environment.part[RS_ENV_COMPILER] = g_strdup("gcc 1.0");
    text_of = rs_baseline_text(&b);
    g_file_set_contents(other, text_of, -1, NULL);
    chosen = rs_baseline_choose(folder, &here);
    ck_assert_str_eq(chosen, path);
    g_free(chosen);
    unlink(path);
    chosen = rs_baseline_choose(folder, &here);
    ck_assert_str_eq(chosen, other);
    g_free(chosen);
    ck_assert_ptr_null(rs_baseline_choose("/nonexistent", &here));
    rs_environment_fini(&here);
    g_free(text_of);
    g_free(other);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("baseline");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, there_and_back);
    tcase_add_test(t, broken_in_every_way);
    tcase_add_test(t, a_revision_is_no_option_of_git);
    tcase_add_test(t, the_one_of_this_environment);
    return run_tests("baseline", (TCase *[]){t, NULL});
}
