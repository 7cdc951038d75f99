/* SPDX-License-Identifier: BSD-2-Clause
 *
 * From scenario to plan: every field of the plan from known input, the same bytes every time, and
 * the bench's own check as judge of the whole.
 */
#include "harness/plan/plan_write.h"

#include <stdlib.h>

#include "harness/tests/parse.h"
#include "model/bench/bench.h"
#include "model/bench/timing.h"

static struct scenario *s;
static uint8_t *plan;
static size_t plan_bytes;

static void teardown(void)
{
    g_free(plan);
    rs_scenario_free(s);
    plan = NULL;
    s = NULL;
}

static const struct plan_header *compile(const char *text)
{
    struct diag diag;
    char why[256] = "";
    void *out;

    rs_diag_init(&diag);
    s = parse_good(text);
    if (rs_plan_write(s, &s->cases[0], &diag, &out, &plan_bytes) != 0) {
        rs_diag_print(&diag, stderr, false);
        ck_abort_msg("no plan");
    }
    rs_diag_fini(&diag);
    plan = out;
    ck_assert_msg(bench_plan_check(plan, plan_bytes, why, sizeof(why)) == 0, "%s", why);
    return (const struct plan_header *)plan;
}

static const struct plan_flow *flow(unsigned i)
{
    const struct plan_header *h = (const struct plan_header *)plan;

    ck_assert_uint_lt(i, h->flows.count);
    return (const struct plan_flow *)(plan + h->flows.offset) + i;
}

START_TEST(header)
{
    const struct plan_header *h =
        compile(HEAD "seed: 7\nlimits: {model-time: 3ms, drain: 5us, ready-time: 2s}\n"
                     "machine: {iotlb: 9}\ntrace: 1\ncapture: [1]\n"
                     "clock: {mode: timed, quantum: 250ns}\n"
                     "timing: {phy_rx: 1ns, pcie_mps: 128B, pcie_byte: 0.5ps}\n");

    ck_assert_mem_eq(h->magic, PLAN_MAGIC, 8);
    ck_assert_uint_eq(h->version, PLAN_VERSION);
    ck_assert_uint_eq(h->bytes, plan_bytes);
    ck_assert_uint_eq(h->seed, 7);
    ck_assert_str_eq(h->name, "t");
    ck_assert_uint_eq(h->clock, PLAN_CLOCK_TIMED);
    ck_assert_uint_eq(h->quantum_ns, 250);
    ck_assert_uint_eq(h->dilation_num, 1000);
    ck_assert_uint_eq(h->dilation_den, 337);
    ck_assert_uint_eq(h->ready_limit_ns, 2000000000);
    ck_assert_uint_eq(h->deadline_ps, 3000000000);
    ck_assert_uint_eq(h->drain_ps, 5000000);
    ck_assert_uint_eq(h->trace_level, 1);
    ck_assert_uint_eq(h->capture, 2);
    ck_assert_uint_eq(h->iotlb_entries, 9);
    ck_assert_uint_eq(h->timing[TIMING_phy_rx], 1000);
    ck_assert_uint_eq(h->timing[TIMING_pcie_mps], 128);
    ck_assert_uint_eq(h->timing[TIMING_pcie_byte], 500);
    ck_assert_uint_eq(h->timing[TIMING_mmio_write_stall], 62000);
    ck_assert_uint_eq(h->timing[TIMING_wire_byte], 800);
    ck_assert_uint_eq(h->ports.count, 2);
    ck_assert_uint_eq(h->flows.count, 0);
}
END_TEST

START_TEST(faults)
{
    const struct plan_header *h = compile(
        HEAD "faults:\n- {at: 2ms, inject: wire.fcs, port: 1, direction: out, count: 4}\n"
             "- {when: {event: rx_desc_done, port: 0, queue: 3, count: 100},"
             " inject: writeback.delay, delay: 20us}\n"
             "- {when: {event: over, count: 1}, inject: dma.refuse, port: 1, write: payload}\n");
    const struct plan_fault *f = (const struct plan_fault *)(plan + h->faults.offset);

    ck_assert_uint_eq(h->faults.count, 3);
    ck_assert_uint_eq(f[0].at_ps, 2000000000);
    ck_assert_uint_eq(f[0].event_count, 0);
    ck_assert_uint_eq(f[0].kind, PLAN_FAULT_WIRE_FCS);
    ck_assert_uint_eq(f[0].port, 1);
    ck_assert_uint_eq(f[0].select, PLAN_OUT_OF_NIC);
    ck_assert_uint_eq(f[0].times, 4);
    ck_assert_uint_eq(f[1].event_count, 100);
    ck_assert_uint_eq(f[1].event, NIC_EV_rx_desc_done);
    ck_assert_uint_eq(f[1].event_port, 0);
    ck_assert_uint_eq(f[1].event_queue, 3);
    ck_assert_uint_eq(f[1].port, 0);
    ck_assert_uint_eq(f[1].time_ps, 20000000);
    ck_assert_uint_eq(f[1].times, 1);
    ck_assert_uint_eq(f[2].event_port, PLAN_NO_PORT);
    ck_assert_uint_eq(f[2].event_queue, PLAN_ANY_QUEUE);
    ck_assert_uint_eq(f[2].select, PLAN_WRITES_PAYLOAD);
}
END_TEST

START_TEST(clocks)
{
    const struct plan_header *h = compile(HEAD "clock: {mode: timed, profile: 3.3GHz}\n");

    ck_assert_uint_eq(h->dilation_den, 224);
    ck_assert_uint_eq(h->timing[TIMING_mmio_write_stall], 0);
    teardown();
    h = compile(HEAD "clock: {mode: timed, profile: 3.3GHz}\ntiming: {mmio_write_stall: 9ns}\n");
    ck_assert_uint_eq(h->timing[TIMING_mmio_write_stall], 9000);
    teardown();
    h = compile(HEAD);
    ck_assert_uint_eq(h->clock, PLAN_CLOCK_FUNCTIONAL);
    ck_assert_uint_eq(h->dilation_num, h->dilation_den);
}
END_TEST

START_TEST(ports)
{
    const struct plan_header *h = compile(
        HEAD "ports:\n- {respond: [nd, icmp], module: none, cable-length: 10m, ip4: 1.2.3.4,"
             " ip6: \"fd00::9\", mac: 02:00:00:00:00:77}\n"
             "- {attach: {cable: 2}}\n- {attach: {cable: 1}}\n");
    const struct plan_port *p = (const struct plan_port *)(plan + h->ports.offset);

    ck_assert_uint_eq(h->ports.count, 3);
    ck_assert_uint_eq(p[0].attach, PLAN_ATTACH_BENCH);
    ck_assert_uint_eq(p[0].respond, PLAN_RESPOND_ND | PLAN_RESPOND_ICMP);
    ck_assert_uint_eq(p[0].module, 0);
    ck_assert_uint_eq(p[0].cable_ps, 49000);
    ck_assert_uint_eq(p[0].ip4, 0x01020304);
    ck_assert_uint_eq(p[0].ip6[15], 9);
    ck_assert_uint_eq(p[0].mac[5], 0x77);
    ck_assert_uint_eq(p[1].attach, PLAN_ATTACH_CABLE);
    ck_assert_uint_eq(p[1].peer, 2);
    ck_assert_uint_eq(p[1].cable_ps, 9800);
    ck_assert_uint_eq(p[2].nic_mac[5], 2);
}
END_TEST

#define ONE(more) HEAD "traffic:\n- {name: f, from: 0, expect: 1, " more "}\n"

START_TEST(flow_fields)
{
    compile(HEAD "traffic:\n- {name: f, from: 1, expect: none, kind: tcp6, size: [100B, 200B], "
                 "order: draw, rate: 1Mpps, count: 5, start: 3us, for: 10us, payload: ones, "
                 "tuples: 6, vlan: 77, fcs: bad, macs: any, source: {port: 500, ip6: \"fd00::5\"}, "
                 "destination: {port: 600, ip4: 9.9.9.9, mac: ff:ff:ff:ff:ff:ff}}\n");
    const struct plan_flow *f = flow(0);
    const struct plan_header *h = (const struct plan_header *)plan;
    const uint16_t *sizes = (const uint16_t *)(plan + h->sizes.offset) + f->size_first;

    ck_assert_str_eq(f->name, "f");
    ck_assert_uint_eq(f->port, 1);
    ck_assert_uint_eq(f->expect_port, PLAN_NO_PORT);
    ck_assert_uint_eq(f->kind, PLAN_TCP6);
    ck_assert_uint_eq(f->size_mode, PLAN_SIZE_DRAW);
    ck_assert_uint_eq(f->payload, PLAN_PAYLOAD_ONES);
    ck_assert_uint_eq(f->bad_fcs, 1);
    ck_assert_uint_eq(f->macs, 1);
    ck_assert_uint_eq(f->start_ps, 3000000);
    ck_assert_uint_eq(f->stop_ps, 13000000);
    ck_assert_uint_eq(f->count, 5);
    ck_assert_uint_eq(f->size_count, 2);
    ck_assert_uint_eq(sizes[0], 96);
    ck_assert_uint_eq(sizes[1], 196);
    ck_assert_uint_eq(f->tuples, 6);
    ck_assert_uint_eq(f->vlan, 77);
    ck_assert_uint_eq(f->src_port, 500);
    ck_assert_uint_eq(f->dst_port, 600);
    ck_assert_uint_eq(f->src_ip6[15], 5);
    ck_assert_uint_eq(f->dst_ip4, 0x09090909);
    ck_assert_uint_eq(f->dst_mac[0], 0xff);
    ck_assert_uint_eq(f->src_mac[5], 1);
}
END_TEST

static const struct {
    const char *rate;
    unsigned pace;
    uint64_t num, den;
} rates[] = {
    {"rate: 1Mpps", PLAN_PACE_FRAME, 1000000, 1},
    {"rate: 3Mpps", PLAN_PACE_FRAME, 1000000, 3},
    {"rate: 1.5Mpps, burst: 32", PLAN_PACE_FRAME, 64000000, 3},
    {"rate: 10Gbps", PLAN_PACE_BYTE, 800, 1},
    {"rate: 100%", PLAN_PACE_BYTE, 800, 1},
    {"rate: 30%", PLAN_PACE_BYTE, 8000, 3},
    {"rate: 2.5Gbps", PLAN_PACE_BYTE, 3200, 1},
    {"rate: line", PLAN_PACE_LINE, 1, 1},
};

START_TEST(rate)
{
    char *text = g_strdup_printf(ONE("size: 64B, count: 9, %s"), rates[_i].rate);

    compile(text);
    ck_assert_uint_eq(flow(0)->pace, rates[_i].pace);
    ck_assert_uint_eq(flow(0)->interval_num, rates[_i].num);
    ck_assert_uint_eq(flow(0)->interval_den, rates[_i].den);
    g_free(text);
}
END_TEST

START_TEST(ends)
{
    compile(ONE("size: 64B, rate: line, for: 5us"));
    ck_assert_uint_eq(flow(0)->count, UINT64_MAX);
    ck_assert_uint_eq(flow(0)->stop_ps, 5000000);
    teardown();
    compile(ONE("size: 64B, rate: line, count: 5"));
    ck_assert_uint_eq(flow(0)->stop_ps, UINT64_MAX);
}
END_TEST

START_TEST(actions)
{
    const struct plan_header *h = compile(HEAD "actions:\n- {at: 9us, agent: stop}\n"
                                               "- {at: 2us, link: down, port: 1, for: 7us}\n"
                                               "- {at: 9us, mark: 5}\n- {at: 1us, mark: 0}\n");
    const struct plan_action *a = (const struct plan_action *)(plan + h->actions.offset);

    ck_assert_uint_eq(h->actions.count, 5);
    ck_assert_uint_eq(a[0].at_ps, 1000000);
    ck_assert_uint_eq(a[0].kind, PLAN_MARK);
    ck_assert_uint_eq(a[1].kind, PLAN_LINK_DOWN);
    ck_assert_uint_eq(a[1].port, 1);
    ck_assert_uint_eq(a[2].kind, PLAN_AGENT); /* those of 9 us in the order of the file */
    ck_assert_uint_eq(a[2].arg, 3);
    ck_assert_uint_eq(a[3].kind, PLAN_LINK_UP);
    ck_assert_uint_eq(a[3].at_ps, 9000000);
    ck_assert_uint_eq(a[4].arg, 5);
}
END_TEST

#define MIX "scenarios/smoke/captures/mix.pcap"

static char *mix_path(void)
{
    char *cwd = g_get_current_dir(), *path = g_build_filename(cwd, MIX, NULL);

    g_free(cwd);
    return path;
}

START_TEST(replay)
{
    char *path = mix_path();
    char *text = g_strdup_printf(ONE("replay: %s, rate: recorded") "- {from: 1, expect: 0, replay: "
                                                                   "%s, rate: 1Mpps, count: 100}\n",
                                 path, path);
    const struct plan_header *h = compile(text);
    const struct plan_frame *frames = (const struct plan_frame *)(plan + h->frames.offset);
    const uint8_t *bytes = plan + h->bytes_.offset;

    ck_assert_uint_eq(h->frames.count, 82);
    ck_assert_uint_eq(flow(0)->kind, PLAN_REPLAY);
    ck_assert_uint_eq(flow(0)->pace, PLAN_PACE_STAMP);
    ck_assert_uint_eq(flow(0)->count, 41);
    ck_assert_uint_eq(flow(1)->frame_first, 41);
    ck_assert_uint_eq(flow(1)->count, 100);
    ck_assert_uint_eq(frames[0].stamp_ps, 0);
    ck_assert_uint_eq(frames[0].length, 42);
    ck_assert_uint_eq(frames[1].stamp_ps, 1000000);
    ck_assert_mem_eq(bytes + frames[2].offset + 12, "\x08\x00\x45", 3);
    ck_assert_mem_eq(bytes + frames[43].offset, bytes + frames[2].offset, 42);
    g_free(text);
    g_free(path);
}
END_TEST

START_TEST(missing_capture)
{
    struct diag diag;
    void *out;

    rs_diag_init(&diag);
    s = parse_good(ONE("replay: no/such.pcap, rate: line"));
    ck_assert_int_lt(rs_plan_write(s, &s->cases[0], &diag, &out, &plan_bytes), 0);
    ck_assert_ptr_null(out);
    char *wrong = complaints(&diag);
    ck_assert_str_eq(wrong, "5:41: error: harness/tests/no/such.pcap: cannot be read: No such "
                            "file or directory\n");
    g_free(wrong);
    rs_diag_fini(&diag);
}
END_TEST

START_TEST(timing_range)
{
    struct diag diag;
    void *out;

    rs_diag_init(&diag);
    s = parse_good(HEAD "timing: {pcie_mps: 64B}\n");
    ck_assert_int_lt(rs_plan_write(s, &s->cases[0], &diag, &out, &plan_bytes), 0);
    char *wrong = complaints(&diag);
    ck_assert_str_eq(wrong, "4:20: error: timing parameter 'pcie_mps' must be within 128..4096 "
                            "bytes\n");
    g_free(wrong);
    rs_diag_fini(&diag);
}
END_TEST

START_TEST(same_bytes)
{
    static const char text[] = ONE("size: imix, rate: 90%, count: 1000") "actions:\n- {at: 1us, "
                                                                         "mark: 1}\n";
    compile(text);
    uint8_t *first = plan;
    size_t first_bytes = plan_bytes;
    plan = NULL;
    teardown();
    void *rubbish = memset(malloc(1 << 16), 0xa5, 1 << 16); /* what lies about must not matter */
    free(rubbish);
    compile(text);
    ck_assert_uint_eq(first_bytes, plan_bytes);
    ck_assert_mem_eq(first, plan, plan_bytes);
    g_free(first);
}
END_TEST

/* The shortest frame that the scenario check accepts is the shortest that the bench accepts. */
static const char *const kinds[] = {"udp4", "udp6", "tcp4", "tcp6", "ethernet"};

START_TEST(shortest_frame)
{
    for (unsigned vlan = 0; vlan < 2; vlan++) {
        unsigned least = 0;
        for (unsigned length = 60; length < 120 && least == 0; length++) {
            char *text = g_strdup_printf(ONE("kind: %s, vlan: %u, rate: line, count: 1, "
                                             "length: %uB"),
                                         kinds[_i], vlan, length);
            char *wrong = parse_bad(text);
            if (wrong[0] == '\0') {
                compile(text);
                least = length;
            }
            g_free(wrong);
            g_free(text);
        }
        ck_assert_uint_ge(least, 60);
        if (least > 60) { /* a byte less is what the bench refuses */
            char why[256];
            const struct plan_header *h = (const struct plan_header *)plan;
            uint16_t *size = (uint16_t *)(plan + h->sizes.offset);
            *size = (uint16_t)(least - 1);
            ck_assert_int_ne(bench_plan_check(plan, plan_bytes, why, sizeof(why)), 0);
        }
        teardown();
    }
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("plan");

    tcase_add_checked_fixture(t, NULL, teardown);
    tcase_add_test(t, header);
    tcase_add_test(t, faults);
    tcase_add_test(t, clocks);
    tcase_add_test(t, ports);
    tcase_add_test(t, flow_fields);
    tcase_add_loop_test(t, rate, 0, G_N_ELEMENTS(rates));
    tcase_add_test(t, ends);
    tcase_add_test(t, actions);
    tcase_add_test(t, replay);
    tcase_add_test(t, missing_capture);
    tcase_add_test(t, timing_range);
    tcase_add_test(t, same_bytes);
    tcase_add_loop_test(t, shortest_frame, 0, G_N_ELEMENTS(kinds));
    return run_tests("plan_write", (TCase *[]){t, NULL});
}
