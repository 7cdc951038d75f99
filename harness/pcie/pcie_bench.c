/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The host of a measured bench, and what comes of it: see pcie_bench.h.
 */
#include "harness/pcie/pcie_bench.h"

#include <errno.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/pcie/llc.h"

enum { LINE = 64, SMALL_PAGE = 4096 };
#define WINDOW_BASE 0x100000000ull

struct host {
    const struct pcie_bench *p;
    const struct system_caches *caches;
    struct bench *bench;
    struct llc llc;
    uint8_t memory[NIC_FRAME_MAX]; /* all of it: nobody looks at what is in there */
    uint64_t random, next, unit, units;
    uint64_t *latency, ended, first_ps, last_ps;
};

/* ---- what the bench asks of its host ---- */

static void *memory(void *host, uint16_t function, uint64_t physical, uint32_t length,
                    enum bench_access_kind kind)
{
    return length <= NIC_FRAME_MAX ? ((struct host *)host)->memory : NULL;
}

static void dma_read(void *host, uint16_t function, uint16_t tag, uint64_t address, bool physical,
                     uint32_t length)
{
    struct host *h = host;
    bench_dma_done(h->bench, function, tag, NIC_DMA_OK, h->memory, length);
}

static enum nic_dma_status dma_write(void *host, uint16_t function, uint16_t tag, uint64_t address,
                                     bool physical, const void *data, uint32_t length)
{
    return NIC_DMA_OK;
}

static enum nic_dma_status translate(void *host, uint16_t function, uint64_t address,
                                     enum bench_access_kind kind, struct bench_translation *out)
{
    out->physical = address;
    out->page = ((struct host *)host)->p->page;
    return NIC_DMA_OK;
}

static void message(void *host, uint16_t function, uint64_t address, uint32_t data)
{
}

static void intx(void *host, uint16_t function, bool level)
{
}

/* The lines of one access are fetched together: it takes as long as the slowest. */
static uint64_t cache(void *host, uint64_t address, uint32_t length, enum bench_access_kind kind)
{
    struct host *h = host;
    const struct system_caches *c = h->caches;
    uint64_t ps = 0;

    for (uint64_t line = address / LINE * LINE; line < address + length; line += LINE) {
        const bool whole = line >= address && line + LINE <= address + length;
        const bool hit = kind == BENCH_READ ? rs_llc_read(&h->llc, line)
                                            : rs_llc_write(&h->llc, line);
        const uint64_t cost = hit ? 0 : kind == BENCH_READ ? c->dram_ps : whole ? 0 : c->fill_ps;

        ps = cost > ps ? cost : ps;
    }
    if (h->p->remote)
        ps += kind == BENCH_READ ? c->socket_ps : c->socket_ps / 2;
    return ps;
}

static const struct bench_host_ops ops = {
    .memory = memory, .dma_read = dma_read, .dma_write = dma_write, .translate = translate,
    .message = message, .intx = intx, .cache = cache,
};

/* ---- what the device asks of its owner ---- */

static uint64_t draw(struct host *h)
{
    h->random ^= h->random << 13;
    h->random ^= h->random >> 7;
    h->random ^= h->random << 17;
    return h->random;
}

static uint64_t address(void *owner)
{
    struct host *h = owner;
    uint64_t unit = h->p->sequential ? h->next++ : draw(h) >> 11;

    return WINDOW_BASE + unit % h->units * h->unit + h->p->offset;
}

static void done(void *owner, uint64_t began_ps, uint64_t ended_ps)
{
    struct host *h = owner;
    const uint64_t number = h->ended++;

    if (number < h->p->warmup)
        return;
    if (number == h->p->warmup)
        h->first_ps = ended_ps;
    h->last_ps = ended_ps;
    h->latency[number - h->p->warmup] = ended_ps - began_ps;
}

/* ---- the measurement ---- */

const char *rs_pcie_bench_wrong(const struct pcie_bench *p)
{
    if (p->bytes < 1 || p->bytes > NIC_READ_MAX)
        return "--size must be 1B to 2048B";
    if (p->offset + p->bytes > SMALL_PAGE || p->offset >= SMALL_PAGE)
        return "--offset and --size together must be 4096B at most";
    if (p->window < p->offset + p->bytes || p->window > 1ull << 40)
        return "--window must be as large as an access, and 1TiB at most";
    if (p->slots > BENCH_EXERCISE_SLOTS)
        return "--slots must be 64 at most";
    if (p->count < 2 || p->count > 100000000 || p->warmup > 100000000)
        return "--count must be 2 to 100000000, --warmup 100000000 at most";
    return NULL;
}

static int compare(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

static void sum_up(struct host *h, struct pcie_result *out)
{
    const struct pcie_bench *p = h->p;
    static struct bench_report report; /* large */
    double sum = 0;

    for (uint64_t i = 0; i < p->count; i++)
        sum += (double)h->latency[i];
    qsort(h->latency, p->count, sizeof(*h->latency), compare);
    bench_report(h->bench, &report);
    *out = (struct pcie_result){
        .count = p->count,
        .span_ps = h->last_ps - h->first_ps,
        .min_ps = h->latency[0],
        .p50_ps = h->latency[p->count / 2],
        .p99_ps = h->latency[p->count * 99 / 100],
        .p999_ps = h->latency[p->count * 999 / 1000],
        .max_ps = h->latency[p->count - 1],
        .mean_ps = sum / (double)p->count,
        .hits = report.port[0].iotlb_hits,
        .misses = report.port[0].iotlb_misses,
        .cache_misses = h->llc.read_misses + h->llc.write_misses,
    };
    out->millions = out->span_ps ? (double)(p->count - 1) * 1e6 / (double)out->span_ps : 0;
    out->gbps = out->millions * (double)p->bytes * 8 / 1e3;
}

/* The smallest power of two that holds an access, at least a line: none lies across a page. */
static uint64_t unit_of(const struct pcie_bench *p)
{
    uint64_t unit = LINE;

    while (unit < p->offset + p->bytes)
        unit *= 2;
    return unit;
}

static int measure(struct host *h, const struct system_engine *e, struct pcie_result *out,
                   char *why, size_t why_bytes)
{
    const struct pcie_bench *p = h->p;
    struct bench_exercise x = {
        .op = p->op, .bytes = (uint32_t)p->bytes,
        .slots = (uint32_t)(p->slots ? p->slots : e->slots), .count = p->count + p->warmup,
        .read_gap_ps = e->read_gap_ps, .write_gap_ps = e->write_gap_ps, .write_ps = e->write_ps,
        .write_byte_ps = e->write_byte_ps, .address = address, .done = done, .owner = h,
    };

    rs_llc_init(&h->llc, h->caches->bytes, h->caches->ways, h->caches->ddio_ways);
    if (p->warm)
        for (uint64_t at = 0; at < h->units * h->unit; at += LINE)
            rs_llc_touch(&h->llc, WINDOW_BASE + at);
    const int rc = bench_exercise(h->bench, &x);
    if (rc)
        snprintf(why, why_bytes, "the bench came to a stop: %s", strerror(-rc));
    else
        sum_up(h, out);
    rs_llc_fini(&h->llc);
    return rc;
}

int rs_pcie_bench_run(const struct pcie_bench *p, const struct system_data *system,
                      const struct system_engine *engine, struct pcie_result *out, char *why,
                      size_t why_bytes)
{
    const struct bench_config config = {.ports = 1};
    struct host *h = g_new0(struct host, 1);
    const char *reason = "";
    struct diag diag;
    void *block = NULL;

    rs_diag_init(&diag);
    void *plan = rs_system_plan(system, engine, p->iommu, &diag);
    int rc = plan != NULL ? 0 : -EINVAL;
    if (rc)
        snprintf(why, why_bytes, "%s", diag.item[0].message);
    rs_diag_fini(&diag);
    h->p = p;
    h->caches = &system->caches;
    h->unit = unit_of(p);
    h->units = p->window / h->unit > 0 ? p->window / h->unit : 1;
    h->random = p->seed * 0x9e3779b97f4a7c15ull + 0x1234567;
    h->latency = g_new0(uint64_t, p->count);
    if (!rc) {
        h->bench = aligned_alloc(64, (bench_bytes() + 63) & ~(size_t)63);
        block = aligned_alloc(64, (bench_state_bytes(&config) + 63) & ~(size_t)63);
        rc = bench_init(h->bench, block, &config, plan, &ops, h, &reason);
        if (rc)
            snprintf(why, why_bytes, "the bench cannot start: %s", reason);
    }
    if (!rc)
        rc = measure(h, engine, out, why, why_bytes);
    free(h->bench);
    free(block);
    g_free(plan);
    g_free(h->latency);
    g_free(h);
    return rc;
}
