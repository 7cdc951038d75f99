/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The buffer pool: one manager of all packet buffers. Memory comes in segments (2 MiB, mapped for
 * the device by whoever brings them) and is cut into buffers of one size. What the CPU alone needs
 * to know of a buffer lives in struct pool_buf, in a private array outside of the memory that the
 * device can reach. Ownership moves, data does not: FREE -> HELD -> on a ring of the device and
 * back. It must not know any device or bus.
 *
 * Not thread-safe. Allocation order is last in, first out, and thus the same in every run.
 */
#ifndef RINGSIDE_DRIVER_POOL_H
#define RINGSIDE_DRIVER_POOL_H

#include "driver/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    POOL_SEGMENT_BYTES = 2 << 20,
    POOL_BUF_BYTES = 2048, /* default */
};

struct pool;

/* Who has a buffer. Kept and enforced when the pool was created with `check`. */
enum pool_state {
    POOL_FREE,      /* on the free stack */
    POOL_HELD,      /* with the driver's user */
    POOL_DEVICE_RX, /* on a receive ring */
    POOL_DEVICE_TX, /* on a transmit ring */
    POOL_STATES,
};

/* One buffer, and in the first buffer of a packet what is known of the packet. Frame bytes are
 * data[offset .. offset + length); a packet that needs more goes on in `next`. A buffer from
 * pool_alloc_bulk() is a packet of its own (nb_segs 1, next NULL); whoever fills it sets offset,
 * length and ol_flags. What the fields from ol_flags on mean is the driver's word (ixd.h). The
 * others belong to the pool. */
struct pool_buf {
    uint8_t *data;
    uint64_t iova; /* what the device calls data[0] */
    uint16_t offset;
    uint16_t length;
    uint32_t index; /* 0 .. pool_size() - 1 */
    struct pool *pool;
    uint32_t generation; /* counts frees when checking, so that a stale handle can be told */
    uint8_t state;       /* enum pool_state, when checking */
    uint8_t nb_segs;     /* buffers of the packet, this one included */
    uint16_t vlan_tci;
    struct pool_buf *next;
    uint32_t ol_flags;
    uint32_t hash;
    uint16_t packet_type;
    uint16_t tso_segsz;
    uint8_t l2_len, l4_len;
    uint16_t l3_len;
} __attribute__((aligned(64)));
_Static_assert(sizeof(struct pool_buf) == 64, "one cache line per buffer");

struct pool_config {
    unsigned segments_max; /* 1 .. 4096 */
    uint32_t buf_bytes;    /* a power of two, 256 .. 16384; no buffer crosses a 4 KiB page unless
                              it is larger than one */
    bool check;            /* verify every move of every buffer (slower) */
};

/* An empty pool. 0, -EINVAL or -ENOMEM. */
int pool_create(struct pool **out, const struct pool_config *config, struct ixd_error *err);

/* Frees the pool's own memory, not that of the segments. Buffers out there become invalid. */
void pool_destroy(struct pool *pool);

/* Cuts `bytes` (a multiple of the buffer size, at most POOL_SEGMENT_BYTES) at `virt`, which the
 * device calls `iova`, into buffers and adds them as free. The memory stays the caller's and must
 * outlive the pool. 0, -EINVAL, or -ENOSPC when segments_max are in. */
int pool_add_segment(struct pool *pool, void *virt, uint64_t iova, size_t bytes,
                     struct ixd_error *err);

/* Takes up to `count` buffers, FREE -> HELD; returns how many there were. */
unsigned pool_alloc_bulk(struct pool *pool, struct pool_buf **bufs, unsigned count);

/* Gives single buffers back, HELD -> FREE. When checking, one that is not this pool's, not HELD or
 * part of a chain is refused, counted as a violation, and stays as it is. */
void pool_free_bulk(struct pool *pool, struct pool_buf *const *bufs, unsigned count);

/* Gives whole packets back, each with all its buffers. */
void pool_free_packets(struct pool *pool, struct pool_buf *const *packets, unsigned count);

/* Appends a packet's buffers to another's. False, and nothing done, beyond 255 buffers. */
bool pool_chain(struct pool_buf *packet, struct pool_buf *more);

/* Bytes of all buffers of a packet. */
uint32_t pool_packet_length(const struct pool_buf *packet);

/* Records that `count` buffers went from one holder to another. Costs one test when not checking.
 */
void pool_move_bulk(struct pool *pool, struct pool_buf *const *bufs, unsigned count,
                    enum pool_state from, enum pool_state to);

bool pool_checks(const struct pool *pool);        /* created with `check` */
unsigned pool_size(const struct pool *pool);      /* buffers of all segments */
unsigned pool_available(const struct pool *pool); /* of these, on the free stack */
unsigned pool_low_water(const struct pool *pool); /* least pool_available() ever after an alloc */
uint64_t pool_violations(const struct pool *pool);

/* The first violation in words; "" when there was none. */
const char *pool_first_violation(const struct pool *pool);

/* Conservation: every buffer is on the free stack, exactly once, and nothing else is, and no
 * violation was counted. 0, or -EIO with text. Takes time in proportion to the pool. */
int pool_check_home(struct pool *pool, struct ixd_error *err);

#endif
