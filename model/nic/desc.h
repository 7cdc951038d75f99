/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Layouts of the 16-byte descriptors, as two little-endian 64-bit words, and the loads and stores
 * that make them. It knows formats only: no queue, no register.
 */
#ifndef RINGSIDE_NIC_DESC_H
#define RINGSIDE_NIC_DESC_H

#include <stdint.h>
#include <string.h>

enum { NIC_DESC_BYTES = 16 };

struct nic_desc {
    uint64_t q0, q1;
};

static inline uint32_t nic_get16(const uint8_t *p) /* network order */
{
    return (uint32_t)p[0] << 8 | p[1];
}
static inline void nic_put16(uint8_t *p, uint32_t v) /* network order */
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}
static inline uint32_t nic_get32(const uint8_t *p) /* network order */
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}
static inline uint64_t nic_little64(uint64_t v) /* to or from little endian */
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    return v;
}
static inline uint64_t nic_load64(const uint8_t *p) /* little endian */
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return nic_little64(v);
}
static inline void nic_store64(uint8_t *p, uint64_t v) /* little endian */
{
    v = nic_little64(v);
    memcpy(p, &v, sizeof v);
}

/* Receive, advanced, write-back: q0. */
enum {
    RXD_RSS_TYPE = 0xf,
    RXD_PTYPE_SHIFT = 4,
    RXD_HEADER_SHIFT = 21,
    RXD_HEADER_LENGTH = 0x3ff,
    RXD_SPH_SHIFT = 31,
    RXD_HASH_SHIFT = 32, /* RXCSUM.PCSD: the hash; else IP identification and fragment checksum */
};
/* q1: extended status and error in the low dword, then length, then VLAN tag. */
enum {
    RXD_STAT_DD = 1u << 0,
    RXD_STAT_EOP = 1u << 1,
    RXD_STAT_FLM = 1u << 2, /* the flow director matched */
    RXD_STAT_VP = 1u << 3,
    RXD_STAT_UDPCS = 1u << 4,
    RXD_STAT_L4CS = 1u << 5,
    RXD_STAT_IPCS = 1u << 6,
    RXD_STAT_PIF = 1u << 7,  /* not an exact match of a station address */
    RXD_STAT_VEXT = 1u << 9, /* an outer tag stands before the one that counts */
    RXD_STAT_UDPV = 1u << 10, /* first fragment, with a UDP checksum */
    RXD_STAT_LLINT = 1u << 11, /* it raises a low-latency interrupt */
    RXD_STAT_TS = 1u << 16,  /* RXSTMP is this frame's */
    RXD_STAT_LB = 1u << 18,
    RXD_ERR_FDIR_LENGTH = 1u << 20, /* the filter lies beyond FDIRCTRL.MAXLEN in its bucket */
    RXD_ERR_FDIR_DROP = 1u << 21,
    RXD_ERR_HBO = 1u << 23, /* the header buffer is shorter than the headers */
    RXD_ERR_CE = 1u << 24,
    RXD_ERR_LE = 1u << 25,
    RXD_ERR_USE = 1u << 29, /* undersize */
    RXD_ERR_TCPE = 1u << 30,
    RXD_ERR_IPE = 1u << 31,
    RXD_LENGTH_SHIFT = 32,
    RXD_VLAN_SHIFT = 48,
};
/* Legacy write-back: q1 = length, checksum, status byte, error byte, VLAN. */
enum { RXD_LEGACY_STATUS_SHIFT = 32, RXD_LEGACY_ERRORS_SHIFT = 40, RXD_LEGACY_VLAN_SHIFT = 48 };

/* Packet type bits of q0, before the shift. */
enum nic_ptype {
    PTYPE_IPV4 = 1 << 0,
    PTYPE_IPV4_OPTIONS = 1 << 1, /* together with IPV4 */
    PTYPE_IPV6 = 1 << 2,
    PTYPE_IPV6_EXT = 1 << 3, /* together with IPV6 */
    PTYPE_TCP = 1 << 4,
    PTYPE_UDP = 1 << 5,
    PTYPE_SCTP = 1 << 6,
    PTYPE_ESP = 1 << 8,
    PTYPE_AH = 1 << 9,
};

/* Transmit: q1 = command dword, then olinfo dword. Bit numbers of the low dword. */
enum {
    TXD_LENGTH = 0xffff,
    TXD_CSO_SHIFT = 16, /* legacy */
    TXD_LINKSEC = 1u << 18,
    TXD_1588 = 1u << 19, /* TXSTMP shall be this packet's */
    TXD_DTYP = 0xf << 20,
    TXD_DTYP_CONTEXT = 2 << 20,
    TXD_DTYP_DATA = 3 << 20,
    TXD_EOP = 1u << 24,
    TXD_IFCS = 1u << 25,
    TXD_IC = 1u << 26, /* legacy: insert checksum */
    TXD_RS = 1u << 27,
    TXD_DEXT = 1u << 29,
    TXD_VLE = 1u << 30,
    TXD_TSE = 1u << 31,
};
/* ... and of the high one. */
enum {
    TXD_STAT_DD = 1u << 0,
    TXD_IDX_SHIFT = 4,
    TXD_IDX = 7,
    TXD_CSS_SHIFT = 8,   /* legacy */
    TXD_VLAN_SHIFT = 16, /* legacy */
    TXD_POPTS_IXSM = 1u << 8,
    TXD_POPTS_TXSM = 1u << 9,
    TXD_POPTS_IPSEC = 1u << 10,
    TXD_PAYLEN_SHIFT = 14,
    TXD_PAYLEN_MAX = 0x3ffff,
};
/* Context, q0: IPLEN 8:0, MACLEN 15:9, VLAN 31:16. q1: bits of the low dword; then, in the whole
 * word, the slot, L4LEN and MSS. */
enum {
    TXC_IPLEN = 0x1ff,
    TXC_MACLEN_SHIFT = 9,
    TXC_MACLEN = 0x7f,
    TXC_VLAN_SHIFT = 16,
    TXC_IPV4 = 1u << 10,
    TXC_L4T_SHIFT = 11,
    TXC_L4T = 3,
    TXC_FCOE = 1u << 15,
    TXC_IDX_SHIFT = 36,
    TXC_L4LEN_SHIFT = 40,
    TXC_L4LEN = 0xff,
    TXC_MSS_SHIFT = 48,
};
enum { TXC_L4T_UDP, TXC_L4T_TCP, TXC_L4T_SCTP };

#endif
