/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A snapshot in the middle of a run: at one instant of the plan the machine stops, is saved with
 * everything that is on its way, and goes on. Three files in a folder: `state`, QEMU's and the
 * bench's; `mailbox`, which is no part of the machine; `in-flight`, what was on its way, counted.
 */
#include "qemu-patches/adapter/machine.h"

#include "exec/memory.h"
#include "qapi/error.h"
#include "qapi/qapi-commands-misc.h"
#include "qemu/cutils.h"
#include "qemu/error-report.h"
#include "system/runstate.h"

#include "qemu-patches/adapter/save.h"

enum { PIECE = 64 * 1024 };

static char *in_folder(const struct ringside_machine *m, const char *name)
{
    return g_build_filename(m->snapshot, name, NULL);
}

/* The mailbox, without its zeros. */
static bool copy_mailbox(const struct ringside_machine *m)
{
    g_autofree char *path = in_folder(m, "mailbox");
    const uint64_t bytes = memory_region_size(m->mailbox);
    const char *from = memory_region_get_ram_ptr(m->mailbox);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool good = fd >= 0 && ftruncate(fd, bytes) == 0;

    for (uint64_t at = 0; good && at < bytes; at += PIECE) {
        const size_t piece = MIN(PIECE, bytes - at);

        good = buffer_is_zero(from + at, piece)
            || pwrite(fd, from + at, piece, at) == (ssize_t)piece;
    }
    good = good && close(fd) == 0;
    if (!good) {
        error_report("ringside: %s: %s", path, strerror(errno));
    }
    return good;
}

static void note_flight(const struct ringside_machine *m)
{
    g_autofree char *path = in_folder(m, "in-flight");
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    struct bench_flight f;

    bench_flight(m->bench, &f);
    text = g_strdup_printf("frames %u\nreads %u\nwrites %u\ninterrupts %u\nregister_writes %u\n"
                           "nic_events %u\nbench_events %u\n", f.frames, f.reads, f.writes,
                           f.interrupts, f.register_writes, f.nic_events, f.bench_events);
    if (!g_file_set_contents(path, text, -1, &error)) {
        error_report("ringside: %s", error->message);
    }
}

/* The machine is saved; it has not moved since. */
static void go_on(void *opaque, bool whole)
{
    struct ringside_machine *m = opaque;
    Error *error = NULL;

    if (whole && (!m->mailbox || copy_mailbox(m))) {
        note_flight(m); /* the last file: its presence means that all are there */
    }
    qmp_cont(&error);
    if (error) {
        error_report_err(error);
        qemu_system_shutdown_request_with_code(SHUTDOWN_CAUSE_HOST_ERROR, EXIT_FAILURE);
    }
}

static void due(void *opaque)
{
    struct ringside_machine *m = opaque;
    g_autofree char *state = in_folder(m, "state");
    Error *error = NULL;

    if (!m->rec) {
        return;
    }
    if (!ringside_save_shared(false, &error)) {
        error_report_err(error);
        return;
    }
    ringside_save(state, go_on, m);
}

/* GO is the plan's time zero: from here the instant is known. */
void ringside_snapshot_arm(struct ringside_machine *m)
{
    if (m->snapshot) {
        const unsigned __int128 scaled = (unsigned __int128)m->snapshot_at
                                         * m->plan->dilation_num;
        const uint64_t unit = 1000ull * m->plan->dilation_den;
        QEMUTimer *timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, due, m);

        timer_mod_ns(timer, m->now + (uint64_t)((scaled + unit - 1) / unit));
    }
}
