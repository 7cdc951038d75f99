/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The keys of a driver description (description.h): one row per key, as schema_keys.c has them for
 * scenarios.
 */
#include <glib.h>

#include "harness/scenario/description.h"
#include "harness/scenario/special.h"

#define AT(type, field) .offset = offsetof(struct type, field)
#define KEYS(rows)      .keys = rows, .key_count = G_N_ELEMENTS(rows)

/* One row per key. */
/* clang-format off */

static const struct schema_key allow_keys[] = {
    {.name = "line", .type = SCHEMA_SPECIAL, AT(description_allow, line), .required = true,
     .special = &rs_special_regex,
     .doc = "Regular expression; a line that it matches is let pass."},
    {.name = "why", .type = SCHEMA_TEXT, AT(description_allow, why), .required = true,
     .doc = "Why that is no fault."},
};
static const struct schema_object allow_object = {
    .name = "allowed line", .doc = "A line of the kernel log that is no complaint.",
    .bytes = sizeof(struct description_allow), KEYS(allow_keys),
};

static const struct schema_key log_keys[] = {
    {.name = "fail", .type = SCHEMA_TEXTS, AT(description_log, fail), .count_max = 64,
     .doc = "Regular expressions: a line that one of them matches fails the run, as the built-in "
            "ones do (BUG, WARNING, Oops, Call Trace, DMAR faults, NETDEV WATCHDOG, Detected Tx "
            "Unit Hang, Adapter removed, hung tasks)."},
    {.name = "allow", .type = SCHEMA_OBJECTS, AT(description_log, allow), .object = &allow_object,
     .count_offset = offsetof(struct description_log, allow_count), .count_max = 64,
     .doc = "Lines that are let pass all the same, each with a reason."},
};
static const struct schema_object log_object = {
    .name = "kernel-log section", .doc = "What in the kernel's log fails a run.",
    .bytes = sizeof(struct description_log), KEYS(log_keys),
};

static const char *const iommu_words[] = {"on", "passthrough", "off", NULL};
static const char *const page_words[] = {"4KiB", "2MiB", NULL};

static const struct schema_key machine_keys[] = {
    {.name = "iommu", .type = SCHEMA_WORD, AT(description_machine, iommu), .words = iommu_words,
     .doc = "As in a scenario."},
    {.name = "pages", .type = SCHEMA_WORD, AT(description_machine, pages), .words = page_words,
     .doc = "`2MiB`: a quarter of memory in huge pages; `4KiB`: none."},
    {.name = "cpus", .type = SCHEMA_INTEGER, AT(description_machine, cpus), .unit = UNIT_COUNT,
     .min = "1", .max = "8", .doc = "Processors."},
    {.name = "memory", .type = SCHEMA_INTEGER, AT(description_machine, memory_bytes),
     .unit = UNIT_BYTES, .min = "256MiB", .max = "16GiB", .doc = "Memory; whole MiB."},
};
static const struct schema_object machine_object = {
    .name = "machine section", .doc = "What the machine is like where a scenario does not say.",
    .bytes = sizeof(struct description_machine), KEYS(machine_keys),
};

static const struct schema_key build_keys[] = {
    {.name = "source", .type = SCHEMA_TEXT, AT(description_build, source),
     .doc = "A folder or an archive (.tar, .tar.gz, .tar.xz) of this machine; it is copied, and "
            "stays as it is. A relative path starts at the description's folder. Without it the "
            "script starts in an empty folder: packages may bring source (`linux-source-6.1`)."},
    {.name = "packages", .type = SCHEMA_TEXTS, AT(description_build, packages), .count_max = 64,
     .doc = "Debian packages that the build needs, beyond a compiler and make. With what they "
            "depend on they are seen in /usr by this build alone; nothing is installed."},
    {.name = "kernel-headers", .type = SCHEMA_BOOL, AT(description_build, headers),
     .otherwise = "false",
     .doc = "The headers of the guest's kernel, for modules: `$KDIR` is what `make -C` wants, "
            "`$KERNEL` the kernel's release."},
    {.name = "run", .type = SCHEMA_SPECIAL, AT(description_build, run),
     .special = &rs_special_shell,
     .doc = "Required in this section: what `sh -eu` does in a copy of `source`, without a "
            "network. `$NPROC` is how many jobs make sense."},
};
static const struct schema_object build_object = {
    .name = "build section", .doc = "How a driver is made from source.",
    .bytes = sizeof(struct description_build), KEYS(build_keys),
};

static const char *const output_words[] = {"terminal", "pipe", NULL};
static const char *const input_words[] = {"none", "fifo", NULL};
static const char *const signal_words[] = {"TERM", "INT",  "QUIT", "HUP",
                                           "USR1", "USR2", "KILL", NULL};

static const struct schema_key description_keys[] = {
    {.name = "name", .type = SCHEMA_NAME, AT(description, name), .required = true,
     .doc = "What the driver is called: the row of the conformance table."},
    {.name = "why", .type = SCHEMA_TEXT, AT(description, why), .required = true,
     .doc = "One sentence: what it is."},
    {.name = "kernel", .type = SCHEMA_TEXT, AT(description, kernel), .otherwise = "cloud",
     .doc = "The guest's kernel. `cloud`: Debian's linux-image-cloud-amd64, small, without most "
            "drivers of hardware. `full`: linux-image-amd64. Or the name of a kernel's package, "
            "or the path of a .deb file or of a folder of unpacked ones, with a '/' in it."},
    {.name = "packages", .type = SCHEMA_TEXTS, AT(description, packages), .count_max = 64,
     .doc = "Debian packages whose files the guest gets, documentation and headers left out. `NAME "
            "PATH...` takes only these paths (`*` is any text); `a|b` are two names of one package "
            "in different releases, the first that apt knows serves. The libraries that their "
            "programs need come along by themselves; nothing else of the packages they depend "
            "on."},
    {.name = "modules", .type = SCHEMA_TEXTS, AT(description, modules), .count_max = 16,
     .doc = "Kernel modules, `NAME PARAMETER=VALUE...`, or the path of a .ko file built for this "
            "kernel (`built:NAME.ko`: by `build`). They are loaded in this order when a run "
            "begins, each with what it depends on. `NAME -`: it lies in the guest for "
            "`modprobe` and is not loaded."},
    {.name = "build", .type = SCHEMA_OBJECT, AT(description, build), .object = &build_object,
     .doc = "How files and modules called `built:NAME` are made from source."},
    {.name = "bind", .type = SCHEMA_NAME, AT(description, bind), .otherwise = "vfio-pci",
     .doc = "Linux driver that gets the ports; `none`: no driver has them."},
    {.name = "files", .type = SCHEMA_TEXTS, AT(description, files), .count_max = 32,
     .doc = "Files of this machine that the guest gets in /job/files, executable bits kept. A "
            "relative path starts at the description's folder, `built:NAME` is what `build` has "
            "made, `build:NAME` is in the folder of this project's programs. What libraries their "
            "programs need comes into the guest: from `packages` or, failing that, from this "
            "machine."},
    {.name = "apps", .type = SCHEMA_NAMES, AT(description, apps), .count_max = 8,
     .doc = "Programs of this project (fwd, echo, gen, sink, poke) that the guest gets in "
            "/job/bin."},
    {.name = "library", .type = SCHEMA_TEXT, AT(description, library),
     .doc = "A file of shell functions, which `prepare` and every step of a scenario have. A "
            "relative path starts at the description's folder."},
    {.name = "prepare", .type = SCHEMA_SPECIAL, AT(description, prepare),
     .special = &rs_special_shell,
     .doc = "What `sh -eu` does as root once modules are loaded and ports are bound, before the "
            "driver starts. When it fails, the run has failed."},
    {.name = "prepare-timeout", .type = SCHEMA_INTEGER, AT(description, prepare_ps),
     .unit = UNIT_TIME, .min = "1ms", .max = "1h", .otherwise = "30s",
     .doc = "How long that may take, in guest time."},
    {.name = "command", .type = SCHEMA_TEXTS, AT(description, command), .count_max = 256,
     .doc = "Program and arguments, one list entry each. The program is one of `files`, or an "
            "absolute path in the guest. `${PORT0}`, `${PORT1}` ... become the PCI addresses of "
            "the ports. Without it nothing is started: the driver is in the kernel, and ready once "
            "`prepare` is done."},
    {.name = "user", .type = SCHEMA_INTEGER, AT(description, user), .unit = UNIT_COUNT,
     .max = "65533", .otherwise = "1000", .doc = "User id that it runs as; 0: root."},
    {.name = "memlock", .type = SCHEMA_INTEGER, AT(description, memlock_bytes),
     .unit = UNIT_BYTES, .max = "1024GiB", .otherwise = "256MiB",
     .doc = "How much memory it may lock (RLIMIT_MEMLOCK)."},
    {.name = "env", .type = SCHEMA_TEXTS, AT(description, env), .count_max = 32,
     .doc = "Environment: NAME=VALUE, one list entry each."},
    {.name = "input", .type = SCHEMA_WORD, AT(description, input), .words = input_words,
     .otherwise = "none",
     .doc = "Its standard input: nothing, or a FIFO into which steps type with `tell`."},
    {.name = "output", .type = SCHEMA_WORD, AT(description, output), .words = output_words,
     .otherwise = "terminal",
     .doc = "Its standard output: a terminal, so that its C library writes every line at once, or "
            "a pipe."},
    {.name = "prompt", .type = SCHEMA_TEXT, AT(description, prompt),
     .doc = "With `input: fifo`: what its output ends with when it waits for a line. `tell` prints "
            "what comes up to there."},
    {.name = "ready", .type = SCHEMA_TEXT, AT(description, ready),
     .doc = "Part of a line of its output that says that it is ready for traffic. Default: it is "
            "ready once it runs."},
    {.name = "ready-timeout", .type = SCHEMA_INTEGER, AT(description, ready_ps),
     .unit = UNIT_TIME, .min = "1ms", .max = "1h", .otherwise = "30s",
     .doc = "How long that may take, in guest time."},
    {.name = "stop", .type = SCHEMA_WORD, AT(description, stop_word), .words = signal_words,
     .otherwise = "TERM", .doc = "Signal that ends it after the traffic."},
    {.name = "stop-line", .type = SCHEMA_TEXT, AT(description, stop_line),
     .doc = "With `input: fifo`: a line that is typed to end it, instead of the signal."},
    {.name = "stop-grace", .type = SCHEMA_INTEGER, AT(description, stop_ps),
     .unit = UNIT_TIME, .max = "1h", .otherwise = "2s",
     .doc = "How long it may take to end before it is killed, in guest time."},
    {.name = "machine", .type = SCHEMA_OBJECT, AT(description, machine),
     .object = &machine_object, .doc = "What the machine is like where a scenario does not say."},
    {.name = "kernel-log", .type = SCHEMA_OBJECT, AT(description, kernel_log),
     .object = &log_object, .doc = "What in the kernel's log fails a run."},
};
static const struct schema_object description_object = {
    .name = "driver description", .doc = "How a driver is run: one YAML file.",
    .bytes = sizeof(struct description), KEYS(description_keys),
};

/* clang-format on */

_Static_assert(G_N_ELEMENTS(description_keys) <= SCHEMA_KEYS_MAX, "raise SCHEMA_KEYS_MAX");

const struct schema_object *rs_schema_description(void)
{
    return &description_object;
}
