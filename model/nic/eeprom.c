/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The EEPROM: image, checksum and the registers in front of it. See eeprom.h. Reads and writes are
 * done when they are asked for: drivers poll DONE and find it set [I-39].
 */
#include "model/nic/eeprom.h"

#include "model/nic/nic_priv.h"

/* Words that are neither 0xffff (erased) nor in the SFP list. What reads each is in the drivers:
 * checksum traversal, firmware version chain, PBA string, device capabilities, version words. */
static const struct {
    uint16_t at, value;
} image[] = {
    { 0x00, 0x0000 }, { 0x01, 0x0000 }, { 0x02, 0x0000 }, /* init control */
    { 0x0f, 0x0100 },                                     /* firmware module */
    { 0x15, 0xfafa }, { 0x16, 0x0060 },                   /* PBA: a string, there */
    { 0x2b, 0x0120 },                                     /* SFP init list */
    { 0x2c, 0x0083 }, /* any SFP, no FCoE, no crosstalk workaround */
    { 0x2d, 0x0001 }, { 0x2e, 0x8000 },                   /* track id */
    { 0x60, 6 },                                          /* PBA length, itself included */
    { 0x61, 'E' << 8 | '6' }, { 0x62, '6' << 8 | '5' }, { 0x63, '6' << 8 | '0' },
    { 0x64, '-' << 8 | '0' }, { 0x65, '0' << 8 | '2' },
    { 0x104, 0x0110 },                                    /* pass-through patch */
    { 0x117, 0x0008 },                                    /* its version: drivers want > 5 */
    /* SFP init list: pairs of kind and block for direct attach and SR/LR, either LAN id */
    { 0x120, 0x0000 },
    { 0x121, 3 }, { 0x122, 0x0130 }, { 0x123, 4 }, { 0x124, 0x0130 },
    { 0x125, 5 }, { 0x126, 0x0130 }, { 0x127, 6 }, { 0x128, 0x0130 },
    { 0x130, 0x0000 },                                    /* a block without values */
};

enum {
    FIRST_POINTER = 0x03,
    LAST_POINTER = 0x0e, /* the firmware module, 0x0f, is not summed */
    CHECKSUM_TOTAL = 0xbaba,
};

static bool is_pointer(uint16_t word)
{
    return word != 0 && word != 0xffff;
}

/* Sum of words 0..0x3e and of every module, which starts with its length and lies at a pointer. */
static uint16_t checksum(const struct nic_eeprom *e)
{
    uint32_t sum = 0;

    for (unsigned i = 0; i < NIC_EEPROM_CHECKSUM; i++)
        sum += e->word[i];
    for (unsigned p = FIRST_POINTER; p <= LAST_POINTER; p++) {
        uint16_t at = e->word[p];
        if (!is_pointer(at) || at >= NIC_EEPROM_WORDS || !is_pointer(e->word[at]))
            continue;
        for (uint32_t i = at + 1u; i <= (uint32_t)at + e->word[at] && i < NIC_EEPROM_WORDS; i++)
            sum += e->word[i];
    }
    return (uint16_t)(CHECKSUM_TOTAL - sum);
}

void nic_eeprom_build(struct nic_eeprom *e)
{
    memset(e->word, 0xff, sizeof(e->word));
    e->spi = (struct nic_eeprom_spi){ 0 };
    for (unsigned i = 0; i < sizeof(image) / sizeof(image[0]); i++)
        e->word[image[i].at] = image[i].value;
    e->word[NIC_EEPROM_CHECKSUM] = checksum(e);
}

/* Non-volatile: only a power-on finds a fresh one. */
void nic_eeprom_reset(struct nic *n, int kind)
{
    if (kind == NIC_RESET_POWER)
        nic_eeprom_build(&n->st->eeprom);
}

/* ---- registers ---- */

static uint16_t address_of(uint32_t value)
{
    return value >> EERD_ADDRESS_SHIFT & EERD_ADDRESS;
}

void nic_eerd_write(struct nic *n, uint32_t index, uint32_t value)
{
    uint16_t at = address_of(value);
    uint16_t word = at < NIC_EEPROM_WORDS ? n->st->eeprom.word[at] : 0xffff;

    if (value & EERD_START)
        n->st->reg[R_EERD] = (uint32_t)word << EERD_DATA_SHIFT |
                             (uint32_t)at << EERD_ADDRESS_SHIFT | EERD_DONE;
}

void nic_eewr_write(struct nic *n, uint32_t index, uint32_t value)
{
    uint16_t at = address_of(value);

    if (!(value & EERD_START))
        return;
    if (at < NIC_EEPROM_WORDS)
        n->st->eeprom.word[at] = (uint16_t)(value >> EERD_DATA_SHIFT);
    n->st->reg[R_EEWR] = (value & ~(uint32_t)EERD_START) | EERD_DONE;
}

uint32_t nic_eec_read(struct nic *n, uint32_t index)
{
    uint32_t eec = n->st->reg[R_EEC];

    if (n->st->eeprom.spi.data_out)
        eec |= EEC_DO;
    return eec & EEC_REQ ? eec | EEC_GNT : eec;
}

/* An update of the flash image (FLUP) is done when it is asked for. */
void nic_eec_write(struct nic *n, uint32_t index, uint32_t value)
{
    uint32_t before = n->st->reg[R_EEC];

    nic_reg_store(n, R_EEC, 0, value);
    nic_eeprom_spi(&n->st->eeprom, before, n->st->reg[R_EEC]);
    if (value & EEC_FLUP)
        n->st->reg[R_EEC] |= EEC_FLUDONE;
}
