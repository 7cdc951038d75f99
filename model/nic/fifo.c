/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The byte ring of records behind pipe, packet buffer and transmit buffer: see fifo.h.
 */
#include "model/nic/fifo.h"

static const struct nic_record *record_at(const void *ring, uint32_t offset)
{
    return (const struct nic_record *)((const uint8_t *)ring + offset);
}

static struct nic_record *place_at(void *ring, uint32_t offset)
{
    return (struct nic_record *)((uint8_t *)ring + offset);
}

uint32_t nic_fifo_push(struct nic_fifo *f, void *ring, uint32_t capacity, uint32_t bytes)
{
    uint32_t size = (bytes + NIC_FIFO_ALIGN - 1) & ~(uint32_t)(NIC_FIFO_ALIGN - 1);
    uint32_t skip = f->tail + size > capacity ? capacity - f->tail : 0;

    if (f->used + skip + size > capacity)
        return NIC_FIFO_NONE;
    if (skip) {
        *place_at(ring, f->tail) = (struct nic_record){.size = skip, .skip = 1};
        f->used += skip;
        f->tail = 0;
        if (f->count == 0) { /* nobody before it: the skip is gone at once */
            f->used -= skip;
            f->head = 0;
        }
    }
    uint32_t at = f->tail;
    *place_at(ring, at) = (struct nic_record){.size = size};
    f->tail = at + size == capacity ? 0 : at + size;
    f->used += size;
    f->count++;
    return at;
}

static uint32_t after(const void *ring, uint32_t capacity, uint32_t offset)
{
    uint32_t at = offset + record_at(ring, offset)->size;
    return at >= capacity ? 0 : at;
}

uint32_t nic_fifo_next(const struct nic_fifo *f, const void *ring, uint32_t capacity,
                       uint32_t offset)
{
    uint32_t at = after(ring, capacity, offset);

    if (at == f->tail)
        return NIC_FIFO_NONE;
    return record_at(ring, at)->skip ? 0 : at;
}

void nic_fifo_pop(struct nic_fifo *f, const void *ring, uint32_t capacity)
{
    if (f->count == 0)
        return;
    f->used -= record_at(ring, f->head)->size;
    f->head = after(ring, capacity, f->head);
    f->count--;
    if (f->count && record_at(ring, f->head)->skip) {
        f->used -= record_at(ring, f->head)->size;
        f->head = 0;
    }
    if (f->count == 0) /* start afresh: keeps a quiet ring within the same few cache lines */
        f->head = f->tail = f->used = 0;
}

bool nic_fifo_valid(const struct nic_fifo *f, const void *ring, uint32_t capacity, uint32_t least)
{
    uint32_t at = f->head, used = 0, count = 0;

    if (f->head >= capacity || f->tail >= capacity || f->head % NIC_FIFO_ALIGN ||
        f->tail % NIC_FIFO_ALIGN || f->used > capacity || f->count > capacity / NIC_FIFO_ALIGN)
        return false;
    while (used < f->used) {
        const struct nic_record *r = record_at(ring, at);
        if (r->size == 0 || r->size % NIC_FIFO_ALIGN || r->size > capacity - at ||
            r->skip > 1 || (r->skip && (at + r->size != capacity || used == 0)) ||
            (!r->skip && r->size < least))
            return false;
        used += r->size;
        count += !r->skip;
        at = at + r->size == capacity ? 0 : at + r->size;
    }
    return used == f->used && count == f->count && at == f->tail;
}
