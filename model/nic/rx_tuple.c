/* SPDX-License-Identifier: BSD-2-Clause
 *
 * 5-tuple filters and the SYN filter: see rx_tuple.h. Addresses and ports stand in the registers
 * as they stand in the frame: the first byte in bits 7:0.
 */
#include "model/nic/rx_tuple.h"

#include "model/nic/nic_priv.h"

enum {
    PROTO_TCP = 6,
    PROTO_UDP = 17,
    PROTO_SCTP = 132,
    TCP_FLAGS = 13, /* offset in the header */
    TCP_SYN = 1 << 1,
};

/* What a 5-tuple filter can look at. */
struct tuple {
    uint32_t source, destination;
    uint32_t ports; /* source 15:0, destination 31:16 */
    uint32_t protocol; /* as FTQF codes it */
    uint32_t pool;
    bool has_ports;
};

void nic_tuple_count(struct nic *n)
{
    uint32_t count = NIC_TUPLE_FILTERS;

    while (count && !(n->st->reg[R_FTQF + count - 1] & FTQF_ENABLE))
        count--;
    n->st->rx.tuples = (uint8_t)count;
}

void nic_ftqf_write(struct nic *n, uint32_t index, uint32_t value)
{
    nic_reg_store(n, R_FTQF, index, value);
    nic_tuple_count(n);
}

static uint32_t protocol_code(uint8_t protocol)
{
    switch (protocol) {
    case PROTO_TCP:
        return FTQF_TCP;
    case PROTO_UDP:
        return FTQF_UDP;
    case PROTO_SCTP:
        return FTQF_SCTP;
    default:
        return FTQF_OTHER;
    }
}

static bool matches(const struct nic *n, uint32_t i, const struct tuple *t)
{
    uint32_t ftqf = n->st->reg[R_FTQF + i], sdpqf = n->st->reg[R_SDPQF + i];

    if (!(ftqf & FTQF_ENABLE))
        return false;
    if (!(ftqf & FTQF_POOL_BYPASS) && (ftqf & FTQF_POOL) >> FTQF_POOL_SHIFT != t->pool)
        return false;
    if (!(ftqf & FTQF_PROTOCOL_BYPASS) && (ftqf & FTQF_PROTOCOL) != t->protocol)
        return false;
    if (!(ftqf & FTQF_SOURCE_BYPASS) && n->st->reg[R_SAQF + i] != t->source)
        return false;
    if (!(ftqf & FTQF_DESTINATION_BYPASS) && n->st->reg[R_DAQF + i] != t->destination)
        return false;
    if (!(ftqf & FTQF_SOURCE_PORT_BYPASS) &&
        (!t->has_ports || (sdpqf ^ t->ports) & SDPQF_SOURCE))
        return false;
    return ftqf & FTQF_DESTINATION_PORT_BYPASS ||
           (t->has_ports && !((sdpqf ^ t->ports) & SDPQF_DESTINATION));
}

/* Of the filters that match, the one with the highest priority; of equals the first [I-71]. */
static int tuple_filter(const struct nic *n, const uint8_t *frame, const struct nic_headers *h,
                        uint32_t pool)
{
    int best = -1;
    uint32_t best_priority = 0;

    if (!n->st->rx.tuples || !(h->ptype & PTYPE_IPV4))
        return -1;
    struct tuple t = {
        .source = (uint32_t)nic_load64(frame + h->l3 + 12),
        .destination = (uint32_t)(nic_load64(frame + h->l3 + 12) >> 32),
        .protocol = protocol_code(frame[h->l3 + 9]),
        .pool = pool,
        .has_ports = h->l4 != 0,
    };
    if (t.has_ports)
        t.ports = (uint32_t)nic_load64(frame + h->l4);
    for (uint32_t i = 0; i < n->st->rx.tuples; i++) {
        uint32_t priority = n->st->reg[R_FTQF + i] & FTQF_PRIORITY;
        if ((best < 0 || priority > best_priority) && matches(n, i, &t)) {
            best = (int)i;
            best_priority = priority;
        }
    }
    return best;
}

/* Any TCP segment with SYN, also one that answers another [I-72]. */
static bool is_syn(const struct nic *n, const uint8_t *frame, const struct nic_headers *h)
{
    return n->st->reg[R_SYNQF] & SYNQF_ENABLE && h->l4 && h->ptype & PTYPE_TCP &&
           frame[h->l4 + TCP_FLAGS] & TCP_SYN;
}

/* Does the filter's mark hold for this frame? [I-73] */
static bool low_latency(uint32_t l34t, const uint8_t *frame, uint32_t length,
                        const struct nic_headers *h)
{
    if (!(l34t & L34T_LLI))
        return false;
    if (!(l34t & L34T_SIZE_BYPASS) && length >= (l34t & L34T_SIZE))
        return false;
    if (l34t & L34T_FLAGS_BYPASS)
        return true;
    return h->l4 && h->ptype & PTYPE_TCP &&
           frame[h->l4 + TCP_FLAGS] & (l34t & L34T_FLAGS) >> L34T_FLAGS_SHIFT;
}

int nic_tuple_queue(const struct nic *n, const uint8_t *frame, uint32_t length,
                    const struct nic_headers *h, uint32_t pool, struct nic_rx_meta *meta)
{
    uint32_t synqf = n->st->reg[R_SYNQF];
    int syn = is_syn(n, frame, h) ? (int)((synqf & SYNQF_QUEUE) >> SYNQF_QUEUE_SHIFT) : -1;

    if (syn >= 0 && synqf & SYNQF_FIRST)
        return syn;
    int i = tuple_filter(n, frame, h, pool);
    if (i < 0)
        return syn;
    uint32_t l34t = n->st->reg[R_L34T_IMIR + i];
    if (low_latency(l34t, frame, length, h))
        meta->status |= RXD_STAT_LLINT;
    return (int)((l34t & L34T_QUEUE) >> L34T_QUEUE_SHIFT);
}
