/* SPDX-License-Identifier: BSD-2-Clause */
#include "driver/apps/ports.h"

#include <errno.h>
#include <string.h>

#include "driver/bus_sysfs.h"
#include "driver/bus_vfio.h"
#include "driver/linux.h"

/* Is the port VFIO's? Buses of two kinds share no memory, so they must be of one. */
static int look(const struct ixd_app_options *options, bool *vfio, struct ixd_error *err)
{
    char driver[64], first[64] = "";

    for (unsigned i = 0; i < options->ports; i++) {
        const char *address = options->port[i];
        int rc = ixd_linux_bound_to(IXD_LINUX_DEVICES, address, driver, sizeof(driver));

        if (rc)
            return ixd_fail(err, rc, "%s: no such device (--port DDDD:BB:DD.F)", address);
        if (i == 0) {
            *vfio = strcmp(driver, "vfio-pci") == 0;
            memcpy(first, driver, sizeof(first));
        } else if (*vfio != (strcmp(driver, "vfio-pci") == 0)) {
            return ixd_fail(err, -EINVAL,
                            "%s is bound to '%s' and %s to '%s': bind all ports alike",
                            options->port[0], first, address, driver);
        }
    }
    return 0;
}

int ixd_app_ports_open(struct ixd_app_ports *ports, const struct ixd_app_options *options,
                       struct ixd_error *err)
{
    bool vfio = false;

    memset(ports, 0, sizeof(*ports));
    int rc = look(options, &vfio, err);
    if (rc == 0 && vfio)
        rc = ixd_vfio_domain_open(&ports->domain, err);
    while (rc == 0 && ports->count < options->ports) {
        struct ixd_bus **bus = &ports->bus[ports->count];
        const char *address = options->port[ports->count];

        rc = vfio ? ixd_vfio_open(bus, ports->domain, address, err)
                  : ixd_sysfs_open(bus, NULL, address, err);
        if (rc == 0)
            ports->count++;
    }
    if (rc)
        ixd_app_ports_close(ports);
    return rc;
}

void ixd_app_ports_close(struct ixd_app_ports *ports)
{
    while (ports->count) {
        struct ixd_bus *bus = ports->bus[--ports->count];

        if (ports->domain)
            ixd_vfio_close(bus);
        else
            ixd_sysfs_close(bus);
    }
    ixd_vfio_domain_close(ports->domain);
    ports->domain = NULL;
}
