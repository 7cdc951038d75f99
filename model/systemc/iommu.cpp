/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/systemc/iommu.h"

namespace ringside {

namespace {

enum { PAGE_BITS = 12, LEVEL_BITS = 9, ENTRY_BYTES = 8 };

uint64_t index_at(uint64_t address, unsigned shift)
{
    return address >> shift & ((1u << LEVEL_BITS) - 1);
}

} // namespace

iommu_module::iommu_module(sc_core::sc_module_name name, unsigned entries, uint64_t hit_ps)
    : sc_module(name), port("port"), memory("memory"), entries_(entries), hit_ps_(hit_ps)
{
    port.register_b_transport(this, &iommu_module::translate);
}

void iommu_module::attach(uint16_t function, uint64_t root)
{
    roots_[function] = root;
    invalidate(function, 0, UINT64_MAX);
}

void iommu_module::invalidate(uint16_t function, uint64_t address, uint64_t length)
{
    tlb_.remove_if([&](const page &p) {
        bool apart = p.address >= address ? p.address - address >= length
                                          : address - p.address >= p.bytes;
        return p.function == function && !apart;
    });
}

const iommu_module::page *iommu_module::find(uint16_t function, uint64_t address)
{
    for (auto p = tlb_.begin(); p != tlb_.end(); ++p)
        if (p->function == function && address - p->address < p->bytes) {
            tlb_.splice(tlb_.begin(), tlb_, p);
            return &tlb_.front();
        }
    return nullptr;
}

bool iommu_module::entry(uint64_t address, uint64_t &value, sc_core::sc_time &delay)
{
    tlm::tlm_generic_payload p;
    payload_set(p, tlm::TLM_READ_COMMAND, address, &value, ENTRY_BYTES);
    memory->b_transport(p, delay);
    return p.is_response_ok();
}

/* Reads each level in memory; false: there is no page. */
bool iommu_module::walk(uint16_t function, uint64_t address, page &found, sc_core::sc_time &delay)
{
    auto root = roots_.find(function);
    if (root == roots_.end() || address >> IOMMU_ADDRESS_BITS)
        return false;
    walks_++;
    uint64_t table = root->second, value;
    for (int level = IOMMU_LEVELS - 1; level >= 0; level--) {
        unsigned shift = PAGE_BITS + LEVEL_BITS * static_cast<unsigned>(level);
        if (!entry(table + index_at(address, shift) * ENTRY_BYTES, value, delay) ||
            !(value & (IOMMU_READ | IOMMU_WRITE)))
            return false;
        table = value & IOMMU_ADDRESS;
        if (level == 0 || (level == 1 && value & IOMMU_LARGE)) {
            uint64_t bytes = 1ull << shift;
            found = {function, address & ~(bytes - 1), bytes, table & ~(bytes - 1), value};
            return true;
        }
    }
    return false;
}

void iommu_module::translate(tlm::tlm_generic_payload &p, sc_core::sc_time &delay)
{
    dma_extension *what = p.get_extension<dma_extension>();
    if (!what || !what->translate) {
        p.set_response_status(tlm::TLM_COMMAND_ERROR_RESPONSE);
        return;
    }
    uint64_t address = p.get_address();
    const page *at = find(what->function, address);
    hits_ += at != nullptr;
    delay += from_ps(hit_ps_);
    if (!at) {
        page found = {};
        if (walk(what->function, address, found, delay)) {
            tlb_.push_front(found);
            if (tlb_.size() > entries_)
                tlb_.pop_back();
            at = &tlb_.front();
        }
    }
    if (!at || !(at->rights & (what->access == BENCH_WRITE ? IOMMU_WRITE : IOMMU_READ))) {
        refused_++;
        what->translation.refused = REPORT_REFUSED_UNMAPPED;
        p.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
        return;
    }
    what->translation.physical = at->physical + (address - at->address);
    what->translation.page = at->bytes;
    p.set_response_status(tlm::TLM_OK_RESPONSE);
}

} // namespace ringside
