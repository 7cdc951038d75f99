/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Descriptor prefetch, the same machine for receive and transmit: a cache per queue that is filled
 * by batched split reads through a few slots which all queues of a direction share. Reads of one
 * queue may be answered in any order; descriptors become ready in ring order.
 *
 * It knows rings and reads, not what a descriptor says. Who asks when, and how much, is the
 * owner's policy.
 */
#ifndef RINGSIDE_NIC_FETCH_H
#define RINGSIDE_NIC_FETCH_H

#include <stdbool.h>
#include <stdint.h>

#include "model/nic/desc.h"
#include "model/nic/nic.h"

enum { NIC_DESC_CACHE = 64, NIC_FETCH_SLOTS = 8 };

/* Positions count descriptors since the queue was enabled and run free; cache index = & 63. */
struct nic_desc_queue {
    uint32_t asked; /* read requests issued up to here */
    uint32_t ready; /* descriptors present up to here */
    uint32_t used;  /* consumed up to here */
    uint16_t fetch; /* ring index of position `asked` */
    uint16_t next;  /* ring index of position `used` */
    uint8_t stalled; /* a read failed: nothing more is asked for until the next doorbell */
    struct nic_desc cache[NIC_DESC_CACHE];
};

struct nic_fetch_slot {
    uint32_t position; /* of the first descriptor */
    uint8_t queue, count;
    uint8_t busy;  /* a read is under way */
    uint8_t done;  /* answered, waits for an earlier one */
    uint8_t stale; /* the queue was restarted since: ignore the answer */
    uint8_t unused[3];
};

struct nic_fetcher {
    struct nic_fetch_slot slot[NIC_FETCH_SLOTS];
    uint64_t want[2]; /* queues that may have something to ask for */
    uint8_t turn;     /* round robin: the queue to look at first */
};

/* Forgets everything: head is the ring index to go on from; reads in flight are ignored. */
void nic_fetch_restart(struct nic_fetcher *f, struct nic_desc_queue *q, uint32_t queue,
                       uint32_t head);

/* One read for at most `wanted` descriptors of the queue's ring. Returns how many were asked for:
 * 0 when no slot is free or nothing can be asked for. The answer may come before it returns. */
uint32_t nic_fetch_ask(struct nic *n, struct nic_fetcher *f, struct nic_desc_queue *q,
                       enum nic_tag_kind kind, uint32_t queue, uint64_t base, uint32_t length,
                       uint32_t wanted);
bool nic_fetch_slot_free(const struct nic_fetcher *f);

/* An answer. `queues` is the array of them, `stride` bytes apart. Returns the queue whose
 * descriptors grew (their number in *grown, may be 0), or -1: no such read, or of a former life. */
int nic_fetch_done(struct nic *n, struct nic_fetcher *f, void *queues, uint32_t stride,
                   uint16_t tag, enum nic_dma_status status, const uint8_t *data, uint32_t length,
                   uint32_t *grown);

static inline void nic_fetch_want(struct nic_fetcher *f, uint32_t queue)
{
    f->want[queue / 64] |= 1ull << queue % 64;
}
static inline bool nic_fetch_wanted(const struct nic_fetcher *f)
{
    return f->want[0] | f->want[1];
}
/* The next queue that wants something, from f->turn on; -1: none. Clears its wish. */
int nic_fetch_turn(struct nic_fetcher *f);

/* First set bit at or after `from`, around the end of a map of 128; -1: none. */
static inline int nic_map_next(const uint64_t map[2], uint32_t from)
{
    if (!map[1] && !(map[0] & (map[0] - 1))) /* one of the first 64, or none: most often */
        return map[0] ? __builtin_ctzll(map[0]) : -1;
    uint32_t word = from / 64 & 1;
    uint64_t bits = map[word] & ~0ull << from % 64;
    for (int i = 0; i < 3; i++) {
        if (bits)
            return (int)(word * 64 + (uint32_t)__builtin_ctzll(bits));
        word ^= 1;
        bits = map[word];
    }
    return -1;
}

bool nic_fetch_valid(const struct nic_fetcher *f);
bool nic_desc_queue_valid(const struct nic_desc_queue *q);

#endif
