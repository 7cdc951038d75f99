/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A table of text: see table.h.
 */
#include "harness/base/table.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#include "harness/base/term.h"

struct rs_table {
    unsigned columns;
    bool right[RS_TABLE_COLUMNS_MAX];
    size_t width[RS_TABLE_COLUMNS_MAX];
    GPtrArray *cells; /* row by row; the first row is the heads */
};

static void append(struct rs_table *table, unsigned column, const char *text)
{
    const size_t width = (size_t)g_utf8_strlen(text, -1);

    g_ptr_array_add(table->cells, g_strdup(text));
    table->width[column] = MAX(table->width[column], width);
}

struct rs_table *rs_table_new(const char *const *heads)
{
    struct rs_table *table = g_new0(struct rs_table, 1);

    table->cells = g_ptr_array_new_with_free_func(g_free);
    for (; heads[table->columns] && table->columns < RS_TABLE_COLUMNS_MAX; table->columns++) {
        const char *head = heads[table->columns];

        table->right[table->columns] = *head == '>';
        append(table, table->columns, head + (*head == '>'));
    }
    return table;
}

void rs_table_row(struct rs_table *table, const char *const *cells)
{
    for (unsigned i = 0; i < table->columns; i++)
        append(table, i, cells[i] ?: "");
}

void rs_table_print(const struct rs_table *table, FILE *out, unsigned indent)
{
    const unsigned rows = table->columns ? table->cells->len / table->columns : 0;
    GString *line = g_string_new(NULL);

    for (unsigned row = 0; row < rows; row++) {
        g_string_printf(line, "%*s", (int)indent, "");
        for (unsigned i = 0; i < table->columns; i++) {
            const char *text = g_ptr_array_index(table->cells, row * table->columns + i);
            const int pad = (int)(table->width[i] - (size_t)g_utf8_strlen(text, -1));

            g_string_append_printf(line, "%s%*s%s%*s", i ? "  " : "", table->right[i] ? pad : 0,
                                   "", text, table->right[i] ? 0 : pad, "");
        }
        g_strchomp(line->str);
        fprintf(out, "%s%s%s\n", row ? "" : rs_style(out, RS_BOLD), line->str,
                row ? "" : rs_style(out, RS_PLAIN));
    }
    g_string_free(line, TRUE);
}

void rs_table_free(struct rs_table *table)
{
    if (!table)
        return;
    g_ptr_array_free(table->cells, TRUE);
    g_free(table);
}
