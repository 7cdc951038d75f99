/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The EEPROM behind EERD, EEWR and EEC: 8192 words, an image that drivers accept, its checksum,
 * and the serial bus that EEC moves by hand.
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

/* The serial bus to it, as EEC moves it: eeprom_spi.c. */
struct nic_eeprom_spi {
    uint32_t in;     /* bits that came in since chip select, the last one lowest */
    uint32_t clocks; /* how many */
    uint16_t address; /* of the next byte */
    uint8_t command;
    uint8_t out;     /* byte that goes out */
    uint8_t data_out; /* level of its output */
    uint8_t write_enabled;
};

struct nic_eeprom {
    uint16_t word[NIC_EEPROM_WORDS];
    struct nic_eeprom_spi spi;
};

/* EEC has changed from `before` to `now`: what the memory at the serial bus makes of it. */
void nic_eeprom_spi(struct nic_eeprom *e, uint32_t before, uint32_t now);

/* Fills `e` with the image of a fresh card, checksum included. */
void nic_eeprom_build(struct nic_eeprom *e);
void nic_eeprom_reset(struct nic *n, int kind);

#endif
