/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The checksum of SCTP. Knows bytes only.
 */
#ifndef RINGSIDE_NIC_CRC32C_H
#define RINGSIDE_NIC_CRC32C_H

#include <stdint.h>

/* CRC-32C (Castagnoli) of what `before` is the CRC of (0: nothing) and these bytes; goes into a
 * packet little endian. */
uint32_t nic_crc32c(uint32_t before, const uint8_t *data, uint32_t length);

#endif
