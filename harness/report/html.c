/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Calls scripts/report.py: see html.h.
 */
#include "harness/report/html.h"

#include <glib.h>
#include <unistd.h>

#include "harness/base/paths.h"
#include "harness/base/process.h"
#include "harness/base/term.h"

enum { DEADLINE_MS = 60 * 1000 };

char *rs_html_report(const char *out)
{
    char *script = rs_root_path("scripts/report.py"), *log, *page, *results;
    struct rs_process process;
    char words[96];
    int error;

    if (!script || access(script, R_OK) < 0) {
        g_free(script);
        return NULL;
    }
    page = g_build_filename(out, "index.html", NULL);
    results = g_build_filename(out, "results.json", NULL);
    log = g_build_filename(out, "report.log", NULL);
    unlink(page); /* one of an earlier run must not pass for this one's */
    error = rs_process_run(&process, (const char *[]){"python3", script, results, page, NULL},
                           &(struct rs_process_options){.log = log, .deadline_ms = DEADLINE_MS});
    if (error || process.exit_status || access(page, R_OK) < 0) {
        rs_verbose("no page: python3 %s: %s; see %s", script,
                   error ? g_strerror(-error) : rs_process_words(&process, words, sizeof(words)),
                   log);
        g_clear_pointer(&page, g_free);
    } else {
        unlink(log);
    }
    g_free(log);
    g_free(results);
    g_free(script);
    return page;
}
