/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Statistics: see stats.h. Octets count from the destination address to the end of the payload;
 * which counters add the 4 bytes of FCS is said at each.
 */
#include "model/nic/stats.h"

#include "model/nic/nic_priv.h"

static void add(struct nic *n, uint32_t reg, uint64_t by)
{
    uint32_t *r = &n->st->reg[reg];

    *r = by > UINT32_MAX - *r ? UINT32_MAX : *r + (uint32_t)by;
}

static void add36(struct nic *n, uint32_t low, uint32_t high, uint64_t by)
{
    uint32_t *l = &n->st->reg[low], *h = &n->st->reg[high];
    uint64_t sum = ((uint64_t)*h << 32 | *l) + by;

    *l = (uint32_t)sum;
    *h = sum >> 32 & 0xf;
}

/* Which of six registers in a row counts this size, FCS included. */
static uint32_t size_class(uint32_t wire_length)
{
    static const uint16_t last[5] = {64, 127, 255, 511, 1023};
    uint32_t i = 0;

    while (i < 5 && wire_length > last[i])
        i++;
    return i;
}

static const uint16_t rx_size[6] = {R_PRC64, R_PRC127, R_PRC255, R_PRC511, R_PRC1023, R_PRC1522};
static const uint16_t tx_size[6] = {R_PTC64, R_PTC127, R_PTC255, R_PTC511, R_PTC1023, R_PTC1522};

/* ---- frames of one kind ---- */

enum { TO_ONE, TO_GROUP, TO_ALL }; /* whom a frame is for */
enum { KIND_TO_SHIFT = 16, KIND_QUEUE_SHIFT = 24, KIND_LENGTH = 0xffff };

static inline uint32_t addressed(const uint8_t *frame)
{
    if (!(frame[0] & 1))
        return TO_ONE;
    return nic_load64(frame) << 16 == 0xffffffffffff0000u ? TO_ALL : TO_GROUP;
}

static inline uint32_t kind_of(uint32_t length, uint32_t to, uint32_t queue)
{
    return length | to << KIND_TO_SHIFT | queue << KIND_QUEUE_SHIFT;
}

/* One more of the kind; another one has what came before it counted. */
static inline void count(struct nic *n, struct nic_stats_run *run, uint32_t kind)
{
    if (run->kind != kind) {
        nic_stats_settle(n);
        run->kind = kind;
    }
    run->frames++;
}

static uint32_t length_of(const struct nic_stats_run *run)
{
    return run->kind & KIND_LENGTH;
}

/* The counter that RQSMR or TQSM gives the run's queue: 16 of them for 128 queues. */
static uint32_t counter(const struct nic *n, uint32_t map, uint32_t queue)
{
    queue %= NIC_QUEUES;
    return n->st->reg[map + queue / 4] >> queue % 4 * 8 & 0xf;
}

static void add_addressed(struct nic *n, const struct nic_stats_run *run, uint32_t group,
                          uint32_t all)
{
    uint32_t to = run->kind >> KIND_TO_SHIFT & 0xff;

    if (to != TO_ONE)
        add(n, to == TO_ALL ? all : group, run->frames);
}

/* FCS bytes that "good octets received" counts: none when it is stripped. */
static uint32_t rx_fcs(const struct nic *n)
{
    return n->st->reg[R_HLREG0] & HLREG0_RXCRCSTRP ? 0 : NIC_FCS_BYTES;
}

static void add_good(struct nic *n, uint32_t length, uint64_t frames)
{
    add(n, rx_size[size_class(length + NIC_FCS_BYTES)], frames);
    add(n, R_RXNFGPC, frames);
    add36(n, R_RXNFGBCL, R_RXNFGBCH, (length + rx_fcs(n)) * frames);
    add(n, R_TPR, frames);
    add36(n, R_TORL, R_TORH, (length + NIC_FCS_BYTES) * frames);
}

static void settle_rx(struct nic *n, const struct nic_stats_run *run)
{
    add_good(n, length_of(run), run->frames);
    add(n, R_GPRC, run->frames);
    add36(n, R_GORCL, R_GORCH, (length_of(run) + rx_fcs(n)) * run->frames);
    add_addressed(n, run, R_MPRC, R_BPRC);
}

/* A pool's counters run on: they wrap, and a read does not clear them. */
static void add_pool(struct nic *n, uint32_t packets, uint32_t low, uint32_t high, uint64_t frames,
                     uint64_t octets)
{
    n->st->reg[packets] += (uint32_t)frames;
    add36(n, low, high, octets);
}

static void settle_rx_queue(struct nic *n, const struct nic_stats_run *run)
{
    uint32_t queue = run->kind >> KIND_QUEUE_SHIFT, c = counter(n, R_RQSMR, queue);
    /* what was delivered may hold the FCS already [I-129] */
    uint32_t frame = length_of(run) - (nic_rx_strips_fcs(n) ? 0 : NIC_FCS_BYTES);
    uint64_t octets = (uint64_t)(frame + rx_fcs(n)) * run->frames;

    add(n, R_QPRC + c, run->frames);
    add36(n, R_QBRC_L + c, R_QBRC_H + c, octets);
    if (nic_rx_pools_on(n)) { /* [I-125] */
        uint32_t p = nic_rx_pool_of(n, queue % NIC_QUEUES);
        add_pool(n, R_PVFGPRC + p, R_PVFGORC_LSB + p, R_PVFGORC_MSB + p, run->frames, octets);
    }
}

static void settle_tx_mac(struct nic *n, const struct nic_stats_run *run)
{
    uint32_t wire = length_of(run) + NIC_FCS_BYTES;

    add(n, R_TPT, run->frames);
    add(n, R_GPTC, run->frames);
    add36(n, R_GOTCL, R_GOTCH, wire * run->frames);
    add(n, tx_size[size_class(wire)], run->frames);
    add_addressed(n, run, R_MPTC, R_BPTC);
}

static void settle_tx_queue(struct nic *n, const struct nic_stats_run *run)
{
    uint32_t queue = run->kind >> KIND_QUEUE_SHIFT, c = counter(n, R_TQSM, queue);
    uint64_t octets = length_of(run) * run->frames; /* before the FCS is made [I-104] */

    add(n, R_QPTC + c, run->frames);
    add36(n, R_QBTC_L + c, R_QBTC_H + c, octets);
    if (nic_tx_pools_on(n)) {
        uint32_t p = nic_tx_pool_of(n, queue % NIC_QUEUES);
        add_pool(n, R_PVFGPTC + p, R_PVFGOTC_LSB + p, R_PVFGOTC_MSB + p, run->frames, octets);
    }
}

static void settle_tx(struct nic *n, const struct nic_stats_run *run)
{
    settle_tx_mac(n, run);
    settle_tx_queue(n, run);
}

__attribute__((noinline)) void nic_stats_settle(struct nic *n)
{
    struct nic_stats *s = &n->st->stats;

    if (s->rx.frames)
        settle_rx(n, &s->rx);
    if (s->rx_queue.frames)
        settle_rx_queue(n, &s->rx_queue);
    if (s->tx.frames)
        settle_tx(n, &s->tx);
    s->rx.frames = s->rx_queue.frames = s->tx.frames = 0;
}

/* ---- receive ---- */

void nic_stats_rx_mac(struct nic *n, enum nic_rx_mac verdict, uint32_t length)
{
    static const uint16_t counts[] = {
        [NIC_MAC_CRC] = R_CRCERRS, [NIC_MAC_UNDERSIZE] = R_RUC, [NIC_MAC_FRAGMENT] = R_RFC,
        [NIC_MAC_OVERSIZE] = R_ROC, [NIC_MAC_JABBER] = R_RJC, [NIC_MAC_LENGTH] = R_RLEC,
    };

    if (verdict == NIC_MAC_GOOD) {
        add_good(n, length, 1);
        return;
    }
    add(n, R_TPR, 1);
    add36(n, R_TORL, R_TORH, length + NIC_FCS_BYTES);
    add(n, counts[verdict], 1);
}

void nic_stats_rx(struct nic *n, enum nic_rx_mac verdict, const uint8_t *frame, uint32_t length)
{
    if (verdict == NIC_MAC_GOOD)
        count(n, &n->st->stats.rx, kind_of(length, addressed(frame), 0));
    else
        nic_stats_rx_mac(n, verdict, length);
}

void nic_stats_rx_missed(struct nic *n)
{
    add(n, R_MPC, 1);
}

void nic_stats_rx_checksum(struct nic *n)
{
    add(n, R_XEC, 1);
}

void nic_stats_rx_queue(struct nic *n, uint32_t queue, uint32_t length)
{
    count(n, &n->st->stats.rx_queue, kind_of(length, TO_ONE, queue));
}

void nic_stats_rx_pool_group(struct nic *n, uint32_t pool)
{
    n->st->reg[R_PVFMPRC + pool]++;
}

void nic_stats_rx_queue_drop(struct nic *n, uint32_t queue)
{
    add(n, R_QPRDC + counter(n, R_RQSMR, queue), 1);
}

void nic_stats_local_fault(struct nic *n)
{
    add(n, R_MLFC, 1);
}

void nic_stats_pause(struct nic *n, uint32_t reg)
{
    add(n, reg, 1);
}

/* ---- transmit ---- */

void nic_stats_tx_mac(struct nic *n, const uint8_t *frame, uint32_t length)
{
    struct nic_stats_run one = {.frames = 1, .kind = kind_of(length, addressed(frame), 0)};

    settle_tx_mac(n, &one);
}

void nic_stats_tx(struct nic *n, uint32_t queue, const uint8_t *frame, uint32_t length)
{
    count(n, &n->st->stats.tx, kind_of(length, addressed(frame), queue));
}

void nic_stats_tx_local(struct nic *n, uint32_t queue, uint32_t length)
{
    struct nic_stats_run one = {.frames = 1, .kind = kind_of(length, TO_ONE, queue)};

    settle_tx_queue(n, &one);
}

void nic_stats_tx_spoofed(struct nic *n)
{
    add(n, R_SSVPC, 1);
}

/* The counters are registers and go to 0 with them; the running numbers of frames are the
 * observer's, not the device's, and go on. */
void nic_stats_reset(struct nic *n, enum nic_reset_kind kind)
{
    nic_stats_settle(n);
}
