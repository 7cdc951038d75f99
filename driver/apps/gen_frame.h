/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The frames of gen: headers from a template, made once, then a sequence number in 8 bytes, most
 * significant first, then bytes that count up from 0.
 *
 * Ethernet, with --vlan a tag, IPv4 10.0.0.1 -> 10.0.0.2 or IPv6 fd00::1 -> fd00::2, then UDP, TCP
 * or SCTP 9 -> 9. TCP's sequence numbers go on from frame to frame. Checksums are made by the card
 * with --offloads checksum, else here.
 */
#ifndef RINGSIDE_DRIVER_APPS_GEN_FRAME_H
#define RINGSIDE_DRIVER_APPS_GEN_FRAME_H

#include "driver/apps/app.h"

/* Makes the template. 0, or -EINVAL when size and options do not go together. */
int gen_frame_start(struct ixd_app *app, struct ixd_error *err);

/* The next packet, fit for the transmit queue; NULL when the pool is empty. */
struct pool_buf *gen_frame_next(struct ixd_app *app);

#endif
