/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Configuration space of a virtual function: as pci.c does it, with what such a function has: no
 * ids of its own (software takes them from the SR-IOV capability), no BARs, no interrupt line, no
 * power states.
 */
#include "model/nic/nic_priv.h"
#include "model/nic/vf.h"

enum {
    COMMAND = 0x04,
    COMMAND_MASTER = 1 << 2,
    STATUS_REG = 0x06,
    STATUS_CAPS = 1 << 4,
    MSIX = 0x70,
    MSIX_CONTROL = MSIX + 2,
    MSIX_FUNCTION_MASK = 1 << 14,
    MSIX_ENABLE = 1 << 15,
    EXPRESS = 0xa0,
    DEVCTL = EXPRESS + 8,
    DEVCTL_FLR = 1 << 15,
    DEVSTA = EXPRESS + 10,
    AER = 0x100,
    ARI = 0x150,
};

static uint8_t image[NIC_VF_CONFIG_BYTES], writable[NIC_VF_CONFIG_BYTES],
    clearable[NIC_VF_CONFIG_BYTES];

static void put16(uint8_t *space, uint32_t at, uint32_t value)
{
    space[at] = (uint8_t)value;
    space[at + 1] = (uint8_t)(value >> 8);
}

static void put32(uint8_t *space, uint32_t at, uint32_t value)
{
    put16(space, at, value);
    put16(space, at + 2, value >> 16);
}

void nic_vf_pci_init(void)
{
    put32(image, 0x00, 0xffffffff);          /* vendor and device: the capability says them */
    put16(writable, COMMAND, COMMAND_MASTER);
    put16(image, STATUS_REG, STATUS_CAPS);
    put16(clearable, STATUS_REG, 0xf900);
    put32(image, 0x08, 0x02000001);          /* Ethernet controller, revision 1 */
    put32(image, 0x2c, 0x00038086);
    image[0x34] = MSIX;

    put16(image, MSIX, EXPRESS << 8 | 0x11);
    put16(image, MSIX_CONTROL, NIC_VF_VECTORS - 1);
    put16(writable, MSIX_CONTROL, MSIX_ENABLE | MSIX_FUNCTION_MASK);
    put32(image, MSIX + 4, 0x0000 | 3);      /* table in BAR 3 */
    put32(image, MSIX + 8, 0x2000 | 3);      /* pending bits in BAR 3 */

    put16(image, EXPRESS, 0x10);             /* last capability */
    put16(image, EXPRESS + 2, 0x0002);       /* version 2, endpoint */
    put32(image, EXPRESS + 4, 0x10008cc2);   /* payload 512, function level reset */
    put16(clearable, DEVSTA, 0x000f);
    put32(image, EXPRESS + 0x0c, 0x00000482);
    put32(image, EXPRESS + 0x24, 0x0000001f);

    put32(image, AER, ARI << 20 | 1 << 16 | 0x0001);
    put32(clearable, AER + 0x04, 0x001ff030);
    put32(image, AER + 0x0c, 0x00062030);
    put32(clearable, AER + 0x10, 0x000031c1);
    put32(image, AER + 0x14, 0x00002000);
    put32(image, ARI, 1 << 16 | 0x000e);     /* last one */
}

void nic_vf_pci_reset(struct nic *n, uint32_t vf)
{
    memcpy(n->st->vfs.vf[vf].config, image, NIC_VF_CONFIG_BYTES);
}

const uint8_t *nic_vf_config_image(void)
{
    nic_pci_init();
    return image;
}

bool nic_vf_bus_master(const struct nic *n, uint32_t vf)
{
    return n->st->vfs.vf[vf].config[COMMAND] & COMMAND_MASTER && !nic_pci_in_d3(n);
}

static uint32_t msix_control(const struct nic_vf *v)
{
    return v->config[MSIX_CONTROL] | (uint32_t)v->config[MSIX_CONTROL + 1] << 8;
}

bool nic_vf_msix_enabled(const struct nic_vf *v)
{
    return msix_control(v) & MSIX_ENABLE;
}

bool nic_vf_msix_masked(const struct nic_vf *v)
{
    return msix_control(v) & MSIX_FUNCTION_MASK;
}

/* ---- accesses ---- */

static bool range_good(uint32_t offset, unsigned size)
{
    return (size == 1 || size == 2 || size == 4) && offset % size == 0 &&
           offset <= NIC_CONFIG_BYTES - size;
}

uint32_t nic_vf_config_read(struct nic *n, unsigned vf, uint32_t offset, unsigned size)
{
    uint32_t value = 0;

    if (vf >= n->st->vfs.count)
        return UINT32_MAX;
    if (!range_good(offset, size)) {
        nic_emit_as(n, NIC_VF_FUNCTION(n, vf), NIC_EV_odd_access, 0, offset, size, 0);
        return 0;
    }
    for (unsigned i = 0; i < size && offset + i < NIC_VF_CONFIG_BYTES; i++)
        value |= (uint32_t)n->st->vfs.vf[vf].config[offset + i] << 8 * i;
    return value;
}

void nic_vf_config_write(struct nic *n, unsigned vf, uint32_t offset, uint32_t value,
                         unsigned size)
{
    if (vf >= n->st->vfs.count)
        return;
    nic_emit_as(n, NIC_VF_FUNCTION(n, vf), NIC_EV_config_write, 0, offset, value, size);
    if (!range_good(offset, size)) {
        nic_emit_as(n, NIC_VF_FUNCTION(n, vf), NIC_EV_odd_access, 0, offset, size, 1);
        return;
    }
    uint8_t *config = n->st->vfs.vf[vf].config;
    bool was_master = nic_vf_bus_master(n, vf);
    bool was_off = !nic_vf_msix_enabled(&n->st->vfs.vf[vf]);
    for (unsigned i = 0; i < size && offset + i < NIC_VF_CONFIG_BYTES; i++) {
        uint32_t at = offset + i;
        uint8_t byte = (uint8_t)(value >> 8 * i);

        config[at] = (uint8_t)(((config[at] & ~writable[at]) | (byte & writable[at])) &
                               ~(byte & clearable[at]));
    }
    if (offset <= DEVCTL + 1 && offset + size > DEVCTL + 1 &&
        value >> 8 * (DEVCTL + 1 - offset) & DEVCTL_FLR >> 8) {
        nic_vf_reset(n, vf, NIC_RESET_FLR);
        return;
    }
    nic_vf_irq_config_changed(n, vf, was_off);
    if (was_master && !nic_vf_bus_master(n, vf))
        nic_vf_quiet(n, vf);
    if (!was_master && nic_vf_bus_master(n, vf)) {
        nic_rx_kick(n);
        nic_tx_kick(n);
    }
}
