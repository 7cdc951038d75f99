/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The far end of every cable as a module: a plan's generators, captures, responder, wire faults,
 * sink and report, the bench's own (model/bench/outside.h), behind Ethernet sockets. It also takes
 * the NICs' events, so that one trace and one report have all of it.
 *
 * What of a plan is a matter of PCIe, IOMMU or registers has no place here: faults of that kind
 * and the timing of links belong to the modules that are in the bench's place.
 */
#ifndef RINGSIDE_SYSTEMC_TRAFFIC_MODULE_H
#define RINGSIDE_SYSTEMC_TRAFFIC_MODULE_H

#include <memory>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include "model/systemc/payload.h"

extern "C" {
#include "model/bench/outside.h"
#include "model/record/record.h"
}

namespace ringside {

class traffic_module : public sc_core::sc_module,
                       public tlm::tlm_analysis_if<struct nic_event> {
public:
    /* Of each port; as the sockets of a port_module. */
    sc_core::sc_vector<tlm_utils::simple_initiator_socket<traffic_module>> eth_out;
    sc_core::sc_vector<tlm_utils::simple_target_socket_tagged<traffic_module>> eth_in;
    sc_core::sc_vector<sc_core::sc_out<bool>> light; /* the far end sends */
    tlm::tlm_analysis_port<struct nic_event> events; /* as of a bench_module */

    /* The plan has been checked and outlives the module; rec may be NULL. */
    traffic_module(sc_core::sc_module_name name, const void *plan, struct rec *rec);
    ~traffic_module() override;
    SC_HAS_PROCESS(traffic_module);

    unsigned ports() const { return ports_; }
    void write(const struct nic_event &event) override; /* of a NIC */
    void go();                                          /* the plan's time zero is now */
    bool over() const;
    void finish(struct bench_report *out);

private:
    struct border; /* the bench's functions */
    struct released { void operator()(void *p) const; };

    void due();
    void drive();
    void arm(uint64_t next_ps);
    void frame_in(int port, tlm::tlm_generic_payload &p, sc_core::sc_time &delay);

    unsigned ports_;
    struct rec *rec_;
    std::unique_ptr<void, released> wiring_, block_;
    struct bench *bench_ = nullptr;
    sc_core::sc_event due_, lights_;
    uint32_t carriers_ = 0; /* bit per port */
};

} // namespace ringside

#endif
