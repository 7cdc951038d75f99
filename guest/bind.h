/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Gives PCI functions to kernel drivers, and their device nodes to the job's user. It must not
 * know what a driver does with them.
 */
#ifndef RINGSIDE_GUEST_BIND_H
#define RINGSIDE_GUEST_BIND_H

#include <stddef.h>

#include "guest/job.h"
#include "guest/pci.h"

#define BIND_NONE "none" /* no driver: the function is for user space alone */

/* Takes a function from its driver, if it has one, and gives it to this one. 0 or -errno. */
int bind_function(const struct pci_address *address, const char *driver);

/* Does all bind lines of a job: ports[] gets the bound functions, line by line and within a
 * line in order of address. With `iommu vfio` the user becomes owner of their IOMMU groups.
 * Returns the number of ports, or -errno with a sentence in why. */
int bind_job(const struct job *job, struct pci_address ports[JOB_PORTS_MAX], char *why,
             size_t room);

#endif
