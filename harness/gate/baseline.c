/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Baselines as files: see baseline.h.
 */
#include "harness/gate/baseline.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define FORMAT "ringside-baseline"
enum { DIGITS = 12 }; /* of a value that is no integer: far finer than any tolerance */

static int understand(struct rs_baseline *b, const json_t *root, char *why, size_t why_bytes)
{
    const char *revision = json_string_value(json_object_get(root, "revision"));
    const json_t *scenarios = json_object_get(root, "scenarios"), *word;
    size_t i;

    if (g_strcmp0(json_string_value(json_object_get(root, "format")), FORMAT) ||
        json_integer_value(json_object_get(root, "version")) != RS_BASELINE_VERSION) {
        snprintf(why, why_bytes, "no baseline of version %d", RS_BASELINE_VERSION);
        return -EPROTO;
    }
    /* it will stand on git's command line */
    if (!revision || strspn(revision, "0123456789abcdef") < 7 || strlen(revision) > 64) {
        snprintf(why, why_bytes, "'revision' is no commit");
        return -EPROTO;
    }
    b->revision = g_strdup(revision);
    json_array_foreach(scenarios, i, word) {
        if (json_is_string(word))
            g_ptr_array_add(b->scenarios, g_strdup(json_string_value(word)));
    }
    if (rs_environment_read(&b->environment, json_object_get(root, "environment")) < 0) {
        snprintf(why, why_bytes, "it names no 'environment'");
        return -EPROTO;
    }
    return rs_figures_read(b->figures, json_object_get(root, "figures"), why, why_bytes);
}

int rs_baseline_read(struct rs_baseline *b, const char *path, char *why, size_t why_bytes)
{
    json_error_t error;
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    char sentence[300];
    int result = 0;

    memset(b, 0, sizeof(*b));
    b->path = g_strdup(path);
    b->scenarios = g_ptr_array_new_with_free_func(g_free);
    b->figures = rs_figures_new();
    if (!root && !g_file_test(path, G_FILE_TEST_EXISTS)) {
        snprintf(why, why_bytes, "there is no baseline %s", path);
        result = -ENOENT;
    } else if (!root) {
        snprintf(why, why_bytes, "%s:%d: %s", path, error.line, error.text);
        result = -EPROTO;
    } else if (understand(b, root, sentence, sizeof(sentence)) < 0) {
        snprintf(why, why_bytes, "%s: %s", path, sentence);
        result = -EPROTO;
    }
    json_decref(root);
    return result;
}

char *rs_baseline_text(const struct rs_baseline *b)
{
    json_t *root = json_object(), *scenarios = json_array();
    char *dumped, *text;

    for (unsigned i = 0; i < b->scenarios->len; i++)
        json_array_append_new(scenarios, json_string(b->scenarios->pdata[i]));
    json_object_set_new(root, "format", json_string(FORMAT));
    json_object_set_new(root, "version", json_integer(RS_BASELINE_VERSION));
    json_object_set_new(root, "revision", json_string(b->revision));
    json_object_set_new(root, "environment", rs_environment_json(&b->environment));
    json_object_set_new(root, "scenarios", scenarios);
    json_object_set_new(root, "figures", rs_figures_json(b->figures));
    dumped = json_dumps(root, JSON_INDENT(1) | JSON_REAL_PRECISION(DIGITS));
    text = g_strconcat(dumped ?: "", "\n", NULL);
    free(dumped);
    json_decref(root);
    return text;
}

void rs_baseline_fini(struct rs_baseline *b)
{
    g_free(b->path);
    g_free(b->revision);
    rs_environment_fini(&b->environment);
    if (b->scenarios)
        g_ptr_array_unref(b->scenarios);
    if (b->figures)
        g_array_unref(b->figures);
    memset(b, 0, sizeof(*b));
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

char *rs_baseline_choose(const char *folder, const struct rs_environment *here)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
    const char *name;
    char *best = NULL, why[512];

    while (dir && (name = g_dir_read_name(dir)))
        if (g_str_has_suffix(name, ".json"))
            g_ptr_array_add(paths, g_build_filename(folder, name, NULL));
    if (dir)
        g_dir_close(dir);
    g_ptr_array_sort(paths, by_name);
    for (unsigned i = 0; i < paths->len && !best; i++) {
        struct rs_baseline b;
        char *differences = NULL;

        if (rs_baseline_read(&b, paths->pdata[i], why, sizeof(why)) == 0) {
            differences = rs_environment_differences(here, &b.environment);
            best = differences ? NULL : g_strdup(paths->pdata[i]);
        }
        g_free(differences);
        rs_baseline_fini(&b);
    }
    if (!best && paths->len)
        best = g_strdup(paths->pdata[0]);
    g_ptr_array_unref(paths);
    return best;
}
