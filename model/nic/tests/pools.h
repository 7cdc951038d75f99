/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the tests of pools share: the registers of pools in clear, and which queues got a frame.
 */
#ifndef RINGSIDE_NIC_TESTS_POOLS_H
#define RINGSIDE_NIC_TESTS_POOLS_H

#include "model/nic/tests/queues.h"

enum {
    VT_CTL = 0x51b0, VFRE = 0x51e0, VFTE = 0x8110, VMOLR = 0xf000, VLVF = 0xf100, VLVFB = 0xf200,
    UTA = 0xf400, MPSAR_LO = 0xa600, MPSAR_HI = 0xa604, MRCTL = 0xf600, VMRVLAN = 0xf610,
    VMRVM = 0xf630, PSRTYPE = 0xea00, RTRUP2TC = 0x3020, MTQC = 0x8120, VMTXSW = 0x5180,
    VMVIR = 0x8000, SPOOF = 0x8200, GSWC = 0x8220, SSVPC = 0x8780,
    RTTDQSEL = 0x4904, RTTBCNRC = 0x4984, RTTBCNRM = 0x4980,
    UPE = 1 << 9, BAM = 1 << 10, /* FCTRL */
    VT_ENA = 1, DIS_DEFPL = 1 << 29, REPLEN = 1 << 30,
    VM_AUPE = 1 << 24, VM_ROMPE = 1 << 25, VM_ROPE = 1 << 26, VM_BAM = 1 << 27, VM_MPE = 1 << 28,
    MODE_VMDQ_64 = 8, MODE_VMDQ_RSS_32 = 10, MODE_VMDQ_RSS_64 = 11, MODE_VMDQ_DCB_16 = 12,
    MODE_VMDQ_DCB_32 = 13,
};
static inline uint32_t PVFGPRC(uint32_t pool)
{
    return 0x101c + 0x40 * pool;
}
static inline uint32_t PVFGORC(uint32_t pool)
{
    return 0x1020 + 0x40 * pool;
}
static inline uint32_t PVFMPRC(uint32_t pool)
{
    return 0xd01c + 0x40 * pool;
}

/* Pools that all receive and send, with replication. */
static inline void pools_on(struct fake_host *h, uint32_t mrqc, uint32_t mtqc)
{
    fake_w32(h, MRQC, mrqc);
    fake_w32(h, MTQC, mtqc);
    fake_w32(h, VT_CTL, VT_ENA | REPLEN);
    for (uint32_t i = 0; i < 8; i += 4) {
        fake_w32(h, VFRE + i, UINT32_MAX);
        fake_w32(h, VFTE + i, UINT32_MAX);
    }
    fake_w32(h, MPSAR_LO, 1); /* the port's own address: pool 0 */
}
static inline void address(struct fake_host *h, uint32_t i, const uint8_t mac[6], uint64_t pools)
{
    fake_w32(h, RAL0 + 8 * i, mac[0] | (uint32_t)mac[1] << 8 | (uint32_t)mac[2] << 16 |
                                  (uint32_t)mac[3] << 24);
    fake_w32(h, RAL0 + 8 * i + 4, mac[4] | (uint32_t)mac[5] << 8 | 1u << 31);
    fake_w32(h, MPSAR_LO + 8 * i, (uint32_t)pools);
    fake_w32(h, MPSAR_HI + 8 * i, (uint32_t)(pools >> 32));
}
static inline void vlan(struct fake_host *h, uint32_t i, uint32_t id, uint64_t pools)
{
    fake_w32(h, VLVF + 4 * i, 1u << 31 | id);
    fake_w32(h, VLVFB + 8 * i, (uint32_t)pools);
    fake_w32(h, VLVFB + 8 * i + 4, (uint32_t)(pools >> 32));
}

/* A ring of 128 descriptors for a queue below 8, none of whose buffers another queue has. */
static inline uint32_t pool_buffer(uint32_t q, uint32_t slot)
{
    return RX_BUFFERS + (q * 64 + slot % 64) * BUFFER;
}
static inline void pool_start(struct fake_host *h, uint32_t q)
{
    rx_start(h, q, 128, ADVANCED);
    fake_w32(h, rxq(q, DCTL), 0);
    for (uint32_t i = 0; i < 128; i++)
        put64(h, rx_ring(q) + 16 * i, pool_buffer(q, i));
    fake_w32(h, rxq(q, DCTL), QUEUE_ENABLE);
    fake_w32(h, rxq(q, DT), 127);
}

/* Which of the first `count` queues get this frame from the wire: bits. */
static inline uint32_t queues_got(struct fake_host *h, const uint8_t *f, uint32_t length,
                                  uint32_t count)
{
    uint32_t before[32], got = 0;

    for (uint32_t q = 0; q < count; q++)
        before[q] = fake_r32(h, rxq(q, DH));
    frame_in(h, f, length);
    for (uint32_t q = 0; q < count; q++) {
        uint32_t head = fake_r32(h, rxq(q, DH));
        if (head == before[q])
            continue;
        got |= 1u << q;
        ck_assert_uint_eq(head, before[q] + 1); /* once */
    }
    return got;
}

#endif
