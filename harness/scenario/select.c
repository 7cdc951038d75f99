/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Selection of cases: see select.h.
 */
#include "harness/scenario/select.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/paths.h"
#include "harness/base/term.h"

enum { DEPTH_MAX = 8 };

static bool is_scenario(const char *name)
{
    return g_str_has_suffix(name, ".yaml") || g_str_has_suffix(name, ".yml");
}

static bool is_run_folder(const char *path)
{
    char *marker = g_build_filename(path, RS_FOLDER_MARKER, NULL);
    bool is = g_file_test(marker, G_FILE_TEST_EXISTS);

    g_free(marker);
    return is;
}

static void collect(GPtrArray *files, const char *path, unsigned depth)
{
    GDir *dir;
    const char *name;

    if (!g_file_test(path, G_FILE_TEST_IS_DIR)) {
        g_ptr_array_add(files, g_strdup(path));
        return;
    }
    if (is_run_folder(path)) /* the scenario in there is a copy */
        return;
    dir = depth < DEPTH_MAX ? g_dir_open(path, 0, NULL) : NULL;
    while (dir && (name = g_dir_read_name(dir))) {
        char *below = g_build_filename(path, name, NULL);

        if (*name != '.' && (is_scenario(name) || g_file_test(below, G_FILE_TEST_IS_DIR)))
            collect(files, below, depth + 1);
        g_free(below);
    }
    if (dir)
        g_dir_close(dir);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

GPtrArray *rs_scenario_files(const char *path)
{
    GPtrArray *files;

    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        return NULL;
    files = g_ptr_array_new_with_free_func(g_free);
    collect(files, path, 0);
    g_ptr_array_sort(files, by_name);
    return files;
}

/* A word as a path: as it is, with .yaml, below scenarios/, and there with .yaml. NULL: none. */
static char *resolve(const char *word)
{
    char *below = rs_root_path("scenarios"), *found = NULL;

    for (unsigned i = 0; i < 4 && !found; i++) {
        char *name = g_strconcat(word, i & 1 ? ".yaml" : "", NULL);

        if (i < 2)
            found = g_strdup(name);
        else if (below)
            found = g_build_filename(below, name, NULL);
        if (found && !g_file_test(found, G_FILE_TEST_EXISTS))
            g_clear_pointer(&found, g_free);
        g_free(name);
    }
    g_free(below);
    return found;
}

bool rs_case_matches(const struct scenario_case *c, const char *glob)
{
    return !strcmp(glob, c->id) || !strcmp(glob, c->name) || !fnmatch(glob, c->id, 0) ||
           !fnmatch(glob, c->name, 0);
}

static bool any_matches(const struct scenario_case *c, char **globs)
{
    if (!globs || !globs[0])
        return true;
    for (; *globs; globs++)
        if (rs_case_matches(c, *globs))
            return true;
    return false;
}

static bool has_tag(const struct scenario_case *c, const char *tag)
{
    return c->tags && g_strv_contains((const char *const *)c->tags, tag);
}

/* One of those wanted, and none of those behind a '!'. */
static bool any_tag(const struct scenario_case *c, char **tags)
{
    bool wanted = false, found = false;

    for (; tags && *tags; tags++) {
        if (**tags == '!' && has_tag(c, *tags + 1))
            return false;
        wanted |= **tags != '!';
        found |= has_tag(c, *tags);
    }
    return found || !wanted;
}

static void take(struct rs_selection *selection, struct scenario *scenario, char **globs,
                 const struct rs_select_options *o)
{
    for (size_t i = 0; i < scenario->case_count; i++) {
        struct scenario_case *c = &scenario->cases[i];

        if (any_matches(c, globs) && any_matches(c, o->filters) && any_tag(c, o->tags)) {
            const struct rs_selected selected = {scenario, c};

            g_array_append_val(selection->cases, selected);
        }
    }
}

/* Loads every file once; `globs` restricts cases (NULL: none). */
static void load_files(struct rs_selection *selection, GPtrArray *files, char **globs,
                       const struct rs_select_options *o, struct diag *diag)
{
    for (unsigned i = 0; i < files->len; i++) {
        struct scenario *scenario = NULL;
        bool known = false;

        for (unsigned k = 0; k < selection->scenarios->len && !globs; k++)
            known = known || !strcmp(files->pdata[i],
                                     ((struct scenario *)selection->scenarios->pdata[k])->path);
        if (known || rs_scenario_load(files->pdata[i], diag, &scenario) < 0)
            continue;
        g_ptr_array_add(selection->scenarios, scenario);
        take(selection, scenario, globs, o);
    }
}

static bool select_word(struct rs_selection *selection, const char *word,
                        const struct rs_select_options *o, struct diag *diag)
{
    char *path = resolve(word), *globs[] = {(char *)word, NULL};
    const bool is_glob = !path && !strchr(word, '/') && !is_scenario(word);
    char *all = is_glob ? rs_root_path("scenarios") : NULL;
    GPtrArray *files = path || all ? rs_scenario_files(path ?: all) : NULL;

    if (files) {
        load_files(selection, files, is_glob ? globs : NULL, o, diag);
        g_ptr_array_unref(files);
    } else {
        rs_error("there is no scenario file or folder '%s'", word);
    }
    g_free(path);
    g_free(all);
    return files != NULL;
}

int rs_select(const struct rs_select_options *o, struct rs_selection *selection)
{
    const bool given = o->words && o->words[0];
    char *below = g_strconcat("scenarios/", o->otherwise, NULL); /* NULL ends it: all of them */
    char *suite = rs_root_path(below), *fallback[] = {suite ?: below, NULL};
    char **words = given ? o->words : fallback;
    struct diag diag;
    int status = RS_EXIT_PASS;

    selection->scenarios = g_ptr_array_new_with_free_func((GDestroyNotify)rs_scenario_free);
    selection->cases = g_array_new(FALSE, TRUE, sizeof(struct rs_selected));
    rs_diag_init(&diag);
    for (; *words; words++)
        if (!select_word(selection, *words, o, &diag))
            status = RS_EXIT_USAGE;
    if (diag.errors || (diag.warnings && rs_verbosity > 0))
        rs_diag_print(&diag, stderr, *rs_style(stderr, RS_BAD) != '\0');
    if (diag.errors)
        status = RS_EXIT_USAGE;
    rs_diag_fini(&diag);
    if (status == RS_EXIT_PASS && !selection->cases->len) {
        rs_error("nothing is selected: no case fits the words, filters and tags");
        rs_hint("'ringside list' shows what there is");
        status = RS_EXIT_NOTHING;
    }
    rs_shard_apply(&o->shard, selection->cases);
    if (status == RS_EXIT_PASS && !selection->cases->len) {
        rs_error("nothing is selected: there are fewer cases than %u shards", o->shard.count);
        status = RS_EXIT_NOTHING;
    }
    g_free(suite);
    g_free(below);
    return status;
}

void rs_selection_fini(struct rs_selection *selection)
{
    if (selection->cases)
        g_array_free(selection->cases, TRUE);
    if (selection->scenarios)
        g_ptr_array_unref(selection->scenarios);
    selection->cases = NULL;
    selection->scenarios = NULL;
}
