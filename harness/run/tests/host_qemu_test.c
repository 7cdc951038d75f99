/* SPDX-License-Identifier: BSD-2-Clause
 *
 * QEMU's command line: what a reproducible run must have on it, one NIC behind one root port, and
 * paths that no comma can break.
 */
#include <glib.h>
#include <string.h>

#include "harness/run/host.h"
#include "mk/run_tests.h"

static char *line_of(const struct rs_machine *machine)
{
    GPtrArray *argv = rs_qemu_argv(machine);
    char *line = rs_argv_line(argv), **words;
    int count;

    ck_assert_ptr_null(argv->pdata[argv->len - 1]);
    ck_assert(g_shell_parse_argv(line, &count, &words, NULL)); /* it can be typed again */
    ck_assert_int_eq(count, (int)argv->len - 1);
    for (int i = 0; i < count; i++)
        ck_assert_str_eq(words[i], argv->pdata[i]);
    g_strfreev(words);
    g_ptr_array_unref(argv);
    return line;
}

static unsigned occurrences(const char *text, const char *part)
{
    unsigned n = 0;

    for (const char *at = strstr(text, part); at; at = strstr(at + 1, part))
        n++;
    return n;
}

START_TEST(reproducible)
{
    static const char *const must[] = {
        "-icount shift=0,sleep=off", "clock=vm", "-seed 1", "-rdrand", "-rdseed", "nokaslr",
        "-nodefaults", "-no-user-config", "-m 512M", "hugepages=64", "intel_iommu=on",
        "intel-iommu,intremap=on", "panic=-1", "-no-reboot",
    };
    const struct rs_machine machine = {
        .dir = "/r", .ports = 2, .memory_bytes = 512 << 20, .trace = true,
        .pages = SCENARIO_PAGES_2MIB, .grace_ms = 12000};
    char *line = line_of(&machine);

    ck_assert_ptr_nonnull(strstr(line, "ringside-bench.grace-ms=12000"));
    for (unsigned i = 0; i < G_N_ELEMENTS(must); i++)
        ck_assert_msg(strstr(line, must[i]) != NULL, "%s is not in %s", must[i], line);
    ck_assert_uint_eq(occurrences(line, "pcie-root-port,"), 2);
    ck_assert_uint_eq(occurrences(line, "ringside-nic,"), 2);
    ck_assert_ptr_nonnull(strstr(line, "trace=/r/trace.bin"));
    ck_assert_ptr_null(strstr(line, "capture="));
    ck_assert_ptr_null(strstr(line, "stdio"));
    ck_assert_ptr_null(strstr(line, "netdev"));
    ck_assert_ptr_null(strstr(line, "-smp"));
    ck_assert_ptr_nonnull(strstr(line, " nolapic_timer "));
    ck_assert_ptr_null(strstr(line, "-sandbox"));
    g_free(line);
}
END_TEST

START_TEST(fenced)
{
    const struct rs_machine machine = {
        .dir = "/r", .ports = 1, .memory_bytes = 512 << 20, .sandbox = true};
    char *line = line_of(&machine);

    ck_assert_ptr_nonnull(strstr(line, "-sandbox on,obsolete=deny,elevateprivileges=deny,"
                                       "spawn=deny,resourcecontrol=deny"));
    g_free(line);
}
END_TEST

START_TEST(variants)
{
    struct rs_machine machine = {.dir = "/r", .ports = 1, .memory_bytes = 1 << 30,
                                 .iommu = SCENARIO_IOMMU_OFF, .capture = true, .netdevs = 1};
    char *line = line_of(&machine);

    ck_assert_ptr_nonnull(strstr(line, "intel_iommu=off"));
    ck_assert_ptr_null(strstr(line, "-device intel-iommu"));
    ck_assert_ptr_nonnull(strstr(line, "hugepages=0 ") ?: strstr(line, "hugepages=0'"));
    ck_assert_ptr_nonnull(strstr(line, "capture=/r/wire.pcapng"));
    ck_assert_ptr_nonnull(strstr(line, "-netdev user,id=net0"));
    ck_assert_ptr_nonnull(strstr(line, "port=0,netdev=net0"));
    ck_assert_ptr_nonnull(strstr(line, "-m 1024M"));
    g_free(line);
    machine.cpus = 4;
    machine.console = true;
    machine.iommu = SCENARIO_IOMMU_PASSTHROUGH;
    line = line_of(&machine);
    ck_assert_ptr_nonnull(strstr(line, "mon:stdio"));
    ck_assert_ptr_nonnull(strstr(line, "-smp 4"));
    ck_assert_ptr_null(strstr(line, "nolapic_timer"));
    ck_assert_ptr_nonnull(strstr(line, "intel_iommu=on iommu.strict=1 iommu=pt"));
    ck_assert_ptr_nonnull(strstr(line, "-device intel-iommu"));
    g_free(line);
}
END_TEST

START_TEST(from_snapshots)
{
    struct rs_machine machine = {
        .dir = "/r", .ports = 1, .memory_bytes = 512 << 20, .snapshot = "/s,t"};
    char *line = line_of(&machine);

    ck_assert_ptr_nonnull(strstr(line, "mem-path=/s,,t/ram,share=off,readonly=on"));
    ck_assert_ptr_nonnull(strstr(line, "-incoming file:/s,t/state"));
    ck_assert_ptr_nonnull(strstr(line, "migration.announce-rounds=0"));
    ck_assert_ptr_nonnull(strstr(line, ",from-base=on"));
    ck_assert_ptr_null(strstr(line, "save-base"));
    g_free(line);
    machine.make_snapshot = true;
    line = line_of(&machine);
    ck_assert_ptr_nonnull(strstr(line, "mem-path=/s,,t/ram,share=on"));
    ck_assert_ptr_nonnull(strstr(line, ",save-base=/s,,t/state"));
    ck_assert_ptr_null(strstr(line, "-incoming"));
    ck_assert_ptr_null(strstr(line, "from-base"));
    g_free(line);
    machine.snapshot = NULL;
    machine.make_snapshot = false;
    line = line_of(&machine);
    ck_assert_ptr_null(strstr(line, "-incoming"));
    ck_assert_ptr_null(strstr(line, "-base"));
    g_free(line);
}
END_TEST

START_TEST(commas_and_spaces_in_paths)
{
    const struct rs_machine machine = {
        .dir = "/a,b c/x=1,readonly=on", .ports = 1, .memory_bytes = 512 << 20, .trace = true};
    char *line = line_of(&machine);

    ck_assert_ptr_nonnull(strstr(line, "plan=/a,,b c/x=1,,readonly=on/plan.bin"));
    ck_assert_ptr_nonnull(strstr(line, "mem-path=/a,,b c/x=1,,readonly=on/mailbox"));
    g_free(line);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("host_qemu");

    tcase_add_test(tc, reproducible);
    tcase_add_test(tc, fenced);
    tcase_add_test(tc, variants);
    tcase_add_test(tc, from_snapshots);
    tcase_add_test(tc, commas_and_spaces_in_paths);
    return RUN_TESTS("host_qemu", tc);
}
