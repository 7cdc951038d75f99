/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A byte ring of records: how frames lie in a packet buffer. A record is contiguous and starts at a
 * multiple of 32; where one does not fit before the end, a skip record fills the rest. Only offsets
 * are handed out; they stay good until the record is popped.
 */
#ifndef RINGSIDE_NIC_FIFO_H
#define RINGSIDE_NIC_FIFO_H

#include <stdbool.h>
#include <stdint.h>

#define NIC_FIFO_NONE UINT32_MAX
enum { NIC_FIFO_ALIGN = 32 };

struct nic_fifo {
    uint32_t head, tail; /* offsets: the oldest record, the place of the next one */
    uint32_t used;       /* bytes taken, skips included */
    uint32_t count;      /* records, skips not counted */
};

/* First word of every record. */
struct nic_record {
    uint32_t size; /* of the record, a multiple of 32 */
    uint32_t skip; /* nothing here: go on at offset 0 */
};

static inline struct nic_record *nic_fifo_record(const void *ring, uint32_t offset)
{
    return (struct nic_record *)((uint8_t *)(uintptr_t)ring + offset);
}

/* For nic_fifo_push(): the record may not fit before the end. */
uint32_t nic_fifo_push_around(struct nic_fifo *f, void *ring, uint32_t capacity, uint32_t size);

/* Room for a record of `bytes` (its struct nic_record included) at the tail, or NIC_FIFO_NONE.
 * size and skip of the record are filled in. `capacity` is a multiple of 32. */
static inline uint32_t nic_fifo_push(struct nic_fifo *f, void *ring, uint32_t capacity,
                                     uint32_t bytes)
{
    uint32_t size = (bytes + NIC_FIFO_ALIGN - 1) & ~(uint32_t)(NIC_FIFO_ALIGN - 1), at = f->tail;

    if (at + size >= capacity || f->used + size > capacity)
        return nic_fifo_push_around(f, ring, capacity, size);
    *nic_fifo_record(ring, at) = (struct nic_record){.size = size};
    f->tail = at + size;
    f->used += size;
    f->count++;
    return at;
}

/* Offset of the oldest record; NIC_FIFO_NONE when empty. */
static inline uint32_t nic_fifo_head(const struct nic_fifo *f)
{
    return f->count ? f->head : NIC_FIFO_NONE;
}

static inline uint32_t nic_fifo_after(const void *ring, uint32_t capacity, uint32_t offset)
{
    uint32_t at = offset + nic_fifo_record(ring, offset)->size;
    return at >= capacity ? 0 : at;
}

/* Offset of the record after the one at `offset`; NIC_FIFO_NONE when that was the youngest. */
static inline uint32_t nic_fifo_next(const struct nic_fifo *f, const void *ring, uint32_t capacity,
                                     uint32_t offset)
{
    uint32_t at = nic_fifo_after(ring, capacity, offset);

    if (at == f->tail)
        return NIC_FIFO_NONE;
    return nic_fifo_record(ring, at)->skip ? 0 : at;
}

static inline void nic_fifo_pop(struct nic_fifo *f, const void *ring, uint32_t capacity)
{
    if (f->count <= 1) { /* start afresh: keeps a quiet ring within the same few cache lines */
        *f = (struct nic_fifo){0};
        return;
    }
    f->count--;
    f->used -= nic_fifo_record(ring, f->head)->size;
    f->head = nic_fifo_after(ring, capacity, f->head);
    if (__builtin_expect(nic_fifo_record(ring, f->head)->skip, 0)) {
        f->used -= nic_fifo_record(ring, f->head)->size;
        f->head = 0;
    }
}

static inline void *nic_fifo_at(void *ring, uint32_t offset)
{
    return (uint8_t *)ring + offset;
}

/* For loaded state: do the records from head to tail add up, each at least `least` bytes? */
bool nic_fifo_valid(const struct nic_fifo *f, const void *ring, uint32_t capacity, uint32_t least);

#endif
