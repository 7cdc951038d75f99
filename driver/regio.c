/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Registers for the control path: read, write, change, and the one bounded wait that every step
 * uses. The data path does not come here.
 */
#include "driver/ixd_priv.h"

#include <errno.h>
#include <stdio.h>

struct reg_row {
    const char *name;
    uint32_t offset, stride, count;
};

static const struct reg_row reg_rows[] = {
#define ROW(name, offset, stride, count) {#name, offset, stride, count},
    IXD_REGS(ROW)
#undef ROW
};

const char *ixd_reg_name(uint32_t offset, char *text, unsigned bytes)
{
    for (unsigned i = 0; i < sizeof(reg_rows) / sizeof(reg_rows[0]); i++) {
        const struct reg_row *row = &reg_rows[i];

        for (uint32_t k = 0; k < row->count; k++) {
            if (row->offset + k * row->stride != offset)
                continue;
            if (row->count == 1)
                snprintf(text, bytes, "%s", row->name);
            else
                snprintf(text, bytes, "%s(%u)", row->name, k);
            return text;
        }
    }
    snprintf(text, bytes, "?");
    return text;
}

uint32_t ixd_reg_read(struct ixd_port *port, uint32_t offset)
{
    return ixd_read32(port->bus, offset);
}

void ixd_reg_write(struct ixd_port *port, uint32_t offset, uint32_t value)
{
    ixd_write32(port->bus, offset, value);
}

void ixd_reg_change(struct ixd_port *port, uint32_t offset, uint32_t clear, uint32_t set)
{
    ixd_write32(port->bus, offset, (ixd_read32(port->bus, offset) & ~clear) | set);
}

int ixd_reg_wait(struct ixd_port *port, const struct ixd_reg_wait *wait, struct ixd_error *err)
{
    struct ixd_bus *bus = port->bus;
    uint32_t seen = 0;
    char name[24];

    /* Counted in steps, not by the clock: a clock that stands still must not hang the driver. */
    for (uint64_t waited_us = 0;; waited_us += wait->step_us) {
        seen = ixd_read32(bus, wait->offset);
        if (seen != UINT32_MAX && (seen & wait->mask) == wait->want)
            return 0;
        if (waited_us >= wait->timeout_us || (seen == UINT32_MAX && ixd_port_gone(port)))
            break;
        ixd_yield(bus, IXD_WORK_WAIT, 0);
        bus->ops->sleep_ns(bus, (uint64_t)wait->step_us * 1000);
    }
    ixd_reg_name(wait->offset, name, sizeof(name));
    if (port->gone)
        return ixd_fail(err, -ENODEV,
                        "%s: %s and STATUS read all ones: the device is gone, or its memory "
                        "space is switched off",
                        bus->name, name);
    return ixd_fail(err, -ETIMEDOUT,
                    "%s: %s (0x%05x): expected %s, (value & 0x%08x) == 0x%08x, within %u us; "
                    "seen 0x%08x",
                    bus->name, name, wait->offset, wait->meaning, wait->mask, wait->want,
                    wait->timeout_us, seen);
}
