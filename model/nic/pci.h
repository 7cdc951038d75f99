/* SPDX-License-Identifier: BSD-2-Clause
 *
 * PCI configuration space: the image, what may be written, and the few bits of it that the rest of
 * the NIC asks about. It knows nothing of registers, queues or interrupts' causes.
 */
#ifndef RINGSIDE_NIC_PCI_H
#define RINGSIDE_NIC_PCI_H

#include <stdbool.h>
#include <stdint.h>

struct nic;
struct nic_state;

struct nic_pci {
    uint8_t config[4096];
};

/* May the function write and read memory: bus master on, and not in D3hot. */
bool nic_pci_bus_master(const struct nic *n);
bool nic_pci_in_d3(const struct nic *n);
bool nic_pci_intx_disabled(const struct nic *n);
/* A read of this function came back with Unsupported Request. */
void nic_pci_read_refused(struct nic *n);
bool nic_pci_msix_enabled(const struct nic *n);
bool nic_pci_msix_masked(const struct nic *n); /* function mask of the MSI-X capability */
/* MSI enabled? If so, where its message goes; `masked` by its one mask bit. */
bool nic_pci_msi(const struct nic *n, uint64_t *address, uint32_t *data);
bool nic_pci_msi_masked(const struct nic *n);
void nic_pci_msi_pending(struct nic *n, bool pending); /* the pending bit beside the mask bit */
/* Max payload and max read request, bytes. */
uint32_t nic_pci_mps(const struct nic *n);
uint32_t nic_pci_mrrs(const struct nic *n);

void nic_pci_init(void); /* builds image and masks, once per process */
void nic_pci_reset(struct nic *n, int kind); /* enum nic_reset_kind */

#endif
