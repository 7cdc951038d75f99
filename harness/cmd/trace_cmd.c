/* SPDX-License-Identifier: BSD-2-Clause
 *
 * `ringside trace`: a run's stored events as lines, filtered, or one frame followed.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cmd/cli.h"
#include "harness/base/diag.h"
#include "harness/base/paths.h"
#include "harness/run/run_folder.h"
#include "harness/base/term.h"
#include "harness/report/report_file.h"
#include "harness/trace/trace_filter.h"
#include "harness/trace/trace_json.h"
#include "harness/base/units.h"
#include "model/bench/plan.h"

struct options {
    char *flow, *frame, *queue, *port, *reg, *event, *from, *to, *json;
    gint64 limit;
    gboolean absolute;
};

struct flows { /* names from the run's plan */
    char *text[PLAN_FLOWS_MAX];
    const char *name[PLAN_FLOWS_MAX];
    unsigned count;
};

/* What is shown, and where: lines for people, and objects for --json (else NULL). */
struct show {
    const char *folder;
    struct rs_trace trace;
    struct flows flows;
    uint64_t base_ps; /* times count from here */
    FILE *talk;
    GString *json;
};

/* What the lines need beside the trace: flow names and the instant from which times count. */
static void read_plan(struct flows *flows, const char *folder)
{
    char *path = g_build_filename(folder, RS_FILE_PLAN, NULL), *plan = NULL, why[256];
    struct plan_header header;
    gsize bytes = 0;

    memset(flows, 0, sizeof(*flows));
    if (g_file_get_contents(path, &plan, &bytes, NULL) &&
        bench_plan_check(plan, bytes, why, sizeof(why)) == 0) {
        memcpy(&header, plan, sizeof(header));
        for (; flows->count < header.flows.count; flows->count++) {
            struct plan_flow flow;

            memcpy(&flow, plan + header.flows.offset + flows->count * sizeof(flow), sizeof(flow));
            flows->text[flows->count] = g_strndup(flow.name, sizeof(flow.name));
            flows->name[flows->count] = flows->text[flows->count];
        }
    }
    g_free(plan);
    g_free(path);
}

static void print_event(const struct show *s, const struct nic_event *event)
{
    const bool before = event->time_ps < s->base_ps;
    const uint64_t ps = before ? s->base_ps - event->time_ps : event->time_ps - s->base_ps;
    char text[256], port[16] = "--"; /* control device and plan */

    if (event->function != BENCH_CONTROL)
        snprintf(port, sizeof(port), "p%u", NIC_FUNCTION_PORT(event->function) & 0xffu);
    fprintf(s->talk, "%c%8" PRIu64 ".%06" PRIu64 " us  %s  %s\n",
            before ? '-' : s->base_ps ? '+' : ' ', ps / 1000000, ps % 1000000, port,
            rs_event_text(event, s->flows.name, s->flows.count, text, sizeof(text)));
}

static void show_event(const struct show *s, const struct nic_event *event)
{
    json_t *object;
    char *text;

    print_event(s, event);
    if (!s->json)
        return;
    object = rs_event_json(event, s->base_ps, s->flows.name, s->flows.count);
    text = json_dumps(object, JSON_COMPACT);
    g_string_append_printf(s->json, "%s\n%s", s->json->len ? "," : "", text ?: "{}");
    free(text);
    json_decref(object);
}

/* The objects in their frame, to where they were asked for. */
static int write_json(const struct show *s, const char *path, size_t matches, int status)
{
    json_t *head = json_pack("{s:s, s:i, s:i, s:s, s:i, s:I, s:s, s:I, s:I}", "format",
                             "ringside-trace", "version", 1, "exit_status", status, "run",
                             s->folder, "level", (int)s->trace.header.level, "stored",
                             (json_int_t)s->trace.count, "times_from",
                             s->base_ps ? "go" : "power-on", "go_ps", (json_int_t)s->trace.go_ps,
                             "matches", (json_int_t)matches);
    char *text = json_dumps(head, JSON_COMPACT), *all;
    int error;

    all = text ? g_strdup_printf("%.*s,\"events\":[%s\n]}\n", (int)strlen(text) - 1, text,
                                 s->json->str)
               : g_strdup("");
    error = rs_report_write(path, all);
    free(text);
    g_free(all);
    json_decref(head);
    return error < 0 && !status ? RS_EXIT_ENVIRONMENT : status;
}

/* ---- options ---- */

static bool parse_number(const char *text, uint64_t max, uint64_t *out)
{
    return g_ascii_string_to_unsigned(text, 10, 0, max, out, NULL);
}

/* A time of the user counts like the times that are shown. */
static int parse_time(const char *option, const char *text, uint64_t base_ps, uint64_t *out)
{
    struct quantity q;
    char why[256];
    const enum unit_error error = rs_quantity_parse(text, strlen(text), UNIT_TIME, &q);

    if (error)
        return rs_cli_wrong("trace", "%s: %s", option,
                            rs_unit_error_text(error, text, strlen(text), UNIT_TIME, why,
                                               sizeof(why)));
    *out = base_ps + q.num / q.den;
    return 0;
}

static int parse_flow(const char *text, const struct flows *flows, uint64_t *out)
{
    const char *names[PLAN_FLOWS_MAX + 1] = {0}, *near;

    for (unsigned i = 0; i < flows->count; i++) {
        names[i] = flows->name[i];
        if (!strcmp(text, flows->name[i])) {
            *out = i;
            return 0;
        }
    }
    if (parse_number(text, PLAN_FLOWS_MAX - 1, out))
        return 0;
    near = rs_nearest(text, names);
    if (near)
        return rs_cli_wrong("trace", "the run has no flow '%s': did you mean '%s'?", text, near);
    return rs_cli_wrong("trace", "the run has no flow '%s'%s%s", text,
                        flows->count ? "; its first is " : "",
                        flows->count ? flows->name[0] : "");
}

static int settle(const struct options *o, const struct flows *flows, uint64_t base_ps,
                  struct rs_trace_filter *filter)
{
    uint64_t number;
    int status = 0;

    rs_trace_filter_init(filter);
    filter->event_glob = o->event;
    filter->register_glob = o->reg;
    if (o->port && !parse_number(o->port, PLAN_PORTS_MAX - 1, &number))
        return rs_cli_wrong("trace", "--port is '%s': expected 0 to %d", o->port,
                            PLAN_PORTS_MAX - 1);
    filter->port = o->port ? (uint32_t)number : RS_TRACE_ANY;
    if (o->queue && !parse_number(o->queue, NIC_QUEUES - 1, &number))
        return rs_cli_wrong("trace", "--queue is '%s': expected 0 to %d", o->queue,
                            NIC_QUEUES - 1);
    filter->queue = o->queue ? (uint32_t)number : RS_TRACE_ANY;
    if (o->frame && !parse_number(o->frame, UINT64_MAX - 1, &filter->frame))
        return rs_cli_wrong("trace", "--frame is '%s': expected a number from 0", o->frame);
    if (o->flow)
        status = parse_flow(o->flow, flows, &filter->flow);
    if (!status && o->from)
        status = parse_time("--from", o->from, base_ps, &filter->from_ps);
    if (!status && o->to)
        status = parse_time("--to", o->to, base_ps, &filter->to_ps);
    return status;
}

/* ---- what is shown ---- */

static void need_level(const struct show *s, unsigned level)
{
    char *quoted = rs_shell_word(s->folder);

    if (s->trace.header.level < level)
        rs_hint("the run stored level %u, this needs %u: ringside replay %s --trace %u",
                s->trace.header.level, level, quoted, level);
    g_free(quoted);
}

static size_t show_frame(const struct show *s, const struct rs_trace_filter *filter)
{
    size_t index[64];
    const uint64_t flow = filter->flow == UINT64_MAX ? 0 : filter->flow;
    const size_t n = rs_trace_follow(&s->trace, flow, filter->frame, index, 64);

    for (size_t i = 0; i < n; i++)
        show_event(s, &s->trace.event[index[i]]);
    if (n > 1) {
        const uint64_t ps = s->trace.event[index[n - 1]].time_ps - s->trace.event[*index].time_ps;

        fprintf(s->talk, "           %" PRIu64 ".%06" PRIu64
                         " us from the first of these to the last\n", ps / 1000000, ps % 1000000);
    }
    if (!n)
        rs_error("frame %" PRIu64 " of flow %s is not in the trace", filter->frame,
                 flow < s->flows.count ? s->flows.name[flow] : "0");
    need_level(s, n ? 2 : 1); /* descriptors and doorbells are level 2 */
    return n;
}

static size_t show_events(const struct show *s, struct rs_trace_filter *filter, gint64 limit)
{
    size_t matches = 0, shown = 0;

    for (size_t i = 0; (i = rs_trace_next(&s->trace, filter, i)) < s->trace.count; i++) {
        matches++;
        if (limit > 0 && shown >= (size_t)limit)
            continue;
        shown++;
        show_event(s, &s->trace.event[i]);
    }
    fflush(s->talk);
    if (shown < matches)
        rs_hint("%zu of %zu events shown; --limit 0 shows all, --help tells the filters", shown,
                matches);
    if (!matches) {
        rs_error("none of the %zu stored events fits", s->trace.count);
        need_level(s, 2);
    }
    return matches;
}

static int show_trace(struct show *s, const struct options *o)
{
    struct rs_trace_filter filter;
    size_t matches;
    int status = settle(o, &s->flows, s->base_ps, &filter);

    if (status)
        return status;
    if (s->trace.torn_bytes)
        rs_error("the trace is cut off: its writer was killed; what is whole is shown");
    matches = o->frame ? show_frame(s, &filter) : show_events(s, &filter, o->limit);
    status = matches ? RS_EXIT_PASS : RS_EXIT_NOTHING;
    return o->json ? write_json(s, o->json, matches, status) : status;
}

static int show(const char *run, const struct options *o)
{
    char *folder, *path = rs_cli_trace_path(run, &folder), why[256];
    struct show s = {.folder = folder, .talk = rs_report_talk(o->json, NULL)};
    int status = rs_report_probe(o->json);

    if (!status && rs_trace_open(&s.trace, path, why, sizeof(why)) < 0) {
        rs_error("%s", why);
        rs_hint("RUN is a run folder, a name in %s, or a trace file", rs_paths()->out);
        status = RS_EXIT_USAGE;
    } else if (!status) {
        read_plan(&s.flows, folder);
        s.base_ps = o->absolute ? 0 : s.trace.go_ps;
        s.json = o->json ? g_string_new(NULL) : NULL;
        status = show_trace(&s, o);
        if (s.json)
            g_string_free(s.json, TRUE);
        for (unsigned i = 0; i < s.flows.count; i++)
            g_free(s.flows.text[i]);
        rs_trace_close(&s.trace);
    }
    g_free(path);
    g_free(folder);
    return status;
}

int rs_trace_command(int argc, char **argv)
{
    struct options o = {.limit = 200};
    const GOptionEntry entries[] = {
        {"frame", 0, 0, G_OPTION_ARG_STRING, &o.frame,
         "Follow this frame of --flow (or of the first) from wire to wire", "N"},
        {"flow", 0, 0, G_OPTION_ARG_STRING, &o.flow, "Only events that name this flow", "NAME"},
        {"queue", 0, 0, G_OPTION_ARG_STRING, &o.queue, "Only events of this queue", "Q"},
        {"port", 0, 0, G_OPTION_ARG_STRING, &o.port, "Only this port", "P"},
        {"register", 0, 0, G_OPTION_ARG_STRING, &o.reg,
         "Only accesses to registers that fit: RDT*, 'RDT[0]', 0x1018", "NAME"},
        {"event", 0, 0, G_OPTION_ARG_STRING, &o.event, "Only events that fit: rx_*", "NAME"},
        {"from", 0, 0, G_OPTION_ARG_STRING, &o.from, "From this time on (5us), counted from GO",
         "TIME"},
        {"to", 0, 0, G_OPTION_ARG_STRING, &o.to, "Up to this time", "TIME"},
        {"absolute", 0, 0, G_OPTION_ARG_NONE, &o.absolute, "Times count from power-on", NULL},
        {"limit", 0, 0, G_OPTION_ARG_INT64, &o.limit, "At most that many lines (200); 0: all",
         "N"},
        {"json", 0, 0, G_OPTION_ARG_FILENAME, &o.json, "What is shown as JSON, also here",
         "FILE"},
        {0},
    };
    int status = 0;

    if (rs_cli_parse(&argc, &argv, "RUN",
                     "Shows what happened in a run: time from GO, port, event, fields.", entries,
                     &status))
        status = argc == 2 ? show(argv[1], &o)
                           : rs_cli_wrong("trace", argc < 2 ? "which run? expected a run folder"
                                                            : "expected one run, got %d",
                                          argc - 1);
    g_free(o.flow);
    g_free(o.frame);
    g_free(o.queue);
    g_free(o.port);
    g_free(o.reg);
    g_free(o.event);
    g_free(o.from);
    g_free(o.to);
    g_free(o.json);
    return status;
}
