/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The one place that knows QEMU's command line. Every word of it that the guest can see is part of
 * a run's identity: a change here changes traces.
 */
#include "harness/run/host.h"

#include <stdarg.h>

#include "harness/run/mailbox.h"
#include "harness/base/paths.h"
#include "harness/run/run_folder.h"
#include "harness/run/snapshot.h"

enum { HUGEPAGE_BYTES = 2 << 20 };

/* Features that draw host entropy are off; those that Debian's DPDK needs are on. */
#define CPU "qemu64,-rdrand,-rdseed,+ssse3,+sse4.1,+sse4.2,+popcnt"

/* What each word is for, and what it saves, is in guest/README.md. */
#define KERNEL_LINE                                                                                \
    "console=ttyS0 panic=-1 cryptomgr.notests %stsc=reliable tsc_early_khz=1000000 "               \
    "no_timer_check mitigations=off init_on_alloc=0 nokaslr norandmaps "                           \
    "randomize_kstack_offset=off random.trust_cpu=off transparent_hugepage=never nowatchdog "      \
    "default_hugepagesz=2M"

/* Devices that firmware and kernel would look for and that no driver under test needs. */
#define MACHINE "q35,kernel-irqchip=split,i8042=off,sata=off,smbus=off,vmport=off,smm=off"

static void add(GPtrArray *argv, const char *word)
{
    g_ptr_array_add(argv, g_strdup(word));
}

static void option(GPtrArray *argv, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void option(GPtrArray *argv, const char *name, const char *format, ...)
{
    va_list args;

    add(argv, name);
    va_start(args, format);
    g_ptr_array_add(argv, g_strdup_vprintf(format, args));
    va_end(args);
}

/* A path as a value within a comma-separated option: commas are doubled. */
static char *value(const char *dir, const char *name)
{
    char *path = g_build_filename(dir, name, NULL), **parts = g_strsplit(path, ",", -1);
    char *out = g_strjoinv(",,", parts);

    g_strfreev(parts);
    g_free(path);
    return out;
}

/* The guest's RAM. From a snapshot: its file, mapped so that writes stay with this process. */
static void ram_options(GPtrArray *argv, const struct rs_machine *m)
{
    char *file = m->snapshot ? value(m->snapshot, RS_FILE_RAM) : NULL;

    if (file)
        option(argv, "-object",
               "memory-backend-file,id=ram,size=%" G_GUINT64_FORMAT "M,mem-path=%s,%s",
               m->memory_bytes >> 20, file,
               m->make_snapshot ? "share=on" : "share=off,readonly=on,rom=off");
    else
        option(argv, "-object", "memory-backend-ram,id=ram,size=%" G_GUINT64_FORMAT "M",
               m->memory_bytes >> 20);
    g_free(file);
}

/* No frames of QEMU's own behind a restore: they would come in the host's time. */
static void restore_options(GPtrArray *argv, const struct rs_machine *m)
{
    option(argv, "-global", "migration.announce-rounds=0");
    option(argv, "-incoming", "file:%s/" RS_FILE_STATE,
           m->from_midway ? m->midway : m->snapshot);
}

static void machine_options(GPtrArray *argv, const struct rs_machine *m)
{
    ram_options(argv, m);
    option(argv, "-machine", MACHINE ",memory-backend=ram");
    option(argv, "-accel", "tcg");
    option(argv, "-cpu", CPU);
    option(argv, "-icount", "shift=0,sleep=off");
    option(argv, "-rtc", "base=2026-01-01,clock=vm");
    option(argv, "-seed", "1");
    option(argv, "-m", "%" G_GUINT64_FORMAT "M", m->memory_bytes >> 20);
    if (m->cpus > 1)
        option(argv, "-smp", "%u", m->cpus);
}

/* The guest's half of machine.iommu; its pages are machine.pages. */
static const char *const iommu_lines[] = {
    [SCENARIO_IOMMU_ON] = "intel_iommu=on iommu.strict=1",
    [SCENARIO_IOMMU_PASSTHROUGH] = "intel_iommu=on iommu.strict=1 iommu=pt",
    [SCENARIO_IOMMU_OFF] = "intel_iommu=off",
};

static void boot_options(GPtrArray *argv, const struct rs_machine *m)
{
    char *folder = m->guest ? g_strdup(m->guest) : rs_build_path("guest");
    char *kernel = g_build_filename(folder, "vmlinuz", NULL);
    char *image = g_build_filename(folder, "initramfs", NULL);

    option(argv, "-kernel", "%s", kernel);
    option(argv, "-initrd", "%s", image);
    option(argv, "-append", KERNEL_LINE " %s%s hugepages=%" G_GUINT64_FORMAT,
           m->cpus > 1 ? "" : "nolapic_timer ", /* several need a timer each */
           iommu_lines[m->iommu], " quiet",
           m->pages == SCENARIO_PAGES_4KIB ? 0 : m->memory_bytes / 4 / HUGEPAGE_BYTES);
    g_free(folder);
    g_free(kernel);
    g_free(image);
}

static void bench_options(GPtrArray *argv, const struct rs_machine *m)
{
    char *mailbox = value(m->dir, RS_FILE_MAILBOX), *plan = value(m->dir, RS_FILE_PLAN);
    char *report = value(m->dir, RS_FILE_REPORT), *trace = value(m->dir, RS_FILE_TRACE);
    char *capture = value(m->dir, RS_FILE_CAPTURE), *started = value(m->dir, RS_FILE_STARTED);
    char *state = m->make_snapshot ? value(m->snapshot, RS_FILE_STATE) : NULL, *midway = NULL;

    if (m->midway && !m->from_midway)
        midway = value(m->midway, "");
    option(argv, "-object", "memory-backend-file,id=mailbox,share=on,size=%d,mem-path=%s",
           RS_MAILBOX_BYTES, mailbox);
    option(argv, "-device",
           "ringside-bench,bus=pcie.0,addr=2,mailbox=mailbox,plan=%s,report=%s,started=%s"
           "%s%s%s%s%s%s%s%s%s",
           plan, report, started, m->trace ? ",trace=" : "", m->trace ? trace : "",
           m->capture ? ",capture=" : "", m->capture ? capture : "",
           m->console ? ",grace-ms=4294967295" : "",
           state ? ",save-base=" : m->snapshot ? ",from-base=on" : "", state ?: "",
           midway ? ",snapshot=" : "", midway ?: "");
    if (m->grace_ms && !m->console)
        option(argv, "-global", "ringside-bench.grace-ms=%u", m->grace_ms);
    if (midway)
        option(argv, "-global", "ringside-bench.snapshot-at=%" G_GUINT64_FORMAT, m->midway_ps);
    g_free(midway);
    g_free(mailbox);
    g_free(plan);
    g_free(report);
    g_free(trace);
    g_free(capture);
    g_free(started);
    g_free(state);
}

/* Each NIC behind a root port of its own: an IOMMU group each. The ports are as fast as the card;
 * of faster ones a kernel waits for a bit (link active) after a reset of the bus. */
static void nic_options(GPtrArray *argv, const struct rs_machine *m)
{
    for (unsigned i = 0; i < m->ports; i++) {
        option(argv, "-device", "pcie-root-port,id=rp%u,bus=pcie.0,addr=%x,chassis=%u,slot=%u,"
                                  "x-speed=5,x-width=8", i,
               0x10 + i, i + 1, i + 1);
        if (m->netdevs >> i & 1)
            option(argv, "-netdev", "user,id=net%u", i);
        if (m->netdevs >> i & 1)
            option(argv, "-device", "ringside-nic,bus=rp%u,port=%u,netdev=net%u", i, i, i);
        else
            option(argv, "-device", "ringside-nic,bus=rp%u,port=%u", i, i);
    }
}

GPtrArray *rs_qemu_argv(const struct rs_machine *m)
{
    GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);
    char *firmware = rs_build_path("qemu-tree/firmware"), *console;

    g_ptr_array_add(argv, rs_build_path("qemu-system-x86_64"));
    option(argv, "-L", "%s", firmware);
    add(argv, "-nodefaults");
    add(argv, "-no-user-config");
    add(argv, "-no-reboot");
    option(argv, "-display", "none");
    if (m->sandbox)
        option(argv, "-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,"
                                 "resourcecontrol=deny");
    machine_options(argv, m);
    boot_options(argv, m);
    if (m->console) {
        option(argv, "-serial", "mon:stdio");
    } else {
        console = value(m->dir, RS_FILE_CONSOLE);
        option(argv, "-chardev", "file,id=console,path=%s", console);
        option(argv, "-serial", "chardev:console");
        g_free(console);
    }
    if (m->iommu != SCENARIO_IOMMU_OFF)
        option(argv, "-device", "intel-iommu,intremap=on,caching-mode=off");
    bench_options(argv, m);
    nic_options(argv, m);
    if (m->monitor_fd) {
        option(argv, "-chardev", "socket,id=monitor,fd=%d", m->monitor_fd);
        option(argv, "-mon", "chardev=monitor,mode=control");
    }
    if (m->make_snapshot || (m->midway && !m->from_midway))
        /* it stops for that, and whoever starts there is to run */
        option(argv, "-global", "migration.store-global-state=off");
    if (m->from_midway || (m->snapshot && !m->make_snapshot))
        restore_options(argv, m);
    g_ptr_array_add(argv, NULL);
    g_free(firmware);
    return argv;
}
