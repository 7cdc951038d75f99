/* SPDX-License-Identifier: BSD-2-Clause
 * The register list in itself: no two registers in one place, all inside of BAR0. */
#include "driver/regs.h"

#include "driver/tests/test.h"

static const struct row {
    const char *name;
    uint32_t offset, stride, count;
} rows[] = {
#define ROW(name, offset, stride, count) {#name, offset, stride, count},
    IXD_REGS(ROW)};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

START_TEST(rows_are_well_formed)
{
    for (unsigned i = 0; i < ROWS; i++) {
        const struct row *r = &rows[i];

        ck_assert_msg(r->count >= 1 && r->offset % 4 == 0 && r->stride % 4 == 0, "%s", r->name);
        ck_assert_msg((r->count == 1) == (r->stride == 0), "%s: stride", r->name);
        ck_assert_msg(r->offset + (r->count - 1) * r->stride < 0x20000, "%s: range", r->name);
    }
}
END_TEST

START_TEST(no_two_registers_in_one_place)
{
    static const char *owner[0x20000 / 4];

    for (unsigned i = 0; i < ROWS; i++) {
        for (uint32_t k = 0; k < rows[i].count; k++) {
            const char **slot = &owner[(rows[i].offset + k * rows[i].stride) / 4];

            ck_assert_msg(!*slot, "%s(%u) lies on %s", rows[i].name, k, *slot);
            *slot = rows[i].name;
        }
    }
}
END_TEST

START_TEST(names_are_unique)
{
    for (unsigned i = 0; i < ROWS; i++) {
        for (unsigned k = 0; k < i; k++)
            ck_assert_str_ne(rows[i].name, rows[k].name);
    }
}
END_TEST

START_TEST(offsets_of_arrays)
{
    ck_assert_uint_eq(IXD_AT(RDT, 0), 0x1018);
    ck_assert_uint_eq(IXD_AT(RDT, 63), 0x1fd8);
    ck_assert_uint_eq(IXD_AT(TDT, 127), 0x7fd8);
    ck_assert_uint_eq(IXD_AT(RAH, 1), 0xa20c);
    ck_assert_uint_eq(IXD_AT(QBTC_H, 15), 0x877c);
}
END_TEST

TEST_MAIN("regs", rows_are_well_formed, no_two_registers_in_one_place, names_are_unique,
          offsets_of_arrays)
