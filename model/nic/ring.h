/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Arithmetic of descriptor rings. Every index and length may be garbage from the guest: each
 * function here is defined for all arguments.
 */
#ifndef RINGSIDE_NIC_RING_H
#define RINGSIDE_NIC_RING_H

#include <stdbool.h>
#include <stdint.h>

/* Are these the head and tail of a ring of `length` descriptors? */
static inline bool ring_ok(uint32_t head, uint32_t tail, uint32_t length)
{
    return head < length && tail < length;
}

/* Descriptors from `head` up to, and not including, `tail`. Equal means none. 0 when either lies
 * outside the ring. */
static inline uint32_t ring_distance(uint32_t head, uint32_t tail, uint32_t length)
{
    if (!ring_ok(head, tail, length))
        return 0;
    return tail >= head ? tail - head : length - head + tail;
}

/* `index` moved on by `by`; 0 for a ring without descriptors. by must be below 2^31. */
static inline uint32_t ring_advance(uint32_t index, uint32_t by, uint32_t length)
{
    index += by;
    if (index < length)
        return index;
    if (length == 0)
        return 0;
    index -= length; /* the one that happens: a single wrap */
    return index < length ? index : index % length;
}

/* The longest run of descriptors that one read may ask for: at most `wanted`, not past the end of
 * the ring, not across a 4 KiB boundary, not more than `bytes_max` bytes. */
static inline uint32_t ring_run(uint64_t base, uint32_t index, uint32_t length, uint32_t wanted,
                                uint32_t bytes_max)
{
    if (index >= length)
        return 0;
    uint32_t n = length - index;
    uint64_t address = base + 16ull * index;
    uint32_t to_boundary = (4096 - (uint32_t)(address & 4095)) / 16;
    if (n > to_boundary)
        n = to_boundary;
    if (n > bytes_max / 16)
        n = bytes_max / 16;
    return n < wanted ? n : wanted;
}

#endif
