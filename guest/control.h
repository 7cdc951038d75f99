/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The control device of the testbed in the hands of init: its registers, its mailbox memory and
 * its interrupt. The contract is model/bench/control_abi.h. It must not know what a job is.
 */
#ifndef RINGSIDE_GUEST_CONTROL_H
#define RINGSIDE_GUEST_CONTROL_H

#include <stddef.h>
#include <stdint.h>

#include "guest/pci.h"
#include "model/bench/control_abi.h"

struct control {
    struct pci_address address;
    volatile uint32_t *registers; /* BAR0; NULL: there is no control device */
    uint8_t *memory;              /* BAR2 */
    uint64_t memory_bytes;
    int interrupt; /* readable when the device interrupts; -1: none */
    int config;    /* PCI configuration space, to take the interrupt's mask off again */
};

/* Finds the device, maps both BARs, takes its interrupt. Returns 0 or -errno with a sentence
 * in why; registers may be usable even then (not NULL). */
int control_open(struct control *control, char *why, size_t room);

uint32_t control_read(const struct control *control, enum rs_ctl_reg offset);
void control_write(const struct control *control, enum rs_ctl_reg offset, uint32_t value);

/* Says with an event that process pid plays this role from now on. */
void control_announce(const struct control *control, enum rs_role role, uint32_t pid,
                      uint32_t generation);

/* After `interrupt` became readable: takes the causes (RS_IRQ_*), clears them in the device and
 * allows the next interrupt. */
uint32_t control_take_interrupt(const struct control *control);

#endif
