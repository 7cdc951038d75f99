/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The two lists of registers as one table to look names up in.
 */
#include "driver/apps/regname.h"

#include "driver/regs.h"
#include "driver/regs_rest.h"

#include <ctype.h>
#include <string.h>

static const struct row {
    const char *name;
    uint32_t offset, stride, count;
} rows[] = {
#define ROW(name, offset, stride, count) {#name, offset, stride, count},
    IXD_REGS(ROW) IXD_REGS_REST(ROW)
#undef ROW
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static const struct part {
    const char *name;
    uint32_t offset, stride, first, count;
} parts[] = {
#define PART(name, offset, stride, first, count) {#name, offset, stride, first, count},
    IXD_REGS_PARTS(PART)
#undef PART
};
enum { PARTS = sizeof(parts) / sizeof(parts[0]), NAME_MAX_LENGTH = 16 };

int ixd_regname_find(const char *name, size_t length)
{
    for (int i = 0; i < ROWS; i++) {
        if (strlen(rows[i].name) == length && memcmp(rows[i].name, name, length) == 0)
            return i;
    }
    return IXD_REGNAME_NONE;
}

const char *ixd_regname(int number)
{
    return number >= 0 && number < ROWS ? rows[number].name : NULL;
}

static const struct part *part_of(int number)
{
    for (unsigned i = 0; i < PARTS; i++) {
        if (strcmp(parts[i].name, rows[number].name) == 0)
            return &parts[i];
    }
    return NULL;
}

uint32_t ixd_regname_count(int number)
{
    const struct part *part = part_of(number);

    return rows[number].count + (part ? part->count : 0);
}

uint32_t ixd_regname_offset(int number, uint32_t index)
{
    const struct row *row = &rows[number];
    const struct part *part;

    if (index < row->count)
        return row->offset + index * row->stride;
    part = part_of(number);
    if (!part || index - part->first >= part->count)
        return UINT32_MAX;
    return part->offset + (index - part->first) * part->stride;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Letters to insert, drop, change or swap with a neighbour to make one name of the other. */
static unsigned distance(const char *a, size_t a_length, const char *b)
{
    unsigned d[NAME_MAX_LENGTH + 1][NAME_MAX_LENGTH + 1];
    const size_t b_length = strlen(b);

    for (size_t i = 0; i <= a_length; i++) {
        for (size_t j = 0; j <= b_length; j++) {
            const char x = i ? (char)toupper((unsigned char)a[i - 1]) : 0, y = j ? b[j - 1] : 0;

            if (!i || !j) {
                d[i][j] = i + j;
                continue;
            }
            d[i][j] = least(d[i - 1][j - 1] + (x != y), 1 + least(d[i - 1][j], d[i][j - 1]));
            if (i > 1 && j > 1 && x == b[j - 2] && toupper((unsigned char)a[i - 2]) == y)
                d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
        }
    }
    return d[a_length][b_length];
}

const char *ixd_regname_nearest(const char *name, size_t length)
{
    const char *best = NULL;
    unsigned limit = length < 4 ? 2 : 3; /* further off than this is no slip of the pen */

    if (length > NAME_MAX_LENGTH)
        return NULL;
    for (int i = 0; i < ROWS; i++) {
        unsigned d = distance(name, length, rows[i].name);

        if (d < limit) {
            limit = d;
            best = rows[i].name;
        }
    }
    return best;
}
