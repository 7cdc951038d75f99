/* SPDX-License-Identifier: BSD-2-Clause
 *
 * PCI configuration space: see pci.h. Capabilities stand where drivers read them by absolute
 * offset. Everything is bytes: an image, which bits a guest may write, which it clears by writing
 * one. What a write means is looked at afterwards, by comparing.
 */
#include "model/nic/pci.h"

#include "model/nic/nic_priv.h"

enum {
    COMMAND = 0x04,
    COMMAND_MEMORY = 1 << 1,
    COMMAND_MASTER = 1 << 2,
    COMMAND_PARITY = 1 << 6,
    COMMAND_SERR = 1 << 8,
    COMMAND_INTX_OFF = 1 << 10,
    STATUS_REG = 0x06,
    STATUS_INTX = 1 << 3,
    STATUS_CAPS = 1 << 4,
    STATUS_MASTER_ABORT = 1 << 13, /* received: clears on writing one */

    PM = 0x40,
    PMCSR = PM + 4,
    PMCSR_STATE = 3,
    PMCSR_D3HOT = 3,
    PMCSR_PME_ENABLE = 1 << 8,
    PMCSR_PME_STATUS = 1 << 15,

    MSI = 0x50,
    MSI_CONTROL = MSI + 2,
    MSI_ENABLE = 1 << 0,
    MSI_ADDRESS = MSI + 4,
    MSI_DATA = MSI + 12,
    MSI_MASK = MSI + 16,
    MSI_PENDING = MSI + 20,

    MSIX = 0x70,
    MSIX_CONTROL = MSIX + 2,
    MSIX_FUNCTION_MASK = 1 << 14,
    MSIX_ENABLE = 1 << 15,

    EXPRESS = 0xa0,
    DEVCTL = EXPRESS + 8,
    DEVCTL_MPS_SHIFT = 5,
    DEVCTL_MRRS_SHIFT = 12,
    DEVCTL_FLR = 1 << 15,
    DEVSTA = EXPRESS + 10,
    LINKCTL = EXPRESS + 0x10,
    DEVCTL2 = EXPRESS + 0x28,

    AER = 0x100,
    DSN = 0x140,
    ARI = 0x150,
    SRIOV = 0x160,
    SRIOV_CONTROL = SRIOV + 0x08,
    SRIOV_ENABLE = 1 << 0,
    SRIOV_NUMBER = SRIOV + 0x10,
    SRIOV_BAR = SRIOV + 0x24,
};

/* Built once by nic_pci_init(), the same in every process. */
static uint8_t image[NIC_CONFIG_BYTES], writable[NIC_CONFIG_BYTES], clearable[NIC_CONFIG_BYTES];

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

static uint32_t get16(const uint8_t *space, uint32_t at)
{
    return space[at] | (uint32_t)space[at + 1] << 8;
}

static uint32_t get32(const uint8_t *space, uint32_t at)
{
    return get16(space, at) | get16(space, at + 2) << 16;
}

static void build_header(void)
{
    put32(image, 0x00, 0x10fb8086);
    put16(writable, COMMAND, COMMAND_MEMORY | COMMAND_MASTER | COMMAND_PARITY | COMMAND_SERR |
                                 COMMAND_INTX_OFF);
    put16(image, STATUS_REG, STATUS_CAPS);
    put16(clearable, STATUS_REG, 0xf900); /* error bits */
    put32(image, 0x08, 0x02000001);       /* Ethernet controller, revision 1 */
    writable[0x0c] = 0xff;                /* cache line size: no effect */
    put32(image, 0x10, 0x0000000c);       /* BAR 0: 64-bit, prefetchable */
    put32(writable, 0x10, ~(uint32_t)(NIC_BAR0_BYTES - 1));
    put32(writable, 0x14, 0xffffffff);
    put32(image, 0x20, 0x00000004);       /* BAR 4: 64-bit */
    put32(writable, 0x20, ~(uint32_t)(NIC_BAR4_BYTES - 1));
    put32(writable, 0x24, 0xffffffff);
    put32(image, 0x2c, 0x00038086);       /* subsystem 8086:0003: no wake-up */
    image[0x34] = PM;
    writable[0x3c] = 0xff;                /* interrupt line */
    image[0x3d] = 1;                      /* pin A: each port is a device of its own */
}

static void build_capabilities(void)
{
    put16(image, PM, MSI << 8 | 0x01);
    put16(image, PM + 2, 0x4823);        /* version 3, DSI, PME from D0 and D3hot [I-22] */
    put16(image, PMCSR, 0x2000);         /* no soft reset bit: D3hot to D0 resets */
    put16(writable, PMCSR, PMCSR_STATE | PMCSR_PME_ENABLE | 0x1e00);
    put16(clearable, PMCSR, PMCSR_PME_STATUS);

    put16(image, MSI, MSIX << 8 | 0x05);
    put16(image, MSI_CONTROL, 0x0180);   /* one vector, 64-bit, maskable */
    put16(writable, MSI_CONTROL, MSI_ENABLE);
    put32(writable, MSI_ADDRESS, 0xfffffffc);
    put32(writable, MSI_ADDRESS + 4, 0xffffffff);
    put16(writable, MSI_DATA, 0xffff);
    put32(writable, MSI_MASK, 1);

    put16(image, MSIX, EXPRESS << 8 | 0x11);
    put16(image, MSIX_CONTROL, NIC_VECTORS - 1);
    put16(writable, MSIX_CONTROL, MSIX_ENABLE | MSIX_FUNCTION_MASK);
    put32(image, MSIX + 4, 0x0000 | 4);  /* table in BAR 4 */
    put32(image, MSIX + 8, 0x2000 | 4);  /* pending bits in BAR 4 */

    put16(image, EXPRESS, 0x10);         /* last capability */
    put16(image, EXPRESS + 2, 0x0002);   /* version 2, endpoint */
    put32(image, EXPRESS + 4, 0x10008cc2); /* payload 512, RBE, function level reset */
    put16(image, DEVCTL, 0x2810);        /* payload 128, reads of 512, RO, no-snoop */
    put16(writable, DEVCTL, 0x78ff);
    put16(clearable, DEVSTA, 0x000f);    /* bit 5, transactions pending, is never set */
    put32(image, EXPRESS + 0x0c, 0x00000482); /* x8, 5 GT/s, L0s */
    put16(writable, LINKCTL, 0x00cb);
    put16(image, EXPRESS + 0x12, 0x1082); /* x8 at 5 GT/s, common clock */
    put32(image, EXPRESS + 0x24, 0x0000001f); /* completion timeout ranges A to D, disable */
    put16(writable, DEVCTL2, 0x001f);
    put16(image, EXPRESS + 0x30, 0x0002); /* target speed 5 GT/s */
}

static void build_extended(void)
{
    put32(image, AER, DSN << 20 | 1 << 16 | 0x0001);
    put32(clearable, AER + 0x04, 0x001ff030); /* uncorrectable status */
    put32(writable, AER + 0x08, 0x001ff030);  /* mask */
    put32(image, AER + 0x0c, 0x00062030);     /* severity [I-33] */
    put32(writable, AER + 0x0c, 0x001ff030);
    put32(clearable, AER + 0x10, 0x000031c1); /* correctable status */
    put32(image, AER + 0x14, 0x00002000);     /* mask: advisory non-fatal */
    put32(writable, AER + 0x14, 0x000031c1);
    put32(image, DSN, ARI << 20 | 1 << 16 | 0x0003);
    put32(image, ARI, SRIOV << 20 | 1 << 16 | 0x000e);
}

/* Virtual functions: two BARs of 64 bits each, 16 KiB a function [I-115]. */
static void build_sriov(void)
{
    put32(image, SRIOV, 1 << 16 | 0x0010);    /* last one */
    put16(writable, SRIOV_CONTROL, 0x0019);   /* enable, memory space, ARI */
    put16(image, SRIOV + 0x0c, NIC_VFS);      /* at first */
    put16(image, SRIOV + 0x0e, NIC_VFS);      /* and in all */
    put16(writable, SRIOV_NUMBER, 0xffff);
    put16(image, SRIOV + 0x14, NIC_VF_OFFSET);
    put16(image, SRIOV + 0x16, NIC_VF_STRIDE);
    put16(image, SRIOV + 0x1a, 0x10ed);
    put32(image, SRIOV + 0x1c, 0x00000553);   /* page sizes that there are */
    put32(image, SRIOV + 0x20, 0x00000001);   /* and that is in use */
    put32(writable, SRIOV + 0x20, 0x00000553);
    put32(image, SRIOV_BAR, 0x0000000c);      /* registers */
    put32(image, SRIOV_BAR + 12, 0x00000004); /* MSI-X */
    for (uint32_t bar = SRIOV_BAR; bar <= SRIOV_BAR + 12; bar += 12) {
        put32(writable, bar, ~(uint32_t)(NIC_VF_BAR_BYTES - 1));
        put32(writable, bar + 4, 0xffffffff);
    }
}

void nic_pci_init(void)
{
    static bool built;

    if (built)
        return;
    build_header();
    build_capabilities();
    build_extended();
    build_sriov();
    nic_vf_pci_init();
    built = true;
}

const uint8_t *nic_config_image(void)
{
    nic_pci_init();
    return image;
}

const uint8_t *nic_config_write_mask(void)
{
    nic_pci_init();
    return writable;
}

void nic_pci_reset(struct nic *n, int kind)
{
    uint8_t *config = n->st->pci.config;
    const uint8_t *mac = n->st->config.mac;

    if (kind == NIC_RESET_SW)
        return;
    memcpy(config, image, NIC_CONFIG_BYTES);
    /* Serial number: the station address around ff:ff, least significant byte first. */
    const uint8_t serial[8] = { mac[5], mac[4], mac[3], 0xff, 0xff, mac[2], mac[1], mac[0] };
    memcpy(config + DSN + 4, serial, sizeof(serial));
}

/* ---- what the rest asks ---- */

bool nic_pci_in_d3(const struct nic *n)
{
    return (n->st->pci.config[PMCSR] & PMCSR_STATE) == PMCSR_D3HOT;
}

bool nic_pci_bus_master(const struct nic *n)
{
    return n->st->pci.config[COMMAND] & COMMAND_MASTER && !nic_pci_in_d3(n);
}

void nic_pci_read_refused(struct nic *n)
{
    uint8_t *config = n->st->pci.config;

    put16(config, STATUS_REG, get16(config, STATUS_REG) | STATUS_MASTER_ABORT);
}

bool nic_pci_intx_disabled(const struct nic *n)
{
    return (get16(n->st->pci.config, COMMAND) & COMMAND_INTX_OFF) != 0;
}

bool nic_pci_msix_enabled(const struct nic *n)
{
    return (get16(n->st->pci.config, MSIX_CONTROL) & MSIX_ENABLE) != 0;
}

bool nic_pci_msix_masked(const struct nic *n)
{
    return (get16(n->st->pci.config, MSIX_CONTROL) & MSIX_FUNCTION_MASK) != 0;
}

bool nic_pci_msi(const struct nic *n, uint64_t *address, uint32_t *data)
{
    const uint8_t *config = n->st->pci.config;

    if (!(config[MSI_CONTROL] & MSI_ENABLE))
        return false;
    *address = get32(config, MSI_ADDRESS) | (uint64_t)get32(config, MSI_ADDRESS + 4) << 32;
    *data = get16(config, MSI_DATA);
    return true;
}

bool nic_pci_msi_masked(const struct nic *n)
{
    return n->st->pci.config[MSI_MASK] & 1;
}

void nic_pci_msi_pending(struct nic *n, bool pending)
{
    n->st->pci.config[MSI_PENDING] = pending;
}

/* Encodings 0..5 mean 128..4096 bytes; what we do not support is taken as our most. */
static uint32_t payload(const struct nic *n, unsigned shift, uint32_t most)
{
    uint32_t bytes = 128u << (get16(n->st->pci.config, DEVCTL) >> shift & 7);
    return bytes < most ? bytes : most;
}

uint32_t nic_pci_mps(const struct nic *n)
{
    return payload(n, DEVCTL_MPS_SHIFT, 512);
}

uint32_t nic_pci_mrrs(const struct nic *n)
{
    return payload(n, DEVCTL_MRRS_SHIFT, NIC_READ_MAX);
}

/* ---- accesses ---- */

static bool range_good(uint32_t offset, unsigned size)
{
    return (size == 1 || size == 2 || size == 4) && offset % size == 0 &&
           offset <= NIC_CONFIG_BYTES - size;
}

uint32_t nic_config_read(struct nic *n, uint32_t offset, unsigned size)
{
    uint32_t value = 0;

    if (!range_good(offset, size)) {
        nic_emit(n, NIC_EV_odd_access, 0, offset, size, 0);
        return 0;
    }
    for (unsigned i = 0; i < size; i++)
        value |= (uint32_t)n->st->pci.config[offset + i] << 8 * i;
    if (offset <= STATUS_REG && offset + size > STATUS_REG && nic_irq_intx_pending(n))
        value |= (uint32_t)STATUS_INTX << 8 * (STATUS_REG - offset);
    return value;
}

static bool functions_enabled(const struct nic *n)
{
    return n->st->pci.config[SRIOV_CONTROL] & SRIOV_ENABLE;
}

static uint32_t functions_wanted(const struct nic *n)
{
    return functions_enabled(n) ? get16(n->st->pci.config, SRIOV_NUMBER) : 0;
}

/* The number of virtual functions stands while they are enabled. */
static bool settled(const struct nic *n, uint32_t at)
{
    return at / 2 == SRIOV_NUMBER / 2 && functions_enabled(n);
}

/* A command register or capability was written: tell who lives by it. */
static void settle(struct nic *n, bool was_d3, bool was_master, bool flr)
{
    if (flr) {
        nic_reset(n, NIC_RESET_FLR);
    } else if (was_d3 && !nic_pci_in_d3(n)) {
        nic_reset(n, NIC_RESET_D3);
    } else {
        nic_irq_config_changed(n);
        nic_vf_enable(n, functions_wanted(n));
        if (!was_master && nic_pci_bus_master(n)) {
            nic_rx_kick(n);
            nic_tx_kick(n);
        }
    }
}

void nic_config_write(struct nic *n, uint32_t offset, uint32_t value, unsigned size)
{
    uint8_t *config = n->st->pci.config;
    bool was_d3 = nic_pci_in_d3(n), was_master = nic_pci_bus_master(n);

    nic_emit(n, NIC_EV_config_write, 0, offset, value, size);
    if (!range_good(offset, size)) {
        nic_emit(n, NIC_EV_odd_access, 0, offset, size, 1);
        return;
    }
    bool flr = offset <= DEVCTL + 1 && offset + size > DEVCTL + 1 &&
               value >> 8 * (DEVCTL + 1 - offset) & DEVCTL_FLR >> 8;
    for (unsigned i = 0; i < size; i++) {
        uint32_t at = offset + i;
        uint8_t byte = (uint8_t)(value >> 8 * i);

        if (settled(n, at))
            continue;
        config[at] = (uint8_t)(((config[at] & ~writable[at]) | (byte & writable[at])) &
                               ~(byte & clearable[at]));
    }
    settle(n, was_d3, was_master, flr);
}
