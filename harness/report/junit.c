/* SPDX-License-Identifier: BSD-2-Clause
 *
 * JUnit XML: see junit.h. Every text goes through escape(), which also drops what XML 1.0 cannot
 * hold at all.
 */
#include "harness/report/junit.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

enum { OUTPUT_BYTES_MAX = 16 * 1024 }; /* of each step: its end */

static char *escape(const char *text)
{
    char *valid = g_utf8_make_valid(text ?: "", -1), *out;

    for (char *c = valid; *c; c++)
        if ((unsigned char)*c < 0x20 && *c != '\n' && *c != '\t')
            *c = '?';
    out = g_markup_escape_text(valid, -1);
    g_free(valid);
    return out;
}

static void property(GString *xml, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void property(GString *xml, const char *name, const char *format, ...)
{
    va_list args;
    char *value, *escaped;

    va_start(args, format);
    value = g_strdup_vprintf(format, args);
    va_end(args);
    escaped = escape(value);
    g_string_append_printf(xml, "        <property name=\"%s\" value=\"%s\"/>\n", name, escaped);
    g_free(escaped);
    g_free(value);
}

static void properties(GString *xml, const struct rs_result *result)
{
    const struct bench_report *report = result->run.facts.report;
    char *repro = rs_repro_line(result), hash[33];

    g_string_append(xml, "      <properties>\n");
    property(xml, "seed", "%" PRIu64, result->c->seed);
    property(xml, "host", "%s", rs_host_name(result->host));
    property(xml, "file", "%s", result->scenario->path);
    property(xml, "repeats", "%u", result->repeats);
    property(xml, "repro", "%s", repro);
    if (report) {
        property(xml, "trace-hash", "%s", rs_hash_text(report->trace_hash, hash));
        property(xml, "memory-hash", "%s", rs_hash_text(report->memory_hash, hash));
        property(xml, "guest-instructions", "%" PRIu64, report->guest_instructions_end);
    }
    if (result->c->canary)
        property(xml, "canary", "true");
    g_string_append(xml, "      </properties>\n");
    g_free(repro);
}

static char *findings_text(const struct rs_result *result)
{
    GString *text = g_string_new(NULL);
    const GPtrArray *findings = result->run.findings;

    for (unsigned i = 0; findings && i < findings->len; i++) {
        const struct rs_finding *f = findings->pdata[i];

        g_string_append_printf(text, "%s%s%s: expected %s, seen %s%s%s\n", f->where ?: "",
                               f->where ? ": " : "", f->what, f->expected, f->seen,
                               f->why ? " - " : "", f->why ?: "");
    }
    return g_string_free(text, FALSE);
}

static void outcome(GString *xml, const struct rs_result *result)
{
    char *text = findings_text(result), *body, *message;
    const GPtrArray *findings = result->run.findings;
    const struct rs_finding *first = findings && findings->len ? findings->pdata[0] : NULL;

    switch (result->verdict) {
    case RS_PASS:
        break;
    case RS_SKIP:
        message = escape(result->error);
        g_string_append_printf(xml, "      <skipped message=\"%s\"/>\n", message);
        g_free(message);
        break;
    default:
        message = escape(result->error    ? result->error
                         : result->nondet ? result->nondet
                         : result->canary ? result->canary
                         : first          ? first->what
                                          : "");
        body = escape(text);
        g_string_append_printf(xml, "      <%s type=\"%s\" message=\"%s\">%s</%s>\n",
                               result->verdict == RS_ERROR ? "error" : "failure",
                               rs_verdict_name(result->verdict), message, body,
                               result->verdict == RS_ERROR ? "error" : "failure");
        g_free(body);
        g_free(message);
    }
    g_free(text);
}

/* What the steps of the guest said, so that a reader of the file needs no run folder. */
static void system_out(GString *xml, const struct rs_result *result)
{
    const struct rs_guest *guest = &result->run.facts.guest;
    GString *out = g_string_new(NULL);
    char *escaped;

    for (unsigned i = 0; result->verdict != RS_PASS && i < guest->steps; i++) {
        const char *said = guest->step[i].output ?: "";
        const size_t bytes = strlen(said), most = OUTPUT_BYTES_MAX;
        const char *from = said + (bytes > most ? bytes - most : 0);

        g_string_append_printf(out, "== step %s\n%s%s\n", guest->step[i].name,
                               from != said ? "[...] " : "", from);
    }
    if (result->bundle)
        g_string_append_printf(out, "[[ATTACHMENT|%s]]", result->bundle);
    escaped = escape(out->str);
    if (*escaped)
        g_string_append_printf(xml, "      <system-out>%s</system-out>\n", escaped);
    g_free(escaped);
    g_string_free(out, TRUE);
}

static void testcase(GString *xml, const struct rs_result *result)
{
    char *name = escape(result->c->id), *file = escape(result->scenario->path);

    g_string_append_printf(xml,
                           "    <testcase name=\"%s\" classname=\"ringside.%s\" file=\"%s\" "
                           "time=\"%" PRIu64 ".%03" PRIu64 "\">\n",
                           name, rs_host_name(result->host), file, result->wall_ms / 1000,
                           result->wall_ms % 1000);
    properties(xml, result);
    outcome(xml, result);
    system_out(xml, result);
    g_string_append(xml, "    </testcase>\n");
    g_free(name);
    g_free(file);
}

GString *rs_junit(const GPtrArray *results, const struct rs_summary *s)
{
    GString *xml = g_string_new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    char *counts = g_strdup_printf(
        "tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"%u\" time=\"%" PRIu64 ".%03" PRIu64
        "\"",
        results->len, s->count[RS_FAIL] + s->count[RS_NONDET], s->count[RS_ERROR],
        s->count[RS_SKIP], s->wall_ms / 1000, s->wall_ms % 1000);

    g_string_append_printf(xml, "<testsuites name=\"ringside\" %s>\n", counts);
    g_string_append_printf(xml, "  <testsuite name=\"ringside\" %s>\n", counts);
    for (unsigned i = 0; i < results->len; i++)
        testcase(xml, results->pdata[i]);
    g_string_append(xml, "  </testsuite>\n</testsuites>\n");
    g_free(counts);
    return xml;
}
