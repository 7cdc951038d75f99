/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Measurements on a small system: each parameter of it shows in the figure that it stands for, and
 * the same seed gives the same figures.
 */
#include "harness/pcie/pcie_bench.h"

#include "mk/run_tests.h"

static char engine_name[] = "e", system_name[] = "small";
static struct system_engine engine = {
    .name = engine_name, .slots = 16, .read_ps = 100000, .read_byte_ps = 100, .write_ps = 50000,
    .write_byte_ps = 10, .write_gap_ps = 40000,
};
static struct system_data small;

static struct pcie_result run(const struct pcie_bench *p)
{
    struct pcie_result r;
    char why[256] = "";

    ck_assert_ptr_null(rs_pcie_bench_wrong(p));
    ck_assert_msg(!rs_pcie_bench_run(p, &small, &engine, &r, why, sizeof(why)), "%s", why);
    return r;
}

static struct pcie_bench bench(void)
{
    return (struct pcie_bench){.bytes = 64, .window = 8192, .page = 4096, .slots = 1,
                               .count = 4000, .warmup = 1000, .seed = 1, .warm = true};
}

static void setup(void)
{
    small = (struct system_data){
        .name = system_name, .iotlb = 8, .engines = &engine, .engine_count = 1,
        .caches = {.bytes = 65536, .ways = 4, .ddio_ways = 1, .dram_ps = 50000,
                   .fill_ps = 70000, .socket_ps = 90000}};
}

START_TEST(each_part_shows)
{
    struct pcie_bench p = bench();
    const uint64_t warm = run(&p).p50_ps;

    p.warm = false;
    ck_assert_uint_eq(run(&p).p50_ps, warm + 50000);
    p = bench();
    p.remote = true;
    ck_assert_uint_eq(run(&p).p50_ps, warm + 90000);
    p = bench();
    p.iommu = true;
    ck_assert_uint_eq(run(&p).p50_ps, warm); /* two pages: hits */
    p.window = 64 << 20;
    p.warm = false;
    struct pcie_result r = run(&p);
    ck_assert_uint_gt(r.p50_ps, warm + 50000 + 250000);
    ck_assert_uint_gt(r.misses, 4900);
    p.page = 2 << 20; /* 32 pages for 8 entries still miss, 4 do not */
    ck_assert_uint_gt(run(&p).p50_ps, warm + 50000 + 250000);
    p.window = 8 << 20;
    ck_assert_uint_eq(run(&p).p50_ps, warm + 50000);
}
END_TEST

START_TEST(writes_of_parts_of_lines_fill_them)
{
    struct pcie_bench p = bench();

    p.op = BENCH_EXERCISE_WRRD;
    p.bytes = 8;
    const uint64_t few = run(&p).p50_ps;
    p.window = 8 << 20;
    p.warm = false;
    const uint64_t many = run(&p).p50_ps; /* less what the read takes to follow */
    ck_assert(many <= few + 70000 && many >= few + 60000);
    p.bytes = 64;
    struct pcie_bench q = bench();
    q.op = BENCH_EXERCISE_WRRD;
    ck_assert_uint_eq(run(&p).p50_ps, run(&q).p50_ps); /* whole lines do not */
}
END_TEST

START_TEST(engines_bound_rates)
{
    struct pcie_bench p = bench();

    p.op = BENCH_EXERCISE_WRITE;
    p.slots = 0;
    const struct pcie_result r = run(&p);
    ck_assert_msg(r.millions > 24.9 && r.millions < 25.1, "%f", r.millions);
    p.op = BENCH_EXERCISE_READ;
    const struct pcie_result one = run(&p), two = run(&p);
    ck_assert(one.millions == two.millions && one.p99_ps == two.p99_ps);
    ck_assert_msg(one.millions > 15.0 * 1e6 / (double)one.p50_ps, "%f", one.millions);
}
END_TEST

START_TEST(nonsense_is_told)
{
    struct pcie_bench p = bench();

    p.bytes = 0;
    ck_assert_ptr_nonnull(rs_pcie_bench_wrong(&p));
    p = bench();
    p.window = 63;
    ck_assert_ptr_nonnull(rs_pcie_bench_wrong(&p));
    p = bench();
    p.slots = 65;
    ck_assert_ptr_nonnull(rs_pcie_bench_wrong(&p));
    p = bench();
    p.bytes = 2048;
    p.offset = 2049;
    ck_assert_ptr_nonnull(rs_pcie_bench_wrong(&p));
}
END_TEST

int main(void)
{
    TCase *c = tcase_create("pcie-bench");

    tcase_add_checked_fixture(c, setup, NULL);
    tcase_add_test(c, each_part_shows);
    tcase_add_test(c, writes_of_parts_of_lines_fill_them);
    tcase_add_test(c, engines_bound_rates);
    tcase_add_test(c, nonsense_is_told);
    return RUN_TESTS("harness/pcie_bench", c);
}
