/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The NIC module at its sockets: posted register writes take effect in time, reads catch up with
 * the kernel; DMA keeps the four phases whatever the other side takes its time for; a refused read
 * is an event; accesses that no bus makes are answered with an error.
 */
#include <string>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include "model/systemc/port_module.h"
#include "model/systemc/tests/run_sc_tests.h"

using namespace ringside;

namespace {

enum : uint64_t { RING = 0x4000, SLOW = 1000000 };

uint32_t offset_of(const std::string &name, unsigned element = 0)
{
    for (unsigned row = 0; row < nic_reg_rows(); row++)
        if (name == nic_reg_row(row)->name && !nic_reg_row(row)->alias)
            return nic_reg_row(row)->offset + element * nic_reg_row(row)->stride;
    ck_abort_msg("no register %s", name.c_str());
}

/* What a NIC is plugged into: takes every request after SLOW, and refuses it after SLOW more. */
struct machine : sc_core::sc_module, tlm::tlm_analysis_if<struct nic_event> {
    port_module nic;
    tlm_utils::simple_initiator_socket<machine> cpu{"cpu"}, eth{"eth"};
    tlm_utils::simple_target_socket<machine> dma{"dma"}, wire{"wire"};
    sc_core::sc_signal<bool> light{"light"}, intx{"intx"};
    agenda later{"later"};
    tlm::tlm_generic_payload *asked = nullptr;
    std::vector<uint64_t> addresses;
    unsigned wrong = 0, ended = 0, faults = 0;

    static struct nic_config config()
    {
        struct nic_config c = {};
        c.mac[0] = 2;
        nic_timing_defaults(&c.timing);
        return c;
    }
    explicit machine(sc_core::sc_module_name name) : sc_module(name), nic("nic", config())
    {
        cpu.bind(nic.cpu);
        eth.bind(nic.eth_in);
        nic.dma.bind(dma);
        nic.eth_out.bind(wire);
        nic.light.bind(light);
        nic.intx.bind(intx);
        nic.events.bind(*this);
        dma.register_nb_transport_fw(this, &machine::forward);
        wire.register_b_transport(this, &machine::ignore);
    }
    void write(const struct nic_event &event) override
    {
        faults += event.id == NIC_EV_dma_fault;
        wrong += event.time_ps != now_ps();
    }
    void ignore(tlm::tlm_generic_payload &, sc_core::sc_time &) {}
    void phase(tlm::tlm_generic_payload &p, tlm::tlm_phase phase)
    {
        sc_core::sc_time delay;
        dma->nb_transport_bw(p, phase, delay);
    }
    tlm::tlm_sync_enum forward(tlm::tlm_generic_payload &p, tlm::tlm_phase &what,
                               sc_core::sc_time &)
    {
        if (what == tlm::END_RESP) {
            ended++;
            p.release();
            return tlm::TLM_ACCEPTED;
        }
        wrong += what != tlm::BEGIN_REQ || asked;
        p.acquire();
        asked = &p;
        addresses.push_back(p.get_address());
        later.at(now_ps() + SLOW, [this, &p] {
            asked = nullptr;
            phase(p, tlm::END_REQ);
        });
        later.at(now_ps() + 2 * SLOW, [this, &p] {
            p.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
            phase(p, tlm::BEGIN_RESP);
        });
        return tlm::TLM_ACCEPTED;
    }
    tlm::tlm_response_status go(tlm::tlm_command command, uint64_t address, void *data,
                                unsigned size, uint64_t &delay_ps)
    {
        tlm::tlm_generic_payload p;
        sc_core::sc_time delay = from_ps(delay_ps);
        payload_set(p, command, address, data, size);
        cpu->b_transport(p, delay);
        delay_ps = to_ps(delay);
        return p.get_response_status();
    }
    uint32_t get(const char *name, uint64_t delay_ps = 0)
    {
        uint32_t value = 0;
        go(tlm::TLM_READ_COMMAND, mmio_address(0, 0, offset_of(name)), &value, 4, delay_ps);
        ck_assert_uint_eq(delay_ps, 0);
        return value;
    }
    void put(const char *name, unsigned element, uint32_t value, uint64_t delay_ps = 0)
    {
        ck_assert_int_eq(go(tlm::TLM_WRITE_COMMAND, mmio_address(0, 0, offset_of(name, element)),
                            &value, 4, delay_ps), tlm::TLM_OK_RESPONSE);
    }
};

void simulate(std::function<void(machine &)> body)
{
    machine m("machine");
    test_thread thread("test", [&] { body(m); });
    sc_core::sc_start();
    ck_assert_uint_eq(m.wrong, 0);
}

} // namespace

START_TEST(registers)
{
    simulate([](machine &m) {
        m.put("RDBAL", 0, 0x12340000, 500000);
        sc_core::wait(from_ps(499999));
        ck_assert_uint_eq(m.get("RDBAL"), 0);
        sc_core::wait(from_ps(2));
        ck_assert_uint_eq(m.get("RDBAL"), 0x12340000);
        uint64_t before = now_ps();
        m.get("RDBAL", 300000); /* the CPU was ahead */
        ck_assert_uint_eq(now_ps(), before + 300000);
    });
}
END_TEST

START_TEST(four_phases)
{
    simulate([](machine &m) {
        uint32_t master = 6;
        uint64_t none = 0;
        m.go(tlm::TLM_WRITE_COMMAND, mmio_address(0, MMIO_CONFIG, 4), &master, 4, none);
        sc_core::wait(from_ps(1));
        m.put("DMATXCTL", 0, m.get("DMATXCTL") | 1);
        for (unsigned queue = 0; queue < 3; queue++) {
            m.put("TDBAL", queue, static_cast<uint32_t>(RING + queue * 0x1000));
            m.put("TDLEN", queue, 1024);
            m.put("TXDCTL", queue, 1u << 25);
            sc_core::wait(from_ps(100));
            m.put("TDT", queue, 8);
        }
        sc_core::wait(from_ps(20 * SLOW));
        ck_assert_uint_eq(m.addresses.size(), 3);
        for (unsigned queue = 0; queue < 3; queue++)
            ck_assert_uint_eq(m.addresses[queue], RING + queue * 0x1000);
        ck_assert_uint_eq(m.ended, 3);
        ck_assert_uint_eq(m.faults, 3);
    });
}
END_TEST

START_TEST(odd_accesses)
{
    simulate([](machine &m) {
        uint8_t bytes[64] = {};
        uint64_t none = 0;
        ck_assert_int_eq(m.go(tlm::TLM_READ_COMMAND, 0, bytes, 3, none),
                         tlm::TLM_BURST_ERROR_RESPONSE);
        ck_assert_int_eq(m.go(tlm::TLM_WRITE_COMMAND, 0, bytes, 64, none),
                         tlm::TLM_BURST_ERROR_RESPONSE);
        ck_assert_int_eq(m.go(tlm::TLM_IGNORE_COMMAND, 0, bytes, 4, none),
                         tlm::TLM_COMMAND_ERROR_RESPONSE);
        m.go(tlm::TLM_READ_COMMAND, mmio_address(5, 3, 0xfffff0), bytes, 4, none); /* of no VF */
    });
}
END_TEST

START_TEST(frames_that_cannot_be)
{
    simulate([](machine &m) {
        std::vector<uint8_t> frame(NIC_FRAME_MAX + 1);
        for (uint32_t length : {0u, 1u, 14u, 60u, uint32_t{NIC_FRAME_MAX}}) {
            tlm::tlm_generic_payload p;
            sc_core::sc_time delay;
            payload_set(p, tlm::TLM_WRITE_COMMAND, 0, frame.data(), length);
            m.eth->b_transport(p, delay);
            ck_assert(p.is_response_ok());
            sc_core::wait(from_ps(100000000));
        }
        tlm::tlm_generic_payload p;
        sc_core::sc_time delay;
        payload_set(p, tlm::TLM_WRITE_COMMAND, 0, frame.data(), NIC_FRAME_MAX + 1);
        m.eth->b_transport(p, delay);
        ck_assert(p.is_response_error());
    });
}
END_TEST

int sc_main(int, char **)
{
    TCase *t = tcase_create("port_module");

    tcase_add_test(t, registers);
    tcase_add_test(t, four_phases);
    tcase_add_test(t, odd_accesses);
    tcase_add_test(t, frames_that_cannot_be);
    return run_sc_tests("systemc port_module", t);
}
