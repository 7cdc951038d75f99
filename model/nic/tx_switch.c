/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Transmit by pools: what a pool sends is tagged as VMVIR says, checked (anti-spoofing), and
 * switched: to other pools of the port, to the wire, or to both.
 */
#include "model/nic/nic_priv.h"
#include "model/nic/tx.h"

enum { ADDRESS_BYTES = 6, ETH_BYTES = 14 };

/* ---- which queues are pools' ---- */

/* MTQC or VFTE says otherwise than before. */
static void pools_changed(struct nic *n)
{
    struct nic_tx *tx = &n->st->tx;
    uint64_t sending = nic_pools_at(n, R_VFTE);
    bool pools = nic_tx_pools_on(n);

    for (uint32_t q = 0; q < NIC_QUEUES; q++) {
        uint64_t bit = 1ull << q % 64;
        uint8_t *special = &tx->queue[q].special;
        *special = (uint8_t)(pools ? *special | NIC_TX_POOL : *special & ~NIC_TX_POOL);
        tx->shut[q / 64] &= ~bit;
        if (pools && !(sending >> nic_tx_pool_of(n, q) & 1))
            tx->shut[q / 64] |= bit;
    }
    nic_tx_kick(n);
}

void nic_mtqc_write(struct nic *n, uint32_t index, uint32_t value)
{
    nic_reg_store(n, R_MTQC, 0, value);
    pools_changed(n);
}

void nic_vfte_write(struct nic *n, uint32_t index, uint32_t value)
{
    nic_reg_store(n, R_VFTE, index, value);
    pools_changed(n);
}

/* ---- what a pool may send ---- */

static uint8_t refused(struct nic *n)
{
    nic_stats_tx_spoofed(n);
    return NIC_TX_DROP_SPOOF + 1;
}

/* [I-128] */
uint8_t nic_tx_pool_plan(struct nic *n, uint32_t queue, uint32_t length,
                         struct nic_tx_offload *o)
{
    uint32_t vmvir = n->st->reg[R_VMVIR + nic_tx_pool_of(n, queue)];

    o->what |= NIC_TX_OF_POOL;
    switch (vmvir >> VMVIR_VLANA_SHIFT) {
    case VMVIR_DEFAULT:
        if (o->what & NIC_TX_TAG)
            return refused(n);
        if (length < NIC_TAG_AT)
            break;
        o->what |= NIC_TX_TAG;
        o->tag = vmvir & VMVIR_TAG;
        break;
    case VMVIR_NEVER:
        o->what &= (uint16_t)~NIC_TX_TAG;
        break;
    default:
        break;
    }
    return 0;
}

/* A tag of the pool's own behind the one that VMVIR put in. */
static bool tagged_twice(const struct nic *n, uint32_t pool, const struct nic_headers *h)
{
    return n->st->reg[R_VMVIR + pool] >> VMVIR_VLANA_SHIFT == VMVIR_DEFAULT && h->tagged &&
           h->ethertype == nic_tags(n).vet;
}

static bool is_spoofed(const struct nic *n, uint32_t pool, const uint8_t *frame,
                       const struct nic_headers *h)
{
    uint32_t spoof = n->st->reg[R_PFVFSPOOF + pool / 8] >> pool % 8;
    uint64_t entries;
    bool known;

    if (spoof & 1 &&
        !(nic_pools_of_station(n, frame + ADDRESS_BYTES, &known) >> pool & 1))
        return true;
    return spoof >> PFVFSPOOF_VLAN_SHIFT & 1 && h->tagged &&
           !(nic_pools_of_vlan(n, h->tci & 0xfff, &entries) >> pool & 1);
}

/* ---- who gets it ---- */

/* [I-126] */
uint64_t nic_switch_pools(const struct nic *n, const uint8_t *frame, const struct nic_headers *h,
                          uint32_t queue, bool *out)
{
    uint32_t source = nic_tx_pool_of(n, queue);
    uint64_t receiving = nic_pools_at(n, R_VFRE), list;
    bool exact;

    list = nic_pools_of_address(n, frame, &exact);
    *out = frame[0] & 1 || !exact;
    if (!(nic_pools_at(n, R_VMTXSW) >> source & 1))
        list &= ~(1ull << source);
    list = nic_pools_vlan_filter(n, h, list) & receiving;
    return (list | nic_pools_mirrored(n, h, list, *out ? MRCTL_DPME : 0)) & receiving;
}

void nic_tx_pool_route(struct nic *n, struct nic_tx_packet *p)
{
    const uint8_t *frame = (const uint8_t *)(p + 1);
    uint32_t pool = nic_tx_pool_of(n, p->queue);
    struct nic_headers h;
    bool out;

    if (p->length < ETH_BYTES)
        return;
    nic_parse(frame, p->length, nic_tags(n), &h);
    if (tagged_twice(n, pool, &h) || is_spoofed(n, pool, frame, &h)) {
        p->drop = refused(n);
        return;
    }
    if (!(n->st->reg[R_PFDTXGSWC] & PFDTXGSWC_LBE) || !nic_rx_pools_on(n))
        return;
    if (nic_switch_pools(n, frame, &h, p->queue, &out))
        p->how |= NIC_TX_LOCAL | (out ? 0 : NIC_TX_STAYS);
    else if (!out)
        p->drop = NIC_TX_DROP_LOCAL + 1;
}
