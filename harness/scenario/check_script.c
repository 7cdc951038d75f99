/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Register scripts in a scenario: `registers` and `script` are read by the driver's own parser, so
 * that a name that no register has is found here and not in a guest. See scenario_check.h.
 */
#include <glib.h>
#include <string.h>

#include "driver/apps/script.h"
#include "harness/scenario/scenario_check.h"

#define DRIVER_MARK(d, key) rs_schema_mark(&rs_schema_driver, (d), (key))

/* One statement a line, so that a line is an entry of the list. */
static void check_text(struct check *k, const char *key, char **entry)
{
    struct diag_mark mark = DRIVER_MARK(&k->c->driver, key);
    struct ixd_error error = {""};
    struct ixd_script *script;
    unsigned line = 0;

    for (size_t i = 0; entry[i] != NULL; i++) {
        if (strchr(entry[i], '#') != NULL || strchr(entry[i], '\n') != NULL)
            rs_check_error(k, mark, "%s, entry %zu: one line, and comments only as YAML has them",
                           key, i + 1);
    }
    char *text = g_strjoinv("\n", entry);
    if (ixd_script_parse(&script, text, strlen(text), &line, &error) != 0)
        rs_check_error(k, mark, "%s, entry %u: %s", key, line, error.text);
    ixd_script_free(script);
    g_free(text);
}

void rs_check_script(struct check *k)
{
    struct scenario_driver *d = &k->c->driver;
    const bool poke = g_strcmp0(d->app, "poke") == 0;

    if (d->app == NULL)
        return; /* check_driver() has said what there is to say */
    if (poke && d->script == NULL)
        rs_check_error(k, d->marks.self, "'poke' does what 'script' says, and there is none");
    if (!poke && d->script != NULL)
        rs_check_error(k, DRIVER_MARK(d, "script"),
                       "'script' is for 'poke'; before '%s' is ready, 'registers' are written",
                       d->app);
    if (poke && d->registers != NULL)
        rs_check_error(k, DRIVER_MARK(d, "registers"),
                       "'poke' writes registers in its 'script' alone");
    if (d->script != NULL)
        check_text(k, "script", d->script);
    if (d->registers != NULL)
        check_text(k, "registers", d->registers);
}
