/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The register view of a virtual function: decode, and where an access to a row of regs_vf.def
 * goes: to storage of the function's own, to a handler, or to an element of a row of regs.def,
 * with all that an access of the physical function to that element does.
 */
#include "model/nic/vf.h"

#include "model/nic/nic_priv.h"

enum kind { OWN, OF_QUEUE, OF_POOL };

struct row {
    const char *name;
    enum kind kind;
    uint32_t offset, stride, count;
    uint32_t word; /* OWN: storage of element 0; else the row in nic_reg_table */
    uint32_t each; /* OF_POOL: elements per function */
    uint32_t reset, writable, w1c;
    uint32_t (*on_read)(struct nic *n, uint32_t vf, uint32_t index);
    void (*on_write)(struct nic *n, uint32_t vf, uint32_t index, uint32_t value);
    const char *source, *doc;
};

#define nic_vf_plain_read NULL
#define nic_vf_plain_write NULL

static const struct row table[NIC_VF_ROWS] = {
#define VF_REG(nm, off, str, n, rst, w, w1, rd, wr, src, text)                                     \
    { .name = #nm, .kind = OWN, .offset = off, .stride = str, .count = n, .word = V_##nm,          \
      .reset = rst, .writable = w, .w1c = w1, .on_read = nic_vf_##rd##_read,                       \
      .on_write = nic_vf_##wr##_write, .source = src, .doc = text },
#define VF_QUEUE(nm, off, str, n, target, src, text)                                               \
    { .name = #nm, .kind = OF_QUEUE, .offset = off, .stride = str, .count = n,                     \
      .word = NIC_ROW_##target, .source = src, .doc = text },
#define VF_POOL(nm, off, str, n, target, per, src, text)                                           \
    { .name = #nm, .kind = OF_POOL, .offset = off, .stride = str, .count = n,                      \
      .word = NIC_ROW_##target, .each = per, .source = src, .doc = text },
#include "model/nic/regs_vf.def"
#undef VF_REG
#undef VF_QUEUE
#undef VF_POOL
};

/* Made once, the same in every process. */
static struct slot {
    uint8_t row; /* number + 1, 0 = hole */
    uint8_t index;
} map[NIC_VF_BAR_BYTES / 4];
static struct nic_reg_info info[NIC_VF_ROWS];
static bool ready;

_Static_assert(NIC_VF_ROWS < UINT8_MAX, "the map has a byte for a row");

/* As the row that stands behind it, or by itself. */
static void describe(unsigned i)
{
    const struct row *r = &table[i];
    const struct nic_reg_row *behind = r->kind == OWN ? NULL : &nic_reg_table[r->word];

    info[i] = (struct nic_reg_info){
        .name = r->name, .bar = NIC_VF_BAR, .offset = r->offset, .stride = r->stride,
        .count = r->count, .reset = behind ? behind->reset : r->reset,
        .writable = behind ? behind->writable : r->writable, .w1c = behind ? behind->w1c : r->w1c,
        .behaviour = behind || r->on_read || r->on_write, .source = r->source, .doc = r->doc,
    };
}

bool nic_vf_regs_init(const char **why)
{
    if (ready)
        return true;
    for (unsigned i = 0; i < NIC_VF_ROWS; i++) {
        for (uint32_t k = 0; k < table[i].count; k++) {
            uint32_t word = (table[i].offset + k * table[i].stride) / 4;
            if (word >= NIC_VF_BAR_BYTES / 4 || map[word].row) {
                *why = "register table of virtual functions: a row overlaps another, or the end";
                return false;
            }
            map[word] = (struct slot){.row = (uint8_t)(i + 1), .index = (uint8_t)k};
        }
        describe(i);
    }
    return ready = true;
}

const struct nic_reg_info *nic_vf_reg_row(unsigned row)
{
    const char *why;

    return row < NIC_VF_ROWS && nic_vf_regs_init(&why) ? &info[row] : NULL;
}

void nic_vf_regs_reset(struct nic_vf *v)
{
    for (unsigned i = 0; i < NIC_VF_ROWS; i++)
        for (uint32_t k = 0; table[i].kind == OWN && k < table[i].count; k++)
            v->reg[table[i].word + k] = table[i].reset;
}

#define NO_QUEUE UINT32_MAX

/* The row at this offset, NULL: none. element: what it means in the row behind it, NO_QUEUE of a
 * queue that the function's pool has not [I-130]. */
static const struct row *find(const struct nic *n, uint32_t vf, uint32_t offset, uint32_t *element)
{
    const struct slot *slot = &map[offset / 4 % (NIC_VF_BAR_BYTES / 4)];
    uint32_t queues = nic_vf_queues(n);

    if (offset >= NIC_VF_BAR_BYTES || offset & 3 || !slot->row)
        return NULL;
    const struct row *r = &table[slot->row - 1];
    *element = slot->index;
    if (r->kind == OF_POOL)
        *element += vf * r->each;
    if (r->kind != OF_QUEUE)
        return r;
    /* A function has no queues before there are pools, and none beyond the last. */
    *element += vf * queues;
    if (slot->index >= queues || *element >= NIC_QUEUES)
        *element = NO_QUEUE;
    return r;
}

bool nic_vf_regs_read(struct nic *n, uint32_t vf, uint32_t offset, uint32_t *value)
{
    uint32_t element;
    const struct row *r = find(n, vf, offset, &element);

    *value = 0;
    if (!r)
        return false;
    nic_reg_count(&n->st->vf_reads[r - table]);
    if (element == NO_QUEUE)
        return true;
    if (r->kind != OWN)
        *value = nic_reg_row_read(n, r->word, element);
    else
        *value = r->on_read ? r->on_read(n, vf, element)
                            : n->st->vfs.vf[vf].reg[r->word + element];
    return true;
}

bool nic_vf_regs_write(struct nic *n, uint32_t vf, uint32_t offset, uint32_t value)
{
    uint32_t element;
    const struct row *r = find(n, vf, offset, &element);

    if (!r)
        return false;
    nic_reg_count(&n->st->vf_writes[r - table]);
    if (element == NO_QUEUE)
        return true;
    if (r->kind != OWN) {
        nic_reg_row_write(n, r->word, element, value);
    } else if (r->on_write) {
        r->on_write(n, vf, element, value);
    } else {
        uint32_t *word = &n->st->vfs.vf[vf].reg[r->word + element];
        *word = ((*word & ~r->writable) | (value & r->writable)) & ~(value & r->w1c);
    }
    return true;
}

const char *nic_vf_reg_name(uint32_t offset, char *buf, size_t bytes)
{
    const char *why;
    const struct slot *slot = &map[offset / 4 % (NIC_VF_BAR_BYTES / 4)];
    bool there = nic_vf_regs_init(&why) && offset < NIC_VF_BAR_BYTES && !(offset & 3) && slot->row;
    const struct row *r = there ? &table[slot->row - 1] : NULL;

    return nic_reg_name_put(r ? r->name : NULL, r && r->count > 1, r ? slot->index : offset, buf,
                            bytes);
}

/* ---- what is the same for all functions ---- */

uint32_t nic_vf_vfstatus_read(struct nic *n, uint32_t vf, uint32_t index)
{
    return nic_status_read(n, 0);
}

uint32_t nic_vf_vflinks_read(struct nic *n, uint32_t vf, uint32_t index)
{
    return n->st->reg[R_LINKS];
}

uint32_t nic_vf_vffrtimer_read(struct nic *n, uint32_t vf, uint32_t index)
{
    return nic_frtimer_read(n, 0);
}
