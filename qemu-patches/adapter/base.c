/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The base of a run: the instant at which the guest has booted and has read nothing of its job.
 * Makes the bench anew there, from the plan and from what the guest did to it; saves the machine as
 * a snapshot from which any job may start. Knows no device.
 */
#include "qemu-patches/adapter/machine.h"

#include "block/aio.h"
#include "hw/pci/pci.h"
#include "migration/misc.h"
#include "qapi/error.h"
#include "qapi/qapi-commands-migration.h"
#include "qemu/error-report.h"
#include "qemu/main-loop.h"
#include "system/runstate.h"

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

static const char *target; /* of the one save that this process will make */

static int saved(NotifierWithReturn *notifier, MigrationEvent *event, Error **errp)
{
    if (event->type != MIG_EVENT_PRECOPY_SETUP) {
        bool whole = event->type == MIG_EVENT_PRECOPY_DONE;

        qemu_system_shutdown_request_with_code(SHUTDOWN_CAUSE_HOST_QMP_QUIT,
                                               whole ? 0 : EXIT_FAILURE);
    }
    return 0;
}

static void save(void *opaque)
{
    static NotifierWithReturn notifier;
    g_autofree char *uri = g_strdup_printf("file:%s", target);
    Error *error = NULL;

    migration_add_notifier(&notifier, saved);
    qmp_migrate(uri, false, NULL, false, false, false, false, &error);
    if (error) {
        error_report_err(error);
        qemu_system_shutdown_request_with_code(SHUTDOWN_CAUSE_HOST_ERROR, EXIT_FAILURE);
    }
}

static void stopped(void *opaque, bool running, RunState state)
{
    if (!running && state == RUN_STATE_PAUSED) {
        aio_bh_schedule_oneshot(qemu_get_aio_context(), save, opaque);
    }
}

void ringside_base_save(struct ringside_machine *m, const char *file)
{
    target = file;
    qemu_add_vm_change_state_handler(stopped, m);
    vm_stop(RUN_STATE_PAUSED); /* between this instruction and the next */
}

bool ringside_base_in_files(Error **errp)
{
    MigrationCapabilityStatus shared = {
        .capability = MIGRATION_CAPABILITY_X_IGNORE_SHARED, .state = true };
    MigrationCapabilityStatusList list = { .value = &shared };
    Error *error = NULL;

    qmp_migrate_set_capabilities(&list, &error);
    error_propagate(errp, error);
    return !error;
}
