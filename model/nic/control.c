/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Device control: CTRL and STATUS, and the small handshakes that stand alone: software semaphore,
 * MDIO without a PHY, flow director without filters.
 */
#include "model/nic/nic_priv.h"

/* ---- CTRL, STATUS ---- */

uint32_t nic_ctrl_read(struct nic *n, uint32_t index)
{
    uint32_t busy = nic_now(n) < n->st->reset_until_ps ? n->st->reset_bits : 0;

    return n->st->reg[R_CTRL] | busy;
}

/* RST leaves the PHY alone, LRST takes it along [I-24]; either resets MAC, DMA and queues, and
 * clears the rest of CTRL although drivers write GIO_DIS along with it. */
static void reset_by_ctrl(struct nic *n, uint32_t value)
{
    if (value & CTRL_LRST)
        nic_link_drop(n);
    nic_reset(n, NIC_RESET_SW);
    n->st->reset_bits = value & (CTRL_RST | CTRL_LRST);
    n->st->reset_until_ps = nic_now(n) + n->st->config.timing.reset_ps;
}

void nic_ctrl_write(struct nic *n, uint32_t index, uint32_t value)
{
    uint32_t old = n->st->reg[R_CTRL];

    if (value & (CTRL_RST | CTRL_LRST)) {
        reset_by_ctrl(n, value);
        return;
    }
    nic_reg_store(n, R_CTRL, 0, value);
    if (old & CTRL_GIO_DIS && !(value & CTRL_GIO_DIS)) {
        nic_rx_kick(n);
        nic_tx_kick(n);
    }
}

uint32_t nic_status_read(struct nic *n, uint32_t index)
{
    uint32_t status = (uint32_t)n->st->config.lan_id << STATUS_LAN_ID_SHIFT;

    if (!(n->st->reg[R_CTRL] & CTRL_GIO_DIS))
        status |= STATUS_GIO_ENABLED;
    if (nic_link_up(n))
        status |= STATUS_LINK_UP;
    return status;
}

/* ---- software semaphore ---- */

/* Whoever reads SMBI as 0 has it: the read sets it. */
uint32_t nic_swsm_read(struct nic *n, uint32_t index)
{
    uint32_t old = n->st->reg[R_SWSM];

    n->st->reg[R_SWSM] = old | SWSM_SMBI;
    return old;
}

/* ---- MDIO: nobody there, so the bus reads all ones ---- */

enum { MSCA_OP_READ_INCREMENT = 2, MSCA_OP_READ = 3 };

void nic_msca_write(struct nic *n, uint32_t index, uint32_t value)
{
    uint32_t op = value >> MSCA_OP_SHIFT & 3;

    nic_reg_store(n, R_MSCA, 0, value & ~(uint32_t)MSCA_MDI_CMD);
    if (value & MSCA_MDI_CMD && (op == MSCA_OP_READ || op == MSCA_OP_READ_INCREMENT))
        n->st->reg[R_MSRWD] |= 0xffff0000;
}
