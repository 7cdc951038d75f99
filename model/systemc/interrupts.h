/* SPDX-License-Identifier: BSD-2-Clause
 *
 * An interrupt controller for messages: what the address and data of an MSI or MSI-X mean in this
 * machine. A write of four bytes to message_address(port) with a vector as data raises it; the CPU
 * waits for raised() and takes what is pending.
 */
#ifndef RINGSIDE_SYSTEMC_INTERRUPTS_H
#define RINGSIDE_SYSTEMC_INTERRUPTS_H

#include <cstring>
#include <tlm_utils/simple_target_socket.h>

#include "model/systemc/payload.h"

namespace ringside {

enum : uint64_t { MESSAGE_BASE = 0xfee00000, MESSAGE_END = 0xfef00000, MESSAGE_PORT = 0x1000 };

inline uint64_t message_address(unsigned port)
{
    return MESSAGE_BASE + port * MESSAGE_PORT;
}

class interrupt_module : public sc_core::sc_module {
public:
    tlm_utils::simple_target_socket<interrupt_module> port;

    explicit interrupt_module(sc_core::sc_module_name name) : sc_module(name), port("port")
    {
        port.register_b_transport(this, &interrupt_module::message);
    }

    const sc_core::sc_event &raised() const { return raised_; }
    /* Bit v: vector v of this NIC port is pending; it is not any more. */
    uint64_t take(unsigned nic_port)
    {
        uint64_t pending = pending_[nic_port];
        pending_[nic_port] = 0;
        return pending;
    }
    uint64_t count() const { return count_; }

private:
    void message(tlm::tlm_generic_payload &p, sc_core::sc_time &delay)
    {
        uint64_t of = (p.get_address() - MESSAGE_BASE) / MESSAGE_PORT;
        uint32_t vector = 0;
        if (!p.is_write() || p.get_data_length() != sizeof(vector) || of >= PLAN_PORTS_MAX) {
            p.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
            return;
        }
        std::memcpy(&vector, p.get_data_ptr(), sizeof(vector));
        pending_[of] |= 1ull << vector % NIC_VECTORS;
        count_++;
        raised_.notify(delay);
        p.set_response_status(tlm::TLM_OK_RESPONSE);
    }

    uint64_t pending_[PLAN_PORTS_MAX] = {}, count_ = 0;
    sc_core::sc_event raised_;
};

} // namespace ringside

#endif
