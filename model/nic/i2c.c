/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The SFP module as a slave on the two-wire bus: see i2c.h. It changes its data line only after a
 * falling clock edge, and lets go of it on the edge that ends its acknowledge or its last bit:
 * drivers read the line back at once after raising it.
 */
#include "model/nic/i2c.h"

#include "model/nic/nic_priv.h"

enum { MODULE_ADDRESS = 0xa0, READ_BIT = 1 }; /* page A0; A2 (diagnostics) is not there [I-29] */

/* ---- what the module says of itself: SFF-8472, page A0 ---- */
enum {
    A0_IDENTIFIER = 0,   /* 3: SFP */
    A0_EXT_IDENTIFIER = 1,
    A0_CONNECTOR = 2,    /* 7: LC, 0x21: copper pigtail */
    A0_10G = 3,          /* 0x10: SR */
    A0_CABLE = 8,        /* 0x04: passive direct attach */
    A0_ENCODING = 11,    /* 6: 64B/66B */
    A0_BITRATE = 12,     /* 100 Mb/s */
    A0_COPPER_METRES = 18,
    A0_OM3_10M = 19,
    A0_VENDOR = 20,      /* 16 characters */
    A0_OUI = 37,         /* 3 bytes */
    A0_PART = 40,        /* 16 characters */
    A0_REVISION = 56,    /* 4 characters */
    A0_SUM_BASE = 63,    /* of bytes 0..62 */
    A0_SERIAL = 68,      /* 16 characters */
    A0_SUM_EXT = 95,     /* of bytes 64..94 */
};

static uint8_t text_byte(const char *text, uint8_t at)
{
    size_t bytes = strlen(text);
    return at < bytes ? (uint8_t)text[at] : ' ';
}

static uint8_t plain_byte(uint8_t module, uint8_t offset)
{
    static const uint8_t oui[] = { 0x00, 0x1b, 0x21 };
    bool copper = module == NIC_MODULE_DA;

    if (offset >= A0_VENDOR && offset < A0_VENDOR + 16)
        return text_byte("RINGSIDE", (uint8_t)(offset - A0_VENDOR));
    if (offset >= A0_PART && offset < A0_PART + 16)
        return text_byte(copper ? "RS-SFP-DA-1M" : "RS-SFP-SR", (uint8_t)(offset - A0_PART));
    if (offset >= A0_SERIAL && offset < A0_SERIAL + 16)
        return text_byte("0001", (uint8_t)(offset - A0_SERIAL));
    if (offset >= A0_OUI && offset < A0_OUI + 3)
        return oui[offset - A0_OUI];
    switch (offset) {
    case A0_IDENTIFIER:
        return 3;
    case A0_EXT_IDENTIFIER:
        return 4;
    case A0_CONNECTOR:
        return copper ? 0x21 : 7;
    case A0_10G:
        return copper ? 0 : 0x10;
    case A0_CABLE:
        return copper ? 0x04 : 0;
    case A0_ENCODING:
        return 6;
    case A0_BITRATE:
        return 103;
    case A0_COPPER_METRES:
        return copper ? 1 : 0;
    case A0_OM3_10M:
        return copper ? 0 : 30;
    case A0_REVISION:
        return '1';
    default:
        return offset > A0_REVISION && offset < A0_REVISION + 4 ? ' ' : 0;
    }
}

bool nic_i2c_module_byte(const struct nic_state *st, uint8_t offset, uint8_t *value)
{
    uint8_t module = st->config.module, sum = 0;

    if (module == NIC_MODULE_NONE)
        return false;
    if (offset == A0_SUM_BASE || offset == A0_SUM_EXT) {
        for (uint8_t i = offset == A0_SUM_BASE ? 0 : A0_SUM_BASE + 1; i < offset; i++)
            sum = (uint8_t)(sum + plain_byte(module, i));
        *value = sum;
    } else {
        *value = plain_byte(module, offset);
    }
    return true;
}

/* ---- the slave ---- */

static void start(struct nic_i2c *b)
{
    *b = (struct nic_i2c){ .phase = NIC_I2C_DEVICE, .offset = b->offset };
}

static void stop(struct nic_i2c *b)
{
    *b = (struct nic_i2c){ .phase = NIC_I2C_IDLE, .offset = b->offset };
}

static void load(const struct nic_state *st, struct nic_i2c *b)
{
    b->shift = 0xff;
    nic_i2c_module_byte(st, b->offset++, &b->shift);
    b->bits = 0;
    b->pull = !(b->shift & 0x80);
}

/* A whole byte has come in: acknowledge it and go on, or leave the bus. */
static void received(const struct nic_state *st, struct nic_i2c *b)
{
    if (b->phase == NIC_I2C_DEVICE &&
        (st->config.module == NIC_MODULE_NONE || (b->shift & ~READ_BIT) != MODULE_ADDRESS)) {
        stop(b);
        return;
    }
    if (b->phase == NIC_I2C_DEVICE)
        b->phase = b->shift & READ_BIT ? NIC_I2C_READ : NIC_I2C_OFFSET;
    else if (b->phase == NIC_I2C_OFFSET) {
        b->offset = b->shift;
        b->phase = NIC_I2C_WRITE;
    }
    b->ack = true;
    b->pull = true;
}

static void clock_rises(struct nic_i2c *b, bool data)
{
    if (b->ack) {
        b->nacked = data; /* our own acknowledge of an address reads as one, too */
    } else if (b->bits < 8) {
        if (b->phase != NIC_I2C_READ)
            b->shift = (uint8_t)(b->shift << 1 | data);
        b->bits++;
    }
}

static void clock_falls(const struct nic_state *st, struct nic_i2c *b)
{
    if (b->phase == NIC_I2C_IDLE)
        return;
    if (b->ack) { /* the ninth clock ends */
        b->ack = false;
        b->pull = false;
        b->bits = 0;
        if (b->phase == NIC_I2C_READ && b->nacked)
            stop(b);
        else if (b->phase == NIC_I2C_READ)
            load(st, b);
    } else if (b->bits == 8) {
        if (b->phase == NIC_I2C_READ) { /* last bit sent: the master's turn to acknowledge */
            b->ack = true;
            b->pull = false;
        } else {
            received(st, b);
        }
    } else if (b->phase == NIC_I2C_READ) {
        b->pull = !(b->shift << b->bits & 0x80);
    }
}

/* ---- I2CCTL ---- */

static bool data_line(const struct nic *n)
{
    return n->st->reg[R_I2CCTL] & I2CCTL_DATA_OUT && !n->st->i2c.pull;
}

uint32_t nic_i2cctl_read(struct nic *n, uint32_t index)
{
    uint32_t out = n->st->reg[R_I2CCTL] & (I2CCTL_CLK_OUT | I2CCTL_DATA_OUT);

    if (out & I2CCTL_CLK_OUT)
        out |= I2CCTL_CLK_IN;
    if (data_line(n))
        out |= I2CCTL_DATA_IN;
    return out;
}

/* When one write moves both lines, data moves while the clock is low: neither START nor STOP. */
void nic_i2cctl_write(struct nic *n, uint32_t index, uint32_t value)
{
    struct nic_i2c *b = &n->st->i2c;
    bool clock_was = (n->st->reg[R_I2CCTL] & I2CCTL_CLK_OUT) != 0;
    bool data_was = data_line(n);
    bool clock = (value & I2CCTL_CLK_OUT) != 0;

    nic_reg_store(n, R_I2CCTL, 0, value);
    bool data = data_line(n);
    if (clock_was && clock && data_was != data) {
        if (data)
            stop(b);
        else
            start(b);
    } else if (!clock_was && clock) {
        clock_rises(b, data);
    } else if (clock_was && !clock) {
        clock_falls(n->st, b);
    }
}

void nic_i2c_module_changed(struct nic *n)
{
    stop(&n->st->i2c);
}

void nic_i2c_reset(struct nic *n, int kind)
{
    if (kind != NIC_RESET_SW)
        n->st->i2c = (struct nic_i2c){ 0 };
}

bool nic_i2c_valid(const struct nic_state *st)
{
    const struct nic_i2c *b = &st->i2c;
    return b->phase < NIC_I2C_PHASES && b->bits <= 8;
}
