/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The root complex: where requests of the ports meet memory. It translates (IOTLB), samples and
 * changes memory through the host, and reports what was refused. Times are pcie.c's business.
 */
#include "model/bench/bench_priv.h"

#define XXH_INLINE_ALL
#include "xxhash.h"

enum nic_dma_status root_translate(struct bench *b, uint16_t function, uint64_t address,
                                   enum bench_access_kind kind, uint64_t at_ps, uint64_t *target,
                                   bool *physical, uint64_t *ready_ps)
{
    *target = address;
    *physical = false;
    if (!b->ops->translate || !b->plan->iotlb_entries)
        return NIC_DMA_OK;
    *physical = true;
    return iotlb_lookup(b, function, address, kind, at_ps, target, ready_ps);
}

static void fault(struct bench *b, unsigned port, uint16_t tag, uint64_t address,
                  uint32_t length, enum nic_dma_status status)
{
    b->st->port[port].count.dma_faults++;
    trace_emit(b, BENCH_EV_bus_fault, NIC_FUNCTION(port, 0), tag, address, length, status);
}

/* Payload is covered by the hash of the wire; here what the device makes up by itself. */
static uint64_t content(uint16_t tag, const uint8_t *data, uint32_t length)
{
    return NIC_TAG_KIND(tag) == NIC_TAG_RX_DATA ? 0 : XXH3_64bits(data, length);
}

void root_write(struct bench *b, unsigned port, const struct posted *p, const uint8_t *data)
{
    uint16_t function = NIC_FUNCTION(port, 0);
    enum nic_dma_status status = (enum nic_dma_status)p->status;
    bool sent = status == NIC_DMA_OK;
    if (sent)
        status = b->ops->dma_write(b->host, function, p->tag, p->target, p->physical, data,
                                   p->length);
    if (status != NIC_DMA_OK && sent)
        nic_refused(&b->nic[port], p->tag, p->address, false);
    if (status != NIC_DMA_OK)
        fault(b, port, p->tag, p->address, p->length, status);
    else
        trace_emit(b, BENCH_EV_dma_write, function, p->tag, p->address, p->length,
                   content(p->tag, data, p->length));
}

/* The slot's request is here. A miss in the IOTLB delays only it; its walk is over before memory
 * is sampled, which for now happens at once, with the delay added to the completion. */
void root_read(struct bench *b, unsigned port, unsigned slot)
{
    struct read_slot *r = &b->st->port[port].read[slot];
    uint16_t function = NIC_FUNCTION(port, 0);
    uint64_t target, ready = 0;
    bool physical;
    uint16_t tag = r->tag, length = r->length;
    enum nic_dma_status status =
        root_translate(b, function, r->address, BENCH_READ, bench_now(b), &target, &physical,
                       &ready);
    r->walk_ps = ready > bench_now(b) ? ready - bench_now(b) : 0;
    if (status != NIC_DMA_OK) {
        fault(b, port, tag, r->address, length, status);
        bench_dma_done(b, function, tag, status, NULL, 0);
        return;
    }
    trace_emit(b, BENCH_EV_dma_read, function, tag, r->address, length, physical);
    b->ops->dma_read(b->host, function, tag, target, physical, length);
}
