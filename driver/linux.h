/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What every bus of a Linux process needs: memory of one page size, time, and which kernel driver
 * has a PCI function. Knows neither VFIO nor any device.
 */
#ifndef RINGSIDE_DRIVER_LINUX_H
#define RINGSIDE_DRIVER_LINUX_H

#include "driver/bus.h"

enum { IXD_PAGE_SMALL = 4096, IXD_PAGE_HUGE = 2 << 20 };

#define IXD_LINUX_DEVICES "/sys/bus/pci/devices"

/* Anonymous shared memory of one page size, populated; MAP_FAILED when there is none. `bytes` is a
 * multiple of the page size. */
void *ixd_linux_map(size_t bytes, bool huge);

static inline size_t ixd_round_up(size_t bytes, size_t step)
{
    return (bytes + step - 1) / step * step;
}

/* For struct ixd_bus_ops. */
uint64_t ixd_linux_now_ns(struct ixd_bus *bus);
void ixd_linux_sleep_ns(struct ixd_bus *bus, uint64_t ns);

/* Name of the kernel driver that has the function `address` below the folder `devices`; "" when
 * none has. 0, or -ENODEV when there is no such function. */
int ixd_linux_bound_to(const char *devices, const char *address, char *name, size_t room);

#endif
