/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Pools: see pool.h. The order of the steps is that in which the datasheet lists them for frames
 * from the wire [I-120].
 */
#include "model/nic/pool.h"

#include "model/nic/nic_priv.h"

/* ---- queues ---- */

struct nic_queue_mode nic_queue_mode(const struct nic *n)
{
    static const struct nic_queue_mode modes[MRQC_MODE + 1] = {
        [MRQC_RSS] = {.rss = 1},
        [MRQC_DCB_8] = {.class_bits = 4},
        [MRQC_DCB_4] = {.class_bits = 5},
        [MRQC_DCB_RSS_8] = {.rss = 1, .class_bits = 4},
        [MRQC_DCB_RSS_4] = {.rss = 1, .class_bits = 5},
        [MRQC_VMDQ] = {.pool_bits = 1},
        [MRQC_VMDQ_RSS_32] = {.rss = 1, .pool_bits = 2},
        [MRQC_VMDQ_RSS_64] = {.rss = 1, .pool_bits = 1},
        [MRQC_VMDQ_DCB_16] = {.pool_bits = 3},
        [MRQC_VMDQ_DCB_32] = {.pool_bits = 2},
    };
    struct nic_queue_mode mode = modes[n->st->reg[R_MRQC] & MRQC_MODE];

    if (!mode.pool_bits && n->st->reg[R_VT_CTL] & VT_CTL_VT_ENA) /* [I-121] */
        return modes[MRQC_VMDQ];
    return mode;
}

bool nic_rx_pools_on(const struct nic *n)
{
    return n->st->reg[R_VT_CTL] & VT_CTL_VT_ENA;
}

bool nic_tx_pools_on(const struct nic *n)
{
    return n->st->reg[R_MTQC] & MTQC_VT_ENA;
}

uint32_t nic_rx_pool_of(const struct nic *n, uint32_t queue)
{
    return queue >> nic_queue_mode(n).pool_bits;
}

uint32_t nic_tx_pool_of(const struct nic *n, uint32_t queue)
{
    uint32_t mtqc = n->st->reg[R_MTQC], layout = (mtqc & MTQC_LAYOUT) >> MTQC_LAYOUT_SHIFT;

    return queue >> (layout < 2 ? 1 : layout); /* 64 pools, 32, 16 */
}

uint8_t nic_traffic_class(const struct nic *n, const struct nic_headers *h)
{
    uint32_t priority = h->tagged ? h->tci >> 13u : 0;

    return n->st->reg[R_RTRUP2TC] >> 3 * priority & 7;
}

/* Of the hash so many bits count as PSRTYPE.RQPL says, of the class as many as there are. */
uint8_t nic_pool_queue(const struct nic *n, uint32_t pool, const struct nic_queue_choice *c)
{
    struct nic_queue_mode mode = nic_queue_mode(n);
    uint32_t most = (1u << mode.pool_bits) - 1, rqpl, within = c->class_;

    if (!mode.pool_bits)
        return (uint8_t)(mode.class_bits ? (c->class_ << mode.class_bits | c->entry) % NIC_QUEUES
                                         : c->entry);
    if (mode.rss) {
        rqpl = n->st->reg[R_PSRTYPE + pool] >> PSRTYPE_RQPL_SHIFT;
        within = c->entry & ((1u << rqpl) - 1);
    } else if ((n->st->reg[R_MRQC] & MRQC_MODE) < MRQC_VMDQ_DCB_16) {
        within = 0;
    }
    return (uint8_t)((pool << mode.pool_bits | (within & most)) % NIC_QUEUES);
}

/* ---- lists ---- */

uint64_t nic_pools_at(const struct nic *n, uint32_t reg)
{
    return n->st->reg[reg] | (uint64_t)n->st->reg[reg + 1] << 32;
}

uint64_t nic_pools_with(const struct nic *n, uint32_t bit)
{
    uint64_t list = 0;

    for (uint32_t p = 0; p < NIC_POOLS; p++)
        if (n->st->reg[R_VMOLR + p] & bit)
            list |= 1ull << p;
    return list;
}

uint64_t nic_pools_of_station(const struct nic *n, const uint8_t *address, bool *known)
{
    const uint32_t *ral = &n->st->reg[R_RAL], *rah = &n->st->reg[R_RAH];
    uint32_t low = __builtin_bswap32(nic_get32(address));
    uint32_t high = RAH_AV | (uint32_t)address[5] << 8 | address[4];
    uint64_t list = 0;

    *known = false;
    for (uint32_t i = 0; i < n->st->rx.stations; i++)
        if (rah[i] == high && ral[i] == low) {
            *known = true;
            list |= n->st->reg[R_MPSAR_LO + i] | (uint64_t)n->st->reg[R_MPSAR_HI + i] << 32;
        }
    return list;
}

static bool is_broadcast(const uint8_t *frame)
{
    return nic_load64(frame) << 16 == 0xffffffffffff0000u;
}

static bool replicates(const struct nic *n)
{
    return n->st->reg[R_VT_CTL] & VT_CTL_REPLEN;
}

uint64_t nic_pools_of_address(const struct nic *n, const uint8_t *frame, bool *exact)
{
    uint64_t list = nic_pools_of_station(n, frame, exact);

    if (!(frame[0] & 1)) {
        if (!list && nic_rx_hash_match(n, frame, R_UTA))
            list = nic_pools_with(n, VMOLR_ROPE);
        return list;
    }
    if (is_broadcast(frame)) {
        *exact = true;
        return replicates(n) ? list | nic_pools_with(n, VMOLR_BAM) : list;
    }
    if (!replicates(n))
        return list;
    if (!list && n->st->reg[R_MCSTCTRL] & MCSTCTRL_MFE && nic_rx_hash_match(n, frame, R_MTA))
        list = nic_pools_with(n, VMOLR_ROMPE);
    return list | nic_pools_with(n, VMOLR_MPE);
}

/* [I-122] */
bool nic_pools_ask_for(const struct nic *n, const uint8_t *frame)
{
    if (frame[0] & 1)
        return !is_broadcast(frame) && replicates(n) && nic_pools_with(n, VMOLR_MPE);
    return nic_rx_hash_match(n, frame, R_UTA) && nic_pools_with(n, VMOLR_ROPE);
}

uint64_t nic_pools_of_vlan(const struct nic *n, uint32_t id, uint64_t *entries)
{
    uint64_t list = 0;

    *entries = 0;
    for (uint32_t i = 0; i < NIC_POOLS; i++) {
        uint32_t vlvf = n->st->reg[R_VLVF + i];
        if (vlvf & VLVF_VIEN && (vlvf & VLVF_ID) == id) {
            *entries |= 1ull << i;
            list |= nic_pools_at(n, R_VLVFB + 2 * i);
        }
    }
    return list;
}

uint64_t nic_pools_vlan_filter(const struct nic *n, const struct nic_headers *h, uint64_t list)
{
    uint64_t entries;

    if (!list || !(n->st->reg[R_VLNCTRL] & VLNCTRL_VFE))
        return list;
    return list & (h->tagged ? nic_pools_of_vlan(n, h->tci & 0xfff, &entries)
                             : nic_pools_with(n, VMOLR_AUPE));
}

/* ---- mirrors ---- */

/* Of a rule: registers r and r + 4. */
static uint64_t rule_map(const struct nic *n, uint32_t reg, uint32_t rule)
{
    return n->st->reg[reg + rule] |
           (uint64_t)n->st->reg[reg + rule + NIC_POOL_MIRRORS] << 32;
}

static bool comes_under(const struct nic *n, uint32_t rule, const struct nic_headers *h,
                        uint64_t list, uint32_t way)
{
    uint32_t mrctl = n->st->reg[R_MRCTL + rule];
    uint64_t entries;

    if (mrctl & MRCTL_VPME && list & rule_map(n, R_VMRVM, rule))
        return true;
    if (mrctl & MRCTL_VLME && h->tagged) {
        nic_pools_of_vlan(n, h->tci & 0xfff, &entries);
        if (entries & rule_map(n, R_VMRVLAN, rule))
            return true;
    }
    return mrctl & way && (way == MRCTL_DPME || list);
}

uint64_t nic_pools_mirrored(const struct nic *n, const struct nic_headers *h, uint64_t list,
                            uint32_t way)
{
    uint64_t mirrors = 0;

    for (uint32_t r = 0; r < NIC_POOL_MIRRORS; r++) {
        uint32_t mrctl = n->st->reg[R_MRCTL + r];
        if (mrctl & MRCTL_ANY && comes_under(n, r, h, list, way))
            mirrors |= 1ull << ((mrctl & MRCTL_MP) >> MRCTL_MP_SHIFT);
    }
    return mirrors;
}

/* ---- from the wire ---- */

static uint64_t default_pool(const struct nic *n)
{
    uint32_t vt_ctl = n->st->reg[R_VT_CTL];

    return vt_ctl & VT_CTL_DIS_DEFPL ? 0
                                     : 1ull << ((vt_ctl & VT_CTL_POOL) >> VT_CTL_POOL_SHIFT);
}

uint64_t nic_pools_of_frame(const struct nic *n, const uint8_t *frame,
                            const struct nic_headers *h, int ethertype)
{
    uint64_t receiving = nic_pools_at(n, R_VFRE), list;
    bool exact;

    list = nic_pools_vlan_filter(n, h, nic_pools_of_address(n, frame, &exact));
    if (!list)
        list = default_pool(n);
    if (ethertype >= 0 && n->st->reg[R_ETQF + ethertype] & ETQF_POOL_EN)
        list = 1ull << ((n->st->reg[R_ETQF + ethertype] & ETQF_POOL) >> ETQF_POOL_SHIFT);
    if (!replicates(n))
        list &= -list; /* one and no more */
    list &= receiving;
    return (list | nic_pools_mirrored(n, h, list, MRCTL_UPME)) & receiving;
}
