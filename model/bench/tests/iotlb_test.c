/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The IOTLB: replacement, page sizes, permissions, staleness, invalidation, walks that merge.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "model/bench/bench_priv.h"
#include "model/bench/tests/rig.h"

static struct rig_plan plan;
static struct rig *rig;
static uint64_t physical, ready;

static void setup(void)
{
    rig_plan_init(&plan, 2);
    plan.h->iotlb_entries = 4;
    rig = rig_new(&plan);
}

static void teardown(void)
{
    rig_free(rig);
}

enum { WALK_FROM = 5000000 }; /* a time at the root complex that is not now */

static uint64_t walks(uint16_t function, uint64_t address, enum bench_access_kind kind)
{
    uint64_t before = rig->translations;
    ck_assert_int_eq(iotlb_lookup(rig->bench, function, address + rig->iova_offset, kind,
                                  WALK_FROM, &physical, &ready), NIC_DMA_OK);
    return rig->translations - before;
}

START_TEST(least_recently_used_goes)
{
    for (unsigned i = 0; i < 4; i++)
        ck_assert_uint_eq(walks(0, i * 4096, BENCH_READ), 1);
    for (unsigned i = 0; i < 4; i++) {
        ck_assert_uint_eq(walks(0, i * 4096 + 100 + i, BENCH_READ), 0);
        ck_assert_uint_eq(physical, i * 4096 + 100 + i);
    }
    walks(0, 0, BENCH_READ);
    ck_assert_uint_eq(walks(0, 4 * 4096, BENCH_READ), 1);
    ck_assert_uint_eq(walks(0, 0, BENCH_READ), 0);
    ck_assert_uint_eq(walks(0, 4096, BENCH_READ), 1); /* it had to go */
    ck_assert_uint_eq(rig->bench->st->port[0].count.iotlb_misses, 6);
}
END_TEST

START_TEST(access_and_requester_count)
{
    ck_assert_uint_eq(walks(0, 0, BENCH_READ), 1);
    ck_assert_uint_eq(walks(0, 0, BENCH_WRITE), 1);
    ck_assert_uint_eq(walks(0, 0, BENCH_READ), 0);
    ck_assert_uint_eq(walks(0, 0, BENCH_WRITE), 0);
    ck_assert_uint_eq(walks(NIC_FUNCTION(1, 0), 0, BENCH_READ), 1);
}
END_TEST

START_TEST(large_pages_take_one_entry)
{
    rig->page_bytes = 2 << 20;
    ck_assert_uint_eq(walks(0, 0x1ff000, BENCH_READ), 1);
    ck_assert_uint_eq(physical, 0x1ff000);
    for (unsigned i = 0; i < 512; i++)
        ck_assert_uint_eq(walks(0, i * 4096, BENCH_READ), 0);
    rig->page_bytes = UINT64_MAX; /* untranslated: the whole space */
    ck_assert_uint_eq(walks(0, 5ull << 30, BENCH_READ), 1);
    ck_assert_uint_eq(walks(0, 7ull << 30, BENCH_READ), 0);
    ck_assert_uint_eq(physical, 7ull << 30);
}
END_TEST

START_TEST(a_stale_entry_is_used_until_invalidated)
{
    walks(0, 0, BENCH_READ);
    rig->iova_offset -= 1 << 20; /* the tables change, nobody says so */
    uint64_t other = physical;
    ck_assert_int_eq(iotlb_lookup(rig->bench, 0, 1ull << 40, BENCH_READ, 0, &other, &ready),
                     NIC_DMA_OK);
    ck_assert_uint_eq(other, 0);
    bench_invalidate(rig->bench, 0, (1ull << 40) + 4096, 1 << 30); /* beside it */
    iotlb_lookup(rig->bench, 0, 1ull << 40, BENCH_READ, 0, &other, &ready);
    ck_assert_uint_eq(other, 0);
    bench_invalidate(rig->bench, NIC_FUNCTION(1, 0), 0, UINT64_MAX); /* another's */
    iotlb_lookup(rig->bench, 0, 1ull << 40, BENCH_READ, 0, &other, &ready);
    ck_assert_uint_eq(other, 0);
    bench_invalidate(rig->bench, 0, (1ull << 40) - 4096, 4097);
    iotlb_lookup(rig->bench, 0, 1ull << 40, BENCH_READ, 0, &other, &ready);
    ck_assert_uint_eq(other, 1 << 20);
}
END_TEST

START_TEST(a_walk_takes_its_time_for_all_who_wait)
{
    bench_advance(rig->bench, 1000);
    walks(0, 0, BENCH_READ);
    ck_assert_uint_eq(ready, WALK_FROM + plan.h->timing[TIMING_iotlb_walk]);
    bench_advance(rig->bench, 1100);
    walks(0, 64, BENCH_READ);
    ck_assert_uint_eq(ready, WALK_FROM + plan.h->timing[TIMING_iotlb_walk]);
}
END_TEST

START_TEST(faults_are_not_cached)
{
    rig->fault_page = (rig->iova_offset + 8192) / 4096;
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(iotlb_lookup(rig->bench, 0, rig->iova_offset + 8192, BENCH_READ,
                                      0, &physical, &ready), NIC_DMA_FAULT);
    ck_assert_uint_eq(rig->translations, 2);
    rig->fault_page = UINT64_MAX;
    ck_assert_uint_eq(walks(0, 8192, BENCH_READ), 1);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("iotlb");
    TCase *t = tcase_create("iotlb");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, least_recently_used_goes);
    tcase_add_test(t, access_and_requester_count);
    tcase_add_test(t, large_pages_take_one_entry);
    tcase_add_test(t, a_stale_entry_is_used_until_invalidated);
    tcase_add_test(t, a_walk_takes_its_time_for_all_who_wait);
    tcase_add_test(t, faults_are_not_cached);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
