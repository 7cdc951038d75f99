/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The interconnect of a machine: a PCIe link with bandwidth and latency for each NIC, the root
 * complex behind them, and the CPU's way to memory and registers. It translates what the NICs ask
 * for at the IOMMU, keeps the order of posted writes, lets reads wait behind them, and sends
 * messages to the interrupt controller. Memory, IOMMU and controller add their own delays.
 */
#ifndef RINGSIDE_SYSTEMC_INTERCONNECT_H
#define RINGSIDE_SYSTEMC_INTERCONNECT_H

#include <memory>
#include <vector>
#include <tlm_utils/peq_with_cb_and_phase.h>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include "model/systemc/agenda.h"

namespace ringside {

/* Addresses of the CPU from here on are mmio_address() of a NIC; below is memory. */
enum : uint64_t { MMIO_WINDOW = 1ull << 63 };

struct bus_timing {
    uint64_t byte_fs;                                  /* of a link, each way */
    uint64_t write_header, read_header, answer_header; /* bytes of a packet beside its data */
    uint64_t payload_max;                              /* bytes of data of a packet */
    uint64_t oneway_ps, interrupt_ps;                  /* over a link; from there to the CPU */
    uint64_t mmio_write_ps, mmio_read_ps;              /* from the CPU to a register */
    uint64_t mmio_back_ps;                             /* and a value back, beside the link */
};

class interconnect : public sc_core::sc_module {
public:
    sc_core::sc_vector<tlm_utils::simple_target_socket_tagged<interconnect>> dma; /* of each NIC */
    tlm_utils::simple_target_socket<interconnect> cpu;
    tlm_utils::simple_initiator_socket<interconnect> memory, iommu, interrupts;
    sc_core::sc_vector<tlm_utils::simple_initiator_socket<interconnect>> registers;

    /* translates: NICs' addresses go through the IOMMU. */
    interconnect(sc_core::sc_module_name name, unsigned ports, const struct bus_timing &timing,
                 bool translates);

private:
    struct link {
        std::unique_ptr<tlm_utils::peq_with_cb_and_phase<interconnect>> requests;
        uint64_t up_free_ps = 0, down_free_ps = 0, last_write_ps = 0;
    };

    tlm::tlm_sync_enum forward(int port, tlm::tlm_generic_payload &p, tlm::tlm_phase &phase,
                               sc_core::sc_time &delay);
    void phase_due(tlm::tlm_generic_payload &p, const tlm::tlm_phase &phase);
    void arrive(unsigned port, tlm::tlm_generic_payload &p);
    void carry_out(unsigned port, tlm::tlm_generic_payload &p, uint64_t physical);
    void respond(unsigned port, tlm::tlm_generic_payload &p, uint64_t at_ps);
    uint64_t translate(tlm::tlm_generic_payload &p, uint64_t &physical);
    uint64_t serve(uint64_t &free_ps, uint64_t bytes, uint64_t packets, uint64_t header) const;
    void cpu_access(tlm::tlm_generic_payload &p, sc_core::sc_time &delay);
    bool cpu_direct(tlm::tlm_generic_payload &p, tlm::tlm_dmi &dmi);
    unsigned cpu_debug(tlm::tlm_generic_payload &p);

    struct bus_timing timing_;
    bool translates_;
    std::vector<link> links_;
    agenda later_;
};

} // namespace ringside

#endif
