/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Outcomes: see result.h.
 */
#include "harness/judge/result.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/run/run_folder.h"
#include "harness/base/term.h"

const char *rs_verdict_name(enum rs_verdict verdict)
{
    static const char *const names[] = {"PASS", "FAIL", "NONDET", "ERROR", "SKIP"};

    return names[verdict];
}

const char *rs_hash_text(const uint64_t hash[2], char buf[33])
{
    if (hash[0] || hash[1])
        snprintf(buf, 33, "%016" PRIx64 "%016" PRIx64, hash[0], hash[1]);
    else
        snprintf(buf, 33, "-");
    return buf;
}

char *rs_runs_differ(const struct rs_facts *a, const struct rs_facts *b)
{
    const struct bench_report *ra = a->report, *rb = b->report;
    char x[33], y[33];

    if (!ra || !rb)
        return ra == rb ? NULL : g_strdup("one run left a report, the other none");
    if (memcmp(ra->trace_hash, rb->trace_hash, sizeof(ra->trace_hash)) != 0)
        return g_strdup_printf("trace hash %s against %s", rs_hash_text(ra->trace_hash, x),
                               rs_hash_text(rb->trace_hash, y));
    if (ra->guest_instructions_end != rb->guest_instructions_end)
        return g_strdup_printf("guest instructions %" PRIu64 " against %" PRIu64,
                               ra->guest_instructions_end, rb->guest_instructions_end);
    if (memcmp(ra->memory_hash, rb->memory_hash, sizeof(ra->memory_hash)) != 0)
        return g_strdup_printf("guest memory hash %s against %s",
                               rs_hash_text(ra->memory_hash, x),
                               rs_hash_text(rb->memory_hash, y));
    if (memcmp(ra, rb, sizeof(*ra)) != 0)
        return g_strdup("the same hashes, but other counters in the report");
    return NULL;
}

const struct rs_finding *rs_environment_trouble(const GPtrArray *findings)
{
    for (unsigned i = 0; i < findings->len; i++) {
        const struct rs_finding *finding = findings->pdata[i];

        if (finding->environment)
            return finding;
    }
    return NULL;
}

/* A canary's duty is to break an expectation of its own, not to die on the way there. */
static bool broke_its_expectation(const GPtrArray *findings)
{
    for (unsigned i = 0; i < findings->len; i++)
        if (((const struct rs_finding *)findings->pdata[i])->where)
            return true;
    return false;
}

static enum rs_verdict decide_canary(struct rs_result *result)
{
    const GPtrArray *findings = result->run.findings;

    g_clear_pointer(&result->canary, g_free);
    if (broke_its_expectation(findings))
        return RS_PASS;
    result->canary = g_strdup(findings->len
                                  ? "the canary failed before it came to its expectation"
                                  : "the canary passed although it must fail: the judge is blind");
    return RS_FAIL;
}

void rs_result_decide(struct rs_result *result)
{
    const GPtrArray *findings = result->run.findings;

    if (result->verdict == RS_SKIP)
        return;
    if (result->error || !findings || rs_environment_trouble(findings))
        result->verdict = RS_ERROR;
    else if (result->nondet)
        result->verdict = RS_NONDET;
    else if (result->c->canary)
        result->verdict = decide_canary(result);
    else
        result->verdict = findings->len ? RS_FAIL : RS_PASS;
}

void rs_result_free(void *pointer)
{
    struct rs_result *result = pointer;

    if (!result)
        return;
    rs_run_fini(&result->run);
    g_free(result->error);
    g_free(result->nondet);
    g_free(result->canary);
    g_free(result->bundle);
    g_free(result);
}

void rs_summarise(const GPtrArray *results, struct rs_summary *summary)
{
    memset(summary->count, 0, sizeof(summary->count));
    summary->canary_failures = 0;
    for (unsigned i = 0; i < results->len; i++) {
        const struct rs_result *result = results->pdata[i];

        summary->count[result->verdict]++;
        summary->canary_failures += result->canary != NULL;
    }
}

int rs_exit_status(const struct rs_summary *s)
{
    if (s->interrupted)
        return RS_EXIT_INTERRUPTED;
    if (s->count[RS_NONDET])
        return RS_EXIT_NONDET;
    if (s->count[RS_FAIL])
        return RS_EXIT_FAIL;
    if (s->count[RS_ERROR])
        return RS_EXIT_ENVIRONMENT;
    return s->count[RS_PASS] ? RS_EXIT_PASS : RS_EXIT_NOTHING;
}

char *rs_repro_line(const struct rs_result *result)
{
    char *quoted, *path, *line;

    if (result->bundle) {
        quoted = rs_shell_word(result->bundle);
        line = g_strdup_printf("ringside replay %s", quoted);
    } else {
        quoted = rs_shell_word(result->c->id);
        path = rs_shell_word(result->scenario->path);
        line = g_strdup_printf("ringside run --host %s --seed %" PRIu64 " -k %s %s",
                               rs_host_name(result->host), result->c->seed, quoted, path);
        g_free(path);
    }
    g_free(quoted);
    return line;
}
