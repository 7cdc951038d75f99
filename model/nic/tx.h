/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Transmit: from the doorbell to the last bit on the wire.
 *
 *   tx.c        queues and their registers: enable, doorbell; the pump
 *   tx_fetch.c  descriptors into the cache
 *   tx_data.c   one packet's descriptors become reads, and reads a frame in the transmit buffer
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

struct nic_state;

enum {
    NIC_TX_CACHE = 40,                /* descriptors cached per queue: also a packet's most */
    NIC_TX_BUFFER_BYTES = 160 * 1024, /* packet buffer of the device */
    /* Memory for it: a record of a 64-byte frame takes 128. */
    NIC_TX_BUFFER_RING = NIC_TX_BUFFER_BYTES * 2 + NIC_FRAME_MAX + 128,
    NIC_TX_PENDING = 64,              /* write-backs that WTHRESH may hold back */
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
    uint8_t descs;       /* how many descriptors, contexts before it included */
    uint8_t queue;
    uint8_t drop;        /* enum nic_tx_drop + 1; 0 = send it */
    uint8_t gathered;    /* every read of it has been asked for */
    uint8_t no_fcs;
    uint8_t unused[1];
    uint32_t asked;      /* sum of its buffers, also when nothing was reserved for them */
    uint32_t padding[5];
};

struct nic_tx_queue {
    struct nic_desc_queue desc;
    uint32_t packets; /* whole packets in the cache */
    uint16_t life;    /* counts restarts */
    uint8_t discard;  /* in the middle of a packet that is too long: away with it, up to EOP */
    uint8_t pendings;
    uint16_t pending[NIC_TX_PENDING]; /* ring indices whose write-back waits, in order */
    struct nic_alarm flush;
};

/* The packet whose reads are being asked for. */
struct nic_tx_gather {
    uint64_t address;
    uint32_t packet; /* offset in the transmit buffer */
    uint32_t filled; /* bytes asked for */
    uint32_t left;   /* of the present buffer */
    uint8_t active;
    uint8_t queue;
    uint8_t descs;   /* descriptors still to come */
    uint8_t unused;
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
    uint64_t active[2];  /* has a whole packet in its cache */
    uint16_t told[NIC_QUEUES]; /* bit: enum nic_bad_desc reported in this life of the queue */
    uint8_t turn;        /* round robin */
    uint8_t pumping, again; /* inside nic_tx_pump() */
    uint8_t starved;     /* completion waits for room */
    uint8_t full;        /* the next packet waits for room in the transmit buffer */
    struct nic_tx_gather gather;
    uint32_t reads_busy; /* bit per slot */
    struct nic_tx_read read[NIC_TX_DATA_SLOTS];
    uint32_t buffered;   /* transmit buffer bytes in use, as TXPBSIZE counts them */
    uint32_t complete;   /* packets at the head of the buffer that wait for the wire only */
    uint32_t next;       /* offset of the first one that is not complete; NIC_FIFO_NONE */
    uint64_t wire_free_ps;
    struct nic_alarm wire;
    struct nic_alarm work;
    struct nic_fifo fifo;
    _Alignas(64) uint8_t buffer[NIC_TX_BUFFER_RING];
};

void nic_tx_dma_done(struct nic *n, uint16_t tag, enum nic_dma_status status, const uint8_t *data,
                     uint32_t length);
void nic_tx_room(struct nic *n);
void nic_tx_fire(struct nic *n, const struct sched_event *e);
void nic_wb_fire(struct nic *n, const struct sched_event *e);
void nic_tx_link_changed(struct nic *n, bool up);
void nic_tx_reset(struct nic *n, enum nic_reset_kind kind);
bool nic_tx_valid(const struct nic_state *st);
/* Bus master or GIO master came back: go on with what waits. */
void nic_tx_kick(struct nic *n);

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

/* tx_data.c: at most one packet; false: nothing can be done now. */
bool nic_tx_gather(struct nic *n);
void nic_tx_gather_cancel(struct nic *n, uint32_t queue);
void nic_tx_data_done(struct nic *n, uint32_t slot, enum nic_dma_status status,
                      const uint8_t *data, uint32_t length);

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

#endif
