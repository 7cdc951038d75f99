/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Transmit: from the doorbell to the last bit on the wire.
 *
 *   tx.c        queues and their registers: enable, doorbell; the pump
 *   tx_fetch.c  descriptors into the cache
 *   tx_data.c   one packet's descriptors become reads, and reads a frame in the transmit buffer
 *   tx_segment.c  the same for a packet that is cut into segments
 *   tx_offload.c  what a frame asks for: contexts, checksums, VLAN tag
 *   tx_switch.c   what a pool may send, and who gets it; tx_rate.c: how fast a queue may
 *   tx_done.c   packets complete in order: TDH, write-back, interrupt
 *   tx_wire.c   frames leave one after the other
 */
#ifndef RINGSIDE_NIC_TX_H
#define RINGSIDE_NIC_TX_H

#include <stdbool.h>
#include <stdint.h>

#include "model/nic/alarm.h"
#include "model/nic/fetch.h"
#include "model/nic/fifo.h"
#include "model/nic/nic.h"
#include "model/nic/tx_offload.h"

struct nic_state;

enum {
    NIC_TX_CACHE = 40,                /* descriptors cached per queue: also a packet's most */
    NIC_TX_BUFFER_BYTES = 160 * 1024, /* packet buffer of the device */
    /* Memory for it: a record of a 64-byte frame takes 128. */
    NIC_TX_BUFFER_RING = NIC_TX_BUFFER_BYTES * 2 + NIC_FRAME_MAX + 128,
    NIC_TX_PENDING = 64,              /* write-backs that WTHRESH may hold back */
};

enum nic_tx_how {
    NIC_TX_NO_FCS = 1,
    NIC_TX_LOCAL = 2, /* other pools get it, */
    NIC_TX_STAYS = 4, /* and nobody else */
    NIC_TX_HOW = 7,
};

/* A packet in the transmit buffer: this, then its bytes. */
struct nic_tx_packet {
    struct nic_record record;
    uint64_t ready_ps;   /* earliest instant on the wire */
    uint64_t rs;         /* bit i: descriptor first + i asks for a report */
    uint32_t length;     /* of the frame in the buffer */
    uint16_t first;      /* ring index of its first descriptor */
    uint16_t life;       /* of the queue: write-back only into the same one */
    uint16_t reads;      /* outstanding */
    uint16_t head;       /* TDH when it is complete */
    uint8_t queue;
    uint8_t drop;        /* enum nic_tx_drop + 1; 0 = send it */
    uint8_t gathered;    /* every read of it has been asked for: 1 + descriptors it keeps cached */
    uint8_t how;         /* enum nic_tx_how; 0: as most packets */
    uint32_t asked;      /* sum of its buffers, also when nothing was reserved for them */
    struct nic_tx_offload offload;
    /* of a segment: */
    uint16_t header;     /* bytes before its payload */
    uint16_t index;      /* within its packet; counts on from 65535 to 0 */
    uint32_t before;     /* payload bytes in the segments before it */
};
_Static_assert(sizeof(struct nic_tx_packet) == 64, "what a packet takes beside its bytes");

/* Why a queue's packets are not just sent. */
enum nic_tx_special {
    NIC_TX_DISCARD = 1, /* in the middle of a packet that is too long: away with it, up to EOP */
    NIC_TX_POOL = 2,    /* it is a pool's */
    NIC_TX_PACED = 4,   /* it has a rate */
};

struct nic_tx_queue {
    struct nic_desc_queue desc;
    uint32_t packets; /* whole packets in the cache */
    uint16_t life;    /* counts restarts */
    uint8_t special;  /* enum nic_tx_special */
    uint8_t pendings;
    uint16_t working; /* descriptors of packets asked for and not complete: still in the cache */
    uint16_t pending[NIC_TX_PENDING]; /* ring indices whose write-back waits, in order */
    struct nic_alarm flush;
    struct nic_desc context[NIC_TX_CONTEXTS]; /* as fetched; q1 without DEXT: never loaded */
};

/* The packet whose reads are being asked for. */
struct nic_tx_gather {
    uint64_t address;
    uint32_t packet; /* offset in the transmit buffer; NIC_FIFO_NONE: the next segment's place */
    uint32_t filled; /* bytes asked for */
    uint32_t left;   /* of the present buffer */
    uint8_t active;
    uint8_t queue;
    uint8_t descs;   /* descriptors still to come */
    uint8_t segmented; /* nic_tx.segment tells how */
};

/* How the packet in hand is cut into segments. Each of them is a packet in the buffer; the last one
 * reports for all descriptors. */
struct nic_tx_segment {
    struct nic_tx_packet like; /* what they have in common */
    uint64_t rs;
    uint32_t payload; /* bytes behind the headers */
    uint32_t placed;  /* of them, in segments that have a place */
    uint16_t mss;
    uint8_t unused[6];
};

struct nic_tx_read {
    uint32_t packet; /* offset in the transmit buffer */
    uint32_t offset; /* within the frame */
    uint16_t length;
    uint8_t busy;
    uint8_t unused;
};

struct nic_tx {
    struct nic_fetcher fetcher;
    struct nic_tx_queue queue[NIC_QUEUES];
    uint64_t enabled[2]; /* TXDCTL.ENABLE */
    uint64_t active[2];  /* has a whole packet in its cache, and may send */
    uint64_t shut[2];    /* its pool may not send (VFTE): no descriptor is fetched */
    uint64_t waiting[2]; /* its next packet's time has not come */
    uint16_t told[NIC_QUEUES]; /* bit: enum nic_bad_desc reported in this life of the queue */
    uint8_t turn;        /* round robin */
    uint8_t pumping, again; /* inside nic_tx_pump() */
    uint8_t starved;     /* completion waits for room */
    uint8_t full;        /* the next packet waits for room in the transmit buffer */
    struct nic_tx_gather gather;
    struct nic_tx_segment segment;
    uint32_t reads_busy; /* bit per slot */
    struct nic_tx_read read[NIC_TX_DATA_SLOTS];
    uint32_t buffered;   /* transmit buffer bytes in use, as TXPBSIZE counts them */
    uint32_t complete;   /* packets at the head of the buffer that wait for the wire only */
    uint32_t next;       /* offset of the first one that is not complete; NIC_FIFO_NONE */
    uint64_t wire_free_ps;
    struct nic_alarm work, pace;
    uint32_t rate[NIC_QUEUES];   /* RTTBCNRC of each */
    uint64_t due_ps[NIC_QUEUES]; /* of a queue with a rate: its next packet */
    uint32_t header_bytes; /* 0: the headers of the packet that completes are lost */
    uint8_t header[NIC_TX_HEADER_MAX]; /* of the cut packet whose segments complete */
    struct nic_fifo fifo;
    _Alignas(64) uint8_t buffer[NIC_TX_BUFFER_RING];
};

void nic_tx_dma_done(struct nic *n, uint16_t tag, enum nic_dma_status status, const uint8_t *data,
                     uint32_t length);
void nic_tx_room(struct nic *n);
void nic_tx_work(struct nic *n);
void nic_wb_fire(struct nic *n, const struct sched_event *e);
void nic_tx_link_changed(struct nic *n, bool up);
void nic_tx_reset(struct nic *n, enum nic_reset_kind kind);
bool nic_tx_valid(const struct nic_state *st);
/* Bus master or GIO master came back: go on with what waits. */
void nic_tx_kick(struct nic *n);
/* What is on its way to the wire goes out, unreported; the queue goes on from TDH. */
void nic_tx_forget(struct nic *n, uint32_t queue);

/* ---- between the files of transmit ---- */
/* Fetches, gathers, completes; a bounded number per call. */
void nic_tx_pump(struct nic *n);
bool nic_tx_may_dma(const struct nic *n);
/* Reports a ring or descriptor that cannot be honoured, once per life of a queue. */
void nic_tx_tell(struct nic *n, uint32_t queue, uint32_t slot, enum nic_bad_desc why);
uint32_t nic_tx_ring_length(const struct nic *n, uint32_t queue);
uint64_t nic_tx_ring_base(const struct nic *n, uint32_t queue);

/* tx_fetch.c: descriptors into the cache. One read; false: none is wanted, or no slot is free. */
bool nic_tx_fetch(struct nic *n);
void nic_tx_desc_done(struct nic *n, uint16_t tag, enum nic_dma_status status,
                      const uint8_t *data, uint32_t length);

/* tx_data.c: at most one packet or segment; false: nothing can be done now. */
bool nic_tx_gather(struct nic *n);
void nic_tx_gather_cancel(struct nic *n, uint32_t queue);
void nic_tx_data_done(struct nic *n, uint32_t slot, enum nic_dma_status status,
                      const uint8_t *data, uint32_t length);

/* ... and its steps, for tx_segment.c. A place in the transmit buffer, or NIC_FIFO_NONE while it is
 * full; its limit in bytes; one read, of `bytes` at most, false when every slot is busy; the next
 * descriptor of the packet in hand, of whose bytes `room` are wanted. */
uint32_t nic_tx_reserve(struct nic *n, uint32_t length);
uint32_t nic_tx_buffer_limit(const struct nic *n);
bool nic_tx_ask(struct nic *n, uint32_t bytes);
void nic_tx_next_buffer(struct nic *n, uint32_t room);
/* The packet in hand has been asked for to its end. */
void nic_tx_end_packet(struct nic *n, struct nic_tx_packet *p);

/* tx_segment.c: at most one segment of the packet in hand, as nic_tx_gather(). */
bool nic_tx_segment_gather(struct nic *n);
/* A segment is whole: gives it its headers, false when they are lost. */
bool nic_tx_segment_header(struct nic *n, struct nic_tx_packet *p);
/* ... and makes lengths, identification, sequence number and flags its own. */
void nic_tx_segment_edit(struct nic *n, const struct nic_tx_packet *p);
bool nic_tx_segment_valid(const struct nic_tx *tx);

/* tx_offload.c: a context goes to its slot; all of them at the front of the queue's cache. */
void nic_tx_store_context(struct nic_tx_queue *q, const struct nic_desc *d);
void nic_tx_take_contexts(struct nic *n, uint32_t queue);
/* What the packet of `length` bytes in the `descs` descriptors at the front asks for, into *plan,
 * which is zero before. enum nic_tx_drop + 1: it cannot be sent. */
uint8_t nic_tx_offload_plan(struct nic *n, uint32_t queue, uint32_t descs, uint32_t length,
                            struct nic_tx_plan *plan);
/* All bytes are there: does it, in place. */
void nic_tx_offload_apply(struct nic *n, struct nic_tx_packet *p);
bool nic_tx_offload_valid(const struct nic_tx_packet *p);

/* tx_switch.c: a pool's packet, before it has a place: its VLAN tag. enum nic_tx_drop + 1: it may
 * not be sent. */
uint8_t nic_tx_pool_plan(struct nic *n, uint32_t queue, uint32_t length,
                         struct nic_tx_offload *o);
/* ... and when it is whole: may it go, and who gets it? */
void nic_tx_pool_route(struct nic *n, struct nic_tx_packet *p);

/* tx_rate.c: the queue has begun a packet, which takes this much of its rate. */
void nic_tx_rate_charge(struct nic *n, uint32_t queue, uint32_t bytes);
void nic_tx_rate_fire(struct nic *n);
/* It has a packet: now, or when its time comes. */
static inline void nic_tx_activate(struct nic_tx *tx, uint32_t queue)
{
    tx->active[queue / 64] |= 1ull << queue % 64 & ~tx->waiting[queue / 64];
}

/* tx_done.c: completes packet tx->next; false: its data or room are missing. */
bool nic_tx_complete(struct nic *n);

/* tx_wire.c: what a packet takes of TXPBSIZE; arms the wire for the packet at the head. */
uint32_t nic_tx_buffer_cost(uint32_t length);
void nic_tx_wire_set(struct nic *n);
void nic_tx_wire_fire(struct nic *n);

static inline bool nic_tx_enabled(const struct nic_tx *tx, uint32_t queue)
{
    return tx->enabled[queue / 64] >> queue % 64 & 1;
}

static inline bool nic_tx_may_fetch(const struct nic_tx *tx, uint32_t queue)
{
    return (tx->enabled[queue / 64] & ~tx->shut[queue / 64]) >> queue % 64 & 1;
}

#endif
