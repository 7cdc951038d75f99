/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The driver: one struct ixd_port is one 82599 port, reached through a struct ixd_bus, with its
 * buffers from a struct pool. Poll mode: bursts in, bursts out, nothing happens between calls.
 * All functions are called from one thread; two ports are independent of each other.
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
    IXD_QUEUES_MAX = 16,  /* per direction: what RSS can spread over */
    IXD_FRAME_MIN = 17,   /* shortest frame that may be handed over; the MAC pads it to 60 */
    IXD_FRAME_MAX = 1518, /* longest, without CRC: 1514, and one VLAN tag */
    IXD_PORTS_MAX = 8,    /* of one ixd_wait_rx() call */
};

struct ixd_port;

struct ixd_config {
    struct pool *pool;         /* buffers for receive; every buffer sent must come from it */
    unsigned rx_queues;        /* 1..16; more than one: RSS over IPv4/IPv6, TCP/UDP */
    unsigned tx_queues;        /* 1..16 */
    unsigned rx_ring, tx_ring; /* descriptors: 32..4096, a multiple of 8 */
    unsigned rx_refill;        /* post fresh buffers when this many are missing; 0: a fitting one */
    unsigned tx_report;        /* ask for a status report every so many frames; 0: a fitting one */
    unsigned tx_pthresh, tx_hthresh, tx_wthresh; /* descriptor fetch and write-back thresholds */
    bool drop_when_full; /* DROP_EN: a full queue drops its frames instead of holding all */
    bool promiscuous;    /* take every unicast and multicast frame */
    bool interrupts;     /* one vector per receive queue, and one for link changes */
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

/* Takes up to `max` received frames from a queue; returns how many. The buffers are the caller's
 * until sent, or freed to the pool. Damaged or chained frames are dropped and counted. */
unsigned ixd_rx_burst(struct ixd_port *port, unsigned queue, struct pool_buf **bufs, unsigned max);

/* Puts frames on a transmit queue, in order; returns how many found room. These buffers are the
 * driver's; the rest remain the caller's. Every buffer must come from the port's pool, with
 * IXD_FRAME_MIN <= length <= IXD_FRAME_MAX inside of the buffer. */
unsigned ixd_tx_burst(struct ixd_port *port, unsigned queue, struct pool_buf *const *bufs,
                      unsigned count);

/* Waits until all that was put on the transmit queues has left the port: until the device has
 * fetched it, at most timeout_us, and then until its packet buffer is empty. 0, or -ETIMEDOUT
 * naming the queue and its head and tail (a link that is down sends nothing). */
int ixd_tx_drain(struct ixd_port *port, unsigned timeout_us, struct ixd_error *err);

/* Frames put on a transmit queue whose buffers have not come home yet. */
unsigned ixd_tx_pending(const struct ixd_port *port, unsigned queue);

/* Waits until a receive queue of one of the ports has a frame or a link changes, at most
 * timeout_ns. The ports must be open with `interrupts`. Arms the vectors, looks at every ring
 * once more, and only then sleeps, so that no frame can be slept over. Returns 1 when there may
 * be something to do, 0 when the time was up or a signal came, or -errno. */
int ixd_wait_rx(struct ixd_port *const *ports, unsigned count, uint64_t timeout_ns,
                struct ixd_error *err);

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
    uint64_t dropped;     /* frames damaged, longer than a buffer, or in several buffers */
    uint64_t pool_empty;  /* times that fewer fresh buffers were there than the ring wanted */
};

struct ixd_tx_counters {
    uint64_t packets;
    uint64_t bursts; /* doorbells */
    uint64_t full;   /* calls that could not place all frames */
};

const struct ixd_rx_counters *ixd_rx_counters(const struct ixd_port *port, unsigned queue);
const struct ixd_tx_counters *ixd_tx_counters(const struct ixd_port *port, unsigned queue);

/* The device's statistics, which are cleared by reading: `ixd_stats_update` reads them all and adds
 * them up; `ixd_stats_each` calls `emit` with the datasheet's name in lower case ("gprc",
 * "qprdc3") and the sum since ixd_open(). */
void ixd_stats_update(struct ixd_port *port);
void ixd_stats_each(const struct ixd_port *port,
                    void (*emit)(void *context, const char *name, uint64_t value), void *context);
uint64_t ixd_stats_get(const struct ixd_port *port, const char *name); /* 0 for unknown names */

#endif
