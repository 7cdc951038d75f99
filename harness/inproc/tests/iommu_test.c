/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The tables alone: what can be mapped, what an address then means, and every way to be refused.
 */
#include "harness/inproc/iommu.h"

#include <errno.h>

#include "mk/run_tests.h"

#define KIB4 (1ull << 12)
#define MIB2 (1ull << 21)
#define GIB1 (1ull << 30)

enum { R = INPROC_DEVICE_READS, W = INPROC_DEVICE_WRITES, PORT = 0, OTHER = 256, NOBODY = 512 };

static struct inproc_iommu u;

static void setup(void)
{
    inproc_iommu_init(&u);
    ck_assert_int_eq(inproc_iommu_attach(&u, PORT, 0), 0);
    ck_assert_int_eq(inproc_iommu_attach(&u, OTHER, 1), 0);
}

static void teardown(void)
{
    inproc_iommu_fini(&u);
}

static int map(uint64_t iova, uint64_t physical, uint64_t bytes, uint64_t page, unsigned access)
{
    struct inproc_mapping m = { iova, physical, bytes, (uint32_t)page, access };
    return inproc_iommu_map(&u, 0, &m);
}

static uint64_t physical, page;

static enum inproc_refused at(uint64_t iova, unsigned access)
{
    physical = page = 0;
    return inproc_iommu_translate(&u, PORT, iova, access, &physical, &page);
}

START_TEST(each_page_size_translates_from_its_first_to_its_last_byte)
{
    const uint64_t sizes[] = { KIB4, MIB2, GIB1 };
    for (unsigned i = 0; i < 3; i++) {
        uint64_t iova = (uint64_t)(i + 1) << 40, to = (uint64_t)(i + 1) << 34, bytes = 3 * sizes[i];
        ck_assert_int_eq(map(iova, to, bytes, sizes[i], R | W), 0);
        ck_assert_int_eq(at(iova, R), INPROC_ALLOWED);
        ck_assert_uint_eq(physical, to);
        ck_assert_uint_eq(page, sizes[i]);
        ck_assert_int_eq(at(iova + bytes - 1, W), INPROC_ALLOWED);
        ck_assert_uint_eq(physical, to + bytes - 1);
        ck_assert_int_eq(at(iova - 1, R), INPROC_NOT_MAPPED);
        ck_assert_int_eq(at(iova + bytes, R), INPROC_NOT_MAPPED);
    }
}
END_TEST

START_TEST(neighbours_that_straddle_a_border_go_their_own_ways)
{
    ck_assert_int_eq(map(MIB2, 7 * KIB4, KIB4, KIB4, R), 0);
    ck_assert_int_eq(map(MIB2 + KIB4, 3 * KIB4, KIB4, KIB4, W), 0);
    ck_assert_int_eq(map(MIB2 - KIB4, 9 * KIB4, KIB4, KIB4, R), 0); /* before, and apart */
    ck_assert_int_eq(at(MIB2 + KIB4 - 1, R), INPROC_ALLOWED);
    ck_assert_uint_eq(physical, 8 * KIB4 - 1);
    ck_assert_int_eq(at(MIB2 + KIB4, W), INPROC_ALLOWED);
    ck_assert_uint_eq(physical, 3 * KIB4);
    ck_assert_int_eq(at(MIB2 + KIB4, R), INPROC_NOT_READABLE);
    ck_assert_int_eq(at(MIB2 - 1, W), INPROC_NOT_WRITABLE);
}
END_TEST

START_TEST(rights_and_requesters_are_kept_apart)
{
    ck_assert_int_eq(map(MIB2, MIB2, MIB2, MIB2, R), 0);
    ck_assert_int_eq(at(MIB2, R), INPROC_ALLOWED);
    ck_assert_int_eq(at(MIB2, W), INPROC_NOT_WRITABLE);
    ck_assert_int_eq(inproc_iommu_translate(&u, OTHER, MIB2, R, &physical, &page),
                     INPROC_NOT_MAPPED);
    ck_assert_int_eq(inproc_iommu_translate(&u, NOBODY, MIB2, R, &physical, &page),
                     INPROC_NO_DOMAIN);
    ck_assert_int_eq(inproc_iommu_attach(&u, OTHER, 0), 0); /* moves */
    ck_assert_int_eq(inproc_iommu_translate(&u, OTHER, MIB2, R, &physical, &page),
                     INPROC_ALLOWED);
    ck_assert_int_eq(inproc_iommu_attach(&u, OTHER, INPROC_IDENTITY), 0);
    ck_assert_int_eq(inproc_iommu_translate(&u, OTHER, UINT64_MAX, W, &physical, &page),
                     INPROC_ALLOWED);
    ck_assert_uint_eq(physical, UINT64_MAX);
    ck_assert_uint_eq(page, UINT64_MAX);
    ck_assert_int_eq(inproc_iommu_attach(&u, OTHER, INPROC_IDENTITY + 1), -EINVAL);
    for (unsigned i = u.requesters; i < INPROC_REQUESTERS; i++)
        ck_assert_int_eq(inproc_iommu_attach(&u, (uint16_t)(1000 + i), 0), 0);
    ck_assert_int_eq(inproc_iommu_attach(&u, 5000, 0), -ENOSPC);
}
END_TEST

START_TEST(what_cannot_be_mapped_changes_nothing)
{
    ck_assert_int_eq(map(MIB2, 0, 0, KIB4, R), -EINVAL);
    ck_assert_int_eq(map(MIB2, 0, KIB4, KIB4, 0), -EINVAL);
    ck_assert_int_eq(map(MIB2, 0, KIB4, KIB4, 4), -EINVAL);
    ck_assert_int_eq(map(MIB2, 0, KIB4, 64 * 1024, R), -EINVAL);
    ck_assert_int_eq(map(MIB2 + 1, 0, KIB4, KIB4, R), -EINVAL);
    ck_assert_int_eq(map(MIB2, 1, KIB4, KIB4, R), -EINVAL);
    ck_assert_int_eq(map(MIB2 + KIB4, 0, MIB2, MIB2, R), -EINVAL);
    ck_assert_int_eq(map(MIB2, KIB4, MIB2, MIB2, R), -EINVAL);
    ck_assert_int_eq(map(MIB2, 0, MIB2 + KIB4, MIB2, R), -EINVAL);
    ck_assert_int_eq(map(0 - MIB2, 0, 2 * MIB2, MIB2, R), -EINVAL); /* past 2^64 */
    ck_assert_int_eq(map(0, 0 - MIB2, 2 * MIB2, MIB2, R), -EINVAL);
    ck_assert_uint_eq(u.domain[0].count, 0);
    ck_assert_int_eq(map(MIB2, 0, MIB2, MIB2, R), 0);
    ck_assert_int_eq(map(MIB2, 0, KIB4, KIB4, R), -EEXIST);
    ck_assert_int_eq(map(2 * MIB2 - KIB4, 0, 2 * KIB4, KIB4, R), -EEXIST);
    ck_assert_int_eq(map(0, 0, 2 * MIB2, MIB2, R), -EEXIST);
    ck_assert_uint_eq(u.domain[0].count, 1);
}
END_TEST

START_TEST(the_last_page_of_the_address_space_ends_there)
{
    const uint64_t last = 0 - KIB4;
    ck_assert_int_eq(map(last, 0, KIB4, KIB4, R), 0);
    ck_assert_int_eq(map(0, KIB4, KIB4, KIB4, R), 0);
    ck_assert_int_eq(at(UINT64_MAX, R), INPROC_ALLOWED);
    ck_assert_uint_eq(physical, KIB4 - 1);
    ck_assert_int_eq(at(last - 1, R), INPROC_NOT_MAPPED);
    ck_assert_int_eq(inproc_iommu_unmap(&u, 0, last, 2 * KIB4), -EINVAL);
    ck_assert_int_eq(inproc_iommu_unmap(&u, 0, last, KIB4), KIB4);
    ck_assert_int_eq(at(UINT64_MAX, R), INPROC_NOT_MAPPED);
    ck_assert_int_eq(at(0, R), INPROC_ALLOWED);
}
END_TEST

START_TEST(unmap_takes_what_is_there_in_whole_pages)
{
    ck_assert_int_eq(map(GIB1, GIB1, 4 * MIB2, MIB2, R), 0);
    ck_assert_int_eq(map(GIB1 + 4 * MIB2, 0, 2 * KIB4, KIB4, W), 0);
    ck_assert_int_eq(inproc_iommu_unmap(&u, 0, GIB1, 0), -EINVAL);
    ck_assert_int_eq(inproc_iommu_unmap(&u, 0, 0, KIB4), 0);
    ck_assert_int_eq(inproc_iommu_unmap(&u, 0, GIB1 + KIB4, KIB4), -EINVAL); /* half a page */
    ck_assert_int_eq(inproc_iommu_unmap(&u, 0, GIB1, MIB2 + KIB4), -EINVAL);
    ck_assert_int_eq(at(GIB1 + KIB4, R), INPROC_ALLOWED);
    ck_assert_int_eq(inproc_iommu_unmap(&u, 0, GIB1 + MIB2, MIB2), MIB2); /* from the middle */
    ck_assert_int_eq(at(GIB1 + MIB2 - 1, R), INPROC_ALLOWED);
    ck_assert_uint_eq(physical, GIB1 + MIB2 - 1);
    ck_assert_int_eq(at(GIB1 + MIB2, R), INPROC_NOT_MAPPED);
    ck_assert_int_eq(at(GIB1 + 2 * MIB2, R), INPROC_ALLOWED);
    ck_assert_uint_eq(physical, GIB1 + 2 * MIB2);
    ck_assert_int_eq(inproc_iommu_unmap(&u, 0, GIB1, 8 * MIB2), 3 * MIB2 + 2 * KIB4);
    ck_assert_uint_eq(u.domain[0].count, 0);
    ck_assert_int_eq(inproc_iommu_unmap(&u, INPROC_IDENTITY, 0, KIB4), -EINVAL);
}
END_TEST

START_TEST(many_mappings_in_any_order)
{
    enum { MANY = 1000 };
    for (uint64_t i = 0; i < MANY; i++) { /* 7 is prime to 1000: each once, in no order */
        uint64_t n = i * 7 % MANY;
        ck_assert_int_eq(map(n * 2 * KIB4, (MANY - n) * KIB4, KIB4, KIB4, R), 0);
    }
    for (uint64_t n = 0; n < MANY; n++) {
        ck_assert_int_eq(at(n * 2 * KIB4 + n, R), INPROC_ALLOWED);
        ck_assert_uint_eq(physical, (MANY - n) * KIB4 + n);
        ck_assert_int_eq(at((n * 2 + 1) * KIB4, R), INPROC_NOT_MAPPED);
    }
    ck_assert_int_eq(inproc_iommu_unmap(&u, 0, KIB4, (MANY * 2 - 3) * KIB4), (MANY - 2) * KIB4);
    ck_assert_int_eq(at(0, R), INPROC_ALLOWED);
    ck_assert_int_eq(at((MANY - 1) * 2 * KIB4, R), INPROC_ALLOWED);
}
END_TEST

int main(void)
{
    TCase *c = tcase_create("iommu");

    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, each_page_size_translates_from_its_first_to_its_last_byte);
    tcase_add_test(c, neighbours_that_straddle_a_border_go_their_own_ways);
    tcase_add_test(c, rights_and_requesters_are_kept_apart);
    tcase_add_test(c, what_cannot_be_mapped_changes_nothing);
    tcase_add_test(c, the_last_page_of_the_address_space_ends_there);
    tcase_add_test(c, unmap_takes_what_is_there_in_whole_pages);
    tcase_add_test(c, many_mappings_in_any_order);
    return RUN_TESTS("inproc iommu", c);
}
