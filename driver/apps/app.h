/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The applications on top of the driver, each as a state machine that somebody else turns: the
 * main() of a guest program loops over ixd_app_step() until a signal comes, the in-process host
 * calls it between other things. An application knows the driver and the pool, and not which bus
 * it runs over, nor any file, signal or process.
 *
 *   parse options -> ixd_app_init -> ixd_app_step ... -> ixd_app_stop -> ixd_app_report
 *                 -> ixd_app_fini
 *
 * The work is split among workers: each has its own queues of every port, its own pool and its own
 * counters, and runs packets to completion. ixd_app_step() turns them all, one after the other;
 * who has threads turns each in its own with ixd_worker_step(), and looks after the ports itself.
 */
#ifndef RINGSIDE_DRIVER_APPS_APP_H
#define RINGSIDE_DRIVER_APPS_APP_H

#include "driver/apps/script.h"
#include "driver/ixd.h"

enum {
    IXD_APP_PORTS_MAX = 2,
    IXD_APP_BATCH_MAX = 256,
    IXD_APP_SEGMENTS_MAX = 512,
    IXD_APP_SCRIPT_PARTS_MAX = 64,
    IXD_APP_FILTERS_MAX = 64,
    IXD_APP_WORKERS_MAX = 16,
};

enum ixd_app_wait { /* --wait */
    IXD_APP_POLL,      /* never sleep */
    IXD_APP_INTERRUPT, /* sleep whenever there is nothing */
    IXD_APP_ADAPTIVE,  /* poll while busy, sleep after --idle-polls rounds without a frame */
};

/* --offloads: what the cards shall do for the application, both ways. */
enum ixd_app_offload {
    IXD_APP_CHECKSUM = 1 << 0, /* verdicts on what comes in, checksums of what goes out */
    IXD_APP_VLAN = 1 << 1,     /* tags taken out and put in */
    IXD_APP_TSO = 1 << 2,      /* large packets cut into frames; brings CHECKSUM at the port */
    IXD_APP_HASH = 1 << 3,     /* RSS hash and packet type of what comes in */
    IXD_APP_SCATTER = 1 << 4,  /* packets of several buffers, whatever the MTU */
};

enum ixd_app_frame { /* --kind: what gen sends */
    IXD_APP_UDP4,
    IXD_APP_UDP6,
    IXD_APP_TCP4,
    IXD_APP_TCP6,
    IXD_APP_SCTP4,
};

struct ixd_app_options {
    char port[IXD_APP_PORTS_MAX][32]; /* PCI addresses, in the order given */
    unsigned ports;
    unsigned batch;  /* frames per burst */
    unsigned queues; /* receive queues per port, and as many for transmit as there are */
    unsigned workers;
    unsigned rx_ring, tx_ring;
    unsigned rx_refill, tx_report; /* 0: the driver chooses */
    unsigned tx_pthresh, tx_hthresh, tx_wthresh;
    unsigned buffers; /* size of the pool at least; 0: what the rings can hold */
    unsigned mtu;
    unsigned offloads; /* enum ixd_app_offload */
    unsigned segment;  /* fwd, gen: payload of the frames that the card cuts; 0: see fwd.c */
    unsigned merge;    /* fwd: frames that become one packet with TSO */
    unsigned itr_us;
    unsigned link_timeout_ms;
    unsigned wait;       /* enum ixd_app_wait */
    unsigned idle_polls; /* adaptive: rounds without a frame before it sleeps */
    unsigned wake_us;    /* longest sleep: what a lost interrupt costs */
    unsigned tx_hang_ms; /* reset a port that sends nothing for so long; 0: never */
    unsigned flow_control; /* enum ixd_flow_control */
    bool promisc;
    bool drop;         /* a full receive queue drops */
    bool check;        /* the pool verifies every move */
    uint64_t frames;   /* gen: to send; sink: to wait for; 0: until stopped */
    uint64_t rate;     /* gen: frames per second; 0: as fast as possible */
    unsigned size;     /* gen: bytes of a frame without CRC */
    unsigned kind;     /* gen: enum ixd_app_frame */
    unsigned vlan;     /* gen: id of a tag; 0: none */
    unsigned delay_ms; /* gen: between ready and the first frame */
    uint8_t dst[6];    /* gen */
    bool stay;         /* gen, sink: keep running after the last frame */
    bool help;         /* --help was given: print ixd_app_usage() and end */
    const char *script[IXD_APP_SCRIPT_PARTS_MAX]; /* the parts, one after the other */
    unsigned script_parts;
    const char *filter[IXD_APP_FILTERS_MAX]; /* --filter, as given */
    unsigned filters;
};

struct ixd_app;
struct ixd_worker;

/* What makes one application different from the next. */
struct ixd_app_kind {
    const char *name;
    const char *summary;
    unsigned ports;      /* how many it needs */
    unsigned ports_more; /* and how many more it can use */
    bool promisc;        /* the default of --promisc */
    bool bare;           /* drives the ports itself: neither pool nor driver */
    bool spreads;        /* can have several workers */
    unsigned option_set; /* IXD_OPT_* below: which of the special options it takes */
    int (*start)(struct ixd_app *app, struct ixd_error *err); /* may be NULL */
    /* One look at every queue of a worker; returns frames handled. */
    unsigned (*round)(struct ixd_app *app, struct ixd_worker *w);
    void (*stop)(struct ixd_app *app);      /* gives back what it holds; may be NULL */
};

enum {
    IXD_OPT_FRAMES = 1 << 0,
    IXD_OPT_GENERATE = 1 << 1,
    IXD_OPT_FORWARD = 1 << 2,
    IXD_OPT_SCRIPT = 1 << 3,
};

extern const struct ixd_app_kind ixd_app_fwd, ixd_app_echo, ixd_app_gen, ixd_app_sink,
    ixd_app_poke;

/* "fwd" -> &ixd_app_fwd; NULL for an unknown name. */
const struct ixd_app_kind *ixd_app_find(const char *name);

enum ixd_app_state { IXD_APP_LINK, IXD_APP_RUN };

/* Queue `number` of every port, and every `workers`-th after it. Each on cache lines of its own. */
struct ixd_worker {
    struct ixd_app *app;
    unsigned number;
    struct ixd_share queues; /* of every port */
    struct pool *pool;
    uint64_t rounds;
    uint64_t frames;       /* handled, in the application's own sense */
    uint64_t bytes;        /* of these, without CRC */
    uint64_t not_sent;     /* dropped because a transmit ring had no room */
    uint64_t bad_checksum; /* dropped because the card found one wrong */
    uint64_t wakeups, timeouts;
    uint64_t next_check_ns;
    unsigned rounds_to_check;
    unsigned idle_rounds;
    unsigned hung; /* bits of ports that need a reset */
    bool look;     /* it is time for ixd_app_look() */
} __attribute__((aligned(64)));

struct ixd_app {
    const struct ixd_app_kind *kind;
    struct ixd_app_options options;
    enum ixd_app_state state;
    bool ready; /* links are up, queues are running; stays set */
    bool done;  /* has done what its options asked for */

    struct ixd_port *port[IXD_APP_PORTS_MAX];
    struct ixd_bus *bus[IXD_APP_PORTS_MAX];
    unsigned ports;
    unsigned tx_queues; /* of each: as many as `queues`, up to what the device has */
    struct ixd_worker worker[IXD_APP_WORKERS_MAX];
    unsigned workers;
    struct pool *queue_pool[IXD_RX_QUEUES_MAX]; /* the pool of its worker, for each queue */
    struct ixd_dma segment[IXD_APP_SEGMENTS_MAX];
    unsigned segments;
    size_t page_bytes; /* smallest page that a segment is made of */

    struct ixd_script *script; /* NULL: none */
    int script_code;           /* -errno of a script that went wrong at the very end, ... */
    struct ixd_error script_error; /* ... and why */

    unsigned link_waited_ms;
    uint64_t idle_ns; /* how long an idle round may sleep */
    uint64_t link_read_ns;

    struct {                                      /* gen */
        struct pool_buf *held[IXD_APP_BATCH_MAX]; /* filled, not yet placed */
        unsigned held_first, held_count;
        uint64_t filled; /* frames given a sequence number */
        uint64_t start_ns;
        uint64_t received;
        unsigned queue;
        uint8_t header[96];
        uint8_t pattern[1024]; /* counting up */
        unsigned header_bytes, l2, l3, l4; /* of it */
        uint32_t flags;                    /* what the device is asked for */
    } gen;
};

/* There are more receive queues than the device can send from: what came in at one of those leaves
 * through the first of its worker's. */
static inline unsigned ixd_app_tx_queue(const struct ixd_worker *w, unsigned rx_queue)
{
    return rx_queue < IXD_TX_QUEUES_MAX ? rx_queue : w->number;
}

/* Defaults of an application, then argv[1..argc) on top. 0, or -EINVAL with a text that names the
 * option, the value and what was expected. */
int ixd_app_parse(const struct ixd_app_kind *kind, int argc, char *const *argv,
                  struct ixd_app_options *options, struct ixd_error *err);

/* The text of --help, one line at a time. */
void ixd_app_usage(const struct ixd_app_kind *kind, void (*line)(void *context, const char *text),
                   void *context);

/* Is this a number of ports that the application can work with? 0, or -EINVAL with a text. */
int ixd_app_check_ports(const struct ixd_app_kind *kind, unsigned count, struct ixd_error *err);

/* Builds the pool and opens the ports, bus i as port i. `app` need not be initialised. On an error
 * everything is undone. */
int ixd_app_init(struct ixd_app *app, const struct ixd_app_kind *kind,
                 const struct ixd_app_options *options, struct ixd_bus *const *buses,
                 unsigned count, struct ixd_error *err);

/* One turn: first towards links that are up, then one round of every worker, and, if --wait says so
 * and there was nothing to do, one sleep of at most --wake. Looks after the ports now and then.
 * Returns the number of frames handled, or -errno. */
int ixd_app_step(struct ixd_app *app, struct ixd_error *err);

/* The same of one worker, once the application is ready. */
int ixd_worker_step(struct ixd_worker *w, struct ixd_error *err);

/* What ixd_app_step() does besides, for those who turn workers themselves. Look: reads the links if
 * that is long ago; -ENODEV when a device is gone. Broken: does a port have to be reset? Mend: does
 * it; no worker may be at work meanwhile. */
int ixd_app_look(struct ixd_app *app, struct ixd_error *err);
bool ixd_app_broken(struct ixd_app *app);
int ixd_app_mend(struct ixd_app *app, struct ixd_error *err);

/* Lets the transmit queues run empty (100 ms at most) and reads the statistics a last time. */
void ixd_app_stop(struct ixd_app *app);

/* All counters, in a fixed order: "port0.rx_packets", "port0.hw.gprc", "app.frames", ... */
void ixd_app_report(const struct ixd_app *app,
                    void (*emit)(void *context, const char *name, uint64_t value), void *context);

/* Closes the ports, checks that all buffers are home, frees everything. The first error is
 * returned, everything is freed all the same. */
int ixd_app_fini(struct ixd_app *app, struct ixd_error *err);

/* --- poke.c: scripts; for app.c alone --- */

/* Reads the script of the options; none: app->script stays NULL. 0 or -errno. */
int ixd_app_script_open(struct ixd_app *app, struct ixd_error *err);
/* One statement of `poke`, which is nothing but its script. */
int ixd_app_script_turn(struct ixd_app *app, struct ixd_error *err);
/* The rest of it, behind `over`; what goes wrong is kept in script_code. */
void ixd_app_script_stop(struct ixd_app *app);
/* Leaves the ports of `poke` quiet, and frees the script with its memory. */
void ixd_app_script_close(struct ixd_app *app);

#endif
