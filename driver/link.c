/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The link: 10G serial towards the SFI of an SFP+ module, and what LINKS says of it. The optics
 * themselves are left alone but for their transmit disable.
 */
#include "driver/ixd_priv.h"

#include <errno.h>

int ixd_link_start(struct ixd_port *port, struct ixd_error *err)
{
    const struct ixd_reg_wait restarted = {
        .offset = IXD_AUTOC,
        .mask = IXD_AUTOC_AN_RESTART,
        .want = 0,
        .timeout_us = 100000,
        .step_us = 100,
        .meaning = "the link's restart bit AN_RESTART to clear itself",
    };

    /* SDP3 high switches the module's transmitter off; another driver may have left it so. */
    if (ixd_reg_read(port, IXD_ESDP) & IXD_ESDP_SDP3)
        ixd_reg_change(port, IXD_ESDP, IXD_ESDP_SDP3, 0);
    ixd_reg_change(port, IXD_AUTOC2, IXD_AUTOC2_SERIAL, IXD_AUTOC2_SERIAL_SFI);
    ixd_reg_change(port, IXD_AUTOC, IXD_AUTOC_LMS, IXD_AUTOC_LMS_SERIAL | IXD_AUTOC_AN_RESTART);
    return ixd_reg_wait(port, &restarted, err);
}

struct ixd_link ixd_link_read(struct ixd_port *port)
{
    static const unsigned mbps[4] = {0, 100, 1000, 10000};
    uint32_t links = port->gone ? UINT32_MAX : ixd_reg_read(port, IXD_LINKS);
    bool up = links != UINT32_MAX && (links & IXD_LINKS_UP);

    if (links == UINT32_MAX)
        ixd_port_gone(port); /* remembers */

    if (up != port->link.up && port->link_was_up)
        port->link.changes++;
    port->link_was_up |= up;
    port->link.up = up;
    port->link.mbps = up ? mbps[IXD_LINKS_SPEED(links)] : 0;
    return port->link;
}

struct ixd_link ixd_link_last(const struct ixd_port *port)
{
    return port->link;
}
