/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The byte ring of records behind pipe, packet buffer and transmit buffer: see fifo.h.
 */
#include "model/nic/fifo.h"

__attribute__((noinline)) uint32_t nic_fifo_push_around(struct nic_fifo *f, void *ring,
                                                        uint32_t capacity, uint32_t size)
{
    uint32_t skip = f->tail + size > capacity ? capacity - f->tail : 0;

    if (f->used + skip + size > capacity)
        return NIC_FIFO_NONE;
    if (skip) {
        *nic_fifo_record(ring, f->tail) = (struct nic_record){.size = skip, .skip = 1};
        f->used += skip;
        f->tail = 0;
        if (f->count == 0) { /* nobody before it: the skip is gone at once */
            f->used -= skip;
            f->head = 0;
        }
    }
    uint32_t at = f->tail;
    *nic_fifo_record(ring, at) = (struct nic_record){.size = size};
    f->tail = at + size == capacity ? 0 : at + size;
    f->used += size;
    f->count++;
    return at;
}

bool nic_fifo_valid(const struct nic_fifo *f, const void *ring, uint32_t capacity, uint32_t least)
{
    uint32_t at = f->head, used = 0, count = 0;

    if (f->head >= capacity || f->tail >= capacity || f->head % NIC_FIFO_ALIGN ||
        f->tail % NIC_FIFO_ALIGN || f->used > capacity || f->count > capacity / NIC_FIFO_ALIGN)
        return false;
    while (used < f->used) {
        const struct nic_record *r = nic_fifo_record(ring, at);
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
