/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Hostile saved state: a machine in the middle of work is saved, bytes of the block are changed as
 * the input says, and it is loaded. Either it is refused with a reason, or it goes on and nothing
 * breaks. Hostile base states too. It knows nothing of the layout: bytes that are not zero in a
 * busy machine are changed more often than the others.
 */
#include <stdlib.h>

#include "fuzz/ops.h"
#include "model/bench/control_abi.h"

struct busy { /* a machine in the middle of work */
    uint8_t *block, *patched, memory[MACHINE_MEMORY];
    uint32_t *used; /* offsets of bytes that are not zero */
    uint32_t used_count;
    unsigned plan;
    size_t bytes;
    struct machine m;
};

/* Work of all kinds, from a fixed sequence of bytes. */
static void make_busy(struct busy *b, unsigned plan)
{
    static uint8_t work[6000];
    uint32_t x = 12345 + plan;

    for (size_t i = 0; i < sizeof(work); i++) {
        x = x * 1664525 + 1013904223;
        work[i] = (uint8_t)(x >> 24);
    }
    struct input in = {work, sizeof(work)};
    struct machine *m = machine_start(plan, false);
    for (unsigned p = 0; p < m->config.ports; p++)
        port_up(m, p, &(struct input){(const uint8_t[]){0xa3}, 1});
    (void)bench_control_write(m->bench, m->vns, RS_CTL_GO, 1);
    m->holds = true;
    while (in.left && m->vns < m->end_vns / 2) {
        uint8_t turn = take8(&in);
        turn & 1 ? tx_op(m, &in) : rx_op(m, &in);
        machine_run(m, turn);
        if (turn > 200)
            machine_answer(m, turn, NIC_DMA_OK);
    }
    b->bytes = m->block_bytes;
    b->block = malloc(b->bytes);
    b->patched = aligned_alloc(64, (b->bytes + 63) & ~(size_t)63);
    b->used = malloc(b->bytes * sizeof(*b->used));
    FUZZ_HOLDS(b->block && b->patched && b->used, "no memory");
    bench_save(m->bench, b->block);
    memcpy(b->memory, m->memory, MACHINE_MEMORY);
    for (size_t i = 0; i < b->bytes; i++)
        if (b->block[i])
            b->used[b->used_count++] = (uint32_t)i;
    memcpy(b->patched, b->block, b->bytes);
    b->m = *m;
    b->plan = plan;
}

static void damage(struct busy *b, struct input *in, uint32_t changed[], unsigned *count)
{
    for (uint8_t n = take8(in) & 15; n; n--) {
        uint8_t how = take8(in);
        uint32_t at = how & 1 ? take32(in) % (uint32_t)b->bytes
                              : b->used[take32(in) % b->used_count];
        unsigned bytes = 1u << (how >> 1 & 3);

        at &= ~(bytes - 1);
        changed[(*count)++] = at;
        if (how & 8)
            b->patched[at] ^= (uint8_t)(1u << (how >> 4 & 7));
        else if (how & 16)
            memset(b->patched + at, how & 32 ? 255 : 0, bytes);
        else
            take(in, b->patched + at, bytes);
    }
}

/* A base state comes from a file too. */
static struct machine *hostile_base(struct input *in)
{
    static struct bench_base base;
    struct machine *m = machine_start(take8(in), false);
    const char *why = NULL;

    if (bench_base_get(m->bench, &base))
        return m;
    for (uint8_t n = take8(in) & 31; n; n--) {
        uint8_t where = take8(in);
        size_t at = where & 0x80 ? take16(in) % sizeof(base) : (where & 0x7fu) * 4;
        take(in, (uint8_t *)&base + at, at + 4 <= sizeof(base) ? 4 : 1);
    }
    if (bench_base_set(m->bench, &base, &why))
        FUZZ_HOLDS(why && *why, "refused without a reason");
    return m;
}

/* NULL: refused. */
static struct machine *hostile_state(struct busy *b, struct input *in)
{
    struct machine *m = machine_start(b->plan, false);
    struct bench *bench[2] = {m->bench, m->spare};
    void *block[2] = {m->block, m->spare_block};
    uint32_t changed[16];
    unsigned count = 0;

    *m = b->m;
    m->bench = bench[0];
    m->spare = bench[1];
    m->block = block[0];
    m->spare_block = block[1];
    m->end_vns = m->vns + 100000;
    memcpy(m->memory, b->memory, MACHINE_MEMORY);
    damage(b, in, changed, &count);
    bool loaded = machine_adopt(m, b->patched);
    for (unsigned i = 0; i < count; i++)
        memcpy(b->patched + changed[i], b->block + changed[i],
               b->bytes - changed[i] < 8 ? b->bytes - changed[i] : 8);
    return loaded ? m : NULL;
}

void fuzz_state(const uint8_t *data, size_t bytes)
{
    static struct busy busy[MACHINE_PLANS];
    struct input in = {data, bytes};
    uint8_t head = take8(&in);
    unsigned plan = (head & 0x7f) % MACHINE_PLANS;

    if (!busy[plan].bytes)
        make_busy(&busy[plan], plan);
    struct machine *m = head & 0x80 ? hostile_base(&in) : hostile_state(&busy[plan], &in);
    if (!m)
        return;
    for (unsigned n = 0; in.left && n < 64; n++)
        guest_op(m, &in);
    machine_run(m, 50000);
}
