/* SPDX-License-Identifier: BSD-2-Clause */
#define XXH_INLINE_ALL
#include "harness/inproc/host.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "harness/inproc/access.h"
#include "model/bench/control_abi.h"

static enum inproc_refused translate(struct inproc_host *h, uint16_t function, uint64_t address,
                                     enum bench_access_kind kind, uint64_t *physical,
                                     uint64_t *page)
{
    unsigned access = kind == BENCH_READ ? INPROC_DEVICE_READS : INPROC_DEVICE_WRITES;
    return inproc_iommu_translate(&h->iommu, function, address, access, physical, page);
}

/* Where an access goes; a request never crosses a page, so that its first byte speaks for all. */
static inline enum nic_dma_status locate(struct inproc_host *h, uint16_t function, uint64_t address,
                                  bool physical, enum bench_access_kind kind, uint32_t length,
                                  uint8_t **at)
{
    uint64_t page;

    if (!physical && translate(h, function, address, kind, &address, &page) != INPROC_ALLOWED)
        return NIC_DMA_FAULT;
    *at = inproc_memory_at(&h->memory, address, length);
    return *at ? NIC_DMA_OK : NIC_DMA_ABORT;
}

/* What the bench was told when it asked. */
static void record(struct inproc_host *h, struct rec_stimulus answer, const void *data)
{
    if (h->records)
        rec_stimulus(h->rec, &answer, data);
}

static void host_dma_read(void *host, uint16_t function, uint16_t tag, uint64_t address,
                          bool physical, uint32_t length)
{
    struct inproc_host *h = host;
    uint8_t *at = NULL;
    enum nic_dma_status status =
        locate(h, function, address, physical, BENCH_READ, length, &at);
    record(h, (struct rec_stimulus){ .kind = REC_DMA_READ, .function = function, .offset = tag,
                                     .size = physical, .detail = (uint8_t)status,
                                     .address = address, .value = length,
                                     .length = at ? (uint16_t)length : 0 }, at);
    bench_dma_done(h->bench, function, tag, status, at, at ? length : 0);
}

static enum nic_dma_status host_dma_write(void *host, uint16_t function, uint16_t tag,
                                          uint64_t address, bool physical, const void *data,
                                          uint32_t length)
{
    struct inproc_host *h = host;
    uint8_t *at = NULL;
    enum nic_dma_status status =
        locate(h, function, address, physical, BENCH_WRITE, length, &at);
    if (status == NIC_DMA_OK)
        memcpy(at, data, length);
    if (h->records)
        record(h, (struct rec_stimulus){ .kind = REC_DMA_WRITE, .function = function,
                                         .offset = tag, .size = physical,
                                         .detail = (uint8_t)status, .address = address,
                                         .value = rec_content(data, length),
                                         .result = length }, NULL);
    return status;
}

static void *host_memory(void *host, uint16_t function, uint64_t physical, uint32_t length,
                         enum bench_access_kind kind)
{
    return inproc_memory_at(&((struct inproc_host *)host)->memory, physical, length);
}

static struct bench_window host_window(void *host, uint64_t physical)
{
    struct bench_window w = {0};
    w.at = inproc_memory_around(&((struct inproc_host *)host)->memory, physical, &w.physical,
                                &w.bytes);
    return w;
}

static enum nic_dma_status host_translate(void *host, uint16_t function, uint64_t address,
                                          enum bench_access_kind kind,
                                          struct bench_translation *out)
{
    static const uint8_t reason[] = {
        [INPROC_NO_DOMAIN] = REPORT_REFUSED_DOMAIN, [INPROC_NOT_MAPPED] = REPORT_REFUSED_UNMAPPED,
        [INPROC_NOT_READABLE] = REPORT_REFUSED_READ, [INPROC_NOT_WRITABLE] = REPORT_REFUSED_WRITE,
    };
    enum inproc_refused refused =
        translate(host, function, address, kind, &out->physical, &out->page);
    enum nic_dma_status status = refused == INPROC_ALLOWED ? NIC_DMA_OK : NIC_DMA_FAULT;
    out->refused = reason[refused];
    record(host, (struct rec_stimulus){ .kind = REC_TRANSLATE, .function = function,
                                        .size = kind, .detail = (uint8_t)status,
                                        .offset = out->refused, .address = address,
                                        .value = status ? 0 : out->physical,
                                        .result = status ? 0 : out->page }, NULL);
    return status;
}

static void host_message(void *host, uint16_t function, uint64_t address, uint32_t data)
{
    struct inproc_host *h = host;
    unsigned port = NIC_FUNCTION_PORT(function);
    if (port < h->ports && address == INPROC_MESSAGE_ADDRESS(port) && data < NIC_VECTORS)
        h->fired[port] |= 1ull << data;
    else
        h->messages_elsewhere++;
}

static void host_intx(void *host, uint16_t function, bool level)
{
    struct inproc_host *h = host;
    if (function == BENCH_CONTROL)
        h->control_level = level;
    else if (NIC_FUNCTION_PORT(function) < h->ports)
        h->intx[NIC_FUNCTION_PORT(function)] = level;
}

static void host_wire(void *host, uint8_t port, bool out, uint64_t time_ps, const uint8_t *frame,
                      uint32_t length, bool good_fcs, uint64_t flow, uint64_t sequence)
{
    struct inproc_host *h = host;
    rec_wire(h->rec, port, out, time_ps, frame, length, good_fcs, flow, sequence);
}

static void host_events(void *host, const struct nic_event *event, size_t count)
{
    struct inproc_host *h = host;
    rec_events(h->rec, event, count);
}

static void host_wake_at(void *host, uint64_t virtual_ns)
{
    struct inproc_host *h = host;
    h->wake_vns = virtual_ns;
}

static const struct bench_host_ops host_ops = {
    .dma_read = host_dma_read,
    .dma_write = host_dma_write,
    .memory = host_memory,
    .window = host_window,
    .translate = host_translate,
    .message = host_message,
    .intx = host_intx,
    .wire = host_wire,
    .events = host_events,
    .wake_at = host_wake_at,
};

static int bench_power_on(struct inproc_host *h, const void *plan, char *why, size_t why_bytes)
{
    const struct plan_header *header = plan;
    struct bench_config config = { .ports = (uint8_t)header->ports.count };
    const char *reason = "no reason given";
    size_t wiring = (bench_bytes() + 63) & ~(size_t)63;
    size_t block = (bench_state_bytes(&config) + 63) & ~(size_t)63;

    h->ports = config.ports;
    h->bench = aligned_alloc(64, wiring);
    h->block = aligned_alloc(64, block);
    if (!h->bench || !h->block) {
        snprintf(why, why_bytes, "no memory for a bench of %u ports (%zu bytes)", h->ports, block);
        return -ENOMEM;
    }
    memset(h->bench, 0, wiring);
    h->ops = host_ops;
    if (h->records) { /* a stimulus wants to see what is read and written: not by pointer */
        h->ops.memory = NULL;
        h->ops.window = NULL;
    }
    int rc = bench_init(h->bench, h->block, &config, plan, &h->ops, h, &reason);
    if (rc)
        snprintf(why, why_bytes, "the bench cannot start: %s", reason);
    return rc;
}

int inproc_host_init(struct inproc_host *h, const struct rec_paths *paths, char *why,
                     size_t why_bytes)
{
    const void *plan;
    size_t plan_bytes;

    memset(h, 0, sizeof *h);
    h->wake_vns = UINT64_MAX;
    h->page_bytes = INPROC_BLOCK_BYTES;
    inproc_iommu_init(&h->iommu);
    int rc = rec_open(&h->rec, paths, &plan, &plan_bytes, why, why_bytes);
    if (rc)
        return rc;
    h->records = rec_wants_stimulus(h->rec);
    rc = inproc_memory_init(&h->memory);
    if (rc)
        snprintf(why, why_bytes, "no memory for the machine: %s", strerror(-rc));
    else
        rc = bench_power_on(h, plan, why, why_bytes);
    return rc;
}

void inproc_host_advance(struct inproc_host *h, uint64_t vns)
{
    if (vns > h->now_vns)
        h->now_vns = vns;
    if (h->now_vns >= h->wake_vns) {
        bench_advance(h->bench, h->now_vns);
        h->advanced = true;
    }
}

int inproc_host_finish(struct inproc_host *h, char *why, size_t why_bytes)
{
    static struct bench_report report; /* 2 MiB and more: not for a stack */
    bench_report(h->bench, &report);
    inproc_record_end(h, &report);
    size_t used = (size_t)h->memory.high_water * INPROC_BLOCK_BYTES;
    XXH128_hash_t hash = XXH3_128bits(h->memory.arena, used);
    report.memory_hash[0] = hash.low64;
    report.memory_hash[1] = hash.high64;
    return rec_report(h->rec, &report, why, why_bytes);
}

void inproc_host_fini(struct inproc_host *h)
{
    char why[256];
    if (h->rec && rec_close(h->rec, why, sizeof why))
        fprintf(stderr, "ringside-inproc: %s\n", why);
    inproc_memory_fini(&h->memory);
    inproc_iommu_fini(&h->iommu);
    free(h->bench);
    free(h->block);
    h->rec = NULL;
    h->bench = NULL;
    h->block = NULL;
}
