/* SPDX-License-Identifier: BSD-2-Clause
 *
 * `ringside pcie-bench`: what reads and writes of a device take on a system, in the way of
 * pcie-bench. The measuring is harness/pcie/pcie_bench.h.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/term.h"
#include "harness/base/units.h"
#include "harness/cmd/cli.h"
#include "harness/pcie/pcie_bench.h"
#include "harness/report/report_file.h"

struct options {
    char *op, *engine, *size, *window, *offset, *pages, *pattern, *json;
    gboolean warm, cold, iommu, remote;
    gint slots, count, warmup, seed;
};

static const char *const ops[] = {"read", "write", "wrrd"};

static int bytes_of(const char *option, const char *text, uint64_t *out)
{
    struct quantity q;

    if (!rs_quantity_parse(text, strlen(text), UNIT_BYTES, &q) && q.den == 1) {
        *out = q.num;
        return 0;
    }
    return rs_cli_wrong("pcie-bench", "--%s is '%s': expected bytes, as in 64B or 8MiB", option,
                        text);
}

static int word_of(const char *option, const char *text, const char *const *words, unsigned count,
                   unsigned *out)
{
    for (*out = 0; *out < count; (*out)++)
        if (strcmp(text, words[*out]) == 0)
            return 0;
    return rs_cli_wrong("pcie-bench", "--%s is '%s': expected %s, %s%s%s", option, text, words[0],
                        words[1], count > 2 ? ", " : "", count > 2 ? words[2] : "");
}

static int fill(const struct options *o, struct pcie_bench *p)
{
    static const char *const pages[] = {"4KiB", "2MiB", "1GiB"};
    static const char *const patterns[] = {"random", "sequential"};
    unsigned op = 0, page = 0, pattern = 0;
    int status = word_of("op", o->op ? o->op : "read", ops, 3, &op) ?:
                 word_of("pages", o->pages ? o->pages : "4KiB", pages, 3, &page) ?:
                 word_of("pattern", o->pattern ? o->pattern : "random", patterns, 2, &pattern) ?:
                 bytes_of("size", o->size ? o->size : "64B", &p->bytes) ?:
                 bytes_of("window", o->window ? o->window : "8KiB", &p->window) ?:
                 bytes_of("offset", o->offset ? o->offset : "0B", &p->offset);

    if (status)
        return status;
    if (o->warm && o->cold)
        return rs_cli_wrong("pcie-bench", "%s", "--warm and --cold: one of them");
    if (o->slots < 0 || o->count < 0 || o->warmup < -1 || o->seed < 0)
        return rs_cli_wrong("pcie-bench", "%s", "a number of an option is negative");
    p->op = (enum bench_exercise_op)op;
    p->page = 1ull << (page == 0 ? 12 : page == 1 ? 21 : 30);
    p->sequential = pattern == 1;
    p->warm = !o->cold;
    p->iommu = o->iommu;
    p->remote = o->remote;
    p->slots = (uint64_t)o->slots;
    p->count = o->count ? (uint64_t)o->count : 200000;
    p->warmup = o->warmup < 0 ? p->count / 4 : (uint64_t)o->warmup;
    p->seed = (uint64_t)o->seed;
    const char *wrong = rs_pcie_bench_wrong(p);
    return wrong ? rs_cli_wrong("pcie-bench", "%s", wrong) : 0;
}

static void tell(const struct pcie_bench *p, const struct system_data *s,
                 const struct system_engine *e, const struct pcie_result *r, FILE *out)
{
    const uint64_t slots = p->slots ? p->slots : e->slots;

    fprintf(out, "%s, engine %s: %s of %" PRIu64 " B, %s in %" PRIu64 " KiB (%s%s), %" PRIu64
                 " under way, IOMMU %s\n",
            s->name, e->name, ops[p->op], p->bytes, p->sequential ? "in order" : "at random",
            p->window >> 10, p->warm ? "warm" : "cold", p->remote ? ", other socket" : "", slots,
            !p->iommu            ? "off"
            : p->page == 1 << 12 ? "on, pages of 4 KiB"
            : p->page == 1 << 21 ? "on, pages of 2 MiB"
                                 : "on, pages of 1 GiB");
    fprintf(out, "  %.3f M/s  %.3f Gb/s\n", r->millions, r->gbps);
    fprintf(out, "  latency ns: min %.1f  median %.1f  mean %.1f  p99 %.1f  p99.9 %.1f  max %.1f\n",
            (double)r->min_ps / 1e3, (double)r->p50_ps / 1e3, r->mean_ps / 1e3,
            (double)r->p99_ps / 1e3, (double)r->p999_ps / 1e3, (double)r->max_ps / 1e3);
    fprintf(out, "  IOTLB: %" PRIu64 " hits, %" PRIu64 " walks; cache: %" PRIu64 " misses\n",
            r->hits, r->misses, r->cache_misses);
}

static int report(const char *path, const struct pcie_bench *p, const struct system_data *s,
                  const struct system_engine *e, const struct pcie_result *r)
{
    json_t *root = json_pack(
        "{s:s, s:i, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:b, s:b, s:b, s:b, s:I}", "format",
        "ringside-pcie-bench", "version", 1, "system", s->name, "engine", e->name, "op",
        ops[p->op], "size", (json_int_t)p->bytes, "window", (json_int_t)p->window, "offset",
        (json_int_t)p->offset, "page", (json_int_t)p->page, "slots",
        (json_int_t)(p->slots ? p->slots : e->slots), "sequential", p->sequential, "warm",
        p->warm, "iommu", p->iommu, "remote", p->remote, "seed", (json_int_t)p->seed);
    json_t *latency = json_pack(
        "{s:f, s:f, s:f, s:f, s:f, s:f}", "min", (double)r->min_ps / 1e3, "median",
        (double)r->p50_ps / 1e3, "mean", r->mean_ps / 1e3, "p99", (double)r->p99_ps / 1e3, "p99.9",
        (double)r->p999_ps / 1e3, "max", (double)r->max_ps / 1e3);

    json_object_set_new(root, "count", json_integer((json_int_t)r->count));
    json_object_set_new(root, "millions_per_second", json_real(r->millions));
    json_object_set_new(root, "gigabits_per_second", json_real(r->gbps));
    json_object_set_new(root, "latency_ns", latency);
    json_object_set_new(root, "iotlb", json_pack("{s:I, s:I}", "hits", (json_int_t)r->hits,
                                                 "walks", (json_int_t)r->misses));
    json_object_set_new(root, "cache_misses", json_integer((json_int_t)r->cache_misses));
    char *text = json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    const int error = rs_report_write(path, text);

    free(text);
    json_decref(root);
    return error ? RS_EXIT_ENVIRONMENT : RS_EXIT_PASS;
}

static int run(const struct options *o, const char *name)
{
    struct pcie_bench p = {0};
    struct pcie_result result;
    struct diag diag;
    char why[512];
    int status = fill(o, &p);

    if (status)
        return status;
    rs_diag_init(&diag);
    struct system_data *system = rs_system_load(name, &diag);
    if (diag.errors)
        rs_diag_print(&diag, stderr, *rs_style(stderr, RS_BAD) != '\0');
    rs_diag_fini(&diag);
    if (!system)
        return RS_EXIT_USAGE;
    const struct system_engine *engine = rs_system_engine(system, o->engine);
    if (!engine) {
        status = rs_cli_wrong("pcie-bench", "--engine is '%s': %s has no such engine", o->engine,
                              system->name);
    } else if (rs_pcie_bench_run(&p, system, engine, &result, why, sizeof(why))) {
        rs_error("%s", why);
        status = RS_EXIT_FAIL;
    } else {
        tell(&p, system, engine, &result, rs_report_talk(o->json, NULL));
        if (o->json)
            status = report(o->json, &p, system, engine, &result);
    }
    rs_system_free(system);
    return status;
}

int rs_pcie_bench_command(int argc, char **argv)
{
    struct options o = {.seed = 1, .warmup = -1};
    const GOptionEntry entries[] = {
        {"op", 0, 0, G_OPTION_ARG_STRING, &o.op, "read, write, or wrrd: a write and behind it a "
         "read of the same address (read)", "OP"},
        {"engine", 0, 0, G_OPTION_ARG_STRING, &o.engine, "Engine of the system's device (its "
         "first)", "NAME"},
        {"size", 0, 0, G_OPTION_ARG_STRING, &o.size, "Bytes of an access (64B)", "BYTES"},
        {"window", 0, 0, G_OPTION_ARG_STRING, &o.window, "Memory that is accessed (8KiB)", "BYTES"},
        {"offset", 0, 0, G_OPTION_ARG_STRING, &o.offset, "Of an access from a cache line (0B)",
         "BYTES"},
        {"slots", 0, 0, G_OPTION_ARG_INT, &o.slots, "Accesses under way; 1 measures latency (the "
         "engine's)", "N"},
        {"pattern", 0, 0, G_OPTION_ARG_STRING, &o.pattern, "random or sequential (random)", "WORD"},
        {"warm", 0, 0, G_OPTION_ARG_NONE, &o.warm, "The CPU has touched it (default)", NULL},
        {"cold", 0, 0, G_OPTION_ARG_NONE, &o.cold, "Nothing is in the cache", NULL},
        {"iommu", 0, 0, G_OPTION_ARG_NONE, &o.iommu, "Through the IOMMU", NULL},
        {"pages", 0, 0, G_OPTION_ARG_STRING, &o.pages, "4KiB, 2MiB or 1GiB (4KiB)", "BYTES"},
        {"remote", 0, 0, G_OPTION_ARG_NONE, &o.remote, "Memory of the other socket", NULL},
        {"count", 0, 0, G_OPTION_ARG_INT, &o.count, "Accesses measured (200000)", "N"},
        {"warmup", 0, 0, G_OPTION_ARG_INT, &o.warmup, "Accesses before them (a quarter as many)",
         "N"},
        {"seed", 0, 0, G_OPTION_ARG_INT, &o.seed, "Of what is drawn at random (1)", "N"},
        {"json", 0, 0, G_OPTION_ARG_FILENAME, &o.json, "Results as JSON, also here", "FILE"},
        {0},
    };
    int status = 0;

    if (!rs_cli_parse(&argc, &argv, "SYSTEM",
                      "Reads and writes of a device in a closed loop, on a system of systems/ or "
                      "of a file: rate, latency, walks.",
                      entries, &status))
        return status;
    if (argc == 2) {
        status = run(&o, argv[1]);
    } else {
        char *names = rs_system_names();
        status = rs_cli_wrong("pcie-bench", "expected one system (%s, or a file), got %d", names,
                              argc - 1);
        g_free(names);
    }
    char *texts[] = {o.op, o.engine, o.size, o.window, o.offset, o.pages, o.pattern, o.json};
    for (unsigned i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    return status;
}
