/* SPDX-License-Identifier: BSD-2-Clause
 *
 * `ringside list`, `lint`, `schema`: what there is to run, and what may be written.
 */
#include <stdio.h>
#include <string.h>

#include "harness/cmd/cli.h"
#include "harness/cmd/selecting.h"
#include "harness/scenario/lint.h"
#include "harness/base/paths.h"
#include "harness/scenario/fault_doc.h"
#include "harness/scenario/schema_doc.h"
#include "harness/scenario/select.h"
#include "harness/report/show.h"
#include "harness/base/table.h"
#include "harness/base/term.h"

void rs_show_list(FILE *out, const GArray *cases)
{
    static const char *const hosts[] = {"qemu", "in-process", "any"};
    static const char *const heads[] = {"case", "host", "tags", "why", NULL};
    struct rs_table *table = rs_table_new(heads);

    for (unsigned i = 0; i < cases->len; i++) {
        const struct scenario_case *c = g_array_index(cases, struct rs_selected, i).c;
        char *tags = c->tags ? g_strjoinv(",", c->tags) : g_strdup("");

        rs_table_row(table, (const char *[]){c->id, hosts[MIN(c->machine.host, 2)], tags, c->why});
        g_free(tags);
    }
    rs_table_print(table, out, 0);
    rs_table_free(table);
}

int rs_list_command(int argc, char **argv)
{
    struct rs_selecting selecting = {0};
    const GOptionEntry entries[] = {
        RS_SELECTING_ENTRIES(&selecting),
        {0},
    };
    struct rs_selection selection = {0};
    int status = 0;

    if (rs_cli_parse(&argc, &argv, "[PATH|GLOB...]",
                     "Lists the cases of scenarios, one line each. Without arguments: all.",
                     entries, &status)) {
        status = rs_selecting(&selecting, "list", argv + 1, NULL, &selection);
        if (selection.cases && selection.cases->len)
            rs_show_list(stdout, selection.cases);
        rs_selection_fini(&selection);
    }
    rs_selecting_fini(&selecting);
    return status;
}

int rs_lint_command(int argc, char **argv)
{
    GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
    struct diag diag;
    int status = RS_EXIT_PASS;

    if (!rs_cli_parse(&argc, &argv, "FILE|FOLDER...",
                      "Checks scenario files without running them; tells every mistake at once.",
                      NULL, &status)) {
        g_ptr_array_unref(paths);
        return status;
    }
    if (argc < 2)
        status = rs_cli_wrong("lint", "which files? expected at least one file or folder");
    for (int i = 1; i < argc; i++) {
        GPtrArray *files = rs_scenario_files(argv[i]);

        if (!files) {
            rs_error("there is no file or folder '%s'", argv[i]);
            status = RS_EXIT_USAGE;
            continue;
        }
        if (!files->len) {
            rs_error("there is no scenario (*.yaml) in '%s'", argv[i]);
            status = status ?: RS_EXIT_NOTHING;
        }
        for (unsigned k = 0; k < files->len; k++)
            g_ptr_array_add(paths, g_strdup(files->pdata[k]));
        g_ptr_array_unref(files);
    }
    rs_diag_init(&diag);
    if (paths->len && rs_lint((const char *const *)paths->pdata, paths->len, &diag))
        status = RS_EXIT_USAGE;
    rs_diag_print(&diag, stderr, *rs_style(stderr, RS_BAD) != '\0');
    if (paths->len && rs_verbosity >= 0)
        printf("%u file%s, %zu error%s, %zu warning%s\n", paths->len, paths->len == 1 ? "" : "s",
               diag.errors, diag.errors == 1 ? "" : "s", diag.warnings,
               diag.warnings == 1 ? "" : "s");
    rs_diag_fini(&diag);
    g_ptr_array_unref(paths);
    return status;
}

int rs_schema_command(int argc, char **argv)
{
    gboolean json = FALSE, markdown = FALSE, faults = FALSE, rules = FALSE;
    const GOptionEntry entries[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "JSON Schema, for editors", NULL},
        {"markdown", 0, 0, G_OPTION_ARG_NONE, &markdown, "manual page (the default)", NULL},
        {"faults", 0, 0, G_OPTION_ARG_NONE, &faults, "the catalogue of faults", NULL},
        {"rules", 0, 0, G_OPTION_ARG_NONE, &rules, "the rules of the contract", NULL},
        {0},
    };
    int status = 0;
    char *text;

    if (!rs_cli_parse(&argc, &argv, "",
                      "Every key of a scenario file, with units, ranges and defaults.", entries,
                      &status))
        return status;
    if (argc > 1)
        return rs_cli_wrong("schema", "unexpected argument '%s'", argv[1]);
    if (json + markdown + faults + rules > 1)
        return rs_cli_wrong("schema", "%s", "--json, --markdown, --faults, --rules: one at a time");
    text = json     ? rs_schema_json()
           : faults ? rs_faults_markdown()
           : rules  ? rs_rules_markdown()
                    : rs_schema_markdown();
    fputs(text, stdout);
    g_free(text);
    return RS_EXIT_PASS;
}
