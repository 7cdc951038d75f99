/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Statistics: see stats.h. Octets count from the destination address to the end of the payload;
 * which counters add the 4 bytes of FCS is said at each.
 */
#include "model/nic/stats.h"

#include "model/nic/nic_priv.h"

static void add(struct nic *n, uint32_t reg, uint32_t by)
{
    uint32_t *r = &n->st->reg[reg];

    if (__builtin_add_overflow(*r, by, r))
        *r = UINT32_MAX;
}

static void add36(struct nic *n, uint32_t low, uint32_t high, uint32_t by)
{
    uint32_t *l = &n->st->reg[low], *h = &n->st->reg[high];

    *l += by;
    if (*l < by)
        *h = (*h + 1) & 0xf;
}

/* Which of six registers in a row counts this size, FCS included. */
static uint32_t size_class(uint32_t wire_length)
{
    static const uint16_t last[5] = {64, 127, 255, 511, 1023};
    uint32_t i = 0;

    while (i < 5 && wire_length > last[i])
        i++;
    return i;
}

static const uint16_t rx_size[6] = {R_PRC64, R_PRC127, R_PRC255, R_PRC511, R_PRC1023, R_PRC1522};
static const uint16_t tx_size[6] = {R_PTC64, R_PTC127, R_PTC255, R_PTC511, R_PTC1023, R_PTC1522};

static bool is_broadcast(const uint8_t *frame)
{
    return nic_load64(frame) << 16 == 0xffffffffffff0000u;
}

/* FCS bytes that "good octets received" counts: none when it is stripped. */
static uint32_t rx_fcs(const struct nic *n)
{
    return n->st->reg[R_HLREG0] & HLREG0_RXCRCSTRP ? 0 : NIC_FCS_BYTES;
}

void nic_stats_rx_mac(struct nic *n, enum nic_rx_mac verdict, uint32_t length)
{
    uint32_t wire = length + NIC_FCS_BYTES;

    add(n, R_TPR, 1);
    add36(n, R_TORL, R_TORH, wire);
    switch (verdict) {
    case NIC_MAC_GOOD:
        add(n, rx_size[size_class(wire)], 1);
        add(n, R_RXNFGPC, 1);
        add36(n, R_RXNFGBCL, R_RXNFGBCH, length + rx_fcs(n));
        break;
    case NIC_MAC_CRC:
        add(n, R_CRCERRS, 1);
        break;
    case NIC_MAC_UNDERSIZE:
        add(n, R_RUC, 1);
        break;
    case NIC_MAC_FRAGMENT:
        add(n, R_RFC, 1);
        break;
    case NIC_MAC_OVERSIZE:
        add(n, R_ROC, 1);
        break;
    case NIC_MAC_JABBER:
        add(n, R_RJC, 1);
        break;
    case NIC_MAC_LENGTH:
        add(n, R_RLEC, 1);
        break;
    }
}

void nic_stats_rx_filtered(struct nic *n, const uint8_t *frame, uint32_t length)
{
    add(n, R_GPRC, 1);
    add36(n, R_GORCL, R_GORCH, length + rx_fcs(n));
    if (is_broadcast(frame))
        add(n, R_BPRC, 1);
    else if (frame[0] & 1)
        add(n, R_MPRC, 1);
}

void nic_stats_rx_missed(struct nic *n)
{
    add(n, R_MPC, 1);
}

void nic_stats_rx_checksum(struct nic *n)
{
    add(n, R_XEC, 1);
}

/* The counter that RQSMR or TQSM gives this queue: 16 of them for 128 queues. */
static uint32_t counter(const struct nic *n, uint32_t map, uint32_t queue)
{
    return n->st->reg[map + queue / 4] >> queue % 4 * 8 & 0xf;
}

void nic_stats_rx_queue(struct nic *n, uint32_t queue, uint32_t length)
{
    uint32_t c = counter(n, R_RQSMR, queue);

    add(n, R_QPRC + c, 1);
    add36(n, R_QBRC_L + c, R_QBRC_H + c, length + rx_fcs(n));
}

void nic_stats_rx_queue_drop(struct nic *n, uint32_t queue)
{
    add(n, R_QPRDC + counter(n, R_RQSMR, queue), 1);
}

void nic_stats_local_fault(struct nic *n)
{
    add(n, R_MLFC, 1);
}

void nic_stats_pause(struct nic *n, uint32_t reg)
{
    add(n, reg, 1);
}

void nic_stats_tx_mac(struct nic *n, const uint8_t *frame, uint32_t length)
{
    uint32_t wire = length + NIC_FCS_BYTES;

    add(n, R_TPT, 1);
    add(n, R_GPTC, 1);
    add36(n, R_GOTCL, R_GOTCH, wire);
    add(n, tx_size[size_class(wire)], 1);
    if (is_broadcast(frame))
        add(n, R_BPTC, 1);
    else if (frame[0] & 1)
        add(n, R_MPTC, 1);
}

void nic_stats_tx(struct nic *n, uint32_t queue, const uint8_t *frame, uint32_t length)
{
    uint32_t c = counter(n, R_TQSM, queue);

    nic_stats_tx_mac(n, frame, length);
    add(n, R_QPTC + c, 1);
    add36(n, R_QBTC_L + c, R_QBTC_H + c, length); /* counted before the FCS is made [I-104] */
}

void nic_stats_reset(struct nic *n, enum nic_reset_kind kind)
{
    /* The counters are registers and went to 0 with them; the running numbers of frames are the
     * observer's, not the device's, and go on. */
}
