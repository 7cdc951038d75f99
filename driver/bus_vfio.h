/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The bus of a Linux system: VFIO, type 1 IOMMU, MSI-X by eventfd, memory in huge pages. Needs no
 * root once /dev/vfio/GROUP belongs to the user and RLIMIT_MEMLOCK lets the memory be pinned.
 */
#ifndef RINGSIDE_DRIVER_BUS_VFIO_H
#define RINGSIDE_DRIVER_BUS_VFIO_H

#include "driver/bus.h"

struct ixd_vfio_domain;

/* One VFIO container: all ports opened in it see the same memory at the same IOVAs. 0 or -errno. */
int ixd_vfio_domain_open(struct ixd_vfio_domain **out, struct ixd_error *err);

/* All buses of the domain must be closed before. */
void ixd_vfio_domain_close(struct ixd_vfio_domain *domain);

/* Opens the function at `address` ("0000:01:00.0"), which must be bound to vfio-pci: maps BAR0,
 * switches memory space and bus mastering on. 0, or -errno with a text that says what to do. */
int ixd_vfio_open(struct ixd_bus **out, struct ixd_vfio_domain *domain, const char *address,
                  struct ixd_error *err);

/* Switches bus mastering off, and the last close resets the function. */
void ixd_vfio_close(struct ixd_bus *bus);

#endif
