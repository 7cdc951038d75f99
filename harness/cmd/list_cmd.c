/* SPDX-License-Identifier: BSD-2-Clause
 *
 * `ringside list`: what there is to run.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/cmd/cli.h"
#include "harness/cmd/selecting.h"
#include "harness/scenario/select.h"
#include "harness/report/report_file.h"
#include "harness/report/show.h"
#include "harness/base/table.h"
#include "harness/base/term.h"

static const char *const hosts[] = {"qemu", "in-process", "any"};

void rs_show_list(FILE *out, const GArray *cases)
{
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

static char *as_json(const GArray *cases)
{
    json_t *list = json_array();
    char *out;

    for (unsigned i = 0; i < cases->len; i++) {
        const struct rs_selected *one = &g_array_index(cases, struct rs_selected, i);
        json_t *tags = json_array();
        char seed[24];

        for (char **tag = one->c->tags; tag && *tag; tag++)
            json_array_append_new(tags, json_string(*tag));
        snprintf(seed, sizeof(seed), "%" PRIu64, one->c->seed); /* JSON holds 63 bits at best */
        json_array_append_new(
            list, json_pack("{s:s, s:s*, s:s, s:s, s:s*, s:o}", "id", one->c->id, "file",
                            one->scenario->path, "host", hosts[MIN(one->c->machine.host, 2)],
                            "seed", seed, "why", one->c->why, "tags", tags));
    }
    out = json_dumps(list, JSON_INDENT(1));
    json_decref(list);
    return out;
}

static int show(const GArray *cases, const char *json)
{
    char *text;
    int error;

    if (g_strcmp0(json, "-"))
        rs_show_list(stdout, cases);
    if (!json)
        return RS_EXIT_PASS;
    text = as_json(cases);
    error = rs_report_write(json, text ?: "");
    free(text);
    return error < 0 ? RS_EXIT_ENVIRONMENT : RS_EXIT_PASS;
}

int rs_list_command(int argc, char **argv)
{
    struct rs_selecting selecting = {0};
    char *json = NULL;
    const GOptionEntry entries[] = {
        RS_SELECTING_ENTRIES(&selecting),
        {"json", 0, 0, G_OPTION_ARG_FILENAME, &json, "The list as JSON, also here", "FILE"},
        {0},
    };
    struct rs_selection selection = {0};
    int status = 0;

    if (rs_cli_parse(&argc, &argv, "[PATH|GLOB...]",
                     "Lists the cases of scenarios, one line each. Without arguments: all.",
                     entries, &status)) {
        status = rs_selecting(&selecting, "list", argv + 1, NULL, &selection);
        if (selection.cases && selection.cases->len)
            status = status ?: show(selection.cases, json);
        rs_selection_fini(&selection);
    }
    rs_selecting_fini(&selecting);
    g_free(json);
    return status;
}
