/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A CPU with a small driver: it brings the ports up, with one ring each way, and sends what comes
 * into a port out of another by moving buffers. It waits for interrupts and polls while there is
 * work, as drivers do. Loosely timed: it runs ahead of the kernel by up to the global quantum, and
 * reaches memory directly where that is allowed.
 *
 * An example of an initiator, and what the platform needs to forward frames; Ringside's driver is
 * driver/. Registers are found by name in the model's own table.
 */
#ifndef RINGSIDE_SYSTEMC_FORWARDER_H
#define RINGSIDE_SYSTEMC_FORWARDER_H

#include <functional>
#include <vector>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/tlm_quantumkeeper.h>

#include "model/systemc/interrupts.h"

namespace ringside {

class forwarder : public sc_core::sc_module {
public:
    tlm_utils::simple_initiator_socket<forwarder> bus;

    struct costs {
        uint64_t register_ps = 10000; /* the CPU's own time for an access */
        uint64_t frame_ps = 20000;    /* and for a frame */
        uint64_t interrupt_ps = 500000; /* from an interrupt to the first look at the ring */
    };
    /* Frames that come into port p go out of to[p]; they are dropped when that is no port. Device
     * addresses are physical plus iova. */
    forwarder(sc_core::sc_module_name name, interrupt_module &interrupts,
              std::vector<unsigned> to, uint64_t iova, const costs &cost);
    SC_HAS_PROCESS(forwarder);

    /* Called once, when all ports have link: by the CPU's own thread, in step with the kernel. */
    std::function<void()> ready;
    /* Bytes of memory, from 0 on, that it uses. */
    static uint64_t memory_used(unsigned ports);
    uint64_t forwarded() const { return forwarded_; }
    uint64_t interrupts_taken() const { return taken_; }
    bool failed() const { return failed_; } /* no link, or no memory */

private:
    struct ring {
        uint64_t descs; /* physical */
        uint32_t next = 0, tail = 0; /* slots, running */
        std::vector<uint64_t> buffer;
    };

    void run();
    void start_port(unsigned port);
    void start_ring(unsigned port, ring &r, const char *kind, unsigned number);
    void start_interrupt(unsigned port);
    bool wait_for_links();
    unsigned forward(unsigned port);
    void clean(ring &tx);
    void give(ring &rx, uint32_t slot);
    void send(ring &tx, uint64_t buffer, uint32_t length, uint64_t &freed);

    void access(tlm::tlm_command command, uint64_t address, void *data, unsigned bytes);
    uint64_t load(uint64_t address);
    void store(uint64_t address, uint64_t value);
    uint32_t get(unsigned port, uint32_t offset);
    void put(unsigned port, uint32_t offset, uint32_t value, unsigned space = 0);
    void spend(uint64_t ps);

    interrupt_module &interrupts_;
    std::vector<unsigned> to_;
    uint64_t iova_;
    costs cost_;
    std::vector<ring> rx_, tx_;
    tlm_utils::tlm_quantumkeeper keeper_;
    tlm::tlm_dmi direct_;
    bool has_direct_ = false, failed_ = false;
    uint64_t forwarded_ = 0, taken_ = 0;
};

} // namespace ringside

#endif
