/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The interconnect: four phases for every transaction, links that cost what their bytes cost,
 * posted writes in order whatever each has to wait for, reads behind them, messages behind data.
 */
#include <tlm_utils/simple_initiator_socket.h>
#include <vector>

#include "model/systemc/interconnect.h"
#include "model/systemc/interrupts.h"
#include "model/systemc/iommu.h"
#include "model/systemc/memory.h"
#include "model/systemc/tests/run_sc_tests.h"

using namespace ringside;

namespace {

enum : uint64_t {
    BYTE_FS = 250000, ONEWAY = 100000, LATENCY = 60000, HEADER = 24,
    TOP = 0x10000, MIDDLE = 0x11000, BOTTOM = 0x12000,
};

/* Stands for a NIC: gives all it has at once, as far as the phases allow, and notes when what was
 * answered. */
struct device : sc_core::sc_module {
    struct done {
        uint64_t at_ps, value;
        tlm::tlm_response_status status;
    };
    tlm_utils::simple_initiator_socket<device> out{"out"};
    payload_pool pool;
    std::vector<tlm::tlm_generic_payload *> requests;
    std::map<tlm::tlm_generic_payload *, unsigned> number;
    std::map<unsigned, done> answered;
    std::vector<uint64_t> taken_ps; /* END_REQ */
    bool asking = false;
    unsigned wrong = 0; /* phases that must not come */

    explicit device(sc_core::sc_module_name name) : sc_module(name)
    {
        out.register_nb_transport_bw(this, &device::back);
    }
    dma_extension &add(tlm::tlm_command command, uint64_t address, uint64_t value,
                       uint32_t length = 8)
    {
        tlm::tlm_generic_payload *p = pool.take(command, address, length);
        memcpy(p->get_data_ptr(), &value, sizeof(value));
        number[p] = static_cast<unsigned>(number.size());
        requests.push_back(p);
        return *p->get_extension<dma_extension>();
    }
    void next()
    {
        if (asking || requests.empty())
            return;
        tlm::tlm_phase phase = tlm::BEGIN_REQ;
        sc_core::sc_time delay;
        asking = true;
        wrong += out->nb_transport_fw(*requests.front(), phase, delay) != tlm::TLM_ACCEPTED;
    }
    tlm::tlm_sync_enum back(tlm::tlm_generic_payload &p, tlm::tlm_phase &phase,
                            sc_core::sc_time &delay)
    {
        wrong += delay != sc_core::SC_ZERO_TIME;
        if (phase == tlm::END_REQ) {
            wrong += !asking || requests.front() != &p;
            requests.erase(requests.begin());
            taken_ps.push_back(now_ps());
            asking = false;
            next();
        } else if (phase == tlm::BEGIN_RESP) {
            uint64_t value;
            memcpy(&value, p.get_data_ptr(), sizeof(value));
            answered[number[&p]] = {now_ps(), value, p.get_response_status()};
            tlm::tlm_phase end = tlm::END_RESP;
            sc_core::sc_time none;
            out->nb_transport_fw(p, end, none);
            p.release();
        } else {
            wrong++;
        }
        return tlm::TLM_ACCEPTED;
    }
};

struct rig {
    device nic{"nic"};
    interconnect bus;
    memory_module memory{"memory", 1 << 20, LATENCY};
    iommu_module iommu{"iommu", 8, 0};
    interrupt_module interrupts{"interrupts"};
    struct cpu_stub : sc_core::sc_module {
        tlm_utils::simple_initiator_socket<cpu_stub> out{"out"};
        tlm_utils::simple_target_socket<cpu_stub> in{"in"}; /* in place of a NIC's registers */
        explicit cpu_stub(sc_core::sc_module_name name) : sc_module(name) {}
    } cpu{"cpu"};

    static struct bus_timing timing()
    {
        struct bus_timing t = {};
        t.byte_fs = BYTE_FS;
        t.write_header = t.read_header = t.answer_header = HEADER;
        t.payload_max = 256;
        t.oneway_ps = ONEWAY;
        return t;
    }
    explicit rig(bool translates) : bus("bus", 1, timing(), translates)
    {
        nic.out.bind(bus.dma[0]);
        cpu.out.bind(bus.cpu);
        bus.registers[0].bind(cpu.in);
        bus.memory.bind(memory.port);
        bus.iommu.bind(iommu.port);
        bus.interrupts.bind(interrupts.port);
        iommu.memory.bind(memory.port);
    }
    void run(uint64_t ps)
    {
        test_thread thread("test", [&] {
            nic.next();
            sc_core::wait(from_ps(ps));
        });
        sc_core::sc_start();
        ck_assert_uint_eq(nic.wrong, 0);
        ck_assert(nic.requests.empty());
        ck_assert_uint_eq(nic.answered.size(), nic.number.size());
    }
};

} // namespace

START_TEST(a_read_takes_what_it_takes)
{
    rig r(false);
    r.memory.poke(64, 4711);
    r.nic.add(tlm::TLM_READ_COMMAND, 64, 0);
    r.run(10000000);
    ck_assert_uint_eq(r.nic.answered[0].value, 4711);
    ck_assert_uint_eq(r.nic.answered[0].at_ps, HEADER * 250 + ONEWAY + LATENCY +
                                                   (HEADER + 8) * 250 + ONEWAY);
}
END_TEST

START_TEST(bytes_cost)
{
    rig r(false);
    for (unsigned i = 0; i < 8; i++)
        r.nic.add(tlm::TLM_WRITE_COMMAND, i * 1024, i, 1024); /* four packets each */
    r.run(100000000);
    for (unsigned i = 0; i < 8; i++)
        ck_assert_uint_eq(r.nic.taken_ps[i], (i + 1) * (1024 + 4 * HEADER) * 250);
}
END_TEST

START_TEST(writes_stay_in_order)
{
    rig r(true);
    const uint64_t both = IOMMU_READ | IOMMU_WRITE;
    r.memory.poke(TOP, MIDDLE | both);
    r.memory.poke(MIDDLE, BOTTOM | both);
    for (unsigned page = 0; page < 4; page++)
        r.memory.poke(BOTTOM + page * 8, (0x20000 + page * 0x1000) | both);
    r.iommu.attach(0, TOP);
    r.nic.add(tlm::TLM_WRITE_COMMAND, 0x0000, 1);
    r.nic.add(tlm::TLM_WRITE_COMMAND, 0x1000, 2); /* walks */
    r.nic.add(tlm::TLM_WRITE_COMMAND, 0x0008, 3); /* hits, and waits for it */
    r.nic.add(tlm::TLM_READ_COMMAND, 0x1000, 0);  /* sees what was posted before */
    r.nic.add(tlm::TLM_WRITE_COMMAND, 0x5000, 4); /* refused */
    r.run(100000000);
    ck_assert_uint_lt(r.nic.answered[0].at_ps, r.nic.answered[2].at_ps);
    ck_assert_uint_le(r.nic.answered[1].at_ps, r.nic.answered[2].at_ps);
    ck_assert_uint_eq(r.nic.answered[3].value, 2);
    ck_assert_uint_gt(r.nic.answered[3].at_ps, r.nic.answered[2].at_ps);
    ck_assert_int_eq(r.nic.answered[4].status, tlm::TLM_GENERIC_ERROR_RESPONSE);
    ck_assert_uint_eq(r.iommu.hits(), 2);
}
END_TEST

START_TEST(message_behind_data)
{
    rig r(true); /* a message is not translated; its data has no page */
    r.nic.add(tlm::TLM_WRITE_COMMAND, 0, 1);
    dma_extension &message = r.nic.add(tlm::TLM_WRITE_COMMAND, message_address(0), 5, 4);
    message.message = true;
    r.run(100000000);
    ck_assert_uint_ge(r.nic.answered[1].at_ps, r.nic.answered[0].at_ps);
    ck_assert_int_eq(r.nic.answered[1].status, tlm::TLM_OK_RESPONSE);
    ck_assert_uint_eq(r.interrupts.take(0), 1u << 5);
    ck_assert_uint_eq(r.interrupts.take(0), 0);
}
END_TEST

START_TEST(no_memory_there)
{
    rig r(false);
    r.nic.add(tlm::TLM_READ_COMMAND, 1 << 20, 0);
    r.nic.add(tlm::TLM_WRITE_COMMAND, UINT64_MAX - 3, 0);
    r.run(100000000);
    ck_assert_int_eq(r.nic.answered[0].status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
    ck_assert_int_eq(r.nic.answered[1].status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
}
END_TEST

int sc_main(int, char **)
{
    TCase *t = tcase_create("interconnect");

    tcase_add_test(t, a_read_takes_what_it_takes);
    tcase_add_test(t, bytes_cost);
    tcase_add_test(t, writes_stay_in_order);
    tcase_add_test(t, message_behind_data);
    tcase_add_test(t, no_memory_there);
    return run_sc_tests("systemc interconnect", t);
}
