/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The buffer pool of pool.h: a stack of free buffers, a private array of buffer records, and the
 * checked variant of every move. It must not know any device or bus.
 */
#include "driver/pool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pool {
    struct pool_buf **free; /* free[0 .. available) */
    unsigned available;
    unsigned low_water;
    bool check;

    struct pool_buf *bufs; /* room for segments_max segments */
    unsigned size;         /* of these, in use */
    unsigned capacity;
    uint32_t buf_bytes;
    unsigned segments, segments_max;

    uint64_t violations;
    struct ixd_error first_violation;
};

static const char *const state_names[POOL_STATES] = {"free", "held", "device-rx", "device-tx"};

int pool_create(struct pool **out, const struct pool_config *config, struct ixd_error *err)
{
    uint32_t bytes = config->buf_bytes;
    struct pool *pool;

    if (config->segments_max < 1 || config->segments_max > 4096)
        return ixd_fail(err, -EINVAL, "pool: %u segments: expected 1..4096", config->segments_max);
    if (bytes < 256 || bytes > 16384 || (bytes & (bytes - 1)))
        return ixd_fail(err, -EINVAL,
                        "pool: buffer of %u bytes: expected a power of two, 256..16384", bytes);
    pool = calloc(1, sizeof(*pool));
    if (!pool)
        return ixd_fail(err, -ENOMEM, "pool: no memory for the pool");
    pool->segments_max = config->segments_max;
    pool->buf_bytes = bytes;
    pool->check = config->check;
    pool->capacity = config->segments_max * (POOL_SEGMENT_BYTES / bytes);
    pool->free = calloc(pool->capacity, sizeof(struct pool_buf *));
    pool->bufs = aligned_alloc(64, (size_t)pool->capacity * sizeof(*pool->bufs));
    if (!pool->free || !pool->bufs) {
        pool_destroy(pool);
        return ixd_fail(err, -ENOMEM, "pool: no memory for the records of %u segments",
                        config->segments_max);
    }
    *out = pool;
    return 0;
}

void pool_destroy(struct pool *pool)
{
    if (!pool)
        return;
    free(pool->bufs);
    free(pool->free);
    free(pool);
}

int pool_add_segment(struct pool *pool, void *virt, uint64_t iova, size_t bytes,
                     struct ixd_error *err)
{
    unsigned count = bytes / pool->buf_bytes;

    if (!virt || bytes == 0 || bytes > POOL_SEGMENT_BYTES || bytes % pool->buf_bytes)
        return ixd_fail(err, -EINVAL,
                        "pool: segment of %zu bytes: expected a multiple of %u up to %d", bytes,
                        pool->buf_bytes, POOL_SEGMENT_BYTES);
    if (pool->segments == pool->segments_max)
        return ixd_fail(err, -ENOSPC, "pool: all %u segments are in", pool->segments_max);
    pool->segments++;
    /* pushed last to first, so that the first allocation gets the lowest address */
    for (unsigned i = count; i-- > 0;) {
        struct pool_buf *buf = &pool->bufs[pool->size + i];

        memset(buf, 0, sizeof(*buf));
        buf->data = (uint8_t *)virt + (size_t)i * pool->buf_bytes;
        buf->iova = iova + (uint64_t)i * pool->buf_bytes;
        buf->index = pool->size + i;
        buf->pool = pool;
        buf->state = POOL_FREE;
        buf->nb_segs = 1;
        pool->free[pool->available++] = buf;
    }
    pool->size += count;
    pool->low_water += count;
    return 0;
}

static void violation(struct pool *pool, const struct pool_buf *buf, enum pool_state from,
                      enum pool_state to)
{
    if (pool->violations++)
        return;
    if (buf->pool != pool)
        ixd_fail(&pool->first_violation, 0, "a foreign buffer was to go from %s to %s",
                 state_names[from], state_names[to]);
    else
        ixd_fail(&pool->first_violation, 0,
                 "buffer %u (generation %u) was to go from %s to %s, but is %s%s", buf->index,
                 buf->generation, state_names[from], state_names[to],
                 buf->state < POOL_STATES ? state_names[buf->state] : "damaged",
                 buf->next ? " and part of a chain" : "");
}

/* True when the move is legal, and then done. */
static bool move_checked(struct pool *pool, struct pool_buf *buf, enum pool_state from,
                         enum pool_state to)
{
    if (buf->pool != pool || buf->state != from || (to == POOL_FREE && buf->next)) {
        violation(pool, buf, from, to);
        return false;
    }
    buf->state = to;
    if (to == POOL_FREE)
        buf->generation++;
    return true;
}

unsigned pool_alloc_bulk(struct pool *pool, struct pool_buf **bufs, unsigned count)
{
    if (count > pool->available)
        count = pool->available;
    pool->available -= count;
    memcpy(bufs, &pool->free[pool->available], count * sizeof(struct pool_buf *));
    if (pool->available < pool->low_water)
        pool->low_water = pool->available;
    if (__builtin_expect(pool->check, false)) {
        for (unsigned i = 0; i < count; i++)
            move_checked(pool, bufs[i], POOL_FREE, POOL_HELD);
    }
    return count;
}

static void free_checked(struct pool *pool, struct pool_buf *const *bufs, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (move_checked(pool, bufs[i], POOL_HELD, POOL_FREE))
            pool->free[pool->available++] = bufs[i];
    }
}

void pool_free_bulk(struct pool *pool, struct pool_buf *const *bufs, unsigned count)
{
    if (__builtin_expect(pool->check, false)) {
        free_checked(pool, bufs, count);
        return;
    }
    /* A double free must not run over the end of the stack, checked or not. */
    if (__builtin_expect(count > pool->size - pool->available, false)) {
        violation(pool, bufs[0], POOL_HELD, POOL_FREE);
        return;
    }
    memcpy(&pool->free[pool->available], bufs, count * sizeof(struct pool_buf *));
    pool->available += count;
}

static void free_chain(struct pool *pool, struct pool_buf *buf)
{
    while (buf) {
        struct pool_buf *next = buf->next;

        buf->next = NULL;
        buf->nb_segs = 1;
        pool_free_bulk(pool, &buf, 1);
        buf = next;
    }
}

void pool_free_packets(struct pool *pool, struct pool_buf *const *packets, unsigned count)
{
    unsigned from = 0;

    for (unsigned i = 0; i < count; i++) {
        if (packets[i]->nb_segs == 1)
            continue;
        pool_free_bulk(pool, packets + from, i - from);
        free_chain(pool, packets[i]);
        from = i + 1;
    }
    if (from < count)
        pool_free_bulk(pool, packets + from, count - from);
}

bool pool_chain(struct pool_buf *packet, struct pool_buf *more)
{
    struct pool_buf *last = packet;

    if (packet->nb_segs + more->nb_segs > UINT8_MAX)
        return false;
    while (last->next)
        last = last->next;
    last->next = more;
    packet->nb_segs += more->nb_segs;
    return true;
}

uint32_t pool_packet_length(const struct pool_buf *packet)
{
    uint32_t bytes = 0;

    for (; packet; packet = packet->next)
        bytes += packet->length;
    return bytes;
}

void pool_move_bulk(struct pool *pool, struct pool_buf *const *bufs, unsigned count,
                    enum pool_state from, enum pool_state to)
{
    if (!__builtin_expect(pool->check, false))
        return;
    for (unsigned i = 0; i < count; i++)
        move_checked(pool, bufs[i], from, to);
}

bool pool_checks(const struct pool *pool)
{
    return pool->check;
}

unsigned pool_size(const struct pool *pool)
{
    return pool->size;
}

unsigned pool_available(const struct pool *pool)
{
    return pool->available;
}

unsigned pool_low_water(const struct pool *pool)
{
    return pool->low_water;
}

uint64_t pool_violations(const struct pool *pool)
{
    return pool->violations;
}

const char *pool_first_violation(const struct pool *pool)
{
    return pool->first_violation.text;
}

/* Marks the buffers on the free stack in `seen`; 0 or -EIO for one that is foreign or twice. */
static int mark_free(struct pool *pool, uint8_t *seen, struct ixd_error *err)
{
    for (unsigned i = 0; i < pool->available; i++) {
        const struct pool_buf *buf = pool->free[i];

        if (buf < pool->bufs || buf >= pool->bufs + pool->size || buf->pool != pool)
            return ixd_fail(err, -EIO, "pool: free slot %u holds a foreign buffer", i);
        if (seen[buf - pool->bufs]++)
            return ixd_fail(err, -EIO, "pool: buffer %u was freed twice", buf->index);
    }
    return 0;
}

int pool_check_home(struct pool *pool, struct ixd_error *err)
{
    uint8_t *seen;
    unsigned first = 0;
    int rc;

    if (pool->violations)
        return ixd_fail(err, -EIO, "pool: %llu illegal moves, the first: %s",
                        (unsigned long long)pool->violations, pool->first_violation.text);
    seen = calloc(pool->size ? pool->size : 1, 1);
    if (!seen)
        return ixd_fail(err, -ENOMEM, "pool: no memory to check %u buffers", pool->size);
    rc = mark_free(pool, seen, err);
    while (rc == 0 && first < pool->size && seen[first])
        first++;
    if (rc == 0 && first < pool->size)
        rc = ixd_fail(err, -EIO, "pool: %u of %u buffers are not home, the first is %u (%s)",
                      pool->size - pool->available, pool->size, first,
                      pool->check ? state_names[pool->bufs[first].state] : "holder not tracked");
    free(seen);
    return rc;
}
