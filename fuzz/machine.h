/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The machine of the model targets: a bench over a small memory, with everything that a host may
 * do to it. DMA may hit the ports' own registers, answers may come late, twice, wrong or never,
 * pages may be missing, doubled or lie in device space. It holds what must be true of a bench
 * whatever happens, and knows no register.
 */
#ifndef RINGSIDE_FUZZ_MACHINE_H
#define RINGSIDE_FUZZ_MACHINE_H

#include "fuzz/fuzz.h"
#include "model/bench/bench.h"

enum {
    MACHINE_MEMORY = 256 * 1024,
    MACHINE_PAGES = MACHINE_MEMORY / 4096,
    MACHINE_HELD = 64,
    MACHINE_PLANS = 6,
};
/* Where the devices lie in the machine's address space. */
#define MACHINE_BAR0(port) (0xf0000000ull + (uint64_t)(port) * 0x100000)
#define MACHINE_BAR4(port) (0xf0080000ull + (uint64_t)(port) * 0x100000)
#define MACHINE_CONTROL    0xf0800000ull

struct machine_held { /* a read that nobody has answered */
    uint64_t address;
    uint16_t function, tag;
    uint32_t length;
};

struct machine {
    struct bench *bench, *spare; /* spare: the other half of a save and load */
    void *block, *spare_block;
    size_t block_bytes;
    struct bench_config config;
    const void *plan;
    uint8_t *memory;
    uint64_t vns, wake_vns, end_vns; /* end_vns: an input gets so much time in all */
    uint64_t digest;                 /* of all that the host and the wire saw */
    uint64_t told;                   /* of the events that it was handed */
    bool moves;  /* a save goes on in the loaded bench, not in the saved one */
    bool saves;  /* at the end too */
    bool lasting; /* its plan is of machine_plans.c: the same at that address in every run */
    bool holds;  /* reads are answered when the input says so */
    bool large;  /* pages of 2 MiB */
    const char *why; /* a state was refused */
    unsigned depth, saved;
    unsigned held_count;
    struct machine_held held[MACHINE_HELD];
    uint64_t page[MACHINE_PAGES]; /* physical; UINT64_MAX: not mapped */
};

/* Power on, with one of the plans (machine_plans.c) or with any that was checked. There is one
 * machine at a time. */
struct machine *machine_start(unsigned plan, bool moves);
struct machine *machine_start_plan(const void *plan, bool moves);
/* What must hold at the end: it can be saved and loaded, nothing was refused for want of room.
 * Returns a hash of everything that could be seen. */
uint64_t machine_finish(struct machine *m);

const void *machine_plan(unsigned index, size_t *bytes);

/* Accesses of the CPU, with the stall that they cost. */
void machine_write(struct machine *m, unsigned port, unsigned bar, uint32_t offset, unsigned size,
                   uint64_t value);
uint64_t machine_read(struct machine *m, unsigned port, unsigned bar, uint32_t offset,
                      unsigned size);
void machine_config_write(struct machine *m, unsigned port, uint32_t offset, unsigned size,
                          uint32_t value);
uint32_t machine_config_read(struct machine *m, unsigned port, uint32_t offset, unsigned size);
/* BAR of a virtual function, as those of the port's own. */
static inline unsigned machine_vf_bar(unsigned vf, unsigned bar)
{
    return vf << 8 | NIC_VF_BAR | bar;
}
void machine_w32(struct machine *m, unsigned port, uint32_t offset, uint32_t value);
uint32_t machine_r32(struct machine *m, unsigned port, uint32_t offset);
/* Time goes on, and the bench is called when it asked for it. */
void machine_run(struct machine *m, uint64_t ns);
/* Answers one of the reads that are held, with any status. */
void machine_answer(struct machine *m, unsigned which, enum nic_dma_status status);
/* A copy of the state into the spare bench; goes on there when the machine moves. */
void machine_save_load(struct machine *m);
/* Loads a block into the spare bench; false: refused. The spare one is the machine from then on. */
bool machine_adopt(struct machine *m, const void *block);

void machine_put64(struct machine *m, uint64_t address, uint64_t value);

#endif
