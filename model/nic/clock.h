/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The NIC's own clocks: the free-running timer, the 1588 system time and the TCP timer. The first
 * two are functions of model time, so nothing ticks. It does not stamp frames: stamp.c asks it.
 */
#ifndef RINGSIDE_NIC_CLOCK_H
#define RINGSIDE_NIC_CLOCK_H

#include <stdint.h>

#include "model/nic/alarm.h"

struct nic;

enum { NIC_SYSTIM_TICK_PS = 6400 }; /* at 10 Gb/s */

struct nic_clock {
    uint64_t base;    /* SYSTIM at base_ps */
    uint64_t base_ps;
    uint64_t expires_ps; /* the TCP timer; 0: it does not run */
    struct nic_alarm alarm;
};

/* SYSTIM at an instant near the present one. */
uint64_t nic_systim_at(const struct nic *n, uint64_t at_ps);
void nic_clock_fire(struct nic *n);
void nic_clock_reset(struct nic *n, int kind);

#endif
