/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the tests of receive and transmit share: register offsets in clear, rings laid out in the
 * fake host's memory, frames. Written from the driver's point of view: it knows the device by
 * addresses and descriptor bits only.
 */
#ifndef RINGSIDE_NIC_TESTS_QUEUES_H
#define RINGSIDE_NIC_TESTS_QUEUES_H

#include <stdlib.h>
#include <string.h>

#include "mk/run_tests.h"
#include "model/nic/tests/fake_host.h"

enum {
    RXCTRL = 0x3000, FCTRL = 0x5080, HLREG0 = 0x4240, RDRXCTL = 0x2f00, MAXFRS = 0x4268,
    DMATXCTL = 0x4a80, RXCSUM = 0x5000, MRQC = 0x5818, RETA = 0x5c00, RSSRK = 0x5c80,
    VLNCTRL = 0x5088, VFTA = 0xa000, MTA = 0x5200, MCSTCTRL = 0x5090, RAL0 = 0xa200,
    RXPBSIZE0 = 0x3c00, TXPBSIZE0 = 0xcc00,
    EICR = 0x800, EICS = 0x808, EIAC = 0x810, EIMS = 0x880, EIMC = 0x888, EIAM = 0x890,
    GPIE = 0x898, IVAR0 = 0x900, IVAR_MISC = 0xa00, EITR0 = 0x820,
    EICS_EX0 = 0xa90, EIMS_EX0 = 0xaa0, EIMC_EX0 = 0xab0, EIAM_EX0 = 0xad0,
    /* rings and buffers in memory */
    RX_RINGS = 0x10000, TX_RINGS = 0x90000, RX_BUFFERS = 0x100000, TX_BUFFERS = 0x280000,
    RING_BYTES = 0x4000, BUFFER = 2048,
    QUEUE_ENABLE = 1 << 25,
};

static inline uint32_t rxq(uint32_t q, uint32_t reg)
{
    return (q < 64 ? 0x1000 + 0x40 * q : 0xd000 + 0x40 * (q - 64)) + reg;
}
static inline uint32_t txq(uint32_t q, uint32_t reg)
{
    return 0x6000 + 0x40 * q + reg;
}
enum { DBAL = 0x00, DBAH = 0x04, DLEN = 0x08, DH = 0x10, SRR = 0x14, DT = 0x18, DCTL = 0x28 };

static inline uint64_t get64(struct fake_host *h, uint32_t at)
{
    uint64_t v;
    memcpy(&v, h->memory + at, 8); /* tests run on little-endian hosts */
    return v;
}
static inline void put64(struct fake_host *h, uint32_t at, uint64_t v)
{
    memcpy(h->memory + at, &v, 8);
}

/* ---- a port that is ready ---- */
static inline struct fake_host *port_new(void)
{
    struct fake_host *h = fake_new();

    fake_enable_pci(h);
    fake_link_up(h);
    fake_w32(h, RDRXCTL, fake_r32(h, RDRXCTL) | 2); /* CRC strip, with HLREG0's default */
    fake_w32(h, FCTRL, 0x700);                      /* MPE UPE BAM */
    fake_w32(h, RXCTRL, 1);
    fake_w32(h, DMATXCTL, fake_r32(h, DMATXCTL) | 1);
    return h;
}

/* ---- receive ---- */
static inline uint32_t rx_ring(uint32_t q)
{
    return RX_RINGS + (q % 8) * RING_BYTES;
}
static inline uint32_t rx_buffer(uint32_t q, uint32_t slot)
{
    return RX_BUFFERS + ((q % 2) * 256 + slot % 256) * BUFFER;
}
static inline void rx_post(struct fake_host *h, uint32_t q, uint32_t slot)
{
    put64(h, rx_ring(q) + 16 * slot, rx_buffer(q, slot));
    put64(h, rx_ring(q) + 16 * slot + 8, 0);
}
/* A ring of `length` descriptors, all but one given to the NIC. */
static inline void rx_start(struct fake_host *h, uint32_t q, uint32_t length, uint32_t srrctl)
{
    for (uint32_t i = 0; i < length; i++)
        rx_post(h, q, i);
    fake_w32(h, rxq(q, DBAL), rx_ring(q));
    fake_w32(h, rxq(q, DBAH), 0);
    fake_w32(h, rxq(q, DLEN), length * 16);
    fake_w32(h, rxq(q, DH), 0);
    fake_w32(h, rxq(q, SRR), srrctl);
    fake_w32(h, rxq(q, DCTL), QUEUE_ENABLE);
    fake_w32(h, rxq(q, DT), length - 1);
}
enum { ADVANCED = 1 << 25 | 2, DROP_EN = 1 << 28 };
static inline uint64_t rx_q0(struct fake_host *h, uint32_t q, uint32_t slot)
{
    return get64(h, rx_ring(q) + 16 * slot);
}
static inline uint64_t rx_q1(struct fake_host *h, uint32_t q, uint32_t slot)
{
    return get64(h, rx_ring(q) + 16 * slot + 8);
}
static inline bool rx_done(struct fake_host *h, uint32_t q, uint32_t slot)
{
    return rx_q1(h, q, slot) & 1;
}
static inline uint32_t rx_length(struct fake_host *h, uint32_t q, uint32_t slot)
{
    return rx_q1(h, q, slot) >> 32 & 0xffff;
}

/* ---- transmit ---- */
static inline uint32_t tx_ring(uint32_t q)
{
    return TX_RINGS + (q % 8) * RING_BYTES;
}
static inline void tx_start(struct fake_host *h, uint32_t q, uint32_t length, uint32_t txdctl)
{
    memset(h->memory + tx_ring(q), 0, length * 16);
    fake_w32(h, txq(q, DBAL), tx_ring(q));
    fake_w32(h, txq(q, DBAH), 0);
    fake_w32(h, txq(q, DLEN), length * 16);
    fake_w32(h, txq(q, DH), 0);
    fake_w32(h, txq(q, DT), 0);
    fake_w32(h, txq(q, DCTL), QUEUE_ENABLE | txdctl);
}
enum { T_EOP = 1 << 24, T_IFCS = 1 << 25, T_RS = 1 << 27, T_DEXT = 1 << 29, T_DATA = 3 << 20,
       T_CONTEXT = 2 << 20, T_FULL = T_EOP | T_IFCS | T_RS | T_DEXT | T_DATA };
static inline void tx_put(struct fake_host *h, uint32_t q, uint32_t slot, uint64_t address,
                          uint32_t length, uint32_t command)
{
    put64(h, tx_ring(q) + 16 * slot, address);
    put64(h, tx_ring(q) + 16 * slot + 8, length | command | (uint64_t)length << 46);
}
static inline bool tx_done(struct fake_host *h, uint32_t q, uint32_t slot)
{
    return get64(h, tx_ring(q) + 16 * slot + 8) >> 32 & 1;
}

/* ---- frames ---- */
/* A frame to `to` whose other bytes follow from `seed`. */
static inline void make_frame(uint8_t *f, uint32_t length, const uint8_t to[6], uint32_t seed)
{
    for (uint32_t i = 0; i < length; i++)
        f[i] = (uint8_t)((seed + i) * 167 + (i >> 8));
    memcpy(f, to, 6);
    memcpy(f + 6, "\x02\x00\x00\x00\x00\x99", 6);
    f[12] = 0x88; /* local experimental EtherType */
    f[13] = 0xb5;
}
static const uint8_t station[6] = { 0x02, 0x52, 0x53, 0x00, 0x00, 0x01 };
static const uint8_t broadcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

/* Sends one in and lets it come through. */
static inline void frame_in(struct fake_host *h, const uint8_t *f, uint32_t length)
{
    nic_frame_in(&h->nic, f, length, true);
    fake_run(h, 20 * 1000 * 1000);
}

#define NS 1000ull

#endif
