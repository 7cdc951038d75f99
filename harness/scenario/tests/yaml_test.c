/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The strict tree: positions, quoting, and everything that is refused.
 */
#include "harness/scenario/yaml.h"

#include "harness/tests/parse.h"

static struct yaml_node *tree(const char *text, char **wrong)
{
    struct diag diag;

    rs_diag_init(&diag);
    struct yaml_node *root = rs_yaml_parse("t.yaml", text, strlen(text), &diag);
    *wrong = complaints(&diag);
    rs_diag_fini(&diag);
    return root;
}

START_TEST(positions)
{
    char *wrong;
    struct yaml_node *root = tree("a: 1\nb: [x, 'y z']\nc:\n  d\xc3\xbc: {e: 5ms}\n", &wrong);

    ck_assert_str_eq(wrong, "");
    ck_assert_ptr_nonnull(root);
    const struct yaml_node *b = rs_yaml_get(root, "b");
    ck_assert_int_eq(b->kind, YAML_LIST);
    ck_assert_uint_eq(b->count, 2);
    ck_assert_str_eq(b->child[1]->text, "y z");
    ck_assert(b->child[1]->quoted);
    ck_assert(!b->child[0]->quoted);
    ck_assert_uint_eq(b->child[1]->mark.line, 2);
    ck_assert_uint_eq(b->child[1]->mark.column, 8);
    ck_assert_uint_eq(b->child[1]->mark.width, 5);
    const struct yaml_node *e = rs_yaml_get(rs_yaml_get(rs_yaml_get(root, "c"), "d\xc3\xbc"), "e");
    ck_assert_str_eq(e->text, "5ms");
    ck_assert_uint_eq(e->mark.line, 4);
    ck_assert_uint_eq(e->mark.column, 11); /* characters, not bytes */
    ck_assert_ptr_null(rs_yaml_get(root, "z"));
    ck_assert_ptr_null(rs_yaml_get(b, "x"));
    rs_yaml_free(root);
    g_free(wrong);
}
END_TEST

START_TEST(many_children)
{
    GString *text = g_string_new("[");
    char *wrong;

    for (int i = 0; i < 1000; i++)
        g_string_append_printf(text, "%d,", i);
    g_string_append(text, "1000]");
    struct yaml_node *root = tree(text->str, &wrong);
    ck_assert_uint_eq(root->count, 1001);
    ck_assert_str_eq(root->child[777]->text, "777");
    rs_yaml_free(root);
    g_string_free(text, TRUE);
    g_free(wrong);
}
END_TEST

static const char *const refused[] = {
    "",
    "# only a comment\n",
    "a: &x 1\n",
    "a: *x\n",
    "a: !tag 1\n",
    "a: !!map {}\n",
    "a: !!seq []\n",
    "<<: {a: 1}\n",
    "{[a]: 1}\n",
    "{{a: 1}: 1}\n",
    "a: 1\na: 2\n",
    "a: 1\n---\nb: 1\n",
    "a: [1, 2\n",
    "a: 'x\n",
    "a: \"\\q\"\n",
    "\ta: 1\n",
    "a: b: c\n",
    "%YAML 9.9\n---\na: 1\n",
    "a: \xff\n",
    "a: \"x\\0y\"\n",
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
};

START_TEST(refusals)
{
    char *wrong;
    struct yaml_node *root = tree(refused[_i], &wrong);

    ck_assert_msg(wrong[0] != '\0' || _i < 2, "accepted: %s", refused[_i]);
    if (_i < 2)
        ck_assert_ptr_null(root);
    rs_yaml_free(root);
    g_free(wrong);
}
END_TEST

START_TEST(too_long)
{
    char *text = g_strnfill(YAML_BYTES_MAX + 1, 'a'), *wrong;
    struct diag diag;

    rs_diag_init(&diag);
    ck_assert_ptr_null(rs_yaml_parse("t.yaml", text, YAML_BYTES_MAX + 1, &diag));
    ck_assert_uint_eq(diag.errors, 1);
    wrong = complaints(&diag);
    rs_diag_fini(&diag);
    g_free(wrong);
    g_free(text);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("yaml");

    tcase_add_test(t, positions);
    tcase_add_test(t, many_children);
    tcase_add_loop_test(t, refusals, 0, G_N_ELEMENTS(refused));
    tcase_add_test(t, too_long);
    return run_tests("yaml", (TCase *[]){t, NULL});
}
