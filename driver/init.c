/* SPDX-License-Identifier: BSD-2-Clause
 *
 * From an unknown device to one that is reset and awake, in the order that the datasheet's
 * chapter on initialisation (4.6.3) prescribes; one function per step. Rings, link and interrupt
 * vectors are set up by the files that own them; ixd_init_device() calls them in order.
 */
#include "driver/ixd_priv.h"

#include <errno.h>
#include <string.h>

static void sleep_us(struct ixd_port *port, unsigned us)
{
    port->bus->ops->sleep_ns(port->bus, (uint64_t)us * 1000);
}

/* Mask everything and forget what is pending. Used before and after the reset. */
void ixd_init_mask_interrupts(struct ixd_port *port)
{
    ixd_reg_write(port, IXD_EIMC, 0x7fffffff);
    ixd_reg_write(port, IXD_AT(EIMC_EX, 0), UINT32_MAX);
    ixd_reg_write(port, IXD_AT(EIMC_EX, 1), UINT32_MAX);
    ixd_reg_read(port, IXD_EICR); /* clears the causes, and flushes the writes */
}

/* No new requests on PCIe, and the open ones complete. A reset in the middle of a request would
 * leave its completion homeless. */
static int disable_master(struct ixd_port *port)
{
    const struct ixd_reg_wait wait = {
        .offset = IXD_STATUS,
        .mask = IXD_STATUS_GIO,
        .want = 0,
        .timeout_us = 80000,
        .step_us = 100,
        .meaning = "no request of the device to be open on PCIe",
    };

    ixd_reg_write(port, IXD_RXCTRL, 0);
    ixd_reg_change(port, IXD_CTRL, 0, IXD_CTRL_GIO_DIS);
    return ixd_reg_wait(port, &wait, NULL);
}

static int reset_once(struct ixd_port *port, struct ixd_error *err)
{
    const struct ixd_reg_wait wait = {
        .offset = IXD_CTRL,
        .mask = IXD_CTRL_RST | IXD_CTRL_LRST,
        .want = 0,
        .timeout_us = 10000,
        .step_us = 10,
        .meaning = "the reset bits RST and LRST to clear themselves",
    };

    ixd_reg_change(port, IXD_CTRL, 0, IXD_CTRL_RST | IXD_CTRL_LRST);
    sleep_us(port, 1000); /* no register may be touched in the first millisecond */
    return ixd_reg_wait(port, &wait, err);
}

int ixd_init_reset(struct ixd_port *port, struct ixd_error *err)
{
    int rc;

    if (ixd_port_gone(port))
        return ixd_fail(err, -ENODEV,
                        "%s: STATUS reads all ones: the device is gone, or its memory space is "
                        "switched off",
                        port->bus->name);
    rc = disable_master(port);
    if (rc == -ENODEV)
        return ixd_fail(err, rc, "%s: the device went away during its reset", port->bus->name);
    /* Requests that do not drain survive one reset; the datasheet's cure is a second one. */
    if (rc == -ETIMEDOUT) {
        rc = reset_once(port, err);
        if (rc)
            return rc;
    }
    rc = reset_once(port, err);
    if (rc)
        return rc;
    sleep_us(port, 10000); /* the units behind the MAC come up */
    return 0;
}

int ixd_init_wait_ready(struct ixd_port *port, struct ixd_error *err)
{
    const struct ixd_reg_wait eeprom = {
        .offset = IXD_EEC,
        .mask = IXD_EEC_ARD,
        .want = IXD_EEC_ARD,
        .timeout_us = 500000,
        .step_us = 1000,
        .meaning = "the automatic read of the EEPROM to be done (ARD)",
    };
    const struct ixd_reg_wait dma = {
        .offset = IXD_RDRXCTL,
        .mask = IXD_RDRXCTL_DMAIDONE,
        .want = IXD_RDRXCTL_DMAIDONE,
        .timeout_us = 500000,
        .step_us = 1000,
        .meaning = "the DMA unit to be initialised (DMAIDONE)",
    };
    int rc = ixd_reg_wait(port, &eeprom, err);

    return rc ? rc : ixd_reg_wait(port, &dma, err);
}

/* The device loads its address from the EEPROM into the first receive address. */
int ixd_init_mac(struct ixd_port *port, struct ixd_error *err)
{
    static const uint8_t none[6];
    uint32_t low = ixd_reg_read(port, IXD_AT(RAL, 0));
    uint32_t high = ixd_reg_read(port, IXD_AT(RAH, 0));

    for (unsigned i = 0; i < 4; i++)
        port->mac[i] = low >> (8 * i);
    port->mac[4] = high;
    port->mac[5] = high >> 8;
    if ((port->mac[0] & 1) || memcmp(port->mac, none, 6) == 0)
        return ixd_fail(err, -EADDRNOTAVAIL,
                        "%s: RAL(0)/RAH(0): expected a unicast address from the EEPROM, seen "
                        "0x%08x/0x%08x",
                        port->bus->name, low, high);
    ixd_reg_write(port, IXD_AT(RAH, 0), (high & 0xffff) | IXD_RAH_AV);
    return 0;
}

/* Tells the firmware that the port has a driver, or has none any more. */
void ixd_init_driver_loaded(struct ixd_port *port, bool loaded)
{
    ixd_reg_change(port, IXD_CTRL_EXT, IXD_CTRL_EXT_DRV_LOAD, loaded ? IXD_CTRL_EXT_DRV_LOAD : 0);
}

/* Frame handling of the MAC, for both directions: the device owns the CRC and the padding. */
static void setup_mac(struct ixd_port *port)
{
    uint32_t jumbo = port->config.mtu > IXD_MTU_DEFAULT ? IXD_HLREG0_JUMBOEN : 0;

    ixd_reg_change(port, IXD_HLREG0, IXD_HLREG0_JUMBOEN | IXD_HLREG0_LPBK,
                   IXD_HLREG0_TXCRCEN | IXD_HLREG0_RXCRCSTRP | IXD_HLREG0_TXPADEN | jumbo);
    /* Header and CRC included; a tag comes on top by itself. */
    ixd_reg_change(port, IXD_MAXFRS, IXD_MAXFRS_BYTES(0xffff),
                   IXD_MAXFRS_BYTES(port->config.mtu + 18));
}

/* Pause frames never reach the rings. The packet buffer of 512 KB asks for a pause with room left
 * for what two ends and a cable hold at 10 Gb/s with jumbo frames. */
static void setup_flow_control(struct ixd_port *port)
{
    enum { PAUSE_ABOVE_KB = 448, GO_ON_BELOW_KB = 384, PAUSE_TIME = 0x680 /* x 51.2 ns */ };
    bool send = port->config.flow_control & IXD_FLOW_CONTROL_TX;
    bool obey = port->config.flow_control & IXD_FLOW_CONTROL_RX;

    ixd_reg_write(port, IXD_MFLCN, IXD_MFLCN_DPF | (obey ? IXD_MFLCN_RFCE : 0));
    ixd_reg_write(port, IXD_AT(FCTTV, 0), PAUSE_TIME << 16 | PAUSE_TIME);
    ixd_reg_write(port, IXD_FCRTV, PAUSE_TIME / 2);
    ixd_reg_write(port, IXD_AT(FCRTL, 0),
                  send ? IXD_FCRTL_XONE | IXD_FC_BYTES(GO_ON_BELOW_KB) : 0);
    ixd_reg_write(port, IXD_AT(FCRTH, 0),
                  send ? IXD_FCRTH_FCEN | IXD_FC_BYTES(PAUSE_ABOVE_KB) : 0);
    ixd_reg_write(port, IXD_FCCFG, send ? IXD_FCCFG_TFCE : 0);
}

int ixd_init_device(struct ixd_port *port, struct ixd_error *err)
{
    int rc;

    ixd_init_mask_interrupts(port);
    rc = ixd_init_reset(port, err);
    if (rc)
        return rc;
    ixd_init_mask_interrupts(port);
    rc = ixd_init_wait_ready(port, err);
    if (rc)
        return rc;
    rc = ixd_init_mac(port, err);
    if (rc)
        return rc;
    rc = ixd_link_start(port, err);
    if (rc)
        return rc;
    ixd_stats_map_queues(port);
    setup_mac(port);
    setup_flow_control(port);
    ixd_filter_apply(port);
    ixd_rx_setup_global(port);
    ixd_tx_setup_global(port);
    return ixd_steer_apply(port, err);
}
