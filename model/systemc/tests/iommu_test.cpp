/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The IOMMU: its tables, read entry by entry, say where an access goes and who may; what it has
 * cached is used until it is told, and the least recently used goes first.
 */
#include <tlm_utils/simple_initiator_socket.h>

#include "model/systemc/iommu.h"
#include "model/systemc/memory.h"
#include "model/systemc/tests/run_sc_tests.h"

using namespace ringside;

namespace {

enum : uint64_t {
    LATENCY = 50000, HIT = 2000, TOP = 0x1000, MIDDLE = 0x2000, BOTTOM = 0x3000,
    SMALL = 5ull << 30,              /* a page of 4 KiB at 0x5000, one to read only behind it */
    LARGE = SMALL + (7ull << 21),    /* one of 2 MiB at 0x400000 */
    ENTRIES = 2,
};

struct asker : sc_core::sc_module {
    tlm_utils::simple_initiator_socket<asker> out{"out"};
    uint64_t physical = 0, page = 0, took = 0;
    explicit asker(sc_core::sc_module_name name) : sc_module(name) {}

    bool ask(uint16_t function, uint64_t address, bench_access_kind access)
    {
        tlm::tlm_generic_payload p;
        dma_extension what;
        sc_core::sc_time delay;
        what.function = function;
        what.translate = true;
        what.access = access;
        payload_set(p, tlm::TLM_IGNORE_COMMAND, address, nullptr, 0);
        p.set_extension(&what);
        out->b_transport(p, delay);
        p.clear_extension(&what);
        physical = what.translation.physical;
        page = what.translation.page;
        took = to_ps(delay);
        return p.is_response_ok();
    }
};

void simulate(std::function<void(asker &, iommu_module &, memory_module &)> body)
{
    const uint64_t both = IOMMU_READ | IOMMU_WRITE;
    memory_module memory("memory", 1 << 20, LATENCY);
    iommu_module iommu("iommu", ENTRIES, HIT);
    asker a("asker");

    memory.poke(TOP + 5 * 8, MIDDLE | both);
    memory.poke(MIDDLE, BOTTOM | both);
    memory.poke(MIDDLE + 7 * 8, 0x400000 | IOMMU_LARGE | both);
    memory.poke(BOTTOM, 0x5000 | both);
    memory.poke(BOTTOM + 8, 0x6000 | IOMMU_READ);
    a.out.bind(iommu.port);
    iommu.memory.bind(memory.port);
    iommu.attach(0, TOP);
    test_thread thread("test", [&] { body(a, iommu, memory); });
    sc_core::sc_start();
}

} // namespace

START_TEST(walks_then_hits)
{
    simulate([](asker &a, iommu_module &u, memory_module &) {
        ck_assert(a.ask(0, SMALL + 0x123, BENCH_WRITE));
        ck_assert_uint_eq(a.physical, 0x5123);
        ck_assert_uint_eq(a.page, 4096);
        ck_assert_uint_eq(a.took, HIT + 3 * LATENCY);
        ck_assert(a.ask(0, SMALL + 0xfff, BENCH_READ));
        ck_assert_uint_eq(a.took, HIT);
        ck_assert_uint_eq(u.walks(), 1);
        ck_assert_uint_eq(u.hits(), 1);
    });
}
END_TEST

START_TEST(large_page)
{
    simulate([](asker &a, iommu_module &, memory_module &) {
        ck_assert(a.ask(0, LARGE + 0x1fffff, BENCH_WRITE));
        ck_assert_uint_eq(a.physical, 0x5fffff);
        ck_assert_uint_eq(a.page, 2 << 20);
        ck_assert_uint_eq(a.took, HIT + 2 * LATENCY);
    });
}
END_TEST

START_TEST(refuses)
{
    simulate([](asker &a, iommu_module &u, memory_module &) {
        ck_assert(!a.ask(0, SMALL + 0x1000, BENCH_WRITE)); /* to read only */
        ck_assert(a.ask(0, SMALL + 0x1000, BENCH_READ));
        ck_assert(!a.ask(0, SMALL + 0x2000, BENCH_READ)); /* no page */
        ck_assert(!a.ask(0, SMALL + (1ull << 21), BENCH_READ)); /* no table */
        ck_assert(!a.ask(0, SMALL | 1ull << IOMMU_ADDRESS_BITS, BENCH_READ)); /* no address */
        ck_assert(!a.ask(1, SMALL, BENCH_READ)); /* somebody else */
        ck_assert_uint_eq(u.refused(), 5);
    });
}
END_TEST

START_TEST(forgets_when_told)
{
    simulate([](asker &a, iommu_module &u, memory_module &m) {
        ck_assert(a.ask(0, SMALL, BENCH_READ));
        m.poke(BOTTOM, 0x7000 | IOMMU_READ);
        ck_assert(a.ask(0, SMALL, BENCH_READ));
        ck_assert_uint_eq(a.physical, 0x5000); /* a forgotten invalidation shows */
        u.invalidate(0, SMALL + 0xfff, 1);
        ck_assert(a.ask(0, SMALL, BENCH_READ));
        ck_assert_uint_eq(a.physical, 0x7000);
    });
}
END_TEST

START_TEST(least_recently_used_goes)
{
    simulate([](asker &a, iommu_module &u, memory_module &) {
        a.ask(0, SMALL, BENCH_READ);
        a.ask(0, SMALL + 0x1000, BENCH_READ);
        a.ask(0, SMALL, BENCH_READ);
        a.ask(0, LARGE, BENCH_READ); /* the read-only page goes */
        ck_assert_uint_eq(u.walks(), 3);
        a.ask(0, SMALL, BENCH_READ);
        ck_assert_uint_eq(u.walks(), 3);
        a.ask(0, SMALL + 0x1000, BENCH_READ);
        ck_assert_uint_eq(u.walks(), 4);
    });
}
END_TEST

int sc_main(int, char **)
{
    TCase *t = tcase_create("iommu");

    tcase_add_test(t, walks_then_hits);
    tcase_add_test(t, large_page);
    tcase_add_test(t, refuses);
    tcase_add_test(t, forgets_when_told);
    tcase_add_test(t, least_recently_used_goes);
    return run_sc_tests("systemc iommu", t);
}
