/* SPDX-License-Identifier: BSD-2-Clause
 *
 * PCI addresses, and the functions that the kernel lists in sysfs. It must not know what any
 * function is for. Paths start at a root that the caller gives ("/sys/bus/pci" in the guest,
 * a made-up tree in tests).
 */
#ifndef RINGSIDE_GUEST_PCI_H
#define RINGSIDE_GUEST_PCI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PCI_SYSFS "/sys/bus/pci"

struct pci_address {
    uint16_t domain;
    uint8_t bus, device, function;
};

enum { PCI_ADDRESS_TEXT = sizeof("0000:00:00.0") };

/* "0000:01:00.0", hexadecimal, exactly in this shape. False: it is not one. */
bool pci_parse(const char *text, struct pci_address *out);

/* Writes the same shape, with its final zero. */
void pci_format(const struct pci_address *address, char out[PCI_ADDRESS_TEXT]);

/* <0, 0, >0: the order of domain, bus, device, function. */
int pci_compare(const struct pci_address *a, const struct pci_address *b);

/* All functions with this vendor and device id, in order of address, at most `room` into out.
 * Returns how many there are (may exceed room), or -errno when the tree cannot be read. */
int pci_find(const char *root, uint16_t vendor, uint16_t device, struct pci_address *out, int room);

/* Writes "ROOT/devices/ADDRESS/LEAF"; -ENAMETOOLONG when it does not fit. */
int pci_path(const char *root, const struct pci_address *address, const char *leaf, char *out,
             size_t room);

#endif
