/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the small DPDK programs of this folder share: one port with one queue each way, a flag that
 * SIGTERM raises, a way out. It knows ethdev, and no driver.
 */
#ifndef RINGSIDE_SCENARIOS_DPDK_PORT_H
#define RINGSIDE_SCENARIOS_DPDK_PORT_H

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

enum { RING = 256, BUFFERS = 2048, CACHE = 64, BURST = 32 };

static volatile sig_atomic_t over;

static void end(int number)
{
    over = 1;
}

static inline void obey_signals(void)
{
    const struct sigaction action = {.sa_handler = end};

    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
}

/* Leaves with status 1 when `status` is an error (below 0). */
static inline int must(int status, const char *what)
{
    if (status < 0) {
        fprintf(stderr, "%s: %s\n", what, rte_strerror(-status));
        exit(1);
    }
    return status;
}

static inline struct rte_mempool *buffers(void)
{
    struct rte_mempool *pool = rte_pktmbuf_pool_create("frames", BUFFERS, CACHE, 0,
                                                       RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);

    if (!pool)
        must(-rte_errno, "rte_pktmbuf_pool_create");
    return pool;
}

static inline void open_port(uint16_t port, const struct rte_eth_conf *conf,
                             struct rte_mempool *pool)
{
    must(rte_eth_dev_configure(port, 1, 1, conf), "rte_eth_dev_configure");
    must(rte_eth_rx_queue_setup(port, 0, RING, SOCKET_ID_ANY, NULL, pool), "receive queue");
    must(rte_eth_tx_queue_setup(port, 0, RING, SOCKET_ID_ANY, NULL), "transmit queue");
    must(rte_eth_dev_start(port), "rte_eth_dev_start");
    must(rte_eth_promiscuous_enable(port), "rte_eth_promiscuous_enable");
}

static inline void await_link(uint16_t port)
{
    struct rte_eth_link link;

    must(rte_eth_link_get(port, &link), "rte_eth_link_get"); /* waits 9 s at most */
    if (link.link_status != RTE_ETH_LINK_UP)
        must(-EIO, "the link is down");
}

static inline void close_port(uint16_t port)
{
    must(rte_eth_dev_stop(port), "rte_eth_dev_stop");
    must(rte_eth_dev_close(port), "rte_eth_dev_close");
}

#endif
