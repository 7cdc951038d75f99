/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Checks of how the driver reaches memory: IOMMU, page size, and what the ports are bound to must
 * fit together. See scenario_check.h.
 */
#include <glib.h>
#include <string.h>

#include "harness/scenario/scenario_check.h"

#define DRIVER_MARK(d, key)   rs_schema_mark(&rs_schema_driver, (d), (key))
#define MACHINE_MARK(m, key)  rs_schema_mark(&rs_schema_machine, (m), (key))
#define DRIVER_GOOD(d, key)   rs_schema_good(&rs_schema_driver, (d), (key))
#define MACHINE_GIVEN(m, key) rs_schema_given(&rs_schema_machine, (m), (key))

static void check_machine(struct check *k, struct scenario_machine *m)
{
    if (m->iommu == SCENARIO_IOMMU_OFF && MACHINE_GIVEN(m, "iotlb"))
        rs_check_error(k, MACHINE_MARK(m, "iotlb"), "without an IOMMU there is no IOTLB");
    if (m->pages != SCENARIO_PAGES_1GIB)
        return;
    if (m->host == SCENARIO_HOST_QEMU)
        rs_check_error(k, MACHINE_MARK(m, "pages"),
                       "the guest has pages of 4KiB and 2MiB; 1GiB needs host: in-process");
    if (m->host == SCENARIO_HOST_ANY)
        m->host = SCENARIO_HOST_IN_PROCESS;
}

/* This project's driver with physical addresses: what it cannot do without VFIO. */
static void check_physical(struct check *k, struct scenario_driver *d, struct scenario_machine *m)
{
    const bool guest = m->host != SCENARIO_HOST_IN_PROCESS;

    if (m->iommu == SCENARIO_IOMMU_ON)
        rs_check_error(k, DRIVER_MARK(d, "bind"),
                       "behind an IOMMU only VFIO maps memory for a driver; bind: %s needs "
                       "iommu: passthrough or off", d->bind);
    if (m->pages != SCENARIO_PAGES_2MIB)
        rs_check_error(k, MACHINE_MARK(m, "pages"),
                       "physical memory is contiguous within a huge page only: bind: %s needs "
                       "pages: 2MiB", d->bind);
    if (guest && d->user != 0 && DRIVER_GOOD(d, "user"))
        rs_check_error(k, DRIVER_MARK(d, "user"),
                       "only root may learn physical addresses: bind: %s needs user: 0", d->bind);
    if (guest && d->wait != SCENARIO_WAIT_POLL && DRIVER_GOOD(d, "wait"))
        rs_check_error(k, DRIVER_MARK(d, "wait"),
                       "bind: %s brings no MSI-X to user space; use wait: poll, or bind: vfio-pci",
                       d->bind);
}

void rs_check_dma(struct check *k)
{
    struct scenario_driver *d = &k->c->driver;
    struct scenario_machine *m = &k->c->machine;

    check_machine(k, m);
    if (d->bind == NULL)
        d->bind = g_strdup(m->iommu == SCENARIO_IOMMU_OFF ? "uio_pci_generic" : "vfio-pci");
    const bool vfio = strcmp(d->bind, "vfio-pci") == 0;
    if (vfio && m->iommu == SCENARIO_IOMMU_OFF)
        rs_check_error(k, DRIVER_MARK(d, "bind"),
                       "VFIO needs an IOMMU; with iommu: off use bind: uio_pci_generic or none");
    if (d->app == NULL)
        return;
    if (!vfio && strcmp(d->bind, "uio_pci_generic") != 0 && strcmp(d->bind, "none") != 0)
        rs_check_error(k, DRIVER_MARK(d, "bind"),
                       "this project's driver works on vfio-pci, uio_pci_generic or none, not on "
                       "'%s'", d->bind);
    else if (!vfio)
        check_physical(k, d, m);
}
