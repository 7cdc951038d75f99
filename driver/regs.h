/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The registers of the 82599 that this driver touches, and their fields. Written by reading the
 * hardware's documentation, on purpose without a look at the model's table: a test compares the
 * two, and a slip on either side shows. Never include a header of the model here.
 *
 * IXD_REGS(X) enumerates X(name, offset, stride, count): register i of an array lies at
 * offset + i * stride, i < count. A row makes IXD_name, IXD_name_STRIDE, IXD_name_COUNT.
 * Of an array that the hardware splits over two places only the first part is here; for those that
 * this driver uses to their end IXD_RXQ() and IXD_EITR_OF() know the second.
 */
#ifndef RINGSIDE_DRIVER_REGS_H
#define RINGSIDE_DRIVER_REGS_H

#include <stdint.h>

/* clang-format off */
#define IXD_REGS(X) IXD_REGS_GENERAL(X) IXD_REGS_IRQ(X) IXD_REGS_RX(X) IXD_REGS_TX(X) \
                    IXD_REGS_MAC(X) IXD_REGS_STEER(X) IXD_REGS_STATS(X)

#define IXD_REGS_GENERAL(X)        \
    X(CTRL,       0x00000, 0, 1)   \
    X(STATUS,     0x00008, 0, 1)   \
    X(CTRL_EXT,   0x00018, 0, 1)   \
    X(ESDP,       0x00020, 0, 1)   \
    X(EEC,        0x10010, 0, 1)

#define IXD_REGS_IRQ(X)            \
    X(EICR,       0x00800, 0, 1)   \
    X(EICS,       0x00808, 0, 1)   \
    X(EIAC,       0x00810, 0, 1)   \
    X(EITR,       0x00820, 4, 24)  \
    X(EIMS,       0x00880, 0, 1)   \
    X(EIMC,       0x00888, 0, 1)   \
    X(GPIE,       0x00898, 0, 1)   \
    X(IVAR,       0x00900, 4, 64)  \
    X(IVAR_MISC,  0x00a00, 0, 1)   \
    X(EIMS_EX,    0x00aa0, 4, 2)   \
    X(EIMC_EX,    0x00ab0, 4, 2)   \
    X(EIAM_EX,    0x00ad0, 4, 2)

#define IXD_REGS_RX(X)               \
    X(RDBAL,      0x01000, 0x40, 64) \
    X(RDBAH,      0x01004, 0x40, 64) \
    X(RDLEN,      0x01008, 0x40, 64) \
    X(DCA_RXCTRL, 0x0100c, 0x40, 64) \
    X(RDH,        0x01010, 0x40, 64) \
    X(SRRCTL,     0x01014, 0x40, 64) \
    X(RDT,        0x01018, 0x40, 64) \
    X(RXDCTL,     0x01028, 0x40, 64) \
    X(RQSMR,      0x02300, 4, 32)    \
    X(RDRXCTL,    0x02f00, 0, 1)     \
    X(RXCTRL,     0x03000, 0, 1)     \
    X(RXPBSIZE,   0x03c00, 4, 8)     \
    X(RXCSUM,     0x05000, 0, 1)     \
    X(RFCTL,      0x05008, 0, 1)     \
    X(RETA,       0x05c00, 4, 32)    \
    X(RSSRK,      0x05c80, 4, 10)    \
    X(MRQC,       0x05818, 0, 1)     \
    X(SECRXCTRL,  0x08d00, 0, 1)     \
    X(SECRXSTAT,  0x08d04, 0, 1)

#define IXD_REGS_TX(X)                \
    X(DMATXCTL,   0x04a80, 0, 1)      \
    X(RTTDCS,     0x04900, 0, 1)      \
    X(TXPBTHRESH, 0x04950, 4, 8)      \
    X(TDBAL,      0x06000, 0x40, 128) \
    X(TDBAH,      0x06004, 0x40, 128) \
    X(TDLEN,      0x06008, 0x40, 128) \
    X(DCA_TXCTRL, 0x0600c, 0x40, 128) \
    X(TDH,        0x06010, 0x40, 128) \
    X(TDT,        0x06018, 0x40, 128) \
    X(TXDCTL,     0x06028, 0x40, 128) \
    X(DTXMXSZRQ,  0x08100, 0, 1)      \
    X(MTQC,       0x08120, 0, 1)      \
    X(TQSM,       0x08600, 4, 32)     \
    X(TXPBSIZE,   0x0cc00, 4, 8)

#define IXD_REGS_MAC(X)             \
    X(FCTTV,      0x03200, 4, 4)    \
    X(FCRTL,      0x03220, 4, 8)    \
    X(FCRTH,      0x03260, 4, 8)    \
    X(FCRTV,      0x032a0, 0, 1)    \
    X(FCCFG,      0x03d00, 0, 1)    \
    X(HLREG0,     0x04240, 0, 1)    \
    X(MAXFRS,     0x04268, 0, 1)    \
    X(MFLCN,      0x04294, 0, 1)    \
    X(AUTOC,      0x042a0, 0, 1)    \
    X(LINKS,      0x042a4, 0, 1)    \
    X(AUTOC2,     0x042a8, 0, 1)    \
    X(FCTRL,      0x05080, 0, 1)    \
    X(VLNCTRL,    0x05088, 0, 1)    \
    X(MCSTCTRL,   0x05090, 0, 1)    \
    X(MTA,        0x05200, 4, 128)  \
    X(VFTA,       0x0a000, 4, 128)  \
    X(RAL,        0x0a200, 8, 128)  \
    X(RAH,        0x0a204, 8, 128)

/* Which queue a packet goes to. */
#define IXD_REGS_STEER(X)           \
    X(ETQF,       0x05128, 4, 8)    \
    X(SAQF,       0x0e000, 4, 128)  \
    X(DAQF,       0x0e200, 4, 128)  \
    X(SDPQF,      0x0e400, 4, 128)  \
    X(FTQF,       0x0e600, 4, 128)  \
    X(L34T_IMIR,  0x0e800, 4, 128)  \
    X(ETQS,       0x0ec00, 4, 8)    \
    X(SYNQF,      0x0ec30, 0, 1)    \
    X(FDIRCTRL,   0x0ee00, 0, 1)    \
    X(FDIRSIPV6,  0x0ee0c, 4, 3)    \
    X(FDIRIPSA,   0x0ee18, 0, 1)    \
    X(FDIRIPDA,   0x0ee1c, 0, 1)    \
    X(FDIRPORT,   0x0ee20, 0, 1)    \
    X(FDIRVLAN,   0x0ee24, 0, 1)    \
    X(FDIRHASH,   0x0ee28, 0, 1)    \
    X(FDIRCMD,    0x0ee2c, 0, 1)    \
    X(FDIRDIP4M,  0x0ee3c, 0, 1)    \
    X(FDIRSIP4M,  0x0ee40, 0, 1)    \
    X(FDIRTCPM,   0x0ee44, 0, 1)    \
    X(FDIRUDPM,   0x0ee48, 0, 1)    \
    X(FDIRHKEY,   0x0ee68, 0, 1)    \
    X(FDIRSKEY,   0x0ee6c, 0, 1)    \
    X(FDIRM,      0x0ee70, 0, 1)    \
    X(FDIRIP6M,   0x0ee74, 0, 1)

/* Counters, all cleared by reading. Pairs: low word first, then the high word. */
#define IXD_REGS_STATS(X)            \
    X(CRCERRS,    0x04000, 0, 1)     \
    X(ILLERRC,    0x04004, 0, 1)     \
    X(ERRBC,      0x04008, 0, 1)     \
    X(MLFC,       0x04034, 0, 1)     \
    X(MRFC,       0x04038, 0, 1)     \
    X(RLEC,       0x04040, 0, 1)     \
    X(PRC64,      0x0405c, 0, 1)     \
    X(PRC127,     0x04060, 0, 1)     \
    X(PRC255,     0x04064, 0, 1)     \
    X(PRC511,     0x04068, 0, 1)     \
    X(PRC1023,    0x0406c, 0, 1)     \
    X(PRC1522,    0x04070, 0, 1)     \
    X(GPRC,       0x04074, 0, 1)     \
    X(BPRC,       0x04078, 0, 1)     \
    X(MPRC,       0x0407c, 0, 1)     \
    X(GPTC,       0x04080, 0, 1)     \
    X(GORCL,      0x04088, 0, 1)     \
    X(GORCH,      0x0408c, 0, 1)     \
    X(GOTCL,      0x04090, 0, 1)     \
    X(GOTCH,      0x04094, 0, 1)     \
    X(RUC,        0x040a4, 0, 1)     \
    X(RFC,        0x040a8, 0, 1)     \
    X(ROC,        0x040ac, 0, 1)     \
    X(RJC,        0x040b0, 0, 1)     \
    X(TORL,       0x040c0, 0, 1)     \
    X(TORH,       0x040c4, 0, 1)     \
    X(TPR,        0x040d0, 0, 1)     \
    X(TPT,        0x040d4, 0, 1)     \
    X(PTC64,      0x040d8, 0, 1)     \
    X(PTC127,     0x040dc, 0, 1)     \
    X(PTC255,     0x040e0, 0, 1)     \
    X(PTC511,     0x040e4, 0, 1)     \
    X(PTC1023,    0x040e8, 0, 1)     \
    X(PTC1522,    0x040ec, 0, 1)     \
    X(MPTC,       0x040f0, 0, 1)     \
    X(BPTC,       0x040f4, 0, 1)     \
    X(XEC,        0x04120, 0, 1)     \
    X(LXONRXCNT,  0x041a4, 0, 1)     \
    X(LXOFFRXCNT, 0x041a8, 0, 1)     \
    X(LXONTXC,    0x03f60, 0, 1)     \
    X(LXOFFTXC,   0x03f68, 0, 1)     \
    X(MPC,        0x03fa0, 4, 8)     \
    X(FDIRMATCH,  0x0ee58, 0, 1)     \
    X(FDIRMISS,   0x0ee5c, 0, 1)     \
    X(QPRC,       0x01030, 0x40, 16) \
    X(QBRC_L,     0x01034, 0x40, 16) \
    X(QBRC_H,     0x01038, 0x40, 16) \
    X(QPRDC,      0x01430, 0x40, 16) \
    X(QPTC,       0x06030, 0x40, 16) \
    X(QBTC_L,     0x08700, 8, 16)    \
    X(QBTC_H,     0x08704, 8, 16)
/* clang-format on */

enum ixd_reg {
#define IXD_REG_ENUM(name, offset, stride, count)                                                  \
    IXD_##name = (offset), IXD_##name##_STRIDE = (stride), IXD_##name##_COUNT = (count),
    IXD_REGS(IXD_REG_ENUM)
#undef IXD_REG_ENUM
};

/* Offset of register `i` of an array: IXD_AT(RDT, 3). */
#define IXD_AT(name, i) ((uint32_t)(IXD_##name + (i)*IXD_##name##_STRIDE))

/* The same of one of the registers RDBAL to RXDCTL, of which queues from 64 on have theirs in a
 * block of their own; and of EITR, vectors from 24 on. */
#define IXD_RXQ(name, q) (IXD_AT(name, q) + ((q) < 64 ? 0u : 0xb000u))
#define IXD_EITR_OF(v)   (IXD_AT(EITR, v) + ((v) < 24 ? 0u : 0x11a80u))

#define IXD_BIT(n) (UINT32_C(1) << (n))

/* General */
#define IXD_CTRL_GIO_DIS      IXD_BIT(2)  /* no new requests on PCIe */
#define IXD_CTRL_LRST         IXD_BIT(3)  /* link reset, clears itself */
#define IXD_CTRL_RST          IXD_BIT(26) /* device reset, clears itself */
#define IXD_STATUS_GIO        IXD_BIT(19) /* requests on PCIe may still be open */
#define IXD_CTRL_EXT_NS_DIS   IXD_BIT(16)
#define IXD_CTRL_EXT_DRV_LOAD IXD_BIT(28)
#define IXD_ESDP_SDP3         IXD_BIT(3) /* on SFP+ boards: transmit disable of the module */
#define IXD_EEC_ARD           IXD_BIT(9) /* automatic read of the EEPROM is done */

/* Interrupts */
#define IXD_EICR_LSC      IXD_BIT(20)
#define IXD_EITR_US(us)   (((uint32_t)(us)*4) & 0xff8) /* 2 us units from bit 3 */
#define IXD_EITR_CNT_WDIS IXD_BIT(31)
#define IXD_GPIE_MSIX     IXD_BIT(4)  /* several vectors */
#define IXD_GPIE_OCD      IXD_BIT(5)  /* reading EICR clears the other causes alone */
#define IXD_GPIE_EIAME    IXD_BIT(30) /* a message masks its vector by EIAM */
#define IXD_GPIE_PBA      IXD_BIT(31)
#define IXD_IVAR_VALID    0x80

/* Receive */
#define IXD_SRRCTL_BSIZEPACKET_2K     2u /* KiB */
#define IXD_SRRCTL_BSIZEHEADER(bytes) (((uint32_t)(bytes) / 64) << 8)
#define IXD_SRRCTL_ADV_ONE            IXD_BIT(25) /* advanced descriptor, one buffer */
#define IXD_SRRCTL_DROP_EN            IXD_BIT(28)
#define IXD_RXDCTL_ENABLE             IXD_BIT(25)
#define IXD_RXDCTL_VME                IXD_BIT(30)
#define IXD_DCA_RXCTRL_MBZ            IXD_BIT(12) /* must be written 0 */
#define IXD_RDRXCTL_CRCSTRIP          IXD_BIT(1)
#define IXD_RDRXCTL_DMAIDONE          IXD_BIT(3)
#define IXD_RDRXCTL_RSCFRSTSIZE       (UINT32_C(0x1f) << 17)
#define IXD_RDRXCTL_RSCACKC           IXD_BIT(25)
#define IXD_RDRXCTL_FCOE_WRFIX        IXD_BIT(26)
#define IXD_RXCTRL_RXEN               IXD_BIT(0)
#define IXD_RXPBSIZE_KB(kb)           ((uint32_t)(kb) << 10)
#define IXD_RXCSUM_PCSD               IXD_BIT(13) /* descriptor carries the RSS hash */
#define IXD_RFCTL_RSC_DIS             IXD_BIT(5)
#define IXD_MRQC_RSS                  1u
#define IXD_MRQC_IPV4_TCP             IXD_BIT(16)
#define IXD_MRQC_IPV4                 IXD_BIT(17)
#define IXD_MRQC_IPV6                 IXD_BIT(20)
#define IXD_MRQC_IPV6_TCP             IXD_BIT(21)
#define IXD_MRQC_IPV4_UDP             IXD_BIT(22)
#define IXD_MRQC_IPV6_UDP             IXD_BIT(23)
#define IXD_SECRXCTRL_RX_DIS          IXD_BIT(1)
#define IXD_SECRXSTAT_RDY             IXD_BIT(0)

/* Transmit */
#define IXD_DCA_TXCTRL_WB_RO       IXD_BIT(11) /* write-backs may overtake */
#define IXD_DMATXCTL_TE            IXD_BIT(0)
#define IXD_RTTDCS_ARBDIS          IXD_BIT(6)
#define IXD_TXPBSIZE_KB(kb)        ((uint32_t)(kb) << 10)
#define IXD_TXDCTL_THRESH(p, h, w) ((uint32_t)(p) | (uint32_t)(h) << 8 | (uint32_t)(w) << 16)
#define IXD_TXDCTL_ENABLE          IXD_BIT(25)
#define IXD_TXDCTL_SWFLSH          IXD_BIT(26)

/* MAC, link, filters */
#define IXD_HLREG0_TXCRCEN    IXD_BIT(0)
#define IXD_HLREG0_RXCRCSTRP  IXD_BIT(1)
#define IXD_HLREG0_JUMBOEN    IXD_BIT(2)
#define IXD_HLREG0_TXPADEN    IXD_BIT(10)
#define IXD_HLREG0_LPBK       IXD_BIT(15)
#define IXD_MAXFRS_BYTES(n)   ((uint32_t)(n) << 16)
#define IXD_MFLCN_DPF         IXD_BIT(1) /* discard pause frames */
#define IXD_MFLCN_RFCE        IXD_BIT(3) /* and obey them */
#define IXD_FCCFG_TFCE        IXD_BIT(3) /* send them */
#define IXD_FCRTL_XONE        IXD_BIT(31)
#define IXD_FCRTH_FCEN        IXD_BIT(31)
#define IXD_FC_BYTES(kb)      ((uint32_t)(kb) << 10) /* units of 32 bytes from bit 5 */
#define IXD_AUTOC_AN_RESTART  IXD_BIT(12)
#define IXD_AUTOC_LMS         (UINT32_C(7) << 13)
#define IXD_AUTOC_LMS_SERIAL  (UINT32_C(3) << 13) /* 10G serial */
#define IXD_AUTOC2_SERIAL     (UINT32_C(3) << 16)
#define IXD_AUTOC2_SERIAL_SFI (UINT32_C(2) << 16)
#define IXD_LINKS_UP          IXD_BIT(30)
#define IXD_LINKS_SPEED(v)    (((v) >> 28) & 3)
#define IXD_FCTRL_MPE         IXD_BIT(8)
#define IXD_FCTRL_UPE         IXD_BIT(9)
#define IXD_FCTRL_BAM         IXD_BIT(10)
#define IXD_VLNCTRL_VFE       IXD_BIT(30)
#define IXD_MCSTCTRL_MFE      IXD_BIT(2)
#define IXD_RAH_AV            IXD_BIT(31)

/* Steering */
#define IXD_ETQF_EN               IXD_BIT(31)
#define IXD_ETQS_QUEUE(q)         ((uint32_t)(q) << 16)
#define IXD_ETQS_QUEUE_EN         IXD_BIT(31)
#define IXD_SYNQF_QUEUE(q)        ((uint32_t)(q) << 1)
#define IXD_SYNQF_EN              IXD_BIT(0)
#define IXD_SYNQF_FIRST           IXD_BIT(31) /* before the 5-tuple filters */
#define IXD_FTQF_PRIORITY(p)      ((uint32_t)(p) << 2)
#define IXD_FTQF_ANY_SOURCE       IXD_BIT(25)
#define IXD_FTQF_ANY_DESTINATION  IXD_BIT(26)
#define IXD_FTQF_ANY_SOURCE_PORT  IXD_BIT(27)
#define IXD_FTQF_ANY_DEST_PORT    IXD_BIT(28)
#define IXD_FTQF_ANY_PROTOCOL     IXD_BIT(29)
#define IXD_FTQF_ANY_POOL         IXD_BIT(30)
#define IXD_FTQF_EN               IXD_BIT(31)
#define IXD_L34T_SIZE_BYPASS      IXD_BIT(12)
#define IXD_L34T_CONTROL_BYPASS   IXD_BIT(19)
#define IXD_L34T_QUEUE(q)         ((uint32_t)(q) << 21)
#define IXD_FDIRCTRL_64K          1u
#define IXD_FDIRCTRL_INIT_DONE    IXD_BIT(3)
#define IXD_FDIRCTRL_PERFECT      IXD_BIT(4)
#define IXD_FDIRCTRL_REPORT       IXD_BIT(5)
#define IXD_FDIRCTRL_DROPQ(q)     ((uint32_t)(q) << 8)
#define IXD_FDIRCTRL_FLEX(words)  ((uint32_t)(words) << 16)
#define IXD_FDIRCTRL_MAXLEN(n)    ((uint32_t)(n) << 24)
#define IXD_FDIRCTRL_FULL(n)      ((uint32_t)(n) << 28)
#define IXD_FDIRCMD_CMD           3u
#define IXD_FDIRCMD_ADD           1u
#define IXD_FDIRCMD_REMOVE        2u
#define IXD_FDIRCMD_UPDATE        IXD_BIT(3)
#define IXD_FDIRCMD_L4TYPE(t)     ((uint32_t)(t) << 5) /* 1 UDP, 2 TCP, 3 SCTP */
#define IXD_FDIRCMD_IP6           IXD_BIT(7)
#define IXD_FDIRCMD_DROP          IXD_BIT(9)
#define IXD_FDIRCMD_LAST          IXD_BIT(11)
#define IXD_FDIRCMD_QUEUE_EN      IXD_BIT(15)
#define IXD_FDIRCMD_QUEUE(q)      ((uint32_t)(q) << 16)
#define IXD_FDIRHASH_VALID        IXD_BIT(15)
#define IXD_FDIRM_VLAN            (IXD_BIT(0) | IXD_BIT(1)) /* set: do not look */
#define IXD_FDIRM_POOL            IXD_BIT(2)
#define IXD_FDIRM_L4P             IXD_BIT(3)
#define IXD_FDIRM_FLEX            IXD_BIT(4)
#define IXD_FDIRM_DIP6            IXD_BIT(5)

#endif
