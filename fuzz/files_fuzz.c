/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Files that the tool reads and that somebody else may have made or broken: bundles, what a guest
 * left, traces, captures, reports, and pages of JSON: of a run, a snapshot, a baseline. Where a
 * checksum, a magic or a length stands before what is interesting, a bit of the first byte puts it
 * right.
 */
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <zstd.h>

#include "fuzz/fuzz.h"
#include "harness/gate/baseline.h"
#include "harness/judge/guest_results.h"
#include "harness/judge/judge.h"
#include "harness/plan/capture.h"
#include "harness/report/show.h"
#include "harness/run/bundle.h"
#include "harness/run/mailbox.h"
#include "harness/run/run_folder.h"
#include "harness/run/snapshot_files.h"
#include "harness/trace/trace_file.h"
#include "harness/trace/trace_filter.h"
#include "harness/trace/trace_lost.h"
#include "model/bench/control_abi.h"
#include "model/record/stimulus.h"

/* A folder within the scratch folder, empty. */
static const char *empty_folder(const char *name)
{
    static char path[128];

    snprintf(path, sizeof(path), "%s/%s", fuzz_folder(), name);
    rs_remove_tree(path);
    FUZZ_HOLDS(mkdir(path, 0700) == 0, "cannot make %s", path);
    return path;
}

static void read_folder(const char *folder)
{
    char why[300] = "";
    struct rs_run_meta meta;
    struct rs_inputs in;

    if (rs_meta_read(&meta, folder, why, sizeof(why)))
        FUZZ_HOLDS(*why, "run.json refused without a reason");
    rs_meta_fini(&meta);
    for (int host = 0; host < RS_HOSTS; host++) {
        *why = '\0';
        if (rs_inputs_read(&in, folder, (enum rs_host)host, why, sizeof(why)) == 0)
            rs_inputs_fini(&in);
        else
            FUZZ_HOLDS(*why, "inputs refused without a reason");
    }
}

void fuzz_bundle(const uint8_t *data, size_t bytes)
{
    size_t room = ZSTD_compressBound(bytes), packed = 0;
    const char *folder, *path;
    char why[300] = "";
    uint8_t *zstd = NULL;

    if (bytes < 1)
        return;
    if (data[0] & 1) {
        zstd = malloc(room);
        FUZZ_HOLDS(zstd, "no memory");
        packed = ZSTD_compress(zstd, room, data + 1, bytes - 1, 1);
    }
    path = fuzz_file("repro.rsb", zstd ? zstd : data + 1, zstd ? packed : bytes - 1);
    folder = empty_folder("bundle");
    if (rs_bundle_unpack(path, folder, why, sizeof(why)))
        FUZZ_HOLDS(*why, "a bundle refused without a reason");
    read_folder(folder);
    free(zstd);
}

void fuzz_results(const uint8_t *data, size_t bytes)
{
    char why[300] = "";
    struct rs_guest guest = {0};
    struct rs_mailbox *header;
    uint8_t *copy;
    unsigned files;

    if (bytes < 1)
        return;
    if (data[0] & 1) { /* a status file, a kernel log */
        (void)rs_guest_status(&guest, (const char *)data + 1, bytes - 1, why, sizeof(why));
        rs_guest_kernel_log(&guest, NULL, (const char *)data + 1, bytes - 1);
        return;
    }
    copy = g_memdup2(data, bytes);
    header = (void *)(copy + 1);
    if ((data[0] & 2) && bytes > sizeof(*header) + 1) {
        struct rs_mailbox right;

        memcpy(&right, header, sizeof(right));
        memcpy(right.magic, RS_MAILBOX_MAGIC, sizeof(right.magic));
        right.version = 1;
        right.out_offset = sizeof(right);
        right.out_length = bytes - 1 - sizeof(right);
        memcpy(copy + 1, &right, sizeof(right));
    }
    const char *path = fuzz_file("mailbox", copy + 1, bytes - 1), *folder = empty_folder("results");
    if (rs_mailbox_results(path, folder, &files, why, sizeof(why)))
        FUZZ_HOLDS(*why, "results refused without a reason");
    (void)rs_guest_results(&guest, folder, NULL, why, sizeof(why));
    rs_guest_fini(&guest);
    g_free(copy);
}

static void show_events(const struct rs_trace *trace, struct input *in)
{
    static const char *const names[] = {"first", "second"};
    static struct rs_trace_filter filter;
    size_t index[16];
    char text[300];

    rs_trace_filter_init(&filter);
    filter.event_glob = take8(in) & 1 ? "*x*" : NULL;
    filter.register_glob = take8(in) & 1 ? "RD*" : NULL;
    filter.flow = take8(in) & 1 ? 0 : UINT64_MAX;
    for (size_t i = 0; i < trace->count; i++) {
        uint64_t value;

        (void)rs_trace_match(&filter, &trace->event[i]);
        (void)rs_event_field(&trace->event[i], "sequence", &value);
        FUZZ_HOLDS(strlen(rs_event_text(&trace->event[i], names, 2, text, sizeof(text))) <
                       sizeof(text), "longer than its room");
        (void)rs_event_text(&trace->event[i], NULL, 0, text, 20);
    }
    for (size_t at = 0; at < trace->count; at++)
        at = rs_trace_next(trace, &filter, at);
    rs_trace_lost(trace, 0, take8(in), 0, text, sizeof(text));
    (void)rs_trace_follow(trace, 0, take8(in), index, G_N_ELEMENTS(index));
}

void fuzz_trace(const uint8_t *data, size_t bytes)
{
    char why[300] = "";
    struct rs_trace trace;
    struct input in = {data, bytes};
    uint8_t *copy, head = take8(&in);

    if (!bytes)
        return;
    copy = g_memdup2(data, bytes); /* events lie aligned, as in a file */
    memmove(copy, copy + 1, bytes - 1);
    if ((head & 1) && bytes - 1 >= sizeof(struct rec_trace_header)) {
        struct rec_trace_header *h = (void *)copy;

        memcpy(h->magic, REC_TRACE_MAGIC, sizeof(h->magic));
        h->schema = TRACE_SCHEMA_VERSION;
        h->record_bytes = sizeof(struct nic_event);
    }
    if (rs_trace_open(&trace, fuzz_file("trace.bin", copy, bytes - 1), why, sizeof(why)) == 0) {
        show_events(&trace, &in);
        rs_trace_close(&trace);
    } else {
        FUZZ_HOLDS(*why, "a trace refused without a reason");
    }
    g_free(copy);
}

void fuzz_stimulus(const uint8_t *data, size_t bytes)
{
    char why[300] = "";
    struct rec_stimulus_header h = {
        .version = REC_STIMULUS_VERSION, .record_bytes = sizeof(struct rec_stimulus),
        .schema = TRACE_SCHEMA_VERSION,
    };
    struct rec_stimulus_file *f;
    struct rec_stimulus s;
    const uint8_t *behind;
    uint8_t *copy;

    if (!bytes)
        return;
    copy = g_memdup2(data + 1, bytes - 1);
    memcpy(h.magic, REC_STIMULUS_MAGIC, sizeof(h.magic));
    if ((data[0] & 1) && bytes - 1 >= sizeof(h))
        memcpy(copy, &h, sizeof(h));
    if (rec_stimulus_open(&f, fuzz_file("stimulus.bin", copy, bytes - 1), NULL, 0, why,
                          sizeof(why)) == 0) {
        for (int answer = 0; answer < 2; answer++) {
            int rc;
            while ((rc = rec_stimulus_next(f, answer, &s, &behind, why, sizeof(why))) > 0)
                FUZZ_HOLDS(s.kind < REC_KINDS && s.length <= REC_STIMULUS_BYTES_MAX,
                           "a record that cannot be");
            FUZZ_HOLDS(rc == 0 || *why, "a stimulus refused without a reason");
        }
        rec_stimulus_close(f);
    } else {
        FUZZ_HOLDS(*why, "a stimulus refused without a reason");
    }
    g_free(copy);
}

void fuzz_capture(const uint8_t *data, size_t bytes)
{
    char why[300] = "";
    struct capture capture;

    if (rs_capture_read(fuzz_file("x.pcap", data, bytes), &capture, why, sizeof(why)) == 0) {
        for (size_t i = 0; i < capture.count; i++)
            FUZZ_HOLDS(capture.frame[i].offset + capture.frame[i].length <= capture.byte_count,
                       "frame %zu lies outside", i);
        rs_capture_fini(&capture);
    } else {
        FUZZ_HOLDS(*why, "a capture refused without a reason");
    }
}

void fuzz_pages(const uint8_t *data, size_t bytes)
{
    const char *folder = empty_folder("pages");

    if (!bytes)
        return;
    if (data[0] & 1) {
        (void)fuzz_file("pages/" RS_FILE_META, data + 1, bytes - 1);
        read_folder(folder);
    } else if (data[0] & 2) {
        const char *path = fuzz_file("pages/baseline.json", data + 1, bytes - 1);
        struct rs_baseline baseline;
        char why[300] = "";

        if (rs_baseline_read(&baseline, path, why, sizeof(why)))
            FUZZ_HOLDS(*why, "a baseline refused without a reason");
        else
            g_free(rs_baseline_text(&baseline));
        rs_baseline_fini(&baseline);
    } else {
        (void)fuzz_file("pages/ram", "some", 4);
        (void)fuzz_file("pages/state", "state", 5);
        (void)fuzz_file("pages/snapshot.json", data + 1, bytes - 1);
        (void)rs_snapshot_whole(folder);
    }
}

/* A report that a host might have left, with bytes changed. */
static struct bench_report *odd_report(struct input *in)
{
    struct bench_report *report = g_malloc0(sizeof(*report));

    memcpy(report->magic, REPORT_MAGIC, sizeof(report->magic));
    report->version = REPORT_VERSION;
    report->bytes = sizeof(*report);
    report->schema = TRACE_SCHEMA_VERSION;
    report->ports = 2;
    report->flows = 2;
    report->flow[0].sent = report->flow[0].received = 100;
    report->flow[0].latency_count = 100;
    report->flow[0].bucket[30] = 100;
    while (in->left) {
        uint32_t at = take16(in) * 4u % sizeof(*report);
        uint64_t value = take8(in) & 1 ? take64(in) : take16(in);

        memcpy((char *)report + at, &value, MIN(sizeof(value), sizeof(*report) - at));
    }
    return report;
}

void fuzz_report(const uint8_t *data, size_t bytes)
{
    static struct scenario *scenario;
    static const char text[] = "name: x\nwhy: so\ndriver: {app: fwd}\ntraffic:\n"
                               "  - {name: a, from: 0, expect: 1, size: 64B, rate: 1Mpps, count: 9}"
                               "\nexpect:\n  - {metric: latency.p99, max: 5us}\n";
    char why[300] = "", buf[64];
    struct input in = {data, bytes};
    struct rs_facts facts = {.planned = {.flows = take8(&in) & 63, .expects = take8(&in)}};
    struct bench_report *report = odd_report(&in);
    struct diag diag;

    rs_diag_init(&diag);
    if (!scenario)
        FUZZ_HOLDS(!rs_scenario_parse("x.yaml", text, sizeof(text) - 1, &diag, &scenario),
                   "the scenario is wrong");
    rs_diag_fini(&diag);
    facts.report = g_malloc0(sizeof(*facts.report));
    if (rec_report_read(fuzz_file("report.bin", report, sizeof(*report)), facts.report, why,
                        sizeof(why)) == 0) {
        for (int id = 0; id < METRICS; id++)
            (void)rs_show_metric(&facts, (enum metric_id)id, buf, sizeof(buf));
        GPtrArray *findings = rs_judge(scenario, &scenario->cases[0], &facts);
        g_ptr_array_unref(findings);
    } else {
        FUZZ_HOLDS(*why, "a report refused without a reason");
    }
    g_free(report);
    rs_facts_fini(&facts);
}
