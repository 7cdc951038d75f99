/* SPDX-License-Identifier: BSD-2-Clause
 * Names of registers and where they lie. */
#include "driver/apps/regname.h"
#include "driver/regs.h"
#include "driver/regs_rest.h"
#include "driver/tests/test.h"

static uint32_t at(const char *name, uint32_t index)
{
    int number = ixd_regname_find(name, strlen(name));

    ck_assert_msg(number != IXD_REGNAME_NONE, "%s", name);
    ck_assert_str_eq(ixd_regname(number), name);
    return ixd_regname_offset(number, index);
}

START_TEST(both_lists_are_known)
{
    ck_assert_uint_eq(at("CTRL", 0), 0);
    ck_assert_uint_eq(at("RDT", 3), 0x10d8);
    ck_assert_uint_eq(at("ETQF", 7), 0x5144);
    ck_assert_int_eq(ixd_regname_find("ETQ", 3), IXD_REGNAME_NONE);
}
END_TEST

START_TEST(arrays_go_on_at_their_second_part)
{
    ck_assert_uint_eq(at("RDT", 64), 0xd018);
    ck_assert_uint_eq(at("RDT", 127), 0xdfd8);
    ck_assert_uint_eq(at("RDT", 128), UINT32_MAX);
    ck_assert_uint_eq(at("EITR", 23), 0x87c);
    ck_assert_uint_eq(at("EITR", 24), 0x12300);
    ck_assert_uint_eq(at("TDT", 128), UINT32_MAX);
    ck_assert_uint_eq(ixd_regname_count(ixd_regname_find("RDT", 3)), 128);
}
END_TEST

START_TEST(a_slip_finds_its_neighbour)
{
    ck_assert_str_eq(ixd_regname_nearest("ETFQ", 4), "ETQF");
    ck_assert_str_eq(ixd_regname_nearest("rxdctl", 6), "RXDCTL");
    ck_assert_ptr_null(ixd_regname_nearest("NOTHING_LIKE_IT", 15));
    ck_assert_ptr_null(ixd_regname_nearest("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 30));
}
END_TEST

/* One register, one row, in one list: nothing lies on anything else. */
START_TEST(no_register_is_in_both_lists)
{
    static const struct {
        const char *name;
        uint32_t offset, stride, count;
    } rows[] = {
#define ROW(name, offset, stride, count) {#name, offset, stride, count},
#define PART(name, offset, stride, first, count) {#name " (part)", offset, stride, count},
        IXD_REGS(ROW) IXD_REGS_REST(ROW) IXD_REGS_PARTS(PART)};
    static const char *owner[IXD_REGNAME_BYTES / 4];

    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (uint32_t k = 0; k < rows[i].count; k++) {
            const char **slot = &owner[(rows[i].offset + k * rows[i].stride) / 4];

            ck_assert_msg(!*slot, "%s(%u) lies on %s: a register is a row of regs.h or of "
                          "regs_rest.h", rows[i].name, k, *slot);
            *slot = rows[i].name;
        }
    }
}
END_TEST

TEST_MAIN("regname", both_lists_are_known, arrays_go_on_at_their_second_part,
          a_slip_finds_its_neighbour, no_register_is_in_both_lists)
