/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which frames are stamped, the registers that hold stamps, and their lock: see stamp.h.
 */
#include "model/nic/stamp.h"

#include "model/nic/nic_priv.h"
#include "model/nic/parse.h"

enum {
    SFD_BYTES = 8, /* from the first bit of the preamble to the end of the SFD */
    ETH_BYTES = 14,
    UDP_BYTES = 8,
    /* of a PTP message, either version */
    PTP_TYPE_AT = 0,
    PTP_VERSION_AT = 1,
    PTP_SOURCE_AT = 22,
    PTP_SEQUENCE_AT = 30,
    PTP_CONTROL_AT = 32, /* version 1 */
    PTP_LEAST = 34,
    PTP_EVENTS = 8,      /* version 2: message types below are events */
    TYPE_L2_V2 = 0,      /* TSYNCRXCTL.TYPE */
    TYPE_L4_V1 = 1,
    TYPE_V2 = 2,
    TYPE_ALL = 4,
    TYPE_EVENTS_V2 = 5,
};

static uint64_t sfd_of(const struct nic *n)
{
    return nic_now(n) + (uint64_t)SFD_BYTES * n->st->config.timing.byte_ps;
}

/* An EtherType filter that matches and says so. */
static bool is_ptp_ethertype(const struct nic *n, uint16_t ethertype)
{
    for (int i = 0; i < n->st->rx.ethertypes; i++) {
        uint32_t etqf = n->st->reg[R_ETQF + i];
        if (etqf & ETQF_EN && etqf & ETQF_1588 && (etqf & ETQF_ETHERTYPE) == ethertype)
            return true;
    }
    return false;
}

/* Offset of the PTP message in a frame that may carry one of this type of stamping; 0: none. */
static uint32_t message_at(const struct nic *n, const uint8_t *frame, uint32_t length,
                           uint32_t type)
{
    struct nic_headers h;
    uint32_t at = 0;

    nic_parse(frame, length, nic_tags(n), &h);
    if (type != TYPE_L4_V1 && is_ptp_ethertype(n, h.ethertype))
        at = ETH_BYTES + (h.tagged + h.outer) * NIC_TAG_BYTES;
    else if (type != TYPE_L2_V2 && h.l4 && h.ptype & PTYPE_UDP &&
             nic_get16(frame + h.l4 + 2) == n->st->reg[R_RXMTRL] >> RXMTRL_PORT_SHIFT)
        at = h.l4 + UDP_BYTES;
    return at && at + PTP_LEAST <= length ? at : 0;
}

static bool wanted(const struct nic *n, const uint8_t *message, uint32_t type)
{
    uint32_t version = message[PTP_VERSION_AT] & 0xf, kind = message[PTP_TYPE_AT] & 0xf;
    uint32_t rxmtrl = n->st->reg[R_RXMTRL];

    switch (type) {
    case TYPE_L4_V1:
        return version == 1 && message[PTP_CONTROL_AT] == (rxmtrl & RXMTRL_CONTROL);
    case TYPE_L2_V2:
    case TYPE_V2:
        return version == 2 && kind == (rxmtrl >> RXMTRL_MESSAGE_SHIFT & 0xf);
    case TYPE_EVENTS_V2:
        return version == 2 && kind < PTP_EVENTS;
    default:
        return false;
    }
}

static void latch(struct nic *n, uint32_t low, uint32_t high, uint64_t sfd_ps)
{
    uint64_t stamp = nic_systim_at(n, sfd_ps);

    n->st->reg[low] = (uint32_t)stamp;
    n->st->reg[high] = (uint32_t)(stamp >> 32);
}

bool nic_stamp_received(struct nic *n, const uint8_t *frame, uint32_t length, uint64_t sfd_ps)
{
    uint32_t *ctl = &n->st->reg[R_TSYNCRXCTL];
    uint32_t type = (*ctl & TSYNCRXCTL_TYPE) >> TSYNCRXCTL_TYPE_SHIFT, at;

    if (*ctl & TSYNC_VALID) /* not read yet */
        return false;
    at = message_at(n, frame, length, type);
    if (type != TYPE_ALL && (!at || !wanted(n, frame + at, type)))
        return false;
    latch(n, R_RXSTMPL, R_RXSTMPH, sfd_ps);
    *ctl |= TSYNC_VALID;
    if (at) { /* who sent it, and its number [I-90] */
        const uint8_t *source = frame + at + PTP_SOURCE_AT;
        n->st->reg[R_RXSATRL] = nic_get32(source + 2);
        n->st->reg[R_RXSATRH] =
            nic_get16(source) | nic_get16(frame + at + PTP_SEQUENCE_AT) << RXSATRH_SEQUENCE_SHIFT;
    }
    return true;
}

/* [I-93] */
void nic_stamp_sent(struct nic *n)
{
    uint32_t *ctl = &n->st->reg[R_TSYNCTXCTL];

    if (!(*ctl & TSYNC_EN) || *ctl & TSYNC_VALID)
        return;
    latch(n, R_TXSTMPL, R_TXSTMPH, sfd_of(n));
    *ctl |= TSYNC_VALID;
}

/* ---- registers: reading the high half lets the next frame be stamped ---- */

uint32_t nic_rxstmph_read(struct nic *n, uint32_t index)
{
    n->st->reg[R_TSYNCRXCTL] &= ~(uint32_t)TSYNC_VALID;
    return n->st->reg[R_RXSTMPH];
}

uint32_t nic_txstmph_read(struct nic *n, uint32_t index)
{
    n->st->reg[R_TSYNCTXCTL] &= ~(uint32_t)TSYNC_VALID;
    return n->st->reg[R_TXSTMPH];
}
