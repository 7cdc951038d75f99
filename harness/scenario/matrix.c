/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Axes of a scenario: see matrix.h.
 */
#include "harness/scenario/matrix.h"

#include <glib.h>
#include <stdint.h>
#include <string.h>

struct finder {
    struct matrix *m;
    const char *path, *text;
    struct diag *diag;
    bool too_many;
};

#define COMPLAIN(f, mark, ...)                                                                     \
    rs_diag_add((f)->diag, DIAG_ERROR, (f)->path, (f)->text, (mark), __VA_ARGS__)

static void add_axis(struct finder *f, const char *name, const struct yaml_node *list,
                     bool variable)
{
    if (list->count == 0) {
        COMPLAIN(f, list->mark, "an empty list makes no case; give at least one value");
        return;
    }
    for (size_t i = 0; i < list->count; i++) {
        if (list->child[i]->kind != YAML_SCALAR) {
            COMPLAIN(f, list->child[i]->mark, "a value of a matrix must be a single word");
            return;
        }
        for (size_t j = 0; j < i; j++) {
            if (strcmp(list->child[i]->text, list->child[j]->text) == 0) {
                COMPLAIN(f, list->child[i]->mark, "value '%s' stands twice in this list",
                         list->child[i]->text);
                return;
            }
        }
    }
    if (f->m->count == MATRIX_AXES_MAX) {
        if (!f->too_many)
            COMPLAIN(f, list->mark, "more than %d lists of values in one scenario",
                     MATRIX_AXES_MAX);
        f->too_many = true;
        return;
    }
    f->m->axis[f->m->count++] = (struct matrix_axis){
        .name = g_strdup(name),
        .list = list,
        .variable = variable,
    };
}

bool rs_matrix_takes(const struct schema_key *key)
{
    switch (key->type) {
    case SCHEMA_TEXTS:
    case SCHEMA_NAMES:
    case SCHEMA_OBJECT:
    case SCHEMA_OBJECTS:
        return false;
    case SCHEMA_SPECIAL:
        return key->special->scalar;
    default:
        return true;
    }
}

/* `where`: what tells this object from others of its kind, "" for what there is only one of. */
static void find_in(struct finder *f, const struct schema_object *object,
                    const struct yaml_node *map, const char *where)
{
    if (map->kind != YAML_MAP)
        return;
    for (size_t i = 0; i < map->count; i++) {
        int row = rs_schema_row(object, map->key[i]->text);
        if (row < 0)
            continue; /* the reader complains */
        const struct schema_key *key = &object->keys[row];
        const struct yaml_node *value = map->child[i];

        if (key->type == SCHEMA_OBJECT) {
            find_in(f, key->object, value, where);
        } else if (key->type == SCHEMA_OBJECTS && value->kind == YAML_LIST) {
            for (size_t j = 0; j < value->count; j++) {
                const struct yaml_node *name = rs_yaml_get(value->child[j], "name");
                char *inner = name != NULL && name->kind == YAML_SCALAR
                                  ? g_strdup_printf("%s.", name->text)
                                  : g_strdup_printf("%s%zu.", key->name, j);
                find_in(f, key->object, value->child[j], inner);
                g_free(inner);
            }
        } else if (value->kind == YAML_LIST && key->matrix && rs_matrix_takes(key)) {
            char *name = g_strconcat(where, key->name, NULL);
            add_axis(f, name, value, false);
            g_free(name);
        }
    }
}

/* "a.rate" becomes "rate" where that is clear. */
static void shorten_names(struct matrix *m)
{
    bool clear[MATRIX_AXES_MAX];

    for (size_t i = 0; i < m->count; i++) {
        const char *dot = strrchr(m->axis[i].name, '.');
        clear[i] = dot != NULL && !m->axis[i].variable;
        for (size_t j = 0; clear[i] && j < m->count; j++) {
            const char *other = strrchr(m->axis[j].name, '.');
            other = other != NULL ? other + 1 : m->axis[j].name;
            clear[i] = j == i || strcmp(other, dot + 1) != 0;
        }
    }
    for (size_t i = 0; i < m->count; i++) {
        if (clear[i]) {
            char *tail = g_strdup(strrchr(m->axis[i].name, '.') + 1);
            g_free(m->axis[i].name);
            m->axis[i].name = tail;
        }
    }
}

static bool good_name(const char *name)
{
    return name[0] >= 'a' && name[0] <= 'z' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_") == strlen(name);
}

void rs_matrix_find(struct matrix *m, const struct yaml_node *root, const char *path,
                    const char *text, struct diag *diag)
{
    struct finder f = {.m = m, .path = path, .text = text, .diag = diag};
    const struct yaml_node *section = rs_yaml_get(root, "matrix");

    memset(m, 0, sizeof(*m));
    if (section != NULL && section->kind != YAML_MAP)
        COMPLAIN(&f, section->mark, "'matrix' must be a mapping of names to lists of values");
    for (size_t i = 0; section != NULL && section->kind == YAML_MAP && i < section->count; i++) {
        const struct yaml_node *key = section->key[i], *list = section->child[i];
        if (!good_name(key->text))
            COMPLAIN(&f, key->mark,
                     "'%s' cannot name a matrix row; small letters, digits, - and _ can",
                     key->text);
        else if (list->kind != YAML_LIST)
            COMPLAIN(&f, list->mark, "matrix row '%s' must be a list of values", key->text);
        else
            add_axis(&f, key->text, list, true);
    }
    find_in(&f, rs_schema(), root, "");
    shorten_names(m);
}

void rs_matrix_fini(struct matrix *m)
{
    for (size_t i = 0; i < m->count; i++)
        g_free(m->axis[i].name);
    memset(m, 0, sizeof(*m));
}

size_t rs_matrix_cases(const struct matrix *m)
{
    size_t cases = 1;

    for (size_t i = 0; i < m->count; i++) {
        if (m->axis[i].list->count > SIZE_MAX / cases)
            return SIZE_MAX;
        cases *= m->axis[i].list->count;
    }
    return cases;
}

void rs_matrix_select(struct matrix *m, size_t n)
{
    for (size_t i = m->count; i-- > 0;) {
        size_t values = m->axis[i].list->count;
        m->axis[i].index = n % values;
        n /= values;
    }
}

struct matrix_axis *rs_matrix_axis_of(struct matrix *m, const struct yaml_node *list)
{
    for (size_t i = 0; i < m->count; i++) {
        if (m->axis[i].list == list)
            return &m->axis[i];
    }
    return NULL;
}

struct matrix_axis *rs_matrix_variable(struct matrix *m, const char *name, size_t length)
{
    for (size_t i = 0; i < m->count; i++) {
        if (m->axis[i].variable && strlen(m->axis[i].name) == length &&
            memcmp(m->axis[i].name, name, length) == 0)
            return &m->axis[i];
    }
    return NULL;
}

const struct yaml_node *rs_matrix_value(const struct matrix_axis *axis)
{
    return axis->list->child[axis->index];
}
