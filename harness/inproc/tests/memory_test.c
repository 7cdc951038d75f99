/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness/inproc/memory.h"

#include <check.h>
#include <errno.h>

#define PAGE ((size_t)INPROC_PAGE_BYTES)

static struct inproc_memory memory;

static void setup(void)
{
    ck_assert_int_eq(inproc_memory_init(&memory), 0);
}

static void teardown(void)
{
    inproc_memory_fini(&memory);
}

static uint64_t map(size_t bytes, unsigned access)
{
    uint64_t iova = 0;
    void *virt;
    size_t mapped;
    ck_assert_int_eq(inproc_memory_map(&memory, bytes, access, &iova, &virt, &mapped), 0);
    ck_assert_uint_ge(mapped, bytes);
    return iova;
}

START_TEST(only_what_is_mapped_is_there)
{
    uint64_t a = map(PAGE + 1, INPROC_DEVICE_READS | INPROC_DEVICE_WRITES);
    ck_assert_ptr_nonnull(inproc_memory_at(&memory, a, false, INPROC_DEVICE_WRITES, 64));
    ck_assert_ptr_nonnull(
        inproc_memory_at(&memory, a + 2 * PAGE - 64, false, INPROC_DEVICE_READS, 64));
    ck_assert_ptr_null(
        inproc_memory_at(&memory, a + 2 * PAGE - 63, false, INPROC_DEVICE_READS, 64));
    ck_assert_ptr_null(inproc_memory_at(&memory, 0, false, INPROC_DEVICE_READS, 64));
    ck_assert_ptr_null(inproc_memory_at(&memory, a - 1, false, INPROC_DEVICE_READS, 2));
    ck_assert_ptr_null(inproc_memory_at(&memory, UINT64_MAX, false, INPROC_DEVICE_READS, 64));
    ck_assert_ptr_null(inproc_memory_at(&memory, UINT64_MAX, true, INPROC_DEVICE_READS, 64));
    ck_assert_ptr_null(inproc_memory_at(&memory, a, false, INPROC_DEVICE_READS, 0));
}
END_TEST

START_TEST(rights_are_kept)
{
    uint64_t a = map(64, INPROC_DEVICE_READS);
    ck_assert_ptr_nonnull(inproc_memory_at(&memory, a, false, INPROC_DEVICE_READS, 64));
    ck_assert_ptr_null(inproc_memory_at(&memory, a, false, INPROC_DEVICE_WRITES, 64));
}
END_TEST

START_TEST(unmapped_memory_is_a_fault_and_comes_back_zeroed)
{
    uint64_t a = map(64, INPROC_DEVICE_WRITES), b = map(64, INPROC_DEVICE_WRITES);
    ck_assert_uint_ne(a, b);
    inproc_memory_at(&memory, a, false, INPROC_DEVICE_WRITES, 1)[0] = 7;
    uint64_t physical;
    ck_assert(inproc_memory_translate(&memory, a, INPROC_DEVICE_WRITES, &physical));
    ck_assert_uint_eq(inproc_memory_unmap(&memory, a), PAGE);
    ck_assert_ptr_null(inproc_memory_at(&memory, a, false, INPROC_DEVICE_WRITES, 1));
    /* whoever kept the physical address still reaches it: a forgotten invalidation shows */
    ck_assert_uint_eq(*inproc_memory_at(&memory, physical, true, INPROC_DEVICE_READS, 1), 7);
    ck_assert_uint_eq(map(64, INPROC_DEVICE_WRITES), a);
    ck_assert_uint_eq(*inproc_memory_at(&memory, a, false, INPROC_DEVICE_WRITES, 1), 0);
    ck_assert_uint_eq(inproc_memory_unmap(&memory, a + 4096), 0);
    ck_assert_uint_eq(inproc_memory_unmap(&memory, 12), 0);
}
END_TEST

START_TEST(a_full_arena_says_so)
{
    uint64_t iova;
    void *virt;
    size_t mapped;
    ck_assert_int_eq(
        inproc_memory_map(&memory, PAGE * (INPROC_PAGES + 1), 1, &iova, &virt, &mapped), -ENOMEM);
    ck_assert_int_eq(inproc_memory_map(&memory, 0, 1, &iova, &virt, &mapped), -EINVAL);
    for (unsigned i = 0; i < INPROC_PAGES; i++)
        map(1, INPROC_DEVICE_READS);
    ck_assert_int_eq(inproc_memory_map(&memory, 1, 1, &iova, &virt, &mapped), -ENOMEM);
}
END_TEST

int main(void)
{
    TCase *c = tcase_create("memory");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, only_what_is_mapped_is_there);
    tcase_add_test(c, rights_are_kept);
    tcase_add_test(c, unmapped_memory_is_a_fault_and_comes_back_zeroed);
    tcase_add_test(c, a_full_arena_says_so);
    Suite *s = suite_create("inproc memory");
    suite_add_tcase(s, c);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
