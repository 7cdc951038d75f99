/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Comparison of figures: see compare.h.
 */
#include "harness/gate/compare.h"

#include <math.h>
#include <string.h>

#define ROUNDING 1e-8 /* of a number that was a text in between */

const char *rs_change_name(enum rs_change change)
{
    static const char *const names[] = {"same", "better", "WORSE", "new", "GONE"};

    return names[change];
}

static void judge(struct rs_compared *row)
{
    const double was = row->base->value, is = row->now->value;
    const bool up = is > was;
    const bool trifle =
        (!strcmp(row->base->unit, "per packet") && fabs(is - was) < RS_PER_PACKET_MIN) ||
        (!strcmp(row->base->unit, "percent") && fabs(is - was) <= RS_POINTS_MIN);

    row->tolerance = row->base->percent >= 0 ? row->base->percent : RS_TOLERANCE_PERCENT;
    if (fabs(is - was) > fabs(was) * ROUNDING)
        row->percent = was != 0 ? (is - was) / fabs(was) * 100 : INFINITY;
    if (trifle || fabs(row->percent) <= row->tolerance)
        row->change = RS_SAME;
    else
        row->change = up == row->base->higher ? RS_BETTER : RS_WORSE;
}

void rs_compare(struct rs_comparison *c, const GArray *base, const GArray *now)
{
    memset(c, 0, sizeof(*c));
    c->rows = g_array_new(FALSE, TRUE, sizeof(struct rs_compared));
    for (unsigned i = 0; i < base->len; i++) {
        struct rs_compared row = {.base = &g_array_index(base, struct rs_figure, i)};

        if (!row.base->exact)
            continue;
        row.now = rs_figures_find(now, row.base->name);
        row.change = RS_GONE;
        if (row.now)
            judge(&row);
        c->count[row.change]++;
        g_array_append_val(c->rows, row);
    }
    for (unsigned i = 0; i < now->len; i++) {
        const struct rs_compared row = {.now = &g_array_index(now, struct rs_figure, i),
                                        .change = RS_NEW};

        if (!row.now->exact || rs_figures_find(base, row.now->name))
            continue;
        c->count[RS_NEW]++;
        g_array_append_val(c->rows, row);
    }
}

void rs_comparison_fini(struct rs_comparison *c)
{
    if (c->rows)
        g_array_unref(c->rows);
    memset(c, 0, sizeof(*c));
}

bool rs_regressed(const struct rs_comparison *c)
{
    return c->count[RS_WORSE] || c->count[RS_GONE];
}
