/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Sets and moves the clock of port 0, and takes the receive stamps of PTP frames: what DPDK's
 * testpmd does not do. At the end it tells what it found, a line NAME VALUE each. (Debian's driver
 * is built without RTE_LIBRTE_IEEE1588: no transmit stamps.)
 */
#include "port.h"

#include <inttypes.h>
#include <time.h>
#include <unistd.h>

#include <rte_eal.h>

enum {
    PORT = 0,
    SET_S = 1000,        /* what the clock is set to */
    MOVE_NS = 250000000, /* and moved by */
    WATCH_US = 20000,    /* how long it is watched */
};

static uint64_t ns_of(const struct timespec *t)
{
    return (uint64_t)t->tv_sec * 1000000000u + (uint64_t)t->tv_nsec;
}

static uint64_t card_ns(void)
{
    struct timespec t;

    must(rte_eth_timesync_read_time(PORT, &t), "rte_eth_timesync_read_time");
    return ns_of(&t);
}

static uint64_t host_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC_RAW, &t);
    return ns_of(&t);
}

/* The clock goes from what it is set to, leaps when it is told, and is as quick as the host's. */
static void try_clock(void)
{
    const struct timespec set = {.tv_sec = SET_S};
    uint64_t card, host, before;

    must(rte_eth_timesync_write_time(PORT, &set), "rte_eth_timesync_write_time");
    before = card_ns();
    printf("set-late-ns %" PRIu64 "\n", before - ns_of(&set));
    must(rte_eth_timesync_adjust_time(PORT, MOVE_NS), "rte_eth_timesync_adjust_time");
    printf("moved-ms %" PRIu64 "\n", (card_ns() - before) / 1000000);
    card = card_ns();
    host = host_ns();
    usleep(WATCH_US);
    card = card_ns() - card;
    host = host_ns() - host;
    printf("watched-us %" PRIu64 "\ndrift-ns %" PRIu64 "\n", host / 1000,
           card > host ? card - host : host - card);
}

struct stamps {
    uint64_t count, without; /* frames with a stamp, and without */
    uint64_t last, least, most; /* distances of successive stamps */
};

static void take_stamp(struct stamps *s)
{
    struct timespec t;
    uint64_t ns;

    if (rte_eth_timesync_read_rx_timestamp(PORT, &t, 0) < 0) {
        s->without++;
        return;
    }
    ns = ns_of(&t);
    if (s->count++) {
        const uint64_t distance = ns - s->last;

        s->least = s->count == 2 || distance < s->least ? distance : s->least;
        s->most = distance > s->most ? distance : s->most;
    }
    s->last = ns;
}

int main(int argc, char **argv)
{
    static const struct rte_eth_conf conf;
    struct stamps stamps = {0};

    must(rte_eal_init(argc, argv), "rte_eal_init");
    obey_signals();
    open_port(PORT, &conf, buffers());
    await_link(PORT);
    must(rte_eth_timesync_enable(PORT), "rte_eth_timesync_enable");
    try_clock();
    printf("ready\n");
    fflush(stdout);
    while (!over) {
        struct rte_mbuf *frame[BURST]; /* the vector path gives none to a burst below 4 */
        const uint16_t n = rte_eth_rx_burst(PORT, 0, frame, BURST);

        for (uint16_t i = 0; i < n; i++)
            take_stamp(&stamps);
        rte_pktmbuf_free_bulk(frame, n);
    }
    printf("stamps %" PRIu64 "\nwithout-stamp %" PRIu64 "\nleast-distance-ns %" PRIu64
           "\nmost-distance-ns %" PRIu64 "\n", stamps.count, stamps.without, stamps.least,
           stamps.most);
    must(rte_eth_timesync_disable(PORT), "rte_eth_timesync_disable");
    close_port(PORT);
    return rte_eal_cleanup() < 0;
}
