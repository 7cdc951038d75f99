/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Whole scenario files: defaults, the bad-input corpus (tests/bad: every complaint with its
 * place), the scenarios of this project, and broken copies of good files, which must never crash.
 */
#include "harness/scenario/scenario.h"

#include <stdlib.h>

#include "harness/plan/plan_write.h"
#include "harness/tests/parse.h"

#define FLOW(more) HEAD "traffic:\n- {from: 0, expect: 1, rate: 1kpps, count: 1, " more "}\n"

START_TEST(defaults)
{
    struct scenario *s = parse_good(FLOW("size: 64B"));
    const struct scenario_case *c = &s->cases[0];

    ck_assert_str_eq(c->name, "t");
    ck_assert(!c->canary);
    ck_assert_uint_eq(c->seed, 1);
    ck_assert_uint_eq(c->limits.model_ps, 1000000000000);
    ck_assert_uint_eq(c->limits.drain_ps, 1000000000);
    ck_assert_uint_eq(c->machine.ports, 2);
    ck_assert_uint_eq(c->machine.memory_bytes, 512 << 20);
    ck_assert_uint_eq(c->machine.iotlb, 64);
    ck_assert_int_eq(c->machine.host, SCENARIO_HOST_ANY);
    ck_assert_int_eq(c->clock.mode, PLAN_CLOCK_FUNCTIONAL);
    ck_assert_uint_eq(c->port_count, 2);
    ck_assert_uint_eq(c->ports[1].cable_mm, 2000);
    ck_assert_uint_eq(c->ports[1].mac.byte[5], 1);
    ck_assert_str_eq(c->driver.app, "fwd");
    ck_assert_str_eq(c->driver.stop_signal, "TERM");
    ck_assert_str_eq(c->driver.bind, "vfio-pci");
    ck_assert_uint_eq(c->driver.user, 1000);
    ck_assert_str_eq(c->flows[0].name, "flow0");
    ck_assert_uint_eq(c->flows[0].size.length[0], 60);
    ck_assert_uint_eq(c->flows[0].source.port, 1024);
    ck_assert_uint_eq(c->flows[0].destination.ip4.host, 10u << 24 | 1 << 8 | 2);
    ck_assert_mem_eq(c->flows[0].destination.mac.byte, c->ports[0].nic_mac.byte, 6);
    rs_scenario_free(s);
}
END_TEST

START_TEST(ports_described)
{
    struct scenario *s = parse_good(HEAD "ports:\n- {}\n- {attach: {cable: 2}}\n"
                                         "- {attach: {cable: 1}, mac: 02:aa:00:00:00:01}\n"
                                         "- {respond: [arp, reflect], module: da}\n"
                                         "capture: all\n");
    const struct scenario_case *c = &s->cases[0];

    ck_assert_uint_eq(c->machine.ports, 4);
    ck_assert_int_eq(c->ports[1].attach.kind, PLAN_ATTACH_CABLE);
    ck_assert_uint_eq(c->ports[1].attach.peer, 2);
    ck_assert_uint_eq(c->ports[2].mac.byte[1], 0xaa);
    ck_assert_uint_eq(c->ports[3].respond, PLAN_RESPOND_ARP | PLAN_RESPOND_REFLECT);
    ck_assert_uint_eq(c->capture, 0xf);
    rs_scenario_free(s);
}
END_TEST

START_TEST(imix)
{
    struct scenario *s = parse_good(FLOW("size: imix"));
    const struct scenario_sizes *sizes = &s->cases[0].flows[0].size;
    unsigned small = 0, middle = 0, large = 0;

    ck_assert_uint_eq(sizes->count, 12);
    for (size_t i = 0; i < sizes->count; i++) {
        small += sizes->length[i] == 60;
        middle += sizes->length[i] == 590;
        large += sizes->length[i] == 1514;
    }
    ck_assert_uint_eq(small, 7);
    ck_assert_uint_eq(middle, 4);
    ck_assert_uint_eq(large, 1);
    rs_scenario_free(s);
}
END_TEST

START_TEST(size_ranges)
{
    struct scenario *s = parse_good(FLOW("length: [60B..64B, 100B..200B step 50B, 1514B]"));
    static const uint16_t want[] = {60, 61, 62, 63, 64, 100, 150, 200, 1514};

    ck_assert_uint_eq(s->cases[0].flows[0].length.count, G_N_ELEMENTS(want));
    ck_assert_mem_eq(s->cases[0].flows[0].length.length, want, sizeof(want));
    rs_scenario_free(s);
}
END_TEST

/* Which expectation there is about a metric. */
static const struct expectation *about(const struct scenario_case *c, enum metric_id metric)
{
    for (size_t i = 0; i < c->expect_count; i++) {
        if (c->expect[i].metric == metric)
            return &c->expect[i];
    }
    return NULL;
}

START_TEST(implied)
{
    struct scenario *s = parse_good(FLOW("size: 64B") "expect:\n- {metric: lost.share, max: 1%}\n"
                                                      "- {metric: reordered, flow: flow0, max: 3}");
    const struct scenario_case *c = &s->cases[0];

    ck_assert_ptr_null(about(c, METRIC_LOST));
    ck_assert(!about(c, METRIC_LOST_SHARE)->implied);
    ck_assert_int_eq(about(c, METRIC_LOST_SHARE)->flow, -1);
    ck_assert_int_eq(about(c, METRIC_REORDERED)->flow, 0);
    ck_assert(about(c, METRIC_DAMAGED)->implied);
    ck_assert(about(c, METRIC_DAMAGED)->has_is);
    ck_assert_int_eq(about(c, METRIC_DAMAGED)->is.unit, UNIT_COUNT);
    ck_assert_uint_eq(about(c, METRIC_TRAFFIC_DONE)->is.num, 100);
    rs_scenario_free(s);

    s = parse_good(HEAD "traffic:\n- {from: 0, expect: none, rate: line, count: 1, size: 64B}\n");
    ck_assert_ptr_null(about(&s->cases[0], METRIC_LOST));
    ck_assert_ptr_nonnull(about(&s->cases[0], METRIC_TRAFFIC_DONE));
    rs_scenario_free(s);
}
END_TEST

START_TEST(expectation_values)
{
    struct scenario *s =
        parse_good(FLOW("size: 64B") "expect:\n"
                                     "- {metric: latency.p99, min: 1ns, max: 20.5us}\n"
                                     "- {metric: dma.reads.per-packet, max: 1.25, port: 1}\n");
    const struct expectation *latency = &s->cases[0].expect[0], *dma = &s->cases[0].expect[1];

    ck_assert(latency->has_min && latency->has_max && !latency->has_is);
    ck_assert_uint_eq(latency->max.num, 20500000);
    ck_assert_uint_eq(dma->max.num, 5);
    ck_assert_uint_eq(dma->max.den, 4);
    ck_assert_int_eq(dma->port, 1);
    ck_assert_uint_eq(dma->marks.self.line, 8);
    rs_scenario_free(s);
}
END_TEST

START_TEST(hosts)
{
    struct scenario *s = parse_good("name: t\nwhy: w\ndriver: {command: [/bin/true]}\n");

    ck_assert_int_eq(s->cases[0].machine.host, SCENARIO_HOST_QEMU);
    rs_scenario_free(s);
    s = parse_good(HEAD "actions:\n- {at: 1ms, agent: kill}\n");
    ck_assert_int_eq(s->cases[0].machine.host, SCENARIO_HOST_QEMU);
    rs_scenario_free(s);
}
END_TEST

START_TEST(not_there)
{
    struct scenario *s;
    struct diag diag;

    rs_diag_init(&diag);
    ck_assert_int_lt(rs_scenario_load("harness/tests/no-such-file.yaml", &diag, &s), 0);
    ck_assert_ptr_null(s);
    ck_assert_int_lt(rs_scenario_load("harness/tests", &diag, &s), 0);
    ck_assert_uint_eq(diag.errors, 2);
    rs_diag_fini(&diag);
}
END_TEST

/* ---- files ---- */

static GPtrArray *files(const char *folder)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
    GDir *dir = g_dir_open(folder, 0, NULL);
    const char *name;

    ck_assert_ptr_nonnull(dir);
    while ((name = g_dir_read_name(dir)) != NULL) {
        if (g_str_has_suffix(name, ".yaml"))
            g_ptr_array_add(list, g_build_filename(folder, name, NULL));
    }
    g_dir_close(dir);
    return list;
}

/* With RINGSIDE_WRITE_EXPECT=1 the .expect files are written instead: read the difference. */
static void check_bad(const char *path)
{
    struct scenario *s;
    struct diag diag;
    char *expected = NULL;

    rs_diag_init(&diag);
    ck_assert_int_lt(rs_scenario_load(path, &diag, &s), 0);
    ck_assert_ptr_null(s);
    ck_assert_uint_gt(diag.errors, 0);
    char *seen = complaints(&diag);
    char *stem = g_strndup(path, strlen(path) - strlen(".yaml"));
    char *expect = g_strconcat(stem, ".expect", NULL);
    if (getenv("RINGSIDE_WRITE_EXPECT") != NULL)
        g_file_set_contents(expect, seen, -1, NULL);
    ck_assert_msg(g_file_get_contents(expect, &expected, NULL, NULL), "%s is missing", expect);
    ck_assert_msg(strcmp(seen, expected) == 0, "%s\n--- expected\n%s--- seen\n%s", path, expected,
                  seen);
    g_free(expected);
    g_free(expect);
    g_free(stem);
    g_free(seen);
    rs_diag_fini(&diag);
}

START_TEST(corpus)
{
    GPtrArray *list = files("harness/tests/bad");

    ck_assert_uint_ge(list->len, 30);
    for (guint i = 0; i < list->len; i++)
        check_bad(g_ptr_array_index(list, i));
    g_ptr_array_free(list, TRUE);
}
END_TEST

static const char *const own_folders[] = {"scenarios/smoke", "scenarios/forward"};

START_TEST(own_scenarios)
{
    GPtrArray *list = files(own_folders[_i]);

    ck_assert_uint_gt(list->len, 0);
    for (guint i = 0; i < list->len; i++) {
        struct scenario *s;
        struct diag diag;
        rs_diag_init(&diag);
        rs_scenario_load(g_ptr_array_index(list, i), &diag, &s);
        char *wrong = complaints(&diag);
        ck_assert_str_eq(wrong, "");
        g_free(wrong);
        rs_scenario_free(s);
        rs_diag_fini(&diag);
    }
    g_ptr_array_free(list, TRUE);
}
END_TEST

/* ---- broken copies ---- */

static uint64_t next_random(uint64_t *state) /* splitmix64 */
{
    uint64_t x = *state += 0x9e3779b97f4a7c15;

    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
}

static void mutate(GString *text, uint64_t *state)
{
    static const char *const pieces[] = {
        "[",     "]",   "{",    "}",      ":",
        "- ",    ", ",  "\n",   "  ",     "&a ",
        "*a",    "!x",  "\"",   "'",      "|",
        "\xff",  "\0",  "0",    "-1",     "18446744073709551615",
        "1h",    "0B",  "..",   "%",      "${a}",
        "${",    "~",   "none", "imix",   "line",
        "---\n", "? ",  "64B:", "#",      "\t",
        "[[[[[", "9e9", "0.1",  "matrix", "{a: [1, 2]}",
    };
    size_t at = next_random(state) % (text->len + 1);

    switch (next_random(state) % 4) {
    case 0: { /* lose something */
        size_t n = next_random(state) % 12;
        g_string_erase(text, (gssize)at, (gssize)MIN(n, text->len - at));
        break;
    }
    case 1: /* one byte */
        if (at < text->len)
            text->str[at] = (char)next_random(state);
        break;
    case 2: { /* something from elsewhere */
        size_t from = next_random(state) % text->len, n = next_random(state) % 60;
        char *piece = g_strndup(text->str + from, MIN(n, text->len - from));
        g_string_insert(text, (gssize)at, piece);
        g_free(piece);
        break;
    }
    default:
        g_string_insert(text, (gssize)at, pieces[next_random(state) % G_N_ELEMENTS(pieces)]);
    }
}

/* What was accepted must make plans that the bench accepts, too. */
static void check_plans(const struct scenario *s)
{
    for (size_t i = 0; i < s->case_count; i++) {
        struct diag diag;
        void *plan;
        size_t bytes;
        char why[256] = "";
        rs_diag_init(&diag);
        if (rs_plan_write(s, &s->cases[i], &diag, &plan, &bytes) == 0) {
            ck_assert_msg(bench_plan_check(plan, bytes, why, sizeof(why)) == 0, "%s\n%s", why,
                          s->text);
            g_free(plan);
        } else {
            ck_assert_uint_gt(diag.errors, 0);
        }
        rs_diag_fini(&diag);
    }
}

static unsigned try_copies(const char *path, unsigned copies, uint64_t *state)
{
    char *original;
    gsize length;
    unsigned good = 0;

    ck_assert(g_file_get_contents(path, &original, &length, NULL));
    for (unsigned i = 0; i < copies; i++) {
        GString *text = g_string_new_len(original, (gssize)length);
        unsigned changes = 1 + next_random(state) % 3;
        struct scenario *s;
        struct diag diag;
        for (unsigned k = 0; k < changes && text->len > 0; k++)
            mutate(text, state);
        rs_diag_init(&diag);
        int error = rs_scenario_parse(path, text->str, text->len, &diag, &s);
        ck_assert_msg((error == 0) == (s != NULL), "copy %u of %s", i, path);
        ck_assert_msg((error == 0) == (diag.errors == 0), "copy %u of %s", i, path);
        char *out = complaints(&diag);
        good += error == 0;
        if (error == 0)
            check_plans(s);
        g_free(out);
        rs_scenario_free(s);
        rs_diag_fini(&diag);
        g_string_free(text, TRUE);
    }
    g_free(original);
    return good;
}

START_TEST(broken_copies)
{
    static const char *const folders[] = {"scenarios/smoke", "harness/tests/bad"};
    uint64_t state = 42;
    unsigned good = 0;

    for (unsigned f = 0; f < G_N_ELEMENTS(folders); f++) {
        GPtrArray *list = files(folders[f]);
        for (guint i = 0; i < list->len; i++)
            good += try_copies(g_ptr_array_index(list, i), 150, &state);
        g_ptr_array_free(list, TRUE);
    }
    ck_assert_uint_gt(good, 10); /* else the mutations are too wild to get anywhere */
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("scenario"), *slow = tcase_create("files");

    tcase_add_test(t, defaults);
    tcase_add_test(t, ports_described);
    tcase_add_test(t, imix);
    tcase_add_test(t, size_ranges);
    tcase_add_test(t, implied);
    tcase_add_test(t, expectation_values);
    tcase_add_test(t, hosts);
    tcase_add_test(t, not_there);
    tcase_set_timeout(slow, 60);
    tcase_add_test(slow, corpus);
    tcase_add_loop_test(slow, own_scenarios, 0, G_N_ELEMENTS(own_folders));
    tcase_add_test(slow, broken_copies);
    return run_tests("scenario", (TCase *[]){t, slow, NULL});
}
