/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The lint of the register table, and the decode map that it fills on the way. It takes any table,
 * so that its tests can hand it broken ones.
 */
#include "model/nic/regs.h"

#include <string.h>

/* One sentence, in static memory: a broken table ends the process's use of the model anyway. */
static bool refuse(const char **why, const struct nic_reg_row *row, const char *what)
{
    static char sentence[160];
    size_t used = 0;
    const char *parts[] = { "register table: ", row->name ? row->name : "a row without a name",
                            ": ", what };

    for (unsigned i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        size_t bytes = strlen(parts[i]);
        if (bytes > sizeof(sentence) - 1 - used)
            bytes = sizeof(sentence) - 1 - used;
        memcpy(sentence + used, parts[i], bytes);
        used += bytes;
    }
    sentence[used] = '\0';
    *why = sentence;
    return false;
}

static bool range_good(const struct nic_reg_row *row, const char **why)
{
    if (!row->name || !row->name[0])
        return refuse(why, row, "has no name");
    if (row->offset % 4 || row->stride % 4)
        return refuse(why, row, "offset or stride is not a multiple of 4");
    if (row->count == 0 || row->count > NIC_REG_SLOTS)
        return refuse(why, row, "has no elements, or more than there are words");
    if (row->count > 1 && (row->stride == 0 || row->stride > NIC_REG_BYTES))
        return refuse(why, row, "is an array without a stride, or with one out of range");
    if ((uint64_t)row->offset + (uint64_t)row->stride * (row->count - 1) >= NIC_REG_BYTES)
        return refuse(why, row, "ends beyond the register space");
    return true;
}

static bool reg_good(const struct nic_reg_row *row, unsigned number, const char **why)
{
    if (row->owner != number || row->first != 0)
        return refuse(why, row, "does not own itself");
    if (row->writable & row->w1c)
        return refuse(why, row, "has bits that are both writable and write-1-to-clear");
    if (row->flags & REG_RC && (row->on_read || row->writable))
        return refuse(why, row, "clears on read: no read handler, no writable bit");
    if (row->flags & REG_STORAGE && row->on_read)
        return refuse(why, row, "says storage only, yet a handler makes up what is read");
    if (!row->source || !row->source[0] || !row->doc || !row->doc[0])
        return refuse(why, row, "has no source or no description");
    return true;
}

/* Elements that the REG row `owner` and its MORE rows before `end` have together. */
static uint32_t elements(const struct nic_reg_row *rows, unsigned owner, unsigned end)
{
    uint32_t sum = 0;

    for (unsigned i = owner; i < end; i++) {
        if (rows[i].kind != NIC_IS_ALIAS && rows[i].owner == owner)
            sum += rows[i].count;
    }
    return sum;
}

static bool follower_good(const struct nic_reg_row *rows, unsigned number, const char **why)
{
    const struct nic_reg_row *row = &rows[number], *owner;
    uint32_t have;

    if (row->owner >= number || rows[row->owner].kind != NIC_IS_REG)
        return refuse(why, row, "continues or aliases something that is no register above it");
    owner = &rows[row->owner];
    if (strcmp(owner->name, row->name) != 0 || owner->reg != row->reg)
        return refuse(why, row, "continues or aliases the storage of another register");
    have = elements(rows, row->owner, number);
    if (row->kind == NIC_IS_MORE && row->first != have)
        return refuse(why, row, "does not continue where the range above it ends");
    if (row->kind == NIC_IS_ALIAS && (row->first > have || row->count > have - row->first))
        return refuse(why, row, "is an alias of elements that have no storage");
    return true;
}

static bool name_new(const struct nic_reg_row *rows, unsigned number, const char **why)
{
    for (unsigned i = 0; i < number; i++) {
        if (rows[i].kind == NIC_IS_REG && strcmp(rows[i].name, rows[number].name) == 0)
            return refuse(why, &rows[number], "is there twice");
    }
    return true;
}

static bool claim(const struct nic_reg_row *row, unsigned number, struct nic_reg_slot *map,
                  const char **why)
{
    for (uint32_t k = 0; k < row->count; k++) {
        struct nic_reg_slot *slot = &map[(row->offset + k * row->stride) / 4];

        if (slot->row)
            return refuse(why, row, "overlaps a row above it");
        slot->row = (uint16_t)(number + 1);
        slot->index = (uint16_t)(row->first + k);
    }
    return true;
}

static bool storage_good(const struct nic_reg_row *rows, unsigned count, const char **why)
{
    uint32_t next = 0;

    for (unsigned i = 0; i < count; i++) {
        if (rows[i].kind == NIC_IS_ALIAS)
            continue;
        if (rows[i].reg + rows[i].first != next)
            return refuse(why, &rows[i], "does not take the storage after the row above it");
        next += rows[i].count;
    }
    return true;
}

bool nic_regs_lint(const struct nic_reg_row *rows, unsigned count, struct nic_reg_slot *map,
                   const char **why)
{
    memset(map, 0, NIC_REG_SLOTS * sizeof(*map));
    for (unsigned i = 0; i < count; i++) {
        const struct nic_reg_row *row = &rows[i];

        if (!range_good(row, why))
            return false;
        if (row->kind == NIC_IS_REG ? !reg_good(row, i, why) || !name_new(rows, i, why)
                                    : !follower_good(rows, i, why))
            return false;
        if (!claim(row, i, map, why))
            return false;
    }
    return storage_good(rows, count, why);
}
