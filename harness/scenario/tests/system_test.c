/* SPDX-License-Identifier: BSD-2-Clause
 *
 * System files: those of systems/ become plans, and what is said of a bad one.
 */
#include "harness/scenario/system.h"

#include <glib.h>
#include <string.h>
#include <unistd.h>

#include "mk/run_tests.h"

#define HEAD   "name: x\nwhy: y\nsource: z\n"
#define CACHES "caches: {size: 1MiB, ways: 16, ddio-ways: 2, dram: 50ns}\n"
#define ENGINE "engines:\n  - {name: dma, slots: 4}\n"

static char path[] = "/tmp/ringside-system-XXXXXX";

static struct system_data *load(const char *text, struct diag *diag)
{
    strcpy(path + sizeof(path) - 7, "XXXXXX");
    int file = mkstemp(path);

    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(write(file, text, strlen(text)), (ssize_t)strlen(text));
    close(file);
    struct system_data *s = rs_system_load(path, diag);
    unlink(path);
    return s;
}

START_TEST(ours_become_plans)
{
    char *list = rs_system_names(), **names = g_strsplit(list, ", ", -1);
    struct diag diag;

    rs_diag_init(&diag);
    ck_assert_uint_ge(g_strv_length(names), 4);
    for (char **name = names; *name != NULL; name++) {
        struct system_data *s = rs_system_load(*name, &diag);
        ck_assert_msg(s != NULL && diag.errors == 0, "%s is not usable", *name);
        ck_assert_str_eq(s->name, *name);
        for (size_t i = 0; i < s->engine_count; i++) {
            void *plan = rs_system_plan(s, &s->engines[i], true, &diag);
            ck_assert_ptr_nonnull(plan);
            g_free(plan);
        }
        ck_assert_ptr_nonnull(rs_system_engine(s, NULL));
        ck_assert_ptr_null(rs_system_engine(s, "none of this name"));
        rs_system_free(s);
    }
    g_strfreev(names);
    g_free(list);
    rs_diag_fini(&diag);
}
END_TEST

START_TEST(unknown_names_are_answered_with_the_known)
{
    struct diag diag;

    rs_diag_init(&diag);
    ck_assert_ptr_null(rs_system_load("nfp", &diag));
    ck_assert_uint_eq(diag.errors, 1);
    ck_assert_ptr_nonnull(strstr(diag.item[0].message, "nfp-e5-2637v3"));
    rs_diag_fini(&diag);
}
END_TEST

static const struct {
    const char *text, *sentence;
} bad[] = {
    {HEAD CACHES "engines: []\n", "'engines' is empty"},
    {HEAD CACHES ENGINE "iotbl: 64\n", "did you mean 'iotlb'?"},
    {HEAD ENGINE "caches: {size: 1MiB, ways: 2, ddio-ways: 3, dram: 50ns}\n", "3 of 2 ways"},
    {HEAD ENGINE "caches: {size: 1000, ways: 16, ddio-ways: 2, dram: 50ns}\n", "1000"},
};

START_TEST(says_what_is_wrong)
{
    struct diag diag;

    rs_diag_init(&diag);
    ck_assert_ptr_null(load(bad[_i].text, &diag));
    ck_assert_uint_gt(diag.errors, 0);
    ck_assert_msg(strstr(diag.item[0].message, bad[_i].sentence), "'%s' says nothing of '%s'",
                  diag.item[0].message, bad[_i].sentence);
    rs_diag_fini(&diag);
}
END_TEST

int main(void)
{
    TCase *c = tcase_create("systems");

    tcase_add_test(c, ours_become_plans);
    tcase_add_test(c, unknown_names_are_answered_with_the_known);
    tcase_add_loop_test(c, says_what_is_wrong, 0, G_N_ELEMENTS(bad));
    return RUN_TESTS("harness/system", c);
}
