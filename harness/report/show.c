/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Results on the terminal: see show.h.
 */
#include "harness/report/show.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/judge/iotlb_facts.h"
#include "harness/report/refusal.h"
#include "harness/run/run_folder.h"
#include "harness/base/table.h"
#include "harness/base/term.h"
#include "model/bench/bench.h"

static const struct rs_scope whole = RS_WHOLE;

const char *rs_show_metric(const struct rs_facts *facts, enum metric_id id, char *buf,
                           size_t bytes)
{
    struct quantity q;

    if (!rs_metric_value(facts, id, whole, &q))
        snprintf(buf, bytes, "-");
    else
        rs_quantity_format(q, buf, bytes);
    return buf;
}

static uint64_t milli(struct quantity q)
{
    return (uint64_t)(((unsigned __int128)q.num * 1000 + q.den / 2) / q.den);
}

const char *rs_show_sum(const struct rs_facts *facts, enum metric_id a, enum metric_id b,
                        char *buf, size_t bytes)
{
    struct quantity qa, qb;
    uint64_t sum;

    if (!rs_metric_value(facts, a, whole, &qa) || !rs_metric_value(facts, b, whole, &qb)) {
        snprintf(buf, bytes, "-");
        return buf;
    }
    sum = milli(qa) + milli(qb);
    snprintf(buf, bytes, "%" PRIu64 ".%03" PRIu64, sum / 1000, sum % 1000);
    return buf;
}

static const char *decimal(const struct rs_facts *facts, enum metric_id id, unsigned divisor,
                           char *buf, size_t bytes)
{
    struct quantity q;
    uint64_t value;

    if (!rs_metric_value(facts, id, whole, &q)) {
        snprintf(buf, bytes, "-");
        return buf;
    }
    value = (uint64_t)((unsigned __int128)q.num * 1000 / q.den / divisor);
    snprintf(buf, bytes, "%" PRIu64 ".%03" PRIu64, value / 1000, value % 1000);
    return buf;
}

/* ---- one case ---- */

static enum rs_style style_of(enum rs_verdict verdict)
{
    static const enum rs_style styles[] = {RS_GOOD, RS_BAD, RS_BAD, RS_WARN, RS_DIM};

    return styles[verdict];
}

static void show_findings(FILE *out, const struct rs_result *result)
{
    const GPtrArray *findings = result->run.findings;

    for (unsigned i = 0; findings && i < findings->len; i++) {
        const struct rs_finding *f = findings->pdata[i];

        fprintf(out, "       %s%s%s: expected %s, seen %s\n", f->where ?: "",
                f->where ? ": " : "", f->what, f->expected, f->seen);
        if (f->why)
            fprintf(out, "           (%s)\n", f->why);
    }
}

static const struct {
    uint32_t kind;
    const char *words;
} sample_words[] = {{1, "damaged, first wrong byte"}, {2, "came twice"},
                    {3, "came after a later one"},    {4, "at the wrong port"},
                    {5, "belongs to no flow"},        {6, "NIC event"}};

/* The first things that the bench saw go wrong: usually the whole story. */
static void show_samples(FILE *out, const struct rs_result *result)
{
    const struct bench_report *report = result->run.facts.report;
    const unsigned n = report ? MIN(report->samples, 3) : 0;

    for (unsigned i = 0; i < n; i++) {
        const struct report_sample *s = &report->sample[i];
        const char *words = "sample";

        for (unsigned k = 0; k < G_N_ELEMENTS(sample_words); k++)
            if (sample_words[k].kind == s->kind)
                words = sample_words[k].words;
        fprintf(out, "       at %" PRIu64 ".%03" PRIu64 " ns, port %u: ",
                (s->time_ps - MIN(s->time_ps, report->go_ps)) / 1000,
                (s->time_ps - MIN(s->time_ps, report->go_ps)) % 1000, s->port);
        if (s->kind == 6) {
            const struct nic_event_info *info = bench_event_info(s->detail);

            fprintf(out, "%s\n", info ? info->doc : "an event of the NIC");
        } else {
            fprintf(out, "frame %" PRIu64 " of flow %s: %s", s->sequence,
                    s->flow < result->c->flow_count ? result->c->flows[s->flow].name : "?", words);
            fprintf(out, s->kind == 1 ? " %u\n" : "\n", s->detail);
        }
    }
}

/* The first accesses of the device that were refused. */
static void show_refusals(FILE *out, const struct rs_result *result)
{
    const struct bench_report *report = result->run.facts.report;
    const unsigned n = report ? MIN(report->refusals, 3) : 0;

    for (unsigned i = 0; i < n; i++) {
        const struct report_refusal *r = &report->refusal[i];
        const uint64_t ps = r->time_ps - MIN(r->time_ps, report->go_ps);

        fprintf(out,
                "       at %" PRIu64 ".%03" PRIu64 " ns, port %u: %s, %u bytes at 0x%" PRIx64
                ", refused: %s\n",
                ps / 1000, ps % 1000, r->port, rs_refusal_access(r), r->length, r->address,
                rs_refusal_reason(r));
    }
}

/* What each kind of access found in the IOTLB; nothing where there is none. */
static void show_iotlb(FILE *out, const struct rs_result *result)
{
    static const char *const heads[] = {"IOTLB", ">port", ">lookups", ">hits", ">misses",
                                        ">walks", ">dropped", NULL};
    const struct bench_report *report = result->run.facts.report;
    struct rs_table *table = rs_table_new(heads);
    unsigned rows = 0;

    for (unsigned i = 0; report && i < MIN(report->ports, PLAN_PORTS_MAX); i++)
        for (unsigned region = 1; rs_region_names[region]; region++) {
            const struct report_iotlb_use use = rs_iotlb_sum(&report->iotlb[i], region, -1);
            const uint64_t figure[] = {i, use.lookups, use.lookups - use.misses, use.misses,
                                       use.walks, use.dropped};
            char cell[G_N_ELEMENTS(figure)][24];

            if (!use.lookups && !use.dropped)
                continue;
            for (unsigned k = 0; k < G_N_ELEMENTS(figure); k++)
                snprintf(cell[k], sizeof(cell[k]), "%" PRIu64, figure[k]);
            rs_table_row(table, (const char *[]){rs_region_names[region], cell[0], cell[1],
                                                 cell[2], cell[3], cell[4], cell[5]});
            rows++;
        }
    if (rows)
        rs_table_print(table, out, 7);
    rs_table_free(table);
}

/* Of a long line its end: there a program says what was wrong, behind what it was about. */
static void show_log_line(FILE *out, const char *line)
{
    enum { COLUMNS = 160 };
    const size_t length = strlen(line), from = length > COLUMNS ? length - COLUMNS : 0;

    fprintf(out, "           %s", from ? "... " : "");
    for (const char *at = line + from; *at; at++)
        fputc(g_ascii_isprint(*at) ? *at : '?', out);
    fputc('\n', out);
}

/* The last lines of a file of the run: what a driver said before it died. A guest wrote it. */
static void show_tail(FILE *out, const struct rs_result *result, const char *name)
{
    enum { LINES = 4 };
    char *path = result->run.dir ? g_build_filename(result->run.dir, name, NULL) : NULL;
    char *text = NULL, **lines;
    gsize bytes = 0;
    guint count;

    if (path && g_file_get_contents(path, &text, &bytes, NULL) && *g_strchomp(text)) {
        lines = g_strsplit(text, "\n", -1);
        count = g_strv_length(lines);
        fprintf(out, "       %s%s:\n", name, count > LINES ? ", the end" : "");
        for (guint i = count > LINES ? count - LINES : 0; i < count; i++) {
            show_log_line(out, lines[i]);
        }
        g_strfreev(lines);
    }
    g_free(text);
    g_free(path);
}

/* The first frame that never came back: the one to follow. */
static char *lost_frame(const struct rs_result *result)
{
    unsigned flow;
    uint64_t sequence;

    if (!rs_first_lost(&result->run.facts, &flow, &sequence) || flow >= result->c->flow_count)
        return g_strdup("");
    return g_strdup_printf(" --flow %s --frame %" PRIu64, result->c->flows[flow].name, sequence);
}

/* Following a frame needs every event; a replay stores them without another trace hash. */
static void show_trace(FILE *out, const struct rs_result *result, const char *dir)
{
    char *frame = lost_frame(result), *name = g_path_get_basename(result->run.dir), *bundle;

    if (*frame && result->bundle && result->c->trace < 2) {
        bundle = rs_shell_word(result->bundle);
        fprintf(out, "       next:   ringside replay %s --trace 2\n", bundle);
        fprintf(out, "               ringside trace replay-%s%s\n", name, frame);
        g_free(bundle);
    } else {
        fprintf(out, "       next:   ringside trace %s%s\n", dir, frame);
    }
    g_free(name);
    g_free(frame);
}

static void show_next(FILE *out, const struct rs_result *result)
{
    char *repro = rs_repro_line(result);
    char *quoted = result->run.dir ? rs_shell_word(result->run.dir) : NULL;

    fprintf(out, "       repro:  %s\n", repro);
    if (quoted) {
        fprintf(out, "       files:  %s\n", result->run.dir);
        show_trace(out, result, quoted);
    }
    g_free(quoted);
    g_free(repro);
}

/* What a reader has to know beside the figures. */
static const char *remark(const struct rs_result *result)
{
    if (result->c->canary && result->verdict == RS_PASS)
        return "  (a canary: fails, as it must)";
    return result->run.facts.report->reproducible ? "" : "  (not reproducible: a netdev took part)";
}

/* Frames of the scenario's flows; without flows what the driver sent by itself. */
static enum metric_id frames_of(const struct rs_result *result)
{
    return result->c->flow_count ? METRIC_SENT : METRIC_WIRE_OUT;
}

void rs_show_line(FILE *out, const struct rs_result *result)
{
    const struct rs_facts *facts = &result->run.facts;
    char frames[64], lost[64], p99[64], why[256] = "", repeats[32] = "";

    rs_progress_clear();
    if (rs_verbosity < 0 && result->verdict == RS_PASS)
        return;
    if (result->verdict == RS_SKIP || (result->error && !facts->report))
        snprintf(why, sizeof(why), "%s", result->error ?: "");
    else if (facts->report)
        snprintf(why, sizeof(why), "%s fr  %s lost  p99 %s%s",
                 rs_show_metric(facts, frames_of(result), frames, sizeof(frames)),
                 rs_show_metric(facts, METRIC_LOST, lost, sizeof(lost)),
                 rs_show_metric(facts, METRIC_LATENCY_P99, p99, sizeof(p99)),
                 remark(result));
    if (result->repeats > 1 && !result->nondet)
        g_snprintf(repeats, sizeof(repeats), "  %u equal runs", result->repeats);
    fprintf(out, "  %s%-6s%s [%4" PRIu64 ".%" PRIu64 "s]  %-32s  %s%s\n",
            rs_style(out, style_of(result->verdict)), rs_verdict_name(result->verdict),
            rs_style(out, RS_PLAIN), result->wall_ms / 1000, result->wall_ms % 1000 / 100,
            result->c->id, why, repeats);
    if (result->verdict == RS_PASS || result->verdict == RS_SKIP) {
        if (rs_verbosity > 0) {
            show_refusals(out, result);
            show_iotlb(out, result);
        }
        fflush(out);
        return;
    }
    if (result->nondet)
        fprintf(out, "       the same seed gave two results: %s\n", result->nondet);
    if (result->canary)
        fprintf(out, "       %s\n", result->canary);
    show_findings(out, result);
    show_samples(out, result);
    show_refusals(out, result);
    if (result->verdict == RS_FAIL)
        show_tail(out, result, RS_FILE_RESULTS "/stderr");
    if (result->verdict == RS_ERROR)
        show_tail(out, result, RS_FILE_HOST_LOG);
    show_next(out, result);
    fflush(out);
}

/* ---- all of them ---- */

void rs_show_table(FILE *out, const GPtrArray *results)
{
    static const char *const heads[] = {"scenario", "host",      ">frames",   ">lost",
                                        ">reord",   ">p50",      ">p99",      ">MMIO/pkt",
                                        ">DMA/pkt", ">insn/pkt", ">Mpps",     "trace hash",
                                        NULL};
    struct rs_table *table = rs_table_new(heads);
    unsigned rows = 0;

    for (unsigned i = 0; i < results->len; i++) {
        const struct rs_result *r = results->pdata[i];
        const struct rs_facts *f = &r->run.facts;
        char cell[10][64], hash[33];
        const size_t n = sizeof(cell[0]);

        if (!f->report)
            continue;
        rs_hash_text(f->report->trace_hash, hash);
        hash[16] = '\0';
        rs_table_row(table,
                     (const char *[]){
                         r->c->id, rs_host_name(r->host),
                         rs_show_metric(f, frames_of(r), cell[0], n),
                         rs_show_metric(f, METRIC_LOST, cell[1], n),
                         rs_show_metric(f, METRIC_REORDERED, cell[2], n),
                         rs_show_metric(f, METRIC_LATENCY_P50, cell[3], n),
                         rs_show_metric(f, METRIC_LATENCY_P99, cell[4], n),
                         rs_show_sum(f, METRIC_MMIO_READS_PACKET, METRIC_MMIO_WRITES_PACKET,
                                     cell[5], n),
                         rs_show_sum(f, METRIC_DMA_READS_PACKET, METRIC_DMA_WRITES_PACKET,
                                     cell[6], n),
                         decimal(f, METRIC_INSTRUCTIONS_PACKET, 1, cell[7], n),
                         decimal(f, METRIC_RATE_RECEIVED, 1000000, cell[8], n), hash});
        rows++;
    }
    if (rows) {
        fputc('\n', out);
        rs_table_print(table, out, 0);
    }
    rs_table_free(table);
}

void rs_show_summary(FILE *out, const struct rs_summary *s, const char *report)
{
    const unsigned failed = s->count[RS_FAIL] + s->count[RS_NONDET] + s->count[RS_ERROR];

    rs_progress_clear();
    fprintf(out, "\n%s%u passed, %u failed%s", rs_style(out, failed ? RS_BAD : RS_GOOD),
            s->count[RS_PASS], failed, rs_style(out, RS_PLAIN));
    if (s->count[RS_NONDET])
        fprintf(out, " (%u not deterministic)", s->count[RS_NONDET]);
    if (s->count[RS_ERROR])
        fprintf(out, " (%u could not run here)", s->count[RS_ERROR]);
    if (s->count[RS_SKIP])
        fprintf(out, ", %u skipped", s->count[RS_SKIP]);
    fprintf(out, "  %" PRIu64 ".%" PRIu64 " s wall", s->wall_ms / 1000, s->wall_ms % 1000 / 100);
    if (report)
        fprintf(out, "  report: %s", report);
    fputc('\n', out);
    if (s->canary_failures)
        fprintf(out, "%sA canary did not fail as it must: until that is understood, believe no "
                     "PASS above.%s\n",
                rs_style(out, RS_BAD), rs_style(out, RS_PLAIN));
    fflush(out);
}
