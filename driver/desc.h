/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The two advanced descriptors that this driver uses, as two 64-bit words each, and how they are
 * built and read. Little endian in memory. No state, no device.
 */
#ifndef RINGSIDE_DRIVER_DESC_H
#define RINGSIDE_DRIVER_DESC_H

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>

struct ixd_desc {
    volatile uint64_t word[2];
};
_Static_assert(sizeof(struct ixd_desc) == 16, "a descriptor is 16 bytes");

/* Receive, as the device writes it back: word 1. */
#define IXD_RX_DD     (UINT64_C(1) << 0)
#define IXD_RX_EOP    (UINT64_C(1) << 1)
#define IXD_RX_FLM    (UINT64_C(1) << 2)  /* a filter of the flow director matched */
#define IXD_RX_VP     (UINT64_C(1) << 3)  /* a VLAN tag was taken out */
#define IXD_RX_L4CS   (UINT64_C(1) << 5)  /* the TCP, UDP or SCTP checksum was looked at */
#define IXD_RX_IPCS   (UINT64_C(1) << 6)  /* the IPv4 header's was */
#define IXD_RX_CE     (UINT64_C(1) << 24) /* CRC */
#define IXD_RX_LE     (UINT64_C(1) << 25) /* length */
#define IXD_RX_PE     (UINT64_C(1) << 27) /* packet */
#define IXD_RX_OSE    (UINT64_C(1) << 28) /* oversize */
#define IXD_RX_USE    (UINT64_C(1) << 29) /* undersize, or error byte */
#define IXD_RX_L4E    (UINT64_C(1) << 30) /* ... and is wrong */
#define IXD_RX_IPE    (UINT64_C(1) << 31)
#define IXD_RX_ERRORS (IXD_RX_CE | IXD_RX_LE | IXD_RX_PE | IXD_RX_OSE | IXD_RX_USE)
#define IXD_RX_ACCEPT (IXD_RX_DD | IXD_RX_EOP) /* a whole frame, nothing wrong with it */

/* Transmit, data descriptor: word 1. */
#define IXD_TX_DTYP_DATA    (UINT64_C(3) << 20)
#define IXD_TX_EOP          (UINT64_C(1) << 24)
#define IXD_TX_IFCS         (UINT64_C(1) << 25) /* the device appends the CRC */
#define IXD_TX_RS           (UINT64_C(1) << 27) /* report status: DD is written back */
#define IXD_TX_DEXT         (UINT64_C(1) << 29) /* advanced format */
#define IXD_TX_VLE          (UINT64_C(1) << 30) /* insert the context's VLAN tag */
#define IXD_TX_TSE          (UINT64_C(1) << 31) /* cut into segments */
#define IXD_TX_DD           (UINT64_C(1) << 32)
#define IXD_TX_IDX_SHIFT    36
#define IXD_TX_IXSM         (UINT64_C(1) << 40) /* insert the IPv4 header checksum */
#define IXD_TX_TXSM         (UINT64_C(1) << 41) /* insert the L4 checksum */
#define IXD_TX_PAYLEN_SHIFT 46
#define IXD_TX_WHOLE_FRAME  (IXD_TX_DTYP_DATA | IXD_TX_EOP | IXD_TX_IFCS | IXD_TX_DEXT)

/* Transmit, context descriptor: lengths and tag in word 0, the rest in word 1. */
#define IXD_CTX_VLAN_SHIFT   16
#define IXD_CTX_MACLEN_SHIFT 9
#define IXD_CTX_DTYP         (UINT64_C(2) << 20)
#define IXD_CTX_IPV4         (UINT64_C(1) << 10)
#define IXD_CTX_L4_UDP       (UINT64_C(0) << 11)
#define IXD_CTX_L4_TCP       (UINT64_C(1) << 11)
#define IXD_CTX_L4_SCTP      (UINT64_C(2) << 11)
#define IXD_CTX_L4_NONE      (UINT64_C(3) << 11)
#define IXD_CTX_L4LEN_SHIFT  40
#define IXD_CTX_MSS_SHIFT    48

/* Gives a receive descriptor to the device. Word 1 goes to 0: the old DD must not be seen. */
static inline void ixd_rx_desc_post(struct ixd_desc *desc, uint64_t iova)
{
    desc->word[0] = htole64(iova);
    desc->word[1] = 0;
}

/* Word 1 of a receive descriptor: one load, so DD, length and errors belong together. */
static inline uint64_t ixd_rx_desc_status(const struct ixd_desc *desc)
{
    return le64toh(desc->word[1]);
}

static inline uint32_t ixd_rx_status_length(uint64_t status)
{
    return (status >> 32) & 0xffff;
}

/* One whole frame of `length` bytes (without CRC) in one buffer. */
static inline void ixd_tx_desc_post(struct ixd_desc *desc, uint64_t iova, uint32_t length)
{
    desc->word[0] = htole64(iova);
    desc->word[1] = htole64(IXD_TX_WHOLE_FRAME | length | (uint64_t)length << IXD_TX_PAYLEN_SHIFT);
}

/* Word 0 of a written-back one: what the device knows of the packet. */
static inline uint64_t ixd_rx_desc_word(const struct ixd_desc *desc)
{
    return le64toh(desc->word[0]);
}

enum { IXD_RX_TYPE_FDIR = 15 }; /* instead of an RSS type: the flow director's report */

static inline uint32_t ixd_rx_word_rss_type(uint64_t word)
{
    return word & 0xf;
}

static inline uint32_t ixd_rx_word_packet_type(uint64_t word)
{
    return (word >> 4) & 0xfff;
}

static inline uint32_t ixd_rx_word_hash(uint64_t word)
{
    return word >> 32;
}

static inline uint32_t ixd_rx_status_vlan(uint64_t status)
{
    return status >> 48;
}

/* Asks for a report on a descriptor that the device has not been told of yet. */
static inline void ixd_tx_desc_request_report(struct ixd_desc *desc)
{
    desc->word[1] |= htole64(IXD_TX_RS);
}

static inline bool ixd_tx_desc_done(const struct ixd_desc *desc)
{
    return le64toh(desc->word[1]) & IXD_TX_DD;
}

#endif
