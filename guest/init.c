/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Process 1 of the guest: the order of steps from the first instruction in user space to the
 * write that ends the run. What a step does is in the file of its noun; what the job says is
 * in docs/formats/job.md. Whatever goes wrong, the run ends with RS_CTL_EXIT and a reason, or,
 * when there is no control device to write it to, with a kernel panic behind a message.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest/bind.h"
#include "guest/control.h"
#include "guest/driver.h"
#include "guest/files.h"
#include "guest/mailbox.h"
#include "guest/modules.h"
#include "guest/results.h"
#include "guest/steps.h"
#include "guest/watch.h"

#define MODULE_LIST "/lib/modules/order"
#define JOB_FOLDER  "/job"
#define JOB_FILE    JOB_FOLDER "/job"
#define HUGEPAGES   "/dev/hugepages"

/* all that a run has; one each, none of it on the stack */
static struct control control;
static struct mailbox mailbox;
static struct job job;
static struct pci_address ports[JOB_PORTS_MAX];
static struct driver driver;
static struct capture out, err;
static struct steps steps;
static struct watch watch;
static struct results results;

/* Notes the first failure: the later ones are mostly its children. Returns -1. */
__attribute__((format(printf, 2, 3))) static int failed(enum results_code code, const char *format,
                                                        ...)
{
    va_list list;

    if (results.code != RESULTS_OK)
        return -1;
    results.code = code;
    va_start(list, format);
    vsnprintf(results.why, sizeof(results.why), format, list);
    va_end(list);
    for (char *c = results.why; *c; c++)
        if ((unsigned char)*c < ' ')
            *c = '?';
    dprintf(STDERR_FILENO, "init: %s\n", results.why);
    return -1;
}

static int mount_all(void)
{
    static const struct {
        const char *type, *where, *options;
        mode_t mode;
    } mounts[] = {
        {"proc", "/proc", "", 0755},
        {"sysfs", "/sys", "", 0755},
        {"devtmpfs", "/dev", "mode=0755", 0755},
        {"devpts", "/dev/pts", "mode=0620", 0755},
        {"tmpfs", "/dev/shm", "mode=1777", 0755},
        {"tmpfs", "/tmp", "mode=1777", 0755},
        {"hugetlbfs", HUGEPAGES, "mode=0700", 0755},
    };

    for (unsigned i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
        if (mkdir(mounts[i].where, mounts[i].mode) < 0 && errno != EEXIST)
            return failed(RESULTS_BOOT, "cannot make %s: %s", mounts[i].where, strerror(errno));
        if (mount(mounts[i].type, mounts[i].where, mounts[i].type, 0, mounts[i].options) < 0)
            return failed(RESULTS_BOOT, "cannot mount %s: %s", mounts[i].where, strerror(errno));
    }
    /* the kernel makes the root as free as /tmp, and programs that load plugins refuse that */
    if (chmod("/", 0755) < 0)
        return failed(RESULTS_BOOT, "cannot chmod /: %s", strerror(errno));
    return 0;
}

/* Cores go to a folder of their user; what they hold is private memory and not the huge pages,
 * which are mostly packet buffers. */
static void arrange_cores(void)
{
    file_write("/proc/sys/kernel/core_pattern", RESULTS_CORES "/%e.%p");
    file_write("/proc/self/coredump_filter", "0x13");
}

/* The machine has no source of entropy on purpose, and a program that asks for random numbers
 * would make the kernel search for some with a second of instructions. It gets a constant: what
 * a run does must not depend on anything else. */
static void seed_random(void)
{
    struct {
        struct rand_pool_info info;
        char bytes[64];
    } seed = {{.entropy_count = 8 * 64, .buf_size = 64}, "ringside: the same on every run"};
    int fd = open("/dev/urandom", O_WRONLY | O_CLOEXEC);

    if (fd < 0 || ioctl(fd, RNDADDENTROPY, &seed) < 0)
        dprintf(STDERR_FILENO, "init: cannot seed the random numbers: %s\n", strerror(errno));
    if (fd >= 0)
        close(fd);
}

static int open_signals(void)
{
    sigset_t set;

    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static int boot(void)
{
    char why[256];

    if (mount_all() < 0)
        return -1;
    arrange_cores();
    seed_random();
    watch.signals = open_signals();
    if (watch.signals < 0)
        return failed(RESULTS_BOOT, "no signalfd: %s", strerror(errno));
    if (modules_load(MODULE_LIST, why, sizeof(why)) < 0)
        return failed(RESULTS_BOOT, "%s", why);
    return 0;
}

/* Up to here nothing of the mailbox has been read: a base snapshot at the mark serves any job. */
static int reach_mailbox(void)
{
    char why[256];

    int result = control_open(&control, why, sizeof(why));
    results.boot_ms = watch_now_ms();
    if (control.registers) {
        control_announce(&control, RS_ROLE_INIT, 1, 0);
        control_write(&control, RS_CTL_MARK, RS_MARK_BOOTED);
    }
    if (result < 0)
        failed(RESULTS_CONTROL, "%s", why);
    /* without an interrupt results can still be handed in */
    if (control.memory && mailbox_open(&mailbox, control.memory, control.memory_bytes, why,
                                       sizeof(why)) < 0)
        return failed(RESULTS_CONTROL, "%s", why);
    return results.code ? -1 : 0;
}

static int read_job(void)
{
    static char text[JOB_TEXT_MAX + 2];
    struct job_error error;
    char why[256];

    if (mailbox_unpack(&mailbox, JOB_FOLDER, why, sizeof(why)) < 0)
        return failed(RESULTS_JOB, "%s", why);
    int length = file_read(JOB_FILE, text, sizeof(text));
    if (length < 0)
        return failed(RESULTS_JOB, "cannot read %s: %s", JOB_FILE, strerror(-length));
    if (job_parse(&job, text, (size_t)length, &error) < 0)
        return failed(RESULTS_JOB, "%s:%u: %s", JOB_FILE, error.line, error.text);
    return 0;
}

/* Kernel drivers come up here, inside the run: what their probing does is in the trace. */
static int load_modules(void)
{
    char why[256];

    for (unsigned i = 0; i < job.modules; i++)
        if (modules_add(job.module[i], why, sizeof(why)) < 0)
            return failed(RESULTS_BIND, "%s", why);
    return 0;
}

static int start_job(void)
{
    uint64_t head = mailbox.out_capacity / 8;
    char why[256];

    if (load_modules() < 0)
        return -1;
    int result = bind_job(&job, ports, why, sizeof(why));
    if (result < 0)
        return failed(RESULTS_BIND, "%s", why);
    if (driver_prepare(&driver, &job, ports, (unsigned)result, why, sizeof(why)) < 0)
        return failed(RESULTS_START, "%s", why);
    if (chown(HUGEPAGES, job.user, job.user) < 0)
        return failed(RESULTS_START, "cannot give %s to user %u: %s", HUGEPAGES, job.user,
                      strerror(errno));
    result = results_prepare(job.user);
    if (!result)
        result = capture_open(&out, RESULTS_FOLDER "/stdout", head, job.ready);
    if (!result)
        result = capture_open(&err, RESULTS_FOLDER "/stderr", head, NULL);
    if (result < 0)
        return failed(RESULTS_START, "cannot prepare %s: %s", RESULTS_FOLDER, strerror(-result));
    steps_init(&steps, &job, head / 8);
    control_write(&control, RS_CTL_MARK, RS_MARK_JOB);
    return 0;
}

static int run_job(void)
{
    char why[256] = "";

    watch.control = &control;
    watch.job = &job;
    watch.driver = &driver;
    watch.out = &out;
    watch.err = &err;
    watch.steps = &steps;
    watch.why = why;
    watch.why_room = sizeof(why);
    int result = watch_run(&watch);
    results.watch = &watch;
    capture_close(&out);
    capture_close(&err);
    if (result == -ECANCELED)
        return failed(RESULTS_PREPARE, "the preparation failed: results/steps/%s has its output",
                      job.step[steps_failed(&steps, JOB_PREPARE)].name);
    if (result < 0 && *why)
        return failed(RESULTS_START, "%s", why);
    if (result < 0)
        return failed(RESULTS_START, "cannot watch the driver: %s", strerror(-result));
    if (!watch.ready && !job.shell)
        return failed(RESULTS_NOT_READY, "the driver %s before it printed its ready text '%.100s'",
                      watch.stopper == WATCH_BY_SELF ? "ended" : "was stopped", job.ready);
    return 0;
}

/* The write to RS_CTL_EXIT ends the machine; what follows is for machines that it does not. */
static void __attribute__((noreturn)) leave(void)
{
    if (control.registers) {
        control_write(&control, RS_CTL_EXIT, (uint32_t)results.code);
        reboot(RB_POWER_OFF);
    }
    dprintf(STDERR_FILENO, "init: nobody to report to; ending in a kernel panic\n");
    _exit(1);
}

int main(void)
{
    if (getpid() != 1) {
        dprintf(STDERR_FILENO, "init: not process 1; this program is the guest's init\n");
        return 2;
    }
    if (boot() == 0 && reach_mailbox() == 0 && read_job() == 0 && start_job() == 0)
        run_job();
    if (mailbox.base) {
        int result = results_deliver(&results, &mailbox);
        if (result < 0)
            failed(RESULTS_PACK, "cannot deliver the results: %s", strerror(-result));
    }
    leave();
}
