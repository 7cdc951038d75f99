/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Parts of selections: together the whole, none twice, of one size, and the same from whatever
 * order.
 */
#include "harness/scenario/shard.h"

#include "harness/scenario/select.h"
#include "harness/tests/parse.h"

enum { CASES = 23 };

static struct scenario scenario = {.path = (char *)"x.yaml"};
static struct scenario_case *cases;

static void setup(void)
{
    cases = g_new0(struct scenario_case, CASES);
    for (unsigned i = 0; i < CASES; i++)
        snprintf(cases[i].id, sizeof(cases[i].id), "case-%u", i * 7 % CASES);
}

static void teardown(void)
{
    g_free(cases);
}

static GArray *selection(bool backwards)
{
    GArray *all = g_array_new(FALSE, FALSE, sizeof(struct rs_selected));

    for (unsigned i = 0; i < CASES; i++) {
        struct rs_selected one = {&scenario, &cases[backwards ? CASES - 1 - i : i]};

        g_array_append_val(all, one);
    }
    return all;
}

START_TEST(words)
{
    static const char *const bad[] = {"", "1", "0/2", "3/2", "1/0", "1/2/3", "a/b", "-1/2", "1/ 2",
                                      "1/99999", "/", "1/"};
    struct rs_shard shard;

    for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++)
        ck_assert_msg(!rs_shard_parse(bad[i], &shard), "%s", bad[i]);
    ck_assert(rs_shard_parse("2/3", &shard));
    ck_assert_uint_eq(shard.index, 2);
    ck_assert_uint_eq(shard.count, 3);
}
END_TEST

START_TEST(parts_make_the_whole)
{
    for (unsigned count = 1; count <= CASES + 2; count++) {
        unsigned seen[CASES] = {0};

        for (unsigned index = 1; index <= count; index++) {
            GArray *part = selection(false), *other = selection(true);
            const struct rs_shard shard = {index, count};

            rs_shard_apply(&shard, part);
            rs_shard_apply(&shard, other);
            ck_assert_uint_eq(part->len, other->len);
            ck_assert_uint_ge(part->len, CASES / count);
            ck_assert_uint_le(part->len, (CASES + count - 1) / count);
            for (unsigned i = 0; i < part->len; i++) {
                const struct rs_selected *one = &g_array_index(part, struct rs_selected, i);

                seen[one->c - cases]++; /* order as it was: forwards here, backwards there */
                ck_assert_ptr_eq(
                    one->c, g_array_index(other, struct rs_selected, part->len - 1 - i).c);
            }
            g_array_unref(part);
            g_array_unref(other);
        }
        for (unsigned i = 0; i < CASES; i++)
            ck_assert_uint_eq(seen[i], 1);
    }
}
END_TEST

START_TEST(no_shard_is_everything)
{
    GArray *all = selection(false);

    rs_shard_apply(&(struct rs_shard){0}, all);
    ck_assert_uint_eq(all->len, CASES);
    g_array_unref(all);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("shard");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, words);
    tcase_add_test(t, parts_make_the_whole);
    tcase_add_test(t, no_shard_is_everything);
    return run_tests("shard", (TCase *[]){t, NULL});
}
