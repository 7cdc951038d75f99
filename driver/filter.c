/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which frames a port takes: addresses, multicast hash, promiscuity, VLANs. What was asked for is
 * kept in the port, so that a reset can write it again: see ixd_filter_apply().
 */
#include "driver/filter.h"

#include "driver/ixd_priv.h"

#include <errno.h>
#include <string.h>

/* RAR 0 is the port's own. */
static void write_mac(struct ixd_port *port, unsigned i)
{
    const uint8_t *mac = port->filter.mac[i];

    ixd_reg_write(port, IXD_AT(RAL, i + 1),
                  mac[0] | mac[1] << 8 | mac[2] << 16 | (uint32_t)mac[3] << 24);
    ixd_reg_write(port, IXD_AT(RAH, i + 1), mac[4] | mac[5] << 8 | IXD_RAH_AV);
}

static void clear_mac(struct ixd_port *port, unsigned i)
{
    ixd_reg_write(port, IXD_AT(RAH, i + 1), 0); /* AV goes first */
    ixd_reg_write(port, IXD_AT(RAL, i + 1), 0);
}

static int find_mac(const struct ixd_port *port, const uint8_t mac[6])
{
    for (unsigned i = 0; i < port->filter.macs; i++) {
        if (memcmp(port->filter.mac[i], mac, 6) == 0)
            return i;
    }
    return -1;
}

int ixd_filter_add_mac(struct ixd_port *port, const uint8_t mac[6], struct ixd_error *err)
{
    unsigned i = port->filter.macs;

    if (find_mac(port, mac) >= 0)
        return 0;
    if (i == IXD_MACS_MAX)
        return ixd_fail(err, -ENOSPC, "%s: all %d receive addresses are in use", port->bus->name,
                        IXD_MACS_MAX);
    memcpy(port->filter.mac[i], mac, 6);
    port->filter.macs++;
    write_mac(port, i);
    return 0;
}

int ixd_filter_remove_mac(struct ixd_port *port, const uint8_t mac[6], struct ixd_error *err)
{
    int i = find_mac(port, mac);
    unsigned last = port->filter.macs - 1;

    if (i < 0)
        return ixd_fail(err, -EINVAL, "%s: no such receive address", port->bus->name);
    memcpy(port->filter.mac[i], port->filter.mac[last], 6);
    if ((unsigned)i != last)
        write_mac(port, i);
    clear_mac(port, last);
    port->filter.macs--;
    return 0;
}

/* Of the last two bytes the upper 12 bits (MO = 0). */
void ixd_filter_add_multicast(struct ixd_port *port, const uint8_t mac[6])
{
    unsigned bit = (mac[4] >> 4 | mac[5] << 4) & 0xfff;

    port->filter.multicast[bit / 32] |= IXD_BIT(bit % 32);
    ixd_reg_write(port, IXD_AT(MTA, bit / 32), port->filter.multicast[bit / 32]);
    ixd_reg_write(port, IXD_MCSTCTRL, IXD_MCSTCTRL_MFE);
}

void ixd_filter_clear_multicast(struct ixd_port *port)
{
    memset(port->filter.multicast, 0, sizeof(port->filter.multicast));
    ixd_reg_write(port, IXD_MCSTCTRL, 0);
    for (unsigned i = 0; i < IXD_MTA_COUNT; i++)
        ixd_reg_write(port, IXD_AT(MTA, i), 0);
}

static void write_promiscuous(struct ixd_port *port)
{
    ixd_reg_write(port, IXD_FCTRL,
                  IXD_FCTRL_BAM | (port->filter.all_unicast ? IXD_FCTRL_UPE : 0) |
                      (port->filter.all_multicast ? IXD_FCTRL_MPE : 0));
}

void ixd_filter_promiscuous(struct ixd_port *port, bool unicast, bool multicast)
{
    port->filter.all_unicast = unicast;
    port->filter.all_multicast = multicast;
    write_promiscuous(port);
}

static void write_vlan_switch(struct ixd_port *port)
{
    ixd_reg_change(port, IXD_VLNCTRL, IXD_VLNCTRL_VFE,
                   port->filter.vlans ? IXD_VLNCTRL_VFE : 0);
}

int ixd_filter_vlan(struct ixd_port *port, unsigned id, bool on, struct ixd_error *err)
{
    uint32_t *word, bit = IXD_BIT(id % 32);

    if (id > 4095)
        return ixd_fail(err, -EINVAL, "%s: VLAN %u: expected 0..4095", port->bus->name, id);
    word = &port->filter.vlan[id / 32];
    if (on != !!(*word & bit)) {
        *word ^= bit;
        port->filter.vlans += on ? 1 : -1;
        ixd_reg_write(port, IXD_AT(VFTA, id / 32), *word);
        write_vlan_switch(port);
    }
    return 0;
}

void ixd_filter_apply(struct ixd_port *port)
{
    uint32_t any = 0;

    for (unsigned i = 0; i < IXD_MACS_MAX; i++) {
        clear_mac(port, i);
        if (i < port->filter.macs)
            write_mac(port, i);
    }
    for (unsigned i = 0; i < IXD_MTA_COUNT; i++) {
        ixd_reg_write(port, IXD_AT(MTA, i), port->filter.multicast[i]);
        any |= port->filter.multicast[i];
    }
    for (unsigned i = 0; i < IXD_VFTA_COUNT; i++)
        ixd_reg_write(port, IXD_AT(VFTA, i), port->filter.vlan[i]);
    ixd_reg_write(port, IXD_MCSTCTRL, any ? IXD_MCSTCTRL_MFE : 0);
    write_vlan_switch(port);
    write_promiscuous(port);
}
