/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Registers by the datasheet's names, for what is written by hand: register scripts. Knows the
 * lists of driver/regs.h and driver/regs_rest.h, and nothing of a device.
 */
#ifndef RINGSIDE_DRIVER_APPS_REGNAME_H
#define RINGSIDE_DRIVER_APPS_REGNAME_H

#include <stddef.h>
#include <stdint.h>

enum { IXD_REGNAME_NONE = -1, IXD_REGNAME_BYTES = 0x20000 };

/* Number of a register; IXD_REGNAME_NONE: there is no such name. */
int ixd_regname_find(const char *name, size_t length);
const char *ixd_regname(int number);
/* Elements of it, all parts together. */
uint32_t ixd_regname_count(int number);
/* Where element `index` lies; UINT32_MAX: beyond its end. */
uint32_t ixd_regname_offset(int number, uint32_t index);
/* The name most like a wrong one; NULL when none is like it. */
const char *ixd_regname_nearest(const char *name, size_t length);

#endif
