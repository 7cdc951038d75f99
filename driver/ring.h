/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Arithmetic of descriptor rings whose length need not be a power of two. Indices are always
 * below the length; nothing here divides.
 */
#ifndef RINGSIDE_DRIVER_RING_H
#define RINGSIDE_DRIVER_RING_H

#include <stdint.h>

enum {
    IXD_RING_MIN = 32,
    IXD_RING_MAX = 4096,
    IXD_RING_STEP = 8, /* RDLEN and TDLEN are multiples of 128 bytes */
};

/* Index `steps` (at most length) after `index`. */
static inline uint32_t ixd_ring_add(uint32_t index, uint32_t steps, uint32_t length)
{
    index += steps;
    return index >= length ? index - length : index;
}

/* How many steps lead from `from` forward to `to`: 0 .. length - 1. */
static inline uint32_t ixd_ring_distance(uint32_t from, uint32_t to, uint32_t length)
{
    return to >= from ? to - from : to + length - from;
}

/* How much of `wanted` lies before the end of the ring: the length of the first straight run. */
static inline uint32_t ixd_ring_run(uint32_t index, uint32_t wanted, uint32_t length)
{
    uint32_t straight = length - index;

    return wanted < straight ? wanted : straight;
}

#endif
