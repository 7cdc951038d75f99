/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A table of text: columns as wide as their widest cell. Knows nothing of what it shows.
 */
#ifndef RINGSIDE_HARNESS_TABLE_H
#define RINGSIDE_HARNESS_TABLE_H

#include <stdio.h>

enum { RS_TABLE_COLUMNS_MAX = 24 };

struct rs_table;

/* Heads end with NULL; a head that begins with '>' makes its column right-aligned. The strings
 * are copied. Free with rs_table_free(). */
struct rs_table *rs_table_new(const char *const *heads);
/* As many cells as heads; NULL is shown empty. */
void rs_table_row(struct rs_table *table, const char *const *cells);
/* Two spaces between columns, no trailing spaces; `indent` spaces before each line. */
void rs_table_print(const struct rs_table *table, FILE *out, unsigned indent);
void rs_table_free(struct rs_table *table);

#endif
