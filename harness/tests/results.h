/* SPDX-License-Identifier: BSD-2-Clause
 *
 * For tests: a handful of made-up results, one per verdict, with texts that break writers which
 * do not quote.
 */
#ifndef RINGSIDE_HARNESS_TESTS_RESULTS_H
#define RINGSIDE_HARNESS_TESTS_RESULTS_H

#include "harness/judge/result.h"
#include "harness/tests/parse.h"

#define NASTY "<a&b> \"c\" 'd' ]]> \xff\xfe \001 \xc3\xa4"

static inline struct rs_result *result_of(struct scenario *s, enum rs_verdict verdict)
{
    struct rs_result *r = g_new0(struct rs_result, 1);

    rs_run_init(&r->run);
    r->scenario = s;
    r->c = &s->cases[0];
    r->verdict = verdict;
    r->repeats = 2;
    r->wall_ms = 1234;
    if (verdict == RS_SKIP || verdict == RS_ERROR) {
        r->error = g_strdup(NASTY);
        return r;
    }
    r->ran = true;
    r->run.dir = g_strdup("/tmp/a b");
    r->run.facts.report = g_new0(struct bench_report, 1);
    r->run.facts.report->flows = 1;
    r->run.facts.report->ports = 2;
    r->run.facts.report->flow[0].sent = UINT64_MAX;
    r->run.facts.report->trace_hash[0] = 0x1234;
    r->run.facts.report->iotlb[1].use[NIC_TAG_RX_DATA * REPORT_QUEUES + 5].lookups = 77;
    r->run.facts.planned.flows = 1;
    r->run.facts.planned.expects = 1;
    r->run.findings = g_ptr_array_new_with_free_func(rs_finding_free);
    if (verdict == RS_FAIL) {
        struct rs_finding *f = g_new0(struct rs_finding, 1);

        f->what = g_strdup("lost " NASTY);
        f->expected = g_strdup("exactly 0");
        f->seen = g_strdup(NASTY);
        f->why = g_strdup(NASTY);
        f->where = g_strdup("x.yaml:3");
        g_ptr_array_add(r->run.findings, f);
        r->bundle = g_strdup("/tmp/it's/repro.rsb");
    }
    if (verdict == RS_NONDET)
        r->nondet = g_strdup(NASTY);
    return r;
}

static inline GPtrArray *one_of_each(struct scenario *s)
{
    GPtrArray *results = g_ptr_array_new_with_free_func(rs_result_free);

    for (unsigned v = 0; v < RS_VERDICTS; v++)
        g_ptr_array_add(results, result_of(s, (enum rs_verdict)v));
    return results;
}

#endif
