/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness/inproc/memory.h"

#include <errno.h>

#include "mk/run_tests.h"

#define BLOCK ((size_t)INPROC_BLOCK_BYTES)

static struct inproc_memory memory;

static void setup(void)
{
    ck_assert_int_eq(inproc_memory_init(&memory), 0);
}

static void teardown(void)
{
    inproc_memory_fini(&memory);
}

static size_t take(size_t bytes, bool scattered)
{
    size_t offset = SIZE_MAX;
    ck_assert_int_eq(inproc_memory_take(&memory, bytes, scattered, &offset), 0);
    return offset;
}

START_TEST(only_what_is_there_answers)
{
    const uint64_t first = INPROC_PHYSICAL_BASE, end = first + INPROC_ARENA_BYTES;
    ck_assert_ptr_eq(inproc_memory_at(&memory, first, 64), memory.arena);
    ck_assert_ptr_nonnull(inproc_memory_at(&memory, end - 64, 64));
    ck_assert_ptr_null(inproc_memory_at(&memory, end - 63, 64));
    ck_assert_ptr_null(inproc_memory_at(&memory, first - 1, 2));
    ck_assert_ptr_null(inproc_memory_at(&memory, 0, 1));
    ck_assert_ptr_null(inproc_memory_at(&memory, UINT64_MAX, 64));
    ck_assert_ptr_null(inproc_memory_at(&memory, first, 0));
    ck_assert_ptr_null(inproc_memory_at(&memory, first, UINT32_MAX));
}
END_TEST

START_TEST(what_is_given_back_comes_again_zeroed)
{
    size_t a = take(BLOCK + 1, false), b = take(1, false);
    ck_assert_uint_eq(b, a + 2 * BLOCK);
    memory.arena[a] = 7;
    ck_assert_uint_eq(inproc_memory_taken(&memory, a), 2 * BLOCK);
    ck_assert_uint_eq(inproc_memory_give(&memory, a + 4096), 0);
    ck_assert_uint_eq(inproc_memory_give(&memory, a + BLOCK), 0); /* not its beginning */
    ck_assert_uint_eq(inproc_memory_give(&memory, SIZE_MAX), 0);
    ck_assert_uint_eq(inproc_memory_give(&memory, a), 2 * BLOCK);
    ck_assert_uint_eq(inproc_memory_give(&memory, a), 0);
    ck_assert_uint_eq(memory.arena[a], 7); /* whoever kept the address still sees it */
    ck_assert_uint_eq(take(1, false), a);
    ck_assert_uint_eq(memory.arena[a], 0);
    ck_assert_uint_eq(memory.high_water, 3);
}
END_TEST

START_TEST(scattered_pages_are_no_neighbours)
{
    size_t a = take(BLOCK, true);
    uint64_t before = 0;
    for (size_t at = 0; at < BLOCK; at += INPROC_SMALL_BYTES) {
        uint64_t physical = inproc_memory_physical(&memory, a + at);
        ck_assert_uint_eq(physical % INPROC_SMALL_BYTES, 0);
        ck_assert_ptr_eq(inproc_memory_at(&memory, physical + 5, 16), memory.arena + a + at + 5);
        ck_assert(!at || physical != before + INPROC_SMALL_BYTES);
        before = physical;
    }
    uint64_t page = inproc_memory_physical(&memory, a + INPROC_SMALL_BYTES);
    ck_assert_ptr_nonnull(inproc_memory_at(&memory, page, INPROC_SMALL_BYTES));
    ck_assert_ptr_null(inproc_memory_at(&memory, page + 1, INPROC_SMALL_BYTES));
}
END_TEST

START_TEST(a_full_arena_says_so)
{
    size_t offset;
    ck_assert_int_eq(inproc_memory_take(&memory, INPROC_ARENA_BYTES + 1, false, &offset), -ENOMEM);
    ck_assert_int_eq(inproc_memory_take(&memory, 0, false, &offset), -EINVAL);
    for (unsigned i = 0; i < INPROC_BLOCKS; i++)
        take(1, false);
    ck_assert_int_eq(inproc_memory_take(&memory, 1, false, &offset), -ENOMEM);
}
END_TEST

/* A block, or a page of a scattered one; all of it answers as a whole access would. */
START_TEST(around_an_address)
{
    size_t whole = take(BLOCK, false), scattered = take(BLOCK, true);
    uint64_t first = 0, bytes = 0, physical = inproc_memory_physical(&memory, whole);
    uint8_t *at = inproc_memory_around(&memory, physical + 5000, &first, &bytes);
    ck_assert_ptr_eq(at, memory.arena + whole);
    ck_assert(first == physical && bytes == BLOCK);
    physical = inproc_memory_physical(&memory, scattered + INPROC_SMALL_BYTES);
    at = inproc_memory_around(&memory, physical + 7, &first, &bytes);
    ck_assert_ptr_eq(at, memory.arena + scattered + INPROC_SMALL_BYTES);
    ck_assert(first == physical && bytes == INPROC_SMALL_BYTES);
    ck_assert_ptr_null(inproc_memory_around(&memory, INPROC_PHYSICAL_BASE - 1, &first, &bytes));
    physical = INPROC_PHYSICAL_BASE + INPROC_ARENA_BYTES;
    ck_assert_ptr_null(inproc_memory_around(&memory, physical, &first, &bytes));
}
END_TEST

int main(void)
{
    TCase *c = tcase_create("memory");

    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, only_what_is_there_answers);
    tcase_add_test(c, what_is_given_back_comes_again_zeroed);
    tcase_add_test(c, scattered_pages_are_no_neighbours);
    tcase_add_test(c, around_an_address);
    tcase_add_test(c, a_full_arena_says_so);
    return RUN_TESTS("inproc memory", c);
}
