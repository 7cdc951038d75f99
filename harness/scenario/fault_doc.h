/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The catalogue of faults as a page: docs/faults.md.
 */
#ifndef RINGSIDE_HARNESS_FAULT_DOC_H
#define RINGSIDE_HARNESS_FAULT_DOC_H

/* Allocated with g_malloc(); ends with a newline; the same bytes every time. */
char *rs_faults_markdown(void);

#endif
