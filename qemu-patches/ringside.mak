# SPDX-License-Identifier: GPL-2.0-or-later
# The devices of our QEMU: a q35 machine with an IOMMU and PCIe ports, a console, and two stock
# NICs to compare with. Each line more costs build seconds on every fresh machine.
CONFIG_Q35=y
CONFIG_VTD=y
CONFIG_PCIE_PORT=y
CONFIG_VIRTIO_PCI=y
CONFIG_VIRTIO_SERIAL=y
CONFIG_IGB_PCI_EXPRESS=y
CONFIG_E1000E_PCI_EXPRESS=y
