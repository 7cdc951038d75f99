/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Lint: what only more than one look shows.
 */
#include "harness/scenario/lint.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/tests/parse.h"

#define TRAFFIC "traffic: [{from: 0, expect: 1, size: 64B, rate: line, count: 1}]\n"

static char folder[] = "/tmp/ringside-lint-XXXXXX";

static void setup(void)
{
    strcpy(folder + sizeof(folder) - 7, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void teardown(void)
{
    char *a = g_build_filename(folder, "a.yaml", NULL),
         *b = g_build_filename(folder, "b.yaml", NULL);

    unlink(a);
    unlink(b);
    rmdir(folder);
    g_free(a);
    g_free(b);
}

static char *lint(const char *first, const char *second)
{
    char *paths[] = {g_build_filename(folder, "a.yaml", NULL),
                     g_build_filename(folder, "b.yaml", NULL)};
    struct diag diag;

    rs_diag_init(&diag);
    g_file_set_contents(paths[0], first, -1, NULL);
    if (second != NULL)
        g_file_set_contents(paths[1], second, -1, NULL);
    size_t errors = rs_lint((const char *const *)paths, second != NULL ? 2 : 1, &diag);
    ck_assert_uint_eq(errors, diag.errors);
    char *out = complaints(&diag);
    rs_diag_fini(&diag);
    g_free(paths[0]);
    g_free(paths[1]);
    return out;
}

static void expect(const char *first, const char *second, const char *sentence)
{
    char *out = lint(first, second);

    ck_assert_msg(sentence[0] != '\0' ? strstr(out, sentence) != NULL : out[0] == '\0', "%s", out);
    g_free(out);
}

START_TEST(good)
{
    expect(HEAD TRAFFIC, "name: u\nwhy: w\ndriver: {app: fwd}\n" TRAFFIC, "");
}
END_TEST

START_TEST(name_twice)
{
    expect(HEAD, HEAD, "1:7: error: the name 't' is taken by ");
}
END_TEST

START_TEST(capture_missing)
{
    expect(HEAD "traffic:\n- {from: 0, expect: 1, replay: x.pcap, rate: line}\n", NULL,
           "x.pcap: cannot be read");
}
END_TEST

START_TEST(file_missing)
{
    expect("name: t\nwhy: w\ndriver: {command: [a], files: [a]}\n", NULL, "cannot be read");
}
END_TEST

START_TEST(one_mistake_hides_no_other)
{
    const char *text = "name: t\nwhy: w\ndriver: {command: [a], files: [nofile]}\n"
                       "traffic:\n- {from: 0, expect: 1, replay: x.pcap, rate: line}\n"
                       "- {from: 0, expect: 7, size: 64B, rate: line, count: 1}\n"
                       "expect: [{metrik: lost, max: 0}]\n";

    expect(text, NULL, "x.pcap: cannot be read");
    expect(text, NULL, "nofile: cannot be read");
    expect(text, NULL, "there is no port 7");
    expect(text, NULL, "unknown key 'metrik'");
}
END_TEST

START_TEST(hardly_a_scenario)
{
    expect("{}\n", NULL, "lacks the key 'name'");
    expect("a\n", NULL, "must be a mapping");
    expect("name: t\n", NULL, "lacks the key 'driver'");
    expect("name: t\nwhy: w\ndriver: {}\n", NULL, "names neither");
    expect("name: t\nwhy: w\ndriver: {files: [a]}\n", NULL, "names neither");
}
END_TEST

START_TEST(ports_of_the_guest)
{
    expect("name: t\nwhy: w\ndriver: {command: [/bin/a, \"${PORT1}\"]}\n" TRAFFIC, NULL, "");
    expect("name: t\nwhy: w\ndriver: {command: [/bin/a, \"x${PORT2}\"]}\n", NULL,
           "${PORT2}: there is no port 2, only 0..1");
    expect("name: t\nwhy: w\ndriver: {app: fwd, env: [\"A=${PORT9}\"]}\n", NULL,
           "there is no port 9");
}
END_TEST

START_TEST(cases_that_err_alike)
{
    char *out = lint("name: t\nwhy: w\ndriver: {app: fwd, rings: [32, 64, 128]}\n"
                     "traffic:\n- {from: 0, expect: 1, replay: x.pcap, rate: line}\n",
                     NULL);
    char *first = strstr(out, "cannot be read");

    ck_assert_ptr_nonnull(first);
    ck_assert_ptr_null(strstr(first + 1, "cannot be read"));
    g_free(out);
}
END_TEST

START_TEST(no_ordinary_file)
{
    char *fifo = g_build_filename(folder, "a.yaml", NULL);
    const char *const paths[] = {fifo, "/dev/zero", folder};
    struct diag diag;

    ck_assert_int_eq(mkfifo(fifo, 0600), 0);
    rs_diag_init(&diag);
    ck_assert_uint_eq(rs_lint(paths, 3, &diag), 3); /* and comes back at all */
    rs_diag_fini(&diag);
    g_free(fifo);
}
END_TEST

START_TEST(advice)
{
    expect(HEAD, NULL, "warning: no traffic and nothing expected");
    expect(HEAD "guest: [{name: a, run: ls}]\n", NULL, "");
    expect(HEAD TRAFFIC "clock: {profile: 2.4GHz}\n", NULL,
           "5:18: warning: a CPU profile has no effect");
    expect(HEAD "ports: [{attach: netdev}, {}]\n", NULL, "warning: a run with a netdev");
    expect(HEAD "expect: [{metric: time.wall, max: 9s}]\n", NULL, "warning: wall time differs");
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("lint");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, good);
    tcase_add_test(t, name_twice);
    tcase_add_test(t, capture_missing);
    tcase_add_test(t, file_missing);
    tcase_add_test(t, one_mistake_hides_no_other);
    tcase_add_test(t, hardly_a_scenario);
    tcase_add_test(t, ports_of_the_guest);
    tcase_add_test(t, cases_that_err_alike);
    tcase_add_test(t, no_ordinary_file);
    tcase_add_test(t, advice);
    return run_tests("lint", (TCase *[]){t, NULL});
}
