/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The EEPROM behind EERD, EEWR and EEC: 8192 words, an image that drivers accept, its checksum.
 * It does not know who reads it.
 */
#ifndef RINGSIDE_NIC_EEPROM_H
#define RINGSIDE_NIC_EEPROM_H

#include <stdbool.h>
#include <stdint.h>

struct nic;
struct nic_state;

enum {
    NIC_EEPROM_WORDS = 8192,
    NIC_EEPROM_CHECKSUM = 0x3f, /* word that makes the sum 0xbaba */
};

struct nic_eeprom {
    uint16_t word[NIC_EEPROM_WORDS];
};

/* Fills `e` with the image of a fresh card, checksum included. */
void nic_eeprom_build(struct nic_eeprom *e);
void nic_eeprom_reset(struct nic *n, int kind);

#endif
