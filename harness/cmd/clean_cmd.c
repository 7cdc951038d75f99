/* SPDX-License-Identifier: BSD-2-Clause
 *
 * `ringside clean`: run folders, base snapshots and composed guests of other builds. Shows what
 * would go; --force does it. What a tool uses at the moment stays.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/paths.h"
#include "harness/base/term.h"
#include "harness/base/units.h"
#include "harness/cmd/cli.h"
#include "harness/run/guest_image.h"
#include "harness/run/leavings.h"
#include "harness/run/snapshot.h"
#include "harness/run/snapshot_files.h"

struct options {
    gboolean force, all, keep_failures;
    char *older;
};

struct cleaning {
    const struct options *o;
    uint64_t older_s, bytes;
    unsigned gone, busy;
};

static void say(struct cleaning *c, const char *what, const char *name, uint64_t bytes, bool busy)
{
    char text[64];

    rs_quantity_format(rs_quantity(UNIT_BYTES, bytes, 1), text, sizeof(text));
    if (rs_verbosity >= 0)
        printf("%-12s %10s  %s %s\n", busy ? "in use" : c->o->force ? "removed" : "would go", text,
               what, name);
    c->busy += busy;
    c->gone += !busy;
}

static bool unwanted(const struct rs_leaving *leaving, void *user)
{
    const struct cleaning *c = user;

    return leaving->age_s >= c->older_s && !(leaving->bundle && c->o->keep_failures);
}

static void tell_run(const struct rs_leaving *leaving, void *user)
{
    say(user, "run     ", leaving->path, leaving->bytes, leaving->busy);
}

static void tell_snapshot(const struct rs_swept *swept, void *user)
{
    struct cleaning *c = user;

    say(c, "snapshot", swept->key, swept->bytes, swept->busy);
    c->bytes += swept->busy ? 0 : swept->bytes;
}

static void tell_guest(const char *key, uint64_t bytes, void *user)
{
    struct cleaning *c = user;

    say(c, "guest   ", key, bytes, false);
    c->bytes += bytes;
}

static void clean(struct cleaning *c, char *const *folders)
{
    char *root = rs_snapshot_root(), build[17], text[64];
    const bool known = rs_snapshot_build(build) == 0;

    for (; *folders; folders++)
        c->bytes += rs_leavings(*folders, c->o->force, unwanted, tell_run, c);
    if (!c->older_s) { /* snapshots and guests: what cannot be used, however new */
        rs_snapshot_sweep(root, c->o->all || !known ? NULL : build, c->o->force, tell_snapshot,
                          c);
        rs_guest_sweep(c->o->all, c->o->force, tell_guest, c);
    }
    rs_quantity_format(rs_quantity(UNIT_BYTES, c->bytes, 1), text, sizeof(text));
    if (!c->gone)
        printf("nothing to remove\n");
    else if (c->o->force)
        printf("%u removed, %s freed\n", c->gone, text);
    else
        printf("%u would go, %s; 'ringside clean --force' removes them\n", c->gone, text);
    if (rs_paths()->source && rs_verbosity > 0)
        rs_hint("'make clean-cache' removes builds of QEMU and kernels that no clone uses");
    g_free(root);
}

int rs_clean_command(int argc, char **argv)
{
    struct options o = {0};
    const GOptionEntry entries[] = {
        {"force", 'f', 0, G_OPTION_ARG_NONE, &o.force, "Remove; without it nothing is touched",
         NULL},
        {"older", 0, 0, G_OPTION_ARG_STRING, &o.older,
         "Only runs that are at least that old (48h); no snapshots, no guests", "TIME"},
        {"keep-failures", 0, 0, G_OPTION_ARG_NONE, &o.keep_failures,
         "Not the runs that left a repro bundle", NULL},
        {"all", 0, 0, G_OPTION_ARG_NONE, &o.all,
         "Snapshots and guests of this build, too: they are made again when wanted", NULL},
        {0},
    };
    struct cleaning c = {.o = &o};
    char *fallback[2] = {0}, why[256];
    struct quantity q;
    int status = 0;

    if (rs_cli_parse(&argc, &argv, "[FOLDER...]",
                     "Shows what runs left in output folders (reports/out), and snapshots and "
                     "composed guests of other builds; with --force removes it.",
                     entries, &status)) {
        enum unit_error error =
            o.older ? rs_quantity_parse(o.older, strlen(o.older), UNIT_TIME, &q) : UNIT_OK;

        fallback[0] = rs_paths()->out;
        if (error) {
            status = rs_cli_wrong("clean", "--older: %s",
                                  rs_unit_error_text(error, o.older, strlen(o.older), UNIT_TIME,
                                                     why, sizeof(why)));
        } else {
            c.older_s = o.older ? q.num / q.den / 1000000000000u : 0;
            clean(&c, argc > 1 ? argv + 1 : fallback);
        }
    }
    g_free(o.older);
    return status;
}
