/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A hostile guest on a hostile wire: random register writes (biased to the interesting ones),
 * random descriptors and memory, random frames, completions late, reordered, failed or answered
 * from inside, resets in between, state saved and attached again. Nothing is expected but that
 * nothing breaks: run it under SANITIZE=1. RINGSIDE_FUZZ=n multiplies the length.
 */
#include "model/nic/nic_priv.h"
#include "model/nic/tests/packets.h"

static uint64_t state;

static uint32_t rnd(uint32_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)((state >> 11) % below);
}

/* Registers whose values steer the datapath. */
static const uint32_t hot[] = {
    RXCTRL, FCTRL, HLREG0, RDRXCTL, MAXFRS, DMATXCTL, RXCSUM, MRQC, RETA, RETA + 4, VLNCTRL,
    RXPBSIZE0, TXPBSIZE0, EICR, EICS, EIAC, EIMS, EIMC, EIAM, GPIE, IVAR0, IVAR0 + 4, IVAR_MISC,
    EITR0, EITR0 + 4, EICS_EX0, EICS_EX0 + 4, EIMS_EX0, EIMS_EX0 + 4, EIMC_EX0, EIAM_EX0, 0x2f04,
    0x5128, 0xec00, 0x8d00, 0x4294, MCSTCTRL,
};
static const uint32_t queue_registers[] = {DBAL, DLEN, DH, SRR, DT, DT, DT, DCTL, 0x38};

static uint32_t wild(void)
{
    switch (rnd(6)) {
    case 0:
        return 0;
    case 1:
        return UINT32_MAX;
    case 2:
        return rnd(64);
    case 3:
        return 1u << rnd(32);
    case 4:
        return rnd(FAKE_MEMORY_BYTES) & ~127u;
    default:
        return rnd(UINT32_MAX) ^ rnd(UINT32_MAX) << 5;
    }
}

static void poke_register(struct fake_host *h)
{
    uint32_t q = rnd(3) ? rnd(4) : rnd(128), reg = queue_registers[rnd(9)], value = wild();

    switch (rnd(8)) {
    case 0:
        fake_w32(h, hot[rnd(sizeof hot / sizeof hot[0])], value);
        break;
    case 1:
        nic_mmio_write(&h->nic, 4, rnd(0x2100) & ~3u, value, 4);
        break;
    case 2:
        fake_w32(h, rnd(0x20000) & ~3u, value);
        break;
    case 3:
        (void)fake_r32(h, rnd(0x20000) & ~3u);
        break;
    default:
        if (reg == DLEN)
            value = 128u << rnd(6);
        else if (reg == DT || reg == DH)
            value = rnd(20) ? rnd(256) : value;
        else if (reg == DBAL && rnd(8))
            value = rnd(FAKE_MEMORY_BYTES);
        else if (reg == DCTL)
            value = (rnd(4) ? QUEUE_ENABLE : 0) | (rnd(2) ? value & 0x7f7f7f : 0);
        fake_w32(h, rnd(2) && reg != 0x38 ? rxq(q, reg) : txq(q, reg), value);
        break;
    }
}

/* A context, of a likely packet or of none. */
static void poke_context(struct fake_host *h, uint32_t at)
{
    bool wrong = rnd(4) == 0;
    uint64_t headers = wrong ? wild() : rnd(20) << 9 | (20 + rnd(50)) | rnd(65536) << 16;
    uint64_t mss = rnd(3) ? 1 + rnd(3000) : rnd(65536), l4 = wrong ? rnd(256) : 20 + rnd(20);

    put64(h, at, headers);
    put64(h, at + 8, T_DEXT | T_CONTEXT | rnd(4) << 11 | rnd(2) << 10 | (rnd(30) ? 0 : 1 << 15) |
                         (uint64_t)(rnd(wrong ? 8 : 2) << 4) << 32 | l4 << 40 | mss << 48);
}

/* A descriptor that is half right somewhere in memory. */
static void poke_memory(struct fake_host *h)
{
    uint32_t at = rnd(FAKE_MEMORY_BYTES / 16 - 64) * 16;

    if (rnd(2)) /* where it is likely to be found */
        at = tx_ring(rnd(4)) + 16 * rnd(64);
    for (uint32_t i = 0, n = 1 + rnd(60); i < n; i++) {
        put64(h, at + 16 * i, rnd(6) ? rnd(FAKE_MEMORY_BYTES) : (uint64_t)wild() << 32 | wild());
        uint32_t command = rnd(4) ? T_FULL : wild();
        if (rnd(3) == 0)
            command &= ~(uint32_t)T_EOP;
        uint64_t q1 = (rnd(8) ? rnd(2000) : rnd(65536)) | command;
        if (rnd(2)) /* asks for an offload */
            q1 |= (uint64_t)(rnd(8) ? rnd(4) << 8 | rnd(2) << 4 : wild()) << 32 |
                  (rnd(2) ? T_TSE : 0) | (rnd(3) ? 0 : T_VLE);
        put64(h, at + 16 * i + 8, q1);
        if (rnd(4) == 0)
            poke_context(h, at + 16 * i);
    }
}

static void poke_wire(struct fake_host *h)
{
    static uint8_t f[NIC_FRAME_MAX + 64];
    uint32_t length = rnd(10) ? rnd(1600) : rnd(NIC_FRAME_MAX + 64);

    if (rnd(50) == 0) {
        nic_carrier(&h->nic, rnd(4));
        return;
    }
    for (uint32_t i = 0; i < length; i += 1 + rnd(16))
        f[i] = (uint8_t)rnd(256);
    if (length > 60 && rnd(2)) { /* something like IP */
        f[12] = rnd(2) ? 0x08 : 0x86;
        f[13] = f[12] == 0x08 ? 0 : 0xdd;
        f[14] = (uint8_t)(f[12] == 0x08 ? 0x45 + rnd(3) : 0x60);
        f[16] = 0;
        f[20] = (uint8_t)(rnd(2) ? 6 : rnd(64));
        f[23] = (uint8_t)(rnd(2) ? 17 : 6);
    }
    nic_frame_in(&h->nic, f, length, rnd(8) != 0);
}

static void again(struct fake_host *h)
{
    struct nic copy;

    ck_assert_int_eq(nic_attach(&copy, h->block, h->nic.ops, h, &h->sched), 0);
    h->nic = copy;
}

static void settle_reads(struct fake_host *h, uint32_t keep)
{
    while (h->reads_held > keep) {
        enum nic_dma_status s = rnd(40) ? NIC_DMA_OK : NIC_DMA_FAULT;
        fake_answer(h, rnd(h->reads_held), s);
    }
}

static void run(struct fake_host *h)
{
    struct sched_event e;
    uint64_t until = h->sched.now_ps + rnd(3000000);
    unsigned fired = 0;

    while (sched_pop(&h->sched, until, &e)) {
        nic_fire(&h->nic, &e);
        ck_assert_uint_lt(fired++, 200000);
    }
    ck_assert_uint_eq(h->sched.refused, 0);
    ck_assert_uint_lt(h->sched.count, 2048);
}

/* Gives the guest a working set-up from time to time, so that the fuzz gets deep. */
static void revive(struct fake_host *h)
{
    fake_enable_pci(h);
    if (rnd(2))
        fake_enable_msix(h);
    nic_carrier(&h->nic, true);
    fake_w32(h, 0, 0);
    fake_w32(h, FCTRL, 0x700);
    fake_w32(h, RXPBSIZE0, rnd(512) << 10);
    fake_w32(h, TXPBSIZE0, rnd(160) << 10);
    fake_w32(h, RXCTRL, 1);
    fake_w32(h, 0x8d00, 0);
    fake_w32(h, DMATXCTL, 1);
    fake_w32(h, MRQC, rnd(2) ? 0 : wild() << 16 | 1);
    for (uint32_t i = 0; i < 128; i += 4)
        fake_w32(h, RETA + i, wild() & 0x03030303);
    for (uint32_t q = 0; q < 4; q++) {
        rx_start(h, q, 8 << rnd(5), ADVANCED | (rnd(2) ? DROP_EN : 0));
        tx_start(h, q, 8 << rnd(5), rnd(2) ? 0 : 32 | 8 << 8 | rnd(8) << 16);
    }
}

static void fuzz(uint64_t seed, uint32_t steps)
{
    struct fake_host *h = fake_new();

    state = seed * 0x9e3779b97f4a7c15u + 1;
    h->hold_reads = seed & 1;
    for (uint32_t i = 0; i < steps; i++) {
        switch (rnd(12)) {
        case 0:
        case 1:
        case 2:
            poke_register(h);
            break;
        case 3:
        case 4:
            poke_memory(h);
            break;
        case 5:
        case 6:
        case 7:
            poke_wire(h);
            break;
        case 8:
            run(h);
            break;
        case 9:
            h->room_bytes = rnd(3) ? UINT32_MAX : rnd(4000);
            nic_room(&h->nic);
            break;
        case 10:
            settle_reads(h, rnd(8));
            break;
        default:
            if (rnd(40) == 0)
                nic_config_write(&h->nic, rnd(0x100) & ~3u, wild(), 4);
            else if (rnd(60) == 0)
                nic_reset(&h->nic, (enum nic_reset_kind)rnd(5));
            else if (rnd(20) == 0)
                revive(h);
            else if (rnd(20) == 0)
                again(h);
            break;
        }
        if (h->reads_held > 40)
            settle_reads(h, 10);
    }
    ck_assert_uint_gt(h->reads_done, 0);
    fake_free(h);
}

START_TEST(random_everything)
{
    const char *more = getenv("RINGSIDE_FUZZ");

    fuzz((uint64_t)_i + 1, 20000 * (more ? (uint32_t)atoi(more) : 1));
}
END_TEST

/* Loaded state is refused or harmless: bytes of the blocks' indices are damaged at random. */
START_TEST(damaged_state)
{
    static uint8_t good[16 << 20];
    struct fake_host *h = fake_new();
    uint32_t accepted = 0;

    state = (uint64_t)_i + 99;
    ck_assert_uint_le(nic_state_size(), sizeof good);
    revive(h);
    h->hold_reads = true;
    struct context c = {
        .mac = 14, .ip = 20, .l4 = 20, .l4t = L4T_TCP, .flags = C_IPV4, .mss = 600,
    };
    for (uint32_t q = 0; q < 4; q++) { /* packets to be cut, one of them under way */
        tx_context(h, q, 0, &c);
        for (uint32_t i = 1; i < 7; i++)
            tx_data(h, q, i, TX_BUFFERS, 5000, (T_FULL & ~(i % 3 ? T_EOP : 0)) | T_TSE | T_VLE,
                    P_IXSM | P_TXSM, 15000 - 54);
        fake_w32(h, txq(q, DT), 7);
    }
    settle_reads(h, 3);
    for (int i = 0; i < 200; i++) {
        poke_wire(h);
        if (i % 50 == 0)
            run(h), settle_reads(h, 9);
    }
    memcpy(good, h->block, nic_state_size());
    for (int i = 0; i < 60; i++) {
        uint8_t *block = h->block;
        struct nic copy;
        memcpy(block, good, nic_state_size());
        for (uint32_t k = 0, n = 1 + rnd(40); k < n; k++) {
            /* the head of the rx and tx blocks, where the indices are, more often than data */
            struct nic_state *st = h->block;
            uint8_t *base = rnd(2) ? (uint8_t *)&st->rx : (uint8_t *)&st->tx;
            uint32_t span = rnd(2) ? 8192 : (uint32_t)sizeof st->rx;
            if (base == (uint8_t *)&st->tx && span > sizeof st->tx)
                span = (uint32_t)sizeof st->tx;
            base[rnd(span)] = (uint8_t)rnd(256);
        }
        if (nic_attach(&copy, block, h->nic.ops, h, &h->sched) < 0)
            continue;
        accepted++;
        h->nic = copy;
        for (int k = 0; k < 50; k++) {
            poke_wire(h);
            poke_register(h);
            run(h);
            settle_reads(h, 0);
        }
    }
    ck_assert_uint_gt(accepted, 0);
    fake_free(h);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("nic_fuzz");

    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, random_everything, 0, 12);
    tcase_add_loop_test(t, damaged_state, 0, 4);
    return RUN_TESTS("nic_fuzz", t);
}
