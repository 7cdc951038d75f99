/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Memory: what is written is read, after its latency; nothing outside; direct access is to the
 * same bytes.
 */
#include <tlm_utils/simple_initiator_socket.h>

#include "model/systemc/memory.h"
#include "model/systemc/tests/run_sc_tests.h"

using namespace ringside;

namespace {

enum : uint64_t { BYTES = 4096, LATENCY = 70000 };

struct reader : sc_core::sc_module {
    tlm_utils::simple_initiator_socket<reader> out{"out"};
    explicit reader(sc_core::sc_module_name name) : sc_module(name) {}

    tlm::tlm_response_status go(tlm::tlm_command command, uint64_t address, void *data,
                                uint32_t length, uint64_t *took = nullptr)
    {
        tlm::tlm_generic_payload p;
        sc_core::sc_time delay;
        payload_set(p, command, address, data, length);
        out->b_transport(p, delay);
        if (took)
            *took = to_ps(delay);
        return p.get_response_status();
    }
};

void simulate(std::function<void(reader &)> body)
{
    memory_module memory("memory", BYTES, LATENCY);
    reader r("reader");
    r.out.bind(memory.port);
    test_thread thread("test", [&] { body(r); });
    sc_core::sc_start();
}

} // namespace

START_TEST(keeps)
{
    simulate([](reader &r) {
        uint64_t word = 0x1122334455667788, seen = 0, took = 0;
        ck_assert_int_eq(r.go(tlm::TLM_WRITE_COMMAND, BYTES - 8, &word, 8, &took),
                         tlm::TLM_OK_RESPONSE);
        ck_assert_uint_eq(took, LATENCY);
        ck_assert_int_eq(r.go(tlm::TLM_READ_COMMAND, BYTES - 8, &seen, 8), tlm::TLM_OK_RESPONSE);
        ck_assert_uint_eq(seen, word);
    });
}
END_TEST

START_TEST(nothing_outside)
{
    static const uint64_t places[] = {BYTES - 7, BYTES, UINT64_MAX, UINT64_MAX - 7};
    simulate([](reader &r) {
        uint64_t word = 0;
        for (uint64_t at : places) {
            ck_assert_int_eq(r.go(tlm::TLM_READ_COMMAND, at, &word, 8),
                             tlm::TLM_ADDRESS_ERROR_RESPONSE);
            ck_assert_int_eq(r.go(tlm::TLM_WRITE_COMMAND, at, &word, 8),
                             tlm::TLM_ADDRESS_ERROR_RESPONSE);
        }
    });
}
END_TEST

START_TEST(direct)
{
    simulate([](reader &r) {
        tlm::tlm_generic_payload p;
        tlm::tlm_dmi dmi;
        uint32_t word = 77, seen = 0;
        payload_set(p, tlm::TLM_READ_COMMAND, 0, &seen, 4);
        ck_assert(r.out->get_direct_mem_ptr(p, dmi));
        ck_assert_uint_eq(dmi.get_end_address() - dmi.get_start_address(), BYTES - 1);
        memcpy(dmi.get_dmi_ptr() + 128, &word, 4);
        r.go(tlm::TLM_READ_COMMAND, 128, &seen, 4);
        ck_assert_uint_eq(seen, 77);
    });
}
END_TEST

int sc_main(int, char **)
{
    TCase *t = tcase_create("memory");

    tcase_add_test(t, keeps);
    tcase_add_test(t, nothing_outside);
    tcase_add_test(t, direct);
    return run_sc_tests("systemc memory", t);
}
