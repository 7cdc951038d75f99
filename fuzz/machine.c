/* SPDX-License-Identifier: BSD-2-Clause
 *
 * See machine.h.
 */
#include "fuzz/machine.h"

#include <stdlib.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { INPUT_NS = 400000, SILENT_WAKES = 1000, LARGE = 2 << 20, SAVES_MAX = 4 };

static void see(struct machine *m, uint64_t a, uint64_t b, uint64_t c)
{
    const uint64_t seen[] = {m->digest, a, b, c};

    m->digest = XXH3_64bits(seen, sizeof(seen));
}

/* ---- the host ---- */

/* A device that DMA can reach: its port and BAR, or the control device. */
static bool device_at(uint64_t address, unsigned *port, unsigned *bar, uint32_t *offset)
{
    if (address < MACHINE_BAR0(0) || address >= MACHINE_CONTROL + 4096)
        return false;
    *port = (unsigned)((address - MACHINE_BAR0(0)) >> 20);
    *bar = address & 0x80000 ? 4 : 0;
    *offset = (uint32_t)(address & 0x7ffff);
    return true;
}

/* Peer to peer: in pieces, as a bus does it, and once with the whole size. */
static void device_write(struct machine *m, uint64_t address, const uint8_t *data, uint32_t length)
{
    unsigned port, bar;
    uint32_t offset;

    if (m->depth > 4)
        return;
    m->depth++;
    for (uint32_t i = 0; i < length && i < 64; i += 4) {
        uint32_t value = 0, n = length - i < 4 ? length - i : 4;

        memcpy(&value, data + i, n);
        if (!device_at(address + i, &port, &bar, &offset))
            break;
        if (address + i >= MACHINE_CONTROL)
            (void)bench_control_write(m->bench, m->vns, offset & 0xffc, value);
        else
            (void)bench_mmio_write(m->bench, m->vns, NIC_FUNCTION(port, 0), bar, offset, n, value);
    }
    bench_advance(m->bench, m->vns + 1000);
    m->depth--;
}

static void device_read(struct machine *m, uint64_t address, uint8_t *data, uint32_t length)
{
    unsigned port, bar;
    uint32_t offset;

    memset(data, 0xff, length);
    if (m->depth > 4)
        return;
    m->depth++;
    for (uint32_t i = 0; i + 4 <= length && i < 64; i += 4) {
        uint64_t value = 0;

        if (!device_at(address + i, &port, &bar, &offset))
            break;
        if (address + i >= MACHINE_CONTROL)
            value = bench_control_read(m->bench, m->vns, offset & 0xffc);
        else
            (void)bench_mmio_read(m->bench, m->vns, NIC_FUNCTION(port, 0), bar, offset, 4, &value);
        memcpy(data + i, &value, 4);
    }
    m->depth--;
}

static bool in_memory(uint64_t address, uint32_t length)
{
    return address < MACHINE_MEMORY && length <= MACHINE_MEMORY - address;
}

static void answer(struct machine *m, const struct machine_held *r, enum nic_dma_status status)
{
    uint8_t data[NIC_READ_MAX];
    unsigned port, bar;
    uint32_t offset;

    FUZZ_HOLDS(r->length <= NIC_READ_MAX && r->length, "a read of %u bytes", r->length);
    if (status == NIC_DMA_OK && in_memory(r->address, r->length))
        memcpy(data, m->memory + r->address, r->length);
    else if (status == NIC_DMA_OK && device_at(r->address, &port, &bar, &offset))
        device_read(m, r->address, data, r->length);
    else if (status == NIC_DMA_OK)
        status = NIC_DMA_ABORT;
    bench_dma_done(m->bench, r->function, r->tag, status, status == NIC_DMA_OK ? data : NULL,
                   status == NIC_DMA_OK ? r->length : 0);
}

static void dma_read(void *host, uint16_t function, uint16_t tag, uint64_t address, bool physical,
                     uint32_t length)
{
    struct machine *m = host;
    struct machine_held r = {address, function, tag, length};

    see(m, 1, address, (uint64_t)length << 32 | (uint64_t)tag << 16 | function);
    if (m->holds && m->held_count < MACHINE_HELD)
        m->held[m->held_count++] = r;
    else
        answer(m, &r, NIC_DMA_OK);
}

static enum nic_dma_status dma_write(void *host, uint16_t function, uint16_t tag, uint64_t address,
                                     bool physical, const void *data, uint32_t length)
{
    struct machine *m = host;
    unsigned port, bar;
    uint32_t offset;

    see(m, 2, address, XXH3_64bits(data, length));
    if (in_memory(address, length)) {
        memcpy(m->memory + address, data, length);
        return NIC_DMA_OK;
    }
    if (!device_at(address, &port, &bar, &offset))
        return address & 0x1000 ? NIC_DMA_FAULT : NIC_DMA_ABORT;
    device_write(m, address, data, length);
    return NIC_DMA_OK;
}

static enum nic_dma_status translate(void *host, uint16_t function, uint64_t address,
                                     enum bench_access_kind kind, struct bench_translation *out)
{
    struct machine *m = host;
    uint64_t page = address / 4096;

    see(m, 3, address, kind);
    out->page = m->large ? LARGE : 4096;
    out->physical = address;
    if (page >= MACHINE_PAGES)
        return NIC_DMA_OK; /* devices and holes: themselves */
    if (m->page[page] == UINT64_MAX)
        return NIC_DMA_FAULT;
    if (!m->large)
        out->physical = m->page[page] + address % 4096;
    return NIC_DMA_OK;
}

static void message(void *host, uint16_t function, uint64_t address, uint32_t data)
{
    struct machine *m = host;
    unsigned port, bar;
    uint32_t offset;

    see(m, 4, address, (uint64_t)data << 16 | function);
    if (device_at(address, &port, &bar, &offset))
        device_write(m, address, (const uint8_t *)&data, 4);
    else if (in_memory(address, 4))
        memcpy(m->memory + address, &data, 4);
}

static void intx(void *host, uint16_t function, bool level)
{
    see(host, 5, function, level);
}

static void frame_out(void *host, uint8_t port, const uint8_t *frame, uint32_t length)
{
    FUZZ_HOLDS(length <= NIC_FRAME_MAX, "a frame of %u bytes", length);
    see(host, 6, port, XXH3_64bits(frame, length));
}

static void wire(void *host, uint8_t port, bool out, uint64_t time_ps, const uint8_t *frame,
                 uint32_t length, bool good_fcs, uint64_t flow, uint64_t sequence)
{
    FUZZ_HOLDS(length <= NIC_FRAME_MAX, "a frame of %u bytes", length);
    see(host, 7 + out, time_ps, XXH3_64bits(frame, length) + good_fcs);
}

static void events(void *host, const struct nic_event *event, size_t count)
{
    struct machine *m = host;

    for (size_t i = 0; i < count; i++) {
        const uint64_t told[] = {m->told, XXH3_64bits(&event[i], sizeof(event[i]))};

        FUZZ_HOLDS(bench_event_info(event[i].id), "event %u has no row", event[i].id);
        m->told = XXH3_64bits(told, sizeof(told));
    }
}

static void wake_at(void *host, uint64_t virtual_ns)
{
    ((struct machine *)host)->wake_vns = virtual_ns;
}

static const struct bench_host_ops ops = {
    .dma_read = dma_read, .dma_write = dma_write, .translate = translate, .message = message,
    .intx = intx, .frame_out = frame_out, .wire = wire, .events = events, .wake_at = wake_at,
};

/* ---- life ---- */

static void *sixty_four(size_t bytes)
{
    void *p = aligned_alloc(64, (bytes + 63) & ~(size_t)63);

    FUZZ_HOLDS(p, "no memory");
    return p;
}

/* Benches for one number of ports, made once; to load into one that ran the same plan before, it
 * need not be powered on again. */
struct benches {
    struct bench *bench[2];
    void *block[2];
    const void *plan[2];
    size_t bytes;
};

static struct benches *benches_of(unsigned ports)
{
    static struct benches made[PLAN_PORTS_MAX + 1];
    struct benches *b = &made[ports];
    struct bench_config config = {.ports = (uint8_t)ports};

    if (b->bytes)
        return b;
    b->bytes = bench_state_bytes(&config);
    for (int i = 0; i < 2; i++) {
        b->bench[i] = sixty_four(bench_bytes());
        b->block[i] = sixty_four(b->bytes);
    }
    return b;
}

static void power_on(struct machine *m, struct bench *b, void *block)
{
    struct benches *known = benches_of(m->config.ports);
    const char *why = "";

    known->plan[b == known->bench[1]] = m->plan;
    FUZZ_HOLDS(bench_init(b, block, &m->config, m->plan, &ops, m, &why) == 0, "no bench: %s", why);
}

static bool ran_this_plan(const struct machine *m, const struct bench *b)
{
    const struct benches *known = benches_of(m->config.ports);

    return m->lasting && known->plan[b == known->bench[1]] == m->plan;
}

struct machine *machine_start_plan(const void *plan, bool moves)
{
    static struct machine machine, *m = &machine;
    static uint8_t *memory;
    const struct plan_header *header = plan;
    const struct benches *b = benches_of(header->ports.count);

    if (!memory)
        memory = sixty_four(MACHINE_MEMORY);
    memset(memory, 0, MACHINE_MEMORY);
    *m = (struct machine){
        .bench = b->bench[0], .spare = b->bench[1], .block = b->block[0],
        .spare_block = b->block[1], .block_bytes = b->bytes, .memory = memory, .plan = plan,
        .config.ports = (uint8_t)header->ports.count, .wake_vns = UINT64_MAX,
        .end_vns = INPUT_NS, .moves = moves,
    };
    for (unsigned i = 0; i < MACHINE_PAGES; i++)
        m->page[i] = (uint64_t)i * 4096;
    power_on(m, m->bench, m->block);
    return m;
}

struct machine *machine_start(unsigned plan, bool moves)
{
    size_t bytes;
    struct machine *m = machine_start_plan(machine_plan(plan, &bytes), moves);

    m->lasting = true;
    return m;
}

bool machine_adopt(struct machine *m, const void *block)
{
    uint64_t wake = m->wake_vns;
    const char *why = m->why = NULL;

    if (!ran_this_plan(m, m->spare))
        power_on(m, m->spare, m->spare_block);
    m->wake_vns = UINT64_MAX;
    if (bench_load(m->spare, block, m->block_bytes, &why)) {
        FUZZ_HOLDS(why && *why, "refused without a reason");
        m->why = why;
        m->wake_vns = wake;
        return false;
    }
    struct bench *bench = m->bench;
    void *old = m->block;
    m->bench = m->spare;
    m->block = m->spare_block;
    m->spare = bench;
    m->spare_block = old;
    return true;
}

/* Every state that can be reached can be loaded; and a machine goes on from it as it would have. */
void machine_save_load(struct machine *m)
{
    static uint8_t *saved;
    static size_t room;

    if (m->saved++ == SAVES_MAX) /* each costs as much as a hundred other operations */
        return;
    if (room < m->block_bytes) {
        free(saved);
        saved = malloc(room = m->block_bytes);
        FUZZ_HOLDS(saved, "no memory");
    }
    bench_save(m->bench, saved);
    uint64_t wake = m->wake_vns;
    struct bench *bench = m->bench;
    FUZZ_HOLDS(machine_adopt(m, saved), "a state of the model's own making is refused: %s", m->why);
    if (m->moves)
        return;
    m->spare = m->bench;
    m->bench = bench;
    void *block = m->block;
    m->block = m->spare_block;
    m->spare_block = block;
    m->wake_vns = wake;
}

uint64_t machine_finish(struct machine *m)
{
    static struct bench_report report;

    machine_run(m, 20000);
    bench_report(m->bench, &report);
    FUZZ_HOLDS(report.sched_refused == 0, "the event heap was full");
    if (m->saves)
        machine_save_load(m);
    see(m, report.trace_hash[0], report.trace_hash[1], report.events);
    see(m, XXH3_64bits(m->memory, MACHINE_MEMORY), m->vns, report.sched_events);
    see(m, m->told, 0, 0);
    return m->digest;
}

/* ---- the CPU ---- */

void machine_run(struct machine *m, uint64_t ns)
{
    uint64_t until = m->vns + ns < m->end_vns ? m->vns + ns : m->end_vns, last = 0;
    unsigned silent = 0;

    while (m->wake_vns <= until) {
        uint64_t at = m->wake_vns;

        silent = at == last ? silent + 1 : 0;
        FUZZ_HOLDS(silent < SILENT_WAKES, "woken again and again at %llu ns",
                   (unsigned long long)at);
        last = at;
        if (at > m->vns)
            m->vns = at;
        bench_advance(m->bench, m->vns);
    }
    if (until > m->vns)
        m->vns = until;
}

static void stall(struct machine *m, uint64_t ns)
{
    FUZZ_HOLDS(ns < 10000000000ull, "a stall of %llu ns", (unsigned long long)ns);
    m->vns += ns; /* whatever the time that is left */
    machine_run(m, 0);
}

/* Whose BAR it is: see machine_vf_bar(). */
static uint16_t function_of(unsigned port, unsigned bar)
{
    return bar & NIC_VF_BAR ? NIC_FUNCTION(port, 1 + bar / 256 % NIC_VFS) : NIC_FUNCTION(port, 0);
}

void machine_write(struct machine *m, unsigned port, unsigned bar, uint32_t offset, unsigned size,
                   uint64_t value)
{
    stall(m, bench_mmio_write(m->bench, m->vns, function_of(port, bar), bar % NIC_VF_BAR, offset,
                              size, value));
}

uint64_t machine_read(struct machine *m, unsigned port, unsigned bar, uint32_t offset,
                      unsigned size)
{
    uint64_t value;

    stall(m, bench_mmio_read(m->bench, m->vns, function_of(port, bar), bar % NIC_VF_BAR, offset,
                             size, &value));
    see(m, 10, offset, value);
    return value;
}

void machine_w32(struct machine *m, unsigned port, uint32_t offset, uint32_t value)
{
    machine_write(m, port, 0, offset, 4, value);
}

uint32_t machine_r32(struct machine *m, unsigned port, uint32_t offset)
{
    return (uint32_t)machine_read(m, port, 0, offset, 4);
}

void machine_config_write(struct machine *m, unsigned port, uint32_t offset, unsigned size,
                          uint32_t value)
{
    bench_config_write(m->bench, m->vns, NIC_FUNCTION(port, 0), offset, size, value);
    machine_run(m, 0);
}

uint32_t machine_config_read(struct machine *m, unsigned port, uint32_t offset, unsigned size)
{
    uint32_t value =
        bench_config_read(m->bench, m->vns, NIC_FUNCTION(port, 0), offset, size);

    see(m, 11, offset, value);
    machine_run(m, 0);
    return value;
}

void machine_answer(struct machine *m, unsigned which, enum nic_dma_status status)
{
    if (!m->held_count)
        return;
    struct machine_held r = m->held[which %= m->held_count];
    m->held[which] = m->held[--m->held_count];
    answer(m, &r, status);
    machine_run(m, 0);
}

void machine_put64(struct machine *m, uint64_t address, uint64_t value)
{
    if (in_memory(address, 8))
        memcpy(m->memory + address, &value, 8);
}
