/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What travels over the sockets of the modules here, beside what TLM-2.0 says itself: extensions
 * of the generic payload, the address map of a register access, and payloads that can be given
 * back (approximately timed transactions need a memory manager). It knows no module.
 *
 * Every extension may be ignored by a target that does not know it: a DMA access is an ordinary
 * read or write of memory, a message an ordinary write of four bytes, a frame an ordinary write.
 */
#ifndef RINGSIDE_SYSTEMC_PAYLOAD_H
#define RINGSIDE_SYSTEMC_PAYLOAD_H

#include <cstdint>
#include <systemc>
#include <tlm>
#include <vector>

extern "C" {
#include "model/bench/bench.h"
}

namespace ringside {

/* Model time is SystemC's time; the resolution must be SystemC's default of one picosecond. */
inline sc_core::sc_time from_ps(uint64_t ps)
{
    return sc_core::sc_time::from_value(ps);
}
inline uint64_t to_ps(const sc_core::sc_time &time)
{
    return time.value();
}
inline uint64_t now_ps()
{
    return sc_core::sc_time_stamp().value();
}

/* A plan's value of a timing parameter (model/bench/timing.def); one that does not exist throws. */
uint64_t timing_of(const struct plan_header *plan, const char *name);

/* ---- register accesses ---- */

/* The address of a register access says whose it is: function, space, offset. The control device
 * of the testbed is function BENCH_CONTROL. */
enum mmio_space : unsigned { MMIO_BAR0 = 0, MMIO_BAR4 = 4, MMIO_CONFIG = 8 };
enum { MMIO_OFFSET_BITS = 24, MMIO_SPACE_BITS = 4 };

struct mmio_place {
    uint16_t function;
    unsigned space; /* enum mmio_space: MMIO_CONFIG, else the number of a BAR */
    uint32_t offset;
};

inline uint64_t mmio_address(uint16_t function, unsigned space, uint32_t offset)
{
    return static_cast<uint64_t>(function) << (MMIO_OFFSET_BITS + MMIO_SPACE_BITS) |
           static_cast<uint64_t>(space) << MMIO_OFFSET_BITS | offset;
}
mmio_place mmio_decode(uint64_t address);

/* For a host with a clock of its own: when the access is made, and how long the CPU waits for it.
 * Without it both are SystemC's: time and delay. */
struct cpu_extension : tlm::tlm_extension<cpu_extension> {
    uint64_t virtual_ns = 0, stall_ns = 0;
    tlm::tlm_extension_base *clone() const override;
    void copy_from(const tlm::tlm_extension_base &other) override;
};

/* ---- DMA ---- */

struct dma_extension : tlm::tlm_extension<dma_extension> {
    uint16_t function = 0, tag = 0; /* requester; enum nic_tag_kind and slot */
    bool physical = false;          /* the address has been translated */
    bool message = false;           /* MSI or MSI-X: an interrupt, not memory */
    /* Set: a request to translate (TLM_IGNORE_COMMAND), not an access. */
    bool translate = false;
    bench_access_kind access = BENCH_READ;
    struct bench_translation translation = {};
    tlm::tlm_extension_base *clone() const override;
    void copy_from(const tlm::tlm_extension_base &other) override;
};

tlm::tlm_response_status response_of(nic_dma_status status);
nic_dma_status status_of(tlm::tlm_response_status response);

/* ---- frames ---- */

/* A frame that starts when the transaction's delay has passed, without FCS. */
struct frame_extension : tlm::tlm_extension<frame_extension> {
    bool good_fcs = true;
    tlm::tlm_extension_base *clone() const override;
    void copy_from(const tlm::tlm_extension_base &other) override;
};

/* ---- payloads ---- */

/* Address, bytes and the rest of a payload, as TLM wants them set for every transaction. */
void payload_set(tlm::tlm_generic_payload &p, tlm::tlm_command command, uint64_t address,
                 void *data, uint32_t length);

/* Payloads with bytes and a DMA extension of their own, used again when nobody holds them. */
class payload_pool : public tlm::tlm_mm_interface {
public:
    payload_pool() = default;
    ~payload_pool() override;
    payload_pool(const payload_pool &) = delete;
    payload_pool &operator=(const payload_pool &) = delete;

    /* With one reference; give it back with release(). */
    tlm::tlm_generic_payload *take(tlm::tlm_command command, uint64_t address, uint32_t length);
    void free(tlm::tlm_generic_payload *payload) override;

private:
    std::vector<tlm::tlm_generic_payload *> idle_;
};

} // namespace ringside

#endif
