/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Neighbours of one flow become one packet that the device cuts again (receive and segmentation
 * offload, in software and hardware): one descriptor for the headers, and the same frames on the
 * wire, bit by bit. Knows headers, and nothing of ports.
 */
#ifndef RINGSIDE_DRIVER_APPS_MERGE_H
#define RINGSIDE_DRIVER_APPS_MERGE_H

#include "driver/ixd.h"

/* Merges what can be merged among `count` packets that packet_ask_checksums() has seen, at most
 * `most` into one, and moves the rest up. Returns how many packets there are now. */
unsigned packet_merge(struct pool_buf **packets, unsigned count, unsigned most);

#endif
