/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The two-wire bus to the SFP cage, bit-banged by the driver through I2CCTL, and the serial id of
 * the module in it (SFF-8472 page A0). The bus is open-drain: a line is high when nobody pulls it.
 */
#ifndef RINGSIDE_NIC_I2C_H
#define RINGSIDE_NIC_I2C_H

#include <stdbool.h>
#include <stdint.h>

struct nic;
struct nic_state;

enum nic_i2c_phase {
    NIC_I2C_IDLE,   /* nobody speaks to us: until the next START */
    NIC_I2C_DEVICE, /* receiving the device address */
    NIC_I2C_OFFSET, /* receiving the byte offset */
    NIC_I2C_WRITE,  /* receiving data: acknowledged and discarded */
    NIC_I2C_READ,   /* sending data */
    NIC_I2C_PHASES,
};

struct nic_i2c {
    uint8_t phase;
    uint8_t bits;   /* of the present byte that have been clocked, 0..8 */
    uint8_t ack;    /* in the ninth clock */
    uint8_t shift;  /* byte under way */
    uint8_t offset; /* next byte of the page */
    uint8_t pull;   /* we hold the data line low */
    uint8_t nacked; /* the master did not acknowledge the byte just sent */
};

void nic_i2c_reset(struct nic *n, int kind);
/* Whoever was spoken to is gone: the bus is free. */
void nic_i2c_module_changed(struct nic *n);
bool nic_i2c_valid(const struct nic_state *st);

/* Byte of the module's A0 page; false when no module is present. */
bool nic_i2c_module_byte(const struct nic_state *st, uint8_t offset, uint8_t *value);

#endif
