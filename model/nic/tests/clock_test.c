/* SPDX-License-Identifier: BSD-2-Clause
 *
 * FRTIMER and SYSTIM against arithmetic done by hand.
 */
#include "model/nic/nic_priv.h"
#include "model/nic/tests/fake_host.h"
#include "mk/run_tests.h"

enum { FRTIMER = 0x48, SYSTIML = 0x08c0c, SYSTIMH = 0x08c10, TIMINCA = 0x08c14 };

static struct fake_host *h;

static void setup(void)
{
    h = fake_new();
}

static void teardown(void)
{
    fake_free(h);
}

static uint64_t systim(void)
{
    uint32_t low = fake_r32(h, SYSTIML);
    return low | (uint64_t)fake_r32(h, SYSTIMH) << 32;
}

START_TEST(free_running_timer)
{
    ck_assert_uint_eq(fake_r32(h, FRTIMER), 0);
    fake_run(h, 999999);
    ck_assert_uint_eq(fake_r32(h, FRTIMER), 0);
    fake_run(h, 1);
    ck_assert_uint_eq(fake_r32(h, FRTIMER), 1);
    fake_run(h, 5003007ull * 1000000 - 1000000);
    ck_assert_uint_eq(fake_r32(h, FRTIMER), 7 | 3 << 10 | 5 << 20);
}
END_TEST

START_TEST(system_time_stands_until_set)
{
    fake_run(h, 1000000000);
    ck_assert_uint_eq(systim(), 0);
}
END_TEST

/* Linux at 10 Gb/s: 0xcccccc every tick of 6.4 ns, 2^21 units per nanosecond. */
START_TEST(linux_setting)
{
    fake_run(h, 12345);
    fake_w32(h, TIMINCA, 0x01cccccc);
    fake_run(h, 6399);
    ck_assert_uint_eq(systim(), 0);
    fake_run(h, 1);
    ck_assert_uint_eq(systim(), 0xcccccc);
    fake_run(h, 1000000000000ull - 6400); /* a second in all */
    ck_assert_uint_eq(systim(), 156250000ull * 0xcccccc);
    ck_assert_uint_eq(systim() >> 21, 999999940); /* 0xcccccc is cut, 60 ppb slow */
}
END_TEST

START_TEST(set_and_change_of_rate)
{
    fake_w32(h, TIMINCA, 0x02000005); /* 5 every two ticks */
    fake_w32(h, SYSTIML, 0xfffffffe);
    fake_w32(h, SYSTIMH, 0x00000001);
    ck_assert_uint_eq(systim(), 0x1fffffffe);
    fake_run(h, 12800);
    ck_assert_uint_eq(systim(), 0x200000003);
    fake_w32(h, TIMINCA, 0);
    fake_run(h, 12800);
    ck_assert_uint_eq(systim(), 0x200000003);
    fake_w32(h, TIMINCA, 0x00000001); /* period 0 counts as 1 */
    fake_run(h, 6400);
    ck_assert_uint_eq(systim(), 0x200000004);
    fake_w32(h, 0, 0x04000000);
    ck_assert_uint_eq(systim(), 0);
}
END_TEST

/* The high half belongs to the low half that was read last. */
START_TEST(halves_belong_together)
{
    uint32_t low;

    fake_w32(h, TIMINCA, 0x01000001);
    fake_w32(h, SYSTIML, 0xffffffff);
    fake_w32(h, SYSTIMH, 0);
    low = fake_r32(h, SYSTIML);
    fake_run(h, 64000);
    ck_assert_uint_eq(low, 0xffffffff);
    ck_assert_uint_eq(fake_r32(h, SYSTIMH), 0);
    ck_assert_uint_eq(systim(), 0x100000009);
}
END_TEST

static bool timer_cause(void)
{
    return fake_r32(h, 0x800) >> 30 & 1;
}

START_TEST(tcp_timer)
{
    const uint64_t ms = 1000000000;

    fake_w32(h, 0x4c, 5 | 1 << 8); /* kicked, but not enabled */
    fake_run(h, 10 * ms);
    ck_assert(!timer_cause());
    fake_w32(h, 0x4c, 5 | 1 << 9 | 1 << 8);
    ck_assert_uint_eq(fake_r32(h, 0x4c), 5 | 1 << 9); /* a kick does not stay */
    fake_run(h, 5 * ms - 1);
    ck_assert(!timer_cause());
    fake_run(h, 1);
    ck_assert(timer_cause());
    fake_run(h, 20 * ms); /* once */
    ck_assert(!timer_cause());
    fake_w32(h, 0x4c, 3 | 1 << 11 | 1 << 9 | 1 << 8);
    for (int i = 0; i < 4; i++) {
        fake_run(h, 3 * ms - 1);
        ck_assert(!timer_cause());
        fake_run(h, 1);
        ck_assert(timer_cause());
    }
    fake_run(h, ms);
    fake_w32(h, 0x4c, 3 | 1 << 11 | 1 << 10 | 1 << 9); /* at once, and from now on */
    ck_assert(timer_cause());
    fake_run(h, 3 * ms - 1);
    ck_assert(!timer_cause());
    fake_run(h, 1);
    ck_assert(timer_cause());
    fake_w32(h, 0, 0x04000000);
    fake_run(h, 10 * ms);
    ck_assert(!timer_cause());
}
END_TEST

/* Each wish earlier than the one before: the last counts, however many are pending already. */
START_TEST(tcp_timer_kicked_again_and_again)
{
    const uint64_t ms = 1000000000;

    for (uint32_t left = 9; left > 0; left--)
        fake_w32(h, 0x4c, left | 1 << 9 | 1 << 8);
    fake_run(h, ms - 1);
    ck_assert(!timer_cause());
    fake_run(h, 1);
    ck_assert(timer_cause());
    fake_run(h, 20 * ms);
    ck_assert(!timer_cause());
    for (uint32_t left = 9; left > 3; left--)
        fake_w32(h, 0x4c, left | 1 << 9 | 1 << 8);
    fake_w32(h, 0x4c, 7 | 1 << 9 | 1 << 8); /* and a later one again */
    fake_run(h, 7 * ms - 1);
    ck_assert(!timer_cause());
    fake_run(h, 1);
    ck_assert(timer_cause());
    ck_assert(h->sched.count < 3);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("clock");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, free_running_timer);
    tcase_add_test(t, system_time_stands_until_set);
    tcase_add_test(t, linux_setting);
    tcase_add_test(t, set_and_change_of_rate);
    tcase_add_test(t, halves_belong_together);
    tcase_add_test(t, tcp_timer);
    tcase_add_test(t, tcp_timer_kicked_again_and_again);
    return RUN_TESTS("clock", t);
}
