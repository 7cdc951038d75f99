/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Files that results are written to, where the user wants them: ordinary ones are replaced in one
 * step, streams ("-", a pipe, /dev/stdout) are written into. Knows nothing of what is written.
 */
#ifndef RINGSIDE_HARNESS_REPORT_FILE_H
#define RINGSIDE_HARNESS_REPORT_FILE_H

#include <stdio.h>

/* Could this be written? Asked before a long run, so that a slip does not cost its results. 0, or
 * the exit status to leave with: the mistake has been told. NULL: nothing is to be written, 0. */
int rs_report_probe(const char *path);

/* Where a command speaks to people while one of these reports (NULL: not wanted) is "-": not on
 * standard output then, which a program reads. */
FILE *rs_report_talk(const char *json, const char *junit);

/* 0 or -errno, which has been told. */
int rs_report_write(const char *path, const char *text);

#endif
