/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The rules of the contract: see rule.h.
 */
#include "model/nic/rule.h"

#include "model/nic/nic_priv.h"
#include "model/nic/ring.h"

const struct nic_rule_info *nic_rule_info(unsigned rule)
{
    static const struct nic_rule_info info[] = {
#define RULE(id, name, severity, must, source, detail) {name, severity, must, source, detail},
#include "model/nic/rules.def"
#undef RULE
    };
    return rule < NIC_RULES ? &info[rule] : NULL;
}

__attribute__((cold))
void nic_violate(struct nic *n, enum nic_rule rule, bool tx, uint32_t queue, uint32_t slot,
                 uint64_t detail)
{
    nic_emit_as(n, nic_queue_function(n, queue), NIC_EV_violation, queue, rule,
                NIC_PLACE(tx, slot), detail);
}

void nic_rule_vf_hole(struct nic *n, uint16_t function, unsigned bar, uint32_t offset,
                      uint32_t value, bool write)
{
    nic_emit_as(n, function, NIC_EV_violation, 0, NIC_RULE_REGISTER_HOLE,
                NIC_PLACE(false, NIC_NO_SLOT),
                (uint64_t)value << 32 | (uint64_t)bar << 28 | (uint64_t)write << 27 | offset);
}

void nic_rule_hole(struct nic *n, unsigned bar, uint32_t offset, uint32_t value, bool write)
{
    nic_rule_vf_hole(n, nic_function(n), bar, offset, value, write);
}

/* ---- rings ---- */

struct ring {
    bool tx, enabled;
    uint32_t queue, length, head, tail;
};

static struct ring ring_of(const struct nic *n, bool tx, uint32_t queue)
{
    const uint32_t *reg = n->st->reg;

    return (struct ring){
        .tx = tx, .queue = queue,
        .enabled = tx ? nic_tx_enabled(&n->st->tx, queue) : nic_rx_enabled(&n->st->rx, queue),
        .length = reg[(tx ? R_TDLEN : R_RDLEN) + queue] / NIC_DESC_BYTES,
        .head = reg[(tx ? R_TDH : R_RDH) + queue],
        .tail = reg[(tx ? R_TDT : R_RDT) + queue],
    };
}

/* Everything before the queue's restart is forgotten. */
static void forget(struct nic *n, const struct ring *r)
{
    struct nic_rules *rules = &n->st->rules;

    if (r->tx)
        memset(rules->tails[r->queue], 0, sizeof rules->tails[r->queue]);
    else
        rules->rx_life[r->queue]++;
}

static void enabling(struct nic *n, const struct ring *r, uint32_t value)
{
    const struct nic_rules *rules = &n->st->rules;
    uint32_t base = rules->base[r->tx][r->queue], length = rules->length[r->tx][r->queue];

    forget(n, r);
    if (length == 0 || length & 127 || length >> 20)
        nic_violate(n, NIC_RULE_RING_LENGTH, r->tx, r->queue, NIC_NO_SLOT, length);
    if (base & 127)
        nic_violate(n, NIC_RULE_RING_BASE, r->tx, r->queue, NIC_NO_SLOT, base);
    if (r->length && r->tail >= r->length)
        nic_violate(n, NIC_RULE_TAIL_BEYOND, r->tx, r->queue, r->tail, r->tail);
    if (r->tx && !(n->st->reg[R_DMATXCTL] & DMATXCTL_TE))
        nic_violate(n, NIC_RULE_QUEUE_TOO_EARLY, true, r->queue, NIC_NO_SLOT, value);
}

static void doorbell(struct nic *n, const struct ring *r, uint32_t tail)
{
    if (r->length == 0)
        return; /* told when it was enabled */
    if (tail >= r->length) {
        nic_violate(n, NIC_RULE_TAIL_BEYOND, r->tx, r->queue, tail, tail);
        return;
    }
    if (!ring_ok(r->head, r->tail, r->length))
        return;
    uint32_t more = ring_distance(r->tail, tail, r->length);
    uint32_t owned = ring_distance(r->head, r->tail, r->length);
    if (more >= r->length - owned)
        nic_violate(n, NIC_RULE_TAIL_OVER_HEAD, r->tx, r->queue, tail,
                    (uint64_t)r->tail << 32 | r->head);
    if (r->tx && more) {
        uint32_t last = (tail ? tail : r->length) - 1;
        if (last < NIC_TAIL_SLOTS)
            n->st->rules.tails[r->queue][last / 64] |= 1ull << last % 64;
    }
}

/* Base, length or head. */
static void setting(struct nic *n, const struct nic_reg_row *row, const struct ring *r,
                    uint32_t value)
{
    uint32_t was = n->st->reg[row->reg + r->queue];

    if (!r->enabled)
        return;
    if ((value & row->writable) != was)
        nic_violate(n, NIC_RULE_RING_CHANGED, r->tx, r->queue, NIC_NO_SLOT,
                    (uint64_t)row->offset << 32 | value);
    if (row->reg == R_RDH || row->reg == R_TDH)
        forget(n, r);
}

void nic_rule_ring_write(struct nic *n, const struct nic_reg_row *row, uint32_t queue,
                         uint32_t value)
{
    struct nic_rules *rules = &n->st->rules;

    if (queue >= NIC_QUEUES)
        return;
    bool tx = row->reg >= R_TDBAL;
    uint32_t enable = tx ? (uint32_t)TXDCTL_ENABLE : (uint32_t)RXDCTL_ENABLE;
    struct ring r = ring_of(n, tx, queue);
    switch (row->reg) {
    case R_RDT:
    case R_TDT:
        if (r.enabled)
            doorbell(n, &r, value);
        return;
    case R_RXDCTL:
    case R_TXDCTL:
        if (!r.enabled && value & enable)
            enabling(n, &r, value);
        else if (r.enabled && !(value & enable))
            forget(n, &r); /* all that it held is the driver's again */
        return;
    case R_RDBAL:
    case R_TDBAL:
        rules->base[tx][queue] = value;
        break;
    case R_RDLEN:
    case R_TDLEN:
        rules->length[tx][queue] = value;
        break;
    default:
        break;
    }
    setting(n, row, &r, value);
}

/* ---- receive buffers ---- */

static bool live(const struct nic_rules *rules, const struct nic_posted *p)
{
    return p->phase != NIC_POSTED_FREE && p->life == rules->rx_life[p->queue];
}

/* A way that may be overwritten: best an empty one, then a buffer that came back. */
static uint32_t place(const struct nic_rules *rules, const struct nic_posted *set, uint32_t any)
{
    uint32_t best = any % NIC_POSTED_WAYS;

    for (uint32_t i = 0; i < NIC_POSTED_WAYS; i++) {
        if (!live(rules, &set[i]))
            return i;
        if (set[i].phase == NIC_POSTED_BACK)
            best = i;
    }
    return best;
}

/* An address of the function that the queue belongs to: another one's is other memory. */
static uint64_t posted_as(const struct nic *n, uint32_t queue, uint64_t address)
{
    return address ^ (uint64_t)n->st->vfs.owner[queue] << 56;
}

static inline uint64_t hash_of(uint64_t address)
{
    return (address >> 6) * 0x9e3779b97f4a7c15ull;
}

/* The set is far from the processor: it is called for some addresses ahead. */
static inline void call_for(const struct nic_rules *rules, uint64_t address)
{
    const struct nic_posted *set = &rules->posted[(hash_of(address) >> 55) * NIC_POSTED_WAYS];

    for (uint32_t i = 0; i < NIC_POSTED_WAYS; i += 2)
        __builtin_prefetch(&set[i], 1);
}

/* Where this address is, or may be put: its index in `posted`. */
static uint32_t find(const struct nic_rules *rules, uint64_t address, bool *known)
{
    uint64_t hash = hash_of(address);
    uint32_t first = (uint32_t)(hash >> 55) * NIC_POSTED_WAYS;
    const struct nic_posted *set = &rules->posted[first];

    for (uint32_t i = 0; i < NIC_POSTED_WAYS; i++)
        if (set[i].address == address && live(rules, &set[i])) {
            *known = true;
            return first + i;
        }
    *known = false;
    return first + place(rules, set, (uint32_t)(hash >> 32));
}

void nic_rule_rx_fetched(struct nic *n, uint32_t queue, uint32_t grown)
{
    struct nic_rules *rules = &n->st->rules;
    const struct nic_desc_queue *q = &n->st->rx.queue[queue];
    uint32_t life = rules->rx_life[queue];
    bool known;

    for (uint32_t at = q->ready - grown; at != q->ready; at++)
        call_for(rules, posted_as(n, queue, q->cache[at % NIC_DESC_CACHE].q0));
    for (uint32_t at = q->ready - grown; at != q->ready; at++) {
        uint64_t address = posted_as(n, queue, q->cache[at % NIC_DESC_CACHE].q0);
        uint32_t entry = find(rules, address, &known);
        struct nic_posted *p = &rules->posted[entry];
        if (known && (p->phase == NIC_POSTED_OUT ||
                      (p->queue == queue && (int32_t)(p->until - at) > 0)))
            nic_violate(n, NIC_RULE_RX_POSTED_TWICE, false, queue,
                        ring_advance(q->next, at - q->used,
                                     n->st->reg[R_RDLEN + queue] / NIC_DESC_BYTES),
                        q->cache[at % NIC_DESC_CACHE].q0);
        *p = (struct nic_posted){ .address = address, .life = life, .queue = (uint8_t)queue,
                                  .phase = NIC_POSTED_OUT };
        rules->at[queue][at % NIC_DESC_CACHE] = (uint16_t)entry;
    }
}

void nic_rule_rx_back(struct nic *n, uint32_t queue)
{
    struct nic_rules *rules = &n->st->rules;
    const struct nic_desc_queue *q = &n->st->rx.queue[queue];
    uint32_t at = q->used % NIC_DESC_CACHE;
    struct nic_posted *p = &rules->posted[rules->at[queue][at] % NIC_POSTED];
    uint32_t next = rules->at[queue][(at + 1) % NIC_DESC_CACHE];

    __builtin_prefetch(&rules->posted[next % NIC_POSTED], 1);
    if (p->address != posted_as(n, queue, q->cache[at].q0) || p->queue != queue)
        return; /* overwritten since */
    p->phase = NIC_POSTED_BACK;
    p->until = q->asked + ring_distance(q->fetch, n->st->reg[R_RDT + queue],
                                        n->st->reg[R_RDLEN + queue] / NIC_DESC_BYTES);
}

/* ---- frames without end ---- */

void nic_rule_tx_fetched(struct nic *n, uint32_t queue, uint32_t grown)
{
    const struct nic_desc_queue *q = &n->st->tx.queue[queue].desc;
    uint32_t ring = nic_tx_ring_length(n, queue);
    uint32_t slot = ring_advance(q->next, q->ready - grown - q->used, ring);

    for (uint32_t at = q->ready - grown; at != q->ready; at++) {
        uint32_t here = slot++;
        uint64_t *word = &n->st->rules.tails[queue][here % NIC_TAIL_SLOTS / 64];
        slot = slot == ring ? 0 : slot;
        if (!(*word >> here % 64 & 1))
            continue;
        *word &= ~(1ull << here % 64);
        uint32_t command = (uint32_t)q->cache[at % NIC_DESC_CACHE].q1;
        bool context = command & TXD_DEXT && (command & TXD_DTYP) == TXD_DTYP_CONTEXT;
        if (!(command & TXD_EOP) && !context)
            nic_violate(n, NIC_RULE_TX_NO_EOP, true, queue, here, command);
    }
}

/* ---- what is not mapped ---- */

/* Slot of a ring that an address lies in. */
static uint32_t slot_at(const struct nic *n, bool tx, uint32_t queue, uint64_t address)
{
    const uint32_t *reg = n->st->reg;
    uint64_t base = (uint64_t)reg[(tx ? R_TDBAH : R_RDBAH) + queue] << 32 |
                    reg[(tx ? R_TDBAL : R_RDBAL) + queue];
    uint32_t length = reg[(tx ? R_TDLEN : R_RDLEN) + queue];

    return address - base < length ? (uint32_t)(address - base) / NIC_DESC_BYTES : NIC_NO_SLOT;
}

static uint32_t queue_of_read(const struct nic *n, uint16_t tag, uint32_t *slot)
{
    uint32_t i = NIC_TAG_SLOT(tag);

    *slot = NIC_NO_SLOT;
    switch (NIC_TAG_KIND(tag)) {
    case NIC_TAG_TX_DESC:
        return n->st->tx.fetcher.slot[i % NIC_FETCH_SLOTS].queue;
    case NIC_TAG_RX_DESC:
        return n->st->rx.fetcher.slot[i % NIC_FETCH_SLOTS].queue;
    default:
        break;
    }
    const struct nic_tx_read *r = &n->st->tx.read[i % NIC_TX_DATA_SLOTS];
    if (!r->busy || r->packet == NIC_FIFO_NONE)
        return NIC_QUEUES; /* of a former life */
    const struct nic_tx_packet *p = nic_fifo_at(n->st->tx.buffer, r->packet);
    *slot = p->first;
    return p->queue;
}

__attribute__((cold))
void nic_refused(struct nic *n, uint16_t tag, uint64_t address, bool given)
{
    unsigned kind = NIC_TAG_KIND(tag);
    uint32_t queue = NIC_TAG_SLOT(tag), slot = NIC_NO_SLOT;
    bool tx = kind == NIC_TAG_TX_DATA || kind == NIC_TAG_TX_DESC || kind == NIC_TAG_TX_WB;

    if (kind < NIC_TAG_RX_DATA)
        queue = queue_of_read(n, tag, &slot);
    if (queue >= NIC_QUEUES)
        return;
    if (kind == NIC_TAG_RX_DATA && given)
        slot = n->st->rx.queue[queue].next;
    else if (kind != NIC_TAG_RX_DATA && kind != NIC_TAG_TX_DATA)
        slot = slot_at(n, tx, queue, address);
    nic_violate(n, NIC_RULE_DESC_UNMAPPED, tx, queue, slot, address);
}

/* ---- life ---- */

void nic_rules_reset(struct nic *n)
{
    memset(n->st->rules.base, 0, sizeof n->st->rules.base);
    memset(n->st->rules.length, 0, sizeof n->st->rules.length);
    for (uint32_t queue = 0; queue < NIC_QUEUES; queue++)
        n->st->rules.rx_life[queue]++; /* no queue has a buffer any more */
}

bool nic_rules_valid(const struct nic_state *st)
{
    for (int i = 0; i < NIC_POSTED; i++)
        if (st->rules.posted[i].queue >= NIC_QUEUES || st->rules.posted[i].phase > NIC_POSTED_BACK)
            return false;
    return true;
}
