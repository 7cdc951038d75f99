/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The register table, as code sees it. regs.def holds one row per register; from it come the enum
 * that lays out storage (st->reg[R_RDT + queue]), the decode map, reset values, access rules,
 * coverage, names and the generated register page. Behaviour hangs on rows as handlers.
 * regs.c owns the mechanism and knows no register by name.
 *
 * Columns of a row
 *   REG(name, offset, stride, count, reset, writable, w1c, flags, on_read, on_write, source, doc)
 *     offset, stride  bytes in BAR 0; element i sits at offset + i * stride
 *     writable, w1c   bits that a plain write stores, bits that a written one clears; the rest
 *                     ignore writes
 *     on_read, on_write  `plain`, or a register's name in lower case: nic_<it>_read/_write, called
 *                     INSTEAD of the default access (see the prototypes below)
 *     source          who relies on it: L Linux, D DPDK, X ixy, V ixgbevf; [I-nn] is a doubt in
 *                     model/INTERPRETATIONS.md
 *   MORE(name, offset, stride, count)          the storage of the row above goes on at a second
 *                                              range: elements count.. of the same array
 *   ALIAS(name, offset, stride, count, first)  a second address of elements first.. of a row
 *
 * Statistics counters are REG_RC rows without handlers: a read returns storage and clears it, so
 * whoever counts just adds to st->reg[]. Halves of a pair clear each on its own read.
 */
#ifndef RINGSIDE_NIC_REGS_H
#define RINGSIDE_NIC_REGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/nic/fields.h"

struct nic;

enum nic_reg_flags {
    REG_RC = 1 << 0,      /* a read clears it */
    REG_STORAGE = 1 << 1, /* kept and read back, nothing in the model acts on it (yet) */
    REG_STICKY = 1 << 2,  /* survives NIC_RESET_SW */
    REG_RING = 1 << 3,    /* rules.def speaks of it: rule.c looks at every write */
    REG_RUNS = 1 << 4,    /* a counter that a read does not clear */
};

/* Index into nic_state.reg: R_<name> + element. */
enum nic_reg {
#define REG(name, off, stride, n, ...) R_##name, R_##name##_end_ = R_##name + (n) - 1,
#define MORE(name, off, stride, n) \
    R_##name##_more_, R_##name##_more_end_ = R_##name##_more_ + (n) - 1,
#define ALIAS(...)
#include "model/nic/regs.def"
#undef REG
#undef MORE
#undef ALIAS
    NIC_REG_WORDS
};

/* Rows of the table in order, ranges and aliases counted apart. Only the names of REG rows are
 * for use; those of the others merely have to differ. */
enum nic_reg_row_id {
#define REG(name, ...) NIC_ROW_##name,
#define MORE(name, off, ...) NIC_ROW_##name##_at_##off,
#define ALIAS(name, off, ...) NIC_ROW_##name##_at_##off,
#include "model/nic/regs.def"
#undef REG
#undef MORE
#undef ALIAS
    NIC_REG_ROWS
};

/* Handlers. index = element number (queue, vector, ...). A read handler returns the value; a write
 * handler gets the value as written, before any mask, and stores what it likes, usually through
 * nic_reg_store(). `plain` is none at all: those two names are never defined. */
#define REG(name, off, stride, n, rst, w, w1c, flags, rd, wr, ...) \
    uint32_t nic_##rd##_read(struct nic *n_, uint32_t index);        \
    void nic_##wr##_write(struct nic *n_, uint32_t index, uint32_t value);
#define MORE(...)
#define ALIAS(...)
#include "model/nic/regs.def"
#undef REG
#undef MORE
#undef ALIAS

enum nic_row_kind { NIC_IS_REG, NIC_IS_MORE, NIC_IS_ALIAS };

struct nic_reg_row {
    const char *name;
    enum nic_row_kind kind;
    uint32_t owner; /* its REG row, which has masks and handlers; a REG row owns itself */
    uint32_t offset, stride, count;
    uint32_t reg;   /* storage of element 0 of the register */
    uint32_t first; /* element at `offset` */
    uint32_t reset, writable, w1c, flags;
    uint32_t (*on_read)(struct nic *n, uint32_t index);
    void (*on_write)(struct nic *n, uint32_t index, uint32_t value);
    const char *source, *doc;
};

/* Stores `value` under the row's writable and w1c masks, as a plain write does, and returns what
 * the register holds now. `r` is the register, not the element: nic_reg_store(n, R_RDT, queue, v).
 * An index beyond the register is ignored and returns 0. */
uint32_t nic_reg_store(struct nic *n, enum nic_reg r, uint32_t index, uint32_t value);

/* One aligned 32-bit access; false: there is no register, and a read gives 0. */
enum { NIC_REG_BYTES = 128 * 1024 };
bool nic_regs_read(struct nic *n, uint32_t offset, uint32_t *value);
bool nic_regs_write(struct nic *n, uint32_t offset, uint32_t value);

/* The same of one element of a REG row, by its number in nic_reg_table. */
uint32_t nic_reg_row_read(struct nic *n, uint32_t row, uint32_t index);
void nic_reg_row_write(struct nic *n, uint32_t row, uint32_t index, uint32_t value);
static inline void nic_reg_count(uint32_t *counter) /* coverage */
{
    *counter += *counter != UINT32_MAX;
}

/* "name[index]", or "hole 0xindex" without a name. */
const char *nic_reg_name_put(const char *name, bool is_array, uint32_t index, char *buf,
                             size_t bytes);

/* Every row to its reset value; what REG_STICKY marks stays under NIC_RESET_SW. `software` says
 * that this is one. */
void nic_regs_reset(struct nic *n, bool software);

/* The lint behind nic_tables_init(), for any table: true and the map filled, or false and a
 * sentence (in static memory). `map` has one entry per register word. */
enum { NIC_REG_SLOTS = NIC_REG_BYTES / 4 };
struct nic_reg_slot {
    uint16_t row;   /* number + 1, 0 = hole */
    uint16_t index; /* element number */
};
bool nic_regs_lint(const struct nic_reg_row *rows, unsigned count, struct nic_reg_slot *map,
                   const char **why);
bool nic_regs_init(const char **why);
extern const struct nic_reg_row nic_reg_table[NIC_REG_ROWS];

#endif
