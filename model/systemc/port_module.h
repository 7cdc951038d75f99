/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One 82599 port as a TLM-2.0 module: model/nic/nic.h with sockets, and nothing between. What a
 * register access, a DMA transaction or a frame on its way costs is the business of what is bound
 * to the sockets; the NIC's own times (pipelines, PHY, interrupt moderation) are its config's.
 */
#ifndef RINGSIDE_SYSTEMC_PORT_MODULE_H
#define RINGSIDE_SYSTEMC_PORT_MODULE_H

#include <deque>
#include <map>
#include <memory>
#include <tlm_utils/peq_with_cb_and_phase.h>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include "model/systemc/agenda.h"

namespace ringside {

class port_module : public sc_core::sc_module {
public:
    /* Registers and configuration space: mmio_address(), of virtual functions too. Loosely
     * timed: a write is posted, and done when its delay has passed; a read makes up for the delay
     * first, so only a thread may make one with a delay. */
    tlm_utils::simple_target_socket<port_module> cpu;
    /* Memory reads, writes and messages, approximately timed: four phases, one request at a time,
     * any number of responses outstanding. Writes and messages must be carried out in the order
     * in which they are requested. */
    tlm_utils::simple_initiator_socket<port_module> dma;
    sc_core::sc_out<bool> intx; /* asserted: true */
    /* Frames: frame_extension. Out: the first bit of the preamble is on the wire at the time of
     * the transaction; in: the SFD is at the pins. */
    tlm_utils::simple_initiator_socket<port_module> eth_out;
    tlm_utils::simple_target_socket<port_module> eth_in;
    sc_core::sc_in<bool> light; /* the far end sends */
    tlm::tlm_analysis_port<struct nic_event> events;

    port_module(sc_core::sc_module_name name, const struct nic_config &config);
    ~port_module() override;
    SC_HAS_PROCESS(port_module);

private:
    struct owner; /* the border's functions */
    struct released { void operator()(void *p) const; };

    void work(); /* what is due, and then arms the next */
    void wake();
    void light_changed();
    void drive();
    void access(tlm::tlm_generic_payload &p, sc_core::sc_time &delay);
    void read(tlm::tlm_generic_payload &p, const mmio_place &at);
    void write(const mmio_place &at, uint64_t value, unsigned size);
    void frame_in(tlm::tlm_generic_payload &p, sc_core::sc_time &delay);
    void request(tlm::tlm_generic_payload *p);
    void request_next();
    void requested(tlm::tlm_generic_payload &p);
    void complete(tlm::tlm_generic_payload &p);
    tlm::tlm_sync_enum backward(tlm::tlm_generic_payload &p, tlm::tlm_phase &phase,
                                sc_core::sc_time &delay);
    void phase_due(tlm::tlm_generic_payload &p, const tlm::tlm_phase &phase);

    std::unique_ptr<void, released> block_;
    std::unique_ptr<struct sched> sched_;
    struct nic nic_ = {};
    agenda later_;
    sc_core::sc_event wake_, levels_;
    bool level_ = false, working_ = false;
    payload_pool pool_;
    tlm_utils::peq_with_cb_and_phase<port_module> peq_;
    std::deque<tlm::tlm_generic_payload *> requests_; /* the first is being requested, if asking_ */
    bool asking_ = false;
    std::map<uint16_t, tlm::tlm_generic_payload *> reads_; /* by tag: the latest */
    uint32_t posted_ = 0; /* bytes of writes that have not been done */
    bool refused_room_ = false;
};

} // namespace ringside

#endif
