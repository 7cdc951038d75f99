/* SPDX-License-Identifier: BSD-2-Clause
 *
 * From libfyaml's events to a small tree. See yaml.h.
 */
#include "harness/scenario/yaml.h"

#include <glib.h>
#include <libfyaml.h>
#include <string.h>

struct builder {
    const char *path, *text;
    struct diag *diag;
    struct fy_parser *parser;
    bool failed; /* a syntax error: the rest cannot be read */
};

#define COMPLAIN(b, mark, ...)                                                                     \
    rs_diag_add((b)->diag, DIAG_ERROR, (b)->path, (b)->text, (mark), __VA_ARGS__)

static struct diag_mark mark_of(struct fy_token *token)
{
    const struct fy_mark *m = token != NULL ? fy_token_start_mark(token) : NULL;

    if (m == NULL || m->line < 0 || m->column < 0)
        return (struct diag_mark){1, 1, 0};
    return (struct diag_mark){(unsigned)m->line + 1, (unsigned)m->column + 1, 0};
}

static void refuse(struct builder *b, struct fy_token *anchor, struct fy_token *tag)
{
    if (anchor != NULL)
        COMPLAIN(b, mark_of(anchor), "anchors are not allowed here; write the value out");
    if (tag != NULL)
        COMPLAIN(b, mark_of(tag), "tags are not allowed here; leave it out");
}

static struct yaml_node *node_new(enum yaml_kind kind, struct diag_mark mark)
{
    struct yaml_node *node = g_new0(struct yaml_node, 1);

    node->kind = kind;
    node->mark = mark;
    return node;
}

void rs_yaml_free(struct yaml_node *node)
{
    if (node == NULL)
        return;
    for (size_t i = 0; i < node->count; i++) {
        rs_yaml_free(node->child[i]);
        if (node->key != NULL)
            rs_yaml_free(node->key[i]);
    }
    g_free(node->child);
    g_free(node->key);
    g_free(node->text);
    g_free(node);
}

static struct yaml_node *scalar(struct builder *b, struct fy_event *event)
{
    struct fy_token *token = event->scalar.value;
    struct yaml_node *node = node_new(YAML_SCALAR, mark_of(token));
    size_t length = 0;
    const char *text = fy_token_get_text(token, &length);
    enum fy_scalar_style style = fy_token_scalar_style(token);

    refuse(b, event->scalar.anchor, event->scalar.tag);
    node->quoted = style != FYSS_PLAIN;
    node->text = g_strndup(text != NULL ? text : "", text != NULL ? length : 0);
    if (strlen(node->text) != length)
        COMPLAIN(b, node->mark, "a NUL character is not allowed here");
    if (style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED)
        node->mark.column--; /* the quote, not what is in it */
    bool one_line =
        style == FYSS_PLAIN || style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED;
    glong letters = g_utf8_strlen(node->text, -1);
    if (one_line && letters > 0)
        node->mark.width = (unsigned)letters + (node->quoted ? 2 : 0);
    return node;
}

static struct fy_event *next(struct builder *b)
{
    struct fy_event *event = b->failed ? NULL : fy_parser_parse(b->parser);

    if (event == NULL)
        b->failed = true;
    return event;
}

static struct yaml_node *build(struct builder *b, struct fy_event *event, unsigned depth);

static void append(struct yaml_node *node, struct yaml_node *key, struct yaml_node *child)
{
    size_t n = node->count;

    if ((n & (n - 1)) == 0) { /* room doubles at every power of two */
        size_t room = n == 0 ? 1 : n * 2;
        node->child = g_renew(struct yaml_node *, node->child, room);
        if (node->kind == YAML_MAP)
            node->key = g_renew(struct yaml_node *, node->key, room);
    }
    node->child[n] = child;
    if (node->kind == YAML_MAP)
        node->key[n] = key;
    node->count++;
}

/* False: the pair is not to be kept. */
static bool check_key(struct builder *b, GHashTable *seen, struct yaml_node *key)
{
    const struct yaml_node *first;

    if (strcmp(key->text, "<<") == 0 && !key->quoted) {
        COMPLAIN(b, key->mark, "merge keys are not allowed here; write the keys out");
        return false;
    }
    first = g_hash_table_lookup(seen, key->text);
    if (first != NULL) {
        COMPLAIN(b, key->mark, "key '%s' is given twice; the first is in line %u", key->text,
                 first->mark.line);
        return false;
    }
    g_hash_table_insert(seen, key->text, key);
    return true;
}

/* After MAPPING START. */
static void build_map(struct builder *b, struct yaml_node *map, unsigned depth)
{
    GHashTable *seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (;;) {
        struct fy_event *event = next(b);
        if (event == NULL || event->type == FYET_MAPPING_END) {
            fy_parser_event_free(b->parser, event);
            break;
        }
        struct yaml_node *key = build(b, event, depth + 1);
        event = next(b);
        struct yaml_node *value = event != NULL ? build(b, event, depth + 1) : NULL;
        bool good = key != NULL && key->kind == YAML_SCALAR;

        if (key != NULL && !good)
            COMPLAIN(b, key->mark, "a key must be a plain word");
        good = good && check_key(b, seen, key);
        if (good && value != NULL && value->kind == YAML_SCALAR && value->mark.width == 0 &&
            value->text[0] == '\0')
            value->mark = key->mark; /* nothing there that a caret could point at */
        if (good && value != NULL) {
            append(map, key, value);
        } else { /* its complaint is made; `seen` must not keep it */
            if (good && g_hash_table_lookup(seen, key->text) == key)
                g_hash_table_remove(seen, key->text);
            rs_yaml_free(key);
            rs_yaml_free(value);
        }
    }
    g_hash_table_destroy(seen);
}

static void build_list(struct builder *b, struct yaml_node *list, unsigned depth)
{
    for (;;) {
        struct fy_event *event = next(b);
        if (event == NULL || event->type == FYET_SEQUENCE_END) {
            fy_parser_event_free(b->parser, event);
            return;
        }
        struct yaml_node *item = build(b, event, depth + 1);
        if (item != NULL)
            append(list, NULL, item);
    }
}

/* The node that this event begins; eats the event and what belongs to it. NULL: refused. */
static struct yaml_node *build(struct builder *b, struct fy_event *event, unsigned depth)
{
    struct yaml_node *node = NULL;

    switch (event->type) {
    case FYET_SCALAR:
        node = scalar(b, event);
        break;
    case FYET_ALIAS:
        COMPLAIN(b, mark_of(event->alias.anchor),
                 "aliases are not allowed here; write the value out");
        break;
    case FYET_MAPPING_START:
        refuse(b, event->mapping_start.anchor, event->mapping_start.tag);
        node = node_new(YAML_MAP, mark_of(event->mapping_start.mapping_start));
        break;
    case FYET_SEQUENCE_START:
        refuse(b, event->sequence_start.anchor, event->sequence_start.tag);
        node = node_new(YAML_LIST, mark_of(event->sequence_start.sequence_start));
        break;
    default:
        b->failed = true;
        break;
    }
    fy_parser_event_free(b->parser, event);
    if (node == NULL || node->kind == YAML_SCALAR)
        return node;
    if (depth >= YAML_DEPTH_MAX) {
        COMPLAIN(b, node->mark, "nested deeper than %d levels", YAML_DEPTH_MAX);
        b->failed = true;
    } else if (node->kind == YAML_MAP) {
        build_map(b, node, depth);
    } else {
        build_list(b, node, depth);
    }
    return node;
}

/* The first document; complains about a second. */
static struct yaml_node *documents(struct builder *b)
{
    struct yaml_node *root = NULL;
    bool first = true, over = false;

    while (!over) {
        struct fy_event *event = next(b);
        if (event == NULL)
            break;
        switch (event->type) {
        case FYET_STREAM_START:
        case FYET_DOCUMENT_END:
            break;
        case FYET_STREAM_END:
            over = true;
            break;
        case FYET_DOCUMENT_START:
            if (!first) {
                struct diag_mark mark = mark_of(event->document_start.document_start);
                COMPLAIN(b, mark, "a second document begins here; one file holds one");
                over = true;
            }
            first = false;
            break;
        default:
            rs_yaml_free(root);
            root = build(b, event, 0);
            continue;
        }
        fy_parser_event_free(b->parser, event);
    }
    return root;
}

static void syntax_errors(struct builder *b, struct fy_diag *fy)
{
    struct fy_diag_error *error;
    void *at = NULL;
    bool any = false;

    while ((error = fy_diag_errors_iterate(fy, &at)) != NULL) {
        struct diag_mark mark = {error->line > 0 ? (unsigned)error->line : 1,
                                 error->column > 0 ? (unsigned)error->column : 1, 0};
        if (error->type == FYET_ERROR) {
            COMPLAIN(b, mark, "%s", error->msg != NULL ? error->msg : "not YAML");
            any = true;
        }
    }
    if (!any && b->diag->errors == 0)
        COMPLAIN(b, ((struct diag_mark){0, 0, 0}), "this is not YAML");
}

static bool readable(const char *path, const char *text, size_t length, struct diag *diag)
{
    const char *end;

    if (length > YAML_BYTES_MAX) {
        rs_diag_add(diag, DIAG_ERROR, path, NULL, (struct diag_mark){0, 0, 0},
                    "longer than %d bytes; this is no scenario", YAML_BYTES_MAX);
        return false;
    }
    if (!g_utf8_validate(text, (gssize)length, &end)) {
        unsigned line = 1, column = 1;
        for (const char *p = text; p < end; p++) {
            column = *p == '\n' ? 1 : column + ((*p & 0xc0) != 0x80);
            line += *p == '\n';
        }
        rs_diag_add(diag, DIAG_ERROR, path, NULL, (struct diag_mark){line, column, 0},
                    "not a text file in UTF-8: byte 0x%02x", (unsigned char)*end);
        return false;
    }
    return true;
}

struct yaml_node *rs_yaml_parse(const char *path, const char *text, size_t length,
                                struct diag *diag)
{
    struct builder b = {.path = path, .text = text, .diag = diag};
    struct fy_diag_cfg diag_cfg;
    struct yaml_node *root = NULL;

    if (!readable(path, text, length, diag))
        return NULL;
    fy_diag_cfg_default(&diag_cfg);
    diag_cfg.fp = NULL;
    diag_cfg.colorize = false;
    struct fy_diag *fy = fy_diag_create(&diag_cfg);
    g_assert(fy != NULL);
    fy_diag_set_collect_errors(fy, true);
    struct fy_parse_cfg cfg = {.flags = FYPCF_DEFAULT_PARSE | FYPCF_COLLECT_DIAG | FYPCF_QUIET,
                               .diag = fy};
    b.parser = fy_parser_create(&cfg);
    g_assert(b.parser != NULL);
    size_t before = diag->errors;
    if (fy_parser_set_string(b.parser, text, length) != 0)
        b.failed = true;
    else
        root = documents(&b);
    if (b.failed && diag->errors == before)
        syntax_errors(&b, fy);
    fy_parser_destroy(b.parser);
    fy_diag_destroy(fy);

    if (root == NULL && diag->errors == before)
        rs_diag_add(diag, DIAG_ERROR, path, text, (struct diag_mark){0, 0, 0},
                    "the file is empty; see docs/scenario-keys.md");
    if (b.failed) {
        rs_yaml_free(root);
        root = NULL;
    }
    return root;
}

const struct yaml_node *rs_yaml_get(const struct yaml_node *map, const char *key)
{
    if (map == NULL || map->kind != YAML_MAP)
        return NULL;
    for (size_t i = 0; i < map->count; i++) {
        if (strcmp(map->key[i]->text, key) == 0)
            return map->child[i];
    }
    return NULL;
}
