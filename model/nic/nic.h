/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The NIC: one Intel 82599 port as a library that knows nobody. This header is the whole border
 * between the NIC and what it is plugged into (the bench); the same shapes go on from the bench to
 * QEMU, to the in-process host and to SystemC.
 *
 * Rules of the border
 * - Time is picoseconds, owned by the caller: the NIC reads it from the event heap it was given
 *   and schedules its own events there with class SCHED_NIC; the owner of the heap hands them back
 *   through nic_fire().
 * - No callback may call back into the NIC, save dma_read, whose owner may answer at once with
 *   nic_dma_done().
 * - The NIC never allocates, never blocks, and never trusts what a guest, a wire or saved state
 *   hands it: any input leads to defined behaviour, at worst a reported event.
 * - All state is one block without pointers (nic_state_size() bytes); struct nic is only the
 *   wiring around it and is made anew after a load.
 */
#ifndef RINGSIDE_NIC_H
#define RINGSIDE_NIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/nic/sched.h"

enum {
    NIC_QUEUES = 128,
    NIC_VECTORS = 64,
    NIC_BAR0_BYTES = 512 * 1024, /* registers (below 128 KiB), flash above reads as zero */
    NIC_BAR4_BYTES = 16 * 1024,  /* MSI-X table at 0, PBA at 0x2000 */
    NIC_CONFIG_BYTES = 4096,
    NIC_VFS = 64,                /* virtual functions: all that SR-IOV can enable */
    NIC_VF_VECTORS = 3,          /* of each */
    NIC_VF_BAR_BYTES = 16 * 1024, /* BAR 0 registers; BAR 3 MSI-X table at 0, PBA at 0x2000 */
    NIC_VF_CONFIG_BYTES = 512,   /* beyond is nothing */
    NIC_VF_OFFSET = 128,         /* from the port's routing id to that of its first VF */
    NIC_VF_STRIDE = 2,           /* and from one to the next */
    NIC_FRAME_MAX = 16 * 1024,   /* longest frame on the wire, without FCS */
    NIC_FRAME_MIN = 60,          /* shortest good frame on the wire, without FCS */
    NIC_FCS_BYTES = 4,
    NIC_READ_MAX = 2048,         /* one split read never asks for more (MRRS of the 82599) */
};

/* Requester: port in the high byte, function within the device in the low byte: 0 is the physical
 * function, 1 and up are the virtual ones. */
#define NIC_FUNCTION(port, fn) ((uint16_t)((port) << 8 | (fn)))
#define NIC_FUNCTION_PORT(function) ((function) >> 8)
#define NIC_FUNCTION_VF(function)   (((function) & 0xff) - 1) /* of a virtual one: its number */
/* In events and rows of registers, BARs of virtual functions count from here. */
#define NIC_VF_BAR 8u

/* Every transaction carries a tag: what it is for, and its slot. Reads are split: as many may be
 * outstanding as there are slots of their kind. Writes are posted; their slot is the queue. */
enum nic_tag_kind {
    NIC_TAG_TX_DATA = 0, /* read: packet data */
    NIC_TAG_TX_DESC = 1, /* read: transmit descriptors */
    NIC_TAG_RX_DESC = 2, /* read: receive descriptors */
    NIC_TAG_RX_DATA = 3, /* write: packet data; never looked at before its descriptor */
    NIC_TAG_RX_WB = 4,   /* write: receive descriptor write-back */
    NIC_TAG_TX_WB = 5,   /* write: transmit descriptor or head write-back */
    NIC_TAG_KINDS = 6,
};
enum { NIC_TX_DATA_SLOTS = 16, NIC_TX_DESC_SLOTS = 8, NIC_RX_DESC_SLOTS = 8 };
#define NIC_TAG(kind, slot) ((uint16_t)((kind) << 8 | (slot)))
#define NIC_TAG_KIND(tag) ((tag) >> 8)
#define NIC_TAG_SLOT(tag) ((tag) & 0xff)

enum nic_dma_status {
    NIC_DMA_OK,
    NIC_DMA_FAULT, /* translation failed or was refused */
    NIC_DMA_ABORT, /* no memory answered there, or the completion timed out */
};

enum nic_reset_kind {
    NIC_RESET_POWER, /* power-on: everything, PCI configuration space too */
    NIC_RESET_BUS,   /* PCI bus reset: as power-on, for the function */
    NIC_RESET_FLR,   /* function level reset */
    NIC_RESET_D3,    /* return from D3hot */
    NIC_RESET_SW,    /* CTRL.RST or CTRL.LRST; PCI configuration space survives */
};

struct nic_event {
    uint64_t time_ps;
    uint16_t id;       /* enum nic_event_id; the bench's own follow after NIC_EVENTS */
    uint16_t function; /* requester, NIC_FUNCTION() */
    uint32_t queue;    /* queue or vector, else 0 */
    uint64_t a, b, c;  /* see the row in events.def */
};

/* A received frame, or a part of it, and the descriptor that tells of it. */
struct nic_delivery {
    uint64_t address;
    const uint8_t *bytes;
    uint32_t length;
    uint16_t data_tag, desc_tag;
    uint64_t desc_address;
    uint8_t desc[16];
};

/* Asked of the owner. */
/* A caller of room() never needs more than this at once. */
#define NIC_ROOM_MAX (24 * 1024)

struct nic_host_ops {
    /* A split read: the answer comes by nic_dma_done() with this tag, now or later. length is 1 to
     * NIC_READ_MAX and never crosses a 4 KiB boundary. */
    void (*dma_read)(void *host, uint16_t function, uint16_t tag, uint64_t address,
                     uint32_t length);
    /* A posted write; data is copied before return. Writes and messages of one function land in
     * the order in which they were given. Ask room() first. */
    void (*dma_write)(void *host, uint16_t function, uint16_t tag, uint64_t address,
                      const void *data, uint32_t length);
    /* MSI or MSI-X: a 4-byte posted write behind the data it announces. Counts against room(). */
    void (*message)(void *host, uint16_t function, uint64_t address, uint32_t data);
    /* How many bytes of posted writes may be given now; every write costs its length + 32. When a
     * caller was refused for want of room the owner calls nic_room() once there is some again. */
    uint32_t (*room)(void *host, uint16_t function);
    void (*intx)(void *host, uint16_t function, bool level);
    /* A frame starts to leave at the present time: first bit of the preamble is on the wire. The
     * NIC has already serialised it: the next one starts no sooner than this one has ended.
     * Without FCS; good_fcs is false when the MAC was told to send it without one. */
    void (*frame_out)(void *host, uint16_t function, const uint8_t *frame, uint32_t length,
                      bool good_fcs);
    void (*event)(void *host, const struct nic_event *event);
    /* Optional: dma_write() of the bytes and then of the descriptor. */
    void (*deliver)(void *host, uint16_t function, const struct nic_delivery *delivery);
};

/* Timing parameters the NIC itself needs, all picoseconds. Defaults: nic_timing_defaults(). */
struct nic_timing {
    uint32_t byte_ps;       /* one byte on the wire: 800 at 10 Gb/s */
    uint32_t phy_rx_ps;     /* PHY and MAC, in */
    uint32_t phy_tx_ps;     /* and out */
    uint32_t rx_pipe_ps;    /* parse, filter, place in the packet buffer */
    uint32_t tx_pipe_ps;    /* packet buffer to MAC */
    uint32_t bus_ps;        /* whatever it does, memory and CPU see nothing of it any sooner */
    uint64_t link_up_ps;    /* from carrier (and laser on, AN restarted) to LINKS.UP */
    uint64_t reset_ps;      /* CTRL.RST stays set this long: 0 = clear at the next read */
};

struct nic_config {
    uint8_t port;     /* device number on the heap and in requester ids */
    uint8_t lan_id;   /* STATUS.LAN_ID: 0 or 1 */
    uint8_t mac[6];   /* station address in the EEPROM */
    uint8_t module;   /* enum nic_module: what sits in the SFP cage */
    struct nic_timing timing;
};

enum nic_module { NIC_MODULE_NONE, NIC_MODULE_SR, NIC_MODULE_DA };

struct nic_state; /* the block: nic_priv.h */

/* The end of an event stream, for an owner who wants events put where they are kept: it is called
 * for those that it noted and when there is no more room, and makes some before it returns. */
struct nic_log {
    struct nic_event *at, *end;
    uint64_t noted; /* bit per event id */
    void (*came)(void *owner, const struct nic_event *event);
    void *owner;
};

/* Wiring around a state block. Fields are private to model/nic, but for log. */
struct nic {
    struct nic_state *st;
    const struct nic_host_ops *ops;
    void *host;
    struct sched *sched;
    struct nic_log *log; /* the owner's, set after nic_init() or nic_attach(); NULL: ops->event */
    /* Optional, the owner's and set as log: how many bytes of posted writes are on their way, and
     * may be. While there is enough room() is not asked. */
    const uint32_t *posted;
    uint32_t posted_most;
    uint16_t function; /* requester id */
    uint16_t read_queue; /* inside dma_read(): the queue that the read is for */
};

void nic_timing_defaults(struct nic_timing *timing);

/* Bytes of the state block; alignment 64. */
size_t nic_state_size(void);

/* Builds the decode map and lints the register table once per process: overlap, out of range,
 * a handler without a row. Returns 0, or -EINVAL with a sentence in `why`. Idempotent; nic_init()
 * calls it. */
int nic_tables_init(const char **why);

/* Wires `nic` to a fresh block and powers it on. Returns 0 or -EINVAL (bad config, bad table). */
int nic_init(struct nic *nic, void *block, const struct nic_config *config,
             const struct nic_host_ops *ops, void *host, struct sched *sched);

/* Wires `nic` to a loaded block, after checking every index in it: 0 or -EINVAL. */
int nic_attach(struct nic *nic, void *block, const struct nic_host_ops *ops, void *host,
               struct sched *sched);

void nic_reset(struct nic *nic, enum nic_reset_kind kind);

/* BAR access. size is 1, 2, 4 or 8; anything but an aligned 4 (or 8 = low, then high dword) is
 * reported and otherwise read as zero / ignored. */
uint64_t nic_mmio_read(struct nic *nic, unsigned bar, uint32_t offset, unsigned size);
void nic_mmio_write(struct nic *nic, unsigned bar, uint32_t offset, uint64_t value, unsigned size);

/* PCI configuration space. The image of power-on and which bits a guest may write, for a host that
 * keeps header and BARs itself (QEMU); and the model's own view, which is right for every
 * capability. A host passes every configuration write on, header included (command register). */
const uint8_t *nic_config_image(void);      /* NIC_CONFIG_BYTES */
const uint8_t *nic_config_write_mask(void); /* NIC_CONFIG_BYTES */
uint32_t nic_config_read(struct nic *nic, uint32_t offset, unsigned size);
void nic_config_write(struct nic *nic, uint32_t offset, uint32_t value, unsigned size);

/* Virtual functions, by number: how many the SR-IOV capability has enabled; those from there on
 * answer nothing. Their BARs are 0 and 3; header, BARs and ids stand in the capability alone. */
unsigned nic_vf_count(const struct nic *nic);
uint64_t nic_vf_mmio_read(struct nic *nic, unsigned vf, unsigned bar, uint32_t offset,
                          unsigned size);
void nic_vf_mmio_write(struct nic *nic, unsigned vf, unsigned bar, uint32_t offset, uint64_t value,
                       unsigned size);
const uint8_t *nic_vf_config_image(void); /* NIC_VF_CONFIG_BYTES */
uint32_t nic_vf_config_read(struct nic *nic, unsigned vf, uint32_t offset, unsigned size);
void nic_vf_config_write(struct nic *nic, unsigned vf, uint32_t offset, uint32_t value,
                         unsigned size);
void nic_vf_reset(struct nic *nic, unsigned vf, enum nic_reset_kind kind);

/* A frame begins to arrive at the present time (SFD at the pins): without FCS. good_fcs false:
 * damaged on the wire. */
void nic_frame_in(struct nic *nic, const uint8_t *frame, uint32_t length, bool good_fcs);
/* Light on the fibre: the far end sends. */
void nic_carrier(struct nic *nic, bool present);
/* Another module sits in the SFP cage from now on, or none. */
void nic_module(struct nic *nic, enum nic_module module);

void nic_dma_done(struct nic *nic, uint16_t tag, enum nic_dma_status status, const uint8_t *data,
                  uint32_t length);
/* An access of this port found nothing mapped at `address`. given: it is the write that the NIC is
 * giving just now. For the report only: a failed read is answered by nic_dma_done() as well. */
void nic_refused(struct nic *nic, uint16_t tag, uint64_t address, bool given);
void nic_room(struct nic *nic);
/* An event that this NIC scheduled is due. */
void nic_fire(struct nic *nic, const struct sched_event *event);
/* The same of a line, SCHED_LINE_NIC or above. */
void nic_line(struct nic *nic, unsigned line);

/* The MAC's view: is the transmit side able to send (link up as the NIC sees it)? */
bool nic_link_up(const struct nic *nic);
/* Laser on: what the far end sees of us. */
bool nic_laser_on(const struct nic *nic);

/* ---- the register table as data: documentation, tests, trace names, coverage ---- */
struct nic_reg_info {
    const char *name;
    uint32_t bar; /* 0, or NIC_VF_BAR: of a virtual function */
    uint32_t offset, stride, count; /* aliases and split ranges are rows of their own */
    uint32_t first;                 /* element at `offset` */
    uint32_t reset, writable, w1c;
    bool alias;     /* second address of elements that another row has */
    bool more;      /* continues the array of the row above */
    bool clear_on_read, storage_only;
    bool behaviour; /* a handler stands behind it */
    const char *source; /* datasheet section where certain, else driver, else doubt number */
    const char *doc;
};
unsigned nic_reg_rows(void);
const struct nic_reg_info *nic_reg_row(unsigned row); /* NULL beyond the last */
/* How often the guest has read and written a row, since nic_init(). */
void nic_reg_coverage(const struct nic *nic, unsigned row, uint32_t *reads, uint32_t *writes);
/* Name of the register at a BAR0 offset into `buf` ("RDT[3]"), or "hole 0x....". */
const char *nic_reg_name(uint32_t offset, char *buf, size_t bytes);
/* The same of a virtual function's BAR 0. */
const char *nic_vf_reg_name(uint32_t offset, char *buf, size_t bytes);

/* ---- events ---- */
enum nic_event_id {
#define EVENT(name, level, queue, a, b, c, doc) NIC_EV_##name,
#include "model/nic/events.def"
#undef EVENT
    NIC_EVENTS
};
struct nic_event_info {
    const char *name;
    unsigned level; /* stored in a trace of this level and above; the hash covers every event */
    const char *queue, *a, *b, *c; /* field names, "" when unused */
    const char *doc;
};
const struct nic_event_info *nic_event_info(unsigned id); /* NULL: not one of the NIC's */

/* ---- the driver's side of the contract ---- */
enum nic_rule {
#define RULE(id, name, severity, must, source, detail) NIC_RULE_##id,
#include "model/nic/rules.def"
#undef RULE
    NIC_RULES
};
enum nic_rule_severity { RULE_IGNORED, RULE_STALLS, RULE_CORRUPTS };
struct nic_rule_info {
    const char *name;
    enum nic_rule_severity severity;
    const char *must;   /* what has to hold */
    const char *source; /* as in struct nic_reg_info */
    const char *detail; /* what that field of the event says */
};
const struct nic_rule_info *nic_rule_info(unsigned rule); /* NULL past the end */
/* Field "place" of violation: slot of a receive or transmit ring. */
#define NIC_NO_SLOT         0xffffu
#define NIC_PLACE(tx, slot) ((uint64_t)(tx) << 16 | ((slot) & 0xffffu))

/* Field "reason" of rx_drop. */
enum nic_rx_drop {
    NIC_RX_DROP_FCS,       /* bad FCS */
    NIC_RX_DROP_SHORT,     /* below 64 bytes with FCS */
    NIC_RX_DROP_LONG,      /* beyond MAXFRS */
    NIC_RX_DROP_OFF,       /* RXCTRL.RXEN is 0 */
    NIC_RX_DROP_FILTER,    /* no MAC filter wants it */
    NIC_RX_DROP_VLAN,      /* VFTA does not want it */
    NIC_RX_DROP_BUFFER,    /* packet buffer full: MPC */
    NIC_RX_DROP_NO_DESC,   /* DROP_EN and no descriptor: QPRDC */
    NIC_RX_DROP_QUEUE_OFF, /* its queue is not enabled: QPRDC */
    NIC_RX_DROP_PAUSE,     /* pause frame, by FCTRL.DPF or MFLCN.DPF */
    NIC_RX_DROP_PIPE,      /* frames overlap on the wire: no such wire */
    NIC_RX_DROP_LINK,      /* the link is down, or the MAC looped back */
    NIC_RX_DROP_RING,      /* needs more descriptors than its ring has */
    NIC_RX_DROP_LENGTH,    /* its length field is wrong, and HLREG0.RXLNGTHERREN set */
    NIC_RX_DROP_POOL,      /* no pool gets it */
    NIC_RX_DROPS
};

/* Field "reason" of tx_drop. */
enum nic_tx_drop {
    NIC_TX_DROP_EMPTY,    /* no bytes at all */
    NIC_TX_DROP_LONG,     /* longer than a frame or the transmit buffer may be */
    NIC_TX_DROP_DMA,      /* a read of its data failed */
    NIC_TX_DROP_DISABLED, /* its queue was disabled before all data were there */
    NIC_TX_DROP_DESCS,    /* more descriptors than a packet may have */
    NIC_TX_DROP_TYPE,     /* descriptor type that does not exist */
    NIC_TX_DROP_CONTEXT,  /* segmentation that its context makes impossible */
    NIC_TX_DROP_SPOOF,    /* an address or a VLAN that its pool may not send: SSVPC */
    NIC_TX_DROP_LOCAL,    /* for a pool of this port, none of which gets it */
    NIC_TX_DROPS
};

/* Field "why" of bad_desc. */
enum nic_bad_desc {
    NIC_BAD_RING_HEAD,    /* head outside the ring */
    NIC_BAD_BUFFER_SIZE,  /* SRRCTL.BSIZEPACKET 0 or beyond 16 KiB */
    NIC_BAD_DESCTYPE,     /* SRRCTL.DESCTYPE that does not exist: taken as one buffer */
    NIC_BAD_TX_TYPE,      /* DTYP neither context nor data */
    NIC_BAD_TX_LENGTH,    /* sum of buffers 0, or more than a frame may have */
    NIC_BAD_TX_CHAIN,     /* more descriptors than a packet may have, or EOP missing */
    NIC_BAD_TX_OFFLOAD,   /* MACsec, IPsec or FCoE, which this card lacks: sent without it */
    NIC_BAD_TX_BUFFER,    /* TXPBSIZE(0) is 0 */
    NIC_BAD_TX_CONTEXT,   /* an offload without a context, or one that does not fit the packet */
    NIC_BAD_TX_PAYLEN,    /* PAYLEN is not what the buffers add up to: the buffers count */
    NIC_BAD_DESCS
};

#endif
