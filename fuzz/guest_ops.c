/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A guest that does anything at all: accesses of any size to any BAR, real registers more often
 * than holes (from the register table, so that new ones are met by themselves), configuration
 * space, memory, pages, time, answers to reads, resets, saves. See ops.h.
 */
#include <stdlib.h>

#include "fuzz/ops.h"
#include "model/bench/control_abi.h"

/* ---- values ---- */

uint32_t wild32(struct input *in)
{
    uint8_t how = take8(in);

    switch (how & 7) {
    case 0:
        return 0;
    case 1:
        return UINT32_MAX;
    case 2:
        return how >> 3;
    case 3:
        return 1u << (how >> 3);
    case 4:
        return (uint32_t)wild_address(in);
    case 5:
        return take16(in);
    default:
        return take32(in);
    }
}

uint64_t wild_address(struct input *in)
{
    uint8_t how = take8(in);

    switch (how & 15) {
    default:
        return (uint64_t)(take16(in) & (MACHINE_MEMORY / 16 - 1)) * 16;
    case 10:
        return take32(in) % MACHINE_MEMORY;
    case 11:
        return MACHINE_BAR0(how >> 7) + (take16(in) & 0x7fff) * 4;
    case 12:
        return MACHINE_BAR4(how >> 7) + (take16(in) & 0xfff) * 4;
    case 13:
        return MACHINE_CONTROL + (how >> 4) * 4;
    case 14:
        return 0x40000000ull + take32(in); /* nobody */
    case 15:
        return take64(in);
    }
}

/* ---- registers by name ---- */

struct rows { /* of a group */
    uint16_t *row;
    unsigned count;
};

static bool begins(const char *name, const char *const *words)
{
    for (; *words; words++)
        if (!strncmp(name, *words, strlen(*words)))
            return true;
    return false;
}

static const struct rows *group_of(enum reg_group group)
{
    static const char *const words[GROUPS][40] = {
        [GROUP_ALL] = {""},
        [GROUP_RX] = {"R", "FCTRL", "SRRCTL", "MRQC", "FDIR", "FTQF", "SDPQF", "DAQF", "SAQF",
                      "L34", "ETQ", "SYNQF", "VLNCTRL", "VFTA", "MTA", "PF", "MCSTCTRL", "MAXFRS",
                      "HLREG", "PSR", "MFLCN", "FC", "DCA", "TSYNC", "DROP", "VT", "UTA", "QPRC",
                      "MPC", "CTRL"},
        [GROUP_TX] = {"T", "D", "HLREG", "MTQC", "MFLCN", "FC", "PAP", "MAXFRS", "CTRL", "PFVM",
                      "SEC", "QPTC"},
        [GROUP_IRQ] = {"E", "I", "GPIE", "MSI", "PBA", "LINKS", "RDRXCTL", "PSRTYPE", "TCPTIMER",
                       "FRTIMER", "SDP", "ESDP", "LED"},
    };
    static struct rows groups[GROUPS];
    struct rows *g = &groups[group];

    if (g->row)
        return g;
    FUZZ_HOLDS(nic_tables_init(&(const char *){""}) == 0, "no register table");
    g->row = calloc(nic_reg_rows(), sizeof(uint16_t));
    FUZZ_HOLDS(g->row, "no memory");
    for (unsigned i = 0; i < nic_reg_rows(); i++)
        if (!nic_reg_row(i)->bar && begins(nic_reg_row(i)->name, words[group]))
            g->row[g->count++] = (uint16_t)i;
    return g;
}

void register_op(struct machine *m, struct input *in, enum reg_group group)
{
    const struct rows *g = group_of(group);
    const struct nic_reg_info *row = nic_reg_row(g->row[take16(in) % g->count]);
    uint8_t what = take8(in); /* the first elements of an array more often than the others */
    uint32_t element = what & 0x40 ? take8(in) : what & 3;
    uint32_t offset = row ? row->offset + element % row->count * row->stride : 0;
    unsigned port = what >> 7;

    if (what & 0x20)
        (void)machine_r32(m, port, offset);
    else if (what & 0x10) /* one bit more or less */
        machine_w32(m, port, offset, machine_r32(m, port, offset) ^ 1u << (take8(in) & 31));
    else
        machine_w32(m, port, offset, wild32(in));
}

/* ---- virtual functions ---- */

static void vf_registers(struct machine *m, struct input *in, unsigned port, unsigned vf)
{
    unsigned first = 0, rows = nic_reg_rows();

    while (first + 1 < rows && !nic_reg_row(first)->bar)
        first++;
    const struct nic_reg_info *row = nic_reg_row(first + take8(in) % (rows - first));
    uint8_t what = take8(in);
    uint32_t offset = row->offset + (what & 15) % row->count * row->stride;

    if (what & 0x20)
        (void)machine_read(m, port, machine_vf_bar(vf, 0), offset, 4);
    else
        machine_write(m, port, machine_vf_bar(vf, 0), offset, 4, wild32(in));
}

static void vf_op(struct machine *m, struct input *in)
{
    uint8_t what = take8(in), which = take8(in);
    unsigned port = what >> 7, vf = which % (bench_vf_count(m->bench, (uint8_t)port) + 1);
    uint16_t function = NIC_FUNCTION(port, 1 + vf);

    switch (what & 7) {
    case 0: /* some of them, or none */
        machine_config_write(m, port, 0x168, 2, 0);
        machine_config_write(m, port, 0x170, 2, which);
        machine_config_write(m, port, 0x168, 2, what >> 3 & 3 ? 9 : 0);
        machine_w32(m, port, 0x11050, what >> 3 & 3);
        break;
    case 1:
        bench_config_write(m->bench, m->vns, function, take16(in) & 0x1ff, 1 << (what >> 5 & 3),
                           take32(in));
        break;
    case 2:
        (void)bench_config_read(m->bench, m->vns, function, take16(in) & 0xfff, 4);
        break;
    case 3:
        bench_reset(m->bench, m->vns, function, (enum nic_reset_kind)(what >> 5 & 3));
        break;
    case 4:
        machine_write(m, port, machine_vf_bar(vf, 3), take16(in) & 0x3ffc, 4, take32(in));
        break;
    default:
        vf_registers(m, in, port, vf);
        break;
    }
    machine_run(m, 0);
}

/* ---- anything ---- */

static void any_access(struct machine *m, struct input *in)
{
    static const uint8_t sizes[] = {1, 2, 4, 8, 4, 8, 3, 0};
    uint8_t what = take8(in);
    unsigned port = what >> 7, size = sizes[what & 7];
    unsigned bar = what & 8 ? what >> 4 & 7 : what & 16 ? 4 : 0;
    uint32_t offset = take32(in);

    if (!(what & 0x40))
        offset %= bar == 4 ? 2 * NIC_BAR4_BYTES : 2 * NIC_BAR0_BYTES;
    if (what & 0x20)
        (void)machine_read(m, port, bar, offset, size);
    else
        machine_write(m, port, bar, offset, size, take64(in));
}

static void config_access(struct machine *m, struct input *in)
{
    static const uint8_t sizes[] = {1, 2, 4, 4, 4, 2, 8, 0};
    uint8_t what = take8(in);
    unsigned port = what >> 7, size = sizes[what & 7];
    uint32_t offset = what & 0x10 ? take16(in) : take8(in);

    if (what & 0x20)
        (void)machine_config_read(m, port, offset, size);
    else
        machine_config_write(m, port, offset, size, wild32(in));
}

static void control_access(struct machine *m, struct input *in)
{
    uint8_t what = take8(in);
    uint32_t offset = what & 0x40 ? take32(in) : (what & 15) * 4u;

    if (what & 0x80)
        (void)bench_control_read(m->bench, m->vns, offset);
    else
        (void)bench_control_write(m->bench, m->vns, offset, what & 0x20 ? take32(in) : 1);
    machine_run(m, 0);
}

static void write_memory(struct machine *m, struct input *in)
{
    uint64_t address = wild_address(in);
    uint8_t bytes = take8(in);

    if (address < MACHINE_MEMORY && bytes <= MACHINE_MEMORY - address)
        take(in, m->memory + address, bytes);
}

static void change_pages(struct machine *m, struct input *in)
{
    uint8_t page = take8(in) % MACHINE_PAGES, how = take8(in);

    switch (how & 7) {
    case 0:
        m->page[page] = UINT64_MAX;
        break;
    case 1: /* device space */
        m->page[page] = how & 8 ? MACHINE_BAR0(how >> 7) : MACHINE_BAR4(how >> 7);
        break;
    case 2:
        m->page[page] = (uint64_t)(take8(in) % MACHINE_PAGES) * 4096;
        break;
    case 3:
        m->large = how >> 7;
        break;
    default:
        m->page[page] = (uint64_t)page * 4096;
        break;
    }
    if (how & 0x10) /* else forgotten */
        bench_invalidate(m->bench, NIC_FUNCTION(how >> 6 & 1, 0),
                         how & 0x20 ? 0 : (uint64_t)page * 4096, how & 0x20 ? UINT64_MAX : 4096);
    machine_run(m, 0);
}

static void answer_reads(struct machine *m, struct input *in)
{
    static uint8_t junk[NIC_READ_MAX];
    uint8_t how = take8(in);

    if ((how & 0xf0) == 0xf0) { /* an answer that nobody waits for */
        bench_dma_done(m->bench, NIC_FUNCTION(how & 1, how >> 3 & 1), take16(in),
                       (enum nic_dma_status)(how >> 1 & 3), junk, take16(in) % (NIC_READ_MAX + 1));
        machine_run(m, 0);
        return;
    }
    m->holds = how & 0x80;
    for (unsigned n = 1 + (how >> 4 & 3); n; n--)
        machine_answer(m, how & 15, (how & 0x40) ? (enum nic_dma_status)(n & 3) : NIC_DMA_OK);
}

static void frame_in(struct machine *m, struct input *in)
{
    static uint8_t frame[PACKET_MAX];
    uint8_t what = take8(in);
    struct layers l;

    packet_make(in, frame, &l);
    for (unsigned n = 1 + (what & 7); n; n--)
        bench_frame_in(m->bench, m->vns, what >> 7, frame, what & 0x40 ? take16(in) % PACKET_MAX
                                                                       : l.length);
    machine_run(m, 0);
}

void guest_op(struct machine *m, struct input *in)
{
    uint8_t op = take8(in);

    switch (op & 31) {
    default:
        register_op(m, in, (enum reg_group)(op % GROUPS));
        break;
    case 7:
        vf_op(m, in);
        break;
    case 8:
    case 9:
        any_access(m, in);
        break;
    case 10:
        config_access(m, in);
        break;
    case 11:
        control_access(m, in);
        break;
    case 12:
    case 13:
        write_memory(m, in);
        break;
    case 14:
        change_pages(m, in);
        break;
    case 15:
    case 16:
        answer_reads(m, in);
        break;
    case 17:
    case 18:
    case 19:
        frame_in(m, in);
        break;
    case 20:
    case 21:
        machine_run(m, (uint64_t)take8(in) << (op >> 5));
        break;
    case 22:
        bench_reset(m->bench, m->vns, NIC_FUNCTION(op >> 7, 0), (enum nic_reset_kind)(op >> 5 & 3));
        machine_run(m, 0);
        break;
    case 23:
        machine_save_load(m);
        break;
    case 24:
        port_up(m, op >> 7, in);
        break;
    case 25:
    case 26:
        tx_op(m, in);
        break;
    case 27:
    case 28:
        rx_op(m, in);
        break;
    case 29:
        irq_op(m, in);
        break;
    }
}
