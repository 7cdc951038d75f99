/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Flow director, what it looks at: see fdir.h. Reads a frame or the filter registers, applies the
 * masks, hashes. Address registers hold a field as it stands in the frame, first byte in bits 7:0;
 * a set mask bit means: do not look.
 */
#include "model/nic/fdir.h"

#include "model/nic/nic_priv.h"

enum { PERFECT_IP6_WORDS = 3 }; /* in FDIRSIPV6; the last one is in FDIRIPSA */

static uint32_t number(uint32_t stored)
{
    return __builtin_bswap32(stored);
}

/* The masks of ports have their bits the other way round. */
static uint32_t reverse16(uint32_t v)
{
    uint32_t out = 0;

    for (uint32_t i = 0; i < 16; i++)
        out |= (v >> i & 1) << (15 - i);
    return out;
}

/* Bits of source (31:16) and destination port that count. */
static uint32_t port_mask(const struct nic *n, uint32_t type)
{
    static const uint16_t reg[] = {
        [FLOW_UDP] = R_FDIRUDPM, [FLOW_TCP] = R_FDIRTCPM, [FLOW_SCTP] = R_FDIRSCTPM,
    };
    uint32_t l4 = type & FLOW_L4;

    if (!l4)
        return 0;
    uint32_t mask = n->st->reg[reg[l4]];
    return ~(reverse16(mask & 0xffff) << 16 | reverse16(mask >> 16));
}

static uint32_t vlan_mask(uint32_t fdirm)
{
    return (fdirm & FDIRM_VLANID ? 0 : 0xfff) | (fdirm & FDIRM_VLANP ? 0 : 0xf000);
}

/* Four bits of FDIRIP6M are the bytes of one word. */
static uint32_t ip6_word_mask(uint32_t bits)
{
    uint32_t mask = 0;

    for (uint32_t i = 0; i < 4; i++)
        if (!(bits >> i & 1))
            mask |= 0xff000000u >> 8 * i;
    return mask;
}

static uint8_t type_mask(uint32_t fdirm)
{
    return fdirm & FDIRM_L4P ? FLOW_IP6 : FLOW_IP6 | FLOW_L4;
}

/* `destination`: of an IPv6 packet, else its source. */
static void mask_ip6(const struct nic *n, uint32_t address[4], bool destination)
{
    uint32_t bits = n->st->reg[R_FDIRIP6M] >> (destination ? 16 : 0);

    for (uint32_t i = 0; i < 4; i++)
        address[i] &= ip6_word_mask(bits >> 4 * i);
}

static void take_addresses(const struct nic *n, const uint8_t *ip, struct nic_flow *flow)
{
    const uint32_t *reg = n->st->reg;

    if (!(flow->type & FLOW_IP6)) {
        flow->source[0] = nic_get32(ip + 12) & ~number(reg[R_FDIRSIP4M]);
        flow->destination[0] = nic_get32(ip + 16) & ~number(reg[R_FDIRDIP4M]);
        return;
    }
    for (uint32_t i = 0; i < 4; i++) {
        flow->source[i] = nic_get32(ip + 8 + 4 * i);
        flow->destination[i] = nic_get32(ip + 24 + 4 * i);
    }
    mask_ip6(n, flow->source, false);
    mask_ip6(n, flow->destination, true);
    if (reg[R_FDIRM] & FDIRM_DIP6 && n->st->fdir.perfect) /* [I-108] */
        memset(flow->destination, 0, sizeof flow->destination);
}

void nic_flow_of_frame(const struct nic *n, const uint8_t *frame, uint32_t length,
                       const struct nic_headers *h, uint32_t pool, struct nic_flow *flow)
{
    const uint32_t *reg = n->st->reg;
    uint32_t fdirm = reg[R_FDIRM];
    uint32_t flex = ((reg[R_FDIRCTRL] & FDIRCTRL_FLEX) >> FDIRCTRL_FLEX_SHIFT) * 2;

    *flow = (struct nic_flow){0};
    if (!(h->ptype & PTYPE_IPV4))
        flow->type = FLOW_IP6;
    if (h->l4)
        flow->type |= h->ptype & PTYPE_TCP ? FLOW_TCP : h->ptype & PTYPE_UDP ? FLOW_UDP
                                                                             : FLOW_SCTP;
    take_addresses(n, frame + h->l3, flow);
    if (h->l4)
        flow->ports = nic_get32(frame + h->l4) & port_mask(n, flow->type);
    flow->type &= type_mask(fdirm);
    flow->vlan = (uint16_t)(h->tci & vlan_mask(fdirm));
    if (!(fdirm & FDIRM_POOL))
        flow->pool = (uint8_t)pool;
    if (!(fdirm & FDIRM_FLEX) && flex + 2 <= length)
        flow->flex = (uint16_t)nic_get16(frame + flex);
}

void nic_flow_of_registers(const struct nic *n, uint32_t fdircmd, struct nic_fdir_key *key)
{
    const uint32_t *reg = n->st->reg;
    uint32_t fdirm = reg[R_FDIRM], port = reg[R_FDIRPORT], vlan = reg[R_FDIRVLAN];

    *key = (struct nic_fdir_key){
        .type = (uint8_t)((fdircmd & FDIRCMD_L4TYPE) >> FDIRCMD_L4TYPE_SHIFT),
        .vlan = (uint16_t)(vlan & vlan_mask(fdirm)),
        .flex = fdirm & FDIRM_FLEX ? 0 : __builtin_bswap16((uint16_t)(vlan >> 16)),
    };
    if (!(fdirm & FDIRM_POOL))
        key->pool = (fdircmd & FDIRCMD_POOL) >> FDIRCMD_POOL_SHIFT;
    key->ports = (port << 16 | port >> 16) & port_mask(n, key->type);
    if (fdircmd & FDIRCMD_IP6) {
        key->type |= FLOW_IP6;
        key->by_destination = fdircmd & FDIRCMD_IP6_DESTINATION ? 1 : 0;
        for (uint32_t i = 0; i < PERFECT_IP6_WORDS; i++)
            key->address[i] = number(reg[R_FDIRSIPV6 + i]);
        key->address[PERFECT_IP6_WORDS] = number(reg[R_FDIRIPSA]);
        mask_ip6(n, key->address, key->by_destination);
        if (key->by_destination && fdirm & FDIRM_DIP6)
            memset(key->address, 0, sizeof key->address);
    } else {
        key->address[0] = number(reg[R_FDIRIPSA] & ~reg[R_FDIRSIP4M]);
        key->destination = number(reg[R_FDIRIPDA] & ~reg[R_FDIRDIP4M]);
    }
    key->type &= type_mask(fdirm);
}

bool nic_flow_matches(const struct nic_flow *flow, const struct nic_fdir_key *key)
{
    const uint32_t *address = key->by_destination ? flow->destination : flow->source;

    return flow->type == key->type && flow->pool == key->pool && flow->ports == key->ports &&
           flow->vlan == key->vlan && flow->flex == key->flex &&
           memcmp(address, key->address, sizeof key->address) == 0 &&
           (flow->type & FLOW_IP6 || flow->destination[0] == key->destination);
}

/* Two 32-bit words stand for the whole flow: `high`, all its words xored, and `low`, the same with
 * its halves swapped; type and VLAN are mixed in, into `low` only after the first step. Key bit i
 * takes 16 bits of `low` from bit i on, key bit i + 16 those of `high`. */
uint32_t nic_flow_hash(const struct nic_flow *flow, uint32_t key)
{
    uint32_t head = (uint32_t)flow->pool << 24 | (uint32_t)flow->type << 16 | flow->vlan;
    uint32_t hash = 0;
    uint32_t high = flow->ports ^ (uint32_t)flow->flex << 16;

    for (uint32_t i = 0; i < 4; i++)
        high ^= flow->destination[i] ^ flow->source[i];
    uint32_t low = high >> 16 | high << 16;
    high ^= head ^ head >> 16;
    for (uint32_t i = 0; i < 16; i++) {
        if (i == 1)
            low ^= head ^ head << 16;
        if (key >> i & 1)
            hash ^= low >> i;
        if (key >> (i + 16) & 1)
            hash ^= high >> i;
    }
    return hash & 0xffff;
}
