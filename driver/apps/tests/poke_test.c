/* SPDX-License-Identifier: BSD-2-Clause
 * Scripts of applications: `poke`, and the registers of the others. */
#include "driver/apps/app.h"
#include "driver/regs.h"
#include "driver/tests/fake_bus.h"
#include "driver/tests/test.h"

#include <errno.h>

static struct fake_bus fake[2];
static struct ixd_app app;
static struct ixd_error err;

static int init(const char *name, const char *option, const char *first, const char *second)
{
    struct ixd_bus *buses[2] = {&fake[0].bus, &fake[1].bus};
    const char *argv[] = {"x", option, first, option, second};
    struct ixd_app_options options;

    fake_bus_init(&fake[0]);
    fake_bus_init(&fake[1]);
    int status = ixd_app_parse(ixd_app_find(name), second ? 5 : 3, (char **)argv, &options, &err);
    ck_assert_msg(status == 0, "%s", err.text);
    return ixd_app_init(&app, ixd_app_find(name), &options, buses, 1, &err);
}

START_TEST(poke_is_ready_in_the_middle_and_checks_at_the_end)
{
    ck_assert_int_eq(init("poke", "--script", "RETA(0) = 1; ready", "over; RETA(1) = 2"), 0);
    ck_assert_int_eq(ixd_app_step(&app, &err), 0);
    ck_assert(!app.ready);
    ck_assert_int_eq(ixd_app_step(&app, &err), 0);
    ck_assert(app.ready);
    for (int i = 0; i < 10; i++)
        ck_assert_int_eq(ixd_app_step(&app, &err), 0);
    ck_assert_uint_eq(fake[0].reg[IXD_RETA / 4 + 1], 0);
    ixd_app_stop(&app);
    ck_assert_uint_eq(fake[0].reg[IXD_RETA / 4 + 1], 2);
    ck_assert_int_eq(ixd_app_fini(&app, &err), 0);
    ck_assert_uint_eq(fake[0].resets, 1);
}
END_TEST

START_TEST(what_fails_behind_over_fails_the_application)
{
    ck_assert_int_eq(init("poke", "--script", "over; expect RETA(0) == 5", NULL), 0);
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(ixd_app_step(&app, &err), 0);
    ixd_app_stop(&app);
    ck_assert_int_eq(ixd_app_fini(&app, &err), -EPROTO);
    ck_contains(err.text, "`expect RETA(0) == 5`");
}
END_TEST

START_TEST(others_write_registers_before_they_are_ready)
{
    ck_assert_msg(init("sink", "--registers", "ETQF(0) = 7", "buffer b 64; TDWBAL(0) = @b") == 0,
                  "%s", err.text);
    ck_assert_uint_eq(fake[0].reg[0x5128 / 4], 0);
    ck_assert_int_eq(ixd_app_step(&app, &err), 0);
    ck_assert(app.ready);
    ck_assert_uint_eq(fake[0].reg[0x5128 / 4], 7);
    ck_assert_uint_ne(fake[0].reg[0x6038 / 4], 0);
    ixd_app_stop(&app);
    ck_assert_int_eq(ixd_app_fini(&app, &err), 0);
    ck_assert_uint_eq(fake[0].dma_live, 0);
    ck_assert_int_eq(init("sink", "--registers", "ETFQ(0) = 7", NULL), -EINVAL);
    ck_assert_int_eq(init("sink", "--registers", "expect CTRL == 99", NULL), 0);
    ck_assert_int_eq(ixd_app_step(&app, &err), -EPROTO);
    ck_assert_int_eq(ixd_app_fini(&app, &err), 0);
}
END_TEST

TEST_MAIN("poke", poke_is_ready_in_the_middle_and_checks_at_the_end,
          what_fails_behind_over_fails_the_application,
          others_write_registers_before_they_are_ready)
