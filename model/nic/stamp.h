/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Time stamps of PTP frames (IEEE 1588), one register pair each way: the first frame that asks for
 * it is stamped with SYSTIM at its SFD, and no other until the driver has read the stamp. What the
 * time is, clock.c knows.
 */
#ifndef RINGSIDE_NIC_STAMP_H
#define RINGSIDE_NIC_STAMP_H

#include <stdbool.h>
#include <stdint.h>

struct nic;

/* A good frame has passed the filters, its SFD was at the pins at sfd_ps: true: it is the one that
 * the stamp registers speak of. Only while TSYNCRXCTL.EN is set. */
bool nic_stamp_received(struct nic *n, const uint8_t *frame, uint32_t length, uint64_t sfd_ps);
/* A frame whose descriptor asks for a stamp starts to leave now. */
void nic_stamp_sent(struct nic *n);

#endif
