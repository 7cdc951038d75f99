/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The lab bench with its NIC ports as a TLM-2.0 module: the border of model/bench/bench.h, with
 * sockets. Cables, generators, PCIe links, root complex and IOTLB stay in the bench, so what is
 * behind the sockets must take no time; a machine whose interconnect and memory are modules is
 * made of port_module and traffic_module instead.
 *
 * Nothing here decides anything that a trace shows: given the same accesses and answers, the
 * events are those of every other host, to the picosecond.
 */
#ifndef RINGSIDE_SYSTEMC_BENCH_MODULE_H
#define RINGSIDE_SYSTEMC_BENCH_MODULE_H

#include <memory>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include "model/systemc/payload.h"

extern "C" {
#include "model/record/record.h"
}

namespace ringside {

class bench_module : public sc_core::sc_module {
public:
    /* Registers, configuration space and control device: mmio_address(); cpu_extension obeyed. */
    tlm_utils::simple_target_socket<bench_module> cpu;
    /* Reads, writes, translations (dma_extension) and messages. Loosely timed: the delay that
     * comes back is ignored. */
    tlm_utils::simple_initiator_socket<bench_module> dma;
    sc_core::sc_vector<sc_core::sc_out<bool>> intx; /* of each port, asserted: true */
    sc_core::sc_out<bool> control_intx;             /* of the control device */
    /* Ports that the plan attaches to a network back end (PLAN_ATTACH_NETDEV). */
    sc_core::sc_vector<tlm_utils::simple_initiator_socket_optional<bench_module>> eth_out;
    sc_core::sc_vector<tlm_utils::simple_target_socket_tagged_optional<bench_module>> eth_in;
    /* Those that the plan's trace level keeps, with the times of their own: in order, but not
     * before the bench has a reason to work. */
    tlm::tlm_analysis_port<struct nic_event> events;

    /* The plan has been checked and outlives the module; rec may be NULL. */
    bench_module(sc_core::sc_module_name name, const void *plan, struct rec *rec);
    ~bench_module() override;
    SC_HAS_PROCESS(bench_module);

    unsigned ports() const { return ports_; }
    const struct bench *bench() const { return bench_; }
    /* The IOMMU's tables have changed; the guest has reset a function; a frame as of eth_in. */
    void invalidate(uint64_t virtual_ns, uint16_t function, uint64_t address, uint64_t length);
    void reset(uint64_t virtual_ns, uint16_t function, nic_reset_kind kind);
    void frame(uint64_t virtual_ns, uint8_t port, const uint8_t *frame, uint32_t length);
    void advance(uint64_t virtual_ns);
    /* No event comes after this. */
    void finish(struct bench_report *out);

private:
    struct host; /* the border's functions */
    struct released { void operator()(void *p) const; };

    void start_of_simulation() override;
    void due();
    void drive();
    void wake_at(uint64_t virtual_ns);
    void access(tlm::tlm_generic_payload &p, sc_core::sc_time &delay);
    uint64_t access_bench(uint64_t vns, tlm::tlm_generic_payload &p, const mmio_place &at);
    void frame_in(int port, tlm::tlm_generic_payload &p, sc_core::sc_time &delay);
    tlm::tlm_response_status transfer(const dma_extension &what, tlm::tlm_command command,
                                      uint64_t address, void *data, uint32_t length);

    unsigned ports_;
    struct rec *rec_;
    std::unique_ptr<void, released> wiring_, block_;
    struct bench *bench_ = nullptr;
    tlm::tlm_generic_payload payload_;
    dma_extension what_; /* of payload_ */
    sc_core::sc_event due_, levels_;
    bool level_[PLAN_PORTS_MAX + 1] = {}; /* the ports', the control device's */
    uint64_t wake_vns_ = UINT64_MAX;
    bool started_ = false, finished_ = false;
};

} // namespace ringside

#endif
