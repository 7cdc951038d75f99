/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The report as a page: index.html beside results.json, made by scripts/report.py. A missing or
 * failing Python costs the page, never the run.
 */
#ifndef RINGSIDE_HARNESS_HTML_H
#define RINGSIDE_HARNESS_HTML_H

/* Path of the page (g_free()), or NULL when it could not be made (told with -v). */
char *rs_html_report(const char *out);

#endif
