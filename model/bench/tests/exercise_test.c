/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The device that exercises the link: what one access takes by the parameters, and how many there
 * are in a second when a link, slots or walkers bound them.
 */
#include "model/bench/exercise.h"

#include <errno.h>
#include <string.h>

#include "model/bench/bench_priv.h"
#include "model/bench/tests/rig.h"
#include "mk/run_tests.h"

static struct rig_plan plan;
static struct rig *rig;
static struct {
    uint64_t next, step, first_ps, last_ps, longest_ps, count;
} seen;

static uint64_t address(void *owner)
{
    (void)owner;
    seen.next = (seen.next + seen.step) % RIG_MEMORY;
    return seen.next & ~63ull;
}

static void done(void *owner, uint64_t began_ps, uint64_t ended_ps)
{
    (void)owner;
    if (!seen.count++)
        seen.first_ps = ended_ps;
    seen.last_ps = ended_ps;
    if (ended_ps - began_ps > seen.longest_ps)
        seen.longest_ps = ended_ps - began_ps;
}

static struct bench_exercise exercise(enum bench_exercise_op op, uint32_t bytes, uint32_t slots)
{
    return (struct bench_exercise){
        .op = op, .bytes = bytes, .slots = slots, .count = 2000, .address = address, .done = done,
    };
}

static uint64_t t(enum bench_timing index)
{
    return plan.h->timing[index];
}

static void start(void)
{
    memset(&seen, 0, sizeof(seen));
    seen.step = 64;
    rig = rig_new(&plan);
}

static void setup(void)
{
    rig_plan_init(&plan, 1);
    plan.h->timing[TIMING_nic_dma] = 0;
    plan.h->iotlb_entries = 0;
}

static void teardown(void)
{
    rig_free(rig);
    rig = NULL;
}

static uint64_t link(uint64_t bytes)
{
    return (bytes * t(TIMING_pcie_byte) + 999) / 1000;
}

START_TEST(one_read_takes_what_its_parts_take)
{
    plan.h->timing[TIMING_nic_read_byte] = 150000;
    start();
    struct bench_exercise x = exercise(BENCH_EXERCISE_READ, 512, 1);
    ck_assert_int_eq(bench_exercise(rig->bench, &x), 0);
    ck_assert_uint_eq(seen.count, 2000);
    ck_assert_uint_eq(seen.longest_ps, link(24) + t(TIMING_pcie_oneway) + link(512 + 2 * 20) +
                                           t(TIMING_rc_read) + t(TIMING_nic_read) + 150 * 512);
}
END_TEST

/* Cut at cache lines, the same bytes need more completions. */
START_TEST(completions_are_cut)
{
    plan.h->timing[TIMING_pcie_cpl] = 64;
    start();
    struct bench_exercise x = exercise(BENCH_EXERCISE_READ, 512, 1);
    ck_assert_int_eq(bench_exercise(rig->bench, &x), 0);
    ck_assert_uint_eq(seen.longest_ps, link(24) + t(TIMING_pcie_oneway) + link(512 + 8 * 20) +
                                           t(TIMING_rc_read) + t(TIMING_nic_read));
}
END_TEST

/* A read behind a write of its own waits until that has landed. */
START_TEST(a_read_waits_for_the_write_before_it)
{
    plan.h->timing[TIMING_rc_write] = 50000;
    start();
    struct bench_exercise x = exercise(BENCH_EXERCISE_WRRD, 64, 1);
    x.write_ps = 100000;
    x.write_byte_ps = 10;
    ck_assert_int_eq(bench_exercise(rig->bench, &x), 0);
    ck_assert_uint_eq(seen.longest_ps, 100640 + link(64 + 24) + t(TIMING_pcie_oneway) + 50000 +
                                           link(64 + 20) + t(TIMING_rc_read) + t(TIMING_nic_read));
}
END_TEST

static uint64_t each_ps(void)
{
    return (seen.last_ps - seen.first_ps) / (seen.count - 1);
}

/* Slots / latency, unless the link or the engine is slower. */
START_TEST(rates_have_their_bounds)
{
    start();
    struct bench_exercise x = exercise(BENCH_EXERCISE_READ, 64, 4);
    ck_assert_int_eq(bench_exercise(rig->bench, &x), 0);
    ck_assert_uint_le(each_ps(), seen.longest_ps / 4 + 1);
    ck_assert_uint_ge(each_ps(), seen.longest_ps / 4 - link(84));
    teardown();
    start();
    x = exercise(BENCH_EXERCISE_READ, 1024, 64);
    ck_assert_int_eq(bench_exercise(rig->bench, &x), 0);
    ck_assert_uint_ge(each_ps() + 1, link(1024 + 4 * 20));
    ck_assert_uint_le(each_ps(), link(1024 + 4 * 20) * 101 / 100);
    teardown();
    start();
    x = exercise(BENCH_EXERCISE_WRITE, 64, 8);
    x.write_gap_ps = 70000;
    ck_assert_int_eq(bench_exercise(rig->bench, &x), 0);
    ck_assert_uint_eq(each_ps(), 70000);
    teardown();
    start();
    x = exercise(BENCH_EXERCISE_WRITE, 256, 8); /* the link, by its credit */
    ck_assert_int_eq(bench_exercise(rig->bench, &x), 0);
    ck_assert_uint_ge(each_ps() * 110 / 100, link(256 + 24));
}
END_TEST

/* Every access another page, and few entries: so many walks at a time, no more. */
START_TEST(walkers_bound_what_misses)
{
    plan.h->iotlb_entries = 2;
    plan.h->timing[TIMING_iotlb_walkers] = 2;
    start();
    seen.step = 4096;
    struct bench_exercise x = exercise(BENCH_EXERCISE_READ, 64, 32);
    ck_assert_int_eq(bench_exercise(rig->bench, &x), 0);
    ck_assert_uint_ge(each_ps(), t(TIMING_iotlb_walk) / 2 * 98 / 100);
    ck_assert_uint_le(each_ps(), t(TIMING_iotlb_walk) / 2 * 102 / 100);
    ck_assert_uint_ge(rig->bench->port[0]->count.iotlb_misses, 1900);
}
END_TEST

/* With jitter answers overtake one another, and still each comes once. */
START_TEST(jitter_spreads_and_loses_nothing)
{
    plan.h->timing[TIMING_rc_jitter] = 200000;
    start();
    struct bench_exercise x = exercise(BENCH_EXERCISE_READ, 64, 16);
    ck_assert_int_eq(bench_exercise(rig->bench, &x), 0);
    ck_assert_uint_eq(seen.count, 2000);
    uint64_t base = link(24) + t(TIMING_pcie_oneway) + link(84) + t(TIMING_rc_read) +
                    t(TIMING_nic_read);
    ck_assert_uint_gt(seen.longest_ps, base + 180000);
    ck_assert_uint_lt(seen.longest_ps, base + 200000 + 16 * link(84));
}
END_TEST

START_TEST(nonsense_is_refused)
{
    start();
    struct bench_exercise x = exercise(BENCH_EXERCISE_READ, 0, 1);
    ck_assert_int_eq(bench_exercise(rig->bench, &x), -EINVAL);
    x = exercise(BENCH_EXERCISE_READ, NIC_READ_MAX + 1, 1);
    ck_assert_int_eq(bench_exercise(rig->bench, &x), -EINVAL);
    x = exercise(BENCH_EXERCISE_READ, 64, BENCH_EXERCISE_SLOTS + 1);
    ck_assert_int_eq(bench_exercise(rig->bench, &x), -EINVAL);
}
END_TEST

int main(void)
{
    TCase *c = tcase_create("exercise");

    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, one_read_takes_what_its_parts_take);
    tcase_add_test(c, completions_are_cut);
    tcase_add_test(c, a_read_waits_for_the_write_before_it);
    tcase_add_test(c, rates_have_their_bounds);
    tcase_add_test(c, walkers_bound_what_misses);
    tcase_add_test(c, jitter_spreads_and_loses_nothing);
    tcase_add_test(c, nonsense_is_refused);
    return RUN_TESTS("bench exercise", c);
}
