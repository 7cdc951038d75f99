/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Accesses by register: aliases under their register, polls by port, holes in order, several runs.
 */
#include "harness/trace/coverage.h"

#include <errno.h>

#include "harness/tests/parse.h"
#include "harness/tests/traces.h"
#include "model/nic/nic.h"

enum { STATUS = 0x8, LINKS = 0x42a4, SRRCTL3 = 0x10d4, SRRCTL3_ALIAS = 0x210c, TIPG = 0xcb00 };

static struct rs_coverage *seen;

static void reading(unsigned port, uint64_t offset)
{
    put("mmio_read", 1, port, 0, offset, 0, 0);
}

static void writing(unsigned port, uint64_t offset)
{
    put("mmio_write", 1, port, 0, offset, 0, 0);
}

static int add(unsigned level)
{
    struct rs_trace t;
    int error;

    ck_assert_int_eq(open_it(&t), 0);
    t.header.level = level;
    error = rs_coverage_add(seen, &t);
    rs_trace_close(&t);
    return error;
}

static const struct rs_touch *touch(const char *name, enum rs_register_kind wanted)
{
    enum rs_register_kind kind;
    const char *text;

    for (size_t i = 0; (text = rs_coverage_register(i, &kind)); i++)
        if (kind == wanted && !strcmp(text, name))
            return &seen->row[i];
    ck_abort_msg("no register %s of that kind", name);
}

static void setup(void)
{
    trace_setup();
    seen = rs_coverage_new();
}

static void teardown(void)
{
    rs_coverage_free(seen);
    trace_teardown();
}

START_TEST(rows)
{
    const struct rs_touch *t;

    writing(0, SRRCTL3);
    writing(1, SRRCTL3_ALIAS);
    reading(0, SRRCTL3_ALIAS);
    writing(0, TIPG);
    reading(0, (uint64_t)4 << 56 | STATUS); /* another BAR */
    put("rx_frame", 1, 0, 0, STATUS, 0, 0);
    ck_assert_int_eq(add(2), 0);
    t = touch("SRRCTL", RS_REGISTER_MODELLED);
    ck_assert_uint_eq(t->writes, 2);
    ck_assert_uint_eq(t->reads, 1);
    ck_assert_uint_eq(touch("TIPG", RS_REGISTER_STORAGE)->writes, 1);
    ck_assert_uint_eq(touch("SRRCTL", RS_REGISTER_ALIAS)->writes, 0);
    ck_assert_uint_eq(touch("STATUS", RS_REGISTER_MODELLED)->reads, 0);
    ck_assert_uint_eq(seen->holes, 0);
}
END_TEST

START_TEST(polls)
{
    reading(0, LINKS);
    reading(1, LINKS);
    reading(0, LINKS); /* port 0's second in a row */
    reading(0, STATUS);
    reading(0, LINKS);
    writing(0, LINKS);
    reading(0, LINKS);
    ck_assert_int_eq(add(2), 0);
    ck_assert_uint_eq(touch("LINKS", RS_REGISTER_MODELLED)->reads, 5);
    ck_assert_uint_eq(touch("LINKS", RS_REGISTER_MODELLED)->polls, 1);
    ck_assert_int_eq(add(2), 0); /* another run: nothing goes on from the one before */
    ck_assert_uint_eq(touch("LINKS", RS_REGISTER_MODELLED)->polls, 2);
}
END_TEST

START_TEST(holes)
{
    reading(0, 0x1fff0);
    writing(0, 0x1c);
    writing(0, 0x1fff0);
    reading(0, 0x21000); /* beyond the registers */
    reading(0, STATUS + 2);
    ck_assert_int_eq(add(2), 0);
    ck_assert_uint_eq(seen->unaligned, 1);
    ck_assert_uint_eq(seen->holes, 3);
    ck_assert_uint_eq(seen->hole[0].offset, 0x1c);
    ck_assert_uint_eq(seen->hole[1].offset, 0x1fff0);
    ck_assert_uint_eq(seen->hole[1].touch.reads, 1);
    ck_assert_uint_eq(seen->hole[1].touch.writes, 1);
    ck_assert_uint_eq(seen->hole[2].offset, 0x21000);
}
END_TEST

START_TEST(level)
{
    reading(0, STATUS);
    ck_assert_int_eq(add(1), -EINVAL);
    ck_assert_uint_eq(touch("STATUS", RS_REGISTER_MODELLED)->reads, 0);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("coverage");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, rows);
    tcase_add_test(t, polls);
    tcase_add_test(t, holes);
    tcase_add_test(t, level);
    return run_tests("coverage", (TCase *[]){t, NULL});
}
