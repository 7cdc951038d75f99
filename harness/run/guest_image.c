/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Asks scripts/guest_compose.py: see guest_image.h. What it answered is kept while the tool runs.
 */
#include "harness/run/guest_image.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/paths.h"
#include "harness/base/term.h"
#include "harness/scenario/description.h"

enum { COMPOSE_DEADLINE_MS = 30 * 60 * 1000 };

static GHashTable *folders; /* by the text of what was asked for */

/* ---- what is asked for ---- */

static json_t *texts(char **list, bool first_words)
{
    json_t *array = json_array();

    for (; list != NULL && *list != NULL; list++) {
        char *word = g_strndup(*list, first_words ? strcspn(*list, " ") : strlen(*list));

        json_array_append_new(array, json_string(word));
        g_free(word);
    }
    return array;
}

static void add_built(json_t *wanted, const struct description *d, char **list)
{
    for (; list != NULL && *list != NULL; list++)
        if (g_str_has_prefix(*list, d->built)) {
            const char *name = *list + strlen(d->built) + 1;

            json_array_append_new(wanted, json_stringn(name, strcspn(name, " ")));
        }
}

/* NULL: nothing is built. */
static json_t *build_of(const struct description *d)
{
    const struct description_build *b = &d->build;
    json_t *wanted = json_array();

    if (b->run == NULL) {
        json_decref(wanted);
        return NULL;
    }
    add_built(wanted, d, d->files);
    add_built(wanted, d, d->modules);
    return json_pack("{s:s, s:s?, s:o, s:b, s:s, s:o}", "link", d->built, "source", b->source,
                     "packages", texts(b->packages, false), "headers", b->headers, "run", b->run,
                     "wanted", wanted);
}

/* The same for every case that can share a guest. free() it. */
static char *specification(const struct scenario_case *c)
{
    const struct description *d = c->description;
    json_t *spec = json_pack("{s:s, s:o, s:o, s:o, s:o*}", "kernel", d->kernel, "packages",
                             texts(d->packages, false), "modules",
                             texts(c->driver.modules, true), "programs", texts(d->files, false),
                             "build", build_of(d));
    char *text = json_dumps(spec, JSON_COMPACT | JSON_SORT_KEYS);

    json_decref(spec);
    return text;
}

/* ---- what is answered ---- */

/* What the description says where the script was told `value`: paths are resolved by then. */
static const char *as_written(const struct description *d, const char *value)
{
    const char *slash = strrchr(value, '/');

    return strstr(d->text, value) || !slash ? value : slash + 1;
}

/* Where a value stands in the description: the word itself, when it can be found behind the key. */
static struct diag_mark place(const struct description *d, const char *key, const char *value)
{
    const struct diag_mark mark = rs_schema_mark(rs_schema_description(), d, key);
    char **lines = g_strsplit(d->text, "\n", -1);
    struct diag_mark found = mark;

    for (unsigned i = 0; lines[i] != NULL; i++) {
        const char *at = i + 1 >= mark.line ? strstr(lines[i], value) : NULL;

        if (at != NULL) {
            found.line = i + 1;
            found.column = (unsigned)g_utf8_strlen(lines[i], at - lines[i]) + 1;
            found.width = (unsigned)g_utf8_strlen(value, -1);
            break;
        }
    }
    g_strfreev(lines);
    return found;
}

static void complain(const struct scenario *s, const struct scenario_case *c, const json_t *wrong,
                     struct diag *diag)
{
    const struct description *d = c->description;
    const char *key = json_string_value(json_object_get(wrong, "key"));
    const char *value = json_string_value(json_object_get(wrong, "value"));
    const char *message = json_string_value(json_object_get(wrong, "message"));

    if (!key || !value || !message || rs_schema_row(rs_schema_description(), key) < 0)
        rs_diag_add(diag, DIAG_ERROR, d->path, NULL, (struct diag_mark){0}, "%s",
                    message ?: "cannot be composed");
    else if (!strcmp(key, "modules") && !strstr(d->text, as_written(d, value)))
        rs_scenario_complain(s, diag, DIAG_ERROR,
                             rs_schema_mark(&rs_schema_driver, &c->driver, key), "%s", message);
    else
        rs_diag_add(diag, DIAG_ERROR, d->path, d->text, place(d, key, as_written(d, value)), "%s",
                    message);
}

/* The folder, g_free(); NULL with complaints. */
static char *understand(const struct scenario *s, const struct scenario_case *c, const char *text,
                        struct diag *diag, char *why, size_t why_bytes)
{
    json_t *answer = json_loads(text, 0, NULL), *wrong = json_object_get(answer, "wrong");
    char *folder = g_strdup(json_string_value(json_object_get(answer, "folder")));

    for (size_t i = 0; i < json_array_size(wrong); i++)
        complain(s, c, json_array_get(wrong, i), diag);
    if (!folder && !json_array_size(wrong))
        snprintf(why, why_bytes, "no guest for driver %s: see above", c->description->name);
    json_decref(answer);
    return folder;
}

/* ---- asking ---- */

/* The script's own words go to the terminal; its answer is a line of JSON. g_free(); NULL: none. */
static char *ask(const char *spec, char *why, size_t why_bytes)
{
    char *script = rs_root_path("scripts/guest_compose.py"), *guest = rs_build_path("guest");
    char *command = g_strdup_printf(
        "printf %%s \"$1\" | exec timeout %d python3 \"$2\" \"$3\"", COMPOSE_DEADLINE_MS / 1000);
    char *argv[] = {(char *)"/bin/sh", (char *)"-c", command, (char *)"sh", (char *)spec, script,
                    guest, NULL};
    char *answer = NULL;
    GError *error = NULL;

    if (!script)
        snprintf(why, why_bytes, "no scripts folder here to compose guests with");
    else if (!g_spawn_sync(NULL, argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &answer, NULL, NULL,
                           &error)) {
        snprintf(why, why_bytes, "%s: %s", script, error->message);
        g_error_free(error);
    }
    g_free(command);
    g_free(script);
    g_free(guest);
    return answer;
}

enum rs_error rs_guest_compose(const struct scenario *s, const struct scenario_case *c,
                               struct diag *diag, char *why, size_t why_bytes)
{
    char *spec, *answer, *folder = NULL;

    if (!c->description || rs_guest_folder(c))
        return RS_OK;
    rs_progress_clear();
    spec = specification(c);
    answer = ask(spec, why, why_bytes);
    if (answer)
        folder = understand(s, c, answer, diag, why, why_bytes);
    if (folder) {
        folders = folders ?: g_hash_table_new_full(g_str_hash, g_str_equal, free, g_free);
        g_hash_table_insert(folders, spec, folder);
    } else {
        free(spec);
    }
    g_free(answer);
    return folder ? RS_OK : diag->errors ? RS_ERROR_SCENARIO : RS_ERROR_ENVIRONMENT;
}

const char *rs_guest_folder(const struct scenario_case *c)
{
    const char *folder = NULL;
    char *spec;

    if (!c->description || !folders)
        return NULL;
    spec = specification(c);
    folder = g_hash_table_lookup(folders, spec);
    free(spec);
    return folder;
}

void rs_guest_sweep(bool all, bool remove,
                    void (*tell)(const char *key, uint64_t bytes, void *user), void *user)
{
    char *script = rs_root_path("scripts/guest_compose.py"), *guest = rs_build_path("guest");
    char *argv[] = {(char *)"python3", script, (char *)"--clean", guest, NULL, NULL, NULL};
    char *text = NULL, **lines;
    unsigned n = 4;

    if (all)
        argv[n++] = (char *)"--all";
    if (remove)
        argv[n++] = (char *)"--force";
    if (script)
        g_spawn_sync(NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &text, NULL, NULL, NULL);
    lines = g_strsplit(text ?: "", "\n", -1);
    for (unsigned i = 0; lines[i]; i++) {
        char *space = strchr(lines[i], ' ');

        if (!space)
            continue;
        *space = '\0';
        tell(lines[i], g_ascii_strtoull(space + 1, NULL, 10), user);
    }
    g_strfreev(lines);
    g_free(text);
    g_free(script);
    g_free(guest);
}
