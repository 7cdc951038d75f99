/* SPDX-License-Identifier: BSD-2-Clause
 *
 * `ringside registers`: the registers that drivers touch, by driver, as their stored traces tell:
 * read, written, polled; and what of that the model only keeps, or has not at all.
 */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/paths.h"
#include "harness/base/table.h"
#include "harness/base/term.h"
#include "harness/cmd/cli.h"
#include "harness/report/report_file.h"
#include "harness/trace/coverage.h"

enum { DRIVERS_MAX = (RS_TABLE_COLUMNS_MAX - 2) / 3 };

struct driver {
    char *name;
    struct rs_coverage *seen;
};

struct drivers {
    struct driver one[DRIVERS_MAX];
    unsigned count;
};

static const char *const kinds[] = {
    [RS_REGISTER_MODELLED] = "modelled", [RS_REGISTER_STORAGE] = "storage",
};

/* ---- reading ---- */

static struct driver *driver_called(struct drivers *drivers, const char *name)
{
    for (unsigned i = 0; i < drivers->count; i++)
        if (!strcmp(drivers->one[i].name, name))
            return &drivers->one[i];
    if (drivers->count == DRIVERS_MAX)
        return NULL;
    drivers->one[drivers->count] = (struct driver){g_strdup(name), rs_coverage_new()};
    return &drivers->one[drivers->count++];
}

/* `lenient`: a run without register accesses is passed over. */
static int add_run(struct driver *driver, const char *run, bool lenient)
{
    char *folder, *path = rs_cli_trace_path(run, &folder);
    char *quoted = rs_shell_word(folder), why[256];
    struct rs_trace trace;
    int status = 0;

    if (rs_trace_open(&trace, path, why, sizeof(why)) < 0) {
        rs_error("%s", why);
        rs_hint("RUN is a run folder, or a name in %s", rs_paths()->out);
        status = RS_EXIT_USAGE;
    } else {
        if (rs_coverage_add(driver->seen, &trace) < 0 && !lenient) {
            rs_error("%s stored level %u of its trace, and register accesses are level 2", run,
                     trace.header.level);
            rs_hint("ringside replay %s --trace 2", quoted);
            status = RS_EXIT_USAGE;
        }
        rs_trace_close(&trace);
    }
    g_free(quoted);
    g_free(path);
    g_free(folder);
    return status;
}

/* [DRIVER=]RUN: without a name runs are of one driver. */
static int take(struct drivers *drivers, const char *argument, bool lenient)
{
    const char *equals = strchr(argument, '=');
    char *name = equals ? g_strndup(argument, (gsize)(equals - argument)) : g_strdup("driver");
    struct driver *driver = driver_called(drivers, name);

    g_free(name);
    if (!driver)
        return rs_cli_wrong("registers", "more than %d drivers", DRIVERS_MAX);
    return add_run(driver, equals ? equals + 1 : argument, lenient);
}

/* ---- showing ---- */

static const char *number(char *buf, size_t bytes, uint64_t count)
{
    if (!count)
        return "";
    snprintf(buf, bytes, "%" PRIu64, count);
    return buf;
}

static void put_touch(const char **cell, char text[3][24], const struct rs_touch *t)
{
    cell[0] = number(text[0], sizeof(text[0]), t->reads);
    cell[1] = number(text[1], sizeof(text[1]), t->writes);
    cell[2] = number(text[2], sizeof(text[2]), t->polls);
}

static bool touched(const struct rs_touch *t)
{
    return t->reads || t->writes;
}

static struct rs_table *new_table(const struct drivers *drivers)
{
    const char *head[RS_TABLE_COLUMNS_MAX + 1] = {"register", "in the model"};
    char *read[DRIVERS_MAX];
    struct rs_table *table;

    for (unsigned i = 0; i < drivers->count; i++) {
        read[i] = g_strdup_printf(">%s: read", drivers->one[i].name);
        head[2 + 3 * i] = read[i];
        head[3 + 3 * i] = ">written";
        head[4 + 3 * i] = ">polled";
    }
    table = rs_table_new(head);
    for (unsigned i = 0; i < drivers->count; i++)
        g_free(read[i]);
    return table;
}

static void show_registers(const struct drivers *drivers, bool all, FILE *out)
{
    struct rs_table *table = new_table(drivers);
    enum rs_register_kind kind;
    const char *name;

    for (size_t row = 0; (name = rs_coverage_register(row, &kind)); row++) {
        const char *cell[RS_TABLE_COLUMNS_MAX] = {name, kinds[kind % RS_REGISTER_ALIAS]};
        char text[DRIVERS_MAX][3][24];
        bool any = all;

        for (unsigned i = 0; i < drivers->count; i++) {
            const struct rs_touch *t = &drivers->one[i].seen->row[row];

            put_touch(&cell[2 + 3 * i], text[i], t);
            any |= touched(t);
        }
        if (any && kind != RS_REGISTER_ALIAS)
            rs_table_row(table, cell);
    }
    rs_table_print(table, out, 0);
    rs_table_free(table);
}

struct totals {
    unsigned rows, read, written, polled, storage, storage_written;
};

static struct totals totals_of(const struct rs_coverage *seen)
{
    struct totals t = {0};
    enum rs_register_kind kind;

    for (size_t row = 0; rs_coverage_register(row, &kind); row++) {
        const struct rs_touch *touch = &seen->row[row];

        t.rows += kind != RS_REGISTER_ALIAS;
        t.read += touch->reads != 0;
        t.written += touch->writes != 0;
        t.polled += touch->polls != 0;
        t.storage += kind == RS_REGISTER_STORAGE && touched(touch);
        t.storage_written += kind == RS_REGISTER_STORAGE && touch->writes;
    }
    return t;
}

static void show_totals(const struct driver *driver, FILE *out)
{
    const struct totals t = totals_of(driver->seen);

    fprintf(out, "%s: of %u registers %u read, %u written, %u polled; %u touched that are storage "
            "only (%u written); %zu holes\n", driver->name, t.rows, t.read, t.written, t.polled,
            t.storage, t.storage_written, driver->seen->holes);
    for (size_t i = 0; i < driver->seen->holes; i++) {
        const struct rs_coverage_hole *hole = &driver->seen->hole[i];

        fprintf(out, "  hole 0x%05x: %" PRIu64 " read, %" PRIu64 " written\n", hole->offset,
                hole->touch.reads, hole->touch.writes);
    }
    if (driver->seen->unaligned)
        fprintf(out, "  %" PRIu64 " accesses that are not of a whole register\n",
                driver->seen->unaligned);
}

/* ---- as data ---- */

static json_t *touch_json(const struct rs_touch *t)
{
    return json_pack("{s:I, s:I, s:I}", "reads", (json_int_t)t->reads, "writes",
                     (json_int_t)t->writes, "polls", (json_int_t)t->polls);
}

static json_t *driver_json(const struct driver *driver)
{
    json_t *registers = json_object(), *holes = json_object();
    enum rs_register_kind kind;
    const char *name;

    for (size_t row = 0; (name = rs_coverage_register(row, &kind)); row++) {
        json_t *one;

        if (!touched(&driver->seen->row[row]))
            continue;
        one = touch_json(&driver->seen->row[row]);
        json_object_set_new(one, "kind", json_string(kinds[kind % RS_REGISTER_ALIAS]));
        json_object_set_new(registers, name, one);
    }
    for (size_t i = 0; i < driver->seen->holes; i++) {
        char offset[16];

        snprintf(offset, sizeof(offset), "0x%05x", driver->seen->hole[i].offset);
        json_object_set_new(holes, offset, touch_json(&driver->seen->hole[i].touch));
    }
    return json_pack("{s:s, s:o, s:o, s:I}", "driver", driver->name, "registers", registers,
                     "holes", holes, "unaligned", (json_int_t)driver->seen->unaligned);
}

static int write_json(const struct drivers *drivers, const char *path)
{
    json_t *list = json_array(), *top;
    char *text;
    int error;

    for (unsigned i = 0; i < drivers->count; i++)
        json_array_append_new(list, driver_json(&drivers->one[i]));
    top = json_pack("{s:s, s:i, s:i, s:o}", "format", "ringside-registers", "version", 1,
                    "exit_status", RS_EXIT_PASS, "drivers", list);
    text = json_dumps(top, JSON_INDENT(1));
    error = rs_report_write(path, text ?: "");
    free(text);
    json_decref(top);
    return error < 0 ? RS_EXIT_ENVIRONMENT : 0;
}

static int report(const struct drivers *drivers, bool all, const char *json)
{
    FILE *talk = rs_report_talk(json, NULL);

    show_registers(drivers, all, talk);
    for (unsigned i = 0; i < drivers->count; i++)
        show_totals(&drivers->one[i], talk);
    return json ? write_json(drivers, json) : RS_EXIT_PASS;
}

int rs_registers_command(int argc, char **argv)
{
    gboolean all = FALSE, lenient = FALSE;
    char *json = NULL;
    const GOptionEntry entries[] = {
        {"all", 'a', 0, G_OPTION_ARG_NONE, &all, "Registers that nobody touched, too", NULL},
        {"lenient", 0, 0, G_OPTION_ARG_NONE, &lenient,
         "Pass over runs that stored no register accesses", NULL},
        {"json", 0, 0, G_OPTION_ARG_FILENAME, &json, "The counts as JSON, also here", "FILE"},
        {0},
    };
    struct drivers drivers = {.count = 0};
    int status = 0;

    if (rs_cli_parse(&argc, &argv, "[DRIVER=]RUN...",
                     "Tells which registers drivers touch: read, written, polled (read twice in a "
                     "row), by the\ntraces of their runs, which must be of level 2. Runs of one "
                     "DRIVER add up.", entries, &status)) {
        status = argc > 1 ? rs_report_probe(json)
                          : rs_cli_wrong("registers", "which runs? expected run folders");
        for (int i = 1; i < argc && !status; i++)
            status = take(&drivers, argv[i], lenient);
        if (!status)
            status = report(&drivers, all, json);
    }
    for (unsigned i = 0; i < drivers.count; i++) {
        g_free(drivers.one[i].name);
        rs_coverage_free(drivers.one[i].seen);
    }
    g_free(json);
    return status;
}
