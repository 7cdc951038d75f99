/* SPDX-License-Identifier: BSD-2-Clause
 *
 * VLAN tags: see vlan.h. With one tag, receive knows it by VLNCTRL.VET and transmit makes it by
 * DMATXCTL.VT; with two (CTRL_EXT.EXTENDED_VLAN, DMATXCTL.GDV) EXVET is the outer one's [I-95].
 */
#include "model/nic/vlan.h"

#include "model/nic/nic_priv.h"

struct nic_tags nic_tags(const struct nic *n)
{
    struct nic_tags t = {.vet = (uint16_t)(n->st->reg[R_VLNCTRL] & VLNCTRL_VET)};

    if (n->st->reg[R_CTRL_EXT] & CTRL_EXT_EXTENDED_VLAN)
        t.outer = (uint16_t)(n->st->reg[R_EXVET] >> EXVET_OUTER_SHIFT);
    return t;
}

uint32_t nic_vlan_allowance(const struct nic *n, const uint8_t *frame)
{
    struct nic_tags tags = nic_tags(n);
    uint32_t bytes = 0;

    while (bytes < 2 * NIC_TAG_BYTES) {
        uint32_t type = nic_get16(frame + NIC_TAG_AT + bytes);
        if (type != tags.vet && (type != tags.outer || bytes))
            break;
        bytes += NIC_TAG_BYTES;
    }
    return bytes;
}

uint8_t *nic_vlan_strip(uint8_t *frame, bool outer)
{
    memmove(frame + NIC_TAG_BYTES, frame, NIC_TAG_AT + (outer ? NIC_TAG_BYTES : 0));
    return frame + NIC_TAG_BYTES;
}

static bool has_outer_tag(const struct nic *n, const uint8_t *frame, uint32_t length)
{
    return n->st->reg[R_DMATXCTL] & DMATXCTL_GDV && length >= NIC_TAG_AT + NIC_TAG_BYTES &&
           nic_get16(frame + NIC_TAG_AT) == n->st->reg[R_EXVET] >> EXVET_OUTER_SHIFT;
}

void nic_vlan_insert(const struct nic *n, uint8_t *frame, uint32_t length, uint16_t tci)
{
    uint8_t *at = frame + NIC_TAG_AT + (has_outer_tag(n, frame, length) ? NIC_TAG_BYTES : 0);

    memmove(at + NIC_TAG_BYTES, at, length - (uint32_t)(at - frame));
    nic_put16(at, n->st->reg[R_DMATXCTL] >> DMATXCTL_VT_SHIFT);
    nic_put16(at + 2, tci);
}
