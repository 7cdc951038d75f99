/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Driver descriptions: what a good one says, what is said of a bad one, and what a case takes from
 * it.
 */
#include "harness/scenario/description.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/tests/parse.h"

#define TOP "name: d\nwhy: w\n"

static char folder[] = "/tmp/ringside-descr-XXXXXX";

static char *in_folder(const char *name)
{
    return g_build_filename(folder, name, NULL);
}

static void put(const char *name, const char *text, mode_t mode)
{
    char *path = in_folder(name);

    g_file_set_contents(path, text, -1, NULL);
    chmod(path, mode);
    g_free(path);
}

static void setup(void)
{
    strcpy(folder + sizeof(folder) - 7, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    put("program", "#!/bin/sh\n", 0755);
    put("plain", "text\n", 0644);
}

static void teardown(void)
{
    static const char *const names[] = {"program", "plain", "d.yaml"};

    rs_description_impose(NULL);
    rs_description_provide(NULL, NULL, NULL);
    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        char *path = in_folder(names[i]);
        unlink(path);
        g_free(path);
    }
    rmdir(folder);
}

static struct description *parse(const char *text, struct diag *diag)
{
    char *path = in_folder("d.yaml");
    struct description *d = rs_description_parse(path, text, strlen(text), diag);

    g_free(path);
    return d;
}

static struct description *good(const char *text)
{
    struct diag diag;

    rs_diag_init(&diag);
    struct description *d = parse(text, &diag);
    if (d == NULL) {
        rs_diag_print(&diag, stderr, false);
        ck_abort_msg("this description should be good:\n%s", text);
    }
    rs_diag_fini(&diag);
    return d;
}

START_TEST(says_what_it_says)
{
    struct description *d =
        good(TOP "kernel: full\npackages: [ethtool, dpdk-dev usr/bin/dpdk-testpmd]\n"
                 "modules: [ixgbe, ./mine.ko x=1, veth -]\nbind: ixgbe\nfiles: [program]\n"
                 "command: [program, --port, \"${PORT0}\"]\ninput: fifo\nprompt: 'd> '\n"
                 "stop-line: quit\nprepare: |\n  for x in a b; do\n    echo \"${x}\"\n  done\n"
                 "kernel-log: {fail: [odd], allow: [{line: 'WARNING: x', why: known}]}\n");
    char *program = in_folder("program"), *module = g_strdup_printf("%s/mine.ko x=1", folder);

    ck_assert_str_eq(d->kernel, "full");
    ck_assert_str_eq(d->packages[1], "dpdk-dev usr/bin/dpdk-testpmd");
    ck_assert_str_eq(d->files[0], program); /* seen from its own folder */
    ck_assert_str_eq(d->modules[0], "ixgbe");
    ck_assert_str_eq(d->modules[1], module);
    ck_assert_str_eq(d->prompt, "d> "); /* the space is part of it */
    ck_assert_str_eq(d->prepare, "for x in a b; do\n  echo \"${x}\"\ndone\n");
    ck_assert_uint_eq(d->kernel_log.allow_count, 1);
    ck_assert_uint_eq(d->output, 0);
    g_free(program);
    g_free(module);
    rs_description_free(d);
}
END_TEST

static const struct {
    const char *text, *sentence;
} bad[] = {
    {"name: d\n", "1:1: error: this driver description lacks the key 'why'"},
    {TOP "comand: [/bin/x]\n", "3:1: error: unknown key 'comand' of a driver description; did you "
                               "mean 'command'?"},
    {TOP "command: [program]\n", "'program' is none of 'files', and no absolute path of a program"},
    {TOP "files: [plain]\ncommand: [plain]\n", "may not be executed; chmod +x makes it a program"},
    {TOP "files: [nothing]\n", "'files': there is no file "},
    {TOP "files: [.]\n", "is not an ordinary file"},
    {TOP "library: nothing.sh\n", "'library': there is no file "},
    {TOP "command: []\n", "'command' is an empty list"},
    {TOP "prompt: '> '\n", "'prompt' means nothing without 'input: fifo'"},
    {TOP "stop-line: quit\n", "'stop-line' means nothing without 'input: fifo'"},
    {TOP "ready: yes\n", "'ready' means nothing without 'command'"},
    {TOP "prepare-timeout: 3s\n", "'prepare-timeout' means nothing without 'prepare'"},
    {TOP "input: pipe\n", "'input' cannot be 'pipe'"},
    {TOP "machine: {memory: 512.5MiB}\n", "'memory' must be whole MiB"},
    {TOP "machine: {iommu: maybe}\n", "'iommu' cannot be 'maybe'"},
    {TOP "kernel-log: {fail: ['(']}\n", "'(' is no regular expression"},
    {TOP "kernel-log: {allow: [{line: x}]}\n", "this allowed line lacks the key 'why'"},
    {TOP "ready-timeout: 3\n", "'ready-timeout': "},
    {TOP "packages: {a: b}\n", "'packages' must be a list"},
    {TOP "packages: [-oDir=x]\n", "'-oDir=x' is no name of a Debian package"},
    {TOP "packages: ['a|--b']\n", "'a|--b' is no name of a Debian package"},
    {TOP "kernel: --help\n", "'--help' is no kernel: cloud, full"},
    {TOP "files: [built:x]\n", "'built:x': there is no section 'build' that would make it"},
    {TOP "build: {run: make}\nfiles: [built:../x]\n", "'built:"},
    {TOP "build: {source: x}\n", "this section 'build' lacks the key 'run'"},
    {TOP "build: {run: make, packages: [-x]}\n", "'-x' is no name of a Debian package"},
    {TOP "kernel: Full\n", "'Full' is no kernel: cloud, full"},
};

START_TEST(says_what_is_wrong)
{
    struct diag diag;

    rs_diag_init(&diag);
    struct description *d = parse(bad[_i].text, &diag);
    if (d != NULL)
        ck_assert_uint_gt(rs_description_check_files(d, &diag), 0);
    rs_description_free(d);
    char *out = complaints(&diag);
    ck_assert_msg(strstr(out, bad[_i].sentence) != NULL, "of %s: %s", bad[_i].text, out);
    g_free(out);
    rs_diag_fini(&diag);
}
END_TEST

/* A scenario that names d.yaml. */
static struct scenario *with(const char *description, const char *more)
{
    char *path = in_folder("d.yaml"), *text;

    put("d.yaml", description, 0644);
    text = g_strdup_printf("name: t\nwhy: w\ndriver: {description: %s%s\n", path, more);
    struct scenario *s = parse_good(text);
    g_free(text);
    g_free(path);
    return s;
}

START_TEST(a_case_takes_what_it_does_not_say)
{
    struct scenario *s =
        with(TOP "files: [program]\ncommand: [program, a]\nuser: 0\nenv: [X=1, Y=2]\n"
                 "modules: [ixgbe, veth]\nready: here\nstop: INT\n"
                 "machine: {memory: 1GiB, cpus: 2}\n",
             ", args: [b], env: [X=3], modules: [ixgbe RSS=4], ready: there}\n"
             "machine: {cpus: 4}");
    const struct scenario_case *c = &s->cases[0];

    ck_assert_str_eq(c->driver.command[0], "program");
    ck_assert_str_eq(c->driver.command[2], "b");
    ck_assert_ptr_null(c->driver.command[3]);
    ck_assert_str_eq(c->driver.env[0], "X=3");
    ck_assert_str_eq(c->driver.env[1], "Y=2");
    ck_assert_str_eq(c->driver.modules[0], "ixgbe RSS=4");
    ck_assert_str_eq(c->driver.modules[1], "veth");
    ck_assert_str_eq(c->driver.ready, "there");
    ck_assert_str_eq(c->driver.stop_signal, "INT");
    ck_assert_uint_eq(c->driver.user, 0);
    ck_assert_uint_eq(c->machine.cpus, 4);
    ck_assert_uint_eq(c->machine.memory_bytes, (uint64_t)1 << 30);
    ck_assert_uint_eq(c->machine.host, SCENARIO_HOST_QEMU);
    rs_scenario_free(s);
}
END_TEST

static void impose(const char *text)
{
    rs_description_impose("d.yaml");
    rs_description_provide("d.yaml", text, NULL);
}

START_TEST(one_that_is_imposed_takes_the_place)
{
    impose(TOP "bind: ixgbe\nmachine: {iommu: passthrough}\n");
    struct scenario *s = parse_good("name: t\nwhy: w\ndriver: {app: fwd, batch: [1, 2]}\n");

    ck_assert_uint_eq(s->case_count, 1);
    ck_assert_ptr_null(s->cases[0].driver.app);
    ck_assert_ptr_null(s->cases[0].driver.command);
    ck_assert_str_eq(s->cases[0].driver.bind, "ixgbe");
    ck_assert_ptr_null(s->cases[0].unfit);
    rs_scenario_free(s);
}
END_TEST

START_TEST(what_it_cannot_do_is_no_mistake_of_the_scenario)
{
    impose(TOP "command: [/x, \"${PORT1}\"]\n");
    struct scenario *s = parse_good("name: t\nwhy: w\nmachine: {ports: 1}\n"
                                    "matrix: {n: [1, 2]}\ndriver: {app: echo, batch: \"${n}\"}\n");

    ck_assert_uint_eq(s->case_count, 2);
    ck_assert_str_eq(s->cases[0].unfit, "${PORT1}: there is no port 1, only 0..0");
    rs_scenario_free(s);
}
END_TEST

int main(void)
{
    TCase *files = tcase_create("files"), *cases = tcase_create("cases");

    tcase_add_checked_fixture(files, setup, teardown);
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(files, says_what_it_says);
    tcase_add_loop_test(files, says_what_is_wrong, 0, G_N_ELEMENTS(bad));
    tcase_add_test(cases, a_case_takes_what_it_does_not_say);
    tcase_add_test(cases, one_that_is_imposed_takes_the_place);
    tcase_add_test(cases, what_it_cannot_do_is_no_mistake_of_the_scenario);
    return run_tests("harness/description", (TCase *const[]){files, cases, NULL});
}
