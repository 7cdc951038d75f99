/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The NIC's own clocks: the free-running timer and the 1588 system time. Both are functions of
 * model time, so nothing ticks. It does not stamp frames: stamp.c asks it.
 */
#ifndef RINGSIDE_NIC_CLOCK_H
#define RINGSIDE_NIC_CLOCK_H

#include <stdint.h>

struct nic;

enum { NIC_SYSTIM_TICK_PS = 6400 }; /* at 10 Gb/s */

struct nic_clock {
    uint64_t base;    /* SYSTIM at base_ps */
    uint64_t base_ps;
};

/* SYSTIM at an instant near the present one. */
uint64_t nic_systim_at(const struct nic *n, uint64_t at_ps);
void nic_clock_reset(struct nic *n, int kind);

#endif
