/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Virtual functions of a ringside-nic as functions of its bus. Configuration space, registers and
 * MSI-X are the model's, as those of the port are. QEMU's devices for them are made when the guest
 * enables the first time, and stay: 64 of them made in advance would double the time that a machine
 * takes to start, and their memory maps slow every change of any other's.
 *
 * What QEMU's bus code knows of SR-IOV (where a function's BARs are) it reads from its own copy of
 * the port's capability, which says that there are no functions, so that it leaves them alone.
 */
#include "qemu-patches/adapter/machine.h"

#include "hw/pci/pci.h"
#include "hw/pci/pcie_sriov.h"
#include "hw/qdev-properties.h"
#include "qapi/error.h"
#include "qemu/error-report.h"
#include "qemu/module.h"

#include "trace-ringside.h"

#define TYPE_RINGSIDE_VF "ringside-vf"

enum { SRIOV_BARS = 6, REGISTERS = 0, MESSAGES = 3 };

struct ringside_vf {
    PCIDevice parent;
    struct ringside_function function;
    MemoryRegion bar0, bar3;
};
OBJECT_DECLARE_SIMPLE_TYPE(ringside_vf, RINGSIDE_VF)

/* ---- accesses ---- */

static uint64_t bar0_read(void *opaque, hwaddr offset, unsigned size)
{
    return ringside_mmio_read(opaque, REGISTERS, offset, size);
}

static void bar0_write(void *opaque, hwaddr offset, uint64_t value, unsigned size)
{
    ringside_mmio_write(opaque, REGISTERS, offset, size, value);
}

static uint64_t bar3_read(void *opaque, hwaddr offset, unsigned size)
{
    return ringside_mmio_read(opaque, MESSAGES, offset, size);
}

static void bar3_write(void *opaque, hwaddr offset, uint64_t value, unsigned size)
{
    ringside_mmio_write(opaque, MESSAGES, offset, size, value);
}

#define ANY_ACCESS { .min_access_size = 1, .max_access_size = 8, .unaligned = true }
static const MemoryRegionOps bar0_ops = {
    .read = bar0_read, .write = bar0_write, .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = ANY_ACCESS, .impl = ANY_ACCESS,
};
static const MemoryRegionOps bar3_ops = {
    .read = bar3_read, .write = bar3_write, .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = ANY_ACCESS, .impl = ANY_ACCESS,
};

/* QEMU's copy of the command register: the bus master bit is the function's, memory space is
 * switched for all of them by the capability. */
static void mirror(struct ringside_function *f)
{
    const uint8_t *pf = f->nic->parent.config + f->nic->parent.exp.sriov_cap;
    uint32_t command = bench_config_peek(f->nic->machine->bench, f->id, PCI_COMMAND, 2) &
                       PCI_COMMAND_MASTER;

    if (pci_get_word(pf + PCI_SRIOV_CTRL) & PCI_SRIOV_CTRL_MSE) {
        command |= PCI_COMMAND_MEMORY;
    }
    pci_default_write_config(f->pci, PCI_COMMAND, command, 2);
}

static uint32_t vf_config_read(PCIDevice *pci, uint32_t offset, int size)
{
    return ringside_config_read(&RINGSIDE_VF(pci)->function, offset, size);
}

static void vf_config_write(PCIDevice *pci, uint32_t offset, uint32_t value, int size)
{
    struct ringside_function *f = &RINGSIDE_VF(pci)->function;

    if (offset == PCI_COMMAND && value & PCI_COMMAND_MASTER) { /* the way opens first: see nic.c */
        uint32_t command = pci_get_word(pci->config + PCI_COMMAND) | PCI_COMMAND_MASTER;

        pci_default_write_config(pci, PCI_COMMAND, command, 2);
    }
    ringside_config_write(f, offset, value, size);
    mirror(f);
}

/* ---- life ---- */

/* The port's capability as QEMU sees it: addresses and strides, and none of the switches. */
static void mirror_capability(struct ringside_nic *n)
{
    PCIDevice *pf = &n->parent;
    uint8_t *copy = pf->config + pf->exp.sriov_cap;

    for (unsigned i = 0; i < PCI_EXT_CAP_SRIOV_SIZEOF; i += 4) {
        pci_set_long(copy + i, bench_config_peek(n->machine->bench, n->function.id,
                                                 pf->exp.sriov_cap + i, 4));
    }
    pci_set_word(copy + PCI_SRIOV_TOTAL_VF, 0);
    pci_set_word(copy + PCI_SRIOV_NUM_VF, 0);
}

static struct ringside_function *create(struct ringside_nic *n, unsigned vf)
{
    PCIDevice *pf = &n->parent;
    PCIDevice *pci = pci_new(pf->devfn + NIC_VF_OFFSET + vf * NIC_VF_STRIDE, TYPE_RINGSIDE_VF);
    struct ringside_vf *v = RINGSIDE_VF(pci);
    Error *error = NULL;

    pci->exp.sriov_vf.pf = pf;
    pci->exp.sriov_vf.vf_number = vf;
    v->function = (struct ringside_function){
        .nic = n, .pci = pci, .id = NIC_FUNCTION(n->port, 1 + vf) };
    if (!qdev_realize(DEVICE(pci), qdev_get_parent_bus(DEVICE(pf)), &error)) {
        error_report_err(error);
        object_unparent(OBJECT(pci));
        object_unref(OBJECT(pci));
        return NULL;
    }
    trace_ringside_vf(v->function.id);
    return &v->function;
}

void ringside_vfs_follow(struct ringside_nic *n)
{
    unsigned count = bench_vf_count(n->machine->bench, n->port);

    if (!count && !n->vfs) {
        return;
    }
    mirror_capability(n);
    for (unsigned vf = count; vf < n->vfs; vf++) {
        if (n->vf[vf]) {
            pci_set_enabled(n->vf[vf]->pci, false);
        }
    }
    for (unsigned vf = 0; vf < count; vf++) {
        if (!n->vf[vf]) {
            n->vf[vf] = create(n, vf);
        }
        if (n->vf[vf]) {
            pci_set_enabled(n->vf[vf]->pci, true);
            mirror(n->vf[vf]);
        }
    }
    n->vfs = count;
}

void ringside_vfs_announce(struct ringside_nic *n)
{
    PCIDevice *pf = &n->parent;

    pf->exp.sriov_cap = pcie_find_capability(pf, PCI_EXT_CAP_ID_SRIOV);
    for (unsigned bar = 0; pf->exp.sriov_cap && bar < SRIOV_BARS; bar++) {
        pf->exp.sriov_pf.vf_bar_type[bar] =
            pf->config[pf->exp.sriov_cap + PCI_SRIOV_BAR + 4 * bar] & 0xf;
    }
    pci_set_word(pf->config + pf->exp.sriov_cap + PCI_SRIOV_TOTAL_VF, 0);
    pf->cap_present |= QEMU_PCI_CAP_MULTIFUNCTION; /* for QEMU: others share the bus with it */
}

void ringside_vfs_remove(struct ringside_nic *n)
{
    for (unsigned vf = 0; vf < NIC_VFS; vf++) {
        if (n->vf[vf]) {
            PCIDevice *pci = n->vf[vf]->pci;

            n->vf[vf] = NULL;
            object_unparent(OBJECT(pci));
            object_unref(OBJECT(pci));
        }
    }
    n->vfs = 0;
}

static void vf_realize(PCIDevice *pci, Error **errp)
{
    struct ringside_vf *v = RINGSIDE_VF(pci);
    struct ringside_function *f = &v->function;

    if (!f->nic) {
        error_setg(errp, TYPE_RINGSIDE_VF " is made by its port: the guest enables it");
        return;
    }
    memcpy(pci->config, nic_vf_config_image(), NIC_VF_CONFIG_BYTES);
    pci->exp.exp_cap = pci_find_capability(pci, PCI_CAP_ID_EXP);
    memory_region_init_io(&v->bar0, OBJECT(v), &bar0_ops, f, "ringside-vf registers",
                          NIC_VF_BAR_BYTES);
    memory_region_init_io(&v->bar3, OBJECT(v), &bar3_ops, f, "ringside-vf msi-x",
                          NIC_VF_BAR_BYTES);
    v->bar0.disable_reentrancy_guard = true;
    v->bar3.disable_reentrancy_guard = true;
    pcie_sriov_vf_register_bar(pci, REGISTERS, &v->bar0);
    pcie_sriov_vf_register_bar(pci, MESSAGES, &v->bar3);
    ringside_iommu_listen(f);
}

static void vf_exit(PCIDevice *pci)
{
    ringside_iommu_unlisten(&RINGSIDE_VF(pci)->function);
}

/* No reset of its own beyond that of QEMU's copy: the port's takes it along, FLR is the model's.
 * Its state is in the bench's block, and whether it is there in the port's. */
static void vf_class_init(ObjectClass *class, void *data)
{
    DeviceClass *device = DEVICE_CLASS(class);
    PCIDeviceClass *pci = PCI_DEVICE_CLASS(class);

    pci->realize = vf_realize;
    pci->exit = vf_exit;
    pci->config_read = vf_config_read;
    pci->config_write = vf_config_write;
    pci->vendor_id = 0xffff;
    pci->device_id = 0xffff;
    pci->revision = 1;
    pci->class_id = PCI_CLASS_NETWORK_ETHERNET;
    device->desc = "a virtual function of a modelled Intel 82599 port";
    device->user_creatable = false;
    set_bit(DEVICE_CATEGORY_NETWORK, device->categories);
}

static const TypeInfo vf_type = {
    .name = TYPE_RINGSIDE_VF,
    .parent = TYPE_PCI_DEVICE,
    .instance_size = sizeof(struct ringside_vf),
    .class_init = vf_class_init,
    .interfaces = (InterfaceInfo[]) { { INTERFACE_PCIE_DEVICE }, {} },
};

static void register_types(void)
{
    type_register_static(&vf_type);
}

type_init(register_types)
