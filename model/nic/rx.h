/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Receive: from the first bit at the pins to the descriptor write-back.
 *
 *   rx.c         wire and MAC: a frame travels through the pipe, is judged and counted
 *   rx_filter.c  may it in, and to which queue (with rx_tuple.c, fdir.c, rss.c, pool.c)
 *   rx_pool.c    frames for several pools, and those that another pool sends
 *   rx_deliver.c packet buffer, payload and write-back
 *   rx_split.c   how a frame is split between a descriptor's two buffers
 *   rx_queue.c   the queues' registers, when to fetch descriptors
 */
#ifndef RINGSIDE_NIC_RX_H
#define RINGSIDE_NIC_RX_H

#include <stdbool.h>
#include <stdint.h>

#include "model/nic/alarm.h"
#include "model/nic/fetch.h"
#include "model/nic/fifo.h"
#include "model/nic/nic.h"
#include "model/nic/parse.h"
#include "model/nic/pool.h"

struct nic_state;

enum {
    NIC_RX_PIPE_BYTES = 64 * 1024,    /* frames between the pins and the verdict */
    NIC_RX_BUFFER_BYTES = 512 * 1024, /* packet buffer of the device */
    /* Memory for it: a 64-byte frame needs a record of 96, the longest may be skipped over. */
    NIC_RX_BUFFER_RING = NIC_RX_BUFFER_BYTES / 2 * 3 + NIC_FRAME_MAX + 64,
    NIC_RX_REFILL_BELOW = 32,         /* cached descriptors */
    NIC_STATIONS = 128,               /* receive addresses */
    NIC_ETHERTYPE_FILTERS = 8,
};

/* SRRCTL.DESCTYPE */
enum nic_rx_desctype {
    NIC_RX_LEGACY = 0,
    NIC_RX_ONE_BUFFER = 1,
    NIC_RX_SPLIT = 2,
    NIC_RX_REPLICATE_LARGE = 4,
    NIC_RX_SPLIT_ALWAYS = 5,
};

/* In nic_rx_meta.status until the frame is handed over; no descriptor has these bits. */
enum {
    NIC_RX_COPIES = 1 << 12,   /* for the pools of nic_rx.copies */
    NIC_RX_SWITCHED = 1 << 13, /* from the pool of queue nic_rx.source */
};

/* What the write-back will say of a frame. */
struct nic_rx_meta {
    uint64_t frame;  /* running number at this port */
    uint32_t hash;
    uint32_t status; /* RXD_STAT_ and RXD_ERR_ */
    uint16_t length; /* without FCS and without a stripped tag */
    uint16_t ptype;
    uint16_t tag;    /* the tag that was stripped */
    uint8_t queue;
    uint8_t rss_type;
};
/* What the filters said of a usual frame (rx_filter.c), and the bytes on which it depends. */
struct nic_rx_known {
    uint64_t head[5];
    uint64_t epoch; /* it holds as long as this is nic_rx.epoch */
    uint32_t length, status, hash;
    uint16_t ptype;
    uint8_t queue, rss_type;
    struct nic_headers headers;
};
enum { NIC_RX_KNOWN = 64 };

/* A frame for several pools, or a multicast one: what the copies have of their own. */
struct nic_rx_copies {
    uint64_t pools;
    struct nic_queue_choice choice;
    uint16_t tci;
    uint8_t tagged;
    uint8_t unused[3];
};

/* In the packet buffer: this, then the bytes of the frame. */
struct nic_rx_stored {
    struct nic_record record;
    struct nic_rx_meta meta;
};
/* In the pipe: this, then the bytes. */
struct nic_rx_arriving {
    struct nic_record record;
    uint64_t at_ps; /* when it leaves the pipe */
    uint64_t frame;
    uint32_t length;
    uint8_t good_fcs;
    uint8_t looped; /* enum nic_rx_looped */
    uint8_t source; /* NIC_RX_SWITCH: transmit queue that it comes from */
    uint8_t unused;
};

enum nic_rx_looped {
    NIC_RX_WIRE,
    NIC_RX_LPBK,   /* our own, by HLREG0.LPBK */
    NIC_RX_SWITCH, /* the same, from one pool to others: without an FCS */
};

struct nic_rx {
    struct nic_fetcher fetcher;
    struct nic_desc_queue queue[NIC_QUEUES];
    uint64_t enabled[2];  /* RXDCTL.ENABLE */
    uint64_t drop[2];     /* drop enable by QDE */
    uint64_t hide[2];     /* stripped tags are not shown, by QDE */
    uint16_t told[NIC_QUEUES]; /* bit: enum nic_bad_desc reported in this life of the queue */
    uint8_t stations;     /* receive addresses up to the last one with AV */
    uint8_t ethertypes;   /* EtherType filters up to the last one that is enabled */
    uint8_t tuples;       /* 5-tuple filters, the same */
    uint64_t epoch;       /* counts changes of registers that the filters may depend on */
    struct nic_rx_known known[NIC_RX_KNOWN]; /* by hash; of one process, never loaded */
    struct nic_rx_copies copies; /* of the frame in hand */
    uint8_t source;              /* of the frame in hand */
    uint32_t buffered;    /* packet buffer bytes in use, as RXPBSIZE counts them */
    uint8_t pumping, again; /* inside nic_rx_pump(): a new reason for one more round */
    uint8_t starved;        /* waits for room */
    uint64_t last_out_ps; /* at_ps of the youngest frame in the pipe */
    struct nic_alarm work; /* more than one event's worth was ready */
    struct nic_fifo pipe_fifo, buffer_fifo;
    _Alignas(64) uint8_t pipe[NIC_RX_PIPE_BYTES];
    _Alignas(64) uint8_t buffer[NIC_RX_BUFFER_RING];
};

void nic_rx_dma_done(struct nic *n, uint16_t tag, enum nic_dma_status status, const uint8_t *data,
                     uint32_t length);
void nic_rx_room(struct nic *n);
void nic_rx_pipe(struct nic *n); /* its line: the first frame has come to the end of it */
void nic_rx_work(struct nic *n);
void nic_rx_reset(struct nic *n, enum nic_reset_kind kind);
bool nic_rx_valid(const struct nic_state *st);
/* Bus master or GIO master came back: go on with what waits. */
void nic_rx_kick(struct nic *n);

/* ---- between the files of receive ---- */
/* A frame of ours comes back (HLREG0.LPBK); as nic_frame_in(). */
void nic_rx_loopback(struct nic *n, const uint8_t *frame, uint32_t length, bool good_fcs);
/* A frame that a pool sends and others may get, from this transmit queue. */
void nic_rx_switch(struct nic *n, const uint8_t *frame, uint32_t length, uint32_t queue);
/* Decides on a frame of at least 14 bytes and fills in the meta data (status bits are added to
 * what is there): enum nic_rx_drop, or -1 to accept it. */
int nic_rx_classify(struct nic *n, const uint8_t *frame, uint32_t length,
                    struct nic_rx_meta *meta);
/* A register that the filters may depend on changes. */
static inline void nic_rx_unsettle(struct nic_rx *rx)
{
    rx->epoch++;
}
/* Counts anew the enabled ones of each kind of filter. */
void nic_rx_count_filters(struct nic *n);
/* Does the FCS go, or come with the frame? */
bool nic_rx_strips_fcs(const struct nic *n);
void nic_rx_dropped(struct nic *n, enum nic_rx_drop reason, const struct nic_rx_meta *meta);
/* Is the bit of a frame's destination set in MTA or UTA? */
bool nic_rx_hash_match(const struct nic *n, const uint8_t *frame, uint32_t table);
/* rx_pool.c: a frame that is stripped of its tag, or copied, is handed over. */
void nic_rx_put(struct nic *n, uint8_t *frame, struct nic_rx_meta *meta);
/* Does that queue take the tag out, and say so? Fills in status and tag. */
void nic_rx_tag(const struct nic *n, uint32_t tci, struct nic_rx_meta *meta);
/* Hands an accepted frame to its queue, or to the packet buffer. */
void nic_rx_accept(struct nic *n, const uint8_t *frame, const struct nic_rx_meta *meta);
/* How this frame is to be split; only for the three types of descriptor that have two buffers. */
struct nic_rx_split {
    uint32_t header; /* bytes for the header buffer of the first descriptor */
    uint32_t skip;   /* of the frame, which the packet buffers do not get */
    uint32_t shown;  /* HDR_LEN */
    bool sph, hbo;
};
struct nic_rx_split nic_rx_split(const struct nic *n, uint32_t queue, const uint8_t *frame,
                                 uint32_t length);
/* Works off packet buffer and fetches, a bounded number per call. */
void nic_rx_pump(struct nic *n);
/* One read for the next queue that may want descriptors; false: none does, or no slot is free. */
bool nic_rx_fetch(struct nic *n);
/* Descriptors that could be there in the end: cached, asked for, in the ring. */
uint32_t nic_rx_prospect(const struct nic *n, uint32_t queue);
bool nic_rx_may_dma(const struct nic *n);
/* Reports a ring or setting that cannot be honoured, once per life of a queue. */
void nic_rx_tell(struct nic *n, uint32_t queue, uint32_t slot, enum nic_bad_desc why);

static inline bool nic_rx_enabled(const struct nic_rx *rx, uint32_t queue)
{
    return rx->enabled[queue / 64] >> queue % 64 & 1;
}

#endif
