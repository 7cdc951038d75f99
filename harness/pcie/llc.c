/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Sets, ways, and which is oldest: see llc.h.
 */
#include "harness/pcie/llc.h"

#include <glib.h>

void rs_llc_init(struct llc *l, uint64_t bytes, uint64_t ways, uint64_t ddio_ways)
{
    *l = (struct llc){.ways = ways, .ddio_ways = ddio_ways, .sets = bytes / LLC_LINE / ways};
    l->tag = g_new0(uint64_t, l->sets * ways);
    l->used = g_new0(uint64_t, l->sets * ways);
}

void rs_llc_fini(struct llc *l)
{
    g_free(l->tag);
    g_free(l->used);
}

/* The first way of the line's set; lines next to each other lie in sets next to each other. */
static uint64_t set_of(const struct llc *l, uint64_t line)
{
    return line % l->sets * l->ways;
}

static bool find(struct llc *l, uint64_t line)
{
    const uint64_t set = set_of(l, line);

    for (uint64_t i = set; i < set + l->ways; i++) {
        if (l->tag[i] == line + 1) {
            l->used[i] = ++l->tick;
            return true;
        }
    }
    return false;
}

static void place(struct llc *l, uint64_t line, uint64_t ways)
{
    const uint64_t set = set_of(l, line);
    uint64_t oldest = set;

    for (uint64_t i = set; i < set + ways; i++)
        if (l->used[i] < l->used[oldest])
            oldest = i;
    l->tag[oldest] = line + 1;
    l->used[oldest] = ++l->tick;
}

void rs_llc_touch(struct llc *l, uint64_t address)
{
    if (l->sets != 0 && !find(l, address / LLC_LINE))
        place(l, address / LLC_LINE, l->ways);
}

bool rs_llc_read(struct llc *l, uint64_t address)
{
    if (l->sets == 0 || find(l, address / LLC_LINE))
        return true;
    l->read_misses++;
    return false;
}

bool rs_llc_write(struct llc *l, uint64_t address)
{
    if (l->sets == 0 || find(l, address / LLC_LINE))
        return true;
    l->write_misses++;
    place(l, address / LLC_LINE, l->ddio_ways);
    return false;
}
