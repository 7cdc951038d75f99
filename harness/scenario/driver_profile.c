/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads driver profiles, and puts one into a case: see driver_profile.h.
 */
#include "harness/scenario/driver_profile.h"

#include <inttypes.h>
#include <string.h>

#include "harness/scenario/reader.h"
#include "harness/scenario/scenario_check.h"
#include "harness/scenario/text_file.h"

#define GIVEN(d, key) rs_schema_given(&rs_schema_driver, (d), (key))

static void check(const struct driver_profile *p, const char *path, const char *text,
                  struct diag *diag)
{
    if (p->rx.ring % 8 != 0 || p->tx.ring % 8 != 0)
        rs_diag_add(diag, DIAG_ERROR, path, text, p->marks.self,
                    "rings of %" PRIu64 " and %" PRIu64 "; the 82599 wants multiples of 8",
                    p->rx.ring, p->tx.ring);
    if (p->tx.report == 0 || p->tx.clean % p->tx.report != 0)
        rs_diag_add(diag, DIAG_ERROR, path, text, p->tx.marks.self,
                    "clean: %" PRIu64 " is no multiple of report: %" PRIu64
                    ", so that nothing tells when they are done", p->tx.clean, p->tx.report);
}

struct driver_profile *rs_driver_profile_load(const char *path, struct diag *diag)
{
    const size_t before = diag->errors;
    size_t length = 0;
    char *text = rs_text_file(path, &length, diag);
    struct driver_profile *p = g_new0(struct driver_profile, 1);
    struct yaml_node *root = text != NULL ? rs_yaml_parse(path, text, length, diag) : NULL;
    struct matrix none = {0};
    struct reader r;

    if (root != NULL) {
        rs_reader_init(&r, path, text, diag, &none);
        rs_read_object(&r, rs_schema_profile(), root, p);
        rs_reader_fini(&r);
        rs_yaml_free(root);
        if (diag->errors == before)
            check(p, path, text, diag);
    }
    g_free(text);
    if (diag->errors == before)
        return p;
    rs_driver_profile_free(p);
    return NULL;
}

void rs_driver_profile_free(struct driver_profile *p)
{
    if (p == NULL)
        return;
    rs_schema_fini(rs_schema_profile(), p);
    g_free(p);
}

static void number(GString *text, const char *name, uint64_t value)
{
    g_string_append_printf(text, "argv %s=%" PRIu64 "\n", name, value);
}

static void side(GString *text, const char *which, const struct profile_side *s, uint64_t ring)
{
    const struct {
        const char *name;
        uint64_t value;
    } rows[] = {{"buffer", s->packet_buffer >> 10},
                {"ring", ring},
                {"pthresh", s->pthresh},
                {"hthresh", s->hthresh},
                {"wthresh", s->wthresh},
                {"burst-cost", s->burst_cost},
                {"packet-cost", s->packet_cost}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        char *name = g_strdup_printf("%s-%s", which, rows[i].name);

        number(text, name, rows[i].value);
        g_free(name);
    }
}

void rs_driver_profile_job(const struct driver_profile *p, const struct scenario_driver *driver,
                           GString *text)
{
    const uint64_t rx = driver->rings ? driver->rings : p->rx.ring;
    const uint64_t tx = driver->rings ? driver->rings : p->tx.ring;
    const uint64_t batch = driver->batch ? driver->batch : p->batch, ports = p->mode ? 1 : 2;
    const uint64_t least = ports * (rx + tx + p->tx.hold) + batch;

    number(text, "mode", p->mode);
    number(text, "batch", batch);
    number(text, "buffers", p->buffers > least ? p->buffers : least);
    number(text, "frame", p->frame);
    number(text, "drop", p->drop);
    side(text, "rx", &p->rx, rx);
    side(text, "tx", &p->tx, tx);
    number(text, "rx-refill", p->rx.refill);
    number(text, "rx-drained-cost", p->rx.drained_cost);
    number(text, "tx-report", p->tx.report);
    number(text, "tx-clean", p->tx.clean);
    number(text, "tx-hold", p->tx.hold);
    number(text, "tx-clean-cost", p->tx.clean_cost);
    number(text, "app-packet-cost", p->app_packet_cost);
    number(text, "empty-cost", p->empty_cost);
}

void rs_check_profile(struct check *k)
{
    struct scenario_case *c = k->c;
    struct scenario_driver *d = &c->driver;
    struct diag_mark mark = rs_schema_mark(&rs_schema_driver, d, "profile");

    if (g_strcmp0(d->app, "profile") != 0) {
        if (d->profile != NULL)
            rs_check_error(k, mark, "a 'profile' is what app: profile follows");
        return;
    }
    if (d->profile == NULL) {
        rs_check_error(k, rs_schema_mark(&rs_schema_driver, d, "app"),
                       "app: profile needs a 'profile': the file that says how it behaves");
        return;
    }
    if (c->machine.host == SCENARIO_HOST_QEMU)
        rs_check_error(k, rs_schema_mark(&rs_schema_machine, &c->machine, "host"),
                       "a profile has no program for a guest; use host: in-process");
    c->machine.host = SCENARIO_HOST_IN_PROCESS;
    char *path = rs_scenario_path(k->s, d->profile);
    c->profile = rs_driver_profile_load(path, k->files);
    if (c->profile == NULL)
        rs_scenario_complain(k->s, k->files, DIAG_ERROR, mark,
                             "the driver profile %s is not usable", path);
    g_free(path);
}
