/* SPDX-License-Identifier: BSD-2-Clause
 *
 * VLAN tags: which EtherTypes they have just now, and what it takes to put one in or take one out.
 * It knows registers and bytes; whether a frame is to have a tag, others decide.
 */
#ifndef RINGSIDE_NIC_VLAN_H
#define RINGSIDE_NIC_VLAN_H

#include <stdint.h>

#include "model/nic/parse.h"

struct nic;

enum {
    NIC_TAG_BYTES = 4,
    NIC_TAG_AT = 12, /* behind the addresses */
};

struct nic_tags nic_tags(const struct nic *n);
/* Bytes by which this frame may be longer than the longest one without tags [I-05]. */
uint32_t nic_vlan_allowance(const struct nic *n, const uint8_t *frame);
/* Takes the tag that counts out, behind an outer one when there is one: where the frame starts
 * now. */
uint8_t *nic_vlan_strip(uint8_t *frame, bool outer);
/* Puts one in, in front of which an outer one stays; there is room behind the frame. */
void nic_vlan_insert(const struct nic *n, uint8_t *frame, uint32_t length, uint16_t tci);

#endif
