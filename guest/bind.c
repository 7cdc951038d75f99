/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Binding through sysfs: driver_override, unbind, drivers_probe. See bind.h.
 */
#include "guest/bind.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "guest/files.h"

/* Last part of the link ROOT/devices/ADDRESS/LEAF; -errno when there is no such link. */
static int link_name(const struct pci_address *address, const char *leaf, char *out, size_t room)
{
    char path[256], target[PATH_MAX];

    int result = pci_path(PCI_SYSFS, address, leaf, path, sizeof(path));
    if (result < 0)
        return result;
    ssize_t length = readlink(path, target, sizeof(target) - 1);
    if (length < 0)
        return -errno;
    target[length] = '\0';
    const char *slash = strrchr(target, '/');
    if (snprintf(out, room, "%s", slash ? slash + 1 : target) >= (int)room)
        return -ENAMETOOLONG;
    return 0;
}

/* Takes the function from the driver that has it. */
static int unbind(const struct pci_address *address, const char *name)
{
    char path[256];
    int result = pci_path(PCI_SYSFS, address, "driver/unbind", path, sizeof(path));

    return result < 0 ? result : file_write(path, name);
}

int bind_function(const struct pci_address *address, const char *driver)
{
    char name[PCI_ADDRESS_TEXT], path[256], bound[64];

    pci_format(address, name);
    bool has_driver = !link_name(address, "driver", bound, sizeof(bound));
    if (!strcmp(driver, BIND_NONE))
        return has_driver ? unbind(address, name) : 0;
    int result = pci_path(PCI_SYSFS, address, "driver_override", path, sizeof(path));
    if (!result)
        result = file_write(path, driver);
    if (result < 0)
        return result;
    if (has_driver) {
        if (!strcmp(bound, driver))
            return 0;
        result = unbind(address, name);
        if (result < 0)
            return result;
    }
    result = file_write(PCI_SYSFS "/drivers_probe", name);
    if (result < 0)
        return result;
    /* the probe of a driver that refuses the function is not an error of the write */
    if (link_name(address, "driver", bound, sizeof(bound)) < 0 || strcmp(bound, driver) != 0)
        return -ENODEV;
    return 0;
}

static int give_group(const struct pci_address *port, uint32_t user, char *why, size_t room)
{
    char name[PCI_ADDRESS_TEXT], group[32], path[64];

    pci_format(port, name);
    if (link_name(port, "iommu_group", group, sizeof(group)) < 0) {
        snprintf(why, room,
                 "%s is in no IOMMU group: the machine needs -device intel-iommu and the kernel "
                 "intel_iommu=on, or the job says iommu none",
                 name);
        return -ENODEV;
    }
    snprintf(path, sizeof(path), "/dev/vfio/%s", group);
    if (chown(path, user, user) < 0) {
        int error = -errno;
        snprintf(why, room, "cannot give %s of %s to user %u: %s", path, name, user,
                 strerror(-error));
        return error;
    }
    return 0;
}

static int bind_line(const struct job *job, const struct job_bind *bind, struct pci_address *ports,
                     int count, char *why, size_t room)
{
    char name[PCI_ADDRESS_TEXT];
    int found = pci_find(PCI_SYSFS, bind->vendor, bind->device, ports + count,
                         JOB_PORTS_MAX - count);

    if (found <= 0 || found > JOB_PORTS_MAX - count) {
        snprintf(why, room, "bind %04x:%04x: the machine has %d such devices; 1 to %d are possible",
                 bind->vendor, bind->device, found < 0 ? 0 : found, JOB_PORTS_MAX - count);
        return -ENODEV;
    }
    for (int i = count; i < count + found; i++) {
        pci_format(&ports[i], name);
        int result = bind_function(&ports[i], bind->driver);
        if (result < 0) {
            snprintf(why, room, "cannot bind %s to %s: %s", name, bind->driver, strerror(-result));
            return result;
        }
        if (job->vfio && (result = give_group(&ports[i], job->user, why, room)) < 0)
            return result;
    }
    return found;
}

int bind_job(const struct job *job, struct pci_address ports[JOB_PORTS_MAX], char *why, size_t room)
{
    int count = 0;

    for (unsigned i = 0; i < job->binds; i++) {
        int found = bind_line(job, &job->bind[i], ports, count, why, room);
        if (found < 0)
            return found;
        count += found;
    }
    return count;
}
