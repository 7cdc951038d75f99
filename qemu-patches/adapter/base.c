/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The base of a run: the instant at which the guest has booted and has read nothing of its job.
 * Makes the bench anew there, from the plan and from what the guest did to it; saves the machine as
 * a snapshot from which any job may start. Knows no device.
 */
#include "qemu-patches/adapter/machine.h"

#include "hw/pci/pci.h"
#include "qemu/error-report.h"
#include "system/runstate.h"

#include "qemu-patches/adapter/save.h"

bool ringside_base_take(struct ringside_machine *m)
{
    m->has_base = !m->has_base && bench_base_get(m->bench, &m->base) == 0;
    return m->has_base;
}

static void note_start(const char *path)
{
    g_autofree char *text = g_strdup_printf("%" PRId64 "\n", g_get_monotonic_time());
    g_autoptr(GError) error = NULL;

    if (path && !g_file_set_contents(path, text, -1, &error)) {
        warn_report("ringside: %s", error->message);
    }
}

void ringside_base_begin(struct ringside_machine *m, const char *started)
{
    const char *why = NULL;
    int status;

    note_start(started);
    rec_restart(m->rec);
    m->inside = true;
    status = bench_base_set(m->bench, &m->base, &why);
    m->inside = false;
    if (status < 0) {
        error_report("ringside: %s", why ? why : "not a valid base");
        ringside_finish(m, false);
        qemu_system_shutdown_request_with_code(SHUTDOWN_CAUSE_HOST_ERROR, EXIT_FAILURE);
        return;
    }
    m->now = MAX(m->now, m->base.virtual_ns);
    pci_set_irq(m->control, 0);
    for (unsigned port = 0; port < PLAN_PORTS_MAX; port++) {
        if (m->nic[port]) {
            pci_set_irq(&m->nic[port]->parent, 0);
            ringside_nic_mirror(m->nic[port]);
        }
    }
}

/* ---- saving ---- */

static void saved(void *opaque, bool whole)
{
    qemu_system_shutdown_request_with_code(SHUTDOWN_CAUSE_HOST_QMP_QUIT, whole ? 0 : EXIT_FAILURE);
}

void ringside_base_save(struct ringside_machine *m, const char *file)
{
    ringside_save(file, saved, m);
}
