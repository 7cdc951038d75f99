/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a gate found, written down: see gate_report.h.
 */
#include "harness/gate/gate_report.h"

#include <math.h>
#include <stdlib.h>

#include "harness/base/table.h"
#include "harness/base/term.h"

static const char *number(const struct rs_figure *f, char *buf, size_t bytes)
{
    if (!f)
        g_snprintf(buf, bytes, "-");
    else if (f->value == floor(f->value) && fabs(f->value) < 1e15)
        g_snprintf(buf, bytes, "%.0f", f->value);
    else
        g_snprintf(buf, bytes, "%.4f", f->value);
    return buf;
}

static const char *moved(const struct rs_compared *row, char *buf, size_t bytes)
{
    if (!row->base || !row->now)
        g_snprintf(buf, bytes, "-");
    else if (isinf(row->percent))
        g_snprintf(buf, bytes, "from 0");
    else
        g_snprintf(buf, bytes, "%+.2f %%", row->percent);
    return buf;
}

static const struct rs_figure *any(const struct rs_compared *row)
{
    return row->now ?: row->base;
}

static const struct rs_compared *row_at(const struct rs_gate *gate, unsigned i)
{
    return &g_array_index(gate->comparison.rows, struct rs_compared, i);
}

void rs_gate_show(FILE *out, const struct rs_gate *gate, bool all)
{
    static const char *const heads[] = {"figure", "unit", ">baseline", ">now", ">change", "",
                                        NULL};
    const unsigned *count = gate->comparison.count;
    struct rs_table *table = rs_table_new(heads);
    unsigned shown = 0;

    for (unsigned i = 0; i < gate->comparison.rows->len; i++) {
        const struct rs_compared *row = row_at(gate, i);
        char was[40], is[40], change[40];

        if (!all && row->change == RS_SAME && row->percent == 0)
            continue;
        rs_table_row(table, (const char *[]){any(row)->name, any(row)->unit,
                                             number(row->base, was, sizeof(was)),
                                             number(row->now, is, sizeof(is)),
                                             moved(row, change, sizeof(change)),
                                             rs_change_name(row->change)});
        shown++;
    }
    if (shown) {
        fputc('\n', out);
        rs_table_print(table, out, 0);
    }
    rs_table_free(table);
    fprintf(out,
            "\n%s%u worse, %u gone%s, %u better, %u new, %u within tolerance  baseline: %s%s\n",
            rs_style(out, rs_regressed(&gate->comparison) ? RS_BAD : RS_GOOD), count[RS_WORSE],
            count[RS_GONE], rs_style(out, RS_PLAIN), count[RS_BETTER], count[RS_NEW],
            count[RS_SAME], gate->baseline->path,
            gate->base_measured ? " (its revision, measured here)" : "");
}

static json_t *value_of(const struct rs_figure *f)
{
    return f ? json_real(f->value) : json_null();
}

char *rs_gate_json(const struct rs_gate *gate, int exit_status)
{
    json_t *root = json_object(), *rows = json_array();
    char *out;

    for (unsigned i = 0; i < gate->comparison.rows->len; i++) {
        const struct rs_compared *row = row_at(gate, i);
        json_t *one = json_object();

        json_object_set_new(one, "figure", json_string(any(row)->name));
        json_object_set_new(one, "unit", json_string(any(row)->unit));
        json_object_set_new(one, "baseline", value_of(row->base));
        json_object_set_new(one, "now", value_of(row->now));
        json_object_set_new(one, "percent", row->base && row->now && !isinf(row->percent)
                                                ? json_real(row->percent)
                                                : json_null());
        json_object_set_new(one, "tolerance_percent", json_real(row->tolerance));
        json_object_set_new(one, "change", json_string(rs_change_name(row->change)));
        json_array_append_new(rows, one);
    }
    json_object_set_new(root, "format", json_string("ringside-gate"));
    json_object_set_new(root, "version", json_integer(1));
    json_object_set_new(root, "exit_status", json_integer(exit_status));
    json_object_set_new(root, "baseline", json_string(gate->baseline->path));
    json_object_set_new(root, "revision", json_string(gate->baseline->revision));
    json_object_set_new(root, "environment", rs_environment_json(gate->here));
    json_object_set_new(root, "base_measured_here", json_boolean(gate->base_measured));
    json_object_set_new(root, "figures", rows);
    out = json_dumps(root, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
    json_decref(root);
    return out;
}

GString *rs_gate_junit(const struct rs_gate *gate)
{
    const unsigned bad = gate->comparison.count[RS_WORSE] + gate->comparison.count[RS_GONE];
    GString *xml = g_string_new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    char *head = g_strdup_printf("name=\"ringside gate\" tests=\"%u\" failures=\"%u\" errors=\"0\"",
                                 gate->comparison.rows->len, bad);

    g_string_append_printf(xml, "<testsuites %s>\n  <testsuite %s>\n", head, head);
    for (unsigned i = 0; i < gate->comparison.rows->len; i++) {
        const struct rs_compared *row = row_at(gate, i);
        char was[40], is[40], change[40], *name = g_markup_escape_text(any(row)->name, -1);

        g_string_append_printf(xml, "    <testcase classname=\"ringside.gate\" name=\"%s\"", name);
        if (row->change == RS_WORSE || row->change == RS_GONE)
            g_string_append_printf(
                xml, ">\n      <failure type=\"%s\" message=\"%s against %s: %s\"/>\n"
                     "    </testcase>\n",
                rs_change_name(row->change), number(row->now, is, sizeof(is)),
                number(row->base, was, sizeof(was)), moved(row, change, sizeof(change)));
        else
            g_string_append(xml, "/>\n");
        g_free(name);
    }
    g_string_append(xml, "  </testsuite>\n</testsuites>\n");
    g_free(head);
    return xml;
}
