/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * -device ringside-nic,port=N: one port of the bench as a PCIe endpoint. Configuration space, BARs,
 * MSI-X table and all behaviour are the model's; QEMU's copy of the header is a mirror of it, so
 * that its bus code maps the BARs where the model says.
 */
#include "qemu-patches/adapter/machine.h"

#include "exec/memory.h"
#include "hw/pci/pci.h"
#include "hw/qdev-properties.h"
#include "migration/vmstate.h"
#include "qapi/error.h"
#include "qemu/module.h"

#include "trace-ringside.h"

OBJECT_DECLARE_SIMPLE_TYPE(ringside_nic, RINGSIDE_NIC)

static uint64_t bar0_read(void *opaque, hwaddr offset, unsigned size)
{
    return ringside_mmio_read(opaque, 0, offset, size);
}

static void bar0_write(void *opaque, hwaddr offset, uint64_t value, unsigned size)
{
    ringside_mmio_write(opaque, 0, offset, size, value);
}

static uint64_t bar4_read(void *opaque, hwaddr offset, unsigned size)
{
    return ringside_mmio_read(opaque, 4, offset, size);
}

static void bar4_write(void *opaque, hwaddr offset, uint64_t value, unsigned size)
{
    ringside_mmio_write(opaque, 4, offset, size, value);
}

/* Every width and alignment reaches the model, which judges them. */
#define ANY_ACCESS { .min_access_size = 1, .max_access_size = 8, .unaligned = true }
static const MemoryRegionOps bar0_ops = {
    .read = bar0_read, .write = bar0_write, .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = ANY_ACCESS, .impl = ANY_ACCESS,
};
static const MemoryRegionOps bar4_ops = {
    .read = bar4_read, .write = bar4_write, .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = ANY_ACCESS, .impl = ANY_ACCESS,
};

uint32_t ringside_config_read(struct ringside_function *f, uint32_t offset, unsigned size)
{
    struct ringside_machine *m = f->nic->machine;
    uint32_t value;

    if (m->inside) { /* a peer's DMA into a configuration window */
        return UINT32_MAX;
    }
    value = bench_config_read(m->bench, ringside_enter(m), f->id, offset, size);
    ringside_leave(m, 0);
    trace_ringside_config_read(f->nic->port, f->id & 0xff, offset, size, value);
    return value;
}

void ringside_config_write(struct ringside_function *f, uint32_t offset, uint32_t value,
                           unsigned size)
{
    struct ringside_machine *m = f->nic->machine;

    if (m->inside) {
        return;
    }
    trace_ringside_config_write(f->nic->port, f->id & 0xff, offset, size, value);
    bench_config_write(m->bench, ringside_enter(m), f->id, offset, size, value);
    ringside_leave(m, 0);
}

void ringside_nic_mirror(struct ringside_nic *n)
{
    static const uint8_t mirrored[] = { PCI_COMMAND, PCI_BASE_ADDRESS_0, PCI_BASE_ADDRESS_1,
                                        PCI_BASE_ADDRESS_2, PCI_BASE_ADDRESS_3, PCI_BASE_ADDRESS_4,
                                        PCI_BASE_ADDRESS_5, PCI_CACHE_LINE_SIZE,
                                        PCI_INTERRUPT_LINE };

    for (size_t i = 0; i < ARRAY_SIZE(mirrored); i++) {
        unsigned offset = mirrored[i];
        uint32_t value = ringside_config_read(&n->function, offset, 4);

        if (value != pci_get_long(n->parent.config + offset)) {
            pci_default_write_config(&n->parent, offset, value, 4);
        }
    }
    ringside_vfs_follow(n);
}

static uint32_t nic_config_space_read(PCIDevice *pci, uint32_t offset, int size)
{
    return ringside_config_read(&RINGSIDE_NIC(pci)->function, offset, size);
}

/* What waited for the bus master bit lands within the write that sets it, by way of a region that
 * QEMU opens with its own copy of the bit: so that one goes first. */
static void open_way(PCIDevice *pci, uint32_t offset, uint32_t value)
{
    if (offset == PCI_COMMAND && value & PCI_COMMAND_MASTER) {
        uint32_t command = pci_get_word(pci->config + PCI_COMMAND) | PCI_COMMAND_MASTER;

        pci_default_write_config(pci, PCI_COMMAND, command, 2);
    }
}

static void nic_config_space_write(PCIDevice *pci, uint32_t offset, uint32_t value, int size)
{
    struct ringside_nic *n = RINGSIDE_NIC(pci);

    if (n->machine->inside) {
        return;
    }
    open_way(pci, offset, value);
    ringside_config_write(&n->function, offset, value, size);
    ringside_nic_mirror(n); /* what was written may be a reset that takes BARs with it */
}

/* The model's image becomes QEMU's, so that its bus code finds class and capabilities; the BARs
 * are registered as the image's type bits say. */
static void adopt_image(struct ringside_nic *n)
{
    const uint8_t *image = nic_config_image();
    PCIDevice *pci = &n->parent;

    memcpy(pci->config, image, NIC_CONFIG_BYTES);
    memset(pci->config + PCI_BASE_ADDRESS_0, 0, 24);
    for (unsigned offset = image[PCI_CAPABILITY_LIST] & ~3u, left = 48; offset >= 0x40 && left;
         offset = image[offset + 1] & ~3u, left--) {
        if (image[offset] == PCI_CAP_ID_EXP) {
            pci->exp.exp_cap = offset;
        }
    }
    pci_register_bar(pci, 0, image[PCI_BASE_ADDRESS_0] & 0xf, &n->bar0);
    pci_register_bar(pci, 4, image[PCI_BASE_ADDRESS_4] & 0xf, &n->bar4);
    ringside_vfs_announce(n);
}

static ssize_t netdev_receive(NetClientState *client, const uint8_t *frame, size_t length)
{
    struct ringside_nic *n = qemu_get_nic_opaque(client);
    struct ringside_machine *m = n->machine;
    uint8_t padded[NIC_FRAME_MIN] = { 0 };

    if (!m->rec || length > NIC_FRAME_MAX) {
        return length;
    }
    if (m->inside) { /* the answer to a frame that is being sent */
        m->late_frames |= 1u << n->port;
        return 0;
    }
    if (length < sizeof(padded)) { /* back ends do not pad, wires do */
        memcpy(padded, frame, length);
        frame = padded;
    }
    bench_frame_in(m->bench, ringside_enter(m), n->port, frame, MAX(length, sizeof(padded)));
    ringside_leave(m, 0);
    return length;
}

void ringside_nic_send(struct ringside_nic *n, const uint8_t *frame, uint32_t length)
{
    if (n->nic) {
        qemu_send_packet(qemu_get_queue(n->nic), frame, length);
    }
}

void ringside_nic_fetch(struct ringside_nic *n)
{
    if (n && n->nic) {
        qemu_flush_queued_packets(qemu_get_queue(n->nic));
    }
}

static NetClientInfo netdev_info = {
    .type = NET_CLIENT_DRIVER_NIC,
    .size = sizeof(NICState),
    .receive = netdev_receive,
};

static bool connect_netdev(struct ringside_nic *n, Error **errp)
{
    const struct plan_port *ports =
        (const void *)((const uint8_t *)n->machine->plan + n->machine->plan->ports.offset);
    bool planned = ports[n->port].attach == PLAN_ATTACH_NETDEV;
    DeviceState *device = DEVICE(n);

    if (planned != !!n->conf.peers.ncs[0]) {
        error_setg(errp, planned ? "the plan attaches port %u to a netdev: expected netdev=ID"
                                 : "netdev= is given, but the plan does not attach port %u to one",
                   n->port);
        return false;
    }
    if (planned) {
        n->nic = qemu_new_nic(&netdev_info, &n->conf, TYPE_RINGSIDE_NIC, device->id,
                              &device->mem_reentrancy_guard, n);
    }
    return true;
}

static void nic_realize(PCIDevice *pci, Error **errp)
{
    struct ringside_nic *n = RINGSIDE_NIC(pci);

    if (!ringside_attach(n, errp) || !connect_netdev(n, errp)) {
        return;
    }
    n->function = (struct ringside_function){
        .nic = n, .pci = pci, .id = NIC_FUNCTION(n->port, 0) };
    memory_region_init_io(&n->bar0, OBJECT(n), &bar0_ops, &n->function, "ringside-nic registers",
                          NIC_BAR0_BYTES);
    memory_region_init_io(&n->bar4, OBJECT(n), &bar4_ops, &n->function, "ringside-nic msi-x",
                          NIC_BAR4_BYTES);
    /* Peer-to-peer writes into our own registers are put off by machine.c, not dropped. */
    n->bar0.disable_reentrancy_guard = true;
    n->bar4.disable_reentrancy_guard = true;
    adopt_image(n);
    ringside_iommu_listen(&n->function);
}

static void nic_exit(PCIDevice *pci)
{
    struct ringside_nic *n = RINGSIDE_NIC(pci);

    ringside_vfs_remove(n);
    ringside_detach(n);
    ringside_iommu_unlisten(&n->function);
    if (n->nic) {
        qemu_del_nic(n->nic);
        n->nic = NULL;
    }
}

static void nic_device_reset(DeviceState *device)
{
    struct ringside_nic *n = RINGSIDE_NIC(device);
    struct ringside_machine *m = n->machine;

    trace_ringside_reset(n->port);
    bench_reset(m->bench, ringside_enter(m), NIC_FUNCTION(n->port, 0), NIC_RESET_BUS);
    ringside_leave(m, 0);
    ringside_nic_mirror(n);
}

/* The bench is loaded already; virtual functions that it has come back with the port. */
static int after_load(void *opaque, int version)
{
    ringside_vfs_follow(opaque);
    return 0;
}

/* The port's state is in the bench's block; this is QEMU's own: header, interrupt line. */
static const VMStateDescription nic_vmstate = {
    .name = TYPE_RINGSIDE_NIC,
    .version_id = 1,
    .minimum_version_id = 1,
    .post_load = after_load,
    .fields = (const VMStateField[]) {
        VMSTATE_PCI_DEVICE(parent, struct ringside_nic),
        VMSTATE_END_OF_LIST()
    },
};

static const Property nic_properties[] = {
    DEFINE_PROP_UINT32("port", struct ringside_nic, port, 0),
    DEFINE_NIC_PROPERTIES(struct ringside_nic, conf), /* mac, netdev */
};

static void nic_class_init(ObjectClass *class, void *data)
{
    DeviceClass *device = DEVICE_CLASS(class);
    PCIDeviceClass *pci = PCI_DEVICE_CLASS(class);
    const uint8_t *image = nic_config_image();

    pci->realize = nic_realize;
    pci->exit = nic_exit;
    pci->config_read = nic_config_space_read;
    pci->config_write = nic_config_space_write;
    pci->vendor_id = pci_get_word(image + PCI_VENDOR_ID);
    pci->device_id = pci_get_word(image + PCI_DEVICE_ID);
    pci->revision = image[PCI_REVISION_ID];
    pci->class_id = pci_get_word(image + PCI_CLASS_DEVICE);
    device->desc = "a modelled Intel 82599 port, attached to the machine's bench";
    device->vmsd = &nic_vmstate;
    device_class_set_legacy_reset(device, nic_device_reset);
    device_class_set_props(device, nic_properties);
    set_bit(DEVICE_CATEGORY_NETWORK, device->categories);
}

static const TypeInfo nic_type = {
    .name = TYPE_RINGSIDE_NIC,
    .parent = TYPE_PCI_DEVICE,
    .instance_size = sizeof(struct ringside_nic),
    .class_init = nic_class_init,
    .interfaces = (InterfaceInfo[]) { { INTERFACE_PCIE_DEVICE }, {} },
};

static void register_types(void)
{
    type_register_static(&nic_type);
}

type_init(register_types)
