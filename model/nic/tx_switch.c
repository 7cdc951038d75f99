/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Transmit by pools: what a pool sends is checked (anti-spoofing), tagged, and switched: to other
 * pools of the port, to the wire, or to both.
 */
#include "model/nic/nic_priv.h"
#include "model/nic/tx.h"

/* [I-126] */
uint64_t nic_switch_pools(const struct nic *n, const uint8_t *frame, const struct nic_headers *h,
                          uint32_t queue, bool *out)
{
    uint32_t source = nic_tx_pool_of(n, queue);
    uint64_t receiving = nic_pools_at(n, R_VFRE), list;
    bool exact;

    list = nic_pools_of_address(n, frame, &exact);
    *out = frame[0] & 1 || !exact;
    if (!(nic_pools_at(n, R_VMTXSW) >> source & 1))
        list &= ~(1ull << source);
    list = nic_pools_vlan_filter(n, h, list) & receiving;
    return (list | nic_pools_mirrored(n, h, list, *out ? MRCTL_DPME : 0)) & receiving;
}
