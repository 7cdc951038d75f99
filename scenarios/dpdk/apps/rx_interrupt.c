/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Forwards between ports 0 and 1, asleep on receive interrupts while nothing comes: what DPDK's
 * testpmd does not do. At the end it tells how it slept, a line NAME VALUE each.
 */
#include "port.h"

#include <inttypes.h>

#include <rte_eal.h>
#include <rte_interrupts.h>

enum {
    PORTS = 2,
    IDLE_ROUNDS = 16,  /* without a frame, before it goes to sleep */
    SLEEP_MS = 50,     /* at most: SIGTERM is looked at then */
};

static uint64_t frames, refused, sleeps, wakes, timeouts;

static unsigned forward(uint16_t from)
{
    struct rte_mbuf *frame[BURST];
    const uint16_t n = rte_eth_rx_burst(from, 0, frame, BURST);
    const uint16_t sent = n ? rte_eth_tx_burst(from ^ 1, 0, frame, n) : 0;

    frames += sent;
    refused += n - sent;
    rte_pktmbuf_free_bulk(&frame[sent], n - sent);
    return n;
}

static void sleep_until_frames(void)
{
    struct rte_epoll_event event[PORTS];
    int n;

    for (uint16_t port = 0; port < PORTS; port++)
        must(rte_eth_dev_rx_intr_enable(port, 0), "rte_eth_dev_rx_intr_enable");
    sleeps++;
    n = rte_epoll_wait(RTE_EPOLL_PER_THREAD, event, PORTS, SLEEP_MS);
    for (uint16_t port = 0; port < PORTS; port++)
        must(rte_eth_dev_rx_intr_disable(port, 0), "rte_eth_dev_rx_intr_disable");
    wakes += n > 0;
    timeouts += n == 0;
}

int main(int argc, char **argv)
{
    const struct rte_eth_conf conf = {.intr_conf = {.rxq = 1}};
    struct rte_mempool *pool;

    must(rte_eal_init(argc, argv), "rte_eal_init");
    obey_signals();
    if (rte_eth_dev_count_avail() != PORTS)
        must(-ENODEV, "two ports are needed");
    pool = buffers();
    for (uint16_t port = 0; port < PORTS; port++)
        open_port(port, &conf, pool);
    for (uint16_t port = 0; port < PORTS; port++) {
        await_link(port);
        must(rte_eth_dev_rx_intr_ctl_q(port, 0, RTE_EPOLL_PER_THREAD, RTE_INTR_EVENT_ADD, NULL),
             "rte_eth_dev_rx_intr_ctl_q");
    }
    printf("ready\n");
    fflush(stdout);
    for (unsigned idle = 0; !over;) {
        const unsigned n = forward(0) + forward(1);

        idle = n ? 0 : idle + 1;
        if (idle >= IDLE_ROUNDS)
            sleep_until_frames();
    }
    printf("frames %" PRIu64 "\nrefused %" PRIu64 "\nsleeps %" PRIu64 "\nwakes %" PRIu64
           "\ntimeouts %" PRIu64 "\n", frames, refused, sleeps, wakes, timeouts);
    for (uint16_t port = 0; port < PORTS; port++)
        close_port(port);
    return rte_eal_cleanup() < 0;
}
