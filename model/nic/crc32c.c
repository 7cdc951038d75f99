/* SPDX-License-Identifier: BSD-2-Clause
 *
 * CRC-32C by nibbles: 16 words of table, as in fcs.c; SCTP is rare.
 */
#include "model/nic/crc32c.h"

uint32_t nic_crc32c(uint32_t before, const uint8_t *data, uint32_t length)
{
    static const uint32_t table[16] = {
        0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3,
        0x61c69362, 0x7198540d, 0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
        0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
    };
    uint32_t crc = ~before;

    for (uint32_t i = 0; i < length; i++) {
        crc = table[(crc ^ data[i]) & 15] ^ crc >> 4;
        crc = table[(crc ^ data[i] >> 4) & 15] ^ crc >> 4;
    }
    return ~crc;
}
