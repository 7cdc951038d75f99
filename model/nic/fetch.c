/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Descriptor prefetch for both directions: slots, caches, order. See fetch.h.
 */
#include "model/nic/fetch.h"

#include "model/nic/nic_priv.h"
#include "model/nic/ring.h"

/* What is under way for this queue will be ignored. */
static void forget(struct nic_fetcher *f, uint32_t queue)
{
    for (int i = 0; i < NIC_FETCH_SLOTS; i++) {
        struct nic_fetch_slot *s = &f->slot[i];
        if (s->queue != queue || !s->busy)
            continue;
        s->stale = 1;
        if (s->done)
            s->busy = s->done = 0;
    }
}

void nic_fetch_restart(struct nic_fetcher *f, struct nic_desc_queue *q, uint32_t queue,
                       uint32_t head)
{
    forget(f, queue);
    q->asked = q->ready = q->used = 0;
    q->fetch = q->next = (uint16_t)head;
    q->stalled = false;
}

static int free_slot(const struct nic_fetcher *f)
{
    for (int i = 0; i < NIC_FETCH_SLOTS; i++)
        if (!f->slot[i].busy)
            return i;
    return -1;
}

bool nic_fetch_slot_free(const struct nic_fetcher *f)
{
    return free_slot(f) >= 0;
}

uint32_t nic_fetch_ask(struct nic *n, struct nic_fetcher *f, struct nic_desc_queue *q,
                       enum nic_tag_kind kind, uint32_t queue, uint64_t base, uint32_t length,
                       uint32_t wanted)
{
    int slot = free_slot(f);
    uint32_t room = NIC_DESC_CACHE - (q->asked - q->used);
    uint32_t index = q->fetch;

    if (wanted > room)
        wanted = room;
    uint32_t count = ring_run(base, index, length, wanted, NIC_READ_MAX);
    if (slot < 0 || count == 0)
        return 0;
    f->slot[slot] = (struct nic_fetch_slot){
        .position = q->asked, .queue = (uint8_t)queue, .count = (uint8_t)count, .busy = 1,
    };
    q->asked += count;
    q->fetch = (uint16_t)ring_advance(index, count, length);
    nic_emit(n, NIC_EV_desc_fetch, queue, kind == NIC_TAG_TX_DESC, index, count);
    n->read_queue = (uint16_t)queue;
    /* Last: the answer may come from inside, and may use everything set up above. */
    n->ops->dma_read(n->host, nic_queue_function(n, queue), NIC_TAG(kind, slot),
                     base + (uint64_t)NIC_DESC_BYTES * index, count * NIC_DESC_BYTES);
    return count;
}

/* Descriptors become ready in the order in which they were asked for: frees every answered slot
 * of the queue that is next in line. Each round frees a slot, so there are few rounds. */
static uint32_t settle(struct nic_fetcher *f, struct nic_desc_queue *q, uint32_t queue)
{
    uint32_t grown = 0;

    for (int i = 0; i < NIC_FETCH_SLOTS; i++) {
        struct nic_fetch_slot *s = &f->slot[i];
        if (!s->done || s->queue != queue || s->position != q->ready)
            continue;
        q->ready += s->count;
        grown += s->count;
        s->busy = s->done = 0;
        i = -1; /* one before this may have waited for it */
    }
    return grown;
}

/* A read failed: what came before may still be used up; the rest is asked for anew after the next
 * doorbell. */
static void fail(struct nic *n, struct nic_fetcher *f, struct nic_desc_queue *q, uint32_t queue,
                 enum nic_reg ring_bytes)
{
    forget(f, queue);
    q->asked = q->ready;
    q->fetch = (uint16_t)ring_advance(q->next, q->ready - q->used,
                                      n->st->reg[ring_bytes + queue] / NIC_DESC_BYTES);
    q->stalled = true;
    nic_irq_cause(n, EICR_PCI);
}

int nic_fetch_done(struct nic *n, struct nic_fetcher *f, void *queues, uint32_t stride,
                   uint16_t tag, enum nic_dma_status status, const uint8_t *data, uint32_t length,
                   uint32_t *grown)
{
    uint32_t slot = NIC_TAG_SLOT(tag);

    *grown = 0;
    if (slot >= NIC_FETCH_SLOTS || !f->slot[slot].busy || f->slot[slot].done)
        return -1;
    struct nic_fetch_slot *s = &f->slot[slot];
    struct nic_desc_queue *q =
        (struct nic_desc_queue *)((uint8_t *)queues + (size_t)stride * s->queue);
    uint32_t queue = s->queue;

    if (s->stale || s->count > q->asked - q->ready) {
        s->busy = 0;
        return (int)queue;
    }
    if (status != NIC_DMA_OK || length != s->count * NIC_DESC_BYTES || !data) {
        nic_emit(n, NIC_EV_dma_fault, queue, tag, status, q->next);
        fail(n, f, q, queue, NIC_TAG_KIND(tag) == NIC_TAG_RX_DESC ? R_RDLEN : R_TDLEN);
        s->busy = 0;
        return (int)queue;
    }
    for (uint32_t i = 0; i < s->count; i++)
        q->cache[(s->position + i) % NIC_DESC_CACHE] = (struct nic_desc){
            .q0 = nic_load64(data + NIC_DESC_BYTES * i),
            .q1 = nic_load64(data + NIC_DESC_BYTES * i + 8),
        };
    s->done = 1;
    *grown = settle(f, q, queue);
    return (int)queue;
}

int nic_fetch_turn(struct nic_fetcher *f)
{
    int queue = nic_map_next(f->want, f->turn);

    if (queue < 0)
        return -1;
    f->want[queue / 64] &= ~(1ull << queue % 64);
    f->turn = (uint8_t)((queue + 1) % NIC_QUEUES);
    return queue;
}

bool nic_fetch_valid(const struct nic_fetcher *f)
{
    for (int i = 0; i < NIC_FETCH_SLOTS; i++) {
        const struct nic_fetch_slot *s = &f->slot[i];
        if (s->queue >= NIC_QUEUES || s->count > NIC_DESC_CACHE || s->busy > 1 ||
            s->done > s->busy || s->stale > 1)
            return false;
    }
    return f->turn < NIC_QUEUES;
}

bool nic_desc_queue_valid(const struct nic_desc_queue *q)
{
    return q->ready - q->used <= NIC_DESC_CACHE && q->asked - q->used <= NIC_DESC_CACHE &&
           q->asked - q->used >= q->ready - q->used;
}
