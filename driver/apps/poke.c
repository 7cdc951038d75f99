/* SPDX-License-Identifier: BSD-2-Clause
 *
 * poke: an application that is nothing but a register script (script.h): a port without a driver,
 * for what a driver never does. The other applications run a script, too, right before they are
 * ready: what their driver does not know how to switch on.
 */
#include "driver/apps/app.h"
#include "driver/regs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const uint64_t idle_step_ns = 20000, reset_ns = 1000000;

int ixd_app_script_open(struct ixd_app *app, struct ixd_error *err)
{
    const struct ixd_app_options *o = &app->options;
    size_t length = 0, at = 0;
    char *text;
    int rc;

    if (!o->script_parts && !app->kind->bare)
        return 0;
    for (unsigned i = 0; i < o->script_parts; i++)
        length += strlen(o->script[i]) + 1;
    text = malloc(length + 1);
    if (!text)
        return ixd_fail(err, -ENOMEM, "no memory for a script");
    for (unsigned i = 0; i < o->script_parts; i++) {
        size_t bytes = strlen(o->script[i]);

        memcpy(text + at, o->script[i], bytes);
        text[at + bytes] = '\n';
        at += bytes + 1;
    }
    rc = ixd_script_parse(&app->script, text, length, NULL, err);
    free(text);
    if (rc == 0)
        ixd_script_attach(app->script, app->bus, app->ports);
    return rc;
}

int ixd_app_script_turn(struct ixd_app *app, struct ixd_error *err)
{
    enum ixd_script_state state;
    int rc = ixd_script_step(app->script, &state, err);

    if (rc)
        return rc;
    if (state != IXD_SCRIPT_RUNS)
        app->ready = true; /* `over` and the end are ready, too */
    if (state == IXD_SCRIPT_ENDED || state == IXD_SCRIPT_OVER)
        app->bus[0]->ops->sleep_ns(app->bus[0], idle_step_ns);
    return 0;
}

void ixd_app_script_stop(struct ixd_app *app)
{
    if (app->script && app->kind->bare)
        app->script_code = ixd_script_finish(app->script, &app->script_error);
}

void ixd_app_script_close(struct ixd_app *app)
{
    for (unsigned i = 0; app->script && app->kind->bare && i < app->ports; i++) {
        ixd_write32(app->bus[i], IXD_CTRL, IXD_CTRL_RST); /* no DMA into what is freed next */
        app->bus[i]->ops->sleep_ns(app->bus[i], reset_ns);
    }
    ixd_script_free(app->script);
    app->script = NULL;
}

const struct ixd_app_kind ixd_app_poke = {
    .name = "poke",
    .summary = "do what a register script says",
    .ports = 1,
    .ports_more = 1,
    .bare = true,
    .option_set = IXD_OPT_SCRIPT,
};
