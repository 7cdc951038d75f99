/* SPDX-License-Identifier: BSD-2-Clause
 *
 * VMDq, which DPDK's testpmd has in part only. usage: vmdq [EAL options] -- pools | classes
 *
 *   pools    64 pools of two queues on port 0: VLAN 10 + p is pool p's, VLAN 20 that of pools 1
 *            and 2; what comes to pool 3 it sends on, to an address that is pool 1's alone: it
 *            stays in the card
 *   classes  16 pools of eight queues, one for each traffic class: VLAN 10 + p is pool p's
 *
 * At the end it tells what came to each queue: a line NAME VALUE each.
 */
#include "port.h"

#include <inttypes.h>
#include <string.h>

#include <rte_eal.h>

enum {
    PORT = 0,
    POOLS = 4,       /* in use */
    FIRST_VLAN = 10, /* pool 0's */
    SHARED_VLAN = 20,
    SHARED = 1 << 1 | 1 << 2,
    QUEUES_OF_POOL = 2,
    CLASSES = 8,
    ALL_QUEUES = 128, /* of the card: what the driver wants with classes */
    SHORT_RING = 64,
    SENDER = 3, RECEIVER = 1, /* pools */
    TAG_AT = 12, TCI_AT = 14,
};

static const struct rte_ether_addr inner = {{0x02, 0x52, 0x53, 0x00, 0x01, 0x01}};
static uint64_t came[ALL_QUEUES], inside, sent;

static void map_vlans(struct rte_eth_vmdq_rx_conf *c)
{
    c->nb_queue_pools = RTE_ETH_64_POOLS;
    c->enable_loop_back = 1;
    c->rx_mode = RTE_ETH_VMDQ_ACCEPT_BROADCAST;
    for (uint16_t p = 0; p < POOLS; p++) {
        c->pool_map[p].vlan_id = FIRST_VLAN + p;
        c->pool_map[p].pools = UINT64_C(1) << p;
    }
    c->pool_map[POOLS].vlan_id = SHARED_VLAN;
    c->pool_map[POOLS].pools = SHARED;
    c->nb_pool_maps = POOLS + 1;
}

static uint16_t configure_pools(void)
{
    struct rte_eth_conf conf = {
        .rxmode.mq_mode = RTE_ETH_MQ_RX_VMDQ_ONLY, .txmode.mq_mode = RTE_ETH_MQ_TX_VMDQ_ONLY,
        .tx_adv_conf.vmdq_tx_conf.nb_queue_pools = RTE_ETH_64_POOLS,
    };
    const uint16_t queues = POOLS * QUEUES_OF_POOL;

    map_vlans(&conf.rx_adv_conf.vmdq_rx_conf);
    must(rte_eth_dev_configure(PORT, queues, queues, &conf), "rte_eth_dev_configure");
    return queues;
}

static uint16_t configure_classes(void)
{
    struct rte_eth_conf conf = {
        .rxmode.mq_mode = RTE_ETH_MQ_RX_VMDQ_DCB, .txmode.mq_mode = RTE_ETH_MQ_TX_VMDQ_DCB,
        .tx_adv_conf.vmdq_dcb_tx_conf.nb_queue_pools = RTE_ETH_16_POOLS,
    };
    struct rte_eth_vmdq_dcb_conf *c = &conf.rx_adv_conf.vmdq_dcb_conf;

    c->nb_queue_pools = RTE_ETH_16_POOLS;
    for (uint16_t p = 0; p < POOLS; p++) {
        c->pool_map[p].vlan_id = FIRST_VLAN + p;
        c->pool_map[p].pools = UINT64_C(1) << p;
    }
    c->nb_pool_maps = POOLS;
    for (uint8_t i = 0; i < CLASSES; i++) {
        c->dcb_tc[i] = CLASSES - 1 - i; /* priority 7 is class 0 */
        conf.tx_adv_conf.vmdq_dcb_tx_conf.dcb_tc[i] = CLASSES - 1 - i;
    }
    must(rte_eth_dev_configure(PORT, ALL_QUEUES, ALL_QUEUES, &conf), "rte_eth_dev_configure");
    return ALL_QUEUES;
}

static void start(uint16_t queues)
{
    struct rte_mempool *pool = rte_pktmbuf_pool_create("frames", ALL_QUEUES * SHORT_RING * 3 / 2,
                                                       CACHE, 0, RTE_MBUF_DEFAULT_BUF_SIZE,
                                                       SOCKET_ID_ANY);

    if (!pool)
        must(-rte_errno, "rte_pktmbuf_pool_create");
    for (uint16_t q = 0; q < queues; q++) {
        must(rte_eth_rx_queue_setup(PORT, q, SHORT_RING, SOCKET_ID_ANY, NULL, pool),
             "receive queue");
        must(rte_eth_tx_queue_setup(PORT, q, SHORT_RING, SOCKET_ID_ANY, NULL), "transmit queue");
    }
    must(rte_eth_dev_start(PORT), "rte_eth_dev_start");
    await_link(PORT);
}

/* The port's own address is that of all pools; it has been pool 0's alone since the start. */
static void give_addresses(bool switches)
{
    struct rte_ether_addr own, other = inner;

    must(rte_eth_macaddr_get(PORT, &own), "rte_eth_macaddr_get");
    for (uint32_t p = 1; p < POOLS; p++)
        must(rte_eth_dev_mac_addr_add(PORT, &own, p), "rte_eth_dev_mac_addr_add");
    if (switches)
        must(rte_eth_dev_mac_addr_add(PORT, &other, RECEIVER), "rte_eth_dev_mac_addr_add");
}

/* From the sending pool to the receiving one, by that one's address and VLAN. */
static void send_inside(struct rte_mbuf *m)
{
    uint8_t *frame = rte_pktmbuf_mtod(m, uint8_t *);

    memcpy(frame, &inner, sizeof inner);
    frame[TCI_AT + 1] = FIRST_VLAN + RECEIVER;
    const uint16_t done = rte_eth_tx_burst(PORT, SENDER * QUEUES_OF_POOL, &m, 1);
    sent += done;
    if (!done)
        rte_pktmbuf_free(m);
}

static void take(uint16_t queue, struct rte_mbuf *m, bool switches)
{
    const uint8_t *frame = rte_pktmbuf_mtod(m, uint8_t *);

    came[queue]++;
    if (memcmp(frame, &inner, sizeof inner) == 0)
        inside++;
    if (switches && queue == SENDER * QUEUES_OF_POOL)
        send_inside(m);
    else
        rte_pktmbuf_free(m);
}

int main(int argc, char **argv)
{
    const int used = must(rte_eal_init(argc, argv), "rte_eal_init");
    const bool switches = used + 1 < argc && strcmp(argv[used + 1], "pools") == 0;
    uint16_t queues;

    obey_signals();
    queues = switches ? configure_pools() : configure_classes();
    start(queues);
    give_addresses(switches);
    printf("ready\n");
    fflush(stdout);
    while (!over)
        for (uint16_t q = 0; q < queues; q++) {
            struct rte_mbuf *frame[BURST];
            const uint16_t n = rte_eth_rx_burst(PORT, q, frame, BURST);

            for (uint16_t i = 0; i < n; i++)
                take(q, frame[i], switches);
        }
    for (uint16_t q = 0; q < queues; q++)
        if (came[q])
            printf("queue-%u %" PRIu64 "\n", q, came[q]);
    printf("sent-inside %" PRIu64 "\ncame-inside %" PRIu64 "\n", sent, inside);
    close_port(PORT);
    return rte_eal_cleanup() < 0;
}
