/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Counting accesses by row: see coverage.h.
 */
#include "harness/trace/coverage.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "model/bench/plan.h"
#include "model/nic/nic.h"

enum {
    BAR_SHIFT = 56,
    BAR0_BYTES = 128 << 10,
    WORDS = BAR0_BYTES / 4,
    VF_WORDS = NIC_VF_BAR_BYTES / 4,
    HOLE = UINT16_MAX,
    LEVEL = 2, /* of the events of register accesses */
};

/* Row of every word of BAR 0; an alias has the row of its register. */
static uint16_t row_at[WORDS];
/* The same of a virtual function's. */
static uint16_t vf_row_at[VF_WORDS];

static uint16_t register_of(const char *name)
{
    for (unsigned i = 0; i < nic_reg_rows(); i++) {
        const struct nic_reg_info *r = nic_reg_row(i);

        if (!r->alias && !r->more && !strcmp(r->name, name))
            return (uint16_t)i;
    }
    return HOLE;
}

static void map_rows(void)
{
    memset(row_at, 0xff, sizeof(row_at));
    memset(vf_row_at, 0xff, sizeof(vf_row_at));
    for (unsigned i = 0; i < nic_reg_rows(); i++) {
        const struct nic_reg_info *r = nic_reg_row(i);
        const uint16_t row = register_of(r->name);

        for (uint32_t k = 0; k < r->count; k++) {
            const uint32_t word = (r->offset + k * r->stride) / 4;

            if (r->bar == NIC_VF_BAR && word < VF_WORDS)
                vf_row_at[word] = row;
            else if (!r->bar && word < WORDS)
                row_at[word] = row;
        }
    }
}

const char *rs_coverage_register(size_t row, enum rs_register_kind *kind)
{
    const struct nic_reg_info *r = row < nic_reg_rows() ? nic_reg_row((unsigned)row) : NULL;

    if (!r)
        return NULL;
    *kind = r->alias || r->more ? RS_REGISTER_ALIAS
            : r->storage_only   ? RS_REGISTER_STORAGE
                                : RS_REGISTER_MODELLED;
    return r->name;
}

struct rs_coverage *rs_coverage_new(void)
{
    struct rs_coverage *c = g_new0(struct rs_coverage, 1);
    const char *why;

    if (nic_tables_init(&why) == 0)
        map_rows();
    c->row = g_new0(struct rs_touch, nic_reg_rows());
    return c;
}

void rs_coverage_free(struct rs_coverage *c)
{
    g_free(c->row);
    g_free(c->hole);
    g_free(c);
}

/* The counts of a hole, which gets a place in order if it has none. */
static struct rs_touch *hole_at(struct rs_coverage *c, uint32_t offset)
{
    size_t i = 0;

    while (i < c->holes && c->hole[i].offset < offset)
        i++;
    if (i == c->holes || c->hole[i].offset != offset) {
        c->hole = g_renew(struct rs_coverage_hole, c->hole, c->holes + 1);
        memmove(&c->hole[i + 1], &c->hole[i], (c->holes - i) * sizeof(*c->hole));
        c->hole[i] = (struct rs_coverage_hole){.offset = offset};
        c->holes++;
    }
    return &c->hole[i].touch;
}

static void count(struct rs_coverage *c, uint64_t offset, bool write, bool again)
{
    const uint32_t at = (uint32_t)offset;
    uint16_t row = HOLE;
    struct rs_touch *touch;

    if (offset % 4) {
        c->unaligned++;
        return;
    }
    if (offset >> BAR_SHIFT)
        row = at / 4 < VF_WORDS ? vf_row_at[at / 4] : HOLE;
    else if (at < BAR0_BYTES)
        row = row_at[at / 4];
    touch = row == HOLE ? hole_at(c, at | (uint32_t)(offset >> BAR_SHIFT) << 28) : &c->row[row];
    touch->reads += !write;
    touch->writes += write;
    touch->polls += again && !write;
}

int rs_coverage_add(struct rs_coverage *c, const struct rs_trace *trace)
{
    uint64_t last[PLAN_PORTS_MAX];

    if (trace->header.level < LEVEL)
        return -EINVAL;
    memset(last, 0xff, sizeof(last));
    for (size_t i = 0; i < trace->count; i++) {
        const struct nic_event *e = &trace->event[i];
        const bool write = e->id == NIC_EV_mmio_write;
        const unsigned port = NIC_FUNCTION_PORT(e->function) % PLAN_PORTS_MAX;

        if ((!write && e->id != NIC_EV_mmio_read) ||
            (e->a >> BAR_SHIFT && e->a >> BAR_SHIFT != NIC_VF_BAR))
            continue;
        count(c, e->a, write, last[port] == e->a);
        last[port] = write ? UINT64_MAX : e->a;
    }
    return 0;
}
