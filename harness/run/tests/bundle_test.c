/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Bundles: what goes in comes out; a damaged or hostile one is refused and nothing crashes.
 */
#include "harness/run/bundle.h"

#include <errno.h>
#include <glib.h>
#include <string.h>
#include <unistd.h>

#include "harness/run/run_folder.h"
#include "harness/tests/parse.h"

static char *folder, *out, *bundle, why[512];
static struct scenario *scenario;
static struct rs_run run;
static struct rs_inputs inputs;

static void setup(void)
{
    struct diag diag;

    folder = g_dir_make_tmp("ringside-bundle-XXXXXX", NULL);
    out = g_build_filename(folder, "out", NULL);
    bundle = g_build_filename(folder, RS_FILE_BUNDLE, NULL);
    g_mkdir_with_parents(out, 0755);
    scenario = parse_good(HEAD "traffic: [{name: f, from: 0, expect: 1, count: 10, size: 64B, "
                               "rate: 1Mpps}]\n");
    rs_diag_init(&diag);
    ck_assert_int_eq(rs_inputs_make(&inputs, scenario, &scenario->cases[0], RS_HOST_INPROC, &diag,
                                    why, sizeof(why)),
                     RS_OK);
    rs_diag_fini(&diag);
    rs_run_init(&run);
    run.scenario = scenario;
    scenario->cases[0].seed = UINT64_MAX;
    run.c = &scenario->cases[0];
    run.host = RS_HOST_INPROC;
    run.dir = g_strdup(folder);
    run.facts.report = g_new0(struct bench_report, 1);
    run.facts.report->trace_hash[0] = 0xfedcba9876543210u;
    run.facts.report->trace_hash[1] = 7;
    ck_assert_int_eq(rs_meta_write(&run, why, sizeof(why)), 0);
    ck_assert_int_eq(rs_bundle_write(&run, &inputs, why, sizeof(why)), 0);
}

static void teardown(void)
{
    rs_run_fini(&run);
    rs_inputs_fini(&inputs);
    rs_scenario_free(scenario);
    rs_remove_tree(folder);
    g_free(folder);
    g_free(out);
    g_free(bundle);
}

START_TEST(round_trip)
{
    struct rs_run_meta meta;
    struct rs_inputs back;

    ck_assert_int_eq(rs_bundle_unpack(bundle, out, why, sizeof(why)), 0);
    ck_assert_int_eq(rs_meta_read(&meta, out, why, sizeof(why)), 0);
    ck_assert_str_eq(meta.id, "t");
    ck_assert_int_eq(meta.host, RS_HOST_INPROC);
    ck_assert_uint_eq(meta.seed, UINT64_MAX);
    ck_assert(meta.has_trace);
    ck_assert_uint_eq(meta.trace_hash[0], 0xfedcba9876543210u);
    ck_assert_uint_eq(meta.trace_hash[1], 7);
    ck_assert_int_eq(rs_inputs_read(&back, out, RS_HOST_INPROC, why, sizeof(why)), 0);
    ck_assert_uint_eq(back.plan_bytes, inputs.plan_bytes);
    ck_assert_mem_eq(back.plan, inputs.plan, inputs.plan_bytes);
    ck_assert_str_eq(back.job, inputs.job);
    rs_inputs_fini(&back);
    rs_meta_fini(&meta);
    ck_assert_int_eq(rs_inputs_read(&back, out, RS_HOST_QEMU, why, sizeof(why)), -EPROTO);
}
END_TEST

/* Cut anywhere, flipped anywhere: refused, or still what it was. */
START_TEST(damage)
{
    char *data;
    gsize bytes;

    ck_assert(g_file_get_contents(bundle, &data, &bytes, NULL));
    for (gsize cut = 0; cut < bytes; cut += 1 + bytes / 40) {
        g_file_set_contents(bundle, data, (gssize)cut, NULL);
        rs_remove_tree(out);
        g_mkdir_with_parents(out, 0755);
        ck_assert_int_ne(rs_bundle_unpack(bundle, out, why, sizeof(why)), 0);
    }
    for (gsize at = 0; at < bytes; at += 1 + bytes / 200) {
        struct rs_run_meta meta;
        struct rs_inputs back;

        data[at] ^= 0x55;
        g_file_set_contents(bundle, data, (gssize)bytes, NULL);
        rs_remove_tree(out);
        g_mkdir_with_parents(out, 0755);
        if (rs_bundle_unpack(bundle, out, why, sizeof(why)) == 0) {
            rs_meta_read(&meta, out, why, sizeof(why));
            rs_meta_fini(&meta);
            if (rs_inputs_read(&back, out, RS_HOST_INPROC, why, sizeof(why)) == 0)
                rs_inputs_fini(&back);
        }
        data[at] ^= 0x55;
    }
    g_free(data);
}
END_TEST

START_TEST(bad_descriptions)
{
    static const char *const bad[] = {
        "", "[]", "{}", "{\"format\":\"ringside-run\"}",
        "{\"format\":\"ringside-run\",\"version\":2,\"case\":\"t\",\"host\":\"qemu\","
        "\"seed\":\"1\"}",
        "{\"format\":\"ringside-run\",\"version\":1,\"case\":7,\"host\":\"qemu\",\"seed\":\"1\"}",
        "{\"format\":\"ringside-run\",\"version\":1,\"case\":\"t\",\"host\":\"x\",\"seed\":\"1\"}",
        "{\"format\":\"ringside-run\",\"version\":1,\"case\":\"t\",\"host\":\"qemu\"}",
        "{\"format\":\"ringside-run\",\"version\":1,\"case\":\"t\",\"host\":\"qemu\","
        "\"seed\":\"-1\"}",
    };
    char *path = g_build_filename(out, RS_FILE_META, NULL);
    struct rs_run_meta meta;

    for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_file_set_contents(path, bad[i], -1, NULL);
        ck_assert_msg(rs_meta_read(&meta, out, why, sizeof(why)) == -EPROTO, "%s", bad[i]);
        rs_meta_fini(&meta);
    }
    unlink(path);
    ck_assert_int_eq(rs_meta_read(&meta, out, why, sizeof(why)), -ENOENT);
    rs_meta_fini(&meta);
    g_free(path);
}
END_TEST

START_TEST(a_bad_plan_is_refused)
{
    char *path = g_build_filename(folder, RS_FILE_PLAN, NULL);
    char *job = g_build_filename(folder, RS_FILE_JOB, NULL);
    struct rs_inputs back;

    g_file_set_contents(path, "RSPLAN", 6, NULL);
    g_file_set_contents(job, inputs.job, -1, NULL);
    ck_assert_int_eq(rs_inputs_read(&back, folder, RS_HOST_INPROC, why, sizeof(why)), -EPROTO);
    g_file_set_contents(path, inputs.plan, (gssize)inputs.plan_bytes, NULL);
    ck_assert_int_eq(rs_inputs_read(&back, folder, RS_HOST_INPROC, why, sizeof(why)), 0);
    rs_inputs_fini(&back);
    g_free(job);
    g_free(path);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("bundle");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, round_trip);
    tcase_add_test(tc, damage);
    tcase_add_test(tc, bad_descriptions);
    tcase_add_test(tc, a_bad_plan_is_refused);
    return RUN_TESTS("bundle", tc);
}
