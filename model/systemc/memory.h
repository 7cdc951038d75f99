/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Memory with a latency: loosely timed, with the direct memory interface for CPUs and debug access
 * for whoever sets it up. Contention is the interconnect's business.
 */
#ifndef RINGSIDE_SYSTEMC_MEMORY_H
#define RINGSIDE_SYSTEMC_MEMORY_H

#include <memory>
#include <tlm_utils/multi_passthrough_target_socket.h>

#include "model/systemc/payload.h"

namespace ringside {

class memory_module : public sc_core::sc_module {
public:
    tlm_utils::multi_passthrough_target_socket<memory_module> port; /* any number of initiators */

    /* [0, bytes), zeroed. */
    memory_module(sc_core::sc_module_name name, uint64_t bytes, uint64_t latency_ps);

    uint64_t bytes() const { return bytes_; }
    /* For who sets it up before time begins: false: there is no such place. */
    bool poke(uint64_t address, uint64_t value);
    uint64_t accesses() const { return accesses_; } /* without debug and direct ones */

private:
    struct released { void operator()(void *p) const; };

    void access(int, tlm::tlm_generic_payload &p, sc_core::sc_time &delay);
    unsigned debug(int, tlm::tlm_generic_payload &p);
    bool direct(int, tlm::tlm_generic_payload &p, tlm::tlm_dmi &dmi);
    bool copy(tlm::tlm_generic_payload &p);

    uint64_t bytes_, latency_ps_, accesses_ = 0;
    std::unique_ptr<unsigned char, released> data_;
};

} // namespace ringside

#endif
