/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The root complex: where requests of the ports meet memory. It translates (IOTLB), samples and
 * changes memory through the host, and reports what was refused. Times are pcie.c's business.
 */
#include "model/bench/bench_priv.h"

/* A fault of the plan: the page goes, and the access that struck it is the first to notice. */
static void unmap(struct bench *b, uint16_t function, uint64_t address)
{
    const struct plan_fault *f = NULL;
    if (!iotlb_in_hole(b, function, address))
        f = fault_hits(b, PLAN_FAULT_IOMMU_UNMAP, NIC_FUNCTION_PORT(function), 0, address);
    if (f)
        iotlb_unmap(b, function, address, bench_add(bench_now(b), f->time_ps));
}

enum nic_dma_status root_translate(struct bench *b, uint16_t function, unsigned user,
                                   uint64_t address, enum bench_access_kind kind, uint64_t at_ps,
                                   struct iotlb_answer *answer)
{
    *answer = (struct iotlb_answer){ .target = address };
    if (!b->translates)
        return NIC_DMA_OK;
    if (b->st->faults.armed)
        unmap(b, function, address);
    return iotlb_lookup(b, function, user, address, kind, at_ps, answer);
}

__attribute__((cold))
void root_refused(struct bench *b, uint16_t function, uint16_t tag, uint64_t address,
                  uint32_t length, enum nic_dma_status status, uint32_t reason)
{
    struct refused *r = &b->st->refused;
    unsigned port = NIC_FUNCTION_PORT(function);
    b->st->port[port].count.dma_faults++;
    b->st->port[port].count.dma_aborts += status == NIC_DMA_ABORT;
    if (status == NIC_DMA_ABORT)
        reason = REPORT_REFUSED_MEMORY;
    if (r->kept < REPORT_REFUSALS)
        r->first[r->kept++] = (struct report_refusal){
            .time_ps = bench_now(b), .address = address, .length = length, .tag = tag,
            .port = (uint8_t)port,
            .reason = reason < REPORT_REFUSED_REASONS ? (uint8_t)reason : REPORT_REFUSED,
        };
    trace_emit(b, BENCH_EV_bus_fault, function, tag, address, length, status);
}

__attribute__((noinline)) static void write_by_host(struct bench *b, const struct root_write *w,
                                                    uint64_t content)
{
    enum nic_dma_status status = b->ops->dma_write(b->host, w->function, w->tag, w->target,
                                                   w->physical, w->data, w->length);
    if (status != NIC_DMA_OK) {
        nic_refused(&b->nic[NIC_FUNCTION_PORT(w->function)], w->tag, w->address, false);
        root_refused(b, w->function, w->tag, w->address, w->length, status, REPORT_REFUSED);
        return;
    }
    trace_emit(b, BENCH_EV_dma_write, w->function, w->tag, w->address, w->length, content);
}

/* ---- memory as the CPU sees it ---- */
void bench_memory_moved(struct bench *b)
{
    memset(b->window, 0, sizeof(b->window));
}

__attribute__((noinline)) static void *look(struct bench *b, uint16_t function, uint64_t physical,
                                            uint32_t length, enum bench_access_kind kind)
{
    if (b->ops->window)
        b->window[(physical >> WINDOW_BITS) % WINDOWS] = b->ops->window(b->host, physical);
    return b->ops->memory ? b->ops->memory(b->host, function, physical, length, kind) : NULL;
}

/* Where these bytes are; NULL: the host has to be asked. */
static inline void *memory_at(struct bench *b, uint16_t function, uint64_t physical,
                              uint32_t length, enum bench_access_kind kind)
{
    const struct bench_window *w = &b->window[(physical >> WINDOW_BITS) % WINDOWS];
    uint64_t into = physical - w->physical;
    if (__builtin_expect(into < w->bytes && length <= w->bytes - into, 1))
        return w->at + into;
    return look(b, function, physical, length, kind);
}

void root_write(struct bench *b, const struct root_write *w, uint64_t content)
{
    void *memory = NULL;
    if (w->physical)
        memory = memory_at(b, w->function, w->target, w->length, BENCH_WRITE);
    if (!memory) {
        write_by_host(b, w, content);
        return;
    }
    nic_copy(memory, w->data, w->length);
    trace_emit(b, BENCH_EV_dma_write, w->function, w->tag, w->address, w->length, content);
}

/* Translation by other than the quick way. False: refused, and answered. */
__attribute__((noinline)) static bool translate_read(struct bench *b, unsigned port,
                                                     struct read_slot *r, uint64_t *target)
{
    struct iotlb_answer at;
    uint16_t function = NIC_FUNCTION(port, r->fn);
    enum nic_dma_status status =
        root_translate(b, function, iotlb_user(NIC_TAG_KIND(r->tag), r->user), r->address,
                       BENCH_READ, bench_now(b), &at);
    r->walk_ps = at.ready_ps > bench_now(b) ? at.ready_ps - bench_now(b) : 0;
    r->refused = (uint8_t)at.refused;
    *target = at.target;
    if (status != NIC_DMA_OK)
        bench_dma_done(b, function, r->tag, status, NULL, 0);
    return status == NIC_DMA_OK;
}

/* The slot's request is here. A miss in the IOTLB delays only it; its walk is over before memory
 * is sampled, which for now happens at once, with the delay added to the completion. */
void root_read(struct bench *b, unsigned port, unsigned slot)
{
    struct read_slot *r = &b->port[port]->read[slot];
    uint16_t function = NIC_FUNCTION(port, r->fn);
    unsigned user = iotlb_user(NIC_TAG_KIND(r->tag), r->user);
    struct iotlb_entry *e = NULL;
    uint64_t target;
    bool physical = b->translates;
    if (physical && !b->st->faults.armed)
        e = iotlb_hit(b, function, r->address, BENCH_READ);
    if (e) {
        iotlb_used(b, function, user, e);
        target = e->physical + (r->address - e->page);
        r->walk_ps = e->ready_ps > bench_now(b) ? e->ready_ps - bench_now(b) : 0;
        r->refused = 0;
    } else if (!translate_read(b, port, r, &target)) {
        return;
    }
    uint16_t tag = r->tag, length = r->length;
    if (b->ops->cache)
        r->walk_ps += b->ops->cache(b->host, target, length, BENCH_READ);
    trace_emit(b, BENCH_EV_dma_read, function, tag, r->address, length, physical);
    void *memory = NULL;
    if (physical)
        memory = memory_at(b, function, target, length, BENCH_READ);
    if (memory)
        pcie_read_answer(b, port, slot, NIC_DMA_OK, memory);
    else
        b->ops->dma_read(b->host, function, tag, target, physical, length);
}
