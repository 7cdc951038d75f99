/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Table-driven reading: see reader.h.
 */
#include "harness/scenario/reader.h"

#include <glib.h>
#include <string.h>

static GStringChunk *scratch(struct reader *r)
{
    return (GStringChunk *)r->scratch;
}

void rs_reader_init(struct reader *r, const char *path, const char *text, struct diag *diag,
                    struct matrix *matrix)
{
    *r = (struct reader){.path = path, .text = text, .diag = diag, .matrix = matrix};
    r->scratch = (struct reader_scratch *)g_string_chunk_new(1024);
}

void rs_reader_fini(struct reader *r)
{
    g_string_chunk_free(scratch(r));
    r->scratch = NULL;
}

/* ---- scalars ---- */

/* ${PORT0} and its like are put in by the guest. */
static bool for_the_guest(const char *name, size_t length)
{
    return length == 5 && memcmp(name, "PORT", 4) == 0 && g_ascii_isdigit(name[4]);
}

static void unknown_variable(struct reader *r, struct diag_mark mark, const char *name)
{
    const char *names[MATRIX_AXES_MAX + 1];
    size_t n = 0;

    for (size_t i = 0; i < r->matrix->count; i++) {
        if (r->matrix->axis[i].variable)
            names[n++] = r->matrix->axis[i].name;
    }
    names[n] = NULL;
    const char *near = rs_nearest(name, names);
    if (near != NULL)
        rs_read_error(r, mark, "${%s} stands for nothing; did you mean ${%s}?", name, near);
    else
        rs_read_error(r, mark, "${%s} stands for nothing; give it values under 'matrix'", name);
}

/* Puts the matrix variables into text. NULL with a complaint: one of them stands for nothing, and
 * the text is no program, which may have variables of its own. */
static const char *substitute(struct reader *r, const char *text, struct diag_mark *mark,
                              bool program)
{
    const char *at = strstr(text, "${");
    const char *result = NULL;
    bool known = true;
    GString *out;

    if (at == NULL)
        return text;
    out = g_string_new(NULL);
    for (;;) {
        const char *end = at != NULL ? strchr(at, '}') : NULL;
        if (end == NULL) {
            g_string_append(out, text);
            break;
        }
        size_t length = (size_t)(end - at) - 2;
        struct matrix_axis *axis = rs_matrix_variable(r->matrix, at + 2, length);
        g_string_append_len(out, text, at - text);
        if (axis != NULL) {
            const struct yaml_node *value = rs_matrix_value(axis);
            axis->used = true;
            g_string_append(out, value->text);
            if (out->len == strlen(value->text) && end[1] == '\0')
                *mark = value->mark; /* it is the whole: blame the value itself */
        } else {
            if (!program && !for_the_guest(at + 2, length)) {
                char *name = g_strndup(at + 2, length);
                unknown_variable(r, *mark, name);
                g_free(name);
                known = false;
            }
            g_string_append_len(out, at, end + 1 - at);
        }
        text = end + 1;
        at = strstr(text, "${");
    }
    if (known)
        result = g_string_chunk_insert(scratch(r), out->str);
    g_string_free(out, TRUE);
    return result;
}

static const char *read_text(struct reader *r, const struct yaml_node *node,
                             struct diag_mark *mark, bool program)
{
    *mark = node->mark;
    if (node->kind != YAML_SCALAR) {
        rs_read_error(r, node->mark, "'%s' must be a single value, not a %s", r->key,
                      node->kind == YAML_LIST ? "list" : "mapping");
        return NULL;
    }
    if (node->text[0] == '\0') {
        rs_read_error(r, node->mark, "'%s' has no value", r->key);
        return NULL;
    }
    return substitute(r, node->text, mark, program);
}

const char *rs_read_scalar(struct reader *r, const struct yaml_node *node, struct diag_mark *mark)
{
    return read_text(r, node, mark, false);
}

const char *rs_read_program(struct reader *r, const struct yaml_node *node, struct diag_mark *mark)
{
    return read_text(r, node, mark, true);
}

static bool in_range(struct reader *r, struct diag_mark mark, const char *text, struct quantity q,
                     const char *min, const char *max)
{
    struct quantity low = {q.unit, 0, 1}, high = {q.unit, UINT64_MAX, 1};

    if (min != NULL)
        rs_quantity_parse(min, strlen(min), q.unit, &low);
    if (max != NULL)
        rs_quantity_parse(max, strlen(max), q.unit, &high);
    if (rs_quantity_compare(q, low) >= 0 && rs_quantity_compare(q, high) <= 0)
        return true;
    if (max != NULL && min != NULL)
        rs_read_error(r, mark, "'%s' is %s; it must be within %s..%s", r->key, text, min, max);
    else if (min != NULL)
        rs_read_error(r, mark, "'%s' is %s; it must be at least %s", r->key, text, min);
    else
        rs_read_error(r, mark, "'%s' is %s; it must be at most %s", r->key, text, max);
    return false;
}

bool rs_read_quantity(struct reader *r, const struct yaml_node *node, enum unit unit,
                      const char *min, const char *max, struct quantity *out)
{
    struct diag_mark mark;
    char why[240];
    struct quantity q;
    const char *text = rs_read_scalar(r, node, &mark);

    if (text == NULL)
        return false;
    enum unit_error error = rs_quantity_parse(text, strlen(text), unit, &q);
    if (error != UNIT_OK) {
        rs_read_error(r, mark, "'%s': %s", r->key,
                      rs_unit_error_text(error, text, strlen(text), unit, why, sizeof(why)));
        return false;
    }
    if (!in_range(r, mark, text, q, min, max))
        return false;
    *out = q;
    return true;
}

bool rs_read_integer(struct reader *r, const struct yaml_node *node, enum unit unit,
                     const char *min, const char *max, uint64_t *out)
{
    struct quantity q;

    if (!rs_read_quantity(r, node, unit, min, max, &q))
        return false;
    if (!rs_quantity_whole(q, out)) {
        struct diag_mark mark;
        const char *text = rs_read_scalar(r, node, &mark);
        rs_read_error(r, mark, "'%s': %s is finer than can be kept", r->key, text);
        return false;
    }
    return true;
}

int rs_read_word(struct reader *r, const struct yaml_node *node, const char *const *words)
{
    struct diag_mark mark;
    const char *text = rs_read_scalar(r, node, &mark);

    if (text == NULL)
        return -1;
    for (int i = 0; words[i] != NULL; i++) {
        if (strcmp(words[i], text) == 0)
            return i;
    }
    const char *near = rs_nearest(text, words);
    if (near != NULL) {
        rs_read_error(r, mark, "'%s' cannot be '%s'; did you mean '%s'?", r->key, text, near);
    } else {
        char *all = g_strjoinv(", ", (char **)words);
        rs_read_error(r, mark, "'%s' cannot be '%s'; it is one of: %.300s%s", r->key, text, all,
                      strlen(all) > 300 ? ", ..." : "");
        g_free(all);
    }
    return -1;
}

/* ---- strings ---- */

static bool is_name(const char *text)
{
    return strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") ==
           strlen(text);
}

static char *read_string(struct reader *r, const struct yaml_node *node, bool name)
{
    struct diag_mark mark;
    const char *text = rs_read_scalar(r, node, &mark);

    if (text == NULL)
        return NULL;
    if (name && !is_name(text)) {
        rs_read_error(r, mark, "'%s' is '%.60s'; letters, digits, - _ . are allowed", r->key, text);
        return NULL;
    }
    for (const char *p = text; *p != '\0'; p++) {
        if ((unsigned char)*p < ' ' || *p == 0x7f) {
            rs_read_error(r, mark, "'%s' must be one line without control characters", r->key);
            return NULL;
        }
    }
    return g_strdup(text);
}

static char **read_strings(struct reader *r, const struct schema_key *key,
                           const struct yaml_node *node)
{
    GPtrArray *list;

    if (node->kind == YAML_MAP) {
        rs_read_error(r, node->mark, "'%s' must be a list", key->name);
        return NULL;
    }
    size_t n = node->kind == YAML_LIST ? node->count : 1;
    if (n > key->count_max) {
        rs_read_error(r, node->mark, "'%s' has %zu entries; at most %zu are allowed", key->name, n,
                      key->count_max);
        return NULL;
    }
    list = g_ptr_array_new();
    for (size_t i = 0; i < n; i++) {
        const struct yaml_node *item = node->kind == YAML_LIST ? node->child[i] : node;
        char *text = read_string(r, item, key->type == SCHEMA_NAMES);
        if (text != NULL)
            g_ptr_array_add(list, text);
    }
    g_ptr_array_add(list, NULL);
    return (char **)g_ptr_array_free(list, FALSE);
}

/* ---- objects ---- */

static void read_objects(struct reader *r, const struct schema_key *key,
                         const struct yaml_node *node, void *data)
{
    char *items;

    if (node->kind != YAML_LIST) {
        rs_read_error(r, node->mark, "'%s' must be a list, one '- {...}' per %s", key->name,
                      key->object->name);
        return;
    }
    if (node->count > key->count_max) {
        rs_read_error(r, node->mark, "'%s' has %zu entries; at most %zu are allowed", key->name,
                      node->count, key->count_max);
        return;
    }
    items = g_malloc0_n(node->count + 1, key->object->bytes);
    for (size_t i = 0; i < node->count; i++)
        rs_read_object(r, key->object, node->child[i], items + i * key->object->bytes);
    memcpy((char *)data + key->offset, &items, sizeof(items));
    memcpy((char *)data + key->count_offset, &node->count, sizeof(node->count));
}

static const char *const bool_words[] = {"false", "true", NULL};

static void read_key(struct reader *r, const struct schema_key *key, const struct yaml_node *node,
                     void *data)
{
    void *field = (char *)data + key->offset;
    char *string;
    char **strings;
    int word;

    r->key = key->name;
    if (key->matrix && node->kind == YAML_LIST) {
        struct matrix_axis *axis = rs_matrix_axis_of(r->matrix, node);
        if (axis != NULL) {
            node = rs_matrix_value(axis);
        } else if (rs_matrix_takes(key)) { /* a list that makes no axis: it is told already */
            r->errors++;
            return;
        }
    }
    switch (key->type) {
    case SCHEMA_TEXT:
    case SCHEMA_NAME:
        string = read_string(r, node, key->type == SCHEMA_NAME);
        memcpy(field, &string, sizeof(string));
        break;
    case SCHEMA_BOOL:
        word = rs_read_word(r, node, bool_words);
        *(bool *)field = word == 1;
        break;
    case SCHEMA_WORD:
        word = rs_read_word(r, node, key->words);
        *(unsigned *)field = word >= 0 ? (unsigned)word : 0;
        break;
    case SCHEMA_INTEGER:
        rs_read_integer(r, node, key->unit, key->min, key->max, field);
        break;
    case SCHEMA_QUANTITY:
        rs_read_quantity(r, node, key->unit, key->min, key->max, field);
        break;
    case SCHEMA_TEXTS:
    case SCHEMA_NAMES:
        strings = read_strings(r, key, node);
        memcpy(field, &strings, sizeof(strings));
        break;
    case SCHEMA_OBJECT:
        rs_read_object(r, key->object, node, field);
        break;
    case SCHEMA_OBJECTS:
        read_objects(r, key, node, data);
        break;
    case SCHEMA_SPECIAL:
        key->special->read(r, node, field);
        break;
    }
}

static const char *article(const char *noun)
{
    return strchr("aeiou", *noun) ? "an" : "a";
}

static void unknown_key(struct reader *r, const struct schema_object *object,
                        const struct yaml_node *key)
{
    const char *names[SCHEMA_KEYS_MAX + 1];

    for (size_t i = 0; i < object->key_count; i++)
        names[i] = object->keys[i].name;
    names[object->key_count] = NULL;
    const char *near = rs_nearest(key->text, names);
    if (near != NULL) {
        rs_read_error(r, key->mark, "unknown key '%s' of %s %s; did you mean '%s'?", key->text,
                      article(object->name), object->name, near);
    } else {
        char *all = g_strjoinv(", ", (char **)names);
        rs_read_error(r, key->mark, "unknown key '%s' of %s %s; keys are: %s", key->text,
                      article(object->name), object->name, all);
        g_free(all);
    }
}

/* Keys that the file does not give: their default, or a complaint. */
static void read_defaults(struct reader *r, const struct schema_object *object,
                          struct diag_mark mark, void *data)
{
    const struct schema_marks *marks = data;

    for (size_t i = 0; i < object->key_count; i++) {
        const struct schema_key *key = &object->keys[i];
        if (marks->key[i].line != 0)
            continue;
        if (key->required) {
            rs_read_error(r, mark, "this %s lacks the key '%s': %s", object->name, key->name,
                          key->doc);
            ((struct schema_marks *)data)->bad |= 1ull << i;
        } else if (key->type == SCHEMA_OBJECT) {
            struct yaml_node empty = {.kind = YAML_MAP, .mark = mark};
            rs_read_object(r, key->object, &empty, (char *)data + key->offset);
        } else if (key->otherwise != NULL) {
            struct yaml_node node = {
                .kind = YAML_SCALAR, .mark = mark, .text = (char *)key->otherwise};
            read_key(r, key, &node, data);
        }
    }
}

void rs_read_object(struct reader *r, const struct schema_object *object,
                    const struct yaml_node *map, void *data)
{
    struct schema_marks *marks = data;

    marks->self = map->mark;
    if (map->kind != YAML_MAP) {
        rs_read_error(r, map->mark, "a %s must be a mapping: {key: value, ...}", object->name);
        marks->bad = ~0ull;
        return;
    }
    for (size_t i = 0; i < map->count; i++) {
        int row = rs_schema_row(object, map->key[i]->text);
        if (row < 0) {
            unknown_key(r, object, map->key[i]);
            continue;
        }
        size_t before = r->errors;
        marks->key[row] = map->child[i]->mark;
        read_key(r, &object->keys[row], map->child[i], data);
        if (r->errors != before)
            marks->bad |= 1ull << row;
    }
    read_defaults(r, object, map->mark, data);
}
