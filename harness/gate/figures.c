/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Figures from results and files: see figures.h.
 */
#include "harness/gate/figures.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/judge/result.h"

static void clear(void *data)
{
    struct rs_figure *f = data;

    g_free(f->name);
    g_free(f->unit);
}

GArray *rs_figures_new(void)
{
    GArray *figures = g_array_new(FALSE, TRUE, sizeof(struct rs_figure));

    g_array_set_clear_func(figures, clear);
    return figures;
}

void rs_figures_add(GArray *figures, const char *name, const char *unit, double value)
{
    const struct rs_figure f = {
        .name = g_strdup(name),
        .unit = g_strdup(unit),
        .value = value,
        .exact = true,
        .percent = -1,
    };

    g_array_append_val(figures, f);
}

const struct rs_figure *rs_figures_find(const GArray *figures, const char *name)
{
    for (unsigned i = 0; i < figures->len; i++) {
        const struct rs_figure *f = &g_array_index(figures, struct rs_figure, i);

        if (!strcmp(f->name, name))
            return f;
    }
    return NULL;
}

/* ---- of runs ---- */

/* What is left out although it is exact: the 99.9th percentile, which is the doing of the few
 * frames that met a tick of the guest's clock. */
static const struct {
    enum metric_id id;
    unsigned beyond; /* of a percentile: one frame in that many lies beyond it; else 0 */
} gated[] = {
    {METRIC_INSTRUCTIONS_PACKET, 0}, {METRIC_MMIO_READS_PACKET, 0},
    {METRIC_MMIO_WRITES_PACKET, 0},  {METRIC_DOORBELLS_PACKET, 0},
    {METRIC_DMA_READS_PACKET, 0},    {METRIC_DMA_WRITES_PACKET, 0},
    {METRIC_DMA_BYTES_PACKET, 0},    {METRIC_DESC_READS_PACKET, 0},
    {METRIC_DESC_WRITES_PACKET, 0},  {METRIC_MESSAGES_PACKET, 0},
    {METRIC_IOTLB_MISSES_PACKET, 0}, {METRIC_LATENCY_MEAN, 0},
    {METRIC_LATENCY_P50, 2},         {METRIC_LATENCY_P90, 10},
    {METRIC_LATENCY_P99, 100},
};

/* Percentiles are edges of buckets (struct report_flow), up to 1/32 apart: a step to the next one
 * says little; the mean, which is exact, says the rest. */
#define BUCKET_PERCENT 3.2
/* Fewer frames beyond a percentile are an anecdote. */
enum { BEYOND_MIN = 100 };
/* Processors take turns of fixed length: where the driver stands when its turn ends moves with
 * each byte of the guest. That decides latencies, and how full a batch is by a little. */
#define TURNS_PERCENT 2

static bool is_latency(enum metric_id id)
{
    return rs_metric(id)->unit == UNIT_TIME;
}

static bool means_something(const struct rs_result *result, unsigned row)
{
    struct quantity frames;

    if (is_latency(gated[row].id) && result->c->machine.cpus > 1)
        return false;
    return !gated[row].beyond ||
           (rs_metric_value(&result->run.facts, METRIC_RECEIVED, RS_WHOLE, &frames) &&
            frames.num / frames.den / gated[row].beyond >= BEYOND_MIN);
}

/* Negative: the gate's own. */
static double tolerance(const struct rs_result *result, unsigned row)
{
    if (gated[row].beyond)
        return BUCKET_PERCENT;
    return result->c->machine.cpus > 1 ? TURNS_PERCENT : -1;
}

static void add_result(GArray *figures, const struct rs_result *result)
{
    const struct rs_scope all = RS_WHOLE;

    for (unsigned i = 0; i < G_N_ELEMENTS(gated); i++) {
        const struct metric *metric = rs_metric(gated[i].id);
        struct quantity q;
        char *name;

        if (!means_something(result, i) ||
            !rs_metric_value(&result->run.facts, gated[i].id, all, &q))
            continue;
        name = g_strdup_printf("%s/%s/%s", result->c->id, rs_host_name(result->host),
                               metric->name);
        rs_figures_add(figures, name, metric->unit == UNIT_TIME ? "ps" : "per packet",
                       (double)q.num / (double)q.den);
        g_array_index(figures, struct rs_figure, figures->len - 1).percent = tolerance(result, i);
        g_free(name);
    }
}

void rs_figures_of_results(GArray *figures, const GPtrArray *results)
{
    for (unsigned i = 0; i < results->len; i++) {
        const struct rs_result *result = results->pdata[i];

        if (result->verdict == RS_PASS && !result->c->canary && result->run.facts.report)
            add_result(figures, result);
    }
}

/* ---- JSON ---- */

json_t *rs_figures_json(const GArray *figures)
{
    json_t *rows = json_array();

    for (unsigned i = 0; i < figures->len; i++) {
        const struct rs_figure *f = &g_array_index(figures, struct rs_figure, i);
        json_t *row = json_object();

        json_object_set_new(row, "figure", json_string(f->name));
        json_object_set_new(row, "unit", json_string(f->unit));
        json_object_set_new(row, "value",
                            f->value == floor(f->value) && fabs(f->value) < 1e15
                                ? json_integer((json_int_t)f->value)
                                : json_real(f->value));
        json_object_set_new(row, "exact", json_boolean(f->exact));
        if (f->higher)
            json_object_set_new(row, "better", json_string("higher"));
        if (f->percent >= 0)
            json_object_set_new(row, "tolerance_percent", json_real(f->percent));
        json_array_append_new(rows, row);
    }
    return rows;
}

static bool take_row(struct rs_figure *f, const json_t *row)
{
    const char *name = json_string_value(json_object_get(row, "figure"));
    const char *unit = json_string_value(json_object_get(row, "unit"));
    const char *better = json_string_value(json_object_get(row, "better"));
    const json_t *value = json_object_get(row, "value");
    const json_t *tolerance = json_object_get(row, "tolerance_percent");

    if (!name || !*name || strlen(name) > 512 || !json_is_number(value) ||
        !isfinite(json_number_value(value)) || (tolerance && !json_is_number(tolerance)) ||
        (better && strcmp(better, "higher") && strcmp(better, "lower")))
        return false;
    *f = (struct rs_figure){
        .name = g_strdup(name),
        .unit = g_strdup(unit ?: ""),
        .value = json_number_value(value),
        .exact = json_is_true(json_object_get(row, "exact")),
        .higher = better && !strcmp(better, "higher"),
        .percent = tolerance ? CLAMP(json_number_value(tolerance), 0, 1e6) : -1,
    };
    return true;
}

int rs_figures_read(GArray *figures, const json_t *rows, char *why, size_t why_bytes)
{
    if (!json_is_array(rows)) {
        snprintf(why, why_bytes, "expected a list of figures");
        return -EPROTO;
    }
    for (size_t i = 0; i < json_array_size(rows); i++) {
        struct rs_figure f;

        if (!take_row(&f, json_array_get(rows, i))) {
            snprintf(why, why_bytes,
                     "figure %zu: expected {\"figure\": NAME, \"unit\": WORD, \"value\": NUMBER, "
                     "\"exact\": BOOLEAN}",
                     i + 1);
            return -EPROTO;
        }
        if (rs_figures_find(figures, f.name)) {
            snprintf(why, why_bytes, "figure '%.100s' is there twice", f.name);
            clear(&f);
            return -EPROTO;
        }
        g_array_append_val(figures, f);
    }
    return 0;
}
