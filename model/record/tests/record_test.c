/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The recorder: files that others can read (libpcap as the judge of the capture), plans that are
 * none, reports that are whole or not there, disks that are full.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/bench/timing.h"
#include "model/record/record.h"
#include "mk/run_tests.h"

static char folder[64], plan_path[96], trace_path[96], capture_path[96], report_path[96];
static char why[512];
static struct {
    _Alignas(8) struct plan_header h;
    struct plan_port port[2];
    struct plan_flow flow;
    uint16_t size[4];
} plan;

static void setup(void)
{
    strcpy(folder, "/tmp/record_test.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(plan_path, sizeof(plan_path), "%s/plan", folder);
    snprintf(trace_path, sizeof(trace_path), "%s/trace", folder);
    snprintf(capture_path, sizeof(capture_path), "%s/wire.pcapng", folder);
    snprintf(report_path, sizeof(report_path), "%s/report", folder);
    memset(&plan, 0, sizeof(plan));
    struct plan_header *h = &plan.h;
    memcpy(h->magic, PLAN_MAGIC, 8);
    h->version = PLAN_VERSION;
    h->bytes = sizeof(plan);
    strcpy(h->name, "recorded");
    h->dilation_num = h->dilation_den = 1;
    h->ready_limit_ns = h->deadline_ps = 1;
    h->trace_level = 1;
    h->capture = 3;
    h->ports = (struct plan_table){sizeof(*h), 2};
    h->flows = (struct plan_table){(uint32_t)((uint8_t *)&plan.flow - (uint8_t *)&plan), 1};
    h->sizes = (struct plan_table){(uint32_t)((uint8_t *)plan.size - (uint8_t *)&plan), 1};
    plan.size[0] = 60;
    plan.port[0].nic_mac[0] = plan.port[1].nic_mac[0] = 2;
    strcpy(plan.flow.name, "voice");
    plan.flow.count = plan.flow.burst = plan.flow.interval_den = 1;
    plan.flow.size_count = plan.flow.tuples = 1;
    plan.flow.expect_port = 1;
    for (unsigned i = 0; i < bench_timing_count(); i++)
        h->timing[i] = bench_timing_info(i)->value;
}

static void teardown(void)
{
    unlink(plan_path);
    unlink(trace_path);
    unlink(capture_path);
    unlink(report_path);
    rmdir(folder);
}

static void write_plan(const void *data, size_t bytes)
{
    FILE *f = fopen(plan_path, "wb");
    ck_assert_uint_eq(fwrite(data, 1, bytes, f), bytes);
    fclose(f);
}

static struct rec *open_good(void)
{
    struct rec_paths paths = {.plan = plan_path, .trace = trace_path,
                              .capture = capture_path, .report = report_path};
    struct rec *r;
    const void *loaded;
    size_t bytes;
    write_plan(&plan, sizeof(plan));
    int err = rec_open(&r, &paths, &loaded, &bytes, why, sizeof(why));
    ck_assert_msg(err == 0, "%s", why);
    ck_assert_uint_eq(bytes, sizeof(plan));
    ck_assert_mem_eq(loaded, &plan, bytes);
    return r;
}

START_TEST(trace_is_header_and_records)
{
    struct nic_event event[3] = {{.time_ps = 5, .id = 1}, {.time_ps = 6}, {.time_ps = 7, .c = 9}};
    struct rec *r = open_good();
    rec_events(r, event, 2);
    rec_events(r, event + 2, 1);
    ck_assert_int_eq(rec_close(r, why, sizeof(why)), 0);
    struct rec_trace_header head;
    struct nic_event back[4];
    FILE *f = fopen(trace_path, "rb");
    ck_assert_uint_eq(fread(&head, sizeof(head), 1, f), 1);
    ck_assert_uint_eq(fread(back, sizeof(back[0]), 4, f), 3);
    fclose(f);
    ck_assert_mem_eq(head.magic, REC_TRACE_MAGIC, 8);
    ck_assert_uint_eq(head.record_bytes, sizeof(event[0]));
    ck_assert_uint_eq(head.level, 1);
    ck_assert_uint_eq(head.ports, 2);
    ck_assert_str_eq(head.plan_name, "recorded");
    ck_assert_mem_eq(back, event, sizeof(event));
}
END_TEST

START_TEST(capture_is_read_by_libpcap)
{
    uint8_t frame[NIC_FRAME_MAX];
    for (size_t i = 0; i < sizeof(frame); i++)
        frame[i] = (uint8_t)i;
    struct rec *r = open_good();
    const uint32_t length[3] = {60, 61, NIC_FRAME_MAX};
    for (unsigned i = 0; i < 3; i++)
        rec_wire(r, i & 1, i & 1, 5000000123000 + i * 67200, frame, length[i], i != 2,
                 i ? 0 : UINT64_MAX, i);
    ck_assert_int_eq(rec_close(r, why, sizeof(why)), 0);
    char error[PCAP_ERRBUF_SIZE];
    pcap_t *p = pcap_open_offline_with_tstamp_precision(capture_path,
                                                        PCAP_TSTAMP_PRECISION_NANO, error);
    ck_assert_msg(p != NULL, "%s", error);
    struct pcap_pkthdr *head;
    const u_char *data;
    for (unsigned i = 0; i < 3; i++) {
        ck_assert_int_eq(pcap_next_ex(p, &head, &data), 1);
        ck_assert_uint_eq(head->len, length[i]);
        ck_assert_uint_eq(head->caplen, length[i]);
        ck_assert_mem_eq(data, frame, length[i]);
        ck_assert_int_eq(head->ts.tv_sec, 5);
        ck_assert_int_eq(head->ts.tv_usec, (long)((123000 + i * 67200) / 1000));
    }
    ck_assert_int_eq(pcap_next_ex(p, &head, &data), PCAP_ERROR_BREAK);
    pcap_close(p);
}
END_TEST

static bool contains(const char *path, const char *text)
{
    char data[4096];
    FILE *f = fopen(path, "rb");
    size_t bytes = fread(data, 1, sizeof(data), f);
    fclose(f);
    return memmem(data, bytes, text, strlen(text)) != NULL;
}

START_TEST(begins_again)
{
    struct nic_event event[3] = {{.time_ps = 5, .id = 1}, {.time_ps = 6}, {.time_ps = 7, .c = 9}};
    uint8_t frame[60] = {0};
    struct rec *r = open_good();
    for (int i = 0; i < 100000; i++) /* more than the buffer holds */
        rec_events(r, event, 2);
    rec_wire(r, 0, false, 0, frame, 60, true, 0, 4711);
    rec_restart(r);
    rec_events(r, event + 2, 1);
    rec_wire(r, 0, false, 0, frame, 60, true, 0, 4712);
    ck_assert_int_eq(rec_close(r, why, sizeof(why)), 0);
    struct rec_trace_header head;
    struct nic_event back[2];
    FILE *f = fopen(trace_path, "rb");
    ck_assert_uint_eq(fread(&head, sizeof(head), 1, f), 1);
    ck_assert_mem_eq(head.magic, REC_TRACE_MAGIC, 8);
    ck_assert_uint_eq(fread(back, sizeof(back[0]), 2, f), 1);
    fclose(f);
    ck_assert_mem_eq(back, event + 2, sizeof(event[2]));
    ck_assert(contains(capture_path, "seq 4712"));
    ck_assert(!contains(capture_path, "seq 4711"));
}
END_TEST

START_TEST(capture_names_flow_and_sequence)
{
    uint8_t frame[60] = {0};
    struct rec *r = open_good();
    rec_wire(r, 0, false, 0, frame, 60, true, 0, 4711);
    rec_wire(r, 0, false, 0, frame, 60, true, 77, 1); /* no such flow: no comment, no crash */
    ck_assert_int_eq(rec_close(r, why, sizeof(why)), 0);
    ck_assert(contains(capture_path, "flow voice seq 4711"));
    ck_assert(contains(capture_path, "port1"));
}
END_TEST

START_TEST(report_is_whole_or_not_there)
{
    static struct bench_report report, back;
    struct stat st;
    char temporary[128];
    memcpy(report.magic, REPORT_MAGIC, 8);
    report.version = REPORT_VERSION;
    report.bytes = sizeof(report);
    report.ports = 2;
    report.flow[0].sent = 12;
    struct rec *r = open_good();
    ck_assert_int_eq(rec_report(r, &report, why, sizeof(why)), 0);
    ck_assert_int_eq(rec_close(r, why, sizeof(why)), 0);
    ck_assert_int_eq(rec_report_read(report_path, &back, why, sizeof(why)), 0);
    ck_assert_mem_eq(&report, &back, sizeof(report));
    snprintf(temporary, sizeof(temporary), "%s.tmp", report_path);
    ck_assert_int_ne(stat(temporary, &st), 0);

    ck_assert_int_eq(truncate(report_path, sizeof(report) - 1), 0);
    ck_assert_int_eq(rec_report_read(report_path, &back, why, sizeof(why)), -EPROTO);
    ck_assert_int_eq(truncate(report_path, sizeof(report) + 1), 0);
    ck_assert_int_eq(rec_report_read(report_path, &back, why, sizeof(why)), -EPROTO);
    ck_assert_int_eq(truncate(report_path, 0), 0);
    ck_assert_int_eq(rec_report_read(report_path, &back, why, sizeof(why)), -EPROTO);
    ck_assert_int_eq(rec_report_read("/nonexistent", &back, why, sizeof(why)), -ENOENT);
    ck_assert_ptr_nonnull(strstr(why, "/nonexistent"));
}
END_TEST

static int try_plan(const void *data, size_t bytes)
{
    struct rec_paths paths = {.plan = plan_path};
    struct rec *r;
    const void *loaded;
    size_t loaded_bytes;
    write_plan(data, bytes);
    int err = rec_open(&r, &paths, &loaded, &loaded_bytes, why, sizeof(why));
    if (!err)
        rec_close(r, why, sizeof(why));
    return err;
}

START_TEST(bad_plans_are_named)
{
    ck_assert_int_eq(try_plan(&plan, sizeof(plan)), 0);
    ck_assert_int_eq(try_plan(&plan, sizeof(plan) - 1), -EINVAL);
    ck_assert_ptr_nonnull(strstr(why, plan_path));
    ck_assert_int_eq(try_plan(&plan, 0), -EINVAL);
    ck_assert_int_eq(try_plan(&plan, sizeof(plan.h) - 1), -EINVAL);
    plan.flow.port = 7;
    ck_assert_int_eq(try_plan(&plan, sizeof(plan)), -EINVAL);
    ck_assert_ptr_nonnull(strstr(why, "flow 0: port is 7"));

    struct rec_paths paths = {.plan = folder};
    struct rec *r;
    const void *loaded;
    size_t bytes;
    ck_assert_int_eq(rec_open(&r, &paths, &loaded, &bytes, why, sizeof(why)), -EINVAL);
    paths.plan = "/nonexistent";
    ck_assert_int_eq(rec_open(&r, &paths, &loaded, &bytes, why, sizeof(why)), -ENOENT);
    ck_assert_ptr_null(r);
}
END_TEST

static int with_timing(const char *text, uint64_t *pcie_oneway)
{
    char path[96];
    snprintf(path, sizeof(path), "%s/timing", folder);
    FILE *f = fopen(path, "w");
    fputs(text, f);
    fclose(f);
    struct rec_paths paths = {.plan = plan_path, .timing = path};
    struct rec *r;
    const void *loaded;
    size_t bytes;
    write_plan(&plan, sizeof(plan));
    int err = rec_open(&r, &paths, &loaded, &bytes, why, sizeof(why));
    unlink(path);
    if (err)
        return err;
    *pcie_oneway = ((const struct plan_header *)loaded)->timing[TIMING_pcie_oneway];
    return rec_close(r, why, sizeof(why));
}

START_TEST(timing_file_replaces_parameters)
{
    uint64_t oneway = 0;
    ck_assert_int_eq(with_timing("# a far slot\n\npcie_oneway = 400000 ps # both ways\n", &oneway),
                     0);
    ck_assert_uint_eq(oneway, 400000);
    ck_assert_int_eq(with_timing("\n\nwire_bite = 1\n", &oneway), -EINVAL);
    ck_assert_ptr_nonnull(strstr(why, "/timing:3: "));
    ck_assert_ptr_nonnull(strstr(why, "'wire_bite'"));
    ck_assert_int_eq(with_timing("pcie_oneway = 4 ns\n", &oneway), -EINVAL);
    ck_assert_ptr_nonnull(strstr(why, "counted in ps"));
    ck_assert_int_eq(with_timing("pcie_oneway = 99999999999999\n", &oneway), -EINVAL);
    ck_assert_ptr_nonnull(strstr(why, "pcie_oneway"));
    ck_assert_int_eq(with_timing("pcie_oneway = -1\n", &oneway), -EINVAL);
    ck_assert_int_eq(with_timing("pcie_oneway 400000\n", &oneway), -EINVAL);
    ck_assert_int_eq(with_timing("pcie_oneway = 1 ps more\n", &oneway), -EINVAL);
}
END_TEST

START_TEST(mac_may_be_another)
{
    static const uint8_t mine[6] = {2, 1, 2, 3, 4, 5}, group[6] = {1};
    struct rec_paths paths = {.plan = plan_path};
    struct rec *r;
    const void *loaded;
    size_t bytes;
    write_plan(&plan, sizeof(plan));
    ck_assert_int_eq(rec_open(&r, &paths, &loaded, &bytes, why, sizeof(why)), 0);
    ck_assert_int_eq(rec_plan_mac(r, 1, mine), 0);
    const struct plan_port *port = (const void *)((const uint8_t *)loaded + plan.h.ports.offset);
    ck_assert_mem_eq(port[1].nic_mac, mine, 6);
    ck_assert_mem_ne(port[0].nic_mac, mine, 6);
    ck_assert_int_eq(rec_plan_mac(r, 2, mine), -EINVAL);
    ck_assert_int_eq(rec_plan_mac(r, 0, group), -EINVAL);
    ck_assert_int_eq(rec_close(r, why, sizeof(why)), 0);
}
END_TEST

START_TEST(full_disk_is_told_at_the_end)
{
    struct rec_paths paths = {.plan = plan_path, .trace = "/dev/full"};
    struct rec *r;
    const void *loaded;
    size_t bytes;
    static struct nic_event event[1000];
    write_plan(&plan, sizeof(plan));
    ck_assert_int_eq(rec_open(&r, &paths, &loaded, &bytes, why, sizeof(why)), 0);
    for (int i = 0; i < 100; i++)
        rec_events(r, event, 1000);
    ck_assert_int_eq(rec_close(r, why, sizeof(why)), -EIO);
    ck_assert_ptr_nonnull(strstr(why, "/dev/full"));
    paths.trace = "/nonexistent/trace";
    ck_assert_int_eq(rec_open(&r, &paths, &loaded, &bytes, why, sizeof(why)), -ENOENT);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("record");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, trace_is_header_and_records);
    tcase_add_test(t, begins_again);
    tcase_add_test(t, capture_is_read_by_libpcap);
    tcase_add_test(t, capture_names_flow_and_sequence);
    tcase_add_test(t, report_is_whole_or_not_there);
    tcase_add_test(t, bad_plans_are_named);
    tcase_add_test(t, timing_file_replaces_parameters);
    tcase_add_test(t, mac_may_be_another);
    tcase_add_test(t, full_disk_is_told_at_the_end);
    return RUN_TESTS("record", t);
}
