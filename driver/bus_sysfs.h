/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The bus of a Linux system without an IOMMU between device and memory: registers through sysfs,
 * physical addresses, no interrupts. Needs root (physical addresses are nobody else's business) and
 * free huge pages, for memory is contiguous within one only. Nothing keeps the device from memory
 * that is not its own: a mistake of the driver is a mistake in anybody's memory.
 */
#ifndef RINGSIDE_DRIVER_BUS_SYSFS_H
#define RINGSIDE_DRIVER_BUS_SYSFS_H

#include "driver/bus.h"

/* Where to look; NULL: where Linux has it. */
struct ixd_sysfs_places {
    const char *devices; /* a folder per PCI function */
    const char *pagemap; /* of this process */
};

/* Opens the function at `address` ("0000:01:00.0"), which must be bound to uio_pci_generic or to no
 * driver at all: maps BAR0, switches memory space and bus mastering on. 0, or -errno with a text
 * that says what to do. */
int ixd_sysfs_open(struct ixd_bus **out, const struct ixd_sysfs_places *places,
                   const char *address, struct ixd_error *err);

/* Switches bus mastering off: all memory must have been freed before. */
void ixd_sysfs_close(struct ixd_bus *bus);

#endif
