/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads system files, and makes a plan of one: see system.h.
 */
#include "harness/scenario/system.h"

#include <glib.h>
#include <inttypes.h>
#include <string.h>

#include "harness/base/paths.h"
#include "harness/scenario/reader.h"
#include "harness/scenario/text_file.h"
#include "model/bench/bench.h"
#include "model/bench/timing.h"

static void check(const struct system_data *s, const char *path, const char *text,
                  struct diag *diag)
{
    const struct system_caches *c = &s->caches;

    if (s->engine_count == 0)
        rs_diag_add(diag, DIAG_ERROR, path, text, s->marks.self,
                    "'engines' is empty: with what would the device reach memory?");
    if (c->ddio_ways > c->ways)
        rs_diag_add(diag, DIAG_ERROR, path, text, c->marks.self,
                    "ddio-ways: %" PRIu64 " of %" PRIu64 " ways", c->ddio_ways, c->ways);
    if (c->bytes % (64 * c->ways) != 0)
        rs_diag_add(diag, DIAG_ERROR, path, text, c->marks.self,
                    "a cache of %" PRIu64 " ways has a multiple of %" PRIu64 " bytes", c->ways,
                    64 * c->ways);
}

static bool is_path(const char *name)
{
    return strchr(name, '/') != NULL || g_str_has_suffix(name, ".yaml") ||
           rs_paths()->root == NULL;
}

static char *path_of(const char *name)
{
    return is_path(name) ? g_strdup(name)
                         : g_strdup_printf("%s/systems/%s.yaml", rs_paths()->root, name);
}

static gint by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

char *rs_system_names(void)
{
    char *folder = rs_root_path("systems");
    GDir *dir = folder != NULL ? g_dir_open(folder, 0, NULL) : NULL;
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL)
        if (g_str_has_suffix(name, ".yaml"))
            g_ptr_array_add(names, g_strndup(name, strlen(name) - strlen(".yaml")));
    if (dir != NULL)
        g_dir_close(dir);
    g_ptr_array_sort(names, by_name);
    g_ptr_array_add(names, NULL);
    char *list = g_strjoinv(", ", (char **)names->pdata);
    g_ptr_array_unref(names);
    g_free(folder);
    return list;
}

static void unknown(const char *name, struct diag *diag)
{
    char *names = rs_system_names();

    rs_diag_add(diag, DIAG_ERROR, name, NULL, (struct diag_mark){0},
                "no system of that name; there are %s, and files by their path", names);
    g_free(names);
}

struct system_data *rs_system_load(const char *name, struct diag *diag)
{
    const size_t before = diag->errors;
    size_t length = 0;
    char *path = path_of(name);
    if (!is_path(name) && !g_file_test(path, G_FILE_TEST_EXISTS)) {
        unknown(name, diag);
        g_free(path);
        return NULL;
    }
    char *text = rs_text_file(path, &length, diag);
    struct system_data *s = g_new0(struct system_data, 1);
    struct yaml_node *root = text != NULL ? rs_yaml_parse(path, text, length, diag) : NULL;
    struct matrix none = {0};
    struct reader r;

    if (root != NULL) {
        rs_reader_init(&r, path, text, diag, &none);
        rs_read_object(&r, rs_schema_system(), root, s);
        rs_reader_fini(&r);
        rs_yaml_free(root);
        if (diag->errors == before)
            check(s, path, text, diag);
    }
    g_free(text);
    g_free(path);
    if (diag->errors == before)
        return s;
    rs_system_free(s);
    return NULL;
}

void rs_system_free(struct system_data *s)
{
    if (s == NULL)
        return;
    rs_schema_fini(rs_schema_system(), s);
    g_free(s);
}

const struct system_engine *rs_system_engine(const struct system_data *s, const char *name)
{
    for (size_t i = 0; i < s->engine_count; i++)
        if (name == NULL || strcmp(s->engines[i].name, name) == 0)
            return &s->engines[i];
    return NULL;
}

void *rs_system_plan(const struct system_data *s, const struct system_engine *engine, bool iommu,
                     struct diag *diag)
{
    const size_t ports = (sizeof(struct plan_header) + 7) & ~(size_t)7;
    const size_t bytes = ports + sizeof(struct plan_port);
    uint8_t *plan = g_malloc0(bytes);
    struct plan_header *h = (void *)plan;
    struct plan_port *port = (void *)(plan + ports);
    struct plan_table empty = {.offset = (uint32_t)bytes};
    uint64_t min, max;

    memcpy(h->magic, PLAN_MAGIC, sizeof(h->magic));
    h->version = PLAN_VERSION;
    h->bytes = (uint32_t)bytes;
    h->seed = 1;
    g_strlcpy(h->name, s->name, sizeof(h->name));
    h->dilation_num = h->dilation_den = 1;
    h->ready_limit_ns = 3600000000000;
    h->deadline_ps = 3600000000000000;
    h->drain_ps = 1000000000;
    h->iotlb_entries = iommu ? (uint32_t)s->iotlb : 0;
    h->ports = (struct plan_table){.offset = (uint32_t)ports, .count = 1};
    h->flows = h->sizes = h->actions = h->frames = h->bytes_ = h->faults = empty;
    port->module = 1;
    port->mac[0] = port->nic_mac[0] = 2;
    for (unsigned i = 0; i < bench_timing_count(); i++)
        h->timing[i] = bench_timing_info(i)->value;
    h->timing[TIMING_nic_dma] = 0; /* the engines have gaps of their own */
    h->timing[TIMING_nic_read] = engine->read_ps;
    h->timing[TIMING_nic_read_byte] = engine->read_byte_ps * 1000;
    for (size_t i = 0; i < s->timing.count; i++)
        h->timing[s->timing.item[i].index] = s->timing.item[i].value;
    const int index = bench_timing_check(h->timing, &min, &max);
    if (index < 0)
        return plan;
    const struct bench_timing_info *info = bench_timing_info((unsigned)index);
    rs_diag_add(diag, DIAG_ERROR, s->name, NULL, s->marks.self,
                "timing parameter '%s' must be within %" PRIu64 "..%" PRIu64 " %s",
                info != NULL ? info->name : "?", min, max, info != NULL ? info->unit : "");
    g_free(plan);
    return NULL;
}
