/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * QEMU's migration to a file, as a way to save a machine that has stopped: see save.h. Knows no
 * bench and no device.
 */
#include "qemu-patches/adapter/save.h"

#include "block/aio.h"
#include "migration/misc.h"
#include "qapi/error.h"
#include "qapi/qapi-commands-migration.h"
#include "qemu/error-report.h"
#include "qemu/main-loop.h"
#include "system/runstate.h"

static struct {
    char *uri; /* NULL: no save is wanted, or it has begun */
    void (*done)(void *opaque, bool whole);
    void *opaque;
    bool whole;
} save;

static void done(void *opaque)
{
    save.done(save.opaque, save.whole);
}

/* Not from within: QEMU is not finished with the migration yet. */
static int ended(NotifierWithReturn *notifier, MigrationEvent *event, Error **errp)
{
    if (event->type != MIG_EVENT_PRECOPY_SETUP) {
        save.whole = event->type == MIG_EVENT_PRECOPY_DONE;
        aio_bh_schedule_oneshot(qemu_get_aio_context(), done, NULL);
    }
    return 0;
}

static void begin(void *opaque)
{
    static NotifierWithReturn notifier;
    g_autofree char *uri = g_steal_pointer(&save.uri);
    Error *error = NULL;

    migration_add_notifier(&notifier, ended);
    qmp_migrate(uri, false, NULL, false, false, false, false, &error);
    if (error) {
        error_report_err(error);
        done(NULL);
    }
}

static void stopped(void *opaque, bool running, RunState state)
{
    if (!running && state == RUN_STATE_PAUSED && save.uri) {
        aio_bh_schedule_oneshot(qemu_get_aio_context(), begin, NULL);
    }
}

void ringside_save(const char *file, void (*then)(void *opaque, bool whole), void *opaque)
{
    save.uri = g_strdup_printf("file:%s", file);
    save.done = then;
    save.opaque = opaque;
    qemu_add_vm_change_state_handler(stopped, NULL);
    vm_stop(RUN_STATE_PAUSED);
}

bool ringside_save_shared(bool stays, Error **errp)
{
    MigrationCapabilityStatus shared = {
        .capability = MIGRATION_CAPABILITY_X_IGNORE_SHARED, .state = stays };
    MigrationCapabilityStatusList list = { .value = &shared };
    Error *error = NULL;

    qmp_migrate_set_capabilities(&list, &error);
    error_propagate(errp, error);
    return !error;
}
