/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The driver: one struct ixd_port is one 82599 port, reached through a struct ixd_bus, with its
 * buffers from a struct pool. Poll mode: bursts in, bursts out, nothing happens between calls.
 * Two ports are independent of each other, and so are two queues of a port with pools of their own:
 * bursts, ixd_tx_hung() and ixd_wait_queues() without `link` may be called by one thread per queue.
 * All else is for one thread while the others rest.
 *
 * Errors are -errno with one line of text in struct ixd_error. No wait is without a bound.
 */
#ifndef RINGSIDE_DRIVER_IXD_H
#define RINGSIDE_DRIVER_IXD_H

#include "driver/bus.h"
#include "driver/pool.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    IXD_RX_QUEUES_MAX = 128,
    IXD_TX_QUEUES_MAX = 64, /* what the device has outside of virtualisation and DCB */
    IXD_RSS_QUEUES = 16,    /* what RSS can spread over: the others are for filters (filter.h) */
    IXD_RX_VECTORS_MAX = 63, /* of 64; the last is for link changes */
    IXD_FRAME_MIN = 17,   /* shortest frame that may be handed over; the MAC pads it to 60 */
    IXD_MTU_MIN = 68,     /* what IPv4 demands of every link */
    IXD_MTU_MAX = 9710,   /* 9728 bytes with header and CRC is what the MAC can do */
    IXD_MTU_DEFAULT = 1500,
    IXD_HEADER_BYTES = 18, /* Ethernet and one VLAN tag, on top of the MTU */
    IXD_TX_SEGS_MAX = 38,  /* buffers of one packet: 40 descriptors with context, less one spare */
    IXD_RSS_KEY_BYTES = 40,
    IXD_RSS_TABLE = 128,   /* entries */
    IXD_PORTS_MAX = 8,     /* of one ixd_wait_rx() call */
};

/* What a port shall do to packets (struct ixd_config). With none of a direction and frames that fit
 * a buffer, that direction takes a shorter path: it handles single buffers, its packets carry
 * ol_flags 0, and it does not look at those of packets to be sent. */
enum ixd_rx_offload {
    IXD_RX_OFFLOAD_CHECKSUM = 1 << 0,   /* verdict on IPv4, TCP and UDP checksums */
    IXD_RX_OFFLOAD_VLAN_STRIP = 1 << 1, /* tag out of the frame into vlan_tci */
    IXD_RX_OFFLOAD_RSS_HASH = 1 << 2,   /* hash and packet_type */
    IXD_RX_OFFLOAD_SCATTER = 1 << 3,    /* frames over several buffers; implied by a large MTU */
    IXD_RX_OFFLOADS = (1 << 4) - 1,
};
enum ixd_tx_offload {
    IXD_TX_OFFLOAD_CHECKSUM = 1 << 0,    /* IPv4, TCP, UDP and SCTP checksums */
    IXD_TX_OFFLOAD_TSO = 1 << 1,         /* TCP and UDP segmentation */
    IXD_TX_OFFLOAD_VLAN_INSERT = 1 << 2, /* vlan_tci into the frame */
    IXD_TX_OFFLOAD_MULTI_SEGS = 1 << 3,  /* packets of several buffers; implied by a large MTU */
    IXD_TX_OFFLOADS = (1 << 4) - 1,
};

/* pool_buf.ol_flags. Receive sets the first group (the rest of the packet's fields as they say);
 * who sends sets the second, with l2_len, l3_len, l4_len for checksums and segmentation. */
enum ixd_ol_flags {
    IXD_RX_VLAN = 1 << 0,          /* a tag was taken out: vlan_tci */
    IXD_RX_RSS_HASH = 1 << 1,      /* hash is the RSS hash */
    IXD_RX_FDIR = 1 << 2,          /* a filter of the flow director matched */
    IXD_RX_FDIR_ID = 1 << 3,       /* ... and its id is in `hash` */
    IXD_RX_IP_CKSUM_GOOD = 1 << 4, /* neither good nor bad: not looked at */
    IXD_RX_IP_CKSUM_BAD = 1 << 5,
    IXD_RX_L4_CKSUM_GOOD = 1 << 6,
    IXD_RX_L4_CKSUM_BAD = 1 << 7,

    IXD_TX_VLAN = 1 << 16,       /* insert vlan_tci behind the addresses */
    IXD_TX_IPV4 = 1 << 17,       /* what layer 3 is; exactly one of the two for segmentation */
    IXD_TX_IPV6 = 1 << 18,
    IXD_TX_IP_CKSUM = 1 << 19,   /* the IPv4 header checksum; its field must hold 0 */
    IXD_TX_TCP_CKSUM = 1 << 20,  /* at most one of these three; TCP's and UDP's field must hold */
    IXD_TX_UDP_CKSUM = 2 << 20,  /* the sum of the pseudo header (ixd_tx_prepare() does both) */
    IXD_TX_SCTP_CKSUM = 3 << 20,
    IXD_TX_L4_MASK = 3 << 20,
    IXD_TX_TCP_SEG = 1 << 22,    /* cut the payload into pieces of tso_segsz; makes the checksums */
    IXD_TX_UDP_SEG = 1 << 23,    /* the same for UDP: each piece is a datagram */
    IXD_TX_MASK = IXD_TX_VLAN | IXD_TX_IP_CKSUM | IXD_TX_L4_MASK | IXD_TX_TCP_SEG | IXD_TX_UDP_SEG,
};

/* pool_buf.packet_type of a received packet: what its headers are; 0: not IP. */
enum ixd_packet_type {
    IXD_PTYPE_IPV4 = 1 << 0,
    IXD_PTYPE_IPV4_OPTIONS = 1 << 1,
    IXD_PTYPE_IPV6 = 1 << 2,
    IXD_PTYPE_IPV6_EXT = 1 << 3,
    IXD_PTYPE_TCP = 1 << 4,
    IXD_PTYPE_UDP = 1 << 5,
    IXD_PTYPE_SCTP = 1 << 6,
    IXD_PTYPE_ETHERTYPE = 1 << 11, /* an ethertype filter matched, bits 2..0 are its number */
};

struct ixd_port;

enum ixd_flow_control { /* IEEE 802.3 pause frames; bits */
    IXD_FLOW_CONTROL_RX = 1 << 0, /* those of the other end are obeyed */
    IXD_FLOW_CONTROL_TX = 1 << 1, /* the port sends some when its packet buffer fills */
};

struct ixd_config {
    struct pool *pool;         /* buffers for receive; every buffer sent must come from it */
    struct pool *const *pools; /* or one for each queue number; NULL: `pool` for all */
    unsigned rx_queues;        /* 1..128; more than one: RSS over IPv4/IPv6, TCP/UDP, up to 15 */
    unsigned tx_queues;        /* 1..64 */
    unsigned rx_ring, tx_ring; /* descriptors: 32..4096, a multiple of 8 */
    unsigned rx_refill;        /* post fresh buffers when this many are missing; 0: a fitting one */
    unsigned tx_report;        /* ask for a status report every so many frames; 0: a fitting one */
    unsigned tx_pthresh, tx_hthresh, tx_wthresh; /* descriptor fetch and write-back thresholds */
    unsigned mtu;         /* longest payload of a frame, 68..9710 */
    uint32_t rx_offloads; /* enum ixd_rx_offload */
    uint32_t tx_offloads; /* enum ixd_tx_offload */
    bool drop_when_full; /* DROP_EN: a full queue drops its frames instead of holding all */
    unsigned flow_control; /* enum ixd_flow_control */
    bool promiscuous;    /* take every unicast and multicast frame */
    bool interrupts;     /* vectors for receive queues, and one for link changes */
    uint8_t rx_vectors;  /* queue q has vector q % rx_vectors; 0: one for each queue, at most 63 */
    unsigned itr_us;     /* least time between two messages of a vector, 0..1022 */
};

/* One queue, poll mode, rings of 512, thresholds 36/8/0, DROP_EN; `pool` is left NULL. */
void ixd_config_default(struct ixd_config *config);

/* Checks a configuration without touching a device. 0 or -EINVAL with text. */
int ixd_config_check(const struct ixd_config *config, struct ixd_error *err);

/* Buffers that a port with this configuration can hold at most, with `batch` more in flight in
 * its user's hands per queue: what to size a pool by. */
unsigned ixd_config_buffers(const struct ixd_config *config, unsigned batch);

/* Resets and configures the port, starts its queues and the link. On return frames can be received
 * and sent as soon as the link is up. `bus` and the pool must outlive the port. */
int ixd_open(struct ixd_port **out, struct ixd_bus *bus, const struct ixd_config *config,
             struct ixd_error *err);

/* Stops everything, brings all buffers home to the pool, leaves the device quiet (no DMA, no
 * interrupt) and frees the port. Frames on the transmit ring that were not sent are dropped: call
 * ixd_tx_drain() before to have them sent. Frees the port even if it returns an error. */
int ixd_close(struct ixd_port *port, struct ixd_error *err);

/* Is this transmit queue stuck? True when it has work, the link is up, nobody paused the port, and
 * the device has neither fetched nor reported anything for `deadline_ns`. To be called now and
 * then; reads a register only when there is work and nothing was reported since the last call. */
bool ixd_tx_hung(struct ixd_port *port, unsigned queue, uint64_t deadline_ns);

/* Has the device gone (every register reads all ones)? Once true, it stays so: no register is
 * touched any more, and ixd_close() brings all buffers home. One register read. */
bool ixd_port_gone(struct ixd_port *port);

/* Stops the port, brings all buffers on its rings home, resets the device and starts again with the
 * same configuration and filters. Counters go on. What was to be sent is dropped and counted. On an
 * error the port is stopped for good: close it. */
int ixd_port_reset(struct ixd_port *port, struct ixd_error *err);

uint64_t ixd_port_resets(const struct ixd_port *port);

/* Receive side scaling, with more than one queue or the offload IXD_RX_OFFLOAD_RSS_HASH: the hash
 * key, and the queue for each value of the hash's low 7 bits. */
void ixd_rss_set_key(struct ixd_port *port, const uint8_t key[IXD_RSS_KEY_BYTES]);
int ixd_rss_set_table(struct ixd_port *port, const uint8_t table[IXD_RSS_TABLE],
                      struct ixd_error *err);

/* Takes up to `max` received packets from a queue; returns how many. The buffers are the caller's
 * until sent, or freed to the pool (pool_free_packets() where a packet may have several). Damaged
 * frames, and frames longer than expected, are dropped and counted. */
unsigned ixd_rx_burst(struct ixd_port *port, unsigned queue, struct pool_buf **bufs, unsigned max);

/* Puts packets on a transmit queue, in order; returns how many found room. These buffers are the
 * driver's; the rest remain the caller's. Every buffer must come from the port's pool, with at
 * least IXD_FRAME_MIN bytes and at most the MTU and IXD_HEADER_BYTES. With offloads a packet that
 * the device could not send (ixd_tx_prepare() says why) is taken, freed and counted. */
unsigned ixd_tx_burst(struct ixd_port *port, unsigned queue, struct pool_buf *const *bufs,
                      unsigned count);

/* Makes packets fit for the device, as their ol_flags ask: checks lengths, writes 0 into the IPv4
 * checksum and the pseudo header's sum into that of TCP or UDP. The headers must lie in the first
 * buffer. Returns how many packets are fit; the next one is not, and `err` says why. */
unsigned ixd_tx_prepare(const struct ixd_port *port, struct pool_buf *const *packets,
                        unsigned count, struct ixd_error *err);

/* Waits until all that was put on the transmit queues has left the port: until the device has
 * fetched it, at most timeout_us, and then until its packet buffer is empty. 0, or -ETIMEDOUT
 * naming the queue and its head and tail (a link that is down sends nothing). */
int ixd_tx_drain(struct ixd_port *port, unsigned timeout_us, struct ixd_error *err);

/* Descriptors put on a transmit queue whose buffers have not come home yet. */
unsigned ixd_tx_pending(const struct ixd_port *port, unsigned queue);

/* Waits until a receive queue of one of the ports has a frame or a link changes, at most
 * timeout_ns. The ports must be open with `interrupts`. Arms the vectors, looks at every ring
 * once more, and only then sleeps, so that no frame can be slept over. Returns 1 when there may
 * be something to do, 0 when the time was up or a signal came, or -errno. */
int ixd_wait_rx(struct ixd_port *const *ports, unsigned count, uint64_t timeout_ns,
                struct ixd_error *err);

/* Queues `first`, `first` + `step` and so on of every port: what one of `step` threads has. */
struct ixd_share {
    unsigned first, step;
};
#define IXD_SHARE_ALL ((struct ixd_share){0, 1})

/* The same for a share of the receive queues, and for link changes only with `link`. Queues of one
 * vector must be in the same share (rx_vectors a multiple of `step`). */
int ixd_wait_queues(struct ixd_port *const *ports, unsigned count, struct ixd_share queues,
                    bool link, uint64_t timeout_ns, struct ixd_error *err);

struct ixd_link {
    bool up;
    unsigned mbps;    /* 0 when down */
    uint64_t changes; /* down or up, since it was first up */
};

/* Reads the link state from the device (one register read). */
struct ixd_link ixd_link_read(struct ixd_port *port);

/* The state last seen, without a register access: by ixd_link_read() or by ixd_wait_rx(). */
struct ixd_link ixd_link_last(const struct ixd_port *port);

/* The port's own address, as the device loaded it from its EEPROM. */
void ixd_mac(const struct ixd_port *port, uint8_t mac[6]);

/* What the driver counted itself, per queue. */
struct ixd_rx_counters {
    uint64_t packets;
    uint64_t bursts;      /* calls that returned at least one frame */
    uint64_t empty_polls; /* calls that returned none */
    uint64_t dropped;     /* frames damaged, or in more buffers than the MTU asks for */
    uint64_t pool_empty;  /* times that fewer fresh buffers were there than the ring wanted */
    uint64_t bad_ip_cksum, bad_l4_cksum; /* with receive offloads: handed over, and marked */
};

struct ixd_tx_counters {
    uint64_t packets;
    uint64_t bursts; /* doorbells */
    uint64_t full;   /* calls that could not place all frames */
    uint64_t reclaimed; /* buffers taken back from the ring by a reset */
    /* with transmit offloads: */
    uint64_t contexts;    /* context descriptors written */
    uint64_t tso_packets; /* of the packets, those to be cut */
    uint64_t tso_frames;  /* into how many frames */
    uint64_t refused;     /* packets that the device could not have sent, freed */
};

const struct ixd_rx_counters *ixd_rx_counters(const struct ixd_port *port, unsigned queue);
const struct ixd_tx_counters *ixd_tx_counters(const struct ixd_port *port, unsigned queue);

/* The device's statistics, which are cleared by reading: `ixd_stats_update` reads them all and adds
 * them up; `ixd_stats_each` calls `emit` with the datasheet's name in lower case ("gprc",
 * "qprdc3") and the sum since ixd_open(). Counter c of the 16 per queue is that of queues c, c + 16
 * and so on. */
void ixd_stats_update(struct ixd_port *port);
void ixd_stats_each(const struct ixd_port *port,
                    void (*emit)(void *context, const char *name, uint64_t value), void *context);
uint64_t ixd_stats_get(const struct ixd_port *port, const char *name); /* 0 for unknown names */

#endif
