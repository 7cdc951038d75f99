/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The EEPROM's serial bus (SPI mode 0), which drivers move bit by bit in EEC: DPDK and Linux read
 * their first word this way, and Linux writes every word so. A command is 8 bits, an address 16,
 * highest bit first; the memory takes a bit when the clock rises and shows one when it falls. It
 * answers only while EEC.REQ asks for the pins [I-28].
 */
#include "model/nic/eeprom.h"

#include "model/nic/nic_priv.h"

enum {
    WRITE = 2,
    READ = 3,
    WRITE_DISABLE = 4,
    READ_STATUS = 5,
    WRITE_ENABLE = 6,
    STATUS_WRITE_ENABLED = 2, /* bit 0, busy, is never set: writes are done at once */

    COMMAND_BITS = 8,
    ADDRESS_BITS = 16,
    HEADER_BITS = COMMAND_BITS + ADDRESS_BITS,
    BYTES = NIC_EEPROM_WORDS * 2,
    PAGE = 128, /* the address of a write goes round in it */
};

/* Words lie in the memory low byte first. */
static uint8_t get(const struct nic_eeprom *e, uint16_t address)
{
    return (uint8_t)(e->word[address % BYTES / 2] >> address % 2 * 8);
}

static void put(struct nic_eeprom *e, uint16_t address, uint8_t byte)
{
    uint16_t *word = &e->word[address % BYTES / 2];
    unsigned shift = address % 2 * 8;

    *word = (uint16_t)((*word & ~(0xffu << shift)) | (uint32_t)byte << shift);
}

static void deselected(struct nic_eeprom_spi *s)
{
    if (s->command == WRITE && s->clocks > HEADER_BITS)
        s->write_enabled = 0;
    *s = (struct nic_eeprom_spi){ .write_enabled = s->write_enabled };
}

static void command_taken(struct nic_eeprom_spi *s)
{
    s->command = (uint8_t)s->in;
    if (s->command == WRITE_ENABLE || s->command == WRITE_DISABLE)
        s->write_enabled = s->command == WRITE_ENABLE;
}

static void data_taken(struct nic_eeprom *e)
{
    struct nic_eeprom_spi *s = &e->spi;
    uint16_t at = s->address;

    if (s->command != WRITE || !s->write_enabled)
        return;
    put(e, at, (uint8_t)s->in);
    s->address = (uint16_t)((at & ~(PAGE - 1u)) | ((at + 1u) & (PAGE - 1u)));
}

static void clock_rises(struct nic_eeprom *e, bool bit)
{
    struct nic_eeprom_spi *s = &e->spi;

    s->in = s->in << 1 | bit;
    s->clocks++;
    if (s->clocks == COMMAND_BITS)
        command_taken(s);
    else if (s->clocks == HEADER_BITS)
        s->address = (uint16_t)s->in;
    else if (s->clocks > HEADER_BITS && s->clocks % 8 == 0)
        data_taken(e);
}

static void clock_falls(struct nic_eeprom *e)
{
    struct nic_eeprom_spi *s = &e->spi;
    unsigned bit = s->clocks % 8;

    if (s->command == READ && s->clocks >= HEADER_BITS) {
        if (bit == 0)
            s->out = get(e, s->address++);
    } else if (s->command == READ_STATUS && s->clocks >= COMMAND_BITS) {
        s->out = s->write_enabled ? STATUS_WRITE_ENABLED : 0;
    } else {
        s->out = 0;
    }
    s->data_out = s->out >> (7 - bit) & 1;
}

void nic_eeprom_spi(struct nic_eeprom *e, uint32_t before, uint32_t now)
{
    if (!(now & EEC_REQ) || now & EEC_CS)
        deselected(&e->spi);
    else if (now & ~before & EEC_SK)
        clock_rises(e, now & EEC_DI);
    else if (before & ~now & EEC_SK)
        clock_falls(e);
}
