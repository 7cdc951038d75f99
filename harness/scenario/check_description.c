/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Puts a driver description into a case: what the description says holds where the scenario says
 * nothing; lists are joined. See scenario_check.h.
 */
#include <glib.h>
#include <string.h>

#include "harness/scenario/description.h"
#include "harness/scenario/scenario_check.h"

#define GIVEN(d, key) rs_schema_given(&rs_schema_driver, (d), (key))

/* *list becomes `first`, and then what stood in it. */
static void join(char **first, char ***list)
{
    GPtrArray *all = g_ptr_array_new();

    for (; first != NULL && *first != NULL; first++)
        g_ptr_array_add(all, g_strdup(*first));
    for (char **text = *list; text != NULL && *text != NULL; text++)
        g_ptr_array_add(all, *text);
    g_ptr_array_add(all, NULL);
    g_free(*list);
    *list = (char **)g_ptr_array_free(all, FALSE);
}

/* Is it said of the same thing? Its name ends where one of these characters is. */
static bool same_name(const char *a, const char *b, const char *ends)
{
    const size_t n = strcspn(a, ends), m = strcspn(b, ends);

    return n == m && strncmp(a, b, n) == 0;
}

/* What the description says of modules, or of variables, and behind it what *list does; of what
 * both name, what *list says. */
static void join_named(char **first, char ***list, const char *ends)
{
    GPtrArray *all = g_ptr_array_new();
    char **own = *list;

    for (; first != NULL && *first != NULL; first++)
        g_ptr_array_add(all, g_strdup(*first));
    for (; own != NULL && *own != NULL; own++) {
        unsigned i = 0;

        while (i < all->len && !same_name(all->pdata[i], *own, ends))
            i++;
        if (i == all->len)
            g_ptr_array_add(all, NULL);
        g_free(all->pdata[i]);
        all->pdata[i] = g_strdup(*own);
    }
    g_ptr_array_add(all, NULL);
    g_strfreev(*list);
    *list = (char **)g_ptr_array_free(all, FALSE);
}

static void fill_text(struct scenario_driver *driver, const char *key, char **to, const char *from)
{
    if (GIVEN(driver, key) || from == NULL)
        return;
    g_free(*to);
    *to = g_strdup(from);
}

static void fill_number(struct scenario_driver *driver, const char *key, uint64_t *to,
                        uint64_t from)
{
    if (!GIVEN(driver, key))
        *to = from;
}

static void fill_driver(struct scenario_driver *driver, const struct description *d)
{
    if (!GIVEN(driver, "command") && d->command != NULL) {
        driver->command = g_strdupv(d->command);
        for (char **arg = driver->args; arg != NULL && *arg != NULL; arg++) {
            const guint n = g_strv_length(driver->command);

            driver->command = g_renew(char *, driver->command, n + 2);
            driver->command[n] = g_strdup(*arg);
            driver->command[n + 1] = NULL;
        }
    }
    join(d->files, &driver->files);
    join_named(d->env, &driver->env, "=");
    join_named(d->modules, &driver->modules, " ");
    fill_text(driver, "bind", &driver->bind, d->bind);
    fill_text(driver, "ready", &driver->ready, d->ready);
    fill_number(driver, "user", &driver->user, d->user);
    fill_number(driver, "memlock", &driver->memlock_bytes, d->memlock_bytes);
    fill_number(driver, "ready-timeout", &driver->ready_ps, d->ready_ps);
    fill_number(driver, "stop-grace", &driver->stop_ps, d->stop_ps);
    if (!GIVEN(driver, "stop"))
        driver->stop_word = d->stop_word;
}

static void fill_machine(struct scenario_machine *m, const struct description_machine *d)
{
    const struct schema_object *whole = rs_schema_description();
    const struct schema_object *from = whole->keys[rs_schema_row(whole, "machine")].object;

    if (rs_schema_given(from, d, "iommu") && !rs_schema_given(&rs_schema_machine, m, "iommu"))
        m->iommu = d->iommu;
    if (rs_schema_given(from, d, "pages") && !rs_schema_given(&rs_schema_machine, m, "pages"))
        m->pages = d->pages;
    if (rs_schema_given(from, d, "cpus") && !rs_schema_given(&rs_schema_machine, m, "cpus"))
        m->cpus = d->cpus;
    if (rs_schema_given(from, d, "memory") && !rs_schema_given(&rs_schema_machine, m, "memory"))
        m->memory_bytes = d->memory_bytes;
}

void rs_check_description(struct check *k)
{
    struct scenario_case *c = k->c;
    struct scenario_driver *driver = &c->driver;
    struct diag_mark mark = rs_schema_mark(&rs_schema_driver, driver, "description");
    char *path;

    if (driver->description == NULL) {
        if (GIVEN(driver, "modules"))
            rs_check_error(k, rs_schema_mark(&rs_schema_driver, driver, "modules"),
                           "'modules' are loaded for a driver with a 'description' only");
        return;
    }
    if (c->machine.host == SCENARIO_HOST_IN_PROCESS)
        rs_check_error(k, rs_schema_mark(&rs_schema_machine, &c->machine, "host"),
                       "the in-process host runs only this project's driver; use host: qemu");
    path = rs_scenario_path(k->s, driver->description);
    g_free(driver->description);
    driver->description = path;
    c->description = rs_description_load(path, k->files);
    if (c->description == NULL) {
        rs_scenario_complain(k->s, k->files, DIAG_ERROR, mark,
                             "the driver description %s is not usable", path);
        return;
    }
    fill_driver(driver, c->description);
    fill_machine(&c->machine, &c->description->machine);
    c->machine.host = SCENARIO_HOST_QEMU;
}
