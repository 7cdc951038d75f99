/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The schema as a manual page and as JSON Schema: see schema_doc.h.
 */
#include "harness/scenario/schema_doc.h"

#include <glib.h>
#include <jansson.h>
#include <string.h>

#include "harness/scenario/driver_profile.h"
#include "harness/scenario/matrix.h"
#include "harness/scenario/scenario.h"
#include "harness/scenario/schema.h"
#include "harness/scenario/system.h"
#include "model/bench/bench.h"

const char rs_schema_example[] =
    "# yaml-language-server: $schema=../docs/scenario.schema.json\n"
    "name: forward-imix\n"
    "why: Mixed sizes cross in order while the link goes away for a moment.\n"
    "tags: [forward, link]\n"
    "seed: 42\n"
    "limits: {model-time: 50ms, wall-time: 60s}\n"
    "machine: {ports: 2, iommu: on, memory: 512MiB}\n"
    "clock: {mode: timed, profile: 2.4GHz}\n"
    "ports:\n"
    "  - {respond: [arp, icmp]}\n"
    "  - {cable-length: 10m}\n"
    "driver: {app: fwd, batch: 32, rings: [96, 512]}     # two cases: [rings=96], [rings=512]\n"
    "traffic:\n"
    "  - {name: up,   from: 0, expect: 1, size: imix, rate: 1Mpps, count: 20_000, tuples: 16}\n"
    "  - {name: down, from: 1, expect: 0, size: 64B,  rate: 20%,   for: 15ms}\n"
    "actions:\n"
    "  - {at: 5ms, link: down, port: 0, for: 200us}\n"
    "expect:\n"
    "  - {metric: lost, max: 4000, why: only what was sent while the link was down}\n"
    "  - {metric: latency.p50, flow: down, max: 20us}\n"
    "  - {metric: mmio.writes.per-packet, max: 1.25}\n"
    "capture: [0, 1]\n"
    "trace: 1\n";

/* ---- markdown ---- */

static char *joined_words(const char *const *words)
{
    GString *out = g_string_new(NULL);

    for (size_t i = 0; words[i] != NULL; i++) {
        if (i == 12) { /* metrics: a table of their own */
            g_string_append(out, " \\| ...");
            break;
        }
        g_string_append_printf(out, "%s%s", i == 0 ? "" : " \\| ", words[i]);
    }
    return g_string_free(out, FALSE);
}

static char *range_text(const struct schema_key *key)
{
    if (key->min != NULL && key->max != NULL)
        return g_strdup_printf(", %s..%s", key->min, key->max);
    if (key->min != NULL)
        return g_strdup_printf(", at least %s", key->min);
    if (key->max != NULL)
        return g_strdup_printf(", at most %s", key->max);
    return g_strdup("");
}

/* The heading that an object stands under: the first key that holds it. */
static const char *section(const struct schema_object *root, const struct schema_object *object)
{
    const char *name = NULL;

    for (size_t i = 0; i < root->key_count && name == NULL; i++) {
        const struct schema_object *inner = root->keys[i].object;
        if (inner == object)
            return root->keys[i].name;
        name = inner != NULL ? section(inner, object) : NULL;
    }
    return name;
}

static char *type_text(const struct schema_key *key)
{
    const char *heading;
    char *range, *text;

    switch (key->type) {
    case SCHEMA_TEXT:
        return g_strdup("text");
    case SCHEMA_NAME:
        return g_strdup("name");
    case SCHEMA_BOOL:
        return g_strdup("false \\| true");
    case SCHEMA_WORD:
        return joined_words(key->words);
    case SCHEMA_INTEGER:
    case SCHEMA_QUANTITY:
        range = range_text(key);
        text = g_strdup_printf("%s%s", rs_unit_name(key->unit), range);
        g_free(range);
        return text;
    case SCHEMA_TEXTS:
        return g_strdup_printf("list of texts, at most %zu", key->count_max);
    case SCHEMA_NAMES:
        return g_strdup_printf("list of names, at most %zu", key->count_max);
    case SCHEMA_OBJECT:
        heading = section(rs_schema(), key->object) ?: section(rs_schema_description(),
                                                               key->object);
        return g_strdup_printf("[%s](#%s)", key->object->name, heading);
    case SCHEMA_OBJECTS:
        return g_strdup_printf("[list](#%s), at most %zu", key->name, key->count_max);
    case SCHEMA_SPECIAL:
        return g_strdup(key->special->form);
    }
    return g_strdup("");
}

static void markdown_object(GString *out, const struct schema_object *object)
{
    g_string_append(out, "| key | value | default | matrix | meaning |\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < object->key_count; i++) {
        const struct schema_key *key = &object->keys[i];
        char *type = type_text(key);
        g_string_append_printf(out, "| `%s` | %s | %s%s%s | %s | %s |\n", key->name, type,
                               key->otherwise != NULL ? "`" : "",
                               key->required            ? "**required**"
                               : key->otherwise != NULL ? key->otherwise
                                                        : "",
                               key->otherwise != NULL ? "`" : "", key->matrix ? "yes" : "",
                               key->doc);
        g_free(type);
    }
    g_string_append_c(out, '\n');
}

/* A section per object, each once, in the order of the keys that hold them. */
static void markdown_sections(GString *out, const struct schema_object *object, GHashTable *seen,
                              unsigned depth)
{
    for (size_t i = 0; i < object->key_count; i++) {
        const struct schema_key *key = &object->keys[i];
        if (key->object == NULL || !g_hash_table_add(seen, (void *)key->object))
            continue;
        g_string_append_printf(out, "%s %s\n\n%s\n\n", depth == 0 ? "##" : "###", key->name,
                               key->object->doc);
        markdown_object(out, key->object);
        markdown_sections(out, key->object, seen, depth + 1);
    }
}

static void markdown_units(GString *out)
{
    g_string_append(out, "## Quantities\n\nA number and its unit, with or without a space between: "
                         "`5ms`, `1.5Mpps`. A unit is never guessed. Digits may be grouped: "
                         "`200_000`.\n\n| quantity | units | example |\n|---|---|---|\n");
    for (unsigned unit = 0; unit < UNIT_KINDS; unit++) {
        const char *words = rs_unit_words((enum unit)unit);
        g_string_append_printf(out, "| %s | %s | `%s` |\n", rs_unit_name((enum unit)unit),
                               words[0] != '\0' ? words : "none", rs_unit_example((enum unit)unit));
    }
    g_string_append_c(out, '\n');
}

static void markdown_metrics(GString *out)
{
    static const char *const scopes[] = {"run", "flow", "port"};

    g_string_append(
        out, "## Metrics\n\nWhat an expectation can be about. Per packet means per frame received "
             "at an expected port. A scope of flow or port means: all together, or one with "
             "`flow:` or `port:`.\n\nWhere some flow is expected somewhere and the scenario says "
             "nothing about them, these must be 0: `lost`, `duplicated`, `reordered`, `damaged`, "
             "`misplaced`; and `traffic.done` must be 100%. The driver's and the guest's exit "
             "status must be 0, the kernel log free of complaints and every rule of the contract "
             "kept (docs/rules.md) unless an expectation names them.\n\n"
             "| metric | scope | value | meaning |\n|---|---|---|---|\n");
    for (unsigned i = 0; i < METRICS; i++) {
        const struct metric *m = rs_metric((enum metric_id)i);
        g_string_append_printf(out, "| `%s` | %s | %s | %s |\n", m->name, scopes[m->scope],
                               rs_unit_name(m->unit), m->doc);
    }
    g_string_append_c(out, '\n');
}

static void markdown_data(GString *out)
{
    const struct scenario_profile *p;

    g_string_append(out, "## CPU profiles\n\n| profile | virtual per model time | stall of a store "
                         "| source |\n|---|---|---|---|\n");
    for (unsigned i = 0; (p = rs_profile(i)) != NULL; i++) {
        char stall[64];
        rs_quantity_format(rs_quantity(UNIT_TIME, p->write_stall_ps, 1), stall, sizeof(stall));
        g_string_append_printf(out, "| `%s` | %u/%u | %s | %s |\n", p->name, p->num, p->den, stall,
                               p->doc);
    }
    g_string_append(out, "\n## Timing parameters\n\nFor the section `timing`.\n\n| parameter | "
                         "default | meaning | source |\n|---|---|---|---|\n");
    for (unsigned i = 0; i < bench_timing_count(); i++) {
        const struct bench_timing_info *t = bench_timing_info(i);
        g_string_append_printf(out, "| `%s` | %" G_GUINT64_FORMAT " %s | %s | %s |\n", t->name,
                               t->value, t->unit, t->doc, t->source);
    }
}

char *rs_schema_markdown(void)
{
    GString *out = g_string_new(NULL);
    GHashTable *seen = g_hash_table_new(g_direct_hash, g_direct_equal);

    g_string_append(
        out, "# Keys of a scenario\n\nMade from the schema by `ringside schema --markdown`; do not "
             "edit.\n\nA scenario is one YAML file. Strict YAML: no anchors, tags, merge keys or "
             "repeated keys; an unknown key is an error. `ringside lint FILE` checks it.\n\n"
             "A key marked *matrix* takes a list of values, too: every value makes a case of its "
             "own, called `name[key=value]`. The section `matrix` names lists; `${name}` stands "
             "for the value anywhere. All combinations are run, at most 256.\n\n");
    g_string_append_printf(out, "```yaml\n%s```\n\n", rs_schema_example);
    markdown_object(out, rs_schema());
    markdown_sections(out, rs_schema(), seen, 0);
    markdown_units(out);
    markdown_metrics(out);
    markdown_data(out);
    g_hash_table_destroy(seen);
    return g_string_free(out, FALSE);
}

/* A page of one kind of file. */
static char *page(const char *head, const struct schema_object *object)
{
    GString *out = g_string_new(head);
    GHashTable *seen = g_hash_table_new(g_direct_hash, g_direct_equal);

    markdown_object(out, object);
    markdown_sections(out, object, seen, 0);
    g_string_truncate(out, out->len - 1); /* the blank line behind the last table */
    g_hash_table_destroy(seen);
    return g_string_free(out, FALSE);
}

char *rs_description_markdown(void)
{
    return page("# Keys of a driver description\n\nMade from the schema by `ringside schema "
                "--drivers`; do not edit. [drivers.md](drivers.md) tells how to write one.\n\nA "
                "description is one file of strict YAML, as scenarios are; quantities have units "
                "([scenario-keys.md](scenario-keys.md#quantities)).\n\n",
                rs_schema_description());
}

char *rs_profile_markdown(void)
{
    return page("# Keys of a driver profile\n\nMade from the schema by `ringside schema "
                "--profiles`; do not edit. [time.md](time.md) tells what a profile is for. A "
                "profile is one file of strict YAML, as scenarios are.\n\n",
                rs_schema_profile());
}

char *rs_system_markdown(void)
{
    return page("# Keys of a system file\n\nMade from the schema by `ringside schema --systems`; "
                "do not edit. [time.md](time.md) tells what a system is for; its timing parameters "
                "are those of scenarios ([scenario-keys.md](scenario-keys.md#timing-parameters))."
                "\n\n",
                rs_schema_system());
}

/* ---- JSON Schema ---- */

static json_t *json_object_schema(const struct schema_object *object);

static json_t *text_schema(const char *pattern)
{
    return json_pack("{s:s, s:s}", "type", "string", "pattern", pattern);
}

static json_t *variable_schema(void)
{
    return text_schema("[$][{].+[}]");
}

static json_t *quantity_schema(const struct schema_key *key)
{
    if (key->unit == UNIT_COUNT) /* 200_000 is text to a JSON validator */
        return json_pack("{s:[{s:s},o]}", "anyOf", "type", "integer", text_schema("^[0-9_]+$"));
    if (key->unit == UNIT_NUMBER)
        return json_pack("{s:s}", "type", "number");
    char *pattern = g_strdup_printf("^[0-9_]+([.][0-9]+)? ?%s$", rs_unit_pattern(key->unit));
    json_t *schema = text_schema(pattern);
    g_free(pattern);
    return schema;
}

static json_t *words_schema(const char *const *words)
{
    json_t *list = json_array();

    for (; *words != NULL; words++)
        json_array_append_new(list, json_string(*words));
    return json_pack("{s:o}", "enum", list);
}

static json_t *list_schema(json_t *items)
{
    return json_pack("{s:s, s:o}", "type", "array", "items", items);
}

static json_t *value_schema(const struct schema_key *key)
{
    switch (key->type) {
    case SCHEMA_BOOL:
        return json_pack("{s:s}", "type", "boolean");
    case SCHEMA_WORD:
        return words_schema(key->words);
    case SCHEMA_INTEGER:
    case SCHEMA_QUANTITY:
        return quantity_schema(key);
    case SCHEMA_TEXTS:
    case SCHEMA_NAMES:
        return list_schema(json_pack("{s:[s,s]}", "type", "string", "number"));
    case SCHEMA_OBJECT:
        return json_object_schema(key->object);
    case SCHEMA_OBJECTS:
        return list_schema(json_object_schema(key->object));
    case SCHEMA_SPECIAL:
        return json_loads(key->special->json, 0, NULL);
    default:
        return json_pack("{s:s}", "type", "string");
    }
}

/* The value itself; a variable; a list of values. */
static json_t *key_schema(const struct schema_key *key)
{
    json_t *schema = value_schema(key);

    if (key->matrix) {
        json_t *list = list_schema(json_deep_copy(schema));
        schema = json_pack("{s:[o,o,o]}", "anyOf", schema, variable_schema(), list);
    } else if (key->type == SCHEMA_INTEGER || key->type == SCHEMA_WORD) {
        schema = json_pack("{s:[o,o]}", "anyOf", schema, variable_schema());
    }
    json_object_set_new(schema, "description", json_string(key->doc));
    return schema;
}

static json_t *json_object_schema(const struct schema_object *object)
{
    json_t *properties = json_object(), *required = json_array();

    for (size_t i = 0; i < object->key_count; i++) {
        const struct schema_key *key = &object->keys[i];
        json_object_set_new(properties, key->name, key_schema(key));
        if (key->required)
            json_array_append_new(required, json_string(key->name));
    }
    return json_pack("{s:s, s:o, s:o, s:b}", "type", "object", "properties", properties, "required",
                     required, "additionalProperties", 0);
}

char *rs_schema_json(void)
{
    json_t *schema = json_object_schema(rs_schema());
    char *text, *out;

    json_object_set_new(schema, "$schema", json_string("http://json-schema.org/draft-07/schema#"));
    json_object_set_new(schema, "title", json_string("Ringside scenario"));
    text = json_dumps(schema, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
    out = g_strconcat(text, "\n", NULL);
    free(text);
    json_decref(schema);
    return out;
}
