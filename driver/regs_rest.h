/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The registers of the 82599 that this driver never touches, by name, for programs that somebody
 * else writes: register scripts (driver/apps/script.h). Read from the hardware's documentation
 * and the drivers that use them, without a look at the model's table, like driver/regs.h: a test
 * compares the two. A register lies in one of the two lists, never in both.
 *
 * IXD_REGS_REST(X) enumerates X(name, offset, stride, count) as IXD_REGS does. IXD_REGS_PARTS(X)
 * enumerates X(name, offset, stride, first, count): where a register of either list goes on from
 * element `first`, or can be reached a second time.
 */
#ifndef RINGSIDE_DRIVER_REGS_REST_H
#define RINGSIDE_DRIVER_REGS_REST_H

/* clang-format off */
#define IXD_REGS_REST(X)              \
    X(I2CCTL,     0x00028, 0, 1)      \
    X(FRTIMER,    0x00048, 0, 1)      \
    X(TCPTIMER,   0x0004c, 0, 1)      \
    X(LEDCTL,     0x00200, 0, 1)      \
    X(EIAM,       0x00890, 0, 1)      \
    X(EICS_EX,    0x00a90, 4, 2)      \
    X(RSCCTL,     0x0102c, 0x40, 64)  \
    X(PSRTYPE,    0x05480, 4, 16)     \
    X(SWSM,       0x10140, 0, 1)      \
    X(EERD,       0x10014, 0, 1)      \
    X(FWSM,       0x10148, 0, 1)      \
    X(FACTPS,     0x10150, 0, 1)      \
    X(GSSR,       0x10160, 0, 1)      \
    X(GCR,        0x11000, 0, 1)      \
    X(GCR_EXT,    0x11050, 0, 1)      \
    X(PCS1GLCTL,  0x04208, 0, 1)      \
    X(PCS1GLSTA,  0x0420c, 0, 1)      \
    X(PCS1GANA,   0x04218, 0, 1)      \
    X(MSCA,       0x0425c, 0, 1)      \
    X(MSRWD,      0x04260, 0, 1)      \
    X(AUTOC3,     0x042ac, 0, 1)      \
    X(ANLP1,      0x042b0, 0, 1)      \
    X(ANLP2,      0x042b4, 0, 1)      \
    X(LINKS2,     0x04324, 0, 1)      \
    X(CORECTL,    0x14f00, 0, 1)      \
    X(RSCDBU,     0x03028, 0, 1)      \
    X(QDE,        0x02f04, 0, 1)      \
    X(IMIR,       0x05a80, 4, 8)      \
    X(IMIREXT,    0x05aa0, 4, 8)      \
    X(IMIRVP,     0x05ac0, 0, 1)      \
    X(LLITHRESH,  0x0ec90, 0, 1)      \
    X(FDIRFREE,   0x0ee38, 0, 1)      \
    X(FDIRLEN,    0x0ee4c, 0, 1)      \
    X(FDIRUSTAT,  0x0ee50, 0, 1)      \
    X(FDIRFSTAT,  0x0ee54, 0, 1)      \
    X(TDWBAL,     0x06038, 0x40, 128) \
    X(TDWBAH,     0x0603c, 0x40, 128) \
    X(DTXTCPFLGL, 0x04a88, 0, 1)      \
    X(DTXTCPFLGH, 0x04a8c, 0, 1)      \
    X(SECTXCTRL,  0x08800, 0, 1)      \
    X(SECTXSTAT,  0x08804, 0, 1)      \
    X(TSYNCRXCTL, 0x05188, 0, 1)      \
    X(RXSTMPL,    0x051e8, 0, 1)      \
    X(RXSTMPH,    0x051a4, 0, 1)      \
    X(RXSATRL,    0x051a0, 0, 1)      \
    X(RXSATRH,    0x051a8, 0, 1)      \
    X(RXMTRL,     0x05120, 0, 1)      \
    X(TSYNCTXCTL, 0x08c00, 0, 1)      \
    X(TXSTMPL,    0x08c04, 0, 1)      \
    X(TXSTMPH,    0x08c08, 0, 1)      \
    X(SYSTIML,    0x08c0c, 0, 1)      \
    X(SYSTIMH,    0x08c10, 0, 1)      \
    X(TIMINCA,    0x08c14, 0, 1)      \
    X(TIMADJL,    0x08c18, 0, 1)      \
    X(TIMADJH,    0x08c1c, 0, 1)      \
    X(TSAUXC,     0x08c20, 0, 1)      \
    X(TFCS,       0x0ce00, 0, 1)      \
    X(PFCTOP,     0x03008, 0, 1)      \
    X(VT_CTL,     0x051b0, 0, 1)      \
    X(MSPDC,      0x04010, 0, 1)      \
    X(RXNFGPC,    0x041b0, 0, 1)      \
    X(RXNFGBCL,   0x041b4, 0, 1)      \
    X(RXNFGBCH,   0x041b8, 0, 1)      \
    X(RNBC,       0x03fc0, 4, 8)      \
    X(PXONTXC,    0x03f00, 4, 8)      \
    X(PXOFFTXC,   0x03f20, 4, 8)      \
    X(PXONRXCNT,  0x04140, 4, 8)      \
    X(PXOFFRXCNT, 0x04160, 4, 8)      \
    X(TIPG,       0x0cb00, 0, 1)      \
    X(UTA,        0x0f400, 4, 128)    \
    X(MPSAR_LO,   0x0a600, 8, 128)    \
    X(MPSAR_HI,   0x0a604, 8, 128)

#define IXD_REGS_PARTS(X)                \
    X(EITR,       0x12300, 4, 24, 104)   \
    X(RDBAL,      0x0d000, 0x40, 64, 64) \
    X(RDBAH,      0x0d004, 0x40, 64, 64) \
    X(RDLEN,      0x0d008, 0x40, 64, 64) \
    X(DCA_RXCTRL, 0x0d00c, 0x40, 64, 64) \
    X(RDH,        0x0d010, 0x40, 64, 64) \
    X(SRRCTL,     0x0d014, 0x40, 64, 64) \
    X(RDT,        0x0d018, 0x40, 64, 64) \
    X(RXDCTL,     0x0d028, 0x40, 64, 64) \
    X(RSCCTL,     0x0d02c, 0x40, 64, 64)
/* clang-format on */

#endif
