/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The catalogues of faults and of contract rules as pages: docs/faults.md, docs/rules.md.
 */
#ifndef RINGSIDE_HARNESS_FAULT_DOC_H
#define RINGSIDE_HARNESS_FAULT_DOC_H

/* Both: allocated with g_malloc(); ends with a newline; the same bytes every time. */
char *rs_faults_markdown(void);
char *rs_rules_markdown(void);

#endif
