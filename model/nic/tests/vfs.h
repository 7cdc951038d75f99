/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the tests of virtual functions share: a port with some of them, and their registers by
 * offset, from the driver's point of view.
 */
#ifndef RINGSIDE_NIC_TESTS_VFS_H
#define RINGSIDE_NIC_TESTS_VFS_H

#include "model/nic/tests/queues.h"

enum {
    SRIOV_CONTROL = 0x168, SRIOV_NUMBER = 0x170,
    CTRL = 0, CTRL_EXT = 0x18, GCR_EXT = 0x11050, PFRSTD = 1 << 14, RST = 1 << 26,
    PFVFLRE = 0x600, PFVFLREC = 0x700, PFMBICR = 0x710, PFMBIMR = 0x720, PFMAILBOX = 0x4b00,
    PFMBMEM = 0x13000, VFRE = 0x51e0, VFTE = 0x8110, MAILBOX_CAUSE = 1 << 19,
    VFCTRL = 0, VFSTATUS = 8, VFLINKS = 0x10, VTEICR = 0x100, VTEICS = 0x104, VTEIMS = 0x108,
    VTEIMC = 0x10c, VTEIAC = 0x110, VTEIAM = 0x114, VTIVAR = 0x120, VTIVAR_MISC = 0x140,
    VFMBMEM = 0x200, VFMAILBOX = 0x2fc, VFPSRTYPE = 0x300, VTEITR = 0x820,
    VFRX = 0x1000, VFTX = 0x2000, /* + DBAL and so on */
    VF_MSIX_CONTROL = 0x72, VF_DEVCTL = 0xa8,
};

static inline uint32_t vf_r32(struct fake_host *h, unsigned vf, uint32_t offset)
{
    return (uint32_t)nic_vf_mmio_read(&h->nic, vf, 0, offset, 4);
}
static inline void vf_w32(struct fake_host *h, unsigned vf, uint32_t offset, uint32_t value)
{
    nic_vf_mmio_write(&h->nic, vf, 0, offset, value, 4);
}

/* Bus master and MSI-X, every vector with a message of its own: data 0x100 * (vf + 1) + vector. */
static inline void vf_enable(struct fake_host *h, unsigned vf)
{
    for (uint32_t v = 0; v < NIC_VF_VECTORS; v++) {
        nic_vf_mmio_write(&h->nic, vf, 3, 16 * v, 0xfee00000, 4);
        nic_vf_mmio_write(&h->nic, vf, 3, 16 * v + 8, 0x100 * (vf + 1) + v, 4);
        nic_vf_mmio_write(&h->nic, vf, 3, 16 * v + 12, 0, 4);
    }
    nic_vf_config_write(&h->nic, vf, VF_MSIX_CONTROL, 0x8000, 2);
    nic_vf_config_write(&h->nic, vf, 4, 4, 2);
}

/* A port with `count` functions, in pools of 16 >> mode queues, all of them ready. */
static inline struct fake_host *vfs_new(unsigned count, unsigned mode)
{
    struct fake_host *h = port_new();

    nic_config_write(&h->nic, SRIOV_NUMBER, count, 2);
    nic_config_write(&h->nic, SRIOV_CONTROL, 0x19, 2);
    fake_w32(h, GCR_EXT, mode);
    for (unsigned vf = 0; vf < count; vf++)
        vf_enable(h, vf);
    return h;
}

#endif
