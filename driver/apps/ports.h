/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Ports of a Linux system, opened by way of whatever they are bound to: VFIO, or physical
 * addresses through sysfs.
 */
#ifndef RINGSIDE_DRIVER_APPS_PORTS_H
#define RINGSIDE_DRIVER_APPS_PORTS_H

#include "driver/apps/app.h"

struct ixd_vfio_domain;

struct ixd_app_ports {
    struct ixd_bus *bus[IXD_APP_PORTS_MAX];
    unsigned count;
    struct ixd_vfio_domain *domain; /* NULL: physical addresses */
};

/* All ports of the options, of one kind. 0, or -errno with a text and nothing open. */
int ixd_app_ports_open(struct ixd_app_ports *ports, const struct ixd_app_options *options,
                       struct ixd_error *err);
void ixd_app_ports_close(struct ixd_app_ports *ports);

#endif
