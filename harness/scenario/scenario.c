/* SPDX-License-Identifier: BSD-2-Clause
 *
 * From a file to cases: the tree, the matrix, the reader, the checks, in this order. See
 * scenario.h.
 */
#include "harness/scenario/scenario.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "harness/scenario/description.h"
#include "harness/scenario/driver_profile.h"
#include "harness/scenario/matrix.h"
#include "harness/scenario/reader.h"
#include "harness/scenario/scenario_check.h"
#include "harness/scenario/text_file.h"
#include "harness/scenario/yaml.h"

static const struct diag_mark whole_file = {0, 0, 0};

/* ---- names of cases ---- */

/* A value as part of an id, which may become the name of a folder. */
static char *id_value(const char *text)
{
    char *value = g_strdup(text);

    return g_strcanon(value,
                      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                      "-_.+%:",
                      '-');
}

/* False: too long. */
static bool name_case(struct scenario_case *c, const struct matrix *m)
{
    GString *id = g_string_new(c->name != NULL ? c->name : "?");

    c->choice = g_new0(struct scenario_choice, m->count + 1);
    for (size_t i = 0; i < m->count; i++) {
        const char *text = rs_matrix_value(&m->axis[i])->text;
        char *value = id_value(text);
        g_string_append_printf(id, "%c%s=%s", i == 0 ? '[' : ',', m->axis[i].name, value);
        g_free(value);
        c->choice[i].name = g_strdup(m->axis[i].name);
        c->choice[i].value = g_strdup(text);
        c->choice_count++;
    }
    if (m->count > 0)
        g_string_append_c(id, ']');
    bool fits = id->len <= SCENARIO_ID_MAX;
    g_strlcpy(c->id, id->str, sizeof(c->id));
    g_string_free(id, TRUE);
    return fits;
}

static void check_ids(struct scenario *s, struct diag *diag)
{
    GHashTable *seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (size_t i = 0; i < s->case_count; i++) {
        if (!g_hash_table_add(seen, s->cases[i].id) && diag->errors == 0)
            rs_scenario_complain(s, diag, DIAG_ERROR, whole_file,
                                 "two cases would be called %s; make their values differ in "
                                 "letters and digits",
                                 s->cases[i].id);
    }
    g_hash_table_destroy(seen);
}

/* ---- cases ---- */

/* The driver, and what it wants of the rest. What is wrong with one that the scenario did not
 * choose is no mistake of the scenario's: the case is left out, and says why. */
static void check_driver(struct check *k)
{
    struct check own = *k;
    struct diag scratch;
    bool imposed = rs_description_imposed() != NULL;

    if (imposed) {
        rs_diag_init(&scratch);
        own.diag = &scratch;
    }
    rs_check_description(&own);
    rs_check_machine(&(struct check){.s = k->s, .c = k->c, .diag = k->diag, .files = k->diag});
    rs_check_driver(&own);
    rs_check_profile(&own);
    rs_check_script(&own);
    if (!imposed)
        return;
    if (scratch.errors > 0)
        k->c->unfit = g_strdup(scratch.item[0].message);
    rs_diag_fini(&scratch);
}

/* False: its id does not fit. */
static bool read_case(struct scenario *s, struct scenario_case *c, struct matrix *m,
                      const struct yaml_node *root, struct diag *diag)
{
    struct reader r;
    struct check k = {.s = s, .c = c, .diag = diag, .files = diag};

    rs_reader_init(&r, s->path, s->text, diag, m);
    rs_read_object(&r, rs_schema(), root, c);
    rs_reader_fini(&r);
    bool fits = name_case(c, m);
    if (root->kind != YAML_MAP)
        return true;
    check_driver(&k);
    rs_check_traffic(&k);
    rs_check_faults(&k);
    rs_check_expect(&k);
    rs_check_steps(&k);
    return fits;
}

static void fini_case(struct scenario_case *c)
{
    rs_schema_fini(rs_schema(), c);
    rs_description_free(c->description);
    rs_driver_profile_free(c->profile);
    g_free(c->unfit);
    for (size_t i = 0; i < c->choice_count; i++) {
        g_free(c->choice[i].name);
        g_free(c->choice[i].value);
    }
    g_free(c->choice);
}

static void read_cases(struct scenario *s, struct matrix *m, const struct yaml_node *root,
                       struct diag *diag)
{
    size_t n = rs_matrix_cases(m);
    bool fit = true;

    if (n > SCENARIO_CASES_MAX) {
        rs_scenario_complain(s, diag, DIAG_ERROR, whole_file,
                             "the lists of values make more than %d cases; make them shorter",
                             SCENARIO_CASES_MAX);
        n = 1;
    }
    s->cases = g_new0(struct scenario_case, n);
    s->case_count = n;
    for (size_t i = 0; i < n; i++) {
        rs_matrix_select(m, i);
        fit &= read_case(s, &s->cases[i], m, root, diag);
    }
    if (!fit)
        rs_scenario_complain(s, diag, DIAG_ERROR, rs_schema_mark(rs_schema(), s->cases, "name"),
                             "name and values make case names of more than %d characters: %s...",
                             SCENARIO_ID_MAX, s->cases[n - 1].id);
    for (size_t i = 0; i < m->count; i++) {
        if (m->axis[i].variable && !m->axis[i].used && rs_description_imposed() == NULL)
            rs_scenario_complain(s, diag, DIAG_ERROR, m->axis[i].list->mark,
                                 "matrix row '%s' is used nowhere; write ${%s} where its values "
                                 "belong",
                                 m->axis[i].name, m->axis[i].name);
    }
    check_ids(s, diag);
}

/* The driver section becomes the imposed description. */
static void impose(struct yaml_node *root, struct diag *diag)
{
    const char *path = rs_description_imposed();
    char *quoted, *text;
    struct yaml_node *other;

    if (path == NULL || root->kind != YAML_MAP)
        return;
    char **parts = g_strsplit(path, "'", -1);
    quoted = g_strjoinv("''", parts);
    g_strfreev(parts);
    text = g_strdup_printf("driver: {description: '%s'}\n", quoted);
    other = rs_yaml_parse("(--driver)", text, strlen(text), diag);
    for (size_t i = 0; other != NULL && i < root->count; i++) {
        if (strcmp(root->key[i]->text, "driver") == 0) {
            struct yaml_node *before = root->child[i];
            root->child[i] = other->child[0];
            other->child[0] = before;
        }
    }
    rs_yaml_free(other);
    g_free(text);
    g_free(quoted);
}

/* NULL: nothing in it could be read. */
static struct scenario *examine(const char *path, const char *text, size_t length,
                                struct diag *diag)
{
    struct scenario *s = g_new0(struct scenario, 1);
    struct yaml_node *root;

    s->path = g_strdup(path);
    s->text = g_malloc(length + 1); /* complaints want an end, whoever gave the text */
    memcpy(s->text, text, length);
    s->text[length] = '\0';
    root = rs_yaml_parse(s->path, s->text, length, diag);
    if (root != NULL) {
        struct matrix m;
        impose(root, diag);
        rs_matrix_find(&m, root, s->path, s->text, diag);
        read_cases(s, &m, root, diag);
        rs_matrix_fini(&m);
        rs_yaml_free(root);
        return s;
    }
    rs_scenario_free(s);
    return NULL;
}

int rs_scenario_parse(const char *path, const char *text, size_t length, struct diag *diag,
                      struct scenario **out)
{
    size_t before = diag->errors;

    *out = examine(path, text, length, diag);
    if (diag->errors == before)
        return 0;
    rs_scenario_free(*out);
    *out = NULL;
    return -EINVAL;
}

int rs_scenario_load(const char *path, struct diag *diag, struct scenario **out)
{
    size_t length = 0;
    char *text = rs_text_file(path, &length, diag);
    int result = -EINVAL;

    *out = NULL;
    if (text != NULL)
        result = rs_scenario_parse(path, text, length, diag, out);
    g_free(text);
    return result;
}

struct scenario *rs_scenario_examine(const char *path, struct diag *diag)
{
    size_t length = 0;
    char *text = rs_text_file(path, &length, diag);
    struct scenario *s = text != NULL ? examine(path, text, length, diag) : NULL;

    g_free(text);
    return s;
}

void rs_scenario_free(struct scenario *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->case_count; i++)
        fini_case(&s->cases[i]);
    g_free(s->cases);
    g_free(s->path);
    g_free(s->text);
    g_free(s);
}

char *rs_scenario_path(const struct scenario *s, const char *path)
{
    if (g_path_is_absolute(path))
        return g_strdup(path);
    char *folder = g_path_get_dirname(s->path);
    char *full = g_build_filename(folder, path, NULL);
    g_free(folder);
    return full;
}
