/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The mechanism behind the register table: decode, access rules, reset values, coverage, names.
 * It knows no register by name; what a register does is its handlers' business.
 *
 * Decode is one load: the map has an entry per register word, made once per process from the rows
 * by the lint (regs_lint.c), which refuses two claims on one word.
 */
#include "model/nic/regs.h"

#include "model/nic/nic_priv.h"

/* `plain` in a row is no handler. */
#define nic_plain_read NULL
#define nic_plain_write NULL

const struct nic_reg_row nic_reg_table[NIC_REG_ROWS] = {
#define REG(nm, off, str, n, rst, w, w1, fl, rd, wr, src, text)                                    \
    { .name = #nm, .kind = NIC_IS_REG, .owner = NIC_ROW_##nm, .offset = off, .stride = str,        \
      .count = n, .reg = R_##nm, .first = 0, .reset = rst, .writable = w, .w1c = w1, .flags = fl,  \
      .on_read = nic_##rd##_read, .on_write = nic_##wr##_write, .source = src, .doc = text },
#define MORE(nm, off, str, n)                                                                      \
    { .name = #nm, .kind = NIC_IS_MORE, .owner = NIC_ROW_##nm, .offset = off, .stride = str,       \
      .count = n, .reg = R_##nm, .first = R_##nm##_more_ - R_##nm },
#define ALIAS(nm, off, str, n, fst)                                                                \
    { .name = #nm, .kind = NIC_IS_ALIAS, .owner = NIC_ROW_##nm, .offset = off, .stride = str,      \
      .count = n, .reg = R_##nm, .first = fst },
#include "model/nic/regs.def"
#undef REG
#undef MORE
#undef ALIAS
};

/* Made once by nic_regs_init(), the same in every process, never written again. */
static struct nic_reg_slot map[NIC_REG_SLOTS];
static uint16_t row_of_word[NIC_REG_WORDS];
static struct nic_reg_info info[NIC_REG_ROWS];
static bool ready;

static void describe(unsigned i)
{
    const struct nic_reg_row *range = &nic_reg_table[i], *row = &nic_reg_table[range->owner];

    info[i] = (struct nic_reg_info){
        .name = range->name, .offset = range->offset, .stride = range->stride,
        .count = range->count, .first = range->first, .reset = row->reset,
        .writable = row->writable, .w1c = row->w1c, .alias = range->kind == NIC_IS_ALIAS,
        .more = range->kind == NIC_IS_MORE, .clear_on_read = (row->flags & REG_RC) != 0,
        .storage_only = (row->flags & REG_STORAGE) != 0, .behaviour = row->on_read || row->on_write,
        .source = row->source, .doc = row->doc,
    };
}

bool nic_regs_init(const char **why)
{
    if (ready)
        return true;
    if (!nic_regs_lint(nic_reg_table, NIC_REG_ROWS, map, why))
        return false;
    for (unsigned i = 0; i < NIC_REG_ROWS; i++) {
        const struct nic_reg_row *row = &nic_reg_table[i];

        describe(i);
        for (uint32_t k = 0; row->kind != NIC_IS_ALIAS && k < row->count; k++)
            row_of_word[row->reg + row->first + k] = (uint16_t)row->owner;
    }
    ready = true;
    return true;
}

uint32_t nic_reg_store(struct nic *n, enum nic_reg r, uint32_t index, uint32_t value)
{
    uint32_t word = (uint32_t)r + index;

    if (word >= NIC_REG_WORDS || index >= NIC_REG_WORDS || row_of_word[word] != row_of_word[r])
        return 0;
    const struct nic_reg_row *row = &nic_reg_table[row_of_word[r]];
    uint32_t old = n->st->reg[word];

    return n->st->reg[word] = ((old & ~row->writable) | (value & row->writable)) &
                              ~(value & row->w1c);
}

static const struct nic_reg_slot *decode(uint32_t offset)
{
    const struct nic_reg_slot *slot;

    if (offset >= NIC_REG_BYTES || offset & 3)
        return NULL;
    slot = &map[offset / 4];
    return slot->row ? slot : NULL;
}

static inline uint32_t element_read(struct nic *n, const struct nic_reg_row *row, uint32_t index)
{
    if (row->on_read)
        return row->on_read(n, index);
    uint32_t *word = &n->st->reg[row->reg + index];
    if (row->flags & (REG_RC | REG_RUNS))
        nic_stats_settle(n);
    uint32_t value = *word;
    if (row->flags & REG_RC)
        *word = 0;
    return value;
}

bool nic_regs_read(struct nic *n, uint32_t offset, uint32_t *value)
{
    const struct nic_reg_slot *slot = decode(offset);

    *value = 0;
    if (!slot)
        return false;
    nic_reg_count(&n->st->reg_reads[slot->row - 1]);
    *value = element_read(n, &nic_reg_table[nic_reg_table[slot->row - 1].owner], slot->index);
    return true;
}

uint32_t nic_reg_row_read(struct nic *n, uint32_t row, uint32_t index)
{
    return element_read(n, &nic_reg_table[row], index);
}

/* What was counted or concluded by the settings until now. */
static void settings_change(struct nic *n)
{
    nic_stats_settle(n);
    nic_rx_unsettle(&n->st->rx);
}

static inline void element_write(struct nic *n, const struct nic_reg_row *row, uint32_t index,
                                 uint32_t value)
{
    if (row->flags & REG_RING)
        nic_rule_ring_write(n, row, index, value);
    else
        settings_change(n);
    if (row->on_write)
        row->on_write(n, index, value);
    else
        nic_reg_store(n, (enum nic_reg)row->reg, index, value);
}

bool nic_regs_write(struct nic *n, uint32_t offset, uint32_t value)
{
    const struct nic_reg_slot *slot = decode(offset);

    if (!slot)
        return false;
    nic_reg_count(&n->st->reg_writes[slot->row - 1]);
    element_write(n, &nic_reg_table[nic_reg_table[slot->row - 1].owner], slot->index, value);
    return true;
}

void nic_reg_row_write(struct nic *n, uint32_t row, uint32_t index, uint32_t value)
{
    element_write(n, &nic_reg_table[row], index, value);
}

void nic_regs_reset(struct nic *n, bool software)
{
    for (unsigned i = 0; i < NIC_REG_ROWS; i++) {
        const struct nic_reg_row *range = &nic_reg_table[i], *row = &nic_reg_table[range->owner];

        if (range->kind == NIC_IS_ALIAS || (software && row->flags & REG_STICKY))
            continue;
        for (uint32_t k = 0; k < range->count; k++)
            n->st->reg[range->reg + range->first + k] = row->reset;
    }
}

/* ---- the table as data: rows of virtual functions follow those of the physical one ---- */

unsigned nic_reg_rows(void)
{
    return NIC_REG_ROWS + NIC_VF_ROWS;
}

const struct nic_reg_info *nic_reg_row(unsigned row)
{
    const char *why;

    if (row >= NIC_REG_ROWS)
        return nic_vf_reg_row(row - NIC_REG_ROWS);
    return nic_regs_init(&why) ? &info[row] : NULL;
}

void nic_reg_coverage(const struct nic *nic, unsigned row, uint32_t *reads, uint32_t *writes)
{
    unsigned vf = row - NIC_REG_ROWS;

    *reads = row < NIC_REG_ROWS ? nic->st->reg_reads[row]
             : vf < NIC_VF_ROWS ? nic->st->vf_reads[vf] : 0;
    *writes = row < NIC_REG_ROWS ? nic->st->reg_writes[row]
              : vf < NIC_VF_ROWS ? nic->st->vf_writes[vf] : 0;
}

struct text {
    char *at, *end; /* end: the last byte, kept for the terminator */
};

static void put(struct text *t, const char *s)
{
    while (*s && t->at < t->end)
        *t->at++ = *s++;
}

static void put_number(struct text *t, uint32_t v, unsigned base, unsigned digits)
{
    char buf[12], *p = buf + sizeof(buf);

    *--p = '\0';
    do {
        *--p = "0123456789abcdef"[v % base];
        v /= base;
        if (digits)
            digits--;
    } while (v || digits);
    put(t, p);
}

const char *nic_reg_name_put(const char *name, bool is_array, uint32_t index, char *buf,
                             size_t bytes)
{
    struct text t = { buf, buf + bytes - 1 };

    if (bytes == 0)
        return "";
    if (!name) {
        put(&t, "hole 0x");
        put_number(&t, index, 16, 5);
    } else {
        put(&t, name);
        if (is_array) {
            put(&t, "[");
            put_number(&t, index, 10, 0);
            put(&t, "]");
        }
    }
    *t.at = '\0';
    return buf;
}

const char *nic_reg_name(uint32_t offset, char *buf, size_t bytes)
{
    const char *why;
    const struct nic_reg_slot *slot = nic_regs_init(&why) ? decode(offset) : NULL;

    if (!slot)
        return nic_reg_name_put(NULL, false, offset, buf, bytes);
    const struct nic_reg_row *range = &nic_reg_table[slot->row - 1];
    const struct nic_reg_row *row = &nic_reg_table[range->owner];
    bool is_array = row->reg + 1 < NIC_REG_WORDS && row_of_word[row->reg + 1] == range->owner;
    return nic_reg_name_put(range->name, is_array, slot->index, buf, bytes);
}
