/* SPDX-License-Identifier: BSD-2-Clause
 *
 * `ringside lint`: mistakes in scenario files, for people as compilers tell them, for editors and
 * CI as JSON.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/base/term.h"
#include "harness/cmd/cli.h"
#include "harness/report/report_file.h"
#include "harness/scenario/lint.h"
#include "harness/scenario/select.h"

static char *as_json(const struct diag *diag, unsigned files, int status)
{
    json_t *root = json_object(), *list = json_array();
    char *out;

    for (size_t i = 0; i < diag->count; i++) {
        const struct diag_item *item = &diag->item[i];

        json_array_append_new(
            list, json_pack("{s:s*, s:i, s:i, s:s, s:s*}", "file", item->path, "line",
                            (int)item->mark.line, "column", (int)item->mark.column, "level",
                            item->level == DIAG_ERROR ? "error" : "warning", "message",
                            item->message));
    }
    json_object_set_new(root, "format", json_string("ringside-lint"));
    json_object_set_new(root, "version", json_integer(1));
    json_object_set_new(root, "exit_status", json_integer(status));
    json_object_set_new(root, "files", json_integer(files));
    json_object_set_new(root, "errors", json_integer((json_int_t)diag->errors));
    json_object_set_new(root, "warnings", json_integer((json_int_t)diag->warnings));
    json_object_set_new(root, "complaints", list);
    out = json_dumps(root, JSON_INDENT(1));
    json_decref(root);
    return out;
}

/* Scenario files of all words into paths; what is wrong with the words is told. */
static int collect(char *const *words, GPtrArray *paths)
{
    int status = RS_EXIT_PASS;

    for (; *words; words++) {
        GPtrArray *files = rs_scenario_files(*words);

        if (!files) {
            rs_error("there is no file or folder '%s'", *words);
            status = RS_EXIT_USAGE;
            continue;
        }
        if (!files->len) {
            rs_error("there is no scenario (*.yaml) in '%s'", *words);
            status = status ?: RS_EXIT_NOTHING;
        }
        for (unsigned k = 0; k < files->len; k++)
            g_ptr_array_add(paths, g_strdup(files->pdata[k]));
        g_ptr_array_unref(files);
    }
    return status;
}

static int lint(const GPtrArray *paths, const char *json, int status)
{
    FILE *talk = rs_report_talk(json, NULL);
    struct diag diag;
    char *text;

    rs_diag_init(&diag);
    if (paths->len && rs_lint((const char *const *)paths->pdata, paths->len, &diag))
        status = RS_EXIT_USAGE;
    rs_diag_print(&diag, stderr, *rs_style(stderr, RS_BAD) != '\0');
    if (paths->len && rs_verbosity >= 0)
        fprintf(talk, "%u file%s, %zu error%s, %zu warning%s\n", paths->len,
                paths->len == 1 ? "" : "s", diag.errors, diag.errors == 1 ? "" : "s",
                diag.warnings, diag.warnings == 1 ? "" : "s");
    if (json) {
        text = as_json(&diag, paths->len, status);
        if (rs_report_write(json, text ?: "") < 0)
            status = status ?: RS_EXIT_ENVIRONMENT;
        free(text);
    }
    rs_diag_fini(&diag);
    return status;
}

int rs_lint_command(int argc, char **argv)
{
    char *json = NULL;
    const GOptionEntry entries[] = {
        {"json", 0, 0, G_OPTION_ARG_FILENAME, &json, "The complaints as JSON, also here", "FILE"},
        {0},
    };
    GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
    int status = RS_EXIT_PASS;

    if (rs_cli_parse(&argc, &argv, "FILE|FOLDER...",
                     "Checks scenario files without running them; tells every mistake at once.",
                     entries, &status)) {
        if (argc < 2)
            status = rs_cli_wrong("lint", "which files? expected at least one file or folder");
        else if (!(status = rs_report_probe(json))) {
            status = collect(argv + 1, paths);
            status = lint(paths, json, status);
        }
    }
    g_ptr_array_unref(paths);
    g_free(json);
    return status;
}
