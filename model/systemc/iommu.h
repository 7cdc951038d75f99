/* SPDX-License-Identifier: BSD-2-Clause
 *
 * An IOMMU: a page table in memory that it walks, entry by entry, and a TLB in front of it. Who
 * asks sends a translation (dma_extension, TLM_IGNORE_COMMAND) and gets the physical address, and
 * in the delay what the walk took: one memory latency per level.
 *
 * The table: three levels of 512 entries of 8 bytes, for addresses of 39 bits. An entry: bit 0
 * readable, bit 1 writable, bits 12 and above the address of the next level or of the page; bit 7
 * in the second level: a page of 2 MiB. Rights count at the last level.
 */
#ifndef RINGSIDE_SYSTEMC_IOMMU_H
#define RINGSIDE_SYSTEMC_IOMMU_H

#include <list>
#include <map>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include "model/systemc/payload.h"

namespace ringside {

enum iommu_entry : uint64_t {
    IOMMU_READ = 1, IOMMU_WRITE = 2, IOMMU_LARGE = 1 << 7, IOMMU_ADDRESS = ~0xfffull,
};
enum { IOMMU_LEVELS = 3, IOMMU_ADDRESS_BITS = 39 };

class iommu_module : public sc_core::sc_module {
public:
    tlm_utils::simple_target_socket<iommu_module> port;
    tlm_utils::simple_initiator_socket<iommu_module> memory; /* where the tables are */

    iommu_module(sc_core::sc_module_name name, unsigned entries, uint64_t hit_ps);

    /* From now on the requester's addresses mean what this table says. */
    void attach(uint16_t function, uint64_t root);
    /* Forgets what it has cached of the range. */
    void invalidate(uint16_t function, uint64_t address, uint64_t length);

    uint64_t hits() const { return hits_; }
    uint64_t walks() const { return walks_; }
    uint64_t refused() const { return refused_; }

private:
    struct page {
        uint16_t function;
        uint64_t address, bytes, physical, rights;
    };

    void translate(tlm::tlm_generic_payload &p, sc_core::sc_time &delay);
    const page *find(uint16_t function, uint64_t address);
    bool walk(uint16_t function, uint64_t address, page &found, sc_core::sc_time &delay);
    bool entry(uint64_t address, uint64_t &value, sc_core::sc_time &delay);

    unsigned entries_;
    uint64_t hit_ps_, hits_ = 0, walks_ = 0, refused_ = 0;
    std::map<uint16_t, uint64_t> roots_;
    std::list<page> tlb_; /* the latest used first */
};

} // namespace ringside

#endif
