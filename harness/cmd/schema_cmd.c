/* SPDX-License-Identifier: BSD-2-Clause
 *
 * `ringside schema`: what may be written into a scenario file, as a page or for editors.
 */
#include <stdio.h>

#include "harness/base/term.h"
#include "harness/cmd/cli.h"
#include "harness/scenario/fault_doc.h"
#include "harness/scenario/schema_doc.h"

int rs_schema_command(int argc, char **argv)
{
    gboolean json = FALSE, markdown = FALSE, faults = FALSE, rules = FALSE, drivers = FALSE;
    gboolean profiles = FALSE, systems = FALSE;
    const GOptionEntry entries[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "JSON Schema, for editors", NULL},
        {"markdown", 0, 0, G_OPTION_ARG_NONE, &markdown, "manual page (the default)", NULL},
        {"drivers", 0, 0, G_OPTION_ARG_NONE, &drivers, "keys of a driver description", NULL},
        {"profiles", 0, 0, G_OPTION_ARG_NONE, &profiles, "keys of a driver profile", NULL},
        {"systems", 0, 0, G_OPTION_ARG_NONE, &systems, "keys of a system file", NULL},
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
    if (json + markdown + drivers + profiles + systems + faults + rules > 1)
        return rs_cli_wrong("schema", "%s",
                            "--json, --markdown, --drivers, --profiles, --systems, --faults, "
                            "--rules: one at a time");
    text = json       ? rs_schema_json()
           : drivers  ? rs_description_markdown()
           : profiles ? rs_profile_markdown()
           : systems  ? rs_system_markdown()
           : faults   ? rs_faults_markdown()
           : rules    ? rs_rules_markdown()
                      : rs_schema_markdown();
    fputs(text, stdout);
    g_free(text);
    return RS_EXIT_PASS;
}
