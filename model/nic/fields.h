/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Names of register bits, as the datasheet spells them: <REGISTER>_<FIELD>. A field of several
 * bits has _SHIFT and a mask that is already in place. Only what the model acts on is here.
 */
#ifndef RINGSIDE_NIC_FIELDS_H
#define RINGSIDE_NIC_FIELDS_H

enum {
    CTRL_GIO_DIS = 1u << 2,
    CTRL_LRST = 1u << 3,
    CTRL_RST = 1u << 26,

    STATUS_LAN_ID_SHIFT = 2,
    STATUS_LINK_UP = 1u << 7, /* [I-12] */
    STATUS_GIO_ENABLED = 1u << 19,

    CTRL_EXT_PFRSTD = 1u << 14, /* the physical function is ready: virtual ones may begin */
    CTRL_EXT_EXTENDED_VLAN = 1u << 26,
    EXVET_OUTER_SHIFT = 16,

    ESDP_SDP2 = 1u << 2, /* module present */
    ESDP_SDP3 = 1u << 3, /* laser off */
    ESDP_SDP3_OUT = 1u << 11,
    ESDP_DATA = 0xff,
    ESDP_DIR_SHIFT = 8,

    I2CCTL_CLK_IN = 1u << 0,
    I2CCTL_CLK_OUT = 1u << 1,
    I2CCTL_DATA_IN = 1u << 2,
    I2CCTL_DATA_OUT = 1u << 3,

    EEC_SK = 1u << 0, /* the serial bus, by hand: clock, */
    EEC_CS = 1u << 1, /* chip select (low: selected), */
    EEC_DI = 1u << 2, /* data to the memory, */
    EEC_DO = 1u << 3, /* and from it */
    EEC_REQ = 1u << 6,
    EEC_GNT = 1u << 7,
    EEC_FLUP = 1u << 23,
    EEC_FLUDONE = 1u << 26,
    EERD_START = 1u << 0,
    EERD_DONE = 1u << 1,
    EERD_ADDRESS_SHIFT = 2,
    EERD_ADDRESS = 0x3fff,
    EERD_DATA_SHIFT = 16,
    SWSM_SMBI = 1u << 0,

    /* interrupts */
    EICR_RTXQ = 0xffff,
    EICR_FLOW_DIRECTOR = 1u << 16,
    EICR_RX_MISS = 1u << 17,
    EICR_PCI = 1u << 18,
    EICR_MAILBOX = 1u << 19,
    EICR_LSC = 1u << 20,
    EICR_GPI_SDP0 = 1u << 24,
    EICR_GPI_SDP1 = 1u << 25,
    EICR_GPI_SDP2 = 1u << 26,
    EICR_ECC = 1u << 28,
    EICR_TCP_TIMER = 1u << 30,
    EICR_OTHER = 1u << 31,

    EITR_INTERVAL = 0xff8, /* 2 us units in bits 11:3 */
    EITR_INTERVAL_SHIFT = 3,
    EITR_LLI_MODERATION = 1u << 15,
    EITR_LLI_CREDIT = 0x1f << 16,
    EITR_LLI_CREDIT_SHIFT = 16,
    EITR_LLI_CREDITS = 0x1f, /* at most */
    EITR_CNT_WDIS = 1u << 31,

    GPIE_SDP0 = 1u << 0,
    GPIE_SDP1 = 1u << 1,
    GPIE_SDP2 = 1u << 2,
    GPIE_MSIX_MODE = 1u << 4,
    GPIE_OCD = 1u << 5,
    GPIE_EIMEN = 1u << 6,
    GPIE_LL_INTERVAL = 0xf << 7, /* 0: no moderation */
    GPIE_LL_INTERVAL_SHIFT = 7,
    GPIE_EIAME = 1u << 30,
    GPIE_PBA = 1u << 31,

    IVAR_VECTOR = 0x3f, /* within one byte */
    IVAR_VALID = 0x80,
    VTIVAR_VECTOR = 3,

    /* virtual functions */
    GCR_EXT_VT_MODE = 3, /* 1: 16 pools of 8 queues, 2: 32 of 4, 3: 64 of 2 */
    PFMAILBOX_STS = 1u << 0,
    PFMAILBOX_ACK = 1u << 1,
    PFMAILBOX_RVFU = 1u << 4,
    VFMAILBOX_REQ = 1u << 0,
    VFMAILBOX_ACK = 1u << 1,
    VFMAILBOX_VFU = 1u << 2, /* of PFMAILBOX, too */
    VFMAILBOX_PFU = 1u << 3, /* the same */
    VFMAILBOX_PFSTS = 1u << 4,
    VFMAILBOX_PFACK = 1u << 5,
    VFMAILBOX_RSTI = 1u << 6,
    VFMAILBOX_RSTD = 1u << 7,

    /* receive */
    RXCTRL_RXEN = 1u << 0,
    RXDCTL_ENABLE = 1u << 25,
    RXDCTL_SWFLSH = 1u << 26,
    RXDCTL_VME = 1u << 30,
    SRRCTL_BSIZEPACKET = 0x1f, /* KiB */
    SRRCTL_BSIZEHEADER = 0x3f00,
    SRRCTL_BSIZEHEADER_UNIT = 1 << 8, /* of 64 bytes */
    SRRCTL_DESCTYPE = 7u << 25,
    SRRCTL_DESCTYPE_SHIFT = 25,
    SRRCTL_DESCTYPE_TWO = 6u << 25, /* any type that may have a header buffer */
    SRRCTL_DROP_EN = 1u << 28,
    PSRTYPE_TCP = 1u << 4,
    PSRTYPE_UDP = 1u << 5,
    PSRTYPE_IPV4 = 1u << 8,
    PSRTYPE_IPV6 = 1u << 9,
    PSRTYPE_L2 = 1u << 12,
    PSRTYPE_RQPL_SHIFT = 29, /* bits of the hash that choose a pool's queue */
    FCTRL_SBP = 1u << 1,
    FCTRL_MPE = 1u << 8,
    FCTRL_UPE = 1u << 9,
    FCTRL_BAM = 1u << 10,
    FCTRL_PMCF = 1u << 12,
    FCTRL_DPF = 1u << 13,
    MCSTCTRL_MO = 3,
    MCSTCTRL_MFE = 1u << 2,
    RAH_AV = 1u << 31,
    VLNCTRL_VET = 0xffff,
    VLNCTRL_CFI = 1u << 28,
    VLNCTRL_CFIEN = 1u << 29,
    VLNCTRL_VFE = 1u << 30,
    RFCTL_IPV6_DIS = 1u << 10,      /* IPv6 is not looked into */
    RFCTL_IPV6_XSUM_DIS = 1u << 11, /* its checksums are not checked */
    RXCSUM_IPPCSE = 1u << 12,
    RXCSUM_PCSD = 1u << 13,
    RDRXCTL_CRCSTRIP = 1u << 1,
    RDRXCTL_DMAIDONE = 1u << 3,
    MRQC_MODE = 0xf,
    MRQC_RSS = 1,
    MRQC_DCB_8 = 2, /* traffic classes */
    MRQC_DCB_4 = 3,
    MRQC_DCB_RSS_8 = 4,
    MRQC_DCB_RSS_4 = 5,
    MRQC_VMDQ = 8,
    MRQC_VMDQ_RSS_32 = 10, /* pools */
    MRQC_VMDQ_RSS_64 = 11,
    MRQC_VMDQ_DCB_16 = 12,
    MRQC_VMDQ_DCB_32 = 13,
    MRQC_L3L4TXSWEN = 1u << 15, /* L3/L4 filters look at what other pools send, too */
    MRQC_TCP4 = 1u << 16,
    MRQC_IP4 = 1u << 17,
    MRQC_TCP6EX = 1u << 18,
    MRQC_IP6EX = 1u << 19,
    MRQC_IP6 = 1u << 20,
    MRQC_TCP6 = 1u << 21,
    MRQC_UDP4 = 1u << 22,
    MRQC_UDP6 = 1u << 23,
    MRQC_UDP6EX = 1u << 24,
    ETQF_ETHERTYPE = 0xffff,
    ETQF_POOL_SHIFT = 20,
    ETQF_POOL = 0x3f << 20,
    ETQF_POOL_EN = 1u << 26,
    ETQF_1588 = 1u << 30,
    ETQF_EN = 1u << 31,
    ETQS_QUEUE_SHIFT = 16,
    ETQS_QUEUE = 0x7f << 16,
    ETQS_LLI = 1u << 29,
    ETQS_QUEUE_EN = 1u << 31,
    FTQF_PROTOCOL = 3,
    FTQF_TCP = 0,
    FTQF_UDP = 1,
    FTQF_SCTP = 2,
    FTQF_OTHER = 3,
    FTQF_PRIORITY = 7 << 2, /* 7 wins */
    FTQF_POOL_SHIFT = 8,
    FTQF_POOL = 0x3f << 8,
    FTQF_SOURCE_BYPASS = 1u << 25, /* set: do not compare */
    FTQF_DESTINATION_BYPASS = 1u << 26,
    FTQF_SOURCE_PORT_BYPASS = 1u << 27,
    FTQF_DESTINATION_PORT_BYPASS = 1u << 28,
    FTQF_PROTOCOL_BYPASS = 1u << 29,
    FTQF_POOL_BYPASS = 1u << 30,
    FTQF_ENABLE = 1u << 31,
    SDPQF_SOURCE = 0xffff,
    SDPQF_DESTINATION = 0xffffu << 16,
    L34T_SIZE = 0xfff,
    L34T_SIZE_BYPASS = 1u << 12,
    L34T_FLAGS_SHIFT = 13, /* FIN first, as in the TCP header */
    L34T_FLAGS = 0x3f << 13,
    L34T_FLAGS_BYPASS = 1u << 19,
    L34T_LLI = 1u << 20,
    IMIRVP_PRIORITY = 7,
    IMIRVP_ENABLE = 1u << 3,
    L34T_QUEUE_SHIFT = 21,
    L34T_QUEUE = 0x7f << 21,
    SYNQF_ENABLE = 1u << 0,
    SYNQF_QUEUE_SHIFT = 1,
    SYNQF_QUEUE = 0x7f << 1,
    SYNQF_FIRST = 1u << 31, /* before the 5-tuple filters */
    RXPBSIZE_SIZE = 0x3ff << 10, /* KiB in bits 19:10: the field reads as bytes */
    QDE_ENABLE = 1u << 0,
    QDE_HIDE_VLAN = 1u << 1,
    QDE_WRITE = 1u << 16,
    QDE_READ = 1u << 17,
    QDE_QUEUE_SHIFT = 8,
    SECRXCTRL_RX_DIS = 1u << 1,

    /* pools */
    VT_CTL_VT_ENA = 1u << 0,
    VT_CTL_POOL_SHIFT = 7,
    VT_CTL_POOL = 0x3f << 7,      /* the default one */
    VT_CTL_DIS_DEFPL = 1u << 29,  /* there is none */
    VT_CTL_REPLEN = 1u << 30,
    VMOLR_AUPE = 1u << 24,  /* frames without a tag */
    VMOLR_ROMPE = 1u << 25, /* by the multicast table */
    VMOLR_ROPE = 1u << 26,  /* by the unicast table */
    VMOLR_BAM = 1u << 27,
    VMOLR_MPE = 1u << 28,
    VLVF_ID = 0xfff,
    VLVF_VIEN = 1u << 31,
    MRCTL_VPME = 1u << 0, /* what goes to a pool */
    MRCTL_UPME = 1u << 1, /* what comes from the wire */
    MRCTL_DPME = 1u << 2, /* what goes there */
    MRCTL_VLME = 1u << 3, /* what has a VLAN */
    MRCTL_ANY = 0xf,
    MRCTL_MP_SHIFT = 8,
    MRCTL_MP = 0x3f << 8,
    MTQC_VT_ENA = 1u << 1,
    MTQC_LAYOUT_SHIFT = 2,
    MTQC_LAYOUT = 3 << 2,
    VMVIR_TAG = 0xffff,
    VMVIR_VLANA_SHIFT = 30,
    VMVIR_DEFAULT = 1, /* its own tag into all */
    VMVIR_NEVER = 2,   /* none, whatever a descriptor says */
    PFVFSPOOF_VLAN_SHIFT = 8,
    PFDTXGSWC_LBE = 1u << 0,
    RTTDQSEL_QUEUE = 0x7f,
    RTTBCNRC_FACTOR = 0xffffff, /* link speed over rate, 14 bits behind the point */
    RTTBCNRC_POINT = 14,
    RTTBCNRC_RS_ENA = 1u << 31,
    RTTBCNRM_MMW_SIZE = 0x7ff, /* KiB */

    /* transmit */
    DMATXCTL_TE = 1u << 0,
    DMATXCTL_GDV = 1u << 3,
    DMATXCTL_VT_SHIFT = 16,
    TXDCTL_PTHRESH = 0x7f,
    TXDCTL_HTHRESH = 0x7f << 8,
    TXDCTL_WTHRESH = 0x7f << 16,
    TXDCTL_WTHRESH_SHIFT = 16,
    TXDCTL_ENABLE = 1u << 25,
    TXDCTL_SWFLSH = 1u << 26,
    TDWBAL_HEAD_WB_EN = 1u << 0,
    RTTDCS_ARBDIS = 1u << 6,
    SECTXCTRL_TX_DIS = 1u << 1,

    /* MAC */
    HLREG0_TXCRCEN = 1u << 0,
    HLREG0_RXCRCSTRP = 1u << 1,
    HLREG0_JUMBOEN = 1u << 2,
    HLREG0_TXPADEN = 1u << 10,
    HLREG0_LPBK = 1u << 15,
    HLREG0_RXLNGTHERREN = 1u << 27,
    MAXFRS_MFS_SHIFT = 16,
    MFLCN_PMCF = 1u << 0,
    MFLCN_DPF = 1u << 1,
    MFLCN_RFCE = 1u << 3,
    FCCFG_TFCE_802_3X = 1u << 3,
    FCRTL_BYTES = 0x7ffe0, /* in units of 32 */
    FCRTL_XONE = 1u << 31,
    FCRTH_BYTES = 0x7ffe0,
    FCRTH_FCEN = 1u << 31,
    MSCA_OP_SHIFT = 26,
    MSCA_MDI_CMD = 1u << 30,
    AUTOC_FLU = 1u << 0,
    AUTOC_AN_RESTART = 1u << 12,
    AUTOC_LMS = 7u << 13,
    AUTOC_LMS_10G_SERIAL = 3u << 13,
    AUTOC2_LINK_DISABLE = 7u << 28,
    LINKS_UP = 1u << 30,
    LINKS_SPEED_10G = 3u << 28,

    /* time */
    TSYNC_VALID = 1u << 0, /* of TSYNCRXCTL and TSYNCTXCTL */
    TSYNC_EN = 1u << 4,
    TSYNCRXCTL_TYPE = 7 << 1,
    TSYNCRXCTL_TYPE_SHIFT = 1,
    RXMTRL_CONTROL = 0xff,     /* control field of a PTP message, version 1 */
    RXMTRL_MESSAGE_SHIFT = 8,  /* message type, version 2 */
    RXMTRL_PORT_SHIFT = 16,    /* of UDP */
    RXSATRH_SEQUENCE_SHIFT = 16,
    TIMADJH_MINUS = 1u << 31,
    TSAUXC_DISABLE = 1u << 31, /* SYSTIM stands */
    TCPTIMER_DURATION = 0xff,  /* ms */
    TCPTIMER_KICK = 1u << 8,
    TCPTIMER_ENABLE = 1u << 9,
    TCPTIMER_FINISH = 1u << 10,
    TCPTIMER_LOOP = 1u << 11,

    FDIRCTRL_PBALLOC = 3,
    FDIRCTRL_INIT_DONE = 1u << 3,
    FDIRCTRL_PERFECT = 1u << 4,
    FDIRCTRL_REPORT = 1u << 5,
    FDIRCTRL_REPORT_ALWAYS = 1u << 7,
    FDIRCTRL_DROPQ_SHIFT = 8,
    FDIRCTRL_DROPQ = 0x7f << 8,
    FDIRCTRL_FLEX_SHIFT = 16,
    FDIRCTRL_FLEX = 0x1f << 16,
    FDIRCTRL_MAXLEN_SHIFT = 24,
    FDIRCTRL_MAXLEN = 0xf << 24,
    FDIRCTRL_FULL_SHIFT = 28, /* up to bit 31 */
    FDIRHASH_ID_SHIFT = 16,
    FDIRCMD_CMD = 3,
    FDIRCMD_ADD = 1,
    FDIRCMD_REMOVE = 2,
    FDIRCMD_QUERY = 3,
    FDIRCMD_VALID = 1u << 2,
    FDIRCMD_UPDATE = 1u << 3,
    FDIRCMD_IP6_DESTINATION = 1u << 4,
    FDIRCMD_L4TYPE_SHIFT = 5,
    FDIRCMD_L4TYPE = 3 << 5,
    FDIRCMD_IP6 = 1u << 7,
    FDIRCMD_CLEARHT = 1u << 8,
    FDIRCMD_DROP = 1u << 9,
    FDIRCMD_INT = 1u << 10,
    FDIRCMD_QUEUE_EN = 1u << 15,
    FDIRCMD_QUEUE_SHIFT = 16,
    FDIRCMD_QUEUE = 0x7f << 16,
    FDIRCMD_POOL_SHIFT = 24,
    FDIRCMD_POOL = 0x7f << 24,
    FDIRM_VLANID = 1u << 0, /* set: do not look */
    FDIRM_VLANP = 1u << 1,
    FDIRM_POOL = 1u << 2,
    FDIRM_L4P = 1u << 3,
    FDIRM_FLEX = 1u << 4,
    FDIRM_DIP6 = 1u << 5,
    FDIRLEN_MAXLEN = 0x3f,
    FDIRLEN_MAXHASH_SHIFT = 16,
};

#endif
