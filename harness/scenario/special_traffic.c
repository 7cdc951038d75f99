/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Frame sizes, rates, and values whose unit somebody else decides. See special.h.
 */
#include "harness/scenario/special.h"

#include <glib.h>
#include <string.h>

#include "harness/scenario/scenario.h"
#include "model/bench/bench.h"

enum {
    FCS = 4,
    SIZE_MIN = 64, /* on the wire, with FCS */
    SIZE_MAX_ = 9728,
    WEIGHT_MAX = 1000,
};

/* ---- sizes: one list of lengths without FCS ---- */

struct sizes {
    struct reader *r;
    GArray *list; /* uint16_t */
    uint64_t fcs; /* what the key counts beside the length */
    struct diag_mark mark;
    bool full;
};

static void add_length(struct sizes *s, uint64_t length)
{
    uint16_t small = (uint16_t)length;

    if (s->list->len < PLAN_SIZES_MAX) {
        g_array_append_val(s->list, small);
    } else if (!s->full) {
        rs_read_error(s->r, s->mark,
                      "'%s' comes to more than %d sizes; take bigger steps, as in "
                      "64B..9728B step 4B",
                      s->r->key, PLAN_SIZES_MAX);
        s->full = true;
    }
}

/* "64B" at text[0..length): bytes without FCS. */
static bool one_size(struct sizes *s, const char *text, size_t length, struct diag_mark mark,
                     uint64_t *out)
{
    struct quantity q;
    char why[240];
    enum unit_error error = rs_quantity_parse(text, length, UNIT_BYTES, &q);
    uint64_t value = 0, low = SIZE_MIN - FCS + s->fcs, high = SIZE_MAX_ - FCS + s->fcs;

    if (error == UNIT_NOT_A_NUMBER) {
        rs_read_error(s->r, mark,
                      "'%s' has the size '%.*s'; expected a length (64B), a range (64B..1518B), or "
                      "imix",
                      s->r->key, (int)MIN(length, 40), text);
        return false;
    }
    if (error != UNIT_OK) {
        rs_read_error(s->r, mark, "'%s': %s", s->r->key,
                      rs_unit_error_text(error, text, length, UNIT_BYTES, why, sizeof(why)));
        return false;
    }
    if (!rs_quantity_whole(q, &value) || value < low || value > high) {
        rs_read_error(s->r, mark,
                      "'%s' is %.*s; it must be whole bytes within %" G_GUINT64_FORMAT
                      "B..%" G_GUINT64_FORMAT "B%s",
                      s->r->key, (int)MIN(length, 40), text, low, high,
                      s->fcs != 0 ? " (with FCS; the key 'length' counts without)"
                                  : " (without FCS; the key 'size' counts with it)");
        return false;
    }
    *out = value - s->fcs;
    return true;
}

/* "64B", "64B..1518B", "64B..1518B step 2B" */
static void add_text(struct sizes *s, const char *text, struct diag_mark mark)
{
    const char *dots = strstr(text, "..");
    const char *step_word = strstr(text, " step ");
    uint64_t first, last, step = 1;

    if (dots == NULL) {
        if (one_size(s, text, strlen(text), mark, &first))
            add_length(s, first);
        return;
    }
    size_t last_length =
        step_word != NULL && step_word > dots ? (size_t)(step_word - dots) - 2 : strlen(dots + 2);
    bool first_good = one_size(s, text, (size_t)(dots - text), mark, &first);
    bool good = one_size(s, dots + 2, last_length, mark, &last) && first_good;
    if (step_word != NULL) {
        struct quantity q;
        const char *width = step_word + 6;
        if (rs_quantity_parse(width, strlen(width), UNIT_BYTES, &q) != UNIT_OK ||
            !rs_quantity_whole(q, &step) || step == 0) {
            rs_read_error(s->r, mark, "'%s' has the step '%.40s'; expected a length like 2B",
                          s->r->key, width);
            return;
        }
    }
    if (!good)
        return;
    if (last < first) {
        rs_read_error(s->r, mark, "'%s' runs backwards: %.60s; write the smaller size first",
                      s->r->key, text);
        return;
    }
    for (uint64_t length = first; length <= last && !s->full; length += step)
        add_length(s, length);
}

/* Weighted turns, spread as evenly as they go: every size saves up its weight each turn, the
 * richest one (the first of equals) is taken and pays the sum. */
static void add_weighted(struct sizes *s, const uint64_t *length, const uint64_t *weight, size_t n)
{
    int64_t saved[64] = {0};
    uint64_t sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += weight[i];
    for (uint64_t turn = 0; turn < sum && !s->full; turn++) {
        size_t best = 0;
        for (size_t i = 0; i < n; i++) {
            saved[i] += (int64_t)weight[i];
            if (saved[i] > saved[best])
                best = i;
        }
        saved[best] -= (int64_t)sum;
        add_length(s, length[best]);
    }
}

static void add_map(struct sizes *s, const struct yaml_node *map)
{
    uint64_t length[64], weight[64], min = 1;
    size_t n = 0;

    if (map->count == 0 || map->count > 64) {
        rs_read_error(s->r, map->mark, "'%s' mixes 1 to 64 sizes: {64B: 7, 594B: 4, 1518B: 1}",
                      s->r->key);
        return;
    }
    for (size_t i = 0; i < map->count; i++) {
        const char *text = map->key[i]->text;
        bool good = one_size(s, text, strlen(text), map->key[i]->mark, &length[n]);
        good &=
            rs_read_integer(s->r, map->child[i], UNIT_COUNT, "1", G_STRINGIFY(1000), &weight[n]);
        n += good;
    }
    if (n == map->count && min != 0)
        add_weighted(s, length, weight, n);
}

static void read_sizes(struct reader *r, const struct yaml_node *node, void *field, uint64_t fcs)
{
    static const uint64_t imix_length[] = {64 - FCS, 594 - FCS, 1518 - FCS};
    static const uint64_t imix_weight[] = {7, 4, 1};
    struct scenario_sizes *sizes = field;
    struct sizes s = {.r = r, .fcs = fcs, .mark = node->mark};
    struct diag_mark mark;
    const char *text;

    s.list = g_array_new(FALSE, FALSE, sizeof(uint16_t));
    if (node->kind == YAML_MAP) {
        add_map(&s, node);
    } else if (node->kind == YAML_LIST) {
        for (size_t i = 0; i < node->count; i++) {
            text = rs_read_scalar(r, node->child[i], &mark);
            if (text != NULL)
                add_text(&s, text, mark);
        }
        if (node->count == 0)
            rs_read_error(r, node->mark, "'%s' is an empty list; give at least one size", r->key);
    } else if ((text = rs_read_scalar(r, node, &mark)) != NULL) {
        if (strcmp(text, "imix") == 0)
            add_weighted(&s, imix_length, imix_weight, 3);
        else
            add_text(&s, text, mark);
    }
    sizes->count = s.list->len;
    sizes->length = (uint16_t *)g_array_free(s.list, FALSE);
}

static void read_size(struct reader *r, const struct yaml_node *node, void *field)
{
    read_sizes(r, node, field, FCS);
}

static void read_length(struct reader *r, const struct yaml_node *node, void *field)
{
    read_sizes(r, node, field, 0);
}

static void fini_sizes(void *field)
{
    g_free(((struct scenario_sizes *)field)->length);
}

#define SIZES_JSON                                                                                 \
    "{\"anyOf\": [{\"type\": \"string\"}, {\"type\": \"array\", \"items\": {\"type\": "            \
    "\"string\"}}, {\"type\": \"object\", \"additionalProperties\": {\"type\": \"integer\"}}]}"

const struct schema_special rs_special_size = {
    .form = "64B \\| 64B..1518B \\| 64B..1518B step 2B \\| list of these \\| {64B: 7, 594B: 4} "
            "\\| imix",
    .json = SIZES_JSON,
    .read = read_size,
    .fini = fini_sizes,
};

const struct schema_special rs_special_length = {
    .form = "as `size`: 60B \\| 60B..1514B \\| ...",
    .json = SIZES_JSON,
    .read = read_length,
    .fini = fini_sizes,
};

/* ---- rates ---- */

static void read_rate(struct reader *r, const struct yaml_node *node, void *field)
{
    static const struct {
        enum unit unit;
        enum scenario_rate_kind kind;
        const char *max;
    } kinds[] = {
        {UNIT_PPS, SCENARIO_RATE_FRAMES, "20Mpps"},
        {UNIT_BPS, SCENARIO_RATE_BITS, "10Gbps"},
        {UNIT_PERCENT, SCENARIO_RATE_SHARE, "100%"},
    };
    struct scenario_rate *rate = field;
    struct diag_mark mark;
    const char *text = rs_read_scalar(r, node, &mark);

    if (text == NULL)
        return;
    if (strcmp(text, "line") == 0) {
        rate->kind = SCENARIO_RATE_LINE;
        return;
    }
    if (strcmp(text, "recorded") == 0) {
        rate->kind = SCENARIO_RATE_RECORDED;
        return;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        struct quantity q, max;
        if (rs_quantity_parse(text, strlen(text), kinds[i].unit, &q) != UNIT_OK)
            continue;
        rs_quantity_parse(kinds[i].max, strlen(kinds[i].max), kinds[i].unit, &max);
        if (q.num == 0 || rs_quantity_compare(q, max) > 0) {
            rs_read_error(r, mark, "'%s' is %s; it must be above 0 and at most %s", r->key, text,
                          kinds[i].max);
            return;
        }
        *rate = (struct scenario_rate){kinds[i].kind, q};
        return;
    }
    rs_read_error(r, mark,
                  "'%s' is '%.40s'; expected frames (1Mpps), bits on the wire (5Gbps), a share of "
                  "the line (90%%), line, or recorded",
                  r->key, text);
}

const struct schema_special rs_special_rate = {
    .form = "1Mpps \\| 5Gbps \\| 90% \\| line \\| recorded",
    .json = "{\"type\": \"string\", \"pattern\": \"^(line|recorded|[0-9_]+([.][0-9]+)? ?"
            "([kMG]?[pb]ps|%)|.*[$][{].*)$\"}",
    .scalar = true,
    .read = read_rate,
};

/* ---- a value of any unit ---- */

static void read_value(struct reader *r, const struct yaml_node *node, void *field)
{
    struct diag_mark mark;
    struct quantity q;
    const char *text = rs_read_scalar(r, node, &mark);

    if (text == NULL)
        return;
    for (unsigned unit = 0; unit < UNIT_KINDS; unit++) {
        if (unit == UNIT_COUNT || unit == UNIT_METRE)
            continue; /* a plain number is UNIT_NUMBER */
        if (rs_quantity_parse(text, strlen(text), (enum unit)unit, &q) == UNIT_OK) {
            *(struct quantity *)field = q;
            return;
        }
    }
    rs_read_error(r, mark,
                  "'%s' is '%.40s'; expected a number, with a unit where the metric has "
                  "one: 0, 20us, 0.5%%, 1Mpps",
                  r->key, text);
}

const struct schema_special rs_special_value = {
    .form = "0 \\| 0.25 \\| 20us \\| 0.5% \\| 1Mpps",
    .json = "{\"type\": [\"number\", \"string\"]}",
    .scalar = true,
    .read = read_value,
};

/* ---- timing parameters ---- */

static int timing_index(const char *name)
{
    for (unsigned i = 0; i < bench_timing_count(); i++) {
        if (strcmp(bench_timing_info(i)->name, name) == 0)
            return (int)i;
    }
    return -1;
}

static void unknown_timing(struct reader *r, const struct yaml_node *key)
{
    const char *names[PLAN_TIMING_MAX + 1];
    unsigned n = bench_timing_count();

    for (unsigned i = 0; i < n; i++)
        names[i] = bench_timing_info(i)->name;
    names[n] = NULL;
    const char *near = rs_nearest(key->text, names);
    rs_read_error(r, key->mark, "unknown timing parameter '%s'; %s%s%s", key->text,
                  near != NULL ? "did you mean '" : "`ringside lint --timing` lists them",
                  near != NULL ? near : "", near != NULL ? "'?" : "");
}

/* The value in the parameter's own unit: whole ps, fs or bytes. */
static bool timing_value(struct reader *r, const struct yaml_node *node, const char *unit,
                         uint64_t *out)
{
    struct quantity q;

    if (strcmp(unit, "bytes") == 0)
        return rs_read_integer(r, node, UNIT_BYTES, NULL, "1MiB", out);
    if (strcmp(unit, "ps") == 0)
        return rs_read_integer(r, node, UNIT_TIME, NULL, "1h", out);
    if (strcmp(unit, "fs") != 0) {
        rs_read_integer(r, node, UNIT_COUNT, NULL, NULL, out);
        return true;
    }
    if (!rs_read_quantity(r, node, UNIT_TIME, NULL, "1h", &q))
        return false;
    if (1000 % q.den != 0 || q.num > UINT64_MAX / 1000) {
        rs_read_error(r, node->mark, "'%s' is finer than a femtosecond, or too big", r->key);
        return false;
    }
    *out = q.num * (1000 / q.den);
    return true;
}

static void read_timing(struct reader *r, const struct yaml_node *node, void *field)
{
    struct scenario_timings *timings = field;

    if (node->kind != YAML_MAP) {
        rs_read_error(r, node->mark, "'%s' must be a mapping: {phy_rx: 155ns}", r->key);
        return;
    }
    timings->item = g_new0(struct scenario_timing, node->count + 1);
    for (size_t i = 0; i < node->count; i++) {
        int index = timing_index(node->key[i]->text);
        struct scenario_timing *t = &timings->item[timings->count];
        if (index < 0) {
            unknown_timing(r, node->key[i]);
            continue;
        }
        r->key = node->key[i]->text;
        t->mark = node->child[i]->mark;
        t->index = (unsigned)index;
        if (timing_value(r, node->child[i], bench_timing_info((unsigned)index)->unit, &t->value))
            timings->count++;
    }
}

static void fini_timing(void *field)
{
    g_free(((struct scenario_timings *)field)->item);
}

const struct schema_special rs_special_timing = {
    .form = "{name: value, ...}",
    .json = "{\"type\": \"object\", \"additionalProperties\": {\"type\": \"string\"}}",
    .read = read_timing,
    .fini = fini_timing,
};

/* ---- the matrix section ---- */

static void read_matrix(struct reader *r, const struct yaml_node *node, void *field)
{
}

const struct schema_special rs_special_matrix = {
    .form = "{name: [value, ...], ...}",
    .json = "{\"type\": \"object\", \"additionalProperties\": {\"type\": \"array\"}}",
    .read = read_matrix,
};
