/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The frame check sequence, for the few who want to see it: CRC-32 of Ethernet.
 */
#ifndef RINGSIDE_NIC_FCS_H
#define RINGSIDE_NIC_FCS_H

#include <stdint.h>

/* FCS of a frame; its bytes go onto the wire low byte first. */
uint32_t nic_fcs(const uint8_t *frame, uint32_t length);

#endif
